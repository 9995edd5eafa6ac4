"""The invented forms of the demo region: the same for the same seed, complete, and never of real people."""

from __future__ import annotations

import random
from pathlib import Path

from permitflow.services.demo_forms import business, home, paper
from permitflow.services.drafts import STEPS
from permitflow.services.facts import derived


def test_the_same_seed_invents_the_same_form() -> None:
    assert home(random.Random(7), "Alba", "92999") == home(random.Random(7), "Alba", "92999")
    assert business(random.Random(7), "Alba", "92999") != business(random.Random(8), "Alba", "92999")


def test_every_form_has_only_steps_of_the_wizard_and_counts_its_stations() -> None:
    rng = random.Random(3)
    for _ in range(30):
        for form in (home(rng, "Alba", "92999"), business(rng, "Alba", "92999")):
            assert set(form) <= set(STEPS)
            facts = derived(form)
            assert facts["equipment"]["station_count"] == form["equipment"][0]["quantity"]
            assert form["people"]["applicant"]["email"].endswith(".example")


def test_some_homes_miss_a_rule_and_most_do_not() -> None:
    rng = random.Random(1)
    checks = [derived(home(rng, "Alba", "92999"))["rules"] for _ in range(200)]
    wrong = sum(not all(check.values()) for check in checks)
    assert 20 <= wrong <= 120


def test_a_business_is_as_large_as_its_title_says() -> None:
    rng = random.Random(2)
    for _ in range(40):
        form = business(rng, "Alba", "92999")
        assert form["project"]["description"].startswith(f"{form['equipment'][0]['quantity']} charging")
        fast = form["project"]["type"] == "fast_charging_plaza"
        assert (form["equipment"][0]["level"] == "DC") is fast
        assert (
            form["site"]["stalls_after"] == form["site"]["existing_stalls"] > form["equipment"][0]["quantity"]
        )


def test_a_title_with_quotation_marks_makes_a_paper_too(tmp_path: Path) -> None:
    first = paper('Site "A"', tmp_path)
    assert (first.media_type, paper('Site "A"', tmp_path).sha256) == ("application/pdf", first.sha256)
