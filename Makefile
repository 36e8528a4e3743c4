# The manual of this project. Each target is a plain command; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8001
DYNAMODB_PORT ?= 8002
REVIEW_PORT ?= 8003
IDENTITY_PORT ?= 8004
PAGE_PORT ?= 8005
STAGE ?= dev
SEEDS ?= 10000
FORM ?= short
ROUNDS ?= 200
EXAMPLES ?= 200
CHILDREN ?= 2
CLIENT_SEEDS ?= 20
OPERATIONS ?= 100000
WRITERS ?= 200
TAMPERINGS ?= 1000
CASES ?= 1000
CLEAN_CHAINS ?= 10000
RECORDS_SEEDS ?= 10000
WORKERS ?= $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

BIN := .venv/bin
RUN := $(BIN)/python
# The same for what a person waits for: Ctrl-C ends it in one line.
CALL := $(RUN) -m devtools.command
# Each file of tests runs in one of a few processes (WORKERS=0: in one): one more than there are processors, because many tests wait.
SPREAD := -n $(WORKERS) --dist loadfile
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo run reset events digest errands resolve rebuild-guards drill races test check typescript python-client client-trials newcomer lint format types contracts coverage lock openapi contract-trials package inspect deploy undeploy rollback secret deploy-test bench bench-audit scale cost simulate simulate-changes explore writers tampering crash-matrix deadlines machine cut-answers mutate clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A stamp file is newer than the requirements it was installed from, so setup runs once and again after `make lock`.
.venv/installed: requirements-dev.txt
	$(PYTHON) -m devtools.command devtools.create_environment .venv requirements-dev.txt
	@touch $@

.venv-ministack/installed: devtools/requirements-ministack.txt
	$(PYTHON) -m devtools.command devtools.create_environment .venv-ministack devtools/requirements-ministack.txt
	@touch $@

.venv-checkov/installed: devtools/deploy/inspection/requirements-checkov.txt
	$(PYTHON) -m devtools.command devtools.create_environment .venv-checkov devtools/deploy/inspection/requirements-checkov.txt
	@touch $@

.venv-peers/installed: devtools/bench/requirements-peers.txt
	$(PYTHON) devtools/create_environment.py .venv-peers devtools/bench/requirements-peers.txt
	@touch $@

clients/typescript/node_modules/installed: clients/typescript/package-lock.json .venv/installed
	$(CALL) devtools.node_packages
	@touch $@

setup: .venv/installed .venv-ministack/installed clients/typescript/node_modules/installed ## install everything the other targets need

demo: setup ## start the stack, make one real booking, show the answer and its audit record
	@$(CALL) devtools.local.demo

run: setup ## start the stack and stay up (PORT, SANDBOX_PORT, DYNAMODB_PORT, REVIEW_PORT, IDENTITY_PORT, PAGE_PORT)
	@PORT=$(PORT) SANDBOX_PORT=$(SANDBOX_PORT) DYNAMODB_PORT=$(DYNAMODB_PORT) REVIEW_PORT=$(REVIEW_PORT) IDENTITY_PORT=$(IDENTITY_PORT) PAGE_PORT=$(PAGE_PORT) exec $(CALL) devtools.local.run

reset: .venv/installed ## forget what `make run` remembers: operations, audit events, keys
	@$(CALL) devtools.local.state

events: .venv/installed ## `switchboard audit show` of one operation of `make run` (OPERATION=op_...), or a search from a day on (DAY=2026-01-15)
	@$(CALL) switchboard_cli audit $(if $(OPERATION),show "$$OPERATION",search --from "$$DAY") --local $(DYNAMODB_PORT)

digest: .venv/installed ## make the signed digest of the running hour of `make run` ahead of its time, to verify by
	@DYNAMODB_PORT=$(DYNAMODB_PORT) $(CALL) devtools.local.review.digests

errands: .venv/installed ## do now what custodians' holds and erasures in `make run` leave to the hourly function
	@DYNAMODB_PORT=$(DYNAMODB_PORT) $(CALL) devtools.local.review.errands

resolve: .venv/installed ## `switchboard operations resolve` (OPERATION=op_... BOOKING=1234|DONE|NONE WHY="..."; of a stage with its OPERATIONS_TABLE and AUDIT_TABLE)
	@$(CALL) switchboard_cli operations resolve "$$OPERATION" $(if $(filter NONE,$(BOOKING)),--none,$(if $(filter DONE,$(BOOKING)),--done,--booking "$$BOOKING")) --why "$$WHY" \
		$(if $(BY),--as "$$BY") $(if $(and $(OPERATIONS_TABLE),$(AUDIT_TABLE)),,--local $(DYNAMODB_PORT))

rebuild-guards: .venv/installed ## make a lost operations table again from the audit trail (FROM=, TO=, RESUME=1; AWS=1: of the account)
	@$(if $(AWS),,DYNAMODB_PORT=$(DYNAMODB_PORT)) RESUME=$(RESUME) $(CALL) devtools.operate.rebuild_guards $(FROM) $(TO)

drill: setup ## restore the operations table to an earlier second, rebuild guards from the audit, repeat: nothing is sent twice (REBUILT=0 leaves it out)
	@REBUILT=$(REBUILT) $(CALL) devtools.operate.drill

races: setup ## send one booking 32 times at once, over and over, and print what came of it (ROUNDS=200)
	@SWITCHBOARD_RACE_ROUNDS=$(ROUNDS) $(CALL) pytest -q tests/integration/booking/test_races_over_http.py

test: setup .venv-checkov/installed ## run every test
	$(CALL) devtools.browser
	$(CALL) pytest $(SPREAD)

check: lint types contracts coverage ## lint, types, import contracts, every test with coverage: what CI runs

lint: .venv/installed ## ruff: all rules, and the format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/installed ## write the format and what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: .venv/installed ## mypy, strict
	$(BIN)/mypy

contracts: .venv/installed ## the layers of the architecture
	$(BIN)/lint-imports --no-cache

coverage: setup .venv-checkov/installed ## every test, with 100 % of the branches of chalicelib
	$(CALL) devtools.browser
	@mkdir -p build
	$(RUN) -m pytest -q $(SPREAD) --cov --cov-report=
	@$(RUN) -m coverage report > build/coverage.txt 2>&1 || { cat build/coverage.txt; exit 1; }

typescript: clients/typescript/node_modules/installed ## write the types of the TypeScript client anew from docs/openapi.json, check and build it
	cd clients/typescript && PATH="$(CURDIR)/$(BIN):$$PATH" sh -c 'npm run generate && npm run types && npm run build'

python-client: .venv/installed ## write the types of the Python client anew from docs/openapi.json
	@$(CALL) devtools.python_client

client-trials: setup ## both clients at every fault of the sandbox, over and over: one booking or cancellation at most, and a final state (CLIENT_SEEDS=20)
	CLIENT_SEEDS=$(CLIENT_SEEDS) $(CALL) pytest -q tests/clients/typescript/test_faults.py tests/clients/python/test_faults.py

newcomer: setup ## time the way of somebody new: clone, `make run`, first booking from the sample page
	@$(CALL) devtools.newcomer

lock: .venv/installed ## compile the requirements files from pyproject.toml
	$(CALL) devtools.lock

openapi: .venv/installed ## write docs/openapi.json, and tell what breaks callers of the released version (RELEASE=1: release it)
	@$(CALL) devtools.contract $(if $(RELEASE),--release)

contract-trials: setup ## schemathesis against the local stack: the document and the answers agree (CASES=1000 an operation and phase, SEED=1)
	@$(CALL) devtools.contract.trials --cases $(CASES) --seed $(or $(SEED),1)

package: setup ## CloudFormation template and zip for one stage, linted (STAGE=dev)
	$(CALL) devtools.deploy.package $(STAGE)

inspect: package .venv-checkov/installed ## look at the templates of a stage with checkov: nothing but what is accepted with a reason (STAGE=dev)
	@$(CALL) devtools.deploy.inspection.checkov $(STAGE)

deploy: setup ## deploy a stage to the AWS account of the credentials at hand (STAGE=dev SET="AllowedOrigins=https://…" YES=1)
	@SET='$(SET)' YES='$(YES)' $(CALL) devtools.deploy.rollout.deployment up $(STAGE)

undeploy: .venv/installed ## delete the app of a stage; tables, keys and secret stay (STAGE=dev YES=1)
	@YES='$(YES)' $(CALL) devtools.deploy.rollout.deployment down $(STAGE)

secret: .venv/installed ## change members of a stage's secret, whose values are asked for, and deploy it (STAGE=dev SET="ADULTWORK_API_KEY ADULTWORK_API_SECRET" YES=1)
	@SET='$(SET)' YES='$(YES)' $(CALL) devtools.deploy.rollout.secret $(STAGE)

rollback: .venv/installed ## put the release before the one that is live in its place (STAGE=dev YES=1)
	@YES='$(YES)' $(CALL) devtools.deploy.rollout.rollback $(STAGE)

deploy-test: setup ## the same deployment against the local stand-in for AWS, and bookings through it
	@$(CALL) devtools.deploy.rollout.stand_in

bench: setup .venv-peers/installed ## measure the zip, beside a bare function and peers in the same run (PART=cold; PART=load LOAD_SECONDS=300; RECORD=1 keeps it)
	$(CALL) devtools.bench $(PART) $(if $(RECORD),--record)

bench-audit: setup ## the reviewers' pages, export and verification over many operations (OPERATIONS=100000; RECORD=1 keeps the tables)
	@$(CALL) devtools.bench.audit --operations $(OPERATIONS) $(if $(RECORD),--record)

scale: .venv/installed ## at how many bookings a second each limit is reached, and what fails then (EXPONENT=1.0 of Zipf over candidates; RESTED=1)
	@$(CALL) devtools.capacity.scale $(if $(EXPONENT),--exponent $(EXPONENT)) $(if $(RESTED),--rested)

cost: .venv/installed ## what 1,000 bookings and a month without any cost, from measured sizes and devtools/capacity/prices.toml
	@$(CALL) devtools.capacity.cost

simulate: .venv/installed ## run the real use cases against seeded faults (SEEDS=100000; SEED=1234 tells one run; VARIANT=guard-off)
	@$(CALL) devtools.proof.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) $(if $(VARIANT),--variant $(VARIANT))

simulate-changes: .venv/installed ## the same of changes of bookings (SEEDS=2000; SEED=1234 tells one run)
	@$(CALL) devtools.proof.simulation.changing $(if $(SEED),--seed $(SEED),$(if $(SEEDS),--seeds $(SEEDS)))

explore: .venv/installed ## every order of two requests for one booking, and every fault in each (FORM=long: every pair; SEQUENCE=... tells one run; ONLY=scenario; VARIANT=guard-off)
	@$(CALL) devtools.proof.exploration $(if $(SEQUENCE),--sequence '$(SEQUENCE)',--form $(FORM)) $(if $(ONLY),--only $(ONLY)) $(if $(VARIANT),--variant $(VARIANT))

writers: setup ## many writers at once on the same operations: no fork, and every chain verifies (WRITERS=200)
	@WRITERS=$(WRITERS) $(CALL) pytest -q tests/integration/booking/test_parallel_writers.py

tampering: setup ## tamper with records in many places, in memory and stored, and verify what nobody touched (TAMPERINGS=1000, CLEAN_CHAINS=10000, RECORDS_SEEDS=10000)
	@TAMPERINGS=$(TAMPERINGS) CLEAN_CHAINS=$(CLEAN_CHAINS) RECORDS_SEEDS=$(RECORDS_SEEDS) $(CALL) pytest -q tests/property/audit/test_tampering.py \
		tests/contract/review/test_tampering_of_rows.py tests/property/audit/test_records_alone.py

crash-matrix: setup ## let the function die at every await point under every fault (FAULT=part of a fault's name)
	@$(CALL) devtools.proof.trials crash-matrix $(FAULT)

deadlines: setup ## bookings at an upstream or a store that drips, stalls or lets nobody in: is the answer in time?
	@$(CALL) devtools.proof.trials deadlines

machine: setup ## any order of bookings, repeats, faults, deaths and hours, over the public interface (EXAMPLES=200)
	MACHINE_EXAMPLES=$(EXAMPLES) $(CALL) pytest -q tests/integration/faults/test_protocol_machine.py --hypothesis-show-statistics

cut-answers: setup ## cut the upstream's good answer off after each of its bytes
	CUT_EVERY=1 $(CALL) pytest -q tests/integration/faults/test_cut_answers.py

mutate: .venv/installed ## break domain and application in every small way, and see the tests notice (RESUME=1 goes on)
	@$(if $(RESUME),,rm -rf mutants)
	TZ=UTC $(BIN)/mutmut run --max-children $(CHILDREN)
	@$(CALL) devtools.proof.mutation judge

clean: ## remove everything that the other targets made
	rm -rf clients/typescript/node_modules clients/typescript/dist
	rm -rf .venv .venv-ministack .venv-peers .venv-checkov .local build .chalice/deployments .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage mutants
