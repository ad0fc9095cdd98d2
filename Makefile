# Every target sets up .venv by itself where it needs it. `make help` lists them.
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
WORLD := data/samples/world
DEMO_KB := data/kb/demo
DEMO_CORPUS := data/corpus/demo
DEMO_IMAGES := data/images/demo
DEMO_PROJECT := data/annotation/demo
DEMO_DATASET := data/dataset/demo
DEMO_MODELS := data/models/demo
DEMO_CANDIDATES := data/candidates/demo

# Tests marked `data` read real dumps from here; they are skipped where there are none.
ifneq ($(wildcard ../shared/data),)
export MEL_DATA_DIR ?= $(abspath ../shared/data)
endif

.DEFAULT_GOAL := help
.PHONY: help venv demo test check bench bench-peers golden doctor clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

venv: $(STAMP) ## create .venv and install the package with everything that tests need

$(STAMP): pyproject.toml setup.py $(wildcard pipeline/native/*.[ch]) constraints.txt tools/make_venv.sh
	@bash tools/make_venv.sh $(VENV)
	@touch $@

demo: $(STAMP) ## make the sample world, build its KB, corpus and images, annotate it, retrieve candidates
	@bash tools/demo.sh $(PY) $(WORLD) $(DEMO_KB) $(DEMO_CORPUS) $(DEMO_IMAGES) $(DEMO_PROJECT) $(DEMO_DATASET) \
		$(DEMO_MODELS) $(DEMO_CANDIDATES)

test: $(STAMP) ## run all tests in two processes, in random order with a printed seed
	$(PY) -m pytest -q -n 2 --dist worksteal

check: $(STAMP) ## lint, format, types, import floors, docs, file and function sizes
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) tools/size_gate.py
	$(PY) -m pytest -q tests/test_docs.py

bench: $(STAMP) ## run benchmarks/*.py and hold their figures to benchmarks/requirements.toml
	$(PY) tools/bench.py

bench-peers: $(STAMP) ## the same against other tools, in an environment of their own
	$(PY) tools/bench.py --peers

golden: $(STAMP) ## write the generated documentation again; read the diff before you commit it
	$(PY) tools/make_docs.py

doctor: ## say what this machine lacks and how to get it
	@python=$$(test -x $(PY) && echo $(PY) || bash tools/find_python.sh) && PYTHONPATH=. $$python runners/doctor.py

clean: ## remove .venv, caches and the demo's files; built data elsewhere stays
	rm -rf $(VENV) .venv-peers build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis \
		$(WORLD) $(DEMO_KB) $(DEMO_CORPUS) $(DEMO_IMAGES) $(DEMO_IMAGES)-entities $(DEMO_IMAGES)-entities.tsv \
		$(DEMO_PROJECT) $(DEMO_DATASET) $(DEMO_DATASET)-statistics $(DEMO_MODELS) $(DEMO_CANDIDATES)
