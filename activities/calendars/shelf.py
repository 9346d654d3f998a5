"""Bytes kept on disk by what they show: for the other processes of this machine, and after a restart."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path


class Shelf:
    """Files of at least `least` octets in a folder, at most `room` octets together; what was put there longest ago goes
    first. Processes may share it: a file is there as a whole or not at all. A disk that is full or
    read-only is no error: what is kept here can be made again."""

    def __init__(self, folder: Path, room: int, least: int) -> None:
        self.folder, self.room, self.least = folder, room, least

    def get(self, name: str) -> bytes | None:
        with suppress(OSError):
            return (self.folder / name).read_bytes()
        return None

    def put(self, name: str, size: int, value: Callable[[], bytes]) -> None:
        """Keep the value of about this size in place of an earlier one, where reading it back is quicker than making
        it again."""
        if self.least <= size <= self.room:
            with suppress(OSError):
                self._write(name, value())
                self._make_room()

    def _write(self, name: str, value: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, new = tempfile.mkstemp(dir=self.folder, prefix=".")  # which nobody else may read
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(value)
            Path(new).replace(self.folder / name)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise

    def _make_room(self) -> None:
        """Also of what a process left half-written when it was killed."""
        files = sorted(file for path in list(self.folder.iterdir()) for file in _seen(path))
        used = sum(size for _, size, _ in files)
        for _, size, path in files[:-1]:
            if used <= self.room:
                return
            path.unlink(missing_ok=True)
            used -= size


def _seen(path: Path) -> Iterator[tuple[int, int, Path]]:
    """When it was put there and how large it is, if it is still there."""
    with suppress(FileNotFoundError):
        seen = path.stat()
        yield seen.st_mtime_ns, seen.st_size, path
