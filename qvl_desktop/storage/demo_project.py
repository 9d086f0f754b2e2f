"""The demo project: shipped pictures and regions made into a project of the user's own.

Owns reading the shipped annotations, making the project with its conversations, and the settings of a run that suit the
demo model. Does not own the pictures (`resources/demo_project`) or the headless demo (`commands.demo`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qvl_desktop.core.box import Rect
from qvl_desktop.core.conversation import Conversation
from qvl_desktop.core.dataset import Split
from qvl_desktop.core.errors import QvlError
from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.core.plan import TrainingPlan
from qvl_desktop.core.resources import resource_path
from qvl_desktop.core.templates import TEMPLATES as SHIPPED
from qvl_desktop.core.templates import Language, Template
from qvl_desktop.storage.generation import generate, preview
from qvl_desktop.storage.indexing import Progress
from qvl_desktop.storage.project import Project

PROJECT_NAME = "demo.qvl"
SPLITS: dict[str, Split] = {"train": "train", "val": "val", "known": "test"}
"""The splits of the shipped annotations. "known" are pictures of shapes that the model knew before."""

TEMPLATES = ("grounding",)
"""The templates of the demo's conversations, in the wording that the demo model knows best."""


Files = dict[Path, tuple[str, tuple[tuple[str, Rect], ...]]]
"""The copied pictures: split, and regions (ref, rectangle in pixels)."""


class DemoError(QvlError):
    """The demo cannot be carried out here."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """The shipped pictures: file and size, split, and regions (ref, rectangle in pixels). `unseen` is the new word."""

    unseen: str
    pictures: tuple[tuple[Path, str, tuple[tuple[str, Rect], ...]], ...]


def is_shipped() -> bool:
    """Whether this installation has the demo's pictures."""
    return resource_path("demo_project", "annotations.json").is_file()


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


def make_demo_project(
    out: Path,
    shipped: Shipped,
    language: Language,
    progress: Progress | None = None,
    *,
    name: str = PROJECT_NAME,
    boxes: bool = True,
    conversations: bool = True,
    bare: Sequence[str] = (),
) -> Path:
    """Make `out/NAME`: copy and index the pictures, add their regions, make conversations. The project's path.

    Without `boxes` the conversations are as imported ones: their tokens stand for no region. The pictures of the
    names `bare` stay without either, for the user to draw on. The project has its name only when it is whole. Raises
    `DemoError` when `out` cannot be written.
    """
    try:
        files = _copy_pictures(out / "pictures", shipped, bare)
    except OSError as error:
        raise DemoError(
            QT_TRANSLATE_NOOP("errors", "{path}: the folder cannot be written ({reason})."),
            path=out,
            reason=error.strerror or error,
        ) from error
    unfinished = out / f"unfinished-{name}"
    _clear(out, unfinished.name)
    said = [] if boxes or not conversations else _conversations(out / f"drawn-{name}", files, language)
    with Project.create(unfinished) as project:
        _add_pictures(project, files, progress, boxes=boxes)
        if boxes and conversations:
            generate(project, TEMPLATES, language, templates=_templates())
        elif conversations:
            project.add_conversations(said)
    unfinished.rename(out / name)
    _clear(out, unfinished.name)
    return out / name


def _add_pictures(project: Project, files: Files, progress: Progress | None, *, boxes: bool) -> None:
    project.add_pictures(files, progress)
    by_split: dict[Split, list[int]] = {}
    for file, (split, regions) in files.items():
        picture = project.find_picture(file)
        if picture is None:
            raise DemoError(QT_TRANSLATE_NOOP("errors", "{path}: this is not a picture that can be read."), path=file)
        if boxes:
            project.add_regions(picture.id, regions)
        by_split.setdefault(SPLITS[split], []).append(picture.id)
    for name, ids in by_split.items():
        project.set_split(ids, name)


def _conversations(beside: Path, files: Files, language: Language) -> list[Conversation]:
    """What the templates make of the regions, by way of a project that is deleted again."""
    _clear(beside.parent, beside.name)
    with Project.create(beside) as drawn:
        _add_pictures(drawn, files, None, boxes=True)
        made = list(preview(drawn, TEMPLATES, language, drawn.picture_ids(), templates=_templates()))
    _clear(beside.parent, beside.name)
    return made


def _templates() -> dict[str, Template]:
    return {name: SHIPPED[name].plain() for name in TEMPLATES}


def _clear(out: Path, name: str) -> None:
    """Delete a project that was begun, with its journal and lock files."""
    for left_over in (*out.glob(f"{name}*"), *out.glob(f".{name}*")):
        left_over.unlink()


def _copy_pictures(folder: Path, shipped: Shipped, bare: Sequence[str]) -> Files:
    folder.mkdir(parents=True, exist_ok=True)
    files: Files = {}
    for source, split, regions in shipped.pictures:
        copy = folder / source.name
        shutil.copyfile(source, copy)
        files[copy] = split, () if source.name in bare else regions
    return files


def demo_plan(data: Path | str) -> TrainingPlan:
    """The settings with which the demo model learns a new word in a minute or two on a laptop."""
    return TrainingPlan(
        model="demo",
        data=str(data),
        method="qlora",
        epochs=9.0,
        learning_rate=7e-4,
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
