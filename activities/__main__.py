"""`python -m activities`."""

from __future__ import annotations

from activities.cli import main

main(prog_name="activities")
