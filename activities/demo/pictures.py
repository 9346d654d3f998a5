"""Pictures for the demo, drawn rather than taken: a shore before and after, a classroom at night, boxes, a receipt."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from activities.demo import article
from activities.photos import apart
from activities.photos.apart import Picture

SIZE, SHOWN, SIDE = (1200, 900), (800, 800), 1600
SKY, WATER, GRASS, PATH = "#bcd7ea", "#5f93ad", "#7fa35b", "#cdbf9f"
LEAVES = ("#a8632a", "#c98a2d", "#8a4b20", "#d9b45a")


@cache
def shore(leaves: int) -> Picture:
    """A lake with a path along it, on which so many leaves lie."""
    image, rng = Image.new("RGB", SIZE, SKY), Random(article.SEED)
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    draw.rectangle((0, height * 0.35, width, height * 0.6), fill=WATER)
    draw.rectangle((0, height * 0.6, width, height), fill=GRASS)
    draw.polygon(
        [(width * 0.42, height * 0.6), (width * 0.5, height * 0.6), (width * 0.8, height), (width * 0.1, height)],
        fill=PATH,
    )
    for _ in range(leaves):
        x, y, size = rng.uniform(0, width), rng.uniform(height * 0.62, height), rng.uniform(8, 22)
        draw.ellipse((x, y, x + size, y + size * 0.6), fill=rng.choice(LEAVES))
    return _picture(image)


@cache
def room(*, is_lit: bool) -> Picture:
    """A classroom at night: a blackboard, rows of desks, three lamps that are on or off."""
    image = Image.new("RGB", SIZE, "#d8cfb4" if is_lit else "#3a4048")
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    draw.rectangle((0, height * 0.62, width, height), fill="#a98f66" if is_lit else "#2a2724")
    draw.rectangle((width * 0.25, height * 0.25, width * 0.75, height * 0.5), fill="#2f4a3d" if is_lit else "#1c2723")
    for n in range(3):
        left = width * (0.14 + 0.28 * n)
        draw.rectangle(
            (left, height * 0.06, left + width * 0.16, height * 0.09), fill="#fffbe0" if is_lit else "#59606a"
        )
    for row in range(3):
        for column in range(5):
            x, y, size = width * (0.08 + 0.18 * column), height * (0.62 + 0.12 * row), 90 + 15 * row
            draw.rectangle((x, y, x + size * 1.4, y + size * 0.35), fill="#7a5a35" if is_lit else "#211d19")
    return _picture(image)


@cache
def boxes() -> Picture:
    """Boxes, packed and taped."""
    image = Image.new("RGB", SIZE, "#cfd3d6")
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    draw.rectangle((0, height * 0.75, width, height), fill="#8b8f92")
    for n, (column, row) in enumerate(((0, 0), (1, 0), (2, 0), (0.5, 1), (1.5, 1))):
        x, y = width * (0.1 + 0.27 * column), height * (0.6 - 0.28 * row)
        draw.rectangle((x, y, x + 300, y + 230), fill=("#c49a63", "#b98d55")[n % 2], outline="#6d5230", width=4)
        draw.rectangle((x, y + 95, x + 300, y + 125), fill="#e4d3ae")
    return _picture(image)


@cache
def receipt() -> Picture:
    """A sheet with a table, a signature and a stamp."""
    image = Image.new("RGB", (900, 1200), "#8a7a66")
    draw = ImageDraw.Draw(image)
    draw.rectangle((70, 60, 830, 1140), fill="#fbfaf6")
    for row in range(8):
        draw.line((130, 260 + 80 * row, 770, 260 + 80 * row), fill="#555555", width=3)
    for column in (130, 430, 600, 770):
        draw.line((column, 260, column, 820), fill="#555555", width=3)
    points = [(190 + 22 * n, 960 + (n * 37) % 50 - (n % 2) * 30) for n in range(12)]
    draw.line(points, fill="#1f3a7a", width=6, joint="curve")
    draw.ellipse((560, 860, 760, 1060), outline="#b3261e", width=10)
    draw.regular_polygon((660, 960, 50), 5, fill="#b3261e")
    return _picture(image)


def _picture(image: Image.Image) -> Picture:
    """As if somebody had brought it, no larger than pages show it: to encode it takes long."""
    file = BytesIO()
    image.thumbnail(SHOWN)
    image.save(file, "JPEG", quality=90)
    return apart.read_here(file.getvalue(), SIDE)
