"""The demo, for real: the shipped model meets a word it never heard and learns to point at it.

The longest test there is. Its limits are what the product promises on two cores.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from qvl_desktop.core.adapter_card import AdapterCard
from qvl_desktop.core.events import Finished
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.jobs.child import child_command, child_environment
from qvl_desktop.storage.project import Project

KEYS = {"acc50_before", "acc50_after", "acc50_known_before", "acc50_known_after", "seconds"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_teaches_a_new_word(tmp_path: Path) -> None:
    out = tmp_path / "out"
    demo = subprocess.run(
        child_command("demo", "--out", str(out)), env=child_environment(), capture_output=True, text=True, check=False
    )
    assert demo.returncode == 0, demo.stderr
    figures = json.loads(demo.stdout.splitlines()[-1])
    assert set(figures) == KEYS
    assert figures["acc50_before"] <= 0.30
    assert figures["acc50_after"] >= 0.70
    assert figures["acc50_known_after"] >= figures["acc50_known_before"] - 0.05
    assert figures["acc50_known_before"] >= 0.70
    assert " left" in demo.stderr

    with Project.open(out / "demo.qvl") as project:
        assert project.picture_count() == 100
        assert project.region_count() > 200
        assert project.ref_counts()["gear"] == 60
    run = RunFolder(out / "demo.runs" / "gear")
    last = list(EventReader(run).read())[-1]
    assert isinstance(last, Finished)
    assert last.reason == "done"
    card = AdapterCard.load(run.adapter)
    assert (card.base, card.method) == ("demo", "qlora")
    with Image.open(out / "before-after.png") as sheet:
        assert sheet.width > 1000
        assert sheet.height > 1000
