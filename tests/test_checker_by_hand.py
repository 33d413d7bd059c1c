"""The parts of the checker by hand: rows of its matrices, enclosures of constant matrices, edges of its limits."""

from contextlib import nullcontext
from fractions import Fraction
from itertools import permutations, product
from types import SimpleNamespace

import mpmath
import pytest
import sympy
from checker_cases import environment, put, stored
from test_forgeries import SUM, closed_form

from symsens import certify
from symsens.checker import Malformed, Refuted, check, constants, evaluation, intervals, matrices, trees
from symsens.checker.environments import Environment, check_size
from symsens.checker.evaluation import Dual, Evaluator, Jet
from symsens.checker.limits import MAX_BITS, MAX_DEGREE, MAX_MATRIX, MAX_NEIGHBOURS, MAX_NU, MAX_NUMBER_BITS
from symsens.checker.linear import combine
from symsens.checker.shapes import read_exact
from symsens.checker.stabilisers import determinant


def environment_of(name):
    """The environment of a stored certificate, as the checker sees it."""
    return Environment(read_exact(stored(name), "certificate"))


# Matrices. The neighbours (1, 2, 3) and (1, 0, 1): s = 14 and 2, d = 4.


def test_a_row_of_the_basis_free_jacobian_sums_each_tuple_of_its_class_once():
    matrix = matrices.basis_free(environment_of("two"))
    assert matrix.row(([0, 1], (0, 1))) == matrix.row(([1, 0], (0, 1))) == {(0, 1): 1}
    assert matrix.row(([1, 0], (0, 0))) == {(1, 1): 1} and matrix.row(([1, 0], (1, 1))) == {(0, 0): 1}


def test_a_row_of_an_angular_jacobian_is_the_derivative_of_powers_of_d():
    """The derivatives of d^3: d^3 with s_1 or s_2, 3 d^2 with d; those of d^0 do not see d."""
    matrix = matrices.angular(environment_of("two"), 3)
    rows = {component: matrix.row(([0, 1], component, 3)) for component in ((0, 0), (1, 1), (0, 1))}
    assert rows == {(0, 0): {(0, 0): 64}, (1, 1): {(1, 1): 64}, (0, 1): {(0, 1): 48}}
    assert matrix.row(([0, 0], (0, 0), 1)) == {(0, 0): 14} and not any(matrix.row(([0, 1], (0, 1), 0)).values())


def test_an_angular_jacobian_has_rows_of_pairs_only():
    valid = matrices.angular(environment_of("two"), 1).valid
    assert valid(([0, 1], [0, 1], 1)) and valid(([1, 1], [1, 1], 0))
    for neighbours in ([], [0], [0, 0, 0], [0, 2], [-1, 0]):
        assert not valid((neighbours, [0, 0], 0))
    assert not any(valid(([0, 1], component, l)) for component, l in (([0, 2], 0), ([1, 0], 0), ([0, 1], 2), ([0], 0)))


def test_triple_products_change_sign_with_their_order():
    assert matrices.signed([1, 0]) == matrices.signed([0, 1]) == ({(0, 1): 1}, 1)
    for order in permutations([3, 5, 7]):
        sign = {(3, 5, 7): 1, (5, 7, 3): 1, (7, 3, 5): 1}.get(order, -1)
        assert matrices.signed(order) == ({(3, 5, 7): 1}, sign)
    for order in ([3, 3, 5], [3, 5, 3], [5, 3, 3], [3, 3, 3]):
        assert not combine([matrices.signed(order)])


def test_a_tuple_and_its_mirror_image_are_of_one_class_for_all_isometries():
    """Two neighbours that a mirror exchanges and one on it: what the mirror turns round is null, though the three
    span space."""
    mirrored = environment([(1, 0, 1), (-1, 0, 1), (0, 2, -1)])
    certificate = certify(mirrored, nu=3).certificate
    assert certificate["claims"]["stabiliser_order"] == 2 and certificate["claims"]["rank"] < 6
    assert check(certificate)


def test_rotations_are_told_from_reflections_by_neighbours_that_span_space():
    """The first three lie in a plane, and a mirror exchanges the last two: no rotation does."""
    certificate = certify(environment([(1, 0, 0), (3, 0, 0), (0, 1, 1), (0, -1, 1)]), nu=3, chiral=True).certificate
    assert certificate["claims"]["stabiliser_order"] == 1 and check(certificate)


def test_determinants():
    for rows in product(product((-1, 2), (0, 3), (1, -2)), repeat=3):
        assert determinant(rows) == sympy.Matrix(rows).det()


def test_powers_are_numbers_of_an_allowed_size():
    env = SimpleNamespace(bits=2**8, scale=1)
    most = MAX_NUMBER_BITS // env.bits
    feature = lambda *exponents: {"species": ["H"], "terms": [(1, [e]) for e in exponents]}  # noqa: E731
    assert matrices.jacobian(env, [feature(most), feature(1)]) and matrices.jacobian(env, [])
    for ask in (
        lambda: matrices.jacobian(env, [feature(1), feature(1, most + 1), feature(1)]),
        lambda: matrices.angular(env, most + 1),
    ):
        with pytest.raises(Refuted, match="powers of degree"):
            ask()


def test_exponents_up_to_a_limit_and_each_of_them():
    matrices.check_features([], MAX_DEGREE, 2)
    assert matrices.fitting([MAX_DEGREE, 0], 2, MAX_DEGREE) and not matrices.fitting([MAX_DEGREE + 1, 0], 2, MAX_DEGREE)
    assert matrices.fitting([9, 9, 3], 3, 3) and not matrices.fitting([9, 9, 4], 3, 3) and matrices.fitting([9], 1, 3)
    assert not any(matrices.fitting(exponents, 3, 3) for exponents in ([-1, 2, 3], [2, -1, 3], [2, 3, -1], [2, 3]))


def test_neighbours_and_order_up_to_their_limits():
    for n, nu in ((4, MAX_NU), (12, 5), (MAX_NEIGHBOURS, 2), (MAX_NEIGHBOURS, 1), (0, 1)):
        check_size(n, nu)
    for n, nu in ((5, MAX_NU), (8, 6), (1, MAX_NU + 1), (MAX_NEIGHBOURS + 1, 1), (MAX_NEIGHBOURS, 3), (1, 0)):
        with pytest.raises(Refuted, match="nu: "):
            check_size(n, nu)


# Constant matrices: what approximates a root is not believed.


def root_of(monkeypatch, value, b, c):
    """The enclosure of value^(-1/2) when b and c are the approximations of value^(-1/2) and value^(1/2)."""
    evaluator = Evaluator(100)
    number = lambda x: [[evaluator.iv.mpf(x)]]  # noqa: E731
    monkeypatch.setattr(constants, "approximate_roots", lambda iv, bits, matrix: (number(b), number(c)))
    return constants.inverse_root(evaluator, number(value))[0][0]


def test_a_rough_approximation_of_a_root_gives_the_radius_of_lemma_root(monkeypatch):
    """B = 4, C = 1/8, S = 5/64: ||B^-1|| <= (1/8) / (1 - 1/2) and BSB - 1 = 1/4, so half of 32^(3/2) / 16 / 4."""
    found = root_of(monkeypatch, 5 / 64, 4, 1 / 8)
    radius = mpmath.mpf(32) ** 1.5 / 128
    assert abs(found.a - (4 - radius)) < 1e-12 and abs(found.b - (4 + radius)) < 1e-12
    assert found.a < mpmath.mpf(64 / 5) ** 0.5 < found.b


@pytest.mark.parametrize(
    ("value", "b", "c"),
    [
        (1.5, 1, 1),  # BSB - 1 = 1/2
        (2.5, 1, 1),
        (1, 1, 0),  # 1 - BC = 1
        (1, 1, 3),
        (1, -1, -1),  # B is a root, the negative one
    ],
)
def test_an_approximation_that_is_none_is_refused(monkeypatch, value, b, c):
    assert root_of(monkeypatch, 1, 1, 1) == 1
    with pytest.raises(Refuted):
        root_of(monkeypatch, value, b, c)


def test_eigenvalues_that_are_not_found_are_refused(monkeypatch):
    evaluator = Evaluator(100)

    def fail(matrix):
        raise RuntimeError("no convergence")

    monkeypatch.setattr(constants.mp, "eigsy", fail)
    with pytest.raises(Refuted, match="could not be enclosed"):
        constants.inverse_root(evaluator, [[evaluator.iv.mpf(1)]])


def test_a_matrix_is_positive_definite_and_symmetric():
    evaluator = Evaluator(100)
    one, zero = evaluator.iv.mpf(1), evaluator.iv.mpf(0)
    with pytest.raises(Refuted, match="not positive definite"):
        constants.inverse_root(evaluator, [[zero]])
    for lower, upper in ((one, zero), (zero, one)):
        with pytest.raises(Refuted, match="not symmetric"):
            constants.symmetric([[one, upper], [lower, one]])


def test_a_value_with_an_infinite_derivative_is_refused():
    evaluator = Evaluator(100)
    iv = evaluator.iv
    for slope, fits in ((iv.mpf(5), True), (iv.mpf([0, "inf"]), False), (iv.mpf(["-inf", 0]), False)):
        with nullcontext() if fits else pytest.raises(Refuted, match="not proved to be finite"):
            evaluator.at(("s", 1), lambda leaf, slope=slope: Dual(iv.mpf(1), {0: iv.mpf(1), 1: slope}))


# Series and powers.


def encloses(evaluator, above, below, x):
    """Whether the series encloses the sum of 1500 terms at many digits, its terms small by then."""
    found = evaluator.hyper(above, below, evaluator.number(x))
    with mpmath.workdps(80):
        exact = lambda q: mpmath.mpf(q.numerator) / q.denominator
        term, total = mpmath.mpf(1), mpmath.mpf(0)
        for k in range(1500):
            total += term
            ratio = [exact(a) + k for a in above] + [1 / (exact(b) + k) for b in below]
            term *= mpmath.fprod(ratio) * exact(x) / (k + 1)
        assert abs(term) < mpmath.mpf(10) ** -40
        return mpmath.mpf(found.a) <= total <= mpmath.mpf(found.b)


ALMOST = [Fraction(-500, 499)] * 7  # their second factors are -1/499 each: one tiny term, and larger ones after it


@pytest.mark.parametrize(
    ("above", "below", "x"),
    [
        ([], [], "1"),  # a term of exactly 1 is not the last
        ([], [], f"-1/{2**20}"),  # the first terms are exact, the rest is negative
        ([], [], f"1/{2**20}"),
        (["-1"], ["1"], "1"),  # a sum of exactly 0
        (["-3"], ["1/2"], "5"),
        ([f"-{10**9 + 1}/{10**9}"] * 4 + [-1000] * 4, [1] * 8, "9/10"),  # factors that go on being negative
        ([*ALMOST, 1000], [1] * 8, "7/5"),  # a ratio that is large
    ],
)
def test_a_series_ends_where_its_tail_is_bounded(above, below, x):
    assert encloses(Evaluator(53), list(map(Fraction, above)), list(map(Fraction, below)), Fraction(x))


def test_a_series_of_too_many_terms_is_refused(monkeypatch):
    monkeypatch.setattr(evaluation, "MAX_SERIES", 20)
    with pytest.raises(Refuted, match="did not converge in 20 terms"):
        Evaluator(53).hyper([], [], mpmath.iv.mpf(100))


def test_powers_are_exact_where_they_can_be():
    """No logarithm for whole and half powers; x^0 is 1 without a derivative, at x = 0 too."""
    evaluator = Evaluator(53)
    iv = evaluator.iv
    for x, exponent, value in ((2, "-2", 0.25), (4, "-3/2", 0.125), (4, "1/2", 2), (9, "2", 81)):
        found = evaluator.power(Dual(iv.mpf(x), {0: iv.mpf(1)}), Fraction(exponent)).value
        assert found.a == found.b == value
    for x in (0, 3, -3):
        one = evaluator.power(Dual(iv.mpf(x), {0: iv.mpf(1)}), Fraction(0))
        assert one.value == 1 and not any(one.slope.values())


def second(form, x, y):
    """Value, slopes and second derivatives of a form at s_1 = x and s_2 = y."""
    evaluator = Evaluator(200, Jet)
    at = {1: x, 2: y}
    place = lambda leaf: Jet(evaluator.number(Fraction(at[leaf[1]])), {leaf[1]: evaluator.iv.mpf(1)})
    return evaluator.at(trees.tree(form, "form"), place)


S1, S2 = ["s", 1], ["s", 2]
RATIO = ["*", S1, ["^", S2, "-1"]]
BENT = {
    "product": (["*", S1, S1, S2, S2], lambda x, y: (x * y) ** 2),
    "sum": (["+", ["^", S1, "3"], ["*", S1, S2], ["^", S2, "2"]], lambda x, y: x**3 + x * y + y**2),
    "square": (["^", RATIO, "2"], lambda x, y: (x / y) ** 2),
    "first power": (["^", RATIO, "1"], lambda x, y: x / y),
    "inverse": (["^", RATIO, "-2"], lambda x, y: (x / y) ** -2),
    "inverse of a negative number": (["^", ["*", ["num", "-1"], S1, S2], "-3"], lambda x, y: -((x * y) ** -3)),
    "root": (["^", RATIO, "1/2"], lambda x, y: mpmath.sqrt(x / y)),
    "cube root": (["^", RATIO, "1/3"], lambda x, y: mpmath.cbrt(x / y)),
    "ramp": (["ramp", ["^", RATIO, "2"]], lambda x, y: (x / y) ** 2),
    "exp": (["exp", RATIO], lambda x, y: mpmath.exp(x / y)),
    "log": (["log", RATIO], lambda x, y: mpmath.log(x / y)),
    "sin": (["sin", RATIO], lambda x, y: mpmath.sin(x / y)),
    "cos": (["cos", RATIO], lambda x, y: mpmath.cos(x / y)),
    "tanh": (["tanh", RATIO], lambda x, y: mpmath.tanh(x / y)),
    "erf": (["erf", RATIO], lambda x, y: mpmath.erf(x / y)),
    "0F1": (["hyper", [], ["7/2"], RATIO], lambda x, y: mpmath.hyp0f1(3.5, x / y)),
    "1F2": (
        ["hyper", ["5/2"], ["7/2", "1/3"], RATIO],
        lambda x, y: mpmath.hyper([2.5], [3.5, mpmath.mpf(1) / 3], x / y),
    ),
}


@pytest.mark.parametrize("name", BENT)
def test_second_derivatives_are_enclosed_narrowly(name):
    form, function = BENT[name]
    for x, y in (("3/2", "7/3"), ("5", "4/3")):
        found = second(form, x, y)
        with mpmath.workdps(80):
            point = tuple(mpmath.mpf(Fraction(z).numerator) / Fraction(z).denominator for z in (x, y))
            assert abs(found.value.mid - function(*point)) < mpmath.mpf(10) ** -40
            for key, orders in (((1, 1), (2, 0)), ((1, 2), (1, 1)), ((2, 2), (0, 2))):
                assert abs(found.curve[key].mid - mpmath.diff(function, point, orders)) < mpmath.mpf(10) ** -20
                assert found.curve[key].delta < mpmath.mpf(10) ** -40
        assert set(found.curve) == {(1, 1), (1, 2), (2, 2)}


def test_binary_numbers_are_rounded_down_to_whole_ones():
    x = lambda value: mpmath.mpf(value)._mpf_
    assert [evaluation.whole(x(value), 2) for value in (0, 3, 0.625, -0.625, -3)] == [0, 12, 2, -3, -12]
    assert evaluation.whole(x(3), 1) == 6
    tiny = 3 * mpmath.mpf(2) ** -100
    assert evaluation.whole(x(tiny), 10) == 0 and evaluation.whole(x(-tiny), 10) == -1
    assert evaluation.whole(x(5), MAX_NUMBER_BITS - 3).bit_length() == MAX_NUMBER_BITS
    for value in (5, mpmath.mpf(2) ** MAX_NUMBER_BITS):
        with pytest.raises(Refuted, match="a number of more than"):
            evaluation.whole(x(value), MAX_NUMBER_BITS - 2)


# Trees.


@pytest.mark.parametrize(
    "value",
    [
        "+",
        "*",
        ("+",),
        {"+": 1},
        None,
        [],
        [["+"]],
        *(["hyper", [], b, ["s", 1]] for b in (["1", "-1/2"], ["-1/2", "1"])),
    ],
)
def test_what_is_no_tree_is_malformed(value):
    """A text is no tree, though its first letter names an operation; each lower parameter is positive, not just one."""
    with pytest.raises(Malformed):
        trees.tree(value, "form")


def test_constant_matrices_up_to_a_side_that_name_no_neighbour():
    one = ["num", "1"]
    assert len(trees.read_matrix([[one] * MAX_MATRIX] * MAX_MATRIX, "here")) == MAX_MATRIX
    with pytest.raises(Malformed, match="here: expected a square matrix"):
        trees.read_matrix([[one] * (MAX_MATRIX + 1)] * (MAX_MATRIX + 1), "here")
    known, of_a_neighbour = [[("num", Fraction(1))]], [[("*", ("pi",), ("s", 1))]]
    for left in (None, known):
        trees.check_constant({"left": left, "matrix": known}, "here")
    for left, matrix in ((None, of_a_neighbour), (known, of_a_neighbour), (of_a_neighbour, known)):
        with pytest.raises(Malformed, match="here: depends on the neighbours"):
            trees.check_constant({"left": left, "matrix": matrix}, "here")


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (["num", "-3/2"], "-3/2"),
        (["s", 2], "2/3"),
        (["d", 1, 2], "1/3"),
        (["+"], "0"),
        (["*"], "1"),
        (["+", ["s", 2], ["d", 1, 2], ["num", "1"]], "2"),
        (["*", ["s", 2], ["d", 1, 2], ["num", "9"]], "2"),
        (["^", ["s", 2], "3"], "8/27"),
        (["^", ["s", 2], "1"], "2/3"),
        (["^", ["s", 2], "0"], "1"),
        (["^", ["num", "0"], "0"], "1"),
        # no polynomials over QQ, though some of them have rational values
        (["^", ["s", 2], "-1"], None),
        (["^", ["num", "4"], "1/2"], None),
        (["^", ["num", "4"], "-1/2"], None),
        (["^", ["num", "0"], "-1"], None),
        (["+", ["s", 2], ["pi"]], None),
        (["*", ["num", "0"], ["pi"]], None),
        (["^", ["pi"], "2"], None),
        (["exp", ["num", "0"]], None),
        (["hyper", [], [], ["num", "0"]], None),
        (["def", 0], None),
        (["const", 0, 0, 0], None),
    ],
)
def test_a_polynomial_has_an_exact_value_and_nothing_else_has(form, value):
    invariants = {("s", 2): Fraction(2, 3), ("d", 1, 2): Fraction(1, 3)}
    found = trees.rational(trees.tree(form, "form"), invariants.__getitem__)
    assert found == (value and Fraction(value)) and (value is None) == (found is None)


def test_exact_values_up_to_a_size():
    """Sums and products of so many bits; of powers the bits of the base times the exponent."""
    bits = MAX_NUMBER_BITS
    most, two = ("num", Fraction(2**bits - 1)), ("num", Fraction(2))
    small = ("num", Fraction(1, 2 ** (bits - 1)))
    assert trees.rational(("+", most), None) == 2**bits - 1 and trees.rational(("*", small), None).numerator == 1
    assert trees.rational(("^", two, Fraction(bits // 2)), None) == 2 ** (bits // 2)
    for form in (
        ("+", most, ("num", Fraction(1))),
        ("*", two, most),
        ("*", small, ("num", Fraction(1, 2))),
        ("^", two, Fraction(bits // 2 + 1)),
        ("^", small, Fraction(2)),
    ):
        with pytest.raises(Refuted, match="more than .* bits"):
            trees.rational(form, None)


def term_of(species, form=("s", 1), inside=()):
    return {"species": list(species), "form": form, "inside": list(inside), "regular": [], "distinct": False}


@pytest.mark.parametrize(
    ("species", "form", "fits"),
    [
        ("H", ("s", 1), True),
        ("HH", ("d", 1, 2), True),
        ("HHH", ("s", 1), False),  # nu = 2
        ("HHO", ("s", 3), True),  # no oxygen: an empty sum has every order
        ("HHO", ("s", 4), False),
        ("H", ("s", 2), False),
        ("", ("pi",), False),
    ],
)
def test_an_order_is_that_of_the_neighbours_a_form_is_summed_over(species, form, fits):
    env = SimpleNamespace(nu=2, species=["H", "H"])
    with nullcontext() if fits else pytest.raises(Refuted, match="here: a form of more neighbours"):
        trees.check_order(term_of(species, form), env, [], [], "here")


@pytest.mark.parametrize(
    ("species", "form", "inside", "fits"),
    [
        ("HH", ("d", 1, 2), [("s", 1)], True),
        ("HH", ("*", ("d", 1, 2), ("d", 1, 2)), [], False),
        ("HH", ("exp", ("d", 1, 2)), [], False),
        ("HH", ("s", 1), [("s", 1), ("d", 1, 2)], False),
        ("HHH", ("s", 1), [], False),  # of three neighbours there is more than d_12
    ],
)
def test_a_degree_is_that_in_the_one_angle_of_two_neighbours(species, form, inside, fits):
    with nullcontext() if fits else pytest.raises(Refuted, match="here: not a polynomial of degree <= l_max = 1"):
        trees.check_degree(term_of(species, form, inside), 1, [], "here")


# Closed forms.


def test_an_inverse_is_as_good_as_its_worst_row_is_said_to_be():
    """Of defects 1/4 and 1/16 the former, below 2^-1; of 1/2 and more only that it is below 1."""
    evaluator = Evaluator(100)
    unit = [[evaluator.iv.mpf(int(i == j)) for j in range(2)] for i in range(2)]
    for first, second, text in (
        ("3/4", "15/16", "2^-1"),
        ("15/16", "3/4", "2^-1"),
        ("1", "1", "2^-100"),
        ("1", "1023/1024", "2^-9"),
        ("1/2", "1", "1"),
        ("3/8", "1", "1"),
    ):
        inverse = [[Fraction(first), Fraction(0)], [Fraction(0), Fraction(second)]]
        assert intervals.check_inverse(evaluator, inverse, unit) == text
    for worst in ("0", "2", "-1"):
        with pytest.raises(Refuted, match=r"left_inverse\[1\]"):
            intervals.check_inverse(evaluator, [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(worst)]], unit)


@pytest.mark.parametrize(
    ("bits", "pivots", "fits"),
    [(53, [5], True), (MAX_BITS, [0], True), (52, [0], False), (MAX_BITS + 1, [0], False), (53, [6], False)],
)
def test_evidence_up_to_its_sizes(bits, pivots, fits):
    evidence = {"bits": bits, "pivot_columns": pivots, "left_inverse": [[1]], "features": [{}]}
    with nullcontext() if fits else pytest.raises(Refuted, match="bits|pivot_columns"):
        intervals.check_evidence(evidence, 6)


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (["exp", ["num", "-1"]], True),
        (["exp", ["num", "1"]], True),
        (["*", ["num", "-1"], ["exp", ["num", "-1"]]], True),  # outside, and proved to be
        (["*", ["num", "0"], ["exp", ["s", 2]]], False),  # exactly 0, and no polynomial
    ],
)
def test_a_condition_that_is_no_polynomial_has_a_sign_if_it_is_not_zero(condition, fits):
    """Of two terms the second has the condition: where it holds nowhere, the first is left."""
    certificate = closed_form(SUM)
    first = certificate["features"][0]["terms"][0]
    little = {**first, "form": ["*", ["num", "1/1000"], SUM], "inside": [condition]}
    put(certificate, "features.0.terms", [first, little])
    with nullcontext() if fits else pytest.raises(Refuted, match="exactly where the form is not smooth"):
        statements = check(certificate)
        assert statements[-2].endswith("<= 1 by the number of forms [closed-form-rank]")
        assert intervals.check_closed_forms(certificate) == statements
