"""A picture as an answer. A browser may keep it for its person, and asks each time whether it may still be shown."""

from __future__ import annotations

from flask import Response, request

from activities.photos import queries
from activities.photos.models import Photo
from activities.photos.rules import Size

HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'inline; filename="photo.webp"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# How a photo's address ends.
PICTURE = "<any(whole, small):size>.webp"


def answer(photo: Photo, size: str) -> Response:
    """The picture of a photo that this person may see. It never changes, so its address is its ETag; once it is removed
    there is none, whatever a browser has kept."""
    response = Response(queries.picture(photo.id, Size(size)), mimetype="image/webp", headers=HEADERS)
    response.set_etag(f"{photo.public_id}-{size}")
    response.make_conditional(request)
    return response
