"""The OpenAI-compatible server over one model host.

Owns the routes, the key, the bounds on a request and the shape of answers and errors. Does not own the queue
(`worker`), the meaning of a request (`requests`) nor the process (`commands.serve`).

`GET /health`, `GET /v1/models`, `POST /v1/chat/completions` (whole or as server-sent events). When a client goes away
its answer ends before the next token.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from qvl_desktop.core.chat_protocol import MAX_BODY_BYTES
from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.pictures import open_upright
from qvl_desktop.engine.generator import Answer, Question
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.engine.requests import ChatRequest, parse_request, question_of
from qvl_desktop.engine.web import add_web_page
from qvl_desktop.engine.worker import BusyError, GenerationWorker, Job

DISCONNECT_POLL = 0.2
"""Seconds between two looks whether a silent request's client is still there."""


class Gone(Exception):
    """The client hung up."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`key` is what clients must send as a bearer token; `roots` are the folders `file://` pictures may lie in; `web`
    puts the chat page on the server's front."""

    key: str
    roots: tuple[Path, ...] = ()
    web: bool = False


def create_app(host: ModelHost, settings: ServerSettings) -> FastAPI:
    """The ASGI application; its worker thread starts at once."""
    app = FastAPI(title="QVL Desktop", docs_url=None, redoc_url=None, openapi_url=None)
    worker = GenerationWorker(host)
    worker.start()
    started = int(time.time())

    def check_key(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), settings.key.encode())
        if scheme.lower() != "bearer" or not right:
            raise HTTPException(401, "The key is missing or wrong: send it as Authorization: Bearer KEY.")

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        return error_response(error.status_code, str(error.detail))

    @app.exception_handler(QvlError)
    async def refused(request: Request, error: QvlError) -> Response:
        return error_response(400, str(error), param=getattr(error, "param", ""))

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "waiting": worker.waiting}

    @app.get("/v1/models")
    async def models(request: Request) -> dict[str, Any]:
        check_key(request)
        cards = [{"id": name, "object": "model", "created": started, "owned_by": "local"} for name in host.names]
        return {"object": "list", "data": cards}

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        check_key(request)
        asked = parse_request(await read_body(request))
        if asked.model not in host.names:
            known = ", ".join(host.names)
            text = f"There is no model {asked.model} here. Known: {known}."
            return error_response(404, text, param="model", code="model_not_found")
        question = await asyncio.to_thread(question_of, asked, settings.roots)
        job = Job(asked.model, question, asked.limit, asked.sampling, asked.stops, asyncio.get_running_loop())
        try:
            worker.submit(job)
        except BusyError:
            return error_response(503, "Too many questions wait already. Try again in a moment.", code="busy")
        reply = Reply(asked, job, request)
        return await (reply.streamed() if asked.stream else reply.whole())

    if settings.web:
        add_web_page(app)
    return app


class Reply:
    """The answer to one request, whole or as a stream."""

    def __init__(self, asked: ChatRequest, job: Job, request: Request) -> None:
        self._asked = asked
        self._job = job
        self._request = request
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}

    async def whole(self) -> Response:
        """The answer as one JSON object."""
        try:
            events = [event async for event in self._events()]
        except Gone:
            return Response(status_code=499)
        answer = events[-1]
        if isinstance(answer, Exception):
            return failure_response(answer, self._job.question)
        assert isinstance(answer, Answer)
        message = {"role": "assistant", "content": answer.text}
        choice = {"index": 0, "message": message, "finish_reason": finish_reason(answer)}
        body = {"object": "chat.completion", **self._head, "choices": [choice], **counts(answer)}
        return JSONResponse(body)

    async def streamed(self) -> Response:
        """The answer as server-sent events. A question that fails before its first piece gets a plain error."""
        events = self._events()
        try:
            first = await anext(events)
        except Gone:
            return Response(status_code=499)
        if isinstance(first, Exception):
            return failure_response(first, self._job.question)
        return StreamingResponse(
            self._lines(first, events), media_type="text/event-stream", headers={"Cache-Control": "no-cache"}
        )

    async def _lines(
        self, first: str | Answer | Exception, events: AsyncIterator[str | Answer | Exception]
    ) -> AsyncIterator[bytes]:
        try:
            yield self._chunk({"role": "assistant", "content": ""})
            event: str | Answer | Exception | None = first
            while event is not None:
                for line in self._event_lines(event):
                    yield line
                event = await anext(events, None)
            yield b"data: [DONE]\n\n"
        except Gone:
            return
        finally:
            self._job.cancel()

    def _event_lines(self, event: str | Answer | Exception) -> list[bytes]:
        if isinstance(event, str):
            return [self._chunk({"content": event})]
        if isinstance(event, Exception):
            status, text = describe(event, self._job.question)
            return [sse(error_body(status, text))]
        lines = [self._chunk({}, finish_reason(event))]
        if self._asked.stream_options is not None and self._asked.stream_options.include_usage:
            body = {"object": "chat.completion.chunk", **self._head, "choices": [], **counts(event)}
            lines.append(sse(body))
        return lines

    def _chunk(self, delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return sse({"object": "chat.completion.chunk", **self._head, "choices": [choice]})

    async def _events(self) -> AsyncIterator[str | Answer | Exception]:
        """Pieces, then the answer or what went wrong. Raises `Gone`; the job is cancelled when nobody listens."""
        waiting: asyncio.Task[str | Answer | Exception] | None = None
        try:
            while True:
                waiting = waiting or asyncio.ensure_future(self._job.events.get())
                done, _ = await asyncio.wait({waiting}, timeout=DISCONNECT_POLL)
                if not done:
                    if await self._request.is_disconnected():
                        raise Gone
                    continue
                event, waiting = waiting.result(), None
                yield event
                if not isinstance(event, str):
                    return
        finally:
            self._job.cancel()
            if waiting is not None:
                waiting.cancel()


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is too large."""
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request is larger than {MAX_BODY_BYTES // 2**20} MB.")
    return bytes(body)


def counts(answer: Answer) -> dict[str, Any]:
    """`usage` as OpenAI counts it, and `timings` in milliseconds."""
    seconds = answer.seconds - answer.first_seconds
    rate = (answer.tokens - 1) / seconds if answer.tokens > 1 and seconds > 0 else 0.0
    return {
        "usage": {
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.tokens,
            "total_tokens": answer.prompt_tokens + answer.tokens,
            "prompt_tokens_details": {"cached_tokens": answer.reused_tokens},
        },
        "timings": {
            "prompt_ms": answer.first_seconds * 1000,
            "predicted_per_second": rate,
            "total_ms": answer.seconds * 1000,
        },
    }


def finish_reason(answer: Answer) -> str:
    """OpenAI's word for why an answer ended."""
    return "length" if answer.stopped == "length" else "stop"


def describe(error: Exception, question: Question) -> tuple[int, str]:
    """HTTP status and sentence for a failed answer; names the picture when one of several is at fault."""
    if isinstance(error, PictureError):
        return 400, _guilty_picture(question) or str(error)
    if isinstance(error, QvlError):
        return 400, str(error)
    return 500, f"The model failed: {type(error).__name__}: {error}"


def _guilty_picture(question: Question) -> str:
    for number, picture in enumerate(question.pictures, start=1):
        if isinstance(picture, bytes):
            try:
                open_upright(picture, name=f"Picture {number}")
            except PictureError as error:
                return str(error)
    return ""


def failure_response(error: Exception, question: Question) -> Response:
    """The response for an answer that failed before its first piece."""
    status, text = describe(error, question)
    return error_response(status, text, param=getattr(error, "param", ""))


def error_body(status: int, text: str, *, param: str = "", code: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's API writes it."""
    kinds = {401: "authentication_error", 404: "not_found_error", 413: "invalid_request_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": text, "type": kind, "param": param or None, "code": code}}


def error_response(status: int, text: str, *, param: str = "", code: str | None = None) -> Response:
    """The same as a response."""
    return JSONResponse(error_body(status, text, param=param, code=code), status_code=status)


def sse(body: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"
