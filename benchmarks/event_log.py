"""A seeded event log as a permit office writes it: rounds of correction, lanes in any order, weeks, people."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path

import duckdb

Row = tuple[str, int, int, str, str | None]
"""Case, instant in microseconds, place in the log, activity, person."""
START = datetime(2018, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
LANES = ("Electrical review", "Fire review", "Zoning review", "Structural review")
CHUNK = 500_000


def cases(seed: int = 7) -> Iterator[list[tuple[str, float, str | None]]]:
    """Without end: the (activity, hours after its arrival, person) of one case after the other."""
    chance = random.Random(seed)
    people = [f"reviewer {number}" for number in range(40)]
    while True:
        at = 0.0
        events: list[tuple[str, float, str | None]] = [("Application submitted", at, None)]
        at += chance.expovariate(1 / 30)
        events.append(("Completeness check", at, chance.choice(people[:6])))
        for round_number in range(1 + (chance.random() < 0.18) + (chance.random() < 0.05)):
            if round_number:
                at += chance.expovariate(1 / 200)
                events.append(("Corrections received", at, None))
            open_lanes = chance.sample(LANES, chance.choice((2, 3, 4)))
            done = [(lane, at + chance.lognormvariate(4, 1), chance.choice(people)) for lane in open_lanes]
            events += done
            at = max(when for _, when, _ in done)
        for last in ("Fee paid", "Permit issued", "Inspection passed")[: chance.choice((1, 2, 3, 3))]:
            at += chance.expovariate(1 / 60)
            events.append((last, at, chance.choice(people[6:12])))
        yield sorted(events, key=itemgetter(1))


def rows(events: int, seed: int = 7) -> Iterator[Row]:
    """This many events, case after case; fewer cases arrive at weekends, and no case ends in the middle but the last."""
    chance = random.Random(seed + 1)
    made = 0
    arrival = START
    for number, case in enumerate(cases(seed)):
        arrival += timedelta(minutes=chance.expovariate(1 / (12 if arrival.weekday() < 5 else 90)))
        begun = int(arrival.timestamp() * 1_000_000)
        for activity, hours, person in case:
            yield f"case {number}", begun + int(hours * HOUR_US), made, activity, person
            made += 1
            if made == events:
                return


def write_parquet(path: Path, events: int) -> None:
    """Writes the log with the columns that reports read."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE log (case_id VARCHAR, t BIGINT, seq BIGINT, activity VARCHAR, person VARCHAR)"
    )
    source = rows(events)
    text = path.with_suffix(".csv")
    while chunk := list(islice(source, CHUNK)):
        lines = (f"{case}|{t}|{seq}|{activity}|{person or ''}\n" for case, t, seq, activity, person in chunk)
        text.write_text("".join(lines), encoding="utf-8")
        connection.execute(f"COPY log FROM '{text}' (DELIMITER '|', HEADER false)")
    text.unlink()
    connection.execute(
        "COPY (SELECT *, 'complete' AS lifecycle, false AS day_only FROM log ORDER BY t, seq)"
        f" TO '{path}' (FORMAT parquet)"
    )


def write_xes(path: Path, events: int) -> None:
    """Writes the log as gzipped XES."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xes.version="1.0">\n')
        for case, found in groupby(rows(events), key=itemgetter(0)):
            file.write(f'<trace><string key="concept:name" value="{case}"/>\n')
            file.writelines(_event(row) for row in found)
            file.write("</trace>\n")
        file.write("</log>\n")


def _event(row: Row) -> str:
    _, t, seq, activity, person = row
    when = datetime.fromtimestamp(t / 1_000_000, UTC).isoformat(timespec="milliseconds")
    who = f'<string key="org:resource" value="{person}"/>' if person else ""
    return (
        f'<event><string key="concept:name" value="{activity}"/><date key="time:timestamp" value="{when}"/>{who}'
        f'<string key="lifecycle:transition" value="complete"/><int key="fee" value="{seq % 900}"/></event>\n'
    )
