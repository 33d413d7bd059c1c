"""The theorems of `proofs/` run: each is proved, its false neighbour is refuted, its certificates are those stored."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from symsens import checker
from symsens.certificates.exact import certificate_text
from symsens.commands.proving import checked
from symsens.errors import RefutedError, UndecidedError
from symsens.jobs import theorems
from symsens.jobs.theorems import claim, run_theorem, statement_of, theorem, theorem_names
from symsens.show.theorems import line
from symsens.verdict import Verdict

ROOT = Path(__file__).parent.parent
STORED = ROOT / "proofs" / "certificates"
NAMES = theorem_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_theorem_is_proved_and_its_certificates_are_those_stored(name):
    found = run_theorem(name, checked, None)
    assert found.verdict is Verdict.PROVED, found.why
    stored = STORED / f"{name}.json"
    assert stored.exists() == bool(found.certificates)
    if found.certificates:
        assert certificate_text(list(found.certificates)) == stored.read_text(), "python -m proofs --write"
        assert found.rules


def test_every_module_is_listed_and_every_certificate_is_of_a_theorem():
    files = {path.stem.replace("_", "-") for path in (ROOT / "proofs").glob("*.py")} - {"--init--", "--main--"}
    assert files == set(NAMES) and len(NAMES) == len(files)
    assert {path.stem for path in STORED.iterdir()} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_theorem_says_what_it_proves_and_what_is_false(name):
    module = theorem(name)
    assert 30 < len(statement_of(module)) < 400 and module.FALSE and module.control.__doc__


# Negative controls of the runner: a proof, a control and a checker that are wrong are seen.


def planted(monkeypatch, proof=list, control=None):
    """A theorem of one's own in place of all others."""

    def refute():
        raise RefutedError("as it should be")

    module = SimpleNamespace(__doc__="A statement,\nin two lines.\n\nMore.", FALSE="a neighbour", proof=proof)
    module.control = control or refute
    monkeypatch.setattr(theorems, "theorem", lambda name: module)
    return run_theorem("planted", lambda certificate: ["a fact [rule-of-one]"], None)


def test_a_proved_theorem_is_a_line_with_its_rules(monkeypatch):
    found = planted(monkeypatch, lambda: [{}])
    assert line(found).startswith("= planted: A statement, in two lines. (rules rule-of-one; ")
    assert line(planted(monkeypatch)).startswith("= planted: A statement, in two lines. (no certificate yet; ")


def test_a_control_that_is_not_refuted_is_seen(monkeypatch):
    found = planted(monkeypatch, control=lambda: None)
    assert found.verdict is Verdict.REFUTED and "its false neighbour was not refuted (a neighbour)" in line(found)


@pytest.mark.parametrize("error, verdict", [(RefutedError, "≠"), (UndecidedError, "?")])
def test_a_proof_that_fails_is_seen(monkeypatch, error, verdict):
    def fail():
        raise error("because of that")

    for found in (planted(monkeypatch, fail), planted(monkeypatch, control=fail)):
        if error is UndecidedError or found.why == "because of that":
            assert line(found).startswith(f"{verdict} planted: ") and "(because of that; " in line(found)


def test_a_certificate_that_the_checker_refuses_is_seen():
    certificate = json.loads((STORED / "heptagon.json").read_text())["certificates"][1]
    assert checked(certificate) == checker.check(certificate)
    certificate["claims"]["rank"] += 1
    with pytest.raises(RefutedError, match="the checker refuses the certificate: "):
        checked(certificate)
    with pytest.raises(RefutedError, match="the checker refuses the certificate: "):
        checked({})


@pytest.mark.parametrize("name", NAMES)
def test_the_false_neighbour_is_refuted(name):
    with pytest.raises(RefutedError):
        theorem(name).control()


def test_a_claim_that_holds_is_nothing():
    assert claim(True, "no") is None
    with pytest.raises(RefutedError, match="no"):
        claim(False, "no")


# The command.


def test_the_command_prints_lines_and_json(run):
    code, out, err = run("prove", "heptagon")
    assert (code, err) == (0, "") and out.startswith("= heptagon: Five neighbours") and out.count("\n") == 1
    code, out, err = run("prove", "heptagon", "--json")
    (entry,) = json.loads(out)["theorems"]
    assert (code, err, entry["name"], entry["verdict"]) == (0, "", "heptagon", "PROVED")
    assert entry["statement"] == statement_of(theorem("heptagon")) and entry["seconds"] > 0


@pytest.mark.parametrize("error, code", [(RefutedError, 1), (UndecidedError, 3)])
def test_the_exit_code_says_refuted_or_undecided(run, monkeypatch, error, code):
    def fail():
        raise error("so")

    monkeypatch.setattr(theorem("heptagon"), "proof", fail)
    assert run("prove", "heptagon", "regular-members")[0] == code


def test_bad_input_is_one_line(refused, monkeypatch, tmp_path):
    assert "'heptagone' is no theorem: did you mean heptagon?" in refused("prove", "heptagone")
    assert "'zzz' is no theorem: they are " in refused("prove", "zzz")
    monkeypatch.setattr(theorems, "FOLDER", tmp_path)
    assert "the theorems are not there: they are part of a checkout" in refused("prove")


def test_the_folder_runs_as_a_module_and_writes(tmp_path):
    shutil.copytree(ROOT / "proofs", tmp_path / "proofs", ignore=shutil.ignore_patterns("*.json"))
    code = "import sys; from symsens.jobs import theorems; from pathlib import Path; import runpy\n"
    code += "theorems.FOLDER = Path('proofs').resolve(); sys.argv = ['proofs', '--write', 'heptagon']\n"
    code += "runpy.run_module('proofs', run_name='__main__', alter_sys=True)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = tmp_path / "proofs" / "certificates" / "heptagon.json"
    assert done.stdout.startswith("= heptagon: ") and written.read_text() == (STORED / "heptagon.json").read_text()
