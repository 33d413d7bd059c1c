"""The reference values: written anew they are the same file, mpmath's textbook sums agree to their radii, and so do the
packages."""

import json
import re
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files

import numpy as np
import peer_oracles as oracles
import pytest
from ase import Atoms
from ase.build import molecule as g2
from ase.data import atomic_numbers
from click.testing import CliRunner
from flint import arb, ctx
from mpmath import mp, mpf

from symsens.errors import UndecidedError
from symsens.peers import peer
from symsens.peers.reference import ABOUT, DESCRIPTORS, DIGITS, MOLECULES, SCHEMA, main, number, text

FILE = files("symsens.peers") / "reference.json"
REFERENCE = json.loads(FILE.read_text())
G4 = ((0.0625, 1, 1), (0.0625, 1, -1), (0.0625, 2, 1), (0.0625, 2, -1))
SUMS = {
    "dscribe-soap": lambda x: oracles.soap_dscribe(x, 0, 2, 2, 5, 0.5),
    "featomic-power-spectrum": lambda x: oracles.soap_featomic(x, 0, 1, 2, 5, 0.5, 0.5),
    "dscribe-acsf": lambda x: oracles.acsf_dscribe(x, 0, 6, ((1, 1), (1, 2)), (1,), G4, G4),
}
# Of values and Jacobians, over the largest. dscribe drops small coefficients (NH3, CH3Cl), its ACSF is differentiated
# numerically.
ERRORS = {"dscribe-soap": (1e-10, 1e-7), "featomic-power-spectrum": (1e-12, 1e-11), "dscribe-acsf": (1e-14, 1e-6)}
EVERY = [(entry, name) for entry in REFERENCE["molecules"] for name in DESCRIPTORS]
each = pytest.mark.parametrize("entry, name", EVERY, ids=[f"{entry['name']}-{name}" for entry, name in EVERY])


def parse(text):
    """As the schema says."""
    x, _, r = text.partition(" +/- ")
    return Decimal(x), Decimal(r or 0)


def floats(rows):
    return np.array([[float(parse(x)[0]) for x in row] for row in rows])


def test_the_file_is_what_the_command_writes():
    assert text() == FILE.read_text()


def test_the_file_keeps_its_schema():
    assert FILE.stat().st_size < 1e6 and list(REFERENCE) == ["schema", "about", "descriptors", "molecules"]
    assert REFERENCE["schema"] == SCHEMA and REFERENCE["about"] == ABOUT and REFERENCE["descriptors"] == DESCRIPTORS
    assert [entry["name"] for entry in REFERENCE["molecules"]] == list(MOLECULES) and len(MOLECULES) == 10
    for entry in REFERENCE["molecules"]:
        assert list(entry) == ["name", "symbols", "positions", "centre", "features"] and list(
            entry["features"]
        ) == list(DESCRIPTORS)
        atoms = g2(entry["name"])
        assert (
            entry["symbols"] == atoms.get_chemical_symbols()
            and (np.array(entry["positions"], float) == atoms.positions).all()
        )


@each
def test_every_number_has_thirty_digits_and_a_radius(entry, name):
    found, width = entry["features"][name], 3 * len(entry["symbols"])
    assert list(found) == ["labels", "values", "jacobian"] and len(found["labels"]) == len(found["values"]) == len(
        found["jacobian"]
    )
    assert len(set(found["labels"])) == len(found["labels"]) and {len(row) for row in found["jacobian"]} == {width}
    for entry in sum(found["jacobian"], found["values"]):
        x, r = parse(entry)
        written = re.fullmatch(r"-?\d\.\d{29}e[+-]\d+ \+/- \de-\d+", entry) and 0 < r < abs(x) * Decimal("1e-29")
        assert written or entry in ("0", "0 +/- 1e-40")


@each
def test_the_packages_agree(entry, name):
    atoms, found = Atoms(entry["symbols"], np.array(entry["positions"], float)), entry["features"][name]
    descriptor = peer(DESCRIPTORS[name]["peer"])
    values, jacobian = floats([found["values"]])[0], floats(found["jacobian"])
    of_values, of_jacobian = ERRORS[name]
    features = descriptor.features(atoms, entry["centre"])
    assert features.shape == values.shape and abs(features - values).max() < of_values * abs(values).max()
    measured = descriptor.jacobian(atoms, entry["centre"]).reshape(jacobian.shape)
    assert abs(measured - jacobian).max() < of_jacobian * abs(jacobian).max()


@pytest.mark.parametrize("name", DESCRIPTORS)
@pytest.mark.parametrize("molecule_name", ["HCN", "CH3OH"])
def test_textbook_sums_are_within_the_radii(molecule_name, name):
    entry = next(entry for entry in REFERENCE["molecules"] if entry["name"] == molecule_name)
    found = entry["features"][name]
    with mp.workdps(oracles.DIGITS):
        atoms = [(atomic_numbers[z], list(map(mpf, x))) for z, x in zip(entry["symbols"], entry["positions"])]
        pairs = list(zip(found["values"], SUMS[name](atoms), strict=True))
        if molecule_name == "HCN":
            for a, column in enumerate(oracles.jacobian(SUMS[name], atoms)):
                pairs += zip([row[a] for row in found["jacobian"]], column, strict=True)
        for text, exact in pairs:
            x, r = (mpf(str(part)) for part in parse(text))
            assert abs(exact - x) <= r * (1 + mpf(10) ** -6) + mpf(10) ** -45, (text, exact)


def test_a_ball_is_inside_what_is_written():
    with ctx.workprec(400):
        for ball in (
            arb(2).sqrt(),
            -(arb(10) ** -20) / 3,
            arb(2).log() * 10**15,
            arb(1) / 3 + arb(0, 1e-35),
            arb(3) / 4,
        ):
            x, r = map(Fraction, parse(number(ball)))
            mid, rad = (int(m) * Fraction(2) ** int(e) for m, e in (ball.mid().man_exp(), ball.rad().man_exp()))
            assert abs(x - mid) + rad <= r <= abs(x) / 10 ** (DIGITS - 1)
        assert number(arb(3) / 4) == "7.5e-1 +/- 0e+0" and number(arb(0)) == "0"
        assert number(arb(0, 1e-50)) == number(arb("1e-45")) == "0 +/- 1e-40"
        for wide in (arb(1, 1e-25), arb("nan"), arb(0, 1e-30)):
            with pytest.raises(UndecidedError):
                number(wide)


def test_the_command_writes_whole_files(tmp_path):
    done = CliRunner().invoke(main, ["--out", str(tmp_path / "new.json")])
    assert done.exit_code == 0 and done.output == "" and (tmp_path / "new.json").read_text() == FILE.read_text()
    assert CliRunner().invoke(main, ["--out", str(tmp_path / "no" / "new.json")]).exit_code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["new.json"]
