# Everything runs in virtual environments inside the checkout: .venv for daily work, .venvs/3.x for one Python each.
# scripts/venv makes them, once; it does nothing when pyproject.toml has not changed since.
#
#   make demo                      install, and run the built-in leaky service
#   make check FN=module:function  install, and check a function of yours
#   make test                      install, and run the tests (WORKERS=2: in two processes; ARGS=...: more for pytest)
#   make test-all                  the tests without the zoo of leaks, on every CPython 3.10 to 3.15 that is found
#   make soak                      the long tests, the zoo five times over, also on busy cores, on each of them
#   make lint, make bench, make clean

.DEFAULT_GOAL := test
.NOTPARALLEL:
.PHONY: demo check test test-all soak lint bench clean

WORKERS ?= 0
ARGS ?=
PYTHON_IN_VENV := .venv/bin/python
# loadscope keeps the tests of one module in one process, one after the other.
PYTEST_ARGS = -n $(WORKERS) --dist loadscope $(ARGS)

demo:
	@scripts/venv ensure .venv dot
	@.venv/bin/leakscope demo

# make turns every exit code of leakscope but 0 into its own 2; scripts that need 1 (leak) or 3 call .venv/bin/leakscope.
check:
	@if [ -z "$(FN)" ]; then echo "make check: say which function: make check FN=module:function" >&2; exit 2; fi
	@scripts/venv ensure .venv dot
	@.venv/bin/leakscope check "$(FN)" $(ARGS)

test:
	@scripts/venv ensure .venv dev,dot
	@$(PYTHON_IN_VENV) -m pytest -m "not soak" $(PYTEST_ARGS)

test-all:
	@scripts/venv each test-all -m "not soak and not zoo" $(PYTEST_ARGS)

# One process: the long tests measure.
soak:
	@scripts/venv each soak -m soak -n 0 $(ARGS)

lint:
	@scripts/venv ensure .venv dev,dot
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .
	@$(PYTHON_IN_VENV) -m mypy --strict

bench:
	@scripts/venv ensure .venv dev,dot
	@for file in benchmarks/*.py; do \
		[ -e "$$file" ] || { echo "make bench: there is no benchmark yet"; continue; }; \
		echo "== $$file"; $(PYTHON_IN_VENV) "$$file" || exit 1; \
	done

clean:
	rm -rf .venv .venvs .nox build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
