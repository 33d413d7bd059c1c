"""Notebooks run from top to bottom, define nothing of their own, and show what their captions say."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))

CLAIMS = {
    "first_steps": ["Td symmetry", "1 is spurious", "9 ∈ [", "= rank J of"],
    "fcc_phonons": ["reach = 10: = 2 missing", "PROVED, 12 of 12", "linear: PROVED, 18 of 18", "three  {'[001]': "],
}
WITH_OUTPUTS = {"fcc_phonons"}  # are read where nothing runs


@pytest.mark.filterwarnings("default")  # of the kernel's own machinery
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert "image/png" in kinds
    text = "".join(
        str(output.get("data", {}).get("text/html", output.get("data", {}).get("text/plain", "")))
        + output.get("text", "")
        for output in outputs
    )
    assert all(claim in text for claim in CLAIMS[path.stem])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_and_does_not_define(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert not [
                node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef | ast.ClassDef)
            ]
            assert bool(cell.outputs) <= (path.stem in WITH_OUTPUTS)
