"""A base and small overlays of it: for each check one that is looser than its base, and one that is not."""

from dataclasses import dataclass

from tests.engine.lint_samples import VOTE, clock
from tests.engine.small_workflow import variant

BASE = variant(
    clock(
        starts="[accept, deem_complete]",
        stops="[approve, deny, withdraw]",
        length='"equipment.station_count <= 25 ? 20 : 40"',
        roll="none",
        count_from="receipt_day_counts",
        extended_by='{nudge: {length: "10"}}',
        remedy="{text: A refund., citation: Code, refund: [{late_percent: 20, refund_percent: 10}]}",
        outcome="remedy",
        verified="false",
    ),
    (
        "  accept: {title: Accept,",
        (
            "  nudge: {title: Nudge, from: [ready], by: [building_official], entry: Nudged}\n"
            "  accept: {title: Accept,"
        ),
    ),
    ("    effects: [assess_fees]\n", f"    not_same_actor_as: [accept]\n{VOTE}    effects: [assess_fees]\n"),
    (
        "phases:\n  draft: {",
        (
            "receipt: {late: same_day, source: Code, as_of: 2026-01-01, verified: true}\n"
            "one_notice: {official: building_official, citation: Code, source: Code, as_of: 2026-01-01, "
            "verified: false}\n"
            "phases:\n  draft: {"
        ),
    ),
)
HEAD = "extends: ../base/small.yaml\nworkflow: town\n"


@dataclass(frozen=True)
class OverlaySample:
    """What a looser overlay says, where the finding stands, and what an overlay says that is as strict."""

    check: str
    words: str
    looser: str
    at: str
    tighter: str = ""


def differing(check: str, words: str, looser: str, at: str = "", tighter: str = "") -> OverlaySample:
    """A looser overlay; the finding stands at its last line unless `at` says otherwise."""
    return OverlaySample(check, words, looser, at or looser.rstrip("\n").rsplit("\n", 1)[-1], tighter)


EXTRA = "clocks:\n  extra:\n    "
REFUSED = {"L005"}
SAMPLES = [
    differing("L250", "the base's clock 'extra' is the state's", "clocks:\n  extra:\n", tighter="lanes:\n  utility:\n"),
    differing("L251", "is longer: 41 instead of 40 business days when equipment.station_count is 26", f'{EXTRA}length: "equipment.station_count <= 25 ? 3 : 41"\n', tighter=f'{EXTRA}length: "equipment.station_count <= 30 ? 3 : 40"\n'),
    differing("L251", "is longer: 21 instead of 20 business days", f'{EXTRA}length: "21"\n', tighter=f'{EXTRA}length: "20"\n'),
    differing("L251", "has no length where the law says", f'{EXTRA}length: "site.slope > 2 ? 5 : 5 / site.slope"\n'),
    differing("L252", "counts in calendar days, not in business days", f"{EXTRA}unit: calendar_day\n"),
    differing("L252", "rolls a closed last day 'next', not 'none'", f"{EXTRA}roll: next\n", tighter=f"{EXTRA}roll: previous\n"),
    differing("L252", "leaves out the day of receipt", f"{EXTRA}count_from: exclude_first\n"),
    differing("L252", "starts when something counts as received", f"{EXTRA}received: true\n"),
    differing("L252", "is no longer one of the state's", f"{EXTRA}level: local\n"),
    differing("L252", "must count as received on the same day", "receipt:\n  late: next_open_day\n"),
    differing("L252", "an unpaid fee must not hold", "receipt:\n  fee_gates_clock: true\n"),
    differing("L253", "no longer starts with 'deem_complete'", f"{EXTRA}starts: [accept]\n", tighter=f"{EXTRA}starts: [accept, deem_complete, resubmit]\n"),
    differing("L253", "pauses with 'send_corrections' too", f"{EXTRA}pauses: [send_corrections]\n    resumes: [resubmit]\n", "    pauses: [send"),
    differing("L253", "stops with 'nudge', by which nothing is decided", f"{EXTRA}stops: [approve, deny, withdraw, nudge]\n", tighter=f"{EXTRA}stops: [approve, deny]\n"),
    differing("L253", "can be extended by 20 business days in all, not 10", f"{EXTRA}extended_by:\n      nudge: {{at_most: 2}}\n", tighter=f"{EXTRA}extended_by:\n      nudge: {{length: '2', at_most: 5}}\n"),
    differing("L253", "can be extended by 13 business days in all, not 10", f"{EXTRA}extended_by:\n      approve: {{length: '3'}}\n", "      approve: {"),
    differing("L254", "ends with 'none', not with 'remedy'", f"{EXTRA}remedy:\n    outcome: none\n"),
    differing("L254", "no longer brings about 'deem_complete'", "clocks:\n  completeness:\n    on_expiry:\n"),
    differing("L254", "only when 'signed' holds too", "actions:\n  deem_complete:\n    when: [signed]\n"),
    differing("L254", "in the phase 'intake'", "actions:\n  deem_complete:\n    from: [ready]\n"),
    differing("L255", "'clocks.extra' is called verified", f"{EXTRA}verified: true\n", tighter=f"{EXTRA}verified: true\n    source: The official text\n"),
    differing("L255", "'one_notice' is called verified", "one_notice:\n  verified: true\n"),
    differing("L256", "no longer demands 'finding' (Finding)", "actions:\n  deny:\n    inputs:\n      finding: {required: false}\n      reason: {title: Reason}\n", "    inputs:", "actions:\n  deny:\n    inputs:\n      note: {required: true}\n"),
    differing("L257", "no longer asks for 'signed'", "actions:\n  deny:\n    when: []\n", tighter="actions:\n  deny:\n    when: [signed, few_stations]\n"),
    differing("L257", "lets pass what the base's does not", "clauses:\n  signed:\n    expression: attestations.signed || site.slope > 3\n", tighter="clauses:\n  signed:\n    expression: attestations.signed && site.slope > 3\n"),
    differing("L258", "the base's review 'fire' cannot be left out", "phases:\n  in_review:\n    lanes: [electrical, utility]\n", tighter="phases:\n  in_review:\n    lanes: [electrical, fire]\n"),
    differing("L258", "it cannot be for information only", "lanes:\n  fire:\n    informational: true\n"),
    differing("L258", "no longer required wherever", "lanes:\n  fire:\n    required_when: equipment.station_count >= 5\n", tighter='lanes:\n  fire:\n    required_when: equipment.station_count >= 3 || equipment.level == "DC"\n'),
    differing("L258", "can be waived", "lanes:\n  fire:\n    waived_by: building_official\n"),
    differing("L259", "the rule of one notice cannot be left out", "one_notice:\n", tighter="one_notice: {official: permit_technician}\n"),
    differing("L260", "gives back less than 10 % of the fees at 20 % delay", f"{EXTRA}remedy:\n      refund: [{{late_percent: 21, refund_percent: 50}}]\n", tighter=f"{EXTRA}remedy:\n      refund: [{{late_percent: 5, refund_percent: 10}}]\n"),
    differing("L260", "a share of fewer fees", f"{EXTRA}remedy:\n      fees: [permit]\n"),
    differing("L260", "no longer gives the applicant a right", f"{EXTRA}remedy:\n"),
    differing("L261", "needs fewer votes than the 4", "actions:\n  approve:\n    vote: {needed: 3}\n", tighter="actions:\n  approve:\n    vote: {needed: 5}\n"),
    differing("L262", "whoever took 'accept'", "actions:\n  approve:\n    not_same_actor_as: []\n", tighter="actions:\n  approve:\n    not_same_actor_as: [accept, deny]\n"),
    differing("L263", "cannot turn its base's checks into warnings", "legacy: true\n"),
]  # fmt: skip
