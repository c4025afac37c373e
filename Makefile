# Every target works on a fresh machine with Python 3.11 or newer, make and the package registry.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
APP_ENV ?= development
export APP_ENV
COMMAND := $(BIN)/python -m miniprogram_api.commands

.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/activate:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runs: requirements.txt | $(BIN)/activate
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.checks: requirements-dev.txt $(VENV)/.runs
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/.runs ## everything on this machine: databases, simulator, API on PORT, worker
	@$(COMMAND) run

web: $(VENV)/.runs ## the API alone, from the environment
	@exec $(BIN)/gunicorn -c docker/gunicorn.conf.py

worker: $(VENV)/.runs ## one worker, from the environment
	@exec $(COMMAND) worker

simulator: $(VENV)/.runs ## the stand-in for WeChat on port 8100
	@exec $(BIN)/python -m backend.wechat.simulator --port 8100

migrate: $(VENV)/.runs ## bring the database to the newest schema
	@$(COMMAND) migrate

seed: $(VENV)/.runs ## bring in the 20 parks and the first administrator
	@$(COMMAND) seed

demo: $(VENV)/.runs ## tell one whole journey against the running system
	@$(COMMAND) demo

openapi: $(VENV)/.runs ## write build/openapi.json
	@$(COMMAND) openapi

workflows: $(VENV)/.checks ## write the grids of README.md and WORKFLOWS.md from the tables of steps
	@APP_ENV=test $(BIN)/python -m tests.workflows

test: $(VENV)/.checks ## the whole check, as CI runs it
	@BIN=$(BIN) sh .ci/check

reliability: $(VENV)/.checks ## races, kills and faults at full length
	@APP_ENV=test $(BIN)/pytest -m reliability -n 0 tests

$(VENV)/.peers: requirements-bench.txt $(VENV)/.checks
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@

bench: $(VENV)/.peers ## the benchmarks, as ratios against a peer
	@APP_ENV=test $(BIN)/python -m tests.benchmarks

lock: $(VENV)/.checks ## write the requirements files from pyproject.toml
	@$(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml -o requirements.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev pyproject.toml -o requirements-dev.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra dev --extra bench pyproject.toml -o requirements-bench.txt

.PHONY: help run web worker simulator migrate seed demo openapi workflows test reliability bench lock
