"""Every text that is sent, in every language, as it is stored: a change is to be seen, and meant."""

from __future__ import annotations

import re

import pytest

from activities.kit.i18n import LANGUAGES, force_locale
from activities.outbox.letters import filled
from activities.outbox.words import WORDS
from tests.outbox.texts import Asked, example, stored, texts


@pytest.mark.any_database
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_as_it_is_stored(app, language):
    assert texts(app, language) == stored(language).read_text("utf-8"), "Run `make texts`, and read the difference."


@pytest.mark.any_database
def test_every_notice_leads_to_a_page_that_there_is(ctx):
    pages = {topic: words.page(Asked())[0] for topic, words in WORDS.items() if words.page}
    assert {topic: page for topic, page in pages.items() if page not in ctx.view_functions} == {}


def test_a_reason_that_ends_with_a_full_stop_does_not_double_that_of_the_sentence(ctx):
    words, said = WORDS["records.corrected"], []
    params = example("records.corrected", words).params
    for language in LANGUAGES:
        for reason in ("核对签到表。", "核对签到表", "核对……", "Checked...", "Checked."):
            with force_locale(language):
                said.append(filled(words, params | {"reason": reason})[1])
    doubled = re.compile(r"(?<![.。])[.。]{2}(?![.。])")
    assert [text for text in said if doubled.search(text)] == []
