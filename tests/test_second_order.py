"""`symsens.second_order` and `symsens second-order`: sites, molecules, descriptors, reports, pictures, refusals."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from second_order_cases import FCC, GENERIC, SITES, random_site, site
from second_order_oracle import angular_jets, modular_rank

from symsens import InputError, Verdict, second_order
from symsens.budget import BudgetSpent
from symsens.cli import main
from symsens.geometry.displacements import Displacements
from symsens.jobs.curvatures import SecondOrder
from symsens.numbers.midrad import MidRad
from symsens.rows.jet_spaces import JetSpace
from symsens.search import second_jets
from symsens.search.second_jets import angular_rank, angular_values
from symsens.show.couplings import figure

SHELL = str(Path(__file__).parent.parent / "examples" / "fcc-shell.extxyz")


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["second-order", *arguments])
    out, err = capsys.readouterr()
    return stop.value.code, out, err


def test_the_fcc_shell():
    found = second_order(SHELL, centre=0)
    assert (found.allowed, found.reached, len(found.missing), found.verdict) == (21, 16, 5, Verdict.PROVED)
    assert "60 degrees apart (24 such pairs): radial with normal" in found.couplings[0]
    assert "16 of 21" in repr(found) and "5 are missing" in str(found)
    assert second_order(SHELL, centre=0, nu=3).missing == ()
    assert [one.reached for one in second_order([site(FCC), site(GENERIC)])] == [16, 38]


def test_forces_are_force_constants():
    """Symmetric, invariant under the cube's group, blind to rotations, orthogonal to each other's reached twins."""
    found = second_order(SHELL, centre=0)
    x = np.array(FCC) * 1.805
    for force in found.forces:
        H = force.constants
        assert np.abs(H).max() == 1 and not force.gradient.any()
        assert np.allclose(H, H.transpose(1, 0, 3, 2))
        for turn in (np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]), np.array([[0, 0, 1], [1, 0, 0], [0, 1, 0]])):
            p = [FCC.index(tuple((turn @ y).tolist())) for y in np.array(FCC)]
            assert np.allclose(H[np.ix_(p, p)], np.einsum("ab,jkbc,dc->jkad", turn, H, turn))
        for axis in np.eye(3):
            assert np.allclose(np.einsum("jkab,kb->ja", H, np.cross(axis, x)), 0)


def test_frames_do_not_matter():
    """The same triangle of neighbours in Cartesian coordinates and in a frame; axes are those of `to_atoms`."""
    metric = [[1, "1/2", 0], ["1/2", 1, 0], [0, 0, 1]]
    hexagon = [(1, 0, 0), (0, 1, 0), (-1, 1, 0), (-1, 0, 0), (0, -1, 0), (1, -1, 0)]
    found = second_order(site(hexagon, metric=metric))
    assert found.point_group == "D6h" and found.missing
    angles = np.pi / 3 * np.arange(6)
    x = np.array([np.cos(angles), np.sin(angles), 0 * angles]).T
    for force in found.forces:
        for axis in np.eye(3):
            turned = np.einsum("jkab,kb->ja", force.constants, np.cross(axis, x))
            assert np.allclose(turned + np.cross(force.gradient, axis), 0)


def test_molecules():
    """Methane: nothing is missing at nu = 2; distances alone miss half of the force constants."""
    assert second_order("ase:CH4", level="sum").missing == ()
    found = second_order("ase:CH4", nu=1, level="sum")
    assert (found.allowed, found.reached) == (6, 4) and len(found.forces) == 2
    assert found.forces[0].constants.shape == (5, 5, 3, 3)
    assert np.allclose(found.forces[0].constants.sum(axis=1), 0)
    assert "Angstrom apart" in found.couplings[0]
    assert second_order("ase:CH4", nu=1, level="set").reached == 6


@pytest.mark.parametrize("seed", range(6))
def test_polynomials_in_the_angle(seed):
    env, degree = random_site(seed), seed % 3
    space = JetSpace(Displacements(env))
    rank = angular_rank(space, degree)
    assert modular_rank(angular_jets(env, degree, rank + 2)) == rank


def test_a_wrong_row_of_the_angle_is_seen(monkeypatch):
    env = site(SITES["square"][0])
    space = JetSpace(Displacements(env))
    right = angular_rank(space, 2)
    monkeypatch.setattr(second_jets, "angular_values", lambda space, degree: angular_values(space, degree - 1))
    assert angular_rank(space, 2) < right == modular_rank(angular_jets(env, 2, right + 2))


SPECS = {
    "power-spectrum:n_max=4,l_max=4": (13, 13),  # the degree in the angle decides
    "power-spectrum:n_max=4,l_max=6": (15, 15),
    "power-spectrum:n_max=4,l_max=8": (16, 16),
    "distances": (2, 2),
    "chebyshev": (7, 13),
}


@pytest.mark.parametrize("spec", SPECS)
def test_what_a_descriptor_reaches(spec):
    found = second_order(site([tuple(f"{1.805 * c:.3f}" for c in y) for y in FCC]), descriptor=spec)
    assert (found.bounds.lower, found.bounds.upper) == SPECS[spec]
    met = found.bounds.met
    assert (found.verdict is Verdict.PROVED) == met
    assert found.reached_by_descriptor == (SPECS[spec][0] if met else None)
    assert ("UNDECIDED" in str(found)) != met


def test_nonlinear_readouts_of_a_descriptor():
    linear = second_order(site(GENERIC), descriptor="angles")
    assert linear.reached_by_descriptor == 21 and "21 features" in str(linear)
    assert second_order(site(GENERIC), descriptor="angles", readout="nonlinear").reached_by_descriptor == 54


def test_wide_enclosures_prove_nothing(monkeypatch):
    true = second_jets.second_derivative
    wide = lambda *args, **more: (lambda x: MidRad(x.mid, x.rad + 1e6))(true(*args, **more))
    monkeypatch.setattr(second_jets, "second_derivative", wide)
    found = second_order(site(FCC), descriptor="power-spectrum:n_max=4,l_max=4")
    assert found.bounds.lower < 13 and found.verdict is Verdict.UNDECIDED


def test_neighbours_beyond_the_cutoff():
    far = [*FCC, (9, 9, 9)]
    found = second_order(site(far), descriptor="power-spectrum:n_max=4,l_max=8,cutoff=3,cutoff_function=cosine")
    assert found.subject.n == 12 and "1 more atom beyond the cutoff" in str(found)


def test_the_command(capsys, tmp_path):
    code, out, err = run(capsys, SHELL, "--centre", "0")
    assert code == 0 and not err and out.count("  missing ") == 5 and "= 16 of them" in out
    code, out, err = run(capsys, SHELL, "--centre", "0", "--json")
    report = json.loads(out)
    assert code == 0 and (report["allowed"], report["reached"], report["reached_by_descriptor"]) == (21, 16, None)
    assert (report["level"], report["nu"], report["readout"], report["verdict"]) == (
        "environment",
        2,
        "linear",
        "PROVED",
    )
    assert len(report["missing"]) == 5 and report["missing"][0]["form"][0][:2] == [0, 1]
    code, out, err = run(capsys, SHELL, "--centre", "0", "--descriptor", "chebyshev", "--json")
    report = json.loads(out)
    assert code == 3 and report["bounds_by_descriptor"] == [7, 13] and report["reached_by_descriptor"] is None
    code, out, err = run(capsys, "ase:H2O", "--json")
    assert code == 0 and [one["centre"] for one in json.loads(out)["environments"]] == [0, 1, 2]
    code, out, err = run(capsys, "ase:H2O", "--level", "set", "--json")
    assert code == 0 and json.loads(out)["readout"] == "nonlinear"


def test_certificates_of_sites(capsys, tmp_path):
    path = tmp_path / "fcc.json"
    code, out, err = run(capsys, SHELL, "--centre", "0", "--out", str(path))
    assert code == 0 and "PROVED (rule second-order-reached)" in out and out.count("rule second-order-missing") == 5
    with pytest.raises(SystemExit) as stop:
        main(["verify", str(path)])
    assert stop.value.code == 0 and "16 of 21 parameters are reached" in capsys.readouterr().out
    found = second_order(site(FCC))
    assert found.rule.name == "second-order-reached" and found.certificate["claims"]["missing"] == 5
    spent = SecondOrder(replace(found.curvatures, undecided="no time"), 0.0)
    with pytest.raises(InputError, match="no time"):
        _ = spent.certificate


def test_budgets(capsys, monkeypatch):
    def spent(*args):
        raise BudgetSpent("1 s were spent")

    monkeypatch.setattr("symsens.rows.curvatures.modular_pivots", spent)
    code, out, err = run(capsys, SHELL, "--centre", "0")
    assert code == 3 and "UNDECIDED: reached: at least 0, at most 21; 1 s were spent" in out
    monkeypatch.undo()
    monkeypatch.setattr("symsens.rows.curvatures._missing", spent)
    code, out, err = run(capsys, SHELL, "--centre", "0")
    assert code == 0 and "reach = 16 of them; = 5 are missing" in out and "no time to list" in out
    assert "no certificate yet: there was no time to list 5 missing directions" in out


@pytest.mark.parametrize("arguments, words", [
    (["ase:CH4", "--level", "sum", "--centre", "0"], "leave --centre out"),
    (["ase:CH4", "--level", "sum", "--descriptor", "angles"], "leave --descriptor out"),
    (["ase:CH4", "--level", "set", "--readout", "linear"], "leave --readout linear out"),
    (["ase:CH4", "--plot", "x.png"], "--plot draws one"),
    (["ase:CH4", "--centre", "0", "--plot", "x.png", "--out", "x.png"], "two outputs"),
    (["ase:CH4", "--centre", "0", "--descriptor", "angles", "--nu", "3"], "leave nu out"),
    (["ase:CH4", "--centre", "0", "--descriptor", "coulomb"], "sums over tuples"),
    (["ase:CH4", "--centre", "9"], "out of range"),
])  # fmt: skip
def test_refusals_are_one_line(capsys, arguments, words):
    code, out, err = run(capsys, *arguments)
    assert code == 2 and words in err and err.count("\n") == 1 and not out


def test_refusals_in_python():
    for more in ({"nu": 5}, {"level": "all"}, {"level": "sum", "centre": 0}, {"level": "sum", "descriptor": "angles"}):
        with pytest.raises(InputError):
            second_order("ase:CH4", **{"centre": None, **more})
    with pytest.raises(InputError, match="nothing is missing"):
        figure(second_order("ase:CH4", centre=0))


def test_pictures(capsys, tmp_path):
    path = tmp_path / "missing.png"
    code, out, err = run(capsys, SHELL, "--centre", "0", "--plot", str(path))
    assert code == 0 and path.read_bytes().startswith(b"\x89PNG")
    picture = figure(second_order(Atoms("CH4", np.array([(0, 0, 0), *SITES["tetrahedron"][0]])), nu=1, level="sum"))
    assert len(picture.axes) == 2 and picture.axes[0].get_title() == "missing 1"
