"""The tick list on organizers' phones: a page that goes on working without network, and the little that it asks for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, get_template_attribute, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from activities.duties import queries as duties
from activities.kit import clock
from activities.kit.access import access
from activities.kit.asked import read_moment
from activities.kit.i18n import say_clock, say_fully
from activities.kit.roles import Permission
from activities.kit.web import POLICY, nonce
from activities.norms import queries as norms
from activities.records import rules_ticks, sheets, ticking
from activities.records.rules_ticks import How, Tap
from activities.records.spelling import spelled
from activities.records.ticking import MOST, edition, kept_until

KEY = re.compile(r"[A-Za-z0-9-]{8,36}")
# What was recorded at a moment is seen only when its transaction ends, so a phone asks for a little more than is new.
AGAIN = timedelta(seconds=30)


def add_to(records: Blueprint) -> None:
    records.add_url_rule("/ticks/worker.js", view_func=ticks_worker)
    records.add_url_rule("/ticks/<public_id>", view_func=ticks)
    records.add_url_rule("/ticks/<public_id>", view_func=ticks_post, methods=("POST",))
    records.add_url_rule("/ticks/<public_id>/people", view_func=ticks_people)
    records.add_url_rule("/ticks/<public_id>/marks", view_func=ticks_marks)


@access.impersonal
def ticks_worker() -> Any:
    """What opens the page without network. It comes from here, because it serves only what is below its own address."""
    return current_app.send_static_file("ticks-worker.js")


@access(Permission.ORGANIZE)
def ticks(public_id: str) -> Any:
    """The page holds nobody but who asks: names come with the list, and go with the slot's day."""
    slot, now = duties.slot_to_organize(current_user, public_id), clock.now()
    session, rules = sheets.session(slot), norms.in_force()[0]
    answer = make_response(render_template(
        "records/ticks.html", slot=slot, until=kept_until(slot), is_over=kept_until(slot) <= now,
        refusal=rules_ticks.why_not_open(session, rules, now), has_late=session.visit is None,
    ))  # fmt: skip
    answer.headers["Content-Security-Policy"] = f"{POLICY.format(nonce=nonce())}; worker-src 'self'"
    return answer


@access(Permission.ORGANIZE)
def ticks_people(public_id: str) -> Any:
    """Who is on the list: address, name, number, how the name is typed by its sound, and whether it is who asks."""
    slot = duties.slot_to_organize(current_user, public_id)
    return {
        "edition": edition(slot),
        "people": [
            [line.public_id, line.name, line.number, spelled(line.name), line.member_id == current_user.id]
            for line in sheets.sheet(slot.id)
        ],
    }


@access(Permission.ORGANIZE)
def ticks_marks(public_id: str) -> Any:
    """What has been recorded since a moment. Where the count says otherwise, something was taken back, and the phone
    asks for all."""
    slot, now = duties.slot_to_organize(current_user, public_id), clock.now()
    since = read_moment(request.args.get("since"))
    found, count = ticking.marked(slot.id, current_user.id, since and since - AGAIN)
    said = get_template_attribute("records/_marks.html", "said")
    return {
        "now": now.isoformat(),
        "edition": edition(slot),
        "count": count,
        "marks": {
            one.public_id: [one.mark.attendance, str(said(one.mark)), one.by, say_clock(one.at), one.is_mine]
            for one in found
        },
        "token": generate_csrf(),
    }


@access(Permission.ORGANIZE)
def ticks_post(public_id: str) -> Any:
    slot, now = duties.slot_to_organize(current_user, public_id), clock.now()
    sent = read(request.get_json(silent=True), now)
    if sent is None:
        return {"answers": []}, 422
    answers = ticking.tick(current_user.id, slot.id, *sent, now)
    return {
        "answers": [
            [one.key, one.outcome, say_fully(one.refusal) if one.refusal else ""] for one in answers
        ]
    }  # fmt: skip


def read(sent: Any, now: datetime) -> tuple[list[Tap], dict[str, str]] | None:
    """What a phone sent; None where it is nothing that our page sends."""
    sent = sent if isinstance(sent, dict) else {}
    ticks, undone = sent.get("ticks"), sent.get("undone")
    if not isinstance(ticks, list) or not isinstance(undone, dict) or not 0 < len(ticks) + len(undone) <= MOST:
        return None
    taps = [tap for one in ticks if (tap := _tap(one, now))]
    good = all(KEY.fullmatch(key) and _is_plain(who) for key, who in undone.items())
    return (taps, undone) if good and len(taps) == len(ticks) else None


def _tap(one: Any, now: datetime) -> Tap | None:
    """A tick; none is of the future."""
    if not isinstance(one, dict) or not all(_is_plain(one.get(name)) for name in ("key", "who", "how", "at")):
        return None
    at = read_moment(one["at"])
    if not KEY.fullmatch(one["key"]) or one["how"] not in tuple(How) or at is None:
        return None
    return Tap(key=one["key"], who=one["who"], how=How(one["how"]), at=min(at, now))


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40 and "\0" not in value
