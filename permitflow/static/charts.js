// Draws a chart above each table that asks for one; the table stays and says the same in numbers.
"use strict";

(function () {
  // Each is told from white by at least 3:1; shapes, dashes and decals tell them apart without colour.
  const COLOURS = ["#005ea2", "#b8590f", "#4d8055", "#8168b3", "#a3265c", "#1f7a8c", "#7a6a00", "#5b616b"];
  const DASHES = ["solid", "dashed", "dotted"];
  const SHAPES = ["circle", "rect", "triangle", "diamond", "arrow", "roundRect"];
  const FONT = { fontFamily: "Source Sans Pro Web, Helvetica, Arial, sans-serif", fontSize: 13, color: "#1b1b1b" };
  const QUIET = "#565c65";
  const MANY = 60;
  const ROW = 30;
  const ROOM = 110;
  const PRINTED_WIDTH = 660;
  const NARROW = 480;
  const LETTER = 6.6;
  const LINE = 16;
  const LEGEND_LINE = 24;
  const CELL = 28;
  const ASLANT = 20;
  const LONGEST = 240;

  // ---- The table: every cell as its words and, where it is a number, as a number or nothing.

  function valueOf(given) {
    if (given === "") { return null; }
    return Number.isNaN(Number(given)) ? given : Number(given);
  }

  // The rows of the table, and those that a very long one leaves to its CSV.
  function rowsOf(table, told, more) {
    const rows = Array.from(table.tBodies[0].rows, (row) => Array.from(row.cells, (cell) => {
      const words = cell.textContent.trim();
      return { words, value: cell.dataset.value === undefined ? words : valueOf(cell.dataset.value) };
    }));
    const isText = (place) => told.columns[place].kind === "text";
    return rows.concat(JSON.parse(more || "[]").map((row) => row.map((cell, place) => (
      cell && { words: cell[1], value: isText(place) ? cell[1] || cell[0] : valueOf(cell[0]) }))));
  }

  function isTime(column) {
    return column.kind === "date" || column.kind === "instant";
  }

  function isNumber(column) {
    return column.kind !== "text" && !isTime(column);
  }

  // Lines of the chart: one for each column of y, or one for each word of the column that names the series. A line keeps
  // its place among those that the figure names in order, whichever of them there are.
  function seriesOf(rows, told) {
    const found = new Map((told.order || []).map((name) => [name, { name, column: told.y[0], points: [] }]));
    const put = (name, column, row) => {
      if (!found.has(name)) { found.set(name, { name, column, points: [] }); }
      found.get(name).points.push({ x: row[told.x], y: row[column] });
    };
    for (const row of rows) {
      for (const column of told.y) {
        put(told.series === null ? told.columns[column].title : row[told.series].words, column, row);
      }
    }
    const lines = Array.from(found.values(), (line, place) => ({ ...line, place }));
    return lines.filter((line) => line.points.some((point) => point.y.value !== null));
  }

  function categoriesOf(rows, told) {
    const found = Array.from(new Map(rows.map((row) => [row[told.x].words, row[told.x].value])).entries());
    const ordered = typeof (found[0] || [])[1] === "number";
    return (ordered ? found.sort((one, other) => one[1] - other[1]) : found).map(([words]) => words);
  }

  // ---- Words and axes.

  function written(value, column) {
    if (value === null || value === undefined || Array.isArray(value)) { return "-"; }
    const rounded = Math.round(Number(value) * 100) / 100;
    const unit = column.unit ? (column.unit === "%" ? " %" : " " + column.unit) : "";
    return rounded.toLocaleString(document.documentElement.lang || "en") + unit;
  }

  // What stands at an axis: the unit, and the name of the column where the axis is for nothing else. Counts have no unit:
  // the name of the chart says what is counted.
  function nameOf(column, alone, chartName) {
    const unit = column.unit || "";
    if (alone && column.title) { return column.title + (unit ? " (" + unit + ")" : ""); }
    return unit || (column.kind === "count" && chartName) || "";
  }

  function valueAxis(column, more, alone, chartName) {
    const name = nameOf(column, alone, chartName);
    const whole = column.kind === "count" ? { minInterval: 1 } : {};
    return {
      type: "value", name, nameTextStyle: { ...FONT, color: QUIET, align: "left" }, axisLabel: { ...FONT, color: QUIET },
      ...whole, ...(column.kind === "percent" ? { min: 0 } : {}), ...more,
    };
  }

  // Names of places are all shown, aslant where they are too long; of months and days as many as there is room for.
  function isAslant(told, categories, width) {
    const longest = Math.max(...categories.map((words) => words.length));
    return told.columns[told.x].kind === "text" && !told.upright && longest > 8
      && longest * LETTER + 8 > (width - 60) / categories.length;
  }

  function placeAxis(told, categories, width) {
    const column = told.columns[told.x];
    const label = { ...FONT, color: QUIET, hideOverlap: true };
    const below = { name: nameOf(column, true), nameLocation: "middle", nameGap: 28, nameTextStyle: { ...FONT, color: QUIET } };
    if (categories && isAslant(told, categories, width)) {
      const all = categories.length * ASLANT < width - 100 ? { hideOverlap: false, interval: 0 } : {};
      const aslant = { ...all, rotate: 40, width: LONGEST, overflow: "truncate" };
      return { type: "category", data: categories, axisLabel: { ...label, ...aslant } };
    }
    if (categories) {
      const some = categories[0].length > 10 ? { alignMinLabel: "left", showMinLabel: true } : {};
      const shown = categories.length < 8 && !told.upright ? { interval: 0 } : some;
      return { type: "category", data: categories, axisLabel: { ...label, ...shown }, ...(told.upright ? {} : below) };
    }
    if (isTime(column)) { return { type: "time", axisLabel: label }; }
    return { ...valueAxis(column), scale: true, ...below };
  }

  // Room beneath for the name of the axis, and above for as many lines of the legend as its names need.
  function withRoom(place, chart) {
    const names = chart.series.map((line) => line.name);
    const lines = names.length < 2 || chart.legend.show === false ? 0
      : Math.ceil(names.reduce((sum, name) => sum + name.length * LETTER + 44, 0) / Math.max(1, place.clientWidth - 20));
    const named = [chart.yAxis].flat().some((axis) => axis.name);
    chart.grid.top = (named ? 32 : 12) + lines * LEGEND_LINE;
    chart.legend.show = lines > 0;
    if (chart.xAxis.name && chart.xAxis.nameLocation === "middle") { chart.grid.bottom += 22; }
    const aslant = chart.xAxis.axisLabel.rotate ? chart.xAxis.data : [];
    if (aslant.length) {
      const before = Math.min(LONGEST, aslant[0].length * LETTER) * 0.8 - place.clientWidth / aslant.length / 2;
      chart.grid.left = Math.max(chart.grid.left, before);
    }
    const beneath = 0.6 * Math.min(LONGEST, LETTER * Math.max(0, ...aslant.map((words) => words.length)));
    place.style.height = place.clientHeight + Math.max(0, lines - 1) * LEGEND_LINE + beneath + "px";
    return chart;
  }

  function levels(told, flat) {
    if (!told.lines.length) { return {}; }
    const data = told.lines.map(([name, value]) => ({ name, [flat ? "xAxis" : "yAxis"]: value }));
    const label = { formatter: "{b}", position: "insideStartTop", backgroundColor: "rgba(255, 255, 255, 0.85)", padding: [0, 2], ...FONT };
    return { markLine: { silent: true, symbol: "none", lineStyle: { color: QUIET, type: "dashed" }, label, data } };
  }

  function base(place, many) {
    const zoom = [
      { type: "slider", height: 18, bottom: 4 },
      { type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false },
    ];
    return {
      animation: false,
      aria: { enabled: true, decal: { show: true }, label: { description: place.dataset.label } },
      color: COLOURS,
      grid: { left: 16, right: 24, top: 56, bottom: many ? 40 : 16, containLabel: true },
      legend: { type: "plain", top: 0, left: 0, textStyle: FONT },
      textStyle: FONT,
      useUTC: true,
      ...(many ? { dataZoom: zoom } : {}),
    };
  }

  // ---- One builder for each kind of chart.

  function isFlat(told, categories) {
    const bars = told.kind === "bars" || told.kind === "stacked";
    const longest = Math.max(...categories.map((words) => words.length));
    return bars && !told.upright && told.columns[told.x].kind === "text" && (longest > 10 || categories.length > 14)
      && told.y.every((y) => told.columns[y].kind === told.columns[told.y[0]].kind);
  }

  // Bars that lie, with the names before them; one without a number is left out, for an empty one would read as 0.
  function lying(place, told, rows) {
    const known = rows.filter((row) => told.y.some((y) => row[y].value !== null));
    const categories = categoriesOf(known, told);
    const narrow = place.clientWidth < NARROW;
    const room = narrow ? 100 : 200;
    const first = told.columns[told.y[0]];
    const lines = seriesOf(known, told);
    const series = lines.map((line, number) => ({
      ...drawn(line, categories, told.kind, number), column: told.columns[line.column], ...(number === 0 ? levels(told, true) : {}),
    }));
    const longest = Math.max(...categories.map((words) => words.length));
    const row = Math.max(ROW * (told.kind === "bars" ? Math.max(1, series.length * 0.6) : 1), Math.ceil(longest * LETTER / (room - 10)) * LINE + 8);
    place.style.height = ROOM + row * categories.length + "px";
    const below = { nameLocation: "middle", nameGap: 28, nameTextStyle: { ...FONT, color: QUIET }, splitNumber: narrow ? 2 : 5 };
    const names = { ...FONT, lineHeight: LINE, interval: 0, width: room, overflow: "break" };
    return withRoom(place, {
      ...base(place, false), series,
      xAxis: valueAxis(first, below, series.length === 1, place.dataset.title),
      yAxis: { type: "category", data: categories, inverse: true, axisLabel: names },
      tooltip: tooltip("axis"),
    });
  }

  function drawn(line, categories, kind, number) {
    const points = new Map(line.points.map((point) => [point.x.words, point.y.value]));
    const data = categories.map((words) => (points.has(words) ? points.get(words) : null));
    return { name: line.name, data, ...shape(kind, number) };
  }

  function byCategory(place, told, rows) {
    const categories = categoriesOf(rows, told);
    if (isFlat(told, categories)) { return lying(place, told, rows); }
    const first = told.columns[told.y[0]];
    const kinds = [first.kind];
    const series = seriesOf(rows, told).map((line, number) => {
      const column = told.columns[line.column];
      if (!kinds.includes(column.kind)) { kinds.push(column.kind); }
      const axis = Math.min(kinds.indexOf(column.kind), 1);
      const one = drawn(line, categories, axis === 0 ? told.kind : "lines", number);
      return { ...one, column, yAxisIndex: axis, ...(number === 0 ? levels(told, false) : {}) };
    });
    const other = told.columns.find((column) => column.kind === kinds[1]);
    const upright = valueAxis(first, {}, series.length === 1, place.dataset.title);
    return withRoom(place, {
      ...base(place, categories.length > MANY), series,
      xAxis: placeAxis(told, categories, place.clientWidth),
      yAxis: other ? [upright, valueAxis(other, { splitLine: { show: false } })] : upright,
      tooltip: tooltip("axis"),
    });
  }

  function shape(kind, number) {
    const line = { type: "line", symbol: SHAPES[number % SHAPES.length], symbolSize: 6, lineStyle: { width: 2, type: DASHES[number % DASHES.length] } };
    return {
      bars: { type: "bar" },
      stacked: { type: "bar", stack: "all" },
      lines: line,
      steps: { ...line, step: "end", symbol: "none" },
      area: { ...line, stack: "all", symbol: "none", areaStyle: { opacity: 0.55 } },
    }[kind];
  }

  function byPlace(place, told, rows) {
    const categories = told.columns[told.x].kind === "text" ? categoriesOf(rows, told) : null;
    const lines = seriesOf(rows, told);
    const series = lines.map((line, number) => ({
      name: line.name, column: told.columns[line.column],
      data: line.points.map((point) => [categories ? point.x.words : point.x.value, point.y.value]),
      ...(told.kind === "scatter"
        ? { type: "scatter", symbolSize: 8, symbol: SHAPES[line.place % SHAPES.length], itemStyle: { opacity: 0.65 } }
        : shape(told.kind, number)),
      ...(number === 0 ? levels(told, false) : {}),
    }));
    const many = told.kind !== "scatter" && series.some((line) => line.data.length > MANY);
    return withRoom(place, {
      ...base(place, many), series,
      color: lines.map((line) => COLOURS[line.place % COLOURS.length]),
      xAxis: placeAxis(told, categories, place.clientWidth),
      yAxis: valueAxis(told.columns[told.y[0]], {}, told.y.length === 1, place.dataset.title),
      tooltip: tooltip(told.kind === "scatter" ? "item" : "axis"),
    });
  }

  function pareto(place, told, rows) {
    const chart = byCategory(place, { ...told, kind: "bars", y: told.y.slice(0, 2) }, rows);
    if (Array.isArray(chart.yAxis)) { chart.yAxis[1].max = 100; }
    return chart;
  }

  function heat(place, told, rows) {
    const down = Array.from(new Set(rows.map((row) => row[told.series].words)));
    const across = Array.from(new Set(rows.map((row) => row[told.x].words)));
    const column = told.columns[told.y[0]];
    const data = rows.filter((row) => row[told.y[0]].value !== null)
      .map((row) => [row[told.x].words, row[told.series].words, row[told.y[0]].value]);
    const most = Math.max(1, ...data.map((point) => point[2]));
    const aslant = across.join("").length * LETTER > place.clientWidth - 200;
    const width = place.clientWidth < NARROW ? 100 : 200;
    const lines = Math.ceil(Math.max(...down.map((words) => words.length)) * LETTER / (width - 10));
    place.style.height = ROOM + Math.max(ROW, lines * LINE + 6) * down.length + (aslant ? 130 : 0) + "px";
    const label = { ...FONT, lineHeight: LINE, width, overflow: "break" };
    const roomy = place.clientWidth - width - 40 > across.length * CELL;
    const heard = { enabled: true, label: { description: place.dataset.label } };
    const corner = told.columns[told.series].title + " ↓  " + told.columns[told.x].title + " →";
    return {
      ...base(place, false), aria: heard, legend: { show: false },
      grid: { left: 16, right: 24, top: 32, bottom: 56, containLabel: true },
      xAxis: { type: "category", data: across, axisLabel: { ...FONT, width: 200, overflow: "truncate", rotate: aslant ? 40 : 0 } },
      yAxis: {
        type: "category", data: down, inverse: true, axisLabel: label,
        name: corner, nameLocation: "start", nameTextStyle: { ...FONT, color: QUIET, align: "right" },
      },
      visualMap: { min: 0, max: most, left: 0, bottom: 0, orient: "horizontal", inRange: { color: ["#f0f6fb", "#7fb8e6"] }, text: [written(most, column), "0"], formatter: (value) => written(value, column), textStyle: FONT },
      series: [{ name: column.title, type: "heatmap", data, column, label: { show: roomy, ...FONT, formatter: (point) => written(point.value[2], { ...column, unit: "" }) } }],
      tooltip: tooltip("item"),
    };
  }

  // The line lies between its bounds: the lower one unseen, the room between them shaded.
  function band(place, told, rows) {
    const chart = isTime(told.columns[told.x]) || isNumber(told.columns[told.x]) ? byPlace : byCategory;
    const built = chart(place, { ...told, kind: "lines", series: null, y: told.y.slice(0, 3) }, rows);
    const [line, low, high] = built.series;
    if (!high) { return built; }
    const at = (point) => (Array.isArray(point) ? point[1] : point);
    const high_above = high.data.map((point, place_) => {
      const gap = at(point) === null || at(low.data[place_]) === null ? null : at(point) - at(low.data[place_]);
      return Array.isArray(point) ? [point[0], gap] : gap;
    });
    const unseen = { symbol: "none", stack: "band", lineStyle: { opacity: 0 }, tooltip: { show: false } };
    built.series = [
      { ...line, symbol: "none" }, { ...low, ...unseen },
      { ...high, ...unseen, data: high_above, areaStyle: { color: COLOURS[0], opacity: 0.2 } },
    ];
    built.legend = { show: false };
    built.grid.top = 32;
    return built;
  }

  function tooltip(trigger) {
    return { trigger, renderMode: "richText", confine: true, textStyle: FONT };
  }

  function optionsOf(place, told, rows) {
    if (told.kind === "pareto") { return pareto(place, told, rows); }
    if (told.kind === "heat") { return heat(place, told, rows); }
    if (told.kind === "band") { return band(place, told, rows); }
    const placed = told.kind === "scatter" || (!["bars", "stacked"].includes(told.kind) && told.columns[told.x].kind !== "text");
    return placed ? byPlace(place, told, rows) : byCategory(place, told, rows);
  }

  function ofFigure(place, table) {
    const told = JSON.parse(place.dataset.options);
    return [told, rowsOf(table, told, place.dataset.more)];
  }

  // A table that is no figure: rows that name their series are sorted into them, others give a number to each column.
  function ofTable(table) {
    const whole = (cell) => Number.parseInt(cell.textContent.trim(), 10) || 0;
    const text = (words) => ({ words, value: words });
    const columns = [{ title: "", kind: "text", unit: "" }];
    const rows = Array.from(table.tBodies[0].rows, (row) => {
      const cells = Array.from(row.querySelectorAll("td.pf-number"));
      if (row.dataset.series) {
        return [text(row.dataset.category), { value: whole(cells[0]) }, text(row.dataset.series)];
      }
      return [text(row.cells[0].textContent.trim()), ...cells.map((cell) => ({ value: whole(cell) }))];
    });
    const sorted = Boolean(table.querySelector("tr[data-series]"));
    const names = sorted ? [""] : Array.from(table.tBodies[0].rows[0].querySelectorAll("td.pf-number"), (cell) => cell.dataset.label);
    names.forEach((title) => columns.push({ title, kind: "count", unit: "" }));
    if (sorted) { rows.sort((one, other) => one[0].words.localeCompare(other[0].words)); }
    return [{ kind: "bars", x: 0, y: names.map((_, place) => place + 1), series: sorted ? 2 : null, columns, lines: [], upright: true }, rows];
  }

  // ---- Drawing, and printing at the width of paper with every table open.

  function draw(place) {
    const table = document.querySelector("#" + CSS.escape(place.dataset.figure || place.dataset.chart) + " table");
    if (!table || !table.tBodies[0].rows.length) { return; }
    const [told, rows] = place.dataset.options ? ofFigure(place, table) : ofTable(table);
    // A chart of nothing but zeros says less than its table; the page leaves it out where it can tell.
    if (!seriesOf(rows, told).some((line) => line.points.some((point) => point.y.value))) { return; }
    place.hidden = false;
    const options = optionsOf(place, told, rows);
    for (const line of options.series) {
      const column = line.column;
      delete line.column;
      line.tooltip = { valueFormatter: (value) => written(Array.isArray(value) ? value[value.length - 1] : value, column), ...line.tooltip };
    }
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options);
    window.addEventListener("resize", () => chart.resize());
    window.addEventListener("beforeprint", () => {
      chart.resize({ width: Math.min(PRINTED_WIDTH, place.clientWidth) });
      // The paper is laid out before the next frame would draw.
      chart.getZr().flush();
    });
    window.addEventListener("afterprint", () => chart.resize({ width: "auto" }));
  }

  function openForPrint() {
    for (const folded of document.querySelectorAll("details.pf-long:not([open]), details.pf-meaning:not([open])")) {
      folded.open = true;
      window.addEventListener("afterprint", () => { folded.open = false; }, { once: true });
    }
  }

  window.addEventListener("beforeprint", openForPrint);
  if (window.echarts) { document.querySelectorAll("[data-figure], [data-chart]").forEach(draw); }
})();
