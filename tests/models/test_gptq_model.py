"""GPTQ folders as whole models: load, generate, train through, adapters, chat then train."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from qvl_desktop.models.errors import ModelLoadError, QuantizationError
from qvl_desktop.models.gptq.linear import GPTQLinear
from qvl_desktop.models.gptq.peft import GPTQLoraLayer, with_gptq_layers
from qvl_desktop.models.loading import load_model
from qvl_desktop.models.qwen_vl import QwenVLForConditionalGeneration
from tests.models.conftest import picture_ids, small_config
from tests.models.gptq_reference import LAYERS, quantised_folder

Model = QwenVLForConditionalGeneration
TARGETS = ["c_attn", "attn.c_proj", "w1", "w2"]


@pytest.fixture(scope="module")
def dense_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("dense")
    model = Model(small_config())
    for name, value in model.named_parameters():
        if name.endswith("bias"):
            value.data.normal_(std=0.02)
    model.save_pretrained(path)
    return path


Make = Callable[..., tuple[Path, Model]]


@pytest.fixture(scope="module")
def make(dense_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """A GPTQ folder with the given settings, and the dense float32 model it stands for."""

    def build(**settings: object) -> tuple[Path, Model]:
        folder = tmp_path_factory.mktemp("gptq") / "model"
        equivalent = quantised_folder(dense_folder, folder, **settings)
        model = Model.from_pretrained(dense_folder).eval()
        model.load_state_dict(equivalent)
        return folder, model

    return build


def sample() -> dict[str, torch.Tensor]:
    return {
        "input_ids": torch.tensor([[*picture_ids(), 5, 6, 7, 8, 9, 10]]),
        "pixel_values": torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)),
    }


@torch.no_grad()
@pytest.mark.parametrize("act_order", [False, True])
@pytest.mark.parametrize("group_size", [32, -1])
@pytest.mark.parametrize(("bits", "layout"), [(4, "gptq"), (4, "gptq_v2"), (8, "gptq"), (8, "gptq_v2")])
def test_the_model_is_its_dense_equivalent(
    make: Make, bits: int, layout: str, group_size: int, act_order: bool
) -> None:
    folder, dense = make(bits=bits, layout=layout, group_size=group_size, act_order=act_order)
    model = load_model(folder, device="cpu")
    layers = {name for name, module in model.named_modules() if isinstance(module, GPTQLinear)}
    assert layers == {f"transformer.h.{index}.{name}" for index in range(2) for name in LAYERS}
    expected, got = dense(**sample()), model(**sample())
    torch.testing.assert_close(got.logits, expected.logits, atol=1e-5, rtol=0)
    options = {"max_new_tokens": 12, "do_sample": False, "eos_token_id": None, "pad_token_id": 0}
    assert torch.equal(model.generate(**sample(), **options), dense.generate(**sample(), **options))


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@torch.no_grad()
def test_half_precision(make: Make, precision: str) -> None:
    folder, dense = make()
    model = load_model(folder, precision=precision, device="cpu")
    assert model.dtype == {"bf16": torch.bfloat16, "fp16": torch.float16}[precision]
    assert model.transformer.h[0].attn.c_attn.scales.dtype == torch.float16
    logits = dense(**sample()).logits
    assert float((model(**sample()).logits.float() - logits).abs().max()) < 0.02 * float(logits.abs().max())


def adapted(model: Model) -> Model:
    """The model with a LoRA adapter that is not zero, ready to train."""
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(7)
    config = LoraConfig(r=4, target_modules=TARGETS, init_lora_weights=False)
    return get_peft_model(model, with_gptq_layers(config)).train()


def gradients(tuned: Model) -> dict[str, torch.Tensor]:
    """Gradients of the adapter and of the picture features."""
    features = torch.randn(1, 4, 64, generator=torch.Generator().manual_seed(2)).requires_grad_(True)
    ids = sample()["input_ids"]
    tuned.zero_grad()
    tuned(input_ids=ids, image_features=features, labels=ids).loss.backward()
    found = {name: p.grad.clone() for name, p in tuned.named_parameters() if p.grad is not None}
    return found | {"features": features.grad}


def test_gradients_are_those_of_the_dense_weights(make: Make) -> None:
    folder, dense = make()
    tuned = adapted(load_model(folder, device="cpu"))
    assert sum(isinstance(module, GPTQLoraLayer) for module in tuned.modules()) == 8
    got, expected = gradients(tuned), gradients(adapted(dense))
    assert got.keys() == expected.keys()
    assert len(got) == 17
    for name, value in expected.items():
        torch.testing.assert_close(
            got[name], value, atol=1e-6, rtol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
        )


def test_chat_then_train(make: Make) -> None:
    folder, _ = make()
    fresh = gradients(adapted(load_model(folder, device="cpu")))
    model = load_model(folder, device="cpu")
    with torch.no_grad():
        model.generate(**sample(), max_new_tokens=3, do_sample=False, pad_token_id=0)
    with torch.inference_mode():
        model(**sample())
    used = adapted(model)
    first, second = gradients(used), gradients(used)
    for name, value in fresh.items():
        assert torch.equal(first[name], value), name
        assert torch.equal(second[name], value), name


def test_checkpointed_activations(make: Make) -> None:
    folder, _ = make()
    plain = gradients(adapted(load_model(folder, device="cpu")))
    tuned = adapted(load_model(folder, device="cpu"))
    tuned.enable_input_require_grads()
    tuned.gradient_checkpointing_enable({"use_reentrant": False})
    for name, value in gradients(tuned).items():
        torch.testing.assert_close(value, plain[name], atol=1e-7, rtol=1e-5)


@torch.no_grad()
def test_adapters_are_saved_and_loaded(make: Make, tmp_path: Path) -> None:
    folder, dense = make()
    tuned = adapted(load_model(folder, device="cpu")).eval()
    expected = tuned(**sample()).logits
    tuned.save_pretrained(tmp_path)
    again = load_model(folder, device="cpu", adapter=tmp_path)
    assert torch.equal(again(**sample()).logits, expected)
    on_dense = adapted(copy.deepcopy(dense)).eval()
    torch.testing.assert_close(on_dense(**sample()).logits, expected, atol=1e-5, rtol=0)
    with again.disable_adapter():
        bare = load_model(folder, device="cpu")
        assert torch.equal(again(**sample()).logits, bare(**sample()).logits)


@torch.no_grad()
def test_several_adapters_on_one_model(make: Make, tmp_path: Path) -> None:
    folder, _ = make()
    tuned = adapted(load_model(folder, device="cpu")).eval()
    tuned.save_pretrained(tmp_path)
    first = tuned(**sample()).logits
    from peft import LoraConfig

    tuned.add_adapter("other", with_gptq_layers(LoraConfig(r=2, target_modules=TARGETS, init_lora_weights=False)))
    tuned.set_adapter("other")
    assert not torch.allclose(tuned(**sample()).logits, first)
    tuned.set_adapter("default")
    assert torch.equal(tuned(**sample()).logits, first)
    with pytest.raises(QuantizationError, match="merge"):
        tuned.merge_and_unload()


def test_the_tower_stays_out_when_not_wanted(make: Make) -> None:
    folder, _ = make()
    model = load_model(folder, device="cpu", visual=False)
    assert not any("visual" in name for name in model.state_dict())


def test_settings_in_a_file_of_their_own(make: Make) -> None:
    folder, dense = make()
    config = json.loads((folder / "config.json").read_text())
    settings = config.pop("quantization_config")
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "quantize_config.json").write_text(json.dumps(settings))
    (folder / "model.safetensors").rename(folder / "gptq_model-4bit-32g.safetensors")
    model = load_model(folder, device="cpu")
    with torch.no_grad():
        torch.testing.assert_close(model(**sample()).logits, dense(**sample()).logits, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group_size": 64}, r"has 2 groups, but a group size of 64 over 64 inputs makes 1"),
        ({"bits": 8}, r"is stored in 4 bits, but the settings say 8"),
        ({"bits": 3}, r"config\.json: bits is 3"),
        ({"group_size": 0}, r"config\.json: group_size is 0"),
        ({"checkpoint_format": "marlin"}, r"checkpoint_format is marlin"),
        ({"quant_method": "awq"}, r"quantised by awq cannot be read"),
    ],
)
def test_settings_that_disagree(make: Make, change: dict[str, object], message: str) -> None:
    folder, _ = make()
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] |= change
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(QuantizationError, match=message):
        load_model(folder, device="cpu")


def test_what_a_gptq_folder_cannot_be(make: Make, dense_folder: Path) -> None:
    folder, _ = make()
    with pytest.raises(QuantizationError, match="quantised already"):
        load_model(folder, precision="nf4", device="cpu")
    with pytest.raises(QuantizationError, match="Kernel fast is not known"):
        load_model(folder, kernel="fast", device="cpu")
    with pytest.raises(QuantizationError, match="need an NVIDIA card"):
        load_model(folder, kernel="gptqmodel", device="cpu")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": None}))
    with pytest.raises(ModelLoadError, match=r"Missing: .*c_attn\.weight.*Unexpected: .*g_idx"):
        load_model(folder, device="cpu")
    lying = json.loads((dense_folder / "config.json").read_text()) | {"quantization_config": {"quant_method": "gptq"}}
    (folder / "config.json").write_text(json.dumps(lying))
    (folder / "model.safetensors").write_bytes((dense_folder / "model.safetensors").read_bytes())
    with pytest.raises(QuantizationError, match="the weights hold none"):
        load_model(folder, device="cpu")
