"""Launch lines and Slurm scripts: what a shell makes of them is what was meant."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path, PurePosixPath

import pytest

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.launch import launch_line, slurm_script
from qvl_desktop.core.plan import TrainingPlan

RUN = PurePosixPath("/data/my runs/cats & dogs")
EIGHT = TrainingPlan(data="d.json", distributed="zero3", processes=8)


def test_one_card_needs_no_launcher() -> None:
    assert shlex.split(launch_line(TrainingPlan(), RUN)) == ["python", "-m", "qvl_desktop", "train", str(RUN)]


def test_several_cards_of_one_machine() -> None:
    words = shlex.split(launch_line(EIGHT, RUN, resume=True))
    assert words[:4] == ["torchrun", "--standalone", "--nproc-per-node", "8"]
    assert words[-3:] == ["train", str(RUN), "--resume"]


def test_several_machines_meet_at_the_first(tmp_path: Path) -> None:
    line = launch_line(EIGHT, RUN, nodes=2)
    shown = subprocess.run(
        ["bash", "-c", f"torchrun() {{ printf '%s\\n' \"$@\"; }}; {line}"],
        env={**os.environ, "MAIN_HOST": "node 7"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert shown[shown.index("--rdzv-endpoint") + 1] == "node 7:29500"
    assert shown[shown.index("--nproc-per-node") + 1] == "4"
    assert shown[-1] == str(RUN)


def test_uneven_machines_are_refused() -> None:
    with pytest.raises(PlanError, match="8 processes"):
        launch_line(EIGHT, RUN, nodes=3)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("begun", [False, True])
def test_a_slurm_script_starts_the_run_and_later_resumes_it(tmp_path: Path, begun: bool) -> None:
    run = tmp_path / "猫 run"
    run.mkdir()
    if begun:
        (run / "checkpoints" / "checkpoint-10").mkdir(parents=True)
    script = slurm_script(EIGHT, run, nodes=2, hours=1.5)
    assert "#SBATCH --time=01:30:00" in script
    assert "#SBATCH --gpus-per-node=4" in script
    fakes = "scontrol() { echo first; echo second; }; srun() { printf '%s\\n' \"$@\"; }\nSLURM_JOB_NODELIST=x\n"
    shown = subprocess.run(
        ["bash", "-c", fakes + script], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert "first:29500" in shown
    assert shown[shown.index("train") + 1 :] == [str(run), *(["--resume"] if begun else [])]
