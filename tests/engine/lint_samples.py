"""For each check of a workflow file: a sample that fails it, and the same sample without the fault, which passes it."""

from dataclasses import dataclass

Change = tuple[str, str]
ALL_STAFF = {"permit_technician": 2, "electrical_examiner": 1, "building_official": 1}


@dataclass(frozen=True)
class Sample:
    """A fault in the small workflow.

    `twin` are the changes of the sample that passes, `fault` those that replace or follow its last ones in
    the sample that fails; the finding stands at the line of `at`, or else within what the fault wrote.
    """

    check: str
    words: str
    fault: tuple[Change, ...]
    twin: tuple[Change, ...] = ()
    at: str = ""
    staff: dict[str, int] | None = None


def sample(check: str, words: str, *fault: Change, at: str = "", twin: tuple[Change, ...] = ()) -> Sample:
    """A fault beside the sample without it."""
    return Sample(check, words, fault, twin, at)


BEFORE_PERMIT = "permit: {title: Permit, valid_days"
BEFORE_ACCEPT = "  accept: {title: Accept,"
BEFORE_ELECTRICAL = "  electrical:\n    title: Electrical\n"


def clock(**keys: str) -> Change:
    """A further clock; the keys replace those of a harmless one."""
    said = {
        "title": "Extra",
        "unit": "business_day",
        "length": '"5"',
        "starts": "[accept]",
        "stops": "[complete_reviews, send_corrections, withdraw]",
        "authority": "City code 9",
        "outcome": "none",
        "source": "City code 9",
        "as_of": "2026-01-02",
        "verified": "true",
    } | keys
    lines = "".join(f"    {key}: {value}\n" for key, value in said.items())
    return BEFORE_PERMIT, f"  extra:\n{lines}{BEFORE_PERMIT}"


def action(text: str) -> Change:
    """A further action, written in braces after its name."""
    return BEFORE_ACCEPT, f"  {text}\n{BEFORE_ACCEPT}"


def pack(name: str) -> Change:
    """The small workflow in another state."""
    return "pack: generic-test", f"pack: {name}"


def with_documents(citation: str) -> Change:
    return "citation: City code 2}", f"citation: {citation}}}"


BEFORE_PHASES = "phases:\n  draft: {"
ONE_NOTICE = (
    BEFORE_PHASES,
    (
        "one_notice: {official: building_official, citation: Gov. Code, source: Code, as_of: 2026-01-01, "
        f"verified: true}}\n{BEFORE_PHASES}"
    ),
)
FINDINGS = (
    "      note: {title: Note, required: false}",
    "      evidence: {title: Evidence}\n      alternatives_rejected: {title: Alternatives}",
)
CALIFORNIA = (pack("us-ca-test"), ONE_NOTICE, FINDINGS)
FLORIDA = (
    pack("us-fl-test"),
    with_documents("Fla. Admin. Code 5F-14"),
    ("citation: NEC 625.41,", "citation: Florida Building Code 27,"),
)
COMPLETENESS = "    authority: City code 5"
CLOCK_END = "    as_of: 2026-01-01\n    verified: true"
FOLLOWS = (COMPLETENESS, f"{COMPLETENESS}\n    law: us-ca-ab970/completeness")
VOTE = "    vote: {body: Council, members: 7, quorum: 4, needed: 4, citation: Charter 12}\n"
APPROVE_END = "    effects: [assess_fees]\n    entry: Approved"
VOTED = (APPROVE_END, VOTE + APPROVE_END)
ANSWER = (
    "permit: {title: Permit, valid_days: 180",
    (
        "  answer:\n    title: Answer\n    unit: calendar_day\n    length: '180'\n    starts: [send_corrections]\n"
        "    stops: [resubmit, withdraw, close]\n    authority: City code 8\n    outcome: void\n    on_expiry: close\n"
        "    holder: applicant\n    source: City code 8\n    as_of: 2026-01-01\n    verified: true\n"
        "permit: {title: Permit, valid_days: 180"
    ),
)
CLOSE = action("close: {title: Close, from: [corrections], to: withdrawn, by: [system], entry: Closed}")
PAUSED = clock(
    starts="[accept]",
    stops="[complete_reviews, withdraw, close]",
    pauses="[send_corrections]",
    resumes="[resubmit]",
)
OUTSIDE = (
    "    title: Fire\n    role: permit_technician\n",
    "    title: Fire\n    role: permit_technician\n    kind: external\n",
)
SILENT = (
    action("silent: {title: Silent, from: [in_review], by: [system], waives: [fire], entry: Silent}"),
    clock(stops="[complete_reviews, send_corrections, withdraw]", on_expiry="silent"),
)
DENIED_BY_LAPSE = (
    action(
        "deem_denied: {title: Deem denied, from: [ready], to: denied, by: [system], entry: Deemed denied}"
    ),
    clock(
        starts="[complete_reviews]",
        stops="[approve, deny, withdraw]",
        outcome="deemed_denied",
        on_expiry="deem_denied",
    ),
)
APPEAL = (
    "  resubmit:\n",
    (
        "  appeal:\n    title: Appeal\n    from: [denied]\n    to: ready\n    by: [applicant]\n    reopens: true\n"
        "    entry: Appealed\n  resubmit:\n"
    ),
)
DEPOSIT = action(
    "settle: {title: Settle, from: [fees_due], to: intake, by: [permit_technician], entry: Settled}"
)
BY_DEPOSIT = clock(starts="[settle]", stops="[accept, deem_complete, withdraw]")
RECEIPT = (
    "receipt: {late: next_open_day, fee_gates_clock: %s, source: Code, as_of: 2026-01-01, verified: true}\n"
)


def receipt(gates: bool) -> Change:
    return BEFORE_PHASES, RECEIPT % str(gates).lower() + BEFORE_PHASES


def remedy(low: int, high: int) -> Change:
    tiers = f"[{{late_percent: 0, refund_percent: {low}}}, {{late_percent: 20, refund_percent: {high}}}]"
    return clock(outcome="remedy", remedy=f"{{text: A refund., citation: Code, refund: {tiers}}}")


def short_of(role: str, **changes: int) -> dict[str, int]:
    """The staff of a city that lacks one role."""
    return {name: count for name, count in ALL_STAFF.items() if name != role} | changes


PARTS: list[Sample] = [
    sample("L116", "there is no step of a review called 'approved'; did you mean 'approve'?", ("stops: [accept, deem_complete, withdraw]", "stops: [accept, fire.approved, deem_complete, withdraw]"), twin=(("stops: [accept, deem_complete, withdraw]", "stops: [accept, fire.approve, deem_complete, withdraw]"),)),
    sample("L104", "there is no lane called 'fires'", ("stops: [accept, deem_complete, withdraw]", "stops: [accept, fires.approve, deem_complete, withdraw]")),
    sample("L117", "there is no fee called 'permits'; did you mean 'permit'?", clock(outcome="remedy", remedy="{text: A refund., citation: Code, fees: [permits]}"), twin=(clock(outcome="remedy", remedy="{text: A refund., citation: Code, fees: [permit]}"),)),
    sample("L106", "there is no field called 'gates.zoning'", ("expression: equipment.station_count <= 4", "expression: gates.zoning")),
    sample("L106", "'taken.acept'; did you mean 'taken.accept'?", ("expression: equipment.station_count <= 4", "expression: taken.acept == 0"), twin=(("expression: equipment.station_count <= 4", "expression: taken.accept == 0"),)),
    sample("L106", "'clocks.completness.lapsed'", ("expression: equipment.station_count <= 4", "expression: clocks.completness.lapsed"), twin=(("expression: equipment.station_count <= 4", "expression: clocks.completeness.lapsed"),)),
    sample("L118", "'held_on' is asked for by the vote of 'approve' already", (APPROVE_END, f"    inputs: {{held_on: {{title: Held on, type: date}}}}\n{VOTE}{APPROVE_END}"), twin=(VOTED,)),
    sample("L118", "only a date can be days ahead", ("note: {title: Note, required: false}", "note: {title: Note, required: false, days_ahead: 5}"), twin=(("note: {title: Note, required: false}", "note: {title: Note, type: date, required: false, days_ahead: 5}"),)),
    sample("L119", "has no clock called 'completenes'", (COMPLETENESS, f"{COMPLETENESS}\n    law: us-ca-ab970/completenes"), twin=(FOLLOWS,)),
    sample("L119", "There is no clock pack 'us-ca'", (COMPLETENESS, f"{COMPLETENESS}\n    law: us-ca/completeness"), twin=(FOLLOWS,)),
    sample("L124", "which is in no phase with it", ("lanes: [electrical, fire, utility]", "lanes: [electrical, utility]"), ("    title: Fire\n", "    title: Fire\n    after: [electrical]\n"), at="    after: [electrical]", twin=(("    title: Fire\n", "    title: Fire\n    after: [electrical]\n"),)),
    sample("L124", "wait for each other", ("    title: Fire\n", "    title: Fire\n    after: [fire]\n")),
    sample("L125", "the lane 'fire' waits for an outside party", OUTSIDE, twin=(OUTSIDE, *SILENT), at="  fire:\n"),
    sample("L126", "the phase 'ready' waits for an outside party", ("title: Ready, party: agency", "title: Ready, party: external"), twin=(("title: Completeness check, party: agency", "title: Completeness check, party: external"),)),
    sample("L127", "without the notice of what to correct", ("    effects: [issue_notice]\n", ""), at="    join: {approved"),
    sample("L128", "leaves the file where it is", action("nudge: {title: Nudge, from: [ready], by: [building_official], next_round: true, entry: Nudged}"), twin=(action("nudge: {title: Nudge, from: [ready], by: [building_official], entry: Nudged}"),)),
    sample("L129", "the action 'reconsider' reopens, but 'fees_due' is not final", action("reconsider: {title: Reconsider, from: [denied, fees_due], to: ready, by: [building_official], reopens: true, entry: Again}"), twin=(action("reconsider: {title: Reconsider, from: [denied], to: ready, by: [building_official], reopens: true, entry: Again}"),)),
    sample("L132", "it names no role under 'by'", ("by: [permit_technician], entry: Accepted", "by: [], entry: Accepted")),
    sample("L133", "the lane 'fire' is for 'applicant'", ("    title: Fire\n    role: permit_technician\n", "    title: Fire\n    role: applicant\n")),
    sample("L133", "the lane 'fire' is for 'system'", ("    title: Fire\n", "    title: Fire\n    waived_by: system\n"), twin=(("    title: Fire\n", "    title: Fire\n    waived_by: building_official\n"),)),
    sample("L134", "the action 'approve' names itself", (APPROVE_END, f"    not_same_actor_as: [approve]\n{APPROVE_END}"), twin=((APPROVE_END, f"    not_same_actor_as: [accept, fire.approve]\n{APPROVE_END}"),)),
    sample("L134", "the step 'hand_over' is never taken by a person", (APPROVE_END, f"    not_same_actor_as: [hand_over]\n{APPROVE_END}")),
    sample("L135", "decides against somebody, which only an official may do, not 'permit_technician'", ("    to: denied\n    by: [building_official]", "    to: denied\n    by: [building_official, permit_technician]")),
    sample("L135", "extends a permit", action("extend: {title: Extend, from: [issued], to: fees_due, reopens: true, effects: [assess_fees, extend_permit], by: [permit_technician], entry: Extended}"), twin=(action("extend: {title: Extend, from: [issued], to: fees_due, reopens: true, effects: [assess_fees, extend_permit], by: [building_official], entry: Extended}"),)),
    Sample("L136", "nobody in the city can take the action 'accept'", (), staff=short_of("permit_technician"), at=BEFORE_ACCEPT),
    Sample("L136", "nobody in the city can answer the lane 'electrical'", (), staff=short_of("electrical_examiner"), at="    role: electrical_examiner"),
    Sample("L137", "need two people", ((APPROVE_END, f"    not_same_actor_as: [deny]\n{APPROVE_END}"),), ((APPROVE_END, f"    not_same_actor_as: [accept]\n{APPROVE_END}"),), staff=ALL_STAFF),
    sample("L138", "the actions 'approve' and 'deny' of the phase 'ready' have the same title", ("    title: Deny\n", "    title: Approve\n"), at="  deny:\n"),
    sample("L139", "needs more than the body has", (APPROVE_END, VOTE.replace("needed: 4", "needed: 8") + APPROVE_END), twin=(VOTED,)),
    sample("L144", "the applicant cannot appeal from 'denied'", *DENIED_BY_LAPSE, at="    on_expiry: deem_denied", twin=(*DENIED_BY_LAPSE, APPEAL)),
    sample("L145", "has the effect 'issue_permit'", ("when: [paid], entry: Paid", "when: [paid], effects: [issue_permit], entry: Paid"), ("permit: {title: Permit, valid_days: 180, citation: City code 6}\n", ""), twin=(("when: [paid], entry: Paid", "when: [paid], effects: [issue_permit], entry: Paid"),), at="  pay: {"),
    sample("L146", "waives the lane 'fire', which none of its phases has", ("by: [permit_technician], entry: Accepted", "by: [permit_technician], waives: [fire], entry: Accepted"), twin=SILENT),
    sample("L156", "no 'remedy' says which", clock(outcome="remedy"), twin=(remedy(10, 20),)),
    sample("L157", "must rise with the delay", remedy(20, 10), twin=(remedy(10, 20),)),
    sample("L158", "from where nothing resumes it", CLOSE, ANSWER, clock(stops="[complete_reviews, withdraw, close]", pauses="[send_corrections]", resumes="[submit]"), twin=(CLOSE, ANSWER, PAUSED)),
    sample("L159", "but no clock ends that wait", PAUSED, CLOSE, twin=(CLOSE, ANSWER, PAUSED)),
    sample("L163", "there is no rule of 'receipt'", clock(received="true"), twin=(receipt(False), clock(received="true"))),
    sample("L164", "only starts with a payment", DEPOSIT, BY_DEPOSIT, receipt(False), twin=(DEPOSIT, BY_DEPOSIT, receipt(True)), at="    starts: [settle]"),
    sample("L165", "is longer: 6 instead of 5 business days", FOLLOWS, ("25 ? 5 : 10", "25 ? 6 : 10"), twin=(FOLLOWS,)),
    sample("L189", "only objective standards", pack("us-co-test"), VOTED, twin=(pack("us-co-test"),), at=VOTE),
    sample("L189", "only objective standards", pack("us-co"), ("    title: Approve\n", "    title: Close the hearing\n"), at="  approve:\n", twin=(VOTED,)),
    sample("L190", "owners' association", *CALIFORNIA, ("site_plan: {title: Site plan,", "site_plan: {title: Letter of the HOA,"), twin=(("site_plan: {title: Site plan,", "site_plan: {title: Letter of the HOA,"),)),
    sample("L190", "owners' association", *CALIFORNIA, ("  site_plan: {", "  hoa_letter: {"), twin=CALIFORNIA),
    sample("L191", "not looks or design", *CALIFORNIA, ("    title: Fire\n", "    title: Design review\n"), twin=(("    title: Fire\n", "    title: Design review\n"),), at="  fire:\n"),
    sample("L192", "the phase 'in_review' has more than one notice", *CALIFORNIA, ("  resubmit:\n", "  nudge:\n    title: Ask\n    from: [in_review]\n    to: corrections\n    by: [permit_technician]\n    needs_items: true\n    effects: [issue_notice]\n    entry: Asked\n  resubmit:\n"), twin=CALIFORNIA),
    sample("L193", "who may add one: 'one_notice'", pack("us-ca-test"), FINDINGS, at="  send_corrections:", twin=CALIFORNIA),
    sample("L194", "the action 'approve' needs a vote or a hearing", *CALIFORNIA, VOTED, at="  approve:\n", twin=(*CALIFORNIA, action("decide_use_permit_appeal: {title: Hearing of the commission, from: [ready], by: [building_official], entry: Heard}"))),
    sample("L195", "must demand what the law asks in writing: evidence, alternatives", *CALIFORNIA[:2], at="  deny:\n", twin=CALIFORNIA),
    sample("L195", "must demand what the law asks in writing: standard", *CALIFORNIA, action("require_use_permit: {title: Use permit, from: [ready], by: [building_official], inputs: {finding: {title: F}, evidence: {title: E}}, entry: Required}"), twin=CALIFORNIA),
    sample("L196", "approves by lapse of time and needs the law's conditions", *CALIFORNIA, action("deem_approved: {title: Lapse, from: [ready], to: fees_due, by: [system], effects: [assess_fees], entry: Lapsed}"), clock(starts="[complete_reviews]", stops="[approve, deny, withdraw]", outcome="deemed_approved", on_expiry="deem_approved"), at="    on_expiry: deem_approved", twin=(*CALIFORNIA, action("deem_approved: {title: Lapse, from: [ready], to: fees_due, by: [system], when: [signed], effects: [assess_fees], entry: Lapsed}"), clock(starts="[complete_reviews]", stops="[approve, deny, withdraw]", outcome="deemed_approved", on_expiry="deem_approved"))),
    sample("L197", "'City code 2' is none", *FLORIDA[::2], at="  site_plan: {", twin=FLORIDA),
    sample("L197", "'NEC 625.41' is none", *FLORIDA[:2], at="      - {id: breaker", twin=FLORIDA),
    sample("L197", "local zoning may not regulate", *FLORIDA, ("    title: Fire\n", "    title: Zoning\n"), at="  fire:\n", twin=FLORIDA),
    sample("L198", "no land-use board", pack("us-nj-test"), ("title: Ready, party", "title: Zoning board, party"), twin=(pack("us-nj-test"),)),
    sample("L198", "no land-use board", pack("us-nj-test"), VOTED, at=VOTE, twin=(VOTED,)),
    sample("L199", "exempt from environmental review", pack("us-wa-test"), ("site_plan: {title: Site plan,", "site_plan: {title: SEPA checklist,"), twin=(("site_plan: {title: Site plan,", "site_plan: {title: SEPA checklist,"),)),
    Sample("L272", "is not published", (("workflow: small\n", "workflow: small\nlegacy: true\n"),), staff=ALL_STAFF),
]  # fmt: skip
