"""Noise is told from error: no false alarm at 2000 nearly planar environments of a correct descriptor, bugs seen."""

import warnings

import numpy as np
import pytest
from ase import Atoms

from symsens.errors import UndecidedWarning
from symsens.numbers.differences import estimate_derivative, estimate_noise
from symsens.testing import assert_jacobian_correct

LIFTS = (0, 1e-12, 1e-9, 1e-6, -1e-6, 3e-5, 1e-3)


def nearly_planar(count, seed=1):
    """Three neighbours of a centre, on or near a plane, some nearly in line; nothing closer than 0.5 Angstrom."""
    random = np.random.default_rng(seed)
    while count:
        x = random.integers(-12, 13, (3, 3)) / random.integers(3, 8)
        x[:, 2] = random.choice(LIFTS, 3) * random.integers(1, 9, 3)
        if random.random() < 0.2:  # the third opposite to the first, but for the lift
            x[2, :2] = -x[0, :2]
        full = np.vstack([np.zeros(3), x])
        if np.linalg.norm(full[:, None] - full + 9 * np.eye(4)[:, :, None], axis=2).min() >= 0.5:
            count -= 1
            yield Atoms("CHHH", full)


# Correct: a squared volume as a determinant of Gram (1e-12 left of numbers near 1), sines by the cosine (a cusp in
# line, and nothing but noise near it), and two smooth sums. All in plain real arithmetic: no complex step.


def arms(atoms):
    return np.array(atoms.positions[1:] - atoms.positions[0], dtype=float)


PAIRS = ((0, 1), (0, 2), (1, 2))
UPPER = np.triu_indices(3, 1)


def features(atoms, centre):
    x = arms(atoms)
    gram = x @ x.T
    r = np.sqrt(gram.diagonal())
    sines = np.sqrt(np.maximum(1 - (gram / np.outer(r, r))[UPPER] ** 2, 0))
    radial = np.exp(-r)
    return np.array([np.linalg.det(gram), *sines, radial.sum(), radial @ gram @ radial])


def jacobian(atoms, centre):
    x = arms(atoms)
    r = np.linalg.norm(x, axis=1)
    slopes = np.zeros((6, 3, 3))
    normals = np.array([np.cross(x[1], x[2]), np.cross(x[2], x[0]), np.cross(x[0], x[1])])
    slopes[0] = 2 * (x[0] @ normals[0]) * normals
    for row, (j, k) in enumerate(PAIRS, 1):
        normal = np.cross(x[j], x[k])
        size = np.linalg.norm(normal)
        unit = normal / size if size else normal
        for a, sign, b in ((j, 1, k), (k, -1, j)):
            slopes[row, a] = (sign * np.cross(x[b], unit) - size * x[a] / r[a] ** 2) / (r[j] * r[k])
    radial = np.exp(-r)
    towards = -(radial / r)[:, None] * x
    slopes[4] = towards
    vector = radial @ x
    slopes[5] = 2 * (radial[:, None] * vector + (x @ vector)[:, None] * towards)
    return np.concatenate([-slopes.sum(axis=1, keepdims=True), slopes], axis=1)


def outcome(atoms, features=features, jacobian=jacobian, accuracy=1e-9):
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", UndecidedWarning)
        try:
            assert_jacobian_correct(features, jacobian, atoms, accuracy=accuracy)
        except AssertionError as error:
            return str(error)
    return "cannot tell" if heard else "right"


def in_line(atoms):
    x = arms(atoms)
    return any(not np.cross(x[j], x[k]).any() for j, k in PAIRS)


def test_no_false_alarm_at_2000_nearly_planar_environments():
    smooth = [atoms for atoms in nearly_planar(2100) if not in_line(atoms)][:2000]
    found = [outcome(atoms) for atoms in smooth]
    assert len(found) == 2000 and set(found) == {"right", "cannot tell"}
    assert found.count("right") > 300


BUGS = {
    "wrong sign": lambda j: -j,
    "missing factor": lambda j: j / 2,
    "an entry of 1 percent": lambda j: j * (1 + 0.01 * (np.arange(j.size) == np.argmax(abs(j))).reshape(j.shape)),
    "the centre stays behind": lambda j: j * (np.arange(4) > 0)[:, None],
}


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("rows", [slice(0, 1), slice(1, 4), slice(4, 6), slice(0, 6)])
def test_real_bugs_are_seen(bug, rows):
    some, wrong = lambda a, c: features(a, c)[rows], lambda a, c: BUGS[bug](jacobian(a, c)[rows])
    for atoms in nearly_planar(30, seed=2):
        if in_line(atoms) or abs(arms(atoms)[:, 2]).min() < 1e-4:  # where there is something left of each feature
            continue
        assert "is not the derivative\n  estimated: " in outcome(atoms, some, wrong)


def test_an_estimate_is_called_estimated_and_a_given_reference_given():
    atoms = next(nearly_planar(1))
    text = outcome(atoms, jacobian=lambda a, c: -jacobian(a, c))
    assert "proved" not in text and "error about" in text and "error at most" not in text
    exact = jacobian(atoms, 0)
    with pytest.raises(AssertionError, match="given: .*, error at most 0.0e"):
        assert_jacobian_correct(features, lambda a, c: -exact, atoms, reference=(exact, 0 * exact))


def test_a_noisy_descriptor_is_a_warning_and_a_wrong_one_a_failure():
    def single(atoms, centre):
        return features(Atoms(atoms.numbers, atoms.positions), centre).astype(np.float32)

    def rough(atoms, centre):
        return jacobian(atoms, centre) * (1 + 1e-6 * np.sin(1e15 * atoms.positions.sum()))

    atoms = Atoms("CHHH", [[0, 0, 0], [1, 0.2, 0.3], [-0.4, 1.1, 0.7], [0.3, -1.2, 0.9]])
    assert outcome(atoms) == "right"
    assert outcome(atoms, features=single) == outcome(atoms, jacobian=rough) == "cannot tell"
    assert "estimated" in outcome(atoms, features=single, jacobian=lambda a, c: 1.01 * jacobian(a, c))
    with pytest.warns(UndecidedWarning, match=r"cannot tell \d+ of 72 entries to accuracy 1.0e-09: .* noise"):
        assert_jacobian_correct(single, jacobian, atoms, accuracy=1e-9)


def test_a_bend_narrower_than_all_steps_is_in_the_error():
    for width in (1, 1e-5, 1e-7, 1e-9):
        bend = lambda x: np.array([np.sqrt(float(x[0]) ** 2 + width**2)])  # noqa: B023
        found = estimate_derivative(bend, [width])
        assert abs(found.value[0, 0] - 0.5**0.5) <= found.error[0, 0]
        assert found.error[0, 0] < 1e-10 or width < 1


def test_noise_is_measured_from_the_roughness():
    random = np.random.default_rng(3)
    rough = lambda x: np.array([np.exp(x[0]) + size * random.standard_normal() for size in (0, 1e-6, 1e-3)])
    noise = estimate_noise(rough, [0.3])
    assert noise[0] < 1e-15 and 3e-7 < noise[1] < 3e-6 and 3e-4 < noise[2] < 3e-3
