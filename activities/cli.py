"""`activities …`: each command calls one service function."""

from __future__ import annotations

from flask.cli import FlaskGroup

from activities.app import create_app

main = FlaskGroup(name="activities", create_app=create_app, add_default_commands=False, add_version_option=False)
