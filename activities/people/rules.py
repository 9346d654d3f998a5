"""Who people are, and who may make them what. Plain values only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntFlag, StrEnum
from typing import ClassVar

from activities.kit.refusal import N_, Refusal, refusal
from activities.kit.roles import MAY_GRANT, Role


class UnitLevel(StrEnum):
    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"


LEVEL_NAMES = {
    UnitLevel.COMMITTEE: N_("Committee"),
    UnitLevel.GENERAL_BRANCH: N_("General branch"),
    UnitLevel.BRANCH: N_("Branch"),
}


class Stage(StrEnum):
    """Where a person stands on the way into the Party."""

    APPLICANT = "applicant"
    ACTIVIST = "activist"
    CANDIDATE = "candidate"
    PROBATIONARY = "probationary"
    FULL = "full"


STAGE_NAMES = {
    Stage.APPLICANT: N_("Applicant"),
    Stage.ACTIVIST: N_("Activist"),
    Stage.CANDIDATE: N_("Candidate"),
    Stage.PROBATIONARY: N_("Probationary member"),
    Stage.FULL: N_("Full member"),
}


class Standing(StrEnum):
    STUDENT = "student"
    TEACHER = "teacher"
    LEADER = "leader"


STANDING_NAMES = {
    Standing.STUDENT: N_("Student"),
    Standing.TEACHER: N_("Teacher"),
    Standing.LEADER: N_("Leader"),
}


class Stages(IntFlag):
    """A set of stages, one bit each, so that SQL can ask `stages & bit`. Zero stands for "any"."""

    APPLICANT = 1
    ACTIVIST = 2
    CANDIDATE = 4
    PROBATIONARY = 8
    FULL = 16


class Standings(IntFlag):
    STUDENT = 1
    TEACHER = 2
    LEADER = 4


class LinkPurpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


LIFETIME = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(hours=1)}


# ── passwords ───────────────────────────────────────────────────────────────

LEAST_CHARACTERS = 10
# What people choose first when ten characters are asked for; the shorter ones are refused by their length.
_COMMON = """
1234567890 0123456789 0987654321 1234567891 12345678910 123456789a a123456789 123456789q q123456789 1234567890a
123456789abc abc123456789 abcd123456 abcdefghij qwertyuiop qwerty12345 qwerty123456 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5
asdfghjkl1 zxcvbnm123 password12 password123 password1234 passw0rd123 p@ssw0rd123 admin12345 admin123456 administrator
woaini1314 woaini5201314 5201314520 1314520520 iloveyou123 zhangwei123 1123581321 1357924680 2468013579 9876543210
letmein123 welcome123 welcome1234 changeme123
"""
COMMON = frozenset(_COMMON.split())


@refusal
class PasswordTooShort(Refusal):
    least: int
    sentence: ClassVar[str] = N_("Use at least %(least)s characters. Three or four words of your own are easy to keep.")


@refusal
class PasswordTooCommon(Refusal):
    sentence: ClassVar[str] = N_("Too many people use this password. Choose another one.")


@refusal
class PasswordIsYourself(Refusal):
    sentence: ClassVar[str] = N_(
        "This is mostly your number, name or e-mail address. Choose something nobody can look up."
    )


def why_not_password(password: str, known: Iterable[str | None]) -> Refusal | None:
    """The first reason against a new password, or None. `known` is what others know of the person."""
    if len(password) < LEAST_CHARACTERS:
        return PasswordTooShort(LEAST_CHARACTERS)
    rest = folded = "".join(password.casefold().split())
    if folded in COMMON or len(set(folded)) < 4:
        return PasswordTooCommon()
    for word in known:
        for part in (word or "", (word or "").partition("@")[0]):
            rest = rest.replace(part.casefold(), "") if part else rest
    return PasswordIsYourself() if len(rest) < 4 else None


# ── roles ───────────────────────────────────────────────────────────────────


def is_above_all(path: str) -> bool:
    """Whether the unit at this path has none above it."""
    return path.count("/") == 1


@dataclass(frozen=True)
class Holding:
    """A role held for the unit at `path` and all below it."""

    role: Role
    path: str


@refusal
class MayNotGrant(Refusal):
    sentence: ClassVar[str] = N_("You may not grant or take this role in this unit.")
    remedy: ClassVar[str] = N_("Ask an administrator of the unit or of one above it.")


@refusal
class HoldsMore(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s holds a role that you may not grant, so you may not change this account.")
    remedy: ClassVar[str] = N_("Ask an administrator of that role's unit or of one above it.")


@refusal
class OwnRole(Refusal):
    sentence: ClassVar[str] = N_("Nobody gives a role to themselves.")
    remedy: ClassVar[str] = N_("Ask somebody else who may give it.")


@refusal
class OwnStage(Refusal):
    sentence: ClassVar[str] = N_("Nobody says of themselves at which stage they are.")
    remedy: ClassVar[str] = N_("Ask another administrator.")


@refusal
class AlreadyHolds(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s already holds this role there.")


@refusal
class HoldsNot(Refusal):
    name: str
    sentence: ClassVar[str] = N_("%(name)s does not hold this role there.")


@refusal
class LastAdministrator(Refusal):
    sentence: ClassVar[str] = N_("This is the last administrator of the whole school.")
    remedy: ClassVar[str] = N_("Appoint another administrator first.")


@refusal
class Restricted(Refusal):
    sentence: ClassVar[str] = N_("This person asked to be forgotten: what is left is only kept, and nobody uses it.")
    remedy: ClassVar[str] = N_("Whoever comes back gets a new account.")


@refusal
class NotYourself(Refusal):
    sentence: ClassVar[str] = N_("You cannot deactivate your own account.")
    remedy: ClassVar[str] = N_("Ask another administrator.")


@refusal
class OwnAccounts(Refusal):
    sentence: ClassVar[str] = N_("Nobody says of their own accounts whose they are.")
    remedy: ClassVar[str] = N_("Ask another administrator.")


@refusal
class OnePersonAlready(Refusal):
    sentence: ClassVar[str] = N_("These are known to be accounts of one person already.")


@refusal
class NotJoined(Refusal):
    sentence: ClassVar[str] = N_("No other account of this person is known.")


@refusal
class NobodyByNumber(Refusal):
    sentence: ClassVar[str] = N_("Nobody in your units has this number.")


def may_grant(own: Collection[Holding], role: Role, path: str) -> bool:
    """Whether someone with these roles may give or take a role of the unit at `path`."""
    return any(role in MAY_GRANT[held.role] and path.startswith(held.path) for held in own)


def grantable(own: Collection[Holding]) -> list[Role]:
    """The roles that someone with these may give somewhere."""
    return [role for role in Role if any(role in MAY_GRANT[held.role] for held in own)]


def covers(own: Collection[Holding], theirs: Iterable[Holding]) -> bool:
    """Whether someone with these roles may change the account of who holds those. Otherwise an administrator of one
    branch could set the password of an administrator of all, and be that person."""
    return all(may_grant(own, held.role, held.path) for held in theirs)


# ── links, accounts, units ──────────────────────────────────────────────────


@refusal
class LinkSpent(Refusal):
    sentence: ClassVar[str] = N_("This link no longer works: it was used, has expired, or was replaced.")
    remedy: ClassVar[str] = N_("Ask for a new link, or log in if you have set a password already.")


@refusal
class WrongPassword(Refusal):
    sentence: ClassVar[str] = N_("This is not your present password.")


@refusal
class NotActive(Refusal):
    name: str
    sentence: ClassVar[str] = N_("The account of %(name)s is deactivated.")
    remedy: ClassVar[str] = N_("Reactivate it first.")


@refusal
class NumberTaken(Refusal):
    sentence: ClassVar[str] = N_("Somebody else has this number.")


@refusal
class OtherName(Refusal):
    number: str
    name: str
    sentence: ClassVar[str] = N_("The number %(number)s belongs to %(name)s.")


@refusal
class EmailTaken(Refusal):
    sentence: ClassVar[str] = N_("Somebody else has this e-mail address.")


@refusal
class NameTaken(Refusal):
    sentence: ClassVar[str] = N_("Another unit has this name.")


@refusal
class WrongPlace(Refusal):
    sentence: ClassVar[str] = N_("A unit stands below one of a higher level, and never below itself.")
    remedy: ClassVar[str] = N_("A committee is above general branches, and a general branch above branches.")


def why_not_below(level: UnitLevel, path: str, parent_level: UnitLevel, parent_path: str) -> Refusal | None:
    """The reason against a unit of this level at `path` (empty for a new one) going below that parent."""
    order = list(UnitLevel)
    inside = bool(path) and parent_path.startswith(path)
    return WrongPlace() if inside or order.index(level) <= order.index(parent_level) else None
