"""The steps of the demo: project, plan, run, evaluation, sheet of pictures.

Owns what the demo does, through the same code as the window. Does not own what it says about it (`demo`).
"""

from __future__ import annotations

import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.dataset import Dataset
from qvl_desktop.core.errors import DataError
from qvl_desktop.core.events import Event, Failed
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP, translate
from qvl_desktop.core.lint import lint
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.core.templates import Language
from qvl_desktop.storage.dataset import load_dataset
from qvl_desktop.storage.demo_project import PROJECT_NAME, DemoError, Shipped, make_demo_project

if TYPE_CHECKING:
    from PIL import Image

    from qvl_desktop.training.evaluation import Outcome, Question

PRECISION = "nf4"
"""The base is asked in 4 bits before and after: the same weights that the adapter was trained on."""

POLL_SECONDS = 0.1


def clear(out: Path) -> None:
    """Make `out`, without what an earlier demo left in it. Raises `DemoError` when it holds something else."""
    project = out / PROJECT_NAME
    try:
        if out.exists() and any(out.iterdir()) and not project.exists():
            raise DemoError(
                QT_TRANSLATE_NOOP("errors", "{path}: this folder holds something else. Choose another with --out."),
                path=out,
            )
        for name in ("pictures", "demo.runs"):
            shutil.rmtree(out / name, ignore_errors=True)
        for path in out.glob(f"{PROJECT_NAME}*"):
            path.unlink()
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DemoError(
            QT_TRANSLATE_NOOP("errors", "{path}: the folder cannot be written ({reason})."),
            path=out,
            reason=error.strerror or error,
        ) from error


def make_project(out: Path, shipped: Shipped, language: Language) -> Dataset:
    """Make the project with its conversations, read it back and check it. Raises `DataError` for a fault found."""
    dataset = load_dataset(make_demo_project(out, shipped, language))
    errors = [finding for finding in lint(dataset) if finding.level == "error"]
    if errors:
        raise DataError("{finding}", finding=errors[0])
    return dataset


def train(run: RunFolder, plan: TrainingPlan, tell: Callable[[Event], None]) -> None:
    """The run, in a process of its own as the window starts it. Raises `DemoError` with the reason when it fails."""
    from qvl_desktop.jobs.child import child_command, child_environment

    run.create()
    plan.save(run.plan)
    reader = EventReader(run)
    failure = ""
    with run.log.open("ab") as log:
        child = subprocess.Popen(
            child_command("train", str(run.path)),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=child_environment(),
        )
    try:
        while True:
            ended = child.poll() is not None
            for event in reader.read():
                tell(event)
                if isinstance(event, Failed):
                    failure = event.text
            if ended:
                break
            time.sleep(POLL_SECONDS)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    if child.returncode != 0:
        raise DemoError(
            QT_TRANSLATE_NOOP("errors", "The training run failed: {reason} ({log} has the rest)."),
            reason=failure or translate("errors", "exit code {code}").format(code=child.returncode),
            log=run.log,
        )


class Examiner:
    """Asks the demo model, without and with the adapter.

    `new` are the questions about the word it has never met, on held-out pictures; `known` those about shapes it knew,
    on pictures that the run never saw.
    """

    def __init__(self, dataset: Dataset, unseen: str) -> None:
        from qvl_desktop.engine.generator import Generator
        from qvl_desktop.engine.host import hush_libraries
        from qvl_desktop.models.loading import load_model, load_processor
        from qvl_desktop.models.names import resolve_model
        from qvl_desktop.training.evaluation import grounding_questions
        from qvl_desktop.training.methods import choose_threads

        hush_libraries()
        warnings.filterwarnings("ignore", category=FutureWarning)  # for the authors of libraries, not for users
        self.new = [q for q in grounding_questions(dataset.split("val")) if q.truth[0][0] == unseen]
        self.known = grounding_questions(dataset.split("test"))
        folder = resolve_model("demo")
        self._model: Any = load_model(folder, precision=PRECISION)
        self._processor = load_processor(folder)
        choose_threads(self._model, self._model.device)
        self._generator = Generator(self._model, self._processor)

    def put_on(self, adapter: Path) -> None:
        """Answer with the adapter from now on."""
        from qvl_desktop.engine.generator import Generator
        from qvl_desktop.models.loading import load_adapter

        features = self._generator.features
        self._model = load_adapter(self._model, adapter).eval()
        self._generator = Generator(self._model, self._processor)
        self._generator.features = features  # the adapter leaves the tower alone

    def ask(self, questions: Sequence[Question]) -> list[Outcome]:
        """The answers to questions, in order."""
        from qvl_desktop.training.evaluation import ask

        return ask(self._generator, questions, batch_size=32)


def acc50(outcomes: Sequence[Outcome]) -> float:
    """Share of true boxes found with IoU >= 0.5."""
    from qvl_desktop.training.evaluation import score

    return score(outcomes).total.acc50


def picture_sheet(title: str, before: Sequence[Outcome], after: Sequence[Outcome], rows: int = 6) -> Image.Image:
    """Truth, answer before and answer after, for the first pictures."""
    from qvl_desktop.core.drawing import sheet

    cells = [
        [_truth_cell(old), _answer_cell(old), _answer_cell(new)]
        for old, new in list(zip(before, after, strict=True))[:rows]
    ]
    heads = (translate("cli", "truth"), translate("cli", "before training"), translate("cli", "after training"))
    return sheet(title, heads, cells)


def _truth_cell(outcome: Outcome) -> Any:
    from qvl_desktop.core.drawing import TRUTH, Cell, DrawnBox, draw_boxes
    from qvl_desktop.core.pictures import open_upright
    from qvl_desktop.training.evaluation import spoken_question

    boxes = [DrawnBox(box, ref, TRUTH) for ref, _, boxes in outcome.question.truth for box in boxes]
    picture = open_upright(outcome.question.pictures[-1])
    return Cell(draw_boxes(picture, boxes), spoken_question(outcome.question))


def _answer_cell(outcome: Outcome) -> Any:
    """The picture with the answered boxes: blue where they hit, red where they miss, and what was said or scored."""
    from qvl_desktop.core.box import iou
    from qvl_desktop.core.drawing import ANSWER, MISSED, Cell, DrawnBox, draw_boxes
    from qvl_desktop.core.pictures import open_upright

    truth = [box for _, _, boxes in outcome.question.truth for box in boxes]
    best = [max((iou(box, true) for true in truth), default=0.0) for _, _, box in outcome.boxes]
    boxes = [
        DrawnBox(box, ref, ANSWER if overlap >= 0.5 else MISSED)
        for (ref, _, box), overlap in zip(outcome.boxes, best, strict=True)
    ]
    picture = draw_boxes(open_upright(outcome.question.pictures[-1]), boxes)
    if not boxes:
        return Cell(picture, outcome.answer.strip() or translate("cli", "(no answer)"), MISSED)
    hit = max(best) >= 0.5
    return Cell(picture, f"IoU {max(best):.2f}", ANSWER if hit else MISSED)
