"""The native Qwen-VL model: pictures and text in, next-token logits or the training loss out.

Puts the visual tower and the decoder together behind the habits of ``transformers``, under the tensor names of the
official checkpoints. Pictures are read by the image processor, never here; where a picture goes is told by its slots
in ``input_ids`` (see ``spans``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from transformers import Cache, PreTrainedModel
from transformers.masking_utils import create_causal_mask
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.modeling_utils import slice_logits_to_keep
from transformers.utils.generic import ModelOutput, can_return_tuple
from transformers.utils.output_capturing import OutputRecorder, capture_outputs

from qvl_desktop.core.i18n import QT_TRANSLATE_NOOP
from qvl_desktop.models.errors import VisualTowerMissingError
from qvl_desktop.models.gptq.saving import checkpoint_state
from qvl_desktop.models.growing_cache import GrowingCache
from qvl_desktop.models.qwen_vl.configuration import QwenVLConfig
from qvl_desktop.models.qwen_vl.decoder import Positions, QwenVLAttention, QwenVLBlock, QwenVLRMSNorm
from qvl_desktop.models.qwen_vl.generation import QwenVLGenerationMixin
from qvl_desktop.models.qwen_vl.initialization import initialize
from qvl_desktop.models.qwen_vl.loss import supervised_loss
from qvl_desktop.models.qwen_vl.rotary import RotaryTable
from qvl_desktop.models.qwen_vl.spans import check_picture_count, picture_slots, picture_starts
from qvl_desktop.models.qwen_vl.visual import VisualTower


@dataclass
class QwenVLModelOutput(BaseModelOutputWithPast):
    """The decoder's output and the picture features that took part."""

    image_features: torch.Tensor | None = None


@dataclass
class QwenVLOutput(ModelOutput):
    """What a forward pass gives.

    loss: float32 scalar when labels were given. logits: (rows, tokens kept, vocabulary), or None when not asked for.
    image_features: (n_images, n_queries, hidden) when pictures took part.
    """

    loss: torch.Tensor | None = None
    logits: torch.Tensor | None = None
    past_key_values: Cache | None = None
    hidden_states: tuple[torch.Tensor, ...] | None = None
    attentions: tuple[torch.Tensor, ...] | None = None
    image_features: torch.Tensor | None = None


class QwenVLPreTrainedModel(PreTrainedModel):
    """What ``transformers`` needs to know about the architecture."""

    config_class = QwenVLConfig
    base_model_prefix = "transformer"
    main_input_name = "input_ids"
    input_modalities = ["image", "text"]
    supports_gradient_checkpointing = True
    _no_split_modules = ["QwenVLBlock", "VisualBlock", "Resampler"]
    _skip_keys_device_placement = ["past_key_values"]
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    _can_compile_fullgraph = True
    _can_record_outputs = {
        "hidden_states": QwenVLBlock,
        "attentions": OutputRecorder(QwenVLAttention, index=1),
    }

    config: QwenVLConfig

    def save_pretrained(self, save_directory: Any, *args: Any, **kwargs: Any) -> None:
        """As in ``transformers``. A GPTQ model is written as the GPTQ folder it came from, whatever kernel it uses.

        Raises ``QuantizationError`` for a kernel whose layers cannot be saved.
        """
        if kwargs.get("state_dict") is None:
            kwargs["state_dict"] = checkpoint_state(self)
        super().save_pretrained(save_directory, *args, **kwargs)

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        initialize(module, self.config)


class QwenVLModel(QwenVLPreTrainedModel):
    """Embeddings, decoder blocks and the visual tower, without the language-model head."""

    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__(config)
        config.check()
        self.wte = nn.Embedding(config.vocab_size, config.hidden_size)
        self.drop = nn.Dropout(config.emb_dropout_prob)
        self.rotary = RotaryTable(config)
        self.h = nn.ModuleList(QwenVLBlock(config, index) for index in range(config.num_hidden_layers))
        self.ln_f = QwenVLRMSNorm(config.hidden_size, config.layer_norm_epsilon)
        self.visual: VisualTower | None = VisualTower(config) if config.visual_tower else None
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        return self.wte

    def set_input_embeddings(self, value: nn.Embedding) -> None:
        self.wte = value

    def encode_images(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Feature rows of pictures: (n, 3, side, side) normalised pixels -> (n, n_queries, hidden)."""
        visual = getattr(self, "visual", None)
        if visual is None:
            raise VisualTowerMissingError(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "This model was loaded without its visual tower, so it cannot read pixels. Hand over "
                    "image_features, or load the model with its visual tower.",
                )
            )
        return visual(pixel_values)

    def embed(
        self, input_ids: torch.Tensor, pixel_values: torch.Tensor | None, image_features: torch.Tensor | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Token embeddings (rows, tokens, hidden) with every picture's features in its slots, and those features."""
        table = self.wte.weight.device  # may be the host; a table that only comes when it is called is on "meta"
        ids = input_ids if table.type == "meta" else input_ids.to(table)
        embeds = self.wte(ids).to(self.rotary.inv_freq.device)
        if input_ids.shape[1] == 1:  # a decoding step holds no whole picture
            return embeds, None
        starts = picture_starts(input_ids, self.config)
        given = image_features if image_features is not None else pixel_values
        check_picture_count(len(starts), 0 if given is None else len(given))
        if given is None or len(starts) == 0:
            return embeds, None
        slots = picture_slots(input_ids, starts, self.config).to(embeds.device)
        features = image_features if image_features is not None else self.encode_images(given)
        rows = features.to(embeds.device, embeds.dtype).flatten(0, 1)
        return embeds.flatten(0, 1).index_copy(0, slots, rows).view_as(embeds), features

    def locate(
        self,
        position_ids: torch.Tensor,
        attention_mask: torch.Tensor | None,
        past_key_values: Cache | None,
        past_length: int | torch.Tensor,
        dtype: torch.dtype,
        segments: tuple[int, ...] | None = None,
    ) -> Positions:
        """Rotary angles and logn scale of the tokens at ``position_ids`` (rows or 1, tokens).

        The NTK level follows the longest real position of each row. With a cache it is fixed by the first pass that
        fills it and kept on the cache: keys already stored were rotated with it. A cache may also give a fixed level
        for each row, int64 (rows,) on the device, as ``fixed_level``. Each of the ``segments`` has the level that it
        would have alone.
        """
        tokens = position_ids.shape[1]
        fixed = getattr(past_key_values, "fixed_level", None)
        if fixed is not None:  # steps of fixed shape: nothing may depend on values that only the device knows
            scale = self.rotary.query_scale(position_ids, dtype) if self.rotary.use_logn else None
            cos, sin = self.rotary(position_ids, fixed)
            return Positions(cos, sin, scale)
        compiling = torch.compiler.is_compiling()
        longest = past_length + tokens if segments is None else max(segments)
        if self.training or (not compiling and longest <= self.rotary.seq_length):
            level: int | torch.Tensor = 0
            scale = None
        elif segments is not None:
            lengths = torch.tensor(segments, device=position_ids.device)
            level = self.rotary.levels(lengths).repeat_interleave(lengths)[None]
            scale = self.rotary.query_scale(position_ids, dtype) if self.rotary.use_logn else None
        else:
            lengths = position_ids.amax(-1) + 1
            if attention_mask is not None and attention_mask.ndim == 2:
                lengths = attention_mask.sum(-1)
            level = self.rotary.levels(lengths)
            scale = self.rotary.query_scale(position_ids, dtype) if self.rotary.use_logn else None
        if past_key_values is not None and not self.training:
            if past_length != 0 if not compiling else tokens == 1:
                level = getattr(past_key_values, "ntk_level", 0)
            past_key_values.ntk_level = level
        cos, sin = self.rotary(position_ids, level)
        return Positions(cos, sin, scale)

    @capture_outputs
    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        pixel_values: torch.Tensor | None = None,
        image_features: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        use_cache: bool | None = None,
        inputs_embeds: torch.Tensor | None = None,
        segments: tuple[int, ...] | None = None,
        **kwargs: Any,
    ) -> QwenVLModelOutput:
        """Hidden states after the last norm; arguments as in ``QwenVLForConditionalGeneration.forward``."""
        features = None
        if inputs_embeds is None:
            if input_ids is None:
                raise ValueError("one of input_ids and inputs_embeds is needed")
            inputs_embeds, features = self.embed(input_ids, pixel_values, image_features)
        if segments is not None:
            if inputs_embeds.shape[0] != 1 or sum(segments) != inputs_embeds.shape[1] or attention_mask is not None:
                raise ValueError("segments divide the tokens of a single row that has no mask")
            if use_cache or past_key_values is not None:
                raise ValueError("packed samples cannot be continued: there is no cache for them")
            position_ids = packed_positions(segments, inputs_embeds.device)
            kwargs["segments"] = segments
        if use_cache and past_key_values is None:
            past_key_values = GrowingCache()
        past_length = past_key_values.get_seq_length() if past_key_values is not None else 0
        if not torch.compiler.is_compiling():
            past_length = int(past_length)
        mask = None
        if segments is None:
            mask = self.causal_mask(inputs_embeds, attention_mask, past_key_values, position_ids)
        if position_ids is None:
            position_ids = self.default_positions(inputs_embeds, attention_mask, past_length)
        positions = self.locate(
            position_ids, attention_mask, past_key_values, past_length, inputs_embeds.dtype, segments
        )
        hidden_states = self.drop(inputs_embeds)
        for block in self.h:
            hidden_states = block(
                hidden_states, positions=positions, attention_mask=mask, past_key_values=past_key_values, **kwargs
            )
        return QwenVLModelOutput(
            last_hidden_state=self.ln_f(hidden_states),
            past_key_values=past_key_values if use_cache else None,
            image_features=features,
        )

    def causal_mask(
        self,
        inputs_embeds: torch.Tensor,
        attention_mask: torch.Tensor | None,
        past_key_values: Cache | None,
        position_ids: torch.Tensor | None,
    ) -> torch.Tensor | None:
        """What attention wants as its mask: None where every key before a token may be seen, a ready one as it is."""
        if attention_mask is not None and attention_mask.ndim == 4:
            return attention_mask
        if inputs_embeds.shape[1] == 1 and attention_mask is None and isinstance(past_key_values, GrowingCache):
            return None
        mask: torch.Tensor | None = create_causal_mask(
            config=self.config,
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            position_ids=position_ids,
        )
        return mask

    @staticmethod
    def default_positions(
        inputs_embeds: torch.Tensor, attention_mask: torch.Tensor | None, past_length: int | torch.Tensor
    ) -> torch.Tensor:
        """Positions (rows or 1, tokens): counted over real tokens when a padding mask is given, else from the cache."""
        tokens = inputs_embeds.shape[1]
        if attention_mask is not None and attention_mask.ndim == 2:
            counted = attention_mask.long().cumsum(-1) - 1
            return counted.clamp(min=0)[:, -tokens:].to(inputs_embeds.device)
        return (torch.arange(tokens, device=inputs_embeds.device) + past_length)[None]


def packed_positions(segments: tuple[int, ...], device: torch.device) -> torch.Tensor:
    """Positions (1, tokens) that begin anew with each segment."""
    return torch.cat([torch.arange(length, device=device) for length in segments])[None]


class QwenVLForConditionalGeneration(QwenVLPreTrainedModel, QwenVLGenerationMixin):
    """Qwen-VL with its language-model head."""

    _tied_weights_keys = {"lm_head.weight": "transformer.wte.weight"}  # where tie_word_embeddings says so

    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__(config)
        self.transformer = QwenVLModel(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        self.post_init()
        if not config.visual_tower:  # the checkpoint may well hold the tower: that is no reason for a warning
            self._keys_to_ignore_on_load_unexpected = {r"^transformer\.visual\."}

    def get_input_embeddings(self) -> nn.Module:
        return self.transformer.wte

    def set_input_embeddings(self, value: nn.Embedding) -> None:
        self.transformer.wte = value

    def get_output_embeddings(self) -> nn.Module:
        return self.lm_head

    def set_output_embeddings(self, new_embeddings: nn.Linear) -> None:
        self.lm_head = new_embeddings

    def encode_images(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """Feature rows of pictures: (n, 3, side, side) normalised pixels -> (n, n_queries, hidden)."""
        return self.transformer.encode_images(pixel_values)

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        pixel_values: torch.Tensor | None = None,
        image_features: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        position_ids: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        use_cache: bool | None = None,
        inputs_embeds: torch.Tensor | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        return_logits: bool | None = None,
        num_items_in_batch: torch.Tensor | int | None = None,
        **kwargs: Any,
    ) -> QwenVLOutput:
        """One pass over a batch.

        Args:
            input_ids: int64 (rows, tokens). A picture's place is ``<img>``, n_queries ``<imgpad>``, ``</img>``.
            attention_mask: (rows, past + tokens), 1 for real tokens; or a ready (rows, 1, tokens, keys) mask.
            pixel_values: (n_images, 3, image_size, image_size), pictures in the order of their places, row by row.
            image_features: (n_images, n_queries, hidden) from ``encode_images``; takes the place of pixel_values.
            labels: int64 (rows, tokens), -100 where nothing is learnt; not shifted.
            position_ids: int64 (rows, tokens). Without a mask, positions that restart mark packed samples, which
                then do not see each other.
            logits_to_keep: logits of only the last so many tokens (0: all), or of the given indices.
            return_logits: whether to compute logits beside the loss. By default yes, except when training with
                labels: the loss itself only ever needs the supervised positions.
            num_items_in_batch: supervised tokens to divide the summed loss by (gradient accumulation).
            segments (a keyword): lengths of the samples packed one behind the other into a single row. They do not
                see each other, positions begin anew with each, and each has the rotary level it would have alone.
                The label of a segment's first token must be -100: nothing predicts it.

        Raises:
            PictureCountError, PictureSpanError: the pictures do not fit their places.
            VisualTowerMissingError: pixels for a model without a tower.
        """
        if use_cache is None:
            use_cache = self.config.use_cache and not self.training and kwargs.get("segments") is None
        outputs = self.transformer(
            input_ids=input_ids,
            attention_mask=attention_mask,
            pixel_values=pixel_values,
            image_features=image_features,
            position_ids=position_ids,
            past_key_values=past_key_values,
            use_cache=use_cache,
            inputs_embeds=inputs_embeds,
            **kwargs,
        )
        hidden_states = outputs.last_hidden_state
        loss = None
        if labels is not None:
            loss = supervised_loss(hidden_states, labels, self.lm_head, self.config.vocab_size, num_items_in_batch)
        if return_logits is None:
            return_logits = labels is None or not self.training
        logits = self.lm_head(slice_logits_to_keep(hidden_states, logits_to_keep)) if return_logits else None
        return QwenVLOutput(
            loss=loss,
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
            image_features=outputs.image_features,
        )
