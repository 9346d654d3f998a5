"""Certificates on paper."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from activities.certificates.pdf import render
from activities.certificates.rules import Facts, hash_of
from tests.certificates.test_rules import LINE, example
from tests.house.test_races import race

CODE = "0123456789ABCDEF"
# Words of a template's language, of JSON and of markup: all of them are only text.
ODD = '#panic("x") $x$ *b* _i_ `c` \\ "q" \'s\' <l> @r [c] {k} // 赵 𠮷 é'


def paper(facts: Facts) -> bytes:
    text = facts.frozen()
    return render(text, hash_of(text), CODE, "https://a.example.edu")


def read(data: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).split())


def test_all_that_is_certified_can_be_read_out_of_it():
    text = read(paper(example()))
    said = (
        "志愿服务记录证明", "2026-000123", "游明", "2301001", "2026年10月26日", "2026年11月25日", "3小时", "清扫",
        "第一支部", "刘明", "陈静", "0431-85160000", "https://a.example.edu/verify/0123456789ABCDEF",
        "0123-4567-89AB-CDEF", hash_of(example().frozen())[:12], "免费",
    )  # fmt: skip
    assert [part for part in said if part not in text] == []


@pytest.mark.parametrize("ledger", ["duty", "learning", "organisation"])
def test_what_is_no_volunteer_service_is_not_called_so(ledger):
    text = read(paper(replace(example(), ledger=ledger)))
    assert "志愿服务记录" not in text
    assert "不是志愿服务" in text


def test_the_star_level_stands_on_it_with_its_threshold():
    facts = replace(example(), total=6_030, star=1, stars=(100, 300))
    assert "志愿服务时长累计100小时30分钟,达到本单位规定的一星级(满100小时)" in read(paper(facts)).replace(
        "，", ","
    ).replace("（", "(").replace("）", ")")
    assert "星级" not in read(paper(example()))


def test_the_same_snapshot_gives_the_same_bytes():
    assert paper(example()) == paper(example())
    assert paper(example()) != paper(replace(example(), name="游小明"))


def test_what_it_is_given_stays_text():
    text = read(paper(replace(example(), name=ODD, contact=ODD, lines=(LINE._replace(activity=ODD, unit=ODD),))))
    assert text.count('#panic("x")$x$*b*_i_`c`\\"q"') >= 3


def test_its_fonts_are_embedded_and_its_pages_a4():
    long = replace(example(), lines=tuple(LINE._replace(activity=f"第{n}项") for n in range(60)))
    pages = PdfReader(BytesIO(paper(long))).pages
    assert len(pages) > 1
    for page in pages:
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert "Noto" in descriptor["/FontName"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_several_threads_may_print_at_once(app):
    many = [replace(example(), name=f"游{n}") for n in range(8)]
    made = race(app, [lambda one=one: paper(one) for one in many])
    assert made == [paper(one) for one in many]
