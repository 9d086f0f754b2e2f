"""A side process that draws scenes ahead of the training loop.

Owns the shared ring of picture buffers. What is drawn is a function of the step alone (``first_seed + step *
batch``), so a resumed run sees exactly the pictures it would have seen.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
from typing import TYPE_CHECKING

import torch

from demo.scenes import Scene, SceneStyle, make_scene, model_pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def strip(scene: Scene, grid: int) -> Scene:
    """The scene with its owner map sampled at the centres of a grid x grid raster and an empty picture of the same
    size."""
    height, width = scene.owner.shape
    rows = ((torch.arange(grid) + 0.5) / grid * height).long().numpy()
    columns = ((torch.arange(grid) + 0.5) / grid * width).long().numpy()
    empty = scene.picture[:0]
    return Scene(empty, scene.objects, scene.owner[rows][:, columns].copy(), scene.size)


def _draw(
    ring: torch.Tensor,
    free: object,
    full: object,
    style: SceneStyle,
    first_seed: int,
    step: int,
    grid: int,
    core: int | None,
) -> None:
    torch.set_num_threads(1)
    if core is not None and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})
    batch = ring.shape[1]
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = os.getppid()
    while os.getppid() == parent:  # a loop that was killed leaves nobody to draw for
        try:
            place = free.get(timeout=5)  # type: ignore[attr-defined]
        except queue.Empty:
            continue
        scenes = []
        for row in range(batch):
            scene = make_scene(first_seed + step * batch + row, style)
            ring[place, row] = torch.tensor(model_pixels(scene.picture)).permute(2, 0, 1)
            scenes.append(strip(scene, grid))
        full.put((place, scenes))  # type: ignore[attr-defined]
        step += 1


class SceneStream:
    """Batches of drawn scenes: iterate to get (normalised pixels float32 batch x 3 x side x side, scenes).

    The pixel tensor is one buffer, written anew for every batch.
    """

    def __init__(
        self,
        batch: int,
        style: SceneStyle,
        first_seed: int,
        step: int = 0,
        grid: int = 16,
        side: int = 448,
        depth: int = 6,
        core: int | None = None,
    ) -> None:
        context = multiprocessing.get_context("fork")
        self._ring = torch.zeros((depth, batch, 3, side, side), dtype=torch.uint8).share_memory_()
        self._free, self._full = context.Queue(), context.Queue()
        for place in range(depth):
            self._free.put(place)
        self._pixels = torch.zeros((batch, 3, side, side))
        self._process = context.Process(
            target=_draw, args=(self._ring, self._free, self._full, style, first_seed, step, grid, core), daemon=True
        )
        self._process.start()

    def __iter__(self) -> Iterator[tuple[torch.Tensor, list[Scene]]]:
        mean = torch.tensor(MEAN).view(1, 3, 1, 1) * 255
        scale = 1 / (torch.tensor(STD).view(1, 3, 1, 1) * 255)
        while True:
            place, scenes = self._full.get()
            self._pixels.copy_(self._ring[place])
            self._free.put(place)
            yield self._pixels.sub_(mean).mul_(scale), scenes

    def close(self) -> None:
        """End the side process."""
        self._process.terminate()
        self._process.join(5)
