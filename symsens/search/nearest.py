"""The nearest singular environment that is found around a regular one.

In a frame of three directions at right angles, e1, e2, e3, there are four kinds of them:

- plane: all neighbours lie in the plane of e1 and e2;
- mirror: a and b are mirrored across e1, all others lie in the mirror;
- fan: a and b are mirrored across e1 in the plane of e1 and e2, the others lie in the mirror or in that plane: at
  nu = 2 what a and b do with those in the mirror is made up for by a dependency of those in the plane;
- turn: a and b are turned into each other about e1, on which c lies, and the others in the plane of e1 and e2: at
  nu = 2 all dependencies have u_a = u_b.

Each is a linear projection, exact where the frame is. Frames are made of the neighbours, or drawn; the best are
improved in floats, and their directions rounded.

Law: places only; that one of them is singular is said by exact ranks.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from itertools import combinations

import numpy as np
from scipy.spatial.transform import Rotation

from symsens.budget import stage
from symsens.errors import InputError
from symsens.forms.arithmetics import floating
from symsens.forms.seeds import cartesian_frame
from symsens.geometry.environment import Environment
from symsens.numbers.field import quotient
from symsens.numbers.metric import apply, cross, dot
from symsens.search.reach import length_above
from symsens.search.surroundings import two_digits, why_singular

MOST = 10  # neighbours
DRAWN = 1500  # frames
SEED = 12
IMPROVED = 12  # shapes of which a frame is improved
BITS = (5, 10, 20, 52)  # of the coordinates of directions: the first that move neighbours by hardly more
HARDLY = 1.005
TURNS, ROUNDS = 50, 150  # of a frame that is improved: the best of so many, so often
ALL, MIRROR, PLANE, AXIS = (1, 1, 1), (0, 1, 1), (1, 1, 0), (1, 0, 0)  # the coordinates that are kept


@dataclass(frozen=True)
class Nearby:
    """A singular environment near another.

    Attributes
    ----------
    environment : exact.
    distance : by which no neighbour is farther from its place, in the unit of the positions, rounded up to two digits.
    reason : what its null displacements beyond rigid ones are, "1 spurious" or "2 forced by symmetry".
    """

    environment: Environment
    distance: Decimal
    reason: str


@dataclass(frozen=True)
class Shape:
    """A linear projection of neighbours, by their coordinates in a frame.

    Attributes
    ----------
    kept : for each neighbour, which coordinates are kept; None for those of `MIRROR` or `PLANE`, whichever is nearer.
    pair : two neighbours that become images of each other, if any.
    signs : of the coordinates, in such an image.
    """

    kept: tuple[tuple[int, int, int] | None, ...]
    pair: tuple[int, int] | None = None
    signs: tuple[int, int, int] = ALL

    def moved(self, x: np.ndarray) -> np.ndarray:
        """(frames,) the largest distance by which a neighbour moves; (frames, n, 3) coordinates in orthonormal ones."""
        after = x * np.array([kept or ALL for kept in self.kept])
        free = [j for j, kept in enumerate(self.kept) if kept is None]
        nearer = np.abs(x[:, free, 0]) <= np.abs(x[:, free, 2])
        after[:, free, 0] *= ~nearer
        after[:, free, 2] *= nearer
        if self.pair:
            a, b = self.pair
            after[:, a] = (after[:, a] + np.array(self.signs) * after[:, b]) / 2
            after[:, b] = np.array(self.signs) * after[:, a]
        return np.linalg.norm(after - x, axis=2).max(axis=1)

    def settled(self, x: np.ndarray) -> "Shape":
        """With the nearer of `MIRROR` and `PLANE` for each neighbour, by its coordinates in one frame."""
        nearer = [MIRROR if abs(u[0]) <= abs(u[2]) else PLANE for u in x]
        return replace(self, kept=tuple(kept or near for kept, near in zip(self.kept, nearer)))

    def places(self, env: Environment, frame) -> tuple:
        """The neighbours' new places, exactly; `frame` holds three vectors at right angles."""
        lowered = [apply(env.metric, e) for e in frame]
        squares = [dot(e, low) for e, low in zip(frame, lowered)]
        x = [
            [quotient(dot(y, low), square) * keep for low, square, keep in zip(lowered, squares, kept)]
            for y, kept in zip(env.positions, self.kept)
        ]
        if self.pair:
            a, b = self.pair
            x[a] = [Fraction(1, 2) * (s + sign * t) for s, t, sign in zip(x[a], x[b], self.signs)]
            x[b] = [sign * s for s, sign in zip(x[a], self.signs)]
        return tuple(tuple(sum(c * e[i] for c, e in zip(row, frame)) for i in range(3)) for row in x)


def shapes(env: Environment, nu: int) -> Iterator[Shape]:
    """The projections that are tried."""
    n = env.n
    yield Shape((PLANE,) * n)
    for a, b in combinations(range(n), 2):
        if env.species[a] == env.species[b]:
            with_pair = lambda pair, rest, pair_of=(a, b): tuple(pair if j in pair_of else rest for j in range(n))
            yield Shape(with_pair(ALL, MIRROR), (a, b), (-1, 1, 1))
            if nu == 2:
                yield Shape(with_pair(PLANE, None), (a, b), (-1, 1, 1))
                rest = with_pair(ALL, PLANE)
                for c in set(range(n)) - {a, b}:
                    yield Shape((*rest[:c], AXIS, *rest[c + 1 :]), (a, b), (1, -1, -1))


def nearby(env: Environment, nu: int = 2) -> Nearby | None:
    """A singular environment of order nu near one of a few neighbours, the nearest that is found; None where none is,
    or where there are more than `MOST` neighbours."""
    if not 3 <= env.n <= MOST:
        return None
    found = {}
    for places in _proposed(env, nu):
        try:
            other = replace(env, positions=places)
        except InputError:  # atoms meet
            continue
        found.setdefault(_apart(env, other), other)
    for distance in sorted(found):
        if reason := why_singular(found[distance], nu):
            return Nearby(found[distance], two_digits(distance, ROUND_CEILING), reason.rpartition(": ")[2])
    return None


def _proposed(env: Environment, nu: int) -> Iterator[tuple]:
    """Places of neighbours: by exact frames that are made of them, and by frames that are improved."""
    stage("singular environments nearby")
    size = max(length_above(env.metric, y) for y in env.positions)
    B = np.array(cartesian_frame(env, floating()), dtype=float)
    X = np.array([[float(c / size) for c in y] for y in env.positions]) @ B.T
    made = _made(env)
    known, at = _orthonormal(np.array([_directions(env, pair) for pair in made]) @ B.T)
    drawn = Rotation.from_quat(np.random.default_rng(SEED).normal(size=(DRAWN, 4))).as_matrix()
    frames = np.concatenate([known, drawn])
    x = np.einsum("jc,fac->fja", X, frames)
    moved = {shape: shape.moved(x) for shape in shapes(env, nu)}
    for shape in sorted(moved, key=lambda shape: moved[shape][: len(known)].min(initial=np.inf))[:IMPROVED]:
        if len(known):
            best = int(moved[shape][: len(known)].argmin())
            yield shape.settled(x[best]).places(env, _completed(env, *made[at[best]]))
    for shape in sorted(moved, key=lambda shape: moved[shape].min())[:IMPROVED]:
        stage("singular environments nearby")
        pair, settled = _improved(shape, frames[moved[shape].argmin()], X, B)
        yield settled.places(env, _completed(env, *pair))


def _made(env: Environment) -> list[tuple]:
    """Pairs of vectors that span the plane of e1 and e2, e1 first, from the places of neighbours."""
    inner = lambda u, v: dot(u, apply(env.metric, v))
    plus = lambda u, v, k=1: tuple(s + k * t for s, t in zip(u, v))
    y, firsts = env.positions, list(env.positions)
    for a, b in combinations(range(env.n), 2):
        if env.species[a] == env.species[b]:
            both, across = plus(y[a], y[b]), plus(y[a], y[b], -1)
            firsts += [both, across]
            for c in set(range(env.n)) - {a, b}:
                square = inner(y[c], y[c])
                # between c and the middle of a and b; and what of a - b lies across c
                firsts.append(plus(both, y[c], quotient(2 * inner(both, y[c]), square)))
                firsts.append(plus(across, y[c], -quotient(inner(across, y[c]), square)))
    return [(first, second) for first in firsts for second in y]


def _directions(env: Environment, pair) -> list[list[float]]:
    """Floats, the largest 1, of some vectors."""
    sizes = [max(map(abs, u)) or 1 for u in pair]
    return [[float(quotient(c, size)) for c in u] for u, size in zip(pair, sizes)]


def _orthonormal(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(frames, 3, 3) right angles made of (pairs, 2, 3) vectors, the first kept; and of which pairs: some span none."""
    first, second = pairs[:, 0], pairs[:, 1]
    squares = np.maximum(np.sum(first**2, axis=1), 1e-300)
    second = second - (np.sum(first * second, axis=1) / squares)[:, None] * first
    (at,) = np.nonzero((squares > 1e-20) & (np.linalg.norm(second, axis=1) > 1e-9))
    first, second = (u[at] / np.linalg.norm(u[at], axis=1)[:, None] for u in (first, second))
    return np.stack([first, second, np.cross(first, second)], axis=1), at


def _completed(env: Environment, first, second) -> tuple:
    """Three vectors at right angles, exactly: the first, what of the second is across it, and one across both."""
    low = apply(env.metric, first)
    along = quotient(dot(second, low), dot(first, low))
    second = tuple(t - along * s for s, t in zip(first, second))
    return first, second, apply(env.inverse_metric, cross(first, second))


def _improved(shape: Shape, frame: np.ndarray, X: np.ndarray, B: np.ndarray) -> tuple[tuple, Shape]:
    """Two rational vectors, in the frame of the environment, by which a shape moves neighbours by less than before."""
    moved = lambda rows: shape.moved(np.einsum("jc,fac->fja", X, rows))
    turns, step, goal = np.random.default_rng(SEED).normal(size=(TURNS, 3)), 0.1, moved(frame[None])[0]
    for _ in range(ROUNDS):
        tried = Rotation.from_rotvec(step * turns).as_matrix() @ frame
        values = moved(tried)
        if (least := values.min()) < goal:
            goal, frame = least, tried[values.argmin()]
        else:
            step /= 2
        if step < 1e-15:
            break
    ends = np.linalg.solve(B, frame[:2].T).T
    ends /= np.abs(ends).max(axis=1)[:, None]
    for bits in BITS:
        pair = tuple(tuple(Fraction(round(c * 2**bits), 2**bits) for c in u) for u in ends.tolist())
        rows, _ = _orthonormal(np.array([[[float(c) for c in u] for u in pair]]) @ B.T)
        if len(rows) and moved(rows)[0] <= HARDLY * goal:
            break
    return pair, shape.settled(X @ rows[0].T)


def _apart(env: Environment, other: Environment) -> Fraction:
    """The largest distance of a neighbour from its place, rounded up."""
    pairs = zip(env.positions, other.positions)
    return max(length_above(env.metric, [s - t for s, t in zip(u, v)]) for u, v in pairs)
