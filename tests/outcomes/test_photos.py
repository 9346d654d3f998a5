"""Photos of what was achieved: who adds, sees and removes them, and what is left of one that is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from threading import Barrier

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from activities.audit.models import AuditEntry
from activities.duties.kinds import PhotoMoment
from activities.duties.rules import SlotState
from activities.kit.db import db, transaction
from activities.kit.refusal import NotAllowed, NotFound
from activities.outcomes import gallery
from activities.outcomes.rules import MOST_PHOTOS, PhotosNotYet, TooManyPhotos, side_by_side, why_not_show
from activities.photos.apart import Picture
from activities.photos.models import Photo
from activities.photos.rules import NoCaption, NotAgreed, People, WhyRemoved
from activities.records.rules import Session, SlotWasCancelled
from tests.cast import DAY, HOUR, NOW, english, make_activity, make_post, make_slot
from tests.outcomes.pictures import photograph
from tests.photos.files import HTML, WEBP, png_of, telling

BEFORE, AFTER = PhotoMoment.BEFORE, PhotoMoment.AFTER
PICTURE = Picture(8, 6, WEBP, WEBP)


def add(actor, slot, moment=BEFORE, caption="湖岸", people=People.NOBODY):
    return gallery.add(actor.id, slot.id, moment, PICTURE, caption, people, NOW)


def trail() -> list[tuple[str, str]]:
    query = sa.select(AuditEntry.verb, AuditEntry.reason).where(AuditEntry.subject == "photo").order_by(AuditEntry.id)
    return [tuple(row) for row in db.session.execute(query)]


# ── the rules ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("photos", "pairs"),
    [
        ([], []),
        ([(BEFORE, 1)], [(1, None)]),
        ([(AFTER, 1)], [(None, 1)]),
        ([(AFTER, 1), (BEFORE, 2), (BEFORE, 3)], [(2, 1), (3, None)]),
    ],
)
def test_before_and_after_stand_side_by_side(photos, pairs):
    assert side_by_side(photos) == pairs


def test_what_is_said_of_a_photo_is_asked_for(ctx, cast, begun):
    for caption, people, refused in (("", People.NOBODY, NoCaption), ("湖岸", None, NotAgreed)):
        with pytest.raises(refused):
            add(cast.ou, begun["cleaning"], caption=caption, people=people)
    assert gallery.of_slot(begun["cleaning"].id) == []
    assert trail() == []


def test_who_may_add_one(ctx, cast, begun):
    add(cast.ou, begun["cleaning"])
    add(cast.lin, begun["energy"], PhotoMoment.DURING)  # this kind is told by its people
    refused = (
        (cast.lin, "cleaning", BEFORE),
        (cast.zhao, "energy", PhotoMoment.DURING),
        (cast.chen, "cleaning", BEFORE),
    )
    for actor, kind, moment in refused:
        with pytest.raises(NotAllowed):
            add(actor, begun[kind], moment)
    with pytest.raises(NotAllowed):  # of another moment than the kind's
        add(cast.ou, begun["cleaning"], PhotoMoment.DURING)
    with pytest.raises(PhotosNotYet):
        add(cast.ou, cast.slot)


MORNING = NOW.replace(hour=16) - DAY  # midnight at the school
AT_WORK = Session(state=SlotState.OPEN, starts_at=NOW + HOUR, minutes=60)


@pytest.mark.parametrize(
    ("moment", "at", "opens_at"),
    [
        (BEFORE, MORNING - HOUR / 60, MORNING), (BEFORE, MORNING, None), (BEFORE, NOW + 3 * HOUR, None),
        (AFTER, MORNING, NOW + HOUR), (AFTER, NOW, NOW + HOUR), (AFTER, NOW + HOUR, None),
        (PhotoMoment.DURING, NOW, NOW + HOUR), (PhotoMoment.DURING, NOW + HOUR, None),
    ],
)  # fmt: skip
def test_what_was_before_is_shown_from_the_morning_on(moment, at, opens_at):
    assert why_not_show(moment, AT_WORK, MORNING, at) == (PhotosNotYet(opens_at) if opens_at else None)
    cancelled = replace(AT_WORK, state=SlotState.CANCELLED)
    assert why_not_show(moment, cancelled, MORNING, at) == SlotWasCancelled()


def test_on_the_day_a_photo_of_before_is_added_and_no_other(app, cast):
    with app.app_context():
        slot = make_slot(make_post(cast.sweeping, "湖岸"), NOW + 2 * HOUR)
        later = make_slot(make_post(cast.sweeping, "东岸"), NOW + DAY)
        db.session.commit()
        add(cast.ou, slot)
        with pytest.raises(PhotosNotYet):
            add(cast.ou, slot, AFTER)
        slot, later = (f"/slots/{one.public_id}" for one in (slot, later))
    with time_machine.travel(NOW, tick=False):
        browser = english(app, cast.ou)
        page = browser.get(f"{slot}/photos/new").text
        assert ('value="before"' in page, 'value="after"' in page) == (True, False)
        assert f"{slot}/photos/new" in browser.get(f"{slot}/outcomes").text
        assert "Photo before the work" in browser.get(f"{slot}/roster").text
        assert browser.get(f"{later}/photos/new").status_code == 409
        assert f"{later}/photos/new" not in browser.get(f"{later}/outcomes").text
        assert "Photo before the work" not in browser.get(f"{later}/roster").text


def test_a_slot_has_so_many_photos_and_removing_one_makes_room(ctx, cast, begun):
    slot = begun["cleaning"]
    for _ in range(MOST_PHOTOS):
        add(cast.ou, slot)
    with pytest.raises(TooManyPhotos):
        add(cast.ou, slot)
    gallery.remove(cast.ou.id, gallery.of_slot(slot.id)[0].id, "模糊", NOW)
    add(cast.ou, slot, AFTER)
    assert len(gallery.of_slot(slot.id)) == MOST_PHOTOS


def test_many_who_add_at_once_add_no_more_than_that(app, cast, begun):
    slot, meet = begun["cleaning"], Barrier(4)
    with app.app_context():
        for _ in range(MOST_PHOTOS - 2):
            photograph(slot, cast.ou)

    def one(_: int) -> bool:
        with app.app_context():
            meet.wait()
            try:
                return bool(add(cast.ou, slot))
            except TooManyPhotos:
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 2
    with app.app_context():
        assert len(gallery.of_slot(slot.id)) == MOST_PHOTOS
        assert (
            db.session.scalar(sa.select(sa.func.count(Photo.id))) == MOST_PHOTOS
        )  # a photo that was refused is nowhere


def test_a_removed_photo_leaves_its_trail_and_no_picture(ctx, cast, begun):
    slot = begun["energy"]
    add(cast.lin, slot, PhotoMoment.DURING)
    (one,) = gallery.of_slot(slot.id)
    with pytest.raises(NotAllowed):  # Wang is on the slot, but did not add it
        gallery.remove(cast.wang.id, one.id, "x", NOW)
    with pytest.raises(WhyRemoved):
        gallery.remove(cast.lin.id, one.id, "", NOW)
    gallery.remove(cast.lin.id, one.id, "有人不愿出镜", NOW)
    with pytest.raises(NotFound):
        gallery.remove(cast.ou.id, one.id, "x", NOW)
    row = db.session.execute(sa.select(Photo.small, Photo.whole, Photo.removed_by_id, Photo.caption)).one()
    assert tuple(row) == (None, None, cast.lin.id, "湖岸")
    assert trail() == [("add photo", ""), ("remove photo", "有人不愿出镜")]


@pytest.mark.parametrize(
    "broken",
    [{"whole": None}, {"small": None}, {"removed_at": NOW}, {"caption": ""}, {"removed_by_id": 1}, {"width": 0}],
)
def test_the_database_keeps_row_and_picture_together(ctx, cast, begun, broken):
    photograph(begun["cleaning"], cast.ou)
    if "removed_by_id" in broken:
        broken = {"removed_by_id": cast.ou.id}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.update(Photo).values(broken))


# ── the pages ───────────────────────────────────────────────────────────────


def sent(data: bytes = b"", name: str = "湖.jpg", **said):
    whole = {"caption": "湖岸", "people": "nobody", "moment": "before", "photo": (BytesIO(data or telling()), name)}
    return {name: value for name, value in {**whole, **said}.items() if value}


@pytest.mark.usefixtures("at_noon")
def test_before_and_after_are_added_shown_and_removed(app, cast, begun):
    slot, ou = f"/slots/{begun['cleaning'].public_id}", english(app, cast.ou)
    assert "There is no photo yet" in ou.get(f"{slot}/outcomes").text
    for moment in ("before", "after"):
        answer = ou.submit(f"{slot}/photos/new", **sent(moment=moment, caption=f"湖岸 {moment}"))
        assert answer.status_code == 303
    page = ou.get(f"{slot}/outcomes").text
    assert page.count("photo-pair") == 1
    assert 'alt="Before the work: 湖岸 before"' in page
    with app.app_context():
        before, after = (one.photo.public_id for one in gallery.of_slot(begun["cleaning"].id))
    assert ou.get(f"/organize/activities/{cast.sweeping.public_id}/photos").text.count("<figure") == 2
    gone = ou.submit(f"{slot}/photos/{before}/remove", reason="模糊")
    assert gone.status_code == 303
    assert ou.get(f"{slot}/photos/{before}").status_code == 404
    assert ou.get(f"{slot}/photos/{before}/whole.webp").status_code == 404
    assert ou.get(f"{slot}/photos/{after}").status_code == 200


@pytest.mark.usefixtures("at_noon")
def test_a_picture_is_a_picture_and_kept_by_nobody_else(app, cast, begun):
    slot, ou = begun["cleaning"], english(app, cast.ou)
    with app.app_context():
        address = f"/slots/{slot.public_id}/photos/{photograph(slot, cast.ou)}/small.webp"
    answer = ou.get(address)
    assert (answer.data, answer.mimetype) == (WEBP, "image/webp")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = ou.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.usefixtures("at_noon")
def test_a_picture_that_was_removed_is_not_even_unchanged(app, cast, begun):
    slot, ou = begun["cleaning"], english(app, cast.ou)
    with app.app_context():
        address = f"/slots/{slot.public_id}/photos/{photograph(slot, cast.ou)}/whole.webp"
    tag = ou.get(address).headers["ETag"]
    with app.app_context():
        gallery.remove(cast.ou.id, gallery.of_slot(slot.id)[0].id, "模糊", NOW)
    assert ou.get(address, headers={"If-None-Match": tag}).status_code == 404


@pytest.mark.usefixtures("at_noon")
def test_a_photo_is_seen_where_it_belongs_and_by_whom_it_may_be(app, cast, begun):
    slot, other = begun["cleaning"], begun["energy"]
    with app.app_context():
        photo, second = photograph(slot, cast.ou), make_activity("会计清扫", cast.second)
        elsewhere = make_slot(make_post(second, "会计岗"), NOW - HOUR)
        theirs = photograph(elsewhere, cast.ou)
    for name, expected in (("lin", 200), ("ou", 200), ("chen", 200), ("zhao", 404), ("gu", 404)):
        visitor = english(app, getattr(cast, name))
        assert visitor.get(f"/slots/{slot.public_id}/photos/{photo}/whole.webp").status_code == expected, name
    ou = english(app, cast.ou)
    assert ou.get(f"/slots/{other.public_id}/photos/{photo}/whole.webp").status_code == 404
    assert ou.get(f"/slots/{slot.public_id}/photos/{theirs}/whole.webp").status_code == 404  # another unit's, by its id
    assert ou.get(f"/slots/{elsewhere.public_id}/photos/{theirs}/whole.webp").status_code == 404


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"photo": None}, "Choose a photo."),
        ({"caption": " "}, "Say in words what the photo shows."),
        ({"people": None}, "Say whom the photo shows."),
        ({"people": "refused"}, "Not a valid choice"),
        ({"moment": "during"}, "Not a valid choice"),
        ({"data": HTML, "name": "湖.jpg"}, "This is no photo that can be read."),
        ({"data": png_of(100_000, 100_000)}, "more than 64 million pixels"),
    ],
)
def test_what_cannot_be_taken_comes_back_with_what_was_said(app, cast, begun, wrong, said):
    address = f"/slots/{begun['cleaning'].public_id}/photos/new"
    answer = english(app, cast.ou).submit(address, **sent(**wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert "caption" in wrong or 'value="湖岸"' in answer.text
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Photo.id))) == 0


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("name", ["../../../etc/passwd", "a.php%00.jpg", "C:\\x.exe", "a" * 5000, "<img src=x>.svg"])
def test_what_a_file_is_called_is_no_matter_and_kept_nowhere(app, cast, begun, name):
    slot = begun["cleaning"]
    assert english(app, cast.ou).submit(f"/slots/{slot.public_id}/photos/new", **sent(name=name)).status_code == 303
    with app.app_context():
        (one,) = gallery.of_slot(slot.id)
        entries = db.session.scalars(sa.select(AuditEntry.after).where(AuditEntry.subject == "photo")).all()
        assert (one.photo.caption, [set(after) for after in entries]) == ("湖岸", [{"caption", "people", "bytes"}])


@pytest.mark.usefixtures("at_noon")
def test_the_gallery_asks_as_much_for_many_photos_as_for_one(app, cast, begun, statements):
    ou, address = english(app, cast.ou), f"/organize/activities/{cast.sweeping.public_id}/photos"
    counts = []
    for _ in range(2):
        with app.app_context():
            photograph(begun["cleaning"], cast.ou)
            photograph(begun["cleaning"], cast.ou, AFTER)
        with statements.count() as seen:
            assert ou.get(address).status_code == 200
        counts.append(len(seen))
        assert not any("photo.whole" in one or "photo.small" in one for one in seen)
    assert counts[0] == counts[1]
