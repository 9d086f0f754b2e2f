"""Builds the packed app with CUDA, in an environment of its own, and looks whether the CUDA is in it.

    python packaging/cuda.py 12.8 [--index URL] [--gptq] [--out DIR] [--no-archive] [--dry-run]

The number is the CUDA version the app is to have, or `none` for the processor alone. `--index` is the address that
pytorch.org names for pip and that version ("--index-url ..."); without it pip takes the torch of its own index, which
on Linux is built for one CUDA version: another one is refused before anything is built. `--gptq` takes GPTQModel along,
as an accelerator for Int4 models. `--dry-run` prints the commands, to be run one by one on any system.

The machine that builds needs no card. Owns these steps; does not own the build (`bundle`). Exit code 2: wrong use.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TORCH = "torch>=2.6,<2.14"
"""As in pyproject.toml."""


class Failure(Exception):
    """What was not as it should be."""


def main() -> int:
    """Do the steps, or print them; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cuda", type=cuda_version, help="such as 12.8, or none")
    parser.add_argument("--index", default="", metavar="URL", help="where pip finds torch for this CUDA version")
    parser.add_argument("--gptq", action="store_true", help="GPTQModel too (Linux)")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--env", type=Path, help="the environment's folder [build/env-cuda-VERSION]")
    parser.add_argument("--no-archive", action="store_true", help="leave the folder as it is")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, do nothing")
    options = parser.parse_args()
    folder = (options.env or ROOT / "build" / f"env-cuda-{options.cuda}").resolve()
    out = options.out.resolve() / (f"cuda-{options.cuda}" if options.cuda != "none" else "cpu")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    commands = steps(python, folder, out, options)
    if options.dry_run:
        print(f"cd {shlex.quote(str(ROOT))}")
        for command in commands:
            print(shlex.join(command))
        return 0
    try:
        for command in commands:
            print(shlex.join(command), flush=True)
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                raise Failure(f"this failed: {shlex.join(command)}")
            if command[-1] == TORCH:
                must_be(built_for(python), options.cuda, "The torch that pip found")
        program = out / "full" / "qvl-desktop" / ("qvl-desktop.exe" if os.name == "nt" else "qvl-desktop")
        must_be(told_by(program), options.cuda, str(program))
    except Failure as failure:
        print(f"NOT AS IT SHOULD BE: {failure}", file=sys.stderr)
        return 1
    print(f"{program.parent}: CUDA {options.cuda}")
    return 0


def cuda_version(text: str) -> str:
    """`12.8`, or `none`."""
    if text == "none" or re.fullmatch(r"\d{2}\.\d", text):
        return text
    raise argparse.ArgumentTypeError(f"{text}: a CUDA version is written like 12.8")


def steps(python: Path, folder: Path, out: Path, options: argparse.Namespace) -> list[list[str]]:
    """The commands, in order."""
    extras = "bundle,gptq" if options.gptq else "bundle"
    pip = [str(python), "-m", "pip", "install"]
    index = ["--index-url", options.index] if options.index else []
    build = [str(python), str(ROOT / "packaging" / "bundle.py"), "--out", str(out)]
    return [
        [sys.executable, "-m", "venv", str(folder)],
        [*pip, *index, TORCH],
        [*pip, f"{ROOT}[{extras}]"],
        [*build, "--no-archive"] if options.no_archive else build,
    ]


def built_for(python: Path) -> str:
    """The CUDA version of the environment's torch, "none" without."""
    code = "import torch; print(torch.version.cuda or 'none')"
    return subprocess.run([str(python), "-c", code], capture_output=True, text=True, check=False).stdout.strip()


def told_by(program: Path) -> str:
    """The CUDA version of the packed app's torch by its own word; that no card answers here is no matter."""
    done = subprocess.run([str(program), "doctor", "--json"], capture_output=True, text=True, check=False)
    try:
        torch = json.loads(done.stdout)["torch"]
        if torch["cuda"] and not torch["kernels"]:
            raise Failure(f"bitsandbytes has no library for CUDA {torch['cuda']}: 4-bit training would not work")
        return torch["cuda"] or "none"
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"{program} does not say what it is: {done.stderr[-500:]}") from error


def must_be(found: str, wanted: str, who: str) -> None:
    """Another CUDA version than was asked for is a `Failure`."""
    if found != wanted:
        raise Failure(f"{who} has CUDA {found or 'unknown'}, not {wanted}: name the right address with --index")


if __name__ == "__main__":
    sys.exit(main())
