"""The norms a school has set, in versions: each change is a new row, and the last one holds."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from activities.kit import clock
from activities.kit.db import Base
from activities.norms import rules
from activities.norms.rules import Norms
from activities.people.models import Member


class NormsText(sa.TypeDecorator[Norms]):
    """Norms as text. No text at all is the defaults."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Norms | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else rules.write(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Norms:  # noqa: ARG002
        return rules.read(value, clock.zone())


class NormsVersion(Base):
    """The norms from a moment on, who set them, and why."""

    __tablename__ = "norms_version"

    norms: Mapped[Norms] = mapped_column(NormsText)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(sa.ForeignKey("member.id"))
    reason: Mapped[str] = mapped_column(default="")

    set_by: Mapped[Member] = relationship()


# The norms that hold, to be read along with whatever asks for them.
IN_FORCE = sa.type_coerce(
    sa.select(NormsVersion.norms).order_by(NormsVersion.id.desc()).limit(1).scalar_subquery(), NormsText
)
