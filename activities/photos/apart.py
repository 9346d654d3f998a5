"""Strangers' pictures are decoded in a process of its own (`kit.apart`). What comes back was drawn anew from pixels, so
nothing else of the file – place, camera, comment, preview, or what a second reader would take for a program – can be in
it.

Run as a program this module is that process: a line of JSON and two pictures go out.
"""

from __future__ import annotations

import json
import sys
from io import BytesIO
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, NamedTuple

from activities.kit.apart import SECONDS, Unread, ask, asked
from activities.photos.rules import MOST_PIXELS, THUMB, NotAPhoto, TooManyPhotosAtOnce, too_many_pixels

if TYPE_CHECKING:
    from PIL.Image import Image

# So many are read at once, and so long one waits for its turn: each holds one of the server's few threads.
AT_ONCE, PATIENCE = BoundedSemaphore(2), 10.0
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82


class Picture(NamedTuple):
    """A photo as it is kept: two pictures in WebP, and the size of the larger."""

    width: int
    height: int
    whole: bytes
    small: bytes


def read(data: bytes, side: int, seconds: int = SECONDS) -> Picture:
    """The photo in a file, its long side at most `side`. Raises NotAPhoto, TooManyPixels, TooManyPhotosAtOnce."""
    if not AT_ONCE.acquire(timeout=PATIENCE):
        raise TooManyPhotosAtOnce
    try:
        head, _, pictures = ask("activities.photos.apart", data, seconds, side=side).partition(b"\n")
    except Unread:
        raise NotAPhoto from None
    finally:
        AT_ONCE.release()
    said: dict[str, int] = json.loads(head)
    if not pictures:
        raise too_many_pixels() if said["pixels"] else NotAPhoto()
    return Picture(said["width"], said["height"], pictures[: said["whole"]], pictures[said["whole"] :])


def read_here(data: bytes, side: int) -> Picture:
    """The same in this process, for a photo of which it is known where it comes from."""
    said, pictures = _answer(data, side)
    return Picture(said["width"], said["height"], *pictures)


# ── the process ─────────────────────────────────────────────────────────────


def _main() -> None:
    question, data = asked()
    sys.stdout.buffer.write(_packed(data, question["side"]))


def _packed(data: bytes, side: int) -> bytes:
    said, pictures = _answer(data, side)
    return json.dumps(said).encode() + b"\n" + b"".join(pictures)


def _answer(data: bytes, side: int) -> tuple[dict[str, Any], list[bytes]]:
    from PIL import Image, UnidentifiedImageError  # only here: the service itself does not load it

    Image.MAX_IMAGE_PIXELS = None  # what may be decoded is asked below, before anything is
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        return {"pixels": 0}, []
    if image.width * image.height > MOST_PIXELS:
        return {"pixels": image.width * image.height}, []
    whole = _drawn(image, side)
    small = whole.copy()
    small.thumbnail((THUMB, THUMB))
    written = [_written(whole), _written(small)]
    return {"width": whole.width, "height": whole.height, "whole": len(written[0])}, written


def _drawn(image: Image, side: int) -> Image:
    """The pixels alone, upright, on white, the long side at most `side`."""
    from PIL import Image as Pillow
    from PIL import ImageOps

    image.thumbnail((side, side), reducing_gap=2.0)
    upright = ImageOps.exif_transpose(image)
    drawn = Pillow.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        drawn.paste(upright, mask=upright)
    else:
        drawn.paste(upright.convert("RGB"))
    return drawn


def _written(image: Image) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


if __name__ == "__main__":
    _main()
