"""The exact stabiliser of an environment and the displacements that it makes invisible (THEORY, section 3).

Law: the stabiliser G is the group of all pairs (permutation p keeping species, isometry Q) with Q x_k = x_p(k). It acts
on displacements by (rho(g) v)_p(k) = Q v_k; a smooth invariant has dF(rho(g) v) = dF(v), so that every im(rho(g) - 1)
is invisible. S is their sum, and generators suffice, because gh - 1 = (g - 1) h + (h - 1).

Lemma (frame). An isometry is determined by the images of neighbours that span the same space as all of them. So the
search runs over images of at most three neighbours, and it is exhaustive: what it does not find does not exist.

Lemma (kernel). Isometries that fix every neighbour: none but 1 if the neighbours span space; the mirror if they span a
plane; all rotations about the axis, and mirrors through it, if they span a line. In the last case the half-turn alone
has im(Q - 1) = the plane perpendicular to the axis, which contains im(Q - 1) for all the others. For features that only
rotations leave alone the group is that of the rotations in G, and the mirror is none of them.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from symsens.geometry.environment import Environment
from symsens.numbers.field import clear_denominators, quotient
from symsens.numbers.kernel import independent
from symsens.numbers.metric import IDENTITY, apply, cofactors, cross, determinant, dot, multiply


@dataclass(frozen=True)
class Generator:
    """A pair (permutation p, isometry Q in frame coordinates) with Q y_k = y_p(k)."""

    permutation: tuple[int, ...]
    isometry: tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Stabiliser:
    """The stabiliser of an environment.

    Attributes
    ----------
    order : number of species-keeping permutations induced by isometries.
    generators : generators of those permutations, and of the isometries that fix every neighbour (Lemma kernel).
    span : dimension of the space that the neighbours span.
    """

    order: int
    generators: tuple[Generator, ...]
    span: int

    def isometries(self) -> set[tuple[tuple[Fraction, ...], ...]]:
        """All isometries that the generators generate, in frame coordinates."""
        found = frontier = {tuple(map(tuple, IDENTITY))}
        while frontier:
            products = (multiply(g.isometry, h) for g in self.generators for h in frontier)
            frontier = {tuple(map(tuple, q)) for q in products} - found
            found = found | frontier
        return found


def _frame(env: Environment, labels: np.ndarray) -> list[int]:
    """At most three neighbours that span the same space as all of them, from the rarest shells."""
    _, shell, size = np.unique(labels.diagonal(), return_inverse=True, return_counts=True)
    y, frame = env.integer_positions[0], []
    for j in sorted(range(env.n), key=lambda j: size[shell[j]]):
        chosen = [y[i] for i in frame]
        if not chosen:
            frame.append(j)
        elif len(chosen) == 1:
            if any(cross(chosen[0], y[j])):
                frame.append(j)
        elif dot(cross(*chosen), y[j]):
            return [*frame, j]
    return frame


def _permutations(env: Environment, labels: np.ndarray, frame: list[int]) -> list[tuple[int, ...]]:
    """All permutations that keep Gram matrix and species, found by the images of `frame` (Lemma frame)."""
    table = labels.tolist()
    wanted = [tuple(table[b][j] for b in frame) for j in range(env.n)]
    found = []

    def extend(images):
        depth = len(images)
        if depth == len(frame):
            where = {tuple(table[i][k] for i in images): k for k in range(env.n)}
            permutation = tuple(where.get(key, -1) for key in wanted)
            if -1 not in permutation:
                found.append(permutation)
            return
        target = table[frame[depth]][frame[depth]]
        for i in range(env.n):
            if table[i][i] == target and all(table[k][i] == table[b][frame[depth]] for k, b in zip(images, frame)):
                extend([*images, i])

    extend([])
    return found


def _closure(generators: list[tuple[int, ...]], n: int) -> set[tuple[int, ...]]:
    group = frontier = {tuple(range(n))}
    while frontier:
        frontier = {tuple(g[k] for k in h) for g in generators for h in frontier} - group
        group = group | frontier
    return group


def _completed(env: Environment, vectors):
    """Vectors of the frame, completed to a basis of space by metric normals (none for a line)."""
    if len(vectors) == 2:
        # M^-1 (a x b), to a scale, is M-orthogonal to a and b, and its length depends on their Gram matrix only.
        dual, _ = clear_denominators(env.inverse_metric)
        return [*vectors, apply(dual, cross(*vectors))]
    return vectors


def _isometry(env: Environment, frame: list[int], permutation: tuple[int, ...]):
    """An isometry that sends each neighbour k to permutation[k]."""
    y = env.integer_positions[0]  # a common scale leaves the isometry as it is
    source = _completed(env, [y[b] for b in frame])
    image = _completed(env, [y[permutation[b]] for b in frame])
    if len(source) == 1:  # on a line: the identity, or the half-turn about an axis across it
        return IDENTITY if source == image else _half_turn(env, _across(env, env.positions[frame[0]]))
    adjugate, scale = cofactors(list(zip(*source)))
    return [[quotient(x, scale) for x in row] for row in multiply(list(zip(*image)), adjugate)]


def _across(env: Environment, u):
    """A vector orthogonal to u."""
    dual = apply(env.metric, u)
    return next(w for w in (cross(dual, e) for e in IDENTITY) if any(w))


def _half_turn(env: Environment, axis):
    """2 P - 1, P the projection on to the axis."""
    dual = apply(env.metric, axis)
    square = dot(axis, dual)
    return [[2 * axis[i] * dual[j] / square - IDENTITY[i][j] for j in range(3)] for i in range(3)]


def _pointwise(env: Environment, frame: list[int], proper: bool):
    """The isometry of Lemma kernel that fixes every neighbour; None if there is none but the identity, or no
    neighbour."""
    if len(frame) == 1:
        return _half_turn(env, env.positions[frame[0]])
    if len(frame) == 2 and not proper:  # the mirror: minus the half-turn about the normal
        normal = _completed(env, [env.positions[b] for b in frame])[-1]
        return [[-x for x in row] for row in _half_turn(env, normal)]
    return None


def exact_stabiliser(env: Environment, labels: np.ndarray, proper: bool = False) -> Stabiliser:
    """The whole stabiliser of `env`, by exhaustive search on the exact Gram matrix (`labels` from `pair_labels`).

    Parameters
    ----------
    proper : its rotations only. Where the neighbours do not span space every permutation is that of a rotation, because
        the isometry of it may be followed by a mirror that fixes all neighbours.
    """
    if not env.n:
        return Stabiliser(1, (), 0)
    frame = _frame(env, labels)
    elements = _permutations(env, labels, frame)
    if proper and len(frame) == 3:
        elements = [p for p in elements if determinant(_isometry(env, frame, p)) > 0]
    chosen, group = [], {tuple(range(env.n))}
    for element in elements:
        if element not in group:
            chosen.append(element)
            group = _closure(chosen, env.n)
    generators = [Generator(p, tuple(map(tuple, _isometry(env, frame, p)))) for p in chosen]
    fixing = _pointwise(env, frame, proper)
    if fixing is not None:
        generators.append(Generator(tuple(range(env.n)), tuple(map(tuple, fixing))))
    return Stabiliser(len(elements), tuple(generators), len(frame))


def rigid_displacements(env: Environment) -> list[list[int]]:
    """Independent integer displacements, infinitesimal rotations dy = M^-1 A y about the centre: 3, 2 (line) or 0."""
    dual, _ = clear_denominators(env.inverse_metric)
    y = env.integer_positions[0]
    vectors = []
    for axis in range(3):
        e = tuple(int(i == axis) for i in range(3))
        vectors.append([x for position in y for x in apply(dual, cross(e, position))])
    return [vectors[i] for i in independent(vectors, 3 * env.n, env.field)]


def symmetry_displacements(n: int, generators) -> list[list[int]]:
    """Integer displacements of n atoms that span S = sum of im(rho(g) - 1) over the generators (not independent)."""
    vectors = []
    for g in generators:
        q, scale = clear_denominators(g.isometry)
        for k, c in product(range(n), range(3)):
            vector = [0] * (3 * n)
            for i in range(3):
                vector[3 * g.permutation[k] + i] += q[i][c]
            vector[3 * k + c] -= scale
            vectors.append(vector)
    return vectors
