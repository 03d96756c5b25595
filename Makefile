# `make demo` tells the story, `make test` checks everything.
# Both need Python 3.11 or newer with its venv module, and make; they install the rest into .venv.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
TEST_PROCESSES ?= 2

# A virtual environment or pip settings that happen to be active must neither be touched nor decide what lands in .venv.
unexport PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_REQUIREMENT PIP_CONSTRAINT
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Only wheels: building a package from source would fetch build tools that no lock names.
PIP_INSTALL := $(RUN) -m pip install --quiet --require-hashes --no-deps --only-binary :all:

# Stamps. Where .venv was made is part of the first one: a checkout that was moved or copied makes its own again.
MADE := $(VENV)/.made-in
RUNTIME := $(VENV)/.runtime-installed
TESTING := $(VENV)/.testing-installed
PROJECT := $(VENV)/.project-installed
CONTRACTS := contracts/node_modules/.installed
PROVIDER := tests/openid_connect/provider/node_modules/.installed
ifneq ($(shell test "$$(cat $(MADE) 2>/dev/null)" = "$$(pwd)" && $(RUN) -c "" 2>/dev/null && echo usable),usable)
.PHONY: $(MADE)
endif

.NOTPARALLEL:
.PHONY: help demo install test lint format tools lock verifier contract torture torture-ledger torture-publication torture-evidence \
  torture-index torture-anchors fuzz-api clean

help:
	@echo "make demo      install into .venv and tell the whole story with drawn pictures (FROM=DIR: with your own)"
	@echo "make install   install into .venv, so that .venv/bin/registry runs"
	@echo "make test      install what the tests need, then lint, type check and test everything"
	@echo "make lint      lint, format check, type check and import contract alone"
	@echo "make format    write the format that make lint asks for"
	@echo "make torture   200 kills at random moments of a registration, on each database"
	@echo "make torture-ledger  a kill and an I/O error at every statement and file-system call of appends"
	@echo "make torture-publication   a kill and an error at every system call of a publication, on each database"
	@echo "make torture-evidence   20,000 single-byte changes of an evidence file, each to be reported"
	@echo "make verifier  write the offline verifier to build/verify.pyz, and as a page to build/verify.html"
	@echo "make contract  compile the contract again"
	@echo "make torture-index   100 kills at random moments of writing the search's index"
	@echo "make torture-anchors   200 seeds of kills, reorganisations, fees and faulty nodes against the anchor worker"
	@echo "make fuzz-api  a long schemathesis run against the served API"
	@echo "make lock      resolve the locks again (needs uv)"
	@echo "make clean     remove .venv and everything that tools left behind"

demo: install
	@$(VENV)/bin/registry demo $(if $(FROM),--from "$(FROM)")

install: $(RUNTIME) $(PROJECT)

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Firstmark needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@if test -e $(MADE) && test "$$(cat $(MADE))" != "$$(pwd)"; then rm -rf $(VENV); fi
	@echo "Making the virtual environment $(VENV) ..."
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "Python's venv module is missing or incomplete; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@rm -f $(RUNTIME) $(TESTING) $(PROJECT)
	@pwd > $(MADE)

$(RUNTIME): requirements.lock $(MADE)
	@echo "Installing what requirements.lock names ..."
	@$(PIP_INSTALL) -r requirements.lock
	@touch $@

# The test lock holds everything that the runtime lock holds, at the same versions.
$(TESTING): requirements-test.lock $(MADE)
	@echo "Installing what requirements-test.lock names ..."
	@$(PIP_INSTALL) -r requirements-test.lock
	@touch $(RUNTIME) $@

$(PROJECT): pyproject.toml $(MADE) | $(RUNTIME)
	@$(RUN) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The contract's compiler, test runner and chain. Node itself comes from the test lock.
$(CONTRACTS): contracts/package-lock.json $(TESTING)
	@echo "Installing what contracts/package-lock.json names ..."
	@cd contracts && PATH="$(abspath $(VENV))/bin:$$PATH" npm ci --silent
	@touch $@

# The provider of identity that the tests sign in with.
$(PROVIDER): tests/openid_connect/provider/package-lock.json $(TESTING)
	@echo "Installing what tests/openid_connect/provider/package-lock.json names ..."
	@cd tests/openid_connect/provider && PATH="$(abspath $(VENV))/bin:$$PATH" npm ci --silent
	@touch $@

test: $(TESTING) $(PROJECT) $(CONTRACTS) $(PROVIDER) tools lint
	@$(RUN) -m pytest --numprocesses $(TEST_PROCESSES) --dist worksteal

lint: $(TESTING) $(PROJECT)
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports

format: $(TESTING)
	@$(RUN) -m ruff check --fix
	@$(RUN) -m ruff format

# Tools of the tests alone: proofs are checked by Go's own implementation too, the documentation's commands use curl
# and unzip, strace injects faults, openssl is the timestamp authority, whose clock faketime sets, the pages are looked at
# with Chromium and the certificates with poppler.
GO_MODULES := /usr/share/gocode/src/golang.org/x/mod
tools:
	@missing=; \
	command -v go >/dev/null || missing="$$missing golang-go"; \
	test -d $(GO_MODULES) || missing="$$missing golang-golang-x-mod-dev"; \
	command -v curl >/dev/null || missing="$$missing curl"; \
	command -v strace >/dev/null || missing="$$missing strace"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	command -v faketime >/dev/null || missing="$$missing faketime"; \
	command -v unzip >/dev/null || missing="$$missing unzip"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v pdfsig >/dev/null || missing="$$missing poppler-utils"; \
	if test -z "$$missing"; then :; \
	elif command -v apt-get >/dev/null && test "$$(id -u)" = 0; then \
	  echo "Installing$$missing ..."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -qq --no-install-recommends $$missing >/dev/null; \
	else \
	  echo "The tests need some packages more. Install them and run again:" >&2; \
	  echo "  sudo apt-get install$$missing" >&2; exit 1; \
	fi

torture: $(TESTING) $(PROJECT)
	@$(RUN) -m tests.torture_registration

torture-ledger: $(TESTING) $(PROJECT) tools
	@$(RUN) -m tests.torture_ledger

torture-publication: $(TESTING) $(PROJECT) tools
	@$(RUN) -m tests.publication.fault_injection

torture-evidence: $(TESTING) $(PROJECT) tools
	@$(RUN) -m tests.evidence.mutation

# Commit what it writes: the tests compile again and compare.
contract: $(CONTRACTS)
	@PATH="$(abspath $(VENV))/bin:$$PATH" node contracts/compile.js

# The same sources give the same bytes: compare its SHA-256 with the one that others publish.
verifier: $(RUNTIME) $(PROJECT)
	@mkdir -p build
	@$(RUN) -m registry.evidence.offline_verifier build/verify.pyz
	@$(RUN) -m registry.verify_page.page build/verify.html
	@sha256sum build/verify.pyz build/verify.html

torture-index: $(TESTING) $(PROJECT)
	@$(RUN) -m tests.torture_index

torture-anchors: $(TESTING) $(PROJECT) $(CONTRACTS)
	@$(RUN) -m tests.torture_anchors

fuzz-api: $(TESTING) $(PROJECT)
	@$(RUN) -m tests.fuzz_api

# No download address may stand in a lock: which index serves the files is the reader's choice, the hashes are not.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra build
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

clean:
	rm -rf $(VENV) contracts/node_modules tests/openid_connect/provider/node_modules build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find registry tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +
