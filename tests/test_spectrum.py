"""Soundness battery of `spectrum`: no enclosure may miss, none may be uselessly wide, every refusal happens.

Truth is exact where possible: U diag(sigma) V^T with rational Householder reflections U, V has the singular values
sigma. Where sigma cannot be planted, mpmath at 90 digits stands in, judged with its own error (1e-80 sigma_1). Beside
each claim stands a negative control: the same check on a statement that is false.
"""

import itertools
import math
import random
import statistics
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from flint import arb, arb_mat, fmpq, fmpq_mat
from hypothesis import given, strategies as st

from symsens.errors import InputError, UndecidedError
from symsens.numbers import refinement, singular_values as spectrum
from symsens.numbers.ladder import estimate_ladder, estimate_singular_values, exact_at
from symsens.numbers.midrad import MidRad
from symsens.numbers.rank import prove_rank_at_least, prove_rank_at_least_arb
from symsens.numbers.singular_values import SingularValue, enclose_singular_values, enclose_singular_values_arb

SHAPES = [(1, 1), (2, 1), (1, 3), (4, 4), (3, 7), (9, 6), (12, 6), (40, 5)]


def fraction(x):
    return Fraction(int(x.p), int(x.q))


def exact(x):
    """The Fraction held by a float, an integer or an exact arb."""
    if isinstance(x, arb):
        mantissa, exponent = x.man_exp()
        return int(mantissa) * Fraction(2) ** int(exponent)
    return Fraction(x)


def ten(k):
    return fmpq(10**k) if k >= 0 else fmpq(1, 10**-k)


def reflection(n, rng):
    v = [rng.randint(-9, 9) or 1 for _ in range(n)]
    square = sum(x * x for x in v)
    return fmpq_mat(n, n, [int(i == j) - fmpq(2 * v[i] * v[j], square) for i in range(n) for j in range(n)])


def planted(m, n, sigma, rng):
    """An exact m x n matrix with the nonzero singular values sigma (at most min(m, n) of them)."""
    D = fmpq_mat(m, n, [sigma[i] if i == j and i < len(sigma) else 0 for i in range(m) for j in range(n)])
    return reflection(m, rng) * reflection(m, rng) * D * reflection(n, rng)


def spectra(k, rng):
    """Lists of at most k nonzero singular values, by name."""
    some = [fmpq(rng.randint(1, 99), rng.randint(1, 9)) for _ in range(k)]
    return {
        "regular": some,
        "rank deficient": some[: rng.randint(0, k - 1)],
        "graded to 1e-14": [ten(-14 * i // max(k - 1, 1)) for i in range(k)],
        "gaps of 1e-11": [3 + i * ten(-11) for i in range(k)],
        "multiple": [some[i // 2] for i in range(k)],
        "multiple, deficient": [some[0]] * (k // 2),
        "one tiny": some[:-1] + [ten(-13)],
        "huge": [x * ten(290) for x in some],
        "minute": [x * ten(-305) for x in some],
        "subnormal": [x * ten(-315) for x in some],
        "zero": [],
    }


def misses(enclosure, sigma):
    """How many of the intervals do not hold their singular value (Fractions; the rest must be claimed exactly zero)."""
    sigma = sorted(map(fraction, sigma), reverse=True)
    wrong = sum(not e.lower <= s <= e.upper for e, s in zip(enclosure, sigma))
    return wrong + sum(e.exact_zero != (i >= len(sigma)) for i, e in enumerate(enclosure))


def shrunk(enclosure, factor):
    middle = [(e.lower + e.upper) / 2 for e in enclosure]
    return [
        SingularValue(m - (m - e.lower) / factor, m + (e.upper - m) / factor, e.exact_zero)
        for m, e in zip(middle, enclosure)
    ]


def cases(repeats, seed, shapes=SHAPES):
    for repeat, (m, n) in itertools.product(range(repeats), shapes):
        rng = random.Random(f"{seed} {repeat} {m} {n}")
        for name, sigma in spectra(min(m, n), rng).items():
            yield name, planted(m, n, sigma, rng), sigma


@pytest.fixture(params=[1, 1000], ids=["R first", "at once"])
def way(request, monkeypatch):
    """Every matrix as a tall one is enclosed; and none."""
    monkeypatch.setattr(spectrum, "TALL", request.param)
    return request.param


# float64 enclosures ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("repeats", [40, pytest.param(2000, marks=pytest.mark.soak)])
def test_planted_spectra_are_enclosed(repeats):
    count = 0
    for name, M, sigma in cases(repeats, "planted"):
        assert not misses(enclose_singular_values(MidRad.from_exact(M), len(sigma)), sigma), (name, M)
        count += 1
    assert count == repeats * len(SHAPES) * len(spectra(1, random.Random(0)))
    print(f"{count} planted spectra enclosed")


@pytest.mark.usefixtures("way")
def test_regular_matrices_are_enclosed_tightly_and_a_shrunken_enclosure_misses():
    widths, caught = [], 0
    for name, M, sigma in cases(20, "tight"):
        if name in ("regular", "multiple", "gaps of 1e-11"):
            enclosure = enclose_singular_values(MidRad.from_exact(M), len(sigma))
            widths += [(e.upper - e.lower) / enclosure[0].upper for e in enclosure]
            caught += misses(shrunk(enclosure, 1000), sigma) > 0
    assert statistics.median(widths) <= Fraction(1, 10**12)
    assert caught > 20


def ball_around(M, rng, size):
    """A MidRad with relative radii up to about ``size`` that contains M at its edge, and the same without its radii."""
    entries = [fraction(x) for x in M.entries()]
    mid = [float(x * (1 + Fraction(rng.uniform(-size, size)))) for x in entries]
    rad = [math.nextafter(float(abs(x - Fraction(a))), math.inf) for x, a in zip(entries, mid)]
    mid, rad = (np.array(values).reshape(M.nrows(), M.ncols()) for values in (mid, rad))
    return MidRad(mid, rad), MidRad.from_floats(mid)


@pytest.mark.usefixtures("way")
def test_the_radius_of_the_matrix_counts_and_without_it_the_truth_is_missed():
    missed_without, total = 0, 0
    for name, M, sigma in cases(4, "radius"):
        if sigma and name != "subnormal":
            rng = random.Random(str(M))
            for size in (1e-3, 1e-8):
                ball, points = ball_around(M, rng, size)
                assert not misses(enclose_singular_values(ball, len(sigma)), sigma), (name, M)
                try:
                    missed_without += misses(enclose_singular_values(points, len(sigma)), sigma) > 0
                except InputError:  # the perturbed midpoint has higher rank: refuted, as it should be
                    missed_without += 1
                total += 1
    assert missed_without > total / 2


CORRUPTIONS = {
    "none": lambda U, d, V, r: (U, d, V),
    "d scaled": lambda U, d, V, r: (U, d * (1 + 10.0 ** r.uniform(-12, 0)), V),
    "d negated": lambda U, d, V, r: (U, -d, V),
    "d, U negated": lambda U, d, V, r: (-U, -d, V),
    "d shuffled": lambda U, d, V, r: (U, d[::-1].copy(), V),
    "all permuted": lambda U, d, V, r: (U[:, ::-1], d[::-1].copy(), V[:, ::-1]),
    "d zero": lambda U, d, V, r: (U, 0 * d, V),
    "d cut": lambda U, d, V, r: (U, np.where(np.arange(len(d)) < len(d) / 2, d, 0), V),
    "d nan": lambda U, d, V, r: (U, d * math.nan, V),
    "U noisy": lambda U, d, V, r: (U + 10.0 ** r.uniform(-12, -1) * r.standard_normal(U.shape), d, V),
    "V noisy": lambda U, d, V, r: (U, d, V + 10.0 ** r.uniform(-12, -1) * r.standard_normal(V.shape)),
    "U scaled": lambda U, d, V, r: (U * (1 + 10.0 ** r.uniform(-12, 0)), d, V),
    "V scaled": lambda U, d, V, r: (U, d, V * (1 + 10.0 ** r.uniform(-12, 0))),
    "U short, d long": lambda U, d, V, r: (U * 0.8, d / 0.8, V),
    "V short, d short": lambda U, d, V, r: (U, d * 0.8, V * 0.8),
    "U repeats a column": lambda U, d, V, r: (np.repeat(U[:, :1], U.shape[1], axis=1), d, V),
    "V singular": lambda U, d, V, r: (U, d, np.repeat(V[:, :1], V.shape[1], axis=1)),
    "U inf": lambda U, d, V, r: (U * math.inf, d, V),
    "other orthogonal U": lambda U, d, V, r: (np.linalg.qr(r.standard_normal(U.shape))[0], d, V),
    "other orthogonal V": lambda U, d, V, r: (U, d, np.linalg.qr(r.standard_normal(V.shape))[0]),
}
MUST_REFUSE = {1: {"d nan"}, 1000: {"d nan", "U inf"}}  # of a tall matrix U is not asked for


def corrupt(monkeypatch, corruption):
    """Let NumPy's SVD return damaged factors."""
    noise, svd = np.random.default_rng(7), np.linalg.svd

    def corrupted(mid, full_matrices):
        U, d, Vt = svd(mid, full_matrices=full_matrices)
        U, d, V = CORRUPTIONS[corruption](U, d, Vt.T, noise)
        return U, d, V.T

    monkeypatch.setattr(spectrum.np.linalg, "svd", corrupted)


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_corrupted_factors_give_a_valid_enclosure_or_a_refusal(corruption, way, monkeypatch):
    kept = refused = 0
    corrupt(monkeypatch, corruption)
    for name, M, sigma in cases(4, "corrupted"):
        try:
            assert not misses(enclose_singular_values(MidRad.from_exact(M), len(sigma)), sigma), (name, M)
            kept += bool(sigma)
        except UndecidedError:
            refused += 1
    assert (kept == 0 and refused) if corruption in MUST_REFUSE[way] else kept


def drop_defect(monkeypatch):
    monkeypatch.setattr(spectrum, "orthonormality_defect", lambda Q: 0.0)


def drop_residual(monkeypatch):
    monkeypatch.setattr(spectrum, "norm2_upper", lambda x: 0.0)


def drop_trace(monkeypatch):
    monkeypatch.setattr(spectrum, "inflate", lambda x, k: 0.0)


DROPPED = [(t, *x) for t in (1, 1000) for x in ((drop_defect, "V short, d short"), (drop_residual, "d scaled"))]


@pytest.mark.parametrize(
    "tall, drop, corruption", [*DROPPED, (1000, drop_defect, "U short, d long"), (1, drop_trace, "d cut")]
)
def test_a_bound_that_skips_a_hypothesis_is_caught_by_the_battery(tall, drop, corruption, monkeypatch):
    monkeypatch.setattr(spectrum, "TALL", tall)
    corrupt(monkeypatch, corruption)
    drop(monkeypatch)
    wrong = 0
    for name, M, sigma in cases(1, "corrupted"):
        if name == "regular":
            try:
                wrong += misses(enclose_singular_values(MidRad.from_exact(M), len(sigma)), sigma) > 0
            except InputError:
                wrong += 1
    assert wrong >= 5


def float_matrices(repeats):
    """Float matrices whose singular values are not known in advance, with the exact rank."""
    for repeat in range(repeats):
        r = np.random.default_rng(repeat)
        m, n = int(r.integers(1, 13)), int(r.integers(1, 7))
        rank = int(r.integers(0, min(m, n) + 1))
        low = r.integers(-9, 10, (m, rank)) @ r.integers(-9, 10, (rank, n))
        rows = 10.0 ** r.integers(-12, 13, m)
        yield r.standard_normal((m, n))
        yield r.standard_normal((m, n)) * rows[:, None]
        yield low.astype(float)
        yield low * rows[:, None] / 2.0**40
        yield np.ldexp(low.astype(float), -1074)
        yield np.ldexp(r.integers(-3, 4, (m, n)).astype(float), r.integers(-1074, -1060, (m, n)))
        yield np.ldexp(r.standard_normal((m, n)), 1010)
        yield np.vander(r.integers(1, 5, m) / 4, n)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("repeats", [40, pytest.param(1000, marks=pytest.mark.soak)])
def test_float_matrices_against_mpmath_at_90_digits(repeats):
    caught = 0
    for A in float_matrices(repeats):
        exact_matrix = fmpq_mat(*A.shape, [fmpq(*x.as_integer_ratio()) for x in A.ravel().tolist()])
        enclosure = enclose_singular_values(MidRad.from_floats(A), exact_matrix.rank())
        with mpmath.workdps(90):
            at = exact_at(exact_matrix if A.shape[0] >= A.shape[1] else exact_matrix.transpose())(90)
            truth = sorted((exact(arb(x)) for x in mpmath.svd_r(at, compute_uv=False)), reverse=True)
        slack = truth[0] / 10**80
        for e, s in zip(enclosure, truth):
            assert e.lower - slack <= s <= e.upper + slack, A
        caught += any(not e.lower - slack <= s <= e.upper + slack for e, s in zip(shrunk(enclosure, 1000), truth))
    assert caught > repeats / 2
    print(f"{8 * repeats} float matrices enclosed, {caught} shrunken enclosures caught")


def test_float64_refusals(monkeypatch):
    A = MidRad.from_floats(np.diag([2.0, 1.0]))
    for rank in (-1, 3, 1.0):
        with pytest.raises(InputError, match="impossible"):
            enclose_singular_values(A, rank)
    with pytest.raises(InputError, match="refuted"):
        enclose_singular_values(A, 1)
    with pytest.raises(InputError, match="refuted"):
        enclose_singular_values(A, 0)
    with pytest.raises(InputError, match="not a matrix"):
        enclose_singular_values(A[0], 1)
    wide = MidRad(np.eye(2), np.full((2, 2), 1e308))
    assert all(e.lower == 0 and e.upper > 10**308 for e in enclose_singular_values(wide, 2))

    def fails(*args, **options):
        raise np.linalg.LinAlgError("SVD did not converge")

    monkeypatch.setattr(spectrum.np.linalg, "svd", fails)
    with pytest.raises(UndecidedError, match="not converge"):
        enclose_singular_values(A, 2)
    with pytest.raises(UndecidedError, match="not converge"):
        prove_rank_at_least(A, 2)


def test_zero_and_empty_matrices():
    assert [e.exact_zero for e in enclose_singular_values(MidRad.from_floats(np.zeros((3, 2))), 0)] == [True, True]
    assert enclose_singular_values(MidRad.from_floats(np.zeros((0, 2))), 0) == ()
    assert enclose_singular_values_arb(lambda bits: arb_mat(3, 0), 0) == ()
    assert len(enclose_singular_values_arb(lambda bits: arb_mat(3, 2), 0)) == 2
    assert prove_rank_at_least(MidRad.from_floats(np.zeros((3, 2))), 0).rank == 0
    assert prove_rank_at_least_arb(lambda bits: arb_mat(3, 2), 0).rank == 0
    assert estimate_ladder(exact_at([[0, 0], [0, 0]])).exponents == pytest.approx([-1, -1])
    assert list(estimate_singular_values(np.zeros((0, 4)))) == []


# Ball arithmetic ------------------------------------------------------------------------------------------------------

HARD = {
    "regular": [fmpq(5), fmpq(3), fmpq(1, 7)],
    "graded to 1e-14": [ten(-7 * i) for i in range(3)],
    "down to 1e-30": [fmpq(1), fmpq(1, 3), ten(-30)],
    "down to 1e-60": [fmpq(1), fmpq(1, 3), ten(-30), 2 * ten(-60)],
    "graded to 1e-60": [ten(-12 * i) for i in range(6)],
    "multiple": [fmpq(2)] * 3 + [fmpq(1)] * 2,
    "all equal": [fmpq(1, 3)] * 6,
    "nested clusters": [fmpq(1), 1 + ten(-11), 1 + ten(-22), 1 + ten(-40), ten(-20), ten(-20) + ten(-45)],
    "multiple and tiny": [fmpq(1), ten(-25), ten(-25), ten(-25)],
    "huge": [ten(400), ten(395)],
    "minute": [ten(-400), ten(-405)],
}


def balls(M):
    return lambda bits: arb_mat(M)


@pytest.mark.parametrize("shape", [(6, 6), (9, 6), (6, 11)])
@pytest.mark.parametrize("name", HARD)
def test_ball_enclosures_at_any_condition(name, shape, monkeypatch):
    sigma, before = HARD[name], flint.ctx.prec
    for seed, digits in ((1, 6), (2, 15), (3, 50)):
        M = planted(*shape, sigma, random.Random(seed))
        enclosure = enclose_singular_values_arb(balls(M), len(sigma), digits)
        assert not misses(enclosure, sigma)
        assert all(e.relative_width() <= Fraction(1, 10**digits) for e in enclosure)
        assert flint.ctx.prec == before
    # negative control: without the residual and the defect the approximate values themselves are claimed
    monkeypatch.setattr(spectrum, "norm_upper", lambda entries: arb(0))
    monkeypatch.setattr(spectrum, "_refute", lambda rank, ends: None)
    M = planted(*shape, [x / 3 for x in sigma], random.Random(1))
    assert misses(enclose_singular_values_arb(balls(M), len(sigma), 6), [x / 3 for x in sigma])


@pytest.mark.parametrize("size", [1e-2, 1e-6, 1e-9])
def test_corrupted_eigenvectors_give_valid_balls_or_a_refusal(size, monkeypatch):
    refine, noise = refinement.refine, random.Random(3)

    def corrupted(S, V, rank, bits):
        V, squares = refine(S, V, rank, bits)
        shake = arb_mat([[x * arb(1 + noise.uniform(-size, size)) for x in row] for row in V.tolist()])
        return shake.mid(), [(x * arb(1 + noise.uniform(-size, size))).mid() for x in squares]

    monkeypatch.setattr(spectrum, "refine", corrupted)
    kept = refused = 0
    for (name, sigma), digits in itertools.product(HARD.items(), (0, 2, 5, 8)):
        M = planted(7, 6, sigma, random.Random(name))
        try:
            enclosure = enclose_singular_values_arb(balls(M), len(sigma), digits, max_bits=500)
            assert not misses(enclosure, sigma), name
            kept += 1
        except UndecidedError:
            refused += 1
    assert refused and (kept or size == 1e-2)


def test_ball_refusals():
    def bound(S, V, squares, rank):
        return spectrum._ball_bound(S * V, spectrum._defect(V), V, squares, rank)

    before = flint.ctx.prec
    M = planted(4, 3, [fmpq(2), fmpq(1), ten(-4)], random.Random(0))
    with pytest.raises(InputError, match="refuted: singular value 3 is at least 0.0000999"):
        enclose_singular_values_arb(balls(M), 2)
    with pytest.raises(InputError, match="rank 0 is refuted"):
        enclose_singular_values_arb(balls(M), 0)
    with pytest.raises(InputError, match="impossible"):
        enclose_singular_values_arb(balls(M), 4)
    with pytest.raises(UndecidedError, match="within 60 bits"):
        enclose_singular_values_arb(balls(M), 3, digits=15, max_bits=60)
    thick = arb_mat(M) + arb_mat(4, 3, [arb(0, 1e-12)] * 12)
    with pytest.raises(UndecidedError, match=r"relative width 0\.\d+ "):  # balls that do not shrink
        enclose_singular_values_arb(lambda bits: thick, 3, max_bits=500)
    with pytest.raises(UndecidedError, match="relative width inf"):
        enclose_singular_values_arb(lambda bits: arb_mat(2, 2, [arb("nan"), 0, 0, 1]), 2, max_bits=500)
    deficient = planted(4, 3, [fmpq(2), fmpq(1)], random.Random(0))
    with pytest.raises(UndecidedError, match="relative width inf"):  # a rank that is too high stays undecided
        enclose_singular_values_arb(balls(deficient), 3, max_bits=500)
    noisy = (refinement.identity(2) * 2, [arb(4), arb(1)])
    assert bound(refinement.identity(2), *noisy, 2) == []  # ||I - V^T V|| = 3 is not below 1
    assert bound(refinement.identity(2), refinement.identity(2), [arb(1), arb("nan")], 2) == []
    with flint.ctx.workprec(3):  # the search ends by itself where it cannot converge
        S = arb_mat(M.transpose() * M).mid()
        assert len(refinement.refine(S, None, 3, 500)[1]) == 3
        scalar = refinement.identity(2).tolist()  # nothing left to rotate in an exactly multiple value
        assert refinement._rotation(scalar, scalar, [arb(1), arb(1)], [[0, 1]]).tolist() == scalar
    assert flint.ctx.prec == before


# Printed numbers ------------------------------------------------------------------------------------------------------

POSITIVE = st.fractions(min_value=0) | st.builds(
    lambda x, k: x * Fraction(10) ** k, st.fractions(min_value=0), st.integers(-400, 400)
)


@given(POSITIVE, POSITIVE, st.integers(1, 40))
def test_decimals_are_rounded_outward_and_no_further_than_one_unit(x, y, digits):
    low, high = sorted((x, y))
    lower, upper = SingularValue(low, high).decimals(digits)
    assert Fraction(lower) <= low <= high <= Fraction(upper)
    for text, value in ((lower, low), (upper, high)):
        mantissa = text.split("E")[0].replace(".", "").lstrip("0")
        assert len(mantissa) <= digits
        assert abs(Fraction(text) - value) <= value / 10 ** (digits - 1)


def test_rounding_inward_is_refused(monkeypatch):
    monkeypatch.setattr(spectrum, "ROUND_CEILING", spectrum.ROUND_FLOOR)
    with pytest.raises(UndecidedError, match="not above"):
        SingularValue(Fraction(1, 3), Fraction(2, 3)).decimals(5)


def test_singular_values_print_and_reject_nonsense():
    assert str(SingularValue(Fraction(1, 3), Fraction(2, 3))) == "∈ [0.333333333333333, 0.666666666666667]"
    assert str(spectrum.ZERO) == "= 0" and spectrum.ZERO.relative_width() == 0
    assert SingularValue(Fraction(0), Fraction(1)).relative_width() == math.inf
    for bad in ((-1, 1), (2, 1), (0, 1, True)):
        with pytest.raises(InputError, match="encloses no"):
            SingularValue(*bad)
    for digits in (0, 1.5):
        with pytest.raises(InputError, match="significant digits"):
            spectrum.ZERO.decimals(digits)


# Evidence -------------------------------------------------------------------------------------------------------------


def test_the_ladder_tells_zeros_from_small_values():
    assert mpmath.libmp.BACKEND == "gmpy"
    before = mpmath.mp.dps
    for shape in ((7, 5), (5, 7)):
        M = planted(*shape, [fmpq(2), fmpq(1), ten(-20)], random.Random(5))
        ladder = estimate_ladder(exact_at(M))
        assert ladder.digits == (30, 60, 120) and [len(v) for v in ladder.values] == [5, 5, 5]
        assert ladder.exponents[:3] == pytest.approx([0, 0, 0], abs=0.05)
        assert ladder.exponents[3:] == pytest.approx([-1, -1], abs=0.05)
        # the perturbed twin of the singular matrix is regular, however small the perturbation
        twin = estimate_ladder(exact_at(planted(*shape, [fmpq(2), 1, ten(-20), ten(-24), ten(-25)], random.Random(5))))
        assert twin.exponents == pytest.approx([0] * 5, abs=0.05)
    assert mpmath.mp.dps == before
    assert estimate_ladder(exact_at([[2, 0], [0, 0]])).exponents == pytest.approx([0, -1])
    assert estimate_ladder(lambda dps: mpmath.matrix(3, 0)).exponents == ()
    for digits in ((30,), (60, 30), (0, 30)):
        with pytest.raises(InputError, match="ladder digits"):
            estimate_ladder(exact_at([[1]]), digits)


def test_estimates_agree_with_the_planted_values():
    M = planted(9, 6, [fmpq(5), fmpq(3), fmpq(1, 7)], random.Random(2))
    assert estimate_singular_values(MidRad.from_exact(M).mid)[:3] == pytest.approx([5, 3, 1 / 7])
    with pytest.raises(InputError, match="inf or nan"):
        estimate_singular_values([[math.nan]])


# Ranks from below -----------------------------------------------------------------------------------------------------


def holds(proof, M, r):
    """The evidence, evaluated again exactly, on the exact matrix."""
    block = [[fraction(M[i, j]) for j in proof.columns] for i in proof.rows]
    defect = [[int(i == j) - sum(proof.W[i][k] * block[k][j] for k in range(r)) for j in range(r)] for i in range(r)]
    return proof.rank == r and max(sum(map(abs, row)) for row in defect) <= proof.bound < 1


def test_ranks_are_proved_and_never_too_high():
    proved = 0
    for name, M, sigma in cases(3, "rank"):
        r, small = len(sigma), min(M.nrows(), M.ncols())
        A = MidRad.from_exact(M)
        if r and name not in ("graded to 1e-14", "one tiny", "gaps of 1e-11", "minute", "subnormal"):
            assert holds(prove_rank_at_least(A, r), M, r), name
            proved += 1
        if r < small:
            for prove, argument in ((prove_rank_at_least, A), (prove_rank_at_least_arb, balls(M))):
                with pytest.raises(UndecidedError):
                    prove(argument, r + 1, **({} if prove is prove_rank_at_least else {"max_bits": 300}))
    assert proved > 50
    with pytest.raises(UndecidedError, match=r"\|\|I - W J\|\| <= [1-9]"):  # a radius that lets a singular matrix in
        prove_rank_at_least(MidRad(np.eye(2), np.full((2, 2), 0.5)), 2)


@pytest.mark.parametrize("name", HARD)
def test_ranks_at_any_condition_are_proved_in_balls(name):
    M = planted(9, 6, HARD[name], random.Random(name))
    assert holds(prove_rank_at_least_arb(balls(M), len(HARD[name])), M, len(HARD[name]))
