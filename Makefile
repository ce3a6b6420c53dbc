# Needs Python >= 3.11 and nothing else; everything is installed into .venv.
PYTHON ?= python3
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

.PHONY: run test test-kernels test-all check bench calibration schema wheel constraints clean

run: .venv/installed  ## train the MLP on the digits with Adam
	$(BIN)/python -m harness optimizer=adam

test: .venv/installed  ## what CI runs
	$(BIN)/python -m pytest -n auto -m "not slow"

test-kernels: .venv/installed  ## what is exact, under the kernels of other processors
	$(BIN)/python -m tests.kernels

test-all: .venv/installed  ## with the tests that take minutes
	$(BIN)/python -m pytest -n auto

check: .venv/installed  ## lint, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/installed  ## the table of ratios to other ways of doing the same work
	$(BIN)/python -m tests.benchmarks

calibration: .venv/installed  ## error rates of the printed answer, end to end (about forty minutes)
	$(BIN)/python -m tests.calibration

schema: .venv/installed  ## what editors complete and check configs by
	$(BIN)/python -m harness.zoo --schema harness/schema

wheel: schema
	$(BIN)/python -m pip wheel -q --no-deps -w dist .

constraints: .venv/installed  ## the versions that passed, for installs that are to be repeated
	{ echo "# The versions that passed last: pip install -e '.[dev]' -c constraints.txt (written by: make constraints)"; \
	  $(BIN)/python -m pip freeze --exclude-editable; } > constraints.txt

clean:
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -e '.[dev]'
	touch $@
