"""How a run is started on several cards or machines: the line for a shell, and the script for Slurm.

Owns the words of both. Does not start anything; what the processes do once they are up is `training`'s.
"""

from __future__ import annotations

import math
import shlex
from pathlib import PurePath

from qvl_desktop.core.errors import PlanError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan

MODULE = "qvl_desktop"
"""What `python -m` starts."""
PORT = 29500


def launch_command(plan: TrainingPlan, run: PurePath, *, nodes: int = 1, resume: bool = False) -> list[str]:
    """The words of the command that carries out a run folder with `plan.processes` processes on `nodes` machines.

    On several machines it is started once on each, with `MAIN_HOST` naming the first. Raises `PlanError` when the
    processes do not spread evenly.
    """
    train = ["train", str(run), *(["--resume"] if resume else [])]
    if plan.processes == 1 and plan.distributed == "none":
        return ["python", "-m", MODULE, *train]
    return ["torchrun", *_rendezvous(nodes), "--nproc-per-node", str(_per_node(plan, nodes)), "-m", MODULE, *train]


def launch_line(plan: TrainingPlan, run: PurePath, *, nodes: int = 1, resume: bool = False) -> str:
    """The same as one line for a POSIX shell."""
    words = launch_command(plan, run, nodes=nodes, resume=resume)
    return " ".join(word if "$" in word else shlex.quote(word) for word in words)


def slurm_script(plan: TrainingPlan, run: PurePath, *, nodes: int = 1, hours: float = 24.0) -> str:
    """A batch script for `sbatch`: one task a machine, `torchrun` in it, resumed when the job is started again.

    Slurm's warning before the time is up becomes SIGTERM for the run, which finishes its step and saves.
    """
    per_node = _per_node(plan, nodes)
    minutes = max(1, math.ceil(hours * 60))
    folder = shlex.quote(str(run))
    train = f'-m {MODULE} train {folder} ${{RESUME:+"$RESUME"}}'
    launcher = " ".join(["torchrun", *_rendezvous(nodes), "--nproc-per-node", str(per_node), train])
    return "\n".join(
        [
            "#!/bin/bash",
            f"#SBATCH --job-name={_job_name(run)}",
            f"#SBATCH --nodes={nodes}",
            "#SBATCH --ntasks-per-node=1",
            f"#SBATCH --gpus-per-node={per_node}",
            f"#SBATCH --time={minutes // 60:02d}:{minutes % 60:02d}:00",
            "#SBATCH --signal=TERM@120",
            "#SBATCH --requeue",
            "",
            "set -eu",
            'MAIN_HOST=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)',
            "export MAIN_HOST",
            f'RESUME=""; if ls -d {folder}/checkpoints/checkpoint-* >/dev/null 2>&1; then RESUME=--resume; fi',
            f"srun {launcher}",
            "",
        ]
    )


def _per_node(plan: TrainingPlan, nodes: int) -> int:
    if nodes < 1 or plan.processes % nodes:
        raise PlanError(
            QT_TRANSLATE_NOOP("errors", "{processes} processes cannot be spread evenly over {nodes} machines."),
            processes=plan.processes,
            nodes=nodes,
        )
    return plan.processes // nodes


def _rendezvous(nodes: int) -> list[str]:
    if nodes == 1:
        return ["--standalone"]
    where = f'"$MAIN_HOST:{PORT}"'
    return ["--nnodes", str(nodes), "--rdzv-backend", "c10d", "--rdzv-id", MODULE, "--rdzv-endpoint", where]


def _job_name(run: PurePath) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in run.name).strip("-") or "qvl"
