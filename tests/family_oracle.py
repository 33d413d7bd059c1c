"""Random members of families, and what the definitions say of them."""

import random
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest

from symsens.errors import InputError
from symsens.geometry.families import FAMILIES
from symsens.rows.filtration import exact_filtration

EPS = Fraction(1, 97)
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
    """So many lists of members; where atoms coincide, or a pair is congruent, they are drawn again."""
    rng, found = random.Random(f"{family.name} {seed}"), []
    while len(found) < count:
        try:
            found.append(family.members(drawn(rng, family)))
        except InputError as error:
            assert "coincide" in str(error) or "congruent" in str(error)
    return found


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


def moved(env, j, step):
    """`env` with neighbour j moved."""
    y = [list(position) for position in env.positions]
    y[j] = [a + b for a, b in zip(y[j], step)]
    return replace(env, positions=y)
