"""From derivatives by the dot products to the Jacobian: those of the dot products along the displacements.

    J = G . (E T)      G: features x pairs j <= k,   E: d(x_j . x_k)/dx,   T: `symsens.geometry.displacements`

Law: E T is applied without being formed where it can be, J[a, 3j + c] = sum_k (1 + [j = k]) G[a, jk] (x_k)_c; what the
columns mean is decided by `Displacements` alone. Exact seeds stay in the frame; the others are Cartesian, x = B y with
B the upper Cholesky factor of the metric, M = B^T B, because singular values belong to Cartesian displacements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import flint
import numpy as np

from symsens.forms.arithmetics import Arithmetic, ball, matmul
from symsens.geometry.displacements import Displacements
from symsens.geometry.gram import pair_numbers
from symsens.numbers.metric import IDENTITY
from symsens.numbers.midrad import MidRad


def cartesian_frame(env, arithmetic: Arithmetic):
    """B, upper triangular with positive diagonal, B^T B = M the metric of an environment or structure."""
    root = arithmetic.functions["sqrt"]
    m = [[arithmetic.number(x.numerator, x.denominator) for x in row] for row in env.metric]
    b = [[arithmetic.number(0, 1)] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(i, 3):
            rest = m[i][j] - sum(b[k][i] * b[k][j] for k in range(i))
            b[i][j] = root(rest) if i == j else rest / b[i][i]
    return b


def cartesian_positions(env, arithmetic: Arithmetic) -> np.ndarray:
    """(n, 3) Cartesian positions x_j = B y_j."""
    y, q = env.integer_positions
    columns = [arithmetic.array([(row[c], q) for row in y]) for c in range(3)]
    if env.metric != IDENTITY:
        b = cartesian_frame(env, arithmetic)
        columns = [sum(b[i][c] * columns[c] for c in range(i + 1, 3)) + b[i][i] * columns[i] for i in range(3)]
    return np.stack(columns, axis=1) if env.n else np.empty((0, 3), dtype=arithmetic.dtype)


def _symmetric(gradient: np.ndarray, n: int) -> np.ndarray:
    """(features * n, n): the derivative by x_j is sum_k of these times x_k."""
    full = np.take(gradient, pair_numbers(n).ravel(), axis=1)
    full[:, :: n + 1] *= 2  # exact in every arithmetic
    return full.reshape(len(full) * n, n)


@dataclass(frozen=True, eq=False)
class Seeds:
    """E T for one environment, in one arithmetic.

    Attributes
    ----------
    moves : what the columns are.
    arithmetic : of the numbers.
    vectors : (n, 3) the gradient of x_j . x_k by neighbour j is vectors[k].
    """

    moves: Displacements
    arithmetic: Arithmetic
    vectors: np.ndarray

    @property
    def width(self) -> int:
        """The number of directions."""
        return self.moves.width

    @cached_property
    def _tie(self) -> np.ndarray:
        tie = self.moves.tie
        return self.arithmetic.array([(int(x), 1) for x in tie.entries()]).reshape(tie.nrows(), tie.ncols())

    def tied(self, over_neighbours: np.ndarray) -> np.ndarray:
        """(features, D) derivatives along the displacements, from those by the neighbours' coordinates."""
        return over_neighbours if self.moves.tie is None else matmul(self.arithmetic, over_neighbours, self._tie)

    def over_neighbours(self, gradient: np.ndarray) -> np.ndarray:
        """(features, 3n) derivatives by the neighbours' coordinates, from those (features, pairs) by dot products."""
        n = self.moves.environment.n
        product = matmul(self.arithmetic, _symmetric(gradient, n), self.vectors)
        return product.reshape(len(gradient), 3 * n)

    def chain(self, gradient: np.ndarray) -> np.ndarray:
        """(features, D) derivatives along the displacements, from those (features, pairs) by the dot products."""
        if not self.moves.environment.n:
            return np.zeros((len(gradient), self.width), dtype=self.arithmetic.dtype)
        return self.tied(self.over_neighbours(gradient))

    @cached_property
    def table(self) -> np.ndarray:
        """(pairs j <= k, D) E T itself, for what is differentiated forward."""
        n = self.moves.environment.n
        first, second = np.triu_indices(n)
        each = np.arange(len(first))
        table = np.full((len(first), n, 3), self.arithmetic.number(0, 1))
        table[each, first] = self.vectors[second]
        table[each, second] = table[each, second] + self.vectors[first]
        return self.tied(table.reshape(len(first), 3 * n))


def cartesian_seeds(moves: Displacements, arithmetic: Arithmetic) -> Seeds:
    """Displacements are Cartesian; at the precision of the context."""
    return Seeds(moves, arithmetic, cartesian_positions(moves.environment, arithmetic))


def frame_seeds(moves: Displacements, arithmetic: Arithmetic) -> Seeds:
    """Displacements are those of the frame coordinates: nothing is irrational."""
    env = moves.environment
    scale = env.integer_positions[1] * env.integer_metric[1]
    vectors = arithmetic.array([(x, scale) for row in env.covectors for x in row]).reshape(env.n, 3)
    return Seeds(moves, arithmetic, vectors)


def enclosed_chain(gradient: MidRad, moves: Displacements, arithmetic: Arithmetic) -> MidRad:
    """(features, 3n) derivatives by the neighbours' coordinates, from an enclosure of those by the dot products.

    `arithmetic` encloses the Cartesian positions.
    """
    n, features = moves.environment.n, len(gradient.mid)
    positions = MidRad.from_arb(cartesian_positions(moves.environment, arithmetic).tolist())
    product = MidRad(_symmetric(gradient.mid, n), _symmetric(gradient.rad, n)) @ positions
    return MidRad(product.mid.reshape(features, 3 * n), product.rad.reshape(features, 3 * n))


def enclosed_tied(jacobian: MidRad, moves: Displacements) -> MidRad:
    """`Seeds.tied` of an enclosure in float64 midpoints and radii."""
    tie = moves.tie
    if tie is None:
        return jacobian
    return jacobian @ MidRad.from_floats(np.array(tie.entries(), dtype=object).reshape(tie.nrows(), -1).astype(float))


def cartesian_vectors(moves: Displacements, vectors: Sequence[Sequence]) -> MidRad:
    """Exact displacements (k, D) of the frame, to any scale, enclosed as Cartesian ones in float64."""
    largest = [max(map(abs, vector)) for vector in vectors]
    if moves.field.degree > 1:
        with flint.ctx.workprec(80):
            number = lambda x: ball().number(x, 1)
            rows = [[number(x) / number(most) for x in vector] for vector, most in zip(vectors, largest)]
        frame = MidRad.from_arb(rows)
    elif max(largest) <= 2**53:
        frame = MidRad.from_floats(vectors)
    else:
        frame = MidRad.from_exact([[Fraction(x, most) for x in vector] for vector, most in zip(vectors, largest)])
    if moves.environment.metric == IDENTITY:
        return frame
    with flint.ctx.workprec(80):
        turn = MidRad.from_arb(cartesian_frame(moves.environment, ball())).T
    triples = MidRad(frame.mid.reshape(-1, 3), frame.rad.reshape(-1, 3)) @ turn
    return MidRad(triples.mid.reshape(frame.shape), triples.rad.reshape(frame.shape))
