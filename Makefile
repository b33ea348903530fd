# BookHub. `make` lists what there is.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WORKS ?= 100000
ROUNDS ?= 5
SECONDS ?= 1

# mypy's Django plugin reads the settings, which refuse to load without these; nothing connects.
SETTINGS := SECRET_KEY=unused DATABASE_URL=postgres://unused@127.0.0.1:1/unused \
	REDIS_URL=redis://127.0.0.1:1/0
UV := $(shell command -v uv || echo $(BIN)/uv)
COMPILE := $(UV) pip compile pyproject.toml --python-version 3.11 --universal --no-emit-index-url \
	--custom-compile-command "make requirements" --quiet

# Many images tell Python to leave no bytecode, and then each process compiles everything anew. With a
# folder of its own for bytecode Python overlooks what pip has compiled.
unexport PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX

.DEFAULT_GOAL := help
.PHONY: help run test bench bench-dumps bench-back-office lint types format requirements install clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## start everything on 127.0.0.1 (PORT=8000); Ctrl-C stops it
	@$(BIN)/python -m config.local.run

test: install ## run the test suite; ARGS="-k name" goes to pytest
	@$(BIN)/python -m pytest -p config.local.pytest_plugin $(ARGS)

bench: install ## measure, and write docs/performance.md; WORKS=, ROUNDS=, SECONDS=, ARGS=--quick
	@$(BIN)/python -m bench --works $(WORKS) --rounds $(ROUNDS) --seconds $(SECONDS) $(ARGS)

bench-dumps: install ## measure how dumps are loaded, and write that down; ROUNDS=, ARGS=--linear
	@$(BIN)/python -m bench.dumps run --rounds $(ROUNDS) $(ARGS)

bench-back-office: install ## open every page of a large back-office, and write that down; ARGS="--rounds 3"
	@$(BIN)/python -m bench.back_office $(ARGS)

lint: install types ## check style, formatting and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: install ## check types alone
	@$(SETTINGS) $(BIN)/mypy

format: install ## format the code, and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

requirements: $(UV) ## pin the dependencies of pyproject.toml anew
	$(COMPILE) -o requirements.txt
	$(COMPILE) --extra dev -c requirements.txt -o requirements-dev.txt

install: $(VENV)/.dev ## make .venv with everything for development

clean: ## remove .venv and caches; the data in var stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis staticfiles
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/uv:
	@$(call make_venv)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check uv

$(VENV)/.run: requirements.txt
	@$(call make_venv)
	@echo "installing requirements.txt into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt
	@$(call make_venv)
	@echo "installing requirements-dev.txt into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/.run $@

# A .venv that was cut short, or whose Python has gone, has no working pip: it is made anew.
define make_venv
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo "BookHub needs Python 3.11 or later; name one: make PYTHON=python3.12" >&2; exit 1; }; \
$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
	echo "python3 -m venv failed; on Debian: apt-get install python3-venv" >&2; exit 1; }
endef
