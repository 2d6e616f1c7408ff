# The house's commands. Each works from a fresh clone with Python 3.11, make and git, and nothing else.
PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3)
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM

VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# A stamp is named after what the pins say, so that changed pins install anew and unchanged ones at once.
RUNTIME := $(VENV)/.runtime-$(shell cat requirements.txt | cksum | tr -s ' ' '-')
DEV := $(VENV)/.dev-$(shell cat requirements-dev.txt | cksum | tr -s ' ' '-')
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

PYTEST = $(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "$(MARKS)" $(ARGS)
MARKS = not screens and not drill$(if $(CHROMIUM),, and not browser)
SQLITE = DATABASE_URL=sqlite:///$(CURDIR)/test.sqlite3
# Checks reach no database, and what they depend on is said here, whatever a local .env says.
QUIET = DEBUG=yes DATABASE_URL=sqlite:///:memory:
DEPLOYED = DEBUG=no ALLOWED_HOSTS=hospital.example.org HOSPITAL_BASE_URL=https://hospital.example.org \
	SECRET_KEY=only-for-this-check-and-long-enough-to-pass-it-0123456789-ABCDEFGH \
	DATABASE_URL=postgres://hospital@db.example.org/hospital EMAIL_URL=smtp+tls://mail.example.org:587
MESSAGES = --add-location file --ignore '$(VENV)/*' --ignore 'static/vendor/*'

.PHONY: help demo test drill check bench format messages screens requirements clean \
	check-style check-templates check-types check-imports check-migrations check-deployment check-manifest check-catalogues
.DEFAULT_GOAL := help

help:
	@echo "make demo          a working hospital on http://127.0.0.1:$(PORT) (PORT=8000)"
	@echo "make test          the whole suite on SQLite, and on PostgreSQL when TEST_DATABASE_URL names one"
	@echo "make drill         the long races, kills and looks: 400 rounds of 16 processes, on both databases"
	@echo "make check         style, types, import order, migrations, deployment settings, catalogues"
	@echo "make bench         how fast, beside a minimal Django and with ten times the visits (ARGS=--quick)"
	@echo "make format        lay the code out"
	@echo "make messages      collect the texts to translate, compile the translations"
	@echo "make screens       take the pictures of docs/screens"
	@echo "make requirements  pin the newest versions that the .in files allow"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	@"$(PYTHON)" -m venv $(VENV)

$(RUNTIME): $(BIN)/python
	@echo "Installing what the hospital runs on ..."
	@$(INSTALL) -r requirements.txt
	@rm -f $(VENV)/.runtime-* && touch $@

$(DEV): $(BIN)/python
	@echo "Installing what tests and checks need ..."
	@$(INSTALL) -r requirements-dev.txt
	@rm -f $(VENV)/.dev-* && touch $@

demo: export DEBUG := yes
demo: export HOSPITAL_BASE_URL := http://127.0.0.1:$(PORT)
demo: export BIN := $(BIN)
demo: export PORT := $(PORT)
demo: $(RUNTIME)
	@echo "Preparing the demo hospital ..."
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_demo
	@.ci/demo

# What reaches no database is run once, and so are looks at pages.
test: $(DEV)
ifndef CHROMIUM
	@echo "No Chromium on the PATH nor in CHROMIUM: the browser tests are left out."
	@test -z "$$HOSPITAL_REQUIRE_BROWSER" || { echo "HOSPITAL_REQUIRE_BROWSER is set: stopping." >&2; exit 1; }
endif
	@failed=; \
	echo "== SQLite"; $(SQLITE) $(PYTEST) || failed="$$failed SQLite"; \
	if [ -n "$$TEST_DATABASE_URL" ]; then \
		echo "== PostgreSQL"; DATABASE_URL="$$TEST_DATABASE_URL" $(PYTEST) --database-only || failed="$$failed PostgreSQL"; \
	else \
		echo "TEST_DATABASE_URL is not set: the suite did not run on PostgreSQL."; \
	fi; \
	test -z "$$failed" || { echo "Tests failed on$$failed." >&2; exit 1; }

# A quarter of an hour for each database.
drill: $(DEV)
	@$(SQLITE) $(BIN)/python -m pytest -m drill --capture no $(ARGS)
	@if [ -n "$$TEST_DATABASE_URL" ]; then \
		DATABASE_URL="$$TEST_DATABASE_URL" $(BIN)/python -m pytest -m drill --capture no $(ARGS); \
	else echo "TEST_DATABASE_URL is not set: the drill did not run on PostgreSQL."; fi

# Parts of their own, so that `make -k check` shows everything at once.
check: check-style check-templates check-types check-imports check-migrations check-deployment check-manifest check-catalogues

check-style: $(DEV)
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check --quiet --output-format concise . || { echo "Run make format."; exit 1; }

check-templates: $(DEV)
	@$(BIN)/djlint --lint --quiet templates

check-types: $(DEV)
	@$(QUIET) $(BIN)/mypy

check-imports: $(DEV)
	@$(BIN)/lint-imports --no-cache --no-logo

check-migrations: $(DEV)
	@$(QUIET) $(MANAGE) makemigrations --check --dry-run

check-deployment: $(DEV)
	@$(DEPLOYED) $(MANAGE) check --deploy --fail-level WARNING

check-manifest: $(DEV)
	@$(BIN)/python .ci/manifest

check-catalogues: export BIN := $(BIN)
check-catalogues: $(DEV)
	@.ci/catalogues

# Half an hour; five or so with ARGS=--quick. PostgreSQL takes part when TEST_DATABASE_URL names one.
bench: $(DEV)
	@$(BIN)/python -m benchmarks $(ARGS)

format: $(DEV)
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

messages: $(DEV)
	@$(QUIET) $(MANAGE) makemessages --keep-pot --all $(MESSAGES)
	@$(QUIET) $(MANAGE) compilemessages --ignore $(VENV)

screens: $(DEV)
	@test -n "$(CHROMIUM)" || { echo "Pictures need a Chromium: put one on the PATH or name it in CHROMIUM." >&2; exit 1; }
	@$(SQLITE) $(BIN)/python -m pytest -m screens hospital/tests/screens.py $(ARGS)

requirements: $(DEV)
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --universal --python-version 3.11 requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-header --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean:
	@rm -rf $(VENV) staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis
