"""The symmetry that an environment nearly has: the decimals of a file are seldom exactly symmetric.

Law: float64, for people and as a guide to what is exact; no proof rests on it. The isometries about the centre that
bring every neighbour on to a place of its kind within a tolerance, by images of at most three neighbours, as for the
exact stabiliser; a group only if they are closed.
"""

from dataclasses import dataclass

import numpy as np

from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.environment import Environment
from symsens.geometry.point_groups import symbol
from symsens.geometry.symmetry import Stabiliser

TOLERANCE = 1e-3  # Angstrom
MOST = 100  # neighbours
TRIES = 20_000  # images of the frame
LARGEST = 120  # elements, of the group of the icosahedron

Element = tuple[tuple[int, ...], int]  # a permutation and a determinant, which tell an isometry


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
    kinds = np.unique(env.species, return_inverse=True)[1]
    try:
        x = to_cartesian(env.metric, env.positions)
    except OverflowError:
        return None
    if np.abs(x).max() > 1e100:  # squares of squares are beyond float64
        return None
    if np.linalg.svd(x, compute_uv=False)[1] < 10 * tolerance:
        return None
    found = near_isometries(x, kinds, tolerance)
    if found is None or len(found) <= exact.order * (2 if exact.span == 2 else 1) or len(found) > LARGEST:
        return None
    if broken_pair(found, composed, identity(env.n)):
        return None
    isometries = [isometry for isometry, _ in found.values()]
    kept = [sum(a == b for a, b in enumerate(permutation)) for permutation, _ in found]
    traces = [np.trace(q) for q in isometries]
    rotations = [hand * trace for (_, hand), trace in zip(found, traces)]
    allowed = np.mean([count * trace for count, trace in zip(kept, traces)]) - np.mean(rotations)
    within = max(residual for _, residual in found.values())
    return NearSymmetry(schoenflies(isometries), float(within), round(float(allowed)))


def near_isometries(x, kinds, tolerance) -> dict[Element, tuple[np.ndarray, float]] | None:
    """{(permutation, determinant): (isometry, residual)} of the isometries that bring every point near one of its kind.

    Near is within the tolerance. Points in a plane, or almost, have one of either determinant. None beyond `TRIES`
    images of the frame. The points must span a plane.
    """
    frame = _frame(x, kinds, tolerance)
    images = _images(x, kinds, frame, tolerance)
    if images is None:
        return None
    found = {}
    for image in images:
        for hand in (1, -1):
            if (element := _element(x, kinds, frame, image, tolerance, hand)) is not None:
                permutation, turn, residual = element
                found[permutation, hand] = turn, residual
    return found


def _frame(x: np.ndarray, kinds: np.ndarray, tolerance) -> list[int]:
    """Neighbours that span space well, or a plane, of kinds and distances that few others have."""
    distance = np.round(np.linalg.norm(x, axis=1), 2)
    rare = [int(((kinds == k) & (distance == d)).sum()) for k, d in zip(kinds, distance)]
    order = np.argsort(rare, kind="stable")
    chosen = []
    for _ in range(3):
        basis = np.linalg.qr(x[chosen].T)[0]
        outside = np.linalg.norm(x - x @ basis @ basis.T, axis=1)
        if outside.max() > tolerance:
            chosen.append(int(next(j for j in order if outside[j] > 0.3 * outside.max())))
    return chosen


def _images(x, kinds, frame, tolerance) -> list[tuple[int, int, int]] | None:
    """The triples of points that an isometry may bring the frame to, by kinds and dot products; None beyond `TRIES`."""
    gram, slack = x @ x.T, 4 * tolerance * np.linalg.norm(x, axis=1).max()
    images = [()]
    for depth, b in enumerate(frame):
        like = [j for j in range(len(x)) if kinds[j] == kinds[b] and abs(gram[j, j] - gram[b, b]) < slack]
        before = gram[b, frame[:depth]]
        images = [(*i, j) for i in images for j in like if (np.abs(gram[j, list(i)] - before) < slack).all()]
        if len(images) > TRIES:
            return None
    return images


def _element(x, kinds, frame, image, tolerance, hand):
    turn = nearest_isometry(x[frame], x[list(image)], hand)
    if np.linalg.norm(x[frame] @ turn.T - x[list(image)]) > tolerance * len(frame) ** 0.5:
        return None
    for _ in range(2):  # the second time with all neighbours
        distance = np.linalg.norm((x @ turn.T)[:, None] - x[None], axis=2)
        distance[kinds[:, None] != kinds[None]] = np.inf
        permutation = distance.argmin(axis=1)
        if len(set(permutation.tolist())) < len(x):
            return None
        turn = nearest_isometry(x, x[permutation], hand)
    residual = np.linalg.norm(x @ turn.T - x[permutation], axis=1).max()
    return (tuple(permutation.tolist()), turn, residual) if residual <= tolerance else None


def nearest_isometry(source, image, hand: int | None = None) -> np.ndarray:
    """The isometry nearest to one that brings the one on to the other (Procrustes), of this determinant if any is given
    (Kabsch)."""
    u, _, v = np.linalg.svd(image.T @ source)
    return u @ v if hand is None else u @ np.diag([1, 1, hand * np.sign(np.linalg.det(u @ v))]) @ v


def broken_pair(elements, times, one):
    """Two of these elements whose product is none of them; None for a group.

    Parameters
    ----------
    elements : hashable, `one` among them; times : the product of two.
    """
    known, chosen, group = set(elements), [], {one}
    for g in elements:
        if g in group:
            continue
        chosen.append(g)
        group, frontier = set(), {one}
        while frontier:
            group |= frontier
            products = {times(g, h): (g, h) for g in chosen for h in frontier}
            outside = next((pair for product, pair in products.items() if product not in known), None)
            if outside:
                return outside
            frontier = products.keys() - group
    return None


def identity(n: int) -> Element:
    """The identity of n points."""
    return tuple(range(n)), 1


def composed(g: Element, h: Element) -> Element:
    """The element g after the element h."""
    return tuple(g[0][i] for i in h[0]), g[1] * h[1]


def schoenflies(isometries) -> str:
    """The symbol of a finite group of isometries, all of its elements given, as floats."""
    proper = [q for q in isometries if np.linalg.det(q) > 0]
    angles = [np.arccos(np.clip((np.trace(q) - 1) / 2, -1, 1)) for q in proper]
    least, size = min([angle for angle in angles if angle > 1e-2], default=2 * np.pi), len(proper)
    orders = [size, *([size // 2] if size > 2 and size % 2 == 0 else []), *({12: [3], 24: [4], 60: [5]}.get(size, []))]
    n = min(orders, key=lambda n: abs(2 * np.pi / n - least))  # of so many rotations no other order can be the largest
    traces = np.array([np.trace(q) for q in isometries if np.linalg.det(q) < 0])
    mirrors, inverted = np.count_nonzero(abs(traces - 1) < 1e-2), bool((traces < -3 + 1e-2).any())
    return symbol(size, n, len(traces), mirrors, inverted)
