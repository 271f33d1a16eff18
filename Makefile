# Needs GNU make and Python 3.11, 3.12 or 3.13; everything else goes into .venv.

# The first that runs: a pyenv shim of an uninstalled version exists, but fails.
supported := import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c '$(supported)' >/dev/null 2>&1 && { echo $$python; break; }; done)

bin := .venv/bin
pip := $(bin)/python -m pip install -qq --disable-pip-version-check
ready := .venv/.stamp
locked := .venv/.locked

.DELETE_ON_ERROR:
.PHONY: help verify test check parity mutants fuzz bench reports strengths docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  %-8s  %s\n", $$1, $$2}' Makefile

verify: $(ready) ## build LeNet-5 from its spec and check every claim
	@$(bin)/lenet-verify spec/lenet5.yaml

test: $(ready) ## run the tests; fail under 95 % coverage
	$(bin)/python -m pytest -q -n 2 --dist worksteal --cov

check: $(ready) ## lint, formatting, types, the house's contracts, the docs, stale reports
	$(bin)/ruff check
	$(bin)/ruff format --check
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/python docs/refresh.py --check
	$(bin)/python -m pytest -q tests/test_docs.py -k 'not generated'
	$(bin)/lenet-verify report --check

COUNT ?= 100000
SEED ?= 1

parity: $(ready) ## inference against Keras on COUNT=100000 random cases from SEED=1
	$(bin)/python -m tests.parity $(COUNT) $(SEED)

mutants: $(ready) ## break inference in thousands of ways; list those that no test notices
	$(bin)/python -m tests.recorded
	$(bin)/mutmut run
	$(bin)/mutmut results

KIND ?= json
SECONDS ?= 60

fuzz: $(ready) ## model files that nobody meant to read: KIND=json, keras or hdf5, for SECONDS=60
	$(bin)/python -m tests.fuzz $(KIND) --seconds $(SECONDS) --seed $(SEED)

bench: $(ready) ## measure against the peers
	$(bin)/python bench/bench.py

reports: $(ready) ## regenerate reports/ for every spec
	$(bin)/lenet-verify report

strengths: $(ready) ## measure the strength of the specs that have changed
	$(bin)/python docs/strengths.py

docs: $(ready) ## refresh what the docs take from the program
	$(bin)/python docs/refresh.py

lock: $(locked) ## pin the development environment anew (UPGRADE=--upgrade for the newest)
	$(pip) uv
	$(bin)/uv pip compile -q --universal --python-version 3.11 --extra all --group dev \
		--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' \
		$(UPGRADE) --output-file requirements/dev.txt pyproject.toml

clean: ## remove what make and the tools made, except reports/
	rm -rf .venv .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache \
		.pytest_cache .ruff_cache build dist htmlcov mutants tests/.answers \
		tests/fuzz/.cache

# The environment holds exactly what the lock names; pyproject.toml only renews our own package.
$(locked): requirements/dev.txt
	@$(if $(PYTHON),,$(error no Python 3.11, 3.12 or 3.13 with venv found; name one: make PYTHON=…))
	@echo 'Setting up .venv; the first time takes a few minutes.'
	@$(PYTHON) -m venv --clear .venv
	@$(pip) --require-hashes -r $<
	@touch $@

$(ready): $(locked) pyproject.toml
	@$(pip) --no-deps --no-build-isolation -e .
	@$(bin)/python -m compileall -q lenet_verify # as pip does with what is not editable
	@touch $@
