"""Shapes of input about activities, posts and rows of slots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional, ValidationError

from activities.duties.kinds import KINDS, TOPIC_NAMES, Ledger, Topic
from activities.duties.models import Activity, Post
from activities.duties.plans import Stretch
from activities.duties.rules import DRAW_LEADS, MOST_SEATS, WAY_NAMES, WayIn
from activities.kit.fields import Chips, Day, DecimalNumber, LocalMoment, Number, Revision
from activities.kit.i18n import gettext, say_duration
from activities.kit.text import clean_line, clean_text
from activities.people.models import Unit
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stage, Stages, Standing, Standings
from activities.sites.models import Site
from activities.trainings.models import Training

MOST_HOURS = 60 * 24
MOST_OFFER_HOURS = 7 * 24
MOST_WEEKS = 30
MOST_DRAW_DAYS = 366
SEPARATOR = re.compile(r"[,，、;；]")
BETWEEN = _l("Enter a number from %(min)s to %(max)s.")


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("At most %(max)s characters."))


def name_field() -> StringField:
    return StringField(_l("Title"), [DataRequired(_l("Enter a name.")), at_most(100)], filters=[clean_line])


def text_field(label: Any, length: int, description: Any = "") -> TextAreaField:
    return TextAreaField(label, [at_most(length)], filters=[clean_text], description=description, render_kw={"rows": 3})


def seats_field() -> Number:
    enough = InputRequired(_l("Enter how many people are needed."))
    return Number(_l("Seats"), [enough, NumberRange(1, MOST_SEATS, BETWEEN)])


class ActivityForm(FlaskForm):
    """`units` are those it may belong to, `eligible` those it may be limited to."""

    kind_key = RadioField(_l("Kind"), [InputRequired(_l("Choose a kind."))])
    name = name_field()
    topic = SelectField(
        _l("Topic of education"), [Optional()], default="",
        description=_l("Of study: its hours also count where hours about this topic are asked for."),
    )  # fmt: skip
    unit_id = SelectField(
        _l("Unit"), [InputRequired()], coerce=int, description=_l("Its members, and those of all units below, see it.")
    )
    description = text_field(_l("What is done"), 5000)
    risks = text_field(_l("Risks"), 2000, _l("Shown to everyone before they sign up."))
    safeguards = text_field(_l("Safeguards"), 2000, _l("Training, insurance, who looks after people."))
    mailbox = StringField(
        _l("E-mail of the activity"),
        [Optional(), at_most(254), Email(_l("Enter an e-mail address such as name@example.edu."))],
        filters=[clean_line],
        description=_l("Calendar invitations come from it, and answers go there. Empty: the school's own."),
        render_kw={"type": "email", "autocomplete": "off"},
    )
    sign_up_opens_at = LocalMoment(_l("Sign-up opens"), [Optional()], description=_l("Empty: at once."))
    sign_up_closes_at = LocalMoment(_l("Sign-up closes"), [Optional()], description=_l("Empty: when the slot starts."))
    withdraw_hours = DecimalNumber(
        _l("Hours before the start until which people may withdraw"),
        [InputRequired(_l("Enter a number of hours.")), NumberRange(0, MOST_HOURS, BETWEEN)],
        places=None,
        default=Decimal(24),
    )
    offer_hours = DecimalNumber(
        _l("Hours for which a freed seat is held for who is next"),
        [InputRequired(_l("Enter a number of hours.")), NumberRange(0, MOST_OFFER_HOURS, BETWEEN)],
        places=None,
        default=Decimal(12),
        description=_l(
            "They accept or decline it; after that it goes to the next. 0: they get it without being asked."
        ),
    )
    way_in = RadioField(_l("Way in"), [InputRequired(_l("Choose a way in."))], default=WayIn.FIRST_COME)
    draw_minutes = SelectField(
        _l("Draw, before each slot"), [InputRequired()], coerce=int, default=2 * 24 * 60,
        description=_l("Or when sign-up closes, if that is earlier. A draw that is announced keeps its time."),
    )  # fmt: skip
    draw_days = Number(
        _l("Days before it whose hours count against one in the draw"),
        [InputRequired(_l("Enter a number of days.")), NumberRange(1, MOST_DRAW_DAYS, BETWEEN)],
        default=90,
    )
    stages = Chips(_l("Only these stages"), [Optional()], description=_l("None chosen: all."))
    standings = Chips(_l("Only these standings"), [Optional()], description=_l("None chosen: all."))
    eligible_unit_id = SelectField(_l("Only members of"), [Optional()], coerce=int)
    classes = StringField(
        _l("Only these classes"), [at_most(1000)], filters=[clean_line],
        description=_l("With commas between them. Empty: all."),
    )  # fmt: skip
    trainings = Chips(
        _l("Only with these trainings"), [Optional()], coerce=int, description=_l("None chosen: without any.")
    )
    revision = Revision()

    def __init__(
        self, units: Sequence[Unit], eligible: Sequence[Unit], trainings: Sequence[Training],
        activity: Activity | None = None,
    ) -> None:  # fmt: skip
        super().__init__(data=shown(activity) if activity else None)
        self.kind_key.choices = [(kind.key, gettext(kind.name)) for kind in KINDS.values()]
        self.topic.choices = [("", gettext("none")), *((str(topic), gettext(n)) for topic, n in TOPIC_NAMES.items())]
        self.unit_id.choices = [(unit.id, unit.name) for unit in units]
        self.eligible_unit_id.choices = [(0, gettext("everyone who sees it")), *((u.id, u.name) for u in eligible)]
        self.way_in.choices = [(str(way), gettext(name)) for way, name in WAY_NAMES.items()]
        self.draw_minutes.choices = [(lead, say_duration(timedelta(minutes=lead))) for lead in DRAW_LEADS]
        self.stages.choices = [(str(stage), gettext(name)) for stage, name in STAGE_NAMES.items()]
        self.trainings.choices = [(training.id, training.name) for training in trainings]
        self.standings.choices = [(str(standing), gettext(name)) for standing, name in STANDING_NAMES.items()]

    def validate_sign_up_closes_at(self, field: LocalMoment) -> None:
        if field.data and self.sign_up_opens_at.data and field.data <= self.sign_up_opens_at.data:
            raise ValidationError(gettext("Sign-up closes before it opens."))

    def validate_topic(self, field: SelectField) -> None:
        kind = KINDS.get(self.kind_key.data or "")
        if field.data and kind and kind.ledger is not Ledger.LEARNING:
            raise ValidationError(gettext("Only study has a topic of education."))

    def values(self) -> dict[str, Any]:
        """The activity's columns."""
        plain = (
            "kind_key", "name", "unit_id", "description", "risks", "safeguards", "mailbox", "draw_minutes", "draw_days",
        )  # fmt: skip
        return {
            **{column: self[column].data for column in (*plain, "sign_up_opens_at", "sign_up_closes_at")},
            "topic": Topic(self.topic.data) if self.topic.data else None,
            "withdraw_minutes": int((self.withdraw_hours.data or 0) * 60),
            "offer_minutes": int((self.offer_hours.data or 0) * 60),
            "way_in": WayIn(self.way_in.data),
            "stages": Stages(sum(Stages[Stage(key).name] for key in self.stages.data or ())),
            "standings": Standings(sum(Standings[Standing(key).name] for key in self.standings.data or ())),
            "eligible_unit_id": self.eligible_unit_id.data or None,
            "classes": tuple(dict.fromkeys(filter(None, map(str.strip, SEPARATOR.split(self.classes.data or ""))))),
            "training_ids": tuple(sorted(self.trainings.data or ())),
        }


def shown(activity: Activity) -> dict[str, Any]:
    """An activity as its form shows it."""
    plain = ("kind_key", "name", "unit_id", "description", "risks", "safeguards", "mailbox", "revision")
    moments, draw = ("sign_up_opens_at", "sign_up_closes_at"), ("draw_minutes", "draw_days")
    return {
        **{column: getattr(activity, column) for column in (*plain, *moments, *draw)},
        "topic": str(activity.topic or ""),
        "way_in": str(activity.way_in),
        "withdraw_hours": _hours(activity.withdraw_minutes),
        "offer_hours": _hours(activity.offer_minutes),
        "stages": [str(stage) for stage in Stage if Stages[stage.name] in activity.stages],
        "standings": [str(standing) for standing in Standing if Standings[standing.name] in activity.standings],
        "eligible_unit_id": activity.eligible_unit_id or 0,
        "classes": ", ".join(activity.classes),
        "trainings": list(activity.training_ids),
    }


def _hours(minutes: int) -> Decimal:
    return Decimal(f"{minutes / 60:.2f}".rstrip("0").rstrip("."))


class CopyForm(FlaskForm):
    """A copy's name, and which days of the plan come along to begin on which. Asked with GET, as plans are."""

    name = name_field()
    first = Day(_l("Slots from"), [Optional()])
    last = Day(_l("until"), [Optional()])
    start = Day(
        _l("The first of these days becomes"), [Optional()],
        description=_l("Empty: without slots. Holidays are left out."),
    )  # fmt: skip

    def __init__(self, formdata: Any, usual: Mapping[str, Any], *, is_asked: bool = False) -> None:
        super().__init__(formdata, data=usual, meta={"csrf": not is_asked})

    def validate_start(self, field: Day) -> None:
        if field.data and not (self.first.data and self.last.data):
            raise ValidationError(gettext("Choose which days are copied."))

    def stretch(self) -> Stretch | None:
        """What is asked for, once the form is valid."""
        if not (self.first.data and self.last.data and self.start.data):
            return None
        return Stretch(self.first.data, self.last.data, self.start.data)


class PostForm(FlaskForm):
    """`sites` are the partners' places it may be at."""

    name = name_field()
    place = StringField(_l("Place"), [at_most(200)], filters=[clean_line])
    site_id = SelectField(_l("At a partner's"), [Optional()], coerce=lambda value: int(value or 0))
    floor = StringField(
        _l("Floor or part there"), [at_most(50)], filters=[clean_line],
        description=_l("Where the partner limits groups on one floor."),
    )  # fmt: skip
    standard = text_field(_l("Standard"), 5000, _l("What is to be done, and how one sees that it was done well."))
    capacity = seats_field()
    revision = Revision()

    def __init__(self, sites: Sequence[Site], post: Post | None = None) -> None:
        super().__init__(obj=post)
        own = [post.site] if post and post.site and post.site not in sites else []
        choices = [(site.id, site.name) for site in (*sites, *own)]
        self.site_id.choices = [(0, gettext("no, at a place of the school")), *choices]

    def values(self) -> dict[str, Any]:
        """The post's columns."""
        plain = {column: self[column].data for column in ("name", "place", "floor", "standard", "capacity")}
        return {**plain, "site_id": self.site_id.data or None}


class CopyWeekForm(FlaskForm):
    times = Number(
        _l("In how many of the following weeks"),
        [InputRequired(_l("Enter a number of weeks.")), NumberRange(1, MOST_WEEKS, BETWEEN)],
        default=1,
    )

    def __init__(self, formdata: Any, *, is_asked: bool = False) -> None:
        super().__init__(formdata, meta={"csrf": not is_asked})
