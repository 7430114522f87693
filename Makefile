# Every target sets up .venv by itself. ARGS reaches the command: make test ARGS="-k gates", make demo ARGS=--help
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test faults check bench up docs lock clean

BIN := .venv/bin
DEMO_HOME := .tandem-demo
UV := $(shell command -v uv 2>/dev/null)
# The first python of 3.11 or later that runs; a name on the PATH alone is no proof. PYTHON=... chooses another.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$name && break; done)

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/tandem ## play a programme on the real engine
	@$(BIN)/tandem demo $(ARGS)

test: .venv/tandem ## pass the tests; ARGS="tests/domain -x" chooses, as pytest does
	@$(BIN)/python -m $(if $(ARGS),pytest $(ARGS),tests.all)

faults: .venv/tandem ## kill everything a hundred times and write down what came of it (half an hour)
	@$(BIN)/python -m pytest tests/faults --long -s $(ARGS)

check: .venv/tandem ## format, lint, types, floors, tests: the whole contract with a contributor
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(MAKE) --no-print-directory test

bench: .venv/tandem ## measure every goal of docs/performance.md; ARGS="G3 --quick" chooses
	@$(BIN)/python -m benchmarks $(ARGS)

up: .venv/tandem ## run server, worker and pages on this machine
	@$(BIN)/tandem up $(ARGS)

docs: .venv/tandem ## write the generated pages of docs/ anew
	@$(BIN)/tandem docs $(ARGS)

lock: ## write requirements/ anew from pyproject.toml (needs uv; ARGS=--upgrade takes newer ones)
	@test -n "$(UV)" || { echo "make lock needs uv on the PATH." >&2; exit 1; }
	@mkdir -p requirements
	$(COMPILE) --output-file requirements/run.txt $(ARGS)
	$(COMPILE) --extra dev --output-file requirements/dev.txt $(ARGS)
	$(COMPILE_PEER) benchmarks/peers/dbos.in --output-file benchmarks/peers/dbos.txt $(ARGS)

clean: ## remove .venv, caches and the home of the demonstration; your own data in .tandem stays
	rm -rf .venv $(DEMO_HOME) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf build dist tandem.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# No address of an index and no path of a machine gets into the files: they are for every machine.
COMPILE_PEER := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make lock"
COMPILE := $(COMPILE_PEER) pyproject.toml --extra build

# What others wrote, exactly as locked. Anew each time, so that nothing stays behind that is not asked for any more.
.venv/locked: requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "Tandem needs Python 3.11 or later, and none was found on the PATH." >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON) and $(if $(UV),uv,pip) ..."
	@rm -rf .venv
ifdef UV
	@uv venv --quiet --no-project --python $(PYTHON) .venv
	@uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
else
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "$(PYTHON) cannot make virtual environments; on Debian its package python3-venv is missing." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
endif
	@touch $@

# What is ours, in place, so that every change counts at once. The build needs nothing that is not locked above.
.venv/tandem: .venv/locked pyproject.toml
ifdef UV
	@uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
endif
	@touch $@
