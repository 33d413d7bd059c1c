"""The rule singular-values: printed intervals are proved again, forged ones are refused; judged by mpmath's SVD."""

import copy
import json
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor, isqrt
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest

import symsens.certificates.spectrum as counts
import symsens.search.spectrum as search
from symsens import Environment, Verdict, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, load, spectrum
from symsens.checker.evaluation import Evaluator
from symsens.checker.fields import QQ
from symsens.checker.limits import MAX_BITS, MAX_NUMBER_BITS
from symsens.checker.shapes import read
from symsens.checker.spectrum import SHAPE, prove
from symsens.errors import UndecidedError

GENERIC = Environment(("H", "H", "O"), [(1, 0, "0.2"), (0, "1.3", "-0.4"), ("-0.7", "-0.6", "1.1")], "C")
HEXAGONAL = Environment(
    ("H", "O", "N"),
    [("1", "1/5", "0"), ("1/7", "0", "1"), ("-1/2", "-1", "-1/3")],
    "C",
    metric=[["25", "-25/2", "0"], ["-25/2", "25", "0"], ["0", "0", "64"]],
)
FLAT = Environment("HHHO", [(1, 1, "1e-9"), (1, -1, 0), (-1, 1, 0), (2, 1, "-1e-9")], "C")  # a graded spectrum
CUT = Environment(("H", "H", "O", "H"), [(1, 0, "0.2"), (0, "1.3", "-0.4"), ("-0.7", "-0.6", "1.1"), (9, 0, 1)], "C")
CASES = {
    "closed forms": (GENERIC, "power-spectrum:n_max=3,l_max=2", {}),
    "polynomials": (GENERIC, "power-spectrum:n_max=2,l_max=2,radial=monomial", {}),
    "atoms": (GENERIC, "acsf", {"vary": "atoms"}),
    "a lattice": (HEXAGONAL, "power-spectrum:n_max=3,l_max=2,cutoff=40", {}),
    "a lattice, polynomials, atoms": (HEXAGONAL, "power-spectrum:n_max=2,l_max=1,radial=laguerre", {"vary": "atoms"}),
    "graded": (FLAT, "power-spectrum:n_max=2,l_max=2", {}),
    "graded, digits": (FLAT, "acsf", {"digits": 30}),
    "few forms": (GENERIC, "radial:n_max=1,radial=gto", {}),
    "with a cutoff": (CUT, "acsf:cutoff=4", {}),
}


def answered(name):
    env, spec, options = CASES[name]
    result = certify(env, descriptor=spec, **options)
    (certificate,) = load(certificate_text([result.answer]))
    return result, certificate


@pytest.fixture(scope="module")
def answer():
    return answered("closed forms")[1]


@pytest.mark.parametrize("name", CASES)
def test_what_is_printed_is_proved_again(name):
    result, certificate = answered(name)
    assert result.verdict is Verdict.PROVED and result.rules["singular_values"].name == "singular-values"
    assert "singular-values for the spectrum" in str(result)
    statement = check(certificate)[-1]
    assert statement.endswith("[singular-values]")
    reported = result.as_dict()["singular_values"]
    assert certificate["claims"]["singular_values"]["values"] == [[v["lower"], v["upper"]] for v in reported]
    zeros = sum(v["exact_zero"] for v in reported)
    assert f"{zeros} of {len(reported)} are 0" in statement and zeros == result.filtration.nullity
    assert all(f"[{v['lower']}, {v['upper']}]" in statement or v["exact_zero"] for v in reported[:60] if len(v) < 40)


# Forgeries, each with a control beside it.


def ulp(text, steps):
    """A decimal, so many units of its last digit further."""
    number = Decimal(text)
    return str(number + steps * Decimal(1).scaleb(number.as_tuple().exponent))


def forged(certificate, path, change):
    changed = copy.deepcopy(certificate)
    place = changed["claims"]["singular_values"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = change(place[path[-1]])
    return changed


@pytest.mark.parametrize("name", ["closed forms", "polynomials", "graded"])
def test_an_interval_that_misses_its_value_is_refuted(name):
    result, certificate = answered(name)
    for i in range(result.filtration.rank):
        low, high = certificate["claims"]["singular_values"]["values"][i]
        width = int((Decimal(high) - Decimal(low)).scaleb(-Decimal(low).as_tuple().exponent)) + 1
        for end, steps in ((0, width), (1, -width)):  # the interval is over before, or begins behind, the value
            with pytest.raises(Refuted, match=rf"values\[{i}\]: not proved"):
                check(forged(certificate, ["values", i, end], lambda text: ulp(text, steps)))
            assert check(forged(certificate, ["values", i, end], lambda text: ulp(text, -steps)))  # wider: still true


def test_numbers_of_zeros_are_as_proved(answer):
    rank = answer["of"]["claims"]["rank"]
    with pytest.raises(Refuted, match=r"values\[5\]"):
        assert rank == 6 and check(forged(answer, ["values", 5], lambda _: ["0", "0"]))
    with pytest.raises(Refuted, match="beyond the rank 6 are 0"):
        check(forged(answer, ["values", 6], lambda _: ["0", "1E-300"]))
    for change in (lambda values: values[:-1], lambda values: [*values, ["0", "0"]]):
        with pytest.raises(Refuted, match="not 9"):
            check(forged(answer, ["values"], change))
    assert check(forged(answer, ["values", 6], lambda _: ["0.000", "0E-7"]))


@pytest.mark.parametrize(
    "path, change, message",
    [
        (["bits"], lambda bits: bits + 1, "nearly orthonormal"),
        (["bits"], lambda bits: bits - 1, "nearly orthonormal"),
        (["bits"], lambda _: 0, "outside"),
        (["bits"], lambda _: MAX_BITS + 1, "outside"),
        (["bits"], lambda _: 10**15, "outside"),
        (["vectors"], lambda vectors: vectors[:-1], "not 9"),
        (["vectors", 0], lambda vector: vector[:-1], "not of 9 entries"),
        (["vectors", 0], lambda vector: ["0"] * len(vector), "nearly orthonormal"),
        (["vectors"], lambda vectors: [vectors[0], vectors[0], *vectors[2:]], "nearly orthonormal"),
        (["vectors"], lambda vectors: vectors[::-1], "not proved"),
        (["vectors"], lambda vectors: [*vectors[:5], vectors[6], vectors[5], *vectors[7:]], "not proved"),
        (["vectors", 0, 0], lambda x: str(int(x) + 2**80), "not proved"),
        (["vectors", 0, 0], lambda _: "9" * 20_000, "nearly orthonormal"),
    ],
)
def test_evidence_that_proves_nothing_is_refuted(answer, path, change, message):
    with pytest.raises(Refuted, match=message):
        check(forged(answer, path, change))


def test_the_order_of_the_vectors_seen_does_not_matter(answer):
    assert check(forged(answer, ["vectors"], lambda vectors: [*vectors[5::-1], *vectors[6:]]))


@pytest.mark.parametrize(
    "path, value",
    [
        (["values", 0, 0], "-1"),
        (["values", 0, 0], "1e5"),
        (["values", 0, 0], "nan"),
        (["values", 0, 0], 1.5),
        (["values", 0, 0], None),
        (["values", 0, 0], ".5"),
        (["values", 0, 0], "1E99999999"),
        (["values", 0, 0], "1" * 6000),
        (["values", 0], ["1"]),
        (["vectors", 0, 0], "1/2"),
        (["vectors", 0, 0], 1),
        (["bits"], "100"),
        (["bits"], True),
    ],
)
def test_what_is_no_number_is_malformed(answer, path, value):
    with pytest.raises(Malformed):
        check(forged(answer, path, lambda _: value))


def test_large_claims_are_refused_before_they_are_multiplied(answer):
    with pytest.raises(Refuted, match="products|nearly|outside|not proved"):
        check(forged(forged(answer, ["bits"], lambda _: MAX_BITS), ["vectors"], lambda v: [["9" * 19_000] * 9] * 9))
    huge = json.loads(json.dumps(answer))
    huge["of"]["above"]["environment"]["metric"] = [["1" + "0" * 3000 + x, "0", "0"] for x in "000"]
    with pytest.raises(Refuted):
        check(huge)


@pytest.mark.parametrize("limit", ["MAX_PRODUCTS", "MAX_JACOBIAN"])
def test_limits_refuse(answer, monkeypatch, limit):
    monkeypatch.setattr(spectrum, limit, 1000)
    with pytest.raises(Refuted, match="more than 1000"):
        check(answer)


def test_there_must_be_features():
    certificate = certify(GENERIC).certificate
    inside = {name: part for name, part in certificate.items() if name != "labels"}
    claim = answered("polynomials")[1]["claims"]
    wrapped = {"schema": "symsens/answer-certificate/1", "of": inside, "claims": claim, "labels": None}
    with pytest.raises(Refuted, match="of no features"):
        check(wrapped)


def test_fewer_forms_have_other_singular_values(answer):
    changed = copy.deepcopy(answer)
    inner = changed["of"]
    idle = [i for i in range(len(inner["features"])) if all(row[i] == "0" for row in inner["left_inverse"])]
    assert inner["complete"] and idle
    del inner["features"][idle[0]]
    for row in inner["left_inverse"]:
        del row[idle[0]]
    with pytest.raises(Refuted, match="singular_values"):
        check(changed)
    del changed["claims"]["singular_values"]
    changed["claims"]["left_out"] = {"species": [], "positions": []}
    assert check(changed)  # the control: the rank does not rest on that feature


# The lemma, on matrices made up at random, judged by mpmath.


@dataclass
class MadeUp:
    """What the rule asks of a proof."""

    matrix: list
    metric: list
    rank: int
    width: int
    blur: int = 0
    features: list = field(init=False)

    def __post_init__(self):
        self.features = self.matrix
        self.env = SimpleNamespace(columns=self.width, metric=self.metric, field=QQ)

    def jacobian(self, bits):
        """Integers around the entries, off to one side by up to `blur`."""
        rng, unit = np.random.default_rng(self.blur), Fraction(2) ** (bits - 70)
        for row in self.matrix:
            off = [(int(a), int(b)) for a, b in rng.integers(0, self.blur + 1, (len(row), 2))]
            yield [(floor(x * unit) - a * (a > b), ceil(x * unit) + b * (b >= a)) for x, (a, b) in zip(row, off)]

    def true(self):
        """Cartesian singular values."""
        with mpmath.workdps(120):
            root = mpmath.cholesky(mpmath.matrix([[mpmath.mpf(str(x)) for x in row] for row in self.metric])).T
            frame = mpmath.matrix(self.width)
            for i in range(self.width):
                for j in range(self.width):
                    frame[i, j] = root[i % 3, j % 3] if i // 3 == j // 3 else 0
            j = mpmath.matrix(self.matrix) * mpmath.mpf(2) ** -70 * frame**-1
            values, vectors = mpmath.eigsy(j.T * j)
            order = sorted(range(self.width), key=lambda i: -values[i])
            return [mpmath.sqrt(abs(values[i])) for i in order], frame**-1 * vectors, order


def made_up(rng, k, width, rank, grade):
    """A matrix of so many forms and of a rank, each part `grade` bits smaller than the one before."""
    left = rng.integers(-9, 10, (k, rank))
    right = rng.integers(-9, 10, (rank, width))
    matrix = [
        [sum(int(left[i, r]) * int(right[r, j]) << (70 - grade * r) for r in range(rank)) for j in range(width)]
        for i in range(k)
    ]
    metric = [["2", "1", "0"], ["1", "3", "1/2"], ["0", "1/2", "5"]]
    return MadeUp(matrix, [[Fraction(x) for x in row] for row in metric], rank, width)


def claim_of(values, vectors, order, rank, bits, near):
    """The true values between decimals of so many digits, with the true vectors."""

    def ends(x, i):
        if i >= rank:
            return ["0", "0"]
        with mpmath.workdps(120):
            return [
                mpmath.nstr(x * (1 + sign * mpmath.mpf(10) ** -near), 60, min_fixed=0, max_fixed=0) for sign in (-1, 1)
            ]

    plain = [[text.replace("e", "E") for text in ends(x, i)] for i, x in enumerate(values)]
    with mpmath.workdps(120):
        columns = [[str(int(mpmath.nint(x * 2**bits))) for x in vectors[:, i]] for i in order]
    return {"values": plain, "vectors": columns, "bits": bits}


@pytest.mark.parametrize("seed", range(12))
def test_true_claims_are_accepted_and_false_ones_refused(seed):
    rng = np.random.default_rng(seed)
    width, rank = 6, int(rng.integers(1, 6))
    proof = made_up(rng, int(rng.integers(rank, 9)), width, rank, int(rng.integers(0, 12)))
    values, vectors, order = proof.true()
    if values[rank - 1] < 1e-10:
        return  # the matrix made up has a smaller rank
    good = claim_of(values, vectors, order, rank, 300, 20)
    assert prove(proof, read(SHAPE, good, "claim"))
    i, sign = int(rng.integers(rank)), int(rng.choice([-1, 1]))
    for far, refused in (("1.0000000001", True), ("1.000000000000000000000000000001", False)):
        bad = copy.deepcopy(good)
        with mpmath.workdps(120):
            factor = mpmath.mpf(far) ** sign
            bad["values"][i] = [
                mpmath.nstr(mpmath.mpf(x) * factor, 60, min_fixed=0, max_fixed=0).replace("e", "E")
                for x in bad["values"][i]
            ]
        if refused:
            with pytest.raises(Refuted):
                prove(proof, read(SHAPE, bad, "claim"))
        else:
            assert prove(proof, read(SHAPE, bad, "claim"))


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_accepted_is_true(seed):
    """Rough evidence: few bits, noise on W. The claims are tried at every width; none that is accepted is false."""
    rng = np.random.default_rng(1000 + seed)
    width, rank = 6, int(rng.integers(1, 6))
    proof = made_up(rng, int(rng.integers(rank, 9)), width, rank, int(rng.integers(0, 8)))
    values, vectors, order = proof.true()
    if values[rank - 1] < 1e-10:
        return
    claim = claim_of(values, vectors, order, rank, int(rng.integers(12, 50)), 3)
    size, proof.blur = 2 ** int(rng.integers(0, 12)), 2 ** int(rng.integers(0, claim["bits"] // 2))
    noisy = [[str(int(x) + int(rng.integers(-size, size + 1))) for x in column] for column in claim["vectors"]]
    accepted = 0
    for i in range(rank):
        for low, high in rng.normal(size=(30, 2)):
            ends = sorted(float(values[i]) * (1 + 10.0 ** rng.integers(-6, 0) * np.array([low, high])))
            if ends[0] < 0:
                continue
            trial = {**claim, "vectors": noisy, "values": [["0", "1E+99"]] * rank + claim["values"][rank:]}
            trial["values"][i] = [f"{x:.20f}" for x in ends]
            try:
                prove(proof, read(SHAPE, trial, "claim"))
            except Refuted:
                continue
            accepted += 1
            assert mpmath.mpf(trial["values"][i][0]) <= values[i] <= mpmath.mpf(trial["values"][i][1])
    assert accepted or size > 1


def test_norms_and_quotients_are_rounded_up():
    for square in (0, 1, 2, 3, 4, 99, 10**40, 10**40 - 1):
        assert (spectrum.above_root(square) - 1) ** 2 <= square < spectrum.above_root(square) ** 2
    for x, divisor in ((0, 3), (1, 3), (3, 3), (4, 3), (10**30 + 1, 7)):
        assert (spectrum.over(x, divisor) - 1) * divisor < x <= spectrum.over(x, divisor) * divisor
    assert spectrum.norm([3, -4]) == 6 and spectrum.bits_of([[-8, 1], [3]]) == 4 and spectrum.bits_of([]) == 0


def test_the_bounds_by_hand():
    """W = 1, J = [[30, 4, 0], [0, 40, 0], [0, 0, 1]] / 2^10 to half a unit: lengths 30 and 40, one product 120."""
    metric = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    env, unit = SimpleNamespace(columns=3, metric=metric, field=QQ), 2**10
    frame = spectrum.Frame(env, [[unit * (i == j) for j in range(3)] for i in range(3)], 10, "here")
    assert frame.defect == Fraction(1, unit**2) and frame.sizes == [unit] * 3
    rows = [[(29, 31), (4, 4), (0, 0)], [(0, 0), (40, 41), (0, 0)], [(0, 0), (0, 0), (1, 1)]]
    image = spectrum.Image(rows, frame, 2)
    lengths = [30 * unit, isqrt(1616 * unit**2)]
    assert image.lengths == lengths
    near, errors = 120 * unit**2 / (lengths[0] * lengths[1]), 2**0.5  # errors of 1 in two rows
    shift = errors * (unit**2 / lengths[0] ** 2 + unit**2 / lengths[1] ** 2) ** 0.5
    least = 2**0.5 * near + 3 * shift + shift**2
    assert least <= image.defect <= 1.6 * least + 0.05
    assert unit * (1 + errors) <= image.rest <= unit * (1 + 2) + 3
    low, high = image.squares(0)
    true = np.linalg.svd([[30.9, 4, 0], [0, 40.2, 0], [0, 0, 1]], compute_uv=False)[0] / unit
    assert low < true**2 < high


def test_ends_are_around_the_interval():
    evaluator = Evaluator(100)
    iv = evaluator.iv
    for x in (iv.mpf(1) / 3, -iv.mpf(1) / 3, iv.mpf(0), iv.mpf([-3, 5]), iv.mpf(2) ** -500, -(iv.mpf(2) ** -500)):
        for bits in (1, 50, 200):
            low, high = evaluator.ends(x, bits)
            with mpmath.workdps(300):
                a, b = (mpmath.mpf(end) * mpmath.mpf(2) ** bits for end in (mpmath.mpf(x.a), mpmath.mpf(x.b)))
                assert low <= a < low + 1 and high - 1 < b <= high
    assert evaluator.ends(iv.ldexp(iv.mpf(1), -(2**590)), 10) == (0, 1)
    assert evaluator.ends(iv.ldexp(iv.mpf(-1), -(2**590)), 10) == (-1, 0)
    with pytest.raises(Refuted, match="bits"):
        evaluator.ends(iv.ldexp(iv.mpf(1), MAX_NUMBER_BITS), 10)
    with pytest.raises(Refuted, match="finite"):
        evaluator.ends(iv.mpf([0, "inf"]), 10)


# What is too much is not begun.


@pytest.mark.parametrize(
    "limit, name", [("MAX_WORK", "closed forms"), ("MAX_PARTS", "closed forms"), ("MAX_PRODUCTS", "polynomials")]
)
def test_what_is_too_large_says_so_and_keeps_the_certificate_of_the_rank(monkeypatch, limit, name):
    monkeypatch.setattr(counts, limit, 100)
    env, spec, options = CASES[name]
    result = certify(env, descriptor=spec, **options)
    rule = result.rules["singular_values"]
    assert rule.name is None and "too much to check" in rule.reason
    assert f"the intervals (∈) have no certificate yet: {rule.reason}" in " ".join(str(result).split())
    assert result.as_dict()["rules"]["singular_values"] is None
    assert check(result.answer) and result.answer == result.certificate


def test_without_a_rule_for_the_rank_there_is_none_for_the_values():
    result = certify(GENERIC, descriptor="coulomb")
    assert result.rules["singular_values"].reason == result.rule.reason is not None
    assert "singular_values" not in certify(GENERIC).rules


def test_without_evidence_the_certificate_of_the_rank_is_written_and_the_table_says_so(monkeypatch):
    def nothing(*_):
        raise UndecidedError("no directions found")

    monkeypatch.setattr(search, "directions", nothing)
    env, spec, options = CASES["closed forms"]
    result = certify(env, descriptor=spec, **options)
    assert result.answer == result.certificate and check(result.answer)
    assert "have no certificate yet: no directions found" in str(result)
