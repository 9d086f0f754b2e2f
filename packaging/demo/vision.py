"""Dense supervision of the visual tower, with heads that are thrown away after training.

Every patch learns which shape shows at its centre, its colour and where its box ends; every resampler slot whose cell
holds the centre of a shape's box learns the same and the digits of the four coordinates. That is hundreds of lessons
a picture, where the answers of the language model give a handful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from demo.scenes import ALL_SHAPES, COLOURS, Scene

if TYPE_CHECKING:
    from qvl_desktop.models.qwen_vl.visual import VisualTower

_SHAPES, _COLOURS = len(ALL_SHAPES), len(COLOURS)
_LOOK = 1 + _SHAPES + _COLOURS + 4
FINE = 7
"""Each patch also learns which of its FINE x FINE parts show a shape: edges, from which shapes and box sides follow."""
_COLOUR_NAMES = tuple(COLOURS)


class VisionHeads(nn.Module):
    """Linear read-outs that do not ship. ``patch``: presence, shape, colour, box sides. ``slot``: the same and digits.

    The digits are 4 x 3 x 10 logits: of each coordinate the hundreds, tens and units.
    ``mask`` reads the middle of the tower: whether a shape shows in each part of the patch. ``told`` reads the
    decoder (see ``pointing``): what the text says of the thing to look at, its shape, colour, row and column.
    """

    def __init__(self, width: int, output_dim: int) -> None:
        super().__init__()
        self.patch = nn.Linear(width, _LOOK)
        self.slot = nn.Linear(output_dim, _LOOK + 120)
        self.mask = nn.Linear(width, FINE * FINE)
        with torch.random.fork_rng():  # the other starting values do not depend on this read-out
            self.told = nn.Linear(output_dim, 32)
            self.early_value = nn.Linear(output_dim, 1)
            self.value = nn.Linear(output_dim, 2)


def see(tower: VisualTower, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Patches (n, patches, width) from the middle and the end of the tower, and its feature rows (n, n_queries,
    output_dim)."""
    kept: list[torch.Tensor] = []
    blocks = tower.transformer.resblocks
    places = (blocks[(len(blocks) - 1) // 2], tower.transformer)
    hooks = [place.register_forward_hook(lambda _module, _inputs, output: kept.append(output)) for place in places]
    try:
        features = tower(pixels)
    finally:
        for hook in hooks:
            hook.remove()
    return kept[0], kept[1], features


def start_tower(tower: VisualTower) -> None:
    """Starting values that know the picture's plane.

    The ViT's positions start from the sin-cos table of its own grid, and the resampler's query and key projections
    near the identity, so that each query looks at its own neighbourhood from the first step.
    """
    from qvl_desktop.models.qwen_vl.positions import sincos_table

    grid = round(tower.positional_embedding.shape[0] ** 0.5)
    width, dim = tower.positional_embedding.shape[1], tower.attn_pool.query.shape[1]
    with torch.no_grad():
        tower.positional_embedding.copy_(sincos_table(width, grid))
        tower.attn_pool.query.normal_(std=0.02)
        projection = tower.attn_pool.attn.in_proj_weight
        for part in (0, 1):
            projection[part * dim : (part + 1) * dim] = torch.eye(dim) + 0.01 * torch.randn(dim, dim)
        projection[2 * dim :].normal_(std=dim**-0.5)
        nn.init.zeros_(tower.attn_pool.attn.in_proj_bias)
        nn.init.normal_(tower.conv1.weight, std=0.02)
        nn.init.normal_(tower.proj, std=dim**-0.5)


class Targets:
    """What the patches and slots of a batch of scenes should say.

    ``patches`` and ``slots`` hold the index of the object at each place (-1: none) into ``looks`` (shape, colour) and
    ``boxes`` (shares of the picture); ``masks`` is float (n, patches, FINE * FINE). Scenes carry owner maps of FINE
    samples a patch.
    """

    def __init__(self, scenes: list[Scene], slot_grid: int) -> None:
        owners, slots, masks, looks, boxes = [], [], [], [], []
        for scene in scenes:
            width, height = scene.size
            first = len(looks)
            slot = torch.full((slot_grid, slot_grid), -1, dtype=torch.long)
            for index, thing in enumerate(scene.objects):
                box = [thing.box[0] / width, thing.box[1] / height, thing.box[2] / width, thing.box[3] / height]
                slot[int((box[1] + box[3]) / 2 * slot_grid), int((box[0] + box[2]) / 2 * slot_grid)] = first + index
                looks.append([ALL_SHAPES.index(thing.shape), _COLOUR_NAMES.index(thing.colour)])
                boxes.append(box)
            fine = torch.from_numpy(scene.owner)
            grid = len(fine) // FINE
            masks.append((fine >= 0).view(grid, FINE, grid, FINE).transpose(1, 2).reshape(grid * grid, -1))
            owner = fine[FINE // 2 :: FINE, FINE // 2 :: FINE].long()
            owners.append(torch.where(owner >= 0, owner + first, -1).flatten())
            slots.append(slot.flatten())
        self.looks, self.boxes = torch.tensor(looks), torch.tensor(boxes)
        self.masks = torch.stack(masks).float()
        self.patches, self.slots = torch.stack(owners), torch.stack(slots)


def _centres(grid: int) -> torch.Tensor:
    """(grid * grid, 4): x, y, x, y of the cell centres, as shares of the picture, in reading order."""
    line = (torch.arange(grid) + 0.5) / grid
    x, y = line.repeat(grid), line.repeat_interleave(grid)
    return torch.stack([x, y, x, y], dim=-1)


def overlap(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Intersection over union of paired boxes (n, 4)."""
    low, high = torch.maximum(first[:, :2], second[:, :2]), torch.minimum(first[:, 2:], second[:, 2:])
    shared = (high - low).clamp(min=0).prod(-1)
    area = (first[:, 2:] - first[:, :2]).clamp(min=0).prod(-1) + (second[:, 2:] - second[:, :2]).prod(-1)
    return shared / (area - shared).clamp(min=1e-6)


def vision_loss(
    mask_logits: torch.Tensor,
    patch_logits: torch.Tensor,
    slot_logits: torch.Tensor,
    targets: Targets,
    box_weight: float,
) -> tuple[torch.Tensor, dict[str, float]]:
    """The loss, and what to watch: share of right shapes, colours, digits, and mean IoU of the slots' boxes."""
    total = 3 * F.binary_cross_entropy_with_logits(mask_logits, targets.masks)
    seen = {"mask": float(((mask_logits > 0) == (targets.masks > 0)).float().mean())}
    for name, logits, owner in (("patch", patch_logits, targets.patches), ("slot", slot_logits, targets.slots)):
        here = owner >= 0
        looks, boxes = targets.looks[owner[here]], targets.boxes[owner[here]]
        found = logits[here]
        shape, colour = found[:, 1 : 1 + _SHAPES], found[:, 1 + _SHAPES : 1 + _SHAPES + _COLOURS]
        side = found[:, _LOOK - 4 : _LOOK] + _centres(round(owner.shape[1] ** 0.5)).expand(len(owner), -1, -1)[here]
        presence = F.binary_cross_entropy_with_logits(logits[..., 0], here.float())
        total = total + (5 if name == "slot" else 1) * presence
        total = total + F.cross_entropy(shape, looks[:, 0]) + F.cross_entropy(colour, looks[:, 1])
        total = total + box_weight * (10 * F.l1_loss(side, boxes) + (1 - overlap(side, boxes)).mean())
        with torch.no_grad():
            seen[name + "_iou"] = float(overlap(side, boxes).mean())
            seen[name + "_shape"] = float((shape.argmax(-1) == looks[:, 0]).float().mean())
            seen[name + "_colour"] = float((colour.argmax(-1) == looks[:, 1]).float().mean())
        if name == "slot":
            digits = found[:, _LOOK:].reshape(-1, 3, 10)
            value = (boxes * 1000 + 0.5).long().clamp(0, 999).reshape(-1)
            for place, (divisor, weight) in enumerate(((100, 1.0), (10, 0.6), (1, 0.05))):
                truth = value // divisor % 10
                total = total + weight * F.cross_entropy(digits[:, place], truth)
                seen[f"digit{place}"] = float((digits[:, place].argmax(-1) == truth).float().mean())
            seen["present"] = float(((logits[..., 0] > 0) == here).all(1).float().mean())
            seen["acc50"] = float((overlap(side, boxes) >= 0.5).float().mean())
    return total, seen
