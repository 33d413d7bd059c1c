"""Patterns that no environment realises in a singular way.

Let X have the pattern P and a change B of its dot products, not 0, that is in F & T. Then X + t dX, dX making B, has
the Gram matrix G + t B + ..., whose minors of order 4 vanish for every t. So the labels of P as unknowns, the first
square 1, and the weights of B over a basis of F solve polynomials: the minors of order 4 of G + t B modulo t^2. If
these have no common zero, over the complex numbers, where different labels and different neighbours are different,
P is never spuriously singular in space, in a plane or on a line (Lemma fourth-minors).

Law: exact polynomials over QQ; what is not proved is not said.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sympy import QQ
from sympy.polys.orderings import grevlex
from sympy.polys.rings import PolyElement, PolyRing, ring

from symsens.rows.atlas import pair_kinds
from symsens.rows.patterns import Pattern
from symsens.search.contradictions import Step, contradiction


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Why no neighbours in space have a pattern and a change of dot products in F & T.

    Attributes
    ----------
    changes : a basis of F, symmetric matrices of integers; None where no neighbours have the pattern at all.
    proofs : one for each of them: the weights of those before it are 0, its own is 1. One alone without changes.
    """

    changes: list | None
    proofs: list[list[Step]]


def exclusion(pattern: Pattern, lost: list, pattern_only: bool = False) -> Exclusion | None:
    """A proof that no neighbours in space have this pattern and a change of dot products in F & T; None without one.

    Parameters
    ----------
    lost : a basis of F.
    pattern_only : ask only whether none have the pattern.
    """
    changes = None if pattern_only else [[[int(x) for x in row] for row in pattern.on_pairs(B)] for B in lost]
    proofs = []
    for chart in [None] if pattern_only else range(len(lost)):
        found = contradiction(*system(pattern, changes, chart))
        if found is None:
            return None
        proofs.append(found)
    return Exclusion(changes, proofs)


def system(pattern: Pattern, changes: list | None, chart: int | None) -> tuple[list[PolyElement], dict, PolyRing]:
    """The polynomials of the minors, each followed by the coefficient of t; the units; and the ring of the labels but
    for the first and of the weights after `chart`: those before are 0, and 1 there."""
    kinds, n = pair_kinds(pattern), pattern.n
    count, free = int(kinds.max()) + 1, 0 if chart is None else len(changes) - chart - 1
    R, *unknowns = ring([f"g{i}" for i in range(1, count)] + [f"c{i}" for i in range(free)], QQ, grevlex)
    values, weights = [R(1), *unknowns[: count - 1]], [R(1), *unknowns[count - 1 :]]
    chosen = [] if chart is None else changes[chart:]
    change = lambda j, k: sum((w * B[j][k] for w, B in zip(weights, chosen)), R(0))
    grown = [[(values[kinds[j, k]], change(j, k)) for k in range(n)] for j in range(n)]
    polynomials = []
    for rows in combinations(range(n), 4):
        for columns in combinations(range(n), 4):
            if rows <= columns:
                polynomials += _determinant([[grown[j][k] for k in columns] for j in rows], R)
    return polynomials, _units(pattern, kinds, values), R


def _determinant(rows: list, R: PolyRing) -> tuple[PolyElement, PolyElement]:
    """By the first row, without zeros; a pair (a, b) is a + t b, modulo t^2."""
    if not rows:
        return R(1), R(0)
    value, slope = R(0), R(0)
    for c, (a, b) in enumerate(rows[0]):
        if a or b:
            minor, change = _determinant([row[:c] + row[c + 1 :] for row in rows[1:]], R)
            value += (-1) ** c * a * minor
            slope += (-1) ** c * (a * change + b * minor)
    return value, slope


def _units(pattern: Pattern, kinds: np.ndarray, values: list) -> dict[tuple[int, ...], PolyElement]:
    """What must not vanish, by one label or two: squares (a,), and the differences (a, b) of labels of the same two
    shells; within a shell that of its square and a product too, |x_j - x_k|^2 / 2."""
    shell, groups = pattern.labels.diagonal(), {}
    for j, k in combinations(range(pattern.n), 2):
        groups.setdefault((shell[j], shell[k]), set()).add(int(kinds[j, k]))
        if shell[j] == shell[k]:
            groups[shell[j], shell[k]].add(int(kinds[j, j]))
    names = {(int(kinds[j, j]),) for j in range(pattern.n)}
    names |= {pair for group in groups.values() for pair in combinations(sorted(group), 2)}
    units = {name: values[name[0]] - (values[name[1]] if name[1:] else 0) for name in sorted(names)}
    return {name: unit for name, unit in units.items() if not unit.is_ground}
