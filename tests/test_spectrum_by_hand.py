"""The rule singular-values on matrices of a few numbers, each step against values computed by hand."""

from fractions import Fraction
from math import isqrt
from types import SimpleNamespace

import pytest

from symsens.checker import Malformed, Refuted, spectrum
from symsens.checker.fields import QQ
from symsens.checker.limits import MAX_BITS


def proof_of(rows, rank, width=3):
    """What the rule asks of a proof with this matrix of integers for J, Cartesian."""
    metric = [[Fraction(int(a == b)) for b in range(3)] for a in range(3)]
    entries = lambda bits: [[(x << bits, x << bits) for x in row] for row in rows]
    return SimpleNamespace(
        features=rows, rank=rank, env=SimpleNamespace(columns=width, metric=metric, field=QQ), jacobian=entries
    )


def axes(width=3, bits=20):
    return [[2**bits * (c == a) for c in range(width)] for a in range(width)]


def ends(*texts):
    return tuple((text, Fraction(text)) for text in texts)


ZERO = ends("0", "0")


def test_decimals_by_hand():
    for text, value in (
        ("007", 7),
        ("1.25E-3", Fraction(1, 800)),
        ("2E+2", 200),
        ("1.5E+1", 15),
        ("3E-0", 3),
        ("0.10", "0.1"),
    ):
        assert spectrum.read_decimal(text, "here") == (text, Fraction(value))
    for text in ("1.", "E5", "+1", "1E", "1e5", "1E5", " 1", "1\n", "1E12345", "1" * 5001):
        with pytest.raises(Malformed):
            spectrum.read_decimal(text, "here")
    with pytest.raises(Malformed):
        spectrum.read_whole("1/2", "here")
    assert spectrum.read_whole("-2", "here") == -2


def test_products_are_counted_once_for_512_bits_begun(monkeypatch):
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 10)
    for products, bits in ((10, 0), (10, 511), (5, 512), (5, 1023), (3, 1024)):
        spectrum.count(products, bits)
    for products, bits in ((11, 0), (6, 512), (4, 1024), (10, 512)):
        with pytest.raises(Refuted, match="more than 10 products"):
            spectrum.count(products, bits)


def test_sizes_of_a_jacobian_at_their_limits(monkeypatch):
    for bits in (1, 20, MAX_BITS):
        spectrum.check_jacobian(1, 3, bits, "here")
    for bits in (-1, 0, MAX_BITS + 1):
        with pytest.raises(Refuted, match=f"here.bits: {bits} is outside"):
            spectrum.check_jacobian(1, 3, bits, "here")
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 5 * 7**2)
    monkeypatch.setattr(spectrum, "MAX_JACOBIAN", 5 * 7 * 20)
    spectrum.check_jacobian(5, 7, 20, "here")
    for sizes, message in (((6, 7, 1), "more than 245 products"), ((5, 7, 21), "more than 700 bits")):
        with pytest.raises(Refuted, match=message):
            spectrum.check_jacobian(*sizes, "here")


def test_a_frame_must_be_closer_to_orthonormal_than_1():
    """One column (x, 0, 0) over 2: x^2 / 4 - 1 is 0 for x = 2, -3/4 for 1, and the bound of it 1/4 more."""
    env = proof_of([], 0).env
    assert spectrum.Frame(env, [[2, 0, 0]], 1, "here").defect == Fraction(1, 4)
    with pytest.raises(Refuted, match="nearly orthonormal"):
        spectrum.Frame(env, [[1, 0, 0]], 1, "here")


def test_a_frame_is_orthonormal_in_the_metric():
    """M = diag(4, 1, 1/9): the columns are 1/2, 1 and 3 of the axes."""
    env = SimpleNamespace(columns=3, field=QQ, metric=[[4, 0, 0], [0, 1, 0], [0, 0, Fraction(1, 9)]])
    frame = spectrum.Frame(env, [[8, 0, 0], [0, 16, 0], [0, 0, 48]], 4, "here")
    assert frame.defect == Fraction(1, 9 * 256) and frame.sizes == [8, 16, 48] and frame.digits == 6
    with pytest.raises(Refuted, match="nearly orthonormal"):
        spectrum.Frame(env, [[16, 0, 0], [0, 16, 0], [0, 0, 48]], 4, "here")


def test_a_frame_of_few_columns_is_no_more_than_the_space():
    env = proof_of([], 0).env
    assert spectrum.Frame(env, [], 20, "here").sizes == []
    for columns in ([[2**20, 0]], [*axes(), [0, 0, 0]]):
        with pytest.raises(Refuted, match="more than 3, or not of 3 entries"):
            spectrum.Frame(env, columns, 20, "here")


def test_products_of_a_frame_are_counted(monkeypatch):
    """27 products of numbers of 2 * 21 bits; with 2 * 256 bits they count twice."""
    env = proof_of([], 0).env
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 27)
    spectrum.Frame(env, axes(), 20, "here")
    spectrum.Frame(env, axes(bits=254), 254, "here")
    with pytest.raises(Refuted, match="more than 27 products"):
        spectrum.Frame(env, axes(bits=255), 255, "here")
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 26)
    with pytest.raises(Refuted, match="more than 26 products"):
        spectrum.Frame(env, axes(), 20, "here")


def image_of(rows, rank, bits=10):
    return spectrum.Image(rows, spectrum.Frame(proof_of([], 0).env, axes(bits=bits), bits, "here"), rank)


def test_products_of_an_image_are_counted(monkeypatch):
    """Two rows: 2 * 9 products of the entries with W, 2 * 3^2 of the columns of B1 with each other."""
    rows = [[(64, 64), (0, 0), (0, 0)], [(0, 0), (64, 64), (0, 0)]]
    frame = spectrum.Frame(proof_of([], 0).env, axes(), 20, "here")
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 18)
    assert spectrum.Image(rows, frame, 2).lengths == [2**26, 2**26]
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 17)
    with pytest.raises(Refuted, match="more than 17 products"):
        spectrum.Image(rows, frame, 2)


def test_long_numbers_of_an_image_count_more_than_once(monkeypatch):
    """J = 2^321, W = 2^20: 27 products with W of 343 bits in all, then 27 of two numbers of 342 bits, counted twice; a
    J of 492 bits with W of 21 counts twice."""
    frame = spectrum.Frame(proof_of([], 0).env, axes(), 20, "here")
    diagonal = lambda x, count: [[(x * (a == b < count),) * 2 for b in range(3)] for a in range(3)]
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 54)
    assert spectrum.Image(diagonal(2**321, 3), frame, 3).lengths == [2**341] * 3
    assert spectrum.Image(diagonal(2**491, 1), frame, 1).lengths == [2**511]
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 53)
    for rows, rank in ((diagonal(2**321, 3), 3), (diagonal(2**491, 1), 1)):
        with pytest.raises(Refuted, match="more than 53 products"):
            spectrum.Image(rows, frame, rank)


def test_an_entry_between_two_integers_may_be_either():
    """A hundred entries between 0 and 1 in a column beyond the rank: it may be of length 10."""
    image = image_of([[(2**20, 2**20), (0, 1), (0, 0)]] * 100, 1)
    assert 10 * 2**10 <= image.rest <= 2 * 11 * 2**10


def test_the_defect_of_an_image_by_hand():
    """One entry 2^20 give or take 2^18, W = 1: shift 1/4, so the defect is 3/4 + 1/16; W_2 has two columns."""
    image = image_of([[(2**20 - 2**18, 2**20 + 2**18), (0, 0), (0, 0)], [(0, 0), (0, 0), (0, 0)]], 1, 30)
    least, rest = Fraction(13, 16), 2**18 * isqrt(2 * 4**30)
    assert image.lengths == [2**50]
    assert least <= image.defect < least * Fraction(101, 100) and rest <= image.rest < rest * Fraction(101, 100)


def test_the_bounds_of_lemma_values_by_hand():
    """a = 1/4, c = 1/2, h = 4 in units of 1/4: d^2 / 2 / (5/4) and (3/2 d^2 + 16) / (3/4), both over 16."""
    image = spectrum.Image.__new__(spectrum.Image)
    image.frame = SimpleNamespace(bits=1, defect=Fraction(1, 4))
    image.defect, image.lengths, image.rest = Fraction(1, 2), [3, 5], 4
    assert image.squares(0) == (Fraction(10, 16), Fraction(107, 2 * 12))
    assert image.squares(1) == (Fraction(18, 5 * 16), Fraction(59, 2 * 12))
    image.lengths = []
    assert image.squares(0) == (0, Fraction(16, 12))


def test_an_image_must_be_nearly_orthogonal():
    """Columns (1, 0) and (1/2, 1) have the cosine 1 / sqrt(5), twice: sqrt(2/5) = 0.632455..; equal ones have 1."""
    half = [[(2**20, 2**20), (2**19, 2**19), (0, 0)], [(0, 0), (2**20, 2**20), (0, 0)]]
    assert 0.632455 < image_of(half, 2, 30).defect < 0.632465
    for rows, message in (
        ([[(64, 64), (64, 64), (0, 0)]], "nearly orthogonal"),
        ([[(0, 128), (0, 0), (0, 0)], [(0, 0), (64, 64), (0, 0)]], "nearly orthogonal"),
        ([[(64, 64), (0, 0), (0, 0)]], "longer than 0"),
    ):
        with pytest.raises(Refuted, match=message):
            image_of(rows, 2)


def test_values_in_their_order_and_what_is_beyond_the_rank():
    """J = diag(2, 8, 0): the values are 8, 2 and exactly 0, whatever the order of the columns of W."""
    proof = proof_of([[2, 0, 0], [0, 8, 0], [0, 0, 0]], 2)
    near = [ends("7.99", "8.01"), ends("1.99", "2.01"), ZERO]
    claim = {"values": near, "vectors": axes(), "bits": 20}
    expected = "J of the 3 forms given, for Cartesian displacements: 1 of 3 are 0, the others in [7.99, 8.01], [1.99,"
    assert expected in spectrum.prove(proof, claim)
    for i, wrong in ((0, ends("8.01", "9")), (0, ends("7", "7.99")), (1, ends("2.01", "9")), (1, ends("0", "1.99"))):
        with pytest.raises(Refuted, match=rf"values\[{i}\]: not proved to be between \[{wrong[0][0]}, "):
            spectrum.prove(proof, claim | {"values": [*near[:i], wrong, *near[i + 1 :]]})
    for values in (near[:2], [*near, ZERO], [*near[:2], ends("0", "1E-9")]):
        with pytest.raises(Refuted, match="not 3, of which those beyond the rank 2 are 0"):
            spectrum.prove(proof, claim | {"values": values})
    with pytest.raises(Refuted, match="vectors: not 3"):
        spectrum.prove(proof, claim | {"vectors": axes()[:2]})


def test_the_ends_of_the_bounds_may_be_claimed(monkeypatch):
    monkeypatch.setattr(spectrum.Image, "squares", lambda image, i: (4, 9))
    proof, claim = proof_of([[2, 0, 0]], 1), {"vectors": axes(), "bits": 20}
    assert spectrum.prove(proof, claim | {"values": [ends("2", "3"), ZERO, ZERO]})
    for wrong in (ends("2.1", "3"), ends("2", "2.9")):
        with pytest.raises(Refuted, match="not proved to be between"):
            spectrum.prove(proof, claim | {"values": [wrong, ZERO, ZERO]})


def test_a_matrix_of_zeros_has_zeros_only():
    claim = {"values": [ZERO] * 3, "vectors": axes(), "bits": 20}
    statement = spectrum.prove(proof_of([[0, 0, 0]], 0), claim)
    assert statement == "singular values of J of the 1 forms given, for Cartesian displacements: 3 of 3 are 0"


def test_at_most_60_values_are_printed():
    for count, more in ((60, ""), (61, ", and 1 more as given")):
        rows = [[int(a == b) for b in range(63)] for a in range(count)]
        claim = {"values": [ends("0.9", "1.1")] * count + [ZERO] * (63 - count), "vectors": axes(63), "bits": 20}
        statement = spectrum.prove(proof_of(rows, count, 63), claim)
        assert statement.endswith(", the others in " + ", ".join(["[0.9, 1.1]"] * 60) + more)
    assert spectrum.shown(ends("1" * 40, "1" * 41)) == f"[{'1' * 40}, (long)]"
