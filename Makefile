# `make` lists what there is.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TARGET := $(or $(CARGO_TARGET_DIR),target)
CARGO := cargo
PLIMSOLL := $(CARGO) run --quiet --package plimsoll --
CONTROLPLANE := $(CARGO) run --quiet --package plimsoll-controlplane --

# KEEP=1 leaves the demo up.
export KEEP

##@ First

.PHONY: demo
demo: rust ## Everything once, on a real control plane: reports, and a Deployment that is refused (KEEP=1 leaves it up)
	@examples/demo.sh

.PHONY: demo-down
demo-down: ## Stop a demo that was left up
	@examples/demo.sh down

.PHONY: check
check: rust ## The command line alone, on examples/shop
	@$(PLIMSOLL) check examples/shop --policy examples/policy.yaml || [ $$? -eq 1 ] # 1: it has findings, as it should

##@ Develop

.PHONY: build
build: rust ## The program, optimised: target/release/plimsoll
	$(CARGO) build --release --package plimsoll

.PHONY: test
test: rust controlplane prometheus helm pod-security-cases ## Every test, also those that need a control plane
	$(CARGO) test --workspace --no-fail-fast

.PHONY: conformance
conformance: rust pod-security-cases ## Other linters' own cases, and Kubernetes': figures also in target/conformance.json
	$(CARGO) test --package plimsoll --test conformance

.PHONY: lint
lint: rust ## Format and clippy, as strict as CI
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

.PHONY: generate
generate: rust ## Write what is derived from the code: crds/, deploy/plimsoll.yaml, docs/checks.md, docs/checklists.md
	@mkdir -p crds deploy docs
	$(PLIMSOLL) generate crds --to crds
	$(PLIMSOLL) generate deploy --to deploy
	$(PLIMSOLL) generate docs --to docs

.PHONY: api-lifecycle
api-lifecycle: rust ## Write the list of deprecated API versions anew, from the Go module k8s.io/api in the cache
	PLIMSOLL_WRITE=1 $(CARGO) test --package plimsoll --lib api_version::tests::the_list_is

.PHONY: api-schema
api-schema: rust ## Write the schema of Kubernetes' kinds anew, from the Go module k8s.io/kubernetes in the cache
	PLIMSOLL_WRITE=1 $(CARGO) test --package plimsoll --lib shape::tests::generate

.PHONY: bench
bench: rust ## Webhook against a null webhook, check against only parsing; figures also in target/bench/
	$(CARGO) bench --package plimsoll --bench webhook
	$(CARGO) bench --package plimsoll --bench check

.PHONY: bench-memory
bench-memory: rust ## What a workload costs in memory, as a record and as a document; figures also in target/bench/memory.json
	$(CARGO) bench --package plimsoll --bench memory

.PHONY: bench-peers
bench-peers: rust ## check beside kube-score, kubeconform, gator, Kyverno (built once, twenty minutes), kube-linter and Polaris (from the PATH); figures also in target/bench/peers.json
	@benches/peers/build.sh >/dev/null
	$(CARGO) bench --package plimsoll --bench peers

.PHONY: bench-launches
bench-launches: rust controlplane ## What a thousand launches of both checklists cost the operator; figures also in target/bench/launches.json
	$(CARGO) bench --package plimsoll --bench launches

.PHONY: fuzz
fuzz: rust ## Ten minutes (FUZZ_SECONDS=600) of odd YAML, and of odd objects through every check; figures also in target/fuzz.json
	@fuzz/run.sh

.PHONY: steady
steady: rust controlplane ## The steady state alone: a thousand workloads, a minute in which nothing changes, no writes
	$(CARGO) test --package plimsoll --test cluster steady -- --nocapture

.PHONY: test-all
test-all: lint test demo fuzz bench bench-memory bench-peers bench-launches ## What CI runs, the demo, and all that takes longer: two hours

##@ A control plane: etcd, kube-apiserver, controllers, scheduler, simulated nodes, on loopback, without containers

.PHONY: controlplane
controlplane: ## Build it, once: about ten minutes on two cores, kept in ~/.cache/plimsoll
	@tests/controlplane/build.sh >/dev/null

.PHONY: cluster-up
cluster-up: rust controlplane ## Start one to play with, in target/controlplane
	@$(CONTROLPLANE) up --dir $(TARGET)/controlplane

.PHONY: cluster-down
cluster-down: rust ## Stop it
	@$(CONTROLPLANE) down --dir $(TARGET)/controlplane

.PHONY: cluster-status
cluster-status: rust ## What of it runs
	@$(CONTROLPLANE) status --dir $(TARGET)/controlplane

.PHONY: clean-cache
clean-cache: ## Remove every control plane, peer and Helm that was built
	@rm -rf "$${PLIMSOLL_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/plimsoll}"/{controlplane,peers,helm}

##@ Other

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@ / { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# What has to be there, and where it is to be had.
.PHONY: pod-security-cases
pod-security-cases:
	@if command -v go >/dev/null; then cd tests/controlplane/kubernetes && go mod download k8s.io/pod-security-admission; fi
.PHONY: helm
helm:
	@tests/helm/build.sh >/dev/null

.PHONY: prometheus
prometheus:
	@tests/metrics/install.sh

.PHONY: rust
rust:
	@command -v cargo >/dev/null || { \
	  echo "Rust 1.95 or newer is needed: https://www.rust-lang.org/tools/install" >&2; exit 1; }
	@command -v cc >/dev/null || { \
	  echo "A C compiler is needed, for the TLS library (Debian and Ubuntu: apt install gcc)" >&2; exit 1; }
