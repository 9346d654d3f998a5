"""Stories about people: published as they agreed to them, and not otherwise."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from activities.commendations import rules_stories as rules
from activities.commendations import stories, story_queries
from activities.commendations.models import Story
from activities.commendations.rules_stories import StoryState
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.people.models import AccountLink, Member
from activities.photos.apart import Picture
from activities.photos.rules import People
from tests.cast import NOW, english
from tests.commendations.rounds import asked_story, published_story, the_story, written_story
from tests.house.test_races import race
from tests.photos.files import WEBP, file

PICTURE = Picture(8, 6, WEBP, WEBP)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def topics(member) -> list[str]:
    query = sa.select(Notice.topic).where(Notice.member_id == member.id, Notice.topic.startswith("stories."))
    return list(db.session.scalars(query.order_by(Notice.id)))


def photograph() -> None:
    one = the_story()
    stories.add_photo(one.by_id, one.id, PICTURE, "湖岸", People.NOBODY, NOW)


class TestConsent:
    def test_it_is_published_by_the_persons_word_and_withdrawn_by_it(self, cast, ctx):
        published_story(cast)
        assert (the_story().state, the_story().agreed_revision) == (StoryState.PUBLISHED, 1)
        stories.withdraw(cast.lin.id, the_story().id, NOW)
        assert the_story().state is StoryState.WITHDRAWN
        assert topics(cast.ou) == ["stories.published", "stories.withdrawn"]
        assert topics(cast.lin) == ["stories.asked"]

    def test_nobody_else_agrees_nor_withdraws(self, cast, ctx):
        asked_story(cast)
        for verb in (lambda who: stories.agree(who, the_story().id, 1, NOW), lambda who: stories.withdraw(who, 1, NOW)):
            for who in (cast.zhao, cast.ou, cast.chen):
                with pytest.raises(NotFound):
                    verb(who.id)

    @pytest.mark.parametrize(
        "change",
        [
            lambda ou, one: stories.rewrite(ou, one.id, one.revision, "新标题", "新内容", [], NOW),
            lambda ou, one: photograph(),
        ],
    )
    def test_a_change_takes_it_down_and_is_asked_anew(self, cast, ctx, change):
        published_story(cast)
        change(cast.ou.id, the_story())
        assert (the_story().state, the_story().revision) == (StoryState.DRAFT, 2)
        assert topics(cast.lin)[-1] == "stories.changed"
        with pytest.raises(rules.NotAsked):
            stories.agree(cast.lin.id, the_story().id, 1, NOW)

    def test_a_photo_that_goes_is_a_change_too(self, cast, ctx):
        written_story(cast)
        photograph()
        one = the_story()
        stories.ask(cast.ou.id, one.id, NOW)
        stories.agree(cast.lin.id, one.id, 2, NOW)
        stories.remove_photo(cast.ou.id, one.id, one.photos[0].id, "看得出别人", NOW)
        assert (the_story().state, the_story().photos) == (StoryState.DRAFT, [])

    def test_what_was_not_seen_is_not_agreed_to(self, cast, ctx):
        asked_story(cast)
        photograph()
        stories.ask(cast.ou.id, the_story().id, NOW)
        with pytest.raises(ChangedMeanwhile):
            stories.agree(cast.lin.id, the_story().id, 1, NOW)

    def test_the_database_refuses_to_publish_another_text(self, cast, ctx):
        published_story(cast)
        with pytest.raises(IntegrityError):
            db.session.execute(sa.text("UPDATE story SET revision = revision + 1"))
        db.session.rollback()

    def test_agreed_to_and_changed_at_once_it_is_published_as_it_was_seen_or_not_at_all(self, app, cast, ctx):
        asked_story(cast)
        lin, ou, one = cast.lin.id, cast.ou.id, the_story().id
        race(
            app,
            [
                lambda: stories.agree(lin, one, 1, NOW),
                lambda: stories.rewrite(ou, one, 1, "别的", "别的内容", [], NOW),
            ],
        )
        db.session.rollback()  # and see what they did
        assert (the_story().state, the_story().revision) == (StoryState.DRAFT, 2)


class TestWriting:
    def test_it_is_of_ones_own_people_and_never_of_oneself(self, cast, ctx):
        with pytest.raises(NotFound):
            written_story(cast, who=cast.zhao)
        with pytest.raises(rules.OwnStory):
            written_story(cast, who=cast.ou)
        db.session.add_all([AccountLink(member_id=one.id, person_id=cast.ou.id) for one in (cast.ou, cast.lin)])
        db.session.commit()
        with pytest.raises(rules.OwnStory):
            written_story(cast)

    def test_it_tells_of_something_the_person_did(self, cast, ctx):
        written_story(cast, about=[])
        with pytest.raises(rules.TellsNothing):
            stories.ask(cast.ou.id, the_story().id, NOW)

    def test_it_has_so_many_photos(self, cast, ctx):
        written_story(cast)
        for _ in range(rules.MOST_PHOTOS):
            photograph()
        with pytest.raises(rules.TooManyPhotos):
            photograph()


class TestThePages:
    def test_the_school_reads_what_is_published_and_nothing_else(self, app, cast):
        with app.app_context():
            address = f"/stories/{written_story(cast)}"
        zhao, lin, ou = (english(app, who) for who in (cast.zhao, cast.lin, cast.ou))
        assert [who.get(address).status_code for who in (zhao, lin, ou)] == [404, 404, 200]
        assert ou.submit(f"{address}/ask").status_code == 303
        assert [who.get(address).status_code for who in (zhao, lin)] == [404, 200]
        assert "It is published only if you agree." in lin.get("/stories/").text
        assert lin.submit(f"{address}/agree", seen="7").status_code == 409
        assert lin.submit(f"{address}/agree", seen="1").status_code == 303
        assert ("湖边" in zhao.get("/stories/").text, zhao.get(address).status_code) == (True, 200)
        assert zhao.submit(f"{address}/withdraw").status_code == 404
        assert lin.submit(f"{address}/withdraw").status_code == 303
        assert ("湖边" in zhao.get("/stories/").text, zhao.get(address).status_code) == (False, 404)

    def test_an_organizer_writes_one_with_a_photo(self, app, cast):
        with app.app_context():
            written_story(cast)  # so that Lin has come to something
        ou = english(app, cast.ou)
        assert ou.get("/stories/new?number=2302001").status_code == 422
        page = "/stories/new?number=2301001"
        assert "东湖责任区清扫" in ou.get(page).text
        assert ou.submit(page, title="", text="x").status_code == 422
        made = ou.submit(page, title="Every week", text="By the lake.", about=str(cast.sweeping.id))
        assert made.status_code == 303
        typed = {"caption": "The shore", "people": "nobody"}
        assert ou.submit(f"{made.location}/photos/new", **typed).status_code == 422
        photo = (BytesIO(file()), "a.jpg")
        assert ou.submit(f"{made.location}/photos/new", **typed, photo=photo).status_code == 303
        assert "The shore" in ou.get(made.location).text
        stale = ou.submit(f"{made.location}/edit", title="Each week", text="By the lake.", seen="1")
        assert (stale.status_code, "Someone else has changed this meanwhile" in stale.text) == (422, True)

    def test_a_photo_is_seen_by_who_reads_the_story(self, app, cast):
        with app.app_context():
            address = f"/stories/{written_story(cast)}"
            photograph()
            photo = f"{address}/photos/{the_story().photos[0].public_id}/small.webp"
        assert english(app, cast.zhao).get(photo).status_code == 404
        assert english(app, cast.ou).get(photo).status_code == 200

    def test_of_whom_the_data_are_restricted_nothing_is_read_any_more(self, app, cast):
        with app.app_context():
            address = f"/stories/{published_story(cast)}"
            db.session.execute(sa.update(Member).where(Member.id == cast.lin.id).values(restricted_at=NOW))
            db.session.commit()
        assert english(app, cast.zhao).get(address).status_code == 404

    def test_as_many_statements_for_many(self, app, cast, statements):
        counts = []
        zhao = english(app, cast.zhao)
        for _ in range(2):
            with app.app_context():
                published_story(cast)
                photo_of_a_published_story(cast)
                assert len(story_queries.published(db.session.get_one(Member, cast.zhao.id), 1)) == len(counts) * 2 + 2
            with statements.count() as count:
                assert zhao.get("/stories/").status_code == 200
            counts.append(len(count))
        assert counts[0] == counts[1]


def photo_of_a_published_story(cast) -> None:
    written_story(cast)
    photograph()
    stories.ask(cast.ou.id, the_story().id, NOW)
    stories.agree(cast.lin.id, the_story().id, 2, NOW)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Story))
