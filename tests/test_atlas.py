"""The atlas: all patterns of few neighbours, counted by another way, and Theorem (Few neighbours)."""

import random
import re
from collections import Counter
from itertools import combinations, permutations
from math import comb, factorial, prod

import numpy as np
import pytest

from symsens.errors import InputError
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.rows.atlas import canonical, patterns
from symsens.rows.filtration import exact_filtration, with_pivots

COUNTS = {1: 1, 2: 2, 3: 6, 4: 46, 5: 1723}
GAPS = {
    (4, 2): {0: 18, 1: 12, 2: 10, 3: 3, 4: 3},
    (5, 2): {0: 36, 1: 71, 2: 156, 3: 242, 4: 332, 5: 400, 6: 137, 7: 277, 8: 20, 9: 52},
    (5, 3): {0: 1635, 1: 81, 2: 7},
}


@pytest.fixture(scope="module")
def atlas():
    """The patterns of 1 to 5 neighbours."""
    return {n: patterns(n) for n in COUNTS}


def set_partitions(things):
    """All ways to divide a list into parts."""
    if not things:
        yield []
        return
    first, *rest = things
    for parts in set_partitions(rest):
        yield [[first], *parts]
        for i, part in enumerate(parts):
            yield [*parts[:i], [first, *part], *parts[i + 1 :]]


def bell(m):
    """The number of ways to divide m things into parts."""
    return sum(comb(m - 1, k) * bell(k) for k in range(m)) if m else 1


def labelled(n):
    """The number of patterns of n numbered neighbours: shells, then for every two of them, or one, the pairs."""
    total = 0
    for shells in set_partitions(list(range(n))):
        sizes = [len(shell) for shell in shells]
        total += prod(bell(comb(s, 2)) for s in sizes) * prod(bell(s * t) for s, t in combinations(sizes, 2))
    return total


def named(labels, p):
    """The labels of neighbours in another order, by the order of their first appearance."""
    names = {}
    return tuple(names.setdefault(int(labels[j, k]), len(names)) for j in p for k in p)


def members(pattern):
    """How many patterns of numbered neighbours it stands for: n! over the renumberings that keep what is equal."""
    every = list(permutations(range(pattern.n)))
    return factorial(pattern.n) // sum(named(pattern.labels, p) == named(pattern.labels, every[0]) for p in every)


def canonical_slowly(labels):
    """What `canonical` finds, pair by pair."""
    return min(named(labels, p) for p in permutations(range(len(labels))))


@pytest.mark.parametrize("n", COUNTS)
def test_the_number_of_patterns(atlas, n):
    assert len(atlas[n]) == COUNTS[n]


@pytest.mark.parametrize("n", COUNTS)
def test_none_is_missing_and_none_is_there_twice(atlas, n):
    """Classes that are different add up to all patterns of numbered neighbours: so each is there."""
    found = [canonical(pattern.labels) for pattern in atlas[n]]
    assert len(set(found)) == len(found)
    assert sum(map(members, atlas[n])) == labelled(n)
    assert sum(map(members, atlas[n][1:])) != labelled(n)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_by_brute_force(atlas, n):
    pairs, seen = list(combinations(range(n), 2)), set()
    for shells in set_partitions(list(range(n))):
        shell = {j: i for i, part in enumerate(shells) for j in part}
        for division in set_partitions(pairs):
            kinds = [{tuple(sorted((shell[j], shell[k]))) for j, k in part} for part in division]
            if any(len(kind) > 1 for kind in kinds):
                continue
            part_of = {pair: i for i, part in enumerate(division) for pair in part}
            part_of |= {(k, j): i for (j, k), i in part_of.items()}
            ordered = [(j, k) for j in range(n) for k in range(n)]
            keys = [(shell[j], shell[k], part_of.get((j, k))) for j, k in ordered]
            names = {key: i for i, key in enumerate(dict.fromkeys(keys))}
            seen.add(canonical_slowly(np.array([names[key] for key in keys]).reshape(n, n)))
    assert seen == {canonical_slowly(pattern.labels) for pattern in atlas[n]}


def test_permutations_are_those_that_keep_the_pattern(atlas):
    for pattern in atlas[4] + atlas[5][::40]:
        found = sorted(map(tuple, pattern.permutations.tolist()))
        labels = pattern.labels
        assert found == [p for p in permutations(range(pattern.n)) if (labels[np.ix_(p, p)] == labels).all()]


def cluster(seed):
    """Two to five neighbours on a small grid, where distances and angles coincide often."""
    draw = random.Random(seed)
    points = {tuple(draw.randint(-2, 2) for _ in range(3)) for _ in range(draw.choice([2, 3, 4, 5, 5, 5]))} - {
        (0, 0, 0)
    }
    points = sorted(points) or [(1, 0, 0)]
    return Environment([draw.choice("HHHN" if seed % 4 == 0 else "H") for _ in points], points, "C")


def test_every_environment_has_a_pattern_of_the_atlas(atlas):
    known = {n: {canonical(pattern.labels): pattern for pattern in found} for n, found in atlas.items()}
    singular = 0
    for seed in range(300):
        moves = Displacements.of_neighbours(cluster(seed))
        pattern = known[moves.environment.n][canonical(moves.labels)]
        assert len(pattern.permutations) == moves.stabiliser.order
        found = exact_filtration(moves, 2)["incompleteness"]
        assert found <= len(pattern.lost(2))
        singular += found > 0
    assert singular > 5


@pytest.mark.parametrize("n", [3, 4])
def test_canonical_forms(atlas, n):
    draw = random.Random(n)
    for pattern in atlas[n]:
        p = draw.sample(range(n), n)
        assert canonical(pattern.labels) == canonical(pattern.labels[np.ix_(p, p)]) == canonical_slowly(pattern.labels)


@pytest.mark.parametrize(("n", "nu"), GAPS)
def test_gaps(atlas, n, nu):
    assert Counter(len(pattern.lost(nu)) for pattern in atlas[n]) == GAPS[n, nu]


@pytest.mark.parametrize(("most", "nu"), [(3, 2), (4, 3), (5, 4)])
def test_few_neighbours_are_never_spuriously_singular(atlas, most, nu):
    """Theorem (Few neighbours)."""
    for n in range(1, most + 1):
        assert all(not pattern.lost(nu) for pattern in atlas[n])
    assert most == 5 or any(pattern.lost(nu) for pattern in atlas[most + 1])


def test_the_theorem_against_the_rows():
    """The rows that the pattern passes over say the same; with one neighbour more they do not."""
    most, beyond = {2: 3, 3: 4, 4: 5}, 0
    for seed in range(200):
        env = cluster(seed)
        for nu in (2, 3):
            found = with_pivots(exact_filtration(env, nu))["incompleteness"]
            assert not found or env.n > most[nu]
            beyond += found > 0
    assert beyond


@pytest.mark.parametrize(
    ("n", "words"), [(0, "begins with 1"), (6, "too many to keep"), (7, "about 10^11"), (30, "more than 10^11")]
)
def test_what_is_too_much_says_so(n, words):
    with pytest.raises(InputError, match=re.escape(words)):
        patterns(n)
