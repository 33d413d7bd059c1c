"""Closed forms, answers and sizes of a basis over number fields: true certificates pass, forged ones are refused, and
ranks and singular values are those of mpmath at the real numbers that the certificate means.
"""

import json
from fractions import Fraction

import mpmath
import pytest
from checker_cases import STORED, put, stored
from checker_oracle import Numeric
from field_cases import HEPTAGON, ROOT2, TOWER
from hypothesis import given, strategies as st
from test_checker_fields import other
from test_checker_numbers import KNOWN, SMALL, field as checker_field
from test_field_certificates import CUBE, TWO, icosahedron
from test_field_environments import with_pole

from symsens.checker import Malformed, Refuted, check
from symsens.checker.environments import Environment as Checked
from symsens.checker.evaluation import Evaluator
from symsens.checker.shapes import read_exact
from symsens.checker.spectrum import near
from symsens.checker.trees import rational, size
from symsens.descriptors import as_descriptor
from symsens.geometry.environment import Environment
from symsens.jobs.basis_size import basis
from symsens.jobs.certification import certify

CUBIC = Environment("HHO", [("t", 0, 1), (1, "t^2/3", 0), (0, 1, "2 - t")], field=CUBE)
PLANE = Environment("HHH", [("sqrt(2)", 0, 0), (0, "sqrt(2)", 0), (1, 1, 0)], field=TWO)
CASES = {
    "cubic, SOAP": (CUBIC, "power-spectrum:n_max=2,l_max=2", 6),
    "cubic, ACSF": (CUBIC, "acsf", 6),
    "cubic, cutoff": (CUBIC, "power-spectrum:n_max=3,l_max=2,cutoff=1.5,cutoff_function=cosine", 3),
    "heptagon, ACSF": (with_pole((0, 1, 2, 4)), "acsf", 8),
    "icosahedron, SOAP": (icosahedron(), "power-spectrum:n_max=2,l_max=1", 1),
    "plane, SOAP": (PLANE, "power-spectrum:n_max=2,l_max=2", 3),
}


def written(name):
    env, descriptor, _ = CASES[name]
    return json.loads(json.dumps(certify(env, descriptor=as_descriptor(descriptor), digits=12).answer))


def real(numbers, polynomial, root):
    """The real value of a number as a certificate writes it, as a fraction that is right to 200 digits."""
    if isinstance(numbers, str):
        return Fraction(numbers)
    x = sum(Fraction(root) for root in root) / 2
    with mpmath.workdps(220):
        value = mpmath.findroot(lambda z: mpmath.polyval(polynomial[::-1], z), mpmath.mpf(float(x)))
        total = mpmath.polyval(
            [mpmath.mpf(Fraction(c).numerator) / Fraction(c).denominator for c in numbers][::-1], value
        )
        return Fraction(int(total * mpmath.mpf(10) ** 200), 10**200)


def at_real_numbers(closed):
    """A certificate of closed forms with decimals for numbers of the field."""
    data = closed["above"]["environment"]
    declared = data["field"]
    polynomial = [int(a) for a in declared["minimal_polynomial"]]
    rows = lambda matrix: [[str(real(x, polynomial, declared["root"])) for x in row] for row in matrix]  # noqa: E731
    decimals = {**data, "field": "QQ", "positions": rows(data["positions"]), "metric": rows(data["metric"])}
    return {**closed, "above": {**closed["above"], "environment": decimals}}


@pytest.mark.parametrize("name", CASES)
def test_ranks_and_singular_values_are_those_of_the_real_numbers(name):
    certificate, rank = written(name), CASES[name][2]
    statements = check(certificate)
    closed = certificate.get("of", certificate)
    assert statements[0].endswith("[field]") and closed["claims"]["rank"] == rank
    width = closed["claims"]["rank"] + closed["claims"]["nullity"]
    with mpmath.workdps(140):
        forms = Numeric(at_real_numbers(closed))
        unit = [[Fraction(int(i == j)) for j in range(width)] for i in range(width)]
        motion = [[mpq(x) for x in row] for row in unit]
        columns = forms.jacobian(motion, width)
        frame = mpmath.cholesky(mpmath.inverse(forms.metric))  # Cartesian displacements: M = B^T B
        J = mpmath.matrix(columns).T
        blocks = [J[:, 3 * j : 3 * j + 3] * frame for j in range(width // 3)]
        J = mpmath.matrix([[x for block in blocks for x in block[i, :]] for i in range(J.rows)])
        values = mpmath.svd_r(J, compute_uv=False)
        assert sum(value > max(values) * mpmath.mpf(10) ** -30 for value in values) == rank
        claimed = certificate.get("claims", {}).get("singular_values", {}).get("values", [])
        for value, (low, high) in zip(values, claimed[:rank], strict=False):
            assert mpmath.mpf(low) - mpmath.mpf(10) ** -40 <= value <= mpmath.mpf(high) + mpmath.mpf(10) ** -40
    assert not claimed or len(claimed) == width


def mpq(x):
    from flint import fmpq

    return fmpq(x.numerator, x.denominator)


FORGED = {
    "a claim": ("of.claims.rank", 5, "claims: rank is 6, not 5"),
    "a position": ("of.above.environment.positions.0.0", other(2, "1/100"), "levels"),
    "another root of none": ("of.above.environment.field.root", ["3/2", "2"], "0 roots of"),
    "reducible": ("of.above.environment.field.minimal_polynomial", ["-1", "0", "0", "1"], "not proved to be irred"),
    "left inverse": ("of.left_inverse.0.0", "7", "is not proved to be below 1"),
    "pivots": ("of.pivot_columns.0", None, "not as many different columns"),
    "exponentials": ("of.exponentials", [[[0, [["1", "1"]]]]], "exponents are dot products over QQ only"),
    "a value": ("claims.singular_values.values.0", ["0", "1"], "not proved to be between"),
    "a value that is 0": ("claims.singular_values.values.6", ["1", "2"], "beyond the rank 6 are 0"),
    "vectors": ("claims.singular_values.vectors.0.0", "9" * 99, "not proved to be nearly ortho"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_answers_are_refused(name):
    path, value, reason = FORGED[name]
    certificate = written("cubic, SOAP")
    if name == "pivots":
        value = certificate["of"]["pivot_columns"][1]
    with pytest.raises(Refuted, match=reason):
        check(put(certificate, path, value))


@pytest.mark.parametrize("path", ["of.left_inverse.0.0", "of.relations", "claims.singular_values.vectors.0.0"])
def test_evidence_is_over_the_rationals(path):
    with pytest.raises(Malformed, match="expected"):
        check(put(written("cubic, SOAP"), path, [[["0", "1"]]] if path.endswith("relations") else ["0", "1"]))


def test_a_radius_is_proved():
    result = certify(CUBIC, descriptor=as_descriptor("power-spectrum:n_max=3,l_max=2"))
    certificate = json.loads(json.dumps(result.answer_with_radius))
    assert check(certificate)[-1].endswith("[radius]")
    with pytest.raises(Refuted, match="claims.radius"):
        check(put(certificate, "claims.radius.radius", "1/2"))


def test_atoms_left_out_are_not_looked_at():
    """The first neighbour, at distance (t^2 + 1)^(1/2) = 1.609 beyond the cutoff of 1.5; others at 1.89 and 1.26."""
    certificate = written("cubic, cutoff")
    assert "no form given looks at the 1 further atoms (H 1)" in " ".join(check(certificate))
    assert check(put(certificate, "claims.left_out.positions.0", ["0", "0", ["0", "3/2"]]))
    with pytest.raises(Refuted, match="may look at atom 0 of those left out"):
        check(put(certificate, "claims.left_out.positions.0", ["0", "0", ["0", "1"]]))
    with pytest.raises(Malformed, match="a list of 1 to 3 coefficients"):
        check(put(certificate, "claims.left_out.positions.0", ["0", "0", ["0", "1", "0", "0"]]))


def test_the_size_of_a_basis_is_proved():
    certificate = json.loads(json.dumps(basis(CUBIC).certificate))
    assert check(certificate)[-1].startswith("l_max = ")
    with pytest.raises(Refuted, match="angular"):
        check(put(certificate, "angular.0.root", "0"))


# Certificates over QQ in a frame over a field.


def scaled(certificate, field):
    """A certificate of any kind with coordinates times factors of the field, and all that goes with it."""
    factors = [field((1, 1)), field((0, 1)), field(2)]
    units = [real(b.written(), list(field.polynomial), field.document["root"]) for b in factors]
    many = lambda row, by=factors: [(field(x) * by[c % 3]).written() for c, x in enumerate(row)]  # noqa: E731
    nearly = lambda x, c: str(round(Fraction(x) * units[c % 3] * 10**40) / Fraction(10**40))  # noqa: E731

    def isometry(matrix):
        return [
            [(field(x) * factors[r] / factors[c]).written() for c, x in enumerate(row)] for r, row in enumerate(matrix)
        ]

    def levels(found):
        for level in found:
            level["null_vectors"] = [many(v) for v in level["null_vectors"]]
            if "prime" in level:
                level["prime"], level["root"] = map(str, field.split(int(level["prime"])))

    def exact(inner):
        data = inner["environment"]
        data["field"], inner["point_group"] = field.document, None
        data["positions"] = [many(y) for y in data["positions"]]
        over = lambda x, r, c: (field(x) / (factors[r] * factors[c])).written()  # noqa: E731
        data["metric"] = [[over(x, r, c) for c, x in enumerate(row)] for r, row in enumerate(data["metric"])]
        for generator in inner["generators"]:
            generator["isometry"] = isometry(generator["isometry"])
        levels(inner["levels"])

    def closed(rank):
        exact(rank["above"])
        given = rank.get("invariances") or {}
        for generator in given.get("cluster") or []:
            generator["isometry"] = isometry(generator["isometry"])
        given["null_vectors"] = [many(v) for v in given.get("null_vectors", [])]
        rows = zip(rank["left_inverse"], rank["pivot_columns"])
        rank["left_inverse"] = [[nearly(x, c) for x in row] for row, c in rows]

    def known(one):
        if isinstance(one, dict):
            (closed if "features" in one else exact)(one)

    if "of" in certificate:
        known(certificate["of"])
        claims = certificate["claims"]
        if "left_out" in claims:
            claims["left_out"]["positions"] = [many(y) for y in claims["left_out"]["positions"]]
        if "singular_values" in claims:
            vectors = claims["singular_values"]["vectors"]
            claims["singular_values"]["vectors"] = [
                [str(round(Fraction(nearly(x, c)))) for c, x in enumerate(v)] for v in vectors
            ]
    elif "angular" in certificate:
        exact(certificate["above"])
        levels(certificate["angular"])
        for one in certificate["sets"] or []:
            known(one)
    else:
        known(certificate)
    return certificate


KINDS = sorted(path.stem for path in STORED.glob("*.json") if path.stem.split("-")[0] in ("answer", "basis", "closed"))
OVER_QQ = {
    "answer-audit": "about matrices over QQ only",
    "closed-exponentials": "dot products over QQ only",
}


@pytest.mark.parametrize("field", [ROOT2, HEPTAGON, TOWER], ids=["sqrt(2)", "heptagon", "tower"])
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_certificate_in_a_frame_over_a_field(name, field):
    certificate = scaled(stored(name), field)
    if name in OVER_QQ:
        with pytest.raises(Refuted, match=OVER_QQ[name]):
            check(certificate)
        return
    rules = lambda statements: [s.split(" [")[-1] for s in statements if not s.endswith("[point-group]")]  # noqa: E731
    assert rules(check(certificate)) == ["field]", *rules(check(stored(name)))]


# Numbers in intervals.


@given(st.sampled_from(sorted(KNOWN)), st.data(), st.sampled_from([53, 200, 1000]))
def test_intervals_of_elements_hold_them_and_are_narrow(name, data, bits):
    K = checker_field(name)
    numbers = data.draw(st.lists(SMALL, min_size=K.degree, max_size=K.degree))
    x, evaluator = K.of_coefficients(numbers), Evaluator(bits)
    found = evaluator.number(x)
    low, high = K.enclose(x, 3 * bits + 200)
    ends = [Fraction(*_ratio(end)) for end in (found.a, found.b)]
    assert ends[0] <= low <= high <= ends[1] and ends[1] - ends[0] <= abs(low) * Fraction(8, 2**bits)


def _ratio(end):
    sign, mantissa, exponent, _ = end._mpi_[0]
    value = Fraction(int(mantissa)) * Fraction(2) ** exponent * (-1 if sign else 1)
    return value.numerator, value.denominator


def test_conditions_at_irrational_numbers_are_exact():
    K = checker_field("cube root")
    s = K.of_coefficients([Fraction(0), Fraction(1)])
    cube = rational(("^", ("s", 1), Fraction(3)), lambda leaf: s)
    assert (
        cube == 2
        and rational(("+", ("num", Fraction(-2)), ("*", cube and ("s", 1), ("s", 1), ("s", 1))), lambda leaf: s) == 0
    )
    assert size(s) > size(Fraction(1))


def test_the_metric_is_enclosed():
    certificate = json.loads(json.dumps(certify(with_pole((0, 1, 2, 4))).certificate))
    env = Checked(read_exact(certificate, "certificate"))
    for bits in (4, 60, 300):
        metric, unit, error = near(env, bits)
        gaps = [[y - x * unit for x, y in zip(row, rows)] for row, rows in zip(env.metric, metric)]
        square = sum(
            max(abs(end) for end in env.field.enclose(gap * gap if gap else env.field.element(0), 3000))
            for row in gaps
            for gap in row
        )
        assert square <= error**2 and error <= 9
    rows, unit, error = near(Checked(read_exact(stored("hexagonal"), "certificate")), 10)
    assert error == 0 and [[Fraction(x, unit) for x in row] for row in rows][2][2] == Fraction(8, 3)
