"""Why a null vector is there: the coincidences that carry it (THEORY, section 8).

Along a null vector that no symmetry forces, the dot products change by some B in ker C_nu; what symmetry does not
force of it is constant on orbits of pairs. B is invisible because pairs of different orbits have one label. Labels are
split, an orbit at a time, as long as C_nu of the finer pattern does not see B: what is left is a set of coincidences of
which none can be missed. B can be made because of linear dependencies of the neighbours, those u with B u != 0.

Law: exact; a coincidence is named only if B is seen without it.
"""

from dataclasses import dataclass
from functools import cached_property
from math import lcm

import numpy as np

from symsens.geometry.displacements import Displacements
from symsens.geometry.gram import pair_numbers
from symsens.numbers.kernel import from_columns, multiply, primitive
from symsens.rows.patterns import Pattern, dependencies
from symsens.rows.tuples import tuple_classes

MAX_WORK = 2_000_000  # tuples times orbits that could be taken out of a label: beyond it nothing is explained
MAX_SHOWN = 3  # dependencies in a text


@dataclass(frozen=True)
class Explanation:
    """What carries one null vector.

    Attributes
    ----------
    groups : sets of pairs (j, k) of neighbours (from 0; j = k for a square) of different orbits whose labels are equal;
        one pair of each orbit.
    dependencies : linear dependencies of the neighbours by which they can move so, as integral vectors.
    names : of the neighbours.
    symmetric : whether each pair stands for its images under a symmetry.
    """

    groups: tuple[tuple[tuple[int, int], ...], ...]
    dependencies: tuple[tuple, ...]
    names: tuple[str, ...]
    symmetric: bool

    @property
    def coincidences(self) -> list[list[list[int]]]:
        """The same two by two: [[[j, k], [l, m]], ..] says that the pairs (j, k) and (l, m) have one label."""
        return [[list(group[0]), list(pair)] for group in self.groups for pair in group[1:]]

    def __str__(self):
        parts = [" = ".join(self._value(pair) for pair in group) for group in self.groups]
        text = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
        text += ", with their images under the symmetry" if self.symmetric else ""
        shown = [self._dependency(u) for u in self.dependencies[:MAX_SHOWN]]
        shown += ["..."] if len(self.dependencies) > MAX_SHOWN else []
        return text + (f"; possible because {', '.join(shown)}" if shown else "")

    def _value(self, pair) -> str:
        j, k = pair
        return f"|{self.names[j]}|" if j == k else f"{self.names[j]}.{self.names[k]}"

    def _dependency(self, u) -> str:
        text = ""
        for x, name in zip(u, self.names):
            if x:
                size = str(abs(x))
                size = f"({size})" if " " in size else size
                sign = ("-" if x < 0 else "") if not text else (" - " if x < 0 else " + ")
                text += sign + (name if size == "1" else f"{size} {name}")
        return f"{text} = 0"


@dataclass(frozen=True, eq=False)
class _Change:
    """B, and the pattern that does not see it."""

    pattern: Pattern
    B: list
    nu: int

    @cached_property
    def of_pair(self) -> np.ndarray:
        """(pairs,) B."""
        return np.array(self.B, dtype=object)[self.pattern.orbit_of]

    def labels(self, kinds: np.ndarray) -> np.ndarray:
        """Labels of ordered pairs where orbits of equal `kinds`, and shells, are one."""
        n = self.pattern.n
        kind = kinds[self.pattern.orbit_of][pair_numbers(n)]
        shell = np.unique(kind.diagonal(), return_inverse=True)[1]
        keys = np.stack([np.broadcast_to(shell[:, None], (n, n)), np.broadcast_to(shell, (n, n)), kind], axis=-1)
        return np.unique(keys.reshape(-1, 3), axis=0, return_inverse=True)[1].reshape(n, n)

    def is_seen(self, labels: np.ndarray) -> bool:
        """Whether C_nu of a pattern sees B."""
        classes = tuple_classes(labels, self.nu)
        if not len(classes.counts):
            return False
        terms = classes.counts.astype(object) * self.of_pair[classes.indices]
        return any(np.add.reduceat(terms, classes.indptr[:-1]))

    def needed(self) -> np.ndarray:
        """Labels of the coarsest pattern below that are left when no more orbits can be taken out of theirs."""
        pattern, (first, second) = self.pattern, np.triu_indices(self.pattern.n)
        kinds = np.zeros(len(self.B), dtype=np.int64)
        kinds[pattern.orbit_of] = np.minimum(pattern.labels, pattern.labels.T)[first, second]
        squares = set(pattern.orbit_of[first == second].tolist())
        shared = [o for o in range(len(kinds)) if (kinds == kinds[o]).sum() > 1]
        # a square taken out takes all pairs of its neighbour along, so squares come first
        for orbit in sorted(shared, key=lambda o: o not in squares):
            finer = kinds.copy()
            finer[orbit] = kinds.max() + 1
            if not self.is_seen(self.labels(finer)):
                kinds = finer
        return self.labels(kinds)


def change_along(moves: Displacements, pattern: Pattern, vector) -> list:
    """B: how the dot products change along a displacement, but for what symmetry forces, over the orbits of pairs."""
    env = moves.environment
    if moves.tie is not None:
        vector = multiply(moves.tie, from_columns([list(vector)], moves.width)).entries()
        vector = [x if hasattr(x, "numerators") else int(x) for x in vector]
    v = [vector[3 * j : 3 * j + 3] for j in range(env.n)]
    dot = lambda a, b: a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    sums, sizes = [0] * (int(pattern.orbit_of.max(initial=-1)) + 1), np.bincount(pattern.orbit_of)
    for orbit, j, k in zip(pattern.orbit_of.tolist(), *map(np.ndarray.tolist, np.triu_indices(env.n))):
        sums[orbit] += dot(env.covectors[j], v[k]) + dot(env.covectors[k], v[j])
    common = lcm(*sizes.tolist())
    return primitive([x * (common // int(size)) for x, size in zip(sums, sizes)])


def explain(moves: Displacements, nu: int, vectors) -> list[Explanation] | None:
    """What carries each of some null vectors of D_nu, nu >= 2, that are not forced by symmetry.

    Parameters
    ----------
    moves : what moves; features that O(3) leaves alone.
    vectors : integral displacements, in the null space beyond Rigid + S.

    Returns
    -------
    list[Explanation] | None
        One for each vector; None where there is too much to look through, or features are of SO(3).
    """
    env = moves.environment
    if moves.chiral or nu < 2:
        return None
    pattern, U = Pattern.of(moves), dependencies(moves)
    if env.n**nu * len(vectors) * (int(pattern.orbit_of.max(initial=-1)) + 1) > MAX_WORK:
        return None
    names = tuple(f"x{atom}" + (f"{list(env.images[j])}" if env.images else "") for j, atom in enumerate(env.atoms))
    return [_explained(_Change(pattern, change_along(moves, pattern, v), nu), U, names) for v in vectors]


def _explained(change: _Change, U, names) -> Explanation:
    pattern = change.pattern
    labels, matrix = change.needed(), pattern.on_pairs(change.B)
    groups: dict[int, dict[int, tuple[int, int]]] = {}
    for orbit, j, k in zip(pattern.orbit_of.tolist(), *map(np.ndarray.tolist, np.triu_indices(pattern.n))):
        groups.setdefault(min(labels[j, k], labels[k, j]), {}).setdefault(orbit, (j, k))
    moved = [u for u in U if any(sum(b * x for b, x in zip(row, u) if b and x) for row in matrix)]
    shared = sorted((tuple(g.values()) for g in groups.values() if len(g) > 1), key=lambda g: (g[0][0] != g[0][1], g))
    return Explanation(tuple(shared), tuple(map(tuple, moved)), names, len(pattern.permutations) > 0)
