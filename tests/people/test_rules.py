"""Passwords, who may make whom what, and what stands below what."""

from __future__ import annotations

import pytest

from activities.kit.roles import Role
from activities.people import rules
from activities.people.rules import Holding, UnitLevel

KNOWN = ("2301001", "林可欣", "lin.kexin@example.edu")
O, S, A = Role.ORGANIZER, Role.SECRETARY, Role.ADMINISTRATOR  # noqa: E741


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", rules.PasswordTooShort),
        ("nine char", rules.PasswordTooShort),
        ("1234567890", rules.PasswordTooCommon),
        ("PassWord 123", rules.PasswordTooCommon),
        ("aaaaaaaaaaaa", rules.PasswordTooCommon),
        ("2301001-2301001", rules.PasswordIsYourself),
        ("LIN.KEXIN2301001", rules.PasswordIsYourself),
        ("lin.kexin@example.edu", rules.PasswordIsYourself),
        ("林可欣林可欣林可欣123", rules.PasswordIsYourself),
    ],
)
def test_a_weak_password_is_refused_for_its_reason(password, reason):
    assert isinstance(rules.why_not_password(password, KNOWN), reason)


@pytest.mark.parametrize("password", ["ten chars!", "correct horse 2301001", "东湖北岸的清扫区真干净", "p" * 9 + "qrs"])
def test_a_password_of_ones_own_is_taken(password):
    assert rules.why_not_password(password, (*KNOWN, None, "")) is None


@pytest.mark.parametrize(
    ("own", "role", "path", "may"),
    [
        ([Holding(O, "1/")], O, "1/2/", False),
        ([Holding(S, "1/")], O, "1/2/", True),
        ([Holding(S, "1/")], S, "1/2/", False),
        ([Holding(S, "1/2/")], O, "1/", False),
        ([Holding(A, "1/")], A, "1/", True),
        ([Holding(A, "1/2/")], A, "1/", False),
        ([Holding(A, "1/2/")], S, "1/20/", False),
        ([Holding(S, "1/"), Holding(A, "1/2/")], A, "1/3/", False),
        ([], O, "1/", False),
    ],
)
def test_a_role_is_given_by_who_stands_above_it(own, role, path, may):
    assert rules.may_grant(own, role, path) is may


def test_an_account_is_changed_only_by_who_could_give_all_its_roles():
    branch_administrator = [Holding(A, "1/2/")]
    assert rules.covers(branch_administrator, [])
    assert rules.covers(branch_administrator, [Holding(A, "1/2/"), Holding(O, "1/2/3/")])
    assert not rules.covers(branch_administrator, [Holding(O, "1/2/"), Holding(A, "1/")])


def test_units_stand_below_higher_ones_and_never_below_themselves():
    committee, general, branch = UnitLevel
    assert rules.why_not_below(branch, "1/2/", general, "1/") is None
    assert rules.why_not_below(branch, "", committee, "1/") is None
    assert isinstance(rules.why_not_below(general, "", general, "1/"), rules.WrongPlace)
    assert isinstance(rules.why_not_below(general, "", branch, "1/"), rules.WrongPlace)
    assert isinstance(rules.why_not_below(branch, "1/", general, "1/2/"), rules.WrongPlace)
