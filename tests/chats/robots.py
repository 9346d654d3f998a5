"""A real HTTP server in place of the vendors', and what a chat group is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from activities.outbox.rules import News, Vendor

ALL_NEWS = News.NEW_SLOTS | News.SHORT | News.CANCELLED
ADDRESSES = {
    Vendor.WECOM: "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=00000000-0000-4000-8000-000000000000",
    Vendor.DINGTALK: "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef",
    Vendor.FEISHU: "https://open.feishu.cn/open-apis/bot/v2/hook/00000000-0000-4000-8000-000000000000",
}


def robot(vendor: Vendor = Vendor.WECOM, **more: Any) -> dict[str, Any]:
    """The columns of a chat group."""
    usual = {"vendor": vendor, "name": "一支部群", "url": ADDRESSES[vendor], "news": ALL_NEWS, "language": "zh_Hans"}
    return {**usual, **more}


class Robots:
    """What was said to the robots, path and body, and what they answer."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.answer: tuple[int, bytes] = (200, b'{"errcode": 0, "errmsg": "ok"}')
        self.location = ""


@contextmanager
def serving(robots: Robots) -> Iterator[str]:
    """Run the server on a free port; yield host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            robots.heard.append((self.path, json.loads(body)))
            status, answer = robots.answer
            self.send_response(status)
            if robots.location:
                self.send_header("Location", robots.location)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
