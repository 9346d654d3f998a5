"""`activities peers verify`: whether who reviews whom is what was drawn. Says of nobody whom they review."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from activities.audit.commands import speaking
from activities.kit.i18n import gettext as _
from activities.peers import verifying
from activities.peers.words import say_verdict


@click.group("peers")
def peers() -> None:
    """Peer review."""


@peers.command("verify")
@with_appcontext
def verify() -> None:
    """Recompute of every review who reviews whom, and hold it against the tables and the trail."""
    with speaking():
        wrong = 0
        for cycle, verdict in verifying.verify_all():
            click.echo(f"{cycle.year}  {cycle.unit.name}  {say_verdict(verdict)}")
            wrong += bool(verdict.wrong)
        if wrong:
            raise click.ClickException(_("%(count)s peer reviews are not as they were drawn.", count=wrong))
