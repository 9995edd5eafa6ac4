"""Event logs written for other programs, in the form they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

from permitflow.analytics.eventlog import LogEvent
from permitflow.analytics.log_parquet import write_parquet
from permitflow.interchange.event_csv import OF_THE_CASE
from permitflow.interchange.event_csv_export import COLUMNS, write_event_csv
from permitflow.interchange.ocel_export import write_ocel
from permitflow.interchange.xes_export import write_xes
from permitflow.reports.city_log import (
    CASE_ATTRIBUTES,
    EVENT_ATTRIBUTES,
    city_log,
    happenings,
    object_types,
    objects,
)
from permitflow.reports.page import Ask

PORTION = 1 << 16
NAME_OF_A_CASE = COLUMNS[0].removeprefix(OF_THE_CASE)
RENAMED = "attribute:"
"""What precedes an attribute whose name is the standard's for the case, activity, time, person or lifecycle itself."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form of export: what its files end with, and their media type."""

    suffix: str
    media_type: str


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "xes": Form(".xes", "application/xml"),
        "csv": Form(".csv", "text/csv"),
        "ocel": Form(".ocel.json", "application/json"),
        "parquet": Form(".parquet", "application/vnd.apache.parquet"),
    }
)


def city_export(ask: Ask, form: str) -> Iterator[bytes]:
    """Yield the bytes of the record of a scope: `form` is one of FORMS; raises KeyError for another."""
    return _CITY[form](ask)


def log_export(events: Iterable[LogEvent], form: str) -> Iterator[bytes]:
    """Yield the bytes of an event log, its cases one after another; `form` is xes, csv or parquet."""
    return _LOG[form](map(_told_apart, events))


def _told_apart(event: LogEvent) -> LogEvent:
    """The event with attributes that no reader takes for its case, activity, time, person or lifecycle.

    A table whose columns were named one by one can have attributes of such names beside them.
    """
    own, shared = event.attributes, event.case_attributes
    if NAME_OF_A_CASE not in shared and own.keys().isdisjoint(COLUMNS):
        return event
    return replace(
        event,
        attributes=_renamed(own, COLUMNS),
        case_attributes=_renamed(shared, (NAME_OF_A_CASE,)),
    )


def _renamed(attributes: Mapping[str, str], taken: Sequence[str]) -> dict[str, str]:
    return {RENAMED + name if name in taken else name: value for name, value in attributes.items()}


def _csv(events: Iterable[LogEvent]) -> Iterator[bytes]:
    """The columns of attributes have to be known before the first row."""
    known = list(events)
    own = dict.fromkeys(name for event in known for name in event.attributes)
    shared = dict.fromkeys(name for event in known for name in event.case_attributes)
    return write_event_csv(known, list(own), list(shared))


def _parquet(events: Iterable[LogEvent]) -> Iterator[bytes]:
    with TemporaryDirectory(prefix="permitflow-export-") as folder:
        path = Path(folder) / "log.parquet"
        write_parquet(events, path)
        with path.open("rb") as file:
            yield from iter(lambda: file.read(PORTION), b"")


_LOG: Mapping[str, Callable[[Iterable[LogEvent]], Iterator[bytes]]] = MappingProxyType(
    {"xes": write_xes, "csv": _csv, "parquet": _parquet}
)
_CITY: Mapping[str, Callable[[Ask], Iterator[bytes]]] = MappingProxyType(
    {
        "xes": lambda ask: write_xes(city_log(ask)),
        "csv": lambda ask: write_event_csv(city_log(ask), EVENT_ATTRIBUTES, CASE_ATTRIBUTES),
        "ocel": lambda ask: write_ocel(object_types(ask), objects(ask), happenings(ask)),
        "parquet": lambda ask: _parquet(city_log(ask)),
    }
)
