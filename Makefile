# Every target sets up what it needs, on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Pinned, so that a build without CUDA that pip knows of is taken; nothing here trains on a GPU.
TORCH := torch==2.13.0

.PHONY: serve test lint format benchmark clean

serve: $(VENV)/.serve
	$(BIN)/expert-answers serve

test: $(VENV)/.test
	$(BIN)/pytest -q

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(VENV)/.test
	$(BIN)/python scripts/benchmark.py search

clean:
	rm -rf $(VENV) data

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { scripts/system_packages.sh python3-venv && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.serve: $(BIN)/python pyproject.toml
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/.test: $(VENV)/.serve
	scripts/system_packages.sh chromium chromium-driver fonts-noto-cjk wrk
	$(BIN)/pip install --quiet '$(TORCH)'
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@
