"""Every page, at both widths, in both themes, in two languages: axe finds nothing, nothing scrolls sideways."""

from __future__ import annotations

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe

from activities.kit import clock
from activities.kit.db import db
from tests.cast import DAY, make_slot

AXE = Axe()
LOOKS = list(product((390, 1280), ("light", "dark"), ("zh-CN", "en")))
# Who looks at which pages. `{slot}` and `{activity}` are filled from the cast.
PAGES = {
    None: ["/login", "/nowhere"],
    "lin": ["/", "/slots", "/slots?open=1&q=x", "/slots/{slot}", "/activities/{activity}", "/account", "/nowhere"],
}


@pytest.mark.parametrize(("width", "theme", "language"), LOOKS)
@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits(app, visit, cast, who, width, theme, language):
    with app.app_context():
        slot = make_slot(cast.lake, clock.now() + 2 * DAY, hours=1)
        db.session.commit()
    page = visit(getattr(cast, who) if who else None, width=width, theme=theme, language=language)
    for path in PAGES[who]:
        page.goto(path.format(slot=slot.public_id, activity=cast.sweeping.public_id))
        found = AXE.run(page).response["violations"]
        assert not found, (path, [(v["id"], [n["html"] for n in v["nodes"]]) for v in found])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator(".btn-go:visible").count() <= 1, path
        assert page.locator("h1").count() == 1, path
