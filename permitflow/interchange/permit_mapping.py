"""Mappings: how one city's permit export is laid out, as data in `workflows/mappings/`."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from permitflow.engine import strict_yaml
from permitflow.engine.errors import DefinitionError
from permitflow.interchange.reading import BadFile

Status = Literal["issued", "finaled", "suspended", "expired", "cancelled", "unknown"]
"""Where a permit stands; BLDS calls the first two and the fifth Permit Issued, Finaled and Cancelled."""


def _known_encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise ValueError(f"{name} is not an encoding") from error
    return name


Column = Annotated[str, StringConstraints(min_length=1)]
Encoding = Annotated[str, AfterValidator(_known_encoding)]


class Columns(BaseModel):
    """The column of the file that holds each field of a permit."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    number: Column
    permit_type: Column
    status: Column
    issued_on: Column
    applied_on: Column | None = None
    address: Column
    city: Column
    state: Column
    latitude: Column | None = None
    longitude: Column | None = None
    cost: Column | None = None
    contractor: Column | None = None
    description: Column

    def named(self) -> dict[str, str]:
        """The columns that must be there: field -> column."""
        return {field: column for field, column in self if column is not None}


class PermitMapping(BaseModel):
    """The layout of one export: encoding, form of dates, columns, and what each status means."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    title: str
    source: str
    encoding: Encoding = "utf-8"
    date_format: str = "%Y-%m-%d"
    columns: Columns
    statuses: dict[str, Status]


def load_mapping(path: Path) -> PermitMapping:
    """Reads a mapping from its YAML file, as strictly as a workflow file is read.

    Raises:
        BadFile: not strict YAML, or a key that is unknown, missing or of a wrong type; with its line.
    """
    try:
        document = strict_yaml.read(strict_yaml.decode(path.read_bytes(), path.name), path.name)
    except DefinitionError as error:
        raise BadFile(path.name, f"The mapping cannot be read: {error.message}.", error.line) from error
    try:
        return PermitMapping.model_validate(document.value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        sentence = f"The mapping cannot be used: at “{place}”, {first['msg']}."
        raise BadFile(path.name, sentence, document.lines.get(place)) from error
