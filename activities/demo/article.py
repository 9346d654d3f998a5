"""The article's school as data: who belongs to it, and how many."""

from __future__ import annotations

from dataclasses import dataclass

from activities.people.rules import Stage, UnitLevel

# Every name drawn follows from this number.
SEED = 20050701
PASSWORD = "demo"  # noqa: S105 - meant to be known; `serve` refuses accounts with it on anything but loopback

COMMITTEE = "校党委"
SCHOOL = "管理学院党总支"
# Above the student branches, so that they hold their review together, at another time than the staff.
STUDENT_SIDE = "学生党建中心"
TEACHERS = "教师党支部"
OFFICE = "机关党支部"


@dataclass(frozen=True)
class Branch:
    """A branch; a student branch names the subject of its classes, a staff branch has none."""

    name: str
    subject: str = ""


STUDENT_BRANCHES = (
    Branch("市场营销学生党支部", "营销"),
    Branch("会计学生党支部", "会计"),
    Branch("人力资源学生党支部", "人力"),
    Branch("工商管理学生党支部", "工商"),
    Branch("信息管理学生党支部", "信管"),
    Branch("物流管理学生党支部", "物流"),
)
STAFF_BRANCHES = (Branch(TEACHERS), Branch(OFFICE))
BRANCHES = (*STUDENT_BRANCHES, *STAFF_BRANCHES)
UNITS = (
    (COMMITTEE, UnitLevel.COMMITTEE, None),
    (SCHOOL, UnitLevel.GENERAL_BRANCH, COMMITTEE),
    (STUDENT_SIDE, UnitLevel.GENERAL_BRANCH, SCHOOL),
    *((branch.name, UnitLevel.BRANCH, STUDENT_SIDE) for branch in STUDENT_BRANCHES),
    *((branch.name, UnitLevel.BRANCH, SCHOOL) for branch in STAFF_BRANCHES),
)

# 213 members, the 40 of the staff among them; 400 activists and applicants; and the candidates between.
STAFF = 40
LEADERS = 12
# Students by stage, from those who have come furthest; four years of six classes share them in this order.
STUDENTS = (
    (Stage.FULL, 105),
    (Stage.PROBATIONARY, 68),
    (Stage.CANDIDATE, 40),
    (Stage.ACTIVIST, 180),
    (Stage.APPLICANT, 220),
)
COHORTS = 4


@dataclass(frozen=True)
class Account:
    """A door for a visitor: logs in with this word as number."""

    number: str
    what: str


ACCOUNTS = (
    Account("member", "a student: own duties, finding slots, own year, a vote"),
    Account("organizer", "plans the general branch's duties and marks who came"),
    Account("secretary", "the general branch's year and its annual reviews"),
    Account("admin", "people, roster and roles, from the committee down"),
)

ROOMS = (*(f"经管楼{floor}{room:02}" for floor in range(1, 6) for room in range(1, 10)), "经管楼报告厅")

# The blood drive: last year in slots of half an hour, this term in one slot to which people come one after another.
BLOOD_POST, BLOOD_PLACE = "献血登记", "大学生活动中心前广场"
BLOOD_DESCRIPTION = "自愿无偿献血，共六百个名额，分时段登记到场。是否献血由本人和医护人员决定，与任何评定无关。"
BLOOD_STANDARD = "按登记时段到场；不适合献血的，经医护人员说明即可离开，不记原因；献血后休息十五分钟。"
BLOOD_RISKS = "少数人献血后会头晕。"
BLOOD_SAFEGUARDS = "市中心血站医护人员全程在场；设休息区和饮品；当天不安排体育课。"
