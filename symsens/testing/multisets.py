"""Classes of tuples, and congruence, straight from the definitions: what strategies prove of a draw.

Law: no table, no shortcut; small environments only.
"""

from collections import Counter
from itertools import product

from symsens.geometry.environment import Environment
from symsens.numbers.metric import apply, dot


def _dots(env: Environment) -> list[list]:
    """x_j . x_k."""
    duals = [apply(env.metric, y) for y in env.positions]
    return [[dot(y, dual) for dual in duals] for y in env.positions]


def class_multiset(env: Environment, nu: int) -> Counter:
    """How many nu-tuples have each (species, invariants): equal exactly for environments that are degenerate at nu."""
    table, pairs = _dots(env), [(a, b) for a in range(nu) for b in range(a, nu)]
    return Counter(
        (tuple(env.species[j] for j in t), tuple(table[t[a]][t[b]] for a, b in pairs))
        for t in product(range(env.n), repeat=nu)
    )


def congruent(first: Environment, second: Environment) -> bool:
    """Whether an isometry about the centre takes one environment to the other, species included."""
    if (first.centre_species, first.n) != (second.centre_species, second.n):
        return False
    a, b = _dots(first), _dots(second)

    def extend(images):
        j = len(images)
        if j == first.n:
            return True
        return any(
            k not in images
            and first.species[j] == second.species[k]
            and a[j][j] == b[k][k]
            and all(a[i][j] == b[image][k] for i, image in enumerate(images))
            and extend([*images, k])
            for k in range(second.n)
        )

    return extend([])
