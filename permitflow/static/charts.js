// Draws a chart above each table that asks for one; the table stays and says the same in numbers.
"use strict";

(function () {
  const COLOURS = ["#005ea2", "#e5a000", "#4d8055", "#8168b3"];

  function number(cell) {
    return Number.parseInt(cell.textContent.trim(), 10) || 0;
  }

  // Rows that name their series are sorted into them; other rows give one value to the series of each column.
  function read(table) {
    const categories = [];
    const series = new Map();
    const put = (name, category, value) => {
      if (!categories.includes(category)) { categories.push(category); }
      if (!series.has(name)) { series.set(name, new Map()); }
      series.get(name).set(category, value);
    };
    for (const row of table.tBodies[0].rows) {
      const cells = row.querySelectorAll("td.pf-number");
      if (row.dataset.series) {
        put(row.dataset.series, row.dataset.category, number(cells[0]));
      } else {
        for (const cell of cells) { put(cell.dataset.label, row.cells[0].textContent.trim(), number(cell)); }
      }
    }
    if (table.querySelector("tr[data-series]")) { categories.sort(); }
    return { categories, series };
  }

  function options(label, data) {
    return {
      animation: false,
      aria: { enabled: true, decal: { show: true }, label: { description: label } },
      color: COLOURS,
      grid: { left: 40, right: 16, top: 40, bottom: 32 },
      legend: { top: 0, left: 0 },
      textStyle: { fontFamily: "Source Sans Pro Web, Helvetica, Arial, sans-serif", fontSize: 14 },
      tooltip: { trigger: "axis", renderMode: "richText" },
      xAxis: { type: "category", data: data.categories },
      yAxis: { type: "value", minInterval: 1 },
      series: Array.from(data.series, ([name, values]) => ({
        name,
        type: "bar",
        data: data.categories.map((category) => values.get(category) || 0),
      })),
    };
  }

  function draw(place) {
    const table = document.querySelector("#" + place.dataset.chart + " table");
    if (!table) { return; }
    place.hidden = false;
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(options(place.dataset.label, read(table)));
    window.addEventListener("resize", () => chart.resize());
  }

  if (window.echarts) { document.querySelectorAll("[data-chart]").forEach(draw); }
})();
