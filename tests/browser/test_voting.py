"""A secret paper in a real browser: what leaves the device, and what it keeps."""

from __future__ import annotations

from playwright.sync_api import expect

from activities.ballots import service
from activities.kit import clock
from tests.ballots.held import prepared
from tests.cast import DAY

# By place on the form, the choice that is clicked; the last is to abstain. Of whom nothing is clicked, none is made.
PAPERS = ({0: 0, 1: 4}, {0: 5, 1: 5}, {1: 2})


def test_what_is_sent_is_as_long_whatever_is_chosen_and_nothing_comes_back(app, visit, cast):
    with app.app_context():
        now = clock.now()
        ballot = prepared(cast, ends_at=now + 7 * DAY)
        service.open_one(cast.chen.id, ballot.id, now)
    lengths = set()
    for who, ticks in zip((cast.ou, cast.chen, cast.gu), PAPERS, strict=True):
        page = visit(who)
        page.goto(f"/ballots/{ballot.public_id}/vote")
        for place, choice in ticks.items():
            page.locator("fieldset").nth(place).locator("label").nth(choice).click()
        expect(page.locator("[data-chosen]")).to_contain_text(f"{len(ticks)}/")
        page.check("[name=sure]")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.click(".act button")
        expect(page.locator(".flash[role=status]")).to_be_visible()
        lengths.add(len(sent.value.post_data or ""))
        page.go_back()
        assert page.locator("fieldset input:checked").count() == 0
    assert len(lengths) == 1
