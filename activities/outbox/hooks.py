"""Robots of chat groups: which addresses are theirs, and how each vendor wants to be spoken to.

An address comes from a person and is called from our network, so only the three vendors' own are, and hosts that the
settings name; nothing that is answered there leads on to another address.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import digest
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

import sqlalchemy as sa
from flask import current_app

from activities.config import Settings, is_loopback
from activities.kit.db import db
from activities.outbox.delivery import Carry, NobodyThere, Taken
from activities.outbox.letters import for_group
from activities.outbox.models import Hook
from activities.outbox.rules import Vendor

SECONDS = 10.0
MOST_BYTES = 2000  # the smallest of what the vendors take
MOST_ANSWER = 65536


@dataclass(frozen=True)
class Home:
    """Where a vendor's robots live: host, the beginning of the path, and the query that holds the key."""

    host: str
    path: str
    key: str = ""


HOMES = {
    Vendor.WECOM: Home("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key="),
    Vendor.DINGTALK: Home("oapi.dingtalk.com", "/robot/send", "access_token="),
    Vendor.FEISHU: Home("open.feishu.cn", "/open-apis/bot/v2/hook/"),
}


class HookRefused(ValueError):  # noqa: N818
    """The robot did not take the message. `code` is the vendor's, or HTTP's."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class HookUnreachable(ValueError):  # noqa: N818
    """This robot was not reached; others may be."""


def is_allowed(vendor: Vendor, url: str, more_hosts: Collection[str]) -> bool:
    """Whether this is an address of the vendor's robots, or on a host that the settings name. Encrypted, unless it is
    on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or parts.fragment or not url.isascii() or not url.isprintable() or " " in url:
        return False
    if {host, parts.netloc} & set(more_hosts):
        return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    home = HOMES[vendor]
    is_home = parts.scheme == "https" and host == home.host and port in (None, 443)
    return is_home and parts.path.startswith(home.path) and parts.query.startswith(home.key)


def by_hook() -> Carry:
    """Carry a notice to its chat group."""

    def carry(taken: Taken, now: datetime) -> None:
        hook = db.session.scalars(sa.select(Hook).where(Hook.id == taken.hook_id)).one_or_none()
        if hook is None:
            raise NobodyThere
        text = for_group(taken, hook.language)
        vendor, url, secret = hook.vendor, hook.url, hook.secret
        db.session.rollback()  # what was read is read: nothing is held while it goes out
        send(vendor, url, secret, text, now)

    return carry


def send(vendor: Vendor, url: str, secret: str, text: str, now: datetime) -> None:
    """Say this in the group. Raises HookRefused or HookUnreachable; neither tells the address."""
    settings: Settings = current_app.config["SETTINGS"]
    if not is_allowed(vendor, url, settings.hook_hosts):
        raise HookRefused(403)
    query, body = message(vendor, shortened(text), secret, now)
    try:
        status, answer = _post(urlsplit(url), query, body)
    except (OSError, HTTPException) as error:
        raise HookUnreachable(type(error).__name__) from None
    if status != 200:
        raise HookRefused(status)
    if code := _code(answer):
        raise HookRefused(code)


def message(vendor: Vendor, text: str, secret: str, now: datetime) -> tuple[dict[str, str], dict[str, Any]]:
    """What is added to the address, and the body, as the vendor wants them."""
    if vendor is Vendor.FEISHU:
        stamp = str(int(now.timestamp()))
        body: dict[str, Any] = {"msg_type": "text", "content": {"text": text}}
        sign = {"timestamp": stamp, "sign": _sign(f"{stamp}\n{secret}", "")} if secret else {}
        return {}, sign | body
    body = {"msgtype": "text", "text": {"content": text}}
    if vendor is Vendor.DINGTALK and secret:
        stamp = str(int(now.timestamp() * 1000))
        return {"timestamp": stamp, "sign": _sign(secret, f"{stamp}\n{secret}")}, body
    return {}, body


def shortened(text: str) -> str:
    """At most as many bytes as every vendor takes."""
    data = text.encode()
    return text if len(data) <= MOST_BYTES else data[: MOST_BYTES - 3].decode(errors="ignore") + "…"


def _sign(key: str, text: str) -> str:
    return b64encode(digest(key.encode(), text.encode(), sha256)).decode()


def _post(parts: SplitResult, query: dict[str, str], body: dict[str, Any]) -> tuple[int, bytes]:
    """One request, following nothing."""
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    path = f"{parts.path}?{'&'.join(filter(None, (parts.query, urlencode(query))))}".rstrip("?")
    try:
        data = json.dumps(body, ensure_ascii=False).encode()
        connection.request("POST", path, data, {"Content-Type": "application/json; charset=utf-8"})
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_ANSWER)
    finally:
        connection.close()


def _code(answer: bytes) -> int:
    """The vendor's number for how it went: 0 where it is fine."""
    try:
        told = json.loads(answer)
        return int(next(told[name] for name in ("errcode", "code", "StatusCode") if name in told))
    except (ValueError, TypeError, StopIteration):
        return -1
