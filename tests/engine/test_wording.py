"""Sentences for what a data model refuses."""

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from permitflow.engine.errors import Problem
from permitflow.engine.wording import problems_of


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    width: int


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    inner: Inner | None = None
    rows: tuple[Inner, ...] = ()
    named: dict[str, Inner] = {}


def said(body: str, lines: dict[str, int] | None = None) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate_json(body)
    return problems_of(caught.value, Outer, "the form", "form.yaml", lines or {})


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"name": "a", "nme": 1}', "unknown key 'nme' in the form; did you mean 'name'?"),
        ('{"name": "a", "zzz": 1}', "unknown key 'zzz' in the form"),
        ('{"name": "a", "inner": {"width": 1, "widht": 2}}', "unknown key 'widht' in inner; did you mean 'width'?"),
        ('{"name": "a", "rows": [{"width": 1, "wide": 2}]}', "unknown key 'wide' in rows.0; did you mean 'width'?"),
        ('{"name": "a", "named": {"x": {"width": 1, "with": 2}}}', "unknown key 'with' in named.x; did you mean 'width'?"),
        ("{}", "'name' is missing in the form"),
        ('{"name": true}', "name must be text: put true in double quotes"),
        ('{"name": null}', "name must be text, not nothing"),
        ('{"name": ["a"]}', "name must be text, not a list"),
        ('{"name": {"a": 1}}', "name must be text, not a block of named entries"),
        ('{"name": "a", "inner": {"width": true}}', "inner.width must be a whole number, not true"),
        ('{"name": "a", "inner": {"width": "' + "x" * 80 + '"}}', f"inner.width must be a whole number, not '{'x' * 57}...'"),
        ('{"name": "a", "rows": 1}', "rows must be a list, not '1'"),
        ("[]", "the form must be a block of named entries, not a list"),
    ],
)  # fmt: skip
def test_a_sentence_for_each_kind_of_mistake(body: str, sentence: str) -> None:
    assert [problem.message for problem in said(body)] == [sentence]


def test_the_line_is_that_of_the_nearest_part() -> None:
    lines = {"name": 3, "inner": 4}
    assert said('{"name": 1}', lines)[0].line == 3
    assert said('{"name": "a", "inner": {}}', lines)[0].line == 4
    assert said("{}", lines)[0].line == 3
    assert said("{}")[0].line is None
