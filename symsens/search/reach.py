"""Sets of environments, each neighbour within a ball, and whether one of them can be singular (THEORY, section 8).

Every neighbour x_j moves by at most e_j. Then squares and dot products lie in intervals, and two pairs can have one
label only if intervals overlap: the coarsest pattern Q that can occur joins all labels that do, transitively.

Lemma clearance. If the neighbours span space in the whole set, and ker C_Q = 0 at nu, or no B in ker C_Q other than 0
has U^T B U = 0 for the dependencies U of any member of the set, then null(D_nu) = Rigid for every member: no
displacement is hidden by symmetry, and none is spurious.

Law: intervals are rounded outward, in float64 by a margin that is stated, else in balls; what they do not show is not
claimed.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import ceil, floor, isqrt

import numpy as np
from flint import arb, arb_mat, ctx

from symsens.forms.arithmetics import ball
from symsens.forms.seeds import cartesian_positions
from symsens.geometry.environment import Environment
from symsens.numbers.field import quotient
from symsens.numbers.metric import apply, dot
from symsens.numbers.refinement import identity
from symsens.rows.patterns import Pattern

BITS = 128  # of the balls
SLACK = 2.0**-44  # each interval is wider by this part of its ends: more than all roundings before it
TINY = 1e-290  # and by this, where numbers underflow
SPANNING = 24  # neighbours among which three that span space are looked for
FEW = 10  # neighbours up to which ker C_Q is worked out where it is not 0


@dataclass(frozen=True, eq=False)
class Reach:
    """How far each neighbour of an environment may move: e_j, in the unit of the positions.

    Attributes
    ----------
    environment : the middle.
    radii : (n,) rationals, 0 or more.
    """

    environment: Environment
    radii: tuple[Fraction, ...]

    def _unit(self) -> Fraction:
        """A power of 2 beyond all distances."""
        farthest = max(length_above(self.environment.metric, y) for y in self.environment.positions)
        return Fraction(2) ** (farthest.numerator.bit_length() - farthest.denominator.bit_length() + 1)

    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """(n, n) lower and upper ends of all squares and dot products, over the square of a power of 2."""
        env, unit = self.environment, self._unit()
        factor = 1 / (unit**2 * env.gram_scale)
        d = np.array([[float(x * factor) for x in row] for row in env.gram])
        e = np.array([float(r / unit) for r in self.radii])
        length = np.sqrt(d.diagonal())
        half = e[:, None] * length + length[:, None] * e + e[:, None] * e
        margin = SLACK * (np.abs(d) + half) + TINY
        return d - half - margin, d + half + margin

    def coarsest(self) -> np.ndarray:
        """(n, n) labels of ordered pairs of the coarsest pattern Q."""
        env, (lower, upper) = self.environment, self.intervals()
        n, kinds = env.n, np.unique(env.species, return_inverse=True)[1]
        shell = joined(kinds, lower.diagonal(), upper.diagonal())
        first, second = np.triu_indices(n, 1)
        ends = np.sort(np.stack([shell[first], shell[second]]), axis=0)
        part = np.zeros((n, n), dtype=np.int64)
        found = joined(ends[0] * n + ends[1], lower[first, second], upper[first, second])
        part[first, second] = part[second, first] = found + 1
        keys = np.stack([np.broadcast_to(shell[:, None], (n, n)), np.broadcast_to(shell, (n, n)), part], axis=-1)
        return np.unique(keys.reshape(-1, 3), axis=0, return_inverse=True)[1].reshape(n, n)

    def spanning(self) -> tuple[int, int, int] | None:
        """Three neighbours that span space throughout; None where none are shown to."""
        n = min(self.environment.n, SPANNING)
        with ctx.workprec(BITS):
            x = cartesian_positions(self.environment.part(range(n)), ball())
            e = [arb(r.numerator) / r.denominator for r in self.radii[:n]]
            lengths = [(a * a + b * b + c * c).sqrt() for a, b, c in x]
            best, margin = None, arb(0)
            for triple in combinations(range(n), 3):
                a, b, c = triple
                volume = arb_mat(3, 3, [y for j in triple for y in x[j]]).det()
                change = (lengths[a] + e[a]) * (lengths[b] + e[b]) * (lengths[c] + e[c])
                change -= lengths[a] * lengths[b] * lengths[c]
                left = (abs(volume) - change) / (lengths[a] * lengths[b] * lengths[c])
                if left > 0 and (best is None or left.mid() > margin):
                    best, margin = triple, left.mid()
        return best

    def dependencies(self, triple) -> arb_mat:
        """U, one column for each neighbour beyond three that span space, for every member at once."""
        env, n = self.environment, self.environment.n
        x = cartesian_positions(env, ball())
        moved = [[c + arb(0, arb(r.numerator) / r.denominator) for c in row] for row, r in zip(x, self.radii)]
        rest = [j for j in range(n) if j not in triple]
        frame = arb_mat([[moved[j][c] for j in triple] for c in range(3)])
        others = arb_mat([[moved[j][c] for j in rest] for c in range(3)])
        coordinates = frame.solve(others)
        U = arb_mat(n, len(rest), [int(rest[k] == j) for j in range(n) for k in range(len(rest))])
        for i, j in enumerate(triple):
            for k in range(len(rest)):
                U[j, k] = -coordinates[i, k]
        return U

    def is_regular(self, nu: int) -> bool:
        """Whether Lemma clearance shows that no member is singular at order nu."""
        return self.why_regular(nu) is not None

    def why_regular(self, nu: int) -> str | None:
        """What shows that no member is singular: "pattern", where ker C_Q = 0, or "dependencies"; None if nothing."""
        triple = self.spanning() if self.environment.n > 2 else None
        if triple is None:
            return None
        pattern = unsymmetric(self.coarsest())
        lost = None if pattern.apart and self.environment.n > FEW else pattern.apart and pattern.lost(nu)
        if not lost:
            return None if lost is None else "pattern"
        return "dependencies" if self.environment.n > 3 and self._none_is_made(pattern, lost, triple) else None

    def _none_is_made(self, pattern: Pattern, lost: list, triple) -> bool:
        """Whether the matrix of c -> U^T (sum c_i B_i) U has full column rank for every member."""
        with ctx.workprec(BITS):
            try:
                U = self.dependencies(triple)
            except ZeroDivisionError:
                return False
            columns = []
            for B in lost:
                image = U.transpose() * arb_mat(pattern.on_pairs(B)) * U
                columns.append([image[a, b] for a in range(image.nrows()) for b in range(a + 1)])
            A = arb_mat(columns).transpose()
            if A.nrows() < A.ncols():
                return False
            middle = np.array([[float(x.mid()) for x in row] for row in A.tolist()])
            if not np.isfinite(middle).all() or np.linalg.matrix_rank(middle) < A.ncols():
                return False
            defect = arb_mat(np.linalg.pinv(middle).tolist()) * A - identity(A.ncols())
            return all(sum((abs(x) for x in row), arb(0)) < 1 for row in defect.tolist())

    def possible(self, shown: int = 6) -> list[tuple[tuple[int, int], ...]]:
        """Sets of pairs whose labels may be equal, the first few."""
        pattern = unsymmetric(self.coarsest())
        groups: dict[int, list] = {}
        for j, k in zip(*map(np.ndarray.tolist, np.triu_indices(pattern.n))):
            groups.setdefault(min(pattern.labels[j, k], pattern.labels[k, j]), []).append((j, k))
        shared = [tuple(group) for group in groups.values() if len(group) > 1]
        return sorted(shared, key=lambda group: (group[0][0] != group[0][1], group))[:shown]


def length_above(metric, u) -> Fraction:
    """A number not below the length of an exact vector in a frame, and hardly above it; 0 for the vector 0."""
    square = dot(u, apply(metric, u))
    if not square:
        return Fraction(0)
    bits = 64 + (floor(quotient(1, square)).bit_length() if square < 1 else 0)
    return Fraction(isqrt(ceil(square * 4**bits)) + 1, 2**bits)


def unsymmetric(labels: np.ndarray) -> Pattern:
    """The pattern with no permutation, so that all of ker C_Q counts."""
    return Pattern(labels, np.zeros((0, len(labels)), dtype=np.int64))


def joined(keys: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Numbers of intervals, equal where equal keys are linked by intervals that overlap one after the other."""
    order = np.lexsort((lower, keys))
    keys, lower, upper = keys[order], lower[order], upper[order]
    numbers, number, end, key = np.zeros(len(order), dtype=np.int64), -1, 0.0, None
    for place, (k, low, high) in enumerate(zip(keys.tolist(), lower.tolist(), upper.tolist())):
        if k != key or low > end:
            number, key, end = number + 1, k, high
        end = max(end, high)
        numbers[place] = number
    out = np.zeros(len(order), dtype=np.int64)
    out[order] = numbers
    return out
