"""Mutation testing of the checker: `python tests/mutants.py [MODULE...]` changes one thing at a time in symsens/checker
and runs the checker's tests in a forked process until one of them fails. What survives is listed.

A mutant is killed when a test fails, raises, or takes more than the time allowed. Texts of messages and the sizes in
limits.py are left alone.
"""

import ast
import copy
import importlib
import importlib.util
import inspect
import io
import itertools
import os
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parent / "symsens" / "checker"
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in ("limits", "__init__", "__main__"))
TESTS = (
    "test_closed_forms_by_hand",
    "test_checker",
    "test_checker_altered",
    "test_interval_checker",
    "test_forgeries",
    "test_checker_files",
)
SLOW = {
    "test_a_hostile_file_is_one_line_and_exit_code_2",
    "test_every_alteration_of_every_place_is_refused_or_still_true",
    "test_what_balls_proved_intervals_prove_again",
    "test_forty_neighbours_are_quick",
    "test_malformed_files_are_named_as_such_in_one_short_line",
}
SECONDS = 40

FLIPS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
NAMES = {"all": "any", "any": "all", "min": "max", "max": "min"}


def variants(node):
    """Everything that one node can be changed to."""
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            if type(op) in FLIPS:
                yield ast.Compare(node.left, [*node.ops[:i], FLIPS[type(op)](), *node.ops[i + 1 :]], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(FLIPS[type(node.op)](), node.values)
        for i in range(len(node.values)):
            rest = node.values[:i] + node.values[i + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.BinOp) and type(node.op) in FLIPS:
        yield ast.BinOp(node.left, FLIPS[type(node.op)](), node.right)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield node.operand
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield ast.Name(NAMES[node.id], node.ctx)
    elif isinstance(node, ast.If | ast.IfExp):
        for value in (True, False):
            changed = copy.copy(node)
            changed.test = ast.Constant(value)
            yield changed
    elif isinstance(node, ast.Raise | ast.AugAssign) or (
        isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant)
    ):
        yield ast.Pass()
    elif isinstance(node, ast.comprehension):
        for i in range(len(node.ifs)):
            yield ast.comprehension(node.target, node.iter, node.ifs[:i] + node.ifs[i + 1 :], node.is_async)


def parts(node):
    """(field, index, child) of the children of a node that may be changed: not the texts of messages."""
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Raise) and name == "exc":
            continue
        for i, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield name, (i if isinstance(value, list) else None), child


def mutants(tree):
    """(line, what it was, what it is, changed tree), one change each."""

    def walk(node):
        for name, index, child in parts(node):
            for new in variants(child):
                yield node, name, index, child, new
            yield from walk(child)

    for node, name, index, child, new in list(walk(tree)):
        line = getattr(child, "lineno", getattr(node, "lineno", 0))
        new = ast.copy_location(new, child) if hasattr(child, "lineno") else new
        place(node, name, index, new)
        yield line, text(child), text(new), ast.fix_missing_locations(copy.deepcopy(tree))
        place(node, name, index, child)


def place(node, name, index, value):
    if index is None:
        setattr(node, name, value)
    else:
        getattr(node, name)[index] = value


def text(node):
    return " ".join(ast.unparse(node).split())[:90]


# One mutant: a forked process with the changed module.


def cases(function):
    """The arguments of a parametrised test, as dictionaries; fixtures other than tmp_path are not given."""
    found = [{}]
    for mark in getattr(function, "pytestmark", []):
        names = mark.args[0]
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
        found = [{**case, **dict(zip(names, row))} for case in found for row in rows]
    return found


def run_tests(texts, path):
    """Run every quick test of the checker; an exception from the first that fails."""
    import checker_cases

    checker_cases.certified_text = texts.__getitem__
    for name in TESTS:
        module = importlib.import_module(name)
        for label, function in vars(module).items():
            if not label.startswith("test_") or label in SLOW:
                continue
            needed = set(inspect.signature(function).parameters)
            for case in cases(function):
                missing = needed - set(case)
                if missing <= {"tmp_path", "certificate"}:
                    given = {"tmp_path": path, "certificate": checker_cases.stored("closed-gto-l3")}
                    function(**case, **{key: given[key] for key in missing})


class Loader:
    """Imports one module of the checker from a changed tree."""

    def __init__(self, name, code):
        self.name, self.code = name, code

    def find_spec(self, fullname, path=None, target=None):
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.code, module.__dict__)


def survives(module, tree, texts):
    """Whether all tests pass with this tree as the module, in a forked process."""
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        return status == 0
    code = 1
    try:
        signal.alarm(SECONDS)
        sys.stdout = sys.stderr = io.StringIO()
        for name in [name for name in sys.modules if name.startswith(("symsens.checker", "test_", "checker_cases"))]:
            del sys.modules[name]
        name = f"symsens.checker.{module}"
        if tree is not None:
            sys.meta_path.insert(0, Loader(name, compile(tree, name, "exec")))
        with tempfile.TemporaryDirectory() as path:
            run_tests(texts, Path(path))
        code = 0
    except BaseException as error:
        if tree is None:
            sys.stderr = sys.__stderr__
            print("the tests fail without a change:", repr(error)[:500], file=sys.stderr)
    finally:
        os._exit(code)


def prepare():
    """The certificates that the tests ask for, made once."""
    sys.path.insert(0, str(HERE))
    import checker_cases

    names = [*checker_cases.CASES, *checker_cases.BY_HAND]
    texts = {name: checker_cases.certified_text(name) for name in names}
    for name in TESTS:
        importlib.import_module(name)
    return texts


def main(modules):
    texts = prepare()
    assert survives("exact", None, texts)
    counts = Counter()
    for module in modules:
        tree = ast.parse((FOLDER / f"{module}.py").read_text())
        for line, was, now, changed in itertools.chain(mutants(tree)):
            alive = survives(module, changed, texts)
            counts[module, alive] += 1
            if alive:
                print(f"{module}:{line}: {was}  ->  {now}", flush=True)
        print(f"# {module}: {counts[module, False]} killed, {counts[module, True]} survived", flush=True)
    killed = sum(count for (_, alive), count in counts.items() if not alive)
    print(f"# in all: {killed} killed of {sum(counts.values())}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or MODULES)
