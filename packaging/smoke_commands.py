"""What the packed app does without a window: version, doctor, the demo loop, a check, a server.

Owns these steps and what each must say. Does not own the order (`smoke`) nor where they run (`smoke_place`).
"""

from __future__ import annotations

import base64
import json
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from smoke_place import Failure, Place

NO_MODEL_HALF = "slim edition"
"""Words of what a slim app says that knows no engine."""


def say_version(place: Place, *, edition: str, whole: bool) -> None:
    """The version; unknown commands are refused; doctor knows the edition and finds everything."""
    print(place.run(place.program, "--version").strip())
    place.run(place.program, "no-such-command", code=2)
    process = place.start(place.program, "doctor", "--json", stdout=subprocess.PIPE)
    facts = json.loads(process.communicate(timeout=180)[0])
    if facts["edition"] != edition:
        raise Failure(f"doctor takes this for the edition {facts['edition']}, not {edition}")
    if whole and (facts["problems"] or process.returncode):
        raise Failure(f"doctor finds fault: {facts['problems']}")
    unknown = [name for name, version in facts["packages"].items() if not version and name != "gptqmodel"]
    if unknown:
        raise Failure(f"doctor does not know the version of {unknown}")
    if edition == "full":
        print(f"doctor: torch {facts['torch']['version']}, CUDA {facts['torch']['cuda'] or 'none'}")
    else:
        print(f"doctor: engine {facts['engine']}")


def run_demo(place: Place, *, shipped_only: bool) -> Path:
    """The demo project: made by the whole loop, or from the shipped pictures alone."""
    out = place.work / "demo 演示"
    if shipped_only:
        out.mkdir()
        if place.as_user:
            out.chmod(0o777)
        pictures = next(place.app.rglob("resources/demo_project/pictures"))
        place.run(place.program, "new", str(out / "demo.qvl"), "--images", str(pictures))
        return out / "demo.qvl"
    said = place.run(place.program, "demo", "--out", str(out))
    result = json.loads(said.strip().splitlines()[-1])
    print(f"demo loop: {result}")
    if result["acc50_after"] < 0.7 or result["acc50_before"] > 0.3:
        raise Failure(f"the demo loop did not teach the model its word: {result}")
    return out / "demo.qvl"


def check_project(place: Place, project: Path) -> None:
    """`check` finds no fault, and the program speaks Chinese when asked to."""
    place.run(place.program, "check", str(project), "--model", "demo")
    help_text = place.run(place.program, "--language", "zh", "check", "--help")
    if not any("\u4e00" <= sign <= "\u9fff" for sign in help_text):
        raise Failure(f"asked for Chinese, it said: {help_text[-200:]}")
    print("check: no fault; the help speaks Chinese")


def ask_server(place: Place, project: Path) -> None:
    """A server on a port of its own: refused without the key, answered with it; the page for browsers; Ctrl-C."""
    adapters = sorted(project.with_suffix(".runs").glob("*/adapter"))
    options = [word for adapter in adapters[:1] for word in ("--adapter", f"own={adapter}")]
    command = [place.program, "serve", "--model", "demo", "--web", *options]
    process = place.start(*command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline() or "{}")
        if told.get("event") != "listening":
            raise Failure(f"serve said {told}")
        picture = base64.b64encode(
            next(place.app.rglob("resources/demo_project/known/known-01.jpg")).read_bytes()
        ).decode()
        parts = [
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture}"}},
            {"type": "text", "text": "Find the orange heart."},
        ]
        body = {"model": told["models"][-1], "messages": [{"role": "user", "content": parts}], "max_tokens": 48}
        status, _ = request(told["url"] + "/chat/completions", body, "wrong")
        if status != 401:
            raise Failure(f"a wrong key was answered with {status}, not 401")
        status, answer = request(told["url"] + "/chat/completions", body, told["key"])
        text = answer["choices"][0]["message"]["content"] if status == 200 else ""
        if "<box>" not in text:
            raise Failure(f"serve answered {status}: {answer}")
        page = told["url"].removesuffix("/v1") + "/"
        with urllib.request.urlopen(page, timeout=20) as reply:
            if b"<html" not in reply.read():
                raise Failure(f"{page} is no page")
        print(f"serve: {told['models']} answered {text!r}; its page is there")
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failure("serve did not end within 20 s of Ctrl-C") from None


def request(url: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
    """Post JSON; the status and the JSON that comes back."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    asked = urllib.request.Request(url, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(asked, timeout=120) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def without_engine(place: Place) -> None:
    """A slim app that knows no engine: what needs a model is refused in words, the rest works."""
    project = run_demo(place, shipped_only=True)
    place.run(place.program, "check", str(project))
    for command in (["demo"], ["serve", "--model", "demo"], ["evaluate", "--model", "demo", "--data", str(project)]):
        said = place.run(place.program, *command, code=1)
        if NO_MODEL_HALF not in said or "Traceback" in said:
            raise Failure(f"{command[0]} without an engine says: {said}")
    print(f"without an engine: {said.strip()}")
