# Every task of the house. A bare clone needs make and python3 (3.11 or newer, with venv and pip); `make setup` brings the rest.

PYTHON  ?= python3
OUT     ?= out/demo
WORKERS ?= 2
BASE    ?= main
IMAGE   ?= hebei-dispatch:dev

VENV   := .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
PINNED := $(VENV)/.pinned
READY  := $(VENV)/.ready
PROTOS  = $(wildcard protos/dispatch/v1/*.proto)

# uv trusts its own certificates unless told to trust the system's, as pip does.
export UV_SYSTEM_CERTS := true
# Compiled once: without, every `dispatch` compiles a thousand modules of its libraries before it begins.
export UV_COMPILE_BYTECODE := true
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test faults check style types layers sizes wire protos profiles pins bench-peers clients image licences clean

help:
	@echo "make setup | demo [OUT=out/demo] | test | faults | check | protos | profiles | pins | bench-peers | clients | image | licences | clean"

# ---------------------------------------------------------------- environment

setup: $(READY)

# uv takes seconds where pip takes a minute; where uv cannot reach what pip is configured for, pip does it.
$(PINNED): requirements/runtime.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make setup PYTHON=/path/to/python3.11")'
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check "$$(grep '^uv==' requirements/dev.txt)" \
	    || echo "uv cannot be installed; pip goes on, slower"
	$(BIN)/uv pip install --quiet --python $(PY) --requirement requirements/dev.txt \
	    || $(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements/dev.txt
	@touch $@

$(READY): $(PINNED) pyproject.toml
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Pins follow pyproject.toml and stay as they are wherever they still fit; `make pins UPGRADE=--upgrade` moves them.
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --no-header --no-annotate \
          --no-emit-index-url --no-emit-find-links $(UPGRADE)
pins: setup
	$(COMPILE) --extra dev --output-file requirements/dev.txt
	$(COMPILE) --constraint requirements/dev.txt --output-file requirements/runtime.txt
	$(COMPILE) --constraint requirements/dev.txt --extra cluster --extra postgres --output-file requirements/image.txt

# ---------------------------------------------------------------- what it is for

demo: setup
	$(BIN)/dispatch demo --out $(OUT)

test: setup
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

# Kills, power cuts and long histories.
faults: setup
	$(BIN)/pytest -n 1 -m faults

check: setup style types layers sizes wire

style: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports --no-logo

# Sizes, names, units, mirrors, pins, and whether the generated code is up to date.
sizes: setup
	$(BIN)/pytest --quiet tests/conventions

# A change that breaks a caller is refused, once there is an earlier version to break.
wire: setup
	$(BIN)/buf lint protos
	$(BIN)/buf format --diff --exit-code protos
	@base=$$(git rev-parse --verify --quiet $(BASE) || git rev-parse --verify --quiet origin/$(BASE) || git rev-parse HEAD); \
	if git cat-file -e "$$base:protos/buf.yaml" 2>/dev/null; then \
	    old=$$(mktemp -d) && trap 'rm -rf "$$old"' EXIT \
	    && git archive "$$base" protos | tar -x -C "$$old" \
	    && echo "buf breaking protos (against $(BASE))" && $(BIN)/buf breaking protos --against "$$old/protos"; \
	else echo "buf breaking: no earlier protos"; fi

# ---------------------------------------------------------------- what is generated

# Old modules go first, so that a removed proto leaves nothing behind.
protos: setup
	rm -f dispatch/v1/*_pb2*.py dispatch/v1/*_pb2*.pyi
	PATH="$(CURDIR)/$(BIN):$$PATH" $(PY) -m grpc_tools.protoc -I protos \
	    --python_out=. --grpc_python_out=. --mypy_out=quiet:. --mypy_grpc_out=quiet:. $(PROTOS)

profiles: setup
	$(PY) -m dispatch.profiles --write

# ---------------------------------------------------------------- benchmarks (bench/README.md)

# The peers have an environment of their own, so that none of them is a dependency of ours.
PEERS := bench/.venv-peers
bench-peers: $(PEERS)/.pinned

$(PEERS)/.pinned: bench/peers/requirements.txt
	@$(PEERS)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(PEERS)
	$(BIN)/uv pip install --quiet --python $(PEERS)/bin/python --requirement $< \
	    || $(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

# The example in Node needs packages from npm, which `make test` does not reach for.
clients: setup
	cd docs/examples && PATH="$(CURDIR)/$(BIN):$$PATH" npm install --no-package-lock --no-audit --no-fund --ignore-scripts
	$(BIN)/pytest tests/client

# ---------------------------------------------------------------- the image (docs/deploy)

# Built by docker or buildah, started, asked to solve a day, stopped; what is inside goes to out/image.
image: setup
	$(PY) -m tests.deploy.image --tag $(IMAGE)

# docs/licences.md: what the image holds of Python, under which licences.
licences: setup
	$(PY) -m tests.deploy.licences

clean:
	rm -rf $(VENV) $(PEERS) out dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
