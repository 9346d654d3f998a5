"""Answering an offer from the mail: the link shows a page to whoever holds it, and only its buttons act."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for

from activities.kit import clock
from activities.kit.access import access
from activities.kit.refusal import NotFound, Refusal
from activities.people.limits import address, failures
from activities.signups import links, queries, queries_together, service
from activities.signups.forms import consent_of
from activities.signups.models import SignUp
from activities.signups.rules_soft import AskFirst
from activities.signups.together_pages import card_of


def add_to(signups: Blueprint) -> None:
    signups.add_url_rule("/offers/<token>", view_func=answer, methods=("GET", "POST"))


@access.public
@failures(address, "100 per 15 minutes")
def answer(token: str) -> Any:
    """The offer with its two buttons, or what became of it. A button acts once: then the offer is over. Whoever holds
    the link reads nothing of what else the person has to do."""
    sign_up, is_open = _offer(token)
    if request.method == "GET":
        return _page(token, sign_up, is_open)
    if is_open and "accept" in request.form:
        try:
            service.accept(sign_up.member_id, sign_up.slot_id, clock.now(), consent=consent_of(request.form))
        except AskFirst as refusal:
            return _page(token, sign_up, is_open, refusal), 422
        except Refusal as refusal:
            return _page(token, *_offer(token), refusal), 409
    elif is_open and "decline" in request.form:
        service.withdraw(sign_up.member_id, sign_up.slot_id, clock.now())
    return redirect(url_for(".answer", token=token), 303)


def _page(token: str, sign_up: SignUp, is_open: bool, asked_again: Refusal | None = None) -> Any:
    company, warnings = 0, tuple[Refusal, ...]()
    if is_open:
        company = queries_together.held_together(sign_up)
        warnings = card_of(sign_up.member_id, sign_up.slot, clock.now())[0].warnings
    page = make_response(
        render_template(
            "signups/answer.html", token=token, sign_up=sign_up, is_open=is_open, company=company, warnings=warnings,
            asked_again=asked_again,
        )
    )  # fmt: skip
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


def _offer(token: str) -> tuple[SignUp, bool]:
    """The sign-up of a link, and whether the offer still waits for an answer. NotFound for a forged link."""
    sign_up_id, revision = links.read(token) or (0, 0)
    sign_up = queries.sign_up(sign_up_id)
    if sign_up is None:
        raise NotFound
    return sign_up, sign_up.revision == revision and sign_up.is_held(clock.now())
