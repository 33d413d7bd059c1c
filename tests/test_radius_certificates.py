"""The rule radius: what it accepts holds by NumPy and mpmath at every place tried, and forged radii are refused."""

import json
from fractions import Fraction
from functools import lru_cache
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy
from checker_cases import put
from hypothesis import given, strategies as st

from symsens import Environment, certify
from symsens.certificates.exact import certificate_text
from symsens.certificates.radius import too_much
from symsens.checker import Refuted, check, kinds, load, radius as rule
from symsens.checker.evaluation import Dual, Evaluator, Jet
from symsens.checker.trees import tree
from symsens.descriptors import descriptor
from symsens.forms.jacobian import float_jacobian
from symsens.search.radius import _moved, _rotations

THREE = Environment(("H", "H", "O"), [(1, "1/2", 0), ("-1/3", 1, "2/5"), (0, "-1/2", "4/3")], "C")
FOUR = Environment(
    ("H",) * 4,
    [("0.63", "0.7", "0.58"), ("0.6", "-0.62", "-0.69"), ("-0.66", "0.61", "-0.57"), ("-0.7", "-0.55", "0.66")],
    "C",
)
SKEW = Environment(
    ("O", "H", "H"),
    [(1, 0, 0), ("1/2", 1, 0), (0, "-1/2", 1)],
    metric=((1, "1/2", 0), ("1/2", 1, "1/4"), (0, "1/4", 1)),
)
ONE = Environment("H", [("1", "1/2", "3/10")], "C")
FAR = Environment(("H", "H", "O", "H"), [*THREE.positions, (9, 0, 1)], "C")
CASES = {
    "polynomials": (THREE, "angles:degree=3"),
    "oblique polynomials": (SKEW, "power-spectrum:n_max=3,l_max=2,radial=monomial"),
    "oblique": (SKEW, "power-spectrum:n_max=2,l_max=2"),
    "Gaussians": (THREE, "power-spectrum:n_max=2,l_max=3"),
    "cutoffs": (FOUR, "acsf:cutoff=6"),
    "three at a time": (THREE, "ace:nu=3,n_max=2,l_max=1"),
    "distinct": (THREE, "chebyshev"),
    "hypergeometric": (THREE, "soap-dscribe:n_max=2,l_max=2"),
    "one neighbour, and no pair of different ones": (ONE, "acsf:cutoff=5"),
    "atoms left out": (FAR, "acsf:cutoff=4"),
}
TRUE = {}


def true(name):
    """A fresh copy of the certificate of one of `CASES`."""
    if name not in TRUE:
        env, spec = CASES[name]
        result = certify(env, descriptor=spec)
        assert result.radius_rule.name == "radius", result.radius_rule
        check(load(certificate_text([result.answer_with_radius]))[0])  # as it is written, with all other claims
        TRUE[name] = result, certificate_text([result.answer_with_radius])
    (certificate,) = load(TRUE[name][1])
    certificate["claims"].pop("singular_values", None)  # which have tests of their own
    return certificate


def proved(certificate):
    (statement,) = [line for line in check(certificate) if line.endswith("[radius]")]
    return statement


def bound(statement):
    return Fraction(statement.partition("||I - W [J; R]|| <= ")[2].split()[0])


class Oracle:
    """||I - W [J; R]|| in the norm of a certificate, by NumPy and another differentiation of the features."""

    def __init__(self, name):
        result, claim = TRUE[name][0], true(name)["claims"]["radius"]
        number = lambda rows: np.array([[float(Fraction(x)) for x in row] for row in rows])
        self.env, self.descriptor, self.rho = result.environment, result.descriptor, float(Fraction(claim["radius"]))
        self.W, self.turns = number(claim["inverse"]), number(claim["rotations"])
        self.w = number([claim["weights"]])[0]
        self.R, self.n = _rotations(self.env).mid, self.env.n

    def norm(self, v):
        J = float_jacobian(_moved(self.env, self.in_frame(v), 1), self.descriptor)
        blocks = (np.eye(3 * self.n) - self.W @ J - self.turns @ self.R).reshape(self.n, 3, self.n, 3)
        norms = np.linalg.norm(blocks, ord=2, axis=(1, 3))
        return (norms @ self.w / self.w).max()

    def in_frame(self, v):
        """Cartesian displacements in the frame of the environment."""
        metric = np.array([[float(x) for x in row] for row in self.env.metric])
        return (v @ np.linalg.inv(np.linalg.cholesky(metric))).tolist()

    def displacements(self, count, rng):
        for _ in range(count):
            v = rng.normal(size=(self.n, 3))
            yield self.rho * v / np.linalg.norm(v, axis=1)[:, None] * rng.choice([1, 1, 1, 0.3], size=(self.n, 1))


@pytest.mark.parametrize("name", CASES)
def test_the_bound_holds_wherever_the_neighbours_may_be(name):
    statement = proved(true(name))
    oracle, result = Oracle(name), TRUE[name][0]
    assert 0 < result.certified_radius <= result.radius().radius
    worst = max(oracle.norm(v) for v in oracle.displacements(60, np.random.default_rng(0)))
    assert worst <= bound(statement) < 1
    assert oracle.norm(np.zeros((oracle.n, 3))) < 1e-3
    assert f"each by at most {result.certified_radius} in the unit" in statement
    assert f"all of the {len(true(name)['claims']['radius']['inverse'][0])} forms given" in statement
    # a control: farther away the same norm is above the bound somewhere
    oracle.rho *= 10 if oracle.n == 1 else 100
    assert max(oracle.norm(v) for v in oracle.displacements(60, np.random.default_rng(0))) > bound(statement)


def test_equal_features_bound_the_radius():
    """Two structures of equal features: no radius that holds both is accepted, whatever W is tried."""
    certificate, accepted = true("polynomials"), []
    for power in range(-12, 3):
        changed = put(true("polynomials"), "claims.radius.radius", str(Fraction(2) ** power))
        try:
            check(changed)
        except Refuted:
            continue
        accepted.append(power)
    assert accepted == list(range(-12, max(accepted) + 1)) and 2.0 ** max(accepted) < 0.03
    assert Fraction(certificate["claims"]["radius"]["radius"]) < Fraction(2) ** (max(accepted) + 1)


def zeros(rows):
    return [["0" for _ in row] for row in rows]


FORGED = [
    ("radius", lambda x: str(Fraction(x) * 3), "not proved to be below 1"),
    ("radius", lambda x: str(Fraction(x) * 1000), "."),
    ("radius", "0", "not positive"),
    ("radius", "-1/1000", "not positive"),
    ("inverse", zeros, "not proved to be below 1"),
    ("inverse", lambda rows: rows[1:], "inverse: not 9 x"),
    ("inverse", lambda rows: [*rows[1:], rows[0]], "not proved to be below 1"),
    ("inverse.4", lambda row: row[1:], "inverse: not 9 x"),
    ("inverse.0.0", lambda x: str(Fraction(x) + 10), "not proved to be below 1"),
    ("rotations", zeros, "not proved to be below 1"),
    ("rotations", lambda rows: rows[1:], "rotations not 9 x 3"),
    ("rotations", lambda rows: [row[::-1] for row in rows], "not proved to be below 1"),
    ("weights.0", "0", "not 3 positive numbers"),
    ("weights.1", "-1", "not 3 positive numbers"),
    ("weights", lambda w: w[1:], "not 3 positive numbers"),
    ("weights.0", "1/1000000", "not proved to be below 1"),
    ("bits", 10, "bits are outside 53..4096"),
    ("bits", 4097, "bits are outside 53..4096"),
]


@pytest.mark.parametrize("name", ["polynomials", "Gaussians"])
@pytest.mark.parametrize("path, value, reason", FORGED, ids=[f"{i}-{path}" for i, (path, _, _) in enumerate(FORGED)])
def test_a_forged_radius_is_refused(name, path, value, reason):
    with pytest.raises(Refuted, match=reason):
        check(put(true(name), f"claims.radius.{path}", value))


def test_a_radius_across_a_cutoff_is_refused():
    certificate = true("cutoffs")
    certificate["claims"]["radius"]["radius"] = "5"
    with pytest.raises(Refuted, match="not proved that the forms are smooth"):
        check(certificate)


def test_a_feature_less_is_refused():
    certificate = true("polynomials")
    for row in certificate["claims"]["radius"]["inverse"]:
        del row[0]
    with pytest.raises(Refuted, match="inverse: not 9 x 43"):
        check(certificate)


def test_about_neighbours_that_move_each_by_itself_only():
    certificate = true("polynomials")
    spec = CASES["polynomials"][1]
    atoms = certify(THREE, descriptor=spec, vary="atoms")
    (inside,) = load(certificate_text([atoms.certificate]))
    certificate["of"] = {key: part for key, part in inside.items() if key != "labels"}
    with pytest.raises(Refuted, match="the centre fixed"):
        check(certificate)
    certificate["of"] = certify(THREE).certificate  # of no features
    with pytest.raises(Refuted, match="about forms of neighbours"):
        check(certificate)
    assert atoms.radius_rule.reason == "the certificate is about displacements of all atoms"
    assert "radius" not in atoms.answer_with_radius.get("claims", {})


def test_a_checker_that_forgets_the_ball_would_accept_a_false_radius(monkeypatch):
    certificate = put(true("polynomials"), "claims.radius.radius", "1/2")
    with pytest.raises(Refuted):
        check(certificate)
    monkeypatch.setattr(rule, "curvature", lambda ball, *_: [[Fraction(0)] * ball.env.n] * ball.env.n)
    assert "each by at most 0.5 in" in proved(certificate)


def test_hostile_numbers_do_not_take_long():
    certificate = true("polynomials")
    certificate["claims"]["radius"]["radius"] = "1" + "0" * 5000
    with pytest.raises(Refuted):
        check(certificate)
    certificate["claims"]["radius"] |= {"radius": "1/" + "1" + "0" * 5000, "weights": ["1" * 5000] * 3}
    assert "each by at most (long) in" in proved(certificate)


def test_work_is_counted(monkeypatch):
    certificate = true("Gaussians")
    result = TRUE["Gaussians"][0]
    monkeypatch.setattr("symsens.checker.evaluation.MAX_WORK", 5_000)
    with pytest.raises(Refuted, match="more than 5000 interval operations"):
        check(certificate)
    assert too_much(result._certificate(0), result._injectivity) is None
    monkeypatch.setattr("symsens.certificates.radius.MAX_WORK", 5_000)
    assert "does not do so much work" in too_much(result._certificate(0), result._injectivity)


@pytest.mark.parametrize("name", CASES)
def test_the_work_is_estimated_from_above(name, monkeypatch):
    certificate, result, spent = true(name), TRUE[name][0], []
    init = Evaluator.__init__
    monkeypatch.setattr(Evaluator, "__init__", lambda self, *rest: (init(self, *rest), spent.append(self))[0])
    check(certificate)
    monkeypatch.setattr("symsens.certificates.radius.MAX_WORK", max(evaluator.work for evaluator in spent[-2:]))
    assert too_much(result._certificate(0), result._injectivity)


@pytest.mark.parametrize(
    "x, text",
    [
        (Fraction(1, 1000), "0.001"),
        (Fraction(12), "12"),
        (Fraction(5, 2), "2.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10**40), "(long)"),
        (Fraction(10**40), "(long)"),
    ],
)
def test_a_radius_is_printed_as_it_is(x, text):
    assert rule.shown(x) == text


# Second derivatives, and the totals made of them.

X = sympy.symbols("s t d", positive=True)
S, T, D = X
FUNCTIONS = {
    "exp": (["exp", ["d", 1, 2]], sympy.exp(D)),
    "log": (["log", ["s", 1]], sympy.log(S)),
    "sin": (["sin", ["d", 1, 2]], sympy.sin(D)),
    "cos": (["cos", ["*", ["s", 1], ["d", 1, 2]]], sympy.cos(S * D)),
    "tanh": (["tanh", ["d", 1, 2]], sympy.tanh(D)),
    "erf": (["erf", ["+", ["d", 1, 2], ["s", 2]]], sympy.erf(D + T)),
    "ramp": (["ramp", ["*", ["s", 1], ["s", 2]]], S * T),
    "no ramp": (["ramp", ["*", ["num", "-1"], ["s", 1], ["s", 2]]], 0 * S),
    "power": (["^", ["+", ["s", 1], ["*", ["d", 1, 2], ["d", 1, 2]]], "-3/2"], (S + D**2) ** sympy.Rational(-3, 2)),
    "root": (["^", ["s", 2], "1/3"], T ** sympy.Rational(1, 3)),
    "inverse": (["^", ["+", ["num", "-9"], ["s", 1]], "-2"], (S - 9) ** -2),
    "natural": (["^", ["d", 1, 2], "5"], D**5),
    "square": (["^", ["+", ["d", 1, 2], ["num", "-1"]], "2"], (D - 1) ** 2),
    "first": (["^", ["d", 1, 2], "1"], D),
    "none": (["^", ["d", 1, 2], "0"], 1 + 0 * D),
    "hyper": (["hyper", ["1/2"], ["3/2"], ["d", 1, 2]], sympy.hyper([sympy.S.Half], [sympy.Rational(3, 2)], D)),
    "hyper ends": (["hyper", ["-3"], ["2"], ["s", 1]], 1 - 3 * S / 2 + S**2 / 2 - S**3 / 24),
    "product": (["*", ["s", 1], ["s", 2], ["exp", ["d", 1, 2]]], S * T * sympy.exp(D)),
}
ORDERS = [(), (0,), (1,), (2,), (0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]


@lru_cache
def derivatives(name):
    """SymPy's derivatives of each of `ORDERS`, to be evaluated by mpmath."""
    form = FUNCTIONS[name][1]
    return [
        sympy.lambdify(X, sympy.diff(form, *(X[c] for c in order)) if order else form, "mpmath") for order in ORDERS
    ]


INDEX = {("s", 1): 0, ("s", 2): 1, ("d", 1, 2): 2}


def jet(form, kind, centre, reach, bits=80):
    evaluator = Evaluator(bits, kind)
    wide = [evaluator.iv.mpf([c - reach, c + reach]) for c in centre]
    place = lambda leaf: kind(wide[INDEX[leaf]], {INDEX[leaf]: evaluator.iv.mpf(1)})
    return evaluator.at(tree(form, "form"), place)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(st.data())
def test_the_derivatives_contain_those_of_sympy(name, data):
    grid = st.integers(1, 40).map(lambda i: mpmath.mpf(i) / 16)
    centre, reach = data.draw(st.tuples(grid, grid, grid)), data.draw(st.sampled_from([0, 2**-10, 2**-6, 2**-5]))
    at = [c + reach * data.draw(st.sampled_from([-1, -0.5, 0, 1])) for c in centre]
    form = FUNCTIONS[name][0]
    found, plain = (jet(form, kind, centre, mpmath.mpf(reach)) for kind in (Jet, Dual))
    for order, function in zip(ORDERS, derivatives(name)):
        with mpmath.workdps(50):
            exact = mpmath.mpf(function(*at))
        part = [found.value, found.slope.get(sum(order)), found.curve.get(order)][len(order)] or mpmath.iv.mpf(0)
        slack = 1e-18 * (1 + abs(exact))
        assert part.a - slack <= exact <= part.b + slack, order
        assert reach or float(part.delta) <= 1e-15 * (1 + abs(exact))  # tight
    assert plain.value._mpi_ == found.value._mpi_
    assert {c: x._mpi_ for c, x in plain.slope.items()} == {c: x._mpi_ for c, x in found.slope.items()}


@pytest.mark.parametrize("name", ["oblique", "three at a time", "cutoffs"])
def test_the_second_derivative_contains_differences_of_the_jacobian(name):
    certificate, oracle = true(name), Oracle(name)
    _, proof = kinds.prove(kinds.read(certificate["of"], "of"))
    bits, rho = 150, Fraction(certificate["claims"]["radius"]["radius"])
    W = [[rule.whole(Fraction(float(x)), bits) for x in row] for row in oracle.W]
    features = rule.Features(proof)
    still = list(rule.Ball(proof.env, features, Fraction(0), bits, Dual).combined(W))
    total = rule.second_order(rule.Ball(proof.env, features, rho, bits, Jet), still, W)
    half, n = oracle.rho / 2, oracle.n
    scaled = lambda rows: np.array([[x / 2 ** (4 * bits) for x in row] for row in rows]).reshape(-1, 3, 3)
    middles = {key: scaled([m for m, _ in rows]) for key, rows in total.blocks.items()}
    errors = {key: scaled([e for _, e in rows]) for key, rows in total.blocks.items()}
    size = max(np.abs(block).max() for block in middles.values())
    assert max(block.max() for block in errors.values()) < 3 * size  # and they are no wide enclosures
    jacobian = lambda v: oracle.W @ float_jacobian(_moved(oracle.env, oracle.in_frame(v), 1), oracle.descriptor)
    for v in oracle.displacements(4, np.random.default_rng(2)):
        for l, c in product(range(n), range(3)):
            move = np.zeros((n, 3))
            move[l, c] = half
            mean = (jacobian(v / 2 + move) - jacobian(v / 2 - move)) / (
                2 * half
            )  # of the second derivative, in the ball
            for k in range(n):
                off = np.abs(mean[:, 3 * k : 3 * k + 3] - middles[k, l][:, :, c])
                assert (off <= errors[k, l][:, :, c] + 1e-6 * size).all()


class Two:
    """Two neighbours at distances 1 and 2 from the centre, at a right angle."""

    n, species, scale, data = 2, ["H", "O"], 1, {"tie": None}
    positions, gram = [[Fraction(1), 0, 0], [0, Fraction(2), 0]], [[1, 0], [0, 4]]
    metric = [[Fraction(int(i == j)) for i in range(3)] for j in range(3)]
    dot = staticmethod(lambda j, k: Two.gram[j][k])


class NoForms:
    definitions, constants, terms = [], [], {}


def ball(rho=Fraction(1, 10), bits=60):
    return rule.Ball(Two, NoForms, rho, bits, Jet)


def less(form, x):
    """form - x."""
    return tree(["+", form, ["num", str(-Fraction(x))]], "form")


@pytest.mark.parametrize(
    "condition, sign",
    [
        (less(["s", 1], "1/2"), 1),
        (less(["s", 1], "3/2"), -1),
        (less(["s", 1], 1), 0),
        (less(["s", 1], "79/100"), 1),  # the least s_1 is 1 - 21/100, and so it is with the bound
        (less(["s", 1], "791/1000"), 0),
        (less(["s", 1], "121/100"), -1),
        (less(["s", 1], "1209/1000"), 0),
        (less(["s", 2], "359/100"), 1),  # 4 - 41/100 <= s_2
        (less(["s", 2], "3591/1000"), 0),
        (less(["d", 1, 2], "31/100"), -1),  # |d_12| <= (1 + 2 + 1/10)/10
        (less(["d", 1, 2], "309/1000"), 0),
    ],
)
def test_the_sign_of_a_condition_is_that_throughout_the_ball(condition, sign):
    where = ball()
    place, _ = where.leaves((0, 1))
    edge = Fraction(1, 10**9)  # the bounds are met but for roundings
    found = {where.sign(tree(["+", list_of(condition), ["num", str(s * edge)]], "form"), place) for s in (-1, 1)}
    assert sign in found and found <= {sign, 0}
    assert where.sign(tree(["+"], "form"), place) == 0  # exactly 0


def list_of(form):
    """A tree that was read, as it is written."""
    return [
        list_of(part) if isinstance(part, tuple) else str(part) if isinstance(part, Fraction) else part for part in form
    ]


YES, NO, MAYBE = less(["s", 1], "1/2"), less(["s", 1], "3/2"), less(["s", 1], 1)


@pytest.mark.parametrize(
    "inside, regular, found",
    [
        ([], [], True),
        ([YES], [], True),
        ([NO], [], False),
        ([YES, NO], [MAYBE], False),
        ([MAYBE, NO], [], False),
        ([NO, MAYBE], [], False),
        ([MAYBE], [], None),
        ([MAYBE, YES], [], None),
        ([YES, MAYBE], [], None),
        ([YES], [MAYBE], None),
        ([YES], [YES, MAYBE], None),
        ([], [NO], True),
        ([], [YES, NO], True),
        ([tree(["+"], "form")], [], None),
    ],
)
def test_a_tuple_contributes_throughout_the_ball_or_nowhere(inside, regular, found):
    where, term = ball(), {"distinct": True, "inside": inside, "regular": regular}
    place, _ = where.leaves((0, 1))
    if found is None:
        with pytest.raises(Refuted, match="not proved that the forms are smooth"):
            where.contributes(term, (0, 1), place)
    else:
        assert where.contributes(term, (0, 1), place) is found
        assert where.contributes(term, (0, 0), place) is False  # not distinct
        assert where.contributes(term | {"distinct": False}, (0, 0), place) is found


@given(st.fractions(-9, 9, max_denominator=97), st.fractions(0, 1, max_denominator=89), st.integers(3, 60))
def test_rounded_intervals_contain_the_interval(x, width, bits):
    where = ball(bits=60)
    where.bits = bits
    interval = where.evaluator.number(x) + where.evaluator.number(width) * where.evaluator.iv.mpf([0, 1])
    middle, error = where.rounded(interval)
    assert middle - error <= x * 2**bits and (x + width) * 2**bits <= middle + error
    assert 2 * error <= width * 2**bits + 64


def test_places_and_lengths_of_two_neighbours():
    where = ball()
    unit = 2**60
    for j, y in enumerate(Two.positions):
        for (middle, error), x in zip(where.x[j], y):
            assert abs(middle - x * unit) <= 2 and 0 <= error - unit // 10 <= 4


def test_what_is_printed_names_the_rule_and_both_radii(capsys, tmp_path):
    from symsens.cli import main

    out = tmp_path / "c.json"
    call = ["certify", "ase:H2O", "--centre", "1", "--descriptor", "angles:degree=2", "--radius"]
    with pytest.raises(SystemExit):
        main([*call, "--out", str(out)])
    printed = capsys.readouterr().out
    assert "(rule radius), = " in printed and "Angstrom (no certificate yet): no two displacements" in printed
    with pytest.raises(SystemExit) as stop:
        main(["verify", str(out)])
    lines = capsys.readouterr().out.splitlines()
    assert stop.value.code == 0 and any(line.startswith("  = ") and line.endswith("[radius]") for line in lines)
    with pytest.raises(SystemExit):
        main([*call, "--json"])
    (report,) = json.loads(capsys.readouterr().out)["environments"]
    found = report["invertibility_radius"]
    assert found["rule"] == "radius" and 0 < Fraction(found["certified"]) <= Fraction(found["radius"])


def test_no_radius_has_no_rule():
    result = certify(FOUR, descriptor=descriptor("distances"))
    assert result.certified_radius is None and result.radius_rule.reason == result.radius().reason
    assert "radius" not in result.answer_with_radius.get("claims", {})
