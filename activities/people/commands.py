"""Commands about people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unicodedata import east_asian_width

import click
from flask.cli import with_appcontext

from activities.kit import clock
from activities.kit.i18n import gettext as _
from activities.kit.i18n import say_fully, say_refusal
from activities.kit.refusal import Refusal
from activities.people import roster
from activities.people.roster_plan import Plan
from activities.people.rows import MOST_BYTES

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-roster")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@with_appcontext
def import_roster(file: Path, dry_run: bool) -> None:
    """Import a roster (.xlsx or .csv) into all units: everything in it, or nothing."""
    with file.open("rb") as source:
        content = source.read(MOST_BYTES + 1)
    try:
        table = roster.read_roster(content, file.name)
        plan = roster.plan_import(table, None)
        _say(plan)
        if plan.problems:
            raise SystemExit(1)
        if not dry_run:
            roster.import_roster(table, file.name, None, plan.fingerprint, clock.now())
            click.echo(_("Imported."))
    except Refusal as refusal:
        click.echo(say_fully(refusal), err=True)
        raise SystemExit(1) from None


def _say(plan: Plan) -> None:
    counts = {
        _("New"): len(plan.new), _("Changed"): len(plan.changed), _("Unchanged"): plan.unchanged,
        _("Problems"): len(plan.problems),
    }  # fmt: skip
    for name, number in counts.items():
        click.echo(f"{name}: {number}")
    if plan.ignored:
        click.echo(_("Left out: the columns %(columns)s.", columns=", ".join(plan.ignored)))
    if plan.assumes_students and plan.new:
        click.echo(_("No column says who is a student and who is staff: new people become students."))
    if plan.problems:
        rows = [[str(p.row), p.column, p.found, say_refusal(p.expected)] for p in plan.problems]
        click.echo(_table([[_("Row"), _("Column"), _("Found"), _("Expected")], *rows]), err=True)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns that line up where Chinese characters take two places."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(text + " " * (w - _width(text)) for text, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
