"""The native model against the original's numbers: visual tower, hidden states, losses, gradients, greedy ids."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from qvl_desktop.models.qwen_vl.positions import resize_table, sincos_table
from tests.models.golden import MODEL, build_tiny, expand, load_file, read_json

CASES = {"text": "", "one_image": "a", "two_images": "ab", "image_first": "b"}
TOLERANCE = 2e-5
Model = QwenVLForConditionalGeneration


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    return read_json("model.json")


def inputs(facts: dict[str, Any], case: str, pixels: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    ids = torch.tensor([expand(facts["inputs"][case])])
    letters = CASES[case]
    return {"input_ids": ids} | (
        {"pixel_values": torch.stack([pixels[letter] for letter in letters])} if letters else {}
    )


def test_tensor_names_and_shapes_are_those_of_the_full_checkpoint() -> None:
    from qvl_desktop.models.qwen_vl import QwenVLConfig

    official = read_json("tensor_names.json")
    with torch.device("meta"):
        model = Model(QwenVLConfig())
    state = model.state_dict()
    assert len(state) == official["count"] == 853
    assert sum(tensor.numel() for tensor in state.values()) == official["parameters"]
    for name, shape in official["shapes"].items():
        assert list(state[name.replace("*", "0")].shape) == shape, name


def test_position_tables() -> None:
    golden = load_file(MODEL / "positions.safetensors")
    source = golden["abs_pos_src"]
    for patches in (100, 256, 1024):
        side = round(patches**0.5)
        torch.testing.assert_close(resize_table(source, side, side), golden[f"abs_pos_{patches}"], atol=1e-6, rtol=0)
    torch.testing.assert_close(
        resize_table(source.bfloat16(), 32, 32).float(), golden["abs_pos_1024_from_bf16"].float(), atol=1e-6, rtol=0
    )
    torch.testing.assert_close(sincos_table(256, 16)[::16], golden["sincos_256_16"], atol=1e-6, rtol=0)


@torch.no_grad()
def test_visual_tower_and_its_stages(
    tiny: Model, numbers: dict[str, torch.Tensor], pixels: dict[str, torch.Tensor]
) -> None:
    visual = tiny.transformer.visual
    seen: dict[str, torch.Tensor] = {}
    stages: dict[str, tuple[nn.Module, int]] = {
        "ln_pre": (visual.ln_pre, 32),
        "block0": (visual.transformer.resblocks[0], 32),
        "block1": (visual.transformer.resblocks[1], 32),
        "kv_proj": (visual.attn_pool.kv_proj, 32),
        "attn_pool": (visual.attn_pool, 8),
        "ln_post": (visual.ln_post, 8),
    }
    hooks = [
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.__setitem__(name, out))
        for name, (module, _) in stages.items()
    ]
    features = tiny.encode_images(torch.stack([pixels["a"], pixels["b"]]))
    for hook in hooks:
        hook.remove()
    for name, (_, step) in stages.items():
        torch.testing.assert_close(seen[name][0, ::step], numbers[f"visual_stage/{name}"], atol=TOLERANCE, rtol=0)
    assert features.shape == (2, 256, 256)
    torch.testing.assert_close(features[0], numbers["visual/encode_a"], atol=TOLERANCE, rtol=0)
    blank = tiny.encode_images(torch.zeros(1, 3, 224, 224))
    torch.testing.assert_close(blank[0, ::8], numbers["visual/zeros_224"], atol=TOLERANCE, rtol=0)


@torch.no_grad()
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("case", CASES)
def test_hidden_states_and_logits(
    case: str,
    attention: str,
    tiny: Model,
    facts: dict[str, Any],
    numbers: dict[str, torch.Tensor],
    pixels: dict[str, torch.Tensor],
) -> None:
    tiny.set_attn_implementation(attention)
    out = tiny(**inputs(facts, case, pixels), output_hidden_states=True)
    tiny.set_attn_implementation("sdpa")
    hidden, logits = out.hidden_states[-1][0], out.logits[0]
    torch.testing.assert_close(hidden[::8], numbers[f"{case}/hidden@8"], atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(logits[::8, numbers["cols"]], numbers[f"{case}/logits_cols@8"], atol=TOLERANCE, rtol=0)
    torch.testing.assert_close(logits[-1, ::64], numbers[f"{case}/logits_last"], atol=TOLERANCE, rtol=0)
    assert logits[::8].argmax(-1).tolist() == facts["argmax_every8"][case]
    assert float(logits.logsumexp(-1).sum()) == pytest.approx(facts["logsumexp_sum"][case], abs=1e-2)


@torch.no_grad()
def test_hidden_states_of_every_layer(tiny: Model, facts: dict[str, Any], numbers: dict[str, torch.Tensor]) -> None:
    out = tiny(**inputs(facts, "text", {}), output_hidden_states=True)
    layers = torch.cat(out.hidden_states)
    torch.testing.assert_close(layers, numbers["text/layer_inputs"], atol=TOLERANCE, rtol=0)


def batch(facts: dict[str, Any]) -> dict[str, torch.Tensor]:
    parts = {name: [expand(row) for row in facts["batch"][name]] for name in ("ids", "labels", "mask")}
    return {
        "input_ids": torch.tensor(parts["ids"]),
        "labels": torch.tensor(parts["labels"]),
        "attention_mask": torch.tensor(parts["mask"]),
    }


@torch.no_grad()
def test_losses(
    tiny: Model, facts: dict[str, Any], numbers: dict[str, torch.Tensor], pixels: dict[str, torch.Tensor]
) -> None:
    # Row 0 is text, row 1 holds picture a, row 2 pictures a and b.
    data, pictures = batch(facts), [pixels["a"], pixels["a"], pixels["b"]]
    out = tiny(**data, pixel_values=torch.stack(pictures), output_hidden_states=True, return_logits=False)
    assert out.logits is None
    assert float(out.loss) == pytest.approx(facts["losses"]["loss"], abs=1e-5)
    for row, taken in enumerate([[], [0], [1, 2]]):
        kept = data["attention_mask"][row].bool()
        torch.testing.assert_close(
            out.hidden_states[-1][row, kept][::8], numbers[f"loss_batch3/hidden_{row}@8"], atol=TOLERANCE, rtol=0
        )
        alone = {name: value[row : row + 1, kept] for name, value in data.items()}
        some = {"pixel_values": torch.stack([pictures[index] for index in taken])} if taken else {}
        assert float(tiny(**alone, **some).loss) == pytest.approx(facts["losses"][f"loss_row{row}"], abs=1e-5)


def check_gradients(model: Model, expected: dict[str, float | None]) -> None:
    gradients = {name: value.grad for name, value in model.named_parameters()}
    model.zero_grad(set_to_none=True)
    for name, norm in expected.items():
        if norm is None:
            assert gradients[name] is None, name
        else:
            assert float(gradients[name].norm()) == pytest.approx(norm, rel=2e-4), name


@pytest.mark.parametrize("checkpointing", [False, True])
def test_gradient_norms_with_a_picture(
    checkpointing: bool, state: dict[str, torch.Tensor], facts: dict[str, Any], pixels: dict[str, torch.Tensor]
) -> None:
    model = build_tiny(state).train()
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name not in facts["requires_grad_false"])
    if checkpointing:
        model.activation_checkpointing_enable()
    data = {name: value[1:2] for name, value in batch(facts).items()}
    out = model(**data, pixel_values=pixels["a"][None])
    out.loss.backward()
    assert out.logits is None
    assert out.loss.item() == pytest.approx(facts["train_image"]["loss"], abs=1e-5)
    check_gradients(model, facts["train_image"]["grad_norms"])


def test_gradient_norms_of_text_alone(state: dict[str, torch.Tensor], facts: dict[str, Any]) -> None:
    model = build_tiny(state).train()
    model.requires_grad_(True)
    ids = inputs(facts, "text", {})["input_ids"]
    loss = model(ids, labels=ids).loss
    loss.backward()
    assert loss.item() == pytest.approx(facts["train_text_only"]["loss"], abs=1e-5)
    check_gradients(model, facts["train_text_only"]["grad_norms_llm"])


@pytest.mark.parametrize("use_cache", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_greedy_generation(
    case: str, use_cache: bool, tiny: Model, facts: dict[str, Any], pixels: dict[str, torch.Tensor]
) -> None:
    expected = facts["generate"][case if use_cache else f"{case}/no_cache"]
    given = inputs(facts, case, pixels)
    out = tiny.generate(**given, max_new_tokens=len(expected), do_sample=False, use_cache=use_cache)
    assert out[0, given["input_ids"].shape[1] :].tolist() == expected


def test_greedy_generation_with_left_padding(
    tiny: Model, facts: dict[str, Any], pixels: dict[str, torch.Tensor]
) -> None:
    rows = [expand(facts["inputs"][case]) for case in ("text", "one_image")]
    width = max(map(len, rows))
    ids = torch.tensor([[151643] * (width - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows])
    out = tiny.generate(
        input_ids=ids, attention_mask=mask, pixel_values=pixels["a"][None], max_new_tokens=20, do_sample=False
    )
    assert out[:, width:].tolist() == facts["left_pad_batch"]


@torch.no_grad()
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_as_near_as_the_original_was(
    dtype: torch.dtype,
    state: dict[str, torch.Tensor],
    facts: dict[str, Any],
    numbers: dict[str, torch.Tensor],
    pixels: dict[str, torch.Tensor],
) -> None:
    model = build_tiny({name: value.to(dtype) for name, value in state.items()})
    golden = load_file(MODEL / "lowprec.safetensors")
    short = {torch.bfloat16: "bf16", torch.float16: "fp16"}[dtype]
    results = {"visual_a": (model.encode_images(pixels["a"][None])[0, ::8], numbers["visual/encode_a"][::8])}
    for case in ("text", "one_image"):
        hidden = model(**inputs(facts, case, pixels), output_hidden_states=True).hidden_states[-1]
        results[f"{case}/hidden"] = (hidden[0, ::8], numbers[f"{case}/hidden@8"])
    for name, (ours, exact) in results.items():
        assert ours.dtype == dtype
        original_error = (golden[f"{short}/{name}@8"] - exact).abs()
        error = (ours.float() - exact).abs()
        assert float(error.mean()) < 1.25 * float(original_error.mean()), name
        assert float(error.max()) < 2 * float(original_error.max()), name
