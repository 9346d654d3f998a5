"""Settings: read once, and refused with a sentence that says what is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from activities.config import BadSetting, read
from activities.kit.safety import is_private, missing, unsafe

SAFE = {"SECRET_KEY": "k" * 32, "ACTIVITIES_BASE_URL": "https://activities.example.edu"}

# Setting, value, what the sentence names as found and as expected.
WRONG = [
    ("DATABASE_URL", "not an address", "'…'", "postgresql://user:password@host/name"),
    ("DATABASE_URL", "mysql://root:secret@db/x", "'…'", "sqlite:////srv/activities.db"),
    ("DATABASE_URL", "postgres://u:secret@db/x", "'…'", "postgresql://"),
    ("DATABASE_URL", "postgresql+psycopg2://u:secret@db/x", "'…'", "postgresql://"),
    ("DATABASE_URL", "sqlite://", "'…'", "sqlite:////srv/activities.db"),
    ("DATABASE_URL", "sqlite:///:memory:", "'…'", "sqlite:////srv/activities.db"),
    ("ACTIVITIES_DATABASE_ISOLATION", "serializable", "'serializable'", "SERIALIZABLE"),
    ("SECRET_KEY", "short", "'…'", "at least 16 characters"),
    ("ACTIVITIES_BASE_URL", "activities.example.edu", "'activities.example.edu'", "https://activities.example.edu"),
    ("ACTIVITIES_BASE_URL", "ftp://example.edu", "'ftp://example.edu'", "https://"),
    ("ACTIVITIES_BASE_URL", "https://example.edu/app", "'https://example.edu/app'", "https://"),
    ("ACTIVITIES_BASE_URL", "https://example.edu?x=1", "'https://example.edu?x=1'", "https://"),
    ("ACTIVITIES_BASE_URL", "https://[", "'https://['", "https://"),
    ("ACTIVITIES_BASE_URL", "https://example.edu:99999", "'https://example.edu:99999'", "https://"),
    ("ACTIVITIES_BASE_URL", "https://", "'https://'", "https://"),
    ("ACTIVITIES_HOSTS", "a.example.edu https://b.example.edu", "'https://b.example.edu'", "host names"),
    ("ACTIVITIES_TIME_ZONE", "Asia", "'Asia'", "a time zone such as Asia/Shanghai"),
    ("ACTIVITIES_TIME_ZONE", "Nowhere/Land", "'Nowhere/Land'", "a time zone"),
    ("ACTIVITIES_TIME_ZONE", "../../etc/passwd", "'../../etc/passwd'", "a time zone"),
    ("ACTIVITIES_TIME_ZONE", "x" * 300, "x" * 300, "a time zone"),
    ("REDIS_URL", "http://localhost", "'…'", "redis:// or rediss://"),
    ("REDIS_URL", "redis://[", "'…'", "redis://"),
    ("ACTIVITIES_SMTP_URL", "mail.example.edu", "'…'", "smtp:// or smtps://"),
    ("ACTIVITIES_MAIL_FROM", "nobody", "'nobody'", "activities@example.edu"),
    ("ACTIVITIES_MAIL_FROM", "a@example.edu\nBcc: b@example.edu", "Bcc", "activities@example.edu"),
    ("ACTIVITIES_INVITATIONS_PER_WEEK", "many", "'many'", "a whole number from 0 to 50"),
    ("ACTIVITIES_FETCH_TIMETABLES", "maybe", "'maybe'", "yes or no"),
    ("ACTIVITIES_PROXIES", "-1", "'-1'", "a whole number from 0 to 10"),
    ("ACTIVITIES_PROXIES", "11", "'11'", "a whole number from 0 to 10"),
    ("ACTIVITIES_PROXIES", "²", "'²'", "a whole number"),
    ("ACTIVITIES_MAX_UPLOAD_MB", "0", "'0'", "a whole number from 1 to 100"),
    ("ACTIVITIES_MAX_UPLOAD_MB", "9" * 5000, "999", "a whole number from 1 to 100"),
    ("ACTIVITIES_PHOTO_SIDE", "100", "'100'", "a whole number from 640 to 4000"),
    ("ACTIVITIES_MAX_UPLOAD_MB", "ten", "'ten'", "a whole number from 1 to 100"),
]


@pytest.mark.parametrize(("name", "value", "found", "expected"), WRONG)
def test_a_wrong_setting_is_refused_in_a_sentence(name, value, found, expected):
    with pytest.raises(BadSetting) as refused:
        read({name: value})
    said = str(refused.value)
    assert said.startswith(f"{name} is ")
    assert found in said
    assert expected in said
    assert "secret" not in said


def test_without_any_settings_everything_has_a_default():
    settings = read({})
    assert settings.database_url == f"sqlite:///{Path('data').resolve()}/activities.db"
    assert (settings.school, settings.time_zone, settings.proxies) == ("管理学院", "Asia/Shanghai", 0)
    assert settings.trusted_hosts == ["127.0.0.1", "[::1]", "localhost"]


def test_an_empty_setting_is_as_good_as_none():
    empty = dict.fromkeys((name for name, *_ in WRONG), "")
    assert read(empty) == read({})


def test_a_relative_database_stands_below_the_current_folder():
    assert read({"DATABASE_URL": "sqlite:///here.db"}).database_url == f"sqlite:///{Path('here.db').resolve()}"


def test_the_password_of_the_database_is_kept():
    url = "postgresql://school:p%40ss@db.example.edu/activities"
    assert read({"DATABASE_URL": url}).database_url == url


def test_other_hosts_are_answered_to_when_listed():
    settings = read({**SAFE, "ACTIVITIES_HOSTS": "a.example.edu, b.example.edu"})
    assert settings.trusted_hosts == ["a.example.edu", "activities.example.edu", "b.example.edu"]


def test_what_is_unsafe_is_named():
    demo = read({**SAFE, "SECRET_KEY": "a-demo-secret-that-everyone-knows"})
    plain = read({**SAFE, "ACTIVITIES_BASE_URL": "http://activities.example.edu"})
    assert unsafe(read(SAFE), private=False) == []
    assert names(unsafe(read({}), private=True)) == ["SECRET_KEY"]
    assert names(unsafe(demo, private=False)) == ["SECRET_KEY"]
    assert unsafe(demo, private=True) == []
    assert names(unsafe(plain, private=False)) == ["ACTIVITIES_BASE_URL"]
    assert "demo accounts" in unsafe(read(SAFE), private=False, demo_accounts=True)[0]


def test_what_is_missing_is_named():
    complete = {"ACTIVITIES_SMTP_URL": "smtp://mail", "REDIS_URL": "redis://cache", "ACTIVITIES_PROXIES": "1"}
    assert names(missing(read(SAFE), private=False)) == ["ACTIVITIES_SMTP_URL", "REDIS_URL", "ACTIVITIES_PROXIES"]
    assert missing(read({**SAFE, **complete}), private=False) == []
    assert names(missing(read(complete), private=False)) == ["ACTIVITIES_BASE_URL"]


def names(sentences: list[str]) -> list[str]:
    return [sentence.split()[0] for sentence in sentences]


@pytest.mark.parametrize(
    ("host", "base_url", "private"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000", True),
        ("::1", "http://localhost", True),
        ("0.0.0.0", "http://127.0.0.1:8000", False),
        ("127.0.0.1", "https://activities.example.edu", False),
        ("school", "http://127.0.0.1:8000", False),
    ],
)
def test_private_means_neither_heard_nor_named_outside(host, base_url, private):
    assert is_private(read({"ACTIVITIES_BASE_URL": base_url}), host) is private
