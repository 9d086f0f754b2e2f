"""The server with one client and with many, and the second turn of a chat beside the first.

A real `qvl-desktop serve` of the shipped model, asked over HTTP. Each client has a picture of its own and asks several
questions about it, one after the other, each answered with the same number of tokens (`ignore_eos`). The yardstick is
one client alone: tokens a second of all clients together beside its own. The server's processor time says the same
where other programs are busy: tokens a second of its own work.

The time to the first token of a chat's second turn is put beside that of its first, with a new picture for each chat,
alone and while another three clients are answered.

Run: `python benchmarks/serve.py [--tokens 64] [--questions 4] [--threads 2] [--save]`
on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
import psutil
from PIL import Image

from benchmarks.report import Row, show

ROOT = Path(__file__).resolve().parent.parent

CLIENTS = (1, 4, 16)
AIM_TOGETHER, AIM_SECOND = 3.0, 0.3
WORDS = ("Find the orange heart.", "How many gears are there?", "Find the black cross.", "What is in the picture?")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    key: str
    pid: int

    def client(self) -> httpx.Client:
        """A connection of its own, kept open."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=600)

    def worked(self) -> float:
        """Seconds of processor time so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(model: str, threads: int) -> Iterator[Server]:
    """A server in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    process = subprocess.Popen(
        [sys.executable, "-m", "qvl_desktop", "serve", "--model", model, "--die-with-parent"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        event = json.loads(process.stdout.readline())
        yield Server(event["url"], event["key"], process.pid)
    finally:
        process.stdin.close()
        process.wait(10)


def pictures(count: int, first: int) -> list[str]:
    """Data URLs of pictures that the server has not met: the shipped ones, each a little different."""
    files = sorted((ROOT / "resources" / "demo_project" / "pictures").glob("*.jpg"))
    urls = []
    for number in range(first, first + count):
        image = Image.open(files[number % len(files)]).convert("RGB")
        image.putpixel((number % image.width, number // image.width), (255, 0, 255))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=90)
        urls.append("data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode())
    return urls


def question(url: str, words: str, tokens: int) -> dict[str, Any]:
    parts = [{"type": "image_url", "image_url": {"url": url}}, {"type": "text", "text": words}]
    return {
        "model": "base",
        "messages": [{"role": "user", "content": parts}],
        "max_tokens": tokens,
        "ignore_eos": True,
    }


def together(server: Server, urls: list[str], questions: int, tokens: int) -> tuple[float, float]:
    """Tokens a second by the clock, and by the server's processor time, with a client for each picture."""
    told = [0] * len(urls)

    clients = [server.client() for _ in urls]

    def client(number: int) -> None:
        for turn in range(questions):
            body = post(clients[number], question(urls[number], WORDS[turn % len(WORDS)], tokens))
            told[number] += body["usage"]["completion_tokens"]

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(urls))]
    worked, began = server.worked(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return sum(told) / seconds, sum(told) / (server.worked() - worked)


def post(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    reply = client.post("/chat/completions", json=body)
    reply.raise_for_status()
    found: dict[str, Any] = reply.json()
    return found


def first_token(client: httpx.Client, body: dict[str, Any]) -> tuple[float, str]:
    """Seconds to the first words of a streamed answer, and the answer."""
    began, first, text = time.perf_counter(), 0.0, ""
    body = {**body, "stream": True, "ignore_eos": False}
    with client.stream("POST", "/chat/completions", json=body) as reply:
        for line in reply.iter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                piece = choices[0]["delta"].get("content", "") if choices else ""
                first = first or (time.perf_counter() - began if piece else 0.0)
                text += piece
    return first, text


def turns(server: Server, urls: list[str], tokens: int) -> tuple[float, float]:
    """Median seconds to the first token of the first turn and of the second."""
    first, second = [], []
    client = server.client()
    for url in urls:
        body = question(url, WORDS[0], tokens)
        seconds, text = first_token(client, body)
        first.append(seconds)
        said = {"role": "assistant", "content": text}
        body["messages"] = [*body["messages"], said, {"role": "user", "content": WORDS[2]}]
        second.append(first_token(client, body)[0])
    return statistics.median(first), statistics.median(second)


def busy_turns(server: Server, urls: list[str], others: list[str], tokens: int) -> tuple[float, float]:
    """The same while other clients are answered."""
    done = threading.Event()

    def client(url: str) -> None:
        connection = server.client()
        while not done.is_set():
            post(connection, question(url, WORDS[1], 128))

    threads = [threading.Thread(target=client, args=(url,)) for url in others]
    for thread in threads:
        thread.start()
    try:
        return turns(server, urls, tokens)
    finally:
        done.set()
        for thread in threads:
            thread.join()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", default="demo", help="as for serve [demo]")
    parser.add_argument("--tokens", type=int, default=64, metavar="N", help="tokens of each answer [64]")
    parser.add_argument("--questions", type=int, default=4, metavar="N", help="questions of each client [4]")
    parser.add_argument("--repeats", type=int, default=3, metavar="N", help="runs of each kind; the median counts [3]")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="threads of torch [2]")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/serve.md")
    arguments = parser.parse_args()
    busy = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    rows: list[Row] = []
    used = 0

    def fresh(count: int) -> list[str]:
        nonlocal used
        used += count
        return pictures(count, used - count)

    with serving(arguments.model, arguments.threads) as server:
        together(server, fresh(2), 2, 16)
        found: dict[int, list[tuple[float, float]]] = {count: [] for count in CLIENTS}
        for _ in range(arguments.repeats):
            for count in CLIENTS:
                found[count].append(together(server, fresh(count), arguments.questions, arguments.tokens))
        speed = {count: statistics.median(clock for clock, _ in found[count]) for count in CLIENTS}
        work = {count: statistics.median(cpu for _, cpu in found[count]) for count in CLIENTS}
        for count in CLIENTS:
            aim = f"; aim {AIM_TOGETHER:g} x" if count == CLIENTS[-1] else ""
            note = f"one client alone{aim}" if count > 1 else ""
            rows.append(Row(f"{count} client(s)", speed[count], "tokens/s", speed[1] if count > 1 else None, note))
        for count in CLIENTS[1:]:
            note = "one client alone, by processor time"
            rows.append(Row(f"{count} clients, by processor time", work[count], "tokens/s of work", work[1], note))
        first, second = turns(server, fresh(12), 32)
        note = f"first turn, its picture new; aim {AIM_SECOND:g} x"
        rows.append(Row("second turn, to the first token", second * 1000, "ms", first * 1000, note))
        first_busy, second_busy = busy_turns(server, fresh(8), fresh(3), 32)
        rows.append(
            Row("the same beside three clients", second_busy * 1000, "ms", first_busy * 1000, "first turn beside them")
        )
    title = f"Serving the shipped model, {arguments.tokens} tokens an answer, {arguments.threads} thread(s){busy}"
    show(title, rows, save_as="serve" if arguments.save else "")
    return 0 if speed[CLIENTS[-1]] >= AIM_TOGETHER * speed[1] and second <= AIM_SECOND * first else 1


if __name__ == "__main__":
    raise SystemExit(main())
