# Every target sets up what it needs, on a machine with Python 3.11 or newer.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Pinned, so that a build without CUDA that pip knows of is taken; nothing here trains on a GPU.
TORCH := torch==2.13.0

.PHONY: serve test lint audit format benchmark clean

serve: $(VENV)/.serve
	$(BIN)/expert-answers serve

# Three at once, also on two cores: a quarter of the time, a test waits for a server or a browser.
test: $(VENV)/.test
	$(BIN)/pytest -q -n 3 --dist loadscope

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Asks PyPI's advisories about every package that an installation brings; one that is not known there fails too.
audit: $(VENV)/.test
	$(PYTHON) -m venv --clear $(VENV)/audit
	$(VENV)/audit/bin/pip install --quiet '.[postgresql,tracing]'
	$(VENV)/audit/bin/pip uninstall --quiet --yes expert-answers pip setuptools
	$(BIN)/pip-audit --strict --progress-spinner off --path $(VENV)/audit/lib/python3*/site-packages

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
