# Everything a new machine needs is python3, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test bench clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,plot,peers]'
	touch $@

demo: $(VENV)/installed
	$(BIN)/symsens certify ase:CH4 --centre 0
	$(BIN)/symsens certify ase:C2H4 --centre 0
	$(BIN)/symsens certify examples/F1.extxyz --centre 0 --null-vectors --out F1.cert.json
	$(BIN)/symsens verify F1.cert.json

test: $(VENV)/installed
	$(BIN)/python -m pytest

bench: $(VENV)/installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build *.egg-info F1.cert.json
