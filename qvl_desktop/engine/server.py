"""The OpenAI-compatible server over one model host.

Owns the routes, the key, and turning a request into jobs. Does not own what a request means (`requests`), what an
answer looks like (`replies`), how much is let in (`gate`, `fair_queue`), answering (`worker`) nor the process
(`commands.serve`). The protocol is described in docs/serving.md.
"""

from __future__ import annotations

import asyncio
import hmac
import math
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from qvl_desktop.core.chat_protocol import BASE_MODEL
from qvl_desktop.core.errors import PictureError, QvlError
from qvl_desktop.engine.answerer import Answerer
from qvl_desktop.engine.fair_queue import BusyError
from qvl_desktop.engine.gate import Gate, lease_of, read_body
from qvl_desktop.engine.host import ModelHost
from qvl_desktop.engine.job import Event, Job
from qvl_desktop.engine.picture_sources import PictureAccess, RequestError
from qvl_desktop.engine.replies import Reply, error_response, guilty_picture
from qvl_desktop.engine.requests import Asked, ChatRequest, parse_request, question_of
from qvl_desktop.engine.web import add_web_page
from qvl_desktop.engine.worker import GenerationWorker, Limits

READERS = 8
"""Requests whose pictures are fetched and looked at side by side."""
LOOKED_AHEAD = 8
"""Pictures of a request that are decoded before its turn comes; more would take too much memory while it waits."""
MOST_RETRY_AFTER = 60
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CODES = {401: "invalid_api_key", 429: "queue_full"}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`key` is what clients must send as a bearer token; `access` what pictures they may name by URL; `web` puts the
    chat page on the server's front."""

    key: str
    access: PictureAccess = field(default_factory=PictureAccess)
    limits: Limits = field(default_factory=Limits)
    web: bool = False


def create_app(host: ModelHost, settings: ServerSettings) -> FastAPI:
    """The ASGI application; its worker thread starts at once."""
    app = FastAPI(title="QVL Desktop", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.closing = False
    worker = GenerationWorker(host, settings.limits)
    worker.start()
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="requests")
    lookers = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) // 2), thread_name_prefix="pictures")
    started = int(time.time())
    app.add_middleware(
        Gate, refuse=error_response(429, "Too many requests at once.", code="queue_full", headers={"Retry-After": "2"})
    )

    def check_key(request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode("latin-1", "replace"), settings.key.encode())
        if scheme.lower() != "bearer" or not right:
            raise HTTPException(
                401,
                "The key is missing or wrong: send it as Authorization: Bearer KEY.",
                {"WWW-Authenticate": "Bearer"},
            )

    def card(name: str) -> dict[str, Any]:
        return {
            "id": name,
            "object": "model",
            "created": started,
            "owned_by": "local",
            "family": host.family,
            "max_model_len": host.generator.context,
            "adapter": name != BASE_MODEL,
        }

    def unknown(name: str) -> Response:
        text = f"There is no model {name[:200]} here. Known: {', '.join(host.names)}."
        return error_response(404, text, param="model", code="model_not_found")

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        status = error.status_code
        return error_response(status, str(error.detail), code=_CODES.get(status), headers=error.headers)

    @app.exception_handler(QvlError)
    async def refused(request: Request, error: QvlError) -> Response:
        status, code = getattr(error, "status", 400), getattr(error, "code", "") or None
        return error_response(status, str(error), param=getattr(error, "param", ""), code=code)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {"status": "ok", "running": worker.running, "waiting": worker.waiting}

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        check_key(request)
        return PlainTextResponse(worker.meter.text(worker.gauges), media_type=_METRICS_TYPE)

    @app.get("/v1/models")
    async def models(request: Request) -> dict[str, Any]:
        check_key(request)
        return {"object": "list", "data": [card(name) for name in host.names]}

    @app.get("/v1/models/{name:path}")
    async def model(request: Request, name: str) -> Response:
        check_key(request)
        return JSONResponse(card(name)) if name in host.names else unknown(name)

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        check_key(request)
        loop = asyncio.get_running_loop()
        body = await read_body(request)
        asked = await loop.run_in_executor(readers, parse_request, body)
        del body
        if asked.model not in host.names:
            return unknown(asked.model)
        if not worker.queue.has_room(client_of(request, asked), asked.n):
            return busy(worker)
        read = await loop.run_in_executor(readers, question_of, asked, settings.access, host.generator.context)
        read = await loop.run_in_executor(lookers, look_ahead, host.generator, read)
        events: asyncio.Queue[tuple[int, Event]] = asyncio.Queue()
        jobs = [
            job_of(asked, read, number, client_of(request, asked), teller(loop, events, number))
            for number in range(asked.n)
        ]
        for job in jobs:
            lease_of(request).on_end(job.cancel)
        try:
            worker.submit(*jobs)
        except BusyError:
            return busy(worker)
        reply = Reply(asked, read, events, request)
        return await (reply.streamed() if asked.stream else reply.whole())

    if settings.web:
        add_web_page(app)
    return app


def job_of(asked: ChatRequest, read: Asked, number: int, client: str, tell: Callable[[Event], None]) -> Job:
    """The job of one of the answers that a request wants."""
    sampling = asked.sampling
    if sampling.seed is not None and number:
        sampling = replace(sampling, seed=sampling.seed + number)
    return Job(
        asked.model,
        read.question,
        asked.limit,
        sampling,
        asked.stops,
        tell,
        client=client,
        ignore_end=asked.ignore_eos,
        pieces=asked.stream,
    )


def teller(
    loop: asyncio.AbstractEventLoop, events: asyncio.Queue[tuple[int, Event]], number: int
) -> Callable[[Event], None]:
    """Brings events from the model's thread to the waiting request. Raises `RuntimeError` when its loop is gone."""

    def tell(event: Event) -> None:
        loop.call_soon_threadsafe(events.put_nowait, (number, event))

    return tell


def client_of(request: Request, asked: ChatRequest) -> str:
    """Who takes turns with others: an address, and the user where the request names one."""
    return f"{request.client.host if request.client else ''} {asked.user}"


def look_ahead(generator: Answerer, read: Asked) -> Asked:
    """The same question with its first pictures decoded, beside the model's work. Raises `RequestError`."""
    question = read.question
    try:
        ahead = generator.look_ahead(question.pictures[:LOOKED_AHEAD])
    except PictureError as error:
        raise RequestError("{reason}", param="messages", reason=guilty_picture(question) or error) from error
    return replace(read, question=replace(question, ahead=ahead))


def busy(worker: GenerationWorker) -> Response:
    """The refusal of a question that finds no room."""
    return error_response(
        429,
        "Too many questions wait already. Try again in a moment.",
        code="queue_full",
        headers={"Retry-After": str(retry_after(worker))},
    )


def retry_after(worker: GenerationWorker) -> int:
    """Whole seconds after which a question may find room, by how long answers took so far."""
    done = worker.meter.total("qvl_requests_total") or 1
    each = worker.meter.seconds("qvl_request_seconds") / done
    return min(max(math.ceil(each), 1), MOST_RETRY_AFTER)
