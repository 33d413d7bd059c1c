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

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product

import numpy as np

from symsens.geometry.environment import Environment
from symsens.numbers.field import clear_denominators, quotient
from symsens.numbers.kernel import independent
from symsens.numbers.metric import IDENTITY, apply, cofactors, cross, determinant, dot, inverse, multiply


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

    @cached_property
    def elements(self) -> dict[tuple[tuple[Fraction, ...], ...], tuple[int, ...]]:
        """All isometries that the generators generate, in frame coordinates, and a permutation of each: of nothing
        where there are no generators."""
        n = len(self.generators[0].permutation) if self.generators else 0
        found = frontier = {tuple(map(tuple, IDENTITY)): tuple(range(n))}
        while frontier:
            products = {
                tuple(map(tuple, multiply(g.isometry, q))): tuple(g.permutation[k] for k in p)
                for g in self.generators
                for q, p in frontier.items()
            }
            frontier = {q: p for q, p in products.items() if q not in found}
            found = found | frontier
        return found

    def isometries(self) -> set[tuple[tuple[Fraction, ...], ...]]:
        """The isometries of `elements`."""
        return set(self.elements)


def spanning_neighbours(env: Environment, labels: np.ndarray) -> list[int]:
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


def matchings(labels: np.ndarray, frame: list[int], targets: np.ndarray) -> Iterator[tuple[int, ...]]:
    """All maps p of as many neighbours with targets[p(j), p(k)] = labels[j, k], by the images of `frame` (Lemma
    frame).

    Parameters
    ----------
    labels, frame : of the environment that is mapped, from `pair_labels` and `spanning_neighbours`.
    targets : the same labels again, for the permutations of an environment that keep Gram matrix and species; or those
        of another one, numbered alike (`common_labels`).
    """
    table, image = labels.tolist(), targets.tolist()
    wanted = [tuple(table[b][j] for b in frame) for j in range(len(table))]

    def extend(images):
        depth = len(images)
        if depth == len(frame):
            where = {tuple(image[i][k] for i in images): k for k in range(len(image))}
            permutation = tuple(where.get(key, -1) for key in wanted)
            if -1 not in permutation:
                yield permutation
            return
        target = table[frame[depth]][frame[depth]]
        for i in range(len(image)):
            if image[i][i] == target and all(image[k][i] == table[b][frame[depth]] for k, b in zip(images, frame)):
                yield from extend([*images, i])

    return extend([])


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


def isometry_of(first: Environment, frame: list[int], permutation: tuple[int, ...], second: Environment | None = None):
    """An isometry that sends each neighbour k to permutation[k], in frame coordinates: a rotation, if there is one.

    Parameters
    ----------
    second : the environment of the images, of the same metric unless the neighbours span space; None: `first`.
    """
    second = second or first
    (y, q), (z, r) = first.integer_positions, second.integer_positions
    source = _completed(first, [[r * c for c in y[b]] for b in frame])  # both times q r, which leaves the isometry as
    image = _completed(second, [[q * c for c in z[permutation[b]]] for b in frame])  # it is
    if len(source) == 1:  # on a line: the identity, or a half-turn about an axis in the middle, or across
        middle = [a + b for a, b in zip(source[0], image[0])]
        if source == image:
            return IDENTITY
        return _half_turn(first, middle if any(middle) else _across(first, first.positions[frame[0]]))
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


def turns_about(metric, axis) -> tuple:
    """A turn about an axis, by an angle that is neither 0 nor a half-turn, and a mirror through it, in frame
    coordinates: with them vectors and bilinear forms are left alone by all of its kind (Lemma line)."""
    dual = inverse(metric)
    rows = list(zip(*(apply(dual, cross(axis, e)) for e in IDENTITY)))  # N y = M^-1 (axis x y)
    plus, minus = ([[IDENTITY[i][j] + s * rows[i][j] for j in range(3)] for i in range(3)] for s in (1, -1))
    across = next(w for w in (cross(apply(metric, axis), e) for e in IDENTITY) if any(w))
    covector = apply(metric, across)
    square = dot(across, covector)
    mirror = [[IDENTITY[i][j] - 2 * across[i] * covector[j] / square for j in range(3)] for i in range(3)]
    return multiply(inverse(minus), plus), mirror  # Cayley


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
    frame = spanning_neighbours(env, labels)
    elements = list(matchings(labels, frame, labels))
    if proper and len(frame) == 3:
        elements = [p for p in elements if determinant(isometry_of(env, frame, p)) > 0]
    chosen, group = [], {tuple(range(env.n))}
    for element in elements:
        if element not in group:
            chosen.append(element)
            group = _closure(chosen, env.n)
    generators = [Generator(p, tuple(map(tuple, isometry_of(env, frame, p)))) for p in chosen]
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
