"""`activities draw verify FILE`: recompute a draw from what its page gives out. Asks no database."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from activities.draws import rules


@click.group("draw")
def draw() -> None:
    """Draws, recomputed."""


@draw.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """Recompute the draw in FILE, the data its page gives out, and say where the result differs."""
    try:
        verdict = rules.verify(file.read_text(encoding="utf-8"))
    except (rules.NotADraw, UnicodeDecodeError):
        raise click.ClickException(f"{rules.NotADraw.sentence} {rules.NotADraw.remedy}") from None
    for difference in verdict.differences:
        click.echo(difference)
    if verdict.differences:
        sys.exit(1)
    click.echo(f"The seed fits its hash, and the result is right: {verdict.entries} entries, {verdict.seats} seats.")
