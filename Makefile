# Two commands on a fresh machine: `make demo` and `make test`. Python 3.11+ with venv, and make; nothing else.
PY ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell command -v $(name) 2>/dev/null),$(name))))
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# pip's own index settings, where a site has some, become uv's; a fresh machine has none.
export UV_SYSTEM_CERTS := 1
# Compiled once here, not at each start of a command.
export UV_COMPILE_BYTECODE := 1
INDEX := $(shell $(PY) -m pip config get global.index-url 2>/dev/null)
ifneq ($(strip $(or $(PIP_INDEX_URL),$(INDEX))),)
export UV_DEFAULT_INDEX ?= $(or $(PIP_INDEX_URL),$(INDEX))
endif
SOURCES := app channels schedules migrations tests
COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --exclude-newer "7 days" --no-header --no-emit-index-url --no-emit-find-links

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench storm fuzz browser lock

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(BIN)/uv:
	$(PY) -m venv $(VENV)
	$(BIN)/pip install -q --disable-pip-version-check uv

$(STAMP): requirements-dev.lock pyproject.toml $(BIN)/uv
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements-dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

setup: $(STAMP) ## Install everything into .venv
	@echo "Ready. Try: $(BIN)/keepcovered --help"

demo: $(STAMP) ## Play a renewal season offline; KEEP=1 leaves it running
	$(BIN)/keepcovered demo $(if $(KEEP),--keep)

test: $(STAMP) ## Run the whole test suite, PostgreSQL included
	$(BIN)/python -m pytest -q -n 4 --dist worksteal

check: $(STAMP) ## Format, lint, types and import contracts; no tests
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(STAMP) ## Bring the code into its one form
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix -q $(SOURCES)

bench: $(STAMP) ## Measure planning, delivery, intake and callbacks beside bare loops
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.planning
	$(BIN)/python -m tests.bench.intake
	$(BIN)/python -m tests.bench.burst
	$(BIN)/python -m tests.bench.stops
	$(BIN)/python -m tests.bench.signups
	$(BIN)/python -m tests.bench.pages

storm: $(STAMP) ## Kill, freeze and cut off real processes, and look for what was lost or doubled; SEED=, SIZE=, ONLY=
	$(BIN)/python -m pytest -q -p no:xdist -m long
	$(BIN)/python -m tests.storm $(if $(SEED),--seed $(SEED)) $(if $(SIZE),--size $(SIZE)) $(if $(ONLY),--only $(ONLY))

tests/fuzz/node_modules: tests/fuzz/package-lock.json
	@command -v npm >/dev/null || { echo "make fuzz needs Node.js with npm: Twilio's own segment calculator judges our counts"; exit 1; }
	npm ci --prefix tests/fuzz --ignore-scripts --no-audit --no-fund
	touch $@

fuzz: $(STAMP) tests/fuzz/node_modules ## Throw requests at the API, texts at our segment counts beside Twilio's own, much at the rules
	$(BIN)/python -m pytest -q -n 2 -m hypothesis --hypothesis-profile=long --timeout=1800 tests/schedules tests/channels tests/app
	$(BIN)/python -m pytest -q tests/fuzz -p no:xdist --timeout=1800 --override-ini=addopts="--import-mode=importlib"

$(VENV)/.browser: $(STAMP) requirements-browser.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-browser.lock
	touch $@

browser: $(VENV)/.browser ## Walk through every page in a real Chromium, without scripts and by the keyboard; pictures in build/browser
	$(BIN)/python -m pytest -q tests/browser -p no:xdist --timeout=900 --override-ini=addopts="--import-mode=importlib"

lock: $(BIN)/uv ## Resolve the dependencies anew (a week old at least) into the hashed locks
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	$(COMPILE) --group browser -c requirements-dev.lock -o requirements-browser.lock
