"""Clearances: no environment sampled inside is singular, the nearest found lies outside, paths, and the checker."""

import json
import random
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner

from symsens.checker import Malformed, Refuted, check
from symsens.cli import commands
from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.jobs.certification import certify
from symsens.jobs.clearances import clearance
from symsens.numbers.declared import number_field
from symsens.rows.filtration import exact_filtration
from symsens.search import reach
from symsens.search.nearest import nearby
from symsens.search.reach import Reach, joined
from symsens.search.surroundings import along, between, two_digits


def environment(points, species=None):
    return Environment(species or ["H"] * len(points), points, "C")


def cloud(seed, n=4):
    draw = random.Random(seed)
    return environment([[f"{draw.uniform(-2, 2):.3f}" for _ in range(3)] for _ in range(n)])


def near_f1(d):
    return environment([(5, 0, 1), (3, 4, -2), (-3, -4, -2), (d, d, 6)])


def singular(env, nu):
    found = exact_filtration(env, nu)
    return found["symmetry"] + found["incompleteness"]


def moved(env, radius, draw):
    """An environment with every neighbour at exact random places on, or in, the ball of the radius around its own."""
    places = []
    for y in env.positions:
        direction = [Fraction(draw.randint(-99, 99)) for _ in range(3)]
        size = Fraction(np.linalg.norm([float(c) for c in direction]) or 1) * (1 + Fraction(1, 10**9))
        part = draw.choice([Fraction(1), Fraction(draw.randint(0, 100), 100)])
        places.append([a + part * radius * c / size for a, c in zip(y, direction)])
    return environment(places, env.species)


SAMPLED = [(1, 4, 2), (2, 4, 2), (3, 4, 3), (4, 5, 2), (5, 6, 3), (6, 9, 2), (7, 3, 2)]


@pytest.mark.parametrize(("seed", "n", "nu"), SAMPLED)
def test_nothing_singular_is_found_inside(seed, n, nu):
    env, draw = cloud(seed, n), random.Random(seed)
    found = clearance(env, nu)
    radius = Fraction(found.found.radius)
    assert radius > 0
    for _ in range(60):
        assert not singular(moved(env, radius, draw), nu)
    if found.nearest:
        other = found.nearest.environment
        assert singular(other, 2) and Fraction(found.nearest.distance) >= radius
        pairs = zip(env.positions, other.positions)
        apart = max(np.linalg.norm([float(a - b) for a, b in zip(u, v)]) for u, v in pairs)
        assert apart <= float(found.nearest.distance) <= 1.2 * apart


@pytest.mark.parametrize("d", ["1/10", "1/100", "1/10000"])
def test_close_to_a_singular_environment_the_radius_is_a_part_of_the_distance(d):
    found = clearance(near_f1(d))
    assert 0.4 * float(Fraction(d)) < found.found.radius < 2 * float(Fraction(d))
    assert found.found.stopped_by == (((1, 1), (2, 2)), ((1, 3), (2, 3)))
    assert found.nearest.distance < Decimal(float(Fraction(d)))


def test_the_control_a_pattern_without_coincidences_would_claim_too_much(monkeypatch):
    env = near_f1("1/100")
    monkeypatch.setattr(reach, "joined", lambda keys, lower, upper: np.arange(len(keys)))
    wrong = clearance(env)
    assert wrong.found.radius > wrong.nearest.distance, "the environment found inside contradicts the radius"
    monkeypatch.undo()
    with pytest.raises(Refuted):
        check(forged(clearance(env).certificate, radius=str(Fraction(wrong.found.radius))))


def test_intervals_hold_what_they_should():
    draw = random.Random(8)
    for seed in range(5):
        env, radius = cloud(seed, 5), Fraction(draw.randint(1, 50), 100)
        here = Reach(env, (radius,) * 5)
        lower, upper = here.intervals()
        for _ in range(20):
            other = moved(env, radius, draw)
            unit = here._unit() ** 2 * other.gram_scale
            values = np.array([[float(x / unit) for x in row] for row in other.gram])
            inside = (lower <= values) & (values <= upper)
            assert np.all(inside)


def test_intervals_are_joined_as_their_overlaps_are_chained():
    draw = random.Random(2)
    for _ in range(200):
        m = draw.randint(1, 9)
        keys = np.array([draw.randint(0, 1) for _ in range(m)])
        lower = np.array([draw.uniform(0, 4) for _ in range(m)])
        upper = lower + np.array([draw.uniform(0, 1) for _ in range(m)])
        number = list(range(m))
        for _ in range(m):
            for a in range(m):
                for b in range(m):
                    if keys[a] == keys[b] and lower[a] <= upper[b] and lower[b] <= upper[a]:
                        least = min(number[a], number[b])
                        number = [least if x in (number[a], number[b]) else x for x in number]
        found = joined(keys, lower, upper).tolist()
        assert [[x == y for y in found] for x in found] == [[x == y for y in number] for x in number]


def test_dependencies_reach_farther_than_patterns():
    found, draw = clearance(environment([(5, 0, 1), (3, 4, -2), (-3, -4, -2), ("1/2", "1/3", 6)])), random.Random(3)
    assert 0 < found.found.by_pattern < found.found.radius and found.rule.name == "clearance"
    assert f"rule clearance, up to {found.found.by_pattern} Angstrom" in str(found) and check(found.certificate)
    whole = Fraction(found.found.radius)
    assert Reach(found.environment, (whole,) * 4).why_regular(2) == "dependencies"
    with pytest.raises(Refuted, match="unseen"):
        check(forged(found.certificate, radius=str(whole)))
    for _ in range(60):
        assert not singular(moved(found.environment, whole, draw), 2)


def test_coincidences_that_no_dependency_makes_dangerous():
    """|x1| = |x2| exactly, and what that makes invisible cannot be made nearby."""
    found, draw = clearance(environment([(5, 1, 1), (3, 4, 2), (-4, 3, 2), (0, 0, 6)])), random.Random(3)
    assert found.found.radius > 0 == found.found.by_pattern
    assert found.rule.name is None and "dependencies" in found.rule.reason
    for _ in range(60):
        assert not singular(moved(found.environment, Fraction(found.found.radius), draw), 2)


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], "8 forced by symmetry"),
        ([(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], "1 spurious"),
        ([(1, 2, 0), (3, 1, 0), (-1, 4, 0)], "forced by symmetry"),
        ([(1, 2, 0), (3, 1, 1)], "2 neighbours always lie in a plane"),
    ],
)
def test_at_a_singular_environment_the_radius_is_zero(points, reason):
    found = clearance(environment(points))
    assert found.found.radius == 0 and reason in found.found.reason and found.nearest is None
    assert found.rule.name is None and reason in str(found)


def test_paths():
    assert along(near_f1(1), near_f1("1/100")).regular is True
    across = along(near_f1(1), near_f1(-2))
    assert across.regular is False and across.singular == (Fraction(1, 3),)
    assert singular(between(near_f1(1), near_f1(-2), Fraction(1, 3)), 2)
    ((start, stop),) = across.intervals
    assert start < Fraction(1, 3) < stop and stop - start < 1e-6
    assert along(near_f1(1), near_f1(-2), 3).regular is True
    with pytest.raises(InputError, match="same species"):
        along(near_f1(1), cloud(1, 5))


def test_a_path_through_an_irrational_point_is_left_open():
    """|x2| = |x3| at 4 + 2 t = sqrt(24) only, with x2.x4 = x3.x4, and x1, x2, x3 in one plane throughout."""
    at = lambda t: environment([(1, 7, 0), (3, 4, 0), (4 + 2 * t, 1, 0), (0, 0, 5)])
    path = along(at(0), at(1))
    ((start, stop),) = path.intervals
    assert path.regular is None and path.singular == () and start < (24**0.5 - 4) / 2 < stop
    exactly = Environment(
        ["H"] * 4, [(1, 7, 0), (3, 4, 0), ("2*sqrt(6)", 1, 0), (0, 0, 5)], field=number_field("QQ<sqrt(6)>")
    )
    assert singular(exactly, 2) == 1


def forged(certificate, **changes):
    certificate = deepcopy(certificate)
    certificate["claims"]["clearance"].update(changes)
    return certificate


def test_certificates_are_verified_and_forgeries_refused():
    found = clearance(near_f1("1/10"))
    (statement,) = [line for line in check(found.certificate) if "[clearance]" in line]
    assert "at most 3/50" in statement
    for radius in ("1/10000", "59/1000"):
        assert check(forged(found.certificate, radius=radius))
    for changes, reason in (
        ({"radius": "7/100"}, "leave a change of dot products unseen"),
        ({"radius": "0"}, "not positive"),
        ({"radius": "-1"}, "not positive"),
        ({"radius": f"1/{2**5000}"}, "too long"),
        ({"triple": [0, 0, 1]}, "not three different"),
        ({"triple": [0, 1, 4]}, "not three different"),
        ({"triple": [1, 2, 3], "radius": "59/1000"}, "lie in a plane"),
    ):
        with pytest.raises(Refuted, match=reason):
            check(forged(found.certificate, **changes))
    for changes in ({"radius": 1}, {"triple": [0, 1]}, {"triple": "012"}, {"more": 1}):
        with pytest.raises(Malformed):
            check(forged(found.certificate, **changes))


def test_a_radius_claimed_of_something_else_is_refused():
    claim = {"radius": "1/1000", "triple": [0, 1, 2]}
    for answer, reason in (
        (certify(near_f1(0)), "unseen"),
        (certify(near_f1(1), vary="atoms"), "the centre fixed"),
        (certify(near_f1(1), chiral=True, nu=3), "the centre fixed|expected"),
        (certify(near_f1(1), nu=1), "from 2 on"),
        (certify(environment([(1, 2, 0), (3, 1, 0), (-1, 4, 0), (2, -5, 0)])), "lie in a plane"),
    ):
        with pytest.raises((Refuted, Malformed), match=reason):
            check(answer.answer_with({"clearance": claim}))


@pytest.mark.parametrize("seed", range(12))
def test_the_checker_agrees_with_samples(seed):
    """Any radius that the checker accepts, however it was found, holds no singular environment that is known."""
    env, draw = cloud(seed, 4), random.Random(seed)
    found, near = clearance(env), nearby(env)
    claim = {"radius": "1", "triple": list(found.found.triple)}
    certificate = certify(env).answer_with({"clearance": claim})
    for factor in (Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(5, 2)):
        radius = Fraction(found.found.by_pattern) * factor
        try:
            check(forged(certificate, radius=str(radius)))
        except Refuted:
            continue
        assert near is None or radius <= Fraction(near.distance)
        for _ in range(20):
            assert not singular(moved(env, radius, draw), 2)


@pytest.mark.parametrize("scale", ["1e-170", "1e-400", "1e200", "1e400"])
def test_beyond_floats(scale):
    factor = Fraction(scale)
    small = lambda d: environment([[factor * Fraction(c) for c in y] for y in near_f1(d).positions])
    found, usual = clearance(small("1/10")), clearance(near_f1("1/10"))
    assert abs(Fraction(found.found.radius) / factor / Fraction(usual.found.radius) - 1) < Fraction(1, 10)
    assert along(small(1), small(-2)).singular == (Fraction(1, 3),) and along(small(1), small("1/100")).regular


def test_two_digits():
    assert two_digits(Fraction(12999, 100000)) == Decimal("0.12") and two_digits(Fraction(7)) == Decimal("7.0")


def test_the_command(tmp_path):
    run = lambda *a: CliRunner().invoke(commands, ["clearance", *a], standalone_mode=False)
    document = {
        "schema": "symsens/environment/1",
        "field": "QQ",
        "centre": "C",
        "species": ["H"] * 4,
        "positions": [["5", "0", "1"], ["3", "4", "-2"], ["-3", "-4", "-2"], ["1/10", "1/10", "6"]],
    }
    name, out = tmp_path / "near.env.json", tmp_path / "near.cert.json"
    name.write_text(json.dumps(document))
    shown = run(str(name), "--out", str(out), "--along", str(name))
    assert shown.return_value == 0 and "at most 0.060 Angstrom" in shown.output and "rule clearance" in shown.output
    report = json.loads(run(str(name), "--json").output)
    assert report["radius"] == "0.060" and report["stopped_by"] == [[[1, 1], [2, 2]], [[1, 3], [2, 3]]]
    assert report["nearest"]["environment"]["schema"] == "symsens/environment/1" and report["rule"] == "clearance"
    assert CliRunner().invoke(commands, ["verify", str(out)], standalone_mode=False).return_value == 0
    with pytest.raises(InputError, match="give --centre"):
        raise run("ase:CH4").exception
