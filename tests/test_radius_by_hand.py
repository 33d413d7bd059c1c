"""Pairs (middle, error) of the rule radius by hand: every number that they stand for lies in what is made of them."""

from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import pytest

from symsens.checker import radius
from symsens.checker.limits import MAX_RADIUS_BITS
from symsens.checker.radius import Ball, Total, above_root, combination, first_order, slopes_throughout, times
from symsens.checker.refusals import Refuted

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


class Spending:
    """What the rule asks of a ball where forms are not evaluated: bits, places, and work that is counted."""

    bits = 4
    x = [[(16, 2), (0, 0), (-32, 1)], [(48, 3), (8, 0), (0, 1)]]

    def __init__(self):
        self.evaluator, self.work = self, 0

    def spend(self, work):
        self.work += work

    def reach(self, j, k):
        return 10 * j + k

    def rounded(self, reach):
        return reach, 1


def test_first_derivatives_by_places_count_a_square_twice():
    ball = Spending()
    # one tuple (1, 0): the derivative by s_1 is (5, 1), by d_12 (7, 0), for a single output
    total = first_order(ball, [((1, 0), {0: [(5, 1)], 2: [(7, 0)]})], 1)
    twice = [times((5, 1), (2 * m, 2 * e)) for m, e in ball.x[1]]
    once = [times((7, 0), pair) for pair in ball.x[0]]
    both = [(m + n, e + f) for (m, e), (n, f) in zip(twice, once)]
    assert total.block(1) == [([m for m, _ in both], [e for _, e in both])]
    other = [times((7, 0), pair) for pair in ball.x[1]]
    assert total.block(0) == [([m for m, _ in other], [e for _, e in other])]


def test_first_derivatives_throughout_are_widened_by_the_second_ones():
    # places (0, 1): reaches 1, 12 and 2 for s_1, s_2 and d_12; each second derivative adds |n| + f times its reach
    curves = {(0, 0): [(3, 1)], (0, 2): [(-8, 0)], (2, 2): [(0, 0)]}
    ball = Spending()
    ball.bits = 0
    found = slopes_throughout(ball, (0, 1), {0: [(100, 5)], 1: [(9, 9)]}, curves, 1)
    reach = [1, 12, 2]
    first = 5 + (3 + 1) * reach[0] + 1 + (8 + 0) * reach[2] + 1
    mixed = 0 + (8 + 0) * reach[0] + 1 + 0 + 1
    assert found == {0: [(100, first)], 1: [(9, 9)], 2: [(0, mixed)]}


def test_the_square_of_a_neighbour_is_that_of_its_three_outputs():
    total = Total(9, 1)
    total.add("a", [(10**k, 0) for k in range(9)], [(1, 0)])
    assert [total.square("a", i) for i in range(3)] == [10101, 10101 * 10**6, 10101 * 10**12]


def claimed(**changes):
    usual = {"radius": Fraction(1, 2), "weights": [Fraction(1), Fraction(2)], "bits": 53}
    return usual | {"inverse": [[Fraction(0)]] * 6, "rotations": [[Fraction(0)] * 3] * 6} | changes


ENV = SimpleNamespace(n=2, data={"tie": None})


@pytest.mark.parametrize("corner, said", [("9/10", "<= 0.950"), ("1001/1002", "<= 1.000"), ("1", None), ("2", None)])
def test_the_bound_is_the_largest_row_over_its_weight_and_is_below_one(monkeypatch, corner, said):
    """C + rho N = [[c/2 .. ]] such that the second row, over its weight 2, is (c + 1) / 2."""
    parts = SimpleNamespace(count=1)
    monkeypatch.setattr(radius, "Features", lambda proof: parts)
    monkeypatch.setattr(radius, "Ball", lambda *given: SimpleNamespace(combined=lambda W: []))
    c = Fraction(corner)
    monkeypatch.setattr(radius, "defect", lambda *given: [[Fraction(1, 4), Fraction(0)], [c, Fraction(1, 4)]])
    monkeypatch.setattr(radius, "curvature", lambda *given: [[Fraction(0)] * 2, [Fraction(0), Fraction(1, 2)]])
    proof = SimpleNamespace(env=ENV)
    if said is None:
        with pytest.raises(Refuted, match="not proved to be below 1"):
            radius.prove(proof, claimed())
    else:
        statement = radius.prove(proof, claimed())
        assert statement.endswith(f"||I - W [J; R]|| {said if said != '<= 1.000' else '< 1'} there")


@pytest.mark.parametrize("bits", [53, MAX_RADIUS_BITS])
def test_evidence_of_the_right_size_is_taken(bits):
    radius.check_evidence(ENV, claimed(bits=bits), 1)


@pytest.mark.parametrize(
    "changes, count, n",
    [
        ({"bits": 52}, 1, 2),
        ({"bits": MAX_RADIUS_BITS + 1}, 1, 2),
        ({"radius": Fraction(0)}, 1, 2),
        ({"radius": Fraction(-1)}, 1, 2),
        ({"weights": [Fraction(1)]}, 1, 2),
        ({"weights": [Fraction(1), Fraction(0)]}, 1, 2),
        ({"inverse": [[Fraction(0)]] * 5}, 1, 2),
        ({"inverse": [[Fraction(0)] * 2] * 6}, 1, 2),
        ({"rotations": [[Fraction(0)] * 3] * 5}, 1, 2),
        ({}, 0, 2),
        ({"inverse": [], "rotations": [], "weights": []}, 1, 0),
    ],
)
def test_evidence_of_a_wrong_size_is_refused(changes, count, n):
    with pytest.raises(Refuted):
        radius.check_evidence(SimpleNamespace(n=n, data={"tie": None}), claimed(**changes), count)
    with pytest.raises(Refuted, match="the centre fixed"):
        radius.check_evidence(SimpleNamespace(n=2, data={"tie": {}}), claimed(), 1)


@pytest.mark.parametrize(
    "x, text",
    [
        ("1/8", "0.125"),
        ("3", "3"),
        ("-0", "0"),
        ("5/2", "2.5"),
        ("1/3", "1/3"),
        ("1/1000000000000000000000000000000", "1/1" + "0" * 30),
        (f"1/{10**29}", "0." + "0" * 28 + "1"),
        (f"{10**29}", "1" + "0" * 29),
        (f"{10**30}", "(long)"),
        (f"1/{3 * 10**30}", "(long)"),
        (f"{4 * 10**30 + 1}/3", "(long)"),
    ],
)
def test_a_radius_is_printed_as_a_short_decimal(x, text):
    expected = "(long)" if x == "1/1000000000000000000000000000000" else text
    assert radius.shown(Fraction(x)) == expected
