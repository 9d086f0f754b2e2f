# make demo   the whole loop on the shipped model and pictures, without a window
# make run    the window
# make test   formatting, types, import contracts and tests
# make docs   the documentation in English and Chinese, strictly, into build/site
# make bundle, make bundle-slim   the frozen app as a folder and an archive in dist/ (packaging/README.md)
# make smoke  start the frozen app as a user would and look at it (builds it when it is not there)
# Each sets up what it needs: Debian's libraries for Qt, a virtual environment in .venv, the packages; test also a
# browser for the web page.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
export QT_LOGGING_RULES ?= qt.qpa.*=false

.PHONY: demo run test docs lint setup system browser bundle bundle-slim smoke clean

demo: setup
	$(BIN)/python main.py demo --out demo-out

run: setup
	$(BIN)/python main.py

test: setup browser lint
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile

docs: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "build/site/index.html"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bundle bundle-slim: setup
	$(BIN)/python -m pip install --quiet --editable ".[bundle]"
	$(BIN)/python packaging/bundle.py $(if $(findstring slim,$@),--slim)

smoke: setup
	@sh packaging/system_libraries.sh xvfb
	$(BIN)/python -m pip install --quiet --editable ".[bundle]"
	test -x dist/full/qvl-desktop/qvl-desktop || $(BIN)/python packaging/bundle.py
	$(BIN)/python packaging/smoke.py dist/full/qvl-desktop

setup: system $(READY)

system:
	@sh packaging/system_libraries.sh

browser: setup
	@$(BIN)/python packaging/find_browser.py || sh packaging/system_libraries.sh chromium-headless-shell

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=24"
	$(BIN)/python -m pip install --quiet "torch>=2.6,<2.14"
	$(BIN)/python -m pip install --quiet --editable ".[dev,docs]"
	@touch $(READY)

clean:
	rm -rf $(VENV) build dist demo-out .mypy_cache .ruff_cache .pytest_cache
