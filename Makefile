# One command per verb. Each makes what it needs under .cache/ the first time and is fast the second time.
# Needs only Python 3.10 or newer (choose one with PYTHON=python3.12), make and the package registry.

PYTHON ?= python3
DEMO := .cache/venvs/demo/bin
DEV := .cache/venvs/dev/bin
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint types docs docs-check prices test-matrix bench stack-binaries stack-test compose-test stack-sizing frontend-test clean python demo-venv dev-venv

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' Makefile

demo: demo-venv ## run a whole simulated voice agent and show what it did (no account, no Docker)
	@$(DEMO)/otel-voice demo

test: dev-venv ## run every test
	@$(DEV)/python -m pytest $(PYTEST_ARGS)

lint: dev-venv ## style and formatting
	@$(DEV)/ruff check .
	@$(DEV)/ruff format --check .

types: dev-venv ## static types
	@$(DEV)/mypy

docs: dev-venv ## write what is generated: names, telemetry reference, tables of the README
	@$(DEV)/python tools/generate.py

docs-check: dev-venv ## fail when something generated is out of date
	@$(DEV)/python tools/generate.py --check

prices: python ## distil the prices of models again from the newest genai-prices (needs Python 3.11)
	@"$(PYTHON)" tools/environment.py prices
	@.cache/venvs/prices/bin/pip install --quiet --upgrade genai-prices
	@.cache/venvs/prices/bin/python tools/prices.py

test-matrix: dev-venv ## provider tests against old and new SDKs, on every Python found here; CELLS="oldest newest" for a part
	@$(DEV)/python -m tests.matrix $(CELLS)

bench: dev-venv ## what it costs, against bare SDK primitives (needs valgrind)
	@$(DEV)/python -m benchmarks

stack-binaries: dev-venv ## build the real Collector and its backends from Go modules (needs Go; once)
	@$(DEV)/python -m tests.stack.binaries

stack-test: stack-binaries ## run the demo through the real Collector and its backends
	@$(DEV)/python -m pytest -o python_files='check_*.py' tests/stack/real $(PYTEST_ARGS)

compose-test: stack-binaries ## try docker-compose.yml with images of those programs (needs root and a Docker engine)
	@$(DEV)/python -m tests.stack.compose.images
	@$(DEV)/python -m pytest -o python_files='check_*.py' tests/stack/compose $(PYTEST_ARGS)
	@$(DEV)/python -m tests.stack.compose.images remove

stack-sizing: stack-binaries ## measure what a call emits and what one Collector carries (a quarter of an hour)
	@$(DEV)/python -m tests.stack.sizing

frontend-test: dev-venv ## the browser's half: style, types, tests, size, and a real Chromium (needs Node 20 and chromium)
	@command -v npm >/dev/null 2>&1 || { echo "npm is not installed: install Node.js 20 or newer" >&2; exit 1; }
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error && npm run -s check
	@$(DEV)/python -m pytest -o python_files='check_*.py' tests/frontend $(PYTEST_ARGS)

clean: ## remove everything the other commands made
	rm -rf .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist callgrind.out*
	rm -rf frontend/node_modules frontend/dist frontend/.cache
	find . -name __pycache__ -type d -not -path './.venv*' -prune -exec rm -rf {} +

python:
	@command -v "$(PYTHON)" >/dev/null 2>&1 \
		|| { echo "$(PYTHON) is not installed: install Python 3.10 or newer, or name one: make PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
		|| { echo "$(PYTHON) is older than Python 3.10: name a newer one: make PYTHON=python3.12" >&2; exit 1; }

demo-venv: python
	@"$(PYTHON)" tools/environment.py demo

dev-venv: python
	@"$(PYTHON)" tools/environment.py dev
