"""What rosters say, in the ways schools say it; decision tables."""

from __future__ import annotations

import pytest

from activities.people import roster_cells as cells
from activities.people.roster_cells import (
    NeedsAllDigits,
    NeedsEmail,
    NeedsName,
    NeedsNoError,
    NeedsNumber,
    NeedsOneOf,
    NeedsShorter,
    NeedsValue,
)
from activities.people.roster_plan import Facts, Known, NeedsFreeEmail, NeedsOwnPerson, make_plan
from activities.people.roster_rules import (
    Entry,
    MissingColumns,
    NeedsUnit,
    NobodyInIt,
    NoHeadings,
    SameZeros,
    TwoColumns,
    TwoRosters,
    find_table,
    read_entries,
)
from activities.people.roster_words import HEADINGS, LABELS, STAGE_WORDS, STANDING_WORDS, Field, claim, fold
from activities.people.rows import Row, Sheet
from activities.people.rules import HoldsMore, Stage, Standing
from activities.people.tables import OnceOnly
from tests.people.rosters import HEADINGS as USUAL
from tests.people.rosters import person, roster

UNITS = {"第一支部": 1, "第二支部": 2, "研究生支部（硕士）": 3, "研究生支部（博士）": 4}


def sheet_of(*rows, name="名册"):
    texts = ({i: str(v) for i, v in enumerate(row) if str(v).strip()} for row in rows)
    return Sheet(name, [Row(number, row) for number, row in enumerate(texts, 1) if row])


def read(*people):
    return read_entries(find_table([sheet_of(*roster(*people))]), UNITS)


def problems_of(*people):
    return [(p.row, p.column, p.found, type(p.expected)) for p in read(*people)[1]]


# ── headings ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("学号", Field.NUMBER),
        (" 学 号 ", Field.NUMBER),
        ("工号*", Field.NUMBER),
        ("学号（必填）", Field.NUMBER),
        ("学号/工号", Field.NUMBER),
        ("学号\n(工号)", Field.NUMBER),
        ("Student No.", Field.NUMBER),
        ("STAFF NUMBER", Field.NUMBER),
        ("姓　名", Field.NAME),
        ("姓名 Name", Field.NAME),
        ("Full name:", Field.NAME),
        ("所属党支部", Field.UNIT),
        ("党支部：", Field.UNIT),
        ("Branch", Field.UNIT),
        ("政治面貌", Field.STAGE),
        ("發展階段", Field.STAGE),
        ("类别", Field.STAGE),
        ("人员类别", Field.STANDING),
        ("身份", Field.STANDING),
        ("行政班", Field.CLASS_NAME),
        ("Class", Field.CLASS_NAME),
        ("Ｅ－ｍａｉｌ", Field.EMAIL),
        ("E-mail", Field.EMAIL),
        ("电子邮箱", Field.EMAIL),
        ("序号", None),
        ("身份证号", None),
        ("联系电话", None),
        ("入党时间", None),
        ("姓名 班级", None),
        ("（备注）", None),
        ("", None),
    ],
)
def test_headings_as_schools_write_them(heading, field):
    assert claim(heading) is field


def test_no_word_means_two_things():
    for words in (HEADINGS, STAGE_WORDS, STANDING_WORDS):
        assert all(fold(word) == word for word in words)
    assert {claim(label) for label in LABELS.values()} == set(Field)


def test_titles_blank_rows_order_and_extra_columns_do_no_harm():
    table = find_table(
        [
            sheet_of(
                ["管理学院党员名册"],
                ["填表日期：2026年9月", "", "支部"],
                [],
                ["序号", "邮箱", "发展阶段", "姓名", "所属支部", "备注", "学号"],
                ["1", "", "预备党员", "王一诺", "第一支部", "班长", "0012"],
                [],
                ["2", "", "", "", "", "", ""],
                ["3", "a@example.edu", "正式党员", "李 明", "第二支部", "", "0013"],
            )
        ]
    )
    entries, problems = read_entries(table, UNITS)
    assert table.ignored == ("序号", "备注")
    assert problems == []
    assert entries == [
        Entry(row=5, number="0012", name="王一诺", unit_id=1, stage=Stage.PROBATIONARY),
        Entry(row=8, number="0013", name="李明", unit_id=2, stage=Stage.FULL, email="a@example.edu"),
    ]


@pytest.mark.parametrize(
    ("sheets", "why"),
    [
        ([], NoHeadings),
        ([sheet_of(["学号"], ["1"])], NoHeadings),
        ([sheet_of(*[["x"]] * 50, USUAL, person())], NoHeadings),
        ([sheet_of(["学号", "工号", "姓名", "支部", "阶段"], person())], TwoColumns),
        ([sheet_of(["学号", "姓名", "班级"], person())], MissingColumns),
        ([sheet_of(USUAL)], NobodyInIt),
        ([sheet_of(USUAL, ["", " "])], NobodyInIt),
        ([sheet_of(USUAL, person()), sheet_of(USUAL, person(), name="旧")], TwoRosters),
    ],
)
def test_files_that_are_no_roster(sheets, why):
    with pytest.raises(why):
        find_table(sheets)


def test_a_refusal_names_the_columns():
    with pytest.raises(TwoColumns) as two:
        find_table([sheet_of(["学号", "工号 ", "姓名", "支部", "阶段"], person())])
    assert two.value.headings == ("学号", "工号")
    with pytest.raises(MissingColumns) as missing:
        find_table([sheet_of(["学号", "姓名"], person())])
    assert missing.value.columns == (LABELS[Field.UNIT], LABELS[Field.STAGE])


def test_a_sheet_of_instructions_beside_the_roster_is_passed_over():
    table = find_table([sheet_of(["说明"], ["请填写学号"], name="说明"), sheet_of(USUAL, person())])
    assert len(table.rows) == 1


# ── cells ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2301001", "2301001"),
        ("0012", "0012"),
        ("２３０１００１", "2301001"),
        ("Ｔ００１", "T001"),
        ("2301001.0", "2301001"),
        (" 2301 001\t", "2301001"),
        ("'0012", "0012"),
        ('="0012"', "0012"),
        ("23\u200b01", "2301"),
        ("T-2026_01", "T-2026_01"),
        ("12E05", "12E05"),
    ],
)
def test_numbers(text, value):
    assert cells.read_number(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2.301E+11", NeedsAllDigits),
        ("2.023010010001235e+17", NeedsAllDigits),
        ("2E+11", NeedsAllDigits),
        ("学号", NeedsNumber),
        ("23 01#", NeedsNumber),
        ("a@b", NeedsNumber),
        ("-1", NeedsNumber),
        ("1" * 33, NeedsNumber),
        ("=1+1", NeedsNumber),
        ('=""', NeedsNumber),
    ],
)
def test_numbers_that_are_none(text, why):
    with pytest.raises(why):
        cells.read_number(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("王 一 诺", "王一诺"),
        ("李　明", "李明"),
        ("王\u200b一诺\n", "王一诺"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽 • 买买提", "阿依古丽·买买提"),
        ("买买提.吐尔逊", "买买提·吐尔逊"),
        ("迪丽热巴・迪力木拉提", "迪丽热巴·迪力木拉提"),
        ("Anna  Maria  Smith", "Anna Maria Smith"),
        ("J. R. Smith", "J. R. Smith"),
        ("Ａｎｎａ 王", "Anna 王"),
        ("𠮷野", "𠮷野"),
        ("〇一", "〇一"),
        ("x\x00\x07y", "xy"),
    ],
)
def test_names(text, value):
    assert cells.read_name(text) == value


@pytest.mark.parametrize("text", ["123", "---", "王" * 101])
def test_names_that_are_none(text):
    with pytest.raises(NeedsName):
        cells.read_name(text)


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        (Stage.FULL, "正式党员 中共党员 正式 党员 中共党员（正式） 共产党员 Full full\u00a0member 正式黨員"),
        (Stage.PROBATIONARY, "预备党员 中共预备党员 预备 Probationary 預備黨員 预备党员(2026.6)"),
        (Stage.CANDIDATE, "发展对象 Candidate 發展對象"),
        (Stage.ACTIVIST, "入党积极分子 积极分子 ACTIVIST 積極分子"),
        (Stage.APPLICANT, "入党申请人 申请人 applicant"),
    ],
)
def test_stages(stage, words):
    assert {cells.read_stage(word) for word in words.split(" ")} == {stage}


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing.STUDENT, "学生 本科生 硕士研究生 博士生 Student 学生（本科） 學生"),
        (Standing.TEACHER, "教师 教工 教职工 辅导员 老师 Teacher staff 教師"),
        (Standing.LEADER, "领导 干部 领导干部 leader"),
    ],
)
def test_standings(standing, words):
    assert {cells.read_standing(word) for word in words.split(" ")} == {standing}


@pytest.mark.parametrize("text", ["共青团员", "群众", "正式？预备", "x" * 500, "(正式)"])
def test_stages_that_are_none_say_what_there_is(text):
    with pytest.raises(NeedsOneOf) as refused:
        cells.read_stage(text)
    assert len(refused.value.words) == len(Stage)


def test_a_standing_that_is_none():
    with pytest.raises(NeedsOneOf):
        cells.read_standing("校友")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Lin@Example.EDU", "lin@example.edu"),
        (" lin @example.edu", "lin@example.edu"),
        ("ｌｉｎ＠example．edu", "lin@example.edu"),
        ("a.b+c_d@mail.example.edu.cn", "a.b+c_d@mail.example.edu.cn"),
    ],
)
def test_emails(text, value):
    assert cells.read_email(text) == value


@pytest.mark.parametrize(
    "text",
    ["lin", "lin@", "@example.edu", "lin@example", "a@b@example.edu", "a..b@example.edu", ".a@example.edu",
     "林@example.edu", "a@例子.中国", "a@exa_mple.edu", f"{'a' * 65}@example.edu", f"a@{'b.' * 130}edu",
     "a@[127.0.0.1]"],
)  # fmt: skip
def test_emails_that_are_none(text):
    with pytest.raises(NeedsEmail):
        cells.read_email(text)


def test_a_class_is_tidied_and_bounded():
    assert cells.read_class("营销　２３０１ 班") == "营销 2301 班"
    with pytest.raises(NeedsShorter):
        cells.read_class("班" * 51)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("第一支部", 1),
        ("第 一 支 部", 1),
        ("第一党支部", 1),
        ("中共第一支部", 1),
        ("研究生支部（硕士）", 3),
        ("研究生党支部(博士)", 4),
        ("第三支部", None),
        ("研究生支部", None),
    ],
)
def test_units_in_the_ways_they_are_written(text, unit):
    entries, problems = read(person(unit=text))
    assert [e.unit_id for e in entries] == ([unit] if unit else [])
    assert [type(p.expected) for p in problems] == ([] if unit else [NeedsUnit])


# ── rows ────────────────────────────────────────────────────────────────────


def test_every_bad_cell_is_reported_with_row_column_and_what_was_found():
    assert problems_of(
        person(),
        person("", "", unit="无", stage="群众", standing="?", email="x"),
        person("2.3E+11", "123"),
        person("#N/A", "#REF!", email="#VALUE!", class_name="#N/A"),
    ) == [
        (3, "学号", "", NeedsValue),
        (3, "姓名", "", NeedsValue),
        (3, "所属支部", "无", NeedsUnit),
        (3, "发展阶段", "群众", NeedsOneOf),
        (3, "身份", "?", NeedsOneOf),
        (3, "邮箱", "x", NeedsEmail),
        (4, "学号", "2.3E+11", NeedsAllDigits),
        (4, "姓名", "123", NeedsName),
        (5, "学号", "#N/A", NeedsNoError),
        (5, "姓名", "#REF!", NeedsNoError),
        (5, "班级", "#N/A", NeedsNoError),
        (5, "邮箱", "#VALUE!", NeedsNoError),
    ]


def test_numbers_and_addresses_occur_once():
    assert problems_of(
        person("1", email="a@example.edu"), person("2", email="A@example.edu"), person("1"), person("01")
    ) == [
        (3, "邮箱", "a@example.edu", OnceOnly),
        (4, "学号", "1", OnceOnly),
        (5, "学号", "01", OnceOnly),
    ]


def test_what_may_be_empty_is_left_as_it_is():
    (entry,), _ = read(person(class_name="", email=""))
    assert (entry.class_name, entry.email) == (None, None)


# ── the plan ────────────────────────────────────────────────────────────────

LIN = Known(
    id=7, number="0012", name="林可欣", unit_id=1, class_name="营销2401", stage=Stage.ACTIVIST,
    standing=Standing.STUDENT, email="lin@example.edu",
)  # fmt: skip


def plan_of(*people, known=(LIN,), owners=None, own=(1, 2), beyond=(), headings=USUAL):
    table = find_table([sheet_of(headings, *people)])
    entries, problems = read_entries(table, UNITS)
    return make_plan(table, entries, problems, Facts(known, owners or {}, {unit: str(unit) for unit in own}, beyond))


def test_new_changed_and_unchanged_are_told_apart_field_by_field():
    plan = plan_of(person("0012", "林可欣", stage="发展对象", unit="第二支部"), person("9"))
    (change,) = plan.changed
    assert (change.member_id, change.before, change.after) == (
        7, {"unit_id": 1, "stage": Stage.ACTIVIST}, {"unit_id": 2, "stage": Stage.CANDIDATE},
    )  # fmt: skip
    assert [e.number for e in plan.new] == ["9"]
    same = plan_of(person("0012", "林可欣"))
    assert (same.unchanged, same.does_nothing) == (1, True)


def test_a_number_that_differs_in_zeros_only_is_no_new_person():
    (problem,) = plan_of(person("12")).problems
    assert problem.expected == SameZeros("0012")


def test_people_of_other_units_stay_there():
    assert [type(p.expected) for p in plan_of(person("0012"), own=(2,)).problems] == [NeedsOwnPerson]


def test_who_holds_more_than_one_may_grant_is_not_changed():
    (problem,) = plan_of(person("0012", "林可欣", email="mine@example.edu"), beyond=(7,)).problems
    assert problem.expected == HoldsMore("林可欣")
    assert plan_of(person("0012", "林可欣"), beyond=(7,)).unchanged == 1


def test_an_address_must_be_free():
    taken = {"zhao@example.edu": 8}
    (problem,) = plan_of(person("9", email="zhao@example.edu"), owners=taken).problems
    assert (problem.column, type(problem.expected)) == ("邮箱", NeedsFreeEmail)


def test_one_keeps_ones_own_address_and_two_can_exchange_theirs():
    zhao = Known(**{**vars(LIN), "id": 8, "number": "2", "email": "zhao@example.edu"})
    owners = {"lin@example.edu": 7, "zhao@example.edu": 8}
    assert plan_of(person("0012", "林可欣", email="lin@example.edu"), owners=owners).unchanged == 1
    swap = (person("0012", email="zhao@example.edu"), person("2", email="lin@example.edu"))
    assert plan_of(*swap, known=(LIN, zhao), owners=owners).problems == []
    half = plan_of(swap[0], person("2"), known=(LIN, zhao), owners=owners)
    assert [type(p.expected) for p in half.problems] == [NeedsFreeEmail]


def test_without_a_column_of_standings_it_is_said_and_the_known_keep_theirs():
    headings = ("学号", "姓名", "班级", "支部", "阶段")
    teacher = Known(**{**vars(LIN), "standing": Standing.TEACHER})
    plan = plan_of(person("0012", "林可欣")[:5], known=(teacher,), headings=headings)
    assert (plan.assumes_students, plan.unchanged) == (True, 1)


def test_a_plan_is_known_by_what_it_writes():
    first = plan_of(person("9"))
    assert first.fingerprint == plan_of(person("9")).fingerprint
    assert first.fingerprint != plan_of(person("9", stage="发展对象")).fingerprint
    assert first.fingerprint != plan_of(person("9"), person("0012")).fingerprint
