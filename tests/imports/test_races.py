"""Imports confirmed and taken back at once, in real threads: each event becomes one slot, and nobody's slot is gone."""

from __future__ import annotations

from activities.duties.models import Slot
from activities.duties.rules import PlanChanged
from activities.imports import queries, reading, service
from activities.imports.models import CalendarImport, CalendarUpload, ImportedEvent
from activities.imports.queries import UploadGone
from activities.imports.rules import Event, ImportHasPeople, Time, Wish
from activities.kit import clock
from activities.kit.db import db
from activities.kit.refusal import NotFound
from activities.kit.roles import Role
from activities.signups.models import SignUp
from activities.signups.service import sign_up
from tests.cast import DAY, HOUR, NOW, grant, make_member
from tests.house.test_races import crowd, race

EVENTS = [Event("", "", (Time("a", NOW + n * DAY, NOW + n * DAY + HOUR),)) for n in range(2, 7)]
FOUND = reading.Found(EVENTS, [], NOW + 30 * DAY)


def brought(cast, who: int) -> str:
    upload = CalendarUpload(
        member_id=who, activity_id=cast.sweeping.id, name="a.ics", found=reading.stored(FOUND), created_at=NOW
    )
    db.session.add(upload)
    db.session.commit()
    return upload.public_id


def confirming(cast, who: int, upload: str, digest: str):
    def ask():
        try:
            return service.confirm(
                who, cast.sweeping.id, upload, Wish(cast.lake.id), set(range(5)), digest, clock.zone(), NOW
            )
        except UploadGone as gone:
            return type(gone)

    return ask


def digest_now(cast) -> str:
    return service.look(cast.sweeping.id, FOUND, Wish(cast.lake.id), clock.zone(), NOW).digest


def test_one_upload_confirmed_several_times_at_once_is_imported_once(app, cast):
    with app.app_context():
        upload, digest = brought(cast, cast.ou.id), digest_now(cast)
    results = race(app, [confirming(cast, cast.ou.id, upload, digest)] * 6)
    assert sorted(map(str, results)) == sorted(["5", *[str(UploadGone)] * 5])
    with app.app_context():
        assert db.session.query(ImportedEvent).count() == 5


def test_the_same_file_brought_by_two_organizers_is_imported_once(app, cast):
    with app.app_context():
        other = make_member("T009", "方", db.session.merge(cast.first))
        grant(other, Role.ORGANIZER, other.unit)
        db.session.commit()
        people = [cast.ou.id, other.id]
        uploads, digest = [brought(cast, who) for who in people], digest_now(cast)
    results = race(
        app, [confirming(cast, who, upload, digest) for who, upload in zip(people, uploads, strict=True)]
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in results) == [PlanChanged.__name__, "int"]
    with app.app_context():
        assert db.session.query(Slot).count() == 6
        assert db.session.query(CalendarImport).count() == 1
        late = next(n for n, result in enumerate(results) if result != 5)
        assert queries.kept_upload(people[late], cast.sweeping.id, uploads[late], NOW)  # not lost


def test_an_import_is_taken_back_or_somebody_is_in_it_but_never_both(app, cast):
    people = crowd(app, cast, 4)
    with app.app_context():
        upload, digest = brought(cast, cast.ou.id), digest_now(cast)
        confirming(cast, cast.ou.id, upload, digest)()
        batch = db.session.query(CalendarImport).one().id
        slots = [one.slot_id for one in db.session.query(ImportedEvent).order_by(ImportedEvent.id)]

    def or_gone(verb):
        def ask():
            try:
                return verb()
            except NotFound as error:
                return type(error)

        return ask

    signing = [or_gone(lambda p=p, s=slots[n]: sign_up(p, s, NOW)) for n, p in enumerate(people)]
    undo = or_gone(lambda: service.undo(cast.ou.id, batch, NOW))
    results = race(app, [*signing[:2], undo, *signing[2:]])
    with app.app_context():
        left = db.session.query(Slot).filter(Slot.id.in_(slots)).count()
        on_them = db.session.query(SignUp).filter(SignUp.slot_id.in_(slots)).count()
    if left:
        assert isinstance(results[2], ImportHasPeople)
        assert (left, on_them) == (5, 4)
    else:
        assert (results[2], on_them) == (5, 0)
