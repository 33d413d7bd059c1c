"""The checker over real number fields: true certificates pass with the statements that they prove, forged ones are
refused in one line, and altered ones are judged by an oracle that shares no code with it.
"""

import time
from copy import deepcopy
from fractions import Fraction
from functools import cache

import pytest
from checker_cases import IDENTITY, STORED as FOLDER, put, stored, twice, without
from field_cases import (
    HEPTAGON,
    PROBLEMS,
    ROOT2,
    TOWER,
    Declared,
    Problem,
    inverse,
    is_true,
    times,
    transposed,
)

from symsens.checker import Malformed, Refuted, check, fields
from symsens.checker.shapes import EXACT_SCHEMA

STORED = ("heptagon", "heptagon-nu3", "heptagon-nu4", "pentagon-atoms", "F1-stretched", "images")
QUICK = sorted({*PROBLEMS, "heptagon"} - {"heptagon-nu3", "heptagon-nu4"})


@cache
def made(name):
    return PROBLEMS[name][0]().certificate()


def true(name):
    """A fresh copy of a true certificate."""
    return stored(f"field-{name}") if name in STORED else deepcopy(made(name))


@pytest.mark.parametrize("name", PROBLEMS)
def test_true_certificates_pass_with_known_dimensions(name):
    _, dimensions, order = PROBLEMS[name]
    certificate = true(name)
    statements, claims = check(certificate), certificate["claims"]
    assert tuple(claims["filtration"].values()) == (*dimensions, None, None) and claims["stabiliser_order"] == order
    assert statements[0].endswith("[field]") and f"nullity {sum(dimensions)} = " in statements[-1]


@pytest.mark.parametrize("name", QUICK)
def test_what_is_stored_is_what_the_naive_search_finds(name):
    assert made(name) == true(name) and is_true(made(name))


def test_the_statements_tell_field_positions_and_metric():
    field, environment, *_ = check(true("heptagon"))
    assert field == (
        "QQ<c>: c^3 + c^2 - 2 c - 1 = 0, c in [6/5, 13/10], the only root there; irreducible, for at 4 the polynomial "
        "is the prime 71, or minus that, and all its roots are below 3 in size [field]"
    )
    assert environment.startswith(
        "an environment over QQ<c> of 5 neighbours (H 5) of a centre C: H (1, 0, 0), H (0, 1, 0), H (-1, c, 0), "
        "H (-c^2 + 1, -c^2 + 1, 0), ...; metric (1, c/2, 0) (c/2, 1, 0) (0, 0, 1); SHA-256 "
    )


def test_rational_numbers_may_be_lists_and_coefficients_left_out():
    certificate = true("heptagon")
    digest = check(certificate)[1].split("SHA-256 ")[1]
    put(certificate, "environment.positions.0.0", ["1", "0", "0"])
    put(certificate, "environment.positions.0.1", ["0"])
    assert check(certificate)[1].split("SHA-256 ")[1] == digest


FRAME = [[(1, 1), 0, (0, 2)], [0, (0, 1), 1], [(1, -1), 0, 1]]
EXACT = sorted(path.stem for path in FOLDER.glob("*.json") if stored(path.stem)["schema"] == EXACT_SCHEMA)
EXACT = [name for name in EXACT if not name.startswith("field")]


def reframed(certificate, field):
    """A certificate over QQ in a frame over another field: B y for y, and all that goes with it."""
    frame = [[field(x) for x in row] for row in FRAME]
    back = inverse(frame, field(1))
    of = lambda matrix: [[field(x) for x in row] for row in matrix]  # noqa: E731
    product_ = lambda a, b: [times(transposed(b), row) for row in a]  # noqa: E731
    written = lambda rows: [[x.written() for x in row] for row in rows]  # noqa: E731
    data = certificate["environment"]
    data["field"] = field.document
    data["positions"] = written(times(frame, y) for y in of(data["positions"]))
    data["metric"] = written(product_(product_(transposed(back), of(data["metric"])), back))
    for generator in certificate["generators"]:
        generator["isometry"] = written(product_(product_(frame, of(generator["isometry"])), back))
    for level in certificate["levels"]:
        blocks = [[v[c : c + 3] for c in range(0, len(v), 3)] for v in of(level["null_vectors"])]
        level["null_vectors"] = written([x for y in v for x in times(frame, y)] for v in blocks)
        if "prime" in level:
            level["prime"], level["root"] = map(str, field.split(int(level["prime"])))
    return certificate


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("field", [ROOT2, HEPTAGON, TOWER], ids=["sqrt(2)", "heptagon", "tower"])
def test_every_kind_of_certificate_in_a_frame_over_a_field(name, field):
    """Chiral ones, planes and lines, periodic images, descriptors: dot products and dimensions stay what they are."""
    here = lambda statements: [s for s in statements if not s.endswith("[environment]")]  # noqa: E731
    plain = [s.split(": >=")[0] for s in here(check(stored(name)))]
    assert [s.split(": >=")[0] for s in here(check(reframed(stored(name), field)))[1:]] == plain
    wrong = reframed(stored(name), field)
    rows = [row for level in wrong["levels"] for row in level["null_vectors"]]
    if rows:
        rows[-1][-1] = other(1)(rows[-1][-1])
        with pytest.raises(Refuted):
            check(wrong)


# Forgeries.

IN_FIELD, LEVEL = "environment.field.", "levels.2."


def other(coefficient, change="1"):
    """A number with another coefficient."""

    def changed(value):
        numbers = [value] if isinstance(value, str) else list(value)
        numbers += ["0"] * (coefficient + 1 - len(numbers))
        numbers[coefficient] = str(Fraction(numbers[coefficient]) + Fraction(change))
        return numbers

    return changed


FORGED = {
    "x^3 - x": (IN_FIELD + "minimal_polynomial", ["0", "-1", "0", "1"], "not proved to be irreducible"),
    "x^4 + x^2 + 1": (IN_FIELD + "minimal_polynomial", ["1", "0", "1", "0", "1"], "not proved to be irreducible"),
    "a square": (IN_FIELD + "minimal_polynomial", ["4", "0", "-4", "0", "1"], "not proved to be irreducible"),
    "no root": (IN_FIELD + "root", ["13/10", "14/10"], "0 roots of c.3 . c.2 - 2 c - 1 between the ends given"),
    "three roots": (IN_FIELD + "root", ["-2", "2"], "3 roots of c.3 . c.2 - 2 c - 1 between the ends given"),
    "turned round": (IN_FIELD + "root", ["13/10", "6/5"], "0 roots of"),
    "no interval": (IN_FIELD + "root", ["13/10", "13/10"], "0 roots of"),
    "another polynomial": (IN_FIELD + "minimal_polynomial", ["-2", "0", "0", "1"], "outside Rigid"),
    "a position": ("environment.positions.2.1", other(0), "null_vectors so far, but dim Rigid|outside Rigid"),
    "a coefficient of one": ("environment.positions.2.1", other(2), "null_vectors so far, but dim Rigid|outside Rigid"),
    "two at one place": ("environment.positions.2", ["1", "0", "0"], "not 5 different places"),
    "two at one place, written apart": ("environment.positions.2", [["1", "0"], "0", ["0"]], "not 5 different places"),
    "at the centre": ("environment.positions.2", [["0", "0", "0"], "0", "0"], "not 5 different places"),
    "metric not symmetric": ("environment.metric.0.1", ["0", "1/3"], "metric: not symmetric"),
    "another metric": (
        "environment.metric.2.2",
        ["5/4", "-1"],
        "null_vectors so far, but dim Rigid|outside Rigid|metric",
    ),
    "metric singular": ("environment.metric.2.2", "0", "metric: not symmetric, or a leading minor"),
    "metric negative": ("environment.metric.2.2", ["1", "-1"], "metric: not symmetric, or a leading minor"),
    "a null vector": (LEVEL + "null_vectors.0.3", other(1), "is not null for row"),
    "a coefficient of a null vector": (LEVEL + "null_vectors.0.3", other(2, "1/1000000"), "is not null for row"),
    "a rigid motion": ("levels.0.null_vectors.0.1", other(1), "outside Rigid"),
    "one null vector less": (LEVEL + "null_vectors", without(0), "displacements"),
    "one null vector twice": (LEVEL + "null_vectors", twice, "dependent on the vectors before it"),
    "a null vector of alpha times it": (LEVEL + "null_vectors", None, "dependent on the vectors before it"),
    "no prime": (LEVEL + "prime", "15", "not a prime below 2.64"),
    "another prime": (LEVEL + "prime", str(2**61 - 31), "not a root|pivot_rows"),
    "another root": (LEVEL + "root", lambda text: str(int(text) + 1), "levels.2. .incompleteness.: .*|not a root"),
    "a broken root": (LEVEL + "root", "1/2", "root: not a root of c.3 . c.2 - 2 c - 1 modulo the prime"),
    "a pivot row twice": (LEVEL + "pivot_rows.1", None, "depends on the rows before it"),
    "a point group": ("point_group", "Cs", "point_group: C1: E; not Cs"),
    "a rank": ("claims.rank", 9, "claims: rank is 8, not 9"),
    "an isometry": ("generators", [{"permutation": [0, 1, 2, 3, 4], "isometry": None}], "isometry: Q.T M Q is not M"),
}


def forged(name):
    path, value, _ = FORGED[name]
    certificate = true("heptagon")
    if name == "a null vector of alpha times it":
        times = lambda x: ["0", x] if isinstance(x, str) else ["-0", *x][:3] if len(x) < 3 else x  # noqa: E731
        return put(certificate, path, lambda rows: [*rows, [times(x) for x in rows[0]]])
    if name == "a pivot row twice":
        value = certificate["levels"][2]["pivot_rows"][0]
    if name == "an isometry":
        value[0]["isometry"] = [[["1", "1"], "0", "0"], *IDENTITY[1:]]
    return put(certificate, path, value)


@pytest.mark.parametrize("name", FORGED)
def test_forged_certificates_are_refused(name):
    with pytest.raises(Refuted, match=FORGED[name][2]) as refuted:
        check(forged(name))
    assert "\n" not in str(refuted.value) and len(str(refuted.value)) < 400


MALFORMED = {
    "degree 1": (IN_FIELD + "minimal_polynomial", ["-1", "1"], "3 to 13 integers"),
    "degree 13": (IN_FIELD + "minimal_polynomial", ["-2", *["0"] * 12, "1"], "3 to 13 integers"),
    "not monic": (IN_FIELD + "minimal_polynomial", ["-1", "0", "2"], "the last of them 1"),
    "a fraction": (IN_FIELD + "minimal_polynomial", ["-1/2", "0", "1"], "3 to 13 integers"),
    "a long integer": (IN_FIELD + "minimal_polynomial", [str(2**256), "0", "1"], "3 to 13 integers below 2.256"),
    "a long end": (IN_FIELD + "root", ["1", f"1/{2**256}"], "numbers of at most 256 bits"),
    "a generator that is a number": (IN_FIELD + "generator", "2", "a name of 1 to 24 letters"),
    "a generator of two lines": (IN_FIELD + "generator", "c\nPROVED", "a name of 1 to 24 letters"),
    "a generator like a root": (IN_FIELD + "generator", "sqrt(5)", "a name of 1 to 24 letters"),
    "another key": (IN_FIELD + "degree", 3, "exactly the keys"),
    "a field that is a list": ("environment.field", ["QQ"], "expected QQ; found list"),
    "QQ with numbers of a field": ("environment.field", "QQ", r"expected a rational number such as .*; found list"),
    "no coefficients": ("environment.positions.0.0", [], "a list of 1 to 3 coefficients"),
    "four coefficients": ("environment.positions.0.0", ["1"] * 4, "a list of 1 to 3 coefficients"),
    "nested": ("environment.positions.0.0", [["1"]], "a rational number such as"),
    "deeply nested": ("environment.positions.0.0", None, "nested deeper"),
    "an integer": ("environment.positions.0.0", 1, "a rational number such as"),
    "a long denominator": ("environment.positions.0.0", ["0", "1/1" + "0" * 4940], "16384 bits at most"),
    "no root": (LEVEL + "root", None, "a rational number such as"),
    "a root of the rigid motions": ("levels.0.root", "1", "exactly the keys"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_certificates_are_named_as_such(name):
    path, value, reason = MALFORMED[name]
    if name == "deeply nested":
        value = "1"
        for _ in range(300):
            value = [value]
    with pytest.raises(Malformed, match=reason) as malformed:
        check(put(true("heptagon"), path, value))
    assert "\n" not in str(malformed.value) and len(str(malformed.value)) < 400


@pytest.mark.parametrize("polynomial", [["-4", "0", "1"], ["2", "-3", "1"], ["0", "0", "1"], ["-2", "1", "1"]])
def test_a_rational_number_is_no_generator(polynomial):
    certificate = true("octagon")
    put(certificate, "environment.field", {"generator": "r", "minimal_polynomial": polynomial, "root": ["1/2", "5/2"]})
    with pytest.raises(Refuted, match="is not proved to be irreducible"):
        check(certificate)


def test_another_root_is_another_environment_of_which_the_same_may_be_true():
    """2 cos(4 pi / 7) for 2 cos(2 pi / 7): vertices 0, 2, 4, 1 of another heptagon."""
    certificate = put(true("heptagon"), IN_FIELD + "root", ["-1", "0"])
    assert is_true(certificate)
    digests = [check(one)[1].split("SHA-256 ")[1] for one in (certificate, true("heptagon"))]
    assert digests[0] != digests[1]


def test_a_rational_certificate_has_no_roots():
    with pytest.raises(Malformed, match="exactly the keys name, null_vectors, prime, pivot_rows; found 'root'"):
        check(put(stored("F1"), "levels.2.root", "1"))
    certificate = true("heptagon")
    del certificate["levels"][2]["root"]
    with pytest.raises(Malformed, match="exactly the keys name, null_vectors, prime, root, pivot_rows; found 'root'"):
        check(certificate)


def test_the_sign_of_the_root_matters():
    """sqrt(2) x^2 is positive for one root of x^2 - 2 only; nothing else of the certificate changes."""
    metric = [[(0, 1), 0, 0], [0, 1, 0], [0, 0, 1]]
    problem = Problem(Declared((-2, 0, 1), (1, 2)), [(1, 0, 0), (0, 1, 2)], "HO", metric)
    certificate = problem.certificate()
    assert check(certificate) and is_true(certificate)
    put(certificate, "environment.field.root", ["-2", "-1"])
    assert not is_true(certificate)
    with pytest.raises(Refuted, match="a leading minor is not positive"):
        check(certificate)


def test_a_forged_certificate_over_a_reducible_polynomial_is_seen_by_its_polynomial_alone(monkeypatch):
    """Over QQ[x] / ((x^2 - 2)(x^2 - 3)) two neighbours at distance 1 = a^2 - 1, a = sqrt(2), look unlike: order 1."""
    split = Declared((6, 0, -5, 0, 1), ("7/5", "3/2"))
    certificate = Problem(split, [(1, 0, 0), (0, (-1, 0, 1), 0)]).certificate()
    assert certificate["claims"]["stabiliser_order"] == 1 and not is_true(certificate)
    with pytest.raises(Refuted, match=r"c\^4 - 5 c\^2 \+ 6 is not proved to be irreducible"):
        check(certificate)
    honest = Problem(Declared((-2, 0, 1), ("7/5", "3/2")), [(1, 0, 0), (0, (-1, 0, 1), 0)]).certificate()
    assert honest["claims"]["stabiliser_order"] == 2 and check(honest)
    monkeypatch.setattr(fields, "prove_irreducible", lambda polynomial: (1, 1, 2))
    assert check(certificate)


# Sizes.


def long_number(digits, count=3):
    return ["9" * digits + f"/{10**100 + i}" for i in range(count)]


HOSTILE = {
    "a long polynomial": (IN_FIELD + "minimal_polynomial", [str(2**255 - 19)] * 12 + ["1"]),
    "many values without a prime": (IN_FIELD + "minimal_polynomial", ["66", *["0"] * 11, "1"]),
    "long coefficients": ("environment.positions", [[long_number(19_000)] * 3] * 5),
    "a long metric": ("environment.metric.0.0", long_number(20_000)),
    "many long neighbours": ("environment.positions", [[long_number(4000)] * 3] * 5),
    "a long null vector": (LEVEL + "null_vectors.0", [long_number(19_000)] * 15),
    "a sign that is hard to tell": ("environment.metric.2.2", None),
}


def near_zero(digits):
    """1 - c k / 10^digits > 0 for c = 2 cos(2 pi / 7), k as large as it may be."""
    k = 10**digits
    low, high = 0, k
    while high - low > 1:  # c x < 10^digits  iff  x^-1 10^digits > c
        x = (low + high) // 2
        p, q = k, x or 1
        low, high = (x, high) if p**3 + p * p * q - 2 * p * q * q - q**3 > 0 else (low, x)
    return ["1", f"-{low}/{k}"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes_are_answered_soon(name):
    path, value = HOSTILE[name]
    certificate, start = put(true("heptagon"), path, value or near_zero(1000)), time.process_time()
    try:
        check(certificate)
    except (Refuted, Malformed) as error:
        assert "\n" not in str(error) and len(str(error)) < 400
    assert time.process_time() - start < 2
