"""What the model promises beyond the original's numbers: pictures and places, batching, loss, saving, adapters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from qvl_desktop.models.errors import (
    ConfigurationError,
    PictureCountError,
    PictureSpanError,
    VisualTowerMissingError,
)
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl import loss as loss_module
from tests.models.conftest import IMAGE_PAD, IMAGE_START, picture_ids, small_config

Model = QwenVLForConditionalGeneration
TEXT = [5, 6, 7, 8, 9]


def pictures(count: int) -> torch.Tensor:
    return torch.randn(count, 3, 64, 64, generator=torch.Generator().manual_seed(1))


class TestPictures:
    @torch.no_grad()
    def test_features_take_the_place_of_pixels(self, small: Model) -> None:
        ids = torch.tensor([[1, *picture_ids(), 2, *picture_ids(), 3]])
        features = small.encode_images(pictures(2))
        by_pixels = small(ids, pixel_values=pictures(2))
        torch.testing.assert_close(by_pixels.image_features, features)
        torch.testing.assert_close(small(ids, image_features=features).logits, by_pixels.logits)
        swapped = small(ids, image_features=features.flip(0)).logits
        assert not torch.allclose(swapped, by_pixels.logits)

    @torch.no_grad()
    def test_pictures_are_counted_through_the_whole_batch(self, small: Model) -> None:
        rows = [[*picture_ids(), *TEXT, *picture_ids()], [*TEXT, *picture_ids(), *TEXT, 1]]
        together = small(torch.tensor(rows), pixel_values=pictures(3)).logits
        second = small(torch.tensor(rows[1:]), pixel_values=pictures(3)[2:]).logits
        torch.testing.assert_close(together[1:], second, atol=1e-5, rtol=0)

    @pytest.mark.parametrize("count", [0, 1, 3])
    def test_pictures_that_do_not_match_their_places(self, small: Model, count: int) -> None:
        ids = torch.tensor([[*picture_ids(), *picture_ids()]])
        given = {"pixel_values": pictures(count)} if count else {}
        with pytest.raises(PictureCountError, match=f"places for 2 picture.*{count} were given"):
            small(ids, **given)

    def test_a_picture_without_a_place(self, small: Model) -> None:
        with pytest.raises(PictureCountError, match="places for 0"):
            small(torch.tensor([TEXT]), pixel_values=pictures(1))

    @pytest.mark.parametrize(
        "span",
        [
            [IMAGE_START, *[IMAGE_PAD] * 3, IMAGE_START + 1, 1, 1, 1],
            [IMAGE_START, *[IMAGE_PAD] * 5, IMAGE_START + 1, 1, 1, 1],
            [IMAGE_START, *[IMAGE_PAD] * 4],
            [IMAGE_START, *[IMAGE_PAD] * 2],
        ],
    )
    def test_a_place_with_the_wrong_number_of_slots(self, small: Model, span: list[int]) -> None:
        with pytest.raises(PictureSpanError, match="row 0 does not have exactly 4"):
            small(torch.tensor([[1, *span]]), pixel_values=pictures(1))

    @torch.no_grad()
    def test_an_opening_tag_the_model_wrote_itself_is_text(self, small: Model) -> None:
        assert small(torch.tensor([[1, IMAGE_START, 2, IMAGE_PAD]])).logits.shape == (1, 4, 100)

    @torch.no_grad()
    def test_without_the_tower_features_still_work(self, small: Model, tmp_path: Path) -> None:
        small.save_pretrained(tmp_path)
        towerless = Model.from_pretrained(tmp_path, visual_tower=False)
        assert not any("visual" in name for name, _ in towerless.named_parameters())
        ids = torch.tensor([[*picture_ids(), *TEXT]])
        features = small.encode_images(pictures(1))
        torch.testing.assert_close(
            towerless(ids, image_features=features).logits, small(ids, image_features=features).logits
        )
        with pytest.raises(VisualTowerMissingError):
            towerless(ids, pixel_values=pictures(1))
        del small.transformer.visual
        with pytest.raises(VisualTowerMissingError):
            small(ids, pixel_values=pictures(1))


class TestBatching:
    @torch.no_grad()
    @pytest.mark.parametrize("side", ["left", "right"])
    @pytest.mark.parametrize("attention", ["sdpa", "eager"])
    def test_padding_changes_nothing(self, small: Model, side: str, attention: str) -> None:
        small.set_attn_implementation(attention)
        rows, width = [TEXT, [*TEXT, 3, 2, 1]], 8
        ids, mask = [], []
        for row in rows:
            pad = [0] * (width - len(row))
            ids.append(pad + row if side == "left" else row + pad)
            mask.append([0] * len(pad) + [1] * len(row) if side == "left" else [1] * len(row) + [0] * len(pad))
        kept = torch.tensor(mask).bool()
        logits = small(torch.tensor(ids), attention_mask=torch.tensor(mask)).logits
        for index, row in enumerate(rows):
            alone = small(torch.tensor([row])).logits[0]
            torch.testing.assert_close(logits[index, kept[index]], alone, atol=1e-5, rtol=0)

    @torch.no_grad()
    def test_packed_samples_do_not_see_each_other(self, small: Model) -> None:
        first, second = [*picture_ids(), *TEXT], [3, *picture_ids(), 4]
        packed = torch.tensor([first + second])
        positions = torch.tensor([[*range(len(first)), *range(len(second))]])
        logits = small(packed, position_ids=positions, pixel_values=pictures(2), use_cache=False).logits[0]
        for row, part, taken in ((first, logits[: len(first)], 0), (second, logits[len(first) :], 1)):
            alone = small(torch.tensor([row]), pixel_values=pictures(2)[taken : taken + 1]).logits[0]
            torch.testing.assert_close(part, alone, atol=1e-5, rtol=0)

    @pytest.mark.parametrize("mask", [None, "ones"])
    def test_plain_training_builds_no_mask(
        self, small: Model, mask: str | None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[Any] = []
        original = torch.nn.functional.scaled_dot_product_attention

        def watch(*args: Any, **kwargs: Any) -> torch.Tensor:
            seen.append((kwargs.get("attn_mask"), kwargs.get("is_causal", False)))
            return original(*args, **kwargs)

        monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", watch)
        ids = torch.tensor([TEXT, TEXT])
        small.train()(ids, attention_mask=torch.ones_like(ids) if mask else None, labels=ids)
        assert seen == [(None, True)] * 2

    @torch.no_grad()
    def test_logits_to_keep(self, small: Model) -> None:
        ids = torch.tensor([TEXT])
        full = small(ids).logits
        torch.testing.assert_close(small(ids, logits_to_keep=2).logits, full[:, -2:])
        torch.testing.assert_close(small(ids, logits_to_keep=torch.tensor([0, 3])).logits, full[:, [0, 3]])


class TestGeneration:
    def test_several_answers_and_beams_keep_their_pictures(self, small: Model) -> None:
        rows = [[*TEXT, *TEXT, 1, 2], [*picture_ids(), *picture_ids()]]
        ids, shots = torch.tensor(rows), pictures(2)
        options = {"max_new_tokens": 5, "do_sample": False, "num_beams": 3, "num_return_sequences": 2}
        together = small.generate(ids, pixel_values=shots, **options)
        alone = small.generate(ids[1:], pixel_values=shots, **options)
        assert together[2:].tolist() == alone.tolist()

    def test_sampling_is_seeded(self, small: Model) -> None:
        ids = torch.tensor([[*picture_ids(), *TEXT]])
        made = []
        for _ in range(2):
            torch.manual_seed(3)
            made.append(small.generate(ids, pixel_values=pictures(1), max_new_tokens=8, do_sample=True).tolist())
        assert made[0] == made[1]

    def test_a_second_turn_continues_the_cache(self, small: Model) -> None:
        options: dict[str, Any] = {"max_new_tokens": 4, "do_sample": False}
        features = small.encode_images(pictures(2)).detach()
        first = torch.tensor([[*picture_ids(), *TEXT]])
        out = small.generate(first, image_features=features[:1], return_dict_in_generate=True, **options)
        second = torch.cat([out.sequences, torch.tensor([[1, *picture_ids(), 2]])], dim=1)
        fresh = small.generate(second, image_features=features, **options)
        for given in (features, features[1:]):
            cache = small.generate(
                first, image_features=features[:1], return_dict_in_generate=True, **options
            ).past_key_values
            kept = small.generate(second, image_features=given, past_key_values=cache, **options)
            assert kept.tolist() == fresh.tolist()

    def test_the_pad_of_pictures_is_never_written(self, small: Model) -> None:
        with torch.no_grad():
            small.transformer.ln_f.weight.zero_()
            small.lm_head.weight.zero_()
        out = small.generate(torch.tensor([TEXT]), max_new_tokens=20, do_sample=True, top_k=0)
        assert IMAGE_PAD not in out[0].tolist()


class TestLoss:
    def labels(self) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.tensor([[*picture_ids(), *TEXT], [*TEXT, 1, 2, *TEXT[:4]]])
        labels = ids.clone()
        labels[0, :7], labels[1, :3] = -100, -100
        return ids, labels

    def test_it_is_the_plain_cross_entropy(self, small: Model) -> None:
        ids, labels = self.labels()
        out = small(ids, pixel_values=pictures(1), labels=labels)
        plain = torch.nn.functional.cross_entropy(out.logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten())
        torch.testing.assert_close(out.loss, plain)

    def test_training_makes_no_full_logits_unless_asked(self, small: Model) -> None:
        ids, labels = self.labels()
        small.train()
        assert small(ids, pixel_values=pictures(1), labels=labels).logits is None
        assert small(ids, pixel_values=pictures(1), labels=labels, return_logits=True).logits.shape == (2, 11, 100)

    def test_chunks_give_the_same_loss_and_gradients(self, small: Model, monkeypatch: pytest.MonkeyPatch) -> None:
        ids, labels = self.labels()
        results = []
        for limit in (2**26, 300):
            monkeypatch.setattr(loss_module, "CHUNK_LOGITS", limit)
            small.zero_grad()
            loss = small(ids, pixel_values=pictures(1), labels=labels, return_logits=False).loss
            loss.backward()
            results.append(
                (loss.detach(), small.lm_head.weight.grad.clone(), small.transformer.wte.weight.grad.clone())
            )
        for whole, chunked in zip(*results, strict=True):
            torch.testing.assert_close(whole, chunked)

    def test_accumulated_steps_equal_one_batch(self, small: Model) -> None:
        ids, labels = self.labels()
        count = (labels[:, 1:] != -100).sum()
        whole = small(ids, pixel_values=pictures(1), labels=labels).loss
        parts = [
            small(ids[:1], pixel_values=pictures(1), labels=labels[:1], num_items_in_batch=count).loss,
            small(ids[1:], labels=labels[1:], num_items_in_batch=count).loss,
        ]
        torch.testing.assert_close(sum(parts), whole)

    def test_the_trainer_accumulates_to_the_same_step(self, tmp_path: Path) -> None:
        from transformers import Trainer, TrainingArguments

        rows, labels = self.labels()
        labels[1, :9] = -100  # very different numbers of supervised tokens
        data = [{"input_ids": ids[6:], "labels": label[6:]} for ids, label in zip(rows, labels, strict=True)] * 2
        weights = []
        for size in (4, 1):
            torch.manual_seed(0)
            model = Model(small_config())
            arguments = TrainingArguments(
                output_dir=str(tmp_path),
                per_device_train_batch_size=size,
                gradient_accumulation_steps=4 // size,
                max_steps=1,
                learning_rate=1.0,
                lr_scheduler_type="constant",
                optim="sgd",
                max_grad_norm=0.0,
                use_cpu=True,
                report_to=[],
                save_strategy="no",
                disable_tqdm=True,
            )
            Trainer(model=model, args=arguments, train_dataset=data).train()
            weights.append(model.lm_head.weight.detach().clone())
        untrained = Model(small_config())
        assert not torch.allclose(weights[0], untrained.lm_head.weight)
        torch.testing.assert_close(weights[0], weights[1], atol=1e-6, rtol=1e-5)

    def test_nothing_supervised_is_zero_and_differentiable(self, small: Model) -> None:
        ids = torch.tensor([TEXT])
        loss = small(ids, labels=torch.full_like(ids, -100)).loss
        loss.backward()
        assert loss.item() == 0.0
        assert float(small.transformer.wte.weight.grad.abs().sum()) == 0.0


class TestBuilding:
    @torch.no_grad()
    def test_initial_values(self) -> None:
        torch.manual_seed(0)
        model = Model(small_config(num_hidden_layers=8))
        block = model.transformer.h[0]
        assert float(block.mlp.w1.weight.std()) == pytest.approx(0.02, rel=0.05)
        assert float(block.mlp.c_proj.weight.std()) == pytest.approx(0.02 / 4, rel=0.05)
        visual = model.transformer.visual
        assert not visual.attn_pool.pos_embed.requires_grad
        patches = visual.conv1(pictures(4))
        table = visual.positional_embedding
        assert 0.5 < float(table.square().mean() / patches.square().mean()) ** 0.5 < 2
        assert visual.positional_embedding.requires_grad

    @pytest.mark.parametrize(
        ("key", "value", "message"),
        [("output_dim", 32, "output_dim"), ("n_queries", 5, "square"), ("patch_size", 15, "multiple")],
    )
    def test_contradictions_are_refused(self, key: str, value: int, message: str) -> None:
        visual = small_config().visual
        assert visual is not None
        with pytest.raises(ConfigurationError, match=message):
            Model(small_config(visual=visual | {key: value}))

    @torch.no_grad()
    def test_saved_and_loaded_it_is_the_same(self, small: Model, tmp_path: Path) -> None:
        small.save_pretrained(tmp_path)
        config = AutoConfig.from_pretrained(tmp_path)
        assert type(config) is QwenVLConfig
        again = AutoModelForCausalLM.from_pretrained(tmp_path)
        assert type(again) is Model
        ids = torch.tensor([[*picture_ids(), *TEXT * 15]])  # beyond the context: the rebuilt rotary tables count
        torch.testing.assert_close(
            again(ids, pixel_values=pictures(1)).logits, small(ids, pixel_values=pictures(1)).logits
        )

    def test_an_official_config_with_remote_code_gives_the_native_model(self, tmp_path: Path) -> None:
        config = small_config(
            architectures=["QWenLMHeadModel"], auto_map={"AutoModelForCausalLM": "modeling_qwen.QWenLMHeadModel"}
        )
        assert not hasattr(config, "auto_map")
        config.save_pretrained(tmp_path)
        assert type(AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(tmp_path))) is Model

    def test_activation_checkpointing_changes_no_gradient(self, small: Model) -> None:
        ids = torch.tensor([[*picture_ids(), *TEXT]])
        gradients = []
        for checkpointing in (False, True):
            small.train().zero_grad()
            if checkpointing:
                small.activation_checkpointing_enable()
            small(ids, pixel_values=pictures(1), labels=ids).loss.backward()
            gradients.append(
                {name: value.grad.clone() for name, value in small.named_parameters() if value.grad is not None}
            )
        assert gradients[0].keys() == gradients[1].keys()
        for name, gradient in gradients[0].items():
            torch.testing.assert_close(gradient, gradients[1][name], msg=name)

    def test_lora_trains_saves_reloads_and_merges(self, small: Model, tmp_path: Path) -> None:
        from peft import LoraConfig, PeftModel, get_peft_model

        base = {name: value.clone() for name, value in small.state_dict().items()}
        lora = LoraConfig(r=4, target_modules=["c_attn", "attn.c_proj", "w1", "w2"], task_type="CAUSAL_LM")
        tuned = get_peft_model(small, lora)
        trained = {
            name.split(".lora_")[0].split("model.")[-1] for name, p in tuned.named_parameters() if p.requires_grad
        }
        assert trained == {
            f"transformer.h.{layer}.{part}"
            for layer in range(2)
            for part in ("attn.c_attn", "attn.c_proj", "mlp.w1", "mlp.w2")
        }
        ids = torch.tensor([[*picture_ids(), *TEXT]])
        optimizer = torch.optim.SGD([p for p in tuned.parameters() if p.requires_grad], lr=1.0)
        for _ in range(3):
            optimizer.zero_grad()
            tuned(input_ids=ids, pixel_values=pictures(1), labels=ids).loss.backward()
            optimizer.step()
        tuned.eval()
        with torch.no_grad():
            expected = tuned(input_ids=ids, pixel_values=pictures(1)).logits
            tuned.save_pretrained(tmp_path)
            fresh = Model(small_config()).eval()
            fresh.load_state_dict(base)
            assert not torch.allclose(fresh(ids, pixel_values=pictures(1)).logits, expected, atol=1e-3)
            reloaded = PeftModel.from_pretrained(fresh, tmp_path).eval()
            torch.testing.assert_close(reloaded(input_ids=ids, pixel_values=pictures(1)).logits, expected)
            merged = reloaded.merge_and_unload()
            torch.testing.assert_close(merged(ids, pixel_values=pictures(1)).logits, expected, atol=1e-5, rtol=1e-4)
        assert merged.state_dict().keys() == base.keys()
