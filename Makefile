# Everything a newcomer needs: Python >= 3.11, make and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NIGHT := build/nightly

.DEFAULT_GOAL := help
.PHONY: help setup nightly test test-slow test-fast lint types bench lock clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready ## make the environment from the lock file

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Evergreen needs Python 3.11 or newer; set PYTHON=python3.12 or the like.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

nightly: setup ## one real night over the bundled sample, then its undo as a dry run
	@rm -rf $(NIGHT) && mkdir -p $(NIGHT) && cp demo/sample/accounts.csv $(NIGHT)/
	cd $(NIGHT) && $(CURDIR)/$(BIN)/evergreen init --crm file --path accounts.csv
	cd $(NIGHT) && $(CURDIR)/$(BIN)/evergreen nightly --apply --replay $(CURDIR)/demo/sample/web.jsonl --as-of 2026-11-22
	cd $(NIGHT) && $(CURDIR)/$(BIN)/evergreen undo last

test: setup ## the tests, in parallel
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow"

test-slow: setup ## what takes long: random kills, long interleavings
	$(BIN)/python -m pytest -n auto --dist loadgroup -m slow

test-fast: setup ## the tests for daily work: no Prefect, nothing slow, no labelled data
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not prefect and not slow and not shared"

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy --strict
	$(BIN)/mypy

bench: setup ## measurements; results go to bench/results
	$(BIN)/python -m bench

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 --extra dev --extra train pyproject.toml requirements-build.in -o requirements.lock

clean: ## remove what was built
	rm -rf $(VENV) build .mypy_cache .ruff_cache
