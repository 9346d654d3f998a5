"""The pages of commendations and stories, at both widths and in two languages, as those see them who have a part."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from axe_playwright_python.base import AXE_SCRIPT

from activities.commendations import committees, objections, stories, story_photos
from activities.commendations.models import Nomination
from activities.kit.db import db
from activities.photos.apart import Picture
from activities.photos.rules import People
from tests.browser.test_looks import LOOKS, WIDTHS, fits, is_accessible
from tests.cast import NOW, Cast
from tests.certificates.orders import certified
from tests.commendations.rounds import (
    DECIDED,
    awarded,
    chosen,
    nominated,
    on_notice,
    opened,
    published_story,
    the_round,
    the_story,
    written_story,
)
from tests.photos.files import WEBP

# Of the rounds: one that is open, one whose notice is over and that nobody may grant, one that is granted.
PAGES = {
    "lin": [
        "/commendations/", "/commendations/{open}", "/commendations/{notice}", "/commendations/{granted}",
        "/commendations/mine/{asked}", "/commendations/mine/{standing}", "/commendations/mine/{commended}",
        "/stories/", "/stories/{published}", "/stories/{down}", "/stories/{waiting}",
    ],
    "ou": [
        "/commendations/{open}/nominate", "/commendations/{open}/nominate?number=2302001",
        "/commendations/{open}/nominations/{asked}", "/commendations/{notice}/nominations/{standing}",
        "/stories/kept", "/stories/kept?q=没有", "/stories/new", "/stories/new?number=2301001",
        "/stories/{published}", "/stories/{down}", "/stories/{waiting}/edit", "/stories/{published}/take-down",
        "/stories/{published}/photos/new", "/stories/{published}/photos/{photo}/describe",
        "/stories/{published}/photos/{photo}/remove", "/stories/{down}/delete",
    ],
    "zhao": ["/commendations/{notice}/notice/{standing}", "/commendations/{notice}", "/stories/{published}"],
    "gu": ["/commendations/{open}/committee", "/commendations/{open}/committee/{agreed}"],
    "chen": [
        "/commend/", "/commend/new", "/commend/{open}", "/commend/{notice}", "/commend/{granted}",
        "/commend/{open}/correct", "/commend/{open}/call-off", "/commend/{granted}/revoke/{commended}",
        "/cycles/", "/cycles/objections", "/certify/objections",
    ],
}  # fmt: skip


@pytest.fixture
def world(app, cast) -> dict[str, str]:
    with app.app_context():
        return {**rounds(cast), **told(cast)}


def rounds(cast: Cast) -> dict[str, str]:
    granted = opened(cast, title="优秀共产党员（上半年）")
    commended = awarded(cast, cast.lin)
    notice = opened(cast, title="优秀志愿者")
    standing = on_notice(cast, cast.lin)
    objections.object_to(cast.zhao.id, standing, "材料中的次数与记录不符。", DECIDED)
    opening = opened(cast, number=3)
    committees.name(cast.chen.id, the_round().id, cast.wang.id, NOW)
    asked, agreed = nominated(cast, cast.lin, agrees=False), nominated(cast, cast.zhao)
    chosen(cast, cast.chen)
    nominated(cast, cast.gu)
    certified(cast)
    ids = {"commended": commended, "standing": standing, "asked": asked, "agreed": agreed}
    found = dict(db.session.execute(sa.select(Nomination.id, Nomination.public_id)).all())
    addresses = {name: found[which] for name, which in ids.items()}
    return {"granted": granted, "notice": notice, "open": opening, **addresses}


def told(cast: Cast) -> dict[str, str]:
    down = published_story(cast)
    stories.take_down(cast.chen.id, the_story().id, "照片里认得出别人", NOW)
    waiting = written_story(cast)
    stories.ask(cast.ou.id, the_story().id, NOW)
    written_story(cast)
    for caption in ("湖岸", "清扫之后"):
        story_photos.add_photo(cast.ou.id, the_story().id, Picture(8, 6, WEBP, WEBP), caption, People.NOBODY, NOW)
    stories.ask(cast.ou.id, the_story().id, NOW)
    stories.agree(cast.lin.id, the_story().id, the_story().revision, NOW)
    one = the_story()
    return {"down": down, "waiting": waiting, "published": one.public_id, "photo": one.photos[0].public_id}


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits(visit, cast, world, who, language):
    page = visit(getattr(cast, who), language=language)
    for path in PAGES[who]:
        answer = page.goto(path.format(**world))
        assert answer.status == 200, path
        assert page.locator("h1").count() == 1, path
        page.evaluate(AXE_SCRIPT)
        for width in WIDTHS:
            fits(page, path, width)
        is_accessible(page, path, *LOOKS[language])
