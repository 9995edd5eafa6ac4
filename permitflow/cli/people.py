"""Commands of accounts and roles."""

from __future__ import annotations

import dataclasses
import sys

import click

from permitflow.cli.installation import as_json, database, show
from permitflow.cli.installation import settings as read_settings
from permitflow.instants import now_us
from permitflow.queries.people import Account, accounts
from permitflow.services import accounts as verbs
from permitflow.services import passwords
from permitflow.services.accounts import NewUser

in_city = click.option(
    "--city", "slug", required=True, help="The city's short name; see `permitflow city list`."
)


@click.group()
def user() -> None:
    """Accounts of people."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
def add(email: str, name: str, password_stdin: bool) -> None:
    """Create an account; the password is asked for."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    passwords.check_strength(password, email=email, name=name)
    password_hash = passwords.hash_password(password, read_settings().password_cost)
    with database() as opened, opened.transaction() as session:
        verbs.create_user(session, NewUser(email, name, password_hash), now_us())
    click.echo(f"{email.strip().lower()} can sign in.")


@user.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """List the accounts with their roles."""
    with database() as opened, opened.reading() as session:
        found = accounts(session)
    show(
        [dataclasses.asdict(one) for one in found], as_json, lambda: "\n".join(map(_line, found)) or "Nobody."
    )


def _line(account: Account) -> str:
    roles = ", ".join(f"{role}@{city}" for city, role in account.roles)
    return f"{account.email}  {account.name}{'' if account.active else '  (disabled)'}  {roles}".rstrip()


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Close an account and end its sessions."""
    with database() as opened, opened.transaction() as session:
        verbs.disable_user(session, email, now_us())
    click.echo(f"{email} can no longer sign in.")


@click.group()
def role() -> None:
    """Staff roles of people."""


@role.command()
@click.argument("email")
@click.argument("role_name", metavar="ROLE")
@in_city
def grant(email: str, role_name: str, slug: str) -> None:
    """Give a person a role in a city."""
    with database() as opened, opened.transaction() as session:
        person, place = verbs.find_user(session, email), verbs.find_city(session, slug)
        verbs.grant_role(session, person, place, role_name, now_us())
    click.echo(f"{email} is {role_name} in {slug}.")


@role.command()
@click.argument("email")
@click.argument("role_name", metavar="ROLE")
@in_city
def revoke(email: str, role_name: str, slug: str) -> None:
    """Take a role in a city from a person."""
    with database() as opened, opened.transaction() as session:
        person, place = verbs.find_user(session, email), verbs.find_city(session, slug)
        verbs.revoke_role(session, person, place, role_name, now_us())
    click.echo(f"{email} is no longer {role_name} in {slug}.")


@role.command("list")
@in_city
@as_json
def list_roles(slug: str, as_json: bool) -> None:
    """List the roles a city knows."""
    with database() as opened, opened.reading() as session:
        found = verbs.staff_roles(session, verbs.find_city(session, slug).id)
    show(found, as_json, lambda: "\n".join(f"{name}  {title}" for name, title in sorted(found.items())))
