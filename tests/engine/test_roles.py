"""The standard staff roles."""

from permitflow.engine.roles import STANDARD_STAFF


def test_every_role_has_a_title_and_the_office_alone_administers() -> None:
    assert all(title and title[0].isupper() for title in STANDARD_STAFF.values())
    assert len(set(STANDARD_STAFF.values())) == len(STANDARD_STAFF)
    assert "administrator" not in STANDARD_STAFF
    assert {"zoning_officer", "council_clerk", "utility_liaison", "deputy_official"} <= STANDARD_STAFF.keys()
