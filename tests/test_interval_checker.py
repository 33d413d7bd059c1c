"""Ranks of closed forms, proved again in a second arithmetic: every field altered is refuted, every rule of the checker
has been seen to act."""

import copy
import json
from fractions import Fraction

import mpmath
import pytest

from symsens import Environment, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, load
from symsens.checker.constants import enclose, inverse_root
from symsens.checker.evaluation import Dual, Evaluator
from symsens.checker.intervals import check_closed_forms

F1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], centre_species="C")
MIXED = Environment(
    ["H", "O", "H", "C"],
    [("0.9", "0.1", "0.2"), ("-0.3", "1.2", "0.1"), ("-0.5", "-0.6", "0.8"), ("0.1", "-0.9", "-1.1")],
    centre_species="C",
)


def certificate_of(env, spec, **options):
    (certificate,) = load(certificate_text([certify(env, descriptor=spec, **options).certificate]))
    return certificate


@pytest.mark.parametrize(
    "env, spec, options",
    [
        (F1, "power-spectrum:n_max=3,l_max=3,radial=gto", {}),
        (F1, "power-spectrum:n_max=2,l_max=2,radial=gto-orthonormal", {}),
        (F1, "power-spectrum:n_max=3,l_max=2,radial=gto", {"vary": "atoms"}),
        (MIXED, "power-spectrum:n_max=2,l_max=3,radial=gaussian,cutoff=3,cutoff_function=cosine", {}),
        (MIXED, "power-spectrum:n_max=2,l_max=3,radial=chebyshev,cutoff=3,cutoff_function=tanh3,centre=true", {}),
        (MIXED, "soap-dscribe:n_max=2,l_max=2", {}),
        (MIXED, "soap-featomic:max_radial=2,max_angular=2", {}),
        (MIXED, "soap-quippy:n_max=2,l_max=2", {}),
        (MIXED, "acsf:cutoff=4", {}),
        (MIXED, "radial:n_max=1,radial=gto", {}),
        (
            Environment(
                ["H"] * 3,
                [(1, 0, 0), ("-1/2", 1, 0), ("1/3", "1/5", 2)],
                metric=[[1, "-1/2", 0], ["-1/2", 1, 0], [0, 0, "8/3"]],
            ),
            "power-spectrum:n_max=3,l_max=3,radial=gto",
            {},
        ),
    ],
)
def test_what_balls_proved_intervals_prove_again(env, spec, options):
    certificate = certificate_of(env, spec, **options)
    assert certificate["schema"] == "symsens/closed-form-certificate/1"
    statement = check(certificate)[-2]
    assert statement.startswith("rank J of") and f"= {certificate['claims']['rank']} of" in statement


@pytest.fixture(scope="module")
def certificate():
    return certificate_of(F1, "power-spectrum:n_max=2,l_max=3,radial=gto-orthonormal")


def altered(certificate, path, value):
    changed = copy.deepcopy(certificate)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    return changed


@pytest.mark.parametrize(
    "path, value, message",
    [
        (["claims", "rank"], 9, "claims: rank is 8, not 9"),
        (["claims", "nullity"], 3, "claims: nullity is 4, not 3"),
        (["claims", "radial_truncation"], 1, "claims: radial_truncation is 0"),
        (["left_inverse", 0, 0], "0", r"left_inverse\[0\]"),
        (["left_inverse"], lambda rows: rows[:-1], "left_inverse: not 8 x 8"),
        (["pivot_columns", 0], 5_000, "pivot_columns"),
        (["pivot_columns", 0], -1, "pivot_columns"),
        (["pivot_columns", 1], lambda column: column + 1, "left_inverse|pivot_columns"),
        (["features", 0, "terms", 0, "form"], ["num", "1"], r"left_inverse\[0\]"),
        (["features", 0, "terms", 0, "form"], ["exp", ["d", 1, 2]], "not a polynomial of degree <= l_max"),
        (["features", 0, "terms", 0, "form"], ["^", ["d", 1, 2], "7"], "not a polynomial of degree <= l_max"),
        (["features", 0, "terms", 0, "form"], ["^", ["d", 1, 2], "-1"], "not a polynomial of degree <= l_max"),
        (["features", 0, "terms", 0, "form"], ["s", 3], "more neighbours than its 2 species"),
        (["features", 0, "terms", 0, "form"], ["s", 0], "more neighbours than its 2 species"),
        (["features", 0, "terms", 0, "form"], ["log", ["num", "-1"]], "logarithm"),
        (
            ["features", 0, "terms", 0, "form"],
            ["*", ["s", 1], ["^", ["+", ["num", "1"], ["num", "-1"]], "1/2"]],
            "not proved to be positive",
        ),
        (["features", 0, "terms", 0, "species"], ["H", "H", "H"], "of a higher order than nu = 2"),
        (["features", 0, "terms", 0, "species"], ["O", "H"], r"left_inverse\[0\]"),
        (
            ["features", 0, "terms", 0, "inside"],
            [["+", ["num", "26"], ["*", ["num", "-1"], ["s", 1]]]],
            "exactly where the form is not smooth",
        ),
        (
            ["features", 0, "terms", 0, "regular"],
            [["+", ["num", "26"], ["*", ["num", "-1"], ["s", 1]]]],
            "exactly where the form is not smooth",
        ),
        (
            ["features", 0, "terms", 0, "inside"],
            [["+", ["num", "20"], ["*", ["num", "-1"], ["s", 1]]]],
            r"left_inverse\[0\]",
        ),
        (["constants", 0, "matrix", 0, 0], ["num", "-1"], "not positive definite"),
        (["constants", 0, "matrix", 0, 0], ["num", "5"], "left_inverse"),
        (["above", "claims", "rank"], 9, "claims: rank is 8, not 9"),
        (["above", "environment", "positions", 0, 0], "5000001/1000000", "null"),
        (["bits"], 10, "bits: 10 is outside"),
        (["bits"], 53, "left_inverse|positive|enclosed"),
    ],
)
def test_each_alteration_is_refuted_with_its_reason(certificate, path, value, message):
    with pytest.raises(Refuted, match=message):
        check_closed_forms(altered(certificate, path, value))


@pytest.mark.parametrize(
    "path, value",
    [
        (["features", 0, "terms", 0, "form"], ["eval", "1"]),
        (["features", 0, "terms", 0, "form"], ["num", 1.5]),
        (["features", 0, "terms", 0, "form"], ["num"]),
        (["features", 0, "terms", 0, "form"], ["def", 10_000]),
        (["features", 0, "terms", 0, "form"], ["const", 9, 0, 0]),
        (["features", 0, "terms", 0, "form"], "exp(s_1)"),
        (["definitions", 0], ["def", 0]),
        (["constants", 0, "matrix", 0], []),
        (["constants", 0, "matrix", 0, 0], ["s", 1]),
        (["constants", 0, "left"], [[["num", "1"]]]),
        (["complete"], 1),
        (["bits"], "170"),
        (["extra"], 1),
    ],
)
def test_what_cannot_be_read_is_malformed(certificate, path, value):
    changed = copy.deepcopy(certificate)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Malformed):
        check_closed_forms(changed)


def test_a_deeply_nested_tree_is_malformed(certificate):
    form = ["s", 1]
    for _ in range(300):
        form = ["exp", form]
    with pytest.raises(Malformed):
        check_closed_forms(altered(certificate, ["features", 0, "terms", 0, "form"], form))


def test_a_rank_below_the_bound_needs_all_features():
    certificate = certificate_of(MIXED, "radial:n_max=1,radial=gto")
    assert certificate["complete"] and check_closed_forms(certificate)
    with pytest.raises(Refuted, match="not decided"):
        check_closed_forms(altered(certificate, ["complete"], False))


@pytest.mark.parametrize("x", ["0.3", "-2.5", "40", "-40", "0"])
@pytest.mark.parametrize(
    "above, below",
    [(["1/2"], ["3/2"]), (["5/2"], ["7/2"]), (["-2"], ["5/2"]), (["-3/2"], ["5/2"]), ([], ["7/2"]), ([], [])],
)
def test_series_contain_the_values_of_mpmath(above, below, x):
    evaluator = Evaluator(300)
    a, b = list(map(Fraction, above)), list(map(Fraction, below))
    enclosure = evaluator.hyper(a, b, evaluator.number(Fraction(x)))
    with mpmath.workdps(120):
        rational = lambda q: mpmath.mpf(q.numerator) / q.denominator  # noqa: E731
        value = mpmath.hyper(list(map(rational, a)), list(map(rational, b)), rational(Fraction(x)))
        assert mpmath.mpf(enclosure.a) <= value <= mpmath.mpf(enclosure.b)
        assert mpmath.mpf(enclosure.delta) <= mpmath.mpf(10) ** -40 * max(1, abs(value))


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tanh", "erf", "ramp"])
@pytest.mark.parametrize("x", ["0.3", "2.5", "7"])
def test_functions_and_their_slopes(name, x):
    evaluator = Evaluator(200)
    dual = evaluator.function(name, Dual(evaluator.number(Fraction(x)), {0: evaluator.iv.mpf(1)}))
    with mpmath.workdps(80):
        f = (lambda y: y) if name == "ramp" else getattr(mpmath, name)
        point = mpmath.mpf(Fraction(x).numerator) / Fraction(x).denominator
        for enclosure, value in ((dual.value, f(point)), (dual.slope[0], mpmath.diff(f, point))):
            assert abs(mpmath.mpf(enclosure.mid) - value) < mpmath.mpf(10) ** -35
    with pytest.raises(Refuted):
        evaluator.function("ramp", Dual(evaluator.iv.mpf([-1, 1])))


def test_constant_matrices_contain_the_true_ones():
    n = 5
    matrix = [[["num", str(Fraction(1, i + j + 1))] for j in range(n)] for i in range(n)]  # Hilbert: condition 5e5
    trees = [[("num", Fraction(1, i + j + 1)) for j in range(n)] for i in range(n)]
    assert len(matrix) == n
    evaluator = Evaluator(400)
    found = [enclose(evaluator, {"left": left, "matrix": trees}) for left in (None, trees)]
    with mpmath.workdps(110):
        s = mpmath.hilbert(n)
        values, vectors = mpmath.eigsy(s)
        root = vectors * mpmath.diag([1 / mpmath.sqrt(v) for v in values]) * vectors.T
        fitted = mpmath.inverse(s) * mpmath.cholesky(s)
        for true, enclosed in zip((root, fitted), found):
            for i in range(n):
                for j in range(n):
                    assert abs(mpmath.mpf(enclosed[i][j].mid) - true[i, j]) < mpmath.mpf(10) ** -60
                    assert mpmath.mpf(enclosed[i][j].delta) < mpmath.mpf(10) ** -60


def test_the_enclosure_of_an_inverse_root_widens_with_its_matrix():
    # the perturbation bound must cover every matrix in the intervals: compare with the roots at both ends
    evaluator = Evaluator(200)
    iv = evaluator.iv
    width = Fraction(1, 1000)
    wide = [[iv.mpf([2 - float(width), 2 + float(width)]), iv.mpf(1)], [iv.mpf(1), iv.mpf(3)]]
    enclosed = inverse_root(evaluator, wide)
    for end in (2 - 1e-3, 2, 2 + 1e-3):
        values, vectors = mpmath.eigsy(mpmath.matrix([[end, 1], [1, 3]]))
        root = vectors * mpmath.diag([1 / mpmath.sqrt(v) for v in values]) * vectors.T
        for i in range(2):
            for j in range(2):
                assert enclosed[i][j].a <= root[i, j] <= enclosed[i][j].b


def test_a_singular_constant_matrix_is_refuted():
    one, zero = ("num", Fraction(1)), ("num", Fraction(0))
    singular, unit = [[one, one], [one, one]], [[one, zero], [zero, one]]
    for left, matrix in ((None, singular), (singular, unit), (unit, singular)):
        with pytest.raises(Refuted):
            enclose(Evaluator(100), {"left": left, "matrix": matrix})


def test_a_file_may_hold_both_kinds():
    both = [certify(F1).certificate, certify(F1, descriptor="power-spectrum:n_max=2,l_max=3,radial=gto").certificate]
    assert [check(certificate) != [] for certificate in load(certificate_text(json.loads(json.dumps(both))))] == [
        True,
        True,
    ]
