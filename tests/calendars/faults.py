"""What is wrong with a feed, told from its octets: everything with which one calendar program or another loses an entry
or the whole feed. Written apart from what writes feeds, and less forgiving than any library that reads them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

ONCE = {
    "VCALENDAR": ("VERSION", "PRODID", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"),
    "VTIMEZONE": ("TZID",),
    "STANDARD": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
    "VEVENT": ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "LAST-MODIFIED", "STATUS", "SUMMARY"),
    "VALARM": ("ACTION", "TRIGGER"),
}
INSIDE = {"VCALENDAR": {""}, "VTIMEZONE": {"VCALENDAR"}, "STANDARD": {"VTIMEZONE"}, "VEVENT": {"VCALENDAR"},
          "VALARM": {"VEVENT"}}  # fmt: skip
TEXTS = ("SUMMARY", "LOCATION", "DESCRIPTION", "NAME", "X-WR-CALNAME")
UTC = re.compile(r"\d{8}T\d{6}Z")
LOCAL = re.compile(r"\d{8}T\d{6}")
FORMS = {
    "DTSTAMP": UTC, "LAST-MODIFIED": UTC, "SEQUENCE": re.compile(r"\d+"), "VERSION": re.compile(r"2\.0"),
    "STATUS": re.compile("CONFIRMED|TENTATIVE|CANCELLED"), "URL": re.compile(r"https?://\S+"),
    "GEO": re.compile(r"-?([0-8]?\d|90)\.\d{6};-?(1[0-7]\d|180|\d{1,2})\.\d{6}"),
    "UID": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}  # fmt: skip
UNWANTED = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
LINE = re.compile(r"(?P<name>[A-Z0-9-]+)(?P<parameters>(;[A-Z-]+=[^\";:,]+)*):(?P<value>.*)", re.DOTALL)
ESCAPED = re.compile(r"(\\[\\;,n]|[^\\;,])*", re.DOTALL)


@dataclass
class Component:
    """What stands between BEGIN and END: by name its lines' parameters and values."""

    name: str
    parent: str
    lines: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        return self.lines.get(name, [("", "")])[0][1]


def faults(content: bytes) -> list[str]:
    """All faults in words; none for a feed that every program reads."""
    found = list(_of_octets(content))
    components: list[Component] = []
    found += _of_lines(content.decode("utf-8", "replace"), components)
    for component in components:
        found += _of_component(component)
    found += _of_calendar(components)
    return found


def _of_octets(content: bytes) -> Iterator[str]:
    """Faults of lines as they are sent, folded."""
    if content.startswith(b"\xef\xbb\xbf"):
        yield "begins with a mark of the order of octets"
    if not content.endswith(b"\r\n"):
        yield "the last line has no end"
    if b"\n" in (bare := content.replace(b"\r\n", b"")) or b"\r" in bare:
        yield "a line does not end in CRLF"
    lines = re.split(rb"\r\n|\n|\r", content)
    for line, following in zip(lines, [*lines[1:], b""], strict=True):
        if len(line) > 75:
            yield f"{len(line)} octets in a line"
        if not _is_text(line):
            both = _is_text(line + following[1:])
            yield "folded inside a character" if both else "not UTF-8"
        if following.startswith(b" ") and (len(line) - len(line.rstrip(b"\\"))) % 2:
            yield "folded inside an escape"


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _of_lines(text: str, components: list[Component]) -> Iterator[str]:
    """Faults of lines as they are meant, unfolded. Fills the components."""
    open_: list[Component] = []
    for line in re.split(r"\r\n|\n|\r", re.sub(r"(\r\n|\n|\r)[ \t]", "", text))[:-1]:
        if unwanted := UNWANTED.search(line):
            yield f"a line holds {unwanted[0]!r}"
        match = LINE.fullmatch(line)
        if not match:
            yield f"no content line: {line[:40]!r}"
            continue
        name, parameters, value = match["name"], match["parameters"], match["value"]
        if name == "BEGIN":
            open_.append(Component(value, open_[-1].name if open_ else ""))
            components.append(open_[-1])
        elif not open_:
            yield f"{name} outside"
        elif name == "END":
            if open_.pop().name != value:
                yield f"END:{value} ends something else"
        else:
            open_[-1].lines.setdefault(name, []).append((parameters, value))
    for component in open_:
        yield f"{component.name} has no end"


def _of_component(component: Component) -> Iterator[str]:
    if component.parent not in INSIDE.get(component.name, ()):
        yield f"{component.name} inside {component.parent or 'nothing'}"
    for name in ONCE.get(component.name, ()):
        if name not in component.lines:
            yield f"{component.name} without {name}"
    for name, lines in component.lines.items():
        if len(lines) > 1:
            yield f"{name} {len(lines)} times"
        for _, value in lines:
            if name in FORMS and not FORMS[name].fullmatch(value):
                yield f"{name} cannot be {value[:40]!r}"
            if name in TEXTS and not ESCAPED.fullmatch(value):
                yield f"{name} is not escaped"


def _of_calendar(components: list[Component]) -> Iterator[str]:
    """Faults that only the whole shows."""
    if [c.name for c in components if not c.parent] != ["VCALENDAR"]:
        yield "not one calendar"
    if any("METHOD" in component.lines for component in components):
        yield "METHOD makes an invitation of it"
    zones = {component.value("TZID") for component in components if component.name == "VTIMEZONE"}
    events = [component for component in components if component.name == "VEVENT"]
    for name in ("UID", "URL"):
        uses = Counter(value for event in events if (value := event.value(name)))
        yield from (f"{name} {value} {n} times" for value, n in uses.items() if n > 1)
    for event in events:
        yield from _of_times(event, zones)


def _of_times(event: Component, zones: set[str]) -> Iterator[str]:
    """Faults of when an event is. Its ends are in one zone, so that they can be compared as they are written."""
    ends = [event.lines.get(name, [("", "")])[0] for name in ("DTSTART", "DTEND")]
    if ends[0][0] != ends[1][0]:
        yield "DTSTART and DTEND are in different zones"
    for parameters, value in ends:
        zone = parameters.removeprefix(";TZID=")
        if zone and zone not in zones:
            yield f"TZID {zone} is not explained"
        if not (LOCAL if zone else UTC).fullmatch(value):
            yield f"{value!r} is no moment"
    if ends[1][1] <= ends[0][1]:
        yield "DTEND is not after DTSTART"
