"""What becomes of a file that is brought as a photo. None of it asks for a database."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from activities.photos import apart
from activities.photos.apart import read
from activities.photos.rules import MOST_PIXELS, THUMB, NotAPhoto, TooManyPhotosAtOnce, TooManyPixels
from tests.photos.files import HTML, SECRET, SVG, file, png_of, telling

# Where red and blue are once a photo is upright, for each of the eight ways in which a camera may have been held.
RED = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}


@pytest.fixture
def here(monkeypatch):
    """Read in this process, where it is about what comes out: it is quicker."""

    monkeypatch.setattr(apart, "ask", lambda _, data, __, side: apart._packed(data, side))


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


def side_of_red(image: Image.Image) -> str:
    width, height = image.size
    places = {
        "left": (2, height // 2), "right": (width - 3, height // 2), "top": (width // 2, 2),
        "bottom": (width // 2, height - 3),
    }  # fmt: skip
    wanted = ("left", "right") if width > height else ("top", "bottom")
    return max(wanted, key=lambda name: image.getpixel(places[name])[0])


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew_and_tells_nothing_but_its_pixels(here, form):
    data = telling(form)
    assert SECRET.encode() in data
    picture = read(data, 1600)
    for one in (picture.whole, picture.small):
        image = opened(one)
        assert image.format == "WEBP"
        assert not image.getexif()
        assert set(image.info) <= {"loop", "background", "timestamp", "duration"}
        assert SECRET.encode() not in one
        assert b"Lin" not in one


@pytest.mark.parametrize("orientation", RED)
def test_a_photo_stands_upright_however_the_camera_was_held(here, orientation):
    picture = read(telling(orientation=orientation), 1600)
    image = opened(picture.whole)
    assert image.size == (picture.width, picture.height) == ((40, 20) if orientation < 5 else (20, 40))
    assert side_of_red(image) == RED[orientation]


@pytest.mark.parametrize(
    ("size", "kept"), [((3000, 1500), (1000, 500)), ((500, 2000), (250, 1000)), ((30, 20), (30, 20))]
)
def test_the_long_side_is_limited_and_nothing_is_blown_up(here, size, kept):
    picture = read(file(size=size), 1000)
    assert (picture.width, picture.height) == kept
    assert max(opened(picture.small).size) == min(max(kept), THUMB)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_pixel_becomes_a_photo(here, mode):
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert read(file(form, mode=mode, colour=0), 1600).width == 8


def test_what_is_clear_becomes_white(here):
    picture = read(file("PNG", mode="RGBA", colour=(0, 0, 0, 0)), 1600)
    assert min(opened(picture.whole).getpixel((4, 3))) > 250


def test_of_pictures_that_move_the_first_is_kept(here):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue")]
    made = BytesIO()
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    image = opened(read(made.getvalue(), 1600).whole)
    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((4, 3))[0] > 200


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0" * 100, SVG, HTML, b"%PDF-1.7\n", b"\xff\xd8\xff\xe0" + HTML, file()[:200], file("GIF", mode="P"),
        file("BMP"), file("TIFF"), file("ICO"), file("PDF"), file("EPS"), b"GIF89a/*" + HTML,
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_whatever_it_is_called(data):
    with pytest.raises(NotAPhoto):
        read(data, 1600)


@pytest.mark.parametrize("tail", [HTML, SVG, b"PK\x03\x04" + HTML])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_is_a_photo_and_something_else_comes_out_as_a_photo_alone(here, form, tail):
    picture = read(file(form) + tail, 1600)
    assert b"script" not in picture.whole
    assert picture.whole[:4] == b"RIFF"
    assert len(picture.whole) == int.from_bytes(picture.whole[4:8], "little") + 8


def test_what_hides_in_a_comment_is_left_behind():
    data = file("JPEG", comment=HTML)
    assert HTML in data
    assert b"script" not in read(data, 1600).whole


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (2**31 - 1, 2**31 - 1), (MOST_PIXELS + 1, 1)])
def test_a_bomb_is_refused_by_what_it_says_of_itself(width, height):
    with pytest.raises(TooManyPixels):
        read(png_of(width, height), 1600)


def test_a_webp_as_large_as_can_be_said_is_refused():
    size = (16383 - 1).to_bytes(3, "little") * 2
    inner = b"WEBPVP8X" + (10).to_bytes(4, "little") + b"\0" * 4 + size + file("WEBP")[12:]
    with pytest.raises((TooManyPixels, NotAPhoto)):
        read(b"RIFF" + len(inner).to_bytes(4, "little") + inner, 1600)


def test_a_png_whose_pixels_are_not_there_is_refused():
    with pytest.raises(NotAPhoto):
        read(png_of(4000, 4000), 1600)


def test_what_takes_too_long_is_refused():
    with pytest.raises(NotAPhoto):
        read(file(size=(7000, 7000)), 1600, seconds=0)


def test_whoever_finds_no_turn_is_asked_to_try_again(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    for _ in range(2):
        assert apart.AT_ONCE.acquire(timeout=1)
    try:
        with pytest.raises(TooManyPhotosAtOnce):
            read(file(), 1600)
    finally:
        apart.AT_ONCE.release(2)
    assert read(file(), 1600).width == 8
