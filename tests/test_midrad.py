"""Midpoint-radius arithmetic contains the exact result, from subnormals to 2^500, and by no more than it needs."""

import itertools
import math
from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb, fmpq, fmpz, fmpz_mat

from symsens.errors import InputError, UndecidedError
from symsens.numbers import midrad
from symsens.numbers.midrad import MidRad

OPERATIONS = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "short products": lambda x, y: x[:9] @ y[:7].T,
    "long products": lambda x, y: x.T @ y,
    "sum": lambda x, y: (x + y).sum(axis=0),
    "part": lambda x, y: (-x)[1:, ::2],
}
RANGES = [(-1074, -1000), (-600, -450), (-30, 30), (200, 500)]
fractions = np.vectorize(Fraction, otypes=[object])


def wild(low, high, fuzzy, r):
    """A 150 x 2 enclosure with entries of about 2^low..2^high, some zero, and Fractions inside it, at the edge."""

    def values():
        return np.ldexp(r.standard_normal((150, 2)), r.integers(low, high, (150, 2))) * (r.random((150, 2)) < 0.9)

    mid, rad = values(), fuzzy * np.abs(values())
    return MidRad(mid, rad), fractions(mid) + fractions(rad) * r.choice([-1, 1], (150, 2))


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_contains_the_exact_result_and_not_by_chance(name):
    caught, r = 0, np.random.default_rng(1)
    for (low, high), fuzzy in itertools.product(RANGES, [(0, 0), (1, 0), (0, 1), (1, 1)]):
        (A, X), (B, Y) = (wild(low, high, which, r) for which in fuzzy)
        result, truth = OPERATIONS[name](A, B), OPERATIONS[name](X, Y)
        error = np.abs(truth - fractions(result.mid))
        assert (error <= fractions(result.rad)).all()
        caught += (error > fractions(result.rad) / 1000).any()
    assert caught >= (8 if name != "part" else 4)


def test_numbers_enter_rounded_outward():
    numbers = [
        0,
        1,
        -7,
        2**53,
        2**53 + 1,
        10**300,
        Fraction(1, 3),
        Fraction(-5, 8),
        Fraction(1, 2**1074),
        Fraction(3, 2**1075),
        Fraction(1, 10**400),
        fmpq(2, 3),
        fmpz(-4),
        np.int64(5),
    ]
    truth = [Fraction(x) for x in numbers[:-3]] + [Fraction(2, 3), Fraction(-4), Fraction(5)]
    with flint.ctx.workprec(3000):
        entries = [arb(fmpq(x.numerator, x.denominator)) for x in truth]
        fuzzy = [x + arb(0, 1) * x / 7 for x in entries]
    for enclosure, factor in (
        (MidRad.from_exact(numbers), 1),
        (MidRad.from_exact([numbers], 7).T, Fraction(1, 7)),
        (MidRad.from_arb(entries), 1),
        (MidRad.from_arb(fuzzy), Fraction(8, 7)),
        (MidRad.from_exact(numbers).scale(3), 3),
    ):
        values = [factor * x for x in truth]
        for mid, rad, x in zip(enclosure.mid.ravel(), enclosure.rad.ravel(), values):
            assert abs(x - Fraction(mid)) <= Fraction(rad) <= max(abs(x) / 6, Fraction(1, 2**1060))
    assert list(MidRad.from_exact(numbers).rad[:4]) == [0] * 4 and MidRad.from_arb([arb(0)]).rad[0] == 0
    single = MidRad.from_exact([3, 4])[0]
    assert (single * single + single).mid == 12 and single.shape == ()
    assert MidRad.from_exact(fmpz_mat([[1, 2]])).shape == MidRad.from_exact(np.array([[1, 2]])).shape == (1, 2)


def test_balls_of_every_accuracy_enter_with_both_ends_and_not_much_more():
    """Radii are asked for where the accuracy does not bound them: about there, and far from there."""
    with flint.ctx.workprec(200):
        for k, m in itertools.product(
            [*range(50, 70), 3, 100, 190], (arb(7) / 3, -(arb(2) ** -1060) / 3, arb(2) ** 900)
        ):
            ball = m.mid() + arb(0, abs(m.mid()) * arb(2) ** -k)
            found = MidRad.from_arb([ball])
            low, high = (Fraction(int(x.p), int(x.q)) for x in (ball.lower().fmpq(), ball.upper().fmpq()))
            mid, rad = Fraction(found.mid[0]), Fraction(found.rad[0])
            assert mid - rad <= low <= high <= mid + rad
            assert rad <= (high - low) + abs(mid) / 2**51 + Fraction(1, 2**1070)


@pytest.mark.parametrize("low, high", RANGES)
def test_norms_are_bounded_above_and_closely(low, high):
    for seed in range(20):
        A, _ = wild(low, high, 0, np.random.default_rng(seed))
        X = fractions(A.mid[: seed + 1])
        frobenius = midrad.frobenius_upper(A.mid[: seed + 1])
        columns, rows = np.abs(X).sum(axis=0).max(), np.abs(X).sum(axis=1).max()
        square = min((X * X).sum(), columns * rows)
        assert Fraction(frobenius) ** 2 >= (X * X).sum()
        assert Fraction(midrad.norm2_upper(A.mid[: seed + 1])) ** 2 >= square
        if low > -1000:  # squares of smaller numbers underflow
            assert Fraction(frobenius) ** 2 <= (X * X).sum() * (1 + Fraction(1, 10**13)) + Fraction(1, 2**1060)
        Q = np.ldexp(A.mid, -high)
        defect = fractions(Q).T @ fractions(Q) - fractions(np.eye(2))
        assert Fraction(midrad.orthonormality_defect(Q)) >= np.abs(defect).max()
    assert midrad.norm2_upper(np.zeros((0, 2))) == midrad.norm2_upper(np.zeros((3, 2))) == 0
    assert math.isnan(midrad.norm2_upper(np.array([[math.nan, 1.0]])))


def test_midrad_refusals():
    big = MidRad.from_floats([[1e300, 1e300]])
    for overflow in (
        lambda: big * big,
        lambda: big @ big.T,
        lambda: MidRad.from_exact([10**400]),
        lambda: midrad.gamma(2**60),
        lambda: MidRad.from_arb([arb("inf")]),
        lambda: MidRad.from_floats([math.nan]),
        lambda: MidRad(np.full((9, 1), 1e308), np.zeros((9, 1))).sum(0),
    ):
        with pytest.raises(UndecidedError):
            overflow()
    for wrong in (
        lambda: MidRad(np.zeros(2), np.zeros(3)),
        lambda: MidRad(np.zeros(2), -np.ones(2)),
        lambda: big @ big,
        lambda: MidRad([1.0], [0.0]),
        lambda: MidRad.from_exact([0.5]),
        lambda: MidRad.from_exact([[1], [1, 2]]),
        lambda: MidRad.from_exact([1], 0),
    ):
        with pytest.raises(InputError):
            wrong()
    with pytest.raises(ValueError, match="read-only"):
        big.mid[0, 0] = 1.0
