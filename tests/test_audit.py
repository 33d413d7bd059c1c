"""The audit: what the packages are known to get wrong comes out, what they get right does too, and planted faults are
seen.

Where a rank is to agree, the smallest singular value is proved to be far above what NumPy takes for zero, and rounding
far below.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from ase.build import molecule
from audit_cases import SMALL, Changed, of
from peer_cases import cluster, collinear, crystal, lifted, rattled, shell

from symsens.errors import InputError, NotSmoothError
from symsens.geometry.environment import Structure
from symsens.jobs.auditing import TURNS, audit, null_vectors, prove
from symsens.peers import derivative, jacobian, peer
from symsens.peers.closed import known
from symsens.show.auditing import as_text, save, sentence
from symsens.verdict import Verdict

ERRORS = ["max_relative_error", "noise_floor", "null_space_leak"]
KEYS = ["peer", "proved_rank", "numeric_rank", "agrees", *ERRORS]
KEYS += ["verdict", "judgement", "derivative", "last_value", "noise", "rules"]

# What is known to be wrong, and what is known to be right.


DROPPING = "dscribe-soap:n_max=4,l_max=4"


@pytest.mark.parametrize("z, fault", [("1e-6", "too many"), ("1e-9", "lost")])
def test_dscribe_at_a_nearly_planar_molecule(run, tmp_path, z, fault):
    """Rank 9 for every z > 0. The package's rank depends on z and on the orientation: it drops small coefficients."""
    path = tmp_path / "lifted.xyz"
    path.write_text(f"5\n\nC 0 0 0\nH 1.05 0.13 {z}\nH -0.21 1.12 0\nH -0.98 -0.35 0\nH 0.33 -1.17 0\n")
    code, out, err = run("audit", DROPPING, path, "--json")
    found = json.loads(out)
    rank = found["numeric_rank"]
    assert code == 1 and err == "" and list(found) == KEYS
    assert (found["peer"], found["proved_rank"], found["agrees"]) == (DROPPING, 9, False)
    assert rank > 9 if fault == "too many" else rank < 9
    # What is dropped is at most 1e-8 of a coefficient, and far more than rounding leaves.
    assert all(1e-12 < found[key] < 1e-6 for key in ERRORS)
    code, out, _ = run("audit", DROPPING, path)
    assert code == 1 and f"WRONG: rank {rank}, but 9 is proved" in out and fault in out
    assert "The answer depends on how the atoms are turned: 9, 9, 9 in other orientations." in out
    for other in (SMALL, "quippy-soap:n_max=6,l_max=4"):
        code, out, _ = run("audit", other, path, "--json")
        found = json.loads(out)
        assert code == 0 and (found["proved_rank"], found["agrees"]) == (9, True)
        assert found["max_relative_error"] < 1e-9 and found["noise_floor"] < 1e-9 and found["null_space_leak"] < 1e-12


@pytest.mark.parametrize("z", [1e-6, 1e-9])
def test_the_same_molecule_in_another_orientation(z):
    atoms = lifted(z)
    assert not of(DROPPING, atoms).agrees
    atoms.positions = atoms.positions @ TURNS[0].T
    turned = of(DROPPING, atoms)
    assert turned.proof.rank == (9, 9) and turned.agrees


@pytest.mark.parametrize("atoms, rank", [(lifted(1e-3), 9), (molecule("CH3CH2OH"), 13)])
def test_finite_differences_have_more_rank_than_there_is(atoms, rank):
    found = of("dscribe-soap:n_max=4,l_max=4,derivatives=numerical", atoms)
    assert found.proof.rank == (rank, rank) and all(other > rank for other in (found.numeric_rank, *found.turned))
    strongest = found.values[rank] / found.values[0]
    assert found.tolerance < strongest <= found.noise_floor * (1 + 1e-5) < 1e-4 and "too many" in sentence(found)


def test_float64_itself_loses_a_displacement():
    """Six neighbours at nearly one distance: the smallest singular value is below what NumPy takes for zero."""
    found = of("featomic-power-spectrum:max_angular=0", shell(0.01))
    assert found.proof.rank == (6, 6) and found.numeric_rank < 6 and found.max_relative_error < 1e-9
    assert "that the features see is lost" in sentence(found) and "no float64 Jacobian shows more" in sentence(found)


def test_a_spline_loses_what_float64_shows():
    plain, spline = (
        of(f"featomic-power-spectrum:max_angular=0{more}", shell(0.1)) for more in ("", ",spline_accuracy=1e-3")
    )
    assert plain.proof.rank == spline.proof.rank == (6, 6) and plain.agrees and spline.numeric_rank < 6
    assert plain.max_relative_error < 1e-9 and spline.max_relative_error > 1e-5
    assert "that the features see are lost" in sentence(spline) and "in errors of" in sentence(spline)


@pytest.mark.parametrize(
    "spec",
    ["dscribe-soap:n_max=4,l_max=6,r_cut=8", "featomic-power-spectrum:max_radial=3,cutoff=8", "quippy-soap:cutoff=8"],
)
def test_what_no_power_spectrum_sees_the_packages_do_not_see(spec):
    found = audit(spec, Structure.read(str(Path(__file__).parent.parent / "examples" / "F1.extxyz")))
    assert (
        found.agrees
        and found.proof.rank == (8, 8)
        and "= 7 (6 rigid, 1 incompleteness)" in as_text(found)
        and found.null_space_leak < 1e-12
    )


def test_a_right_rank_with_a_wrong_jacobian(run):
    code, out, _ = run("audit", "quippy-soap:n_max=4,l_max=20,sigma=1", "ase:CH4")
    assert code == 0 and "RIGHT: the package sees 1 independent displacement, as proved" in out
    assert "Its Jacobian is wrong nevertheless" in out
    code, out, _ = run("audit", "quippy-soap:n_max=4,l_max=20,sigma=1", "ase:H2O")
    assert code == 3 and "NOISE: rank 2 is the proved one, but right by accident" in out


def test_dscribe_loses_its_radial_basis():
    few, many = (of(f"dscribe-soap:n_max={n},l_max=1", molecule("CH4")) for n in (4, 14))
    assert few.max_relative_error < 1e-10 and many.max_relative_error > 1e-7


def test_a_jacobian_that_is_not_finite_is_one_line(refused, tmp_path):
    spec, path = "dscribe-acsf:g4=.1/1.5/1,g5=.1/1.5/1", tmp_path / "line.xyz"
    atoms = next(atoms for atoms in collinear() if np.isnan(peer(spec).jacobian(atoms, 0)).any())
    rows = "".join(f"{z} {x!r} {y!r} {w!r}\n" for z, (x, y, w) in zip(atoms.symbols, atoms.positions.tolist()))
    path.write_text(f"3\n\n{rows}")
    error = refused("audit", spec, path)
    assert re.search(r"the Jacobian is nan at \(feature \d+, atom \d, [xyz]\)( and at \d+ more entries)?: acsf", error)
    assert "acsf is not differentiable" in error
    assert f"atoms 1 and 2 of {path}: neighbours in line with the centre" in error


def test_not_finite_where_the_features_are_smooth():
    def spoil(j):
        j[1, 4] = np.inf
        return j

    found = audit(Changed(SMALL, spoil), Structure.from_ase(molecule("CH4")))
    assert (
        found.agrees is False
        and found.numeric_rank is None
        and found.as_dict()["noise_floor"] is None
        and found.proof.rank == (1, 1)
    )
    assert sentence(found) == (
        "WRONG: the Jacobian is inf at (feature 1, atom 1, y), where the features are differentiable: there is no rank."
    )
    assert "undefined" in as_text(found) and "none" not in as_text(found)
    with pytest.raises(InputError, match="nothing to draw"):
        save(found, "picture.png")
    with pytest.raises(InputError, match="atom 1, y.* is not known without a closed form"):
        audit(Changed("quippy-soap:n_max=3,l_max=2,normalise=true", spoil), Structure.from_ase(molecule("CH4")))


# Noise, and how a derivative was made.

BY_ACCIDENT = "3\n\nH 0 0 0\nH 0.8 0 0\nH -0.38648429506144527 0.922295988102983 0\n"
SPLINE = "featomic-power-spectrum:max_radial=0,max_angular=2,spline_accuracy=1e-8"  # featomic's own default


def test_a_rank_whose_last_value_is_noise_is_not_right(run, tmp_path):
    (tmp_path / "h3.xyz").write_text(BY_ACCIDENT)
    code, out, err = run("audit", SPLINE, tmp_path / "h3.xyz")
    assert (code, err) == (3, "") and "RIGHT" not in out
    assert re.search(
        r"NOISE: rank 3 is the proved one, but right by accident: the last value that it counts, \S+e-07 σ₁, lies "
        r"below the noise floor of \S+ σ₁ \(no more than \S+e-1[89] σ₁ is proved of it\)\.",
        out,
    )
    found = json.loads(run("audit", SPLINE, tmp_path / "h3.xyz", "--json")[1])
    assert (found["numeric_rank"], found["proved_rank"], found["agrees"]) == (3, 3, True)
    assert (found["judgement"], found["verdict"], found["noise"]) == ("NOISE", "UNDECIDED", True)
    assert 1e-8 < found["last_value"] <= found["noise_floor"] < 1e-5
    # The same spline where there is something to see: the last value is far above its noise.
    plain = of(SPLINE, rattled("H2O"))
    assert plain.judgement == "RIGHT" and plain.noise is False and plain.last_value > 100 * plain.noise_floor


@pytest.mark.parametrize(
    "spec, atoms, made",
    [
        ("dscribe-soap:n_max=2,l_max=1", molecule("H2O"), "analytic"),
        ("dscribe-soap:n_max=2,l_max=1,derivatives=numerical", molecule("H2O"), "package differences"),
        ("dscribe-soap:n_max=2,l_max=1,rbf=polynomial", molecule("H2O"), "package differences"),
        ("dscribe-soap:n_max=2,l_max=1,r_cut=3", crystal(), "package differences"),
        ("dscribe-acsf", molecule("H2O"), "package differences"),
        ("dscribe-mbtr", molecule("H2O"), "analytic"),
        ("dscribe-mbtr:geometry=angle,max=180,sigma=10", molecule("H2O"), "package differences"),
        ("dscribe-lmbtr", molecule("H2O"), "package differences"),
        ("dscribe-coulomb", molecule("H2O"), "package differences"),
        ("dscribe-coulomb:derivatives=none", molecule("H2O"), "adapter differences"),
        ("featomic-power-spectrum:max_radial=1", molecule("H2O"), "analytic"),
        ("quippy-soap:n_max=2,l_max=1", molecule("H2O"), "analytic"),
        ("qmllib-fchl19", molecule("H2O"), "analytic"),
        ("qmllib-fchl19:nFourier=2", molecule("H2O"), "adapter differences"),
    ],
)
def test_how_a_derivative_was_made(spec, atoms, made):
    descriptor_ = peer(spec)
    assert derivative(descriptor_, atoms) == made
    assert (jacobian(descriptor_, atoms, 0)[1] is not None) == (made == "adapter differences")


def test_no_package_is_called_wrong_for_differences_in_silence():
    own = of("dscribe-acsf", molecule("CH4"))
    assert own.judgement == "WRONG" and sentence(own).startswith("WRONG (finite differences): rank")
    assert "its differences" in as_text(own) and own.derivative == "package differences"
    ours = of("dscribe-acsf:derivatives=none", molecule("CH4"))
    assert ours.numeric_rank > 1 and ours.agrees is False and ours.verdict is Verdict.UNDECIDED
    assert sentence(ours).startswith("NOISE: rank") and "which are not the package's" in sentence(ours)
    assert "WRONG" not in as_text(ours) and "our differences" in as_text(ours)


def test_differences_made_here_excuse_no_wrong_features():
    """Control: features that see what no descriptor of their kind can are wrong, however they are differentiated."""

    class Odd(Changed):
        jacobian, derivative = None, None

        def __init__(self, spec):
            super().__init__(spec, None)
            self.features = lambda atoms, centre: self.true.features(atoms, centre) + 1e-3 * atoms.positions[:, 2].sum()

    found = audit(Odd(SMALL), Structure.from_ase(rattled("CH4")))
    assert found.derivative == "adapter differences" and found.judgement == "WRONG" and found.numeric_rank > 9


# What is measured: definitions, and planted faults.


def test_the_noise_floor_bounds_every_singular_value():
    for spec in ("dscribe-soap:n_max=4,l_max=3,derivatives=numerical", SMALL):
        found = of(spec, lifted(1e-3))
        top = float(found.proof.values[0].upper)
        for measured, exact in zip(found.values, found.proof.values):
            assert (
                abs(measured - float(exact.lower))
                <= (found.noise_floor + 1e-6 * float(exact.upper) / top + 1e-13) * top
            )
        assert found.null_space_leak <= found.noise_floor * (1 + found.noise_floor) + 1e-13


@pytest.mark.parametrize("size", [1e-4, 1e-8])
def test_a_planted_error_is_measured(size):
    def spoil(j):
        j[3, 5] += size * abs(j).max()
        return j

    structure = Structure.from_ase(rattled("CH4"))
    good, bad = audit(SMALL, structure), audit(Changed(SMALL, spoil), structure)
    assert good.agrees and good.max_relative_error < 1e-11 and good.null_space_leak < 1e-12
    assert bad.max_relative_error == pytest.approx(size, rel=1e-3) and bad.agrees is False
    entry = size * max(abs(peer(SMALL).jacobian(rattled("CH4"), 0).ravel()))
    assert (
        bad.noise_floor == pytest.approx(entry / good.values[0], rel=1e-3)
        and 0 < bad.null_space_leak <= bad.noise_floor * 1.001
    )


def test_a_lost_row_space_is_a_lost_displacement():
    def spoil(j):
        u, s, vt = np.linalg.svd(j, full_matrices=False)
        s[8] = 0
        return u * s @ vt

    bad = audit(Changed(SMALL, spoil), Structure.from_ase(rattled("CH4")))
    assert (bad.proof.rank, bad.numeric_rank, bad.agrees) == (
        (9, 9),
        8,
        False,
    ) and "1 displacement that the features see is lost" in sentence(bad)


def test_atoms_out_of_reach_must_not_count():
    spec, atoms = SMALL + ",cutoff=2", molecule("CH3CH2OH")
    structure = Structure.from_ase(atoms)
    far = int(np.argmax(atoms.get_distances(0, range(9))))
    env = structure.environment(0, 2)
    assert env.n == 4 and far not in env.atoms
    good = audit(spec, structure)
    assert (
        good.agrees
        and good.proof.environment.n == 4
        and "(4 atoms beyond its reach)" in as_text(good)
        and "12 out of reach" in as_text(good)
    )
    out = [a for a in range(9) if a not in (0, *env.atoms)]

    def touch(j):
        j[0, 3 * out[0]] += 1e-3 * abs(j).max()
        return j

    bad = audit(Changed(spec, touch), structure)
    assert bad.agrees is False and bad.null_space_leak > 1e-5 and bad.max_relative_error > 9e-4


def test_channels_of_species_out_of_reach_are_zeros():
    atoms = molecule("CH3CH2OH")
    for spec in (
        "dscribe-soap:n_max=3,l_max=2,r_cut=1.2,sigma=0.05",
        SMALL + ",cutoff=1.25,width=0.125",
        "dscribe-acsf:r_cut=1.25",
    ):
        found = of(spec, atoms)
        assert (
            set(found.proof.environment.species) == {"H"}
            and found.max_relative_error < 1e-5
            and found.features == len(peer(spec).features(atoms, 0))
        )


def test_null_vectors_are_orthonormal_and_null():
    structure = Structure.from_ase(cluster(6))
    descriptor_ = peer(SMALL + ",cutoff=3")
    proof = prove(structure.environment(0, 3), known(descriptor_, 7))
    vectors = null_vectors(proof, 7)
    assert np.allclose(vectors @ vectors.T, np.eye(len(vectors)), atol=1e-12) and len(vectors) == 21 - proof.rank[0]
    j = descriptor_.jacobian(cluster(6), 0).reshape(-1, 21)
    assert abs(j @ vectors.T).max() < 1e-12 * abs(j).max()
    assert all(np.allclose(q @ q.T, np.eye(3), atol=1e-14) and np.linalg.det(q) > 0 for q in TURNS)


# Whole structures, periodic ones, peers as objects.


def test_the_centre_means_nothing_to_a_descriptor_of_the_structure():
    first, second = (of("dscribe-mbtr:geometry=distance,n=12", rattled("CH4"), centre) for centre in (0, 3))
    assert first.as_dict() == second.as_dict() and "the whole structure of 5 atoms" in as_text(first)


@pytest.mark.parametrize(
    "spec",
    ["dscribe-soap:n_max=3,l_max=2,r_cut=2,sigma=0.4", "quippy-soap:n_max=4,l_max=2,cutoff=4", SMALL + ",cutoff=4"],
)
def test_images_of_an_atom_move_together(spec):
    found = of(spec, crystal())
    assert found.proof.rank == (3, 3) and found.max_relative_error < 1e-5 and len(found.values) == 6
    assert found.numeric_rank >= 3 if "dscribe" in spec else found.agrees  # dscribe's differences may see more


def test_a_periodic_structure_is_refused_where_every_atom_counts():
    for name in ("dscribe-mbtr", "dscribe-lmbtr", "dscribe-coulomb"):
        with pytest.raises(InputError, match="audit it at a molecule"):
            of(name, crystal())


def test_kinks_are_refused():
    with pytest.raises(NotSmoothError, match="coulomb is not differentiable"):
        of("dscribe-coulomb", molecule("CH4"))


def test_a_peer_given_as_an_object_has_a_spec():
    text = "dscribe-acsf:r_cut=4.5,g2=1.0/1.0:0.5/2.0,g3=1.0:0.5,g4=none,derivatives=none,species=H:C"
    assert str(peer(text)) == text and str(peer("quippy-soap")) == "quippy-soap:n_max=8,l_max=6"
    assert peer(str(peer("featomic-power-spectrum:spline_accuracy=1e-8,width=0"))) == peer(
        "featomic-power-spectrum:spline_accuracy=1e-8,width=0"
    )
    found = audit(peer("dscribe-acsf:r_cut=4.5,derivatives=none"), Structure.from_ase(rattled("CH4")))
    assert found.peer == "dscribe-acsf:r_cut=4.5,derivatives=none" and found.derivative == "adapter differences"
    assert found.max_relative_error < 1e-9
    assert "The derivative is not the package's: differences of its features were taken here" in as_text(found)
