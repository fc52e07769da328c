# closedloop. `make` alone lists what can be done.

GO      ?= go
# Further arguments of `closedloop up`: make run ARGS="--listen 127.0.0.1:9000"
ARGS    ?=
# Version that `closedloop version` prints.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)

# Tools have a module of their own (tools/go.mod), so that they do not choose the
# versions of our libraries. The first use builds them, which takes a minute.
TOOL := $(GO) tool -modfile=tools/go.mod

# What `make generate` writes. `make drift` wants the committed copies to be the same.
GENERATED := config.example.yaml api/openapi.json docs/ring.md

# What `make ci` runs, in this order: the first red light should come early.
LANES := drift lint workflowcheck unit e2e replay race

# $(call only,TEST,PACKAGES,FLAGS) runs the tests whose names begin so, and fails
# where plain `go test -run` would be content: if there are none.
define only
	@$(GO) test $(3) -list '^$(1)' $(2) | grep -qE '^$(1)' || { echo "no test $(1) in $(2)"; exit 1; }
	$(GO) test $(3) -count=1 -timeout 20m -run '^$(1)' $(2)
endef

.DEFAULT_GOAL := help
.PHONY: help run build postgres test unit e2e replay race bench bench-lists bench-storm lint fmt workflowcheck \
	generate config.example.yaml api/openapi.json docs/ring.md drift record-histories ci compose-config clean

help: ## list the targets
	@echo 'make run                      start closedloop: database, engine, worker and API in one process'
	@echo 'make test                     run all tests'
	@echo
	@awk -F ':.*## ' '/^[a-z][a-z0-9./-]*:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo 'run and test install PostgreSQL through the system if it has none of version 15 to 18.'

##— Running

run: postgres build ## start everything on a private database in ./data (ARGS="--no-demo" passes flags)
	@exec ./bin/closedloop up $(ARGS)

build: ## build bin/closedloop
	$(GO) build -buildvcs=false -ldflags "-X main.version=$(VERSION)" -o bin/closedloop ./cmd/closedloop

postgres: ## install PostgreSQL if its binaries are missing
	@./scripts/install-postgres.sh $(if $(filter run,$(MAKECMDGOALS)),--unless-external)

##— Testing

test: unit e2e ## run all tests; from a fresh clone the first time takes minutes

unit: postgres ## run the tests of all packages, in random order
	$(GO) test -shuffle=on -timeout 10m ./...

e2e: postgres ## drive the whole product over HTTP, with kills and restarts
	$(GO) test -tags e2e -count=1 -timeout 20m ./e2e/...

replay: ## replay every recorded history with today's workflows
	$(call only,TestReplay,./workflows/...)

race: postgres ## run rules, workflows and store under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -timeout 15m ./deal/... ./workflows/... ./store/...

bench: postgres ## measure, and write docs/performance.md
	$(GO) run ./bench -out docs/performance.md

bench-storm: postgres ## measure very many reminders at one instant, and write docs/performance-storm.md
	$(GO) run ./bench/storm -out docs/performance-storm.md

bench-lists: postgres ## measure lists with 100,000 accounts, and write docs/performance-lists.md
	$(GO) run ./bench/lists -out docs/performance-lists.md

##— Checking

lint: ## check style, walls between packages and forbidden calls
	$(TOOL) golangci-lint run ./...

fmt: ## format the source
	$(TOOL) golangci-lint fmt ./...

workflowcheck: ## look for workflow code that would not replay
	$(TOOL) workflowcheck ./workflows/...

drift: generate ## fail if a generated file differs from its committed copy
	@changed=$$(git status --porcelain -- $(GENERATED)); \
	if [ -n "$$changed" ]; then \
		git --no-pager diff -- $(GENERATED); \
		echo "Generated files differ from what is committed; commit what make generate wrote:"; \
		echo "$$changed"; exit 1; \
	fi
	$(GO) mod tidy -diff

ci: postgres ## everything that must be green before a merge, with the time each part took
	@summary=; \
	for lane in $(LANES); do \
		echo "━━ $$lane"; start=$$(date +%s); state=ok; \
		$(MAKE) --no-print-directory $$lane || state=FAILED; \
		summary="$$summary$$(printf '%-14s %-7s %4d s' $$lane $$state $$(($$(date +%s) - start)))\n"; \
		[ $$state = ok ] || break; \
	done; \
	printf "━━ ci\n$$summary"; [ $$state = ok ]

compose-config: ## check docker-compose.yml (needs docker-compose)
	docker-compose config -q

##— Generating

generate: $(GENERATED) ## write all generated files anew

config.example.yaml: ## write the documented settings from package config
	$(call only,TestExample,./config) -update

api/openapi.json: ## write the description of the REST API
	$(call only,TestOpenAPI,./api) -update

docs/ring.md: ## draw the diagram of the ring from the rules
	$(call only,TestRingDiagram,./deal) -update

record-histories: postgres ## record the histories of the release that is being made on the real engine
	$(call only,Test(RecordHistories|Releases),./e2e/engine,-tags e2e) -update

clean: ## remove what building left; data is yours and stays
	rm -rf bin
