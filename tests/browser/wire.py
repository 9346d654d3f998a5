"""A wire between browser and server that a test can cut: what a service worker fetches goes on while its page is said
to be offline, so only this tells whether a page opens without network."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Thread


class Wire:
    def __init__(self, server: str) -> None:
        host, port = server.removeprefix("http://").split(":")
        self.server = host, int(port)
        self.is_cut = False
        self.ends: list[socket.socket] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.is_cut = True
        for end in self.ends:
            with suppress(OSError):  # it has gone by itself
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.is_cut = False

    def close(self) -> None:
        self.cut()
        with suppress(OSError):  # some systems know no shutdown of what only listens
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for end in self.ends:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):  # it is closed
            while True:
                browser, _ = self.listener.accept()
                if self.is_cut:
                    browser.close()
                    continue
                server = socket.create_connection(self.server)
                self.ends += [browser, server]
                for one, other in ((browser, server), (server, browser)):
                    Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):  # it is cut
            while octets := one.recv(65536):
                other.sendall(octets)
            other.shutdown(socket.SHUT_WR)
