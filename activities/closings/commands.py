"""`activities cycles verify`: whether closed reviews are as they were closed."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from activities.audit.commands import speaking
from activities.closings import verifying
from activities.closings.rules import WRONG
from activities.kit.i18n import gettext as _


@click.group("cycles")
def cycles() -> None:
    """Annual reviews."""


@cycles.command("verify")
@with_appcontext
def verify() -> None:
    """Hold every closed review against its hash, the trail and the tables."""
    with speaking():
        wrong = 0
        for cycle, what in verifying.all_closed():
            said = _(WRONG[what]) if what else _("as it was closed")
            click.echo(f"{cycle.year}  {cycle.unit.name}  {said}")
            wrong += bool(what)
        if wrong:
            raise click.ClickException(_("%(count)s reviews are not as they were closed.", count=wrong))
