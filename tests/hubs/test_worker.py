"""The queue and the process that works on it: paused, cancelled, killed, found again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qvl_desktop.core.download_record import DownloadRecord
from qvl_desktop.core.lockfile import FileLock, is_locked
from qvl_desktop.hubs.fetching import wanted
from qvl_desktop.hubs.queue import Ask, Download, DownloadQueue, DownloadState
from qvl_desktop.hubs.worker import work
from qvl_desktop.jobs.child import child_command, child_environment
from tests.hubs.conftest import HASTE, REPO, SHARD, make_repository
from tests.hubs.fake_hub import FakeHub
from tests.hubs.test_fetching import same


@pytest.fixture
def queue() -> DownloadQueue:
    return DownloadQueue()


def add(queue: DownloadQueue, hub: FakeHub, to: Path, repo: str = REPO) -> Download:
    return queue.add(wanted(repo, to=to, endpoint=hub.url))


def wait_for(done: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def worker(queue: DownloadQueue) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(child_command("download", "--queue"), env=child_environment()))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_several_one_after_the_other(queue: DownloadQueue, hub: FakeHub, tmp_path: Path) -> None:
    hub.models["Qwen/Other-VL"] = make_repository(tmp_path / "hub" / "Other-VL")
    first, second = add(queue, hub, tmp_path / "m"), add(queue, hub, tmp_path / "m", "Qwen/Other-VL")
    assert [one.key for one in queue.all()] == ["00001-Tiny-VL", "00002-Other-VL"]
    assert work(queue, HASTE)
    assert [one.status.state for one in (first, second)] == [DownloadState.DONE] * 2
    assert first.status.done == first.status.total > 0
    assert [name for kind, name, _ in hub.asked if kind == "list"] == [REPO, "Qwen/Other-VL"]


def test_a_failure_is_kept_as_words_and_the_next_goes_on(queue: DownloadQueue, hub: FakeHub, tmp_path: Path) -> None:
    lost, found = add(queue, hub, tmp_path, "Nobody/Nothing"), add(queue, hub, tmp_path)
    assert work(queue, HASTE)
    assert lost.status.state is DownloadState.FAILED
    assert "Nobody/Nothing" in lost.status.problem_text
    assert lost.status.kind == "NotThereError"
    assert found.status.state is DownloadState.DONE


def test_only_one_process_works(queue: DownloadQueue, hub: FakeHub, tmp_path: Path) -> None:
    download = add(queue, hub, tmp_path)
    with FileLock(queue.lock):
        assert not work(queue, HASTE)
    assert download.status.state is DownloadState.WAITING


def test_paused_resumed_from_where_it_was(
    queue: DownloadQueue, hub: FakeHub, repository: Path, tmp_path: Path, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    hub.rate = 100_000
    download = add(queue, hub, tmp_path / "m")
    process = worker()
    wait_for(lambda: download.status.done > 50_000)
    assert download.status.state is DownloadState.WORKING
    assert download.status.total > 500_000
    download.ask(Ask.PAUSE)
    process.wait(20)
    assert download.status.state is DownloadState.PAUSED
    hub.rate = 0
    download.ask(Ask.RUN)
    worker().wait(30)
    assert download.status.state is DownloadState.DONE
    assert same(tmp_path / "m" / "Tiny-VL", repository)
    assert hub.ranges_asked(SHARD)[-1].startswith("bytes=")


def test_killed_and_found_again(
    queue: DownloadQueue, hub: FakeHub, repository: Path, tmp_path: Path, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    hub.rate = 100_000
    download = add(queue, hub, tmp_path / "m")
    process = worker()
    wait_for(lambda: download.status.done > 50_000)
    assert is_locked(queue.lock)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not is_locked(queue.lock)
    hub.rate = 0
    worker().wait(30)
    assert download.status.state is DownloadState.DONE
    assert same(tmp_path / "m" / "Tiny-VL", repository)
    assert hub.ranges_asked(SHARD)[-1].startswith("bytes="), "what had come was not fetched again"


def test_cancelled_leaves_nothing(
    queue: DownloadQueue, hub: FakeHub, tmp_path: Path, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    hub.rate = 100_000
    download = add(queue, hub, tmp_path / "m")
    process = worker()
    wait_for(lambda: download.status.done > 50_000)
    download.ask(Ask.CANCEL)
    process.wait(20)
    assert list(queue.all()) == []
    assert not (tmp_path / "m" / "Tiny-VL").exists()


def test_a_finished_download_that_is_taken_off_the_list_stays(
    queue: DownloadQueue, hub: FakeHub, tmp_path: Path
) -> None:
    download = add(queue, hub, tmp_path / "m")
    work(queue, HASTE)
    download.ask(Ask.CANCEL)
    work(queue, HASTE)
    assert list(queue.all()) == []
    assert DownloadRecord.load(tmp_path / "m" / "Tiny-VL").complete
