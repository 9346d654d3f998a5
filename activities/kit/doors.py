"""Doors and the pages behind them: whoever has one role never sees the others' furniture.

A door is one way in. Its pages stand side by side; those of one purpose share a place among them as a `Group`, and
stand in a second row while one of them is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_login import current_user

from activities.kit import i18n
from activities.kit.refusal import N_
from activities.kit.roles import Permission


@dataclass(frozen=True)
class Page:
    """One page of those that stand side by side behind a door; `also` are views that show the same page."""

    endpoint: str
    name: str
    permission: Permission = Permission.TAKE_PART
    also: tuple[str, ...] = ()

    @property
    def seen(self) -> list[Page]:
        return [self] if current_user.may(self.permission) else []

    def is_open(self) -> bool:
        return request.endpoint in (self.endpoint, *self.also)


@dataclass(frozen=True)
class Group:
    """Pages of one purpose. Who may see but one of them sees it in the group's place."""

    name: str
    pages: tuple[Page, ...]

    @property
    def seen(self) -> list[Page]:
        return [page for page in self.pages if current_user.may(page.permission)]


@dataclass(frozen=True)
class Door:
    """One way in: where it leads, what it is called, and whose it is; `pages` stand side by side on each of them,
    `rooms` are the other rooms and views behind it. A view named by a door belongs to no door that does not name it."""

    endpoint: str
    name: str
    icon: str
    permission: Permission
    pages: tuple[Page | Group, ...]
    rooms: tuple[str, ...]

    def views(self) -> set[str]:
        """What this door names: rooms, and views by their full name."""
        return views_of(self.pages) | set(self.rooms)


def views_of(pages: tuple[Page | Group, ...]) -> set[str]:
    single = [page for one in pages for page in (one.pages if isinstance(one, Group) else (one,))]
    return {view for page in single for view in (page.endpoint, *page.also)}


DOORS = (
    Door(
        "home.my_duties", N_("My duties"), "home", Permission.TAKE_PART,
        (
            Page("home.my_duties", N_("My duties")),
            Group(
                N_("Asked and swapped"),
                (
                    Page("invitations.mine", N_("Asked of me")), Page("exchanges.swaps", N_("My swaps")),
                    Page("exchanges.wanted", N_("Cover wanted")),
                ),
            ),
            Page("ballots.all_mine", N_("My votes"), also=("ballots.mine",)),
            Group(
                N_("My records"),
                (
                    Page("requirements.now", N_("What I owe"), also=("requirements.mine",)),
                    Page(
                        "cycles.mine", N_("My review"),
                        also=(
                            "cycles.my_part", "essays.show", "essays.save", "essays.hand_in", "essays.take_back",
                            "peers.mine", "peers.review", "grades.opinion", "objections.on_notice",
                            "objections.object_to",
                        ),
                    ),
                    Page("packets.now", N_("Evidence packet"), also=("packets.mine",)),
                    Page("records.mine", N_("Duties done")), Page("dossiers.mine", N_("Five blocks")),
                    Page("certificates.mine", N_("Certificates")),
                    Page(
                        "commendations.all_rounds", N_("Commendations"),
                        also=(
                            "commendations.show", "commendations.nominate", "commendations.mine",
                            "commendations.committee", "commendations.decide", "commendations.object_to",
                            "commendations.rewrite",
                        ),
                    ),
                    Page(
                        "commendations.all_stories", N_("Stories"),
                        also=(
                            "commendations.story", "commendations.kept_stories", "commendations.new_story",
                            "commendations.edit_story", "commendations.new_photo", "commendations.remove_photo",
                            "commendations.describe_photo", "commendations.take_down_story",
                            "commendations.delete_story",
                        ),
                    ),
                    Page("certificates.on_notice", N_("On notice"), also=("certificates.object_to",)),
                ),
            ),
            Page("calendars.subscribe", N_("Calendar feeds")),
        ),
        (
            "holders", "records.trail", "corrections", "dossiers.mine", "reviews.mine", "calendars", "exchanges",
            "invitations", "admissions.decline", "leaves", "records.check_in", "ballots.vote", "cares.mine",
            "cares.write", "cares.about_me",
        ),
    ),
    Door("signups.find", N_("Find a slot"), "search", Permission.TAKE_PART, (), ("signups", "draws", "goods.summary")),
    Door(
        "duties.organize", N_("Organize"), "board", Permission.ORGANIZE,
        (
            Page("duties.organize", N_("My activities")), Page("board.week", N_("Board")),
            Group(
                N_("To do"),
                (
                    Page("admissions.requests", N_("Requests")), Page("leaves.requests", N_("Leave requests")),
                    Page("corrections.to_answer", N_("Corrections")),
                    Page("records.to_countersign", N_("To countersign"), Permission.COUNTERSIGN),
                    Page("goods.to_sign", N_("Deliveries to sign"), Permission.COUNTERSIGN),
                    Page("pauses.all_pauses", N_("Pauses"), Permission.LIFT_PAUSES),
                ),
            ),
            Page("board.messages", N_("Messages sent")),
            Page("dossiers.people", N_("Volunteers' records"), Permission.KEEP_RECORDS),
            Group(
                N_("Set-up"),
                (
                    Page("sites.all_sites", N_("Partners' places")), Page("trainings.mine", N_("Trainings")),
                    Page("chats.all_chats", N_("Chat groups"), Permission.KEEP_CHATS),
                    Page("terms.calendar", N_("School calendar")),
                ),
            ),
        ),
        (
            "duties", "series", "board", "sites", "pauses", "trainings", "chats", "terms", "records.attendance",
            "records.attendance_post", "records.desk_page", "records.screen", "records.ticks", "records.posted",
            "records.extend", "corrections.answer",
            "records.to_countersign", "records.countersign", "dossiers", "imports",
            "signups.roster", "signups.edit_slot", "signups.quotas", "signups.cancel_slot", "signups.edit_post",
            "admissions.approve", "admissions.decline_requests", "admissions.assign", "holders.board",
            "holders.propose", "holders.propose_many", "holders.end", "holders.seats", "outcomes.activity",
            "outcomes.targets", "outcomes.photos", "goods", "goods.delivery",
        ),
    ),
    Door(
        "reviews.now", N_("Review"), "review", Permission.REVIEW,
        (
            Page("reviews.now", N_("The year"), also=("reviews.year", "packets.person")),
            Page("outcomes.now", N_("Outcomes"), also=("outcomes.year",)),
            Group(
                N_("Asked and owed"),
                (
                    Page(
                        "requirements.behind_now", N_("Falling behind"),
                        also=("requirements.who_is_behind", "requirements.person"),
                    ),
                    Page(
                        "requirements.sets_now", N_("What is asked"), Permission.SET_REQUIREMENTS,
                        also=(
                            "requirements.sets", "requirements.new", "requirements.show", "requirements.edit",
                            "requirements.take_back",
                        ),
                    ),
                    Page(
                        "packets.points_now", N_("Points"),
                        also=("packets.points", "packets.formula", "packets.set_formula", "packets.compare"),
                    ),
                    Page(
                        "requirements.exemptions", N_("Exemptions"), Permission.EXEMPT,
                        also=(
                            "requirements.exempt", "requirements.exemption", "requirements.end_exemption",
                            "requirements.why_exempted",
                        ),
                    ),
                ),
            ),
            Group(
                N_("Reviews and awards"),
                (
                    Page(
                        "cycles.all_cycles", N_("Annual reviews"), Permission.HOLD_REVIEW,
                        also=(
                            "cycles.new", "cycles.show", "cycles.windows", "cycles.reopen", "cycles.settings",
                            "cycles.add", "cycles.call_off", "grades.unit_people", "grades.person", "grades.give",
                            "grades.ask_opinion", "grades.remove", "peers.keep", "appraisals.keep",
                            "appraisals.unit", "appraisals.anew", "evidence.points",
                            "evidence.differences", "closings.check", "overviews.show", "overviews.people",
                            "overviews.waited_for", "past.start", "past.preview", "past.confirm",
                            "cares.kept", "cares.kept_unit", "cares.kept_person",
                        ),
                    ),
                    Page("ballots.kept", N_("Ballots"), also=("ballots.show", "ballots.new")),
                    Page(
                        "pairings.all_classes", N_("Class pairing"), Permission.PAIR,
                        also=("pairings.of_class", "pairings.pair", "pairings.end"),
                    ),
                    Page(
                        "commendations.kept", N_("Commendations"), Permission.COMMEND,
                        also=(
                            "commendations.new", "commendations.manage", "commendations.correct",
                            "commendations.call_off", "commendations.revoke",
                        ),
                    ),
                ),
            ),
            Group(
                N_("To do"),
                (
                    Page(
                        "records.to_countersign", N_("To countersign"), Permission.COUNTERSIGN,
                        also=("records.countersign",),
                    ),
                    Page("goods.to_sign", N_("Deliveries to sign"), Permission.COUNTERSIGN),
                    Page("corrections.to_decide", N_("Corrections"), also=("corrections.decide",)),
                    Page("certificates.asked_for", N_("Certificate requests"), Permission.CERTIFY),
                    Page("certificates.objections", N_("Objections"), Permission.CERTIFY, also=("certificates.judge",)),
                    Page(
                        "objections.to_judge", N_("Objections to grades"), Permission.HOLD_REVIEW,
                        also=("objections.judge",),
                    ),
                    Page("records.odd", N_("What is odd"), also=("records.note_odd",)),
                    Page("pauses.all_pauses", N_("Pauses"), Permission.LIFT_PAUSES),
                ),
            ),
            Group(
                N_("Records and certificates"),
                (
                    Page("dossiers.people", N_("Volunteers' records"), Permission.KEEP_RECORDS),
                    Page("certificates.issued", N_("Certificates"), Permission.CERTIFY),
                    Page("transfers.start", N_("Import hours"), Permission.IMPORT_HOURS),
                    Page("transfers.export", N_("Export hours"), Permission.CERTIFY),
                ),
            ),
            Page("people.roles", N_("Roles"), Permission.GRANT_ROLES),
        ),
        ("pauses", "certificates", "dossiers", "transfers", "records.to_countersign", "records.countersign",
         "goods.delivery", "requirements", "cycles", "essays", "peers", "appraisals", "evidence", "past", "grades",
         "cares", "objections", "closings", "overviews", "ballots", "pairings"),
    ),
    Door(
        "people.roster", N_("People"), "users", Permission.MANAGE_PEOPLE,
        (
            Page("people.roster", N_("People")), Page("people.units", N_("Units")),
            Page("people.roles", N_("Roles"), Permission.GRANT_ROLES),
            Group(
                N_("The school"),
                (
                    Page("terms.calendar", N_("School calendar")), Page("norms.show", N_("School rules")),
                    Page("trainings.mine", N_("Trainings"), Permission.KEEP_TRAININGS),
                    Page("chats.all_chats", N_("Chat groups"), Permission.KEEP_CHATS),
                ),
            ),
            Page("transfers.start", N_("Import hours"), Permission.IMPORT_HOURS),
            Group(
                N_("Data and notices"),
                (
                    Page("rights.requests", N_("Being forgotten")),
                    Page("rights.show_retention", N_("Retention"), Permission.SET_NORMS),
                    Page("rights.chain", N_("Trail of changes"), Permission.SET_NORMS),
                    Page("notices.undelivered", N_("Undelivered")),
                ),
            ),
        ),
        ("rights", "people", "transfers", "norms", "terms", "trainings", "chats", "rescheduling", "signups.deactivate"),
    ),
)  # fmt: skip

# What is everybody's own stands behind one's name at the top, and behind no door.
OWN_PAGES = (
    Page("people.account", N_("My account"), also=("people.password",)),
    Page("rights.mine", N_("My data and my rights")), Page("notices.inbox", N_("Inbox")),
    Page("notices.wishes", N_("What I want to be told")), Page("timetables.mine", N_("My timetable")),
    Page("trainings.mine", N_("Trainings")), Page("terms.calendar", N_("School calendar")),
    Page("norms.show", N_("School rules")),
)  # fmt: skip

NAMED_VIEWS = {view for door in DOORS for view in door.views() if "." in view} | views_of(OWN_PAGES)


def doors() -> list[dict[str, Any]]:
    """The doors of whoever is logged in."""
    opened = _opened()
    return [
        {"href": url_for(door.endpoint), "name": i18n.gettext(door.name), "icon": door.icon, "open": door is opened}
        for door in DOORS
        if current_user.may(door.permission)
    ]


def rows_of_pages() -> list[list[dict[str, Any]]]:
    """The pages beside this one, where it is one of several that stand side by side: all places, and below them the
    pages of the group that is open."""
    opened = _opened()
    for beside in (opened.pages if opened else (), OWN_PAGES):
        if views_of(beside) & {request.endpoint}:
            places = [(place, pages) for place in beside if (pages := place.seen)]
            below = [pages for _, pages in places if len(pages) > 1 and _is_open(pages)]
            rows = [[_link(place.name, pages) for place, pages in places]]
            return rows + [[_link(page.name, [page]) for page in pages] for pages in below]
    return []


def _is_open(pages: list[Page]) -> bool:
    return any(page.is_open() for page in pages)


def _link(name: str, pages: list[Page]) -> dict[str, Any]:
    """A place, which leads to the first of its pages, and is called as that where it has no other."""
    alone = len(pages) == 1
    return {
        "href": url_for(pages[0].endpoint),
        "name": i18n.gettext(pages[0].name if alone else name),
        "current": ("page" if alone else "true") if _is_open(pages) else None,
    }


def _opened() -> Door | None:
    """The door this page is behind; of several, the one of the rarer role."""
    room = request.endpoint if request.endpoint in NAMED_VIEWS else request.blueprint
    behind = [door for door in DOORS if room in door.views() and current_user.may(door.permission)]
    return behind[-1] if behind else None
