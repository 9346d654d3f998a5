"""The command that lets the first administrator in."""

from __future__ import annotations

import pytest

from activities.people.admin_command import create_admin
from tests.cast import Visitor


def test_the_printed_link_sets_a_password_and_opens_the_house(app, client: Visitor):
    result = app.test_cli_runner().invoke(create_admin, ["A1", "顾云", "--email", "Gu@example.edu"])
    assert result.exit_code == 0
    address = result.stdout.strip()
    assert address.startswith("http://localhost/enter/")
    assert client.get(address).location == "/enter"
    answer = client.submit("/enter", password="东湖北岸的清扫区真干净", again="东湖北岸的清扫区真干净")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/people").status_code == 200
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "arguments",
    [["", "顾云"], ["a@b", "顾云"], ["A1", " "], ["A1", "x" * 101], ["A1", "顾云", "--email", "no address"]],
)
def test_nonsense_is_refused_with_a_sentence(app, arguments):
    result = app.test_cli_runner().invoke(create_admin, arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")


def test_another_persons_number_is_refused_with_their_name(app, cast):
    result = app.test_cli_runner().invoke(create_admin, ["2301001", "顾云"])
    assert result.exit_code == 1
    assert cast.lin.name in result.stderr
