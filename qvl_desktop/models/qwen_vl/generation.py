"""Generating text about pictures: each picture is encoded once, and features follow their places.

Adapts ``GenerationMixin`` to features that are counted by picture, not by row. Sampling, beams and stopping are the
library's.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import GenerationMixin

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import PictureSpanError
from qvl_desktop.models.qwen_vl.spans import check_picture_count, picture_starts


class QwenVLGenerationMixin(GenerationMixin):
    """``generate`` for a model whose ``forward`` takes pixel_values or image_features."""

    @torch.no_grad()
    def generate(self, *args: Any, **kwargs: Any) -> Any:
        """As in ``transformers``, with pixel_values or image_features for the pictures of ``input_ids``.

        ``<imgpad>`` is never generated, unless suppress_tokens says otherwise: it stands for a picture, not for text.
        """
        pixel_values = kwargs.pop("pixel_values", None)
        if pixel_values is not None and kwargs.get("image_features") is None:
            kwargs["image_features"] = self.encode_images(pixel_values.to(self.device))
        configured = kwargs.get("generation_config") or self.generation_config
        if getattr(configured, "suppress_tokens", None) is None:
            kwargs.setdefault("suppress_tokens", [self.config.image_pad_id])
        return super().generate(*args, **kwargs)

    def prepare_inputs_for_generation(
        self, input_ids: torch.Tensor, image_features: torch.Tensor | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        """Inputs of the next pass; features only for pictures that this pass reads."""
        inputs: dict[str, Any] = super().prepare_inputs_for_generation(input_ids, **kwargs)
        fed = inputs.get("input_ids")
        if image_features is not None and fed is not None and fed.shape[1] > 1:
            inputs["image_features"] = self.features_from(input_ids, image_features, input_ids.shape[1] - fed.shape[1])
        return inputs

    def features_from(self, input_ids: torch.Tensor, image_features: torch.Tensor, column: int) -> torch.Tensor:
        """Features of the pictures that begin at or after ``column``; earlier ones are in the cache already.

        Features may be given for all pictures of ``input_ids`` or only for the later ones.
        """
        starts = picture_starts(input_ids, self.config)
        later = starts[:, 1] >= column
        cut = ~later & (starts[:, 1] + self.config.n_queries >= column)
        if bool(cut.any()):
            raise PictureSpanError(
                QT_TRANSLATE_NOOP(
                    "errors", "The cache ends at token {column}, inside a picture. Cut it before the picture."
                ),
                column=column,
            )
        if len(image_features) == int(later.sum()):
            return image_features
        check_picture_count(len(starts), len(image_features))
        return image_features[later]

    def _expand_inputs_for_generation(
        self,
        expand_size: int = 1,
        is_encoder_decoder: bool = False,
        input_ids: torch.Tensor | None = None,
        **model_kwargs: Any,
    ) -> tuple[torch.Tensor, dict[str, Any]]:
        features = model_kwargs.pop("image_features", None)
        if features is not None and expand_size > 1 and input_ids is not None:
            rows = picture_starts(input_ids, self.config)[:, 0]
            check_picture_count(len(rows), len(features))
            groups = features.split(rows.bincount(minlength=len(input_ids)).tolist())
            features = torch.cat([group for group in groups for _ in range(expand_size)])
        input_ids, model_kwargs = super()._expand_inputs_for_generation(
            expand_size=expand_size, is_encoder_decoder=is_encoder_decoder, input_ids=input_ids, **model_kwargs
        )
        return input_ids, model_kwargs if features is None else model_kwargs | {"image_features": features}
