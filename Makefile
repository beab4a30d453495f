# Everything a newcomer needs: Python >= 3.11, make and a package index.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NIGHT := build/nightly
TRYTON := build/tryton
AUDIT := build/audit
ATHERIS := build/atheris
LAKE := build/lake
LAKE_TESTS := tests/warehouse tests/fleet/test_lake_night.py tests/faults/test_catalogue_dies.py

.DEFAULT_GOAL := help
.PHONY: fuzz fuzz-guided faults audit services lake test-lake docs pictures help setup tryton tryton-if-possible nightly test test-slow test-fast browser lint types bench lock clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready ## make the environment from the lock file

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Evergreen needs Python 3.11 or newer; set PYTHON=python3.12 or the like.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

tryton: $(TRYTON)/.ready ## a real CRM for the tests, in an environment of its own

$(TRYTON)/.ready: requirements-tryton.lock tests/crm/tryton_server.py | $(VENV)/.ready
	rm -rf $(TRYTON) && mkdir -p $(TRYTON)
	$(PYTHON) -m venv $(TRYTON)/venv
	$(TRYTON)/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tryton.lock
	$(BIN)/python -m tests.crm.tryton_server
	@touch $@

# Where the package index is out of reach its tests are skipped and say so; CI takes no such excuse.
tryton-if-possible: setup
	@$(MAKE) --no-print-directory tryton || test -z "$$CI"

lake: $(LAKE)/.ready ## DuckDB 1.5 with DuckLake, laid over the environment: PYTHONPATH=build/lake/site evergreen …

$(LAKE)/.ready: requirements-lake.lock | $(VENV)/.ready
	rm -rf $(LAKE) && mkdir -p $(LAKE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes --target $(LAKE)/site -r requirements-lake.lock
	@touch $@

test-lake: lake services ## the tests of the warehouse over a lake with its catalogue in PostgreSQL
	EVERGREEN_LAKE=1 PYTHONPATH=$(CURDIR)/$(LAKE)/site $(BIN)/python -m pytest -n auto $(LAKE_TESTS)

nightly: setup ## two nights over a small invented world, the second through Prefect, then its undo as a dry run
	@rm -rf $(NIGHT)
	$(BIN)/evergreen demo --accounts 60 --nights 2 --seed 59 --prefect --folder $(NIGHT)
	cd $(NIGHT) && $(CURDIR)/$(BIN)/evergreen undo last

test: setup tryton-if-possible ## the tests, in parallel
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not slow"

test-slow: setup tryton-if-possible ## what takes long: random kills, long interleavings
	$(BIN)/python -m pytest -n auto --dist loadgroup -m slow

test-fast: setup tryton-if-possible ## the tests for daily work: no Prefect, nothing slow, no labelled data
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "not prefect and not slow and not shared"

faults: setup tryton-if-possible ## faults in the long form: 200 random kills, workers, the wire to a CRM, hostile hosts
	EVERGREEN_LONG=1 $(BIN)/python -m pytest -n 2 --dist loadgroup tests/faults

fuzz: setup ## more than 100,000 inputs nobody wrote down, in two processes; what breaks something lies in build/fuzz
	$(BIN)/python -m tests.fuzz --processes 2 --folder build/fuzz

TARGET ?= page
RUNS ?= 20000
fuzz-guided: setup ## one target under atheris, which seeks new code: make fuzz-guided TARGET=feeds RUNS=100000
	test -d $(ATHERIS) || { $(PYTHON) -m venv $(ATHERIS) && $(ATHERIS)/bin/python -m pip install --quiet --disable-pip-version-check atheris==3.0.0; }
	PYTHONPATH=$(CURDIR):$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))') \
	  $(ATHERIS)/bin/python -m tests.fuzz.guided "$(TARGET)" -runs=$(RUNS)

audit: ## known vulnerabilities of what we install, by the databases of PyPI and OSV; asks the internet
	test -d $(AUDIT) || { $(PYTHON) -m venv $(AUDIT) && $(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1; }
	$(AUDIT)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.lock --vulnerability-service pypi || \
	  $(AUDIT)/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements.lock --vulnerability-service osv

browser: ## Chromium for the tests of the console (Debian and Ubuntu; asks for root)
	@command -v chromium >/dev/null || { \
	  test "$$(id -u)" = 0 || sudo="sudo"; \
	  $$sudo apt-get update -qq && $$sudo apt-get install --yes -qq --no-install-recommends chromium fonts-noto-cjk; }

services: ## PostgreSQL and ip, for the tests of fleets (Debian and Ubuntu; asks for root)
	@{ command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 && command -v ip >/dev/null || { \
	  test "$$(id -u)" = 0 || sudo="sudo"; \
	  $$sudo apt-get update -qq && $$sudo apt-get install --yes -qq --no-install-recommends postgresql iproute2; }

docs: setup ## the documentation as a site, in build/site; asks no other host for anything
	$(BIN)/python docs/reference.py
	$(BIN)/zensical build --strict --clean -f mkdocs.yml

pictures: setup browser ## the pictures of the console in docs/images, taken anew over the demo world
	$(BIN)/python -m docs.pictures

lint: setup ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup ## mypy --strict
	$(BIN)/mypy

bench: setup tryton-if-possible ## measurements; results go to bench/results
	$(BIN)/python -m bench

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 --extra dev --extra train pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 requirements-tryton.in -o requirements-tryton.lock
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links \
	  --python-version 3.11 requirements-lake.in -o requirements-lake.lock

clean: ## remove what was built
	rm -rf $(VENV) build .mypy_cache .ruff_cache
