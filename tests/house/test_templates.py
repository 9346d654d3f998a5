"""What is true of every template and style."""

from __future__ import annotations

import re

import pytest


def sources(root):
    return sorted((root / "templates").rglob("*.html"))


def test_no_template_has_an_inline_style_a_handler_or_a_bare_script(root):
    for path in sources(root):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle\s*=", text), path
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), path
        for script in re.findall(r"<script[^>]*>", text):
            assert "nonce" in script, path


def test_every_form_that_posts_carries_a_token(root):
    for path in sources(root):
        text = path.read_text(encoding="utf-8")
        for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
            if re.search(r"method=[\"']post", form):
                assert "csrf" in form, path


def test_nothing_is_fetched_from_another_host(root):
    for path in [*sources(root), *(root / "static").glob("*.css"), *(root / "static").glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(src|href)=[\"']https?://", text), path
        assert not re.search(r"url\([\"']?https?://", text), path


def test_each_theme_stands_twice_and_agrees(root):
    """Dark stands under the chosen theme and under the system's; both must say the same."""
    css = (root / "static" / "theme.css").read_text(encoding="utf-8")
    chosen = re.search(r'\[data-bs-theme="dark"\] \{(.*?)\}', css, re.DOTALL)
    system = re.search(r":root:not\(\[data-bs-theme\]\) \{(.*?)\}", css, re.DOTALL)
    assert chosen
    assert system
    assert "".join(chosen[1].split()) == "".join(system[1].split())


@pytest.mark.parametrize("where", ["templates", "activities"])
def test_no_text_is_an_f_string_inside_gettext(root, where):
    for path in (root / where).rglob("*.*"):
        if path.suffix in (".py", ".html"):
            assert not re.search(r"\b(_|gettext|ngettext|_l)\(f[\"']", path.read_text(encoding="utf-8")), path
