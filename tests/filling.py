"""Filling in a form as a person does: what stands on the page is sent back, changed where somebody typed."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element

from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from tests.pressing import tree
from tests.strict_client import StrictClient


def forms(page: TestResponse) -> list[Element]:
    """The forms of the page's main part, in order."""
    main = next(part for part in tree(page).iter("main"))
    return list(main.iter("form"))


def filled(form: Element) -> dict[str, Any]:
    """The fields of a form as they stand on the page."""
    values: dict[str, Any] = {}
    for field in form.iter():
        name = field.get("name")
        if not name or field.tag == "button":
            continue
        if field.tag == "input" and (
            field.get("type") not in ("radio", "checkbox") or field.get("checked") is not None
        ):
            values[name] = field.get("value", "")
        elif field.tag == "textarea":
            values[name] = "".join(field.itertext()).removeprefix("\n")
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            values[name] = chosen[0].get("value", "") if chosen else ""
    return {name: value for name, value in values.items() if not _is_file(form, name)}


def _is_file(form: Element, name: str) -> bool:
    return any(field.get("name") == name and field.get("type") == "file" for field in form.iter("input"))


def send(client: StrictClient, path: str, number: int = 0, **typed: Any) -> TestResponse:
    """Open a page and send one of its forms, with what was typed; a value of None leaves the field out."""
    return send_from(client, client.get(path), path, number, **typed)


def send_from(
    client: StrictClient, page: TestResponse, path: str, number: int = 0, **typed: Any
) -> TestResponse:
    """Send one of the forms of a page that is open already."""
    form = forms(page)[number]
    values = {name: value for name, value in {**filled(form), **typed}.items() if value is not None}
    return client.post(form.get("action") or path, data=values)


def upload(client: StrictClient, path: str, values: dict[str, Any]) -> TestResponse:
    """Send fields and files as a browser does; a file is given as (bytes, name)."""
    files = {
        name: FileStorage(BytesIO(value[0]), value[1])
        for name, value in values.items()
        if type(value) is tuple
    }
    boundary, body = encode_multipart(values | files)
    return client.post(path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')
