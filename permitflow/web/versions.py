"""Versions of workflows for the office: what is in use, what differs, a proposal, and the second person's approval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from permitflow.engine.definition import LoadedDefinition
from permitflow.engine.errors import DefinitionError
from permitflow.engine.loader import load_file, load_text
from permitflow.engine.pack import FILE_NAME
from permitflow.engine.version_diff import compare
from permitflow.instants import local_date
from permitflow.models import Jurisdiction
from permitflow.queries import versions as queries
from permitflow.queries.moves import plans_of
from permitflow.services import definitions, publications, version_checks
from permitflow.services.publications import OFFICE, Answer, NewProposal, PublicationRefused
from permitflow.web import tokens
from permitflow.web.access import access
from permitflow.web.context import database, now, person
from permitflow.web.forms.shown import problems
from permitflow.web.forms.versions import ProposalForm, proposal_form

BAD_INPUT, CONFLICT = 422, 409
PROPOSE = "propose_version"
LONGEST_FILE = 1_000_000
blueprint = Blueprint("versions", __name__, url_prefix="/admin/versions")


@blueprint.get("/", endpoint="list")
@access(roles=OFFICE)
def list_() -> ResponseReturnValue:
    """The versions of my cities with the open files that hold them, proposals, and plans."""
    mine = my_cities()
    with database().reading() as session:
        cities = [
            (city, queries.workflows_of(session, city.id)) for city in queries.cities_by_id(session, mine)
        ]
        proposals, plans = queries.proposals(session, mine), plans_of(session, mine)
    return render_template("versions/list.html", cities=cities, proposals=proposals, plans=plans)


@blueprint.get("/<slug>/compare")
@access(roles=OFFICE)
def difference(slug: str) -> ResponseReturnValue:
    """What differs between two versions of a city, in plain words."""
    with database().reading() as session:
        city = my_city(session, slug)
        old, new = (of_my_city(session, city, request.args.get(name, "")) for name in ("old", "new"))
        found = compare(old.definition, new.definition)
        numbers = definitions.versions(session, city.id, new.definition.workflow)
    return render_template("versions/compare.html", city=city, old=old, new=new, diff=found, versions=numbers)


@blueprint.get("/<slug>/propose")
@access(roles=OFFICE)
def form(slug: str) -> ResponseReturnValue:
    """The form of a proposal; an earlier version may be chosen by the address."""
    with database().reading() as session:
        city = my_city(session, slug)
        choices = _choices(session, city)
    chosen = request.args.get("version", "")
    filled = proposal_form(
        choices, formdata=None, data={"effective_on": local_date(now(), city.zone), "shipped": chosen}
    )
    return _form_page(city, filled)


@blueprint.post("/<slug>/propose")
@access(roles=OFFICE)
def preview(slug: str) -> ResponseReturnValue:
    """What the proposal would mean, before it is made."""
    with database().reading() as session:
        city = my_city(session, slug)
        filled = proposal_form(_choices(session, city))
        if not filled.validate():
            return _form_page(city, filled), BAD_INPUT
        try:
            loaded, text = _chosen(session, city, filled)
        except (DefinitionError, ValueError) as wrong:
            filled.form_errors.append(str(wrong))
            return _form_page(city, filled), BAD_INPUT
        current = definitions.current_hash(session.connection(), city.id, loaded.definition.workflow)
        impact = queries.impact_of(session, city.id, current, loaded.definition)
        version = definitions.version_of(session, city.id, loaded.definition, loaded.hash)
    return render_template(
        "versions/preview.html",
        city=city,
        form=filled,
        text=text,
        impact=impact,
        proposed=version,
        loaded=loaded,
    )


@blueprint.post("/<slug>/proposals")
@access(roles=OFFICE)
def submit(slug: str) -> ResponseReturnValue:
    """Make the proposal that was previewed; sent twice it is made once."""
    with database().reading() as session:
        city = my_city(session, slug)
        loaded = _sent(session, city)
    key = tokens.check(request.form.get("token", ""), city.id, loaded.hash, PROPOSE)
    day, note = request.form.get("effective_on", ""), request.form.get("note", "")
    scenarios = version_checks.shipped_scenarios(loaded.definition.workflow, city.pack)
    try:
        new = NewProposal(
            city.id, loaded, date.fromisoformat(day), note, person().user_id, now(), scenarios, key
        )
        with database().transaction() as session:
            publications.propose(session, new, version_checks.rehearse)
    except IntegrityError:
        pass
    except (PublicationRefused, ValueError) as refused:
        return _refused(refused, url_for(".form", slug=slug))
    flash(_("The version is proposed; another administrator or manager has to approve it."))
    return redirect(url_for(".proposal", proposal_id=key))


@blueprint.get("/proposals/<proposal_id>")
@access(roles=OFFICE)
def proposal(proposal_id: str) -> ResponseReturnValue:
    """One proposal: what differs, what it means, and what was said to it."""
    with database().reading() as session:
        found = queries.proposal(session, proposal_id, my_cities())
        if found is None:
            raise NotFound
        city = session.get_one(Jurisdiction, found.row.jurisdiction_id)
    return render_template(
        "versions/proposal.html", city=city, proposal=found, mine=found.row.proposed_by == person().user_id
    )


@blueprint.post("/proposals/<proposal_id>/approve")
@access(roles=OFFICE)
def approve(proposal_id: str) -> ResponseReturnValue:
    """Approve a proposal as its second person."""
    return _say(
        proposal_id,
        "approve",
        lambda session, answer: publications.approve(session, answer, version_checks.rehearse),
        _("The version is approved."),
    )


@blueprint.post("/proposals/<proposal_id>/withdraw")
@access(roles=OFFICE)
def withdraw(proposal_id: str) -> ResponseReturnValue:
    """Take a proposal back before its day."""
    return _say(proposal_id, "withdraw", publications.withdraw, _("The proposal is taken back."))


def _say(
    proposal_id: str, word: str, do: Callable[[Session, Answer], object], told: str
) -> ResponseReturnValue:
    tokens.check(request.form.get("token", ""), proposal_id, 0, word)
    answer = Answer(proposal_id, person().user_id, now(), request.form.get("note", ""))
    try:
        with database().transaction() as session:
            do(session, answer)
    except PublicationRefused as refused:
        return _refused(refused, url_for(".proposal", proposal_id=proposal_id))
    flash(told)
    return redirect(url_for(".proposal", proposal_id=proposal_id))


def _refused(refused: Exception, back: str) -> ResponseReturnValue:
    reasons = getattr(refused, "reasons", (str(refused),))
    return render_template("versions/refused.html", reasons=reasons, back=back), CONFLICT


def my_cities() -> frozenset[str]:
    """Return the cities in whose office the person is."""
    return person().cities_with(*OFFICE)


def my_city(session: Session, slug: str) -> Jurisdiction:
    """Return a city of the person's office by its short name; raises NotFound."""
    city = queries.city_of(session, slug, my_cities())
    if city is None:
        raise NotFound
    return city


def of_my_city(session: Session, city: Jurisdiction, definition_hash: str) -> LoadedDefinition:
    """Return a version that a city has published; raises NotFound."""
    known = {line.definition_hash for one in queries.workflows_of(session, city.id) for line in one.lines}
    if definition_hash not in known:
        raise NotFound
    return publications.stored(session, definition_hash)


def _choices(session: Session, city: Jurisdiction) -> list[tuple[str, str]]:
    """Return the files of the city's pack and its earlier versions, as (value, words)."""
    files = sorted((version_checks.LIBRARY / city.pack).glob("*.yaml"))
    shipped = [
        (path.name, _("Shipped: %(file)s", file=path.name)) for path in files if path.name != FILE_NAME
    ]
    earlier = [
        (line.definition_hash, _("Earlier: %(title)s %(version)s", title=line.title, version=line.version))
        for one in queries.workflows_of(session, city.id)
        for line in one.lines
        if not line.active
    ]
    return [*shipped, *earlier]


def _chosen(session: Session, city: Jurisdiction, form: ProposalForm) -> tuple[LoadedDefinition, str]:
    """Return the version that the form names, and its text when it was sent along."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        text = sent.read(LONGEST_FILE).decode("utf-8", "replace")
        return load_text(
            text, Path(sent.filename).name, version_checks.LIBRARY / city.pack / "sent.yaml"
        ), text
    if not form.shipped.data:
        raise ValueError(_("Choose a version or send a file."))
    return _named(session, city, form.shipped.data), ""


def _named(session: Session, city: Jurisdiction, name: str) -> LoadedDefinition:
    if name in {value for value, _words in _choices(session, city)}:
        path = version_checks.LIBRARY / city.pack / name
        return load_file(path) if name.endswith(".yaml") else of_my_city(session, city, name)
    raise NotFound


def _sent(session: Session, city: Jurisdiction) -> LoadedDefinition:
    text = request.form.get("text", "")
    if not text:
        return _named(session, city, request.form.get("shipped", ""))
    return load_text(
        text.replace("\r\n", "\n"), "sent.yaml", version_checks.LIBRARY / city.pack / "sent.yaml"
    )


def _form_page(city: Jurisdiction, form: ProposalForm) -> str:
    return render_template("versions/propose.html", city=city, form=form, problems=problems(form))
