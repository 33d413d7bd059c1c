"""J = Phi . D: against Matrix.jacobian of the expanded closed form, and each arithmetic against the exact one."""

from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from feature_oracles import ENVIRONMENTS, TD, expanded_jacobian
from sympy import Rational

from symsens.descriptors import descriptor
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    exact_jacobian,
    exact_values,
    float_jacobian,
    float_values,
    midrad_jacobian,
    mp_jacobian,
    mp_values,
)
from symsens.geometry.displacements import Displacements, tie_matrix
from symsens.geometry.environment import Environment
from symsens.rows.filtration import exact_filtration

EXACT = ["distances:k_max=4", "angles:degree=3", "power-spectrum:n_max=2,l_max=3,radial=monomial"]
ORDER = {"distances": 1, "angles": 2, "power-spectrum": 2}


def fractions(matrix):
    return [Fraction(int(x.p), int(x.q)) for x in matrix.entries()]


def holds(ball, p, q):
    """Whether a ball contains the rational p/q (a few units of its radius at most are forgiven, 1 in 2^30)."""
    with flint.ctx.workprec(4000):
        return (ball * q - p).contains(0)


def cartesian(env, matrix):
    """Columns of a frame Jacobian as Cartesian ones: times B^-1 per neighbour, B^T B = M, by NumPy alone."""
    upper = np.linalg.cholesky(np.array(env.metric, dtype=float)).T
    return matrix @ np.kron(np.eye(env.n), np.linalg.inv(upper))


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("spec", EXACT)
def test_equals_the_jacobian_of_the_expanded_closed_form(spec, name):
    env = ENVIRONMENTS[name]
    want = expanded_jacobian(env, descriptor(spec))
    got = exact_jacobian(env, descriptor(spec))
    assert (got.nrows(), got.ncols()) == want.shape
    assert [Rational(f.numerator, f.denominator) for f in fractions(got)] == list(want)


def test_a_wrong_factor_is_seen():
    env = ENVIRONMENTS["three"]
    want = expanded_jacobian(env, descriptor("angles:degree=2"))
    got = fractions(exact_jacobian(env, descriptor("angles:degree=2")))
    i = next(i for i, x in enumerate(got) if x)
    got[i] *= 1 + Fraction(1, 10**30)
    assert [Rational(f.numerator, f.denominator) for f in got] != list(want)


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("spec", EXACT)
def test_all_arithmetics_agree_with_the_exact_one(spec, name, vary):
    env, chosen = ENVIRONMENTS[name], descriptor(spec)
    moves = Displacements.named(env, vary)
    matrix = exact_jacobian(moves, chosen)
    want = np.array([float(f) for f in fractions(exact_jacobian(env, chosen))]).reshape(matrix.nrows(), 3 * env.n)
    want = cartesian(env, want)
    if vary == "atoms":
        want = want @ np.array(tie_matrix(env).tolist(), dtype=float)
    scale = np.abs(want).max()
    assert np.abs(float_jacobian(moves, chosen) - want).max() <= 1e-13 * scale
    balls = ball_jacobian(moves, chosen, 200)
    entries = balls.entries()
    assert max(float(x.rad()) for x in entries) <= 1e-50 * scale
    assert np.abs(np.array([float(x) for x in entries]).reshape(want.shape) - want).max() <= 1e-13 * scale
    numbers = mp_jacobian(moves, chosen, 40)
    with mpmath.workdps(40):
        assert (
            max(abs(mpmath.mpf(x.mid().str(45, radius=False)) - y) for x, y in zip(entries, numbers))
            <= scale * mpmath.mpf(10) ** -37
        )
    enclosure = midrad_jacobian(moves, chosen)
    assert enclosure.rad.max() <= 1e-13 * scale
    assert all(
        float((x - m).abs_upper()) <= r or (x - m).contains(0)
        for x, m, r in zip(entries, map(flint.arb, enclosure.mid.ravel().tolist()), enclosure.rad.ravel())
    )


@pytest.mark.parametrize("spec", EXACT)
def test_identity_frame_balls_contain_the_exact_jacobian(spec):
    env = ENVIRONMENTS["four"]
    exact = exact_jacobian(env, descriptor(spec)).entries()
    assert all(holds(ball, x.p, x.q) for x, ball in zip(exact, ball_jacobian(env, descriptor(spec), 90).entries()))
    enclosure = midrad_jacobian(env, descriptor(spec))
    for x, mid, rad in zip(exact, enclosure.mid.ravel().tolist(), enclosure.rad.ravel().tolist()):
        assert abs(Fraction(int(x.p), int(x.q)) - Fraction(mid)) <= Fraction(rad)


@pytest.mark.parametrize("spec", EXACT)
def test_values_agree_in_every_arithmetic(spec):
    env, chosen = ENVIRONMENTS["three"], descriptor(spec)
    exact = [Fraction(int(x.p), int(x.q)) for x in exact_values(env, chosen)]
    assert np.allclose(float_values(env, chosen), [float(x) for x in exact], rtol=1e-14, atol=0)
    assert all(holds(ball, x.numerator, x.denominator) for x, ball in zip(exact, ball_values(env, chosen)))
    with mpmath.workdps(50):
        assert all(
            abs(y - mpmath.mpf(x.numerator) / x.denominator) <= abs(y) * mpmath.mpf(10) ** -48
            for x, y in zip(exact, mp_values(env, chosen))
        )


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("spec", EXACT)
def test_null_space_contains_that_of_D(spec, name):
    env = ENVIRONMENTS[name]
    matrix = exact_jacobian(env, descriptor(spec)).numer_denom()[0]
    filtration = exact_filtration(env, ORDER[spec.split(":")[0]])
    vectors = [v for level in filtration.levels for v in level.vectors]
    if vectors:
        image = matrix * flint.fmpz_mat(len(vectors), 3 * env.n, [x for v in vectors for x in v]).transpose()
        assert not any(image.entries())
    assert 3 * env.n - matrix.rank() >= filtration.nullity


def test_an_environment_of_no_neighbours_and_features_of_absent_species():
    empty, one = Environment((), (), "C"), Environment(("H",), [(1, 0, 0)], "C")
    chosen = descriptor("power-spectrum:n_max=2,l_max=1,radial=monomial")
    for f in (exact_jacobian, ball_jacobian):
        assert (f(empty, chosen).nrows(), f(empty, chosen).ncols()) == (0, 0)
        matrix = f(one, chosen, species=("H", "O"))
        assert (matrix.nrows(), matrix.ncols()) == (3 * 2 + 4 * 2 + 3 * 2, 3)
    assert float_jacobian(empty, chosen, species=("H",)).shape == (6, 0)
    assert midrad_jacobian(empty, chosen, species=("H",)).shape == (6, 0)
    assert mp_jacobian(empty, chosen, species=("H",)).rows == 6
    assert not float_jacobian(one, chosen, species=("H", "O"))[6:].any()


def test_methane_has_rank_one_and_a_skewed_twin_full_rank():
    chosen = descriptor("power-spectrum:n_max=4,l_max=4,radial=monomial")
    methane = Environment(("H",) * 4, TD, "C")
    assert exact_jacobian(methane, chosen).numer_denom()[0].rank() == 1
    moved = Environment(("H",) * 4, [(1, 1, "11/10"), (1, "-6/5", -1), ("-13/10", 1, -1), (-1, -1, "7/5")], "C")
    assert exact_jacobian(moved, chosen).numer_denom()[0].rank() == 9
