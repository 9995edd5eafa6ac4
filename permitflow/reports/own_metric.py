"""A city's own metric from its file, and what a log says of it as plain records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from permitflow.analytics.log_table import LogTable
from permitflow.analytics.own_metric import (
    Entry,
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
from permitflow.reports.page import Ask
from permitflow.reports.phase_log import entries
from permitflow.reports.snapshots.gathering import calendar_of

MOST_COUNTED = 1_000_000
"""So many files of a city are counted."""
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
    found = entries_of(table, metric)
    return _document(metric, found, today, calendar) | {"not_in_log": absent_activities(table, metric)}


def city_document(ask: Ask, metric: Metric, today: date) -> dict[str, Any]:
    """Return the figures and rows of a metric on a city's own record, in the city's zone and on its business days.

    Counted are the files that are open or were decided in the scope's period, under the titles of their phases
    and lanes; the keys are those of `metric_document`.
    """
    metric = metric.model_copy(update={"zone": ask.scope.city.zone})
    found = entries(ask, metric.activities(), most=MOST_COUNTED)
    absent = sorted(set(metric.activities()) - {entry.activity for entry in found})
    calendar = calendar_of(ask.session, ask.scope.city)
    return _document(metric, found, today, calendar) | {"not_in_log": absent}


def _document(
    metric: Metric, found: Sequence[Entry], today: date, calendar: Calendar | None
) -> dict[str, Any]:
    rows = metric_rows(metric, found, today, calendar.business_days_between if calendar else None)
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
