"""The people of the demo, by name and number, the same for every start on one day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from random import Random

from faker import Faker

from activities.demo import article
from activities.demo.calendar import DemoCalendar
from activities.people.rules import Stage, Standing

# Where the accounts of the staff stand in its list, leaders first.
STAFF_ACCOUNTS = {0: "secretary", 1: "admin", article.LEADERS: "organizer"}


@dataclass(eq=False)
class Person:
    """One of the school's people. `since` is when they joined; `care` is how often they fail to come, 1 for most;
    `busy` their times by day; `id` their row's, once there is one."""

    number: str
    name: str
    unit: str
    class_name: str
    stage: Stage
    standing: Standing
    since: date
    care: float
    id: int = 0
    busy: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def is_free(self, day: date, starts: datetime, ends: datetime) -> bool:
        return all(ends <= other_starts or other_ends <= starts for other_starts, other_ends in self.busy.get(day, ()))

    def book(self, day: date, starts: datetime, ends: datetime) -> None:
        self.busy.setdefault(day, []).append((starts, ends))


def make_persons(calendar: DemoCalendar, rng: Random) -> list[Person]:
    """Everyone, staff first, then students from the oldest class on."""
    fake = Faker("zh_CN")
    fake.seed_instance(article.SEED)
    names = (fake.unique.name() for _ in iter(int, 1))
    persons = [*_staff(calendar, names, rng), *_students(calendar, names, rng)]
    # The demo's member: the first student who has been in the Party longest.
    next(p for p in persons if p.standing is Standing.STUDENT).number = "member"
    return persons


def _staff(calendar: DemoCalendar, names: Iterator[str], rng: Random) -> Iterator[Person]:
    for n, name in enumerate(islice(names, article.STAFF)):
        leads = n < article.LEADERS
        yield Person(
            number=STAFF_ACCOUNTS.get(n, f"T{n + 1:04}"), name=name, class_name="", stage=Stage.FULL,
            unit=article.OFFICE if leads or n % 2 else article.TEACHERS,
            standing=Standing.LEADER if leads else Standing.TEACHER, since=calendar.began, care=_care(rng),
        )  # fmt: skip


def _students(calendar: DemoCalendar, names: Iterator[str], rng: Random) -> Iterator[Person]:
    today, classes = calendar.today, len(article.STUDENT_BRANCHES)
    newest = today.year if today.month >= 9 else today.year - 1
    stages = [stage for stage, count in article.STUDENTS for _ in range(count)]
    size, rest = divmod(len(stages), article.COHORTS)
    stages_left = iter(stages)
    for cohort in range(article.COHORTS):
        year = newest - article.COHORTS + 1 + cohort
        for n, stage in enumerate(islice(stages_left, size + (cohort < rest))):
            branch = article.STUDENT_BRANCHES[n % classes]
            group = f"{year % 100:02}{n % classes + 1:02}"
            yield Person(
                number=f"{group}{n // classes + 1:03}", name=next(names), unit=branch.name,
                class_name=f"{branch.subject}{group}", stage=stage, standing=Standing.STUDENT,
                since=max(calendar.began, date(year, 9, 1)), care=_care(rng),
            )  # fmt: skip


def _care(rng: Random) -> float:
    """Most come as they said; a few keep failing."""
    return rng.choice((0.4, 0.6, 0.8, 1.0, 1.0, 1.0, 1.3, 4.0))
