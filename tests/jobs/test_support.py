"""What is told to others of a trouble: real faults of real processes, and no path in the report unless asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from qvl_desktop.jobs.crash_watch import KEPT, CrashWatch, process_of, still_runs
from qvl_desktop.jobs.program_log import read_log
from qvl_desktop.jobs.start_watch import StartWatch
from qvl_desktop.jobs.support_report import support_report, without_paths

WINDOW = """
import sys, ctypes, os, signal
from pathlib import Path
from qvl_desktop.jobs.crash_watch import CrashWatch
watch = CrashWatch(Path(sys.argv[1]))
watch.begin()
if sys.argv[2] == "fault":
    ctypes.string_at(0)
if sys.argv[2] == "kill":
    os.kill(os.getpid(), signal.SIGKILL)
watch.end()
"""


def window(folder: Path, end: str) -> int:
    return subprocess.run([sys.executable, "-c", WINDOW, str(folder), end], capture_output=True).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
def test_a_fault_is_told_once_with_the_place_it_happened_at(tmp_path: Path) -> None:
    assert window(tmp_path, "fault") == -signal.SIGSEGV
    told = CrashWatch(tmp_path).left_behind()
    assert told is not None
    assert "Segmentation fault" in told.text
    assert "string_at" in told.text
    assert abs(time.time() - told.when) < 600
    assert CrashWatch(tmp_path).left_behind() is None
    assert CrashWatch(tmp_path).crashes() == [told], "it stays"


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
def test_an_ordinary_end_and_a_kill_are_no_crash_and_leave_nothing(tmp_path: Path) -> None:
    assert window(tmp_path, "well") == 0
    assert list(tmp_path.iterdir()) == []
    assert window(tmp_path, "kill") == -signal.SIGKILL
    assert CrashWatch(tmp_path).left_behind() is None
    assert list(tmp_path.iterdir()) == []


def test_a_window_that_still_runs_is_left_alone_and_old_crashes_go(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        (tmp_path / f"2026010{number}-000000-99999{number}.crash").write_text(f"fault {number}")
    running = tmp_path / "20270101-000000-4242.crash"
    running.write_text("")
    watch = CrashWatch(tmp_path, lives=lambda file: process_of(file) == 4242)
    told = watch.left_behind()
    assert told is not None
    assert told.text == f"fault {KEPT + 2}"
    assert running.exists()
    assert len(list(tmp_path.glob("2026*.crash"))) == KEPT


def test_a_number_that_another_process_took_over_is_no_window_that_runs(tmp_path: Path) -> None:
    mine = tmp_path / f"20260101-000000-{os.getpid()}.crash"
    mine.touch()
    assert still_runs(mine)
    os.utime(mine, (1_000_000_000, 1_000_000_000))
    assert not still_runs(mine), "this process began after that file was written"
    assert not still_runs(tmp_path / "20260101-000000-none.crash")


def test_starts_that_failed_are_counted_until_one_goes_well(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"20260101-00000{number}-99999{number}.start").touch()
    watch = StartWatch(tmp_path, lives=lambda file: False)
    watch.begin()
    assert [file.name for file in watch.failed()] == ["20260101-000001-999991.start", "20260101-000002-999992.start"]
    watch.forgive()
    assert [file.name for file in watch.failed()] == ["20260101-000002-999992.start"]
    watch.end()
    assert len(watch.failed()) == 1, "an ordinary end says nothing of those before"
    watch.begin()
    watch.settled()
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").touch()
    nowhere = StartWatch(tmp_path / "file")
    nowhere.begin()
    assert nowhere.failed() == []
    nowhere.settled()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/data/猫 pictures/a cat.png: cannot be read (truncated).", "<path.png>: cannot be read (truncated)."),
        ("'/home/me/my project.qvl' is locked", "'<path.qvl>' is locked"),
        (r"C:\Users\me\x.json: no list", "<path.json>: no list"),
        (r"\\server\share\y, 3 more", "<path>, 3 more"),
        ("~/runs/one (2 steps)", "<path> (2 steps)"),
        ("http://127.0.0.1:8000/v1 and/or 1/2", "http://127.0.0.1:8000/v1 and/or 1/2"),
        (
            'File "/opt/env/lib/python3.11/site-packages/torch/nn/x.py", line 3',
            'File "torch/nn/x.py", line 3',
        ),
        ('File "/home/me/src/qvl_desktop/app.py", line 9', 'File "qvl_desktop/app.py", line 9'),
    ],
)
def test_paths_are_taken_out(text: str, expected: str) -> None:
    assert without_paths(text) == expected


@given(st.text(st.characters(blacklist_characters="/\\:,('\"<>|\n\r", blacklist_categories=("Cs", "Cc")), min_size=3))
def test_no_name_of_a_folder_survives(name: str) -> None:
    name = f"秘密{name}"
    assert "秘密" not in without_paths(f"2026 ERROR x: /home/{name}/{name}.png: cannot be read")


def test_the_report_names_versions_and_troubles_but_no_path(qapp: QApplication, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    log = tmp_path / "log"
    log.write_text(
        "2026-01-01 10:00:00,000 INFO qvl: started\n"
        "2026-01-01 10:00:01,000 ERROR qvl: /home/me/secret.qvl: is locked\nTraceback, second line\n"
        "2026-01-01 10:00:02,000 INFO qvl: went on\n"
    )
    monkeypatch.setattr("qvl_desktop.jobs.support_report.log_file", lambda: log)
    text = support_report()
    assert "PySide6 6." in text
    assert "torch 2." in text
    assert "<path.qvl>: is locked\nTraceback, second line" in text
    assert "secret" not in text
    assert "started" not in text
    assert "/home/me/secret.qvl" in support_report(with_paths=True)


def test_the_log_is_read_by_level(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("2026-01-01 1 INFO a: one\n2026-01-01 1 WARNING a: two\nmore\n2026-01-01 1 ERROR a: three\n")
    assert read_log(log, "INFO").count("\n") == 3
    assert read_log(log, "WARNING").splitlines()[0].endswith("two")
    assert read_log(log, "WARNING").splitlines()[1] == "more"
    assert read_log(log, "ERROR").endswith("three")
    assert read_log(tmp_path / "none", "INFO") == ""
    (tmp_path / "log.1").write_text("2026-01-01 1 ERROR a: before the file was full\n")
    assert read_log(log, "ERROR").startswith("2026-01-01 1 ERROR a: before")
