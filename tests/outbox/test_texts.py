"""Every text that is sent, in every language, as it is stored: a change is to be seen, and meant."""

from __future__ import annotations

import pytest

from activities.kit.i18n import LANGUAGES
from activities.outbox.words import WORDS
from tests.outbox.texts import Asked, stored, texts


@pytest.mark.any_database
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_as_it_is_stored(app, language):
    assert texts(app, language) == stored(language).read_text("utf-8"), "Run `make texts`, and read the difference."


@pytest.mark.any_database
def test_every_notice_leads_to_a_page_that_there_is(ctx):
    pages = {topic: words.page(Asked())[0] for topic, words in WORDS.items() if words.page}
    assert {topic: page for topic, page in pages.items() if page not in ctx.view_functions} == {}
