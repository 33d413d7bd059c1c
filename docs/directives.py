"""Directives of the site: commands that run while it is built, and tables that the code itself holds.

Law: what a page shows of a command was printed by it; another exit code than the one stated, or a line that is
expected and missing, is an error of the build.
"""

import json
import re
import shlex
from collections import defaultdict
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module
from inspect import isclass
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

import symsens
from symsens.checker.kinds import KINDS
from symsens.cli import main

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {}  # of each page the folder in which its commands run, one after another


def folder(page):
    """The folder of a page: empty but for the examples and the proofs."""
    if page not in FOLDERS:
        FOLDERS[page] = TemporaryDirectory()
        for name in ("examples", "proofs"):
            (Path(FOLDERS[page].name) / name).symlink_to(ROOT / name)
    return FOLDERS[page].name


def run(command, page):
    """(exit code, stdout, stderr) of a command ``symsens ...``."""
    out, err = StringIO(), StringIO()
    with chdir(folder(page)), redirect_stdout(out), redirect_stderr(err):
        try:
            main(shlex.split(command)[1:])
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
    return code, out.getvalue(), err.getvalue()


def literal(text):
    """Text as it is; what has no wide columns may be wrapped."""
    columns = any(len(line) > 100 and re.search(r"\S {3,}\S|[│─]", line) for line in text.splitlines())
    node = nodes.literal_block(text, text, classes=[] if columns else ["prose"])
    node["language"] = "text"
    return node


class Run(SphinxDirective):
    """Run a command and show what it prints; the lines of the body must be parts of that.

    ``exit``: the exit code, 0 unless stated. ``only``: show the lines that match, ``lines``: at most so many.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"exit": directives.nonnegative_int, "only": directives.unchanged, "lines": directives.positive_int}

    def run(self):
        command = " ".join(self.arguments[0].split())
        code, out, err = run(command, self.env.docname)
        expected = self.options.get("exit", 0)
        if code != expected:
            raise self.error(f"`{command}` ended with {code}, not {expected}: {(err or out)[-400:]}")
        printed = [line.rstrip() for line in (out + err).strip("\n").splitlines()]
        for line in filter(None, map(str.strip, self.content)):
            if not any(line in other for other in printed):
                raise self.error(f"`{command}` does not print: {line}")
        if str(ROOT) in out + err or folder(self.env.docname) in out + err:
            raise self.error(f"`{command}` prints a path of this machine")
        shown = [line for line in printed if re.search(self.options.get("only", ""), line)]
        shown = shown[: self.options.get("lines", len(shown))]
        if not shown and printed:
            raise self.error(f"`{command}` prints no line of those to be shown")
        note = [] if len(shown) == len(printed) else ["(some of its lines)"]
        note += [f"(exit code {code})"] if code else []
        return [literal("\n".join([f"$ {command}", *shown, *note]))]


class Usage(SphinxDirective):
    """What ``symsens COMMAND --help`` prints."""

    required_arguments = 1

    def run(self):
        code, out, _ = run(f"symsens {self.arguments[0]} --help", self.env.docname)
        if code:
            raise self.error(f"there is no command {self.arguments[0]}")
        return [literal(out.strip())]


class Generated(SphinxDirective):
    """Text in the markup of its page."""

    def run(self):
        section = nodes.section(document=self.state.document)
        self.state.nested_parse(StringList(self.text().splitlines(), source="generated"), self.content_offset, section)
        return section.children


class Kinds(Generated):
    """Every kind of certificate, from the tables of the checker, and the fields of the stored examples of each."""

    def text(self):
        rows = []
        for schema, name in KINDS.items():
            module = import_module(f"symsens.checker.{name}")
            what = " ".join(module.__doc__.split("\n\n")[0].split())
            rules = ", ".join(f"`{rule}`" for rule in module.RULES)
            rows += [f"### `{schema}`", "", what, "", f"- module: `symsens.checker.{name}`", f"- rules: {rules}"]
            fields = [f"`{key}`" for key in stored_fields()[schema]]
            if not fields:
                raise self.error(f"no stored certificate has the schema {schema}")
            rows += [f"- fields: {', '.join(fields)}", ""]
        return "\n".join(rows)


@cache
def stored_fields():
    """The keys of the stored certificates, in their order, by schemas; of certificates inside others, too."""
    found = defaultdict(dict)
    waiting = [json.loads(path.read_text()) for path in sorted(ROOT.glob("*/certificates/*.json"))]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found[value.get("schema")] |= dict.fromkeys(value)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


class PublicNames(Generated):
    """Every name of `symsens.__all__`, with its docstring."""

    def text(self):
        lines = []
        for name in symsens.__all__:
            kind = "class" if isclass(getattr(symsens, name)) else "function"
            lines += [f".. auto{kind}:: symsens.{name}"]
            lines += ["   :members:", ""] if kind == "class" else [""]
        return "\n".join(lines)


class Notebooks(Generated):
    """The notebooks, by their first headings."""

    def text(self):
        rows = []
        for path in sorted(ROOT.glob("notebooks/*.ipynb")):
            cells = json.loads(path.read_text())["cells"]
            heading = "".join(cells[0]["source"]).splitlines()[0].lstrip("# ")
            rows.append(f"- {{download}}`{path.name} <../notebooks/{path.name}>`: {heading}")
        return "\n".join(rows)


def every_command_has_a_page(app):
    """A page in `howto` for each command, and none for another."""
    from symsens.cli import commands

    pages = {path.stem for path in (ROOT / "docs/howto").glob("*.md")} - {"index"}
    names = set(commands.commands)
    if pages != names:
        raise ValueError(f"docs/howto and the commands differ: {', '.join(sorted(pages ^ names))}")


def bars_are_absolute_values(app, what, name, thing, options, lines):
    """Docstrings are plain text: |x| is a length there, not a substitution."""
    lines[:] = [line.replace("|", "\\|") for line in lines]


def remove_folders(app, exception):
    """Nothing is kept from one build to the next."""
    for place in FOLDERS.values():
        place.cleanup()
    FOLDERS.clear()


def setup(app):
    """Sphinx's entry point."""
    table = {"run": Run, "usage": Usage, "kinds": Kinds, "public-names": PublicNames, "notebooks": Notebooks}
    for name, directive in table.items():
        app.add_directive(name, directive)
    app.connect("builder-inited", every_command_has_a_page)
    app.connect("autodoc-process-docstring", bars_are_absolute_values)
    app.connect("build-finished", remove_folders)
    return {"parallel_read_safe": False}
