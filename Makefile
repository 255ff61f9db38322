# Thin fronts: the work is done by pip (once), by the `tenon` command and by nox sessions in the same environment.
PYTHON ?= python3
ARGS ?=

BIN := .venv/bin
STAMP := .venv/installed
SDK_STAMP := .venv-sdk/installed
CONTRACT_STAMP := .venv-contract/installed
DOCS_STAMP := .venv/docs-installed
DISTRIBUTIONS := $(wildcard plugins/*/pyproject.toml)

.DEFAULT_GOAL := help
.PHONY: help install sdk run server worker test fmt lint types docs contract fuzz bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml $(DISTRIBUTIONS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tenon needs Python 3.11 or newer; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing into .venv (some minutes, and network, the first time only) ..."
	@$(PYTHON) -m venv .venv || \
		{ echo "python3 -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check \
		-e ".[dev]" $(foreach file,$(DISTRIBUTIONS),-e $(dir $(file)))
	@touch $@

# The stock SDK pins versions that clash with the platform's, so it lives beside it; the end-to-end tests use it.
$(SDK_STAMP): tests/e2e/sdk_requirements.txt
	@echo "Installing the label-studio-sdk into .venv-sdk (the first time only) ..."
	@$(PYTHON) -m venv .venv-sdk
	@.venv-sdk/bin/python -m pip install --disable-pip-version-check --quiet -r $<
	@touch $@

sdk: $(SDK_STAMP) ## Make .venv-sdk, the environment of the real client

# Label Studio's wheel without its dependencies: its own SDK tests are in it, and nothing of it is kept in the repository.
$(CONTRACT_STAMP): tests/contract/requirements.txt
	@echo "Installing Label Studio's SDK tests into .venv-contract (the first time only) ..."
	@$(PYTHON) -m venv .venv-contract
	@.venv-contract/bin/python -m pip install --disable-pip-version-check --quiet -r $<
	@.venv-contract/bin/python -m pip install --disable-pip-version-check --quiet --no-deps --upgrade \
		--target .venv-contract/suite label-studio==1.23.2
	@touch $@

install: $(STAMP) ## Make .venv and install everything

run: $(STAMP) ## Run the whole platform here; options: make run ARGS="--port 9000"
	@exec $(BIN)/tenon quickstart $(ARGS)

server: $(STAMP) ## Run the web server alone
	@exec $(BIN)/tenon serve $(ARGS)

worker: $(STAMP) ## Run the background worker alone
	@exec $(BIN)/tenon worker $(ARGS)

test: $(STAMP) $(SDK_STAMP) ## Run every check and test; with ARGS only pytest: make test ARGS="-k lock"
	@exec $(BIN)/nox -s $(if $(strip $(ARGS)),fast -- $(ARGS),tests)

fmt: $(STAMP) ## Format the code and repair what can be repaired
	@exec $(BIN)/nox -s fmt

lint: $(STAMP) ## Lint, check the imports' layers and look for missing migrations
	@exec $(BIN)/nox -s lint

types: $(STAMP) ## Check the types
	@exec $(BIN)/nox -s types

$(DOCS_STAMP): $(STAMP) pyproject.toml
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet -e ".[docs]"
	@touch $@

docs: $(STAMP) $(SDK_STAMP) $(DOCS_STAMP) ## Build the site into .nox/site; check links, compare with the code, run the pages
	@exec $(BIN)/nox -s docs -- $(ARGS)

contract: $(STAMP) $(CONTRACT_STAMP) ## Run Label Studio's own SDK tests against a running platform
	@exec $(BIN)/nox -s contract -- $(ARGS)

fuzz: $(STAMP) ## Call what the API documents say, for long
	@exec $(BIN)/nox -s fuzz -- $(ARGS)

bench: $(STAMP) ## Measure against the physical limits
	@exec $(BIN)/nox -s bench -- $(ARGS)

clean: ## Delete .venv and caches; data in .tenon stay
	rm -rf .venv .venv-sdk .venv-contract .nox .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.* htmlcov
