"""Soundness battery of `graded`: no enclosure may miss, whatever the factors; none may be uselessly wide."""

import random
from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb, arb_mat, fmpq
from test_spectrum import HARD, balls, fraction, planted, ten

from symsens.errors import InputError, UndecidedError
from symsens.numbers import graded
from symsens.numbers.graded import enclose_graded

SHAPES = [(6, 6), (9, 6), (6, 11)]
FITS = [name for name, sigma in HARD.items() if fraction(max(sigma, key=fraction) / min(sigma, key=fraction)) < 10**50]


def misses(enclosure, sigma):
    """How many of the intervals do not hold their singular value."""
    truth = sorted(map(fraction, sigma), reverse=True)
    return sum(not e.lower <= s <= e.upper for e, s in zip(enclosure, truth))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", FITS)
def test_graded_spectra_are_enclosed_tightly(name, shape):
    before = flint.ctx.prec
    for seed in range(4):
        M, sigma = planted(*shape, HARD[name], random.Random(seed)), HARD[name]
        found = enclose_graded(balls(M), len(sigma), 768)
        assert len(found) == len(sigma) and not misses(found, sigma)
        assert max(e.relative_width() for e in found) < Fraction(1, 10**10)
        # negative control: the same intervals do not hold other values
        assert misses(found, [x * fmpq(1000001, 1000000) for x in sigma]) == len(sigma)
    assert flint.ctx.prec == before


def test_few_bits_show_fewer_values_and_never_a_false_one():
    sigma, shown = HARD["graded to 1e-60"], []
    M = planted(9, 6, sigma, random.Random(5))
    for bits in (64, 128, 192, 256, 384, 512):
        found = enclose_graded(balls(M), 6, bits)
        assert not misses(found, sigma)
        shown.append(len(found))
    assert shown == sorted(shown) and shown[0] < 4 and shown[-1] == 6


def test_a_rank_that_is_too_small_is_refuted_and_one_that_is_too_large_is_not_claimed():
    M = planted(7, 5, [fmpq(3), fmpq(1), ten(-20)], random.Random(1))
    for rank in (0, 1, 2):
        with pytest.raises(InputError, match=f"rank {rank} is refuted: singular value {rank + 1} is at least"):
            enclose_graded(balls(M), rank, 384)
    for rank in (3, 4, 5):
        assert len(enclose_graded(balls(M), rank, 384)) == 3
    with pytest.raises(InputError, match="impossible"):
        enclose_graded(balls(M), 6, 384)


def test_the_radii_of_the_balls_count():
    sigma = [fmpq(2), fmpq(1), ten(-4)]
    thick = lambda radius: lambda bits: arb_mat(M) + arb_mat(4, 3, [arb(0, radius)] * 12)
    M = planted(4, 3, sigma, random.Random(0))
    found = enclose_graded(thick(1e-8), 3, 192)
    assert not misses(found, sigma) and all(e.upper - e.lower > Fraction(1, 10**8) for e in found)
    # a matrix at the edge of the balls is enclosed too
    edge = planted(4, 3, [x + ten(-8) for x in sigma], random.Random(0))
    assert all((thick(1e-7)(64) - arb_mat(edge))[i, j].contains(0) for i in range(4) for j in range(3))
    assert not misses(enclose_graded(thick(1e-7), 3, 192), [x + ten(-8) for x in sigma])
    assert len(enclose_graded(thick(1e-3), 3, 192)) == 2
    for place in range(4):  # wherever it is
        entries = [arb("nan") if i == place else arb(1 + i) for i in range(4)]
        with pytest.raises(UndecidedError, match="not finite"):
            enclose_graded(lambda bits: arb_mat(2, 2, entries), 2, 192)
    unknown = [arb(1, "inf"), arb(0), arb(0), arb(1)]
    with pytest.raises(UndecidedError, match="not finite"):
        enclose_graded(lambda bits: arb_mat(2, 2, unknown), 2, 192)


def test_zero_and_empty_matrices():
    assert enclose_graded(lambda bits: arb_mat(3, 0), 0, 192) == ()
    assert enclose_graded(lambda bits: arb_mat(0, 2), 0, 192) == ()
    assert enclose_graded(lambda bits: arb_mat(3, 2), 2, 192) == ()


@pytest.mark.parametrize("size", [1e-3, 1e-7, 1e-11])
def test_corrupted_factors_give_valid_intervals_or_a_refusal(size, monkeypatch):
    """LAPACK's answer, the pivots and the rows of M are a search: whatever they are, nothing false is enclosed."""
    from scipy.linalg import lapack

    true, noise = lapack.dgejsv, np.random.default_rng(3)
    shake = lambda x: x * (1 + size * noise.uniform(-1, 1, x.shape))

    def corrupted(*arguments, **options):
        values, U, V, *rest = true(*arguments, **options)
        return shake(values), shake(U), shake(V), *rest

    monkeypatch.setattr(lapack, "dgejsv", corrupted)
    kept = refused = 0
    for name in FITS:
        M = planted(7, 6, HARD[name], random.Random(name))
        try:
            found = enclose_graded(balls(M), len(HARD[name]), 768)
            assert not misses(found, HARD[name]), name
            kept += len(found)
            refused += len(HARD[name]) - len(found)
        except UndecidedError:
            refused += 1
    assert kept


def test_a_wrong_factor_of_the_gram_matrix_is_paid_for(monkeypatch):
    """Rows of M that are off by 2^-30 widen the intervals by Delta; without Delta they would miss."""
    rows, sigma = graded._rows, [fmpq(2), fmpq(1), fmpq(1, 3)]

    def off(gram, rank, bits):
        M, pivots = rows(gram, rank, bits)
        scaled = [x + x // 2**20 for x in M.entries()]
        return flint.fmpz_mat(M.nrows(), M.ncols(), scaled), pivots

    monkeypatch.setattr(graded, "_rows", off)
    M = planted(5, 3, sigma, random.Random(2))
    found = enclose_graded(balls(M), 3, 192)
    assert not misses(found, sigma) and found[0].relative_width() > Fraction(1, 10**7)
    monkeypatch.setattr(graded, "_norm_upper", lambda delta: arb(0))
    assert misses(enclose_graded(balls(M), 3, 192), sigma) == 3


def test_factors_that_are_not_orthonormal_are_refused(monkeypatch):
    from scipy.linalg import lapack

    true = lapack.dgejsv
    tripled = lambda values, U, V, *rest: (values, 3 * U, 3 * V, *rest)
    monkeypatch.setattr(lapack, "dgejsv", lambda *a, **o: tripled(*true(*a, **o)))
    with pytest.raises(UndecidedError, match="not orthonormal"):
        enclose_graded(balls(planted(5, 3, [fmpq(2), fmpq(1), fmpq(1)], random.Random(2))), 3, 192)
    monkeypatch.setattr(lapack, "dgejsv", lambda *a, **o: (*true(*a, **o)[:5], 1))
    with pytest.raises(UndecidedError, match="no singular values"):
        enclose_graded(balls(planted(5, 3, [fmpq(2), fmpq(1), fmpq(1)], random.Random(2))), 3, 192)


@pytest.mark.parametrize("power", [10**7, -(10**7), -(10**60)])
def test_numbers_of_an_absurd_size_are_never_written_down(power):
    huge = arb(2) ** flint.fmpz(power)
    assert enclose_graded(lambda bits: arb_mat(2, 2, [huge, huge / 3, 0, huge]), 2, 192) == ()


def test_a_spread_beyond_float64_is_refused():
    with pytest.raises(UndecidedError, match="apart are beyond float64"):
        enclose_graded(balls(planted(3, 3, [fmpq(1), ten(-60), ten(-200)], random.Random(2))), 3, 2048)
