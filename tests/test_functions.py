"""Every row of the table of functions, asked the same questions: its value in each arithmetic, its Taylor coefficients
and its tree in a certificate are those of SymPy; what a row leaves empty is refused."""

from dataclasses import replace
from math import factorial

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx, fmpq
from sympy import E, Rational, Symbol, besselj, cos, hyper, sqrt

from symsens.certificates.trees import TreeWriter
from symsens.checker.evaluation import Dual, Evaluator
from symsens.checker.trees import tree
from symsens.errors import InputError, UndecidedError
from symsens.forms.arithmetics import NotRational, ball, exact, floating, multiprecision
from symsens.forms.blocks import Family, invariants
from symsens.forms.compile import program
from symsens.forms.functions import FUNCTIONS, Function, applied
from symsens.forms.taylor import family_jets, taylor_arithmetic
from symsens.numbers.midrad import MidRad

ROWS = pytest.mark.parametrize("row", FUNCTIONS.values(), ids=FUNCTIONS)
T = invariants(2)[2]  # d_12: of either sign
ORDER = 4
R = Rational
# Arguments inside the domain of every function of so many arguments, and those of functions that want others.
POINTS = {
    0: [()],
    1: [(R(1, 7),), (R(4, 9),), (R(9, 10),)],
    2: [(R(1, 3), R(2, 5)), (R(5, 2), R(7, 9))],
    3: [(R(1, 3), R(5, 2), R(4, 7)), (R(7, 2), R(4, 3), R(2, 3))],
    "Abs": [(R(-3, 2),), (R(2, 3),)],
    "sin": [(R(-20),), (R(50, 7),)],
    "exp": [(R(-30),), (R(50, 7),)],
    "log": [(R(1, 10),), (R(99),)],
    "tanh": [(R(-3, 2),), (R(5),)],
    "erf": [(R(-3, 2),), (R(4),)],
    "gamma": [(R(-3, 2),), (R(17, 2),)],
    "ramp": [(R(-3, 2),), (R(2, 3),)],
    "step": [(R(-3, 2),), (R(2, 3),)],
    "power": [(R(4, 9), R(1, 3)), (R(8), R(-5, 3)), (R(2, 3), sqrt(2))],
    "scaled_bessel": [(R(0), R(1, 3)), (R(3), R(5, 2)), (R(6), R(40))],
}


def points(row):
    return POINTS.get(row.name, POINTS[row.arity])


def form_at(row, point):
    """The function as a form in T alone, and the value of T: the other arguments are constants."""
    if not row.arity:
        return row.symbolic(), R(1, 2)
    place = row.varies % row.arity
    return row.symbolic(*(T if i == place else x for i, x in enumerate(point))), point[place]


def wanted(form, x, k=0):
    """The k-th Taylor coefficient at x by SymPy, 90 digits."""
    number = (form.diff(T, k) if k else form).xreplace({T: x}).evalf(90)
    return mpmath.mpf(str(number)) / factorial(k)


def value(arithmetic, form, x):
    (found,) = program((T,), (form,))(arithmetic, [arithmetic.number(x.p, x.q)])
    return found


def holds(found, want):
    """Whether a ball contains a number that is known to 80 digits."""
    return found.overlaps(arb(mpmath.nstr(want, 95), abs(arb(mpmath.nstr(want, 20))) * arb("1e-80")))


# The checks, of any row.


def check_values(row):
    for point in points(row):
        form, x = form_at(row, point)
        with mpmath.workdps(100):
            want = wanted(form, x)
        if row.ball:
            with ctx.workprec(200):
                found = arb(value(ball(), form, x))
                assert holds(found, want)
                assert found.is_exact() or found.rel_accuracy_bits() > 150
                assert not holds(found + arb("1e-20"), want)  # negative control
        if row.multiprecision:
            with mpmath.workdps(50):
                assert abs(value(multiprecision(), form, x) - want) <= abs(want) * mpmath.mpf(10) ** -45
        if row.floating:
            assert abs(float(value(floating(), form, x)) - float(want)) <= 1e-13 * abs(want)


def check_wide_balls(row):
    """The ball of a ball contains the values at its points."""
    for point in points(row):
        form, x = form_at(row, point)
        if not row.ball or not row.arity:
            continue
        with ctx.workprec(200):
            (found,) = program((T,), (form,))(ball(), [arb(x.p) / x.q + arb(0, 1e-3)])
            for shift in (R(-9, 10000), R(0), R(1, 1500)):
                with mpmath.workdps(100):
                    assert holds(found, wanted(form, x + shift))
            assert found.rad() < 1e-2 * (1 + 3 * abs(found).upper())


def check_jets(row):
    for point in points(row):
        form, x = form_at(row, point)
        for radius in (0.0, 1e-3):
            with ctx.workprec(80):
                box = [arb(1), arb(1), arb(x.p) / x.q + arb(0, radius)]
                table = family_jets(Family("f", 2, (form,)), [MidRad.from_arb([y]) for y in box], ORDER)
            for k in range(ORDER + 1):
                for at in (x, x + R(1, 2000)) if radius else (x,):
                    with mpmath.workdps(100):
                        want = wanted(form, at, k)
                        if (2,) * k not in table:
                            assert want == 0
                            continue
                        mid, rad = (float(part[0, 0]) for part in (table[(2,) * k].mid, table[(2,) * k].rad))
                        assert abs(want - mid) <= rad + abs(want) * mpmath.mpf(10) ** -30
                        assert radius or rad <= 1e-11 * (1 + abs(want))


def encloses(coefficients, form, x):
    """Whether these are balls for the Taylor coefficients of a form at x, as far as they go."""
    with mpmath.workdps(100):
        return all(holds(found, wanted(form, x, k)) for k, found in enumerate(coefficients))


def check_taylor(row):
    for point in points(row):
        form, x = form_at(row, point)
        with ctx.workprec(200):
            arguments = [arb(y.p) / y.q if y.is_Rational else arb(2).sqrt() for y in point]
            coefficients = row.taylor(*arguments, ORDER)
            assert len(coefficients) == ORDER + 1 and len(row.taylor(*arguments, 0)) == 1
            assert encloses(coefficients, form, x) and max(float(y.rad()) for y in coefficients) < 1e-30
            for k in range(ORDER + 1):  # negative control: each wrong coefficient is seen
                wrong = [y + arb("1e-20") if i == k else y for i, y in enumerate(coefficients)]
                assert not encloses(wrong, form, x)


def written(form):
    return TreeWriter("made-up", ()).tree(form)


def check_tree(row):
    for point in points(row):
        form, x = form_at(row, point)
        if point and not all(y.is_Rational for y in point):
            continue
        evaluator = Evaluator(250)
        iv = evaluator.iv

        def place(leaf):
            assert leaf == ("d", 1, 2)
            return Dual(evaluator.number(x), {0: iv.mpf(1)})

        found = evaluator.at(tree(written(form), "tree"), place)
        with mpmath.workdps(100):
            for k, interval in enumerate((found.value, found.slope.get(0, iv.mpf(0)))):
                want, low, high = wanted(form, x, k), mpmath.mpf(interval.a), mpmath.mpf(interval.b)
                slack = abs(want) * mpmath.mpf(10) ** -80
                assert low - slack <= want <= high + slack
                assert high - low <= mpmath.mpf(10) ** -50 * (1 + abs(want))


# Each row.


@ROWS
def test_values_are_those_of_sympy(row):
    check_values(row)
    check_wide_balls(row)


@ROWS
def test_an_arithmetic_without_an_entry_refuses(row):
    form, x = form_at(row, points(row)[0])
    for entry, arithmetic in ((row.ball, ball()), (row.multiprecision, multiprecision()), (row.floating, floating())):
        if entry is None:
            with pytest.raises(NotRational, match=f"{row.name} has no value in {arithmetic.name} arithmetic"):
                value(arithmetic, form, x)
        else:
            assert row.name in arithmetic.functions


@ROWS
def test_the_table_finds_its_row(row):
    for point in points(row):
        assert applied(form_at(row, point)[0])[0] is row


@ROWS
def test_exact_values_are_exact_or_refused(row):
    for point in points(row):
        form, x = form_at(row, point)
        try:
            found = value(exact(), form, x)
        except NotRational as refusal:
            assert row.exact or str(refusal) == f"{row.name} has no value in exact arithmetic"
        else:
            assert R(int(found.p), int(found.q)) == form.xreplace({T: x})


@pytest.mark.parametrize(
    "name, arguments, want",
    [
        ("sqrt", (fmpq(4, 9),), fmpq(2, 3)),
        ("sqrt", (0,), 0),
        ("sqrt", (fmpq(2, 9),), None),
        ("sqrt", (fmpq(4, 8),), None),
        ("sqrt", (fmpq(-4, 9),), None),
        ("power", (fmpq(2, 3), fmpq(-3)), fmpq(27, 8)),
        ("power", (4, fmpq(1, 2)), None),
        ("Abs", (fmpq(-2, 3),), fmpq(2, 3)),
    ],
)
def test_rational_values(name, arguments, want):
    assert FUNCTIONS[name].exact(*arguments) == want
    if want is None:
        with pytest.raises(NotRational, match=r"is not rational"):
            exact().functions[name](*arguments)
    else:
        assert exact().functions[name](*arguments) == want


@ROWS
def test_jets_contain_sympys_derivatives(row):
    if row.taylor or row.composed:
        check_jets(row)
        return
    form, x = form_at(row, points(row)[0])
    if row.arity:
        with pytest.raises(NotRational, match=f"{row.name} has no value in jet arithmetic"):
            family_jets(Family("f", 2, (form,)), [MidRad.from_arb([arb(1)])] * 3, 2)
    else:
        assert holds(value(taylor_arithmetic(), form, x), wanted(form, x))


@pytest.mark.parametrize("row", [row for row in FUNCTIONS.values() if row.taylor], ids=lambda row: row.name)
def test_taylor_coefficients_contain_sympys_derivatives(row):
    check_taylor(row)


@ROWS
def test_the_checker_finds_the_value_or_the_writer_refuses(row):
    if row.tree is not None:
        check_tree(row)
        return
    with pytest.raises(InputError) as refusal:
        written(form_at(row, points(row)[0])[0])
    assert str(refusal.value) == f"made-up: no certificate can hold the function {row.name} yet"


# The table as a whole.


@pytest.fixture
def table():
    """The table, which a test may change: the arithmetics are built, and forms compiled, anew before and after."""

    def clear():
        for known in (exact, ball, multiprecision, floating, taylor_arithmetic, program):
            known.cache_clear()

    rows = dict(FUNCTIONS)
    clear()
    yield FUNCTIONS
    FUNCTIONS.clear()
    FUNCTIONS.update(rows)
    clear()


class versine(sympy.Function):
    """1 - cos x, which the table does not have."""

    nargs = 1

    def fdiff(self, argindex=1):
        return sympy.sin(self.args[0])

    def _eval_evalf(self, prec):
        return (1 - cos(self.args[0]))._eval_evalf(prec)


def test_a_new_function_is_one_row(table):
    table["versine"] = row = Function(
        name="versine",
        symbolic=versine,
        arity=1,
        ball=lambda x: 1 - arb(x).cos(),
        multiprecision=lambda x: 1 - mpmath.cos(x),
        floating=lambda x: 1 - np.cos(x),
        taylor=lambda c, order: [int(k == 0) - y for k, y in enumerate(table["cos"].taylor(c, order))],
        tree=lambda write, x: ["+", ["num", "1"], ["*", ["num", "-1"], ["cos", write(x)]]],
    )
    for check in (check_values, check_wide_balls, check_jets, check_taylor, check_tree):
        check(row)


@pytest.mark.parametrize(
    "column, wrong, check",
    [
        ("ball", lambda x: arb(x).sin() + arb("1e-50"), check_values),
        ("ball", lambda x: arb(x).sin() + arb(0, 1e-40), check_values),
        ("ball", lambda x: arb(x).mid().sin(), check_wide_balls),
        ("multiprecision", lambda x: mpmath.sin(x) * (1 + mpmath.mpf("1e-40")), check_values),
        ("floating", lambda x: np.sin(x) * (1 + 1e-12), check_values),
        (
            "taylor",
            lambda c, order: [c.sin(), c.cos(), c.sin() / 2, -c.cos() / 6, c.sin() / 24][: order + 1],
            check_jets,
        ),
        ("tree", "cos", check_tree),
    ],
)
def test_a_wrong_entry_of_a_row_is_seen(table, column, wrong, check):
    table["sin"] = row = replace(table["sin"], **{column: wrong})
    with pytest.raises(AssertionError):
        check(row)


def test_a_function_without_a_row_is_refused_everywhere():
    form = besselj(0, T)
    for arithmetic in (exact(), ball(), multiprecision(), floating(), taylor_arithmetic()):
        with pytest.raises(NotRational, match=f"besselj has no value in {arithmetic.name} arithmetic"):
            value(arithmetic, form, R(1, 2))
    with pytest.raises(InputError, match="no certificate can hold the function besselj yet"):
        written(form)


def test_every_row_has_its_own_name_and_one_way_to_derivatives():
    assert all(name == row.name for name, row in FUNCTIONS.items())
    assert [row.name for row in FUNCTIONS.values() if (row.taylor is None) == (row.composed is None)] == [
        "pi",
        "Abs",
    ]


def test_only_one_argument_of_a_jet_may_vary():
    box = [MidRad.from_arb([arb(1)])] * 3
    for form in (2**T, T**T, hyper((T,), (R(3, 2),), T), hyper((), (T,), R(1, 2))):
        with pytest.raises(NotRational, match="no Taylor coefficients by all of its arguments"):
            family_jets(Family("f", 2, (form,)), box, 2)


def test_balls_in_which_the_sign_is_open_are_both_values_or_refused():
    ball_of_both = arb(0, 1e-3)
    assert all(ball().functions["step"](ball_of_both).contains(x) for x in (0, 1))
    for name in ("ramp", "step"):
        with pytest.raises(UndecidedError, match="no definite sign"):
            FUNCTIONS[name].taylor(ball_of_both, 2)


@pytest.mark.parametrize(
    "form, name",
    [
        (T ** sqrt(2), "power"),
        (hyper((), (sqrt(2),), T), "hyp0f1"),
        (hyper((sqrt(2),), (R(1, 2),), T), "hyp1f1"),
        (FUNCTIONS["scaled_bessel"].symbolic(R(1, 2), T), "scaled_bessel"),
        (FUNCTIONS["scaled_kummer"].symbolic(sqrt(2), R(1, 2), T), "scaled_kummer"),
        (hyper((1, 1), (R(1, 2),), T), "hyper"),
    ],
    ids=str,
)
def test_parameters_that_a_certificate_cannot_hold_are_refused(form, name):
    with pytest.raises(InputError, match=f"no certificate can hold the function {name} yet"):
        written(form)


def test_whole_and_half_powers_and_e():
    assert written(T**3) == ["^", ["d", 1, 2], "3"] and written(T ** R(-5, 2)) == ["^", ["d", 1, 2], "-5/2"]
    assert written(E) == ["exp", ["num", "1"]]
    with ctx.workprec(100):
        assert (value(ball(), E + 0 * Symbol("x"), R(1)) - arb.const_e()).contains(0)
        assert [x.is_zero() for x in FUNCTIONS["power"].taylor(arb(0, 1), 2, 4)] == [False] * 3 + [True] * 2
