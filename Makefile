# Amends. `make help` lists the commands; each builds .venv first where it has to.

PYTHON ?= python3
RUN := $(PYTHON) -m config.bootstrap run
DEV := $(PYTHON) -m config.bootstrap dev

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench faults screenshots demo-reset messages migrations lock

help:  ## List these commands
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "%-20s %s\n", $$1, $$2 }'

run:  ## Start Amends with everything it needs (PORT=8000)
	@$(RUN) config.run

test:  ## Run the whole suite (ARGS="tests/flows -k story" for some of it)
	@$(DEV) config.testing $(ARGS)

lint:  ## Check format, rules, types, imports, migrations, settings and the API schema
	@$(DEV) config.lint

format:  ## Put the code into its format
	@$(DEV) ruff format .
	@$(DEV) ruff check --fix .

bench:  ## Measure, and write docs/benchmarks.md
	@$(DEV) bench

faults:  ## Kill and starve things, and see that nothing is lost
	@FAULTS_KILLS=100 $(DEV) config.testing tests/faults -m "long or not long" $(ARGS)

screenshots:  ## Picture the pages, light and dark, wide and narrow
	@$(DEV) tests.browser.screenshots

demo-reset:  ## Empty the database and fill it with the demo again
	@$(RUN) manage demo --reset

messages:  ## Bring the catalogues of languages to what the code says now
	@$(DEV) config.languages update

migrations:  ## Write the migrations that the models need
	@$(RUN) manage makemigrations

lock:  ## Lock requirements/*.in into requirements/*.txt with hashes
	@$(DEV) config.lock
