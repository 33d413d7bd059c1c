"""`--snap`: what commands print, and bad input in one line."""

import json

import ase.io
import pytest
from ase.build import molecule
from molecules import CRYSTALS, MADE, rattled

from symsens.checker import check
from symsens.cli import main


@pytest.fixture
def run(capsys):
    def call(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([*map(str, arguments)])
        return stop.value.code, *capsys.readouterr()

    return call


@pytest.fixture
def benzene(tmp_path):
    path = tmp_path / "benzene.extxyz"
    ase.io.write(path, rattled(molecule("C6H6"), 2e-4))
    return path


def test_certify_says_first_what_the_digits_hide_and_then_what_it_snapped_to(run, benzene, tmp_path):
    code, out, err = run("certify", benzene, "--centre", 0)
    assert code == 0 and "Snapped" not in out and "= 0 │ forced by the exact symmetry" in out
    code, out, err = run("certify", benzene, "--centre", 0, "--snap", "1e-3", "--out", tmp_path / "cert.json")
    assert code == 0 and not err and "= 19 │ forced by the exact symmetry" in out
    (line,) = [line for line in out.splitlines() if line.startswith("Snapped")]
    assert line.startswith("Snapped to D6h within 0.001 Angstrom: largest displacement ≈ ")
    assert line.endswith("over QQ in a hexagonal frame; what is proved is about the snapped structure.")
    assert run("verify", tmp_path / "cert.json")[0] == 0
    (certificate,) = json.loads((tmp_path / "cert.json").read_text())["certificates"]
    assert check(certificate) and certificate["labels"]["snapped"] == "to D6h within 0.001 Angstrom"


def test_json_has_the_key_snapped(run, benzene):
    code, out, err = run("certify", benzene, "--centre", 0, "--snap", "1e-3", "--json")
    (report,) = json.loads(out)["environments"]
    snapped = report["snapped"]
    assert 1e-5 < snapped.pop("displacement") < 6e-4 and not err
    assert snapped == {
        "tolerance": 0.001,
        "changed": True,
        "group": "D6h",
        "order": 24,
        "field": "QQ",
        "frame": "hexagonal",
    }


def test_a_field_of_its_own(run, tmp_path):
    path = tmp_path / "ferrocene.xyz"
    ase.io.write(path, rattled(MADE["ferrocene"][0], 1e-4))
    code, out, err = run("certify", path, "--centre", 0, "--snap", "1e-3", "--json")
    (report,) = json.loads(out)["environments"]
    assert code == 0 and report["field"] == "QQ<sqrt(5)>" and report["stabiliser_order"] == 20
    assert report["rank"] == report["symmetry_allowed_rank"] == 4


def test_whole_structures_and_their_exact_files(run, tmp_path):
    """As many ranks as totally symmetric vibrations: ferrocene 4; what was snapped is exact in its file."""
    path, exact = tmp_path / "ferrocene.xyz", tmp_path / "ferrocene.structure.json"
    ase.io.write(path, rattled(MADE["ferrocene"][0], 1e-4))
    code, out, err = run("certify", path, "--level", "sum", "--snap", "1e-3", "--save-exact", exact)
    assert code == 0 and "= 4 │ of 63 displacements; symmetry allows 4" in out and "point-group for D5h" in out
    code, out, err = run("certify", exact, "--level", "sum", "--snap", "1e-3")
    assert code == 0 and "= 4 │ of 63 displacements; symmetry allows 4" in out
    assert "Nothing to snap within 0.001 Angstrom: all symmetry found is exact (D5h)." in out


def test_other_commands_say_it_on_stderr(run, benzene):
    for command in (["basis", benzene, "--centre", 0], ["compare-descriptors", benzene, "--descriptor", "distances"]):
        code, out, err = run(*command, "--snap", "1e-3")
        assert code == 0 and err.count("Snapped to D6h within 0.001 Angstrom") == 1 and "Snapped" not in out


def test_a_crystal(run, tmp_path):
    path = tmp_path / "diamond.extxyz"
    ase.io.write(path, rattled(CRYSTALS["diamond"], 1e-3))
    code, out, err = run("certify", path, "--centre", 0, "--snap", "6e-3", "--cutoff", 2)
    assert code == 0 and "Td symmetry" in out and "Snapped to Oh within 0.006 Angstrom" in out
    assert "over QQ in a primitive frame" in out


def test_nothing_to_snap_is_said(run):
    code, out, err = run("certify", "ase:CH4", "--centre", 0, "--snap", "1e-3")
    assert code == 0 and "Nothing to snap within 0.001 Angstrom: all symmetry found is exact (Td)." in out


@pytest.mark.parametrize(
    "tolerance, text",
    [
        ("0", "a tolerance of 0 Angstrom: give a positive number"),
        ("-1e-3", "a tolerance of -1e-3 Angstrom: give a positive number"),
        ("much", "a tolerance of much Angstrom: give a positive number"),
        ("1", "benzene.extxyz: a tolerance of 1 Angstrom may merge atoms "),
    ],
)
def test_a_bad_tolerance_is_one_line(run, benzene, tolerance, text):
    code, out, err = run("certify", benzene, "--centre", 0, "--snap", tolerance)
    assert code == 2 and not out and err.count("\n") == 1 and err.startswith("symsens: ") and text in err
