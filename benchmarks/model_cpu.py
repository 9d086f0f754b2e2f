"""The native model on the CPU beside the matrix products alone: reading a prompt, one token, one training step.

A decoder of about 50 million parameters runs in float32 and bfloat16. The yardstick is what torch's own products of
exactly the same shapes take, with as many different matrices, in the same order: the linear layers, the head and
attention's two products with keys and values of their own for each block. What stands above 1.0 is norms, rotary
positions, softmax, masks, caches and Python. A training step is the loss of every token and the gradient of every
weight, kept until the next step on both sides; the optimiser's update belongs to neither.

Run: `python benchmarks/model_cpu.py [--threads 2] [--repeats 20] [--only bfloat16] [--save]`
on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch
import torch.nn.functional as F

from benchmarks.report import Row, show
from qvl_desktop.models.growing_cache import GrowingCache
from qvl_desktop.models.qwen_vl import QwenVLConfig, QwenVLForConditionalGeneration

LIMIT = 1.5
PROMPT, SAMPLE = 512, 256
"""Tokens of the prompt that is read, and of the sample that is learnt from."""
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}

Work = Callable[[], object]


def configuration(**changes: int) -> QwenVLConfig:
    """A decoder of 50 M parameters without a tower (which the frozen methods do not run)."""
    sizes = {
        "vocab_size": 16384,
        "hidden_size": 512,
        "num_hidden_layers": 10,
        "num_attention_heads": 8,
        "kv_channels": 64,
        "intermediate_size": 2816,
        "seq_length": 2048,
    }
    sizes |= changes
    visual = {
        "image_size": 448,
        "patch_size": 14,
        "width": 128,
        "layers": 1,
        "heads": 2,
        "mlp_ratio": 4.0,
        "output_dim": sizes["hidden_size"],
        "image_start_id": sizes["vocab_size"] - 64,
    }
    return QwenVLConfig(**sizes, visual=visual, visual_tower=False)


class Products:
    """The matrix products of a model's passes, with matrices of the model's own shapes and number.

    They read and write as many different bytes as the model's products must: every block has matrices, keys and values
    of its own, and the gradients of a step stay in memory until the next.
    """

    def __init__(self, config: QwenVLConfig, dtype: torch.dtype) -> None:
        width, inner = config.num_attention_heads * config.kv_channels, config.intermediate_size // 2
        hidden = config.hidden_size
        shapes = [(3 * width, hidden), (hidden, width), (inner, hidden), (inner, hidden), (hidden, inner)]
        self._blocks = [
            [torch.randn(shape, dtype=dtype) * 0.02 for shape in shapes] for _ in range(config.num_hidden_layers)
        ]
        self._head = torch.randn(config.vocab_size, hidden, dtype=dtype) * 0.02
        self._heads, self._channels = config.num_attention_heads, config.kv_channels
        self._dtype = dtype
        self._made: dict[tuple[object, ...], torch.Tensor] = {}
        self._gradients: list[torch.Tensor] = []

    def forward(self, tokens: int, keys: int, head_tokens: int) -> None:
        """Of a pass over `tokens` tokens that see `keys` keys, with logits of `head_tokens`."""
        for place, block in enumerate(self._blocks):
            self._linear(block[0], tokens)
            self._attention(place, tokens, keys)
            for matrix in block[1:]:
                self._linear(matrix, tokens)
        self._linear(self._head, head_tokens)

    def training(self, tokens: int) -> None:
        """Of a pass with gradients: each linear product and its two gradients, attention's products and theirs."""
        self._gradients.clear()
        self.forward(tokens, tokens, tokens)
        self._backward(self._head, tokens)
        for place, block in reversed(list(enumerate(self._blocks))):
            for matrix in reversed(block):
                self._backward(matrix, tokens)
            self._attention(place, tokens, tokens)  # two gradients for each of the two products
            self._attention(place, tokens, tokens)

    def _linear(self, matrix: torch.Tensor, tokens: int) -> None:
        F.linear(self._input(tokens, matrix.shape[1]), matrix)

    def _backward(self, matrix: torch.Tensor, tokens: int) -> None:
        outgoing = self._input(tokens, matrix.shape[0])
        outgoing @ matrix
        self._gradients.append(outgoing.T @ self._input(tokens, matrix.shape[1]))

    def _attention(self, place: int, tokens: int, keys: int) -> None:
        query = self._input(self._heads, tokens, self._channels)
        key = self._input(self._heads, keys, self._channels, name=f"key {place}")
        value = self._input(self._heads, keys, self._channels, name=f"value {place}")
        (query @ key.transpose(-1, -2)) @ value

    def _input(self, *shape: int, name: str = "") -> torch.Tensor:
        key = (name, *shape)
        if key not in self._made:
            self._made[key] = torch.randn(shape, dtype=self._dtype)
        return self._made[key]


def medians(works: dict[str, Work], repeats: int) -> dict[str, float]:
    """Median seconds of each piece of work; they take turns, so that a busy moment hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats + 2):
        for name, work in works.items():
            began = time.perf_counter()
            work()
            if turn >= 2:
                times[name].append(time.perf_counter() - began)
    return {name: statistics.median(values) for name, values in times.items()}


def measure(
    config: QwenVLConfig, dtype: torch.dtype, prompt: int, sample: int, repeats: int
) -> dict[str, tuple[float, float]]:
    """Seconds of ours and of the products alone, for "prompt", "token" and "step"."""
    torch.manual_seed(0)
    model = QwenVLForConditionalGeneration(config).to(dtype)
    products = Products(config, dtype)
    ids = torch.randint(0, config.vocab_size // 2, (1, prompt))
    one, learnt = ids[:, :1], ids[:, :sample]
    cache = GrowingCache()
    model.eval()
    with torch.no_grad():
        model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)

    @torch.no_grad()
    def read() -> None:
        model(input_ids=ids, past_key_values=GrowingCache(), use_cache=True, logits_to_keep=1)

    @torch.no_grad()
    def step() -> None:
        model(input_ids=one, past_key_values=cache, use_cache=True, logits_to_keep=1)

    def train() -> None:
        model.zero_grad(set_to_none=True)
        model(input_ids=learnt, labels=learnt).loss.backward()

    @torch.no_grad()
    def bare(*passes: int) -> None:
        products.forward(*passes)

    found: dict[str, tuple[float, float]] = {}
    for name, ours, floor in (
        ("prompt", read, lambda: bare(prompt, prompt, 1)),
        ("token", step, lambda: bare(1, prompt + 1, 1)),
    ):
        seconds = medians({"ours": ours, "floor": floor}, repeats)
        found[name] = seconds["ours"], seconds["floor"]
    model.train()
    with torch.no_grad():
        products.training(sample)
    seconds = medians({"ours": train, "floor": torch.no_grad()(lambda: products.training(sample))}, repeats)
    found["step"] = seconds["ours"], seconds["floor"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="threads of torch [2]")
    parser.add_argument("--repeats", type=int, default=20, metavar="N", help="timed passes of each kind [20]")
    parser.add_argument("--only", nargs="+", choices=DTYPES, default=list(DTYPES), help="dtypes to measure [all]")
    parser.add_argument("--save", action="store_true", help="also write benchmarks/results/model_cpu.md")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    busy = f", load {os.getloadavg()[0]:.1f} before" if hasattr(os, "getloadavg") else ""
    config = configuration()
    names = {
        "prompt": f"reading {PROMPT} tokens",
        "token": f"one token after {PROMPT}",
        "step": f"training step, {SAMPLE} tokens",
    }
    rows, met = [], True
    for label in arguments.only:
        for kind, (ours, floor) in measure(config, DTYPES[label], PROMPT, SAMPLE, arguments.repeats).items():
            aimed = kind != "prompt"
            met = met and not (aimed and ours > LIMIT * floor)
            note = f"matrix products alone; aim {LIMIT} x" if aimed else "matrix products alone"
            rows.append(Row(f"{label}: {names[kind]}", ours * 1000, "ms", floor * 1000, note))
    title = f"The native model on {arguments.threads} thread(s), torch {torch.__version__}{busy}"
    show(title, rows, save_as="model_cpu" if arguments.save else "")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
