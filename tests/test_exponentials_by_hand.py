"""Sums of exponentials by hand: which are proved not to be zero, and which vectors stand apart."""

from fractions import Fraction

import pytest

from symsens.checker.evaluation import Evaluator
from symsens.checker.exponentials import Derivatives, check_apart, proved_nonzero
from symsens.checker.formal import Formal
from symsens.checker.refusals import Refuted

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)


@pytest.mark.parametrize(
    "terms, nonzero",
    [
        ([(ZERO, ONE)], True),
        ([(ZERO, HALF / 1000)], True),
        ([(ZERO, -HALF / 1000)], True),
        ([], False),
        ([(ONE, ONE), (ONE, -ONE)], False),  # e - e: no interval shows that it is not zero
        ([(ONE, HALF), (ZERO, Fraction(-135914, 100000))], True),  # e/2 - 1.35914 = 9.1e-7
        ([(ONE, ONE), (ZERO, Fraction(-271828, 100000))], True),
        ([(-ONE, Fraction(3)), (ZERO, -ONE)], True),  # 3/e - 1 = 0.1036; 3 + 1/e - 1 would be too
        ([(ZERO, ONE), (ZERO, -ONE)], False),  # with a sum in place of the product: 1 + 1 - 1 + 1
    ],
)
def test_sums_of_exponentials_that_are_proved_not_to_be_zero(terms, nonzero):
    assert proved_nonzero(Evaluator(100), terms) is nonzero


def test_every_exponential_costs_work():
    evaluator = Evaluator(100)
    proved_nonzero(evaluator, [(ZERO, ONE)] * 5)
    assert evaluator.work >= 20


def one(*columns):
    return {column: [(ZERO, ONE)] for column in columns}


@pytest.mark.parametrize(
    "vectors",
    [[one(0)], [one(5)], [one(0), one(5)], [one(0, 1), one(1, 2)], [one(0, 3), one(3, 4), one(3, 5)], []],
)
def test_vectors_with_an_entry_in_a_column_of_their_own_stand_apart(vectors):
    check_apart(vectors, set(), 6, Evaluator(100))


@pytest.mark.parametrize(
    "vectors, leading, message",
    [
        ([one(6)], set(), "or in none"),
        ([one(-1)], set(), "or in none"),
        ([one(0)], {0}, "leading column"),
        ([one(1, 2), one(2)], {2}, "leading column"),
        ([one(1), one(1)], set(), r"exponentials\[0\]: not seen"),
        ([one(0, 1), one(1)], set(), r"exponentials\[1\]: not seen"),
        ([{0: [(ONE, ONE), (ONE, -ONE)]}], set(), r"exponentials\[0\]: not seen"),
        ([{}], set(), r"exponentials\[0\]: not seen"),
    ],
)
def test_vectors_that_do_not_are_refused(vectors, leading, message):
    with pytest.raises(Refuted, match=message):
        check_apart(vectors, leading, 6, Evaluator(100))


@pytest.mark.parametrize(
    "exponent, value, slope", [(0, 1, None), (1, 2, 3), (2, 4, 12), (3, 8, 36), (-1, HALF, -3 * HALF / 2)]
)
def test_powers_and_their_derivatives(exponent, value, slope):
    """x = 2, dx = 3."""
    derivatives = object.__new__(Derivatives)
    derivatives.formal = Formal()
    found = derivatives.power(({(): Fraction(2)}, {0: {(): Fraction(3)}}), Fraction(exponent))
    assert found == ({(): value}, {} if slope is None else {0: {(): slope}})
