# Everything from a bare Debian machine with a Swift toolchain, gcc, make and git.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PACKAGES := libopenblas-dev liblapacke-dev zlib1g-dev libjpeg62-turbo-dev libpng-dev libwebp-dev pkg-config \
  dataset-fashion-mnist
NOW := $(shell date +%Y%m%d-%H%M%S)
RUN ?= runs/$(METHOD)-$(NOW)
METHOD ?= pcl
ARGS ?=
KILLS ?= 1000
FUZZ_SECONDS ?= 60
CALLS ?= 100000
LINES ?= 20000
SEED ?= 1
MUTATIONS ?=
BIN = $$(swift build -c release --show-bin-path)
PEERS_PYTHON ?= Benchmarks/peers/.venv/bin/python

.PHONY: help deps build run test crash fuzz mutate sanitize leaks bench bench-check bench-peers bench-training table \
  format lint clean

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what is missing ; calls apt-get only when something is
	@missing=(); \
	for package in $(PACKAGES); do \
	  case "$$package" in \
	    libopenblas-dev) pkg-config --exists openblas 2>/dev/null && continue ;; \
	    liblapacke-dev) pkg-config --exists lapacke 2>/dev/null && continue ;; \
	    zlib1g-dev) pkg-config --exists zlib 2>/dev/null && continue ;; \
	    libjpeg62-turbo-dev) pkg-config --exists libjpeg 2>/dev/null && continue ;; \
	    libpng-dev) pkg-config --exists libpng 2>/dev/null && continue ;; \
	    libwebp-dev) pkg-config --exists libwebpdemux 2>/dev/null && continue ;; \
	    pkg-config) command -v pkg-config >/dev/null && continue ;; \
	  esac; \
	  dpkg-query -W -f '$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' && continue; \
	  missing+=("$$package"); \
	done; \
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	  echo "Please install (there is no apt-get here): OpenBLAS, LAPACKE, zlib, libjpeg-turbo, libpng and libwebp with headers, pkg-config, and the Fashion-MNIST IDX files. Debian's names: $${missing[*]}" >&2; exit 1; \
	fi; \
	echo "Installing $${missing[*]}" >&2; \
	sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq "$${missing[@]}" >/dev/null

build: deps ## build the command in release mode
	@swift build -c release --product contrastive

run: build ## train an encoder on Fashion-MNIST and write a report of it (METHOD=moco RUN=folder DATA=folder ARGS="--epochs 5 …")
	@$(BIN)/contrastive train --method "$(METHOD)" $(if $(DATA),--data "$(DATA)") --output "$(RUN)" $(ARGS)
	@echo "The report is in $$($(BIN)/contrastive report $(if $(DATA),--data "$(DATA)") "$(RUN)")" >&2

test: deps ## build and run every test, and the example packages
	@swift test -c release
	@swift test --package-path Examples/NNCLR

crash: deps ## kill 1,000 processes while they save checkpoints (KILLS=number)
	@CONTRASTIVE_KILLS=$(KILLS) swift test -c release --filter KillTests

fuzz: deps ## 100,000 random calls of the library and 20,000 random command lines (CALLS=… LINES=… SEED=…)
	@CONTRASTIVE_FUZZ_CALLS=$$(( $(CALLS) / 2 )) CONTRASTIVE_TEST_SEED=$(SEED) \
	  swift test -c release --filter 'APIFuzzTests|ObjectiveFuzzTests'
	@CONTRASTIVE_FUZZ_CALLS=$(LINES) CONTRASTIVE_TEST_SEED=$(SEED) \
	  swift test -c release --filter CommandFuzzTests

mutate: deps ## break fourteen pieces of safety code in turn; the tests must find each (MUTATIONS="lock mask …")
	@MUTATIONS="$(MUTATIONS)" Tests/Mutations/mutate.sh

sanitize: deps ## fuzz the readers under AddressSanitizer, run the parallel tests under ThreadSanitizer
	@# Static arrays inside enums look leaked: their addresses are tagged.
	@ASAN_OPTIONS=detect_leaks=0 CONTRASTIVE_SANITIZED=1 CONTRASTIVE_FUZZ_SECONDS=$(FUZZ_SECONDS) \
	  swift test --sanitize=address --scratch-path .build/address --filter ContrastiveFilesTests
	@swift build --build-tests --sanitize=thread --scratch-path .build/thread
	@report=$$(CONTRASTIVE_CANARY=1 swift test --sanitize=thread --scratch-path .build/thread \
	  --skip-build --filter CanaryTests 2>&1 || true); \
	  grep -q 'ThreadSanitizer: data race' <<< "$$report" || \
	  { echo "ThreadSanitizer did not report the canary race" >&2; exit 1; }; \
	  echo "The canary race was reported."
	@TSAN_OPTIONS=halt_on_error=1 swift test --sanitize=thread --scratch-path .build/thread \
	  --skip-build --filter 'RunThreadTests|savesAtOnce|ContrastiveTrainingTests.ThreadTests|TeamTests|SymmetricPassTests|CrossingPassTests'

bench: deps ## time every workload beside BLAS (ARGS="--only nt-xent --threads 1 …")
	@swift run -c release --package-path Benchmarks contrastive-bench table $(ARGS)

bench-check: deps ## compare with Benchmarks/baseline.jsonl; fails where something is slower
	@swift run -c release --package-path Benchmarks contrastive-bench check \
	  --baseline Benchmarks/baseline.jsonl $(ARGS)

bench-peers: build ## time the workloads and their peers in turn (ARGS="--only nt-xent sce …")
	@test -x $(PEERS_PYTHON) || { python3 -m venv Benchmarks/peers/.venv && \
	  Benchmarks/peers/.venv/bin/pip install -q -r Benchmarks/peers/requirements.txt; }
	@swift build -c release --package-path Benchmarks
	@$(PEERS_PYTHON) Benchmarks/peers/run.py --command "$(BIN)/contrastive" --readme README.md \
	  --bench "$$(swift build -c release --package-path Benchmarks --show-bin-path)/contrastive-bench" $(ARGS)

bench-training: build ## train by us and by PyTorch twins in turn (ARGS="--only moco …")
	@test -x Benchmarks/peers/.venv/bin/python || { python3 -m venv Benchmarks/peers/.venv && \
	  Benchmarks/peers/.venv/bin/pip install -q -r Benchmarks/peers/requirements.txt; }
	@Benchmarks/peers/.venv/bin/python Benchmarks/peers/training/compare.py \
	  --contrastive "$(BIN)/contrastive" $(ARGS)

table: build ## run the experiments, write Documentation/Results.md (ARGS="--budget 20 --only crops …")
	@swift run -c release --package-path Benchmarks contrastive-experiments \
	  --contrastive "$(BIN)/contrastive" $(ARGS)

format: ## format the sources in place
	@swift format -i --recursive Sources Tests Examples/*/Sources Examples/*/Tests Benchmarks/Sources Package.swift Benchmarks/Package.swift

lint: ## check the format; says nothing when all is well
	@swift format lint --strict --recursive Sources Tests Examples/*/Sources Examples/*/Tests Benchmarks/Sources Package.swift Benchmarks/Package.swift

clean: ## remove everything built
	@rm -rf .build Benchmarks/.build Examples/*/.build
