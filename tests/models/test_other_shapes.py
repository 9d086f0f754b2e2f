"""The native model at other sizes and weights than the golden ones, against the plain float64 model, and itself."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from tests.models import plain_model

START, PAD = 100, 5
SEEDS = range(12)
Model = QwenVLForConditionalGeneration


def sizes(seed: int) -> dict[str, Any]:
    """A configuration that nobody would train: odd counts of heads, slots, patches, a short context."""
    pick = random.Random(seed)
    hidden, heads = pick.choice([32, 48, 64, 128, 256]), pick.choice([1, 2, 4])
    patch, grid = pick.choice([7, 14, 16]), pick.choice([2, 3, 5])
    return {
        "vocab_size": pick.choice([211, 331, 1009]),
        "hidden_size": hidden,
        "num_hidden_layers": pick.choice([1, 2, 3]),
        "num_attention_heads": pick.choice([1, 2, 3, 5, 8]),
        "kv_channels": pick.choice([8, 16, 24, 64]),
        "intermediate_size": pick.choice([64, 130, 256]),
        "seq_length": pick.choice([8, 16, 30, 100]),
        "layer_norm_epsilon": pick.choice([1e-6, 1e-5]),
        "use_logn_attn": pick.random() < 0.7,
        "use_dynamic_ntk": pick.random() < 0.7,
        "rotary_emb_base": pick.choice([10000, 1e6]),
        "rotary_pct": pick.choice([1.0, 1.0, 0.5]),
        "no_bias": pick.random() < 0.7,
        "visual": {
            "image_size": patch * grid,
            "patch_size": patch,
            "width": heads * 16,
            "layers": pick.choice([1, 2]),
            "heads": heads,
            "mlp_ratio": pick.choice([2.0, 4.9231]),
            "output_dim": hidden,
            "image_start_id": START,
            "n_queries": [1, 4, 16, 64, 256][seed % 5],
            "position_grid": pick.choice([2, 4, 16]),
        },
    }


def build(seed: int) -> Model:
    torch.manual_seed(seed)
    model = Model(QwenVLConfig(**sizes(seed))).eval()
    for name, value in model.named_parameters():
        if value.ndim > 1 and not name.endswith("pos_embed"):
            value.data.normal_(0, 0.08)
        elif not name.endswith("pos_embed"):
            value.data.add_(torch.randn_like(value) * 0.05)
    return model


def rows(seed: int) -> list[tuple[list[int], list[torch.Tensor]]]:
    """One to four texts with none to three pictures each."""
    pick, settings = random.Random(1000 + seed), sizes(seed)["visual"]
    side = settings["image_size"]
    made = []
    for _ in range(pick.randint(1, 4)):
        ids, pictures = [], []
        for _ in range(pick.randint(1, 3)):
            ids += [pick.randrange(6, 100) for _ in range(pick.randint(1, 20))]
            if pick.random() < 0.6:
                ids += [START, *[START + 2] * settings["n_queries"], START + 1]
                pictures.append(torch.randn(3, side, side))
        made.append(([*ids, pick.randrange(6, 100)], pictures))
    return made


def padded(texts: list[list[int]], left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(map(len, texts))
    ids, mask = [], []
    for text in texts:
        padding = width - len(text)
        ids.append([PAD] * padding + text if left else text + [PAD] * padding)
        mask.append([0] * padding + [1] * len(text) if left else [1] * len(text) + [0] * padding)
    return torch.tensor(ids), torch.tensor(mask)


def pixels(pictures: list[torch.Tensor]) -> dict[str, torch.Tensor]:
    return {"pixel_values": torch.stack(pictures)} if pictures else {}


@torch.no_grad()
@pytest.mark.parametrize("seed", SEEDS)
def test_logits_are_those_of_the_plain_model_alone_and_padded(seed: int) -> None:
    model, chats = build(seed), rows(seed)
    state = model.state_dict()
    wanted = [plain_model.logits(state, sizes(seed), ids, pictures).float() for ids, pictures in chats]
    for (ids, pictures), expected in zip(chats, wanted, strict=True):
        for cached in (True, False):
            found = model(torch.tensor([ids]), **pixels(pictures), use_cache=cached).logits[0]
            torch.testing.assert_close(found, expected, atol=3e-5, rtol=1e-5)
    every = pixels([picture for _, pictures in chats for picture in pictures])
    for left in (True, False):
        ids, mask = padded([ids for ids, _ in chats], left)
        together = model(ids, attention_mask=mask, **every).logits
        for row, expected in enumerate(wanted):
            torch.testing.assert_close(together[row][mask[row].bool()], expected, atol=3e-5, rtol=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_and_gradients_are_those_of_the_plain_model(seed: int) -> None:
    model, (ids, pictures) = build(seed).train(), rows(seed)[0]
    labels = [-100 if token >= START or place % 3 == 0 else token for place, token in enumerate(ids)]
    model.requires_grad_(True)
    loss = model(torch.tensor([ids]), labels=torch.tensor([labels]), **pixels(pictures)).loss
    loss.backward()
    leaves = {name: value.detach().double().requires_grad_() for name, value in model.state_dict().items()}
    scores = plain_model.logits(leaves, sizes(seed), ids, pictures, training=True)
    expected = F.cross_entropy(scores[:-1], torch.tensor(labels[1:]), ignore_index=-100)
    expected.backward()
    assert float(loss.detach()) == pytest.approx(float(expected.detach()), abs=1e-5)
    for name, value in model.named_parameters():
        wanted = leaves[name].grad
        if value.grad is None or wanted is None:
            assert not pictures, name
            assert ".visual." in name
            continue
        scale = max(1e-3, float(wanted.abs().max()))
        torch.testing.assert_close(value.grad.double() / scale, wanted / scale, atol=1e-4, rtol=1e-3, msg=name)


@pytest.mark.parametrize("seed", SEEDS)
def test_generating_together_is_generating_alone(seed: int) -> None:
    """Greedy and with beams, padded on the left; with a cache that grows and one that does not."""
    model, chats = build(seed), rows(seed)
    ids, mask = padded([ids for ids, _ in chats], left=True)
    every = pixels([picture for _, pictures in chats for picture in pictures])
    options: dict[str, Any] = {"max_new_tokens": 6, "do_sample": False, "pad_token_id": PAD, "eos_token_id": None}
    beams = {"num_beams": 3, "num_return_sequences": 2}
    together = model.generate(input_ids=ids, attention_mask=mask, **every, **options)[:, ids.shape[1] :]
    spread = model.generate(input_ids=ids, attention_mask=mask, **every, **options, **beams)[:, ids.shape[1] :]
    for row, (text, pictures) in enumerate(chats):
        one = {"input_ids": torch.tensor([text]), **pixels(pictures)}
        alone = model.generate(**one, **options)[0, len(text) :].tolist()
        assert together[row].tolist() == alone
        static = model.generate(**one, **options, cache_implementation="static", disable_compile=True)
        assert static[0, len(text) :].tolist() == alone
        if not model.config.use_dynamic_ntk:  # else the base follows the growing text when nothing is cached
            assert model.generate(**one, **options, use_cache=False)[0, len(text) :].tolist() == alone
        best = model.generate(**one, **options, **beams)[:, len(text) :]
        assert spread[2 * row : 2 * row + 2].tolist() == best.tolist()


def test_sampling_through_transformers() -> None:
    model, (ids, pictures) = build(1), rows(1)[0]
    torch.manual_seed(0)
    options: dict[str, Any] = {"max_new_tokens": 5, "do_sample": True, "top_p": 0.9, "eos_token_id": None}
    given = {"input_ids": torch.tensor([ids]), **pixels(pictures)}
    made = model.generate(**given, **options, num_return_sequences=4, pad_token_id=PAD)
    assert made.shape == (4, len(ids) + 5)
    assert len({tuple(row) for row in made.tolist()}) > 1
    assert START + 2 not in made[:, len(ids) :]


@torch.no_grad()
@pytest.mark.parametrize(("dtype", "allowed"), [(torch.bfloat16, 0.16), (torch.float16, 0.02)])
def test_lower_precision_stays_near(dtype: torch.dtype, allowed: float) -> None:
    for seed in SEEDS:
        model, (ids, pictures) = build(seed), rows(seed)[0]
        state = {name: value.to(dtype).float() for name, value in model.state_dict().items()}
        expected = plain_model.logits(state, sizes(seed), ids, [p.to(dtype).float() for p in pictures])
        found = model.to(dtype)(torch.tensor([ids]), **pixels(pictures)).logits[0]
        assert found.dtype == dtype
        distance = (found.double() - expected).abs().max() / expected.std()
        assert float(distance) < allowed, seed
