"""Who people are, and who may make them what. Plain values only."""

from __future__ import annotations

from enum import IntFlag, StrEnum

from activities.kit.refusal import N_


class UnitLevel(StrEnum):
    COMMITTEE = "committee"
    GENERAL_BRANCH = "general_branch"
    BRANCH = "branch"


class Stage(StrEnum):
    """Where a person stands on the way into the Party."""

    APPLICANT = "applicant"
    ACTIVIST = "activist"
    CANDIDATE = "candidate"
    PROBATIONARY = "probationary"
    FULL = "full"


STAGE_NAMES = {
    Stage.APPLICANT: N_("Applicant"),
    Stage.ACTIVIST: N_("Activist"),
    Stage.CANDIDATE: N_("Candidate"),
    Stage.PROBATIONARY: N_("Probationary member"),
    Stage.FULL: N_("Full member"),
}


class Standing(StrEnum):
    STUDENT = "student"
    TEACHER = "teacher"
    LEADER = "leader"


STANDING_NAMES = {
    Standing.STUDENT: N_("Student"),
    Standing.TEACHER: N_("Teacher"),
    Standing.LEADER: N_("Leader"),
}


class Stages(IntFlag):
    """A set of stages, one bit each, so that SQL can ask `stages & bit`. Zero stands for "any"."""

    APPLICANT = 1
    ACTIVIST = 2
    CANDIDATE = 4
    PROBATIONARY = 8
    FULL = 16


class Standings(IntFlag):
    STUDENT = 1
    TEACHER = 2
    LEADER = 4


class LinkPurpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"
