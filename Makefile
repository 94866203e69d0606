# Everything starts from a fresh checkout with Python 3.11 (or later) and make.
#   make run      the worked example: scenarios/baseline.yaml -> reports/baseline/
#   make test     every test but the slow proofs
#   make check    format, lint, types, architecture
#   make validate the engine against known answers
#   make golden   rewrite the golden results (read the diff!)
#   make reports  make the committed reports and the schema of scenario files again
#   make bench    how fast it is

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
.DEFAULT_GOAL := help
.PHONY: help run test check format validate golden reports bench wheel clean

help:
	@sed -n 's/^#   //p' Makefile

# ---- installing: skipped while it is up to date

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/runs.stamp: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what pmosim needs into $(VENV) ..."
	$(PIP) install --constraint constraints.txt hatchling editables
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable .
	@touch $@

$(VENV)/checks.stamp: $(VENV)/runs.stamp
	@echo "Installing what the checks need into $(VENV) ..."
	$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[dev]'
	@touch $@

# ---- using

run: $(VENV)/runs.stamp
	$(BIN)/pmosim run scenarios/baseline.yaml -o reports/baseline

# ---- checking

test: $(VENV)/checks.stamp
	$(BIN)/python -m pytest --ignore=tests/validation

check: $(VENV)/checks.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

format: $(VENV)/checks.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

validate: $(VENV)/checks.stamp
	$(BIN)/python -m pytest tests/validation

golden: $(VENV)/checks.stamp
	$(BIN)/python tests/golden/rewrite.py
	git --no-pager diff --stat -- tests/golden

reports: $(VENV)/runs.stamp
	$(BIN)/pmosim schema --quiet > docs/reference/scenario.schema.json
	rm -f scenarios/portfolio.xlsx
	$(BIN)/pmosim convert --quiet scenarios/baseline.yaml scenarios/portfolio.xlsx
	$(BIN)/pmosim run scenarios/baseline.yaml -n 1000 --seed 1 -o reports/baseline
	$(BIN)/pmosim whatif scenarios/baseline.yaml --add 3:medium@2027-03 -n 200 --seed 1 \
		-o reports/baseline-whatif

bench: $(VENV)/checks.stamp
	$(BIN)/python -m benchmarks.commands
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.growth
	$(BIN)/python -m benchmarks.pairing
	$(BIN)/python -m benchmarks.mechanisms

wheel: $(VENV)/checks.stamp
	rm -rf dist
	$(BIN)/python -m hatchling build --target wheel

clean:
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
