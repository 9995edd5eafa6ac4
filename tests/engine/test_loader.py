"""Reading workflow files: identity, and every refusal with file, line and sentence."""

import hashlib
import json
from pathlib import Path

import pytest

from permitflow.engine.errors import DefinitionError
from permitflow.engine.loader import check_file, from_body, load_checked, load_file, load_text
from tests.engine.small_workflow import SMALL, line_of, variant


def refusal(text: str) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        load_text(text, "city.yaml")
    return caught.value


def test_a_definition_is_read_and_keeps_the_order_of_the_file() -> None:
    definition = load_text(SMALL, "city.yaml").definition
    assert definition.initial() == "draft"
    assert list(definition.phases)[:3] == ["draft", "screening", "intake"]
    assert definition.actions["submit"].from_ == ("draft",)
    assert definition.provenance.as_of.isoformat() == "2026-01-01"


def test_the_hash_is_that_of_the_body() -> None:
    loaded = load_text(SMALL, "city.yaml")
    assert hashlib.sha256(loaded.body.encode()).hexdigest() == loaded.hash


def test_the_stored_body_gives_the_same_definition_again() -> None:
    loaded = load_text(SMALL, "city.yaml")
    assert from_body(loaded.body) == loaded.definition
    assert from_body(loaded.body) is from_body(loaded.body)


def test_comments_blanks_and_quotes_do_not_change_the_identity() -> None:
    same = "# A comment\n" + SMALL.replace("title: Small permit", 'title:   "Small permit"   # another')
    assert load_text(same, "other.yaml").hash == load_text(SMALL, "city.yaml").hash


def test_a_changed_word_changes_the_identity() -> None:
    other = variant(("title: Small permit", "title: Small Permit"))
    assert load_text(other, "city.yaml").hash != load_text(SMALL, "city.yaml").hash


def test_the_body_holds_what_was_written_and_no_defaults() -> None:
    body = json.loads(load_text(SMALL, "city.yaml").body)
    assert body["phases"]["draft"] == {"title": "Draft", "party": "applicant", "initial": True}


def test_lines_are_known_for_every_part() -> None:
    loaded = load_text(SMALL, "city.yaml")
    assert loaded.lines["actions.accept"] == line_of(SMALL, "  accept:")
    assert loaded.line("actions.submit.when.0.nowhere") == line_of(SMALL, "    when: [signed]")
    assert loaded.line("nowhere") is None


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("phases:\n", "pharses:\n", "unknown key 'pharses' in the workflow; did you mean 'phases'?"),
        ("    fix_by: applicant\n    where: sign", "    fixby: applicant", "unknown key 'fixby' in clauses.signed"),
        ("title: Ready, ", "", "'title' is missing in phases.ready"),
        ("valid_days: 180", "valid_days: many", "permit.valid_days must be a whole number, not 'many'"),
        ("valid_days: 180", "valid_days: 0", "permit.valid_days: Input should be greater than 0"),
        ("verified: true}\nroles", "verified: yes}\nroles", "provenance.verified must be true or false, not 'yes'"),
        ("unit: business_day", "unit: busines_day", "did you mean 'business_day'?"),
        ("  ready: {", "  Ready: {", "'Ready' in phases.Ready is not a valid name"),
        ("    to: screening\n", "    to: 5\n", "actions.submit.to must be text: put '5' in double quotes"),
        ("starts: [pass_screening, hand_over]", "starts: []", "clocks.completeness.starts must not be empty"),
        ("citation: City code 2", 'citation: "  "', "documents.site_plan.citation must not be empty"),
        ("citation: City code 2", "help: none", "'citation' is missing in documents.site_plan"),
        ("citation: NEC 625.41, ", "", "'citation' is missing in lanes.electrical.checklist.0"),
        ("as_of: 2026-01-01, verified", "as_of: 2026-02-30, verified", "provenance.as_of must be a date such as"),
        ("project_types: [commercial]", "project_types: commercial", "project_types must be a list, not 'commercial'"),
        ("  site_plan: {title: Site plan, citation: City code 2}", "  site_plan: text", "must be a block of named"),
        ("fields:\n", "fields: [1]\nfees2:\n", "fields must be a block of named entries, not a list"),
    ],
)  # fmt: skip
def test_what_the_model_refuses_is_said_in_words(old: str, new: str, sentence: str) -> None:
    error = refusal(variant((old, new)))
    found = [problem for problem in error.problems if sentence in problem.message]
    assert found, [str(problem) for problem in error.problems]
    assert found[0].file == "city.yaml"
    assert found[0].line


def test_a_misspelt_key_is_shown_at_its_own_line() -> None:
    text = variant(("    fix_by: applicant\n    where: sign", "    fix_by: applicant\n    were: sign"))
    error = refusal(text)
    assert str(error).startswith(f"city.yaml:{line_of(text, 'were:')}: unknown key 'were' in clauses.signed")
    assert "did you mean 'where'?" in str(error)


def test_all_problems_are_reported_by_line_and_missing_keys_last() -> None:
    error = refusal(variant(("title: Ready, ", ""), ("title: Small permit", "tittle: Small permit")))
    assert [problem.id for problem in error.problems] == ["L002", "L003", "L003"]
    assert str(error).startswith("city.yaml:2: unknown key 'tittle' in the workflow; did you mean 'title'?")
    lines = [problem.line or 0 for problem in error.problems if problem.id == "L003"]
    assert lines == sorted(lines)


def test_a_definition_with_lint_errors_is_not_run(tmp_path: Path) -> None:
    path = tmp_path / "city.yaml"
    path.write_text(variant(("to: screening\n", "to: screning\n")))
    assert load_file(path).definition.actions["submit"].to == "screning"
    with pytest.raises(DefinitionError, match="there is no phase called 'screning'") as caught:
        load_checked(path)
    assert caught.value.line == line_of(path.read_text(), "to: screning")


def test_a_definition_with_warnings_runs(tmp_path: Path) -> None:
    path = tmp_path / "city.yaml"
    path.write_text(
        variant(("    as_of: 2026-01-01\n    verified: true", "    as_of: 2026-01-01\n    verified: false"))
    )
    assert [problem.id for problem in check_file(path)] == ["L152"]
    assert load_checked(path).definition.workflow == "small"


def test_half_a_character_is_refused() -> None:
    assert "half a character" in str(refusal(variant(("title: Small permit", 'title: "\\ud800"'))))


def test_checking_a_file_never_raises(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: [")
    assert [problem.id for problem in check_file(bad)] == ["L001"]
    assert [problem.id for problem in check_file(tmp_path / "absent.yaml")] == ["L001"]
    assert "cannot be opened" in check_file(tmp_path)[0].message
