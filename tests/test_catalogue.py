"""``symsens descriptors`` and ``symsens peers``: what is listed can be used; shell completion; what the wheel holds."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from symsens.descriptors import CLASSES, NAMES, descriptor
from symsens.jobs.catalogue import list_descriptors, list_peers
from symsens.peers import PEERS, peer

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "command, names, parse", [("descriptors", [*NAMES, *CLASSES], descriptor), ("peers", PEERS, peer)]
)
def test_what_is_listed_is_a_spec(run, command, names, parse):
    code, out, err = run(command)
    assert (code, err) == (0, "")
    heads = [line for line in out.splitlines() if not line.startswith(" ")]
    specs = [line.strip() for line in out.splitlines() if line.startswith(" ")]
    assert [line.split(":")[0] for line in heads] == [spec.split(":")[0] for spec in specs] == list(names)
    for name, spec in zip(names, specs):
        assert parse(spec) == parse(name)
    document = json.loads(run(command, "--json")[1])[command]
    assert [entry["name"] for entry in document] == list(names)
    for entry in document:
        keys = {key: (value["default"], value["help"]) for key, value in entry["parameters"].items()}
        assert keys == parse(entry["name"]).parameters() and entry["summary"].endswith(".")


def test_a_single_one_says_what_each_key_means(run):
    code, out, _ = run("descriptors", "acsf")
    assert code == 0 and "    R_s=0             shifts of G2, Angstrom\n" in out and len(out.splitlines()) == 10
    code, out, _ = run("peers", "quippy-soap", "--json")
    (entry,) = json.loads(out)["peers"]
    assert code == 0 and entry["parameters"]["cutoff"] == {"default": "5.0", "help": "cutoff radius, Angstrom"}
    assert (entry["package"], entry["installed"]) == ("quippy-ase", True) and "EQUISPACED_GAUSS" in entry["closed_form"]


def test_closed_forms_are_said(run):
    lines = run("peers")[1].splitlines()
    assert any(line.startswith("dscribe-soap") and line.endswith(" Closed form: rbf=gto.") for line in lines)
    assert any(line.startswith("qmllib-acsf") and line.endswith("No closed form is known.") for line in lines)


def test_a_missing_package_is_listed_with_how_to_get_it(run, monkeypatch):
    for module in [m for m in sys.modules if m.split(".")[0] == "quippy"] + ["symsens.peers.quippy"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "quippy", None)
    code, out, err = run("peers")
    assert (code, err) == (0, "") and len([line for line in out.splitlines() if not line.startswith(" ")]) == len(PEERS)
    assert "quippy-soap: the package quippy-ase is not installed: pip install symsens[peers]. Closed form: " in out
    document = json.loads(run("peers", "--json")[1])["peers"]
    assert [entry["name"] for entry in document if not entry["installed"]] == ["quippy-soap"]


def test_a_wrong_name_is_one_line(refused):
    assert "unknown descriptor 'power-spectum': did you mean power-spectrum?" in refused("descriptors", "power-spectum")
    assert "unknown peer '?': use one of dscribe-soap, " in refused("peers", "?")
    assert len(list_descriptors()) == len(NAMES | CLASSES) and list_peers("qmllib-acsf")[0].package == "qmllib"


@pytest.mark.parametrize(
    "words, expected",
    [
        ("symsens cert", "plain,certify"),
        ("symsens peers q", "plain,quippy-soap\nplain,qmllib-fchl19\nplain,qmllib-acsf"),
        ("symsens audit feat", "plain,featomic-power-spectrum\nplain,featomic-spherical-expansion"),
        ("symsens audit dscribe-soap x", "file,x"),
        ("symsens certify --descriptor power", "plain,power-spectrum"),
        ("symsens derive ang", "plain,angles"),
        ("symsens families mirr", "plain,mirror\nplain,mirror-pair"),
        ("symsens certify x.xyz --out c", "file,c"),
        ("symsens verify c", "file,c"),
    ],
)
def test_words_complete_in_the_shell(words, expected):
    more = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1), "_SYMSENS_COMPLETE": "bash_complete"}
    command = [sys.executable, "-m", "symsens"]
    done = subprocess.run(command, env=os.environ | more, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, expected, "")


def test_the_completion_of_the_first_page_is_there():
    for shell in ("bash", "zsh", "fish"):
        assert f"_SYMSENS_COMPLETE={shell}_source symsens" in (ROOT / "docs" / "start.md").read_text()
        if shell != "bash":  # click runs bash to learn its version
            more = {"_SYMSENS_COMPLETE": f"{shell}_source"}
            command = [sys.executable, "-m", "symsens"]
            done = subprocess.run(command, env=os.environ | more, capture_output=True, text=True, cwd=ROOT)
            assert done.returncode == 0 and "_symsens_completion" in done.stdout and not done.stderr


def test_the_package_is_typed_and_says_what_it_is():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    data = project["tool"]["setuptools"]["package-data"]["symsens"]
    assert "py.typed" in data and all(any((ROOT / "symsens").glob(path)) for path in data)
    assert {"keywords", "classifiers", "description", "license"} <= set(project["project"])
    assert "Typing :: Typed" in project["project"]["classifiers"]
