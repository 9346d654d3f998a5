"""The words of rosters: how schools head their columns, and what they call stages and standings.

All are folded (see `fold`): without spaces, signs, brackets and what stands in them, in lower case.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from activities.kit.refusal import N_, Word
from activities.people.rules import STAGE_NAMES, STANDING_NAMES, Stage, Standing
from activities.people.tables import by_word

ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
SIGNS = re.compile(r"[\W_]+")


class Field(StrEnum):
    NUMBER = "number"
    NAME = "name"
    UNIT = "unit"
    STAGE = "stage"
    STANDING = "standing"
    CLASS_NAME = "class_name"
    EMAIL = "email"


REQUIRED = (Field.NUMBER, Field.NAME, Field.UNIT, Field.STAGE)
# An empty cell of these keeps what is known.
MAY_BE_EMPTY = frozenset({Field.CLASS_NAME, Field.EMAIL})

LABELS = {
    Field.NUMBER: Word(N_("Student or staff number")),
    Field.NAME: Word(N_("Full name")),
    Field.UNIT: Word(N_("Branch or unit")),
    Field.STAGE: Word(N_("Stage")),
    Field.STANDING: Word(N_("Standing")),
    Field.CLASS_NAME: Word(N_("Class")),
    Field.EMAIL: Word(N_("E-mail")),
}
STAGES = {stage: Word(STAGE_NAMES[stage]) for stage in reversed(Stage)}
STANDINGS = {standing: Word(STANDING_NAMES[standing]) for standing in Standing}


def fold(text: str, *, asides: bool = False) -> str:
    """What two ways of writing a word have in common; with `asides` what stands in brackets counts."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return SIGNS.sub("", text if asides else ASIDE.sub("", text))


HEADINGS = by_word(
    {
        Field.NUMBER: """学号 工号 编号 学工号 学号工号 工号学号 教工号 职工号 教职工号 员工号 人员编号 人员工号
            党员编号 学生学号 學號 工號 編號 學工號 學號工號 教職工號 number studentnumber staffnumber studentno staffno
            学号或工号 學號或員工編號 員工編號 職號 學號或職號 學號職號
            studentid staffid employeenumber employeeno employeeid membernumber
            studentorstaffnumber studentstaffnumber""",
        Field.NAME: """姓名 名字 学生姓名 党员姓名 人员姓名 教师姓名 學生姓名 黨員姓名 name fullname studentname
            membername""",
        Field.UNIT: """支部 党支部 所属支部 所在支部 所属党支部 所在党支部 支部名称 党支部名称 党组织 所属党组织
            所在党组织 单位 所属单位 所在单位 黨支部 所屬支部 所屬黨支部 所在黨支部 支部名稱 黨組織 所屬黨組織 單位
            所屬單位 unit branch partybranch unitname branchname branchorunit""",
        Field.STAGE: """发展阶段 阶段 政治面貌 类别 党员类别 党员类型 发展类别 培养阶段 政治身份 發展階段 階段 類別
            黨員類別 政治身分 stage politicalstatus partystatus membershipstage memberstage membership""",
        Field.STANDING: """身份 人员身份 人员类别 人员类型 身份类别 身份类型 师生类别 身分 人員類別 人員類型 人員身分
            身分類別 standing role persontype""",
        Field.CLASS_NAME: """班级 行政班 行政班级 所在班级 所属班级 专业班级 班级名称 班别 班 班級 行政班級 所在班級
            班別 class classname""",
        Field.EMAIL: """邮箱 电子邮件 电子邮箱 邮箱地址 电子邮件地址 邮件 邮件地址 電子郵件 電子信箱 電子郵箱 郵箱
            電郵 email emailaddress mail""",
    }
)
STAGE_WORDS = by_word(
    {
        Stage.FULL: """正式党员 中共党员 共产党员 中国共产党党员 中共正式党员 正式 党员 正式黨員 中共黨員 共產黨員 黨員
            full fullmember fullpartymember partymember""",
        Stage.PROBATIONARY: """预备党员 中共预备党员 预备 預備黨員 中共預備黨員 預備 probationary probationarymember
            probationarypartymember""",
        Stage.CANDIDATE: "发展对象 党员发展对象 重点发展对象 發展對象 candidate",
        Stage.ACTIVIST: "入党积极分子 积极分子 入黨積極分子 積極分子 activist",
        Stage.APPLICANT: "入党申请人 申请人 入党申请者 申请入党人员 入黨申請人 申請人 applicant",
    }
)
STANDING_WORDS = by_word(
    {
        Standing.STUDENT: """学生 在校生 本科生 本科 专科生 专科 大学生 研究生 硕士研究生 硕士生 硕士 博士研究生 博士生
            博士 学生干部 學生 大學生 碩士生 student undergraduate undergraduatestudent graduatestudent postgraduate""",
        Standing.TEACHER: """教师 教工 教职工 教职员工 老师 专任教师 辅导员 职工 职员 教辅人员 行政人员 教師 教職工 老師
            輔導員 職工 職員 teacher staff faculty lecturer professor counsellor counselor""",
        Standing.LEADER: """领导 领导干部 干部 党政领导 党政干部 校领导 院领导 处级干部 領導 領導幹部 幹部 leader
            leadership""",
    }
)


def claim(heading: str) -> Field | None:
    """The field a heading names, also where it says it twice: "学号/工号", "姓名 Name"."""
    if meaning := HEADINGS.get(fold(heading)):
        return meaning
    pieces = re.split(r"[\s/|、]+", unicodedata.normalize("NFKC", heading).strip())
    meanings = {HEADINGS.get(fold(piece)) for piece in pieces if fold(piece)}
    return meanings.pop() if len(meanings) == 1 else None
