"""Number fields: elements against SymPy and floats, texts by the grammar, fields that are none, linear algebra."""

import random
from fractions import Fraction
from math import ceil, cos, floor, pi, sqrt

import mpmath
import pytest
import sympy
from flint import ctx, fmpz_mat

from symsens.errors import InputError
from symsens.numbers.declared import field_of_root, number_field
from symsens.numbers.field import QQ, quotient
from symsens.numbers.grammar import evaluate
from symsens.numbers.kernel import FieldMatrix, independent, matrix, modular_pivots, multiply, null_space, residues
from symsens.numbers.number_field import Algebraic

HEPTAGON = field_of_root("c", "c^3 + c^2 - 2*c - 1", ("1.2", "1.3"))
FIELDS = {
    "QQ<sqrt(5)>": sqrt(5),
    "QQ<sqrt(2),sqrt(3)>": sqrt(2) + sqrt(3),
    "QQ<2 cos(2 pi/7)>": 2 * cos(2 * pi / 7),
    "QQ<2 cos(2 pi/36)>": 2 * cos(2 * pi / 36),
}


def drawn(field, seed, size=9):
    draw = random.Random(seed)
    return field.element([Fraction(draw.randint(-size, size), draw.randint(1, 6)) for _ in range(field.degree)])


@pytest.mark.parametrize("name", FIELDS)
def test_arithmetic_is_that_of_polynomials_modulo_the_minimal_one(name):
    field, x = number_field(name), sympy.Symbol("x")
    modulus = sympy.Poly(list(reversed(field.polynomial)), x, domain="QQ")
    assert abs(float(field.element([0, 1])) - FIELDS[name]) < 1e-12

    def plain(element):
        return sympy.Poly(
            [sympy.Rational(c.numerator, c.denominator) for c in reversed(element.coefficients)], x, domain="QQ"
        )

    for seed in range(10):
        a, b = drawn(field, seed), drawn(field, seed + 100)
        assert plain(a * b) == plain(a).mul(plain(b)).rem(modulus)
        assert plain(a - b) == plain(a) - plain(b)
        assert plain(a**3) == plain(a).pow(3).rem(modulus)
        if b:
            assert (a / b) * b == a and b * b.inverse() == 1
        assert abs(float(a * b) - float(a) * float(b)) < 1e-9 * (1 + abs(float(a) * float(b)))
        assert (a < b) == (float(a) < float(b)) and (a == b) == (a.coefficients == b.coefficients)
        assert floor(a) == floor(float(a)) and ceil(a) == ceil(float(a))


def test_signs_are_decided_where_floats_see_zero():
    c = HEPTAGON.element([0, 1])
    with mpmath.workdps(60):
        near = Fraction(int(mpmath.floor(2 * mpmath.cos(2 * mpmath.pi / 7) * mpmath.mpf(10) ** 50)), 10**50)
    below, above = c - near, near + Fraction(1, 10**50) - c
    assert below.sign() == above.sign() == 1 and 0 < float(below) < 1e-49
    assert (c**3 + c**2 - 2 * c - 1).sign() == 0 and not c**3 + c**2 - 2 * c - 1
    with ctx.workprec(200):
        assert below.ball().rel_accuracy_bits() > 190


def test_numbers_mix_with_rational_ones_and_hash_like_them():
    half = HEPTAGON.parse("1/2")
    assert half == Fraction(1, 2) == half and hash(half) == hash(Fraction(1, 2)) and {(0, 0): 1}[(half - half, 0)]
    c = HEPTAGON.parse("c")
    assert 1 + c == c + 1 and 2 - c == -(c - 2) and Fraction(1, 3) * c == c / 3 and quotient(1, c) * c == 1
    assert sorted([c, Fraction(5, 4), 1, c * c]) == [1, c, Fraction(5, 4), c * c]
    assert c != 1.25 and c != "c"
    with pytest.raises(InputError, match="do not mix"):
        c + number_field("QQ<sqrt(5)>").parse("sqrt(5)")
    with pytest.raises(ZeroDivisionError):
        1 / (c - c)


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("c/2", (0, Fraction(1, 2), 0)),
        ("-c^2 + 3*c - 1.5", (Fraction(-3, 2), 3, -1)),
        ("c^3", (1, 2, -1)),
        ("(1 + c)*(1 - c)", (1, 0, -1)),
        ("c^-1", (-2, 1, 1)),
        ("24/5", (Fraction(24, 5), 0, 0)),
        ("1e-2", (Fraction(1, 100), 0, 0)),
        ("- 2 ** 3", (-8, 0, 0)),
        ("sqrt(9/4)", (Fraction(3, 2), 0, 0)),
        ("2 - 1 - 1", (0, 0, 0)),
        ("8/2/2", (2, 0, 0)),
    ],
)
def test_texts_are_read_by_the_grammar(text, coefficients):
    element = HEPTAGON.parse(text)
    assert element.coefficients == coefficients
    assert HEPTAGON.parse(str(element)) == element


@pytest.mark.parametrize("name", FIELDS)
def test_what_is_written_is_read_again(name):
    field = number_field(name)
    for seed in range(20):
        element = drawn(field, seed)
        assert field.parse(str(element)) == element


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends too early"),
        ("c +", "ends too early"),
        ("2 c", "one too many"),
        ("1/0", "division by zero"),
        ("(1-1)^-1", "power of zero"),
        ("(c", "not closed"),
        ("c)", "one too many"),
        ("sqrt(7)", r"sqrt\(7\) is not in the field"),
        ("sqrt(c)", "rational numbers from 0 on"),
        ("sqrt(-4)", "rational numbers from 0 on"),
        ("sqrt 4", "parentheses"),
        ("c^c", "an exponent is an integer"),
        ("c^1001", "an exponent is an integer of at most 1000"),
        ("((9^1000)^1000)^9", "a power of more than"),
        ("(" * 60 + "1" + ")" * 60, "deeper than 50"),
        ("1" * 5000, "more than 4000 characters"),
        ("__import__('os')", "is no part of an exact number"),
        ("lambda", "is no number: the names here are c"),
        ("0x10", "one too many"),
        ("nan", "is no number"),
    ],
)
def test_what_is_no_number_of_the_field_is_refused(text, reason):
    with pytest.raises(InputError, match=reason):
        HEPTAGON.parse(text)


def test_square_roots_are_found_wherever_they_lie():
    cube = number_field("QQ<2 cos(2 pi/24)>")
    for n in (2, 3, 6, 8, 12):
        root = cube.parse(f"sqrt({n})")
        assert root * root == n and root > 0
    for n in (5, 7, 10, 15):
        with pytest.raises(InputError, match="is not in the field"):
            cube.parse(f"sqrt({n})")
    three = number_field("QQ<sqrt(2),sqrt(3),sqrt(5)>")
    assert three.degree == 8 and three.parse("sqrt(30)") == three.parse("sqrt(2)*sqrt(3)*sqrt(5)")


def test_a_generator_that_is_no_algebraic_integer_is_one_in_disguise():
    field = field_of_root("h", "2*h^2 - 1", (0, 1))
    h = field.parse("h")
    assert 2 * h * h == 1 and field.polynomial == (-2, 0, 1) and h > 0
    other = field_of_root("h", "2*h^2 - 1", (-1, 0))
    assert other.parse("h") < 0


@pytest.mark.parametrize(
    ("polynomial", "root", "reason"),
    [
        ("c^2 - 4", (1, 3), "reducible"),
        ("c^4 + c^2 + 1", (0, 1), "reducible"),
        ("(c^2 - 2)^2", (1, 2), "reducible"),
        ("c^2 + 1", (0, 1), "no real roots"),
        ("c^2 - 2", (-2, 2), "2 real roots"),
        ("c^2 - 2", (2, 1), "the lower end first"),
        ("c^2 - 2", (1,), "two ends of an interval"),
        ("c^2 - 2", ("a", 2), "a is not a number"),
        ("c - 2", (1, 3), "its degree in c is 2 to 12"),
        ("7", (1, 3), "its degree in c is 2 to 12"),
        ("c^13 - 2", (1, 2), "degree 12 at most"),
        ("1/c - c", (0, 2), "not divided by the generator"),
        ("d^2 - 2", (1, 2), "'d' is no number"),
        (17, (1, 2), "no minimal polynomial"),
    ],
)
def test_what_is_no_field_is_refused(polynomial, root, reason):
    with pytest.raises(InputError, match=reason):
        field_of_root("c", polynomial, root)


@pytest.mark.parametrize("name", ["QQ<sqrt(4)>", "QQ<sqrt(2),sqrt(8)>", "QQ<cos(2 pi/6)>", "QQ<pi>", "RR"])
def test_names_of_no_field_are_refused(name):
    with pytest.raises(InputError):
        number_field(name)


def test_the_rationals_read_no_algebraic_number():
    with pytest.raises(InputError):
        QQ.parse(HEPTAGON.parse("c"))
    with pytest.raises(InputError):
        number_field("QQ<sqrt(5)>").parse(HEPTAGON.parse("c"))
    assert evaluate("1/2 + 1/3") == Fraction(5, 6)


@pytest.mark.parametrize("name", FIELDS)
def test_places_are_ring_homomorphisms(name):
    field = number_field(name)
    places = field.places()
    for _ in range(3):
        place = next(places)
        a, b = (drawn(field, seed, 50).numerator for seed in (1, 2))
        assert sum(c * place.root**i for i, c in enumerate(field.polynomial)) % place.prime == 0
        assert place.residue(a * b) == place.residue(a) * place.residue(b) % place.prime
        assert place.residue(a + 3) == (place.residue(a) + 3) % place.prime


def of_rank(field, rank, rows, columns, seed):
    """A matrix of at most this rank with integral entries: a product."""
    left = matrix(rows, rank, [drawn(field, seed + i).numerator for i in range(rows * rank)])
    right = matrix(rank, columns, [drawn(field, seed + 500 + i).numerator for i in range(rank * columns)])
    return left, right, multiply(left, right)


@pytest.mark.parametrize("name", list(FIELDS)[:3])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_ranks_and_null_spaces_over_the_field(name, rank):
    field = number_field(name)
    left, right, product = of_rank(field, rank, 5, 4, 7)
    entry = sum(left.entries()[i] * right.entries()[4 * i] for i in range(rank))
    assert isinstance(product, FieldMatrix) and product.entries()[0] == entry
    assert product.rank() == rank == len(modular_pivots(residues(product, next(field.places()))))
    vectors = null_space(product)
    assert len(vectors) == 4 - rank
    for v in vectors:
        rows = product.entries()
        assert not any(sum(rows[4 * r + c] * v[c] for c in range(4)) for r in range(5))
    assert independent([*vectors, vectors[0]], 4, field) == list(range(4 - rank))
    # the negative control: a changed entry is no null vector
    wrong = [vectors[0][0] + 1, *vectors[0][1:]]
    assert any(sum(product.entries()[4 * r + c] * wrong[c] for c in range(4)) for r in range(5))


def test_vectors_that_only_the_field_makes_dependent():
    c = HEPTAGON.parse("c")
    first, second = [c, HEPTAGON.parse("1")], [c * c, c]
    assert independent([first, second], 2, HEPTAGON) == [0]
    assert independent([[1, 0], [0, 1]], 2, HEPTAGON) == [0, 1]
    assert null_space(fmpz_mat([[1, 2]])) == [[2, -1]] or null_space(fmpz_mat([[1, 2]])) == [[-2, 1]]
    assert isinstance(c, Algebraic)
