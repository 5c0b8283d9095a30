# Needs GNU make and Python 3.11 or newer; everything else goes into .venv.
# Only relative paths are used, so the folder may have any name, spaces included.

VENV := .venv
IN_VENV := $(VENV)/bin/python
INSTALLED := $(VENV)/installed
TESTABLE := $(VENV)/testable
# What the assistant is compared with wants other versions of some packages, so it has an environment above the first.
BENCH_VENV := $(VENV)/bench
IN_BENCH_VENV := $(BENCH_VENV)/bin/python
BENCHABLE := $(BENCH_VENV)/installed
FIGURES := .data/benchmarks

# An index for pip to take torch from first: see the note in requirements.txt.
TORCH_INDEX ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run ask test check format qa bench bench-large bench-retrieval clean

help: ## list these commands
	@awk -F ' ## ' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-15s %s\n", $$1, $$2 }' Makefile

run: $(INSTALLED) ## install, index the documents, serve the page on http://127.0.0.1:7860
	@$(IN_VENV) app.py

ask: $(INSTALLED) ## answer one question in the terminal: make ask Q="who may use a laser?"
	@test -n "$$Q" || { echo 'Say what to ask: make ask Q="who may use a laser?"' >&2; exit 2; }
	@$(IN_VENV) -m assistant ask "$$Q"

test: $(TESTABLE) ## install, run all tests, the browser ones too where a Chromium can be found
	@$(IN_VENV) -m pytest -vv --durations=15

check: $(TESTABLE) ## format, lint, types and the fast tests
	@$(IN_VENV) -m ruff format --check
	@$(IN_VENV) -m ruff check
	@$(IN_VENV) -m mypy
	@$(IN_VENV) -m pytest -m "not slow and not browser"

format: $(TESTABLE) ## lay out the code and fix what the linter can
	@$(IN_VENV) -m ruff check --fix
	@$(IN_VENV) -m ruff format

qa: $(TESTABLE) ## run the regression set and report, with a chat model too: make qa CHAT_MODEL=openai:x CHAT_BASE_URL=http://...
	@# QA=--record keeps the marks; QA=--parrot takes a stand-in for a model. What make is given reaches the environment.
	@$(IN_VENV) -m tests.qa --html .data/qa/report.html --json .data/qa/report.json $(QA)

bench: $(BENCHABLE) ## measure speed and memory beside LangChain's tutorial, write docs/performance.md; indexing too with DATA=...
	@$(call MEASURE,pipeline terminal startup chats embedding $(if $(DATA),indexing))

bench-large: $(BENCHABLE) ## measure search in large collections: make bench-large DATA=path/to/scifact, an hour or more
	@$(NEEDS_DATA)
	@$(call MEASURE,large)

bench-retrieval: $(TESTABLE) ## measure what search finds on a data set: make bench-retrieval DATA=path/to/scifact
	@$(NEEDS_DATA)
	@$(IN_VENV) -m tests.benchmarks.retrieval --data "$(DATA)" --cache .data/benchmarks

clean: ## remove the index and caches; the virtual environment stays (rm -r .venv removes it)
	rm -rf .data .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -path './$(VENV)' -prune -o -name __pycache__ -type d -exec rm -rf {} +

# Q reaches the shell through the environment, so that quotes and dollar signs in a question do no harm.
export Q

define NEEDS_DATA
test -n "$(DATA)" || { echo 'Say where the data is: make $@ DATA=path/to/scifact (BEIR layout)' >&2; exit 2; }
endef

# Each benchmark of a list in turn, then the page from all figures there are. A figure of an earlier run is not kept
# where its benchmark fails; the others are still measured.
define MEASURE
failed=; mkdir -p $(FIGURES); \
for name in $(1); do \
    rm -f "$(FIGURES)/$$name.json"; echo "== $$name"; \
    case "$$name" in indexing|large) set -- --data "$(DATA)" ;; *) set -- ;; esac; \
    $(IN_VENV) -m tests.benchmarks.$$name "$$@" --json "$(FIGURES)/$$name.json" || failed="$$failed $$name"; \
done; \
$(IN_BENCH_VENV) -m tests.benchmarks.report || failed="$$failed report"; \
if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi
endef

define MAKE_VENV
set -e; \
if ! $(IN_VENV) -c "import sys, pip; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then \
    for python in "$(PYTHON)" python3 python3.11 python3.12 python3.13 python; do \
        if "$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then found="$$python"; break; fi; \
    done; \
    if [ -z "$$found" ]; then \
        echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>/dev/null || echo none). Name another with make PYTHON=/path/to/python" >&2; exit 2; \
    fi; \
    echo "Making $(VENV) with $$("$$found" --version)."; \
    if ! "$$found" -m venv --clear $(VENV); then \
        echo "$$found cannot make a virtual environment; on Debian and Ubuntu install the package python3-venv." >&2; exit 2; \
    fi; \
fi
endef

$(INSTALLED): requirements.txt
	@$(MAKE_VENV)
	@echo "Installing the requirements; the first time this takes some minutes."
	@if [ -n "$(TORCH_INDEX)" ]; then \
	    $(IN_VENV) -m pip install "$$(grep '^torch==' requirements.txt)" --index-url "$(TORCH_INDEX)"; fi
	@$(IN_VENV) -m pip install -r requirements.txt
	@touch $@

$(TESTABLE): tests/requirements.txt $(INSTALLED)
	@$(IN_VENV) -m pip install -r tests/requirements.txt
	@touch $@

$(BENCHABLE): tests/benchmarks/requirements.txt $(TESTABLE)
	@$(IN_VENV) -m venv --without-pip --clear $(BENCH_VENV)
	@$(IN_VENV) -c "$$LAY_OVER" $(IN_BENCH_VENV)
	@$(IN_BENCH_VENV) -m pip install -r tests/benchmarks/requirements.txt
	@touch $@

# Lets the second environment see the packages of the first, its own coming before them.
define LAY_OVER
import subprocess, sys, sysconfig
below = sysconfig.get_path("purelib")
inside = "import sysconfig; print(sysconfig.get_path('purelib'), end='')"
above = subprocess.run([sys.argv[1], "-c", inside], check=True, capture_output=True, text=True).stdout
open(above + "/below.pth", "w", encoding="utf-8").write(below + "\n")
endef
export LAY_OVER
