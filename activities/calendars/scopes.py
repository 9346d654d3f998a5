"""What a feed may be of. A scope is two queries and a title: everything else is the same for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

from activities.calendars import duties, places, queries, sight, visits
from activities.calendars.duties import Present
from activities.calendars.queries import ALL, Only, Row
from activities.calendars.rules_feeds import Scope
from activities.calendars.sheaf import State
from activities.duties.kinds import kind_of
from activities.kit.i18n import gettext
from activities.kit.refusal import N_
from activities.signups.forms import PARTS
from activities.signups.rules import duty_name


class Asked(NamedTuple):
    """A feed that is asked for: of which one it is, whose (its digest and, once known, its member), and when. `since`
    is the midnight before which nothing is shown."""

    scope: Scope
    subject: str
    digest: str
    since: datetime
    now: datetime
    member_id: int = 0


@dataclass(frozen=True)
class Declaration:
    """`edition` reads in one statement what tells one state of the feed from every other, `events` what stands in it,
    or some of it. `states`, where there is one, says of an edition how far each of its activities has come: then only
    what has changed since need be read, and `events` is asked for that alone.
    `title` says of which one it is, from its subject and the names that the edition finds; where it finds none, the
    reader does not see it any more. Entries of one's `own` duties take one's time."""

    name: str
    title: Callable[[str, Sequence[str]], str]
    edition: Callable[[Asked], Row | Present | None]
    events: Callable[[Asked, Only], Iterator[Row]]
    states: Callable[[Row | Present, Asked], Mapping[int, State] | None] | None = None
    is_own: bool = False


def _seen_edition(asked: Asked) -> Row | None:
    return sight.edition(asked.scope, asked.subject, asked.digest, asked.since)


def _seen_events(asked: Asked, only: Only) -> Iterator[Row]:
    return sight.events(asked.scope, asked.subject, asked.digest, asked.since, only)


def _seen_states(row: Row | Present, _asked: Asked) -> Mapping[int, State] | None:
    return sight.states(row)


def _open_edition(asked: Asked) -> Row | None:
    return places.edition(asked.subject, asked.digest, asked.now)


def _open_events(asked: Asked, _only: Only = ALL) -> Iterator[Row]:
    return places.events(asked.subject, asked.digest, asked.member_id, asked.now)


def _search_edition(asked: Asked) -> Row | None:
    return (_open_edition if sight.filters_of(asked.subject).only_open else _seen_edition)(asked)


def _search_events(asked: Asked, only: Only) -> Iterator[Row]:
    return (_open_events if sight.filters_of(asked.subject).only_open else _seen_events)(asked, only)


def _search_states(row: Row | Present, asked: Asked) -> Mapping[int, State] | None:
    return None if sight.filters_of(asked.subject).only_open else sight.states(row)


def _title_of_search(subject: str, _names: Sequence[str]) -> str:
    filters = sight.filters_of(subject)
    said = [gettext(kind_of(kind).name) for kind in filters.kinds]
    said += [gettext(PARTS[filters.part][2])] if filters.part else []
    said += [filters.text] if filters.text else []
    said += [gettext("Only what I can take")] if filters.only_open else []
    said += [gettext("Only what fits my timetable")] if filters.fits else []
    return "·".join(said) or gettext("All slots")


def _title_of_site(_subject: str, names: Sequence[str]) -> str:
    return gettext("Visits: %(site)s", site=names[0]) if names else ""


def _title_of_unit(_subject: str, names: Sequence[str]) -> str:
    return names[0] if names else ""


def _title_of_duty(_subject: str, names: Sequence[str]) -> str:
    return duty_name(names[0], names[-1]) if names else ""


_seen = partial(Declaration, edition=_seen_edition, events=_seen_events, states=_seen_states)

SCOPES = {
    Scope.DUTIES: Declaration(
        N_("My duties"), lambda _subject, _names: gettext("My duties"),
        lambda asked: duties.edition(asked.digest, asked.since),
        lambda asked, _only: duties.events(asked.digest, asked.since), is_own=True,
    ),
    Scope.OPEN: Declaration(
        N_("Places I can take"), lambda _subject, _names: gettext("Places I can take"), _open_edition, _open_events
    ),
    Scope.ORGANIZED: _seen(N_("What I organize"), lambda _subject, _names: gettext("What I organize")),
    Scope.UNIT: _seen(N_("A unit and those below"), _title_of_unit),
    Scope.ACTIVITY: _seen(N_("One activity"), _title_of_duty),
    Scope.POST: _seen(N_("One post"), _title_of_duty),
    Scope.SEARCH: Declaration(N_("A search"), _title_of_search, _search_edition, _search_events, _search_states),
    Scope.SITE: Declaration(
        N_("Visits at a partner's place"), _title_of_site,
        lambda asked: visits.edition(asked.subject, asked.digest, asked.since),
        lambda asked, _only: visits.events(asked.subject, asked.digest, asked.since),
    ),
}  # fmt: skip
# What anybody may have who knows the public id of what it is of: they carry no person, and nothing that the page of an
# activity does not show.
PUBLIC = Declaration(
    "", _title_of_duty,
    lambda asked: queries.public_edition(asked.scope, asked.subject, asked.since),
    lambda asked, only: queries.public_events(asked.scope, asked.subject, asked.since, only),
)  # fmt: skip
PUBLIC_SCOPES = (Scope.ACTIVITY, Scope.POST)
