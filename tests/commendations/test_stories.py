"""Stories about people: published as they agreed to them, and not otherwise."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.exc import IntegrityError

from activities.audit.models import AuditEntry
from activities.commendations import rules_stories as rules
from activities.commendations import stories, story_photos, story_queries
from activities.commendations.models import Story
from activities.commendations.rules_stories import StoryState
from activities.kit.db import db
from activities.kit.refusal import ChangedMeanwhile, NotFound
from activities.outbox.models import Notice
from activities.people.models import AccountLink, Member
from activities.photos.apart import Picture
from activities.photos.models import Photo
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
    story_photos.add_photo(one.by_id, one.id, PICTURE, "湖岸", People.NOBODY, NOW)


class TestDeleting:
    def test_a_draft_goes_with_its_pictures_and_its_trail_stays(self, cast, ctx):
        written_story(cast)
        photograph()
        one = the_story()
        stories.delete(cast.ou.id, one.id, "写错了人", NOW)
        assert db.session.scalars(sa.select(Story)).all() == []
        picture = db.session.scalars(sa.select(Photo)).one()
        assert (picture.whole, picture.remove_reason) == (None, "写错了人")
        verbs = sa.select(AuditEntry.verb).where(AuditEntry.subject == "story").order_by(AuditEntry.id)
        assert list(db.session.scalars(verbs)) == ["write", "add photo", "delete"]
        assert topics(cast.lin) == []

    def test_what_waits_for_a_word_or_is_read_cannot_be_deleted(self, cast, ctx):
        asked_story(cast)
        with pytest.raises(rules.StillShown):
            stories.delete(cast.ou.id, the_story().id, "不要了", NOW)
        stories.agree(cast.lin.id, the_story().id, the_story().revision, NOW)
        with pytest.raises(rules.StillShown):
            stories.delete(cast.ou.id, the_story().id, "不要了", NOW)
        with pytest.raises(NotFound):
            stories.delete(cast.gu.id, the_story().id, "不是我的", NOW)
        stories.withdraw(cast.lin.id, the_story().id, NOW)
        stories.delete(cast.ou.id, the_story().id, "本人不同意", NOW)
        assert db.session.scalars(sa.select(Story)).all() == []

    def test_the_page_says_what_goes_and_leads_back_to_the_others(self, app, cast):
        with app.app_context():
            address = written_story(cast)
        ou, page = english(app, cast.ou), f"/stories/{address}/delete"
        assert f'href="{page}"' in ou.get(f"/stories/{address}").text
        assert "cannot be brought back" in ou.get(page).text
        assert ou.submit(page, reason="").status_code == 422
        assert ou.submit(page, reason="Written twice").location == "/stories/kept"
        assert "is deleted." in ou.get("/stories/kept").text
        assert ou.get(f"/stories/{address}").status_code == 404

    def test_what_was_asked_for_meanwhile_is_kept_and_the_page_says_why(self, app, cast):
        with app.app_context():
            address = asked_story(cast)
        ou = english(app, cast.ou)
        assert "/delete" not in ou.get(f"/stories/{address}").text
        answer = ou.submit(f"/stories/{address}/delete", reason="Written twice")
        assert (answer.status_code, "not deleted" in answer.text) == (422, True)


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
        story_photos.remove_photo(cast.ou.id, one.id, one.photos[0].id, "看得出别人", NOW)
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


class TestTakingDown:
    def test_who_keeps_the_records_takes_it_down_and_the_person_and_the_author_are_told_why(self, cast, ctx):
        published_story(cast)
        stories.take_down(cast.chen.id, the_story().id, "照片里认得出别人", NOW)
        one = the_story()
        assert (one.state, one.taken_down_by_id, one.why_down) == (
            StoryState.TAKEN_DOWN, cast.chen.id, "照片里认得出别人",
        )  # fmt: skip
        assert (topics(cast.lin)[-1], topics(cast.ou)[-1]) == ("stories.taken_down",) * 2

    def test_it_is_published_again_by_the_consent_to_that_very_text(self, cast, ctx):
        published_story(cast)
        stories.take_down(cast.chen.id, the_story().id, "核实", NOW)
        stories.publish_again(cast.chen.id, the_story().id, NOW)
        one = the_story()
        assert (one.state, one.taken_down_at, one.why_down, one.agreed_revision) == (StoryState.PUBLISHED, None, "", 1)
        assert topics(cast.lin)[-1] == "stories.again"

    def test_and_not_once_it_was_changed(self, cast, ctx):
        published_story(cast)
        stories.take_down(cast.chen.id, the_story().id, "核实", NOW)
        stories.rewrite(cast.ou.id, the_story().id, 1, "新标题", "新内容", [cast.sweeping.id], NOW)
        with pytest.raises(rules.NotPublished):
            stories.publish_again(cast.chen.id, the_story().id, NOW)

    def test_nor_once_the_person_took_their_consent_back(self, cast, ctx):
        published_story(cast)
        stories.take_down(cast.chen.id, the_story().id, "核实", NOW)
        stories.withdraw(cast.lin.id, the_story().id, NOW)
        assert (the_story().state, the_story().agreed_revision) == (StoryState.WITHDRAWN, None)
        with pytest.raises(rules.NotPublished):
            stories.publish_again(cast.chen.id, the_story().id, NOW)

    def test_only_what_is_published_is_taken_down_and_only_by_who_keeps_the_records(self, cast, ctx):
        asked_story(cast)
        with pytest.raises(rules.NotPublished):
            stories.take_down(cast.ou.id, the_story().id, "核实", NOW)
        for who in (cast.lin, cast.zhao, cast.gu):
            with pytest.raises(NotFound):
                stories.take_down(who.id, the_story().id, "核实", NOW)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE story SET agreed_revision = NULL, agreed_at = NULL",
            "UPDATE story SET state = 'taken down'",
        ],
    )
    def test_the_database_refuses_what_nobody_agreed_to_or_took_down(self, cast, ctx, statement):
        published_story(cast)
        with pytest.raises(IntegrityError):
            db.session.execute(sa.text(statement))
        db.session.rollback()

    def test_published_again_and_withdrawn_at_once_the_persons_word_is_the_last(self, app, cast, ctx):
        published_story(cast)
        stories.take_down(cast.chen.id, the_story().id, "核实", NOW)
        lin, chen, one = cast.lin.id, cast.chen.id, the_story().id
        race(app, [lambda: stories.withdraw(lin, one, NOW), lambda: stories.publish_again(chen, one, NOW)])
        db.session.rollback()  # and see what they did
        assert (the_story().state, the_story().agreed_revision) == (StoryState.WITHDRAWN, None)


class TestPhotos:
    def in_order(self) -> list[str]:
        return [one.caption for one in the_story().photos]

    def of_three(self, cast) -> list[int]:
        written_story(cast)
        for caption in ("一", "二", "三"):
            story_photos.add_photo(cast.ou.id, the_story().id, PICTURE, caption, People.NOBODY, NOW)
        return [one.id for one in the_story().photos]

    def test_one_is_shown_before_the_one_it_follows(self, cast, ctx):
        ids = self.of_three(cast)
        story_photos.move_photo(cast.ou.id, the_story().id, ids[2], NOW)
        assert self.in_order() == ["一", "三", "二"]
        story_photos.move_photo(cast.ou.id, the_story().id, ids[2], NOW)
        story_photos.move_photo(cast.ou.id, the_story().id, ids[2], NOW)  # the first stays first
        assert (self.in_order(), the_story().revision) == (["三", "一", "二"], 6)

    def test_what_is_added_after_one_went_stands_last(self, cast, ctx):
        ids = self.of_three(cast)
        story_photos.remove_photo(cast.ou.id, the_story().id, ids[0], "糊了", NOW)
        story_photos.add_photo(cast.ou.id, the_story().id, PICTURE, "四", People.NOBODY, NOW)
        assert self.in_order() == ["二", "三", "四"]

    def test_to_say_otherwise_what_one_shows_is_a_change_to_which_the_person_has_not_agreed(self, cast, ctx):
        ids = self.of_three(cast)
        stories.ask(cast.ou.id, the_story().id, NOW)
        stories.agree(cast.lin.id, the_story().id, 4, NOW)
        story_photos.describe_photo(cast.ou.id, the_story().id, ids[0], "一", People.NOBODY, NOW)  # the same
        assert the_story().state is StoryState.PUBLISHED
        story_photos.describe_photo(cast.ou.id, the_story().id, ids[0], "湖岸的落叶", People.AGREED, NOW)
        assert (the_story().state, self.in_order()[0]) == (StoryState.DRAFT, "湖岸的落叶")

    def test_each_is_of_its_own_story_and_of_ones_own_people(self, cast, ctx):
        ids = self.of_three(cast)
        written_story(cast)
        for verb in (
            lambda who: story_photos.move_photo(who, the_story().id, ids[1], NOW),
            lambda who: story_photos.describe_photo(who, the_story().id, ids[1], "别的", People.NOBODY, NOW),
            lambda who: story_photos.remove_photo(who, the_story().id, ids[1], "别的", NOW),
        ):
            for who in (cast.ou, cast.zhao):
                with pytest.raises(NotFound):
                    verb(who.id)


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

    def test_nor_once_they_are_erased_by_who_keeps_records(self, app, cast):
        with app.app_context():
            address = f"/stories/{published_story(cast)}"
            db.session.execute(sa.update(Member).where(Member.id == cast.lin.id).values(erased_at=NOW))
            db.session.commit()
        assert english(app, cast.zhao).get(address).status_code == 404
        ou = english(app, cast.ou)
        assert (ou.get(address).status_code, "湖边" in ou.get("/stories/kept").text) == (404, False)

    def test_a_keeper_finds_them_by_title_or_person(self, app, cast):
        with app.app_context():
            published_story(cast)
        ou = english(app, cast.ou)
        for find, there in (("湖边", True), ("可欣", True), ("%", False), ("没有", False)):
            page = ou.get(f"/stories/kept?q={find}").text
            assert ("湖边的每个周三" in page, "No story has this" in page) == (there, not there)

    def test_photos_are_described_and_put_in_order_on_its_page(self, app, cast):
        with app.app_context():
            address = f"/stories/{written_story(cast)}"
            for _ in range(2):
                photograph()
            first, second = (f"{address}/photos/{one.public_id}" for one in the_story().photos)
        ou = english(app, cast.ou)
        page = ou.get(address).text
        assert (f"{second}/earlier" in page, f"{first}/earlier" in page) == (True, False)
        assert ou.submit(f"{second}/earlier").status_code == 303
        assert ou.get(address).text.index(second) < ou.get(address).text.index(first)
        assert "湖岸" in ou.get(f"{first}/describe").text
        assert ou.submit(f"{first}/describe", caption="", people="nobody").status_code == 422
        assert ou.submit(f"{first}/describe", caption="Leaves", people="nobody").status_code == 303
        assert "Leaves" in ou.get(address).text

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
