"""A run's process for tests of its supervisor: `python fake_worker.py MODE RUN [--resume]`.

Speaks the real protocol (lock, events, control) through `core`, without training anything.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from qvl_desktop.core.events import Evaluated, Failed, Finished, Paused, Resumed, Stage, Started, Step
from qvl_desktop.core.lockfile import FileLock
from qvl_desktop.core.run_folder import Command, EventWriter, RunFolder

STEPS = 6


def step(number: int, total: int) -> Step:
    return Step(step=number, total=total, epoch=number / total, loss=1.0 / number, learning_rate=1e-4, grad_norm=1.0,
                seconds=0.02, tokens=100, memory=1 << 20)  # fmt: skip


def main() -> None:
    mode, run = sys.argv[1], RunFolder(Path(sys.argv[2]))
    if mode == "unable":
        sys.exit("this process cannot even begin")
    lock = FileLock(run.lock)
    lock.acquire()
    events = EventWriter(run)
    first = 4 if "--resume" in sys.argv else 1
    total = 20_000 if mode == "flood" else 100_000 if mode in ("slow", "deaf") else STEPS
    events.write(Stage(stage="model", done=0, total=1))
    events.write(Started(pid=os.getpid(), total=total, step=first - 1, world_size=1, device="cpu", precision="fp32",
                         samples=3, trainable_parameters=10))  # fmt: skip
    if mode == "junk":
        sys.stdout.buffer.write(b"\xff\xfe\x00 not text \r 1%\r 2%\n" + b"x" * 30_000 + b"\n")
        sys.stdout.flush()
        with run.events.open("ab") as file:
            file.write(b'{"event": "step", "v": 1}\nnot json\n{"event": "later", "v": 9}\n\xff\xff\n')
    for number in range(first, total + 1):
        while run.asked() is Command.PAUSE and mode != "deaf":
            events.write(Paused(step=number - 1))
            while run.asked() is Command.PAUSE:
                time.sleep(0.01)
            events.write(Resumed(step=number - 1))
        if run.asked() is Command.PAUSE_AND_FREE:
            (run.checkpoints / f"checkpoint-{number - 1}").mkdir(parents=True, exist_ok=True)
            run.ask(Command.RUN)
            events.write(Paused(step=number - 1, freed=True))
            events.close()
            sys.exit(0)
        if run.asked() is Command.STOP and mode != "deaf":
            finish(run, events, number - 1, "stopped")
        events.write(step(number, total))
        if mode == "flood":
            print("line", number, flush=number % 500 == 0)
            continue
        if mode == "fail" and number == 3:
            events.write(Failed(kind="MemoryError", message="The card is full.", traceback="..."))
            sys.exit(1)
        if mode == "die" and number == 3:
            print("the last thing it said", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "exit" and number == 3:
            sys.exit("gave up")
        if mode == "deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if number == 3:
            (run.checkpoints / "checkpoint-3").mkdir(parents=True, exist_ok=True)
        time.sleep(0.02)
    events.write(Evaluated(step=total, metrics={"acc50": 0.75, "loss": 0.5}))
    finish(run, events, total, "done")


def finish(run: RunFolder, events: EventWriter, step_number: int, reason: str) -> None:
    (run.checkpoints / f"checkpoint-{step_number}").mkdir(parents=True, exist_ok=True)
    events.write(Finished(step=step_number, reason=reason, adapter="adapter"))
    events.close()
    sys.exit(0)


main()
