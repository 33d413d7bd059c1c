"""Numbers of a field in the checker, irreducible polynomials and roots, against SymPy, FLINT and mpmath."""

import random
from fractions import Fraction
from itertools import product

import mpmath
import pytest
import sympy
from field_cases import Declared, independent
from flint import fmpq_poly, fmpz_poly
from hypothesis import given, strategies as st

from symsens.checker import Refuted, fields, polynomials, roots
from symsens.checker.fields import QQ, Element, Field, sign, span
from symsens.checker.polynomials import bound_of_roots, count_roots, prove_irreducible
from symsens.checker.roots import Root

X = sympy.Symbol("x")
KNOWN = {  # minimal polynomials of generators, low to high, with an interval of one root
    "sqrt(2)": ((-2, 0, 1), (1, 2)),
    "-sqrt(2)": ((-2, 0, 1), (-2, -1)),
    "golden": ((-1, -1, 1), (1, 2)),
    "heptagon": ((-1, -2, 1, 1), ("6/5", "13/10")),
    "cube root": ((-2, 0, 0, 1), (1, 2)),
    "tower": ((1, 0, -10, 0, 1), (3, 4)),
    "three roots": ((576, 0, -960, 0, 352, 0, -40, 0, 1), (5, 6)),
    "degree 12": ((-2, *[0] * 11, 1), (1, 2)),
}
SMALL = st.fractions(min_value=-20, max_value=20, max_denominator=12)


def field(name):
    polynomial, (low, high) = KNOWN[name]
    return Field("c", polynomial, (Fraction(low), Fraction(high)))


def coefficients(polynomial):
    return tuple(int(a) for a in reversed(sympy.Poly(polynomial, X).all_coeffs()))


# Elements.


@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_arithmetic_is_that_of_polynomials_modulo_f(name, data):
    K, d = field(name), len(KNOWN[name][0]) - 1
    f = fmpq_poly(list(K.polynomial))
    one, other = (data.draw(st.lists(SMALL, min_size=d, max_size=d)) for _ in range(2))
    poly = lambda xs: sum((fmpq_poly([0] * i + [x.numerator]) / x.denominator for i, x in enumerate(xs)), fmpq_poly(0))
    x, y, p, q = K.of_coefficients(one), K.of_coefficients(other), poly(one), poly(other)
    r = data.draw(SMALL)
    pairs = [(x + y, p + q), (x - y, p - q), (x * y, p * q), (-x, -p), (x**3, p**3), (x**0, fmpq_poly([1]))]
    for found, expected in pairs:
        assert poly(found.coefficients()) == expected % f
    for found, expected in ((x + r, x + K.element(r)), (r + x, x + K.element(r)), (r * x, K.element(r) * x)):
        assert found == expected and hash(found) == hash(expected)
    assert r - x == -(x - r) and x - 3 == -(3 - x) and 0 + x is x and x * 2 == x + x
    assert (x == y) == (p == q) and bool(x) == (p != 0) and (K.element(r) == r) and hash(K.element(r)) == hash(r)
    assert x.numerator == x * x.denominator and x.numerator.denominator == 1


@given(st.sampled_from(sorted(KNOWN)), st.data())
def test_signs_are_those_of_the_real_number(name, data):
    K, d = field(name), len(KNOWN[name][0]) - 1
    numbers = data.draw(st.lists(SMALL, min_size=d, max_size=d))
    x = K.of_coefficients(numbers)
    with mpmath.workdps(80):
        low, high = K.root.enclose(200)
        at = mpmath.mpf(low.numerator) / low.denominator
        value = mpmath.polyval([mpmath.mpf(c.numerator) / c.denominator for c in reversed(numbers)], at)
        assert abs(mpmath.polyval(list(reversed(K.polynomial)), at)) < 1e-40
    assert sign(x) == (0 if not any(numbers) else 1 if value > 0 else -1)
    assert high - low <= Fraction(1, 2**200)


def test_signs_of_numbers_very_close_to_zero():
    K = field("sqrt(2)")
    p, q = 1, 1  # convergents: p - q sqrt(2) = +-1 / (p + q sqrt(2))
    for i in range(400):
        assert sign(K.of_coefficients((Fraction(p), Fraction(-q)))) == (1 if i % 2 else -1)
        p, q = p + 2 * q, p + q
    assert [sign(x) for x in (Fraction(-1, 3), 0, 7)] == [-1, 0, 1]


def test_numbers_too_close_to_zero_are_refused(monkeypatch):
    monkeypatch.setattr(fields, "MAX_ROOT_BITS", 64)
    p, q = 1, 1
    for _ in range(200):
        p, q = p + 2 * q, p + q
    with pytest.raises(Refuted, match="so close to 0 that 64 bits do not tell its sign"):
        sign(field("sqrt(2)").of_coefficients((Fraction(p), Fraction(-q))))


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0, 0, 0), "0"),
        ((1, 0, 0), "1"),
        (("-1/2", 0, 0), "-1/2"),
        ((1, "1/2", 0), "c/2 + 1"),
        ((-1, -1, 0), "-c - 1"),
        ((0, -1, "3/2"), "3 c^2/2 - c"),
        (("5/3", 0, "-1/7"), "-c^2/7 + 5/3"),
    ],
)
def test_elements_are_written_readably(numbers, text):
    assert str(field("heptagon").of_coefficients([Fraction(x) for x in numbers])) == text


def test_growth_bounds_the_bits_of_products():
    for name, (polynomial, _) in KNOWN.items():
        K, d = field(name), len(polynomial) - 1
        for bits in (1, 5, 40):
            largest = Element(K, (2**bits - 1,) * d)
            mixed = Element(K, tuple((-1) ** i * (2**bits - 1) for i in range(d)))
            for x, y in ((largest, largest), (largest, mixed), (mixed, mixed)):
                assert (x * y).bit_length() <= 2 * bits + K.growth


def test_fields_are_equal_by_what_they_are():
    one, other, minus = field("golden"), field("sqrt(2)"), field("-sqrt(2)")
    assert one == field("golden") and one != other and other != minus and one != 1
    assert field("sqrt(2)").element(1) == 1 and field("sqrt(2)").of_coefficients([Fraction(0), Fraction(1)]) != 1


# Polynomials.


def numbers_of_a_regular_polygon(m):
    return coefficients(sympy.minimal_polynomial(2 * sympy.cos(2 * sympy.pi / m), X))


def test_the_fields_that_are_wanted_are_seen_to_be_fields():
    square_free = [n for n in range(2, 500) if sympy.sqrt(n).is_integer is not True]
    wanted = [(-n, 0, 1) for n in [*square_free, 10**9 + 7, 10**15 + 37]]
    wanted += [(-n, 0, 0, 1) for n in range(2, 200) if sympy.cbrt(n).is_integer is not True]
    wanted += [numbers_of_a_regular_polygon(m) for m in range(5, 37) if sympy.totient(m) > 2]
    towers = [(2, 3), (2, 5), (3, 5), (6, 10), (2, 3, 5), (2, 3, 7), (5, 7, 11)]
    wanted += [coefficients(sympy.minimal_polynomial(sum(map(sympy.sqrt, tower)), X)) for tower in towers]
    assert [f for f in wanted if prove_irreducible(f) is None] == []


def test_no_reducible_polynomial_is_taken_for_an_irreducible_one():
    rng, ends = random.Random(5), {True: 0, False: 0}
    for _ in range(500):
        size = rng.choice([1, 2, 10, 100])
        factors = [[rng.randint(-size, size) for _ in range(rng.randrange(1, 5))] + [1] for _ in range(2)]
        product_ = fmpz_poly(factors[0]) * fmpz_poly(factors[1])
        f = tuple(int(a) for a in product_.coeffs())
        assert prove_irreducible(f) is None, f
        g = tuple(rng.randint(-size, size) for _ in range(rng.randrange(2, 8))) + (1,)
        factored = fmpz_poly(list(g)).factor()[1]
        truly = len(factored) == 1 and factored[0][1] == 1
        assert truly or prove_irreducible(g) is None, g
        ends[truly and prove_irreducible(g) is not None] += 1
    assert min(ends.values()) > 60


def test_the_evidence_of_irreducibility_is_as_the_lemma_says():
    for m in range(5, 37):
        if sympy.totient(m) > 2:
            f = numbers_of_a_regular_polygon(m)
            at, divisor, prime = prove_irreducible(f)
            assert abs(sympy.Poly(f[::-1], X).eval(at)) == divisor * prime and sympy.isprime(prime)
            assert abs(at) >= bound_of_roots(f) + divisor


def test_the_condition_on_the_place_is_needed(monkeypatch):
    """x^2 - 4 is the prime 5 at 3, between its roots and R + 1: without the bound it would pass."""
    f = (-4, 0, 1)
    assert prove_irreducible(f) is None and bound_of_roots(f) == 3
    monkeypatch.setattr(polynomials, "bound_of_roots", lambda polynomial: 2)
    assert prove_irreducible(f) == (3, 1, 5)


def test_bounds_of_roots():
    rng = random.Random(3)
    for _ in range(200):
        f = tuple(rng.randint(-50, 50) for _ in range(rng.randrange(1, 9))) + (1,)
        R, size = bound_of_roots(f), lambda r: r ** (len(f) - 1) - sum(abs(a) * r**i for i, a in enumerate(f[:-1]))
        assert size(R) > 0 and (R == 1 or size(R - 1) <= 0)
        with mpmath.workdps(40):
            assert all(abs(z) < R for z in mpmath.polyroots(f[::-1], maxsteps=500, extraprec=400))


def test_roots_are_counted_as_by_sympy():
    rng, seen = random.Random(4), set()
    for _ in range(300):
        f = tuple(rng.randint(-9, 9) for _ in range(rng.randrange(1, 8))) + (1,)
        low, high = sorted(Fraction(rng.randint(-60, 60), rng.randint(1, 9)) for _ in range(2))
        poly = sympy.Poly(f[::-1], X)
        ends = [sympy.Rational(x.numerator, x.denominator) for x in (low, high)]
        if low < high and all(poly.eval(x) for x in ends):
            seen.add(count := poly.count_roots(*ends))
            assert count_roots(f, low, high) == count, (f, low, high)
    assert {0, 1, 2, 3} <= seen


# Roots.


@pytest.mark.parametrize("name", KNOWN)
def test_roots_are_enclosed_as_closely_as_asked_for(name):
    polynomial, ends = KNOWN[name]
    root = Root(polynomial, *map(Fraction, ends))
    for bits in (0, 1, 10, 100, 1000, 5000):
        low, high = root.enclose(bits)
        value = lambda x: sum(a * x**i for i, a in enumerate(polynomial))  # noqa: B023
        assert value(low) * value(high) < 0 and high - low <= Fraction(1, 2**bits)
        assert Fraction(ends[0]) <= low < high <= Fraction(ends[1])
    with pytest.raises(Refuted, match="to 131072 bits at most"):
        root.enclose(2**17 + 1)


@pytest.mark.parametrize("ends", [("-1000000", "1/2"), ("0", "1000000000"), ("-3", "1/3")])
def test_roots_in_wide_intervals(ends):
    low, high = Root((-1, 0, 0, 3, 0, 1) if ends[0] == "0" else (-1, 0, 0, 30, 0, 1), *map(Fraction, ends)).enclose(300)
    assert high - low <= Fraction(1, 2**300)


def test_roots_are_found_by_few_steps(monkeypatch):
    steps, refine = [], roots.Root.refine
    monkeypatch.setattr(roots.Root, "refine", lambda root: steps.append(1) or refine(root))
    Root((-2, 0, 1), Fraction(1), Fraction(2)).enclose(100_000)
    assert len(steps) < 60


# Linear algebra.


@pytest.mark.parametrize("name", ["sqrt(2)", "heptagon", "tower"])
def test_dimensions_are_those_of_elimination_over_the_field(name):
    K, naive, rng, seen = field(name), Declared(*KNOWN[name]), random.Random(6), set()
    d = K.degree
    draw = lambda: [Fraction(rng.randint(-3, 3), rng.randint(1, 2)) * (rng.random() < 0.6) for _ in range(d)]
    for _ in range(40):
        rows = [[draw() for _ in range(4)] for _ in range(rng.randrange(1, 4))]
        elements = [{c: K.of_coefficients(x) for c, x in enumerate(row)} for row in rows]
        weights = [K.of_coefficients(draw()) for _ in rows]
        combined = {c: sum((w * row[c] for w, row in zip(weights, elements)), K.element(0)) for c in range(4)}
        echelon, expected = span(K, elements), len(independent([[naive(list(x)) for x in row] for row in rows]))
        seen.add(expected)
        assert fields.rank(K, elements) == expected and len(echelon) == d * expected
        assert fields.inside(K, combined, echelon)
        assert expected == 4 or not all(fields.inside(K, {c: 1}, echelon) for c in range(4))
        modular = {}
        assert sum(fields.absorb_modulo(K, modular, row, 2**61 - 1) for row in elements[:1]) == min(
            1, any(x for row in elements[:1] for x in row.values())
        )
    assert len(seen) > 1


def test_independence_over_the_rationals_is_not_enough():
    """v and sqrt(2) v are independent over QQ, and dependent over the field."""
    K = field("sqrt(2)")
    v, root = {0: K.element(1), 1: K.element(3)}, K.of_coefficients([Fraction(0), Fraction(1)])
    scaled = {c: root * x for c, x in v.items()}
    echelon = {}
    assert fields.absorb_modulo(K, echelon, v, 2**61 - 1) and not fields.absorb_modulo(K, echelon, scaled, 2**61 - 1)
    assert fields.rank(K, [v, scaled]) == 1 and fields.inside(K, scaled, span(K, [v]))
    assert fields.rank(QQ, [{0: 1}, {0: 2, 1: 1}]) == 2


def test_the_image_modulo_a_prime_is_a_homomorphism():
    K, prime = field("heptagon"), 13  # 7 splits; c -> the roots modulo 13
    found = [r for r in range(prime) if (r**3 + r**2 - 2 * r - 1) % prime == 0]
    assert len(found) == 3
    rng = random.Random(2)
    for r, _ in product(found, range(20)):
        x, y = (Element(K, tuple(rng.randint(-9, 9) for _ in range(3))) for _ in range(2))
        image = K.homomorphism(prime, Fraction(r), "here")
        a, b, ab, s, n = image({0: x, 1: y, 2: x * y, 3: x + y, 4: 25}).values()
        assert (a * b - ab) % prime == 0 and (a + b - s) % prime == 0 and n == 25 % prime
    with pytest.raises(Refuted, match="here.root: not a root of c.3"):
        K.homomorphism(prime, Fraction(next(r for r in range(prime) if r not in found)), "here")


def test_primitive_vectors_have_coprime_integer_coefficients():
    K = field("heptagon")
    vector = {0: K.of_coefficients([Fraction(2, 3), Fraction(4)]), 1: K.element(0), 2: Fraction(10), 5: 0}
    assert {c: x.numbers for c, x in K.primitive(vector).items()} == {0: (1, 6, 0), 2: (15, 0, 0)}
