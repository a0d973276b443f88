# Two commands do everything: `make conformance IMPL=rust` and `make test`. `make help` lists the rest.

PYTHON ?= python3
IMPL ?= reference
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FUZZ_INSTALLED := $(VENV)/.fuzz-installed
FUZZ_SECONDS ?= 600
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host
CARGO := cargo
RUST := adapters/rust

.DEFAULT_GOAL := help
.PHONY: help env conformance test lint python-tests rust-tests vectors bench fuzz fuzz-short lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16
	@echo 'variables: IMPL=NAME|PATH (reference), ARGS="more pytest options", PYTHON=python3.12, FUZZ_SECONDS=600'

env: $(INSTALLED) ## the Python environment, pinned by requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

conformance: $(INSTALLED) ## judge an implementation: make conformance IMPL=rust
	$(BIN)/pytest conformance --impl=$(IMPL) $(ARGS)

test: lint python-tests rust-tests ## every test, lint and type check of the project

lint: $(INSTALLED) ## ruff, mypy, rustfmt, clippy, rustdoc
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd $(RUST) && $(CARGO) fmt --check
	cd $(RUST) && $(CARGO) clippy --quiet --locked --workspace --all-targets -- -D warnings
	cd $(RUST) && RUSTDOCFLAGS='-D warnings' $(CARGO) doc --quiet --locked --workspace --no-deps

python-tests: $(INSTALLED) ## the project's own Python tests, the freshness of the vectors among them
	$(BIN)/pytest $(ARGS)

rust-tests: ## the crate's tests, the golden vectors among them
	cd $(RUST) && $(CARGO) test --quiet --locked --workspace

vectors: $(INSTALLED) ## write vectors/data anew
	$(BIN)/python -m vectors.make

bench: $(INSTALLED) ## what things cost, as ratios within one run
	@echo 'reference, seed frame of 2048 F16:'; $(BIN)/python reference/bench/codec.py
	@echo 'Rust, 60 KiB frame against crc32fast:'; cd $(RUST) && $(CARGO) bench --quiet --locked -p resonant-protocol --bench frame
	@echo 'whole suite against equally many empty tests:'; $(BIN)/python -m conformance.bench
	@echo 'a run against a testee that never answers:'; $(BIN)/python -m conformance.bench --silent

$(FUZZ_INSTALLED): $(INSTALLED) requirements-fuzz.lock
	$(PIP) install --require-hashes -r requirements-fuzz.lock
	@touch $@

fuzz: $(FUZZ_INSTALLED) ## coverage-guided fuzzing of the reference's decoder, FUZZ_SECONDS long
	$(BIN)/python reference/fuzz/decode_target.py -max_total_time=$(FUZZ_SECONDS)

fuzz-short: $(FUZZ_INSTALLED) ## the same, bounded and seeded, as CI runs it
	$(BIN)/python reference/fuzz/decode_target.py -runs=30000 -seed=1 -timeout=10 -rss_limit_mb=2048

lock: $(INSTALLED) ## pin the newest versions of everything again
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra dev -o requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra fuzz -c requirements.lock -o requirements-fuzz.lock pyproject.toml

clean: ## remove everything that was built
	rm -rf $(VENV) $(RUST)/target .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
