"""Who may take which step now, why not, and what the step does."""

import threading

import pytest
import transitions

from permitflow.engine import machine as room
from permitflow.engine.errors import (
    ConflictOfInterest,
    MissingInput,
    NotAllowed,
    UnmetClauses,
    WrongPhase,
    WrongRole,
)
from permitflow.engine.lanes import LaneState, lanes_for, reopen
from permitflow.engine.machine import (
    Actor,
    Machine,
    Situation,
    allowed,
    automatic,
    compile_machine,
    fire,
    flat_events,
    joined,
    move,
    unmet_before,
    why_not,
)
from tests.engine.small_workflow import loaded

READY = {
    "attestations": {"signed": True},
    "equipment": {"station_count": 4, "level": "L2"},
    "fees": {"balance_cents": 0},
}
ALICE = Actor("alice", frozenset({"applicant"}), frozenset({"volt"}))
TECHNICIAN = Actor("tom", frozenset({"permit_technician"}))
OFFICIAL = Actor("olga", frozenset({"building_official"}))
SYSTEM = Actor("system", frozenset({"system"}))


def compiled(*changes: tuple[str, str]) -> Machine:
    found = loaded(*changes)
    return compile_machine(found.hash, found.definition)


def at(
    phase: str, facts: dict[str, object] | None = None, lanes: dict[str, LaneState] | None = None
) -> Situation:
    return Situation(phase, "volt", READY if facts is None else facts, lanes or {})


def refused(
    action: str, actor: Actor, situation: Situation, inputs: dict[str, str] | None = None
) -> NotAllowed:
    with pytest.raises(NotAllowed) as caught:
        fire(compiled(), action, actor, situation, inputs or {})
    return caught.value


def test_a_step_says_what_to_write() -> None:
    step = fire(compiled(), "submit", ALICE, at("draft"), {})
    assert (step.action, step.entry, step.from_phase, step.to_phase) == (
        "submit",
        "Submitted",
        "draft",
        "screening",
    )
    assert step.role == "applicant"
    assert [(result.clause, result.outcome) for result in step.clause_results] == [("signed", "pass")]
    assert (step.effects, step.reopen_lanes, step.next_round) == ((), "none", False)


def test_a_step_carries_effects_and_the_next_round() -> None:
    assert fire(compiled(), "approve", OFFICIAL, at("ready"), {}).effects == ("assess_fees",)
    step = fire(compiled(), "resubmit", ALICE, at("corrections"), {})
    assert (step.reopen_lanes, step.next_round) == ("asked", True)


def test_an_action_from_another_phase_is_refused_with_both_phases_named() -> None:
    error = refused("accept", TECHNICIAN, at("draft"))
    assert type(error) is WrongPhase
    expected = "“Accept” cannot be done now: the application stands at “Draft”, not at “Completeness check”."
    assert str(error) == expected


def test_an_unknown_action_is_refused() -> None:
    error = refused("to_issued", TECHNICIAN, at("draft"))
    assert type(error) is WrongPhase
    assert error.refusals[0].code == "unknown_action"
    assert "to_issued" in str(error)


def test_a_phase_that_the_definition_does_not_have_is_refused() -> None:
    assert type(refused("accept", TECHNICIAN, at("nowhere"))) is WrongPhase


def test_an_action_of_another_role_is_refused_and_says_who_can() -> None:
    error = refused("approve", TECHNICIAN, at("ready"))
    assert type(error) is WrongRole
    assert str(error) == "“Approve” can only be done by: Building official."
    assert error.refusals[0].who_can_fix == "building_official"


def test_nobody_acts_for_the_city_on_a_file_of_their_own_company() -> None:
    insider = Actor("olga", frozenset({"building_official"}), frozenset({"amp", "volt"}))
    error = refused("approve", insider, at("ready"))
    assert type(error) is ConflictOfInterest
    assert error.refusals[0].code == "conflict_of_interest"
    assert (
        fire(compiled(), "approve", insider, Situation("ready", "other", READY), {}).role
        == "building_official"
    )


def test_an_insider_may_still_act_for_the_applicant() -> None:
    both = Actor("olga", frozenset({"permit_technician", "applicant"}), frozenset({"volt"}))
    assert fire(compiled(), "pay", both, at("fees_due"), {}).role == "applicant"
    staff = Actor("olga", frozenset({"permit_technician"}), frozenset({"volt"}))
    assert type(refused("pay", staff, at("fees_due"))) is ConflictOfInterest


def test_a_file_without_a_company_has_no_insiders() -> None:
    situation = Situation("ready", None, READY)
    assert fire(compiled(), "approve", OFFICIAL, situation, {}).to_phase == "fees_due"


def test_a_missing_text_is_refused_together_with_every_unmet_clause() -> None:
    error = refused("deny", OFFICIAL, at("ready", {"attestations": {"signed": False}}), {"finding": "  "})
    assert type(error) is MissingInput
    assert [refusal.code for refusal in error.refusals] == ["missing_finding", "signed"]
    assert str(error) == "Fill in “Finding”. Sign the application."
    assert (error.refusals[0].where, error.refusals[0].citation) == ("finding", "City code 4")


def test_a_text_that_may_be_left_out_is_not_asked_for() -> None:
    step = fire(compiled(), "deny", OFFICIAL, at("ready"), {"finding": "The pad stands in the fire lane."})
    assert step.to_phase == "denied"


def test_unmet_clauses_say_who_can_fix_them_and_where() -> None:
    error = refused("submit", ALICE, at("draft", {}))
    assert type(error) is UnmetClauses
    (refusal,) = error.refusals
    assert refusal.sentence() == "Signature is not known yet."
    assert (refusal.who_can_fix, refusal.where, refusal.citation) == ("applicant", "sign", "City code 1")


def test_every_unmet_clause_is_listed() -> None:
    machine = compiled(
        ("    when: [signed]\n    entry: Submitted", "    when: [signed, few_stations]\n    entry: S")
    )
    facts = {"attestations": {"signed": False}, "equipment": {"station_count": 9}}
    with pytest.raises(UnmetClauses) as caught:
        fire(machine, "submit", ALICE, at("draft", facts), {})
    assert [refusal.code for refusal in caught.value.refusals] == ["signed", "few_stations"]


def test_a_notice_needs_an_item() -> None:
    error = refused("send_corrections", SYSTEM, at("in_review"))
    assert type(error) is MissingInput
    assert error.refusals[0].code == "missing_items"
    step = fire(compiled(), "send_corrections", SYSTEM, at("in_review"), {}, draft_items=2)
    assert step.effects == ("issue_notice",)


def test_the_order_of_refusals_is_phase_role_conflict_input() -> None:
    insider = Actor("olga", frozenset({"building_official"}), frozenset({"volt"}))
    assert type(refused("deny", ALICE, at("draft", {}))) is WrongPhase
    assert type(refused("deny", ALICE, at("ready", {}))) is WrongRole
    assert type(refused("deny", insider, at("ready", {}))) is ConflictOfInterest
    assert type(refused("deny", OFFICIAL, at("ready", {}))) is MissingInput
    assert type(refused("deny", OFFICIAL, at("ready", {}), {"finding": "x"})) is UnmetClauses


def test_allowed_lists_what_a_person_may_do_here_with_what_hinders() -> None:
    choices = allowed(compiled(), ALICE, at("draft", {}))
    assert [choice.action for choice in choices] == ["submit", "withdraw"]
    assert [refusal.code for refusal in choices[0].refusals] == ["signed"]
    assert choices[1].refusals == ()
    assert choices[0].spec.title == "Submit"


def test_allowed_leaves_out_steps_of_the_system_and_of_others() -> None:
    assert [choice.action for choice in allowed(compiled(), TECHNICIAN, at("intake"))] == ["accept"]
    assert allowed(compiled(), SYSTEM, at("intake")) == ()
    assert allowed(compiled(), TECHNICIAN, at("nowhere")) == ()


def test_allowed_does_not_ask_for_texts_yet_to_be_written() -> None:
    (approve, deny) = allowed(compiled(), OFFICIAL, at("ready"))
    assert (approve.refusals, deny.refusals) == ((), ())


def test_allowed_agrees_with_fire() -> None:
    machine = compiled()
    for phase in machine.definition.phases:
        for actor in (ALICE, TECHNICIAN, OFFICIAL):
            for choice in allowed(machine, actor, at(phase)):
                inputs = dict.fromkeys(choice.spec.inputs, "text")
                taken = fire(machine, choice.action, actor, at(phase), inputs, draft_items=1)
                assert choice.refusals == ()
                assert taken.to_phase == choice.spec.to


def test_why_not_answers_for_any_action() -> None:
    machine = compiled()
    assert why_not(machine, "approve", ALICE, at("ready"))[0].code == "wrong_role"
    assert why_not(machine, "approve", OFFICIAL, at("draft"))[0].code == "wrong_phase"
    assert why_not(machine, "approve", OFFICIAL, at("ready")) == ()
    assert why_not(machine, "send_corrections", SYSTEM, at("in_review"))[0].code == "missing_items"
    drafted = at("in_review", {"corrections": {"draft": 1}})
    assert why_not(machine, "send_corrections", SYSTEM, drafted) == ()


def test_why_a_file_left_the_fast_track_are_the_clauses_tried_before() -> None:
    five = at("screening", {"equipment": {"station_count": 5}})
    assert unmet_before(compiled(), "hand_over", five) == ("few_stations",)
    assert unmet_before(compiled(), "hand_over", at("screening")) == ()
    assert unmet_before(compiled(), "pass_screening", five) == (), "nothing is tried before it"
    assert unmet_before(compiled(), "submit", five) == (), "no phase takes it by itself"


def test_the_first_automatic_action_whose_clauses_pass_is_taken() -> None:
    assert automatic(compiled(), at("screening")) == "pass_screening"
    assert automatic(compiled(), at("screening", {"equipment": {"station_count": 5}})) == "hand_over"
    assert automatic(compiled(), at("draft")) is None


def test_what_is_unknown_never_passes_by_itself() -> None:
    assert automatic(compiled(), at("screening", {})) == "hand_over"


def test_the_join_names_the_step_of_a_complete_round() -> None:
    machine = compiled()
    lanes = reopen(lanes_for(machine.definition, "in_review", READY), {}, "none", 1)
    assert joined(machine, at("in_review", lanes=lanes)) is None
    done = {
        name: LaneState(name, lane.required, lane.informational, "approved", 1)
        for name, lane in lanes.items()
        if name != "utility"
    } | {"utility": lanes["utility"]}
    assert joined(machine, at("in_review", lanes=done)) == "complete_reviews"
    asked = done | {"fire": LaneState("fire", True, False, "corrections_requested", 1)}
    assert joined(machine, at("in_review", lanes=asked)) == "send_corrections"
    assert joined(machine, at("draft", lanes=done)) is None


def test_a_machine_is_compiled_once_per_hash() -> None:
    found = loaded()
    assert compile_machine(found.hash, found.definition) is compile_machine(found.hash, found.definition)


def test_only_the_most_recently_used_machines_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CACHE_SIZE", 2)
    definition = loaded().definition
    first = compile_machine("first", definition)
    compile_machine("second", definition)
    assert compile_machine("first", definition) is first
    compile_machine("third", definition)
    assert compile_machine("first", definition) is first
    assert len(room._compiled) <= 2


def test_no_way_leads_round_the_definition() -> None:
    """The library's own jumps (`to_issued`) must not exist."""
    machine = compiled()
    assert set(machine.events) == set(machine.definition.actions)


def test_the_library_refuses_a_trigger_from_another_state() -> None:
    events = flat_events(["a", "b"], [("go", "a", "b")])
    assert move(events["go"], "a") == "b"
    with pytest.raises(transitions.MachineError):
        move(events["go"], "b")


def test_the_library_keeps_no_model_and_its_holder_has_no_other_attributes() -> None:
    events = flat_events(["a", "b"], [("go", "a", "b")])
    move(events["go"], "a")
    assert events["go"].machine.models == []
    assert not hasattr(room.Holder("a"), "__dict__")


def test_the_library_accepts_a_step_back_to_the_same_state() -> None:
    events = flat_events(["a"], [("stay", "a", "a")])
    assert move(events["stay"], "a") == "a"


def test_one_machine_serves_many_threads() -> None:
    machine = compiled()
    path = [("submit", ALICE, "draft", "screening"), ("hand_over", SYSTEM, "screening", "intake")]
    path += [("accept", TECHNICIAN, "intake", "in_review"), ("resubmit", ALICE, "corrections", "in_review")]
    wrong: list[object] = []

    def run(offset: int) -> None:
        for turn in range(600):
            action, actor, source, target = path[(turn + offset) % len(path)]
            try:
                step = fire(machine, action, actor, at(source), {})
            except Exception as error:  # noqa: BLE001 - whatever a thread raises is what this test looks for
                wrong.append(error)
            else:
                if step.to_phase != target:
                    wrong.append(step)

    threads = [threading.Thread(target=run, args=(offset,)) for offset in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
