"""Doors and the pages beside one another: each leads somewhere, and one door at most is open."""

from __future__ import annotations

import re

import pytest

from activities.kit.doors import DOORS, OWN_PAGES, views_of
from tests.cast import logged_in

CURRENT = re.compile(r'<a[^>]*aria-current="page"[^>]*href="([^"]+)"|<a[^>]*href="([^"]+)"[^>]*aria-current="page"')
PLACE = re.compile(r'<a[^>]*aria-current="true"[^>]*>([^<]+)')


def test_every_view_a_door_names_exists(app):
    views = {view for door in DOORS for view in door.views()} | views_of(OWN_PAGES)
    known = set(app.view_functions) | set(app.blueprints)
    assert views <= known


def test_every_page_of_a_review_has_its_place(app):
    rooms = {
        "cycles", "essays", "peers", "appraisals", "evidence", "past", "grades", "objections", "closings", "overviews",
    }  # fmt: skip
    files = {"past.template", "overviews.workbook"}
    views = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {view for view in views - files if view.split(".")[0] in rooms}
    assert pages <= {view for door in DOORS for view in views_of(door.pages)}


@pytest.mark.parametrize(
    ("who", "path", "door", "page"),
    [
        ("lin", "/", "/", "/"),
        ("lin", "/cover", "/", "/cover"),
        ("lin", "/swaps", "/", "/swaps"),
        ("lin", "/invitations", "/", "/invitations"),
        ("lin", "/slots", "/slots", None),
        ("lin", "/trainings", None, "/trainings"),
        ("lin", "/terms", None, "/terms"),
        ("lin", "/account", None, "/account"),
        ("ou", "/trainings", "/organize/", "/trainings"),
        ("ou", "/terms", "/organize/", "/terms"),
        ("ou", "/organize/board", "/organize/", "/organize/board"),
        ("ou", "/organize/leaves", "/organize/", "/organize/leaves"),
        ("ou", "/pauses", "/organize/", "/pauses"),
        ("ou", "/chats", "/organize/", "/chats"),
        ("chen", "/pauses", "/review/", "/pauses"),
        ("chen", "/people/roles", "/review/", "/people/roles"),
        ("gu", "/terms", "/people", "/terms"),
        ("gu", "/undelivered", "/people", "/undelivered"),
        ("gu", "/account", None, "/account"),
    ],
)
def test_a_page_shows_the_door_it_is_behind_and_its_place_among_the_pages_beside_it(app, cast, who, path, door, page):
    text = logged_in(app, getattr(cast, who)).get(path).text
    doors, beside = _nav(text, "doors"), _nav(text, "pages") + _nav(text, "pages within")
    assert [a or b for a, b in CURRENT.findall(doors)] == ([door] if door else [])
    assert [a or b for a, b in CURRENT.findall(beside)] == ([page] if page else [])


@pytest.mark.parametrize(
    ("who", "path", "place", "below"),
    [
        ("lin", "/swaps", "Asked and swapped", ["Asked of me", "My swaps", "Cover wanted"]),
        ("lin", "/", None, []),
        ("chen", "/cycles/", "Reviews and awards", ["Annual reviews", "Ballots", "Class pairing", "Commendations"]),
        ("chen", "/review/corrections", "To do", ["To countersign", "Deliveries to sign", "Corrections"]),
        ("gu", "/norms", "The school", ["School calendar", "School rules", "Trainings", "Chat groups"]),
    ],
)
def test_pages_of_one_purpose_share_a_place_and_stand_below_it_while_one_is_open(app, cast, who, path, place, below):
    text = logged_in(app, getattr(cast, who)).get(path, headers={"Accept-Language": "en"}).text
    assert PLACE.findall(_nav(text, "pages")) == ([place] if place else [])
    names = re.findall(r"<a[^>]*>([^<]+)</a>", _nav(text, "pages within"))
    assert names[: len(below)] == below
    assert bool(names) is bool(place)


def _nav(text: str, name: str) -> str:
    found = re.search(rf'<nav class="{name}(?: no-print)?".*?</nav>', text, re.S)
    return found.group() if found else ""
