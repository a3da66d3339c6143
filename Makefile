# Every target makes the environment by itself: a machine with Python 3.11 and make is enough.
#   make plan       solve the main case          make test       every net on small cases
#   make check      style, format, types         make test-all   everything: big cases, kills, browser journeys
#   make app        the app on this machine      make bench      timings against peers, on demand
#   make bench-app  how quick the app is: pages under solves, memory, cancel (needs chromium)
#   make docs       run the pages of docs/       make lock       resolve requirements.lock anew
#   make clean      drop caches and builds (runs/ and .venv stay)

PYTHON ?= $(shell command -v python3.11 || command -v python3)
CASE ?= scenarios/guangxi
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
LOG := $(VENV)/install.log
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
SOURCES := src $(wildcard app.py)

# Tests start this program dozens of times: without stored bytecode each start compiles all of it again.
test test-all: export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := plan
.PHONY: plan test test-all check format bench bench-app docs app lock env clean
.DELETE_ON_ERROR:

plan: $(STAMP)
	$(BIN)/redmud-opt solve $(CASE)

# A file of tests stays on one worker: what it makes for all its tests (a run, a plan, a page) is made once.
test: $(STAMP)
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile -m "not slow and not journey" --durations=5

test-all: $(STAMP)
	NEW_EXAMPLES=yes $(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations=20

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.mip
	$(BIN)/python -m benchmarks.studies

bench-app: $(STAMP)
	$(BIN)/python -m benchmarks.app

docs: $(STAMP)
	$(BIN)/python -m pytest -q --doctest-glob="*.md" docs

# Reachable from this machine only, with the browser guards on; errors name their type, never a trace with paths.
app: $(STAMP)
	$(BIN)/streamlit run app.py \
	    --server.address 127.0.0.1 --server.headless true --server.fileWatcherType none \
	    --server.enableXsrfProtection true --server.enableCORS true --server.maxUploadSize 20 \
	    --client.showErrorDetails type --browser.gatherUsageStats false

env: $(STAMP)

# Quiet unless it fails: pip's words go to a log, and the log is shown when something goes wrong.
$(STAMP): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "make: no python3.11 or python3 on PATH; say 'make PYTHON=/path/to/python3.11'" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "make: $(PYTHON) is older than 3.11; say 'make PYTHON=/path/to/python3.11'" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || \
	    { echo "make: $(PYTHON) could not make $(VENV) (on Debian: apt-get install python3-venv)" >&2; exit 1; }
	@{ $(PIP) install --require-hashes -r requirements.lock && \
	   $(PIP) install --no-deps --no-build-isolation -e . ; } >$(LOG) 2>&1 || \
	    { tail -n 40 $(LOG) >&2; echo "make: the environment could not be made; the whole log is $(LOG)" >&2; exit 1; }
	@touch $@

# Names, versions and hashes only: no index, no comments. Pinned versions move only with UPGRADE=--upgrade.
lock: $(STAMP)
	$(BIN)/python -m piptools compile --quiet --all-extras --generate-hashes --allow-unsafe --strip-extras \
	    --no-header --no-annotate --no-emit-options --no-emit-index-url --no-emit-trusted-host \
	    --no-emit-find-links $(UPGRADE) --output-file requirements.lock pyproject.toml
	sed -i -e '/^#/d' -e '/^$$/d' requirements.lock

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
