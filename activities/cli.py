"""`activities …`: each command calls one service function. What cannot be done ends in one sentence."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from importlib import import_module
from threading import Event
from typing import Any

import click
import flask_migrate
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.exc import OperationalError
from waitress import create_server

from activities import __version__, config
from activities.app import create_app
from activities.calendars.invitations import enclose
from activities.config import DEMO_SECRET, BadSetting, Settings
from activities.demo.accounts import has_demo_accounts
from activities.demo.article import ACCOUNTS, PASSWORD
from activities.kit import clock, safety, schema
from activities.outbox.worker import Worker, working
from activities.people.queries import recipients

# The commands of the rooms, loaded when they are asked for.
COMMANDS = {
    "add-term": "activities.terms.commands:add_term",
    "audit": "activities.audit.commands:audit",
    "create-admin": "activities.people.admin_command:create_admin",
    "db": "flask_migrate.cli:db",
    "cycles": "activities.closings.commands:cycles",
    "draw": "activities.draws.commands:draw",
    "fill-days": "activities.terms.commands:fill_days",
    "import-roster": "activities.people.commands:import_roster",
    "peers": "activities.peers.commands:peers",
    "retention": "activities.rights.commands:retention",
}
LOOPBACK = "127.0.0.1"
log = logging.getLogger("activities")
PORT = click.IntRange(1, 65535)


class Refused(click.ClickException):
    """Something that will not be done as things stand."""

    exit_code = 2


class Commands(click.Group):
    """Its own commands and those of the rooms; a bad setting or an absent database is told in a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BadSetting as error:
            raise Refused(str(error)) from None
        except OperationalError as error:
            raise Refused(f"The database cannot be reached: {str(error.orig).splitlines()[0]}") from None


@click.group(cls=Commands)
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """A school's duty posts, volunteer work and practice activities."""
    ctx.obj = ScriptInfo(create_app=lambda: _create_app(config.read(os.environ)))


@main.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=PORT)
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64))
@click.option("--worker/--no-worker", "works", default=True, help="Deliver notices too, or leave that to `worker`.")
def serve(host: str, port: int, threads: int, works: bool) -> None:
    """Serve, on a migrated database and with safe settings."""
    settings = config.read(os.environ)
    app = _create_app(settings)
    private = safety.is_private(settings, host)
    with app.app_context():
        unsafe, database = _findings(settings, private=private)
    if unsafe or database:
        raise Refused("\n".join(unsafe + database))
    with _listening(app, host, port, threads, works=works) as server:
        for sentence in safety.missing(settings, private=private):
            log.warning(sentence)
        log.info("listening on %s:%s for %s", host, port, settings.base_url)
        server.run()


@main.command()
@click.option("--host", default=LOOPBACK, show_default=True, help="A loopback address.")
@click.option("--port", default=8000, show_default=True, type=PORT)
def demo(host: str, port: int) -> None:
    """Serve the demo: migrates, fills an empty database, and says how to get in."""
    settings = config.read(os.environ)
    name = f"[{host}]" if ":" in host else host
    base_url = settings.base_url if "ACTIVITIES_BASE_URL" in os.environ else f"http://{name}:{port}"
    settings = replace(settings, secret_key=settings.secret_key or DEMO_SECRET, base_url=base_url)
    if not safety.is_private(settings, host):
        raise Refused("The demo's passwords are known to everyone, so it serves this machine alone: use 127.0.0.1.")
    app = _create_app(settings)
    with app.app_context():
        flask_migrate.upgrade()
        _load_demo()
        accounts = has_demo_accounts()
    with _listening(app, host, port) as server:
        _welcome(base_url, accounts)
        server.run()


@main.command("worker")
@click.option("--once", is_flag=True, help="One round of everything that is due, then end.")
def work(once: bool) -> None:
    """Deliver notices, and do what deadlines ask for, apart from the server."""
    settings = config.read(os.environ)
    app = _create_app(settings)
    with app.app_context():
        unsafe, database = _findings(settings, private=settings.is_loopback)
    if unsafe or database:
        raise Refused("\n".join(unsafe + database))
    worker = Worker(app, recipients, enclose)
    if once:
        worker.run_all()
        return
    _end_when_told()
    with working(worker):
        log.info("working for %s", worker.settings.base_url)
        Event().wait()


@main.command()
def check() -> None:
    """Say what in the settings is unsafe or missing."""
    settings = config.read(os.environ)
    private = settings.is_loopback
    with _create_app(settings).app_context():
        unsafe, database = _findings(settings, private=private)
    for sentence in unsafe:
        click.echo(f"unsafe   {sentence}")
    for sentence in [*database, *safety.missing(settings, private=private)]:
        click.echo(f"missing  {sentence}")
    if unsafe or database:
        sys.exit(1)
    click.echo("The settings are safe to serve with.")


def _create_app(settings: Settings) -> Flask:
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting("ACTIVITIES_DATA", str(settings.data), f"a folder ({error.strerror})") from None
    return create_app(settings)


def _findings(settings: Settings, *, private: bool) -> tuple[list[str], list[str]]:
    """What forbids serving: in the settings, and in the database they name."""
    state = schema.look()
    demo_accounts = not private and state is schema.Schema.CURRENT and has_demo_accounts()
    unsafe = safety.unsafe(settings, private=private, demo_accounts=demo_accounts)
    return unsafe, [state.value] if state.value else []


def _load_demo() -> None:
    """Fill the database unless somebody has used it before."""
    from activities.demo import load  # with all its names and texts, only when asked for

    if load.is_empty():
        load.load(clock.now(), lambda rows: click.progressbar(length=rows, label="Loading the demo"))


def _welcome(address: str, accounts: bool) -> None:
    click.echo(f"activities runs on {address} – stop it with Ctrl+C.")
    if not accounts:
        return
    click.echo(f'Log in with one of these numbers and the password "{PASSWORD}":')
    for account in ACCOUNTS:
        click.echo(f"  {account.number:<10} {account.what}")


@contextmanager
def _listening(app: Flask, host: str, port: int, threads: int = 8, *, works: bool = True) -> Iterator[Any]:
    """A server that holds its port already, with the worker beside it while the block runs."""
    # The application itself reads what trusted proxies say, and ignores it where none are trusted.
    trusts = bool(app.config["SETTINGS"].proxies)
    try:
        server = create_server(app, host=host, port=port, threads=threads, clear_untrusted_proxy_headers=not trusts)
    except OSError as error:
        raise Refused(f"{host}:{port} cannot be listened on ({error.strerror}): choose another --port.") from None
    _end_when_told()
    with working(Worker(app, recipients, enclose)) if works else nullcontext():
        yield server


def _end_when_told() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
