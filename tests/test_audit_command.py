"""``symsens audit``: one line where it refuses, a table, a sentence, a picture, a JSON document."""

import json
import sys

import pytest
from ase import Atoms
from ase.build import molecule
from ase.io import write
from audit_cases import SMALL, of
from peer_cases import lifted, rattled

from symsens.jobs.auditing import Audit
from symsens.show.auditing import as_text, rows, save
from symsens.verdict import Verdict


@pytest.mark.parametrize(
    "spec, file, more, message",
    [
        ("dscribe-sop", "ase:CH4", [], "unknown peer 'dscribe-sop': did you mean dscribe-soap?"),
        ("dscribe-soap:nmax=3", "ase:CH4", [], "dscribe-soap: unknown parameter 'nmax': did you mean n_max?"),
        ("quippy-soap", "missing.xyz", [], "missing.xyz: no such file"),
        ("quippy-soap", "ase:CH44", [], "ASE has no molecule of that name"),
        ("quippy-soap", "bad.xyz", [], "cannot read"),
        (SMALL, "ase:CH4", ["--centre", "5"], "centre 5 is out of range"),
        ("dscribe-mbtr", "ase:CH4", ["--centre", "5"], "centre 5 is out of range"),
        (SMALL, "ase:CH4", ["--centre", "C"], "--centre"),
        (SMALL, "ase:CH4", ["--plot", "picture.xyz"], "no picture format ends in .xyz"),
        (SMALL, "ase:CH4", ["--plot", "no/such/picture.png"], "cannot be written"),
        (SMALL + ",species=H", "ase:CH4", [], "species=H lacks C"),
    ],
)
def test_bad_input_is_one_line(refused, tmp_path, monkeypatch, spec, file, more, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.xyz").write_text("this is not a structure\n")
    assert message in refused("audit", spec, file, *more)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.xyz"]


def test_a_missing_package_is_named(refused, monkeypatch):
    for module in [m for m in sys.modules if m.split(".")[0] == "dscribe"] + ["symsens.peers.dscribe"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "dscribe", None)
    assert (
        refused("audit", "dscribe-soap", "ase:CH4")
        == "symsens: the package dscribe is not installed: pip install symsens[peers]\n"
    )


def test_the_table_says_what_is_proved(run, tmp_path):
    write(tmp_path / "ch4.extxyz", rattled("CH4"))
    code, out, err = run("audit", SMALL, tmp_path / "ch4.extxyz", "--plot", tmp_path / "picture.png")
    assert code == 0 and err == "" and "centre 0 (C), 4 neighbours, all atoms move" in out
    assert "RIGHT: the package sees 9 independent displacements, as proved" in out
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG") and "∈ [" in out and "= 6 (6 rigid)" in out
    found = of(SMALL, rattled("CH4"))
    assert (
        found.verdict is Verdict.PROVED and str(found) == as_text(found) and all(len(row) == 3 for row in rows(found))
    )


@pytest.mark.parametrize(
    "spec, atoms",
    [("qmllib-acsf", molecule("CH4")), (SMALL, Atoms("H")), ("dscribe-soap:n_max=3,l_max=2", lifted(1e-9))],
)
def test_every_kind_of_picture_is_drawn(spec, atoms, tmp_path):
    save(of(spec, atoms), str(tmp_path / "picture.svg"))
    assert "</svg>" in (tmp_path / "picture.svg").read_text()


def test_an_audit_is_plain_json():
    found = of(SMALL, molecule("CH4"))
    assert isinstance(found, Audit) and json.loads(json.dumps(found.as_dict())) == found.as_dict()


def test_the_command_writes_what_the_checker_proves(run, tmp_path):
    target = tmp_path / "audit.json"
    code, out, err = run("audit", SMALL, "ase:CH4", "--out", target)
    assert code == 0 and err == "" and "and audit for error, noise floor and leak" in out and str(target) in out
    code, out, err = run("verify", target)
    assert code == 0 and "[audit]" in out and "label: package: featomic-power-spectrum" in out
    code, out, _ = run("audit", SMALL, "ase:CH4", "--json")
    assert json.loads(out)["rules"] == {"rank": "closed-form-rank", "audit": "audit"}


def test_nothing_is_written_where_nothing_is_proved(run, refused, tmp_path):
    target = tmp_path / "audit.json"
    code, out, _ = run("audit", "qmllib-acsf", "ase:H2O", "--out", target)
    assert code == 3 and "is not written" in out and "No certificate yet: " in out and not target.exists()
    assert "cannot be written" in refused("audit", SMALL, "ase:CH4", "--out", tmp_path)
