"""The checker's folder: what it imports, how it reads, and that every statement names its rule."""

import ast
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from checker_cases import STORED, stored

from symsens.checker import check
from symsens.checker.kinds import rules

RULES = rules()
FOLDER = Path(str(files("symsens.checker")))
TREES = {path.stem: ast.parse(path.read_text()) for path in FOLDER.glob("*.py")}
LOCUS = ("family", "generic", "points", "complete")
INTERVALS = {"intervals", "evaluation", "constants", "radius"}


def imported(tree):
    """Names of all modules that a syntax tree imports, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("module", sorted(TREES))
def test_it_imports_the_standard_library_and_itself(module):
    for name in imported(TREES[module]):
        if name.split(".")[0] == "symsens":
            assert name.startswith("symsens.checker")
        else:
            assert name.split(".")[0] in sys.stdlib_module_names | ({"mpmath"} if module in INTERVALS else set()), name


@pytest.mark.parametrize("module", sorted(set(TREES) - INTERVALS))
def test_no_float_and_nothing_evaluated_in_the_exact_part(module):
    tree = TREES[module]
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & {"float", "eval", "exec", "compile", "__import__", "round", "complex"}
    assert not any(isinstance(node, ast.Constant) and isinstance(node.value, float) for node in ast.walk(tree))
    assert not any(isinstance(node, ast.Div) for node in ast.walk(tree)) or module in ("trees",)


def branches(function):
    """Ways in which a function can go on: each if (statement, expression, or in a comprehension), for, while and except
    is one, each `and` and `or` one; functions inside it count for themselves."""
    count, waiting = 0, list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef):
            continue
        count += isinstance(node, ast.If | ast.IfExp | ast.For | ast.While | ast.ExceptHandler)
        count += len(node.ifs) if isinstance(node, ast.comprehension) else 0
        count += len(node.values) - 1 if isinstance(node, ast.BoolOp) else 0
        waiting += ast.iter_child_nodes(node)
    return count


def test_branches_are_counted():
    source = "while x and x or 1:\n  try:\n    [y for y in x if y]\n  except E:\n    pass"
    assert branches(ast.parse(source)) == 5


@pytest.mark.parametrize("module", sorted(TREES))
def test_no_function_has_more_than_ten_branches(module):
    functions = [node for node in ast.walk(TREES[module]) if isinstance(node, ast.FunctionDef)]
    assert {node.name: branches(node) for node in functions if branches(node) > 10} == {}


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def test_every_statement_ends_with_the_name_of_its_rule(path):
    statements = check(stored(path.stem))
    names = [statement.rpartition(" [")[2].removesuffix("]") for statement in statements]
    assert len(set(names)) == len(names) and set(names) <= set(RULES)
    assert all(s.isascii() and s.isprintable() for s in statements)
    every = "chiral-incompleteness" if path.stem.startswith("chiral") else "incompleteness"
    if path.stem.startswith("network"):
        every = "angular-message-passing" if path.stem.endswith("angles") else "message-passing"
    if path.stem.startswith("field"):
        assert names.pop(0) == "field"
    first = ["environment", "displacements", "stabiliser", "point-group", "rigid", "symmetry", every]
    if path.stem.startswith("crystal"):
        about = ["structure", "neighbours", "isometries", "point-group"]
        assert names == [*about, *(f"crystal-{x}" for x in ("forms", "functionals", "allowed", "reached"))]
        return
    if "second" in path.stem:
        about = ["environment", "models", "stabiliser"]
        if names[0] == "structure":
            about = ["structure", "neighbours", "models", "isometries"]
        assert names == [*about, "point-group", *(f"second-order-{x}" for x in ("allowed", "missing", "reached"))]
        return
    if path.stem == "atlas":
        assert names == [f"atlas-{kind}" for kind in ("patterns", "gaps", "witnesses", "dimensions", "exclusions")]
        return
    if path.stem.startswith("locus"):
        assert [name for name in names if name != "field"] == [f"locus-{part}" for part in LOCUS]
        return
    if path.stem == "path":
        assert names == ["path", "path-bound"]
        return
    if path.stem.startswith("identity"):
        assert names[0] == "family" and names[1] in ("null-identity", "equal-identity")
        return
    if path.stem.startswith("colours"):
        assert names == ["pair", "separating-layers"]
        return
    if path.stem.startswith("summed"):
        own = ["structure", "neighbours", "isometries", "point-group", "structure-rigid", "structure-symmetry"]
        assert names == [*own, "summed-message-passing", "structure-claims"]
        return
    if "comparison" in path.stem:
        assert names[0] == "pair" and names[1] in ("congruent", "not-congruent")
        return
    if "structure" in path.stem:
        first = ["structure", "neighbours", "isometries", "point-group", "structure-rigid", "structure-symmetry"]
        every = names[len(first)]
        first.append(every)
        assert every in ("structure-sum", "structure-set") and names[len(first) :] == ["structure-claims"]
    if not path.stem.startswith("relations"):
        assert names[: names.index(every) + 1] in (first, [name for name in first if name != "point-group"])
    assert any(name.endswith("claims") for name in names)


def test_intervals_and_the_command_line_are_not_imported_for_exact_numbers():
    code = (
        "import sys; from symsens.checker.report import verify; "
        "assert verify(sys.argv[1:], True, print, print) == 0; "
        "assert not {'mpmath', 'click', 'sympy', 'numpy', 'flint'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(STORED / "F1.json")], check=True, capture_output=True)


def test_what_must_be_believed_is_written_down_on_one_page():
    page = (FOLDER / "BELIEVE.md").read_text()
    assert len(page.splitlines()) <= 60
    for rule in RULES:
        assert f"`{rule}`" in page
