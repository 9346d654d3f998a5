"""What the board is asked for: filters that live in the address, read leniently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from activities.duties.kinds import KINDS
from activities.duties.planning import monday_of
from activities.kit.asked import read_day, read_page


@dataclass(frozen=True, kw_only=True)
class Filters:
    """A week, and of which kind, unit (with all below it) and activity. What cannot be read is as if it were not
    there. `selecting`: the cells are to be ticked rather than looked at."""

    monday: date
    kind: str = ""
    unit: str = ""
    activity: str = ""
    selecting: bool = False
    page: int = 1

    @classmethod
    def read(cls, args: MultiDict[str, str], today: date) -> Filters:
        kind = args.get("kind", "")
        return cls(
            monday=monday_of(read_day(args.get("week")) or today),
            kind=kind if kind in KINDS else "",
            unit=args.get("unit", "")[:16],
            activity=args.get("activity", "")[:16],
            selecting=args.get("mode") == "select",
            page=read_page(args.get("page")),
        )

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=n) for n in range(7)]

    @property
    def count(self) -> int:
        """How many filters narrow the week down."""
        return sum(map(bool, (self.kind, self.unit, self.activity)))
