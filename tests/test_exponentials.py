"""Null vectors of J with sums of exponentials as entries: proved again, or refused."""

import random
import time
from fractions import Fraction

import flint
import pytest
from test_reasons import altered, certificate_of, refuted

from symsens import Environment, certify
from symsens.checker import Malformed, Refuted, check
from symsens.checker.exponentials import Derivatives
from symsens.checker.intervals import Forms, evaluator_of, prove
from symsens.checker.trees import read_closed, tree
from symsens.descriptors import descriptor
from symsens.forms.jacobian import ball_jacobian

F1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)])
NEAR = Environment(["H"] * 4, [(1, 0, 0), (0, 2, 0), (0, 0, 1), (1, 1, 1)])
MIXED = Environment(["H", "O", "H", "C"], [(1, 2, 3), (-2, 1, 5), (3, -1, 1), (2, 2, -7)])
GAUSSIANS = "power-spectrum:radial=gto,cutoff=10,n_max={},l_max=1"


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("env, n_max, rank, count", [(F1, 2, 5, 2), (NEAR, 2, 5, 1), (MIXED, 1, 7, 2)])
def test_null_vectors_with_exponentials_as_entries(env, n_max, rank, count, vary):
    result = certify(env, descriptor=GAUSSIANS.format(n_max), vary=vary)
    assert (result.filtration.rank, result.rule.by) == (rank, ("exponentials",))
    statements = check(certificate_of(env, GAUSSIANS.format(n_max), vary))
    assert statements[-3].startswith(f"J v = 0 for {count} displacements v beyond those above")
    assert f"<= {rank} by the levels above and these null vectors" in statements[-2]


def test_the_entries_are_those_of_the_kernel():
    certificate = certificate_of(F1, GAUSSIANS.format(2))
    jacobian = ball_jacobian(F1, descriptor(GAUSSIANS.format(2)), 400)
    with flint.ctx.workprec(400):
        for vector in certificate["exponentials"]:
            v = [flint.arb(0)] * 12
            for column, terms in vector:
                v[column] = sum((exact(c) * exact(q).exp() for q, c in terms), flint.arb(0))
            image = (jacobian * flint.arb_mat(12, 1, v)).entries()
            size = max(float(abs(x).mid()) for x in v)
            assert all(x.contains(0) and float(x.abs_upper()) < 1e-60 * size for x in image)
            v[vector[0][0]] += v[vector[0][0]] / 10**9
            assert not all(x.contains(0) for x in (jacobian * flint.arb_mat(12, 1, v)).entries())


def exact(text):
    x = Fraction(text)
    return flint.arb(flint.fmpq(x.numerator, x.denominator))


FIRST_ENTRY = ["exponentials", 0, 0]


@pytest.mark.parametrize(
    "path, value, message",
    [
        (["exponentials"], [], "at least 5 and at most 6: not decided"),
        (["exponentials"], None, "at least 5 and at most 6: not decided"),
        (["exponentials"], lambda vectors: vectors[:1], "at least 5 and at most 6: not decided"),
        (["exponentials"], lambda vectors: vectors + vectors[:1], r"exponentials\[0\]: not seen to have an entry"),
        ([*FIRST_ENTRY, 1, 0, 0], lambda q: str(Fraction(q) + Fraction(1, 10**9)), r"not seen to be null"),
        ([*FIRST_ENTRY, 1, 0, 1], lambda c: str(Fraction(c) + Fraction(1, 10**30)), r"not seen to be null"),
        ([*FIRST_ENTRY, 1], [], r"not seen to be null"),
        ([*FIRST_ENTRY, 0], 99, "in a leading column of the null vectors above, or in none"),
        ([*FIRST_ENTRY, 0], -1, "in a leading column of the null vectors above, or in none"),
        ([*FIRST_ENTRY, 0], 0, "in a leading column of the null vectors above, or in none"),
        (["exponentials", 0], [], r"exponentials\[0\]: not seen to have an entry"),
        (["exponentials", 0], lambda entries: [[column, []] for column, _ in entries], "not seen to have an entry"),
        (["exponentials", 0, -1, 1], lambda terms: [*terms, [str(10**200), "1"]], "not seen to be null|below 2"),
        (["complete"], False, "not decided"),
        (["features", 0, "terms", 0, "form"], lambda form: ["+", form, ["cos", ["s", 1]]], "of a form with cos"),
        (["constants"], [{"left": None, "matrix": [[["num", "4"]]]}], None),
        (["features", 0, "terms", 0, "form"], lambda form: ["+", form, ["s", 1]], "not seen to be null"),
        (["features", 0, "terms", 0, "form"], lambda form: ["+", form, ["*", ["num", "0"], ["s", 1]]], None),
        (["features", 0, "terms", 0, "form"], lambda form: ["*", ["^", ["num", "4/9"], "1/2"], form], None),
        (["features", 0, "terms", 0, "form"], lambda form: ["*", ["^", ["pi"], "-3/2"], form], None),
    ],
)
def test_no_false_null_vector_lowers_the_bound(path, value, message):
    changed = altered(certificate_of(F1, GAUSSIANS.format(2)), path, value)
    assert refuted(changed, message) if message else check(changed)


@pytest.mark.parametrize("exponents", [[str(i) for i in range(20_000)], [f"1/{i + 1}" for i in range(20_000)]])
def test_entries_of_many_terms_are_refused(exponents):
    entry = [[q, "1"] for q in exponents]
    changed = altered(certificate_of(F1, GAUSSIANS.format(2)), [*FIRST_ENTRY, 1], entry)
    start = time.process_time()
    assert refuted(changed, "operations on normal forms|interval operations")
    assert time.process_time() - start < 60


@pytest.mark.parametrize("value", [[[[1, [["1"]]]]], [[["1", []]]], [[[1, [["1", 2]]]]], {"a": 1}, 7])
def test_null_vectors_have_a_shape(value):
    with pytest.raises(Malformed):
        check(certificate_of(F1, GAUSSIANS.format(2)) | {"exponentials": value})


def test_derivatives_in_normal_form_against_intervals():
    rng, seen = random.Random(4), 0
    env = prove(read_closed(certificate_of(F1, GAUSSIANS.format(2)), "certificate"))[1].env
    for _ in range(300):
        form = random_exponential(rng, 3)
        certificate = {
            "definitions": [],
            "features": [{"terms": [TERM | {"form": tree(form, "form")}]}],
            "constants": [],
        }
        forms = Forms(env, certificate, evaluator_of(certificate, 300))
        try:
            intervals, (row,) = forms.rows[0], (found := Derivatives(forms)).rows()
        except Refuted:
            continue
        iv = forms.evaluator.iv
        assert set(row) <= set(intervals) | {at for at, x in row.items() if not x}
        for at, enclosed in intervals.items():
            total = iv.mpf(0)
            for monomial, c in row.get(at, {}).items():
                term = forms.evaluator.number(c)
                for symbol, e in monomial:
                    term *= power_of(forms.evaluator, found.formal, symbol, e)
                total += term
            assert total.a <= enclosed.b and enclosed.a <= total.b
            assert total.delta < 1e-40 * (1 + abs(total).b) and enclosed.delta < 1e-40 * (1 + abs(enclosed).b)
        seen += 1
    assert seen > 150


TERM = {"species": ["H", "H"], "distinct": False, "inside": [], "regular": []}


def power_of(evaluator, formal, symbol, e):
    """A power of a symbol that stands for a number: e^1, a natural number, pi, or of a sum of such."""
    part, iv = formal.parts[symbol], evaluator.iv
    if part[0] == "exp" and part[1] == ():
        return evaluator.exp(evaluator.number(e))
    if part[0] in ("root", "pi"):
        base = +iv.pi if part[0] == "pi" else iv.mpf(part[1])
    else:
        base = iv.mpf(0)
        for monomial, c in dict(part[-1] if part[0] == "^" else ((part[1], Fraction(1)),)).items():
            term = evaluator.number(c)
            for inner, power in monomial:
                term *= power_of(evaluator, formal, inner, power)
            base += term
        if part[0] == "exp":
            return evaluator.exp(base * evaluator.number(e))
    if e.denominator == 1:
        return base**e.numerator
    return evaluator.exp(evaluator.log(base) * evaluator.number(e))


def random_exponential(rng, depth):
    kind = rng.randrange(8) if depth else 0
    if kind < 2:
        return rng.choice([["s", 1], ["s", 2], ["d", 1, 2], ["num", "3/7"], ["num", "-2"], ["pi"]])
    below = [random_exponential(rng, depth - 1) for _ in range(rng.choice([1, 2]))]
    if kind < 6:
        return ["+*+*"[kind - 2], *below]
    small = ["*", ["num", "-1/50"], below[0]]
    return ["exp", small] if kind == 6 else ["^", below[0], rng.choice(["1/2", "-1", "2", "3", "0"])]
