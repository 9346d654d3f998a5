"""Fetch a calendar from an address that a person typed. It is asked from our network, so only the public internet is
reached: each hop's host is resolved once, all its addresses must be public, and the connection goes to one of these
very addresses, with the certificate checked for the host's name. Size, time, and redirects have limits."""

from __future__ import annotations

import socket
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from time import monotonic
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from activities.timetables.rules import (
    MOST_BYTES,
    AnsweredWith,
    BadCertificate,
    HostUnknown,
    NotAnAddress,
    NotPublic,
    OddlyEncoded,
    TookTooLong,
    TooLarge,
    TooManyRedirects,
    Unreachable,
)

IpAddress = IPv4Address | IPv6Address
LONGEST_ADDRESS, LONGEST_MARK = 2000, 1000
MOST_REDIRECTS, MOST_ADDRESSES = 3, 3
SECONDS, PORTION = 20.0, 65536
AFTERWARDS = 0.05  # so that it is too late when somebody looks why it was cut
REDIRECTS = (301, 302, 303, 307, 308)
# What Python's own lists call global or do not know, and what carries an IPv4 address that nobody would look at.
NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "::/96", "::ffff:0:0/96",
            "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
            "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ),
    )
)  # fmt: skip


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to the public internet, and to nothing that stands for another address."""
    if isinstance(address, IPv6Address) and address.scope_id:
        return False
    is_listed = any(address in network for network in NOT_PUBLIC if network.version == address.version)
    return address.is_global and not address.is_multicast and not address.is_reserved and not is_listed


def by_dns(host: str, seconds: float) -> list[str]:
    """The addresses of a host, as the network's name servers say; neither files nor search domains of this machine
    count."""
    from dns.exception import DNSException, Timeout  # only where something is fetched: the library is large
    from dns.resolver import Resolver

    try:
        return list(Resolver().resolve_name(host, lifetime=seconds, search=False).addresses())
    except Timeout:
        raise TookTooLong from None
    except DNSException:
        raise HostUnknown from None


@dataclass(frozen=True)
class Reach:
    """What is reached, and how: the public internet unless a caller says otherwise."""

    resolve: Callable[[str, float], Sequence[str]] = by_dns
    is_allowed: Callable[[IpAddress], bool] = is_public
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS
    most_bytes: int = MOST_BYTES


class Version(NamedTuple):
    """What a server said of what it sent, to be asked whether that still holds."""

    etag: str | None = None
    last_modified: str | None = None


class Fetched(NamedTuple):
    """The content, None where the version that was known still holds."""

    content: bytes | None
    version: Version


def address_of(typed: str) -> str:
    """The address as it is fetched: https only, webcal being the same. Raises NotAnAddress."""
    url = typed.strip()
    scheme, _, rest = url.partition("://")
    if scheme.lower() in ("webcal", "webcals"):
        url = f"https://{rest}"
    _parts(url)
    return url


def fetch(url: str, known: Version, reach: Reach) -> Fetched:
    """What stands at an address. Raises the refusal that says why it cannot be had."""
    until = monotonic() + reach.seconds
    for _ in range(MOST_REDIRECTS + 1):
        parts = _parts(url)
        with _answer(parts, known, reach, until) as response:
            if response.status in REDIRECTS:
                url = _leads_to(url, response.headers.get("Location", ""))
                continue
            if response.status == 304 and known != Version():
                return Fetched(None, known)
            if response.status != 200:
                raise AnsweredWith(response.status)
            content = _content(response, reach.most_bytes)
            version = Version(_said(response, "ETag"), _said(response, "Last-Modified"))
        return Fetched(content, version)
    raise TooManyRedirects(MOST_REDIRECTS)


def _leads_to(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise NotAnAddress from None


def _parts(url: str) -> SplitResult:
    """The parts of an address that may be fetched. A host that ends in a number is an address in some notation, and
    only the usual ones are read."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        ascii_host = host if ":" in host else host.encode("idna").decode()
    except ValueError:
        raise NotAnAddress from None
    is_odd = not url.isprintable() or " " in url or "\\" in url or len(url) > LONGEST_ADDRESS
    if parts.scheme.lower() != "https" or not host or "@" in parts.netloc or port == 0 or is_odd:
        raise NotAnAddress
    if _literal(host) is None and (ascii_host.rstrip(".").rpartition(".")[2][:1].isdigit() or "%" in host):
        raise NotAnAddress
    bracketed = f"[{host}]" if ":" in host else ascii_host
    return parts._replace(netloc=bracketed if port is None else f"{bracketed}:{port}", fragment="")


def _literal(host: str) -> IpAddress | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _addresses(host: str, reach: Reach, seconds: float) -> list[IpAddress]:
    """Where a host is. One address that is not public among several is a trick, and so all of them are refused."""
    own = _literal(host)
    try:
        found = [own] if own else [ip_address(one) for one in reach.resolve(host, seconds)]
    except ValueError:
        raise HostUnknown from None
    if not found:
        raise HostUnknown
    if not all(map(reach.is_allowed, found)):
        raise NotPublic
    return found[:MOST_ADDRESSES]


class _Connection(HTTPSConnection):
    """To one address, speaking to the host of this name. Proxies of the environment are not asked."""

    line: ssl.SSLSocket | None

    def __init__(self, host: str, port: int, address: IpAddress, context: ssl.SSLContext, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds, context=context)
        self.address, self.tls, self.line = address, context, None

    def connect(self) -> None:
        plain = socket.create_connection((str(self.address), self.port), self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.line = self.sock
        self.sock.do_handshake()

    def cut(self) -> None:
        """End it from another thread, whatever it waits for; `sock` is gone once the answer has begun."""
        if self.line is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.line, socket.SHUT_RDWR)


@contextmanager
def _answer(parts: SplitResult, known: Version, reach: Reach, until: float) -> Iterator[HTTPResponse]:
    """The answer to one request, to be read until the moment when all must be done."""
    host = parts.hostname or ""
    addresses = _addresses(host, reach, _left(until))
    for n, address in enumerate(addresses, 1):
        connection = _Connection(host, parts.port or 443, address, reach.context, _left(until))
        watch = Timer(_left(until) + AFTERWARDS, connection.cut)
        watch.daemon = True
        watch.start()
        try:
            with _told(until):
                try:
                    connection.connect()
                except OSError as error:
                    if n == len(addresses) or isinstance(error, ssl.SSLCertVerificationError):
                        raise
                    continue
                path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
                query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
                connection.request("GET", f"{path}?{query}" if query else path, headers=_headers(known))
                with connection.getresponse() as response:
                    yield response
                _left(until)  # an answer without length that was cut off looks complete
            return
        finally:
            watch.cancel()
            connection.close()


@contextmanager
def _told(until: float) -> Iterator[None]:
    """What goes wrong on the way as a refusal; none tells the address."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise BadCertificate from None
    except (OSError, HTTPException):
        _left(until)
        raise Unreachable from None


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise TookTooLong
    return left


def _said(response: HTTPResponse, name: str) -> str | None:
    """A header that can be kept and sent back: a server may write into it whatever it likes."""
    value = response.headers.get(name, "")
    return value if value.isprintable() and 0 < len(value) <= LONGEST_MARK else None


def _headers(known: Version) -> Mapping[str, str]:
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    usual = {"Accept": "text/calendar", "Accept-Encoding": "gzip", "User-Agent": "activities", "Connection": "close"}
    return usual | {name: value for name, value in asked.items() if value}


def _content(response: HTTPResponse, most: int) -> bytes:
    """The body, unpacked where it is packed, never more of either than the most."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise OddlyEncoded
    unpack = zlib.decompressobj(31) if encoding.endswith("gzip") else None
    content, received = bytearray(), 0
    while portion := response.read(PORTION):
        received += len(portion)
        try:
            content += unpack.decompress(portion, most + 1 - len(content)) if unpack else portion
        except zlib.error:
            raise OddlyEncoded from None
        if len(content) > most or received > most:
            raise TooLarge(most // 1024 // 1024)
    if response.length:  # so much was promised and did not come
        raise ConnectionError
    if unpack and not unpack.eof:
        raise OddlyEncoded
    return bytes(content)


def host_of(url: str) -> str:
    """What of an address may be shown."""
    return (_parts(url).hostname or "")[:255]
