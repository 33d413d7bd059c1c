"""The symmetry that an environment nearly has: the decimals of a file are seldom exactly symmetric.

Law: float64, for people; no proof rests on it. The isometries about the centre that bring every neighbour on to a place
of its kind within a tolerance, by images of at most three neighbours, as for the exact stabiliser; a group only if they
are closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.environment import Environment
from symsens.geometry.symmetry import Stabiliser

TOLERANCE = 1e-3  # Angstrom
MOST = 100  # neighbours
TRIES = 20_000  # images of the frame


@dataclass(frozen=True)
class NearSymmetry:
    """A group that an environment has up to small displacements.

    Attributes
    ----------
    group : its Schoenflies symbol.
    within : Angstrom; no element of the group brings a neighbour farther than this from the place of another one.
    allowed : the number of internal displacements of the neighbours that the group leaves alone.
    """

    group: str
    within: float
    allowed: int


def near_symmetry(env: Environment, exact: Stabiliser, tolerance: float = TOLERANCE) -> NearSymmetry | None:
    """The group of an environment within a tolerance in Angstrom, where it has more elements than the exact one.

    None where it has not, where neighbours are on a line, or where the isometries found are no group.
    """
    if not 2 <= env.n <= MOST:
        return None
    x, kinds = to_cartesian(env.metric, env.positions), np.unique(env.species, return_inverse=True)[1]
    _, sizes, axes = np.linalg.svd(x, full_matrices=False)
    if sizes[1] < 10 * tolerance:
        return None
    if env.n == 2 or sizes[2] < tolerance:  # in a plane: its two sides are two more places, of a kind of their own
        normal = sizes[0] * np.cross(axes[0], axes[1])
        x, kinds = np.vstack([x, normal, -normal]), np.append(kinds, [-1, -1])
    found = dict(_elements(x, kinds, tolerance))
    if len(found) <= exact.order * (2 if exact.span == 2 else 1) or len(found) > 120 or not _closed(found):
        return None
    isometries = [isometry for isometry, _ in found.values()]
    kept = [sum(a == b for a, b in enumerate(permutation[: env.n])) for permutation in found]
    traces = [np.trace(q) for q in isometries]
    rotations = [np.linalg.det(q) * trace for q, trace in zip(isometries, traces)]
    allowed = np.mean([count * trace for count, trace in zip(kept, traces)]) - np.mean(rotations)
    within = max(residual for _, residual in found.values())
    return NearSymmetry(schoenflies(isometries), float(within), round(float(allowed)))


def _frame(x: np.ndarray, kinds: np.ndarray) -> list[int]:
    """Three neighbours that span space well, of kinds and distances that few others have."""
    distance = np.round(np.linalg.norm(x, axis=1), 2)
    rare = [int(((kinds == k) & (distance == d)).sum()) for k, d in zip(kinds, distance)]
    order = np.argsort(rare, kind="stable")
    first = int(order[0])
    chosen = [first]
    for _ in range(2):
        basis = np.linalg.qr(x[chosen].T)[0]
        outside = np.linalg.norm(x - x @ basis @ basis.T, axis=1)
        good = [j for j in order if outside[j] > 0.3 * outside.max()]
        chosen.append(int(good[0]))
    return chosen


def _elements(x, kinds, tolerance) -> Iterator[tuple[tuple[int, ...], tuple[np.ndarray, float]]]:
    """(permutation, (isometry, residual)) for every image of the frame that all other neighbours agree with."""
    frame = _frame(x, kinds)
    gram, slack = x @ x.T, 4 * tolerance * np.linalg.norm(x, axis=1).max()
    like = [[j for j in range(len(x)) if kinds[j] == kinds[b] and abs(gram[j, j] - gram[b, b]) < slack] for b in frame]
    tried = 0
    for i in like[0]:
        for j in (j for j in like[1] if abs(gram[i, j] - gram[frame[0], frame[1]]) < slack):
            for k in like[2]:
                fits = abs(gram[i, k] - gram[frame[0], frame[2]]) < slack
                if not fits or abs(gram[j, k] - gram[frame[1], frame[2]]) >= slack:
                    continue
                tried += 1
                if tried > TRIES:
                    return
                if (element := _element(x, kinds, frame, (i, j, k), tolerance)) is not None:
                    yield element


def _element(x, kinds, frame, image, tolerance):
    turn = _isometry(x[frame], x[list(image)])
    for _ in range(2):  # the second time with all neighbours
        distance = np.linalg.norm((x @ turn.T)[:, None] - x[None], axis=2)
        distance[kinds[:, None] != kinds[None]] = np.inf
        permutation = distance.argmin(axis=1)
        if len(set(permutation.tolist())) < len(x):
            return None
        turn = _isometry(x, x[permutation])
    residual = np.linalg.norm(x @ turn.T - x[permutation], axis=1).max()
    return (tuple(permutation.tolist()), (turn, residual)) if residual <= tolerance else None


def _isometry(source, image) -> np.ndarray:
    """The isometry nearest to one that brings the one on to the other (Procrustes)."""
    u, _, v = np.linalg.svd(image.T @ source)
    return u @ v


def _closed(found) -> bool:
    elements = list(found)
    return all(tuple(g[i] for i in h) in found for g in elements for h in elements)


def schoenflies(isometries) -> str:
    """The symbol of a finite group of isometries, all of its elements given, as floats."""
    proper = [q for q in isometries if np.linalg.det(q) > 0]
    angles = [np.arccos(np.clip((np.trace(q) - 1) / 2, -1, 1)) for q in proper]
    orders = [1 if angle < 1e-2 else round(2 * np.pi / angle) for angle in angles]
    mirrors = sum(abs(np.trace(q) - 1) < 1e-2 for q in isometries if np.linalg.det(q) < 0)
    inverted = any(np.trace(q) < -3 + 1e-2 for q in isometries)
    improper, n, size = len(proper) < len(isometries), max(orders), len(proper)
    if orders.count(5) > 4:
        return "Ih" if improper else "I"
    if orders.count(3) > 2:
        letter = "O" if 4 in orders else "T"
        return letter + ("h" if inverted else "d" if improper else "")
    if not improper:
        return f"{'C' if size == n else 'D'}{n}"
    if size == n:
        if n == 1:
            return "Cs" if mirrors else "Ci"
        return f"C{n}v" if mirrors == n else f"C{n}h" if mirrors else f"S{2 * n}"
    return f"D{n}{'h' if mirrors == n + 1 else 'd'}"
