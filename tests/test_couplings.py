"""Angular couplings, bispectrum and ace: against spherical harmonics and Wigner symbols, and against each other."""

from itertools import combinations_with_replacement

import mpmath
import pytest
from coupled_harmonics import direct, harmonics
from feature_oracles import ENVIRONMENTS, central_differences, expanded_jacobian, mid
from mpmath import mpf
from sympy import Rational
from textbooks import coupled_densities

from symsens.descriptors import descriptor
from symsens.descriptors.parts.couplings import coupling, independent_intermediates, intermediates, triple
from symsens.errors import SpecError
from symsens.forms.blocks import invariants
from symsens.forms.jacobian import ball_jacobian, exact_jacobian, exact_values, feature_labels, mp_values
from symsens.geometry.environment import Environment
from symsens.rows.tuples import components

POINTS = [[(1, 2, -1), (2, 0, 1), (-1, 1, 3), (1, -2, 2)], [(0, 1, 1), (3, -1, 1), (1, 1, -2), (-2, 1, 1)]]


def evaluate(form, points):
    values = {
        t: Rational(sum(x * y for x, y in zip(points[a], points[b])))
        for t, (a, b) in zip(invariants(len(points)), components(len(points)))
    }
    return mpf(str(form.xreplace(values).evalf(40)))


TRIPLES = [
    (a, b, c) for a in range(4) for b in range(4) for c in range(4) if (a + b + c) % 2 == 0 and abs(a - b) <= c <= a + b
]


@pytest.mark.parametrize("ls", [*TRIPLES, (4, 3, 5), (5, 5, 4)])
def test_triples_are_coupled_harmonics(ls):
    with mpmath.workdps(40):
        for points in POINTS:
            here = direct([harmonics(x, l) for x, l in zip(points, ls)], ls)
            together = direct([harmonics((0, 0, 1), l) for l in ls], ls)
            assert abs(evaluate(coupling(ls), points[:3]) * together - here) <= mpf(10) ** -30 * (1 + abs(here))


def test_there_are_no_other_triples():
    for a in range(4):
        for b in range(4):
            for c in range(5):
                assert (coupling((a, b, c)) is None) == (not (abs(a - b) <= c <= a + b) or (a + b + c) % 2 == 1)
                if (a + b + c) % 2:
                    assert (triple(a, b, c, odd=True) is None) == (not abs(a - b) <= c <= a + b or 0 in (a, b, c))


@pytest.mark.parametrize(
    "ls",
    [
        (0, 0, 0, 0),
        (1, 1, 1, 1),
        (0, 1, 1, 2),
        (2, 1, 1, 2),
        (2, 2, 2, 2),
        (1, 2, 3, 2),
        (3, 2, 3, 2),
        (3, 3, 3, 3),
        (2, 3, 1, 0),
    ],
)
def test_quadruples_are_coupled_harmonics(ls):
    every = range(max(abs(ls[0] - ls[1]), abs(ls[2] - ls[3])), min(ls[0] + ls[1], ls[2] + ls[3]) + 1)
    assert intermediates(ls) == [L for L in every if (0 not in ls) or (ls[0] + ls[1] + L) % 2 == 0]
    with mpmath.workdps(40):
        for L in intermediates(ls):
            ratios = []
            for points in POINTS:
                here = direct([harmonics(x, l) for x, l in zip(points, ls)], ls, L)
                value = evaluate(coupling(ls, L), points)
                assert abs(here) > 1e-20 or abs(value) < 1e-20
                ratios += [value / here] if abs(here) > 1e-20 else []
            assert all(abs(ratio - ratios[0]) <= mpf(10) ** -28 * abs(ratios[0]) for ratio in ratios)
            if (ls[0] + ls[1] + L) % 2 == 0:
                assert (
                    sum(
                        coupling(ls, L)
                        .xreplace({t: Rational(1) for t in invariants(4)})
                        .as_coefficients_dict()
                        .values()
                    )
                    == 1
                )
            else:
                assert coupling(ls, L).xreplace({t: Rational(1) for t in invariants(4)}) == 0


def test_symmetrised_couplings():
    assert independent_intermediates((1, 1, 1, 1), (0, 1, 2, 3)) == (0, 1, 2)
    assert independent_intermediates((1, 1, 1, 1), (0, 0, 0, 0)) == (0,)
    assert independent_intermediates((1, 1, 1, 1), (0, 0, 2, 2)) == (0, 2)
    assert independent_intermediates((2, 2, 2, 2), (0, 0, 0, 0)) == (0,)
    assert len(independent_intermediates((2, 2, 2, 2), (0, 1, 2, 3))) == 5
    # Invariants of degree 4 of one tensor of degree 2 (of a traceless quadratic form, tr(Q^2)^2 alone), 3 and 4: their
    # number is that of the trivial representation in the fourth symmetric power, from its character.
    for l in (1, 2, 3, 4):  # noqa: E741
        assert len(independent_intermediates((l,) * 4, (0,) * 4)) == _fourth_symmetric_power(l)


def _fourth_symmetric_power(l):  # noqa: E741
    """How often l' = 0 occurs: weights of total 0 less weights of total 1."""
    weights = [sum(c) for c in combinations_with_replacement(range(-l, l + 1), 4)]
    return weights.count(0) - weights.count(1)


@pytest.mark.parametrize(
    "spec", ["bispectrum:n_max=2,l_max=2,radial=monomial", "ace:nu=4,n_max=1,l_max=2,radial=monomial"]
)
def test_features_are_products_of_densities(spec):
    env, chosen = ENVIRONMENTS["three"], descriptor(spec)
    with mpmath.workdps(30):
        values = mp_values(env, chosen, 30)
        for label, value in zip(feature_labels(env, chosen), values, strict=True):
            want = coupled_densities(env, chosen, label)
            assert want is None or abs(value - want) <= mpf(10) ** -22 * (1 + abs(want)), label


def test_ace_contains_the_others():
    env = ENVIRONMENTS["three"]
    rows = {}
    for label, value in zip(
        feature_labels(env, descriptor("ace:nu=3,n_max=2,l_max=2,radial=monomial")),
        exact_values(env, descriptor("ace:nu=3,n_max=2,l_max=2,radial=monomial")),
    ):
        rows.setdefault(label.count("-") + 1, []).append(value)
    assert rows[1] == exact_values(env, descriptor("radial:n_max=2,radial=monomial"))
    assert sorted(rows[2]) == sorted(exact_values(env, descriptor("power-spectrum:n_max=2,l_max=2,radial=monomial")))
    assert rows[3] == exact_values(env, descriptor("bispectrum:n_max=2,l_max=2,radial=monomial"))


def test_jacobian_is_exactly_sympys_own():
    env, chosen = ENVIRONMENTS["two"], descriptor("ace:nu=4,n_max=1,l_max=2,radial=monomial")
    want = expanded_jacobian(env, chosen)
    assert [Rational(int(x.p), int(x.q)) for x in exact_jacobian(env, chosen).entries()] == list(want)


def test_jacobian_by_central_differences():
    env, chosen = ENVIRONMENTS["two"], descriptor("ace:nu=4,n_max=1,l_max=2,radial=gto,cutoff_function=cosine")
    want = central_differences(env, lambda moved: mp_values(moved, chosen, 100))
    got = ball_jacobian(env, chosen, 300).entries()
    with mpmath.workdps(100):
        assert max(abs(mid(x) - y) for x, y in zip(got, want, strict=True)) <= mpf(10) ** -50


def test_the_bispectrum_sees_what_the_power_spectrum_cannot():
    env = ENVIRONMENTS["four"]  # F1: one spurious null at nu = 2, none at nu = 3
    ranks = [
        exact_jacobian(env, descriptor(f"{name}:n_max=2,l_max=4,radial=monomial")).numer_denom()[0].rank()
        for name in ("power-spectrum", "bispectrum")
    ]
    assert ranks == [8, 9]


@pytest.mark.parametrize(
    "spec",
    [
        "ace:nu=5,radial=monomial",
        "ace:nu=4,n_max=8,l_max=4,radial=monomial",
        "bispectrum:n_max=30,l_max=5,radial=monomial",
        "ace:lmax=2",
    ],
)
def test_refusals(spec):
    with pytest.raises(SpecError, match="from 1 to 4|lower nu, n_max or l_max|lower n_max or l_max|did you mean l_max"):
        exact_values(Environment(("H",), [(1, 0, 0)]), descriptor(spec))
