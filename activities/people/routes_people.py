"""The people of the units one administers."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask_login import current_user

from activities.kit import clock, security
from activities.kit.access import access
from activities.kit.fields import differences, refuse
from activities.kit.i18n import gettext as _
from activities.kit.refusal import ChangedMeanwhile, Refusal
from activities.kit.roles import Permission
from activities.kit.web import done, invalid
from activities.people import directory, joining, links, persons, queries, rules, service, service_accounts
from activities.people.blueprint import people
from activities.people.forms import GrantForm, MemberForm, SameForm, indented, named, shown
from activities.people.models import AccessLink, Member
from activities.people.rules import STAGE_NAMES, STANDING_NAMES

MANAGE = Permission.MANAGE_PEOPLE
# Beside which field a refusal stands.
FIELDS: dict[type[Refusal], str] = {
    rules.NumberTaken: "number", rules.EmailTaken: "email", rules.OwnStage: "stage",
}  # fmt: skip


@people.get("/people")
@access(MANAGE)
def roster() -> Any:
    search = directory.Search.of(request.args)
    paths = current_user.paths(MANAGE)
    return render_template(
        "people/roster.html", search=search, page=directory.find(paths, search),
        units=indented(queries.units_for(current_user, MANAGE)),
        classes=[(name, name) for name in directory.classes(paths)],
        stages=named(STAGE_NAMES), standings=named(STANDING_NAMES), accounts=named(directory.ACCOUNT_NAMES),
        sorts=named(directory.SORT_NAMES), kept=[(k, v) for k, v in request.args.items() if v and k != "page"],
    )  # fmt: skip


@people.get("/people/new")
@access(MANAGE)
def new_person() -> Any:
    return render_template("people/edit.html", form=_form(), member=None)


@people.post("/people/new")
@access(MANAGE)
def new_person_post() -> Any:
    form = _form()
    if not form.validate():
        return invalid("people/edit.html", form=form, member=None)
    try:
        member = service.create_member(current_user.id, form.details(), clock.now())
    except (rules.NumberTaken, rules.EmailTaken) as refusal:
        return _taken(form, refusal, None)
    return done(_("%(name)s is on the roster.", name=member.name), url_for(".person", public_id=member.public_id))


@people.get("/people/<public_id>")
@access(MANAGE)
def person(public_id: str) -> Any:
    return _page(queries.person_for(current_user, MANAGE, public_id))


@people.get("/people/<public_id>/edit")
@access(MANAGE)
def edit_person(public_id: str) -> Any:
    member = queries.person_for(current_user, MANAGE, public_id)
    return render_template("people/edit.html", form=_form(member), member=member)


@people.post("/people/<public_id>/edit")
@access(MANAGE)
def edit_person_post(public_id: str) -> Any:
    member = queries.person_for(current_user, MANAGE, public_id)
    form = _form(member)
    if not form.validate():
        return invalid("people/edit.html", form=form, member=member)
    try:
        service.edit_member(current_user.id, member.id, form.fingerprint.data or "", form.details(), clock.now())
    except ChangedMeanwhile:
        member = queries.person_for(current_user, MANAGE, public_id)
        present = shown(member)
        form.fingerprint.data = present["fingerprint"]
        return invalid("people/edit.html", form=form, member=member, changed=differences(form, present))
    except (rules.NumberTaken, rules.EmailTaken, rules.OwnStage) as refusal:
        return _taken(form, refusal, queries.person_for(current_user, MANAGE, public_id))
    return done(_("Saved."), url_for(".person", public_id=public_id))


@people.post("/people/<public_id>/link")
@access(MANAGE)
def make_link(public_id: str) -> Any:
    """The link is in this answer and nowhere else: neither in an address nor in the session."""
    member = queries.person_for(current_user, MANAGE, public_id)
    link = service_accounts.invite(current_user.id, member.id, clock.now())
    security.note("link made", purpose=link.purpose, member=public_id, by=current_user.public_id)
    return _page(queries.person_for(current_user, MANAGE, public_id), link)


@people.post("/people/<public_id>/reactivate")
@access(MANAGE)
def reactivate(public_id: str) -> Any:
    member = queries.person_for(current_user, MANAGE, public_id)
    service.reactivate(current_user.id, member.id, clock.now())
    security.note("account reactivated", member=public_id, by=current_user.public_id)
    return done(
        _("The account of %(name)s is active again.", name=member.name), url_for(".person", public_id=public_id)
    )


@people.post("/people/<public_id>/same")
@access(MANAGE)
def join_accounts(public_id: str) -> Any:
    """Another account is the same person's."""
    member, form = queries.person_for(current_user, MANAGE, public_id), SameForm()
    if not form.validate():
        return _page(member, same=form), 422
    other = queries.person_by_number(current_user, MANAGE, form.number.data or "")
    try:
        if other is None:
            raise rules.NobodyByNumber
        joining.join(current_user.id, member.id, other.id, clock.now())
    except (rules.NobodyByNumber, rules.OnePersonAlready, rules.OwnAccounts, rules.HoldsMore) as refusal:
        refuse(form, "number", refusal)
        return _page(queries.person_for(current_user, MANAGE, public_id), same=form), 422
    security.note("accounts joined", member=public_id, other=other.public_id, by=current_user.public_id)
    return done(_("These accounts are one person's from now on."), url_for(".person", public_id=public_id))


@people.post("/people/<public_id>/apart")
@access(MANAGE)
def part_account(public_id: str) -> Any:
    member = queries.person_for(current_user, MANAGE, public_id)
    joining.part(current_user.id, member.id, clock.now())
    security.note("account parted", member=public_id, by=current_user.public_id)
    return done(_("This account is a person's of its own from now on."), url_for(".person", public_id=public_id))


def _form(member: Member | None = None) -> MemberForm:
    return MemberForm(queries.units_for(current_user, MANAGE), member)


def _taken(form: MemberForm, refusal: Refusal, member: Member | None) -> Any:
    refuse(form, FIELDS[type(refusal)], refusal)
    return invalid("people/edit.html", form=form, member=member)


def _page(member: Member, link: AccessLink | None = None, same: SameForm | None = None) -> str:
    own, others = current_user.holdings, [one for one in persons.accounts(member.id) if one.id != member.id]
    return render_template(
        "people/person.html", member=member, link=link, same=same or SameForm(formdata=None),
        others=others, is_own=current_user.id in (member.id, *(one.id for one in others)),
        address=links.address(link) if link else "",
        account=directory.standing_of(member, queries.has_password(member.id)),
        why_not=None if rules.covers(own, member.holdings) else rules.HoldsMore(member.name),
        grants=[(g, rules.may_grant(own, g.role, g.unit.path)) for g in member.grants],
        form=GrantForm(rules.grantable(own), queries.units_for(current_user, Permission.GRANT_ROLES), member.number),
    )  # fmt: skip
