"""Files that are photos, and files that only look like one."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

SECRET = "31.2304 121.4737"


def file(
    form: str = "JPEG", size: tuple[int, int] = (8, 6), colour: Any = "red", mode: str = "RGB", **how: Any
) -> bytes:
    made = BytesIO()
    Image.new(mode, size, colour).save(made, form, **how)
    return made.getvalue()


def telling(form: str = "JPEG", orientation: int = 1, size: tuple[int, int] = (40, 20)) -> bytes:
    """A photo whose left half is red and whose right half is blue, that says where and with what it was taken."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x9286] = orientation, "Camera of Lin", SECRET
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    made = BytesIO()
    image.save(made, form, exif=exif, quality=95)
    return made.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and holds nothing of it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


WEBP = file("WEBP")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
