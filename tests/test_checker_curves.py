"""Polynomials of the checker over QQ and real fields: roots, divisors, determinants."""

import random
from fractions import Fraction

from symsens.checker.curves import common, count_roots, determinant, divided, interpolated, times, value
from symsens.checker.fields import QQ, Field
from symsens.checker.locus import polynomial_determinant


def test_determinants_of_polynomials():
    draw = random.Random(2)
    for size in (0, 1, 2, 3):
        rows = [[tuple(draw.randint(1, 9) for _ in range(2)) for _ in range(size)] for _ in range(size)]
        found = polynomial_determinant(rows)
        for t in range(4):
            assert value(found, t) == determinant(QQ, [[value(f, t) for f in row] for row in rows])


SQRT5 = Field("a", (-5, 0, 1), (Fraction(2), Fraction(3)))


def test_roots_are_counted_at_the_ends_too():
    f = (Fraction(0), Fraction(2), Fraction(-3), Fraction(1))  # t (t - 1) (t - 2)
    assert [count_roots(QQ, f, Fraction(a), Fraction(b)) for a, b in ((0, 2), (0, 1), (1, 1), (-1, 0), (3, 4))] == [
        3,
        2,
        1,
        1,
        0,
    ]
    double = times(f, f)
    assert count_roots(QQ, double, Fraction(0), Fraction(2)) == 3
    a = SQRT5.of_coefficients([Fraction(0), Fraction(1)])
    irrational = times((-a, Fraction(1)), (a, Fraction(1)))
    assert count_roots(SQRT5, irrational, Fraction(0), Fraction(3)) == 1
    assert count_roots(SQRT5, irrational, Fraction(-3), Fraction(3)) == 2


def test_inverses_and_divisions_over_a_field():
    draw = random.Random(5)
    cubic = Field("c", (-1, -2, 1, 1), (Fraction(6, 5), Fraction(13, 10)))
    for field in (SQRT5, cubic):
        for _ in range(40):
            x = field.of_coefficients([Fraction(draw.randint(-9, 9), draw.randint(1, 5)) for _ in range(field.degree)])
            if x:
                assert x * field.inverse(x) == 1
        f, g, h = (
            tuple(
                field.of_coefficients([Fraction(draw.randint(-5, 5)) for _ in range(field.degree)]) for _ in range(size)
            )
            + (Fraction(1),)
            for size in (2, 3, 2)
        )
        product = times(times(f, g), h)
        quotient, rest = divided(field, product, times(f, g))
        assert quotient == h and rest == ()
        assert len(common(field, times(f, g), times(f, h))) == len(f)


def test_determinants_and_interpolation():
    assert (
        determinant(QQ, [[0, 2], [3, 4]]) == -6 and determinant(QQ, [[1, 2], [2, 4]]) == 0 and determinant(QQ, []) == 1
    )
    f = (Fraction(1, 3), Fraction(0), Fraction(-7), Fraction(2))
    assert interpolated([value(f, t) for t in range(6)]) == f
    assert interpolated([value(f, t) for t in range(3)]) != f
