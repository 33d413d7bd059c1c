"""Families: every claim over random exact draws, judged by the definitions; and what is no member loses the claim."""

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from family_oracle import (
    DISCRETE,
    EPS,
    PAIRS,
    SINGLE,
    by_name,
    congruent,
    dots,
    draws,
    extra,
    moved,
    multiset,
)
from naive import exact_rank, naive_jacobian

from symsens import certify
from symsens.checker import check
from symsens.geometry.families import (
    FAMILIES,
    KNOWN_CASES,
    antipodal,
    axial,
    circle_point,
    equal_radii,
    half_turn,
    methane,
    methane_decimals,
    mirror,
    polygon,
    rotation,
    two_layers,
)
from symsens.jobs.pairs import compare
from symsens.numbers.metric import apply
from symsens.rows.filtration import exact_filtration

# Single environments.


@by_name(SINGLE)
def test_the_defaults_have_the_nullities_of_the_catalogue_by_the_definition(family):
    (env,) = family.members()
    for nu, count in family.extra.items():
        if env.field.degree == 1 and env.n**nu < 200:
            assert 3 * env.n - exact_rank(naive_jacobian(env, nu), 3 * env.n) - 3 == count
        assert extra(env, nu) == count


@by_name([family for family in SINGLE if family.name not in DISCRETE])
def test_random_members_have_them_too(family):
    members = [env for (env,) in draws(family, 12)]
    for nu, count in family.extra.items():
        found = [extra(env, nu) for env in members]
        assert min(found) >= count, "the construction gives that many to every member"
        assert found.count(count) > len(found) / 2, "and more only to special ones"


def test_the_null_directions_of_singular_families_are_not_due_to_symmetry():
    for family in SINGLE:
        (env,) = family.members()
        symmetry = exact_filtration(env, 2)["symmetry"]
        assert symmetry == (9 if family.name == "antipodal-6" else 0)


TURN, OTHER = rotation((5, 1, 3, 1)), rotation((4, 1, 3, 1))


def default(name):
    """The member of the defaults."""
    (env,) = FAMILIES[name].members()
    return env


def longer(env, j, factor=1 + EPS):
    return moved(env, j, [(factor - 1) * c for c in env.positions[j]])


HALF_TURN = half_turn((5, 0, 1), (3, 4, -2), (0, 0, 1), 6)
MIRROR = mirror((1, 2, 3), (1, 0, -2), 1, 2, (2, 5, 1))
RADII = equal_radii((7, 4, -4), (0, 9, 0), TURN)
OFF = [a - b for a, b in zip(equal_radii((7, 4, -4), (0, 9, 0), OTHER).positions[3], RADII.positions[3])]
ANTIPODAL = antipodal((2, 0, 3), (1, 1, 0), (0, 1, 4))


@pytest.mark.parametrize(
    "env, nu, before, after",
    [
        (longer(HALF_TURN, 2), 2, 1, 0),  # |x2| = |x3| no more
        (moved(HALF_TURN, 3, (0, EPS, 0)), 2, 1, 0),  # x4 off x2 + x3
        (longer(MIRROR, 2), 2, 1, 0),  # x3 longer than x2
        (moved(MIRROR, 0, (2, -1, 1)), 2, 1, 0),  # x1 out of the plane
        (moved(MIRROR, 3, (1, 0, -2)), 2, 1, 0),  # x4 off the mirror
        (longer(RADII, 3), 2, 1, 0),  # one radius
        (moved(RADII, 3, OFF), 2, 1, 0),  # one angle
        (longer(ANTIPODAL, 1), 2, 2, 0),  # one of +-a
        (moved(ANTIPODAL, 3, (0, EPS, EPS)), 2, 2, 0),  # one of +-b
        (longer(default("antipodal-7"), 5), 2, 3, 0),
        (longer(default("antipodal-6"), 5), 2, 9, 2),  # as two pairs and one more, twice
        (moved(default("circle-and-apex"), 3, (EPS, 0, 0)), 2, 1, 0),  # the apex off the axis
        (moved(default("circle-and-apex"), 0, (0, 0, EPS)), 2, 1, 0),  # a point at another height
        (moved(default("two-layers"), 6, (EPS, 0, 0)), 2, 1, 0),
        (moved(default("isosceles-layers"), 6, (EPS, 0, 0)), 3, 1, 0),
        (longer(default("isosceles-layers"), 4), 3, 1, 0),
        (methane("1/5", "4/7", "1/3", "5/6", 0), 2, 1, 0),  # theta4 is not 90
        (methane("1/5", "4/7", "1/3", 1, "1/50"), 2, 1, 0),  # phi4 is not 0
        (polygon(8, (0, 1, 2, 4), 2), 3, 1, 0),  # another polygon
        (moved(default("polygon-and-pole"), 3, (0, 0, EPS)), 3, 1, 0),  # a vertex out of the plane
        (moved(default("polygon-and-pole"), 4, (EPS, 0, 0)), 3, 1, 0),  # the pole off the axis
    ],
)
def test_with_one_condition_broken_the_null_directions_are_gone(env, nu, before, after):
    assert extra(env, nu) == after < before


def test_f1_and_the_manifold_of_methane_are_half_turns():
    assert HALF_TURN == axial(5, 3, 4, 1, -2, 6) == KNOWN_CASES[3].environment
    env = methane("1/5", "4/7", "1/3", 1, "1/4")
    assert len({dots(env)[j][j] for j in range(4)}) == 1 == len({dots(env)[0][0], Fraction("1.09") ** 2})
    x1, x2, x3, x4 = env.positions
    assert half_turn(x1, x2, (1, 0, 0), x4[0], x4[1] / -x1[2]) == env


def test_decimals_of_the_manifold_keep_the_half_turn_and_lose_the_radii():
    first, second = (methane_decimals(90, phi4, 12) for phi4 in (30, -30))
    radii = {dots(first)[j][j] for j in range(4)}
    assert len(radii) == 3 and all(abs(s - Fraction("1.1881")) < Fraction(1, 10**11) for s in radii)
    assert multiset(first, 2) == multiset(second, 2) and extra(methane_decimals(90, 0), 2) == 1
    assert extra(methane_decimals(90, 0), 3) == extra(methane_decimals(89, 0), 2) == 0
    assert multiset(methane_decimals(89, 30), 2) != multiset(methane_decimals(89, -30), 2)
    turned = [[[round(float(c), 12) for c in apply(OTHER, y)] for y in env.positions] for env in (first, second)]
    turned = [replace(first, positions=y) for y in turned]
    assert multiset(turned[0], 2) != multiset(turned[1], 2)
    near = methane(*(Fraction(x, 10**5) for x in (19891, 57735, 32492, 100000, 26795)))  # tan(half the angle)
    pairs = [pair for x, y in zip(near.positions, first.positions) for pair in zip(x, y)]
    assert all(abs(a - b) < Fraction(1, 10**4) for a, b in pairs)


# Pairs of environments.


@by_name(PAIRS)
def test_pairs_are_degenerate_and_not_congruent(family):
    pairs = [family.members()] + ([] if family.name in DISCRETE else draws(family, 12))
    nu, apart = family.degenerate, 0
    for first, second in pairs:
        assert all(multiset(first, k) == multiset(second, k) for k in range(1, nu + 1))
        apart += multiset(first, nu + 1) != multiset(second, nu + 1) and not congruent(first, second)
    assert apart > len(pairs) / 2
    first, second = pairs[0]
    assert multiset(first, nu + 1) != multiset(second, nu + 1) and not congruent(first, second)


@by_name(PAIRS)
def test_members_of_pairs_have_the_nullities_of_the_catalogue(family):
    pairs = [family.members()] + ([] if family.name in DISCRETE else draws(family, 4))
    for nu, count in family.extra.items():
        found = [extra(env, nu) for pair in pairs for env in pair]
        assert found[:2] == [count, count] and min(found) >= count and found.count(count) > len(found) / 2


@by_name(PAIRS)
def test_moving_one_atom_of_one_member_separates_a_pair(family):
    first, second = family.members()
    for j in range(first.n):
        assert multiset(first, 2) != multiset(moved(second, j, (EPS, 2 * EPS, -3 * EPS)), 2)


@pytest.mark.parametrize(
    "first, second, nu",
    [
        (half_turn((5, 0, 1), (3, 4, -2), (0, 0, 1), 6, 2), half_turn((5, 0, 1), (3, 4, -2), (0, 0, 1), 6, -3), 2),
        (axial(5, 3, 4, 1, -2, 6, 2), moved(axial(5, 3, 4, 1, -2, 6, -2), 0, (0, EPS, 0)), 2),
        (methane("1/5", "4/7", "1/3", "5/6", "1/4"), methane("1/5", "4/7", "1/3", "5/6", "-1/4"), 2),
        (  # lengths of the two directions differ
            equal_radii((7, 4, -4), (0, 8, 0), TURN, "1/5"),
            equal_radii((7, 4, -4), (0, 8, 0), TURN, "-1/5"),
            2,
        ),
        (  # the layers turned by different angles
            two_layers([circle_point(t) for t in (0, 1, 3)], circle_point("1/3"), 5, 2, 5),
            two_layers([circle_point(t) for t in (0, 1, 3)], circle_point("1/4"), 5, 2, -5),
            3,
        ),
    ],
)
def test_with_one_condition_broken_pairs_are_separated(first, second, nu):
    assert multiset(first, nu) != multiset(second, nu)


def test_the_isosceles_pair_is_congruent():
    """Where the ring is its own mirror image the pair meets: the merge point, singular at nu = 3."""
    ring = [(0, 1), circle_point("-1/2"), (Fraction(-3, 5), Fraction(-4, 5))]
    members = [two_layers(ring, circle_point("1/3"), 5, 2, apex) for apex in (5, -5)]
    assert congruent(*members) and extra(members[0], 3) == 1


@by_name(FAMILIES.values())
def test_what_the_catalogue_says_of_the_defaults_has_certificates(family):
    members = family.members()
    if family.degenerate:
        found = compare(*members)
        if found.rule.name is None:
            assert members[0].field.degree > 1, "over QQ there is a certificate"
            return
        assert not found.certificate["claims"]["congruent"] and check(json.loads(json.dumps(found.certificate)))
    for nu, count in family.extra.items():
        for env in members:
            certificate = certify(env, nu=nu).certificate
            steps = certificate["claims"]["filtration"]
            assert steps["symmetry"] + steps["incompleteness"] == count and check(json.loads(json.dumps(certificate)))
