"""Answers and errors in OpenAI's shape, whole or as server-sent events.

Owns the bodies, the order of a stream's events, and noticing that a client is gone. Does not own routes (`server`) or
answering (`worker`).
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.pictures import open_upright
from qvl_desktop.engine.answer_boxes import BoxReader
from qvl_desktop.engine.generator import Answer, PromptTooLongError, Question
from qvl_desktop.engine.job import Event
from qvl_desktop.engine.requests import Asked, ChatRequest

DISCONNECT_POLL = 0.2
"""Seconds between two looks whether a silent request's client is still there."""


class Gone(Exception):
    """The client hung up."""


class ClosingError(QvlError):
    """The server is being stopped."""


class Reply:
    """The answers to one request, whole or as a stream. `events` brings (number of the answer, what happened)."""

    def __init__(
        self, asked: ChatRequest, read: Asked, events: asyncio.Queue[tuple[int, Event]], request: Request
    ) -> None:
        self._asked, self._read = asked, read
        self._queue = events
        self._request = request
        self._head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}
        self._boxes = [BoxReader(read.sizes) for _ in range(asked.n)]

    async def whole(self) -> Response:
        """The answers as one JSON object."""
        answers: dict[int, Answer] = {}
        try:
            async for number, event in self._events():
                if isinstance(event, Exception):
                    return failure_response(event, self._read.question)
                if isinstance(event, Answer):
                    answers[number] = event
        except Gone:
            return Response(status_code=499)
        choices = [
            {
                "index": number,
                "message": {"role": "assistant", "content": answer.text},
                "finish_reason": finish_reason(answer),
                "boxes": self._boxes[number].feed(answer.text),
            }
            for number, answer in sorted(answers.items())
        ]
        return JSONResponse({"object": "chat.completion", **self._head, "choices": choices, **counts(answers)})

    async def streamed(self) -> Response:
        """The answers as server-sent events. A question that fails before its first piece gets a plain error."""
        events = self._events()
        try:
            first = await anext(events)
        except Gone:
            return Response(status_code=499)
        if isinstance(first[1], Exception):
            return failure_response(first[1], self._read.question)
        return StreamingResponse(
            self._lines(first, events),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )

    async def _lines(self, first: tuple[int, Event], events: AsyncIterator[tuple[int, Event]]) -> AsyncIterator[bytes]:
        answers: dict[int, Answer] = {}
        try:
            for number in range(self._asked.n):
                yield self._chunk(number, {"role": "assistant", "content": ""})
            event: tuple[int, Event] | None = first
            while event is not None:
                number, told = event
                if isinstance(told, Exception):
                    status, text = describe(told, self._read.question)
                    yield sse(error_body(status, text))
                elif isinstance(told, Answer):
                    answers[number] = told
                    yield self._chunk(number, {}, finish_reason(told))
                else:
                    yield self._chunk(number, {"content": told}, boxes=self._boxes[number].feed(told))
                event = await anext(events, None)
            if answers and self._asked.stream_options is not None and self._asked.stream_options.include_usage:
                yield sse({"object": "chat.completion.chunk", **self._head, "choices": [], **counts(answers)})
            yield b"data: [DONE]\n\n"
        except Gone:
            return

    def _chunk(
        self,
        number: int,
        delta: dict[str, str],
        finish: str | None = None,
        boxes: list[dict[str, Any]] | None = None,
    ) -> bytes:
        choice: dict[str, Any] = {"index": number, "delta": delta, "finish_reason": finish}
        if boxes:
            choice["boxes"] = boxes
        return sse({"object": "chat.completion.chunk", **self._head, "choices": [choice]})

    async def _events(self) -> AsyncIterator[tuple[int, Event]]:
        """Everything up to the last answer or the first failure. Raises `Gone`."""
        going = self._asked.n
        while going:
            number, event = await self._next()
            going -= not isinstance(event, str)
            yield number, event
            if isinstance(event, Exception):
                return

    async def _next(self) -> tuple[int, Event]:
        """The next event; looks after the client while there is none. Raises `Gone`."""
        while True:
            if self._request.app.state.closing:
                return 0, ClosingError(QT_TRANSLATE_NOOP("errors", "The server is being stopped."))
            if not self._queue.empty():
                return self._queue.get_nowait()
            waiting = asyncio.ensure_future(self._queue.get())
            try:
                await asyncio.wait({waiting}, timeout=DISCONNECT_POLL)
                if waiting.done():
                    return waiting.result()
            finally:
                waiting.cancel()
            if await self._request.is_disconnected():
                raise Gone


def counts(answers: Mapping[int, Answer]) -> dict[str, Any]:
    """`usage` as OpenAI counts it (the prompt once), and `timings` in milliseconds."""
    some = list(answers.values())
    first, tokens = some[0], sum(answer.tokens for answer in some)
    seconds = sum(answer.seconds - answer.first_seconds for answer in some)
    later = sum(max(answer.tokens - 1, 0) for answer in some)
    return {
        "usage": {
            "prompt_tokens": first.prompt_tokens,
            "completion_tokens": tokens,
            "total_tokens": first.prompt_tokens + tokens,
            "prompt_tokens_details": {"cached_tokens": first.reused_tokens},
        },
        "timings": {
            "queued_ms": first.queued_seconds * 1000,
            "prompt_ms": first.first_seconds * 1000,
            "predicted_per_second": later / seconds if seconds > 0 else 0.0,
            "total_ms": max(answer.queued_seconds + answer.seconds for answer in some) * 1000,
        },
    }


def finish_reason(answer: Answer) -> str:
    """OpenAI's word for why an answer ended."""
    return "length" if answer.stopped == "length" else "stop"


def describe(error: Exception, question: Question) -> tuple[int, str]:
    """HTTP status and sentence for a failed answer; names the picture when one of several is at fault."""
    if isinstance(error, PictureError):
        return 400, guilty_picture(question) or str(error)
    if isinstance(error, QvlError):
        return 503 if isinstance(error, ClosingError) else 400, str(error)
    return 500, f"The model failed: {type(error).__name__}: {error}"


def guilty_picture(question: Question) -> str:
    """What is wrong with the first picture that cannot be decoded, naming it by its number; "" where none is."""
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
    code = "context_length_exceeded" if isinstance(error, PromptTooLongError) else None
    return error_response(status, text, param=getattr(error, "param", ""), code=code)


def error_body(status: int, text: str, *, param: str = "", code: str | None = None) -> dict[str, Any]:
    """An error as OpenAI's API writes it."""
    kinds = {401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error"}
    kind = kinds.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": text, "type": kind, "param": param or None, "code": code}}


def error_response(
    status: int, text: str, *, param: str = "", code: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The same as a response."""
    return JSONResponse(
        error_body(status, text, param=param, code=code), status_code=status, headers=dict(headers or {})
    )


def sse(body: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"
