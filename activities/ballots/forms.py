"""Shapes of input about ballots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from activities.ballots import rules
from activities.ballots.models import Appraised, Ballot
from activities.ballots.pages import say_choice
from activities.ballots.rules import DEFAULT_CHOICES, Plan
from activities.kit.fields import LONGEST, LocalMoment, Revision, whole
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line
from activities.people.models import Unit

WHY = [DataRequired(_l("Say why.")), Length(max=200, message=LONGEST)]
# As long as a choice, so that the length of what is sent does not tell who was left out.
NONE = "-"


def _lines(typed: str | None) -> list[str]:
    return [line for one in (typed or "").splitlines() if (line := clean_line(one))]


class PlanForm(FlaskForm):
    """What a secretary prepares."""

    title = StringField(
        _l("Title"), [DataRequired(_l("Enter a title.")), Length(max=100, message=LONGEST)], filters=[clean_line]
    )
    below = BooleanField(_l("Units below take part too"))
    asks_masses = BooleanField(_l("Ask the masses too: everybody else in these units who has an account"))
    shows_own = BooleanField(_l("Whoever is appraised sees their own result"))
    choices = TextAreaField(
        _l("Choices"), [DataRequired(_l("Enter the choices."))], description=_l("One a line."), render_kw={"rows": 6}
    )
    least = whole(
        _l("Fewest voters"), rules.FEWEST, 10_000,
        default=rules.DEFAULT_LEAST,
        description=_l("Where fewer people voted on somebody, no result of them is ever shown, or even kept."),
    )  # fmt: skip
    ends_at = LocalMoment(
        _l("Voting ends"),
        [InputRequired(_l("Choose a day and a time."))],
        description=_l("It begins when you open it."),
    )
    revision = Revision()

    def __init__(self, ballot: Ballot | None = None) -> None:
        data: dict[str, Any] = ballot.plan._asdict() if ballot else {"below": True, "choices": DEFAULT_CHOICES}
        data["choices"] = "\n".join(say_choice(choice) for choice in data["choices"])
        super().__init__(data={**data, "revision": ballot.revision if ballot else 0})

    def validate_choices(self, field: Any) -> None:
        lines = _lines(field.data)
        if not rules.FEWEST_CHOICES <= len(lines) <= rules.MOST_CHOICES:
            few, many = rules.FEWEST_CHOICES, rules.MOST_CHOICES
            raise ValidationError(_("Enter %(few)s to %(many)s choices, one a line.", few=few, many=many))
        if any(len(line) > rules.LONGEST_CHOICE for line in lines):
            raise ValidationError(_("A choice has at most %(most)s characters.", most=rules.LONGEST_CHOICE))
        if len(set(lines)) < len(lines):
            raise ValidationError(_("A choice stands there twice."))

    @property
    def plan(self) -> Plan:
        """What was typed, once the form is valid. A choice that is one of our own is kept as such, in any language."""
        assert self.ends_at.data
        own = {say_choice(choice): choice for choice in DEFAULT_CHOICES}
        choices = tuple(own.get(line, line) for line in _lines(self.choices.data))
        return Plan(
            self.title.data or "", bool(self.below.data), choices,
            bool(self.asks_masses.data), self.least.data or rules.DEFAULT_LEAST, bool(self.shows_own.data),
            self.ends_at.data,
        )  # fmt: skip


class NewForm(PlanForm):
    unit_id = SelectField(_l("Unit"), [InputRequired()], coerce=int)

    def __init__(self, units: Sequence[Unit]) -> None:
        super().__init__()
        self.unit_id.choices = [(unit.id, "\u3000" * unit.depth + unit.name) for unit in units]


class ExtendForm(FlaskForm):
    ends_at = LocalMoment(_l("Voting ends"), [InputRequired(_l("Choose a day and a time."))])
    reason = StringField(_l("Reason"), WHY, filters=[clean_line], description=_l("Who has not voted yet reads it."))


class ReasonForm(FlaskForm):
    reason = StringField(_l("Reason"), WHY, filters=[clean_line])


class VoteForm(FlaskForm):
    """One paper. Its fields are added by `vote_form`, one for each person, named by their place."""

    sure = BooleanField(
        _l("I know that my paper cannot be taken back or changed"),
        [DataRequired(_l("Tick this first: a paper in the box cannot be found again."))],
    )  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        for field in self.people:
            if field.data not in (None, "", *(choice[0] for choice in field.choices or ())):
                field.errors = [_("Choose one of those shown.")]
                is_valid = False
        return is_valid

    @property
    def people(self) -> list[RadioField]:
        return [field for field in self if isinstance(field, RadioField)]

    @property
    def ticks(self) -> dict[int, int | None]:
        """By place, the choice; none for who was left out."""
        return {int(one.name[1:]): None if one.data in (None, "", NONE) else int(one.data) for one in self.people}


def vote_form(people: Sequence[Appraised], choices: Sequence[str]) -> VoteForm:
    fields = {f"p{one.place}": RadioField(one.member.name, validate_choice=False) for one in people}
    form: VoteForm = type("Paper", (VoteForm,), fields)()
    offered = [*((str(n), say_choice(choice)) for n, choice in enumerate(choices)), (NONE, _("Abstain"))]
    for field in form.people:
        field.choices = list(offered)
    return form
