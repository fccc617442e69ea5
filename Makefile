# make lab       JupyterLab on your own copy of the lessons, in my-course/   (ARGS="--no-browser --port 9999")
# make test      every test                                                  (ARGS=tests/lessons)
# make quick     the tests that take less than a minute together
# make lint      style, formatting, layers
# make release   the notebooks, from the texts in solutions/
# make book      the course as a static site, in build/book/html              (ARGS="--only 05_gru")
# make bench-cpu the CPU table: the reference and coursekit.nn against torch.nn
# make clean     removes the environment
# PYTHON=...     the Python to make the environment with (3.11 to 3.14)
# EXTRAS=...     what to install, of the extras in pyproject.toml              (EXTRAS=dev,lab,torch)
# UV=            install with pip alone, without uv
# TORCH_INDEX=...  where to find PyTorch without its GPU libraries: the address that pytorch.org/get-started gives

SHELL := /bin/bash
.DEFAULT_GOAL := lab
.DELETE_ON_ERROR:

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/ready
EXTRAS ?= dev,all
SUITABLE := import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p -c "$(SUITABLE)" 2>/dev/null && $$p -c "import sys; print(sys._base_executable)" && break; done)

# uv installs the same versions in a tenth of pip's time, so it comes into the environment first where there is none. It
# takes the PyTorch that fits the machine: without GPU libraries where there is no GPU. Where it cannot reach that one,
# such as on an index or in a folder that only pip is told of, pip installs PyTorch and uv the rest; failing that, pip all.
UV ?= $(or $(shell command -v uv),$(BIN)/uv)
UV_TORCH = $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX) --index-strategy unsafe-best-match,--torch-backend auto)
PINNED = --quiet --constraint constraints.txt
BY_PIP = $(BIN)/python -m pip install $(PINNED) $(addprefix --extra-index-url ,$(TORCH_INDEX))
BY_UV = "$(UV)" pip install $(PINNED) --python $(BIN)/python
WHAT = --editable ".[$(1)]"
# What is installed without being compiled is compiled when it is first imported; most of it never is.
TORCH_FIRST = $(if $(filter torch all,$(subst $(COMMA), ,$(1))),{ $(BY_PIP) --no-compile torch && $(BY_UV) $(WHAT); } ||)
ifeq ($(UV),)
install = $(BY_PIP) $(WHAT)
else
install = { $(if $(filter $(BIN)/uv,$(UV)),$(BY_PIP) --only-binary uv uv &&) $(BY_UV) $(UV_TORCH) $(WHAT); } || { \
  echo "uv could not: pip installs." >&2; $(TORCH_FIRST) $(BY_PIP) $(WHAT); }
endif
COMMA := ,

# nbgrader and its tests start commands of the environment by their names.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: lab test quick lint release book bench-cpu clean FORCE

lab: $(READY)
	$(BIN)/python -m coursekit.cli lab my-course $(ARGS)

# The tests run several processes: one thread for each of them.
test quick: export OMP_NUM_THREADS ?= 1

test: $(READY)
	$(BIN)/python -m pytest -n auto $(ARGS)

# What most changes can break; the rooms of the topics, nn, cli, figures and grading have seconds to minutes of their own.
QUICK = tests/checking tests/desk tests/lessons tests/reference tests/results tests/setup/test_layers.py tests/sources \
  --ignore tests/checking/test_odd_answers.py --ignore tests/checking/test_example.py \
  --ignore tests/checking/tracing/test_mutants.py

quick: $(READY)
	$(BIN)/python -m pytest -n auto -q -m "not slow and not browser and not nbgrader" $(QUICK) $(ARGS)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports

release: $(READY)
	$(BIN)/python -m coursekit.cli release

# Sphinx and its themes are for those who build the book, so they come with the first build of it.
book: $(READY)
	@$(BIN)/python -c "import furo, myst_nb, sphinx" 2>/dev/null || \
	  $(call install,$(EXTRAS)$(COMMA)book)
	$(BIN)/python -m book $(ARGS)

bench-cpu: $(READY)
	$(BIN)/python benchmarks/cpu.py $(ARGS)

clean:
	rm -rf $(VENV)

# The environment is worked on only if what it should hold has changed, and made anew if the clone has moved: an
# environment has absolute paths inside.
MADE_AS := $(CURDIR) with $(EXTRAS)
ifneq ($(shell cat $(READY) 2>/dev/null),$(MADE_AS))
$(READY): FORCE
endif
$(READY): pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] && "$(PYTHON)" -c "$(SUITABLE)" 2>/dev/null || { \
	  echo "coursekit needs Python 3.11, 3.12, 3.13 or 3.14, and has none of them in: $(or $(PYTHON),$(CANDIDATES))." \
	    "Install one, or name it: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@if [ -e $(READY) ]; then case "$$(cat $(READY))" in "$(CURDIR) with "*) ;; *) rm -rf $(VENV);; esac; fi
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) cannot make environments. On Debian and Ubuntu: sudo apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip uninstall --quiet --yes coursekit 2>/dev/null  # what this course was called before
	$(call install,$(EXTRAS))
	@printf '%s\n' "$(MADE_AS)" > $(READY)
