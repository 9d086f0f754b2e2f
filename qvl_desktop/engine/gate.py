"""How much may be on its way to the server at once.

Owns the count of open requests and of the bytes of their bodies, reading a body within its bounds, and that what a
request holds is given back however it ends. Does not own the queue of questions (`fair_queue`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from qvl_desktop.core.amounts import MB
from qvl_desktop.core.chat_protocol import MAX_BODY_BYTES

MAX_OPEN = 256
"""Requests at once, of all kinds."""
MAX_BODIES_BYTES = 2 * MAX_BODY_BYTES
"""Bytes of all bodies whose requests are not done."""
SILENCE = 30.0
"""Seconds after which a body that does not go on arriving is given up."""

_STATE = "qvl_desktop.lease"


class Lease:
    """What one request holds. `on_end` calls are made once it is done, whatever way it went."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._bytes = 0
        self._ends: list[Callable[[], object]] = []

    def on_end(self, call: Callable[[], object]) -> None:
        """Have something done at the end."""
        self._ends.append(call)

    def take(self, count: int) -> None:
        """Hold more bytes. Raises `HTTPException` 413 or 429."""
        if self._bytes + count > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request is larger than {MAX_BODY_BYTES // MB} MB.")
        if self._gate.bytes + count > MAX_BODIES_BYTES:
            raise HTTPException(429, "Too much is on its way already. Try again in a moment.", {"Retry-After": "2"})
        self._bytes += count
        self._gate.bytes += count

    def end(self) -> None:
        """Give everything back."""
        self._gate.bytes -= self._bytes
        self._bytes = 0
        for call in self._ends:
            call()
        self._ends.clear()


class Gate:
    """ASGI middleware that gives each request a lease, and refuses those beyond `MAX_OPEN` by `refuse`."""

    def __init__(self, app: ASGIApp, refuse: ASGIApp) -> None:
        self._app, self._refuse = app, refuse
        self._open = 0
        self.bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._open >= MAX_OPEN:
            await self._refuse(scope, receive, send)
            return
        lease = Lease(self)
        scope[_STATE] = lease
        self._open += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open -= 1
            lease.end()


def lease_of(request: Request) -> Lease:
    """The lease of a request."""
    lease: Lease = request.scope[_STATE]
    return lease


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is too large or does not go on. Raises `HTTPException`."""
    lease = lease_of(request)
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise HTTPException(413, f"The request is larger than {MAX_BODY_BYTES // MB} MB.")
    body = bytearray()
    blocks: Any = aiter(request.stream())
    while True:
        try:
            block = await asyncio.wait_for(anext(blocks, None), SILENCE)
        except asyncio.TimeoutError as error:
            raise HTTPException(408, "The rest of the request did not arrive.") from error
        if block is None:
            return bytes(body)
        lease.take(len(block))
        body += block
