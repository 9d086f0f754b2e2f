"""Beyond the trained context: logn and NTK against the original's numbers at a context of 32 tokens."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.rotary import RotaryTable, ntk_alpha
from tests.models.golden import MODEL, build_tiny, expand, load_file, read_json

TOLERANCE = 2e-5
LENGTHS = (31, 32, 33, 64, 65, 128, 129, 140)


@pytest.fixture(scope="module")
def context() -> dict[str, Any]:
    return read_json("context.json")


@pytest.fixture(scope="module")
def context_numbers() -> dict[str, torch.Tensor]:
    return load_file(MODEL / "context.safetensors")


@pytest.fixture(scope="module")
def short(state: dict[str, torch.Tensor]) -> QwenVLForConditionalGeneration:
    return build_tiny(state, seq_length=32)


def test_alpha_table() -> None:
    table = RotaryTable(QwenVLConfig(seq_length=2048))
    expected = {int(length): alpha for length, alpha in read_json("context.json")["alpha_table_seq2048"].items()}
    assert {length: ntk_alpha(table.level(length)) for length in expected} == expected
    levels = table.levels(torch.tensor(list(expected))).tolist()
    assert [ntk_alpha(level) for level in levels] == list(expected.values())


def test_inverse_frequencies(context: dict[str, Any]) -> None:
    table = RotaryTable(QwenVLConfig(kv_channels=128)).inv_freq
    for level, alpha in enumerate((1, 3, 7, 15)):
        picked = table[level][[0, 1, 31, 63]].tolist()
        assert picked == pytest.approx(context["inv_freq"][str(alpha)], rel=1e-6)


def test_logn_factors(context: dict[str, Any]) -> None:
    expected = {int(position): factor for position, factor in context["logn_2048"].items()}
    table = RotaryTable(QwenVLConfig(seq_length=2048))
    factors = table.query_scale(torch.tensor([list(expected)]), torch.float32)[0, 0, :, 0]
    torch.testing.assert_close(factors, torch.tensor(list(expected.values())), atol=1e-6, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("ntk", [0, 1])
@pytest.mark.parametrize("logn", [0, 1])
def test_hidden_states(
    logn: int,
    ntk: int,
    state: dict[str, torch.Tensor],
    context: dict[str, Any],
    context_numbers: dict[str, torch.Tensor],
) -> None:
    model = build_tiny(state, seq_length=32, use_logn_attn=bool(logn), use_dynamic_ntk=bool(ntk))
    for length in LENGTHS:
        name = f"logn{logn}_ntk{ntk}/{length}"
        out = model(torch.tensor([context["ids"][:length]]), output_hidden_states=True)
        golden = context_numbers[f"{name}/hidden_every8"]
        torch.testing.assert_close(out.hidden_states[-1][0, (length - 1) % 8 :: 8], golden, atol=TOLERANCE, rtol=0)
        assert int(out.logits[0, -1].argmax()) == context["cases"][name]["argmax_last"]
        assert ntk_alpha(model.transformer.rotary.level(length)) == context["cases"][name]["alpha"]


@torch.no_grad()
def test_training_mode_uses_neither(
    short: QwenVLForConditionalGeneration, context: dict[str, Any], context_numbers: dict[str, torch.Tensor]
) -> None:
    short.train()
    out = short(torch.tensor([context["ids"][:100]]), output_hidden_states=True)
    short.eval()
    torch.testing.assert_close(
        out.hidden_states[-1][0, 3::8], context_numbers["train_mode_100/hidden_every8"], atol=TOLERANCE, rtol=0
    )


@torch.no_grad()
def test_the_first_pass_fixes_the_base_while_caching(
    short: QwenVLForConditionalGeneration, context: dict[str, Any], context_numbers: dict[str, torch.Tensor]
) -> None:
    ids = torch.tensor([context["ids"]])
    out = short(ids[:, :30], use_cache=True)
    steps = []
    for column in range(30, 70):
        out = short(ids[:, column : column + 1], past_key_values=out.past_key_values, output_hidden_states=True)
        steps.append(out.hidden_states[-1][0, 0])
    golden = context_numbers["teacher_forced_from_30/hidden_30_69"]
    torch.testing.assert_close(torch.stack(steps), golden, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("cache", ["dynamic", "static", None])
@pytest.mark.parametrize("length", [10, 25, 31, 32, 33, 50, 60, 64, 100])
def test_greedy_generation(
    length: int, cache: str | None, short: QwenVLForConditionalGeneration, context: dict[str, Any]
) -> None:
    expected = context["generate"][str(length)]["cached" if cache else "no_cache"]
    ids = torch.tensor([context["ids"][:length]])
    options: dict[str, Any] = {"cache_implementation": cache} if cache else {"use_cache": False}
    out = short.generate(ids, max_new_tokens=20, do_sample=False, disable_compile=True, **options)
    assert out[0, length:].tolist() == expected


@torch.no_grad()
def test_a_picture_beyond_the_context(
    short: QwenVLForConditionalGeneration,
    context: dict[str, Any],
    context_numbers: dict[str, torch.Tensor],
    pixels: dict[str, torch.Tensor],
) -> None:
    ids, facts = torch.tensor([expand(context["one_image"]["ids"])]), context["one_image"]
    out = short(ids, pixel_values=pixels["a"][None], output_hidden_states=True)
    golden = context_numbers["one_image/hidden_every16"]
    torch.testing.assert_close(out.hidden_states[-1][0, (ids.shape[1] - 1) % 16 :: 16], golden, atol=TOLERANCE, rtol=0)
    made = short.generate(ids, pixel_values=pixels["a"][None], max_new_tokens=10, do_sample=False)
    assert made[0, ids.shape[1] :].tolist() == facts["generate"]


@torch.no_grad()
def test_left_padding_changes_nothing(short: QwenVLForConditionalGeneration, context: dict[str, Any]) -> None:
    """The original took the padded length for the prompt's; here every row counts its own tokens."""
    row, longer = context["ids"][:24], context["ids"][:70]
    width = len(longer)
    ids = torch.tensor([[151643] * (width - len(row)) + row, longer])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row), [1] * width])
    together = short.generate(ids, attention_mask=mask, max_new_tokens=12, do_sample=False)
    for index, alone in enumerate((row, longer)):
        out = short.generate(torch.tensor([alone]), max_new_tokens=12, do_sample=False)
        assert together[index, width:].tolist() == out[0, len(alone) :].tolist()
