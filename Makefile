# The front door: make report · make test · make lab
# Needs git, make and Python 3.11 or later; everything else comes from the package registry.

PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Bytecode is compiled at install time; a machine that forbids writing it starts twice as slowly.
export PYTHONDONTWRITEBYTECODE :=
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON := $(shell command -v $(PYTHON))

UV := $(shell command -v uv 2>/dev/null || echo .venv-tools/bin/uv)
# The first version that knows the groups of dependencies of pyproject.toml; an older one says of
# a lock file that is in order that it is to be made anew.
UV_NEEDED := 0.4.27
LOCKED := pyproject.toml uv.lock Makefile

# Three environments from one lock: the run starts fast because the lab is not in it.
RUN := .venv
TEST := .venv-test
LAB := .venv-lab
# The public RO-Crate validator pins an older rich than ours, so it lives by itself.
CRATE := .venv-crate
# What benchmarks compare with; it is looked for after what the run environment has.
MILLRUN := .venv-millrun

.PHONY: help report test test-one check lint fmt lab reference accessibility screenshots reruns bench hooks clean setup

help:
	@echo "make report   compute and render the report into reports/_build/"
	@echo "make test     run every check"
	@echo "make lab      explore the study in JupyterLab"
	@echo "make clean    remove environments and everything built"
	@echo
	@echo "For those who change evaltools (see CONTRIBUTING.md):"
	@echo "make fmt      bring the code into its form"
	@echo "make lint     form, types and the order of imports"
	@echo "make check    lint, and the tests that take seconds"
	@echo "make test-one T=tests/statistics/test_intervals.py    some tests"
	@echo "make reference    the reference of the functions, into reports/_build/reference/"
	@echo "make accessibility    check the built pages, into docs/accessibility.md (after evaltools build --all-languages)"
	@echo "make screenshots    take the pictures of docs/screenshots anew"
	@echo "make reruns   judge every combination of parameters, changed data, render thirty (an hour)"
	@echo "make bench    how long reruns take, into docs/benchmarks.md"
	@echo "make hooks    have git run 'make lint' before each commit"

report: $(RUN)/.ready
	@$(RUN)/bin/evaltools build

test: $(TEST)/.ready $(CRATE)/.ready
	@LAB="$(MAKE_COMMAND) --no-print-directory $(LAB)/.ready"; export LAB; \
	EVALTOOLS_BROWSER="$$(bash tests/browser.sh)"; export EVALTOOLS_BROWSER; \
	export EVALTOOLS_CRATE_VALIDATOR="$(CURDIR)/$(CRATE)/bin/rocrate-validator"; \
	bash tests/run.sh $(TEST)/bin

check: $(TEST)/.ready
	@bash tests/run.sh $(TEST)/bin quick

lint: $(TEST)/.ready
	@bash tests/run.sh $(TEST)/bin lint

fmt: $(TEST)/.ready
	@$(TEST)/bin/ruff check --quiet --fix-only .
	@$(TEST)/bin/ruff format --quiet .

T ?=
test-one: $(TEST)/.ready
	@test -n "$(T)" || { echo "Say which: make test-one T=tests/statistics/test_intervals.py, or a part of names: T='-k wilson'"; exit 2; }
	@$(TEST)/bin/pytest -q $(T)

reference: $(TEST)/.ready
	@$(TEST)/bin/python -m tools.api_reference

accessibility screenshots: $(TEST)/.ready
	@$(TEST)/bin/python -m tools.$(if $(filter accessibility,$@),accessibility_statement,screenshots)

reruns: $(TEST)/.ready
	@$(TEST)/bin/python tests/findings/reruns.py
	@nice -n 5 $(TEST)/bin/python tests/findings/rendered_reruns.py

bench: $(RUN)/.ready $(MILLRUN)/.ready $(TEST)/.ready $(LAB)/.ready
	@$(RUN)/bin/python benchmarks/reruns.py $(MILLRUN)
	@$(RUN)/bin/python benchmarks/sweeps.py $(MILLRUN)
	@$(RUN)/bin/python benchmarks/large_evidence.py
	@EVALTOOLS_BROWSER="$$(bash tests/browser.sh)" $(TEST)/bin/python benchmarks/panel.py

hooks: $(TEST)/.ready
	@$(TEST)/bin/pre-commit install

lab: $(LAB)/.ready
	@$(LAB)/bin/evaltools lab

setup: $(RUN)/.ready

.venv-tools/bin/uv:
	@echo "Installing uv into .venv-tools"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; this is $$($(PYTHON) --version). Try make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv-tools 2>/dev/null \
	  || { rm -rf .venv-tools; echo "Python's venv module is missing: install python3-venv, or uv itself"; exit 1; }
	@.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check uv

# A stamp is written last, so an interrupted installation is taken up again.
define sync
	@have="$$($(UV) --version | cut -d ' ' -f 2)"; \
	printf '%s\n' $(UV_NEEDED) "$$have" | sort -V -C || { \
	  echo "uv $$have at $(UV) is too old; $(UV_NEEDED) or later is needed. Update it (uv self update), or take it off PATH: make then installs its own."; \
	  exit 1; }
	@echo "Setting up $(1)"
	@UV_PROJECT_ENVIRONMENT=$(1) $(UV) sync --locked --quiet $(2)
	@$(1)/bin/python -m compileall -q src
	@touch $(1)/.ready
endef

$(RUN)/.ready: $(LOCKED) | $(filter .venv-tools/%,$(UV))
	$(call sync,$(RUN),--compile-bytecode)

$(TEST)/.ready: $(LOCKED) | $(filter .venv-tools/%,$(UV))
	$(call sync,$(TEST),--compile-bytecode --group test)

$(LAB)/.ready: $(LOCKED) | $(filter .venv-tools/%,$(UV))
	$(call sync,$(LAB),--compile-bytecode --group lab)

# Little of it is imported, three times: that is compiled then.
$(CRATE)/.ready: Makefile | $(filter .venv-tools/%,$(UV))
	@echo "Setting up $(CRATE)"
	@$(UV) venv --quiet --clear $(CRATE)
	@$(UV) pip install --quiet --no-compile-bytecode --python $(CRATE)/bin/python roc-validator==0.13.0
	@touch $@

$(MILLRUN)/.ready: Makefile $(RUN)/.ready
	@echo "Setting up $(MILLRUN)"
	@$(UV) pip install --quiet --python $(RUN)/bin/python --target $(MILLRUN) millrun==0.3.0
	@touch $@

clean:
	rm -rf $(RUN) $(TEST) $(LAB) $(CRATE) $(MILLRUN) .venv-tools reports/_build
