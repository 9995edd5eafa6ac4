"""The facts of a clean site: nothing hinders unless a scenario says so."""

from permitflow.engine.clean_site import clean_facts, fact_at
from permitflow.engine.conditions import holds
from tests.engine.small_workflow import loaded


def test_nothing_hinders() -> None:
    facts = clean_facts(loaded().definition, {})
    assert holds("attestations.signed && contractor.licence_valid && rules.load_ok", facts)
    assert holds("!site.flood_zone && !project.includes_storage && !electrical.service_upgrade", facts)
    assert fact_at(facts, "project.type") == "commercial"
    assert fact_at(facts, "site.slope") == 0


def test_what_the_file_itself_knows_is_left_out() -> None:
    facts = clean_facts(loaded().definition, {})
    assert {"fees", "lanes", "documents", "corrections"}.isdisjoint(facts)


def test_a_scenario_says_what_differs() -> None:
    facts = clean_facts(loaded().definition, {"site.flood_zone": True, "site.soil.wet": True})
    assert fact_at(facts, "site.flood_zone") is True
    assert fact_at(facts, "site.soil.wet") is True
    assert fact_at(facts, "site.soil.dry") is None
    assert fact_at(facts, "site.slope.steep") is None


def test_a_home_is_small() -> None:
    home = loaded().definition.model_copy(update={"project_types": ("residential",)})
    assert fact_at(clean_facts(home, {}), "equipment.station_count") == 1
    assert fact_at(clean_facts(home, {}), "site.occupancy") == "one_family"
