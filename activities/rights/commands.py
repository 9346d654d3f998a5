"""`activities retention`: what has been kept long enough. It says what it would do; only with `--do` it does it."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from activities.audit.commands import speaking
from activities.kit import clock
from activities.kit.i18n import gettext as _
from activities.rights import retention as verbs


@click.command("retention")
@click.option("--do", "is_meant", is_flag=True, help="Do it. Without this, only say what would be done.")
@with_appcontext
def retention(is_meant: bool) -> None:
    """Delete what has been kept long enough, or say what that would be."""
    with speaking():
        now = clock.now()
        found = verbs.run(None, now) if is_meant else verbs.plan(now)
        for one in found:
            click.echo(f"{one.count:>8}  {_(one.rule.name)}")
        click.echo(_("This was done.") if is_meant else _("Nothing was done yet. With --do it is."))
