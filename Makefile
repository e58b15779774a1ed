# The commands of this package. `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

NODES ?= 21
INTERVAL ?= 10s
LOAD ?= 500
SEEDS ?= 20
eco2 = .build/release/eco2

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /\1|/' | \
	  while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

.PHONY: prepare
prepare: ## install the system libraries that are missing, check Swift
	@Scripts/prepare

.PHONY: testnet
testnet: build ## a local network under load, until Ctrl-C (NODES, INTERVAL, LOAD, DURATION)
	@$(eco2) testnet --nodes $(NODES) --block-interval $(INTERVAL) --load $(LOAD) \
	  $(if $(DURATION),--duration $(DURATION))

.PHONY: test
test: prepare ## all tests, in debug
	@Scripts/test

.PHONY: build
build: prepare ## the release binary, .build/release/eco2
	@echo "Building eco2 (release); the first time takes some minutes"
	@swift build -c release --product eco2

.PHONY: e2e
e2e: build ## a short run of the real binary: 4 nodes, load, audit
	@Scripts/e2e

.PHONY: clients
clients: build ## a client in Python, the OpenAPI description, and answers that hold to it
	@Scripts/clients

.PHONY: hostile
hostile: build ## attacks on a node's API: memory, blocks and other clients meanwhile
	@Scripts/hostile

.PHONY: crash
crash: ## the store killed at every system call, the random ones SEEDS times each
	@swift build --build-tests
	@ECO2_CRASH_SEEDS=$(SEEDS) swift test --skip-build --disable-xctest \
	  --filter LedgerStoreTests.CrashTests

.PHONY: simulate
simulate: build ## 100 simulated networks with faults, each on a seed (SIM_SEEDS, SIM_NODES, SIM_FIRST)
	@$(eco2) simulate --seeds $(or $(SIM_SEEDS),100) --seed $(or $(SIM_FIRST),1) \
	  $(if $(SIM_NODES),--nodes $(SIM_NODES))

.PHONY: carbon-model
carbon-model: prepare ## the registry against a plain model, a million random operations (OPERATIONS, SEED)
	@swift build -c release -Xswiftc -enable-testing --scratch-path .build-model --build-tests
	@ECO2_REGISTRY_OPERATIONS=$(or $(OPERATIONS),1000000) ECO2_REGISTRY_SEED=$(or $(SEED),1) \
	  swift test -c release -Xswiftc -enable-testing --scratch-path .build-model --skip-build \
	  --disable-xctest --filter LedgerRulesTests.RegistryModelTests

.PHONY: carbon-year
carbon-year: prepare ## a year of 21 nodes' carbon against a model in big integers, a quarter of an hour (BLOCKS)
	@swift build -c release -Xswiftc -enable-testing --scratch-path .build-model --build-tests
	@ECO2_YEAR_BLOCKS=$(or $(BLOCKS),3153600) \
	  swift test -c release -Xswiftc -enable-testing --scratch-path .build-model --skip-build \
	  --disable-xctest --filter LedgerRulesTests.CarbonYearTests

.PHONY: election-model
election-model: prepare ## elections and rewards against plain models: 10,000 histories, a million blocks (HISTORIES, BLOCKS)
	@swift build -c release -Xswiftc -enable-testing --scratch-path .build-model --build-tests
	@ECO2_ELECTION_HISTORIES=$(or $(HISTORIES),10000) ECO2_ELECTION_SEED=$(or $(SEED),1) \
	  ECO2_EMISSION_BLOCKS=$(or $(BLOCKS),1000000) \
	  swift test -c release -Xswiftc -enable-testing --scratch-path .build-model --skip-build \
	  --disable-xctest --filter 'LedgerRulesTests.(ElectionModelTests|EmissionTests)'

.PHONY: planted-bugs
planted-bugs: prepare ## bugs planted in a copy of the sources, one by one: each must be caught
	@Scripts/planted-bugs

.PHONY: soak
soak: build ## 21 nodes, 1 s blocks, half an hour of kills, pauses and restarts (DURATION=5m)
	@NODES=21 INTERVAL=1s LOAD=50 DURATION=$(or $(DURATION),30m) Scripts/e2e \
	  --faults all --faults-every 10s

.PHONY: elections
elections: build ## 24 nodes, 21 seats, three elections by real votes (NODES, SEATS, TERM_SECONDS)
	@Scripts/elections

.PHONY: outage
outage: build ## 6, then 7 of 21 nodes dead, and back
	@NODES=21 INTERVAL=1s LOAD=50 DURATION= Scripts/e2e --outage 7

.PHONY: bench
bench: prepare ## the engines against their peers, as ratios (BENCH=ed25519 for some)
	@swift build -c release --package-path Benchmarks --product bench
	@Benchmarks/.build/release/bench $(BENCH) --json Benchmarks/results/latest.json

.PHONY: load
load: build ## a network under measured load; load.html and load.json (NODES=4, RATE, DURATION, ACCOUNTS, FIND_MAX=1)
	@Scripts/load

.PHONY: weights
weights: prepare ## weigh every kind of operation, and write the costs that genesis carries
	@swift build -c release --package-path Benchmarks --product bench
	@Benchmarks/.build/release/bench weights --write Sources/LedgerRules/Genesis/MeasuredCosts.swift

.PHONY: bench-single
bench-single: prepare ## single figures without peers, by ordo-one/benchmark
	@swift package --package-path Benchmarks benchmark

.PHONY: metrics
metrics: build ## promtool's judgement of a running node's metrics and of the alerts
	@Scripts/metrics

.PHONY: bench-api
bench-api: build ## how many single requests one node answers, and that none is lost
	@Scripts/bench-api

.PHONY: differential
differential: ## the Ed25519 engines against each other (CASES, SEED)
	@Scripts/differential $(or $(CASES),10000000) $(or $(SEED),1)

.PHONY: asan tsan
asan: prepare ## the end-to-end tests under AddressSanitizer
	@Scripts/sanitized address

tsan: prepare ## the end-to-end tests under ThreadSanitizer
	@Scripts/sanitized thread

.PHONY: fuzz
fuzz: prepare ## libFuzzer, with sanitizers, on engines, decoders and replicas (FUZZ_SECONDS=120 each)
	@Scripts/fuzz $(or $(FUZZ_SECONDS),120)

.PHONY: format
format: ## settle the layout of all Swift files
	@swift format -i -r Sources Tests Examples Benchmarks/Sources Benchmarks/Benchmarks \
	  Package.swift Benchmarks/Package.swift
	@git ls-files 'Sources/*.swift' 'Tests/*.swift' 'Examples/*.swift' | xargs Scripts/wrap-comments

.PHONY: lint
lint: ## say where the layout is not settled
	@swift format lint --strict -r Sources Tests Examples Benchmarks/Sources Benchmarks/Benchmarks \
	  Package.swift Benchmarks/Package.swift
