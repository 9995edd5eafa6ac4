"""The ten worst files with the colleague who could take each: one click for one file, a rehearsal for several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from permitflow.db import TurnTimeout
from permitflow.engine.errors import NotAllowed
from permitflow.engine.machine import Actor
from permitflow.queries.reassigning import Stay, stays, team
from permitflow.reports.page import Ask
from permitflow.reports.pages.worst import Bad, worst_figure, worst_files
from permitflow.services.actors import acting, actor_for
from permitflow.services.bulk_reassign import Handing, Proposal, hand_over, propose
from permitflow.services.claims import MANAGER
from permitflow.services.definitions import definition_for
from permitflow.services.errors import NotFound, Stale
from permitflow.services.open_reviews import step_title
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.filters import why
from permitflow.web.reports import blueprint

FORM = "reassign"
MOST = 50
SCOPE = ("city", "from", "to", "workflow", "pathway", "class")
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Row:
    """A file of the list, and who could take it; `proposal` is None for those who may not give files away."""

    bad: Bad
    proposal: Proposal | None


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one file: whether it was given, and the sentence that says so."""

    stay: Stay
    given: bool
    words: str


def worst_parts(ask: Ask) -> Mapping[str, Any]:
    """What the page of the worst files shows beside its figure: each file as it is now, with a suggestion."""
    found = worst_files(ask)
    city = ask.scope.city.id
    proposals: dict[str, Proposal] = {}
    if city in person().cities_with(MANAGER):
        now_there = stays(ask.session, [city], [one.file.visit for one in found.files])
        able = team(ask.session, city, {stay.role for stay in now_there})
        for stay in now_there:
            proposals |= {one.stay.visit_id: one for one in propose([stay], able)[0]}
    rows = [Row(one, proposals.get(one.file.visit)) for one in found.files]
    return {"figures": [worst_figure(ask, found)], "rows": rows, "seen": seen}


def seen(stay: Stay) -> str:
    """What a form shows of a stay: the visit, and who has it."""
    return f"{stay.visit_id} {stay.holder}"


@blueprint.get("/worst/reassign")
@access(roles=(MANAGER,))
def reassign() -> ResponseReturnValue:
    """What giving several files away would do to everybody's load; nothing is changed."""
    return _rehearsal(_stays(request.args.getlist("visit")))


@blueprint.post("/worst/reassign")
@access(roles=(MANAGER,))
def give_all() -> ResponseReturnValue:
    """Give each file to the colleague chosen for it, every file by itself; or only count the loads again."""
    found = _stays(request.form.getlist("visit"))
    if request.form.get("do") == "count":
        return _rehearsal(found)
    told = [_give(stay) for stay in found]
    if not all(one.given for one in told):
        return render_template("reports/reassigned.html", told=told, query=_query()), CONFLICT
    for one in told:
        flash(one.words)
    return redirect(url_for("reports.figure_page", page="worst", **_query()))


def _rehearsal(found: list[Stay]) -> str:
    wanted = {stay.visit_id: request.form.get(f"to-{stay.visit_id}", "") for stay in found}
    open_ones = [stay for stay in found if stay.is_open]
    with database().reading() as session:
        able = team(session, found[0].jurisdiction_id, {stay.role for stay in open_ones})
        hashes = {stay.definition_hash for stay in found}
        known = {hash_: definition_for(session.connection(), hash_) for hash_ in hashes}
    proposals, loads = propose(open_ones, able, wanted)
    return render_template(
        "reports/reassign.html",
        proposals=proposals,
        loads=loads,
        gone=[stay for stay in found if not stay.is_open],
        titles={stay.visit_id: step_title(known[stay.definition_hash], stay.step) for stay in found},
        seen=seen,
        query=_query(),
    )


def _give(stay: Stay) -> Told:
    """Give one file away in a transaction of its own; what hinders it becomes a sentence and changes nothing."""
    typed = request.form
    user_id, holder = typed.get(f"to-{stay.visit_id}", ""), typed.get(f"holder-{stay.visit_id}", "")
    shown = f"{stay.visit_id} {holder}"
    token = tokens.check(typed.get(f"token-{stay.visit_id}", ""), stay.application_id, shown, FORM)
    try:
        with database().transaction() as session:
            able = team(session, stay.jurisdiction_id, {stay.role}).by_role.get(stay.role, ())
            name = next((one.name for one in able if one.user_id == user_id), None)
            if name is None:
                return Told(stay, False, _("The person chosen cannot take it now. Choose another one."))
            to = actor_for(session, user_id, stay.jurisdiction_id, None)
            handing = Handing(stay.visit_id, to, holder, token)
            hand_over(session.connection(), handing, _manager(stay.jurisdiction_id), now())
    except Stale as stale:
        return Told(stay, False, _(str(stale)))
    except NotAllowed as refused:
        return Told(stay, False, " ".join(why(refusal) for refusal in refused.refusals))
    except (OperationalError, TurnTimeout):
        return Told(stay, False, _("The database is busy. Please try again."))
    return Told(stay, True, _("%(number)s: %(name)s has it now.", number=stay.number, name=name))


def _query() -> dict[str, Any]:
    """The scope of the report in the address, which links carry on."""
    return {name: request.args[name] for name in SCOPE if name in request.args}


def _manager(city: str) -> Actor:
    me = person()
    return acting(me.user_id, me.grants.get(city, frozenset()), me.company_ids, None, me.lent_in(city))


def _stays(visit_ids: list[str]) -> list[Stay]:
    """The stays of an address or a form; all of one city that the person manages, else there is nothing."""
    with database().reading() as session:
        found = stays(session, person().cities_with(MANAGER), visit_ids[:MOST])
    if len(found) != len(set(visit_ids)) or len({stay.jurisdiction_id for stay in found}) != 1:
        raise NotFound
    return found
