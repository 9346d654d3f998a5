"""What a cell of a roster means. Each reader gives a value or raises the refusal that says what is expected instead."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import ClassVar

from email_validator import EmailNotValidError, validate_email

from activities.kit.refusal import N_, Refusal, Word, refusal
from activities.kit.text import clean_line
from activities.people.roster_words import STAGE_WORDS, STAGES, STANDING_WORDS, STANDINGS, fold
from activities.people.rules import Stage, Standing

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CHINESE = re.compile(f"[{HAN}·\\s]+")
DOTS = re.compile(f"\\s*[·•‧∙・⋅]\\s*|(?<=[{HAN}])\\s*\\.\\s*(?=[{HAN}])")
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+\d+|\d\.\d+E\d+", re.IGNORECASE)
WHOLE = re.compile(r"(\d+)\.0+")
MAILBOX = re.compile(r"(?=.{1,64}$)[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# How exports keep spreadsheet programs from taking a number for one.
AS_TEXT = re.compile(r'="(.*)"|\'(.*)')
ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA)", re.IGNORECASE)
FULL_WIDTH = {ord(c) + 0xFEE0: c for c in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
NO_WIDTH = re.compile("[\u00ad\u180e\u200b-\u200f\u2060-\u2064]")


@refusal
class NeedsValue(Refusal):
    sentence: ClassVar[str] = N_("This must not be empty.")


@refusal
class NeedsNoError(Refusal):
    sentence: ClassVar[str] = N_("A value: this cell holds an error of the spreadsheet.")


@refusal
class NeedsNumber(Refusal):
    sentence: ClassVar[str] = N_("Letters, digits, full stops and hyphens, 32 at most.")


@refusal
class NeedsAllDigits(Refusal):
    sentence: ClassVar[str] = N_("The whole number: the spreadsheet kept only part of it. Format the column as text.")


@refusal
class NeedsName(Refusal):
    sentence: ClassVar[str] = N_("A name of 100 characters at most.")


@refusal
class NeedsShorter(Refusal):
    most: int
    sentence: ClassVar[str] = N_("%(most)s characters at most.")


@refusal
class NeedsOneOf(Refusal):
    words: tuple[Word, ...]
    sentence: ClassVar[str] = N_("One of: %(words)s.")


@refusal
class NeedsEmail(Refusal):
    sentence: ClassVar[str] = N_("An e-mail address such as name@example.edu.")


def tidy(text: str) -> str:
    """One clean line, also without what has no width, and with full-width letters and digits as usual ones."""
    return clean_line(NO_WIDTH.sub("", text).translate(FULL_WIDTH))


def compact(text: str) -> str:
    """Text of which only letters, digits and signs matter."""
    return "".join(unicodedata.normalize("NFKC", tidy(text)).split())


def is_error(text: str) -> bool:
    """Whether a spreadsheet shows this where a formula failed."""
    return ERROR.fullmatch(text.strip()) is not None


def read_number(text: str) -> str:
    """A student or staff number, its leading zeros kept. Raises NeedsNumber or NeedsAllDigits."""
    text = compact(text)
    if wrapped := AS_TEXT.fullmatch(text):
        text = wrapped[1] or wrapped[2] or ""
    if whole := WHOLE.fullmatch(text):
        text = whole[1]
    if LOST_DIGITS.fullmatch(text):
        raise NeedsAllDigits
    if not NUMBER.fullmatch(text):
        raise NeedsNumber
    return text


def read_name(text: str) -> str:
    """A name without the spaces that line Chinese names up; those of other names stay. Raises NeedsName."""
    text = DOTS.sub("·", unicodedata.normalize("NFKC", tidy(text)))
    if CHINESE.fullmatch(text):
        text = "".join(text.split())
    if len(text) > 100 or not any(c.isalpha() for c in text):
        raise NeedsName
    return text


def read_class(text: str) -> str:
    """Raises NeedsShorter."""
    text = tidy(text)
    if len(text) > 50:
        raise NeedsShorter(50)
    return text


def read_stage(text: str) -> Stage:
    """Raises NeedsOneOf."""
    meaning = STAGE_WORDS.get(fold(text))
    if meaning is None:
        raise NeedsOneOf(tuple(STAGES.values()))
    return meaning


def read_standing(text: str) -> Standing:
    """Raises NeedsOneOf."""
    meaning = STANDING_WORDS.get(fold(text))
    if meaning is None:
        raise NeedsOneOf(tuple(STANDINGS.values()))
    return meaning


def read_email(text: str) -> str:
    """In lower case, as it is kept for logging in. Raises NeedsEmail."""
    local, at, domain = compact(text).lower().rpartition("@")
    if not at or not MAILBOX.fullmatch(local) or not _is_mail_domain(domain):
        raise NeedsEmail
    return f"{local}@{domain}"


@lru_cache(maxsize=1024)
def _is_mail_domain(domain: str) -> bool:
    """Checked once a domain: a roster has thousands of addresses and a handful of domains."""
    try:
        checked = validate_email(f"a@{domain}", check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return checked.ascii_domain == domain
