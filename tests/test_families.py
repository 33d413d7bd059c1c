"""Families: every claim over random exact draws, judged by the definitions; and what is no member loses the claim."""

import json
import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product

import pytest
from naive import exact_rank, naive_jacobian

from symsens.errors import InputError
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.exact_files import environment_document
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
    polygon_and_pole,
    polygon_field,
    read_family,
    rotation,
    subsets_of_polygon,
    two_layers,
)
from symsens.jobs.polygons import singular_subsets
from symsens.numbers.metric import apply
from symsens.rows.filtration import exact_filtration

SINGLE = [family for family in FAMILIES.values() if not family.degenerate]
PAIRS = [family for family in FAMILIES.values() if family.degenerate and family.extra]
CLUSTERS = [family for family in FAMILIES.values() if not family.extra]
NETWORKS = [family for family in CLUSTERS if "message passing" in family.remark]
FIXED = {"methane": {"azimuth4": 0, "polar4": 1}, "methane-decimals": {"digits": 6}}
DISCRETE = ("polygon-and-pole", "homometric-vertices")


def by_name(families):
    return pytest.mark.parametrize("family", families, ids=lambda family: family.name)


def drawn(rng, family):
    """Random exact parameters; positive where the default is."""
    given = dict(FIXED.get(family.name, {}))
    for key, entry in family.keys.items():
        number = lambda low: Fraction(rng.randint(low, 40), rng.randint(1, 9))
        if key in given or isinstance(entry.default, bool) or key == "digits":
            continue
        if isinstance(entry.default, tuple):
            given[key] = [number(-40) for _ in entry.default]
        else:
            given[key] = number(1)
    return family.parameters(**given)


def draws(family, count, seed=0):
    """So many lists of members; parameters that bring atoms together are refused, and drawn again."""
    rng, found = random.Random(f"{family.name} {seed}"), []
    while len(found) < count:
        try:
            found.append(family.members(drawn(rng, family)))
        except InputError as error:
            assert "coincide" in str(error)
    return found


# Oracles, from the definitions.


def dots(env):
    duals = [[sum(m * y for m, y in zip(row, b)) for row in env.metric] for b in env.positions]
    return [[sum(x * y for x, y in zip(a, dual)) for dual in duals] for a in env.positions]


def multiset(env, nu):
    """The nu-tuples by species and invariants."""
    table, pairs = dots(env), [(a, b) for a in range(nu) for b in range(a, nu)]
    return Counter(
        (env.centre_species, tuple(env.species[j] for j in t), tuple(table[t[a]][t[b]] for a, b in pairs))
        for t in product(range(env.n), repeat=nu)
    )


def congruent(first, second):
    """Backtracking over images of the neighbours."""
    a, b = dots(first), dots(second)

    def fits(images, k):
        new = [*images, k]
        return k not in images and all(a[i][len(images)] == b[image][k] for i, image in enumerate(new))

    def extend(images):
        return len(images) == first.n or any(extend([*images, k]) for k in range(second.n) if fits(images, k))

    return first.n == second.n and extend([])


def extra(env, nu):
    """Null directions beyond rigid ones."""
    found = exact_filtration(env, nu)
    return found["symmetry"] + found["incompleteness"]


def same_colours(first, second):
    """Whether 1-WL on squared distances, all pairs joined, gives two clusters the same multisets of colours."""
    y = [s.positions for s in (first, second)]
    squares = [[[sum((a - b) ** 2 for a, b in zip(p, q)) for q in one] for p in one] for one in y]
    species = first.species, second.species
    now = [list(z) for z in species]
    for _ in range(len(first.species) + 2):
        if Counter(now[0]) != Counter(now[1]):
            return False
        told = [
            [(c[i], tuple(sorted((row[j], c[j]) for j in range(len(row)) if j != i))) for i, row in enumerate(table)]
            for table, c in zip(squares, now)
        ]
        numbers = {colour: k for k, colour in enumerate(sorted({c for one in told for c in one}))}
        now = [[numbers[c] for c in one] for one in told]
    return True


def around_atoms(structure):
    return [structure.environment(i) for i in range(len(structure.species))]


def summed(structure, nu):
    return sum((multiset(env, nu) for env in around_atoms(structure)), Counter())


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


EPS = Fraction(1, 97)
TURN, OTHER = rotation((5, 1, 3, 1)), rotation((4, 1, 3, 1))


def moved(env, j, step):
    """`env` with neighbour j moved."""
    y = [list(position) for position in env.positions]
    y[j] = [a + b for a, b in zip(y[j], step)]
    return replace(env, positions=y)


def longer(env, j, factor=1 + EPS):
    return moved(env, j, [(factor - 1) * c for c in env.positions[j]])


HALF_TURN = half_turn((5, 0, 1), (3, 4, -2), (0, 0, 1), 6)
MIRROR = mirror((1, 2, 3), (1, 0, -2), 1, 2, (2, 5, 1))
RADII = equal_radii((7, 4, -4), (0, 9, 0), TURN)
ANTIPODAL = antipodal((2, 0, 3), (1, 1, 0), (0, 1, 4))


@pytest.mark.parametrize(
    "env, nu, before",
    [
        (longer(HALF_TURN, 2), 2, 1),  # |x2| = |x3| no more
        (moved(HALF_TURN, 3, (0, EPS, 0)), 2, 1),  # x4 off x2 + x3
        (longer(MIRROR, 2), 2, 1),  # x3 longer than x2
        (moved(MIRROR, 0, (2, -1, 1)), 2, 1),  # x1 out of the plane
        (moved(MIRROR, 3, (1, 0, -2)), 2, 1),  # x4 off the mirror
        (longer(RADII, 3), 2, 1),  # one radius
        (
            replace(RADII, positions=[*RADII.positions[:3], equal_radii((7, 4, -4), (0, 9, 0), OTHER).positions[3]]),
            2,
            1,
        ),  # one angle
        (longer(ANTIPODAL, 1), 2, 2),  # one of +-a
        (moved(antipodal((2, 0, 3), (1, 1, 0), (0, 1, 4)), 3, (0, EPS, EPS)), 2, 2),
        (longer(FAMILIES["antipodal-7"].members()[0], 5), 2, 3),
        (longer(FAMILIES["antipodal-6"].members()[0], 5), 2, 9),
        (moved(FAMILIES["circle-and-apex"].members()[0], 3, (EPS, 0, 0)), 2, 1),  # the apex off the axis
        (moved(FAMILIES["circle-and-apex"].members()[0], 0, (0, 0, EPS)), 2, 1),  # a point at another height
        (moved(FAMILIES["two-layers"].members()[0], 6, (EPS, 0, 0)), 2, 1),
        (moved(FAMILIES["isosceles-layers"].members()[0], 6, (EPS, 0, 0)), 3, 1),
        (longer(FAMILIES["isosceles-layers"].members()[0], 4), 3, 1),
        (methane("1/5", "4/7", "1/3", "5/6", 0), 2, 1),  # theta4 is not 90
        (methane("1/5", "4/7", "1/3", 1, "1/50"), 2, 1),  # phi4 is not 0
        (polygon(8, (0, 1, 2, 4), 2), 3, 1),  # another polygon
        (moved(polygon_and_pole(7, (0, 1, 2, 4)), 3, (0, 0, EPS)), 3, 1),  # a vertex out of the plane
        (moved(polygon_and_pole(7, (0, 1, 2, 4)), 4, (EPS, 0, 0)), 3, 1),  # the pole off the axis
    ],
)
def test_with_one_condition_broken_the_null_directions_are_gone(env, nu, before):
    found = extra(env, nu)
    assert found < before, "a claim of the family holds outside of it as well"
    assert before - found == before or env.n > 4


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


# Clusters.


@by_name(CLUSTERS)
def test_clusters_have_equal_sums_and_are_told_apart_by_angles(family):
    pairs = [family.members(), *draws(family, 6)]
    apart = 0
    for first, second in pairs:
        assert summed(first, 1) == summed(second, 1)
        apart += summed(first, 2) != summed(second, 2)
    assert apart > len(pairs) / 2 and summed(pairs[0][0], 2) != summed(pairs[0][1], 2)


@by_name(NETWORKS)
@pytest.mark.parametrize("centre", [False, True])
def test_no_message_passing_on_distances_tells_them_apart(family, centre):
    rng = random.Random(family.name)
    for _ in range(6):
        b = Fraction(rng.randint(1, 40), rng.randint(1, 9))
        first, second = family.members(family.parameters(b=b, centre=centre))
        assert len(first.species) == len(second.species) and same_colours(first, second)
        if centre:
            x, y = first.environment(0), second.environment(0)
            assert multiset(x, 2) == multiset(y, 2) and multiset(x, 3) != multiset(y, 3) and not congruent(x, y)
            sizes = {"cross-pair": {2: [0, 1], 3: [0, 0]}}.get(family.name, {2: [0, 0], 3: [0, 0]})
            assert {nu: [exact_filtration(e, nu)["incompleteness"] for e in (x, y)] for nu in (2, 3)} == sizes


@by_name(NETWORKS)
def test_message_passing_tells_clusters_apart_outside_the_family(family):
    first, second = family.members()
    y = [list(position) for position in second.positions]
    y[-1] = [c * (1 + EPS) for c in y[-1]]
    assert not same_colours(first, replace(second, positions=y))
    assert not same_colours(*FAMILIES["homometric-rulers"].members())


def test_homometric_sets_are_those_of_the_literature():
    for member, marks in zip(FAMILIES["homometric-rulers"].members(), ((0, 1, 4, 10, 12, 17), (0, 1, 8, 11, 13, 17))):
        assert sorted(x for x, _, _ in member.positions) == list(marks)
        assert len({b - a for a, b in combinations(marks, 2)}) == 15
    y = [list(p) for p in FAMILIES["homometric-rulers"].members()[1].positions]
    y[2][0] += EPS
    other = Structure(("H",) * 6, y)
    assert summed(FAMILIES["homometric-rulers"].members()[0], 1) != summed(other, 1)


# Polygons.


def blind_moves(m, subset):
    """Out of the plane: vertices less the rank of the numbers of neighbours at each distance (integers only)."""
    rows = {}
    for place, j in enumerate(subset):
        for k in subset:
            distance = min((j - k) % m, (k - j) % m)
            rows.setdefault(distance, [Fraction(0)] * len(subset))[place] += 1
    return len(subset) - exact_rank(list(rows.values()), len(subset))


def has_no_symmetry(m, subset):
    images = [{(s * k + t) % m for k in subset} for s in (1, -1) for t in range(m)]
    return images.count(set(subset)) == 1


singular = lru_cache(singular_subsets)


@pytest.mark.parametrize("m", range(3, 13))
def test_the_singular_subsets_of_a_polygon_are_those_that_counting_finds(m):
    found, more = singular(m), {}
    assert all(len(subset) > 3 for subset in found)
    for subset in subsets_of_polygon(m):
        symmetry, incompleteness = found.get(subset, (0, 0))
        counted = blind_moves(m, subset)
        if has_no_symmetry(m, subset):
            assert symmetry == 0 and incompleteness >= counted, subset
            if incompleteness > counted:
                more[subset] = incompleteness - counted
        else:
            assert incompleteness <= counted and (symmetry or not incompleteness), subset
    # one subset moves within the plane besides
    assert more == ({(0, 1, 2, 3, 4, 6, 7, 8, 10): 1} if m == 12 else {})


def test_the_heptagon_is_the_only_polygon_up_to_12_with_four_vertices_and_a_pole():
    assert [(m, s) for m in range(3, 13) for s in singular(m) if len(s) < 5] == [(7, (0, 1, 2, 4))]


@pytest.mark.parametrize("square", ["1/3", 2, 7, "22/7"])
def test_the_height_of_the_pole_does_not_matter(square):
    env = polygon_and_pole(7, (0, 1, 2, 4), square)
    assert [extra(env, nu) for nu in (2, 3, 4)] == [4, 1, 0]
    (level,) = [level for level in exact_filtration(env, 3).levels if level.name == "incompleteness"]
    (vector,) = level.vectors
    ups, others = [vector[3 * j + 2] for j in range(4)], [x for j in range(4) for x in vector[3 * j : 3 * j + 2]]
    assert any(ups) and not any(others), "the vertices leave their plane, and only that"


@pytest.mark.parametrize("m", [3, 5, 8, 12])
def test_vertices_are_turned_into_each_other(m):
    env = polygon(m, range(m))
    _, c = polygon_field(m)
    table = dots(env)
    for j in range(m):
        assert table[j][j] == 1 and 2 * table[j][(j + 1) % m] == c
        assert all(table[j][k] == table[0][(k - j) % m] for k in range(m))


def test_conjugate_subsets_have_the_same_nullities():
    """A unit modulo m is an automorphism of the field: {0,2,4,8} of the heptagon is {0,1,2,4} again."""
    for m, subset in ((9, (0, 1, 2, 4, 6)), (11, (0, 1, 2, 3, 4, 6)), (8, (0, 1, 2, 3, 5))):
        first = extra(polygon_and_pole(m, subset), 3)
        for unit in (2, 4, 5) if m % 2 else (3, 5):
            assert extra(polygon_and_pole(m, sorted(unit * k % m for k in subset)), 3) == first > 0


def test_subsets_are_those_of_bracelets():
    assert [len(subsets_of_polygon(m)) + 1 for m in range(3, 11)] == [4, 6, 8, 13, 18, 30, 46, 78]


# The command.


def test_the_catalogue_is_listed_and_its_lines_can_be_typed(run):
    code, out, err = run("families")
    lines = out.splitlines()
    assert (code, err) == (0, "") and [line.split(":")[0] for line in lines[::3]] == list(FAMILIES)
    for line in lines[2::3]:
        name, *pairs = line.split()
        family, given = read_family(name, pairs)
        assert given == family.parameters()
    document = json.loads(run("families", "--json")[1])["families"]
    assert [entry["name"] for entry in document] == list(FAMILIES)
    assert {entry["members"] for entry in document} == {1, 2} and all(entry["source"] for entry in document)


@by_name(FAMILIES.values())
def test_members_are_written_and_read_back(run, tmp_path, family):
    members = family.members()
    ending = ".env.json" if isinstance(members[0], Environment) else ".structure.json"
    code, out, err = run("families", family.name, "--out", tmp_path / f"x{ending}")
    assert (code, err) == (0, "") and out.splitlines()[-1].startswith("Written: ")
    names = [f"x{ending}"] if len(members) == 1 else [f"x-{i}{ending}" for i in (1, 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name, member in zip(names, members):
        read = Structure.read(str(tmp_path / name))
        if isinstance(member, Environment):
            read = read.environment(0)
            assert environment_document(read) == environment_document(member)
        assert (read.positions, read.species, read.metric) == (member.positions, member.species, member.metric)
    documents = json.loads(run("families", family.name, "--json")[1])
    assert documents["family"] == family.parameters().spec and len(documents["members"]) == len(members)
    assert documents["members"] == [json.loads((tmp_path / name).read_text()) for name in names]


def test_what_is_shown_of_a_member(run):
    out = run("families", "half-turn-pair", "d=1/10", "x1=5,0,1")[1]
    assert "    H   0  1/2   6\n" in out and "    H   0  -1/2   6\n" in out and "d=1/10 " in out
    out = run("families", "polygon-and-pole")[1]
    assert "    over QQ<2 cos(2 pi/7)>, c ≈ 1.246980\n    in a frame with the metric 1 c/2 0; c/2 1 0; 0 0 2\n" in out


@pytest.mark.parametrize(
    "words, message",
    [
        (["half-trn"], "unknown family 'half-trn': did you mean half-turn?"),
        (["half-turn", "x1=1:2"], "half-turn: x1=1:2: give 3 numbers joined by :"),
        (["half-turn", "axes=1:2:3"], "half-turn: unknown parameter 'axes': did you mean axis?"),
        (["half-turn", "h"], "half-turn: h has no value: give h=value"),
        (["half-turn", "h=1", "h=2"], "half-turn: h is given twice"),
        (["half-turn", "h=abc"], "half-turn: h=abc: give a number"),
        (["half-turn", "axis=0:0:0"], "half-turn: 0:0:0 is no direction: give a vector that is not zero"),
        (["half-turn", "x1=3:4:-2"], "half-turn: atoms 1 and 2 coincide at distance 0: remove one of them"),
        (["half-turn-pair", "d=0"], "half-turn-pair: d=0: give a number above 0"),
        (["equal-radii", "turn=0:0:0:0"], "equal-radii: 0:0:0:0 is no rotation: give a quaternion that is not zero"),
        (["polygon-and-pole", "vertices=1:1"], "vertex 1: give different vertices of the 7-gon, from 0 to 6"),
        (["polygon-and-pole", "vertices=1/2"], "vertex 1/2: give different vertices of the 7-gon, from 0 to 6"),
        (["polygon-and-pole", "m=59"], "has degree 29"),
        (["polygon-and-pole", "m=1e9"], "m=1e9: give an integer from 3 to 90"),
        (["homometric-vertices", "second=1:2:3"], "0:1:3:4 and 1:2:3 are not homometric modulo 8"),
        (["homometric-sums", "a=1:1"], "two atoms coincide"),
        (["half-turn", "--out", "x.json"], "x.json: the members are exact files: give NAME.env.json"),
        (["rectangle-pair", "--out", "x.env.json"], "the members are exact files: give NAME.structure.json"),
        (["--out", "x.env.json"], "say of which family"),
        (["half-turn", "--out", "no/such/x.env.json"], "no such directory"),
    ],
)
def test_bad_input_is_one_line(refused, words, message):
    assert message in refused("families", *words)
