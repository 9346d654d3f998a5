"""When somebody is reminded of a duty: pure decisions on plain values."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

from activities.kit.refusal import N_
from activities.outbox.rules import Group, Reminders, Way

EVENING_AT = time(18, 0)
BEFORE = {
    Reminders.HOUR: timedelta(hours=1),
    Reminders.TWO_HOURS: timedelta(hours=2),
    Reminders.DAY: timedelta(hours=24),
}
# Nobody is reminded of what is farther away.
FARTHEST = timedelta(days=2)

REMINDER_NAMES = {
    Reminders.DAY: N_("24 hours before"),
    Reminders.EVENING: N_("The evening before, at 18:00"),
    Reminders.TWO_HOURS: N_("2 hours before"),
    Reminders.HOUR: N_("1 hour before"),
}
WAY_NAMES = {
    Way.INVITED: N_("With invitation"), Way.AT_ONCE: N_("At once"), Way.DAILY: N_("Daily"), Way.NEVER: N_("Off"),
}  # fmt: skip
# What people choose a way for: name, and what it is.
GROUP_NAMES = {
    Group.DUTIES: (N_("My duties"), N_("Seats, waiting lists, changed and cancelled slots.")),
    Group.ANSWERS: (N_("Awaiting my answer"), N_("A seat held for me, somebody who asks for help.")),
    Group.RECORDS: (N_("My records"), N_("Absences and corrections.")),
    Group.OWED: (N_("What I owe"), N_("What is left of what is asked in the year: once a month, or from a secretary.")),
    Group.ORGANIZING: (N_("What I organize"), N_("Who leaves, and where people are missing.")),
}
# What a notice is about, where what it says is nobody else's business.
ABOUT = {
    Group.ACCOUNT: N_("Account"),
    Group.DUTIES: N_("Duties"),
    Group.ANSWERS: N_("A question"),
    Group.REMINDERS: N_("A reminder"),
    Group.RECORDS: N_("Records"),
    Group.OWED: N_("What is owed"),
    Group.ORGANIZING: N_("Organizing"),
}
# Why something could not be delivered; what is not here is shown as it is.
TROUBLES = {
    "no address": N_("There is no e-mail address any more."),
    "SMTPRecipientsRefused": N_("The mail server does not know the address, or refuses it."),
    "SMTPSenderRefused": N_("The mail server refuses our sender's address."),
    "SMTPDataError": N_("The mail server refuses the letter."),
    "SMTPAuthenticationError": N_("The mail server refuses our password."),
    "SMTPConnectError": N_("The mail server is not there, or offers no encryption."),
    "SMTPServerDisconnected": N_("The mail server hangs up."),
    "ConnectionRefusedError": N_("The mail server is not there."),
    "TimeoutError": N_("The mail server does not answer."),
    "gaierror": N_("The mail server's name is not known."),
    "HookRefused": N_("The group's robot did not take the message. Look at its address and secret."),
    "HookUnreachable": N_("The group's robot was not reached."),
}


def why(trouble: str) -> tuple[str, str]:
    """A trouble in words, and the number that came with it."""
    name, _, number = trouble.partition(" ")
    return (TROUBLES[trouble], "") if trouble in TROUBLES else (TROUBLES.get(name, name), number)


def remind_at(starts_at: datetime, when: Reminders, zone: tzinfo) -> datetime:
    """The moment of one reminder."""
    if when is Reminders.EVENING:
        day = starts_at.astimezone(zone).date() - timedelta(days=1)
        return datetime.combine(day, EVENING_AT, zone).astimezone(UTC)
    return starts_at - BEFORE[when]


def due_reminder(
    starts_at: datetime, since: datetime, chosen: Reminders, now: datetime, zone: tzinfo
) -> Reminders | None:
    """Which of the chosen reminders of a duty is due: the latest whose moment has come, however late it is asked. None
    for what a person who has had the seat only `since` then knew anyway."""
    if now >= starts_at:
        return None
    moments = {when: remind_at(starts_at, when, zone) for when in Reminders if when in chosen}
    come = {when: moment for when, moment in moments.items() if since < moment <= now}
    return max(come, key=lambda when: come[when], default=None)
