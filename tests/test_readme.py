"""The README tells the truth: its commands print what it shows and its Python runs."""

import re
import shlex
from pathlib import Path

import pytest

from symsens.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_python_of_the_readme_runs_and_its_comments_are_true():
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {}
    exec(block, names)
    claimed = re.findall(r"^(\S.*?)\s+# (\d+)$", block, re.MULTILINE)
    assert len(claimed) == 2
    for expression, value in claimed:
        assert eval(expression, names) == int(value)


@pytest.mark.parametrize("command", re.findall(r"^    \$ .venv/bin/(symsens .*)$", README, re.MULTILINE))
def test_the_commands_of_the_readme_run(command, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    if "verify" in command:
        with pytest.raises(SystemExit):
            main(["certify", "examples/F1.extxyz", "--centre", "0", "--out", "F1.cert.json"])
        capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(shlex.split(command)[1:])
    out, err = capsys.readouterr()
    assert stop.value.code == 0 and not err
    shown = re.search(rf"^    \$ .venv/bin/{re.escape(command)}\n((?:    [^$\n].*\n)*)", README, re.MULTILINE).group(1)
    for line in filter(None, map(str.strip, shown.splitlines())):
        assert line in [printed.strip() for printed in out.splitlines()]
