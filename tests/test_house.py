"""The house: imports run one way, files stay short, the README's commands are the Makefile's."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "symsens"

# Ground to top. A module may import only from floors below its own.
FLOORS = [
    ["errors", "verdict"],
    ["metric", "midrad", "checker"],
    ["field", "spectrum", "differences", "interval_checker"],
    ["cluster"],
    ["tuples", "kernel"],
    ["symmetry"],
    ["pointgroup", "filtration", "cluster_symmetry"],
    ["features"],
    ["angular", "message_passing", "equal_counts"],
    ["jacobian", "lindemann"],
    ["relations"],
    ["learned", "derive", "truncation", "peers"],
    ["basis", "closed_form", "survey", "invertibility"],
    ["certificate"],
    ["report", "comparison_report", "testing"],
    ["plot"],
    ["certify", "audit_report"],
    ["audit", "compare_descriptors"],
    ["cli"],
]
FLOOR = {name: i for i, names in enumerate(FLOORS) for name in names}


def imported(tree):
    """Names of the symsens modules that a syntax tree imports, at the top of the file or inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "symsens":
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names if alias.name in FLOOR]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("symsens."))


def module_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    here = module_of(path)
    if here == "__init__":
        return
    assert here in FLOOR, f"{here} has no floor: add it to FLOORS"
    for name in imported(ast.parse(path.read_text())):
        assert name == here or FLOOR[name] < FLOOR[here], f"{here} imports {name}, which is not below it"


def test_the_import_check_sees_a_wrong_import():
    assert list(imported(ast.parse("def f():\n    from symsens.cli import main\nimport symsens.report"))) == ["report", "cli"]


@pytest.mark.parametrize("path", sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").glob("*.py")]), ids=lambda path: path.name)
def test_no_file_is_above_500_lines(path):
    assert len(path.read_text().splitlines()) <= 500


def test_the_readme_names_the_two_commands():
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for command in ("demo", "test"):
        assert f"make {command}" in readme and f"\n{command}:" in makefile


@pytest.mark.parametrize("first", ["", "import symsens.certify", "from symsens import Result", "import symsens.basis, symsens.derive, symsens.certify"])
def test_public_functions_win_over_modules_of_the_same_name(first):
    code = f"{first}\nfrom symsens import *\nfrom symsens.certify import Result as R\nassert callable(certify) and callable(basis) and callable(derive) and R is Result"
    subprocess.run([sys.executable, "-c", code], check=True)
