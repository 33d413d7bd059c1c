"""The benchmark pack, and what real calculators and planted bugs make of it."""

import json
import subprocess
import sys
from pathlib import Path

import ase.io
import numpy as np
import pytest
from ase.build import molecule
from ase.calculators.emt import EMT
from ase.calculators.lj import LennardJones
from ase.calculators.tersoff import Tersoff, TersoffParameters
from model_calculators import Chiral, SiteModel, Unsteady, WithoutEnergies, power_spectrum

from symsens.checker import check, load
from symsens.cli import main
from symsens.errors import InputError
from symsens.packs.auditing import audit_calculator
from symsens.packs.calculators import calculator
from symsens.packs.catalogue import cases
from symsens.packs.writing import write_pack

TESTS = Path(__file__).parent
SOME = ("half-turn-pair", "ring-pair", "half-turn", "polygon-and-pole", "tetrahedron", "bent")


def some():
    """A few of the cases, of each kind."""
    return tuple(case for case in cases() if case.name in SOME)


def seen(audit):
    """Case -> verdict of the question of a body order."""
    return {one.case: one.verdict for one in audit.measured if one.what in ("pair", "blind direction")}


def fitted(nonlinear):
    """The power spectrum with weights that fit EMT's energies of distorted molecules."""
    rows, energies = [], []
    for name in ("CH4", "C2H6", "C2H4", "C2H2"):
        for seed in range(12):
            atoms = molecule(name)
            atoms.rattle(0.1, seed=seed)
            x = atoms.positions
            rows.append(sum(power_spectrum(np.delete(x, i, axis=0) - x[i]) for i in range(len(x))))
            atoms.calc = EMT()
            energies.append(atoms.get_potential_energy())
    weights, *_ = np.linalg.lstsq(np.array(rows), np.array(energies), rcond=1e-6)
    return SiteModel(weights, nonlinear)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The pack as files."""
    home = tmp_path_factory.mktemp("packs") / "pack"
    write_pack(str(home))
    return home


def test_the_pack_is_used_without_symsens(folder):
    document = json.loads((folder / "pack.json").read_text())
    assert document["schema"] == "symsens/pack/1" and len(document["cases"]) == len(cases())
    for entry, case in zip(document["cases"], cases()):
        structures = [ase.io.read(folder / name) for name in entry["files"]]
        for atoms, mine in zip(structures, case.atoms):
            assert np.array_equal(atoms.positions, mine.positions)  # every digit
            apart = atoms.get_all_distances()[np.triu_indices(len(atoms), 1)]
            assert 1.05 < apart.min() < 1.15
        assert np.shape(entry["displacements"]) == case.directions.shape or not entry["displacements"]
        assert entry["kind"] in document["kinds"] and entry["why"]


def test_every_certificate_of_the_pack_holds(folder):
    for path in folder.glob("*.cert.json"):
        for certificate in load(path.read_text()):
            assert check(certificate)


@pytest.mark.parametrize("nonlinear", [False, True])
def test_a_fitted_power_spectrum_is_blind_where_it_must_be(nonlinear):
    audit = audit_calculator(fitted(nonlinear), some(), tolerance=1e-5)
    assert not audit.broken and not audit.left_out
    found = seen(audit)
    assert {found[name] for name in ("half-turn-pair", "half-turn", "ring-pair", "polygon-and-pole")} == {"blind"}
    beside = {one.case: one.beside for one in audit.measured if one.what == "blind direction"}
    assert beside["half-turn"] > 1e-2  # it does see other displacements


def test_a_model_of_order_three_sees_what_order_two_does_not():
    found = seen(audit_calculator(SiteModel(even=0.1), some()))
    assert (found["half-turn-pair"], found["half-turn"]) == ("sees", "sees")
    assert (found["ring-pair"], found["polygon-and-pole"]) == ("blind", "blind")


@pytest.mark.parametrize(
    "model, what",
    [
        (Chiral(), {"reflection", "forbidden force"}),
        (Unsteady(), {"rotation", "reflection", "exchange", "forbidden force"}),
    ],
)
def test_a_planted_bug_is_seen(model, what):
    broken = {one.what for one in audit_calculator(model, some()).broken}
    assert broken and broken <= what
    assert "reflection" in broken and ("rotation" in broken) == isinstance(model, Unsteady)


def silicon():
    """ASE's Tersoff potential of silicon."""
    parameters = TersoffParameters(
        m=3.0, gamma=1.0, lambda3=0.0, c=1.0039e5, d=16.217, h=-0.59825, n=0.78734, beta=1.1e-6, lambda2=2.4799,
        B=1830.8, R=2.85, D=0.15, lambda1=3.4653, A=1830.8,
    )  # fmt: skip
    return Tersoff({("Si", "Si", "Si"): parameters})


@pytest.mark.parametrize("made, species", [(EMT, "CH"), (LennardJones, "CH"), (silicon, ("Si", "Si"))])
def test_real_calculators(made, species):
    audit = audit_calculator(made(), cases(*species), tolerance=1e-6)
    assert not audit.broken
    assert {one.what for one in audit.measured} >= {"rotation", "reflection", "exchange", "forbidden force"}


def test_without_site_energies_pairs_and_directions_are_not_asked():
    audit = audit_calculator(WithoutEnergies(), some())
    assert set(audit.left_out) == {"half-turn-pair", "ring-pair", "half-turn", "polygon-and-pole"}
    assert not seen(audit) and {one.case for one in audit.measured} == {"tetrahedron", "bent"}


def test_a_model_that_knows_no_carbon_is_bad_input():
    with pytest.raises(InputError, match="can be asked no case"):
        audit_calculator(silicon(), some())


def test_the_command_and_its_exit_codes(capsys, monkeypatch, tmp_path):
    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["audit-calculator", *arguments])
        return stop.value.code, *capsys.readouterr()

    monkeypatch.chdir(TESTS)
    code, out, _ = run("ase.calculators.emt:EMT")
    assert code == 0 and "blind 0.0e+00 eV (energies by" in out and "ok     force that symmetry forbids" in out
    code, out, _ = run("model_calculators:Chiral", "--json")
    assert code == 1 and json.loads(out)["broken"] > 0
    for name in ("nothing", "no.such:Module", "math:pi", "ase.calculators.tersoff:Tersoff"):
        code, _, err = run(name)
        assert code == 2 and err.count("\n") == 1
    assert run("ase.calculators.emt:EMT", "--species", "C")[0] == 2
    (tmp_path / "full").write_text("")
    with pytest.raises(SystemExit) as stop:
        main(["pack", "--out", str(tmp_path)])
    assert stop.value.code == 2 and "not empty" in capsys.readouterr().err


def test_calculators_are_named_as_classes_functions_and_instances():
    assert isinstance(calculator("ase.calculators.emt:EMT"), EMT)
    assert isinstance(calculator("test_pack:silicon"), Tersoff)


@pytest.mark.parametrize("name, code", [("EMT", 0), ("Chiral", 1)])
def test_the_pytest_plugin(name, code, tmp_path):
    module = "ase.calculators.emt" if name == "EMT" else "model_calculators"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:symsens",
        "-p",
        "symsens.testing.plugin",
        "-p",
        "no:cacheprovider",
    ]
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done = subprocess.run(
        [*command, "--symsens-calculator", f"{module}:{name}", "-q", "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=TESTS, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert ("15 passed" in done.stdout) == (code == 0)
    if code:
        assert "reflection:" in done.stdout and "must be 0" in done.stdout
