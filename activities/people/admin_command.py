"""`activities create-admin`: the way in for the first administrator, and back in for who lost it."""

from __future__ import annotations

import click
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask.cli import with_appcontext

from activities.kit import clock
from activities.kit.i18n import say_moment, say_refusal
from activities.kit.refusal import Refusal
from activities.kit.text import clean_line
from activities.people import links, service_accounts


@click.command("create-admin")
@click.argument("number")
@click.argument("name")
@click.option("--email", help="Where notices and a forgotten password's link go.")
@click.option("--unit", help="The name of the unit above all, where there is none yet. Default: the school's.")
@with_appcontext
def create_admin(number: str, name: str, email: str | None, unit: str | None) -> None:
    """Make NUMBER an administrator of everything, and print a link that sets their password."""
    if not current_app.config["SECRET_KEY"]:
        raise click.ClickException("SECRET_KEY is not set: the link would be signed with nothing.")
    number, name, email = clean_line(number), clean_line(name), _email(email)
    if not 0 < len(number) <= 32 or "@" in number or not 0 < len(name) <= 100:
        raise click.ClickException("A number has 1 to 32 characters and no @, a name 1 to 100.")
    root = clean_line(unit) or current_app.config["SETTINGS"].school
    try:
        link = service_accounts.create_administrator(number, name, email, root[:100], clock.now())
    except Refusal as refusal:
        raise click.ClickException(say_refusal(refusal)) from None
    click.echo(links.address(link))
    click.echo(f"Works once, until {say_moment(link.expires_at)}.", err=True)


def _email(given: str | None) -> str | None:
    try:
        return validate_email(given, check_deliverability=False).normalized.lower() if given else None
    except EmailNotValidError as error:
        raise click.ClickException(f"--email: {error}") from None
