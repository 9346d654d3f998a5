"""How robots are spoken to: only at their own addresses, each vendor as it wants, and nothing secret is told."""

from __future__ import annotations

import base64
import hmac
import logging
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import pytest

from activities.outbox.hooks import HookRefused, HookUnreachable, is_allowed, message, send, shortened
from activities.outbox.rules import Vendor
from tests.cast import NOW
from tests.chats.robots import ADDRESSES


@pytest.mark.parametrize("vendor", Vendor)
def test_each_vendors_own_addresses_are_allowed_and_no_others(vendor):
    own = ADDRESSES[vendor]
    assert is_allowed(vendor, own, ())
    host = urlsplit(own).hostname
    wrong = [
        own.replace("https", "http"), own.replace(host, "example.edu"), own.replace(host, f"{host}.example.edu"),
        own.replace(host, f"{host}:8443"), own.replace(host, f"user@{host}"), own.replace(host, f"{host}@example.edu"),
        own.replace(host, "127.0.0.1"), own.replace(host, "169.254.169.254"), own.replace(host, "[::1]"),
        own + "\r\nHost: example.edu", own + " ", own + "#x", own.replace(host, f"{host}:x"), f"https://{host}/", "",
        "https://[", "file:///etc/passwd", own.replace("/", "\\"),
    ]  # fmt: skip
    assert [url for url in wrong if is_allowed(vendor, url, ())] == []
    others = [ADDRESSES[other] for other in Vendor if other is not vendor]
    assert not any(is_allowed(vendor, url, ()) for url in others)


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [("https://im.example.edu/robot?key=1", ("im.example.edu",), True),
     ("http://im.example.edu/robot?key=1", ("im.example.edu",), False),
     ("https://im.example.edu:8443/x", ("im.example.edu",), True),
     ("http://127.0.0.1:9000/x", ("127.0.0.1:9000",), True), ("http://127.0.0.1:9001/x", ("127.0.0.1:9000",), False),
     ("https://example.edu/x", ("im.example.edu",), False)],
)  # fmt: skip
def test_further_hosts_are_those_of_the_settings_and_encrypted_outside_this_machine(url, hosts, allowed):
    assert is_allowed(Vendor.WECOM, url, hosts) is allowed


def test_wecom_takes_plain_text():
    assert message(Vendor.WECOM, "你好", "", NOW) == ({}, {"msgtype": "text", "text": {"content": "你好"}})


def test_dingtalk_takes_a_signature_in_the_address():
    assert message(Vendor.DINGTALK, "x", "", NOW) == ({}, {"msgtype": "text", "text": {"content": "x"}})
    query, body = message(Vendor.DINGTALK, "x", "SEC1", NOW)
    stamp = str(int(NOW.timestamp() * 1000))
    signed = hmac.new(b"SEC1", f"{stamp}\nSEC1".encode(), sha256).digest()
    assert query == {"timestamp": stamp, "sign": base64.b64encode(signed).decode()}
    assert body == {"msgtype": "text", "text": {"content": "x"}}


def test_feishu_takes_a_signature_in_the_body():
    plain = {"msg_type": "text", "content": {"text": "x"}}
    assert message(Vendor.FEISHU, "x", "", NOW) == ({}, plain)
    query, body = message(Vendor.FEISHU, "x", "S", NOW)
    stamp = str(int(NOW.timestamp()))
    signed = base64.b64encode(hmac.new(f"{stamp}\nS".encode(), b"", sha256).digest()).decode()
    assert (query, body) == ({}, {"timestamp": stamp, "sign": signed, **plain})


def test_a_long_text_is_cut_between_characters():
    assert shortened("短") == "短"
    cut = shortened("长" * 5000)
    assert len(cut.encode()) <= 2048
    assert cut.endswith("长…")


def test_a_message_arrives_at_its_address(ctx, place, robots):
    send(Vendor.DINGTALK, f"http://{place}/robot/send?access_token=a", "SEC1", "有新班次", NOW)
    ((path, body),) = robots.heard
    query = parse_qs(urlsplit(path).query)
    assert (query["access_token"], sorted(query)) == (["a"], ["access_token", "sign", "timestamp"])
    assert body["text"] == {"content": "有新班次"}
    robots.answer = (200, b'{"code": 0, "msg": "success", "data": {}}')
    send(Vendor.FEISHU, f"http://{place}/open-apis/bot/v2/hook/b", "", "x", NOW)
    assert robots.heard[1] == ("/open-apis/bot/v2/hook/b", {"msg_type": "text", "content": {"text": "x"}})


@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [(200, b'{"errcode": 45009, "errmsg": "freq"}', 45009), (200, b'{"errcode": 310000, "errmsg": "sign"}', 310000),
     (200, b'{"code": 19021, "msg": "sign match fail"}', 19021), (500, b"{}", 500), (302, b"", 302),
     (200, b"<html>", -1), (200, b"[]", -1), (200, b"{}", -1), (200, b'{"errcode": "x"}', -1)],
)  # fmt: skip
def test_a_robot_that_does_not_take_it_is_told_by_its_number(ctx, place, robots, status, answer, code):
    robots.answer, robots.location = (status, answer), "http://127.0.0.1:9/"
    with pytest.raises(HookRefused) as refused:
        send(Vendor.WECOM, f"http://{place}/cgi-bin/webhook/send?key=secret-key", "", "x", NOW)
    assert refused.value.code == code
    assert len(robots.heard) == 1  # and nothing is followed


def test_a_robot_that_is_not_there_tells_neither_address_nor_key(ctx, place, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("activities.outbox.hooks.is_allowed", lambda *_: True)
    with pytest.raises(HookUnreachable) as unreachable:
        send(Vendor.WECOM, "http://127.0.0.1:9/cgi-bin/webhook/send?key=secret-key", "", "x", NOW)
    assert "secret-key" not in str(unreachable.value) + caplog.text


def test_an_address_that_is_not_allowed_any_more_is_not_called(ctx, robots):
    with pytest.raises(HookRefused):
        send(Vendor.WECOM, "http://127.0.0.1:9/x", "", "x", NOW)
