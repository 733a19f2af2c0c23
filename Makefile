.DEFAULT_GOAL := help
.PHONY: help run test test-all test-beside test-alone image-test drills check docs dist site-audit console-audit fuzz faults kills soak watching simulate breaks mutation audit rights supply-chain bench bench-all format lock clean
BIN := .venv/bin
# Two halves of the tests beside each other would be neither.
.NOTPARALLEL:
# Where it is set, every process of a rehearsal would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/ready ## Run the whole platform on this machine until Ctrl-C
	@exec $(BIN)/mysfits up

# Files as they are ordered by tests/tiers.py, not by their number of tests.
PYTEST := $(BIN)/pytest --durations 10 --durations-min 5
FILES := --dist loadfile --no-loadscope-reorder
TWO := --numprocesses 2 $(FILES)
# What waits for rollouts and health checks leaves a part of two cores to others; a fourth has each wait too long.
THREE := --numprocesses 3 $(FILES)

test: .venv/ready .venv/chromium ## Run the quick tests, a journey in a real browser and a rollout under load among them
	$(PYTEST) $(TWO) -m quick

test-all: test-beside test-alone ## Run all tests but the long drills (under half an hour)
	@printf '%s\n' "Left out: the image and its containers (make image-test), the long drills (make drills), the long forms" \
	    "of what was tried (make fuzz, faults, kills, soak, watching, simulate, breaks, mutation), and measurements" \
	    "(make site-audit, console-audit, bench)."

test-beside: .venv/ready .venv/browser .venv/faults .venv-scan/audit/ready .venv-docs/ready .venv-peers/ready
	$(PYTEST) $(THREE) -m "not alone and not long"

test-alone: .venv/ready .venv/browser .venv/faults
	$(PYTEST) -m alone

image-test: .venv/ready .venv-scan/ready ## Build the image and run it in containers: alone, composed, and in the rehearsal
	@tools/image-test

drills: .venv/ready ## Run the long drills, journeys and the soak in its short form, one after the other (10 minutes)
	$(PYTEST) -m long

check: .venv/ready ## Check formatting, lint, types, import walls and templates, as the pipeline does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cfn-lint

docs: .venv/ready .venv-docs/ready ## Build the documentation into build/docs/html
	@rm -rf build/docs
	@$(BIN)/python tools/docs_pages.py build/docs/pages
	@.venv-docs/bin/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs build/docs/pages build/docs/html
	@echo "The documentation is in build/docs/html/index.html."

dist: .venv/ready ## Build the packages of every distribution here into dist/
	@tools/dist

site-audit: .venv/ready .venv/browser ## Audit the site: each state in three engines, schemes and languages; Lighthouse
	FULL_MATRIX=yes $(PYTEST) tests/site/test_engines.py
	$(BIN)/python -m tests.site.audit.audit

console-audit: .venv/ready .venv/browser ## Measure the console over 50 services with 500 tasks, and what it costs unseen
	$(BIN)/python -m tests.console.audit

fuzz: .venv/ready .venv-scan/ready ## Try 100,000 bad inputs on the API, and 10,000 on the AWS endpoint
	FUZZ_TIMES=20 FUZZ_WRITE=yes $(BIN)/pytest tests/fuzz emulator/tests/fuzz

faults: .venv/ready .venv/faults ## Let everything around the platform go wrong, one thing after the other (3 minutes)
	$(BIN)/python -m reliability.faults $(if $(ONLY),--only $(ONLY),--write)

kills: .venv/ready ## Kill a rehearsal under sixteen clients, fifty times, and see that nothing answered is lost
	$(BIN)/python -m reliability.kills --write

soak: .venv/ready ## Half an hour of visitors, with a rollout, a killed task and a throttled table
	$(BIN)/python -m reliability.soak --for 30m --write

watching: .venv/ready ## Compare the metrics in CloudWatch with what visitors were answered
	$(BIN)/python -m reliability.watching --write

simulate: .venv/ready ## Run the scheduler in 20,000 simulated worlds, one from each seed
	$(BIN)/python -m reliability.simulation

breaks: .venv/ready .venv-scan/ready ## Break each property on purpose and see a test fail
	$(BIN)/python -m tests.breaks --write

mutation: .venv/ready .venv-mutation/ready ## Change the core in small places, one at a time, and count what its tests notice (hours)
	nice -n 10 $(BIN)/python -m tests.mutation --write

audit: .venv/ready ## Ask what is known against any locked package
	@$(BIN)/python -m tools.supply_chain.audit

rights: .venv/ready .venv-scan/ready ## Write the operator's rights anew: what each verb calls, and what the stacks need
	RECORD_CALLS=yes $(PYTEST) $(TWO) -m quick emulator/tests/ops tests/ops
	$(BIN)/python -m tests.rights

supply-chain: .venv/ready ## Say what the image is made of (after make image-test)
	$(BIN)/python -m tools.supply_chain --write

bench: .venv/ready .venv/load .venv-peers/ready ## Measure the service beside what people would use instead (10 minutes)
	$(BIN)/python -m bench

bench-all: .venv/ready .venv/load .venv-peers/ready ## The same, from 1 to 1,024 clients, and growth (25 minutes)
	$(BIN)/python -m bench --all

format: .venv/ready ## Put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header

lock: .venv/ready ## Lock the dependencies anew, at their newest versions
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) --extra operate --extra dev --no-emit-package ecs-emulator --constraint requirements.txt \
	    pyproject.toml --output-file requirements-dev.txt
	$(COMPILE) --constraint requirements-dev.txt requirements-cloud.in --output-file requirements-cloud.txt
	$(COMPILE) requirements-scan.in --output-file requirements-scan.txt
	$(COMPILE) --constraint requirements-dev.txt requirements-mutation.in --output-file requirements-mutation.txt
	$(COMPILE) requirements-docs.in --output-file requirements-docs.txt
	$(COMPILE) requirements-peers.in --output-file requirements-peers.txt
	@tools/setup-python
	$(BIN)/python -m tools.supply_chain.licences

clean: ## Forget what the rehearsal kept, and what tools left behind
	@test ! -x $(BIN)/mysfits || $(BIN)/mysfits reset
	rm -rf .local build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results

.venv/ready: requirements-dev.txt pyproject.toml tools/setup-python
	@tools/setup-python

.venv-mutation/ready: .venv/ready requirements-mutation.txt tools/setup-mutation
	@tools/setup-mutation

.venv-docs/ready: .venv/ready requirements-docs.txt tools/setup-docs
	@tools/setup-docs

.venv-peers/ready: .venv/ready requirements-peers.txt bench/peers/express/package-lock.json tools/setup-peers
	@tools/setup-peers

.venv-scan/ready: .venv/ready requirements-scan.txt tools/setup-scan
	@tools/setup-scan

.venv-scan/audit/ready: .venv-scan/ready tests/cfn/audit/package-lock.json tools/setup-audit
	@tools/setup-audit

.venv/faults: .venv/ready tools/setup-faults
	@tools/setup-faults

.venv/load: .venv/ready tools/setup-load
	@tools/setup-load

.venv/chromium: .venv/ready tools/setup-browser
	@tools/setup-browser chromium

.venv/browser: .venv/chromium
	@tools/setup-browser others
