"""Roles, and what each permits. A role is held for a unit and all below it."""

from __future__ import annotations

from enum import StrEnum

from activities.kit.refusal import N_


class Role(StrEnum):
    ORGANIZER = "organizer"
    SECRETARY = "secretary"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.ORGANIZER: N_("Organizer"),
    Role.SECRETARY: N_("Branch secretary"),
    Role.ADMINISTRATOR: N_("Administrator"),
}


class Permission(StrEnum):
    TAKE_PART = "take part"
    ORGANIZE = "organize"
    REVIEW = "review"
    MANAGE_PEOPLE = "manage people"
    GRANT_ROLES = "grant roles"
    KEEP_CALENDAR = "keep calendar"
    SET_NORMS = "set norms"
    KEEP_TRAININGS = "keep trainings"
    EDIT_TRAININGS = "edit trainings"
    KEEP_CHATS = "keep chats"
    LIFT_PAUSES = "lift pauses"
    COUNTERSIGN = "countersign"
    CERTIFY = "certify"
    KEEP_RECORDS = "keep records"
    IMPORT_HOURS = "import hours"
    SET_REQUIREMENTS = "set requirements"
    EXEMPT = "exempt"
    HOLD_REVIEW = "hold review"
    COMMEND = "commend"
    PAIR = "pair"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ORGANIZER: frozenset(
        {
            Permission.ORGANIZE,
            Permission.KEEP_TRAININGS,
            Permission.EDIT_TRAININGS,
            Permission.KEEP_CHATS,
            Permission.LIFT_PAUSES,
            Permission.COUNTERSIGN,
            Permission.KEEP_RECORDS,
        }
    ),
    Role.SECRETARY: frozenset(
        {
            Permission.REVIEW,
            Permission.GRANT_ROLES,
            Permission.LIFT_PAUSES,
            Permission.COUNTERSIGN,
            Permission.CERTIFY,
            Permission.KEEP_RECORDS,
            Permission.IMPORT_HOURS,
            Permission.SET_REQUIREMENTS,
            Permission.EXEMPT,
            Permission.HOLD_REVIEW,
            Permission.COMMEND,
            Permission.PAIR,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_PEOPLE,
            Permission.GRANT_ROLES,
            Permission.KEEP_CALENDAR,
            Permission.SET_NORMS,
            Permission.KEEP_TRAININGS,
            Permission.EDIT_TRAININGS,
            Permission.KEEP_CHATS,
            Permission.IMPORT_HOURS,
        }
    ),
}

# What these change is the whole school's: only a role for a unit above all gives them.
SCHOOL_WIDE = frozenset({Permission.KEEP_CALENDAR, Permission.SET_NORMS, Permission.EDIT_TRAININGS})

# A secretary appoints organizers; only an administrator appoints secretaries and administrators.
MAY_GRANT: dict[Role, frozenset[Role]] = {
    Role.ORGANIZER: frozenset(),
    Role.SECRETARY: frozenset({Role.ORGANIZER}),
    Role.ADMINISTRATOR: frozenset(Role),
}
