"""Normal forms: equal to the trees in value, zero for identities, and never zero for what is not one."""

import random
from fractions import Fraction
from itertools import permutations

import mpmath
import pytest
from checker_oracle import Numeric

from symsens.checker import Refuted
from symsens.checker.formal import Formal
from symsens.checker.limits import MAX_NU
from symsens.checker.relations import Channels
from symsens.checker.trees import tree

S1, S2, S3, D = ["s", 1], ["s", 2], ["s", 3], ["d", 1, 2]
MINUS = ["num", "-1"]
AT = {(1, 1): "1.3", (2, 2): "0.7", (3, 3): "2.1", (1, 2): "-0.45", (1, 3): "0.8", (2, 3): "0.31"}


def values(order=(1, 2, 3)):
    """The invariants of a tuple whose place order[a] holds what was at a."""
    of = {a + 1: p for a, p in enumerate(order)}
    return {(a, b): mpmath.mpf(AT[min(of[a], of[b]), max(of[a], of[b])]) for a, b in AT}


def numeric():
    found = Numeric.__new__(Numeric)
    found.certificate = {"definitions": []}
    return found


def value(formal, polynomial, t):
    """The value of a polynomial in symbols."""
    return mpmath.fsum(
        mpmath.mpf(x.numerator) / x.denominator * mpmath.fprod(power(formal, symbol, e, t) for symbol, e in monomial)
        for monomial, x in polynomial.items()
    )


def power(formal, symbol, e, t):
    part = formal.parts[symbol]
    if part[0] in ("s", "d"):
        base = t[part[1], part[-1]]
    elif part[0] in ("pi", "root"):
        base = mpmath.pi if part[0] == "pi" else mpmath.mpf(part[1])
    elif part[0] == "exp":
        base = mpmath.exp(value(formal, {part[1]: Fraction(1)}, t))
    else:
        base = value(formal, dict(part[-1]), t)
        if part[0] != "^":
            name, parameters = part[0], [[str(x) for x in xs] for xs in part[1]]
            base = numeric().value([name, *parameters, ["s", 9]], {(9, 9): base})
    return mpmath.power(base, mpmath.mpf(e.numerator) / e.denominator)


def random_tree(rng, depth):
    kind = rng.randrange(9) if depth else 0
    if kind < 2:
        return rng.choice(
            [S1, S2, D, ["d", 2, 1], ["d", 2, 2], ["num", str(Fraction(rng.randrange(-9, 9), 6))], ["pi"]]
        )
    below = [random_tree(rng, depth - 1) for _ in range(rng.choice([1, 2, 3]))]
    if kind < 6:
        return ["+*+*"[kind - 2], *below]
    if kind < 8:
        return ["^", below[0], rng.choice(["1/2", "-1", "2", "-3/2", "0", "3", "2/3"])]
    return rng.choice([["exp", below[0]], ["hyper", ["1/2"], ["3/2"], below[0]], ["cos", below[0]], ["tanh", below[0]]])


def test_a_normal_form_has_the_value_of_its_tree():
    rng, compared, order = random.Random(2), 0, (3, 1, 2)
    for _ in range(3000):
        form = random_tree(rng, 4)
        formal = Formal()
        try:
            polynomial = formal.of(tree(form, "form"), {})
            with mpmath.workdps(60):
                wanted, moved = numeric().value(form, values()), numeric().value(form, values(order))
        except (Refuted, ZeroDivisionError, OverflowError):
            continue
        if not all(mpmath.isfinite(x) and abs(x) < 1e20 and mpmath.im(x) == 0 for x in (wanted, moved)):
            continue  # not defined there, or too large to compare
        with mpmath.workdps(60):
            if complex_inside(form):
                continue
            assert abs(value(formal, polynomial, values()) - wanted) < 1e-25 * (1 + abs(wanted)), form
            if not complex_inside(form, values(order)):
                there = value(formal, formal.moved(polynomial, order), values())
                assert abs(there - moved) < 1e-25 * (1 + abs(moved)), form
                compared += 1
    assert compared > 1000


def complex_inside(form, t=None):
    """Whether some part of a tree is a broken power of what is not positive."""
    t = t or values()
    parts = [part for part in form[1:] if isinstance(part, list) and part and part[0] in OPERATIONS]
    if form[0] == "^" and "/" in form[2]:
        base = numeric().value(form[1], dict(t))
        if mpmath.im(base) != 0 or mpmath.re(base) <= 0:
            return True
    return any(complex_inside(part, t) for part in parts)


OPERATIONS = {"s", "d", "num", "pi", "+", "*", "^", "exp", "hyper", "cos", "tanh"}


def less(a, b):
    return ["+", a, ["*", MINUS, b]]


R1, R2 = ["^", S1, "1/2"], ["^", S2, "1/2"]
COS = ["*", D, ["^", S1, "-1/2"], ["^", S2, "-1/2"]]
SIDE = ["+", S1, S2, ["*", ["num", "-2"], D]]
SQUARE, NO_S1, LARGE = ["^", ["+", ["num", "1"], COS], "2"], ["*", MINUS, S1], ["num", str(10**9 + 7)]
ZERO = {
    "binomial": less(
        ["^", ["+", ["num", "1"], COS], "2"], ["+", ["num", "1"], ["*", ["num", "2"], COS], ["^", COS, "2"]]
    ),
    "exponentials": less(
        ["exp", ["*", MINUS, ["+", S1, S2]]], ["*", ["exp", ["*", MINUS, S1]], ["exp", ["*", MINUS, S2]]]
    ),
    "their powers": less(["^", ["exp", S1], "3"], ["exp", ["*", ["num", "3"], S1]]),
    "their roots": less(["^", ["exp", D], "1/2"], ["exp", ["*", ["num", "1/2"], D]]),
    "a distance": less(["*", R1, R1], S1),
    "a root of a sum": less(["*", ["^", SIDE, "1/2"], ["^", SIDE, "3/2"]], ["^", SIDE, "2"]),
    "roots of numbers": less(["^", ["num", "8/9"], "1/2"], ["*", ["num", "2/3"], ["^", ["num", "2"], "1/2"]]),
    "of large numbers": less(
        ["^", ["num", str(10**9 + 7)], "3/2"], ["*", ["num", str(10**9 + 7)], ["^", ["num", str(10**9 + 7)], "1/2"]]
    ),
    "equal arguments": less(["cos", ["*", R1, R1, ["pi"]]], ["cos", ["*", ["pi"], S1]]),
    "an inverse": less(["*", D, ["^", D, "-1"]], ["num", "1"]),
    "one invariant": less(["d", 2, 2], S2),
    "one pair": less(["d", 2, 1], D),
    "two roots of a sum": less(["*", ["^", SIDE, "1/2"], ["^", SIDE, "1/2"]], SIDE),
    "equal arguments of a series": less(["hyper", ["1"], ["2"], ["*", R1, R1]], ["hyper", ["1"], ["2"], S1]),
    "a root of a square": less(["^", ["^", S1, "2"], "1/2"], S1),
}
NOT_ZERO = {
    "a root of the square of what may be negative": less(["^", ["^", D, "2"], "1/2"], D),
    "and of a sum": less(["^", ["^", less(S1, S2), "2"], "1/2"], less(S1, S2)),
    "other arguments": less(["cos", S1], ["cos", S2]),
    "other functions": less(["cos", S1], ["sin", S1]),
    "other parameters": less(["hyper", ["1"], ["2"], S1], ["hyper", ["1"], ["3"], S1]),
    "almost": less(
        ["^", ["+", ["num", "1"], COS], "2"], ["+", ["num", "1"], ["*", ["num", "2"], COS], ["^", COS, "3"]]
    ),
    "a tiny number": less(["*", ["num", f"{10**60 + 1}/{10**60}"], S1], S1),
    "constants": less(["const", 0, 0, 1], ["const", 0, 1, 0]),
    "an inverse of a sum": less(["*", ["^", SIDE, "-1/2"], ["^", SIDE, "-1/2"]], ["num", "1"]),
    "a root of what is negative": less(["^", NO_S1, "1/3"], ["^", S1, "1/3"]),
    "a series at another place": less(["hyper", ["1"], ["2"], S1], ["hyper", ["1"], ["2"], S2]),
}


@pytest.mark.parametrize("name", ZERO)
def test_identities_are_seen(name):
    assert Formal().of(tree(ZERO[name], "form"), {}) == {}


@pytest.mark.parametrize("name", NOT_ZERO)
def test_what_is_no_identity_is_not_zero(name):
    assert Formal().of(tree(NOT_ZERO[name], "form"), {}) != {}


def test_orders_of_the_places():
    formal = Formal()
    form = ["exp", ["*", S1, ["d", 2, 3], ["cos", ["d", 1, 2]], ["^", ["+", S3, ["num", "1"]], "-1/2"]]]
    polynomial = formal.of(tree(form, "form"), {})
    for order in permutations((1, 2, 3)):
        there = formal.moved(polynomial, order)
        back = tuple(order.index(a) + 1 for a in (1, 2, 3))
        assert formal.moved(there, back) == polynomial and (there == polynomial) == (order == (1, 2, 3))


def test_constants_are_what_depends_on_nothing():
    formal = Formal()
    of = lambda form: formal.of(tree(form, "form"), {})  # noqa: E731
    constant = [
        "*",
        ["pi"],
        ["const", 0, 1, 1],
        ["exp", ["pi"]],
        ["^", ["+", ["pi"], ["num", "1"]], "1/3"],
        ["cos", ["num", "2"]],
    ]
    assert formal.constant(of(constant)) and formal.constant({})
    for moving in (S1, D, ["exp", D], ["^", ["+", ["pi"], S2], "1/3"], ["cos", ["exp", D]]):
        assert not formal.constant(of(["+", constant, moving]))


@pytest.mark.parametrize(
    "form, message",
    [
        (["^", ["+", S1, S2, D, ["num", "1"]], "200"], "operations on normal forms"),
        (["^", ["num", "3/7"], "9999"], None),
        (["^", ["^", ["num", "3/7"], "9999"], "9999"], "bits"),
        (["^", ["num", "0"], "-1"], None),
        (["^", ["^", ["num", "0"], "5"], "0"], None),
    ],
)
def test_work_and_numbers_are_bounded(form, message):
    if message is None:
        assert Formal().of(tree(form, "form"), {}) is not None
    else:
        with pytest.raises(Refuted, match=message):
            Formal().of(tree(form, "form"), {})


def test_functions_of_functions_up_to_a_depth():
    formal, definitions = Formal(), []
    with pytest.raises(Refuted, match="more than 50 functions of each other"):
        for i in range(200):
            definitions.append(formal.of(tree(["cos", ["def", i - 1] if i else S1], "form"), definitions))
    assert len(definitions) == 49 and formal.moved(definitions[-1], (2, 1)) != definitions[-1]


def channels(*terms):
    """The terms of one feature, about to be sorted into channels."""
    return Channels({"definitions": [], "features": [{"terms": list(terms)}]})


def term(species, form, *inside):
    read = lambda part: tree(part, "form")  # noqa: E731
    return {"species": species, "distinct": True, "form": read(form), "inside": list(map(read, inside))}


def test_places_up_to_a_number():
    name, form = ["H"] * MAX_NU, ["s", MAX_NU]
    ((_, found),) = channels(term(name, form)).parts(0)
    assert len(found) == MAX_NU and set(found.values()) == {Fraction(1, MAX_NU)}  # the average over all orders
    with pytest.raises(Refuted, match="more than 8 places"):
        channels(term(["H"] * (MAX_NU + 1), form)).parts(0)
    with pytest.raises(Refuted, match="operations on normal forms"):
        channels(*[term([*name[1:], "C"], form)] * 20).parts(0)


def test_a_channel_is_that_of_the_species_and_the_conditions_in_any_order():
    far = lambda a: ["+", ["s", a], ["num", "-1"]]  # noqa: E731
    sorter = channels(term(["H", "C"], ["s", 1]), term(["C", "H"], ["s", 2]), term(["C", "H"], ["s", 1]))
    first, second, third = sorter.parts(0)
    assert first == second and first[0] == third[0] and first[1] != third[1]
    sorter = channels(
        term(["H", "H"], S1, far(1)), term(["H", "H"], S2, far(2)), term(["H", "H"], S2, far(1)), term(["H", "H"], S1)
    )
    first, second, third, fourth = sorter.parts(0)
    assert first == second and first[0] == third[0] != fourth[0] and first[1] != third[1]
    assert set(fourth[1].values()) == {Fraction(1, 2)} and len(fourth[1]) == 2 and len(first[1]) == 1


def test_a_negative_power_of_zero_is_refused():
    with pytest.raises(Refuted, match="a negative power of 0"):
        Formal().number_power(Fraction(0), -1)
    assert Formal().number_power(Fraction(0), 0) == 1 and Formal().number_power(Fraction(2), -1) == Fraction(1, 2)
