"""The rule audit: a matrix of floats against the Jacobian, each number from both sides; judged by NumPy and mpmath."""

import copy
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest

from symsens import Environment, certify
from symsens.certificates.answers import answer_certificate, audit as claim
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, audits, check, load, spectrum
from symsens.checker.fields import QQ
from symsens.forms.jacobian import float_jacobian, mp_jacobian
from symsens.search.audits import audit_evidence
from symsens.search.evidence import exact_null_vectors

GENERIC = Environment(("H", "H", "O"), [(1, 0, "0.2"), (0, "1.3", "-0.4"), ("-0.7", "-0.6", "1.1")], "C")
SPECS = {
    "closed forms": "power-spectrum:n_max=2,l_max=1",
    "polynomials": "power-spectrum:n_max=2,l_max=1,radial=monomial",
}


def held(name, noise, seed=0):
    """(result, matrix of floats, certificate): J rounded to float64, and changed by so much."""
    result = certify(GENERIC, descriptor=SPECS[name], vary="atoms")
    matrix = float_jacobian(result.filtration.moves, result.descriptor)
    rng = np.random.default_rng(seed)
    matrix = matrix + noise * np.abs(matrix).max() * rng.normal(size=matrix.shape)
    null = exact_null_vectors(result.filtration, result.descriptor)
    found = audit_evidence(result.filtration.moves, result.descriptor, matrix, null)
    answer = result.answer_with({"audit": claim(matrix, found)}, 2 * found.bits)
    (certificate,) = load(certificate_text([answer]))
    return result, matrix, null, certificate


@pytest.fixture(scope="module")
def certificate():
    return held("closed forms", 1e-9)[-1]


@pytest.mark.parametrize("noise", [0, 1e-12, 1e-3, 1e3])
@pytest.mark.parametrize("name", SPECS)
def test_the_numbers_are_proved_and_true(name, noise):
    result, matrix, null, certificate = held(name, noise)
    statement = next(s for s in check(certificate) if s.endswith("[audit]"))
    ends = {key: list(map(float, certificate["claims"]["audit"][key])) for key in ("error", "noise", "leak")}
    assert all(f"[{certificate['claims']['audit'][key][0]}, " in statement for key in ends)
    with mpmath.workdps(60):
        exact = mp_jacobian(result.filtration.moves, result.descriptor, 60)
        apart = np.array((mpmath.matrix(matrix.tolist()) - exact).tolist(), dtype=object)
        rows, columns = matrix.shape
        apart = apart.reshape(rows, columns)
        basis = np.linalg.qr(np.array(null, dtype=float).T)[0]
        true = {
            "error": float(max(abs(x) for x in apart.ravel()) / max(abs(x) for x in exact)),
            "noise": np.linalg.norm(apart.astype(float), 2) / np.linalg.norm(matrix_of(exact), 2),
            "leak": np.linalg.norm(apart.astype(float) @ basis, 2) / np.linalg.norm(matrix, 2),
        }
    for key, (low, high) in ends.items():
        assert low <= true[key] * (1 + 1e-6) and true[key] * (1 - 1e-6) <= high and high <= 1.01 * low + 1e-20


def matrix_of(exact):
    return np.array(exact.tolist(), dtype=float).reshape(exact.rows, exact.cols)


def put(certificate, path, change):
    changed = copy.deepcopy(certificate)
    place = changed["claims"]["audit"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = change(place[path[-1]])
    return changed


@pytest.mark.parametrize("key", ["error", "noise", "leak"])
def test_a_number_that_is_too_small_or_too_large_is_refuted(certificate, key):
    low, high = map(Decimal, certificate["claims"]["audit"][key])
    for ends in ([str(high), str(high)], [str(low), str(low)], ["0", str(low)], [str(high), "9E+9"], ["1", "2"]):
        with pytest.raises(Refuted, match=rf"audit\.{key}: not proved to be between"):
            check(put(certificate, [key], lambda _: ends))
    assert check(put(certificate, [key], lambda _: ["0", "9E+9"]))  # the control: little is claimed


@pytest.mark.parametrize(
    "path, change, message",
    [
        (["matrix"], lambda rows: rows[:-1], "matrix: not"),
        (["matrix"], lambda rows: [*rows, rows[0]], "matrix: not"),
        (["matrix", 0], lambda row: row[:-1], "matrix: not"),
        (["matrix"], lambda rows: rows[::-1], "audit"),
        (["matrix", 0, 0], lambda x: str(Fraction(x) + 1), "audit"),
        (["matrix", 0, 0], lambda x: str(10**40), "audit"),
        (["bits"], lambda bits: bits - 1, "nearly"),
        (["bits"], lambda bits: 0, "bits: 0 is outside"),
        (["bits"], lambda bits: 10**12, "is outside"),
        (["norms", "jacobian", "rank"], lambda rank: -1, "rank: -1 is outside"),
        (["norms", "jacobian", "rank"], lambda rank: 0, "not proved to be"),
        (["norms", "jacobian", "rank"], lambda rank: 12, "nearly orthogonal|longer than 0"),
        (["norms", "jacobian", "rank"], lambda rank: 10**9, "outside"),
        (["norms", "difference", "rank"], lambda rank: 1, "noise: not proved"),
        (["norms", "jacobian", "vectors"], lambda vectors: vectors[:-1], "not 12"),
        (["norms", "difference", "vectors"], lambda vectors: vectors[1:], "not 12|outside"),
        (["norms", "matrix", "vectors"], lambda vectors: [vectors[0]] * len(vectors), "nearly orthonormal"),
        (["norms", "hidden", "vectors"], lambda vectors: vectors[:-1], "combinations of as many"),
        (["norms", "hidden", "vectors"], lambda vectors: [vectors[0]] * len(vectors), "nearly orthonormal"),
        (["norms", "hidden", "vectors", 0, 0], lambda x: str(2 * int(x) + 2**200), "nearly orthonormal"),
        (["norms", "hidden", "vectors", 0, 0], lambda x: "9" * 19_000, "nearly orthonormal"),
    ],
)
def test_what_does_not_fit_is_refuted(certificate, path, change, message):
    with pytest.raises((Refuted, Malformed), match=message):
        check(put(certificate, path, change))


@pytest.mark.parametrize("value", [1.5, "nan", None, "1e3", ["1"]])
def test_entries_are_rational_numbers(certificate, value):
    with pytest.raises(Malformed):
        check(put(certificate, ["matrix", 0, 0], lambda _: value))


def test_the_columns_must_be_cartesian():
    skew = Environment(
        GENERIC.species, GENERIC.positions, "C", metric=[["2", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    )
    result = certify(skew, descriptor=SPECS["closed forms"], vary="atoms")
    matrix = float_jacobian(result.filtration.moves, result.descriptor)
    null = exact_null_vectors(result.filtration, result.descriptor)
    found = audit_evidence(result.filtration.moves, result.descriptor, matrix, null)
    answer = answer_certificate(result.certificate, {"audit": claim(matrix, found)})
    with pytest.raises(Refuted, match="metric is not the identity|matrix: not"):
        check(answer)


def test_a_basis_free_certificate_has_no_features(certificate):
    inside = {name: part for name, part in certify(GENERIC, vary="atoms").certificate.items() if name != "labels"}
    with pytest.raises(Refuted, match="of no features"):
        check({**certificate, "of": inside, "claims": {"audit": certificate["claims"]["audit"]}})


# The parts of the rule, by hand.


def test_differences_and_largest_entries_by_hand():
    """[1, 2] - [10, 20] lies in [-19, -8], and [-4, 3] less 2 exactly in [-6, 1]: the largest is between 8 and 19."""
    rows = list(audits.differences([[(10, 20), (2, 2)]], [[(1, 2), (-4, 3)]]))
    assert rows == [[(-19, -8), (-6, 1)]]
    assert audits.largest(rows) == (8, 19) and audits.largest([[(-6, 1)]]) == (0, 6)
    assert audits.largest([[(3, 5)], [(-4, -4), (1, 7)]]) == (4, 7) and audits.largest([]) == (0, 0)


def test_a_quotient_and_its_square_by_hand():
    assert audits.quotient((2, 3), (4, 5), "noise") == (Fraction(2, 5), Fraction(3, 4))
    assert audits.quotient((2, 3), (1, 1), "noise") == (2, 3)
    with pytest.raises(Refuted, match="noise: a quotient by what is not proved to be positive"):
        audits.quotient((2, 3), (0, 5), "noise")
    ends = [(text, Fraction(text)) for text in ("0.4", "0.75", "0.5")]
    low, high, half = ends
    squares = Fraction(4, 25), Fraction(9, 16)
    audits.check_ratio("noise", (low, high), squares)  # the ends themselves belong to it
    for short in ((half, high), (low, half)):
        with pytest.raises(Refuted, match="noise: not proved"):
            audits.check_ratio("noise", short, squares)


def test_the_claims_of_a_small_audit_by_hand():
    """J = diag(4, 2, 0) and A = J + diag(0, 1, 1/2): error 1 of 4, ||A - J|| 1 of 4, and of the third axis 1/2 of 4."""
    proof = small()
    statement = audits.prove(proof, small_claim())
    assert "worst v in the span of the 1 null vectors" in statement and "A given, 3 x 3," in statement
    for key, text in (("error", "0.25"), ("noise", "0.25"), ("leak", "0.125")):
        for ends in ((text + "1", "9"), ("0", text[:-1])):
            with pytest.raises(Refuted, match=rf"audit\.{key}: not proved"):
                audits.prove(proof, small_claim() | {key: [(end, Fraction(end)) for end in ends]})


def test_ranks_and_vectors_of_a_small_audit_by_hand():
    proof, claim = small(), small_claim()
    hidden = {"vectors": [[2**20]], "rank": 1}
    for name, value, message in (
        ("hidden", hidden | {"rank": 2}, "hidden.rank: 2 is outside 0..1"),
        ("hidden", hidden | {"rank": -1}, "hidden.rank: -1 is outside 0..1"),
        ("hidden", hidden | {"vectors": []}, "hidden.vectors: not 1 combinations"),
        ("hidden", hidden | {"vectors": [[1, 2]]}, "hidden.vectors: not 1 combinations"),
        (
            "matrix",
            claim["norms"]["matrix"] | {"vectors": claim["norms"]["matrix"]["vectors"][:2], "rank": 2},
            "vectors: not 3",
        ),
    ):
        with pytest.raises(Refuted, match=message):
            audits.prove(proof, claim | {"norms": claim["norms"] | {name: value}})
    loose = claim | {
        "norms": claim["norms"] | {"hidden": hidden | {"rank": 0}},
        "leak": [("0", 0), ("0.2", Fraction(1, 5))],
    }
    assert audits.prove(proof, loose)  # a bound from above needs no rank
    axes = claim["norms"]["matrix"]
    tight = {"norms": claim["norms"] | {"matrix": axes | {"rank": 0}}}
    with pytest.raises(Refuted, match="leak: a quotient by what is not proved to be positive"):
        audits.prove(proof, claim | tight)


def test_two_null_vectors_have_two_combinations_of_two(monkeypatch):
    """Three columns and two null vectors are 12 products."""
    proof, claim = small(), small_claim()
    proof.null_vectors = [{1: 1}, {2: 1}]
    changed = lambda *rows: claim | {"norms": claim["norms"] | {"hidden": {"vectors": [*rows], "rank": 2}}}
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 12)
    assert audits.hidden(proof, changed([3, 4], [0, 5]))["norms"]["hidden"]["vectors"] == [[0, 3, 4], [0, 0, 5]]
    for rows in (([3, 4], [0]), ([3], [0, 5]), ([3, 4], [0, 5], [0, 0])):
        with pytest.raises(Refuted, match="hidden.vectors: not 2 combinations of as many null vectors"):
            audits.hidden(proof, changed(*rows))
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", 11)
    with pytest.raises(Refuted, match="more than 11 products"):
        audits.hidden(proof, changed([3, 4], [0, 5]))


def test_a_small_audit_in_another_metric_is_refused():
    proof = small()
    for i in range(3):
        proof.env.metric = [[Fraction((a == b) * (1 + (a == i))) for b in range(3)] for a in range(3)]
        with pytest.raises(Refuted, match="the metric is not the identity"):
            audits.prove(proof, small_claim())


@pytest.mark.parametrize("limit", [3, 5])
def test_products_with_the_null_vectors_are_counted(monkeypatch, limit):
    """Three columns and one null vector are 3 products; a combination of 300 bits with one of 212 counts twice."""
    monkeypatch.setattr(spectrum, "MAX_PRODUCTS", limit)
    proof, claim = small(), small_claim()
    proof.null_vectors = [{2: 2**211}]
    long = claim["norms"] | {"hidden": {"vectors": [[2**299]], "rank": 1}}
    short = claim["norms"] | {"hidden": {"vectors": [[2**298]], "rank": 1}}
    columns = audits.hidden(proof, claim | {"norms": short})["norms"]["hidden"]["vectors"]
    assert columns == [[0, 0, 2**509]]
    with pytest.raises(Refuted, match=f"more than {limit} products"):
        audits.hidden(proof, claim | {"norms": long})


def small():
    """What the rule asks of a proof whose J is diag(4, 2, 0), the third axis its null vector."""
    rows = [[4, 0, 0], [0, 2, 0], [0, 0, 0]]
    env = SimpleNamespace(columns=3, field=QQ, metric=[[Fraction(int(a == b)) for b in range(3)] for a in range(3)])
    entries = lambda bits: [[(x << bits, x << bits) for x in row] for row in rows]
    return SimpleNamespace(features=rows, env=env, null_vectors=[{2: 1}], jacobian=entries)


def small_claim():
    """True claims of A = diag(4, 3, 1/2) against it, with the axes for directions, the longest first."""
    axis = lambda *order: [[2**20 * (c == a) for c in range(3)] for a in order]
    between = lambda *ends: [(end, Fraction(end)) for end in ends]
    return {
        "matrix": [[Fraction(x) for x in row] for row in ((4, 0, 0), (0, 3, 0), (0, 0, "1/2"))],
        "bits": 20,
        "norms": {
            "jacobian": {"vectors": axis(0, 1, 2), "rank": 2},
            "matrix": {"vectors": axis(0, 1, 2), "rank": 3},
            "difference": {"vectors": axis(1, 2, 0), "rank": 2},
            "hidden": {"vectors": [[2**20]], "rank": 1},
        },
        "error": between("0.25", "0.25"),
        "noise": between("0.2499", "0.2501"),
        "leak": between("0.1249", "0.1251"),
    }
