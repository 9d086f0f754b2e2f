# make demo   the whole loop on the shipped model and pictures, without a window
# make run    the window
# make test   formatting, types, import contracts and tests
# Each sets up what it needs: Debian's libraries for Qt, a virtual environment in .venv, the packages.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
export QT_LOGGING_RULES ?= qt.qpa.*=false

.PHONY: demo run test lint setup system clean

demo: setup
	$(BIN)/python main.py demo --out demo-out

run: setup
	$(BIN)/python main.py

test: setup lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: system $(READY)

system:
	@sh packaging/system_libraries.sh

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=24"
	$(BIN)/python -m pip install --quiet "torch>=2.6,<2.14"
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist demo-out .mypy_cache .ruff_cache .pytest_cache
