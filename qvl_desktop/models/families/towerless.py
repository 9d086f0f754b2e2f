"""A later family's model without its visual tower: pictures then come as features that were computed before.

Owns a configuration whose tower is as good as nothing, so that `transformers` reads none of its blocks, and what stands
in its place afterwards. Does not own loading (`models.loading`) nor the tower on its own (`training.tower`).
"""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import VisualTowerMissingError

OF_THE_TOWER = re.compile(r"(?:^|\.)visual\.")


class MissingTower(nn.Module):
    """Stands where the tower would be. It has no weights and sees nothing.

    `spatial_merge_size` is how many patches a side of one slot has, which positions are counted by.
    """

    def __init__(self, spatial_merge_size: int) -> None:
        super().__init__()
        self.spatial_merge_size = spatial_merge_size

    def forward(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Raise `VisualTowerMissingError`."""
        raise VisualTowerMissingError(
            QT_TRANSLATE_NOOP(
                "errors",
                "This model was loaded without its visual tower, so it cannot read pixels. Hand over features, or load "
                "the model with its visual tower.",
            )
        )

    @property
    def dtype(self) -> torch.dtype:
        """Of pixels that it would take, were there any to be taken."""
        return torch.float32


def settings_without_tower(settings: Any) -> Any:
    """The configuration of a model, with a tower of no blocks."""
    settings.vision_config.depth = 0
    if getattr(settings.vision_config, "deepstack_visual_indexes", None):
        settings.vision_config.deepstack_visual_indexes = []
    return settings


def take_tower_out(model: Any) -> None:
    """Let go of what is left of the tower of a model that was loaded by `settings_without_tower`."""
    model.model.visual = MissingTower(int(model.config.vision_config.spatial_merge_size))
