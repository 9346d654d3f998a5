"""Settings: frozen, typed, read once from the environment, refused with a clear sentence when wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PACKAGE = Path(__file__).resolve().parent
# An installed wheel carries templates, static files and migrations inside; a checkout has them at the top.
DATA = PACKAGE / "_data" if (PACKAGE / "_data").exists() else PACKAGE.parent

DEMO_SECRET = "a-demo-secret-that-everyone-knows"  # noqa: S105 - known to everyone on purpose
DATABASES = (("sqlite", "pysqlite"), ("postgresql", "psycopg"), ("cockroachdb", "psycopg"))
ISOLATION_LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")


class BadSetting(ValueError):  # noqa: N818 - the setting is bad, the program is right
    """A setting that cannot be used: its name, what was found, and what is expected."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__(f"{name} is {found!r}: expected {expected}.")
        self.name = name


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the environment decides. `data` is the folder of the embedded database."""

    data: Path
    database_url: str
    database_isolation: str | None = None
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    hosts: tuple[str, ...] = ()
    hook_hosts: tuple[str, ...] = ()
    school: str = "管理学院"
    time_zone: str = "Asia/Shanghai"
    redis_url: str = ""
    smtp_url: str = ""
    mail_from: str = "activities@localhost"
    proxies: int = 0
    invitations_per_week: int = 2
    fetch_timetables: bool = True
    max_upload: int = 10 * 1024 * 1024
    photo_side: int = 1600

    @property
    def is_loopback(self) -> bool:
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def is_demo(self) -> bool:
        return self.secret_key == DEMO_SECRET

    @property
    def trusted_hosts(self) -> list[str]:
        """Host names answered to: the base URL's own, those listed, and on loopback its usual names."""
        own = urlsplit(self.base_url).hostname or ""
        local = ("127.0.0.1", "localhost", "[::1]") if self.is_loopback else ()
        return sorted({own, *self.hosts, *local} - {""})


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read(environ: Mapping[str, str]) -> Settings:
    """Read the settings, raising BadSetting for the first one that cannot be used."""
    data = Path(environ.get("ACTIVITIES_DATA") or "data").resolve()
    get = environ.get
    return Settings(
        data=data,
        database_url=_database_url(get("DATABASE_URL") or f"sqlite:///{data / 'activities.db'}"),
        database_isolation=_isolation(get("ACTIVITIES_DATABASE_ISOLATION", "")),
        secret_key=_secret_key(get("SECRET_KEY", "")),
        base_url=_base_url(get("ACTIVITIES_BASE_URL") or Settings.base_url),
        hosts=_hosts("ACTIVITIES_HOSTS", get("ACTIVITIES_HOSTS", "")),
        hook_hosts=_hosts("ACTIVITIES_HOOK_HOSTS", get("ACTIVITIES_HOOK_HOSTS", "")),
        school=get("ACTIVITIES_SCHOOL") or Settings.school,
        time_zone=_time_zone(get("ACTIVITIES_TIME_ZONE") or Settings.time_zone),
        redis_url=_url("REDIS_URL", get("REDIS_URL", ""), ("redis", "rediss")),
        smtp_url=_url("ACTIVITIES_SMTP_URL", get("ACTIVITIES_SMTP_URL", ""), ("smtp", "smtps")),
        mail_from=_mail_from(get("ACTIVITIES_MAIL_FROM") or Settings.mail_from),
        proxies=_number("ACTIVITIES_PROXIES", get("ACTIVITIES_PROXIES") or "0", 0, 10),
        invitations_per_week=_number(
            "ACTIVITIES_INVITATIONS_PER_WEEK", get("ACTIVITIES_INVITATIONS_PER_WEEK") or "2", 0, 50
        ),
        fetch_timetables=_yes_or_no("ACTIVITIES_FETCH_TIMETABLES", get("ACTIVITIES_FETCH_TIMETABLES") or "yes"),
        max_upload=_number("ACTIVITIES_MAX_UPLOAD_MB", get("ACTIVITIES_MAX_UPLOAD_MB") or "10", 1, 100) * 1024 * 1024,
        photo_side=_number("ACTIVITIES_PHOTO_SIDE", get("ACTIVITIES_PHOTO_SIDE") or "1600", 640, 4000),
    )


def _database_url(value: str) -> str:
    # What was found is not repeated: it may hold a password.
    wrong = BadSetting("DATABASE_URL", "…", "sqlite:////srv/activities.db or postgresql://user:password@host/name")
    try:
        url = make_url(value)
        dialect = url.get_dialect()
        dialect.import_dbapi()
    except (ArgumentError, ImportError):
        raise wrong from None
    if (dialect.name, dialect.driver) not in DATABASES:
        raise wrong
    if dialect.name == "sqlite":
        if not url.database or url.database == ":memory:":
            raise wrong  # each connection would see a database of its own
        url = url.set(database=str(Path(url.database).resolve()))
    return url.render_as_string(hide_password=False)


def _isolation(value: str) -> str | None:
    if value and value not in ISOLATION_LEVELS:
        raise BadSetting("ACTIVITIES_DATABASE_ISOLATION", value, "one of " + ", ".join(ISOLATION_LEVELS))
    return value or None


def _secret_key(value: str) -> str:
    if value and len(value) < 16:
        raise BadSetting("SECRET_KEY", "…", "at least 16 characters")
    return value


def _base_url(value: str) -> str:
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or parts.path not in ("", "/") or parts.query:
        raise BadSetting("ACTIVITIES_BASE_URL", value, "an address such as https://activities.example.edu")
    return value.rstrip("/")


def _hosts(name: str, value: str) -> tuple[str, ...]:
    hosts = tuple(value.replace(",", " ").split())
    for host in hosts:
        if any(c in "/@?#" for c in host):
            raise BadSetting(name, host, "host names such as activities.example.edu, separated by spaces")
    return hosts


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSetting("ACTIVITIES_TIME_ZONE", value, "a time zone such as Asia/Shanghai") from None
    return value


def _url(name: str, value: str, schemes: tuple[str, ...]) -> str:
    parts = _split(value)
    if value and (parts is None or parts.scheme not in schemes):
        # Not repeated either: it may hold a password.
        raise BadSetting(name, "…", "an address that starts with " + " or ".join(f"{s}://" for s in schemes))
    return value


def _split(value: str) -> SplitResult | None:
    """The parts of an address with a host and a possible port, or None."""
    try:
        parts = urlsplit(value)
        return parts if parts.hostname and " " not in value and parts.port != 0 else None
    except ValueError:
        return None


def _mail_from(value: str) -> str:
    if value.count("@") != 1 or not value.isprintable():
        raise BadSetting("ACTIVITIES_MAIL_FROM", value, "an address such as activities@example.edu")
    return value


def _yes_or_no(name: str, value: str) -> bool:
    if value not in ("yes", "no"):
        raise BadSetting(name, value, "yes or no")
    return value == "yes"


def _number(name: str, value: str, least: int, most: int) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 9 or not least <= int(value) <= most:
        raise BadSetting(name, value, f"a whole number from {least} to {most}")
    return int(value)
