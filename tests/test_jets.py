"""Jets enclose the Taylor coefficients that SymPy's derivatives give, at points and on boxes; where a form is not
smooth they refuse."""

import random
from fractions import Fraction
from math import factorial, prod

import mpmath
import numpy as np
import pytest
from flint import arb, ctx
from sympy import Rational, acos, asin, atan, cos, cosh, erf, exp, hyper, log, pi, sin, sinh, sqrt, tan, tanh

from symsens.errors import UndecidedError
from symsens.forms.arithmetics import multiprecision
from symsens.forms.blocks import Family, invariants
from symsens.forms.compile import program
from symsens.forms.special import ramp, scaled_bessel, scaled_kummer, step
from symsens.forms.taylor import family_jets
from symsens.numbers.midrad import MidRad

s1, s2, d = invariants(2)
FORMS = [
    3 * s1**2 * d - s2**3 / 7 + 2,
    exp(-s1 / 3) * log(s2 + d**2),
    sin(s1 * d) + cos(2 * s2) * pi,
    sqrt(s1 * s2) + s1 ** Rational(-5, 2) + d**-3,
    tan(d / 5) + atan(s1 - s2),
    acos(d / sqrt(s1 * s2)) + asin(d / 7),
    sinh(d) * cosh(s1) - tanh(s2 - 1) ** 3,
    erf(d + s1 / 2),
    (s1 + d) ** Rational(7, 3) + 2 ** Rational(1, 3) * (1 + d / 9) ** sqrt(2),
    hyper((), (Rational(5, 2),), -s1 * d) + hyper((Rational(1, 2),), (Rational(3, 2),), s2 - d),
    scaled_bessel(2, s1 + d) + scaled_bessel(3, s1 + d) + scaled_bessel(4, s1 + d),
    scaled_kummer(Rational(5, 2), Rational(7, 2), s1 * s2),
    ramp(s1 - 1) ** 2 * d + step(s2 - 9) * s1 + step(s1 - 1) * s2,
    1 + 0 * s1,
]
CENTRE = (Fraction(5, 4), Fraction(9, 5), Fraction(2, 3))
KEYS = [()] + [
    key for n in (1, 2, 3) for key in [tuple(sorted(k)) for k in np.ndindex(*(3,) * n)] if key == tuple(sorted(key))
]


def coefficient(form, key, point):
    """The Taylor coefficient by SymPy's derivative, with 40 digits."""
    for c in key:
        form = form.diff(invariants(2)[c])
    scale = prod(factorial(key.count(c)) for c in set(key))
    numbers = [mpmath.mpf(x.numerator) / x.denominator for x in point]
    (value,) = program(invariants(2), (form,))(multiprecision(), numbers)
    return value / scale


def jets(form, point, radius):
    with ctx.workprec(80):
        balls = [MidRad.from_arb([arb(x.numerator) / x.denominator + arb(0, radius)]) for x in point]
        return family_jets(Family("f", 2, (form,)), balls, 3)


def holds(table, key, value):
    """Whether a coefficient (0 where it is missing) contains a number, up to 1e-30 of it."""
    if key not in table:
        return abs(value) < 1e-30
    x = table[key]
    return (
        abs(value - mpmath.mpf(float(x.mid[0, 0])))
        <= mpmath.mpf(float(x.rad[0, 0])) + abs(value) * mpmath.mpf(10) ** -30
    )


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_jets_enclose_the_derivatives(form):
    rng = random.Random(str(form))
    with mpmath.workdps(40):
        thin, wide = jets(form, CENTRE, 0.0), jets(form, CENTRE, 0.02)
        missed = 0
        for key in dict.fromkeys(KEYS):
            value = coefficient(form, key, CENTRE)
            assert holds(thin, key, value)
            if key in thin:
                assert thin[key].rad[0, 0] <= 1e-12 * (abs(value) + 1)
            for _ in range(4):
                point = [c + Fraction(rng.randint(-20, 20), 1000) for c in CENTRE]
                value = coefficient(form, key, point)
                assert holds(wide, key, value)
                missed += not holds({k: MidRad(x.mid, x.rad / 50) for k, x in wide.items()}, key, value)
        assert missed or form == 1 + 0 * s1  # negative control: too small radii are seen


@pytest.mark.parametrize(
    "form",
    [sqrt(s1 - 1), log(s1 - 1), ramp(s1 - 1), step(s1 - 1), (s1 - 1) ** -1, acos(s1), (s1 - 1) ** Rational(7, 2)],
    ids=str,
)
def test_what_is_not_smooth_on_the_box_is_refused(form):
    with pytest.raises(UndecidedError):
        jets(form, (Fraction(1), Fraction(1), Fraction(1)), 0.1)
