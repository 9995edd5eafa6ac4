"""Whatever a file or a condition says, reading it touches nothing, ends soon, and refuses in the declared ways."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from permitflow.engine import conditions, strict_yaml
from permitflow.engine.errors import DefinitionError
from tests.proof import fuzzing, mutations
from tests.proof.fuzzing import LIMIT_MS, Fuzzer, Tripped, cage

INPUTS = 3_000


@pytest.fixture(scope="module")
def known() -> fuzzing.Corpus:
    return fuzzing.corpus()


@pytest.mark.slow
def test_nothing_that_is_read_touches_anything(known: fuzzing.Corpus) -> None:
    found = Fuzzer(20_26, known).run(INPUTS)
    assert not found.faults, "\n".join(found.faults[:5])
    assert found.slowest_ms["evaluation"][0] < LIMIT_MS
    assert set(found.inputs) == set(fuzzing._TARGETS), "every reader is fuzzed"
    assert found.accepted["decided"] > INPUTS // 20, (
        "enough of the conditions can be evaluated to mean something"
    )
    assert found.accepted["snippet"] > INPUTS // 100


@pytest.mark.parametrize(
    "touch",
    [
        lambda: Path(__file__).read_text(),
        lambda: __import__("this_module_is_nowhere"),
        lambda: eval("1 + 1"),
        lambda: exec("x = 1"),
        lambda: subprocess.Popen(["true"]),
        lambda: __import__("socket").socket(),
        lambda: __import__("os").system("true"),
    ],
)
def test_the_cage_refuses_what_is_forbidden(touch: Callable[[], object]) -> None:
    fuzzing.install()
    with pytest.raises(Tripped), cage():
        touch()
    assert Path(__file__).read_text(encoding="utf-8"), "outside the cage everything is as before"


def test_a_reader_that_would_run_code_is_found_out(
    known: fuzzing.Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzzer = Fuzzer(1, known)
    monkeypatch.setattr(strict_yaml, "read", lambda text, _file: eval(repr(text)))
    fuzzer.one("snippet")
    assert "tripped" in fuzzer.found.faults[-1]


def test_an_undeclared_error_and_a_slow_evaluation_are_found_out(
    known: fuzzing.Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    fuzzer = Fuzzer(2, known)
    monkeypatch.setattr(mutations, "expression", lambda *_: "a == 1")

    def slow(*given: object) -> float:
        return 99.0

    monkeypatch.setattr(fuzzing, "_milliseconds", slow)
    fuzzer.one("expression")
    assert "99.0 ms" in fuzzer.found.faults[-1]
    monkeypatch.setattr(fuzzing, "check_readable", lambda given: {}[given])
    fuzzer.one("expression")
    assert "KeyError" in fuzzer.found.faults[-1]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "{a: " * 60_000,
        "- " * 100_000,
        "a: " + "b\n  " * 60_000,
        "!" * 200_000,
        "'" * 200_000,
        "[" + "[]," * 15_000 + "]",
        "? " * 100_000,
        '"' + "\\u0041" * 40_000 + '"',
    ],
    ids=["lists", "blocks", "dashes", "plain", "marks", "quotes", "many", "keys", "escapes"],
)
def test_the_largest_file_of_any_shape_is_read_or_refused(text: str) -> None:
    with suppress(DefinitionError):
        assert strict_yaml.read(text, "file").value


def test_a_condition_never_grows_beyond_its_bounds() -> None:
    deep = "(" * 21 + "a" + ")" * 21
    for given in (deep, "a" * 1001, "a+" * 301 + "a", "a.all(x, x)", "a[0]", "a.matches('(a+)+$')"):
        with pytest.raises(conditions.UnreadableExpression):
            conditions.check_readable(given)
