"""A bound of the rank of J by the number of coefficients of the density (Lemma coefficients).

Law: dimensions are exact; that rotations move the coefficients is proved by balls, or not used.
"""

from collections import defaultdict
from collections.abc import Mapping
from math import floor

import numpy as np
from flint import arb, ctx

from symsens.forms.arithmetics import ball
from symsens.forms.assembly import Tables
from symsens.forms.blocks import Family, invariants
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import Generator, Stabiliser, rigid_displacements, symmetry_displacements
from symsens.numbers.field import clear_denominators, quotient
from symsens.numbers.kernel import from_columns, matrix, null_space
from symsens.numbers.metric import apply, determinant
from symsens.numbers.rank import rank_by_elimination

BITS = 192  # of the balls


def shells(env: Environment) -> dict[str, set[int]]:
    """The different squared distances (to the scale of the Gram matrix) of each species."""
    found = defaultdict(set)
    for j, z in enumerate(env.species):
        found[z].add(env.gram[j][j])
    return found


def coefficient_bound(env: Environment, channels: Mapping[tuple[Family, int], set[int]]) -> int:
    """Lemma coefficients; `channels`: the members of each family that occur with harmonics of each degree."""
    moves = Displacements.of_neighbours(env)
    if moves.stabiliser.span < 2:
        return 3 * env.n
    fixed = _fixed_harmonics(moves.stabiliser, max((l for _, l in channels), default=0))
    total = 0
    for z, found in shells(env).items():
        coefficients = 0
        for (family, l), members in channels.items():
            functions = independent_functions(family, members, l)
            coefficients += min(functions, len(found) if l == 0 else 2 * len(found)) * fixed[l]
        total += min(_symmetric_displacements(env, moves.stabiliser, z), coefficients)
    return total - _rotations_seen(env, moves.stabiliser, channels)


def _fixed_harmonics(stabiliser: Stabiliser, highest: int) -> list[int]:
    """How many harmonics of each degree the whole stabiliser leaves alone: the mean of its characters."""
    group = stabiliser.isometries()
    sums = [0] * (highest + 1)
    for q in group:
        sign = determinant(q)  # q = sign times a rotation
        double = sign * sum(q[i][i] for i in range(3)) - 1  # 2 cos of its angle
        cosines, character = (2, double), 1  # 2 cos(m angle)
        for l in range(highest + 1):
            if l:
                character += cosines[1]
                cosines = cosines[1], double * cosines[1] - cosines[0]
            sums[l] += sign**l * character
    return [floor(quotient(total, len(group))) for total in sums]


def _symmetric_displacements(env: Environment, stabiliser: Stabiliser, z: str) -> int:
    """The dimension of the displacements of one species that the stabiliser leaves alone."""
    columns = [3 * j + c for j, other in enumerate(env.species) if other == z for c in range(3)]
    moved = [[vector[i] for i in columns] for vector in symmetry_displacements(env.n, stabiliser.generators)]
    moved = [vector for vector in moved if any(vector)]
    return len(columns) - matrix(len(moved), len(columns), [x for vector in moved for x in vector]).rank()


def _rotations_seen(env: Environment, stabiliser: Stabiliser, channels) -> int:
    """A lower bound of the rank of the coefficients' derivatives along rotations that the stabiliser leaves alone."""
    rotations = _symmetric_rotations(env, stabiliser)
    wanted = [(family, l, sorted(members)) for (family, l), members in channels.items() if l in (1, 2)]
    if not rotations or not wanted:
        return 0
    tables = Tables(env, pair_labels(env), {})
    for family in {family for family, _, _ in wanted}:
        tables.want(family, family, np.arange(env.n)[:, None])
    rows = []
    with ctx.workprec(BITS):
        tables.evaluate(ball(), lambda found: found)
        for family, l, members in wanted:
            table, column = tables.columns(family)
            values = table[members, 0][:, column]
            for z in sorted(set(env.species)):
                mine = [j for j, other in enumerate(env.species) if other == z]
                balls = [[[ball().number(x, 1) for x in _moment(env, u, j, l)] for j in mine] for u in rotations]
                moments = np.array(balls, dtype=object)
                rows += [
                    [sum(a * x for a, x in zip(line, moments[i, :, e])) for i in range(len(rotations))]
                    for line in values[:, mine].tolist()
                    for e in range(moments.shape[2])
                ]
        derivatives = np.array([[arb(x) for x in row] for row in rows], dtype=object)
        return rank_by_elimination(derivatives, len(rotations))


def _moment(env: Environment, u: list, j: int, l: int) -> list:
    """The derivative of x_j, or of x_j x_j^T, along a displacement, in frame components."""
    y, v = env.integer_positions[0][j], u[3 * j : 3 * j + 3]
    if l == 1:
        return v
    return [v[a] * y[b] + y[a] * v[b] for a in range(3) for b in range(a, 3)]


def _symmetric_rotations(env: Environment, stabiliser: Stabiliser) -> list[list[int]]:
    """A basis of the rotations about the centre that the stabiliser leaves alone, as displacements."""
    rigid = rigid_displacements(env)
    changes = [[x for g in stabiliser.generators for x in _change(env, g, vector)] for vector in rigid]
    if not changes or not changes[0]:
        return rigid
    return [
        [sum(c * vector[i] for c, vector in zip(combination, rigid)) for i in range(3 * env.n)]
        for combination in null_space(from_columns(changes, len(changes[0])))
    ]


def _change(env: Environment, g: Generator, vector: list[int]) -> list[int]:
    """rho(g) v - v, to a scale."""
    q, scale = clear_denominators(g.isometry)
    out = [0] * len(vector)
    for k in range(env.n):
        image = apply(q, vector[3 * k : 3 * k + 3])
        to = 3 * g.permutation[k]
        for c in range(3):
            out[to + c] = image[c] - scale * vector[to + c]
    return out


def independent_functions(family: Family, members: set[int], l: int) -> int:
    """A bound of the dimension that the functions span; for l = 0 of their derivatives: constants do not count."""
    wanted = (lambda form: bool(form.free_symbols & set(invariants(1)))) if l == 0 else (lambda form: form != 0)
    if not family.mixing:
        return len({family.forms[i] for i in members if wanted(family.forms[i])})
    total, start, first = 0, 0, 0
    for mixed in family.mixing:
        rows, columns = len(mixed.rows), len(mixed.rows[0])
        mine = len(members & set(range(start, start + rows)))
        total += min(mine, sum(map(wanted, family.primitives[first : first + columns])))
        start, first = start + rows, first + columns
    return total
