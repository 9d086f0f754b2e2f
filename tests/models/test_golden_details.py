"""The rest of the original's numbers: chats, other pictures, lower precision, how far mistakes move results.

`test_golden_modeling` and `test_context_modeling` hold the stages, logits, losses and positions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

from qvl_desktop.engine.generator import Generator
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration, QwenVLProcessor
from qvl_desktop.models.qwen_vl import decoder as decoder_module
from qvl_desktop.models.qwen_vl import resampler as resampler_module
from qvl_desktop.models.qwen_vl import visual as visual_module
from qvl_desktop.models.qwen_vl.decoder import QwenVLRMSNorm
from qvl_desktop.models.qwen_vl.image_processing import QwenVLImageProcessor
from qvl_desktop.models.qwen_vl.positions import resize_table, sincos_table
from qvl_desktop.models.qwen_vl.rotary import RotaryTable, ntk_alpha
from tests.models.golden import MODEL, build_tiny, expand, load_file, read_json
from tests.models.golden_text import official_tokenizer, turns_of

TOLERANCE = 2e-5
Model = QwenVLForConditionalGeneration
State = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def more() -> dict[str, Any]:
    return read_json("more.json")


@pytest.fixture(scope="module")
def more_numbers() -> State:
    return load_file(MODEL / "more.safetensors")


def test_the_weights_are_those_of_the_original(state: State, more: dict[str, Any]) -> None:
    assert set(state) == set(more["weights"])
    for name, digest in more["weights"].items():
        if not name.endswith(("wte.weight", "lm_head.weight")):  # expanded from factors: 155 MB each, seen in logits
            assert hashlib.sha256(state[name].numpy().tobytes()).hexdigest() == digest, name


@torch.no_grad()
def test_other_pixels(tiny: Model, pixels: State, numbers: State, more: dict[str, Any], more_numbers: State) -> None:
    features = tiny.encode_images(torch.stack([pixels["a"], pixels["b"]]))
    torch.testing.assert_close(features[1, ::8], more_numbers["visual/encode_b@8"], atol=TOLERANCE, rtol=0)
    assert list(features.shape) == more["visual"]["shape"]
    assert float(features.abs().mean()) == pytest.approx(more["visual"]["abs_mean"], abs=1e-5)
    assert float(features.std(1).mean()) == pytest.approx(more["visual"]["std_over_queries"], abs=1e-3)
    waves = torch.linspace(-2, 2, 3 * 448 * 448).sin().view(1, 3, 448, 448)
    found = tiny.encode_images(waves)[0, ::8]
    torch.testing.assert_close(found, more_numbers["visual/linspace_sin_448@8"], atol=TOLERANCE, rtol=0)


def test_the_position_table_of_the_full_model(more: dict[str, Any]) -> None:
    """The original's sines are numpy's, a last bit apart: its hash cannot be met, and a checkpoint brings the table."""
    facts, table = more["pos"], sincos_table(4096, 16)
    for row in (1, 16):
        start = 0 if row == 1 else 2048  # a step right moves the first half of the channels, a step down the second
        assert table[row, start : start + 4].tolist() == pytest.approx(facts[f"sincos_row_{row}"], abs=1e-7)
    sums = [float(table.double().sum()), float(resize_table(table, 32, 32).double().sum())]
    assert sums == pytest.approx(facts["sums"], abs=1e-2)


CHATS: dict[str, tuple[list[list[str]], str, str]] = {
    "text": ([], "你好", ""),
    "image": ([], "Picture 1: <img>images/a_501x333.png</img>\nDescribe it.", "a_501x333.png"),
    "second_turn": ([["Picture 1: <img>images/a_501x333.png</img>\nDescribe it.", "A dog."]], "And?", "a_501x333.png"),
}


@pytest.fixture(scope="module")
def generator(tiny: Model) -> Generator:
    return Generator(tiny, QwenVLProcessor(QwenVLImageProcessor(), official_tokenizer()))


@pytest.mark.parametrize("name", CHATS)
def test_chat_says_what_the_original_says(name: str, generator: Generator, more: dict[str, Any]) -> None:
    """The original drops the last token of an answer that no stop token ended: 11 of 12 are in its text."""
    history, query, picture = CHATS[name]
    expected = more["chat_greedy_12"][name]
    assert expected["history"][-1] == [query, expected["response"]]
    shown = [MODEL / picture] if picture else []
    answer = generator.answer(turns_of(history, query), shown, max_new_tokens=11)
    assert (answer.text.strip(), answer.tokens, answer.stopped) == (expected["response"], 11, "length")


def test_a_stop_token_ends_generating(tiny: Model, more: dict[str, Any]) -> None:
    ids = torch.tensor([expand(read_json("model.json")["inputs"]["text"])])
    facts = more["stop_word"]
    out = tiny.generate(ids, max_new_tokens=20, do_sample=False, eos_token_id=facts["stop"], pad_token_id=151643)
    assert out[0, ids.shape[1] :].tolist() == facts["out"][0][:-1]  # the original adds <|endoftext|> behind it


@torch.no_grad()
def test_one_token_and_the_shape_of_its_cache(tiny: Model, more: dict[str, Any]) -> None:
    """The original fails without a mask, on two tokens behind a cache, and on embeddings alone; here all work."""
    ids = torch.tensor([expand(read_json("model.json")["inputs"]["text"])])[:, :7]
    whole = tiny(ids, use_cache=True)
    assert len(whole.past_key_values.layers) == more["cache"]["layers"]
    rows, tokens, heads, width = more["cache"]["key_shape"]
    first = tiny(ids[:, :tokens], use_cache=True)
    assert tuple(first.past_key_values.layers[0].keys.shape) == (rows, heads, tokens, width)
    both = tiny(ids[:, tokens:], past_key_values=first.past_key_values)
    torch.testing.assert_close(both.logits, whole.logits[:, tokens:], atol=TOLERANCE, rtol=0)
    embedded = tiny(inputs_embeds=tiny.get_input_embeddings()(ids))
    torch.testing.assert_close(embedded.logits, whole.logits, atol=TOLERANCE, rtol=0)
    for mask in (None, torch.ones(1, 1, dtype=torch.long)):
        alone = tiny(torch.tensor([[5]]), attention_mask=mask).logits
        assert float(alone.double().sum()) == pytest.approx(more["single_token_logits_sum"], abs=1e-1)


@torch.no_grad()
def test_padding_on_the_left_leaves_the_text_alone(tiny: Model, numbers: State, pixels: State) -> None:
    facts = read_json("model.json")
    rows = [expand(facts["inputs"][case]) for case in ("text", "one_image")]
    width = max(map(len, rows))
    ids = torch.tensor([[151643] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    out = tiny(ids, attention_mask=mask, pixel_values=pixels["a"][None], output_hidden_states=True)
    hidden = out.hidden_states[-1]
    assert not bool(hidden.isnan().any())
    text = hidden[0, -len(rows[0]) :][::8]
    torch.testing.assert_close(text, numbers["left_pad/hidden_text@8"], atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(text, numbers["text/hidden@8"], atol=TOLERANCE, rtol=0)


# Beyond the trained context


@pytest.fixture(scope="module")
def short(state: State) -> Model:
    return build_tiny(state, seq_length=32)


@torch.no_grad()
def test_two_pictures_beyond_the_context(
    short: Model, pixels: State, more: dict[str, Any], more_numbers: State
) -> None:
    facts = more["long"]["two_images"]
    ids = torch.tensor([expand(facts["ids"])])
    pictures = torch.stack([pixels["a"], pixels["b"]])
    out = short(ids, pixel_values=pictures, output_hidden_states=True)
    golden = more_numbers["long/two_images/hidden_every16"]
    torch.testing.assert_close(out.hidden_states[-1][0, (ids.shape[1] - 1) % 16 :: 16], golden, atol=TOLERANCE, rtol=0)
    assert int(out.logits[0, -1].argmax()) == facts["argmax_last"]
    assert ntk_alpha(short.transformer.rotary.level(ids.shape[1])) == facts["alpha"]
    made = short.generate(ids, pixel_values=pictures, max_new_tokens=10, do_sample=False)
    assert made[0, ids.shape[1] :].tolist() == facts["generate"]


@torch.no_grad()
@pytest.mark.parametrize("ntk", [0, 1])
@pytest.mark.parametrize("logn", [0, 1])
def test_logits_and_sums(logn: int, ntk: int, state: State, more: dict[str, Any]) -> None:
    facts, ids = more["long"], read_json("context.json")["ids"]
    model = build_tiny(state, seq_length=32, use_logn_attn=bool(logn), use_dynamic_ntk=bool(ntk))
    for length in (31, 32, 33, 64, 65, 128, 129, 140):
        case = facts["cases"][f"logn{logn}_ntk{ntk}/{length}"]
        out = model(torch.tensor([ids[:length]]), output_hidden_states=True)
        assert out.logits[0, -1, facts["cols"]].tolist() == pytest.approx(case["cols_last"], abs=TOLERANCE)
        assert out.logits[0, -32:].argmax(-1).tolist() == case["argmax"]
        assert float(out.hidden_states[-1].abs().double().sum()) == pytest.approx(case["hidden_abs_sum"], rel=1e-6)


@torch.no_grad()
def test_padding_does_not_change_the_base(short: Model, more: dict[str, Any], more_numbers: State) -> None:
    """The original counts padding: 24 tokens behind 16 of padding get the base of 40, and other numbers than alone."""
    facts, ids = more["long"]["left_pad_40"], read_json("context.json")["ids"][:24]
    padded, mask = torch.tensor([[151643] * 16 + ids]), torch.tensor([[0] * 16 + [1] * 24])
    alone = short(torch.tensor([ids]), output_hidden_states=True).hidden_states[-1][0]
    ours = short(padded, attention_mask=mask, output_hidden_states=True).hidden_states[-1][0, 16:]
    torch.testing.assert_close(ours, alone, atol=TOLERANCE, rtol=0)
    theirs = more_numbers["long/left_pad_40/hidden_last24"]
    assert float((theirs - alone).abs().max()) == pytest.approx(facts["max_diff_vs_unpadded"], abs=1e-4)
    assert ntk_alpha(short.transformer.rotary.level(40)) == facts["alpha_padded"]


def test_one_pass_leaves_no_trace_in_the_next(short: Model, more: dict[str, Any]) -> None:
    """The original keeps the base of the longest pass; here 24 tokens give the same before and after 100."""
    facts, ids = more["long"]["train_mode"], read_json("context.json")["ids"]
    assert facts["max_diff_24_fresh_vs_after_eval"] > 1
    with torch.no_grad():
        before = short(torch.tensor([ids[:24]])).logits
        short(torch.tensor([ids[:100]]))
        assert torch.equal(short(torch.tensor([ids[:24]])).logits, before)


def test_logn_in_bfloat16(more: dict[str, Any]) -> None:
    table = RotaryTable(QwenVLConfig(seq_length=2048))
    for place, factor in more["long"]["logn_2048_bf16"].items():
        assert float(table.query_scale(torch.tensor([[int(place)]]), torch.bfloat16)) == factor
    last = more["long"]["logn_table_len"] - 1  # the original's table ends here; ours is computed for any position
    assert float(table.query_scale(torch.tensor([[last + 100_000]]), torch.float32)) > 1.3


# Lower precision


@torch.no_grad()
@pytest.mark.parametrize("short_name", ["bf16", "fp16"])
def test_logits_in_half_precision(short_name: str, state: State, pixels: State, more: dict[str, Any]) -> None:
    dtype = {"bf16": torch.bfloat16, "fp16": torch.float16}[short_name]
    model, facts = build_tiny({name: value.to(dtype) for name, value in state.items()}), more["lowprec"]
    assert str(model.get_input_embeddings().weight.dtype) == facts[f"{short_name}/dtypes"]["wte"]
    assert str(model.transformer.rotary.inv_freq.dtype) == facts[f"{short_name}/dtypes"]["inv_freq"]
    for case in ("text", "one_image"):
        golden = facts[f"{short_name}/{case}"]
        ids = torch.tensor([expand(read_json("model.json")["inputs"][case])])
        picture = {"pixel_values": pixels["a"][None]} if case == "one_image" else {}
        logits = model(ids, **picture).logits
        assert str(logits.dtype) == golden["logits_dtype"]
        allowed = 2 * golden["max_diff_vs_fp32"]
        assert logits[0, -1, facts["cols"]].tolist() == pytest.approx(golden["cols_last"], abs=allowed)
        same = torch.tensor(golden["argmax"]).eq(logits[0].argmax(-1)).float().mean()
        assert float(same) > 0.9


@torch.no_grad()
def test_bfloat16_beyond_the_context(state: State, more_numbers: State) -> None:
    ids = torch.tensor([read_json("context.json")["ids"][:140]])
    exact = build_tiny(state, seq_length=32)(ids, output_hidden_states=True).hidden_states[-1][0, 3::4]
    low = build_tiny({name: value.bfloat16() for name, value in state.items()}, seq_length=32)
    ours = low(ids, output_hidden_states=True).hidden_states[-1][0, 3::4].float()
    theirs = more_numbers["bf16/long140_seq32/hidden_every4"].float()
    error, original_error = (ours - exact).abs(), (theirs - exact).abs()
    assert float(error.mean()) < 1.25 * float(original_error.mean())
    assert float(error.max()) < 2 * float(original_error.max())


# How far typical mistakes move the results: the numbers above are sharp enough to see each of them


def distances(model: Model, right: State, pixels: State) -> dict[str, float]:
    found = outputs(model, pixels)
    return {name: float((found[name] - right[name]).abs().max()) for name in found}


@torch.no_grad()
def outputs(model: Model, pixels: State) -> State:
    facts, picture = read_json("model.json")["inputs"], pixels["a"][None]
    text = model.transformer(torch.tensor([expand(facts["text"])])).last_hidden_state
    shown = model.transformer(torch.tensor([expand(facts["one_image"])]), pixel_values=picture).last_hidden_state
    return {"text": text, "one_image": shown, "visual": model.encode_images(picture)}


@pytest.fixture(scope="module")
def right(tiny: Model, pixels: State) -> State:
    return outputs(tiny, pixels)


def set_eps(kind: type[nn.Module], below: str) -> Callable[[Model], None]:
    def change(model: Model) -> None:
        for module in model.get_submodule(below).modules():
            if isinstance(module, kind):
                module.eps = 1e-5  # type: ignore[assignment]

    return change


MISTAKES: dict[str, Callable[[Model], None]] = {
    "nothing": lambda model: None,
    "vit LayerNorm eps 1e-5 instead of 1e-6": set_eps(nn.LayerNorm, "transformer.visual"),
    "RMSNorm eps 1e-5 instead of 1e-6": set_eps(QwenVLRMSNorm, "transformer"),
    "attn_pool.ln_kv eps only": set_eps(nn.LayerNorm, "transformer.visual.attn_pool.ln_kv"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_wrong_epsilon_moves_the_results_as_far_as_in_the_original(
    mistake: str, state: State, pixels: State, right: State, more: dict[str, Any]
) -> None:
    model = build_tiny(state)
    MISTAKES[mistake](model)
    assert distances(model, right, pixels) == pytest.approx(more["sensitivity"][mistake], abs=TOLERANCE)


def swapped(state: State) -> State:
    changed = dict(state)
    for layer in range(2):
        first, second = (f"transformer.h.{layer}.mlp.w{number}.weight" for number in (1, 2))
        changed[first], changed[second] = state[second], state[first]
    return changed


def transposed(state: State) -> State:
    return state | {"transformer.visual.proj": state["transformer.visual.proj"].T.contiguous()}


def exact_table(state: State) -> State:
    return state | {"transformer.visual.attn_pool.pos_embed": sincos_table(256, 16)}


WEIGHTS: dict[str, Callable[[State], State]] = {
    "w1/w2 swapped (silu on w1)": swapped,
    "visual.proj transposed": transposed,
    "resampler pos_embed recomputed in float32 instead of the stored bf16 values": exact_table,
}


@pytest.mark.parametrize("mistake", WEIGHTS)
def test_wrong_weights_move_the_results_as_far_as_in_the_original(
    mistake: str, state: State, pixels: State, right: State, more: dict[str, Any]
) -> None:
    found = distances(build_tiny(WEIGHTS[mistake](state)), right, pixels)
    assert found == pytest.approx(more["sensitivity"][mistake], abs=5 * TOLERANCE, rel=1e-4)


def interleaved(states: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Neighbours turned into each other, by the angles that belong to halves."""
    turned = torch.stack([-states[..., 1::2], states[..., ::2]], dim=-1).flatten(-2)
    half = sin[..., sin.shape[-1] // 2 :]
    return states * cos + turned * torch.cat([half, half], dim=-1)


def plain_in_proj(module: visual_module.VisualAttention, states: torch.Tensor) -> torch.Tensor:
    parts = module.in_proj(states).chunk(3, dim=-1)
    heads = [part.unflatten(-1, (module.heads, -1)).transpose(1, 2) for part in parts]
    read = nn.functional.scaled_dot_product_attention(*heads)
    return module.out_proj(read.transpose(1, 2).flatten(2))


def resized_by(**options: Any) -> Callable[[torch.Tensor, int, int], torch.Tensor]:
    def resize(table: torch.Tensor, rows: int, columns: int) -> torch.Tensor:
        side = round(table.shape[0] ** 0.5)
        grid = table.float().reshape(1, side, side, -1).permute(0, 3, 1, 2)
        resized = nn.functional.interpolate(grid, size=(rows, columns), **options)
        return resized.permute(0, 2, 3, 1).flatten(0, 2)

    return resize


TABLES = {
    "abs pos bilinear": {"mode": "bilinear", "align_corners": False},
    "abs pos bicubic align_corners": {"mode": "bicubic", "align_corners": True},
    "abs pos bicubic antialias": {"mode": "bicubic", "align_corners": False, "antialias": True},
}


@pytest.mark.parametrize(
    "mistake",
    [
        *TABLES,
        "vit GELU tanh instead of exact",
        "vit in_proj read as [Q;K;V] instead of per-head [q,k,v]",
        "resampler key positions from a 32x32 sincos table instead of interpolated 16x16",
        "rotary rotate pairs interleaved",
    ],
)
def test_a_wrong_step_moves_the_results_as_far_as_in_the_original(
    mistake: str, tiny: Model, pixels: State, right: State, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if mistake in TABLES:
        for module in (visual_module, resampler_module):
            monkeypatch.setattr(module, "resize_table", resized_by(**TABLES[mistake]))
    elif "GELU" in mistake:
        monkeypatch.setattr(
            visual_module.VisualMLP,
            "forward",
            lambda mlp, states: mlp.c_proj(nn.functional.gelu(mlp.c_fc(states), approximate="tanh")),
        )
    elif "in_proj" in mistake:
        monkeypatch.setattr(visual_module.VisualAttention, "forward", plain_in_proj)
    elif "resampler" in mistake:
        monkeypatch.setattr(resampler_module, "resize_table", lambda table, rows, _: sincos_table(256, rows))
    else:
        monkeypatch.setattr(decoder_module, "rotate", interleaved)
    found = distances(tiny, right, pixels)
    known = more["sensitivity"][mistake]
    for name, distance in found.items():
        assert distance == pytest.approx(known[name], abs=5 * TOLERANCE, rel=1e-3), name
