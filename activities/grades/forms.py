"""Shapes of input about somebody in a review."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from activities.cycles.forms_keeping import ReasonForm
from activities.cycles.models import Participant
from activities.cycles.rules import GRADE_NAMES, Grade
from activities.grades.models import GradeVersion
from activities.grades.rules import MOST_OPINION, fitting
from activities.kit.fields import LONGEST, Revision
from activities.kit.i18n import gettext as _
from activities.kit.text import clean_line, clean_text

WRITE = _l("Write a few sentences.")


class GradeForm(FlaskForm):
    opinion = TextAreaField(
        _l("Assessment opinion"), [DataRequired(WRITE), Length(max=MOST_OPINION, message=LONGEST)],
        filters=[clean_text], render_kw={"rows": 6},
    )  # fmt: skip
    grade = SelectField(_l("Grade"), [DataRequired(_l("Choose a grade."))])
    reason = StringField(
        _l("Reason for the change"), [Optional(), Length(max=200, message=LONGEST)], filters=[clean_line],
        description=_l("Needed once there is a grade."),
    )  # fmt: skip
    seen = Revision()

    def __init__(self, part: Participant, versions: list[GradeVersion], **more: Any) -> None:
        last = versions[0] if versions else None
        shown: dict[str, Any] = {"seen": len(versions)}
        if last:
            shown |= {"opinion": last.opinion, "grade": str(last.grade or "")}
        super().__init__(data=shown, **more)
        self.grade.choices = [("", _("Choose")), *((str(one), _(GRADE_NAMES[one])) for one in fitting(part.graded))]

    @property
    def chosen(self) -> Grade:
        return Grade(self.grade.data)


class LeaveForm(ReasonForm):
    """Why somebody is taken out of the review, on a page on which another form asks for a reason, too."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.reason.id = "leave-reason"


class AskOpinionForm(FlaskForm):
    number = StringField(
        _l("Student or staff number"), [DataRequired(_l("Enter the number.")), Length(max=32, message=LONGEST)],
        filters=[clean_line], description=_l("A class teacher, or the member paired with the class."),
    )  # fmt: skip


class OpinionForm(FlaskForm):
    text = TextAreaField(
        _l("Your opinion"), [DataRequired(WRITE), Length(max=MOST_OPINION, message=LONGEST)], filters=[clean_text],
        render_kw={"rows": 9},
    )  # fmt: skip
