"""A server of OpenAI's protocol that is not ours, in a process of its own: for tests of asking.

    fake_server.py MODE [PORT]

It has a model of the Qwen2.5-VL family: it finds what is red in the picture it is sent and answers with its place in
pixels of that very picture, as that family does. Prints its port. MODE is one of:
    good          answers
    mortal        dies in the middle of the fifth answer
    deadly        dies whenever the picture is blue where others are grey
    busy          refuses each question the first time (429, Retry-After)
    babbling      never ends an answer
    broken        boxes that are none, for every second picture
    whole         answers without a stream
    locked        refuses every key
    slow          takes a quarter of a second for each answer
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

from PIL import Image

MODE = sys.argv[1]
counting = threading.Lock()
seen: set[bytes] = set()
numbers = itertools.count()


def red_place(image: Image.Image) -> tuple[int, int, int, int] | None:
    """Where the picture is red, in its pixels."""
    red = image.convert("RGB").point(lambda v: 255 if v > 150 else 0)
    r, g, b = red.split()
    mask = Image.eval(g, lambda v: 255 - v)
    found = Image.composite(mask, Image.new("L", image.size, 0), r)
    return Image.composite(found, Image.new("L", image.size, 0), Image.eval(b, lambda v: 255 - v)).getbbox()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def say(self, status: int, body: Any, **headers: str) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        if MODE == "locked":
            self.say(401, {"error": {"message": "Incorrect API key provided."}})
        else:
            self.say(200, {"object": "list", "data": [{"id": "qwen2.5-vl-7b"}, {"id": "other"}]})

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if MODE == "locked":
            self.say(401, {"error": {"message": "Incorrect API key provided."}})
            return
        body = json.loads(data)
        with counting:
            first, number = data not in seen, next(numbers)
            seen.add(data)
        if MODE == "busy" and first:
            self.say(429, {"error": {"message": "Too many requests"}}, Retry_After="0.05")
            return
        parts = body["messages"][-1]["content"]
        url = next(part["image_url"]["url"] for part in parts if part["type"] == "image_url")
        question = "".join(part["text"] for part in parts if part["type"] == "text")
        image = Image.open(BytesIO(base64.b64decode(url.split(",", 1)[1])))
        place = red_place(image)
        if MODE == "deadly" and image.convert("RGB").getpixel((1, 1))[2] > 150:  # type: ignore[index]
            os._exit(9)
        if MODE == "slow":
            time.sleep(0.25)
        label = re.sub(r"^Find the |\.$", "", question)
        text = json.dumps([{"bbox_2d": place, "label": label}]) if place and "red" in label else "There is none."
        if MODE == "broken" and number % 2:
            text = '```json\n[{"bbox_2d": [1, 2, "three"], "label": "red box"}]\n```'
        self.answer(text, number)

    def answer(self, text: str, number: int) -> None:
        if MODE == "whole":
            message = {"role": "assistant", "content": text}
            self.say(
                200, {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"completion_tokens": 9}}
            )
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for place in range(0, len(text), 7):
            self.piece({"choices": [{"delta": {"content": text[place : place + 7]}, "finish_reason": None}]})
            if MODE == "mortal" and number == 4:
                os._exit(9)
        while MODE == "babbling":
            self.piece({"choices": [{"delta": {"content": " and another, and another" * 40}, "finish_reason": None}]})
        self.piece({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        self.wfile.write(b"data: [DONE]\n\n")

    def piece(self, body: Any) -> None:
        self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")
        self.wfile.flush()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


server = Server(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
