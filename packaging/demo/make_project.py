"""Writes ``resources/demo_project``: pictures with a shape the demo model has no name for, and their regions.

    PYTHONPATH=.:packaging python -m demo.make_project resources/demo_project

``annotations.json`` holds, for each picture, its file, size, split (``train``, ``val``, or ``known``: pictures of
known shapes only, to see that tuning forgets nothing) and regions: the ref in both languages and the box in pixels.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from PIL import Image

from demo.questions import Look
from demo.scenes import UNSEEN_SHAPE, Scene, SceneObject, SceneStyle, make_scene
from demo.words import LANGUAGES, UNSEEN_NAMES

FIRST_SEED = 55_000_000
SIZE = (640, 480)
WITH_UNSEEN = SceneStyle(objects=(2, 4), unseen=1.0, repeat=0.15, picture_size=SIZE)
KNOWN_ONLY = SceneStyle(objects=(1, 4), unseen=0.0, repeat=0.15, picture_size=SIZE)
SPLITS = (("train", 40, WITH_UNSEEN), ("val", 20, WITH_UNSEEN), ("known", 40, KNOWN_ONLY))
QUALITY = 80


def ref(thing: SceneObject, language: str) -> str:
    """What the region is called."""
    return UNSEEN_NAMES[language] if thing.shape == UNSEEN_SHAPE else Look(thing.shape, thing.colour).phrase(language)


def regions(scene: Scene) -> list[dict[str, Any]]:
    """The regions of a scene, from left to right; ``xyxy`` in pixels, right and bottom exclusive."""
    ordered = sorted(scene.objects, key=lambda thing: thing.box)
    return [
        {**{f"ref_{language}": ref(thing, language) for language in LANGUAGES}, "xyxy": list(thing.box)}
        for thing in ordered
    ]


def make_project(folder: Path) -> None:
    """Write the pictures and ``annotations.json``."""
    pictures = []
    seed = FIRST_SEED
    for split, count, style in SPLITS:
        for number in range(count):
            name = f"{'known' if split == 'known' else 'pictures'}/{split}-{number + 1:02d}.jpg"
            scene = make_scene(seed, style)
            seed += 1
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(scene.picture).save(folder / name, quality=QUALITY)
            width, height = scene.size
            pictures.append({"file": name, "width": width, "height": height, "split": split, "regions": regions(scene)})
    content = {"unseen": {f"ref_{language}": UNSEEN_NAMES[language] for language in LANGUAGES}, "pictures": pictures}
    (folder / "annotations.json").write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Write the demo project."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    make_project(parser.parse_args().folder)


if __name__ == "__main__":
    main()
