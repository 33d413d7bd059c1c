# Everything a new machine needs is python3, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# One process per core, four at most: more spend their time importing.
CORES := -n logical --maxprocesses 4 --dist worksteal

.PHONY: demo lint test docs debian soak bench coq clean

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

test: $(VENV)/installed debian
	$(BIN)/python -m pytest $(CORES)

# The site, in docs/_build/html. Its examples run while it is built; nothing is fetched, warnings are errors, nothing is kept from an earlier build.
docs: $(VENV)/installed
	rm -rf docs/_build
	$(BIN)/python -m sphinx -q -W --keep-going -b html -d docs/_build/pages docs docs/_build/html
	@echo "docs/_build/html/index.html"

# Programs that only tests ask: a database server, a browser, TeX, Coq. Without them those tests are left out.
DEBIAN := initdb:postgresql chromedriver:chromium chromedriver:chromium-driver pdflatex:texlive-latex-base coqc:coq

debian:
	@missing=; for pair in $(DEBIAN); do \
	  command -v $${pair%:*} >/dev/null || ls /usr/lib/postgresql/*/bin/$${pair%:*} >/dev/null 2>&1 || missing="$$missing $${pair#*:}"; \
	done; [ -z "$$missing" ] \
	  || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq $$missing >/dev/null 2>&1; } \
	  || echo "Some tests are left out here, their programs are missing: apt-get install$$missing"

# Every test, the long forms too, with five times the examples of CI and other ones each time; what they counted is printed.
soak: $(VENV)/installed debian
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest $(CORES) -m '' -rP

bench: $(VENV)/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks

# The library of proofs/coq and theorems about known environments, by Coq's kernel (Debian: apt-get install coq).
coq: $(VENV)/installed
	$(BIN)/python proofs/coq/cases.py

clean:
	rm -rf $(VENV) build docs/_build *.egg-info F1.cert.json
