# Everything a new machine needs is python3, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# One process per core, four at most: more spend their time importing.
CORES := -n logical --maxprocesses 4 --dist worksteal

.PHONY: demo lint test docs postgresql chromium tex soak bench coq clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,plot,peers,server,cluster,report,docs]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/symsens certify ase:CH4 --centre 0
	$(BIN)/symsens certify ase:C2H4 --centre 0
	$(BIN)/symsens certify examples/F1.extxyz --centre 0 --null-vectors --out F1.cert.json
	$(BIN)/symsens verify F1.cert.json

lint: $(VENV)/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

test: $(VENV)/installed postgresql chromium tex
	$(BIN)/python -m pytest $(CORES)

# The site, in docs/_build/html. Its examples run while it is built; nothing is fetched, warnings are errors, nothing is kept from an earlier build.
docs: $(VENV)/installed
	rm -rf docs/_build
	$(BIN)/python -m sphinx -q -W --keep-going -b html -d docs/_build/pages docs docs/_build/html
	@echo "docs/_build/html/index.html"

# The server that a table of `symsens scan` may lie on; only its tests need it.
postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; } \
	  || echo "PostgreSQL's server is missing, its tests are left out: apt-get install postgresql"

# The browser that looks at the page of `symsens report`; only its tests need it.
chromium:
	@command -v chromedriver >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium chromium-driver >/dev/null; } \
	  || echo "Chromium is missing, its tests are left out: apt-get install chromium chromium-driver"

# The TeX that compiles what `symsens derive --document` writes; only its tests need it.
tex:
	@command -v pdflatex >/dev/null \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq texlive-latex-base >/dev/null; } \
	  || echo "TeX is missing, its tests are left out: apt-get install texlive-latex-base"

# Every test, the long forms too, with five times the examples of CI and other ones each time; what they counted is printed.
soak: $(VENV)/installed postgresql chromium tex
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest $(CORES) -m '' -rP

bench: $(VENV)/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks

# The library of proofs/coq and theorems about known environments, by Coq's kernel (Debian: apt-get install coq).
coq: $(VENV)/installed
	$(BIN)/python proofs/coq/cases.py

clean:
	rm -rf $(VENV) build docs/_build *.egg-info F1.cert.json
