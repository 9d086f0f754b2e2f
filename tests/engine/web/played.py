"""The real page before a server that says what a test wants: for what no model says on demand."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from qvl_desktop.engine.web import add_web_page

Pieces = Callable[[], AsyncIterator[str]]


class Break(Exception):
    """Raised by a played answer: the connection breaks off here."""


class Played:
    """What the server does next, and what it was asked. `pieces` gives the answer, `refuse` a refusal in its place."""

    def __init__(self) -> None:
        self.key = "right"
        self.models = ["base"]
        self.pieces: Pieces = said("Hello.")
        self.refuse: Response | None = None
        self.bodies: list[dict[str, Any]] = []
        self.left = threading.Event()
        self.url = ""

    def app(self) -> FastAPI:
        app = FastAPI()
        add_web_page(app)

        def wrong(request: Request) -> bool:
            return request.headers.get("authorization") != f"Bearer {self.key}"

        @app.get("/v1/models")
        async def models(request: Request) -> Response:
            if wrong(request):
                return refusal(401, "no")
            return JSONResponse({"object": "list", "data": [{"id": name} for name in self.models]})

        @app.post("/v1/chat/completions")
        async def chat(request: Request) -> Response:
            if wrong(request):
                return refusal(401, "no")
            self.bodies.append(await request.json())
            if self.refuse is not None:
                response, self.refuse = self.refuse, None
                return response
            return StreamingResponse(self._stream(), media_type="text/event-stream")

        return app

    async def _stream(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self.pieces():
                choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
                yield event({"choices": [choice]}) if not piece.startswith("\0") else event(json.loads(piece[1:]))
            yield event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
            usage = {"prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 16}
            yield event({"choices": [], "usage": usage, "timings": {"predicted_per_second": 12.5, "total_ms": 800}})
            yield b"data: [DONE]\n\n"
        except (asyncio.CancelledError, GeneratorExit):
            self.left.set()
            raise


def event(body: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def refusal(status: int, message: str, code: str | None = None, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse({"error": {"message": message, "code": code}}, status, named)


def said(*texts: str, pause: float = 0.0) -> Pieces:
    """An answer in pieces."""

    async def pieces() -> AsyncIterator[str]:
        for text in texts:
            yield text
            await asyncio.sleep(pause)

    return pieces


def error_event(message: str) -> str:
    """A piece that becomes an error in the middle of a stream."""
    return "\0" + json.dumps({"error": {"message": message}})


@contextmanager
def playing(played: Played, port: int = 0) -> Iterator[Played]:
    """The server on a free port of this machine, in a thread."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    played.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server = uvicorn.Server(
        uvicorn.Config(played.app(), log_level="critical", lifespan="off", timeout_graceful_shutdown=0)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield played
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
