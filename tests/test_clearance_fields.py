"""Clearances over number fields: proved, checked by an oracle at real numbers, refused where they are forged."""

import json
import random
from collections import Counter
from copy import deepcopy
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from checker_cases import stored
from clearance_oracle import clearance_is_true

from symsens.checker import Malformed, Refuted, check, clearance as rule
from symsens.checker.environments import Environment as Checked
from symsens.checker.fields import Element
from symsens.checker.shapes import read_exact
from symsens.geometry.environment import Environment
from symsens.jobs.clearances import clearance
from symsens.numbers.declared import number_field
from symsens.rows.filtration import exact_filtration

FIVE = number_field("QQ<sqrt(5)>")
SEVENTH = number_field("QQ<2 cos(2 pi/7)>")
SKEW = ((2, "1/2", 0), ("1/2", 3, 0), (0, 0, "5/2"))


def cloud(seed, field, n=4):
    draw = random.Random(seed)
    number = lambda: f"{draw.randint(-99, 99)}/50 + ({draw.randint(-99, 99)}/80)*{field.generator}"
    metric = {"metric": SKEW} if seed % 2 else {}
    return Environment(
        [draw.choice("HHHO") for _ in range(n)],
        [[number() for _ in range(3)] for _ in range(n)],
        "C",
        field=field,
        **metric,
    )


CLOUDS = [(seed, field) for field in (FIVE, SEVENTH) for seed in range(4)]
NEAR = Environment(  # close to a half-turn about x4 that exchanges x2 and x3, whose products with sqrt(5) are equal
    ["H"] * 4, [("sqrt(5)", 0, 1), (3, "2*sqrt(5)", -2), (-3, "-2*sqrt(5)", -2), ("1/10", "1/10", 6)], "C", field=FIVE
)  # fmt: skip


def at_real_numbers(rank):
    """The certificate with rational numbers, right to 100 digits, for those of the field."""
    data = deepcopy(rank["environment"])
    polynomial = [int(x) for x in data["field"]["minimal_polynomial"]][::-1]
    low, high = (mpmath.mpf(x.numerator) / x.denominator for x in map(Fraction, data["field"]["root"]))
    with mpmath.workdps(120):
        alpha = mpmath.findroot(lambda z: mpmath.polyval(polynomial, z), (low, high), solver="anderson", tol=1e-230)
        assert low < alpha < high
        number = lambda x: sum(
            mpmath.mpf(c.numerator) / c.denominator * alpha**i
            for i, c in enumerate(map(Fraction, [x] if isinstance(x, str) else x))
        )
        text = lambda x: str(Fraction(int(mpmath.nint(number(x) * mpmath.mpf(10) ** 100)), 10**100))
        for key in ("positions", "metric"):
            data[key] = [[text(x) for x in row] for row in data[key]]
    return {**rank, "environment": {**data, "field": "QQ"}}


def forged(certificate, **changes):
    certificate = deepcopy(certificate)
    certificate["claims"]["clearance"].update(changes)
    return certificate


def accepted(certificate):
    try:
        return bool(check(certificate))
    except Refuted:
        return False


@pytest.mark.parametrize(("seed", "field"), CLOUDS, ids=str)
def test_the_checker_agrees_with_an_oracle_at_real_numbers(seed, field):
    found = clearance(cloud(seed, field))
    assert found.found.radius > 0 and found.rule.name == "clearance"
    certificate = json.loads(json.dumps(found.certificate))
    assert certificate["of"]["environment"]["field"] != "QQ"
    assert any(f"at most {Fraction(found.found.by_pattern)}," in line for line in check(certificate))
    ends = Counter()
    for factor in ("1/3", "9/10", "1", "21/20", "3/2", "3", "10"):
        claim = {
            **certificate["claims"]["clearance"],
            "radius": str(Fraction(found.found.by_pattern) * Fraction(factor)),
        }
        true = clearance_is_true(at_real_numbers(certificate["of"]), claim)
        assert accepted(forged(certificate, **claim)) == true
        ends[true] += 1
    assert ends[True] >= 3 and ends[False] >= 1


def test_close_to_a_singular_environment():
    found = clearance(NEAR)
    assert 0.02 < found.found.radius < found.nearest.distance < 0.1 and found.rule.name == "clearance"
    assert found.found.stopped_by == (((1, 1), (2, 2)), ((1, 3), (2, 3)))
    other = found.nearest.environment
    assert other.field is FIVE and exact_filtration(other, 2)["incompleteness"] == 1
    with pytest.raises(Refuted, match="unseen"):
        check(forged(found.certificate, radius=str(Fraction(found.nearest.distance))))


def test_nothing_singular_is_found_inside():
    found, draw = clearance(NEAR), random.Random(2)
    radius = Fraction(found.found.radius)
    for _ in range(60):
        places = []
        for y in NEAR.positions:
            direction = [Fraction(draw.randint(-99, 99)) for _ in range(3)]
            size = Fraction(np.linalg.norm([float(c) for c in direction]) or 1) * (1 + Fraction(1, 10**9))
            places.append([a + radius * c / size for a, c in zip(y, direction)])
        env = Environment(NEAR.species, places, "C", field=FIVE)
        singular = exact_filtration(env, 2)
        assert not singular["symmetry"] + singular["incompleteness"]


def test_the_stored_one_goes_on_to_verify():
    """`NEAR` as it was written once."""
    old, new = stored("field-clearance"), json.loads(json.dumps(clearance(NEAR).certificate))
    assert any("at most " in line and "[clearance]" in line for line in check(old))
    assert old["of"]["environment"] == new["of"]["environment"] and old["claims"] == new["claims"]


def test_forgeries_are_refused():
    certificate = stored("field-clearance")
    for changes, reason in (
        ({"radius": "1/5"}, "unseen"),
        ({"radius": "0"}, "not positive"),
        ({"radius": f"1/{2**5000}"}, "too long"),
        ({"triple": [0, 1, 1]}, "not three different"),
        ({"triple": [0, 1, 7]}, "not three different"),
        ({"triple": [1, 2, 3]}, "lie in a plane"),
    ):
        with pytest.raises(Refuted, match=reason):
            check(forged(certificate, **changes))
    for changes in ({"radius": ["0", "1/1000"]}, {"radius": ["1/1000"]}, {"triple": [["0"], "1", "2"]}):
        with pytest.raises(Malformed):
            check(forged(certificate, **changes))
    other = deepcopy(certificate)  # sqrt(5) for -sqrt(5): other lengths and products, the same ranks
    other["of"]["environment"]["field"]["root"] = ["-3", "-2"]
    assert accepted(other) == clearance_is_true(at_real_numbers(other["of"]), other["claims"]["clearance"])


SMALL = "(2 + sqrt(5))/40"  # at -sqrt(5) it is much smaller
CONJUGATE = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (SMALL, SMALL, 6)], "C", field=FIVE)


def conjugate(x):
    """A number of QQ<sqrt(5)> at -sqrt(5)."""
    return Element(x.field, (x.numbers[0], -x.numbers[1]), x.denominator) if type(x) is Element else x


def test_the_control_at_another_root_the_claim_is_another(monkeypatch):
    """Bounds of the conjugates of the numbers would accept, and refuse, other radii than the oracle does."""
    certificate = json.loads(json.dumps(clearance(CONJUGATE).certificate))
    other = deepcopy(certificate)
    other["of"]["environment"]["field"]["root"] = ["-3", "-2"]
    claims, between, differ = certificate["claims"]["clearance"], rule.between, 0
    assert accepted(certificate) and clearance_is_true(at_real_numbers(certificate["of"]), claims)
    for factor in ("1/16", "1/8", "1/4", "1/2", "1", "2", "4"):
        claim = {**claims, "radius": str(Fraction(factor) * Fraction(claims["radius"]))}
        true = [clearance_is_true(at_real_numbers(c["of"]), claim) for c in (certificate, other)]
        assert [accepted(forged(c, **claim)) for c in (certificate, other)] == true
        with monkeypatch.context() as planted:
            planted.setattr(rule, "between", lambda x, unit: between(conjugate(x), unit))
            assert accepted(forged(certificate, **claim)) == true[1]
        differ += true[0] != true[1]
    assert differ


def test_bounds_hold_the_numbers_and_are_narrow():
    env = Checked(read_exact(json.loads(json.dumps(clearance(NEAR).certificate["of"])), "certificate"))
    ends = [rule.between(g, env.scale) for row in env.gram for g in row]
    exact = [float(x) / float(NEAR.gram_scale) for row in NEAR.gram for x in row]
    for (low, high), x in zip(ends, exact, strict=True):
        assert low <= high <= low + Fraction(1, 2**50) and float(low) == pytest.approx(x)
    irrational = [g for row in env.gram for g in row if type(g) is Element and g.numbers[1]]
    assert irrational and all(rule.between(g, 1)[0] < rule.between(g, 1)[1] for g in irrational)
