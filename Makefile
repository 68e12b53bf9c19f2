# GNU make. `make help` lists what there is.
PYTHON ?= python3
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench nlu nlu-report requirements clean

BIN := .venv/bin
# Stamps carry the checksum of what they stand for: the second start only looks.
RUNTIME := .venv/.installed-$(firstword $(shell cat requirements.txt | cksum))
DEVELOPMENT := .venv/.installed-dev-$(firstword $(shell cat requirements-dev.txt | cksum))

# $(call step,number,what,command): one line when all is well, the command's own words when it is not.
define step
@printf '[%s] %s\n' '$(1)' '$(2)'; began=$$(date +%s); $(3) || exit $$?; \
	printf '[%s] done in %s s\n' '$(1)' "$$(( $$(date +%s) - began ))"
endef

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start everything (web, worker, NLU) and stay; Ctrl-C stops all of it
	$(call step,1/4,Python environment .venv,$(MAKE) --no-print-directory .venv/bin/uv)
	$(call step,2/4,dependencies,$(MAKE) --no-print-directory $(RUNTIME))
	$(call step,3/4,database and demo data,$(BIN)/python app.py prepare)
	@printf '[4/4] starting web, worker and NLU (which prepares itself meanwhile; see the lines marked nlu)\n'
	@exec $(BIN)/python supervise.py --with-parent

test: $(DEVELOPMENT) ## run all tests, or some: make test T=tests/flows
	@exec $(BIN)/pytest $(if $(T),$(T),-n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder)

lint: $(DEVELOPMENT) ## ruff, mypy, and the arrows between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

format: $(DEVELOPMENT) ## let ruff set the layout
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEVELOPMENT) ## measure, each number beside its baseline
	@exec $(BIN)/python -m benchmarks

nlu: $(RUNTIME) ## set up the NLU's environment and train its model
	@exec $(BIN)/python -m bot.nlu_server train

nlu-report: $(RUNTIME) ## one page on how texts are understood: make nlu-report [SETS="FOLDER ..."]
	@exec $(BIN)/python -m bot.report $(or $(SETS),tests/bot/strangers tests/bot)

requirements: $(RUNTIME) ## compile the pins from the .in files
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --python-version 3.11 requirements.in --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --no-header --no-annotate --python-version 3.11 requirements-dev.in --output-file requirements-dev.txt

clean: ## remove both environments and what tools have left; DATA_DIR stays
	rm -rf .venv .venv-nlu .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo 'Doorline needs Python 3.11 or newer as $(PYTHON); none was found.'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Doorline needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Name another: make run PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo 'The environment could not be made: on Debian and Ubuntu, apt-get install python3-venv helps.'; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements.txt)"

$(RUNTIME): | .venv/bin/uv
	@$(BIN)/uv pip install --python $(BIN)/python --requirement requirements.txt
	@rm -f .venv/.installed-[0-9]*; touch $@

$(DEVELOPMENT): | .venv/bin/uv
	@$(BIN)/uv pip install --python $(BIN)/python --requirement requirements-dev.txt
	@rm -f .venv/.installed-dev-*; touch $@
