"""`make screenshots`: the README's pictures, taken from the running demo with a real browser."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from activities.demo.article import STUDENT_SIDE
from tests.browser.conftest import CHROMIUM, HOW

PORT = 8765
BASE = f"http://127.0.0.1:{PORT}"
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
PHONE, LAPTOP, WHOLE = (390, 844), (1280, 900), (1280, 1240)

YEAR = f"/review/{date.today().year}"  # noqa: DTZ011
OVERVIEW = (f"a:has-text('{STUDENT_SIDE}')", "main a[href$='/overview']")

# File name, who looks, the page, what is clicked there, the window, the theme, the language.
PICTURES = (
    ("my-duties", "member", "/", (), PHONE, "light", "zh-CN"),
    ("find", "member", "/slots", (), LAPTOP, "light", "zh-CN"),
    ("find-phone", "member", "/slots", (), PHONE, "dark", "zh-CN"),
    ("slot", "member", "/slots?open=1", ("article.slot h4 a",), PHONE, "light", "zh-CN"),
    ("organize", "organizer", "/organize/", (), LAPTOP, "light", "zh-CN"),
    ("review", "secretary", YEAR, (), LAPTOP, "dark", "zh-CN"),
    ("review-english", "secretary", YEAR, (), LAPTOP, "light", "en"),
    ("annual-review", "secretary", "/cycles/", OVERVIEW, WHOLE, "light", "zh-CN"),
)


@contextmanager
def demo() -> Iterator[None]:
    """The demo in a temporary folder, ready to answer."""
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("activities"), "demo", "--port", str(PORT)]
        environ = {**os.environ, "ACTIVITIES_DATA": folder}
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as server:
            try:
                wait_for(f"{BASE}/readyz")
                yield
            finally:
                server.terminate()


def wait_for(address: str, seconds: int = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urlopen(address):
                return
        except (URLError, ConnectionError):
            time.sleep(0.3)
    raise TimeoutError(address)


def visit(browser: Browser, who: str, window: tuple[int, int], theme: str, language: str) -> Page:
    size = {"width": window[0], "height": window[1]}
    page = browser.new_context(base_url=BASE, viewport=size, color_scheme=theme, locale=language).new_page()
    page.goto("/login")
    page.fill("[name=name]", who)
    page.fill("[name=password]", "demo")
    page.click("main form button")
    page.wait_for_url("**/")
    return page


def main() -> None:
    if CHROMIUM is None:
        sys.exit(HOW)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, who, path, clicks, window, theme, language in PICTURES:
            page = visit(browser, who, window, theme, language)
            page.goto(path)
            for what in clicks:
                page.locator(what).first.click()
                page.wait_for_load_state()
            page.screenshot(path=FOLDER / f"{name}.png")
            print(name)  # noqa: T201 - this is a command
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
