# Short targets that CI and people share. `make help` lists them.
PORT ?= 8000
DATA ?= data
PYTHON ?= python3
BIN := .venv/bin
PO := $(wildcard activities/translations/*/LC_MESSAGES/messages.po)
MO := $(PO:.po=.mo)

.PHONY: help demo test lint bench screenshots messages texts clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/run ## the running product with the article's data, on http://127.0.0.1:8000 (PORT=… DATA=…)
	@ACTIVITIES_DATA="$(DATA)" $(BIN)/activities demo --port $(PORT)

test: .venv/dev ## all tests: SQLite, PostgreSQL, PostgreSQL at SERIALIZABLE, and the browser's
	$(BIN)/pytest -n 2 --dist worksteal --database all

# The types take as long as all the rest, and each of the two keeps one core busy.
lint: .venv/dev ## style, types, import floors, templates, message catalogues, migrations
	@$(MAKE) --no-print-directory --jobs=2 --output-sync types style

.PHONY: types style
types:
	$(BIN)/mypy

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python messages.py check
	$(BIN)/python -m tests.house.migrations

bench: .venv/dev ## measure what matters, beside floors measured in the same run
	$(BIN)/python -m bench

screenshots: .venv/dev ## take the README's pictures from the demo
	$(BIN)/python -m tests.browser.screenshots

messages: .venv/dev ## collect the texts into the catalogues
	$(BIN)/python messages.py update

texts: .venv/dev ## store the texts of all notices anew, to be read before they are committed
	$(BIN)/python -m tests.outbox.texts

clean: ## remove what these targets made, but no data
	rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis $(MO)

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python pyproject.toml constraints.txt $(PO)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

# All that `.venv/run` has, in one go: to find out what is missing and to build ourselves takes a while each time.
.venv/dev: .venv/bin/python pyproject.toml constraints.txt $(PO)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,lint]"
	@touch .venv/run $@
