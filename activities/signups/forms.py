"""What the finding page is asked for: filters that live in the address, read leniently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from activities.duties.kinds import KINDS
from activities.kit.asked import read_day, read_number, read_page
from activities.kit.refusal import N_
from activities.kit.text import clean_line
from activities.signups.rules_soft import Consent

# Stretches of a day between the class periods, as people name them: from, until, name.
PARTS: dict[str, tuple[time, time, str]] = {
    "morning": (time(0, 0), time(11, 40), N_("Morning, until 11:40")),
    "noon": (time(11, 40), time(14, 0), N_("Noon, 11:40–14:00")),
    "afternoon": (time(14, 0), time(17, 40), N_("Afternoon, 14:00–17:40")),
    "evening": (time(17, 40), time.max, N_("Evening, from 17:40")),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """A week, perhaps one day of it, and what of it is wanted. What cannot be read is as if it were not there."""

    monday: date
    day: date | None = None
    kinds: tuple[str, ...] = ()
    part: str = ""
    activity: str = ""
    text: str = ""
    only_open: bool = False
    fits: bool = False
    fitting_first: bool = False
    page: int = 1

    @classmethod
    def read(cls, args: MultiDict[str, str], today: date) -> Filters:
        day = read_day(args.get("day"))
        week = day or read_day(args.get("week")) or today
        part = args.get("part", "")
        return cls(
            monday=week - timedelta(days=week.weekday()),
            day=day,
            kinds=tuple(k for k in KINDS if k in args.getlist("kind")),
            part=part if part in PARTS else "",
            activity=clean_line(args.get("activity"))[:16],
            text=clean_line(args.get("q"))[:50],
            only_open="open" in args,
            fits="fits" in args,
            fitting_first=args.get("sort") == "fits",
            page=read_page(args.get("page")),
        )

    @property
    def days(self) -> list[date]:
        """The days that are looked at: one, or the week's seven."""
        return [self.day] if self.day else [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def week(self) -> list[date]:
        return [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def lasting(self) -> str:
        """What of it does not hang on a week, as an address has it; the same for the same filters."""
        more = {
            "part": self.part, "activity": self.activity, "q": self.text, "open": self.only_open and "1",
            "fits": self.fits and "1",
        }  # fmt: skip
        asked = [("kind", kind) for kind in self.kinds] + [(name, value) for name, value in more.items() if value]
        return urlencode(asked)

    @property
    def count(self) -> int:
        """How many filters narrow the week down."""
        return len(self.kinds) + sum(map(bool, (self.part, self.activity, self.text, self.only_open, self.fits)))

    @property
    def names(self) -> list[str]:
        """What is chosen, in words that are to be translated."""
        more = {
            PARTS[self.part][2] if self.part else "": bool(self.part), N_("Only one activity"): bool(self.activity),
            N_("Only what I can take"): self.only_open, N_("Only what fits my timetable"): self.fits,
        }  # fmt: skip
        return [KINDS[kind].name for kind in self.kinds] + [name for name, chosen in more.items() if chosen]


def consent_of(form: MultiDict[str, str]) -> Consent:
    """What a form confirms, read leniently."""
    known = frozenset(form.getlist("known"))
    return Consent(read_number(form.get("risks")), known, read_number(form.get("arrival")))
