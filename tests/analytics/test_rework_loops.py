"""Which step sends files back."""

from permitflow.analytics.rework_loops import Loop, loops
from permitflow.analytics.visits import StepVisit


def path(file: str, *steps: str) -> list[StepVisit]:
    return [StepVisit(file, step, 10 * place, None, 10 * (place + 1)) for place, step in enumerate(steps)]


def test_a_review_that_repeats_after_corrections_sends_its_files_back_itself() -> None:
    visits = path("1", "intake", "fire", "corrections", "fire", "issue") + path(
        "2", "intake", "fire", "issue"
    )
    assert loops(visits, {"corrections"}) == {"fire": Loop(files=2, again=1, lost_us=20)}


def test_a_loop_over_several_steps_belongs_to_the_one_that_ended_before_the_return() -> None:
    visits = path("1", "intake", "zoning", "fire", "zoning", "fire", "issue") + path(
        "2", "intake", "zoning", "fire"
    )
    assert set(loops(visits, set())) == {"fire"}


def test_a_correction_desk_that_only_returned_files_see_sends_nothing_back() -> None:
    visits = path("1", "review", "corrections", "review") + path("2", "review") + path("3", "review")
    assert loops(visits, set()) == {"review": Loop(3, 1, 20)}


def test_files_that_never_return_have_no_loop() -> None:
    assert loops(path("1", "a", "b", "c"), set()) == {}
