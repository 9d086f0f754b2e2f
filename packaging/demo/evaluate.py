"""Scores a model folder on held-out scenes, greedily, through the product's own prompt format and ``generate``.

    PYTHONPATH=.:packaging python -m demo.evaluate resources/demo_model --scenes 500

Held-out scenes have seeds that training never uses. Prints one JSON object a language.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from PIL import Image

from demo.questions import Question, QuestionMaker
from demo.scenes import SceneStyle, make_scene
from demo.words import FIND, LANGUAGES, UNSEEN_NAMES
from qvl_desktop.core.conversation import Turn
from qvl_desktop.core.metrics import Tally
from qvl_desktop.core.tokens import BoxToken, parse
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration, QwenVLProcessor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from demo.scenes import Scene

HELD_OUT_SEED = 77_000_000
STYLE = SceneStyle(objects=(1, 5))
EXACT_KINDS = ("count", "describe", "exists", "absent")


@dataclass(slots=True)
class Score:
    """Counts of one language."""

    find: Tally = field(default_factory=Tally)
    single: Tally = field(default_factory=Tally)
    several: Tally = field(default_factory=Tally)
    asked: dict[str, int] = field(default_factory=dict)
    right: dict[str, int] = field(default_factory=dict)
    unseen_boxed: int = 0
    unseen_asked: int = 0

    def add(self, question: Question, answer: str) -> None:
        """Count one answer."""
        boxes = [segment.box for segment in parse(answer) if isinstance(segment, BoxToken)]
        if question.kind == "unseen":
            self.unseen_asked += 1
            self.unseen_boxed += bool(boxes)
        elif question.kind in EXACT_KINDS:
            self.asked[question.kind] = self.asked.get(question.kind, 0) + 1
            self.right[question.kind] = self.right.get(question.kind, 0) + (answer == question.answer)
        else:
            self.find.add(question.boxes, boxes)
            (self.single if len(question.boxes) == 1 else self.several).add(question.boxes, boxes)

    def figures(self) -> dict[str, float]:
        """Shares, rounded to four places."""
        found = {
            "acc50": self.find.acc50,
            "mean_iou": self.find.mean_iou,
            "precision": self.find.precision,
            "acc50_one_box": self.single.acc50,
            "acc50_several_boxes": self.several.acc50,
            **{kind: self.right[kind] / count for kind, count in self.asked.items()},
            "unseen_boxed": self.unseen_boxed / max(self.unseen_asked, 1),
        }
        return {name: round(value, 4) for name, value in found.items()}


def held_out_scenes(count: int, first: int = HELD_OUT_SEED, style: SceneStyle = STYLE) -> list[Scene]:
    """Scenes that training never saw."""
    return [make_scene(first + index, style) for index in range(count)]


def questions_for(scene: Scene, language: str, rng: random.Random) -> list[Question]:
    """One question of each kind that the scene allows, and the name nobody taught where its look is in the picture."""
    maker = QuestionMaker(scene, rng)
    asked = [maker.ask(kind, language) for kind in ("find", *EXACT_KINDS)]
    if maker.unseen:
        asked.append(Question("unseen", language, FIND[language][0].format(ref=UNSEEN_NAMES[language]), ""))
    return [question for question in asked if question is not None]


@torch.inference_mode()
def answer_all(
    model: QwenVLForConditionalGeneration,
    processor: QwenVLProcessor,
    scenes: list[Scene],
    questions: Iterable[tuple[int, str]],
    batch: int = 48,
) -> list[str]:
    """Greedy answers to (scene index, question) pairs, in order; every picture is encoded once."""
    pictures = [Image.fromarray(scene.picture) for scene in scenes]
    features = torch.cat(
        [
            model.encode_images(processor.image_processor(pictures[at : at + 16], return_tensors="pt")["pixel_values"])
            for at in range(0, len(pictures), 16)
        ]
    )
    pairs = list(questions)
    order = sorted(range(len(pairs)), key=lambda index: len(pairs[index][1]))
    answers = [""] * len(pairs)
    blank = Image.new("RGB", (8, 8))
    for at in range(0, len(order), batch):
        chosen = order[at : at + batch]
        chats = [[Turn("user", f"Picture 1: <img>1</img>\n{pairs[index][1]}")] for index in chosen]
        inputs = processor.encode_chats(chats, [[blank]] * len(chosen))
        made = model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            image_features=features[[pairs[index][0] for index in chosen]],
            max_new_tokens=128,
            do_sample=False,
        )
        for index, ids in zip(chosen, made[:, inputs["input_ids"].shape[1] :], strict=True):
            answers[index] = processor.decode_answer(ids.tolist())
    return answers


def evaluate(folder: Path, count: int, language: str, show: int = 0) -> dict[str, float]:
    """The figures of a model folder in one language."""
    model = QwenVLForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    processor = QwenVLProcessor.from_pretrained(folder)
    scenes = held_out_scenes(count)
    rng = random.Random(language)
    asked = [
        (index, question) for index, scene in enumerate(scenes) for question in questions_for(scene, language, rng)
    ]
    answers = answer_all(model, processor, scenes, [(index, question.question) for index, question in asked])
    score = Score()
    for (_, question), answer in zip(asked, answers, strict=True):
        score.add(question, answer)
    for (_, question), answer in list(zip(asked, answers, strict=True))[:show]:
        print(f"{question.question}\n  {question.answer}\n  {answer}", file=sys.stderr)
    return score.figures()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=500)
    parser.add_argument("--show", type=int, default=0, help="print so many answers beside the truth")
    arguments = parser.parse_args()
    for language in LANGUAGES:
        print(
            json.dumps(
                {
                    "language": language,
                    "scenes": arguments.scenes,
                    **evaluate(arguments.folder, arguments.scenes, language, arguments.show),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
