"""Every check of a workflow file has a sample that fails it at its line, and a twin without the fault that passes."""

import time
from functools import cache

import pytest

from permitflow.engine.errors import DefinitionError, Problem
from permitflow.engine.findings import CATALOGUE
from permitflow.engine.lint import lint
from permitflow.engine.loader import load_text
from permitflow.engine.machine import compile_machine
from tests.engine.large_workflow import large_workflow
from tests.engine.lint_samples import ALL_STAFF, CALIFORNIA, PARTS, Change, Sample
from tests.engine.lint_samples_of_flow import FLOW
from tests.engine.small_workflow import line_of, problems, variant

SAMPLES = [*FLOW, *PARTS]
# What is no YAML, or not the data type of a workflow, is refused when it is read.
UNREADABLE: list[tuple[str, Change]] = [
    ("L001", ("title: Small permit\n", "title: Small permit\ntitle: Again\n")),
    ("L002", ("title: Small permit\n", "title: Small permit\nsubtitle: Again\n")),
    ("L003", ("{title: Ready, party", "{party")),
    ("L004", ("valid_days: 180", "valid_days: many")),
]


@cache
def linted(text: str, staffed: bool = False) -> tuple[Problem, ...]:
    """What lint says about a passing text; many samples share their twin."""
    return lint(load_text(text, "small.yaml"), ALL_STAFF if staffed else None)


def test_the_sample_passes_every_check() -> None:
    assert problems() == ()
    assert problems(*CALIFORNIA) == ()
    assert lint(load_text(variant(), "small.yaml"), ALL_STAFF) == ()


def lines_written(text: str, fault: tuple[Change, ...]) -> set[int]:
    """The lines of `text` that the new texts of the changes take."""
    found: set[int] = set()
    for _, new in fault:
        if new and new in text:
            first = line_of(text, new)
            found.update(range(first, first + new.rstrip("\n").count("\n") + 1))
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.check)
def test_a_failing_sample_and_its_passing_twin(sample: Sample) -> None:
    text = variant(*sample.fault)
    found = lint(load_text(text, "small.yaml"), sample.staff)
    mine = [one for one in found if one.id == sample.check and sample.words in one.message]
    assert mine, [str(problem) for problem in found]
    assert mine[0].severity == CATALOGUE[sample.check].severity
    assert mine[0].file == "small.yaml"
    expected = {line_of(text, sample.at)} if sample.at else lines_written(text, sample.fault)
    assert mine[0].line in expected, (str(mine[0]), expected)
    twin = linted(variant(*sample.twin), sample.staff is not None)
    assert sample.check not in {problem.id for problem in twin}, [str(problem) for problem in twin]


@pytest.mark.parametrize(("check", "change"), UNREADABLE)
def test_a_file_that_cannot_be_read(check: str, change: Change) -> None:
    text = variant(change)
    with pytest.raises(DefinitionError) as caught:
        load_text(text, "small.yaml")
    (problem,) = caught.value.problems
    assert (problem.id, problem.line) == (check, max(lines_written(text, (change,))))
    assert load_text(variant(), "small.yaml").definition.workflow == "small"


ONE_OF_EACH = list({sample.check: sample for sample in SAMPLES if sample.check != "L272"}.values())


@pytest.mark.parametrize("sample", ONE_OF_EACH, ids=lambda sample: sample.check)
def test_policy_only_warns_in_a_legacy_definition(sample: Sample) -> None:
    legacy = ("workflow: small\n", "workflow: small\nlegacy: true\n")
    found = lint(load_text(variant(*sample.fault, legacy), "small.yaml"), sample.staff)
    (mine, *_) = [one for one in found if one.id == sample.check and sample.words in one.message]
    check = CATALOGUE[sample.check]
    assert mine.severity == ("warning" if check.policy else check.severity)


def test_a_problem_names_file_line_and_check() -> None:
    text = variant(("when: [few_stations]", "when: [few_station]"))
    (problem, *_) = lint(load_text(text, "city.yaml"))
    expected = "error L103: there is no clause called 'few_station'; did you mean 'few_stations'?"
    assert str(problem) == f"city.yaml:{line_of(text, 'few_station]')}: {expected}"
    assert str(Problem("L001", "error", "city.yaml", None, "the file is empty")).startswith(
        "city.yaml: error"
    )


def test_wrong_names_hide_what_would_only_follow_from_them() -> None:
    found = problems(("    to: denied", "    to: deny"))
    assert {problem.id for problem in found} == {"L102"}


def test_problems_are_sorted_by_line() -> None:
    found = problems(("when: [few_stations]", "when: [few]"), ("stops: [accept,", "stops: [acept,"))
    assert [problem.id for problem in found] == ["L103", "L105"]


def test_a_definition_of_sixty_phases_is_checked_and_compiled_quickly() -> None:
    large = load_text(large_workflow(60), "large.yaml")
    assert len(large.definition.phases) == 60
    begun = time.process_time()
    assert lint(large) == ()
    linted_at = time.process_time()
    compile_machine(large.hash, large.definition)
    # Processor time, and twice what is asked for: a measurement, not a test of this machine's other work.
    assert linted_at - begun < 2
    assert time.process_time() - linted_at < 0.1
