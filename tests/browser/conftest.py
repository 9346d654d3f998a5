"""A real browser against a real server. Without Chromium these tests are skipped, with a line on how to get it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

# The first is the same browser without its own windows, and shows a page for two thirds of the price.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
HOW = "no Chromium: `apt-get install chromium-headless-shell fonts-noto-cjk` on Debian, Chrome or Chromium on macOS"

# On a busy machine a page takes its time, and what is there at once is not waited for.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.any_database)
            item.add_marker(pytest.mark.skipif(CHROMIUM is None, reason=HOW))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """`visit(member, width=390, theme="light", language="zh-CN", javascript=True)`: a page with that person logged in.

    Whatever the page logs as an error, and every request to another host, fails the test.
    """
    contexts, troubles = [], []

    def open_page(
        member: Any = None, *, width: int = 390, theme: str = "light", language: str = "zh-CN", javascript: bool = True,
        at: str = served,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            base_url=at, locale=language, color_scheme=theme, java_script_enabled=javascript,
            viewport={"width": width, "height": 844 if width < 768 else 900},
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        # An answer of 404 or 409 is logged as an error too, and so is a network that the test took away.
        meant = re.compile(" 4|net::ERR_(INTERNET|EMPTY|CONNECTION|SOCKET)")
        page.on(
            "console", lambda m: troubles.append(m.text) if m.type == "error" and not meant.search(m.text) else None
        )
        page.on("pageerror", lambda e: troubles.append(str(e)))
        page.on("request", lambda r: troubles.append(r.url) if not r.url.startswith((at, "data:")) else None)
        if member is not None:
            page.goto("/login")
            page.fill("[name=name]", member.number)
            page.fill("[name=password]", "secret")
            page.click("main form button")
            page.wait_for_url("**/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles
