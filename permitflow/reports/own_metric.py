"""A city's own metric from its file, and what a log says of it as plain records."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from permitflow.analytics.log_table import LogTable
from permitflow.analytics.own_metric import (
    Metric,
    MetricRow,
    OwnershipMetric,
    SpanMetric,
    absent_activities,
    counted_rows,
    entries_of,
    metric_figures,
    metric_rows,
)
from permitflow.engine import strict_yaml
from permitflow.engine.calendars import Calendar
from permitflow.engine.errors import DefinitionError
from permitflow.engine.strict_yaml import Document
from permitflow.engine.wording import problems_of

KINDS: dict[str, type[SpanMetric] | type[OwnershipMetric]] = {
    "span": SpanMetric,
    "ownership": OwnershipMetric,
}


def load_metric(path: Path) -> Metric:
    """Read the file of a metric as strictly as a workflow file; raises DefinitionError with file and line."""
    file = str(path)
    document = strict_yaml.read(strict_yaml.read_text(path), file)
    model = _model(document, file)
    try:
        return model.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        problems = problems_of(error, model, "the metric", file, document.lines)
        raise DefinitionError(file, problems[0].line, problems[0].message, problems) from error


def metric_document(
    table: LogTable, metric: Metric, today: date, calendar: Calendar | None = None
) -> dict[str, Any]:
    """Return the figures and rows of a metric on a log; the keys up to `rows` are a contract.

    Args:
        table: the log's columns.
        metric: what to measure.
        today: the local date to which open rows are aged.
        calendar: whose business days count; without it, Monday to Friday.
    """
    business_days = calendar.business_days_between if calendar else None
    rows = metric_rows(metric, entries_of(table, metric), today, business_days)
    return {
        "metric": metric.metric,
        "title": metric.title,
        "definition": metric.definition,
        "unit": metric.unit,
        **asdict(metric_figures(metric, rows)),
        "rows": [_record(row) for row in counted_rows(metric, rows)],
        "owners": {
            owner: asdict(metric_figures(metric, [row for row in rows if row.owner == owner]))
            for owner in (metric.owners if isinstance(metric, OwnershipMetric) else ())
        },
        "as_of": today.isoformat(),
        "zone": metric.zone,
        "verified": metric.verified,
        "not_in_log": absent_activities(table, metric),
    }


def _model(document: Document, file: str) -> type[SpanMetric] | type[OwnershipMetric]:
    kind = document.value.get("kind") if isinstance(document.value, dict) else None
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is None:
        line = document.lines.get("kind", min(document.lines.values(), default=1))
        raise DefinitionError(file, line, f"the metric needs a 'kind': {' or '.join(KINDS)}")
    return model


def _record(row: MetricRow) -> dict[str, object]:
    return {
        "case": row.case,
        "cycle": row.cycle,
        "owner": row.owner,
        "from": row.from_on.isoformat(),
        "to": row.to_on and row.to_on.isoformat(),
        "days": row.days,
        "open": row.open,
    }
