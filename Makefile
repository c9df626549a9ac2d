# Everything is set up by stamp files inside .venv, so a second call starts at once.
# `make help` lists the targets; docs/runbook.md says more about running a portal.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PORT ?= 3000
BIN := .venv/bin
RUNTIME := .venv/.installed
DEV := .venv/.installed-dev
PIP := $(BIN)/pip --disable-pip-version-check --quiet install --constraint constraints.txt
# The first interpreter that is new enough; `make PYTHON=/path/to/python3.12 …` picks another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# What `make soak` runs in full, one stamp each, so that it goes on where it stopped: property tests
# and those that set counts of their own by PORTAL_SOAK.
SOURCES := $(shell find portal_app alembic -name '*.py' -not -path '*/__pycache__/*' 2>/dev/null)
SOAKS := $(patsubst tests/%.py,.soak/%.passed,$(shell grep -rls --include='test_*.py' -e hypothesis -e PORTAL_SOAK tests))

.PHONY: help setup run build test check soak bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## set up, then serve the portal with its demo world on http://localhost:$(PORT) until Ctrl-C
	@exec $(BIN)/portal serve --port $(PORT)

test: $(DEV) ## set up (browser and databases too), then run every test
	@scripts/system-packages chromium postgres redis-server
	@$(BIN)/python -m portal_app.build
	@scripts/run-tests "not browser" --dist loadfile
	@scripts/run-tests browser --dist loadgroup

check: $(DEV) ## formatting, lint, types, import contracts, migration drift, translations, lock
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	export PORTAL_DATA_DIR="$$scratch" PORTAL_DATABASE_URL= STRIPE_SECRET_KEY=; \
	$(BIN)/alembic upgrade head && $(BIN)/alembic check
	$(BIN)/python -m pytest -q tests/architecture

soak: $(DEV) $(SOAKS) ## full counts of property, crash and load tests, with figures; goes on where it stopped
	@echo "$(words $(SOAKS)) files passed their full counts; 'make clean' forgets that."

.soak/%.passed: tests/%.py $(SOURCES) | $(DEV)
	PORTAL_SOAK=1 $(BIN)/python -m pytest -p tests.soak --hypothesis-profile=soak --hypothesis-show-statistics --durations=5 $<
	@mkdir -p $(@D) && touch $@

bench: build ## the benchmark suite of bench/, ratios first
	@scripts/system-packages postgres wrk
	$(BIN)/python -m bench

setup: $(RUNTIME) ## only the Python environment in .venv

build: $(RUNTIME) ## the front end; does nothing when its inputs are unchanged
	@$(BIN)/python -m portal_app.build

clean: ## throw away set-up, builds and caches; the database in .portal/ stays
	rm -rf .venv .web .states build .soak .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and none was found. Install it, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || scripts/system-packages python3-venv
	$(PYTHON) -m venv .venv

$(RUNTIME): pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(DEV): $(RUNTIME)
	$(PIP) --editable '.[dev]'
	@touch $@
