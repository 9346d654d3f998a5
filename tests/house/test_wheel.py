"""The wheel, installed elsewhere, runs as well as a checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.serving import free_port, run, serving

SECRET = "a-secret-of-this-test-alone-0123456789"


@pytest.fixture(scope="module")
def site(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as its wheel installs it, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    python = [sys.executable, "-m"]
    subprocess.run([*python, "hatchling", "build", "-t", "wheel", "-d", folder], cwd=root, check=True)
    (wheel,) = folder.glob("*.whl")
    installed = folder / "site"
    subprocess.run([*python, "pip", "install", "--quiet", "--no-deps", "--target", installed, wheel], check=True)
    return installed


def test_an_installed_wheel_migrates_and_serves(site, tmp_path):
    settings = {"PYTHONPATH": str(site), "SECRET_KEY": SECRET}
    assert run(tmp_path, "db", "upgrade", **settings).returncode == 0
    port = free_port()
    with serving(tmp_path, "serve", port=port, **settings):
        base = f"http://127.0.0.1:{port}"
        page = urlopen(Request(f"{base}/login", headers={"Accept-Language": "zh-CN"})).read().decode()
        style = urlopen(f"{base}/static/theme.css").read()
    assert '<html lang="zh-Hans"' in page
    assert "密码" in page
    assert style == (site / "activities/_data/static/theme.css").read_bytes()


def test_the_wheel_carries_what_stands_at_the_top(root, site):
    for folder in ("templates", "static", "migrations"):
        assert files_below(root, folder) == files_below(site / "activities/_data", folder)


def files_below(top: Path, folder: str) -> set[Path]:
    found = {path.relative_to(top) for path in (top / folder).rglob("*") if path.is_file()}
    return {path for path in found if "__pycache__" not in path.parts}
