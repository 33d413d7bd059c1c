"""How nearly two environments, or two molecules, are congruent: the best rigid superposition that is found.

Law: float64, for people and as a guide; no proof rests on it. Three points that span space well are brought to every
three of the same kinds that have nearly their dot products, the others are assigned to the nearest, all are superposed
by least squares, and the result with the smallest largest displacement is kept.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.linalg import qr
from scipy.optimize import linear_sum_assignment

from symsens.geometry.approximate_groups import nearest_isometry
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.environment import Environment, Structure

MOST = 100  # points
TRIES = 200  # images of the three points


@dataclass(frozen=True)
class Superposition:
    """Points of one side on those of another.

    Attributes
    ----------
    permutation : point k of the first on permutation[k] of the second.
    displacement : Angstrom; the largest distance of a point from the one that it is on.
    """

    permutation: tuple[int, ...]
    displacement: float


def superpose(first, second, proper: bool = False) -> Superposition | None:
    """Two environments about their centres, or two molecules about their means; None where numbers of points of a
    species differ, there are none, or too many, or where numbers are beyond those of floats.

    Parameters
    ----------
    first, second : two `Environment`, or two `Structure` that are not periodic.
    proper : by rotations only.
    """
    if Counter(first.species) != Counter(second.species) or not 0 < len(first.species) <= MOST:
        return None
    try:
        (x, kinds), (z, others) = (_points(side, sorted({*first.species})) for side in (first, second))
    except OverflowError:
        return None
    unit = max(np.abs(x).max(), np.abs(z).max(), np.finfo(float).tiny)  # so that squares neither over- nor underflow
    x, z = x / unit, z / unit
    frame = qr(x.T, mode="r", pivoting=True)[1][:3]
    found = [_superposed(x, kinds, z, others, frame, image, proper) for image in _images(x, kinds, z, others, frame)]
    permutation, displacement = min(found, key=lambda each: each[1])
    return Superposition(tuple(permutation.tolist()), float(unit * displacement))


def _points(side: Environment | Structure, species) -> tuple[np.ndarray, np.ndarray]:
    x = to_cartesian(side.metric, side.positions)
    if isinstance(side, Structure):
        x = x - x.mean(axis=0)
    return x, np.array([species.index(z) for z in side.species])


def _images(x, kinds, z, others, frame) -> np.ndarray:
    """At most `TRIES` tuples of different points of the kinds of the frame, those of the most similar dot products."""
    images = np.stack(np.meshgrid(*[np.flatnonzero(others == kinds[b]) for b in frame], indexing="ij"), axis=-1)
    images = images.reshape(-1, len(frame))
    for a in range(len(frame)):
        for b in range(a):
            images = images[images[:, a] != images[:, b]]
    wanted, gram = (x @ x.T)[np.ix_(frame, frame)], z @ z.T
    apart = np.abs(gram[images[:, :, None], images[:, None, :]] - wanted).max(axis=(1, 2))
    return images[np.argsort(apart, kind="stable")[:TRIES]]


def _superposed(x, kinds, z, others, frame, image, proper: bool) -> tuple[np.ndarray, float]:
    hand = 1 if proper else None
    turn = nearest_isometry(x[frame], z[image], hand)
    for _ in range(2):  # the second time with all points
        cost = (((x @ turn.T)[:, None] - z[None]) ** 2).sum(axis=2)
        cost[kinds[:, None] != others[None]] = 1e6
        permutation = linear_sum_assignment(cost)[1]
        turn = nearest_isometry(x, z[permutation], hand)
    return permutation, np.linalg.norm(x @ turn.T - z[permutation], axis=1).max()
