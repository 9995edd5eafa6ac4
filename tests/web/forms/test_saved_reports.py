"""The form of a saved report before it is kept."""

from __future__ import annotations

from permitflow.web.forms.saved_reports import new_form
from tests.web.forms.sending import opened, sent, sentences

MANAGERS = [("m" * 32, "Mo Manager"), ("n" * 32, "Nell Manager")]
ADDRESS = "/reports/bottlenecks?city=rio-verde&step=fire"


def test_a_report_is_called_as_its_page_until_it_gets_a_name() -> None:
    with opened():
        form = new_form(MANAGERS, ADDRESS, MANAGERS[0][0])
        assert (form.name.data, form.address.data) == ("Where files wait", ADDRESS)
        assert form.receivers.data == [MANAGERS[0][0]]
        assert new_form(MANAGERS, "/elsewhere", "m").name.data == ""


def test_a_name_a_page_and_a_known_receiver_are_needed() -> None:
    with sent(
        name=" ", address="/reports/nowhere", receivers="z" * 32, rhythm="weekly", weekday="0", hour="7"
    ):
        refused = sentences(new_form(MANAGERS, "", MANAGERS[0][0]))
    assert refused["name"] == ["Give the report a name."]
    assert refused["address"] == ["This is not the address of a report page."]
    assert "receivers" in refused
