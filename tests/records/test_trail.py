"""The trail of one record reads as sentences, in each language and of each verb."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from activities.kit.db import db
from activities.records.models import Record
from activities.records.rules import Attendance, Mark
from activities.records.service import record_attendance, undo
from tests.cast import DAY, NOW, logged_in, make_activity, make_post, make_slot
from tests.records.conftest import seat

MINUTE = timedelta(minutes=1)
SENTENCES = {
    "en": [
        "欧阳慧敏 recorded: Present, 2 hours.",
        "欧阳慧敏 corrected it: from “Present, 2 hours” to “Absent”.",
        "欧阳慧敏 took that back: it is “Present, 2 hours” again.",
        "欧阳慧敏 corrected it: from “Present, 2 hours” to “Deferred”.",
    ],
    "zh-CN": ["欧阳慧敏记录：", "欧阳慧敏更正：由“", "欧阳慧敏撤销了这次更正，恢复为“", "欧阳慧敏更正：由“"],
    "zh-TW": ["欧阳慧敏記錄：", "欧阳慧敏更正：由「", "欧阳慧敏撤銷了這次更正，恢復為「", "欧阳慧敏更正：由「"],
}


@pytest.fixture
def address(app, cast) -> str:
    """A record that was made, corrected, taken back and, because of a deferral, corrected without reason."""
    with app.app_context():
        slot = make_slot(
            make_post(make_activity("献血", cast.first, "blood"), "体育馆", capacity=2), NOW - 2 * DAY, hours=2
        )
        seat(slot, [cast.lin])
        for after, mark, reason in ((0, PRESENT, ""), (1, ABSENT, "看错了"), (3, DEFERRED, "")):
            record_attendance(cast.ou.id, slot.id, {cast.lin.id: mark}, NOW + after * MINUTE, reason=reason)
            if mark is ABSENT:
                undo(cast.ou.id, slot.id, NOW + MINUTE, NOW + 2 * MINUTE)
        return f"/records/{db.session.query(Record).one().public_id}"


PRESENT, ABSENT, DEFERRED = Mark(Attendance.PRESENT, 120), Mark(Attendance.ABSENT), Mark(Attendance.DEFERRED)


@pytest.mark.parametrize("language", SENTENCES)
def test_every_verb_is_a_sentence_and_only_what_has_a_reason_names_one(app, cast, address, language):
    visitor = logged_in(app, cast.lin)
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    page = visitor.get(address).text
    told = re.findall(r"<div><p>(.*?)</p>", page.split('id="history"')[1])
    assert len(told) == 4
    for said, sentence in zip(told, SENTENCES[language], strict=True):
        assert said.startswith(sentence)
    assert page.count("看错了") == 1
    assert len(re.findall(r'<p class="note">(?:Reason|原因|理由)[:：]', page)) == 1
