"""A merged first-generation model is the folder that vLLM's Qwen-VL reads.

What it reads: by `vllm/model_executor/models/qwen_vl.py` and `qwen.py`, the modules' names and the keys of the
configuration; by transformers with `--trust-remote-code`, the official Python files that the settings name.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from peft import LoraConfig, get_peft_model
from safetensors import safe_open

from qvl_desktop.models.loading import load_model
from qvl_desktop.models.merging import merge_folder

OFFICIAL_FILES = (
    "configuration_qwen.py",
    "modeling_qwen.py",
    "qwen_generation_utils.py",
    "tokenization_qwen.py",
    "visual.py",
    "generation_config.json",
    "LICENSE",
)
AUTO_MAP = {"AutoConfig": "configuration_qwen.QWenConfig", "AutoModelForCausalLM": "modeling_qwen.QWenLMHeadModel"}
NORM = r"\.(weight|bias)"
NAMES = (
    r"lm_head\.weight",
    r"transformer\.wte\.weight",
    r"transformer\.ln_f\.weight",
    r"transformer\.h\.\d+\.ln_[12]\.weight",
    r"transformer\.h\.\d+\.attn\.c_attn\.(weight|bias)",
    r"transformer\.h\.\d+\.attn\.c_proj\.weight",
    r"transformer\.h\.\d+\.mlp\.(w1|w2|c_proj)\.weight",
    r"transformer\.visual\.(conv1\.weight|positional_embedding|proj)",
    r"transformer\.visual\.ln_(pre|post)" + NORM,
    r"transformer\.visual\.transformer\.resblocks\.\d+\.ln_[12]" + NORM,
    r"transformer\.visual\.transformer\.resblocks\.\d+\.attn\.(in_proj|out_proj)" + NORM,
    r"transformer\.visual\.transformer\.resblocks\.\d+\.mlp\.(c_fc|c_proj)" + NORM,
    r"transformer\.visual\.attn_pool\.(pos_embed|query|kv_proj\.weight)",
    r"transformer\.visual\.attn_pool\.ln_(q|kv)" + NORM,
    r"transformer\.visual\.attn_pool\.attn\.(in_proj_weight|in_proj_bias|out_proj\.weight|out_proj\.bias)",
)


@pytest.fixture
def merged(model_folder: Path, tmp_path: Path) -> Path:
    """The merge of a random adapter into a folder with everything that an official one holds."""
    folder = tmp_path / "Qwen-VL-Chat"
    shutil.copytree(model_folder, folder)
    for name in OFFICIAL_FILES:
        if not (folder / name).exists():
            (folder / name).write_text("{}" if name.endswith(".json") else f"# {name}\n")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(
        json.dumps(config | {"architectures": ["QWenLMHeadModel"], "auto_map": AUTO_MAP})
    )
    tokenizer = {
        "tokenizer_class": "QWenTokenizer",
        "auto_map": {"AutoTokenizer": ["tokenization_qwen.QWenTokenizer", None]},
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    model: Any = load_model(folder)
    get_peft_model(model, LoraConfig(r=4, target_modules=["c_attn", "w1", "w2"])).save_pretrained(
        str(tmp_path / "adapter")
    )
    merge_folder(folder, tmp_path / "adapter", tmp_path / "merged")
    return tmp_path / "merged"


def test_files_and_settings(merged: Path) -> None:
    there = {file.name for file in merged.iterdir()}
    assert {*OFFICIAL_FILES, "config.json", "qwen.tiktoken", "tokenizer_config.json"} <= there
    assert any(name.endswith(".safetensors") for name in there)
    assert not any("adapter" in name for name in there)
    config = json.loads((merged / "config.json").read_text())
    assert config["model_type"] == "qwen"
    assert config["architectures"] == ["QWenLMHeadModel"]
    assert config["auto_map"] == AUTO_MAP
    assert "quantization_config" not in config
    wanted = {"hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size", "vocab_size", "visual"}
    assert wanted | {"layer_norm_epsilon", "rotary_emb_base", "max_position_embeddings"} <= config.keys()
    visual = {"image_size", "patch_size", "width", "layers", "heads", "mlp_ratio", "output_dim", "image_start_id"}
    assert visual <= config["visual"].keys()
    assert "auto_map" in json.loads((merged / "tokenizer_config.json").read_text())


def test_every_tensor_has_a_name_that_it_looks_for(merged: Path) -> None:
    names: set[str] = set()
    for file in merged.glob("*.safetensors"):
        with safe_open(file, "pt") as weights:
            names |= set(weights.keys())
    known = [re.compile(pattern) for pattern in NAMES]
    assert [name for name in names if not any(one.fullmatch(name) for one in known)] == []
    assert [one.pattern for one in known if not any(one.fullmatch(name) for name in names)] == []
