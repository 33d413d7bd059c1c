"""Assertions of `symsens.testing`: a correct descriptor passes all of them, and each has been seen to fail on a planted
fault."""

import io
import re
from functools import partial

import ase.io
import made_up
import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from hypothesis import given, strategies as st

from symsens import Environment, InputError, Structure
from symsens.errors import UndecidedError, UndecidedWarning
from symsens.geometry.displacements import Displacements
from symsens.peers.differences import estimate_jacobian
from symsens.rows.filtration import exact_filtration
from symsens.testing import (
    KNOWN_CASES,
    assert_cannot_separate,
    assert_invariant,
    assert_jacobian_correct,
    assert_null_space_respected,
    assert_rank,
    assert_separates,
    assert_smooth,
    collinear,
    degenerate_pairs,
    displaced,
    environments,
    fit,
    moved,
    near_singular,
    planar,
    singular_environments,
    structures,
    symmetric_environments,
    to_atoms,
)
from symsens.testing.null_spaces import null_space
from symsens.testing.subject import extxyz

features, jacobian = made_up.features, made_up.jacobian
CASES = {case.name: fit(case.environment, 3) for case in KNOWN_CASES}
METHANE, F1, GENERIC = CASES["T_d methane"], CASES["F1, axial family"], CASES["generic n=4"]
PLANAR_LIFTED = Environment(
    ("H",) * 4,
    [(x, y, "1e-6") for x, y in (("1.05", ".13"), ("-.21", "1.12"), ("-.98", "-.35"), (".33", "-1.17"))],
    "C",
)
COLLINEAR = Atoms("CHH", [[0, 0, 0], [0, 0, 1.0], [0, 0, -1.3]])

any_environment = st.one_of(
    environments(species=("H", "O"), within=4),
    environments(within=4, metric=((1, "-1/2", 0), ("-1/2", 1, 0), (0, 0, 2))),
    collinear(within=4),
    planar(within=4),
    near_singular("1e-6", within=4),
    symmetric_environments("-43m", max_orbits=1, within=4),
    symmetric_environments("6mm", max_orbits=1, within=4),
    moved(singular_environments(2, within=4)),
    singular_environments(3, within=4),
)


@given(any_environment)
def test_a_correct_descriptor_passes(env):
    assert_invariant(features, env, jacobian=jacobian)
    assert_jacobian_correct(features, jacobian, env, accuracy=1e-9)
    assert_null_space_respected(jacobian, env, accuracy=1e-12)
    assert_rank(jacobian, env, noise=1e-12)
    assert_smooth(features, env, jacobian=jacobian)


@given(degenerate_pairs(2, within=4), degenerate_pairs(1, within=4), degenerate_pairs(3, within=4))
def test_a_correct_descriptor_sees_what_it_can(two, one, three):
    assert_cannot_separate(features, two, nu=2)
    assert_cannot_separate(made_up.with_triples, three, nu=3)
    assert_separates(features, one, nu=2, accuracy=0)
    assert_separates(made_up.with_triples, two, nu=3, accuracy=0)


@given(structures(min_atoms=2, max_atoms=5))
def test_structures_and_atoms_are_subjects_too(structure):
    for subject in (structure, to_atoms(structure)):
        centre = len(structure.species) - 1
        assert_invariant(features, subject, centre)
        assert_null_space_respected(jacobian, subject, centre, accuracy=1e-12)
        assert_rank(jacobian, subject, centre, noise=1e-12)


# The three planted bugs of the issue, each caught by the assertions that should catch it.


def caught(assertion, *arguments, match=None, **options):
    with pytest.raises(AssertionError, match=match) as failure:
        assertion(*arguments, **options)
    return str(failure.value)


def test_an_odd_term_is_not_invariant():
    wrong = made_up.odd_in_z_features
    caught(assert_invariant, wrong, F1, match="features changed under")
    # Its Jacobian is right, and sees rotations.
    assert_jacobian_correct(wrong, made_up.odd_in_z_jacobian, F1, accuracy=1e-9)
    assert_smooth(wrong, F1, jacobian=made_up.odd_in_z_jacobian)
    caught(assert_null_space_respected, made_up.odd_in_z_jacobian, F1, match="level: rigid")
    caught(
        assert_rank, made_up.odd_in_z_jacobian, F1, match="more than any O[(]3[)] descriptor of order nu = 2 can have"
    )
    caught(assert_invariant, features, F1, jacobian=made_up.odd_in_z_jacobian, match="the Jacobian changed under")


def test_a_dropped_coefficient_makes_rank_out_of_nothing():
    wrong = made_up.dropped_coefficient_jacobian
    caught(
        assert_rank, wrong, PLANAR_LIFTED, noise=1e-12, match="proved:   rank <= 9 .*\n  measured: rank 1[0-5] at noise"
    )
    caught(assert_null_space_respected, wrong, PLANAR_LIFTED, accuracy=1e-12, match="level: rigid")
    caught(assert_jacobian_correct, features, wrong, PLANAR_LIFTED, accuracy=1e-9, match="is not the derivative")
    assert_rank(jacobian, PLANAR_LIFTED, noise=1e-12)


def test_a_nan_gradient_replaced_by_zero():
    wrong = made_up.nan_to_zero_jacobian
    caught(assert_jacobian_correct, features, wrong, F1, match=r"atom [04], [xyz]\) is not the derivative")
    caught(assert_smooth, features, F1, jacobian=wrong, match="jump in the Jacobian")
    caught(assert_null_space_respected, wrong, F1)
    assert_jacobian_correct(features, wrong, PLANAR_LIFTED, accuracy=1e-9)  # nothing on the axis: no bug to see


# Other faults, one for every way to fail.


def test_a_false_null_direction():
    def frozen(atoms, centre):
        full = jacobian(atoms, centre)
        right = np.linalg.svd(full.reshape(len(full), -1))[2]
        return full - (full.reshape(len(full), -1) @ right[0])[:, None, None] * right[0].reshape(-1, 3)

    assert_rank(jacobian, GENERIC, at_least=9)
    assert_rank(frozen, GENERIC, at_least=8)
    text = caught(assert_rank, frozen, GENERIC, at_least=9, match="rank is less than 9")
    assert "rank >= 9 asked for" in text
    assert_rank(jacobian, METHANE, noise=1e-12, at_least=1)
    caught(assert_rank, jacobian, METHANE, noise=1e-12, at_least=99, match="ratio:    inf")


@pytest.mark.parametrize(
    "name, extra",
    [
        ("T_d methane", "symmetry"),
        ("F1, axial family", "incompleteness"),
        ("two layers, isosceles, n=7", "incompleteness"),
    ],
)
def test_noise_on_a_null_direction_is_seen_level_by_level(name, extra):
    env = CASES[name]
    filtration, levels = null_space(env, to_atoms(env), 2)
    direction = dict(levels)[extra][0]

    def noisy(atoms, centre):
        full = jacobian(atoms, centre)
        full[0] += 1e-7 * np.linalg.norm(full[0]) * direction.reshape(-1, 3)
        return full

    assert_null_space_respected(noisy, env, accuracy=1e-6)
    text = caught(assert_null_space_respected, noisy, env, accuracy=1e-9, match=f"level: {extra}")
    # The displacement shown is the null vector that leaks.
    shown = ase.io.read(io.StringIO(block(text)), format="extxyz").arrays["displacement"].ravel()
    assert abs(shown @ direction) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("nu", [1, 2, 3])
def test_float_null_spaces_are_orthonormal_and_complete(name, nu):
    env = CASES[name]
    filtration, levels = null_space(env, to_atoms(env), nu)
    basis = np.vstack([vectors for _, vectors in levels])
    assert (
        len(basis)
        == filtration.nullity
        == sum(level.dimension for level in exact_filtration(Displacements.of_atoms(env), nu).levels)
    )
    assert basis @ basis.T == pytest.approx(np.eye(len(basis)), abs=1e-12)


def test_null_spaces_survive_huge_integers():
    """Near a singular environment exact null vectors have long integers: their floats must still keep all four
    distances."""
    env = displaced(METHANE, "1e-30")
    atoms = to_atoms(env)
    _, levels = null_space(env, atoms, 1)
    assert (
        max(
            abs(x)
            for level in exact_filtration(Displacements.of_atoms(env), 1).levels
            for v in level.vectors
            for x in v
        )
        > 10**30
    )
    basis = np.vstack([vectors for _, vectors in levels])
    assert len(basis) == 15 - 4
    for j in range(1, 5):
        assert abs((basis[:, 3 * j : 3 * j + 3] - basis[:, :3]) @ atoms.positions[j]).max() < 1e-12


def test_not_invariant_under_translation_and_order():
    caught(assert_invariant, lambda a, c: features(a, c) + a.positions[0, 0] ** 2, F1)
    caught(
        assert_invariant, lambda a, c: features(a, c) * (1 + 1e-6 * a.positions[c, 0]), F1, match="under a translation"
    )
    caught(
        assert_invariant,
        lambda a, c: np.append(features(a, c), a.get_all_distances()[c, -1]),
        F1,
        match="reordering|reversal",
    )


def test_a_chiral_descriptor_is_invariant_without_mirrors_only():
    def chiral(atoms, centre):
        x = np.delete(atoms.positions, centre, axis=0) - atoms.positions[centre]
        weights = np.exp(-0.2 * (x * x).sum(axis=1))
        a, b, c = (weights * (x * x).sum(axis=1) ** k @ x for k in range(3))
        return np.array([np.linalg.det([a, b, c]), a @ a])

    assert_invariant(chiral, GENERIC, mirror=False)
    caught(assert_invariant, chiral, GENERIC, match="under inversion")


def test_a_jacobian_against_an_enclosure():
    atoms = to_atoms(F1)
    exact = estimate_jacobian(features, atoms, 0)
    assert_jacobian_correct(
        features, jacobian, F1, accuracy=1e-12, reference=(exact.value, np.full_like(exact.value, 1e-15))
    )
    off = exact.value + 1e-9 * abs(exact.value).max()
    caught(
        assert_jacobian_correct,
        features,
        jacobian,
        F1,
        accuracy=1e-12,
        reference=(off, np.zeros_like(off)),
        match="off by",
    )
    with pytest.warns(UndecidedWarning, match="cannot tell 450 of 450 entries to accuracy 1.0e-12"):
        assert_jacobian_correct(
            features, jacobian, F1, accuracy=1e-12, reference=(exact.value, np.full_like(exact.value, 1e-3))
        )
    with pytest.raises(InputError, match="its reference"):
        assert_jacobian_correct(features, jacobian, F1, reference=(exact.value[1:], exact.error[1:]))


def test_a_jacobian_of_code_that_takes_no_complex_numbers():
    def real(atoms, centre):
        return features(Atoms(atoms.numbers, np.array(atoms.positions, dtype=float)), centre)

    assert estimate_jacobian(real, to_atoms(F1), 0).method == "richardson"
    assert_jacobian_correct(real, jacobian, F1, accuracy=1e-8)
    caught(assert_jacobian_correct, real, lambda a, c: jacobian(a, c) * (1 + 1e-6), F1, accuracy=1e-8)


# Refusals.


def test_the_number_of_features_must_not_change():
    with pytest.raises(InputError, match="the number of features changed from 30"):
        assert_smooth(lambda a, c: features(a, c)[: None if not a.positions[0].any() else 29], METHANE)
    with pytest.raises(InputError, match=r"shape \(30,\) became \(29,\) under a translation"):
        assert_invariant(lambda a, c: features(a, c)[: None if not a.positions[0].any() else 29], METHANE)
    with pytest.raises(InputError, match="30 features for the first environment of the pair, 29"):
        assert_separates(lambda a, c: features(a, c)[: 30 if a.positions[1, 1] == 0 else 29], (GENERIC, METHANE))


@pytest.mark.parametrize(
    "function, assertion, message",
    [
        (
            lambda a, c: jacobian(a, c)[:, :, 0],
            assert_rank,
            r"jacobian returned shape \(30, 5\) of float64: expected real numbers of shape \(m, 5, 3\)",
        ),
        (lambda a, c: jacobian(a, c)[:, 1:], assert_null_space_respected, r"shape \(30, 4, 3\)"),
        (lambda a, c: features(a, c)[0], assert_invariant, r"features returned shape \(\) of float64"),
        (lambda a, c: ["a"], assert_smooth, "features returned shape"),
        (lambda a, c: features(a, c) + 0j, assert_smooth, "of complex128: expected real numbers"),
    ],
)
def test_wrong_shapes_are_refused(function, assertion, message):
    with pytest.raises(InputError, match=message):
        assertion(function, METHANE)


# Pairs.


def test_separating_what_cannot_be_separated():
    pair = [Environment(("H",) * 4, ((5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, d, 6)), "C") for d in (2, -2)]
    pair = [fit(env, 3) for env in pair]
    assert_cannot_separate(features, pair, nu=2)
    text = caught(
        assert_cannot_separate,
        made_up.with_triples,
        pair,
        nu=2,
        match="separate environments that are degenerate at nu = 2",
    )
    assert text.count("Properties=") == 2
    caught(assert_cannot_separate, lambda a, c: a.positions[-1], pair, nu=2)
    with pytest.raises(InputError, match="not degenerate at nu = 3: some feature"):
        assert_cannot_separate(features, pair, nu=3)
    assert_separates(made_up.with_triples, pair, nu=3)
    caught(
        assert_separates, features, pair, match="features do not separate two environments\n  proved:   not congruent"
    )
    caught(assert_separates, features, pair, nu=3, match="different at nu = 3")
    with pytest.raises(InputError, match="degenerate at nu = 2: no descriptor of this order"):
        assert_separates(features, pair, nu=2)
    with pytest.raises(InputError, match="congruent"):
        assert_separates(features, (pair[0], pair[0]))


# Messages, periodic atoms, odd sizes.


def block(text):
    """The extended XYZ block at the end of a message."""
    lines = text.splitlines()
    start = max(i for i, line in enumerate(lines) if line.startswith(("Properties", "Lattice"))) - 1
    return "\n".join(lines[start:]) + "\n"


def test_a_failure_shows_proof_measurement_ratio_and_structure():
    text = caught(assert_rank, made_up.dropped_coefficient_jacobian, PLANAR_LIFTED, noise=1e-12)
    assert re.search(r"rank <= 9 \(15 displacements, null: 6 rigid, 0 symmetry, 0 incompleteness\)", text)
    ratio = float(re.search(r"ratio:    (\S+) times what is allowed", text)[1])
    values = np.linalg.svd(
        made_up.dropped_coefficient_jacobian(to_atoms(PLANAR_LIFTED), 0).reshape(-1, 15), compute_uv=False
    )
    assert ratio == pytest.approx(values[9] / values[0] / 1e-12, rel=1e-2)
    read = ase.io.read(io.StringIO(block(text)), format="extxyz")
    assert (read.positions == to_atoms(PLANAR_LIFTED).positions).all() and read.info["centre"] == 0


@pytest.mark.parametrize(
    "atoms", [bulk("Cu"), molecule("CH4"), Atoms("H", [[1e-30, 2, 1 / 3]])], ids=["Cu", "CH4", "H"]
)
def test_extxyz_keeps_every_digit(atoms):
    read = ase.io.read(io.StringIO(extxyz(atoms, 0) + "\n"), format="extxyz")
    assert (
        (read.positions == atoms.positions).all() and (read.cell == atoms.cell).all() and (read.pbc == atoms.pbc).all()
    )
    assert read.get_chemical_symbols() == atoms.get_chemical_symbols()


def periodic_features(cutoff, atoms, centre):
    """Features of a crystal: pairs of images within the cutoff, with a smooth cutoff function."""
    from ase.neighborlist import neighbor_list

    distance = neighbor_list("d", atoms, cutoff)[neighbor_list("i", atoms, cutoff) == centre]
    return np.array(
        [(np.exp(-a * distance**2) * (1 + np.cos(np.pi * distance / cutoff)) ** 2).sum() for a in (0.1, 0.3, 1.0)]
    )


def test_periodic_atoms_need_a_cutoff():
    atoms = Atoms("NaCl", [[0, 0, 0], [1.5, 2.0, 2.5]], cell=[4.0, 4.5, 5.0], pbc=True)
    function = partial(periodic_features, 4.6)
    numeric = lambda a, c: estimate_jacobian(function, a, c, method="richardson").value  # noqa: E731
    with pytest.raises(InputError, match="give a cutoff"):
        assert_rank(numeric, atoms)
    assert_rank(numeric, atoms, noise=1e-8, cutoff=4.6)
    assert_null_space_respected(numeric, atoms, accuracy=1e-8, cutoff=4.6)
    assert_invariant(function, atoms)
    # Each atom on an inversion centre: nothing can be seen, and only a yardstick tells noise from signal.
    centred = Atoms("NaCl", [[0, 0, 0], [2.0, 2.25, 2.5]], cell=[4.0, 4.5, 5.0], pbc=True)
    for assertion in (assert_rank, assert_null_space_respected):
        with pytest.raises(UndecidedError, match="is proved zero here"):
            assertion(numeric, centred, cutoff=4.6)
        assertion(numeric, centred, cutoff=4.6, scale=1.0)
        caught(assertion, lambda a, c: numeric(a, c) + 1e-3, centred, cutoff=4.6, scale=1.0)
    # An atom that the environment claims not to reach must have no effect.
    apart = Atoms("CHH", [[0, 0, 0], [1, 0, 0], [0, 3, 0]])
    caught(assert_null_space_respected, jacobian, apart, cutoff=2, match="level: atoms beyond the cutoff")
    assert_null_space_respected(jacobian, Structure.from_ase(apart), cutoff=4)


def test_a_lone_atom():
    lone = Environment((), (), "C")
    for assertion in (assert_invariant, assert_smooth):
        assertion(features, lone)
    for assertion in (assert_rank, assert_null_space_respected):
        assertion(jacobian, lone)
    assert_jacobian_correct(features, jacobian, lone)
