"""`activities audit`: seal the trail, and look whether it is whole. In the language of the terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask.cli import with_appcontext

from activities.audit import queries, rules, seals
from activities.audit.rules import Finding, Head
from activities.kit import clock
from activities.kit.clock import local
from activities.kit.i18n import force_locale, language_of, ngettext
from activities.kit.i18n import gettext as _


class HeadType(click.ParamType[Head]):
    """POSITION:HASH, as it is printed."""

    name = "position:hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        try:
            return rules.head_of(str(value))
        except rules.NotAHead as refusal:
            self.fail(f"{refusal.sentence} {refusal.remedy}", param, ctx)


HEAD = HeadType()


@click.group("audit")
def audit() -> None:
    """The trail of changes, and its chain."""


@audit.command("seal")
@with_appcontext
def seal() -> None:
    """Chain every entry that is not yet, as the worker does every few seconds."""
    with speaking():
        count = seals.seal(clock.now())
        click.echo(ngettext("%(num)s entry sealed.", "%(num)s entries sealed.", count))
        _say_head(queries.head())


@audit.command("verify")
@click.option("--head", "known", type=HEAD, help="A head kept from before, which the trail must still have.")
@click.option("--since", type=HEAD, help="The same, and look only at what came after it.")
@with_appcontext
def verify(known: Head | None, since: Head | None) -> None:
    """Recompute the trail's chain, say where it is broken, and print its head."""
    found = 0
    with speaking():
        work = seals.Verification(clock.now(), known, since)
        for finding in work.findings():
            found += 1
            click.echo(_said(finding))
        click.echo(ngettext("%(num)s entry looked at.", "%(num)s entries looked at.", work.chain.walked))
        if work.unsealed:
            click.echo(
                ngettext("%(num)s entry waits for its seal.", "%(num)s entries wait for their seals.", work.unsealed)
            )
        if work.chain.erased:
            click.echo(
                ngettext(
                    "%(num)s entry holds what an erasure has left of it, as the trail tells.",
                    "%(num)s entries hold what an erasure has left of them, as the trail tells.",
                    work.chain.erased,
                )
            )
        _say_head(work.chain.head)
        if since is None:
            seals.remember(work, found, clock.now())
        if found:
            click.echo(
                ngettext("%(num)s finding: the trail is not whole.", "%(num)s findings: the trail is not whole.", found)
            )
            raise SystemExit(1)
        click.echo(_("The trail is whole."))


def _say_head(head: Head) -> None:
    click.echo(_("Head: %(head)s", head=head))


def _said(finding: Finding) -> str:
    """Where it is, what it is, and of what the entry tells: a line."""
    where, entry_id = [], finding.entry_id
    if finding.first is not None:
        places = str(finding.first) if finding.first == finding.last else f"{finding.first}–{finding.last}"
        where.append(_("position %(places)s", places=places))
        entry_id = queries.sealed_entry(finding.first)
    if entry_id is not None:
        where.append(_("entry %(number)s", number=entry_id))
    line = ": ".join(part for part in (", ".join(where), _(finding.what)) if part)
    about = queries.about(entry_id) if entry_id is not None else None
    if about is None:
        return line
    return f"{line} ({_when(about.at)}, {about.verb}, {about.subject} {about.subject_id})"


def _when(at: datetime | str) -> str:
    """The moment to the second, in the school's time, or what stands in its place."""
    try:
        return f"{local(rules.moment(at)):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return str(at)


@contextmanager
def speaking() -> Iterator[None]:
    """Speak as the terminal does, where we know how."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    with force_locale(language_of(said.partition(".")[0])):
        yield
