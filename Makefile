# The front door. Every target prepares the machine first and then does its job.
PYTHON ?= python3

.PHONY: run test check bench campaign shots lock clean

run:            ## open the demo centre (without a display: the same job offscreen)
	@$(PYTHON) -m center_app.front_door run

test:           ## every test, on SQLite and on a private PostgreSQL
	@$(PYTHON) -m center_app.front_door test

check:          ## format, lint, types, layers, contracts
	@$(PYTHON) -m center_app.front_door check

bench:          ## the figures of docs/benchmarks.md
	@$(PYTHON) -m center_app.front_door bench

campaign:       ## the long reliability runs
	@$(PYTHON) -m center_app.front_door campaign

shots:          ## screenshots of every page, and the report
	@$(PYTHON) -m center_app.front_door shots

lock:           ## resolve the dependencies anew (needs pip-tools)
	pip-compile -q --generate-hashes --strip-extras --no-emit-options --no-header --no-annotate -o requirements.lock pyproject.toml
	pip-compile -q --extra dev --generate-hashes --strip-extras --no-emit-options --no-header --no-annotate -c requirements.lock -o requirements-dev.lock pyproject.toml

clean:          ## remove everything that can be made again
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache out resources/i18n/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
