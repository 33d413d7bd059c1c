"""What a certificate holds beside the filtration.

Law: the search returns it, the certificate writes it down, and neither needs the other.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np

from symsens.geometry.symmetry import Generator
from symsens.numbers.rank import RankProof
from symsens.rows.filtration import Filtration, Level


@dataclass(frozen=True)
class Reasons:
    """Why the rank of J is no larger.

    Attributes
    ----------
    complete : whether all features are needed, because the levels above do not bound the rank by as much.
    scale : whether no feature changes when all distances grow by one factor.
    cluster : generators of the symmetries of all atoms, the centre first, where features are sums over all atoms.
    relations : coefficients of all features in linear combinations that are constant at every structure.
    exponentials : null vectors beyond the levels above, as (column, ((q, c), ..)) for entries c e^q + ..
    vectors : null vectors beyond the levels above that invariances of the features explain.
    """

    complete: bool
    scale: bool = False
    cluster: tuple[Generator, ...] = ()
    relations: tuple[tuple[Fraction, ...], ...] = ()
    exponentials: tuple[tuple[tuple[int, tuple[tuple[Fraction, Fraction], ...]], ...], ...] = ()
    vectors: tuple[tuple[int, ...], ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules of the checker for them, beside that of the rank."""
        return tuple(name for name in ("scale", "cluster", "relations", "exponentials") if getattr(self, name))


@dataclass(frozen=True)
class Evidence:
    """Why the rank of a descriptor's Jacobian is what the filtration says.

    Attributes
    ----------
    above : the filtration without its last level; every level has its modular proof.
    last : the last level with exact null vectors and a modular proof, where all features are polynomials; else None.
    block : pivots of J in frame coordinates and a left inverse of them, where they are not; else None.
    reasons : why the rank is no larger, where there is a block.
    """

    above: Filtration
    last: Level | None = None
    block: RankProof | None = None
    reasons: Reasons | None = None


@dataclass(frozen=True)
class Directions:
    """Displacements in which J is nearly orthogonal, evidence for its singular values (Lemma values).

    Attributes
    ----------
    bits : vectors are integers over 2^bits.
    vectors : one column of frame displacements each, those that J sees first.
    """

    bits: int
    vectors: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Injectivity:
    """Why the features tell all displacements of the neighbours apart within a radius (Theorem (Radius)).

    Attributes
    ----------
    radius : in the unit of the positions.
    inverse, rotations : the parts of W that act on J, of all features and Cartesian displacements, and on R.
    weights : of the neighbours, in the norm.
    bits : of the integers that the checker makes of all this.
    """

    radius: Decimal
    inverse: np.ndarray
    rotations: np.ndarray
    weights: tuple[Fraction, ...]
    bits: int


@dataclass(frozen=True)
class AuditEvidence:
    """How far a matrix of floats is from J, and directions that prove it.

    Attributes
    ----------
    bits : vectors are integers over 2^bits.
    norms : (rank, vectors) for the norms of J, of the matrix, of their difference, and of the matrix on null vectors;
        the last vectors are combinations of the null vectors.
    ends : for error, noise and leak the decimals that each lies between.
    """

    bits: int
    norms: dict[str, tuple[int, tuple[tuple[int, ...], ...]]]
    ends: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Identity:
    """Why null vectors of D_nu span its null space: D_nu V = 0, L P + V W = d 1 and W V = d 1, P some of its rows.

    Attributes
    ----------
    vectors : V, a row for each displacement and a column for each null vector, integral.
    rows : the numbers of the rows P; classes in the order of their last tuples, in each the pairs of places a <= b.
    left, right : L and W, as rows of integral numbers.
    scale : d, a positive integer.
    """

    vectors: list[list]
    rows: list[int]
    left: list[list]
    right: list[list]
    scale: int


@dataclass(frozen=True)
class Steps:
    """Why the first null vectors are rigid, the next forced by symmetry, and the others neither.

    Attributes
    ----------
    axes : of each rigid vector the axis a of its rotation, M v_j = a x y_j.
    generators : symmetries as (q, Q, permutation), the isometry being Q / q.
    origins : of each forced vector v = q (rho u - u) the generator and the neighbour and coordinate that u moves.
    spanning : three neighbours that span space; None where it is not needed.
    maps : (q, Q) for every permutation that symmetries induce; none where they are not needed.
    """

    axes: list[tuple]
    generators: list[tuple]
    origins: list[tuple[int, int, int]]
    spanning: tuple[int, ...] | None
    maps: list[tuple]
