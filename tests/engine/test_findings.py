"""The catalogue of checks: every one is shown to work, has a sentence of its own, and a rank that holds everywhere."""

import re

from permitflow.engine.findings import CATALOGUE
from tests.engine import overlay_samples
from tests.engine.lint_samples import PARTS
from tests.engine.lint_samples_of_flow import FLOW

# What is no YAML, or not the data type of a workflow, is refused when it is read; see test_lint.py.
UNREADABLE = {"L001", "L002", "L003", "L004"}
# Packs, overlays, versions and scenarios are more than one file; their samples stand with their own tests.
OF_SEVERAL_FILES = {"L166", "L167", "L270", "L271"}


def test_every_check_has_a_failing_sample_and_a_passing_twin() -> None:
    shown = {sample.check for sample in (*FLOW, *PARTS)} | UNREADABLE
    shown |= {sample.check for sample in overlay_samples.SAMPLES} | overlay_samples.REFUSED | OF_SEVERAL_FILES
    assert shown == set(CATALOGUE)


def test_checks_stand_in_the_order_of_their_ids_and_each_says_something_of_its_own() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert all(re.fullmatch(r"L\d{3}", check) for check in CATALOGUE)
    assert len({check.what for check in CATALOGUE.values()}) == len(CATALOGUE)


def test_an_overlay_is_never_spared_by_calling_itself_legacy() -> None:
    of_overlays = [check for id_, check in CATALOGUE.items() if "L250" <= id_ <= "L263"]
    assert len(of_overlays) == 14
    assert all(check.severity == "error" and not check.policy for check in of_overlays)
