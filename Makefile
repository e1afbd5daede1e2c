# The project's verbs. Needs Python 3.11 or newer with venv, make, and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := build/peers
PIP := $(BIN)/pip --disable-pip-version-check --quiet
ARGS ?=
# Tests start the program hundreds of times: it must not be compiled each time.
unexport PYTHONDONTWRITEBYTECODE
TESTS ?= tests

.PHONY: help demo test check bench soak reference screenshots release audit lock spec clean

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable '.[test]'
	@touch $@ $(VENV)/.run

demo: $(VENV)/.run ## both tools simulated, a sample plan, the delay report; ARGS=--no-serve ends after printing
	$(BIN)/pbridge demo $(ARGS)

check: $(VENV)/.test ## lint, format, strict types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

# The pages are tried in a real browser, which is no Python package.
$(VENV)/.browser: $(VENV)/.test
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	  { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium >/dev/null; } || \
	  { echo "no Chromium here: the pages are not tried in a browser"; exit 0; }; touch $@

# The store is tried in both engines; the server is a package of the distribution, and each test session starts its own.
$(VENV)/.server: $(VENV)/.test
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -qq -y --no-install-recommends postgresql >/dev/null; } || \
	  { echo "no PostgreSQL server here: what needs one is not tried"; exit 0; }; touch $@

test: check $(VENV)/.browser $(VENV)/.server ## everything that CI runs
	$(BIN)/pytest -m "not slow" --numprocesses 3 --dist loadfile --no-loadscope-reorder $(TESTS)

$(PEERS)/.run: tests/benchmarks/peers.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/pip --disable-pip-version-check --quiet install --requirement tests/benchmarks/peers.txt
	@touch $@

soak: $(VENV)/.test ## pulls killed two hundred times, a service a hundred times, weeks of edits, memory; SOAK_KILLS=20 for fewer
	$(BIN)/pytest -m slow tests --ignore tests/benchmarks

bench: $(VENV)/.test $(PEERS)/.run ## the measurements behind docs/performance.md, beside peers; ARGS="--items 10000 --rounds 1"
	$(BIN)/python tests/benchmarks/race.py $(ARGS)
	$(BIN)/pytest -m slow -s tests/benchmarks

reference: $(VENV)/.test ## write the pages under docs/reference and docs/schema anew, from the code
	$(BIN)/python -m tools.reference

screenshots: $(VENV)/.browser ## take the pictures of the docs anew, of the demo
	$(BIN)/python -m tools.screenshots

release: $(VENV)/.test ## wheel, source archive and bill of materials in dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	$(BIN)/python -m tools.sbom dist/progress-bridge.cdx.json

audit: $(VENV)/.test ## ask the package index for known weaknesses of every pinned version
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && \
	  build/audit/bin/pip --disable-pip-version-check --quiet install 'pip-audit>=2.10,<3'; }
	@$(BIN)/python -m tools.audit build/audit/bin/pip-audit

spec: ## the tests read as a specification; TESTS=tests/unit/plan for a part
	@$(PYTHON) -m tools.spec $(TESTS)

lock: ## pin every direct and transitive version anew
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/pip --disable-pip-version-check --quiet install --upgrade '.[test]'
	build/lock/bin/pip freeze --exclude progress-bridge > constraints.txt

clean: ## forget what was built; keeps data
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
