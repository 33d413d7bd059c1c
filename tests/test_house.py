"""The house: folders with laws, imports that run one way, files that stay short, the README's commands are the
Makefile's."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "symsens"

# Ground to top: a folder (or a file of the ground floor) imports only from those before it.
ORDER = [
    "errors",
    "budget",
    "verdict",
    "files",
    "numbers",
    "spec",
    "geometry",
    "rows",
    "forms",
    "descriptors",
    "search",
    "certificates",
    "show",
    "peers",
    "jobs",
    "scans",
    "packs",
    "testing",
    "options",
    "commands",
    "cli",
    "__main__",
]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}


def imports_of(tree):
    """Names of the symsens modules that a syntax tree imports, at the top of the file or inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "symsens":
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "symsens")


def room(module):
    """The folder of a module, or the module itself where it lies on the ground floor."""
    return module.split(".")[1] if "." in module else module


GRAPH = {module: sorted(set(imports_of(ast.parse(path.read_text())))) for module, path in MODULES.items()}


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_no_folder_imports_one_above_it(module):
    here = room(module)
    if here in ("symsens", "checker"):
        return
    assert here in ORDER, f"{here} has no place: add it to ORDER"
    below = ("symsens", here, *ORDER[: ORDER.index(here)])
    for name in GRAPH[module]:
        # The command line runs the checker; who writes certificates asks what the checker reads. Nobody else may.
        checked = here == "commands" or name == "symsens.checker.limits"
        assert checked if room(name) == "checker" else room(name) in below, f"{module} imports {name}, not below it"


def test_there_is_no_circle_inside_folders_either():
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_the_checker_imports_nothing_of_symsens():
    assert {
        name for module in GRAPH if room(module) == "checker" for name in GRAPH[module] if room(name) != "checker"
    } == set()


def test_certificates_import_nothing_of_the_search_and_no_descriptor_calls_one():
    for folder in ("certificates", "descriptors"):
        assert not [
            name for module in GRAPH if room(module) == folder for name in GRAPH[module] if room(name) == "search"
        ]


def test_the_import_check_sees_a_wrong_import():
    tree = ast.parse(
        "def f():\n    from symsens.cli import main\nimport symsens.show.tables\nfrom symsens.search import relations"
    )
    assert sorted(imports_of(tree)) == ["symsens.cli", "symsens.search.relations", "symsens.show.tables"]


# `symsens --help` and a basis-free answer stay fast: these wait for what they may not need.
LAZY = {
    "symsens.jobs.certification",
    "symsens.options",
    "symsens.testing.plugin",
    *(m for m in MODULES if m.startswith("symsens.commands.")),
}


def test_lazy_imports_are_only_where_they_keep_something_fast():
    lazy = set()
    for module, path in MODULES.items():
        functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
        lazy |= {module for function in functions if set(imports_of(function))}
    assert lazy == LAZY


@pytest.mark.parametrize(
    "arguments, absent",
    [("--help", ["numpy", "flint", "ase", "sympy"]), ("certify ase:CH4 --centre 0 --json", ["sympy"])],
)
def test_what_is_not_needed_is_not_imported(arguments, absent):
    code = f"import sys; sys.argv = ['symsens', *{arguments.split()}]\nfrom symsens.cli import main\n"
    code += f"try: main()\nexcept SystemExit: pass\nprint([m for m in {absent} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("module", sorted(GRAPH))
def test_no_module_hides_a_public_function_of_its_own_name(module):
    tree = ast.parse(MODULES[module].read_text())
    name = module.rpartition(".")[2]
    assert name not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@pytest.mark.parametrize(
    "path",
    sorted([*PACKAGE.rglob("*.py"), *(ROOT / "tests").glob("*.py"), *(ROOT / "proofs").glob("*.py")]),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_file_is_above_500_lines(path):
    assert len(path.read_text().splitlines()) <= 500


def test_the_readme_names_the_two_commands():
    readme, makefile = (ROOT / "README.md").read_text(), (ROOT / "Makefile").read_text()
    for command in ("demo", "test"):
        assert f"make {command}" in readme and f"\n{command}:" in makefile
