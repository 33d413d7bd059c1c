"""What moves: the one object that says which coordinates vary, and all that follows from it (THEORY, sections 1 and 7).

The neighbours' coordinates are x = T u with T the tie of the environment to what moves: T = 1 where the neighbours move
and the centre is fixed; x_j = u_atom(j) - u_centre where all atoms do, so that periodic images of one atom share its
columns. Levels of the null space are preimages under T, matrices of derivatives those over the neighbours times T.

Law: nothing above asks how the coordinates are tied: it asks `Displacements`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpz_mat

from symsens.errors import InputError
from symsens.geometry.approximate_groups import NearSymmetry, near_symmetry
from symsens.geometry.environment import Environment
from symsens.geometry.gram import gram_derivative, pair_labels
from symsens.geometry.symmetry import Stabiliser, exact_stabiliser, rigid_displacements, symmetry_displacements
from symsens.numbers.field import Rationals
from symsens.numbers.kernel import Matrix, independent, multiply, preimage
from symsens.numbers.number_field import NumberField


def tied_atoms(env: Environment) -> tuple[int, ...]:
    """The atoms of an environment: its centre and those behind its neighbours, in order."""
    return tuple(sorted({env.centre, *env.atoms}))


def tie_matrix(env: Environment) -> fmpz_mat:
    """T (x) I_3 with x_j = x_atom(j) - x_centre: 3n rows, three columns per atom of `tied_atoms`."""
    variables = tied_atoms(env)
    place = {atom: 3 * i for i, atom in enumerate(variables)}
    matrix = [[0] * (3 * len(variables)) for _ in range(3 * env.n)]
    for j, atom in enumerate(env.atoms):
        for c in range(3):
            matrix[3 * j + c][place[atom] + c] += 1
            matrix[3 * j + c][place[env.centre] + c] -= 1
    return fmpz_mat(matrix) if matrix else fmpz_mat(0, 3 * len(variables))


@dataclass(frozen=True)
class Displacements:
    """The displacements of one environment.

    Attributes
    ----------
    environment : the environment.
    variables : the atoms that move, three columns each, in this order; None where the n neighbours move about a fixed
        centre (3n columns).
    chiral : whether only rotations leave the features alone, SO(3); else reflections do too, O(3).
    """

    environment: Environment
    variables: tuple[int, ...] | None = None
    chiral: bool = False
    level = "environment"

    @classmethod
    def of_neighbours(cls, env: Environment) -> "Displacements":
        """The neighbours move, the centre is fixed."""
        return cls(env)

    @classmethod
    def of_atoms(cls, env: Environment) -> "Displacements":
        """All atoms of the environment move, the centre included."""
        return cls(env, tied_atoms(env))

    @classmethod
    def named(cls, env: Environment, name: str, chiral: bool = False) -> "Displacements":
        """By the word of the command line, "neighbours" or "atoms".

        Raises
        ------
        InputError
            Any other word.
        """
        if name not in ("neighbours", "atoms"):
            raise InputError(f"vary = {name!r}: either 'neighbours' or 'atoms' vary")
        return cls(env, tied_atoms(env) if name == "atoms" else None, chiral)

    @property
    def group(self) -> str:
        """The isometries that leave the features alone."""
        return "SO(3)" if self.chiral else "O(3)"

    @property
    def name(self) -> str:
        """The word of the command line, of reports and certificates."""
        return "neighbours" if self.variables is None else "atoms"

    @property
    def subject(self) -> Environment:
        """What is asked about."""
        return self.environment

    @property
    def where(self) -> str:
        """File and atom, for messages."""
        return f"{self.environment.source or 'environment'}, centre {self.environment.centre}"

    @property
    def field(self) -> Rationals | NumberField:
        """The field of the coordinates."""
        return self.environment.field

    @cached_property
    def tie(self) -> fmpz_mat | None:
        """T as exact integers; None where it is the identity."""
        return None if self.variables is None else tie_matrix(self.environment)

    @property
    def width(self) -> int:
        """The number of displacements: columns of every Jacobian."""
        return 3 * (self.environment.n if self.variables is None else len(self.variables))

    @cached_property
    def labels(self) -> np.ndarray:
        """The labels of pairs of neighbours: see `pair_labels`."""
        return pair_labels(self.environment)

    @cached_property
    def derivative(self) -> Matrix:
        """E T: the derivatives of the dot products x_j . x_k, one row per pair j <= k, along the displacements."""
        over_neighbours = gram_derivative(self.environment)
        return over_neighbours if self.tie is None else multiply(over_neighbours, self.tie)

    @cached_property
    def stabiliser(self) -> Stabiliser:
        """The exact stabiliser of the environment, in the group of the features."""
        return exact_stabiliser(self.environment, self.labels, self.chiral)

    @cached_property
    def near_symmetry(self) -> NearSymmetry | None:
        """A larger group that the environment has within a small distance."""
        return near_symmetry(self.environment, self.stabiliser)

    @cached_property
    def _levels(self) -> tuple[list, list]:
        env = self.environment
        rigid = rigid_displacements(env)
        forced = self.beyond(rigid, symmetry_displacements(env.n, self.stabiliser.generators), 3 * env.n)
        if self.tie is None:
            return rigid, forced
        both = self.pulled_back([*rigid, *forced])
        rigid = self.pulled_back(rigid)
        return rigid, self.beyond(rigid, both)

    @property
    def rigid(self) -> list[list[int]]:
        """Independent integer displacements that are rigid motions (with translations where the centre moves)."""
        return self._levels[0]

    @property
    def forced(self) -> list[list[int]]:
        """Further independent displacements that the exact symmetry makes invisible."""
        return self._levels[1]

    def beyond(self, known: list, candidates: list, length: int | None = None) -> list:
        """Those of `candidates` that are independent of `known` and of each other; `length` is that of the vectors."""
        return new_ones(known, candidates, self.width if length is None else length, self.field)

    def pulled_back(self, vectors: list) -> list[list[int]]:
        """A basis of the displacements whose image under T lies in the span of `vectors` (3n entries each)."""
        chosen = independent(vectors, 3 * self.environment.n, self.environment.field)
        vectors = [vectors[i] for i in chosen]
        return vectors if self.tie is None else preimage(self.tie, vectors)


def new_ones(known: list, candidates: list, length: int, field: Rationals | NumberField) -> list:
    """Those of `candidates` that are independent of `known` and of each other; `length` is that of the vectors."""
    chosen = independent([*known, *candidates], length, field)
    return [candidates[i - len(known)] for i in chosen if i >= len(known)]


def as_displacements(subject: "Environment | Displacements") -> Displacements:
    """What moves: as given, or the neighbours of an environment."""
    return subject if isinstance(subject, Displacements) else Displacements.of_neighbours(subject)
