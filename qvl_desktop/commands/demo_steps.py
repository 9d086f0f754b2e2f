"""The steps of the demo: project, plan, run, evaluation, sheet of pictures.

Owns what the demo does, through the same code as the window. Does not own what it says about it (`demo`).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qvl_desktop.core.box import Rect
from qvl_desktop.core.dataset import Dataset, Split
from qvl_desktop.core.errors import DataError, QvlError
from qvl_desktop.core.events import Event, Failed
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.lint import lint
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.run_folder import EventReader, RunFolder
from qvl_desktop.core.templates import Language

if TYPE_CHECKING:
    from PIL import Image

    from qvl_desktop.training.evaluation import Outcome, Question

PROJECT_NAME = "demo.qvl"
SPLITS: dict[str, Split] = {"train": "train", "val": "val", "known": "test"}
"""The splits of the shipped annotations. "known" are pictures of shapes that the model knew before."""

TEMPLATES = ("grounding",)
PRECISION = "nf4"
"""The base is asked in 4 bits before and after: the same weights that the adapter was trained on."""

POLL_SECONDS = 0.1


class DemoError(QvlError):
    """The demo cannot be carried out here."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipped pictures: file and size, split, and regions (ref, rectangle in pixels). `unseen` is the new word."""

    unseen: str
    pictures: tuple[tuple[Path, str, tuple[tuple[str, Rect], ...]], ...]


def read_shipped(language: Language) -> Shipped:
    """The demo's pictures and regions, refs in one language. Raises `DemoError` when they were left out."""
    folder = resource_path("demo_project")
    try:
        body = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise DemoError(
            QT_TRANSLATE_NOOP("errors", "The demo pictures were left out of this installation: {folder} is missing."),
            folder=folder,
        ) from error
    ref = f"ref_{language}"
    pictures = tuple(
        (folder / item["file"], item["split"], tuple((r[ref], Rect(*r["xyxy"])) for r in item["regions"]))
        for item in body["pictures"]
    )
    return Shipped(body["unseen"][ref], pictures)


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
    """Create the project: copy and import the pictures, their regions, make conversations, check them.

    Raises `DataError` when the check finds an error.
    """
    from qvl_desktop.storage.dataset import project_dataset
    from qvl_desktop.storage.generation import generate
    from qvl_desktop.storage.project import Project

    files: dict[Path, tuple[str, tuple[tuple[str, Rect], ...]]] = {}
    (out / "pictures").mkdir()
    for source, split, regions in shipped.pictures:
        copy = out / "pictures" / source.name
        shutil.copyfile(source, copy)
        files[copy] = split, regions
    with Project.create(out / PROJECT_NAME) as project:
        project.add_pictures(files)
        by_split: dict[Split, list[int]] = {}
        for file, (split, regions) in files.items():
            picture = project.find_picture(file)
            if picture is None:
                raise DataError(
                    QT_TRANSLATE_NOOP("errors", "{path}: this is not a picture that can be read."), path=file
                )
            project.add_regions(picture.id, regions)
            by_split.setdefault(SPLITS[split], []).append(picture.id)
        for name, ids in by_split.items():
            project.set_split(ids, name)
        generate(project, TEMPLATES, language)
        dataset = project_dataset(project)
    errors = [finding for finding in lint(dataset) if finding.level == "error"]
    if errors:
        raise DataError("{finding}", finding=errors[0])
    return dataset


def demo_plan(project: Path) -> TrainingPlan:
    """The settings of the demo's run."""
    return TrainingPlan(
        model="demo",
        data=str(project),
        method="qlora",
        epochs=6.0,
        learning_rate=2e-3,
        batch_size=8,
        accumulation=1,
        lora_rank=16,
        lora_alpha=32,
        lora_dropout=0.0,
        lora_targets=["c_attn", "attn.c_proj", "w1", "w2", "mlp.c_proj"],
        eval_steps=0,
        eval_samples=32,
        save_steps=50,
    )


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
                    failure = event.message
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
            reason=failure or f"exit code {child.returncode}",
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

        hush_libraries()
        warnings.filterwarnings("ignore", category=FutureWarning)  # for the authors of libraries, not for users
        self.new = [q for q in grounding_questions(dataset.split("val")) if q.truth[0][0] == unseen]
        self.known = grounding_questions(dataset.split("test"))
        folder = resolve_model("demo")
        self._model: Any = load_model(folder, precision=PRECISION)
        self._processor = load_processor(folder)
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
    return sheet(title, ("truth", "before training", "after training"), cells)


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
        return Cell(picture, outcome.answer.strip() or "(no answer)", MISSED)
    hit = max(best) >= 0.5
    return Cell(picture, f"IoU {max(best):.2f}", ANSWER if hit else MISSED)
