"""A packet on paper: two pages whatever stands in it, text that can be read, the same bytes for the same packet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pylopdf_fonts_zh_cn as fonts
import pytest
from PIL import Image, ImageChops
from pypdf import PdfReader
from typst import Compiler

from activities.config import DATA
from activities.duties.kinds import EVIDENCE_NAMES, KINDS, Ledger
from activities.kit.i18n import LANGUAGES, force_locale
from activities.packets import pdf, rules, sheets
from activities.packets.above import Change, Closed
from activities.packets.rules import Amount, Counts, Figures, Formula, Term, possible_terms
from activities.packets.rules_packet import (
    Achieved,
    Asked,
    Attended,
    Deed,
    Entered,
    Exempt,
    Known,
    Missed,
    Opinion,
    Owes,
    Packet,
    Share,
    Who,
)
from activities.requirements.rules import LINE_NAMES
from tests.cast import NOW
from tests.certificates.test_pdf import ODD

pytestmark = pytest.mark.usefixtures("app_context")
DAY = date(2026, 12, 28)
LONG = "东湖沿岸党员责任区日常清扫与垃圾分类引导及文明劝导服务" * 3
WIDE = "W" * 90


@pytest.fixture
def app_context(app):
    with app.test_request_context():
        yield


def longest(text: str = LONG, count: int = 60) -> Packet:
    """More of everything than paper has room for, in the longest words."""
    day = [DAY - timedelta(days=n) for n in range(count)]
    kinds = [(kind.key, measure.key) for kind in KINDS.values() for measure in kind.measures]
    return Packet(
        year=2026, as_of=NOW, who=Who("2301001" * 4, text, text, text[:50], "probationary", "student"),
        attended=Attended(999, 99, 99, 99),
        known=tuple(Known(ledger, how, True, 999, 99999, 99999) for ledger in Ledger for how in EVIDENCE_NAMES),
        deeds=tuple(Deed("learning", "study", f"{text}{n}", text, 99, 9999, 9999, day[-1], DAY) for n in range(count)),
        achieved=tuple(Achieved(share, *kind, 10**11 + 1, 7) for share in Share for kind in kinds),
        training=tuple(Entered(text, one, text, 9999) for one in day),
        commendations=tuple(Entered(text, one, text) for one in day), appraisals=(Entered(text, DAY),),
        asked=Asked(text, NOW, tuple(Owes(key, 120000, 9999, 9999, 9999, 9999, 9999, DAY) for key in LINE_NAMES)),
        exempt=tuple(Exempt(key, day[-1], DAY, 50) for key in LINE_NAMES),
        missed=tuple(Missed(one, text, "excused", one) for one in day),
        opinion=Opinion(2025, text * 10, "优秀", text, DAY),
        figures=Figures({key: Amount(99999, 99999) for key in LINE_NAMES}, 99, 99, 9, 0, 0),
    )  # fmt: skip


# As many figures as there are, each of which has become other.
CHANGED = Closed(date(2027, 3, 16), [Change(f"志愿服务：小时（暂计）{n}", "999.99", "1000.01") for n in range(30)])


def paper(packet: Packet, formula: Formula | None = None, closed: Closed | None = None) -> bytes:
    shown = sheets.sheets(packet)
    if formula:
        shown.append(sheets.points(formula, packet.figures, rules.reckon(formula, packet.figures)))
    return pdf.render(packet, shown, pdf.say_closed(closed, packet.year) if closed else "", "管理学院")


def read(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())


EVERYTHING = Formula(6000, 3000, 1000, tuple(term._replace(rate=999, most=99) for term in possible_terms()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", [LONG, WIDE])
def test_the_longest_there_can_be_fits_two_pages_of_a4(language, text):
    with force_locale(language):
        pages = PdfReader(BytesIO(paper(longest(text), EVERYTHING, CHANGED))).pages
    assert len(pages) == 2
    for page in pages:
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_what_has_no_room_is_counted():
    with force_locale("en"):
        packet = longest()
        assert f"and{60 - sheets.sheets(packet)[3].most}more" in read(paper(packet))
        assert "more,on" not in read(paper(Packet(year=2026, as_of=NOW, who=packet.who)))


def test_it_can_be_read_out_of_it():
    packet = longest("清扫", 2)
    with force_locale("en"):
        text = read(paper(packet, Formula(6000, 0, 1000, (Term(Counts.ABSENT, rate=200),))))
    said = (
        "Evidencepacketof清扫,2026", "Recordsbyledgerandevidence", "Absent99times×−2.",
        "leavegrantedon28Dec",
    )  # fmt: skip
    assert [part for part in said if part not in text] == []


def test_traditional_characters_are_there_too():
    with force_locale("zh_Hant"):
        assert "黨員義務清掃區責任區" in read(paper(longest("黨員義務清掃區責任區", 1)))


def test_the_same_packet_gives_the_same_bytes():
    assert paper(longest(count=3)) == paper(longest(count=3))
    assert paper(longest(count=3)) != paper(longest(count=4))


def test_what_it_is_given_stays_text():
    assert read(paper(longest(ODD, 1))).count('#panic("x")$x$*b*_i_`c`\\"q"') >= 3


def test_its_fonts_are_embedded():
    for page in PdfReader(BytesIO(paper(longest()))).pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "Noto" in descriptor["/FontName"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """The pages of a packet as pictures, of the template with some of its text replaced."""

    def draw(packet, *replaced):
        template = (DATA / "templates/packets/packet.typ").read_text().replace(*replaced)
        (tmp_path / "packet.typ").write_text(template)
        fonts_there = {"font_paths": [str(fonts.sans_path().parent)], "ignore_system_fonts": True}
        compiler = Compiler(input=str(tmp_path / "packet.typ"), **fonts_there)
        monkeypatch.setattr(pdf, "typeset", lambda _, given: compiler.compile(format="png", sys_inputs=given))
        return [Image.open(BytesIO(page)).convert("L") for page in paper(packet)]

    return draw


def test_nothing_that_has_room_is_cut_off(drawn):
    packet = longest("毕业物品捐赠Ágjy", 1)
    packet = replace(packet, who=replace(packet.who, number="2301001"))
    for cut, whole in zip(drawn(packet, "", ""), drawn(packet, "clip: true", "clip: false"), strict=True):
        # A dot of ink at an edge may be fainter.
        assert sum(ImageChops.difference(cut, whole).histogram()[60:]) < 5
