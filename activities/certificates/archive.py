"""Many certificates in one zip, made while it is sent: none is kept longer than it takes to pass it on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zipfile import ZIP_STORED, ZipFile, ZipInfo

# Before this no zip can date anything; the same snapshot gives the same bytes here, too.
DATED = (1980, 1, 1, 0, 0, 0)


class _Pipe:
    """What a zip is written into: it only goes forward."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        self.held += data
        return len(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        data = bytes(self.held)
        self.held.clear()
        return data


def zipped(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """A zip of these files, part by part. What is in a PDF is compressed already."""
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(ZipInfo(name, DATED), data)
            yield pipe.taken()
    yield pipe.taken()
