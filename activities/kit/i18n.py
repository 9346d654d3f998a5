"""Languages, and dates as people say them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from babel.core import Locale, negotiate_locale
from babel.dates import format_date
from babel.support import LazyProxy, Translations
from flask import Flask, current_app, g, has_request_context, request, session
from flask_babel import Babel, get_locale, get_translations
from flask_babel import force_locale as babel_force_locale
from flask_login import current_user
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from activities.kit.clock import local, zone
from activities.kit.refusal import Refusal, Word

LANGUAGES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}
DEFAULT = "zh_Hans"
# What browsers send, mapped onto what we have.
ALIASES = {
    "zh": "zh_Hans", "zh_CN": "zh_Hans", "zh_SG": "zh_Hans", "zh_Hans_CN": "zh_Hans", "zh_Hans_SG": "zh_Hans",
    "zh_TW": "zh_Hant", "zh_HK": "zh_Hant", "zh_MO": "zh_Hant", "zh_Hant_TW": "zh_Hant", "zh_Hant_HK": "zh_Hant",
    "en_US": "en", "en_GB": "en",
}  # fmt: skip

__all__ = ["DEFAULT", "LANGUAGES", "force_locale", "gettext", "html_lang", "init_app", "ngettext", "say_refusal"]


def choose_language() -> str:
    """The person's own choice, else this browser session's, else the browser's, else Simplified Chinese."""
    if not has_request_context():
        return DEFAULT
    own = getattr(current_user, "language", None) or session.get("language")
    if own in LANGUAGES:
        return str(own)
    return _negotiated(request.headers.get("Accept-Language", "")) or DEFAULT


def language_of(locale: str) -> str:
    """What a terminal of this locale reads: ours for it, else Simplified Chinese."""
    return _negotiated(locale.replace("_", "-")) or DEFAULT


@lru_cache(maxsize=256)
def _negotiated(header: str) -> str | None:
    """The best of our languages among those a browser takes."""
    wanted = [w.replace("-", "_") for w in parse_accept_header(header, LanguageAccept).values()]
    return negotiate_locale([ALIASES.get(w, w) for w in wanted], list(LANGUAGES))


def init_app(app: Flask) -> None:
    Babel(
        app,
        default_locale=DEFAULT,
        default_timezone=app.config["SETTINGS"].time_zone,
        default_translation_directories=app.config["TRANSLATIONS"],
        locale_selector=choose_language,
    )
    app.extensions["speech"] = {}
    app.jinja_env.globals.update(_=_text, gettext=_text, ngettext=_texts)


@dataclass(frozen=True)
class Speech:
    """How one language is spoken; a request looks its own up once, because a page says hundreds of things. `said`:
    what templates have said without any facts."""

    language: str
    locale: Locale
    texts: Translations
    is_chinese: bool
    said: dict[str, Markup] = field(default_factory=dict)


def speech() -> Speech:
    present = g._get_current_object()
    if not hasattr(present, "speech"):
        present.speech = _speech(choose_language())
    found: Speech = present.speech
    return found


def _speech(language: str) -> Speech:
    learnt: dict[str, Speech] = current_app.extensions["speech"]
    if language not in learnt:
        with babel_force_locale(language):
            learnt[language] = Speech(language, get_locale(), get_translations(), language.startswith("zh"))
    return learnt[language]


@contextmanager
def force_locale(language: str) -> Iterator[None]:
    """Speak another language for a while."""
    before = g.pop("speech", None)
    g.speech = _speech(language)
    try:
        with babel_force_locale(language):
            yield
    finally:
        g.pop("speech", None)
        if before:
            g.speech = before


def html_lang() -> str:
    return str(speech().locale).replace("_", "-")


def is_chinese() -> bool:
    return speech().is_chinese


# ── texts ───────────────────────────────────────────────────────────────────


def gettext(message: str, /, **facts: Any) -> str:
    """A text of ours in the person's language."""
    text = str(speech().texts.ugettext(message))
    return text % facts if facts else text


def ngettext(singular: str, plural: str, num: int, /, **facts: Any) -> str:
    """A text of ours that counts; `num` is among its facts."""
    return str(speech().texts.ungettext(singular, plural, num)) % {"num": num, **facts}


def _text(message: str, /, **facts: Any) -> Markup:
    """A text of a template, its facts escaped."""
    present = speech()
    if facts:
        return Markup(present.texts.ugettext(message)) % facts  # noqa: S704
    if message not in present.said:
        present.said[message] = Markup(present.texts.ugettext(message) % {})  # noqa: S704
    return present.said[message]


def _texts(singular: str, plural: str, num: int, /, **facts: Any) -> Markup:
    text = speech().texts.ungettext(singular, plural, num)
    return Markup(text) % {"num": num, **facts}  # noqa: S704


# ── moments ─────────────────────────────────────────────────────────────────


def say_day(day: date | datetime, *, year: bool = False) -> str:
    """周三 11月25日, Wed 25 Nov; with the year where it matters."""
    if is_chinese():
        return _say(day, "y年M月d日 EEE" if year else "EEE M月d日")
    return _say(day, "EEE d MMM y" if year else "EEE d MMM")


def say_date(day: date | datetime, *, year: bool = False) -> str:
    """11月25日, 25 Nov; with the year where it matters."""
    if is_chinese():
        return _say(day, "y年M月d日" if year else "M月d日")
    return _say(day, "d MMM y" if year else "d MMM")


def say_days(first: date, last: date, *, year: bool = False) -> str:
    """9月25日–27日, 25–27 Sep; the month again where the last day falls into another one, and so with the year."""
    if first == last:
        return say_date(first, year=year)
    two = year and first.year != last.year
    begins, ends = (two, two) if two else (year and is_chinese(), year and not is_chinese())
    if (first.year, first.month) != (last.year, last.month):
        return f"{say_date(first, year=begins)}–{say_date(last, year=ends)}"
    if is_chinese():
        return f"{say_date(first, year=begins)}–{last.day}日"
    return f"{first.day}–{say_date(last, year=ends)}"


def say_weekday(day: date | datetime) -> str:
    return _say(day, "EEE")


def say_weekdays(numbers: Collection[int]) -> str:
    """Mon–Fri, or Mon, Wed where they do not follow each other; 0: Monday."""
    days = [say_weekday(date(2024, 1, 1 + number)) for number in sorted(numbers)]  # a Monday
    in_a_row = len(days) > 2 and max(numbers) - min(numbers) == len(days) - 1
    return f"{days[0]}–{days[-1]}" if in_a_row else gettext(", ").join(days)


def say_month(day: date) -> str:
    """11月, Nov."""
    return _say(day, "LLL")


def _say(day: date | datetime, pattern: str) -> str:
    """The day in the person's language; of a moment, the day it is in the school."""
    return _formatted(local(day).date() if isinstance(day, datetime) else day, pattern, speech().language)


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, language: str) -> str:
    return format_date(day, pattern, locale=language)


def say_clock(moment: datetime) -> str:
    """22:00."""
    return local(moment).time().isoformat("minutes")


def say_clock_fully(moment: datetime) -> str:
    """22:00:05."""
    return local(moment).time().isoformat("seconds")


def say_moment(moment: datetime) -> str:
    """周三 11月25日 22:00."""
    return f"{say_day(moment)} {say_clock(moment)}"


def say_end(moment: datetime) -> str:
    """周三 11月25日 24:00: until when something goes on; its last day, where it goes on to the end of it."""
    if local(moment).time() == time.min:
        return f"{say_day(local(moment).date() - timedelta(days=1))} 24:00"
    return say_moment(moment)


def say_span(starts: datetime, ends: datetime) -> str:
    """周三 11月25日 22:00–22:30; the day again where the end falls on another one."""
    if local(starts).date() == local(ends).date():
        return f"{say_moment(starts)}–{say_clock(ends)}"
    return f"{say_moment(starts)} – {say_moment(ends)}"


def say_week(number: int | None) -> str:
    """第12教学周, teaching week 12; nothing outside a term."""
    return gettext("teaching week %(number)s", number=number) if number else ""


def say_duration(span: timedelta) -> str:
    """The largest two units: 2 小时 29 分."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("%(num)s day", "%(num)s days", days))
    if hours:
        parts.append(ngettext("%(num)s hour", "%(num)s hours", hours))
    if (minutes and not days) or not parts:
        parts.append(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    return " ".join(parts)


def say_hours(minutes: int) -> str:
    """Minutes as hours with the digits they need: 90 → 1.5, 120 → 2, 50 → 0.83."""
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")


# ── refusals ────────────────────────────────────────────────────────────────


def say_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return say_moment(value)
    if isinstance(value, date):
        return say_day(value)
    if isinstance(value, timedelta):
        return say_duration(value)
    if isinstance(value, LazyProxy):
        return str(value)
    if isinstance(value, Word):
        return gettext(str(value))
    if isinstance(value, tuple):
        return ("、" if is_chinese() else ", ").join(str(say_value(part)) for part in value)
    return value


def say_refusal(refusal: Refusal) -> str:
    """The refusal's sentence in the person's language."""
    return _fill(refusal.sentence, refusal.facts())


def say_bare(refusal: Refusal) -> str:
    """The refusal's sentence where it may not be the person who reads it."""
    return _fill(refusal.bare or refusal.sentence, refusal.facts())


def say_remedy(refusal: Refusal) -> str:
    return _fill(refusal.remedy, refusal.facts()) if refusal.remedy else ""


def say_fully(refusal: Refusal) -> str:
    """The refusal's sentence and what to do about it, as one text."""
    return ("" if is_chinese() else " ").join(filter(None, (say_refusal(refusal), say_remedy(refusal))))


def _fill(message: str, facts: Mapping[str, Any]) -> str:
    return str(gettext(message)) % {name: say_value(value) for name, value in facts.items()}


TEMPLATE_GLOBALS = {
    f.__name__: f
    for f in (
        say_day, say_date, say_days, say_weekday, say_weekdays, say_month, say_clock, say_clock_fully, say_moment,
        say_end, say_span, say_week, say_duration, say_hours, say_refusal, say_bare, say_remedy, say_value, html_lang,
        local, zone,
    )
}  # fmt: skip
