# Each target makes its virtual environment when there is none; `make` alone lists the targets.
#   ARGS is handed on:            make test ARGS="-k guard"
#   PYTHON picks an interpreter:  make test PYTHON=python3.13   (in an environment of its own)

VENV := .venv$(if $(PYTHON),-$(subst /,-,$(patsubst /%,%,$(PYTHON))))
# Whatever environment is active in the caller's shell, `!python` in a cell must mean this one.
PYTHON_HERE := $(VENV)/bin/python
RUN := VIRTUAL_ENV="$(CURDIR)/$(VENV)" PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PYTHON_HERE)
# What a shell sets for other work must not reach a notebook: other modules, backends, resolvers, warnings, styles. And
# where no bytecode is kept, each of the thousands of processes that the tests start compiles the course anew.
unexport PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONSTARTUP PYTHONDEVMODE PYTHONWARNINGS PYTHONASYNCIODEBUG
unexport PYTHONOPTIMIZE PYTHONDONTWRITEBYTECODE MPLBACKEND MATPLOTLIBRC GEVENT_RESOLVER JUPYTER_PATH JUPYTER_PREFER_ENV_PATH

LEARNER := $(VENV)/.installed
TESTER := $(VENV)/.installed-for-tests
HALFWAY := $(VENV)/.installing
# The stamp says where the checkout was. An environment does not survive a move: it is full of paths.
MOVED = { read -r place <$(LEARNER) && [ "$$place" != "$$(pwd -P)" ]; } 2>/dev/null

.DEFAULT_GOAL := help
.PHONY: help lab reset edit test lint refresh map words mutants html handout schedule soak bench rabbitmq clean REDO

help:
	@echo 'make lab       open the course in JupyterLab, in copies of your own  (ARGS go to jupyter lab)'
	@echo 'make reset     lay a chapter afresh: make reset NB=04      (what you wrote is kept beside it)'
	@echo 'make edit      for authors: open the notebooks of the course itself  (ARGS go to jupyter lab)'
	@echo 'make test      prove that every notebook and helper works  (NB=04: chapter 4 alone; ARGS go to pytest)'
	@echo 'make lint      check code, layout, spelling and links      (ARGS name checks; none: all)'
	@echo 'make refresh   run the notebooks and store their outputs   (ARGS name notebooks; none: all)'
	@echo 'make map       count minutes; write them into the notebooks and the README (ARGS=--check: only look)'
	@echo 'make words     write WORDS.md, all terms of the glossaries  (ARGS=--check: only look)'
	@echo 'make html      write the course as pages for a browser, with a search, in html/'
	@echo 'make handout   for teachers: the chapters without solutions, in handout/  (ARGS name chapters; none: all)'
	@echo 'make schedule  for teachers: the days of a class  (ARGS="--hours 6"; ARGS=--help: what else)'
	@echo 'make mutants   edit the solutions in small ways; show what checks let pass  (ARGS name chapters, exercises)'
	@echo 'make soak      run all tests again and again, every other time on a busy machine (ARGS="--runs 10")'
	@echo 'make bench     run the benchmarks, one after another'
	@echo 'make rabbitmq  install RabbitMQ for the course, where apt or Homebrew is; chapters 17 to 22 then use it'
	@echo 'make clean     delete the virtual environments, RabbitMQ, caches and what soak has kept'
	@echo 'Add PYTHON=python3.13 (or a path) to use another interpreter; it gets an environment of its own.'

lab edit: $(LEARNER)
	@$(RUN) -m tools.desk $@ $(ARGS)

reset: $(LEARNER)
	@$(RUN) -m tools.desk reset $(NB)

# NB=04: the notebook of that chapter, what is asked of its text, and its exercises. Nothing else is even collected.
test: $(TESTER)
	@$(RUN) -m pytest $(if $(NB),notebooks/$(NB)_*.ipynb tests/test_conventions.py tests/test_exercises.py \
		-k "$(NB)_ or $(NB).") $(ARGS)

lint: $(TESTER)
	@$(RUN) tools/lint.py $(ARGS)

refresh: $(LEARNER)
	@$(RUN) tools/refresh.py $(ARGS)

map: $(LEARNER)
	@$(RUN) -m tools.course_map $(ARGS)

words: $(LEARNER)
	@$(RUN) -m tools.words $(ARGS)

html: $(LEARNER)
	@$(RUN) -m tools.pages

handout: $(LEARNER)
	@$(RUN) -m tools.handout $(ARGS)

schedule: $(LEARNER)
	@$(RUN) -m tools.schedule $(ARGS)

mutants: $(LEARNER)
	@$(RUN) -m tools.mutate $(ARGS)

soak: $(TESTER)
	@$(RUN) -m tools.soak $(ARGS)

bench: $(LEARNER)
	@failed=; \
	for script in benchmarks/bench_*.py; do \
		if [ ! -e "$$script" ]; then echo 'There is no benchmark in benchmarks/ yet.'; break; fi; \
		echo "== $$script"; \
		$(RUN) "$$script" $(ARGS) || failed="$$failed $$script"; \
	done; \
	if [ -n "$$failed" ]; then echo "Failed:$$failed" >&2; exit 1; fi

rabbitmq:
	@sh tools/install_rabbitmq.sh

clean:
	rm -rf soak .venv .venv-* .rabbitmq .rabbitmq.new .hypothesis .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} + -o -name .pytest_cache -prune -exec rm -rf {} + -o -name .ipynb_checkpoints -prune -exec rm -rf {} +

# A stamp is older than its requirements: install again. A missing interpreter or an install that was
# interrupted: make the environment anew. The marker becomes the stamp only when everything is in place,
# matplotlib's font cache included, whose slow first building would print into a cell.
# Paths to the course's own packages are made relative: Python reads them in the encoding of the locale, and does not
# start if a folder's name has letters that this lacks.
define install
	@python=; wanted='$(PYTHON)'; \
	for name in $${wanted:-python3 python3.14 python3.13 python3.12 python3.11 python3.10}; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then \
			python=$$name; break; \
		fi; \
	done; \
	if [ -z "$$python" ] && [ -n "$$wanted" ]; then \
		echo "PYTHON=$$wanted is no Python 3.10 or newer: name another, or leave PYTHON out." >&2; exit 1; \
	elif [ -z "$$python" ]; then \
		echo 'There is no Python 3.10 or newer here: install one from https://www.python.org/downloads/' \
			'or your system'"'"'s packages (python3).' >&2; exit 1; \
	fi; \
	if [ -e $(HALFWAY) ] || $(MOVED) || ! $(PYTHON_HERE) -m pip --version >/dev/null 2>&1; then \
		if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
			version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
			echo "$$python cannot make virtual environments: install its venv module" \
				"(Debian and Ubuntu: sudo apt install python$$version-venv)." >&2; exit 1; \
		fi; \
		rm -rf $(VENV); \
		mkdir $(VENV) 2>/dev/null || { echo "Nothing can be written into this folder, where $(VENV) should be made:" \
			"copy the course into one of yours." >&2; exit 1; }; \
		touch $(HALFWAY) && "$$python" -m venv $(VENV) || exit 1; \
	fi; \
	touch $(HALFWAY); \
	echo 'Installing $(1) into $(VENV) ...'; \
	PIP_USER=0 $(PYTHON_HERE) -m pip install --quiet --disable-pip-version-check -r $(1) && \
	for paths in $(VENV)/lib/python3.*/site-packages/_editable_impl_*.pth; do \
		case $$paths in *\**) continue;; *minibroker*) path=minibroker/src;; *) path=;; esac; \
		echo "../../../../$$path" >"$$paths"; \
	done && \
	$(PYTHON_HERE) -c 'import matplotlib.font_manager' && \
	pwd -P >$(HALFWAY) && mv $(HALFWAY) $@
endef

# The course's own packages bring requirements of theirs.
$(LEARNER): requirements.txt pyproject.toml minibroker/pyproject.toml $(PYTHON_HERE) $(if $(wildcard $(HALFWAY))$(shell $(MOVED) && echo moved),REDO)
	$(call install,requirements.txt)

$(TESTER): requirements-test.txt $(LEARNER) $(if $(wildcard $(HALFWAY)),REDO)
	$(call install,requirements-test.txt)

$(PYTHON_HERE): ;
REDO: ;
