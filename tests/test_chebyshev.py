"""Chebyshev moments: exactness where distances are rational, weights of species, high orders, refusals."""

import numpy as np
import pytest
from descriptor_laws import (
    check_differences,
)
from feature_oracles import ENVIRONMENTS, expanded_jacobian
from mpmath import mp
from sympy import Rational, Symbol, chebyshevt, expand
from textbooks import chebyshev as textbook

from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.descriptors.chebyshev import _weights, polynomials
from symsens.errors import NotSmoothError, SpecError
from symsens.forms.facts import angular_degree
from symsens.forms.jacobian import exact_jacobian, exact_values, feature_labels, float_jacobian, float_values
from symsens.geometry.environment import Environment

SPECS = [
    "chebyshev:n_rad=5,n_ang=4,cutoff=3",
    "chebyshev:n_rad=3,n_ang=3,cutoff=3,cutoff_angular=2,angle=theta,weights=number",
]
# distances 1, 1, 2 and right angles or 3-4-5 triangles: rational throughout
RATIONAL = Environment(("H", "H", "O"), [(1, 0, 0), ("3/5", "4/5", 0), (0, 0, 2)], "C")


@pytest.mark.parametrize("function", ["none", "polynomial"])
def test_exact_where_distances_are_rational(function):
    chosen = descriptor(f"chebyshev:n_rad=4,n_ang=3,cutoff=5,cutoff_function={function}")
    values, jacobian = exact_values(RATIONAL, chosen), exact_jacobian(RATIONAL, chosen)
    want = expanded_jacobian(RATIONAL, chosen)
    assert [Rational(int(x.p), int(x.q)) for x in jacobian.entries()] == list(want)
    assert [float(x.p) / float(x.q) for x in values] == pytest.approx(float_values(RATIONAL, chosen), abs=1e-13)
    wrong = [x * (1 + Rational(1, 10**30)) for x in want]
    assert [Rational(int(x.p), int(x.q)) for x in jacobian.entries()] != wrong
    assert exact_jacobian(ENVIRONMENTS["three"], chosen) is None


def test_the_weighted_set_tells_species_apart():
    env = ENVIRONMENTS["three"]
    swapped = Environment(("H", "O", "H"), env.positions, "C")
    chosen = descriptor("chebyshev:n_rad=3,n_ang=2")
    one, other = float_values(env, chosen), float_values(swapped, chosen)
    assert one[:7] == pytest.approx(other[:7], abs=1e-14) and abs(one[7:] - other[7:]).max() > 0.1
    assert len(float_values(env, descriptor("chebyshev:n_rad=3,n_ang=2,weights=none"))) == 7
    assert (
        len(float_values(ENVIRONMENTS["four"], chosen)) == 7
        and len(float_values(ENVIRONMENTS["four"], chosen, ("H", "C"))) == 14
    )
    assert feature_labels(env, chosen)[7:9] == ("R n=0 weighted", "R n=1 weighted")


def test_weights_are_those_of_aenet():
    table = {2: [-1, 1], 3: [-1, 0, 1], 4: [-2, -1, 1, 2], 5: [-2, -1, 0, 1, 2]}
    assert {k: _weights("aenet", "x" * k) for k in table} == table
    assert _weights("number", ("H", "O")) == [1, 8]


def test_a_species_of_weight_zero_leaves_zeros_not_gaps():
    # of H, C, O the middle one has weight 0
    env = Environment(("C", "C"), [(1, 0, 0), ("1/4", 1, "1/3")], "C")
    values = float_values(env, descriptor("chebyshev:n_rad=1,n_ang=1"), ("H", "C", "O"))
    assert len(values) == 8 and not values[4:].any() and values[:4].all()


def test_polynomials_are_chebyshev():
    x = Symbol("x")
    assert all(expand(t - chebyshevt(n, x)) == 0 for n, t in enumerate(polynomials(17, x)))
    assert polynomials(0, x) == [1] and polynomials(1, x) == [1, x]


@pytest.mark.parametrize("n", [30, pytest.param(60, marks=pytest.mark.soak)])
def test_high_orders_do_not_cancel(n):
    # Powers of the argument would: their coefficients in T_30 reach 1e11.
    env, chosen = ENVIRONMENTS["three"], descriptor(f"chebyshev:n_rad={n},n_ang={n},weights=none")
    with mp.workdps(60):
        true = textbook(env, descriptor(f"chebyshev:n_rad={n},n_ang={n}"))[: 2 * (n + 1)]
    assert abs(float_values(env, chosen) - np.array([float(x) for x in true])).max() < 1e-12


def test_refusals():
    line = Environment(("H", "H"), [(1, 0, 0), (-2, 0, 0)], "C")
    theta, cosines = descriptor("chebyshev:angle=theta"), descriptor("chebyshev:angle=cosine")
    for use in (theta.check_smooth, lambda env: float_jacobian(env, theta)):
        with pytest.raises(NotSmoothError, match="atoms 1 and 2 .*in line with the centre, a cusp of the angle"):
            use(line)
    cosines.check_smooth(line)
    check_differences(line, cosines, 50)
    theta.check_smooth(Environment(("H", "H"), [(1, 0, 0), (-2, "1e-30", 0)], "C"))
    with pytest.raises(NotSmoothError, match="atom 2 .*at the cutoff radius 2"):
        descriptor("chebyshev:cutoff=3,cutoff_angular=2").check_smooth(line)
    descriptor("chebyshev:cutoff=3,cutoff_angular=2,cutoff_function=none").check_smooth(line)


@pytest.mark.parametrize(
    "spec, said",
    [
        ("n_rad=-1", "an integer from 0 to 60"),
        ("n_max=3", "unknown parameter 'n_max'"),
        ("angle=cos", "did you mean cosine"),
        ("weights=charge", "one of aenet, number, none"),
        ("cutoff_function=sine", "did you mean cosine"),
    ],
)
def test_bad_specs(spec, said):
    with pytest.raises(SpecError, match=said):
        descriptor(f"chebyshev:{spec}")


@pytest.mark.parametrize("spec", SPECS)
def test_the_angle_itself_is_no_polynomial_in_its_cosine(spec):
    assert angular_degree(plan_of(ENVIRONMENTS["three"], descriptor(spec))) == (None if "theta" in spec else 4)
