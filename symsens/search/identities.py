"""The identity that shows a null space to be the whole one: L P + V W = d 1 and W V = d 1, P rows of D_nu.

With it D_nu V = 0 proves that D_nu w = 0 exactly for the w with d w = V c, and that the columns of V are independent:
elementary algebra of integers, or of integral numbers of a field, which Coq's kernel checks (proofs/coq/Matrices.v).

For a choice J of as many coordinates as there are null vectors, W lives in J and L is zero there: W = d (V_J)^-1 and
L = d (P_J')^-1, J' the other coordinates. Any J for which both exist will do; several are tried, and the one with the
shortest numbers is kept.

Law: nothing is believed; what is found here is multiplied out by whoever reads it.
"""

import random
from itertools import combinations_with_replacement, product

from flint import fmpz, fmpz_mat

from symsens.budget import stage
from symsens.errors import ContradictionError
from symsens.geometry.symmetry import isometry_of, matchings, spanning_neighbours
from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import Matrix, from_columns, matrix, modular_pivots, residues
from symsens.numbers.metric import IDENTITY, apply, cross
from symsens.numbers.number_field import Algebraic
from symsens.rows.evidence import Identity, Steps
from symsens.rows.filtration import Filtration

TRIES = 12
MAX_MAPS = 240


def find_identity(filtration: Filtration) -> Identity:
    """The identity for the last level of a filtration that has pivots (`symsens.rows.filtration.with_pivots`)."""
    stage("the identity for Coq")
    moves, nu = filtration.moves, filtration.nu
    pivots = filtration.levels[-1].proof.pivot_rows
    numbers, rows = _rows(moves, nu, pivots)
    width, vectors = moves.width, filtration.vectors
    P = matrix(len(rows), width, [x for row in rows for x in row])
    V = from_columns(vectors, width).transpose()  # rows are the null vectors
    place = next(moves.field.places())
    best = None
    for order in _orders(width):
        chosen = modular_pivots(residues(_columns(P, order), place))
        if len(chosen) < len(rows):
            continue
        outside = sorted(order[i] for i in chosen)
        inside = sorted(set(range(width)) - set(outside))
        found = _solve(P, V, outside, inside, width)
        best = found if best is None or _length(found) < _length(best) else best
    left, right, scale = best
    flat = V.entries()
    return Identity([list(flat[i::width]) for i in range(width)], numbers, left, right, scale)


def _orders(width: int):
    """Orders in which coordinates are tried: the same ones each time."""
    draw = random.Random(width)
    order = list(range(width))
    yield order
    yield order[::-1]
    for _ in range(TRIES - 2):
        yield draw.sample(order, width)


def _rows(moves, nu: int, pivots) -> tuple[list[int], list[list]]:
    """Numbers and entries of the rows of D_nu that a proof names."""
    labels, n, env = moves.labels.tolist(), moves.environment.n, moves.environment
    between = list(combinations_with_replacement(range(nu), 2))
    key = lambda tau: tuple(labels[tau[a]][tau[b]] for a, b in between)
    members = {}
    for tau in product(range(n), repeat=nu):
        members.setdefault(key(tau), []).append(tau)
    number = {k: i for i, k in enumerate(sorted(members, key=lambda k: members[k][-1]))}
    numbers, rows = [], []
    for tau, (a, b) in pivots:
        a, b = sorted((a, b))
        numbers.append(number[key(tau)] * len(between) + between.index((a, b)))
        row = [0] * (3 * n)
        for sigma in members[key(tau)]:
            for j, k in ((sigma[a], sigma[b]), (sigma[b], sigma[a])):
                for c in range(3):
                    row[3 * j + c] += env.covectors[k][c]
        rows.append(row)
    return numbers, rows


def _columns(a: Matrix, order: list[int]) -> Matrix:
    flat, width = a.entries(), a.ncols()
    return matrix(a.nrows(), len(order), [flat[i * width + j] for i in range(a.nrows()) for j in order])


def _solve(P: Matrix, V: Matrix, outside: list[int], inside: list[int], width: int):
    """L, W and d for a choice of coordinates."""
    first, p = _inverse(_columns(P, outside))
    second, q = _inverse(_columns(V, inside).transpose())
    scale = int(fmpz(p).lcm(fmpz(q)))
    left = [[0] * len(outside) for _ in range(width)]
    for i, row in zip(outside, first):
        left[i] = [x * (scale // p) for x in row]
    right = []
    for row in second:
        full = [0] * width
        for i, x in zip(inside, row):
            full[i] = x * (scale // q)
        right.append(full)
    return left, right, scale


def _inverse(a: Matrix) -> tuple[list[list], int]:
    """The inverse of a square matrix as integral numbers over one integer."""
    size = a.nrows()
    if not size:
        return [], 1
    rational = isinstance(a, fmpz_mat)
    numerators, q = (a if rational else a.blocks()).inv().numer_denom()
    table = [[int(x) for x in row] for row in numerators.tolist()]
    if rational:
        return table, int(q)
    d = a.field.degree  # the first column of the block of a number is the number
    entry = lambda i, j: Algebraic(a.field, tuple(table[d * i + k][d * j] for k in range(d)), 1)
    return [[entry(i, j) for j in range(size)] for i in range(size)], int(q)


def _length(found) -> int:
    """Bits of all numbers of an identity."""
    left, right, scale = found
    parts = (c for rows in (left, right) for row in rows for x in row for c in getattr(x, "numerators", (x,)))
    return scale.bit_length() + sum(int(c).bit_length() for c in parts)


def find_steps(filtration: Filtration) -> Steps | None:
    """Why the levels of a filtration are what they are; None where the Coq library does not see it: where something is
    incomplete and the neighbours do not span space, or have very many symmetries."""
    moves = filtration.moves
    env, found = moves.environment, moves.stabiliser.generators
    rigid, forced, further = (level.vectors for level in filtration.levels)
    spanning, maps = None, []
    if further:
        spanning = tuple(spanning_neighbours(env, moves.labels))
        if len(spanning) < 3 or moves.stabiliser.order > MAX_MAPS:
            return None
        isometries = (isometry_of(env, spanning, p) for p in matchings(moves.labels, spanning, moves.labels))
        maps = [(q, Q) for Q, q in map(clear_denominators, isometries)]
    cleared = [(*clear_denominators(g.isometry), g.permutation) for g in found]
    generators = [(q, Q, p) for Q, q, p in cleared]
    return Steps([_axis(env, v) for v in rigid], generators, _origins(env.n, generators, forced), spanning, maps)


def _axis(env, vector) -> tuple:
    """The axis of a rotation."""
    dual, scale = clear_denominators(env.inverse_metric)
    y, m = env.integer_positions[0], env.integer_metric[1]
    for e in IDENTITY:
        if tuple(vector) == tuple(x for position in y for x in apply(dual, cross(e, position))):
            return tuple(m * scale * int(x) for x in e)
    raise ContradictionError("a rigid displacement is no rotation about an axis of the frame")


def _origins(n: int, generators, vectors) -> list[tuple[int, int, int]]:
    """Of displacements q (rho u - u) the generator, and the neighbour and coordinate that u moves."""
    known = {}
    for i, (q, Q, p) in enumerate(generators):
        for k in range(n):
            for c in range(3):
                vector = [0] * (3 * n)
                for a in range(3):
                    vector[3 * p[k] + a] += Q[a][c]
                vector[3 * k + c] -= q
                known.setdefault(tuple(vector), (i, k, c))
    return [known[tuple(vector)] for vector in vectors]
