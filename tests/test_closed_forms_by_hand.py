"""Closed forms whose derivatives are known otherwise: the checker encloses them to the last bits, takes every tuple
that it should and no other, and counts its work."""

from fractions import Fraction

import mpmath
import pytest
from checker_cases import put, stored
from test_forgeries import ONE, SUM, closed_form

from symsens.checker import Malformed, Refuted, check, exact
from symsens.checker.evaluation import Evaluator, later_ratio
from symsens.checker.fields import QQ, span
from symsens.checker.intervals import Forms, check_inverse, evaluator_of
from symsens.checker.limits import MAX_ARGUMENT_BITS, MAX_MAGNITUDE_BITS, MAX_NUMBER_BITS, MAX_TREE, MAX_WORK
from symsens.checker.linear import absorb, primitive
from symsens.checker.trees import read_closed, tree

# Neighbours (1, 2, 3) and (1, 0, 1): s = 14 and 2, d = 4. Tuples (j, k), the first column is the x of the first one.
# Below: (s_1, s_2, d_12) of each tuple, and their derivatives by that coordinate.
TAU = {(1, 1): (14, 14, 14), (1, 2): (14, 2, 4), (2, 1): (2, 14, 4), (2, 2): (2, 2, 2)}
ALONG = {(1, 1): (2, 2, 2), (1, 2): (2, 0, 1), (2, 1): (0, 2, 1), (2, 2): (0, 0, 0)}


def number(x):
    """A text of an mpmath number, exact."""
    sign, mantissa, exponent, _ = mpmath.mpf(x)._mpf_
    return str((-1) ** sign * int(mantissa) * Fraction(2) ** exponent)


def accepted_bits(certificate):
    """k of the statement ||I - W J_c|| < 2^-k."""
    return int(check(certificate)[-2].split("|| < 2^-")[1].split(" ")[0])


def with_inverse(form, derivative, **term):
    certificate = closed_form(form, bits=200)
    certificate["features"][0]["terms"][0].update(term)
    with mpmath.workdps(90):
        certificate["left_inverse"] = [[number(1 / mpmath.mpf(derivative))]]
    return certificate


S1, S2, D = ["s", 1], ["s", 2], ["d", 1, 2]
SMALL = ["*", ["num", "1/10"], D]
FORMS = {
    "s": (S1, lambda a, b, d: a),
    "number": (["*", ["num", "-7/3"], S1], lambda a, b, d: -7 * a / 3),
    "pi": (["*", ["pi"], S2], lambda a, b, d: mpmath.pi * b),
    "product": (["*", S1, S2, D], lambda a, b, d: a * b * d),
    "sum": (["+", S1, ["*", S2, S2], D], lambda a, b, d: a + b * b + d),
    "square": (["^", D, "2"], lambda a, b, d: d**2),
    "cube": (["^", D, "3"], lambda a, b, d: d**3),
    "to the one": (["^", D, "1"], lambda a, b, d: d),
    "to the zero": (["+", S1, ["*", S2, ["^", D, "0"]]], lambda a, b, d: a + b),
    "inverse": (["^", D, "-2"], lambda a, b, d: d**-2),
    "inverse of a negative number": (["^", ["*", ["num", "-1"], D], "-3"], lambda a, b, d: -(d**-3)),
    "root": (["^", D, "1/2"], lambda a, b, d: mpmath.sqrt(d)),
    "inverse root": (["^", ["*", S1, S2], "-3/2"], lambda a, b, d: (a * b) ** mpmath.mpf("-1.5")),
    "cube root": (["^", S1, "1/3"], lambda a, b, d: mpmath.cbrt(a)),
    "exp": (["exp", SMALL], lambda a, b, d: mpmath.exp(d / 10)),
    "log": (["log", ["*", S1, D]], lambda a, b, d: mpmath.log(a * d)),
    "sin": (["sin", SMALL], lambda a, b, d: mpmath.sin(d / 10)),
    "cos": (["cos", SMALL], lambda a, b, d: mpmath.cos(d / 10)),
    "tanh": (["tanh", SMALL], lambda a, b, d: mpmath.tanh(d / 10)),
    "erf": (["erf", SMALL], lambda a, b, d: mpmath.erf(d / 10)),
    "ramp, up": (["ramp", S1], lambda a, b, d: a),
    "ramp, down": (["+", S1, ["ramp", ["+", ["num", "-20"], D]]], lambda a, b, d: a),
    "0F1": (["hyper", [], ["7/2"], SMALL], lambda a, b, d: mpmath.hyp0f1(3.5, d / 10)),
    "1F1": (["hyper", ["5/2"], ["7/2"], SMALL], lambda a, b, d: mpmath.hyp1f1(2.5, 3.5, d / 10)),
    "1F1, a polynomial": (["hyper", ["-2"], ["7/2"], SMALL], lambda a, b, d: mpmath.hyp1f1(-2, 3.5, d / 10)),
    "1F2": (["hyper", ["1/2"], ["3/2", "2"], SMALL], lambda a, b, d: mpmath.hyp1f2(0.5, 1.5, 2, d / 10)),
}


def derivative(function, tuples=TAU):
    """The derivative of the sum of a function over tuples by the first coordinate."""
    with mpmath.workdps(90):
        total = mpmath.mpf(0)
        for tau in tuples:
            at = [mpmath.mpf(x) for x in TAU[tau]]
            for c, along in enumerate(ALONG[tau]):
                if along:
                    order = tuple(int(i == c) for i in range(3))
                    total += along * mpmath.diff(function, tuple(at), order)
        return +total


@pytest.mark.parametrize("name", FORMS)
def test_each_operation_and_its_derivative_are_enclosed_narrowly(name):
    form, function = FORMS[name]
    assert accepted_bits(with_inverse(form, derivative(function))) >= 130
    with pytest.raises(Refuted, match="left_inverse"):
        check(with_inverse(form, derivative(function) / 3))


A_IS_14, A_IS_2 = ["+", S2, ["num", "-3"]], ["+", ["num", "3"], ["*", ["num", "-1"], S2]]
EXP_14 = ["+", ["exp", S2], ["*", ["num", "-1"], ["exp", ["num", "3"]]]]
ZERO_AT_2 = ["+", S2, ["num", "-2"]]
EXP_ZERO_AT_2 = ["+", ["exp", S2], ["*", ["num", "-1"], ["exp", ["num", "2"]]]]
ZERO_AT_14 = ["+", S2, ["num", "-14"]]

SELECTIONS = {
    "all": ({}, TAU),
    "distinct": ({"distinct": True}, [(1, 2), (2, 1)]),
    "second place far": ({"inside": [A_IS_14]}, [(1, 1), (2, 1)]),
    "second place near": ({"inside": [A_IS_2]}, [(1, 2), (2, 2)]),
    "by intervals": ({"inside": [EXP_14]}, [(1, 1), (2, 1)]),
    "two conditions": ({"inside": [A_IS_14, ["+", ["num", "5"], ["*", ["num", "-1"], S1]]]}, [(2, 1)]),
    "not smooth, but outside": ({"inside": [A_IS_14], "regular": [ZERO_AT_2, EXP_ZERO_AT_2]}, [(1, 1), (2, 1)]),
    "smooth at negative values": ({"regular": [["+", S2, ["num", "-100"]]]}, TAU),
    "distinct, where the others are not smooth": (
        {"distinct": True, "regular": [["+", S1, ["*", ["num", "-1"], D]]]},
        [(1, 2), (2, 1)],
    ),
}


@pytest.mark.parametrize("name", SELECTIONS)
def test_the_tuples_are_those_that_the_conditions_name(name):
    term, tuples = SELECTIONS[name]
    form, function = ["+", ["*", S1, S2], D], lambda a, b, d: a * b + d
    assert accepted_bits(with_inverse(form, derivative(function, tuples), **term)) >= 150


@pytest.mark.parametrize(
    "term",
    [
        {"inside": [ZERO_AT_2]},
        {"inside": [EXP_ZERO_AT_2]},
        {"inside": [ZERO_AT_14]},
        {"inside": [A_IS_2, ZERO_AT_14]},
        {"regular": [ZERO_AT_2]},
        {"regular": [EXP_ZERO_AT_2]},
        {"inside": [A_IS_14], "regular": [ZERO_AT_14]},
    ],
)
def test_a_form_is_refused_where_it_is_not_smooth(term):
    with pytest.raises(Refuted, match="exactly where the form is not smooth"):
        check(with_inverse(SUM, 4, **term))


def test_forms_of_one_species_only_and_of_one_neighbour():
    certificate = with_inverse(S1, 2, species=["H"])
    assert accepted_bits(certificate) >= 150
    with pytest.raises(Refuted, match="left_inverse"):
        check(put(certificate, "features.0.terms.0.species", ["O"]))


def test_terms_of_a_feature_add():
    certificate = with_inverse(S1, 4 + 6)
    certificate["features"][0]["terms"].append(
        {"species": ["H"], "distinct": False, "form": ["*", ["num", "3"], S1], "inside": [], "regular": []}
    )
    assert accepted_bits(certificate) >= 150


def test_constants_and_definitions_are_what_they_say():
    """S = [[2, 1], [1, 2]]: S^(-1/2) has 1/2 (1/sqrt 3 + 1) on the diagonal; left^-1 L with left = [[1, 1], [0, 2]]."""
    two, zero = ["num", "2"], ["num", "0"]
    s, left = [[two, ONE], [ONE, two]], [[ONE, ONE], [zero, two]]
    with mpmath.workdps(90):
        r = 1 / mpmath.sqrt(3)
        root = [[(r + 1) / 2, (r - 1) / 2], [(r - 1) / 2, (r + 1) / 2]]
        lower = mpmath.cholesky(mpmath.matrix([[2, 1], [1, 2]]))
        fitted = mpmath.inverse(mpmath.matrix([[1, 1], [0, 2]])) * lower
        values = [(0, i, j, root[i][j]) for i in (0, 1) for j in (0, 1)]
        values += [(1, i, j, fitted[i, j]) for i in (0, 1) for j in (0, 1)]
        for m, i, j, value in values:
            certificate = with_inverse(["*", ["def", 1], S1], 4 * value * (1 + value))
            certificate["constants"] = [{"left": None, "matrix": s}, {"left": left, "matrix": s}]
            certificate["definitions"] = [["const", m, i, j], ["*", ["def", 0], ["+", ONE, ["def", 0]]]]
            assert accepted_bits(certificate) >= 140


# Work, sizes.


def worked(certificate):
    """Interval operations of a whole check."""
    certificate = read_closed(certificate, "certificate")
    _, proof = exact.prove(certificate["above"])
    forms = Forms(proof.env, certificate, evaluator_of(certificate, certificate["bits"]))
    block = forms.block(certificate["pivot_columns"])
    check_inverse(forms.evaluator, certificate["left_inverse"], block)
    return forms.evaluator.work


@pytest.mark.parametrize("name", ["closed-gto-l3", "closed-cutoff", "closed-radial", "closed-quippy"])
def test_work_is_counted(name):
    certificate = stored(name)
    few = worked(certificate)
    assert {"closed-gto-l3": 11_764, "closed-cutoff": 2_788, "closed-radial": 162, "closed-quippy": 5_884}[name] == few
    assert worked({**certificate, "bits": 5000}) >= 2 * few


def test_too_much_work_is_refused():
    evaluator = Evaluator(100)
    evaluator.spend(MAX_WORK)
    with pytest.raises(Refuted, match="interval operations"):
        evaluator.spend(1)


def test_numbers_grow_up_to_a_limit():
    assert primitive({0: 2**MAX_NUMBER_BITS - 1, 1: 1})
    with pytest.raises(Refuted, match="grow beyond"):
        primitive({0: 2**MAX_NUMBER_BITS, 1: 1})


def test_echelons():
    echelon = {}
    assert absorb(echelon, {0: 2, 1: 4}) and echelon == {0: {0: 1, 1: 2}} and not absorb(echelon, {0: 3, 1: 6})
    assert (
        absorb(echelon, {0: 1, 1: 3}) and not absorb(echelon, {1: 5}) and len(span(QQ, [{2: 1}, {2: 2}], echelon)) == 3
    )
    modular = {}
    assert absorb(modular, {0: 7, 1: 1}, 7) and modular == {1: {1: 1}} and not absorb(modular, {0: 14, 1: 8}, 7)


def test_later_ratios():
    half = Fraction(1, 2)
    assert later_ratio([], [half], 2) == Fraction(1, 3) * Fraction(2, 5)
    assert later_ratio([Fraction(3)], [half, Fraction(1)], 1) == half * (4 / Fraction(3, 2)) * half
    assert later_ratio([half], [Fraction(3)], 1) == half


def test_work_counts_bits():
    for bits, each in ((4095, 1), (4096, 2), (8191, 2), (8192, 3)):
        evaluator = Evaluator(bits)
        evaluator.spend(7)
        assert evaluator.work == 7 * each


def test_the_last_bits_of_functions_are_not_believed():
    evaluator = Evaluator(100)
    iv = evaluator.iv
    little = iv.mpf(2) ** -92
    assert (evaluator.doubt.a, evaluator.doubt.b) == (1 - little, 1 + little)
    for function, x in ((evaluator.exp, 1), (evaluator.log, 3), (evaluator.sin, 1), (evaluator.cos, 1)):
        value = function(iv.mpf(x))
        assert value.delta >= abs(value).a * iv.mpf(2) ** -92


def test_values_are_finite_and_of_an_allowed_magnitude():
    evaluator = Evaluator(100)
    iv, top = evaluator.iv, 2**MAX_MAGNITUDE_BITS
    for good in (iv.mpf(0), iv.ldexp(iv.mpf(1), top - 2), iv.ldexp(iv.mpf(-1), 2 - top)):
        assert evaluator.finite(good) is good
    for bad in (iv.mpf([0, "inf"]), iv.mpf(["-inf", 0]), iv.ldexp(iv.mpf(1), top - 1), iv.ldexp(iv.mpf(1), -top - 1)):
        with pytest.raises(Refuted, match="finite|beyond"):
            evaluator.finite(bad)
    form = ["exp", ["exp", ["num", "350"]]]
    for _ in range(9):
        form = ["^", form, "9999"]
    with pytest.raises(Refuted, match="a value beyond"):
        check(closed_form(["+", SUM, form]))


def test_an_argument_is_below_its_limit():
    evaluator = Evaluator(600)
    bound = evaluator.iv.mpf(2) ** MAX_ARGUMENT_BITS
    for sign in (1, -1):
        assert evaluator.within(sign * (bound - 1)) is not None
        with pytest.raises(Refuted, match="an argument"):
            evaluator.within(sign * bound)


@pytest.mark.parametrize("wrap", [["exp"], ["+", ONE], ["hyper", [], []], ["^"]])
def test_trees_up_to_a_depth(wrap):
    form = SUM
    for _ in range(MAX_TREE):
        assert tree(form, "form")
        form = [*wrap, form, "2"] if wrap == ["^"] else [*wrap, form]
    with pytest.raises(Malformed, match="depth below"):
        tree(form, "form")


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (["s", 16], ["s", 17]),
        (["d", 1, 16], ["d", 17, 1]),
        (["s", 0], ["s", -1]),
        (["def", 10**6], ["def", 10**6 + 1]),
        (["const", 10**6, 0, 10**6], ["const", 0, 10**6 + 1, 0]),
        (["^", SUM, "10000/9999"], ["^", SUM, "10001"]),
        (["^", SUM, "-1/10000"], ["^", SUM, "1/10001"]),
        (["^", SUM, "-10000"], ["^", SUM, "-10001"]),
        (["hyper", ["-1000"], ["1000"], SUM], ["hyper", ["-1001"], ["1"], SUM]),
        (["hyper", ["1/1000"], ["1/1000"], SUM], ["hyper", ["1"], ["1/1001"], SUM]),
        (["hyper", ["1"] * 8, ["1"] * 8, SUM], ["hyper", ["1"] * 9, ["1"] * 9, SUM]),
        (["hyper", [], ["1/9"], SUM], ["hyper", [], ["0"], SUM]),
        (["pi"], ["pi", 1]),
        (["+"], ["num"]),
        (["erf", SUM], ["erf", SUM, SUM]),
        (["*", SUM], ["eval", SUM]),
    ],
)
def test_indices_exponents_and_parameters_up_to_their_limits(good, bad):
    assert tree(good, "form")[0] == good[0]
    with pytest.raises(Malformed):
        tree(bad, "form")
