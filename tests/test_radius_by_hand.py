"""Pairs (middle, error) of the rule radius by hand: every number that they stand for lies in what is made of them."""

from itertools import product

import pytest

from symsens.checker.radius import Ball, Total, above_root, combination, times

PAIRS = [(0, 0), (3, 2), (-5, 4), (0, 7), (100, 1), (-1, 9)]


def numbers(pair):
    middle, error = pair
    return range(middle - error, middle + error + 1)


@pytest.mark.parametrize("one, other", list(product(PAIRS, PAIRS)))
def test_a_product_holds_all_products(one, other):
    middle, error = times(one, other)
    assert all(abs(x * y - middle) <= error for x in numbers(one) for y in numbers(other))
    assert any(abs(x * y - middle) == error for x in numbers(one) for y in numbers(other))  # and is no wider


@pytest.mark.parametrize("low, high", [(0, 3), (0, 4), (-7, -2), (5, 5), (-1, 0)])
def test_a_pair_around_an_interval_holds_its_ends(low, high):
    class Ends:
        def ends(self, interval, bits):
            return interval

    ball = object.__new__(Ball)
    ball.evaluator, ball.bits = Ends(), 0
    middle, error = ball.rounded((low, high))
    assert middle - error <= low <= high <= middle + error <= high + 1


def test_a_combination_holds_all_combinations():
    weights, parts = [2, -3, 0, 1], {0: (4, 1), 1: (5, 2), 3: (-2, 3)}
    middle, error = combination(weights, parts)
    assert (middle, error) == (2 * 4 - 3 * 5 - 2, 2 * 1 + 3 * 2 + 3)


def test_totals_add_up_and_squares_are_above():
    total = Total(3, 2)
    total.add("a", [(1, 0), (2, 1), (0, 0)], [(3, 1), (-4, 0)])
    total.add("a", [(1, 1), (0, 0), (-1, 0)], [(1, 0), (1, 2)])
    assert total.block("a") == [([4, -3], [2, 5]), ([6, -8], [6, 4]), ([-1, -1], [0, 2])]
    assert total.square("a", 0) == (4 + 2) ** 2 + (3 + 5) ** 2 + (6 + 6) ** 2 + (8 + 4) ** 2 + 1 + (1 + 2) ** 2
    assert total.square("b", 0) == 0


@pytest.mark.parametrize("square", [0, 1, 2, 24, 25, 10**40 + 1])
def test_the_root_is_above(square):
    assert above_root(square, 3) ** 2 * 64 > square
    assert (above_root(square, 3) * 8 - 1) ** 2 <= square
