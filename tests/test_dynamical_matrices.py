"""Dynamical matrices of what is missing: against phonopy, against floats, and what must not change."""

import warnings
from fractions import Fraction

import numpy as np
import pytest

from symsens.errors import InputError
from symsens.geometry.cartesian import to_atoms
from symsens.geometry.wave_vectors import special_points
from symsens.rows.crystals import force_constants
from symsens.rows.dynamical_matrices import DynamicalMatrices
from symsens.search.phonons import estimate_basis, estimate_dynamical_matrix, ordered_pairs
from tests.crystal_cases import crystal, shell_cutoff


def harmonics(name, shells, readout="linear"):
    """What models of order 2 reach."""
    return force_constants(crystal(name), shell_cutoff(name, shells), 2, readout)


@pytest.mark.parametrize(
    "name, shells, together",
    [
        ("bcc", 1, (5, 5)),
        ("graphene", 2, (12, 12)),
        ("hcp", 1, (20, 19)),
        pytest.param("fcc", 1, (9, 9), marks=pytest.mark.soak),
        pytest.param("diamond", 2, (20, 19), marks=pytest.mark.soak),
    ],
)
def test_special_points(name, shells, together):
    """Each point alone has all that is allowed; of diamond and hcp one combination of all points is out of reach."""
    found = harmonics(name, shells)
    points = special_points(found.jets.structure)
    matrices = DynamicalMatrices(found, tuple(points.values()))
    for k in range(len(points)):
        assert matrices.reach([k]).missing == 0
    reach = matrices.reach()
    assert (reach.allowed, reach.reached) == together


def test_lines_tell_what_points_do_not():
    """fcc: none on [100] and [111], one relation between the modes on [110], two on [110] and [111] together; none with
    functions of order 3."""
    structure, cutoff = crystal("fcc"), shell_cutoff("fcc", 1)
    eighth = lambda *q: tuple(Fraction(k, 8) for k in (q[1] + q[2], q[0] + q[2], q[0] + q[1]))
    points = [eighth(2, 0, 0), eighth(4, 0, 0), eighth(1, 1, 1), eighth(2, 2, 2)]
    points += [eighth(k, k, 0) for k in range(1, 5)]
    three, four = (DynamicalMatrices(force_constants(structure, cutoff, nu), tuple(points)) for nu in (2, 3))
    missing = [three.reach(chosen).missing for chosen in ([0, 1], [2, 3], [4, 5, 6, 7], [2, 3, 4, 5, 6, 7])]
    assert missing == [0, 0, 1, 2]
    assert four.reach().missing == 0


@pytest.mark.parametrize("name, shells", [("bcc", 1), ("graphene", 2)])
def test_ranks_are_those_of_floats(name, shells):
    """NumPy's rank of the same matrices, at a wave vector of no symmetry and at those of high symmetry."""
    found = harmonics(name, shells)
    points = list(special_points(found.jets.structure).values())
    points.append(tuple(Fraction(k, 6) for k in (1, 2, 5)[: len(points[0])]))
    exact = DynamicalMatrices(found, tuple(points))
    pairs = ordered_pairs(found)
    for k, q in enumerate(points):
        for space, expected in (("allowed", exact.reach([k]).allowed), ("reached", exact.reach([k]).reached)):
            basis = estimate_basis(found, space)
            flat = [estimate_dynamical_matrix(pairs, blocks, [float(c) for c in q]).ravel() for blocks in basis]
            assert np.linalg.matrix_rank(np.array([[*x.real, *x.imag] for x in flat]), tol=1e-8) == expected


@pytest.mark.parametrize(
    "name, shells, size", [("fcc", 1, 5), ("diamond", 1, 3), pytest.param("hcp", 1, 5, marks=pytest.mark.soak)]
)
def test_phonopy_has_the_same_modes(name, shells, size):
    """Force constants of a supercell from allowed blocks, missing ones among them; phonopy's eigenvalues are ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from phonopy import Phonopy
        from phonopy.structure.atoms import PhonopyAtoms
    found = harmonics(name, shells)
    atoms, pairs = to_atoms(found.jets.structure), ordered_pairs(found)
    basis = estimate_basis(found, "allowed")
    blocks = np.tensordot(np.linspace(-1, 2, len(basis)), basis, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cell = PhonopyAtoms(symbols=atoms.symbols, cell=atoms.cell.array, scaled_positions=atoms.get_scaled_positions())
        phonon = Phonopy(cell, supercell_matrix=[size] * 3, primitive_matrix=np.eye(3), log_level=0)
        phonon.force_constants = _of_supercell(phonon, atoms, pairs, blocks, size)
        for q in ([0, 0, 0], [0.5, 0, 0.5], [0.13, 0.29, -0.41], [0.2, 0.4, 0.6]):
            ours = estimate_dynamical_matrix(pairs, blocks, q, phonon.primitive.masses)
            theirs = phonon.get_dynamical_matrix_at_q(q)
            assert np.allclose(np.linalg.eigvalsh(ours), np.linalg.eigvalsh(theirs), atol=1e-9)


def _of_supercell(phonon, atoms, pairs, blocks, size):
    """(n, n, 3, 3) over phonopy's supercell, whose atoms are found by their places."""
    scaled = np.linalg.solve(atoms.cell.array.T, phonon.supercell.positions.T).T
    own = atoms.get_scaled_positions(wrap=False)
    number = {}
    for i, y in enumerate(scaled):
        for a, origin in enumerate(own):
            step = np.rint(y - origin)
            if np.allclose(y - origin, step, atol=1e-6):
                number[a, tuple((step % size).astype(int))] = i
    constants = np.zeros((len(scaled), len(scaled), 3, 3))
    for (a, start), i in number.items():
        for (first, second, step), block in zip(pairs, blocks):
            if first == a:
                constants[i, number[second, tuple((np.array(start) + step) % size)]] += block
    return constants


def test_refusals():
    """Wave vectors of another dimension, or of large denominators."""
    found = harmonics("graphene", 1)
    with pytest.raises(InputError, match="2 coefficients"):
        DynamicalMatrices(found, ((Fraction(0),) * 3,))
    with pytest.raises(InputError, match="denominator 97"):
        DynamicalMatrices(found, ((Fraction(1, 97), Fraction(0)),))
