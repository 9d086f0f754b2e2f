"""Pictures from the network, from hosts that somebody named and from no others.

Owns which hosts those are, that a name leads where it may, redirects, and the bounds. Without a named host nothing is
ever fetched.

A name is looked up once, and the connection goes to the address that was looked at: a second answer of the name server
cannot lead it elsewhere. Addresses that are not public are refused, unless the address itself was named, or the name
was pinned to it.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

from qvl_desktop.core.amounts import MB
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP

REDIRECTS = 3
SILENCE = 10.0
"""Seconds without a byte after which a host is given up."""
WHOLE = 60.0
"""Seconds that a picture may take."""
_PORTS = {"http": 80, "https": 443}
_BLOCK = 2**16


class FetchError(QvlError):
    """A picture that is not, or cannot be, fetched."""


class PictureTooLargeError(FetchError):
    """It has more bytes than a picture may have."""


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Hosts by name or address, each with the ports allowed (none: the scheme's own) and the address it is pinned to
    ("" = what the name server says)."""

    hosts: dict[str, tuple[frozenset[int], str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, texts: Iterable[str]) -> AllowedHosts:
        """From `HOST`, `HOST:PORT`, `HOST=ADDRESS`, `HOST:PORT=ADDRESS`. Raises `FetchError`."""
        hosts: dict[str, tuple[frozenset[int], str]] = {}
        for text in texts:
            place, _, address = text.strip().partition("=")
            try:
                parts = urlsplit(f"//{place}")
                name, port = parts.hostname or "", parts.port
                if not name or parts.path or parts.query or parts.username:
                    raise ValueError(text)
                if address:
                    ipaddress.ip_address(address)
            except ValueError as error:
                raise FetchError(
                    QT_TRANSLATE_NOOP(
                        "errors", "{text}: a host is written HOST, HOST:PORT or HOST=ADDRESS, without http:// and path."
                    ),
                    text=text,
                ) from error
            known, pinned = hosts.get(name, (frozenset(), ""))
            hosts[name] = (known | {port} if port else known, address or pinned)
        return cls(hosts)


def fetch(url: str, allowed: AllowedHosts, limit: int) -> bytes:
    """The bytes at a URL. Raises `FetchError`, and `PictureTooLargeError` beyond `limit` bytes."""
    until = time.monotonic() + WHOLE
    for _ in range(REDIRECTS + 1):
        parts, port, address = _check(url, allowed)
        try:
            status, location, data = _get(parts, port, address, limit, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchError(
                QT_TRANSLATE_NOOP("errors", "{host} does not give the picture: {reason}"),
                host=parts.hostname,
                reason=error,
            ) from error
        if status in (301, 302, 303, 307, 308) and location:
            url = urljoin(url, location)
            continue
        if status != 200:
            raise FetchError(
                QT_TRANSLATE_NOOP("errors", "{host} does not give the picture: {reason}"),
                host=parts.hostname,
                reason=f"HTTP {status}",
            )
        return data
    raise FetchError(QT_TRANSLATE_NOOP("errors", "{url}: too many redirects."), url=url[:200])


def _check(url: str, allowed: AllowedHosts) -> tuple[SplitResult, int, str]:
    """The parts of a URL, its port and the address to connect to. Raises `FetchError`."""
    try:
        parts = urlsplit(url)
        name, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError as error:
        raise FetchError(QT_TRANSLATE_NOOP("errors", "{url}: this is no web address."), url=url[:200]) from error
    if parts.scheme not in _PORTS or not name or any(ord(mark) < 33 for mark in url):
        raise FetchError(QT_TRANSLATE_NOOP("errors", "{url}: this is no web address."), url=url[:200])
    ports, pinned = allowed.hosts.get(name, (frozenset(), None))
    if pinned is None or port not in (ports or _PORTS.values()):
        raise FetchError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{host}: nothing is fetched from the network here. Send the picture as a data: URL, or have the server "
                "started with --allow-url {host}.",
            ),
            host=name if port in _PORTS.values() else f"{name}:{port}",
        )
    return parts, port, pinned or _look_up(name, port)


def _look_up(name: str, port: int) -> str:
    """A public address of a name, or the address that was named itself. Raises `FetchError`."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        found = [entry[4][0] for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise FetchError(
            QT_TRANSLATE_NOOP("errors", "{host} cannot be found: {reason}"), host=name, reason=error
        ) from error
    addresses = [str(address) for address in found]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise FetchError(
            QT_TRANSLATE_NOOP(
                "errors",
                "{host} leads to an address that is not public. Where that is meant, pin it with --allow-url "
                "{host}=ADDRESS.",
            ),
            host=name,
        )
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


def _get(parts: SplitResult, port: int, address: str, limit: int, until: float) -> tuple[int, str, bytes]:
    """Status, where a redirect leads, and the body."""
    name = parts.hostname or ""
    connection = http.client.HTTPConnection(name, port, timeout=SILENCE)
    plain = socket.create_connection((address, port), timeout=SILENCE)
    try:
        secure = parts.scheme == "https"
        connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=name) if secure else plain
        shown = f"[{name}]" if ":" in name else name
        host = shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", host)
        connection.putheader("Accept", "image/*")
        connection.endheaders()
        reply = connection.getresponse()
        if int(reply.headers.get("Content-Length") or 0) > limit:
            raise _too_large(limit)
        data = bytearray()
        while reply.status == 200 and (block := reply.read1(_BLOCK)):
            data += block
            if len(data) > limit:
                raise _too_large(limit)
            if time.monotonic() > until:
                raise TimeoutError("it takes too long")
        return reply.status, reply.headers.get("Location", ""), bytes(data)
    finally:
        connection.close()
        plain.close()


def _too_large(limit: int) -> PictureTooLargeError:
    return PictureTooLargeError(
        QT_TRANSLATE_NOOP("errors", "A picture may have {limit} MB at most."), limit=limit // MB
    )
