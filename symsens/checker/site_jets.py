"""The 2-jets that site functions of any order have, summed over the sites of a crystal.

Law: the standard library only, exact numbers only. The congruences of environments are searched for anew, all of them.

Lemma forms: these 2-jets are spanned by the sums over the orbits of sides, and of pairs of sides, of one environment
    under all maps of it on to the congruent ones.
Lemma basis: how many such maps a search can meet at a time.
"""

from collections import Counter
from itertools import combinations, combinations_with_replacement

from symsens.checker.stabilisers import matches
from symsens.checker.two_jets import spend


def congruences(env):
    """For each class of congruent environments one of them, and all maps [(environment, numbers of nodes)] of it."""
    tables = list(map(table_of, [env] * env.n, range(env.n)))
    left = list(range(env.n))
    while left:
        first, maps, taken = left[0], [], {left[0]}
        for i in left:
            if env.species[i] != env.species[first] or len(env.around[i]) != len(env.around[first]):
                continue
            spend(2 * len(env.around[i]) ** 4)
            found = matches(tables[first], tables[i])
            maps += [(i, (0, *(1 + k for k in p))) for p in found]
            taken |= {i} if found else set()
        yield first, maps
        left = [i for i in left if i not in taken]


def table_of(env, centre):
    """(squared sides, species) of the neighbours of a centre; on the diagonal those from the centre."""
    near, origin = env.around[centre], (centre, (0,) * len(env.cell))
    ends = lambda j, k: (origin, near[j]) if j == k else (near[j], near[k])
    size = range(len(near))
    return [[env.distance(env.side(*ends(j, k))) for k in size] for j in size], [env.species[j] for j, _ in near]


def orbit_rows(env, nodes):
    """A row for each orbit, given the nodes of each environment, the centre first."""
    for first, maps in congruences(env):
        sides = list(combinations(range(len(nodes[first])), 2))
        spend(len(maps) * (len(sides) + 1) ** 2 // 2)
        keys = [(side,) for side in sides] + list(combinations_with_replacement(sides, 2))
        seen = set()
        for key in keys:
            if key in seen:
                continue
            images = [(i, image(p, key)) for i, p in maps]
            seen.update(found for i, found in images if i == first)
            row = Counter(tuple(sorted(named(nodes[i], side) for side in found)) for i, found in images)
            yield frozenset(row.items())


def image(p, key):
    """One or two sides of an environment under a map of the numbers of nodes."""
    return tuple(sorted((p[j], p[k]) if p[j] < p[k] else (p[k], p[j]) for j, k in key))


def named(nodes, side):
    """A side by its nodes, the lesser one first."""
    j, k = side
    return (nodes[j], nodes[k]) if nodes[j] < nodes[k] else (nodes[k], nodes[j])
