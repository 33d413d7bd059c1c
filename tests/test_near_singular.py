"""Environments at, and ever closer to, singular and symmetric ones: never a null vector claimed that is none, nor one
missed, judged by the rank of D_nu written down anew. A tenth here, the whole by `make soak`.
"""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import lcm
from random import Random

import pytest
from flint import fmpz_mat

from symsens.geometry.environment import Environment
from symsens.geometry.families import FAMILIES
from symsens.rows.filtration import exact_filtration

SINGULAR = ("half-turn", "mirror", "circle-and-apex", "equal-radii", "antipodal-5", "methane")
SYMMETRIC = {
    "tetrahedron": [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)],
    "square": [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)],
    "pyramid": [(2, 0, 1), (-2, 0, 1), (0, 2, 1), (0, -2, 1)],
    "planar": [(1, 2, 0), (3, -1, 0), (-2, -2, 0), (1, -4, 0)],
    "line": [(1, 0, 0), (-2, 0, 0), (3, 0, 0)],
    "bent": [(3, 4, 0), (-3, 4, 0), (0, 5, 0)],
    "octahedron": [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)],
}
BASES = [env.positions for name in SINGULAR for env in FAMILIES[name].members()] + list(SYMMETRIC.values())


def brute_rank(positions, species, nu):
    """The rank of D_nu from its definition: integers, every ordered tuple, no class known beforehand."""
    scale = 1
    for y in positions:
        for c in y:
            scale = lcm(scale, Fraction(c).denominator)
    x = [[int(Fraction(c) * scale) for c in y] for y in positions]
    n, rows = len(x), {}
    gram = [[sum(a * b for a, b in zip(y, z)) for z in x] for y in x]
    parts = [(a, b) for a in range(nu) for b in range(a, nu)]
    for tau in product(range(n), repeat=nu):
        key = tuple(species[j] for j in tau), tuple(gram[tau[a]][tau[b]] for a, b in parts)
        for a, b in parts:
            row = rows.setdefault((key, a, b), [0] * (3 * n))
            j, k = tau[a], tau[b]
            for c in range(3):
                row[3 * j + c] += x[k][c]
                row[3 * k + c] += x[j][c]
    return fmpz_mat([list(row) for row in {tuple(row) for row in rows.values()}]).rank()


def turned(chance, positions):
    """Through a rational rotation, so that nothing lies along the axes."""
    a, b, c, d = (chance.randint(-3, 3) for _ in range(4))
    norm = a * a + b * b + c * c + d * d
    if not norm:
        return positions
    q = [
        [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
        [2 * (b * c + a * d), a * a - b * b + c * c - d * d, 2 * (c * d - a * b)],
        [2 * (b * d - a * c), 2 * (c * d + a * b), a * a - b * b - c * c + d * d],
    ]
    return [tuple(sum(Fraction(e, norm) * y for e, y in zip(row, p)) for row in q) for p in positions]


def drawn(seed):
    """One environment: a base, turned or not, left as it is, or moved a little by 10^-1 to 10^-60 somewhere."""
    chance = Random(seed)
    positions = [tuple(map(Fraction, y)) for y in chance.choice(BASES)]
    if chance.random() < 0.3:
        positions = turned(chance, positions)
    if chance.random() < 0.7:
        for _ in range(chance.choice((1, 1, 2, 3 * len(positions)))):
            j, c = chance.randrange(len(positions)), chance.randrange(3)
            moved = list(positions[j])
            moved[c] += Fraction(chance.randint(-9, 9), 10 ** chance.randint(1, 60))
            positions[j] = tuple(moved)
    chance.shuffle(positions)
    species = ["H"] * len(positions)
    if chance.random() < 0.1:
        species[chance.randrange(len(species))] = "F"
    return species, positions


def judge(seeds):
    """How many of which kind there were; each one judged."""
    kinds = Counter()
    for seed in seeds:
        species, positions = drawn(seed)
        nu = 2 if seed % 10 else 3
        found = exact_filtration(Environment(species, positions), nu)
        rank = brute_rank(positions, species, nu)
        assert found.undecided is None and found.rank == rank, (seed, found, rank)
        assert found.nullity == 3 * len(positions) - rank
        if seed % 40 == 1 and len(positions) < 5:  # at nu = n only symmetry is left (Theorem 2)
            complete = brute_rank(positions, species, len(positions))
            assert found.symmetry_allowed_rank == complete, (seed, found, complete)
        kinds["spurious" if found["incompleteness"] else "symmetric" if found["symmetry"] else "regular"] += 1
    return kinds


@pytest.mark.parametrize("part", range(4))
def test_no_null_vector_is_claimed_or_missed(part):
    kinds = judge(range(2500 * part, 2500 * (part + 1)))
    assert min(kinds["spurious"], kinds["symmetric"], kinds["regular"]) > 150


@pytest.mark.soak
@pytest.mark.parametrize("part", range(10))
def test_no_null_vector_is_claimed_or_missed_in_a_hundred_thousand(part):
    print(judge(range(10**5 + 9000 * part, 10**5 + 9000 * (part + 1))))


def test_a_float_rank_would_be_caught():
    """The negative control: what NumPy calls the rank is wrong where the environment is nearly singular."""
    import numpy as np
    from naive import naive_jacobian

    wrong = 0
    for seed in range(200):
        species, positions = drawn(seed)
        env = Environment(species, positions)
        floats = np.array([[float(x) for x in row] for row in naive_jacobian(env, 2)])
        wrong += np.linalg.matrix_rank(floats) != brute_rank(positions, species, 2)
    assert wrong > 20
