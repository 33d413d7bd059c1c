"""Every dotted name of the package that a docstring or a page mentions in backticks is there."""

import ast
import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "symsens").rglob("*.py"))
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "proofs").rglob("*.md")])


def docstrings(text):
    """All docstrings of a module."""
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef
    return "\n".join(ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))


def names(text):
    """The dotted names below ``symsens`` that stand in backticks."""
    spans = re.findall(r"``(.+?)``|`([^`]+)`", text, flags=re.DOTALL)
    return sorted({name for span in spans for name in re.findall(r"\bsymsens(?:\.\w+)+", "".join(span))})


def resolves(name):
    """Whether a dotted name is a module, or an attribute or field of what is before its last dot."""
    try:
        import_module(name)
        return True
    except ModuleNotFoundError:
        before, _, last = name.rpartition(".")
    if not before or not resolves(before):
        return False
    try:
        owner = import_module(before)
    except ModuleNotFoundError:
        outer, _, cls = before.rpartition(".")
        owner = getattr(import_module(outer), cls)
    return hasattr(owner, last) or is_dataclass(owner) and last in {field.name for field in fields(owner)}


SOURCES = [(path, docstrings(path.read_text())) for path in MODULES] + [(path, path.read_text()) for path in PAGES]
MENTIONS = [(str(path.relative_to(ROOT)), name) for path, text in SOURCES for name in names(text)]


@pytest.mark.parametrize("where, name", MENTIONS)
def test_a_name_in_backticks_is_there(where, name):
    assert resolves(name), f"{where} mentions `{name}`, which is not there"


def test_wrong_names_are_seen():
    text = "see `symsens.rows.tuples`, ``symsens.rows.nowhere`` and `python -m symsens.checker FILE`, not symsens.cli"
    assert names(text) == ["symsens.checker", "symsens.rows.nowhere", "symsens.rows.tuples"]
    assert resolves("symsens.jobs.certification.Result.bounds") and resolves("symsens.Environment")
    for wrong in ("symsens.rows.nowhere", "symsens.rows.tuples.nowhere", "symsens.jobs.certification.Result.nowhere"):
        assert not resolves(wrong)
    assert len(MENTIONS) > 30


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text()))
