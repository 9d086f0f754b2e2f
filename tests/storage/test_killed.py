"""A process that edits is killed: every edit it was told is done is there, and none is half there."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from benchmarks.nothing_lost import run
from qvl_desktop.storage.project import Project

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 12
PAIR = 2

EDITOR = """
import sys
from pathlib import Path
from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation, Turn, user_turn
from qvl_desktop.core.tokens import format_ref
from qvl_desktop.storage.project import Project
project = Project.open(Path(sys.argv[1]))
picture = project.picture_ids()[0]
number = project.region_count() // 2
print("ready", number, flush=True)
while True:
    with project.step("Two regions and a conversation"):
        x = number % 500
        left, right = Rect(x, 0, x + 50, 50), Rect(x, 60, x + 50, 99)
        ids = project.add_regions(picture, [(f"left {number}", left), (f"right {number}", right)])
        answer = format_ref(f"left {number}", [project.region(ids[0]).box])
        question = user_turn([project.picture(picture).path], f"Find the left {number}.")
        project.add_conversation(Conversation((question, Turn("assistant", answer))))
    number += 1
    print("done", number, flush=True)
"""


def test_every_acknowledged_edit_is_there_and_none_is_half(project: Project) -> None:
    path = project.path
    project.close()
    rng = random.Random(5)
    acknowledged = 0
    for _ in range(ROUNDS):
        child = subprocess.Popen([sys.executable, "-c", EDITOR, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        ready = child.stdout.readline().split()
        assert ready[:1] == ["ready"]
        assert int(ready[1]) >= acknowledged
        for _ in range(rng.randint(1, 12)):
            child.stdout.readline()
        try:
            child.wait(rng.uniform(0.0, 0.02))  # somewhere inside a later edit
        except subprocess.TimeoutExpired:
            child.kill()
        rest, _ = child.communicate()
        numbers = [int(words[1]) for line in rest.splitlines() if len(words := line.split()) == 2]
        acknowledged = max([acknowledged, *numbers])
        with Project.open_read_only(path) as reader:
            edits = reader.conversation_count()
            assert edits >= acknowledged
            assert reader.region_count() == len(reader.regions(reader.picture_ids()[0])) == PAIR * edits
            links = reader._one("SELECT count(*) FROM links")
            assert links == (edits,)
    assert acknowledged > ROUNDS
    with Project.open(path) as project:
        project.undo()
        assert project.region_count() == PAIR * (edits - 1)
        assert project.conversation_count() == edits - 1


def test_kills_while_editing_and_importing_lose_nothing(tmp_path: Path) -> None:
    """The quick version of `benchmarks/nothing_lost.py`: rows are compared with a project that nobody killed."""
    counts = run(8, 3, tmp_path)
    assert {kind: kills for kind, (kills, _) in counts.items()} == {"edit": 4, "conversations": 2, "coco": 2}
    assert counts["edit"][1] > 0
