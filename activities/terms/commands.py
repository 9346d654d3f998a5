"""Commands about the school's calendar."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import with_appcontext

from activities.kit import clock
from activities.kit.i18n import gettext as _
from activities.kit.i18n import ngettext, say_refusal
from activities.kit.refusal import Refusal
from activities.kit.text import clean_line
from activities.terms import queries, service
from activities.terms.rules import Span

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("add-term")
@click.argument("name")
@click.argument("monday", type=DAY, metavar="MONDAY")
@click.argument("weeks", type=int)
@with_appcontext
def add_term(name: str, monday: datetime, weeks: int) -> None:
    """Add the term NAME of WEEKS teaching weeks, the first of which begins on MONDAY (2026-09-07)."""
    try:
        service.add_term(None, Span(clean_line(name), monday.date(), weeks), clock.now())
    except Refusal as refusal:
        raise click.ClickException(say_refusal(refusal)) from None
    click.echo(_("The term is entered."))


@click.command("fill-days")
@click.argument("year", type=int)
@with_appcontext
def fill_days(year: int) -> None:
    """Enter the official holidays and make-up workdays of YEAR; again once the State Council's notice is out."""
    try:
        changed = service.fill_days(None, year, clock.now())
    except Refusal as refusal:
        raise click.ClickException(say_refusal(refusal)) from None
    click.echo(ngettext("%(num)s day changed.", "%(num)s days changed.", changed))
    if queries.is_unconfirmed(year):
        click.echo(_("The notice for this year is not known yet: only the feast days are entered, unconfirmed."))
