"""How nearly features of an order are equal where they are not: tuples of two sides matched one to one.

If the tuples of order nu of A and B can be matched, species with species, so that no dot product differs by more than
eps, then a feature differs by at most the number of tuples times what phi changes within eps. The smallest such eps is
that of a bottleneck matching. Any matching bounds it from above; for nu = 1 the sorted one attains it.

Law: floats propose a matching, and its eps is evaluated exactly: what is stated is an upper bound that is proved.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction
from itertools import product

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial.distance import cdist

from symsens.budget import stage
from symsens.geometry.environment import Environment
from symsens.rows.tuples import components

MOST = 700  # tuples of one kind that are matched by the search; beyond that those of matched neighbours are


@dataclass(frozen=True)
class Gap:
    """How nearly the features of an order are equal.

    Attributes
    ----------
    nu : the order.
    bound : Angstrom^2; the tuples can be matched with no dot product differing by more.
    scale : the largest square of a distance on either side.
    """

    nu: int
    bound: Fraction
    scale: Fraction

    @property
    def decimals(self) -> tuple[str, str]:
        """The bound, and its ratio to the scale, as decimals of three digits, rounded up."""
        return _upward(self.bound), _upward(self.bound / self.scale)


def _upward(x: Fraction) -> str:
    context = Context(prec=3, rounding=ROUND_CEILING)
    rounded = context.divide(Decimal(x.numerator), Decimal(x.denominator))
    text = f"{float(rounded):.3g}"  # the same three digits, unless it is beyond floats
    return text if Decimal(text) == rounded else str(rounded)


def find_gaps(
    pairs: Sequence[tuple[Environment, Environment, Sequence[int]]], orders: Sequence[int], alone: bool
) -> tuple[Gap, ...]:
    """An upper bound of the gap for each of these orders, ascending.

    Parameters
    ----------
    pairs : environments of A with their partners in B of the same species, over QQ, and for each neighbour that which
        it is matched with.
    alone : whether better matchings of tuples than those of the neighbours are sought.
    """
    dots = [(_dots(a), _dots(b), p) for a, b, p in pairs]
    scale = max((row[j] for x, z, _ in dots for g in (x, z) for j, row in enumerate(g)), default=Fraction(1))
    found, least = [], None
    for nu in reversed(orders):
        bound = _bound(pairs, dots, nu, alone)
        least = bound if least is None else min(bound, least)  # a matching of longer tuples is one of shorter ones
        found.append(Gap(nu, least, scale))
    return tuple(reversed(found))


def _dots(env: Environment) -> list[list[Fraction]]:
    return [[Fraction(x, env.gram_scale) for x in row] for row in env.gram]


def _bound(pairs, dots, nu: int, alone: bool) -> Fraction:
    tables = [(x, z, p, j, k) for x, z, p in dots for j in range(len(p)) for k in (range(j + 1) if nu > 1 else [j])]
    of_neighbours = max((abs(x[j][k] - z[p[j]][p[k]]) for x, z, p, j, k in tables), default=Fraction(0))
    if not alone:
        return of_neighbours
    stage(f"the gap of order nu = {nu}")
    (a, b, _), (x, z, _) = pairs[0], dots[0]
    return min(of_neighbours, _sorted(a, b, x, z)) if nu == 1 else _matched(a, b, x, z, nu, of_neighbours)


def _sorted(a: Environment, b: Environment, x, z) -> Fraction:
    """The largest difference of squares of distances in order, species by species."""
    squares = lambda env, g, kind: sorted(g[j][j] for j in range(env.n) if env.species[j] == kind)
    pairs = [zip(squares(a, x, kind), squares(b, z, kind)) for kind in set(a.species)]
    return max((abs(s - t) for each in pairs for s, t in each), default=Fraction(0))


def _matched(a: Environment, b: Environment, x, z, nu: int, otherwise: Fraction) -> Fraction:
    """The largest difference in a matching of the tuples of each kind, evaluated exactly; or the bound given."""
    unit = max(row[j] for g in (x, z) for j, row in enumerate(g))
    floats = [np.array([[float(c / unit) for c in row] for row in g]).reshape(len(g), len(g)) for g in (x, z)]
    largest = Fraction(0)
    for kind in product(sorted(set(a.species)), repeat=nu):
        if list(kind) != sorted(kind):
            continue  # a reordering of another kind
        sides = [np.array(_tuples(env, kind)) for env in (a, b)]
        if len(sides[0]) > MOST:
            return otherwise
        found = _matching(*(_invariants(g, each) for g, each in zip(floats, sides)))
        for s, t in zip(sides[0].tolist(), sides[1][found].tolist()):
            largest = max(largest, *(abs(x[s[i]][s[k]] - z[t[i]][t[k]]) for i, k in components(nu)))
    return min(largest, otherwise)


def _tuples(env: Environment, kind) -> list[tuple[int, ...]]:
    return list(product(*([j for j in range(env.n) if env.species[j] == z] for z in kind)))


def _invariants(gram: np.ndarray, tuples: np.ndarray) -> np.ndarray:
    return np.stack([gram[tuples[:, a], tuples[:, b]] for a, b in components(tuples.shape[1])], axis=1)


def _matching(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """For each row of the first one of the second, with the smallest largest difference (but for rounding)."""
    apart = cdist(first, second, "chebyshev")
    values = np.unique(apart)
    low = int(np.searchsorted(values, max(apart.min(axis=0).max(), apart.min(axis=1).max())))  # every row has a partner
    high, found = len(values) - 1, _complete(apart, values[low])
    if found is not None:
        return found
    while low < high:  # all rows can be matched at `high`, not at `low`
        middle = (low + high) // 2
        low, high = (middle + 1, high) if _complete(apart, values[middle]) is None else (low, middle)
    return _complete(apart, values[high])


def _complete(apart: np.ndarray, within: float) -> np.ndarray | None:
    """A matching of all rows to columns no farther apart, or None."""
    match = maximum_bipartite_matching(csr_matrix(apart <= within), perm_type="column")
    return match if (match >= 0).all() else None
