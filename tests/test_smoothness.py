"""`assert_smooth` tells jumps, kinks, cusps and isolated values from smooth features, at the cutoff too."""

from functools import partial

import made_up
import numpy as np
import pytest
from test_assertions import COLLINEAR, GENERIC, METHANE, caught

from symsens.errors import UndecidedError
from symsens.testing import assert_invariant, assert_rank, assert_smooth

features, jacobian = made_up.features, made_up.jacobian


def radial(shape):
    def function(atoms, centre):
        r = np.linalg.norm(np.delete(atoms.positions, centre, axis=0) - atoms.positions[centre], axis=1)
        return np.array([(np.exp(-r) * np.where(r < 3, shape(np.minimum(r, 3)), 0)).sum()])

    return function


@pytest.mark.parametrize(
    "shape, fault",
    [
        (lambda r: 1 + 0 * r, "jump"),
        (lambda r: 3 - r, "kink"),
        (lambda r: 1 + np.cos(np.pi * r / 3), None),
        (lambda r: (3 - r) ** 2, None),
    ],
)
def test_cutoff_functions(shape, fault):
    assert_smooth(radial(shape), GENERIC)
    if fault is None:
        assert_smooth(radial(shape), GENERIC, cutoff=3.0)
    else:
        caught(
            assert_smooth,
            radial(shape),
            GENERIC,
            cutoff=3.0,
            match=f"{fault} in a feature with atom [1-4] at the cutoff",
        )


def angle(power, atoms, centre):
    x = np.delete(atoms.positions, centre, axis=0) - atoms.positions[centre]
    cosine = x[0] @ x[1] / np.linalg.norm(x[0]) / np.linalg.norm(x[1])
    return np.array([np.arccos(np.clip(cosine, -1, 1)) if power is None else abs(1 + cosine) ** power])


def test_cusps_at_collinear_neighbours():
    assert_smooth(partial(angle, None), GENERIC)
    caught(assert_smooth, partial(angle, None), COLLINEAR, match="kink in a feature")
    caught(assert_smooth, partial(angle, 0.5), COLLINEAR, match="kink in a feature")
    with pytest.raises(UndecidedError, match="not smooth, or too rough"):
        assert_smooth(partial(angle, 0.75), COLLINEAR)  # differentiable, and only just
    assert_smooth(partial(angle, 2), COLLINEAR)


def test_an_isolated_value_and_a_nan():
    def isolated(atoms, centre):
        return features(atoms, centre) * (1.001 if not atoms.positions[:, 0].any() else 1)

    caught(assert_smooth, isolated, COLLINEAR, match="isolated value")

    def undefined(atoms, centre):
        return np.append(features(atoms, centre), np.nan if not atoms.positions[:, 0].any() else 1)

    for assertion in (assert_smooth, assert_invariant):
        caught(assertion, undefined, COLLINEAR, match="features is not finite")
    caught(assert_rank, lambda a, c: jacobian(a, c) * np.nan, METHANE, match="jacobian is not finite")
