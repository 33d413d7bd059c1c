"""Patterns that no environment realises in a singular way.

Let X have the pattern P and a change B of its dot products, not 0, that is in F & T. Then X + t dX, dX making B, has
the Gram matrix G + t B + ..., whose minors of order 4 vanish for every t. So the labels of P as unknowns, the first
square 1, and the weights of B over a basis of F solve polynomials: the minors of order 4 of G + t B modulo t^2. If
these have no common zero, over the complex numbers, where different labels and different neighbours are different,
P is never spuriously singular in space, in a plane or on a line (Lemma fourth-minors). Such systems are split at the
factors of their polynomials, and factors that must not vanish are dropped, until Groebner bases are 1.

Law: exact polynomials over QQ; what is not proved is not said.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from sympy import QQ
from sympy.polys.groebnertools import groebner
from sympy.polys.orderings import grevlex, lex
from sympy.polys.rings import PolyElement, ring

from symsens.budget import stage
from symsens.rows.atlas import pair_kinds
from symsens.rows.patterns import Pattern


def is_impossible(pattern: Pattern, lost: list, pattern_only: bool = False) -> bool:
    """Whether it is proved that no neighbours in space have this pattern and a change of dot products in F & T.

    Parameters
    ----------
    lost : a basis of F.
    pattern_only : ask only whether none have the pattern.
    """
    charts = [None] if pattern_only else range(len(lost))
    return all(_is_empty(*_system(pattern, lost, chart)) for chart in charts)


def _system(pattern: Pattern, lost: list, chart: int | None):
    """The polynomials of the minors, and those that must not vanish; the weights of B are 0 before `chart`, 1 there."""
    kinds, n = pair_kinds(pattern), pattern.n
    count = int(kinds.max()) + 1
    free = 0 if chart is None else len(lost) - chart - 1
    R, *unknowns = ring([f"g{i}" for i in range(1, count)] + [f"c{i}" for i in range(free)] + ["t"], QQ, grevlex)
    values, t = [R(1), *unknowns[: count - 1]], unknowns[-1]
    changes = [[R(0)] * n for _ in range(n)]
    if chart is not None:
        weights = [R(1), *unknowns[count - 1 : -1]]
        bases = [pattern.on_pairs(B) for B in lost[chart:]]
        changes = [[sum((w * int(B[j][k]) for w, B in zip(weights, bases)), R(0)) for k in range(n)] for j in range(n)]
    grown = [[values[kinds[j, k]] + t * changes[j][k] for k in range(n)] for j in range(n)]
    polynomials = []
    for rows in combinations(range(n), 4):
        for columns in combinations(range(n), 4):
            if rows <= columns:
                minor = _determinant([[grown[j][k] for k in columns] for j in rows], R)
                polynomials += [_coefficient(minor, 0, R), _coefficient(minor, 1, R)]
    return [p for p in polynomials if p], _units(pattern, kinds, values), R


def _determinant(rows: list, R) -> PolyElement:
    """By the first row, without zeros."""
    if not rows:
        return R(1)
    return sum(
        (
            (-1) ** c * x * _determinant([row[:c] + row[c + 1 :] for row in rows[1:]], R)
            for c, x in enumerate(rows[0])
            if x
        ),
        R(0),
    )


def _coefficient(polynomial: PolyElement, power: int, R) -> PolyElement:
    """That of a power of the last unknown."""
    return R.from_dict({(*mono[:-1], 0): c for mono, c in polynomial.items() if mono[-1] == power})


def _units(pattern: Pattern, kinds: np.ndarray, values: list) -> set:
    """What must not vanish: squares, and differences of labels of the same two shells; |x_j - x_k|^2 within a shell."""
    shell, found = pattern.labels.diagonal(), set()
    groups = {}
    for j, k in combinations(range(pattern.n), 2):
        groups.setdefault((shell[j], shell[k]), set()).add(int(kinds[j, k]))
    for (a, b), group in groups.items():
        if a == b:
            group.add(int(kinds[list(shell).index(a), list(shell).index(a)]))
        found |= {values[x] - values[y] for x, y in combinations(sorted(group), 2)}
    found |= {values[kinds[j, j]] for j in range(pattern.n)}
    return {unit.monic() for unit in found if not unit.is_ground}


def _is_empty(polynomials: list, units: set, R) -> bool:
    """Whether it is proved that the polynomials have no common zero, over the complex numbers, off those of the units.

    False where the bases are not 1: then there are complex zeros, real ones perhaps.
    """
    waiting = [list(_factored(polynomials, units))]
    while waiting:
        stage("Groebner bases")
        system = waiting.pop()
        if not all(system):
            continue  # a product of units
        single = {factors[0] for factors in system if len(factors) == 1}
        several = [factors for factors in system if len(factors) > 1 and not single & set(factors)]
        if several:
            chosen = min(several, key=lambda factors: (sum(map(_degree, factors)), list(map(str, factors))))
            rest = [[f] for f in sorted(single, key=str)] + [factors for factors in several if factors is not chosen]
            waiting += [[*rest, [factor]] for factor in chosen]
            continue
        basis = groebner(sorted(single, key=lambda f: (_degree(f), str(f))), R)
        if basis == [R(1)]:
            continue
        again = list(_factored(basis, units))
        if [[f.monic()] for f in basis] != again:
            waiting.append(again)
        elif not _is_empty_off(basis, units, R):
            return False
    return True


def _is_empty_off(basis: list, units: set, R) -> bool:
    """Whether every zero of a Groebner basis is one of some unit: 1 - y unit is added to it, unit after unit."""
    S, y, *_ = ring(["y", *map(str, R.symbols)], QQ, lex)  # an order that eliminates y
    for unit in sorted(units, key=str):
        lifted = [S.from_dict({(0, *mono): c for mono, c in f.items()}) for f in (*basis, unit)]
        found = groebner([*lifted[:-1], 1 - y * lifted[-1]], S)
        inside = [f for f in found if not any(mono[0] for mono in f)]
        basis = groebner([R.from_dict({mono[1:]: c for mono, c in f.items()}) for f in inside], R)
        if basis == [R(1)]:
            return True
    return False


def _factored(polynomials: list, units: set) -> Iterator[list]:
    """The irreducible factors of each polynomial, once each, that are no units."""
    for polynomial in polynomials:
        factors = {factor.monic() for factor, _ in polynomial.factor_list()[1]}
        yield sorted(factors - units, key=lambda f: (_degree(f), str(f)))


def _degree(polynomial: PolyElement) -> int:
    return max(map(sum, polynomial.itermonoms()), default=0)
