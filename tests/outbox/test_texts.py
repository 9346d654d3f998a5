"""Every text that is sent, in every language, as it is stored: a change is to be seen, and meant."""

from __future__ import annotations

import pytest

from activities.kit.i18n import LANGUAGES
from tests.outbox.texts import stored, texts


@pytest.mark.any_database
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_as_it_is_stored(app, language):
    assert texts(app, language) == stored(language).read_text("utf-8"), "Run `make texts`, and read the difference."
