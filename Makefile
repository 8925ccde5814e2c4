# Everything from a bare Debian machine with a Swift toolchain, gcc, make and git.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

PACKAGES := libopenblas-dev liblapacke-dev zlib1g-dev libjpeg62-turbo-dev libpng-dev libwebp-dev \
  pkg-config dataset-fashion-mnist
NOW := $(shell date +%Y%m%d-%H%M%S)
RUN ?= runs/$(METHOD)-$(NOW)
METHOD ?= pcl
ARGS ?=
TORCH_PYTHON ?=
TORCH ?= 'torch==2.13.*'
KILLS ?= 1000
FUZZ_SECONDS ?= 60
CALLS ?= 100000
LINES ?= 20000
SEED ?= 1
MUTATIONS ?=
BIN = $$(swift build -c release --show-bin-path)
# A package beside this one, in the same scratch folder: what the two share is built once.
BESIDE = -c release --scratch-path .build --disable-build-manifest-caching --package-path
PEERS_PYTHON ?= Benchmarks/peers/.venv/bin/python
PARALLEL_TESTS := RunThreadTests|savesAtOnce|ContrastiveTrainingTests.ThreadTests|TeamTests|$\
  SymmetricPassTests|CrossingPassTests|BandPassTests
SWIFT_FILES = Sources Tests Examples/*/Sources Examples/*/Tests Benchmarks/Sources Ranks/Sources \
  Package.swift Benchmarks/Package.swift Ranks/Package.swift Examples/NNCLR/Package.swift
# Loops with checks in them are not all unrolled.
ADDRESS := -c release --sanitize=address -Xcc -fsanitize=undefined -Xcc -Wno-pass-failed \
  -Xcc -fno-sanitize-recover=undefined --scratch-path .build/address
THREAD := --sanitize=thread --scratch-path .build/thread
OF_DATA = $(if $(DATA),--data "$(DATA)")

# Installs Debian packages where one of them is missing.
apt = dpkg-query -W $(1) >/dev/null 2>&1 || { echo "Installing $(1)" >&2; \
  sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; $$sudo apt-get update -qq; \
  DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq $(1) >/dev/null; }

# A sanitizer that does not report a fault made on purpose reports nothing.
canary = report=$$(CONTRASTIVE_CANARY=1 swift test $(1) --skip-build --filter CanaryTests.$(2) \
  2>&1 || true); grep -q '$(3)' <<< "$$report" || { echo "$(2) was not reported" >&2; exit 1; }; \
  echo "$(2) was reported, as it must be"

PREFIX ?= /usr/local
C_BUILD := .build/c
PYTHON ?= python3
PYTHON_TOOLS := .build/python

.PHONY: help deps deps-ranks build run c install python ranks test test-c test-numpy test-python \
  test-bare-root test-ranks test-network test-snippets first-steps docs exhibits figures \
  release-check crash fuzz mutate sanitize leaks bench bench-check bench-peers bench-training \
  table format lint clean

help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

deps: ## install what is missing; calls apt-get only when something is
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
	  echo "There is no apt-get here. Please install OpenBLAS, LAPACKE, zlib, libjpeg-turbo, libpng" \
	    "and libwebp with headers, pkg-config, and the IDX files of Fashion-MNIST. Debian's names:" \
	    "$${missing[*]}" >&2; exit 1; \
	fi; \
	echo "Installing $${missing[*]}" >&2; \
	sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	$$sudo apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq "$${missing[@]}" >/dev/null

build: deps ## build the command in release mode
	@swift build -c release --product contrastive

run: build ## train on Fashion-MNIST and write a report (METHOD=moco RUN=… DATA=… ARGS="--epochs 5")
	@$(BIN)/contrastive train --method "$(METHOD)" $(OF_DATA) --output "$(RUN)" $(ARGS)
	@echo "The report is in $$($(BIN)/contrastive report $(OF_DATA) "$(RUN)")" >&2

c: deps ## build the C library: .build/c/include, .build/c/lib, .build/c/lib/pkgconfig
	@# An archive keeps the objects of files that are gone.
	@rm -f $(BIN)/libContrastiveC.a
	@swift build -c release --product ContrastiveC
	@mkdir -p $(C_BUILD)/include $(C_BUILD)/lib/pkgconfig
	@cp Sources/ContrastiveC/include/contrastive.h $(C_BUILD)/include/
	@cp Sources/ContrastiveC/contrastive.pc $(C_BUILD)/lib/pkgconfig/
	@Sources/ContrastiveC/link.sh $(BIN)/libContrastiveC.a $(C_BUILD)/lib/libcontrastive.so system

install: build c ## install command, man pages, completions and the C library (PREFIX=/usr/local)
	@install -d "$(PREFIX)/bin" "$(PREFIX)/include" "$(PREFIX)/lib/pkgconfig"
	@install -m 755 $(BIN)/contrastive "$(PREFIX)/bin/"
	@rm -rf .build/man && $(PYTHON) Documentation/tools/manual.py man $(BIN)/contrastive .build/man
	@install -d "$(PREFIX)/share/man/man1" && install -m 644 .build/man/*.1 "$(PREFIX)/share/man/man1/"
	@for place in bash:bash-completion/completions/contrastive zsh:zsh/site-functions/_contrastive \
	  fish:fish/vendor_completions.d/contrastive.fish; do \
	  file="$(PREFIX)/share/$${place#*:}"; mkdir -p "$$(dirname "$$file")"; \
	  $(BIN)/contrastive --generate-completion-script "$${place%%:*}" > "$$file"; done
	@install -m 644 $(C_BUILD)/include/contrastive.h "$(PREFIX)/include/"
	@install -s -m 755 $(C_BUILD)/lib/libcontrastive.so "$(PREFIX)/lib/"
	@install -m 644 $(C_BUILD)/lib/pkgconfig/contrastive.pc "$(PREFIX)/lib/pkgconfig/"

python: deps ## build the Python wheel: Python/dist
	@$(call apt,libgfortran-12-dev python3-venv)
	@# An archive keeps the objects of files that are gone.
	@rm -f $(BIN)/libContrastiveC.a
	@swift build -c release --product ContrastiveC
	@Sources/ContrastiveC/link.sh $(BIN)/libContrastiveC.a \
	  Python/src/contrastive/lib/libcontrastive.so private
	@test -x $(PYTHON_TOOLS)/bin/pip || $(PYTHON) -m venv $(PYTHON_TOOLS)
	@rm -rf Python/dist Python/build
	@$(PYTHON_TOOLS)/bin/pip wheel -q --no-deps --wheel-dir Python/dist ./Python

deps-ranks:
	@{ pkg-config --exists ompi-c && command -v mpirun >/dev/null; } || { \
	  if ! command -v apt-get >/dev/null; then \
	    echo "Please install Open MPI with headers (libopenmpi-dev openmpi-bin)." >&2; exit 1; \
	  fi; $(call apt,libopenmpi-dev openmpi-bin); }

ranks: deps deps-ranks ## build the command for several processes: .build/ranks/contrastive
	@swift build $(BESIDE) Ranks --product contrastive-ranks
	@mkdir -p .build/ranks
	@cp $(BIN)/contrastive-ranks .build/ranks/contrastive.new
	@mv .build/ranks/contrastive.new .build/ranks/contrastive

test: deps ## build and run every test, with those of C, of Python with numpy, and of the examples
	@# What `swift test` builds by itself, testable, is built once more for all that follows.
	@swift build -c release --build-tests
	@swift test -c release --skip-build
	@$(MAKE) --no-print-directory test-c test-numpy
	@swift build $(BESIDE) Examples/NNCLR --build-tests
	@swift test $(BESIDE) Examples/NNCLR --skip-build
	@! command -v mpirun >/dev/null || $(MAKE) test-ranks

test-ranks: build ranks ## compare 1, 2, 3 processes with the ordinary command (SIZES="1 7" KILLS=9)
	@Tests/Ranks/ranks.sh $(BIN)/contrastive .build/ranks/contrastive

test-network: build ranks ## compare 1 to 7 processes over memory, TCP, a slow line; root (PARTS=…)
	@$(call apt,iproute2)
	@Tests/Ranks/network.sh $(BIN)/contrastive .build/ranks/contrastive

test-c: c ## run the tests of the C library, under valgrind
	@$(call apt,valgrind)
	@Tests/C/run.sh $(C_BUILD)

test-numpy: python ## run the tests of the Python package that need numpy alone
	@test -x $(PYTHON_TOOLS)-numpy/bin/pytest || { $(PYTHON) -m venv $(PYTHON_TOOLS)-numpy; \
	  $(PYTHON_TOOLS)-numpy/bin/pip install -q numpy pytest; }
	@$(PYTHON_TOOLS)-numpy/bin/pip install -q --no-deps --force-reinstall Python/dist/*.whl
	@cd Python && ../$(PYTHON_TOOLS)-numpy/bin/pytest -q tests

test-python: python ## run all tests of the Python package, with PyTorch and mypy (TORCH_PYTHON=…)
	@python="$(TORCH_PYTHON)"; \
	if [ -z "$$python" ]; then \
	  python=$(PYTHON_TOOLS)-torch/bin/python; \
	  $$python -c 'import torch, sklearn, mypy, pytest' 2>/dev/null || { \
	    $(PYTHON) -m venv $(PYTHON_TOOLS)-torch; \
	    $$python -m pip install -q $(TORCH) numpy pytest mypy scikit-learn mpi4py; }; \
	fi; \
	target=$$(mktemp -d); trap 'rm -rf "$$target"' EXIT; \
	$$python -m pip install -q --no-deps --target "$$target" Python/dist/*.whl; \
	export PYTHONPATH="$$target"; \
	$$python -m mypy --strict -p contrastive --config-file Python/pyproject.toml; \
	$$python -m pytest -q Python/tests

test-bare-root: python ## compute with the wheel beside numpy alone: a Debian root, or a clean venv
	@[ "$$(id -u)" -ne 0 ] || { $(call apt,debootstrap); } || true
	@Tests/bare-root.sh Python/dist/*.whl

test-snippets: build ## run the code of README and Documentation and the examples of --help
	@$(PYTHON) Documentation/tools/site.py check
	@$(PYTHON) Tests/Snippets/run.py swift .build/snippets
	@swift build $(BESIDE) .build/snippets --product Snippets
	@$(PYTHON) Tests/Snippets/run.py run $(BIN)

first-steps: ## time the commands of First-steps.md in a fresh clone (TORCH_PYTHON=… BUILT=folder)
	@TORCH_PYTHON="$(TORCH_PYTHON)" BUILT="$(BUILT)" $(PYTHON) Tests/Snippets/first_steps.py

docs: build ## make the site of Documentation and of the public declarations: .build/site
	@$(PYTHON) Documentation/tools/site.py build $(BIN) .build/site

exhibits: build ## train by PCL and FNC; keep the images that pictures show, in Benchmarks/results
	@$(PYTHON) Benchmarks/exhibits.py $(BIN)/contrastive \
	  $(or $(DATA),/usr/share/datasets/fashion-mnist)

figures: ## draw Documentation/pictures from Benchmarks/results
	@$(PYTHON) Documentation/tools/figures.py

release-check: ## everything a release needs, in a fresh clone of what is committed (about an hour)
	@Tests/release-check.sh

crash: deps ## kill 1,000 processes while they save checkpoints (KILLS=number)
	@CONTRASTIVE_KILLS=$(KILLS) swift test -c release --filter KillTests

fuzz: deps ## 100,000 random calls and 20,000 random command lines (CALLS=… LINES=… SEED=…)
	@CONTRASTIVE_FUZZ_CALLS=$$(( $(CALLS) / 2 )) CONTRASTIVE_TEST_SEED=$(SEED) \
	  swift test -c release --filter 'APIFuzzTests|ObjectiveFuzzTests'
	@CONTRASTIVE_FUZZ_CALLS=$(LINES) CONTRASTIVE_TEST_SEED=$(SEED) \
	  swift test -c release --filter CommandFuzzTests

mutate: deps ## break fourteen pieces of safety code; tests must find each (MUTATIONS="lock mask …")
	@MUTATIONS="$(MUTATIONS)" Tests/Mutations/mutate.sh

leaks: build ## run the command under valgrind
	@$(call apt,valgrind)
	@Tests/leaks.sh $(BIN)/contrastive

sanitize: deps ## run the tests under AddressSanitizer with UBSan in C, some under ThreadSanitizer
	@# Swift has no UBSan on Linux and needs none: what is undefined in C traps in it.
	@swift build $(ADDRESS) --build-tests
	@$(call canary,$(ADDRESS),readBeyondTheEnd,AddressSanitizer: heap-buffer-overflow)
	@$(call canary,$(ADDRESS),misalignedNumbers,runtime error: load of misaligned address)
	@# Static arrays inside enums look leaked: their addresses are tagged.
	@ASAN_OPTIONS=detect_leaks=0 CONTRASTIVE_SANITIZED=1 CONTRASTIVE_FUZZ_SECONDS=$(FUZZ_SECONDS) \
	  swift test $(ADDRESS) --skip-build
	@swift build $(THREAD) --build-tests
	@$(call canary,$(THREAD),race,ThreadSanitizer: data race)
	@TSAN_OPTIONS=halt_on_error=1 swift test $(THREAD) --skip-build --filter "$(PARALLEL_TESTS)"

bench: deps ## time every workload beside BLAS (ARGS="--only nt-xent --threads 1 …")
	@swift run $(BESIDE) Benchmarks contrastive-bench table $(ARGS)

bench-check: deps ## compare with Benchmarks/baseline.jsonl; fails where something is slower
	@swift run $(BESIDE) Benchmarks contrastive-bench check \
	  --baseline Benchmarks/baseline.jsonl $(ARGS)

bench-peers: build ## time the workloads and their peers in turn (ARGS="--only nt-xent sce …")
	@test -x $(PEERS_PYTHON) || { python3 -m venv Benchmarks/peers/.venv && \
	  Benchmarks/peers/.venv/bin/pip install -q -r Benchmarks/peers/requirements.txt; }
	@swift build $(BESIDE) Benchmarks --product contrastive-bench
	@$(PEERS_PYTHON) Benchmarks/peers/run.py --command "$(BIN)/contrastive" \
	  --bench "$(BIN)/contrastive-bench" --readme Documentation/Figures.md $(ARGS)

bench-training: build ## train by us and by PyTorch twins in turn (ARGS="--only moco …")
	@test -x Benchmarks/peers/.venv/bin/python || { python3 -m venv Benchmarks/peers/.venv && \
	  Benchmarks/peers/.venv/bin/pip install -q -r Benchmarks/peers/requirements.txt; }
	@Benchmarks/peers/.venv/bin/python Benchmarks/peers/training/compare.py \
	  --contrastive "$(BIN)/contrastive" $(ARGS)

table: build ## run the experiments, write Documentation/Results.md (ARGS="--only crops …")
	@swift run $(BESIDE) Benchmarks contrastive-experiments \
	  --contrastive "$(BIN)/contrastive" $(ARGS)

format: ## format the sources in place
	@swift format -i --recursive $(SWIFT_FILES)

lint: ## check the format, and that no line is beyond 100 columns; says nothing when all is well
	@swift format lint --strict --recursive $(SWIFT_FILES)
	@# The formatter lets comments be as long as they like.
	@! LC_ALL=C.UTF-8 git grep -nE '^.{101,}$$' -- '*.swift' '*.c' '*.h' '*.inc' '*.py' '*.sh' Makefile

clean: ## remove everything built
	@rm -rf .build Python/dist Python/build Python/src/contrastive/lib
	@rm -rf Benchmarks/.build Ranks/.build Examples/*/.build
