"""Mutation testing of the checker: `python tests/mutants.py [MODULE | MODULE:LINE]...` changes one thing at a time in
symsens/checker and runs the tests of the checker in a forked process until one of them fails. What survives is listed.

A mutant is killed when a test fails, raises, or takes far more than its time. Texts of messages and the sizes in
limits.py are left alone. Only the tests that execute the changed statement are run, all of them for a change outside
of functions: first those that ended the mutants before it in the same function, then the quick ones.
"""

import ast
import copy
import gc
import importlib
import importlib.util
import inspect
import io
import os
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

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
    "test_answers",
    "test_left_out",
    "test_checker_by_hand",
    "test_checker_texts",
)
MORE = {  # tests that are run for some modules only
    "audits": ["test_audit_certificates"],
    "basis_sizes": ["test_basis_certificates"],
    "clusters": ["test_reasons", "test_clusters_by_hand"],
    "comparisons": ["test_comparison_certificates", "test_comparison_crystals"],
    "crystals": ["test_comparison_crystals"],
    "curves": ["test_checker_curves", "test_locus_certificates"],
    "environments": ["test_chiral"],
    "exact": ["test_chiral"],
    "exponentials": ["test_exponentials_by_hand", "test_exponentials"],
    "families": ["test_locus_certificates"],
    "fields": ["test_checker_numbers", "test_checker_fields", "test_field_kinds"],
    "formal": ["test_formal", "test_exponentials", "test_redundancy"],
    "identities": ["test_identity_certificates"],
    "intervals": ["test_reasons"],
    "invariances": ["test_reasons"],
    "locus": ["test_locus_certificates"],
    "matrices": ["test_chiral"],
    "multivariate": ["test_identity_certificates"],
    "paths": ["test_path_certificates"],
    "point_groups": ["test_point_groups"],
    "polynomials": ["test_checker_numbers", "test_checker_fields"],
    "radius": ["test_radius_by_hand", "test_radius_certificates"],
    "redundancy": ["test_redundancy"],
    "relations": ["test_channels", "test_formal", "test_reasons", "test_redundancy"],
    "roots": ["test_checker_numbers", "test_checker_fields", "test_field_kinds"],
    "sides": ["test_comparison_certificates", "test_comparison_crystals"],
    "spectrum": ["test_spectrum_by_hand", "test_singular_value_claims", "test_audit_certificates"],
    "stabilisers": ["test_chiral"],
}
GIVEN = ("tmp_path", "monkeypatch")  # fixtures that are not of the module of a test
LONGEST = 1  # second: tests that take longer are left out
SECONDS, MEMORY = 4, 2**33  # of one test of a mutant: processor time beside five times its usual one; bytes
JOBS, RECENT = 2, 4

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
    """(function, first line, last line, what it was, what it is, changed tree), one change each.

    The function is the outermost one whose body holds the change, None outside of all; the lines are those of the
    innermost statement around it.
    """

    def walk(node, owner, names, lines):
        for name, index, child in parts(node):
            here = (child.lineno, child.end_lineno) if isinstance(child, ast.stmt) else lines
            within = owner
            if isinstance(node, ast.FunctionDef) and owner is None and name == "body":
                within = ".".join(names)
            for new in variants(child):
                yield node, name, index, child, new, within, here
            named = isinstance(child, ast.FunctionDef | ast.ClassDef)
            yield from walk(child, within, [*names, child.name] if named else names, here)

    for node, name, index, child, new, owner, (first, last) in list(walk(tree, None, [], (0, 0))):
        new = ast.copy_location(new, child) if hasattr(child, "lineno") else new
        place(node, name, index, new)
        yield owner, first, last, text(child), text(new), ast.fix_missing_locations(copy.deepcopy(tree))
        place(node, name, index, child)


def place(node, name, index, value):
    if index is None:
        setattr(node, name, value)
    else:
        getattr(node, name)[index] = value


def text(node):
    return " ".join(ast.unparse(node).split())[:90]


# The tests, each with its arguments.


def tables(function):
    """The arguments of a parametrised test, as dictionaries."""
    found = [{}]
    for mark in getattr(function, "pytestmark", []):
        if mark.name != "parametrize":
            continue
        names = mark.args[0]
        names = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        rows = [row if len(names) > 1 else (row,) for row in mark.args[1]]
        found = [{**case, **dict(zip(names, row))} for case in found for row in rows]
    return found


def collect(names):
    """Every test with each of its arguments: (module, name, arguments, fixtures). Not those of Hypothesis, nor those
    with fixtures of conftest or pytest other than `GIVEN`."""
    found = []
    for name in names:
        module = importlib.import_module(name)
        for label, function in vars(module).items():
            if label.startswith("test_") and not hasattr(function, "hypothesis"):
                needed = list(inspect.signature(function).parameters)
                for case in tables(function):
                    fixtures = [key for key in needed if key not in case]
                    if all(key in GIVEN or hasattr(module, key) for key in fixtures):
                        found.append((module, label, case, fixtures))
    return found


def call(test, path, made):
    """Run one test; `made` holds what the fixtures of its module return."""
    module, label, case, fixtures = test
    with pytest.MonkeyPatch.context() as patch:
        given = {"tmp_path": Path(path), "monkeypatch": patch}
        given |= {key: made[module.__name__, key] for key in fixtures if key not in given}
        getattr(module, label)(**case, **{key: given[key] for key in fixtures})


def fixtures_of(tests):
    """What the fixtures of the tests return, each made once."""
    made = {}
    for module, _, _, fixtures in tests:
        for name in fixtures:
            if name not in GIVEN and (module.__name__, name) not in made:
                made[module.__name__, name] = inspect.unwrap(getattr(module, name))()
    return made


def measure(tests, made):
    """For each test its seconds and the lines of the checker, as (module, line), that it executes if it is quick."""
    seconds, lines = [], []
    stems = {str(path): path.stem for path in FOLDER.glob("*.py")}

    def trace(frame, event, argument):
        """Follow functions of the checker, line by line."""
        stem = stems.get(frame.f_code.co_filename)
        if stem is None:
            return None
        executed = lines[-1]

        def line(frame, event, argument):
            executed.add((stem, frame.f_lineno))
            return line

        return line

    for traced in (False, True):
        for i, test in enumerate(tests):
            if traced:
                lines.append(set())
                if seconds[i] > LONGEST:
                    continue
                sys.settrace(trace)
            start = time.process_time()
            try:
                with tempfile.TemporaryDirectory() as path:
                    call(test, path, made)
            except AssertionError:
                if not traced:  # a traced test may take too long
                    raise
            finally:
                sys.settrace(None)
            if not traced:
                seconds.append(time.process_time() - start)
    return seconds, lines


# One mutant: a forked process with the changed module.


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


def import_again(name, code, tests):
    """Import the tests again, and the checker with this code as one of its modules."""
    for known in [known for known in sys.modules if known.startswith(("symsens.checker", "test_", "checker_cases"))]:
        del sys.modules[known]
    sys.meta_path.insert(0, Loader(name, code))
    import checker_cases

    checker_cases.certified_text = TEXTS.__getitem__
    return collect(tests)


def change_function(name, owner, code):
    """Give the function of this name its changed code, wherever it has been imported; False where that cannot be."""
    found = sys.modules[name]
    for part in owner.split("."):
        found = vars(found)[part]
    found = inspect.unwrap(found.fget if isinstance(found, property) else getattr(found, "__func__", found))
    waiting = [code]
    for code in waiting:
        if code.co_qualname == owner and inspect.isfunction(found):
            found.__code__ = code
            return True
        waiting += [part for part in code.co_consts if inspect.iscode(part)]
    return False


TEXTS = {}


def begin(module, owner, tree, tests, made, chosen, seconds):
    """(process, pipe): a process that runs the chosen tests, its exit code 0 if they pass; down the pipe go their
    numbers, each before it is run."""
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return pid, read
    code = 1
    try:
        sys.stdout = sys.stderr = io.StringIO()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        time.perf_counter = time.process_time
        name = f"symsens.checker.{module}"
        compiled = compile(tree, name, "exec")
        if owner is None or not change_function(name, owner, compiled):
            tests = import_again(name, compiled, list(dict.fromkeys(test[0].__name__ for test in tests)))
        for number in chosen:
            os.write(write, number.to_bytes(4, "big"))
            signal.setitimer(signal.ITIMER_PROF, SECONDS + 5 * seconds[number])
            with tempfile.TemporaryDirectory() as path:
                call(tests[number], path, made)
        code = 0
    finally:
        os._exit(code)


def end(running):
    """(what was known of it, whether it survives, the number of the test that ended it) of the next that is done."""
    pid, status = os.wait()
    read, known = running.pop(pid)
    with os.fdopen(read, "rb") as stream:
        numbers = stream.read()
    return known, status == 0, int.from_bytes(numbers[-4:], "big") if numbers else None


def prepare(modules):
    """The certificates that the tests ask for, made once; the tests, and what their fixtures return."""
    sys.path.insert(0, str(HERE))
    import checker_cases

    names = [*checker_cases.CASES, *checker_cases.BY_HAND]
    TEXTS.update({name: checker_cases.certified_text(name) for name in names})
    checker_cases.certified_text = TEXTS.__getitem__
    tests = collect([*TESTS, *sorted({name for module in modules for name in MORE.get(module, ())})])
    return tests, fixtures_of(tests)


def run(module, wanted, tests, made, seconds, lines):
    """Counts of killed and survivors of one module, the latter printed."""
    counts, running, last = Counter(), {}, {}
    quick = sorted((number for number in range(len(tests)) if lines[number]), key=seconds.__getitem__)
    tree = ast.parse((FOLDER / f"{module}.py").read_text())

    def finish():
        (owner, line, was, now), alive, number = end(running)
        counts[alive] += 1
        if alive:
            print(f"{module}:{line}: {was}  ->  {now}", flush=True)
        elif number is not None:
            for place in (owner, ""):
                last.setdefault(place, {}).pop(number, None)
                last[place][number] = None

    for owner, first, final, was, now, changed in mutants(tree):
        if wanted and first not in wanted:
            continue
        while len(running) >= JOBS:
            finish()
        executed = {(module, line) for line in range(first, final + 1)}
        chosen = [number for number in quick if owner is None or executed & lines[number]]
        recent = [number for place in (owner, "") for number in list(last.get(place, ()))[: -RECENT - 1 : -1]]
        chosen.sort(key=lambda number: number not in recent)
        pid, read = begin(module, owner, changed, tests, made, chosen, seconds)
        running[pid] = read, (owner, first, was, now)
    while running:
        finish()
    print(f"# {module}: {counts[False]} killed, {counts[True]} survived", flush=True)
    return counts


def main(arguments):
    wanted = {}
    for argument in arguments or MODULES:
        module, _, line = argument.partition(":")
        wanted.setdefault(module, set()).update({int(line)} if line else set())
    tests, made = prepare(wanted)
    seconds, lines = measure(tests, made)
    print(f"# {len(tests)} tests, {sum(seconds):.1f} seconds", flush=True)
    gc.freeze()
    counts = Counter()
    for module in wanted:
        counts += run(module, wanted[module], tests, made, seconds, lines)
    print(f"# in all: {counts[False]} killed of {counts.total()}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
