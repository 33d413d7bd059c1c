"""Notebooks run from top to bottom, define nothing but what is tested there, and show what their captions say."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))

CLAIMS = {
    "first_steps": ["Td symmetry", "1 is spurious", "9 ∈ [", "= rank J of"],
    "1_closed_forms": [
        "s_1 - s_2 = 0: equal radii",
        "det(x_j . x_k) = 0: coplanar with the centre",
        "'symmetry': 2, 'incompleteness': 0",
        "[polynomial-rank]",
    ],
    "2_degenerate_pair": [
        "rule equal-features",
        "1 is spurious",
        "['0', '18', '0']",
        "[locus-complete]",
        "told apart at nu = 3",
    ],
    "3_noise_or_null": ["RIGHT: the package sees 8", "'-1.0', '-1.0'", "[closed-form-rank]", "[audit]"],
    "4_how_large_l_max": ["n = 6: l_max = 9 is needed", "14 12 10 8 6 4 3 2 1 0", "[basis]"],
    "5_test_your_descriptor": [
        "all of these hold",
        "assert_null_space_respected: a null displacement",
        "assert_rank: the numeric rank is more than",
        "assert_invariant: features changed",
        "15 structures",
        "[equal-features]",
    ],
    "6_quasi_constant": ["above 1/72 t: so rank D_2 >= 9 there [path-bound]", "refuted: slope", "[locus-complete]"],
    "7_five_neighbours": [
        "nu = 3: rigid 3, symmetry 0, incompleteness 1",
        "7: {(0, 1, 2, 4): (0, 1)}",
        "[incompleteness]",
    ],
    "fcc_phonons": [
        "rule crystal-reached",
        "reach = 10: = 2 missing",
        "PROVED, 12 of 12",
        "linear: PROVED, 18 of 18",
        "three  {'[001]': ",
    ],
}
DEFINES = {"5_test_your_descriptor"}  # the reader's own functions


@pytest.mark.filterwarnings("default")  # of the kernel's own machinery
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    assert_shown(path.stem, outputs_of(notebook))


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_what_is_committed_shows_the_same(name):
    text = (NOTEBOOKS[0].parent / f"{name}.ipynb").read_text()
    assert_shown(name, outputs_of(nbformat.reads(text, as_version=4)))
    assert not re.search(r"/home/|/tmp/|/work/|/root/|/Users/|iopub", text)


def test_an_error_a_warning_or_a_missing_claim_is_noticed():
    path = NOTEBOOKS[0].parent / "4_how_large_l_max.ipynb"
    outputs = outputs_of(nbformat.read(path, as_version=4))
    warned = [*outputs, nbformat.v4.new_output("stream", name="stderr", text="UserWarning")]
    failed = [*outputs, nbformat.v4.new_output("error")]
    for wrong in (warned, failed, outputs[1:], [o for o in outputs if "image/png" not in o.get("data", {})]):
        with pytest.raises(AssertionError):
            assert_shown(path.stem, wrong)


def outputs_of(notebook):
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def assert_shown(name, outputs):
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert "image/png" in kinds
    text = "".join(
        str(output.get("data", {}).get("text/html", output.get("data", {}).get("text/plain", "")))
        + output.get("text", "")
        for output in outputs
    )
    assert all(claim in text for claim in CLAIMS[name])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_imports_and_does_not_define(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            defined = [
                node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef | ast.ClassDef)
            ]
            assert path.stem in DEFINES or not defined
