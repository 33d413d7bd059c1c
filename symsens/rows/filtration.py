"""The null-space filtration Rigid <= Rigid + Symmetry <= I_nu <= A_{nu,l} <= N (THEORY, section 3), level by level.

Law: each level is a list of exact null vectors that are new at that level, with the rank from below that makes the
count final. A level is PROVED when its vectors and its rank add up to the number of displacements.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from symsens.budget import BudgetSpent, stage, stop
from symsens.errors import ContradictionError, UndecidedError
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment
from symsens.numbers.field import Place
from symsens.numbers.kernel import null_space
from symsens.rows.chiral import chiral_invariants_of_order
from symsens.rows.matrices import RowClass, invariants_of_order, never

LEVELS = ("rigid", "symmetry", "incompleteness", "angular_truncation", "radial_truncation")


@dataclass(frozen=True)
class ModularProof:
    """rank >= len(pivot_rows), at a place of the field; each pivot row by its name in the certificate."""

    place: Place
    pivot_rows: tuple

    @property
    def prime(self) -> int:
        """The prime of the place."""
        return self.place.prime


@dataclass(frozen=True)
class Level:
    """One step of the filtration.

    Attributes
    ----------
    name : one of `LEVELS`.
    vectors : integral null vectors that are new here, independent of each other and of the levels before.
    proof : why there are no more, by pivots (None for rigid and symmetry, which are spanned by definition, and where it
        was known without: see `with_pivots`).
    unlisted : further dimensions that are proved although their null vectors are not rational.
    """

    name: str
    vectors: tuple[tuple[int, ...], ...]
    proof: ModularProof | None = None
    unlisted: int = 0

    @property
    def dimension(self) -> int:
        """The dimension of this level modulo the one before."""
        return len(self.vectors) + self.unlisted


@dataclass(frozen=True, repr=False)
class Filtration:
    """The filtration of one environment at order nu.

    Attributes
    ----------
    nu : order of the tuples; None for a class of functions of no fixed order.
    moves : what moves, with the exact stabiliser behind the symmetry level.
    levels : the levels, each inside the next.
    undecided : what could not be proved of the last level and the bounds reached; None when all is proved.
    """

    nu: int | None
    moves: Displacements
    levels: tuple[Level, ...]
    undecided: str | None = None

    @property
    def displacements(self) -> int:
        """The number of columns m: 3n, or 3N where all atoms move."""
        return self.moves.width

    @property
    def order(self) -> str:
        """The class of functions that it speaks of."""
        chiral = ", SO(3)" if self.moves.chiral else ""
        return "message passing" if self.nu is None else f"nu = {self.nu}{chiral}"

    def __repr__(self):
        steps = ", ".join(f"{name} {self[name]}" for name in LEVELS if self[name] is not None)
        rank = f"rank {self.rank} of {self.displacements}" if self.undecided is None else f"UNDECIDED: {self.undecided}"
        return f"Filtration({self.order}: {steps}; {rank})"

    def __getitem__(self, name: str) -> int | None:
        """Dimension of the level `name`; None where it was not asked for or is undecided.

        Raises
        ------
        KeyError
            There is no such level.
        """
        if name not in LEVELS:
            raise KeyError(f"{name!r} is no level: they are {', '.join(LEVELS)}")
        decided = self.levels if self.undecided is None else self.levels[:-1]
        return next((level.dimension for level in decided if level.name == name), None)

    @property
    def vectors(self) -> list[tuple[int, ...]]:
        """All null vectors listed, level by level."""
        return [vector for level in self.levels for vector in level.vectors]

    @property
    def nullity(self) -> int | None:
        """Dimension of the last level; None when undecided."""
        return sum(level.dimension for level in self.levels) if self.undecided is None else None

    @property
    def rank(self) -> int | None:
        """Displacements less nullity; None when undecided."""
        return self.displacements - self.nullity if self.undecided is None else None

    @property
    def symmetry_allowed_rank(self) -> int:
        """Number of totally symmetric internal displacements (Theorem 2)."""
        return self.displacements - self["rigid"] - self["symmetry"]

    def as_dict(self) -> dict[str, int | None]:
        """The five dimensions under their names."""
        return {name: self[name] for name in LEVELS}


def exact_level(moves: Displacements, row_class: RowClass, inside: list, tries: int = 8) -> tuple[Level, str | None]:
    """The null space of the rows of a class beyond the vectors `inside`; and what is undecided, None if it is proved.

    Once the rank of an early matrix of the class has reached the number of displacements less len(inside), the later
    ones are not built (Lemma early exit).
    """
    name, target = row_class.level, moves.width - len(inside)
    try:
        return _decided_level(moves, row_class, inside, target, tries)
    except BudgetSpent as spent:
        stop()
        return Level(name, ()), f"{name}: rank at most {target}; {spent}"


def _decided_level(moves: Displacements, row_class: RowClass, inside: list, target: int, tries: int):
    name = row_class.level
    if row_class.settled(moves):
        return Level(name, ()), None
    for place in islice(moves.field.places(), tries):
        stage(f"the rank of the exact rows of {name.replace('_', ' ')}")
        for rows in row_class.rows(moves):
            pivots = rows.modular_pivots(place, target)
            if len(pivots) == target:
                break
        proof = ModularProof(place, tuple(map(rows.name, pivots)))
        if len(pivots) == target:
            return Level(name, (), proof), None
        stage(f"the exact null vectors of {name.replace('_', ' ')}")
        vectors = null_space(rows.exact(pivots))
        if rows.annihilate(vectors):
            new = moves.beyond(inside, vectors)
            if len(inside) + len(new) != len(vectors):
                raise ContradictionError(f"{name}: the level before is not inside this null space")
            return Level(name, tuple(map(tuple, new)), proof), None
    bounds = f"{name}: rank at least {len(pivots)}, at most {target}"
    return Level(name, (), proof), f"{bounds}; no exact null vectors modulo {tries} primes"


def filtration_of(moves: Displacements, row_class: RowClass) -> Filtration:
    """Rigid <= Rigid + Symmetry <= null(rows) for a class of functions that are invariant under isometries.

    Returns
    -------
    Filtration
        ``undecided`` is set if no prime gave exact null vectors (never seen; nothing is guessed).
    """
    inside = [*moves.rigid, *moves.forced]
    level, undecided = exact_level(moves, row_class, inside)
    levels = (Level("rigid", tuple(map(tuple, moves.rigid))), Level("symmetry", tuple(map(tuple, moves.forced))), level)
    return Filtration(row_class.nu, moves, levels, undecided)


def exact_filtration(subject: Environment | Displacements, nu: int = 2) -> Filtration:
    """Rigid <= Rigid + Symmetry <= I_nu, exactly, for all features that the group of the displacements leaves alone.

    Parameters
    ----------
    subject : an environment, whose neighbours move about a fixed centre, or the displacements of one.
    nu : order of the tuples, 1 to 4 (any; cost grows as n^nu).
    """
    moves = as_displacements(subject)
    return filtration_of(moves, _all_invariants(moves, nu))


def _all_invariants(moves: Displacements, nu: int) -> RowClass:
    return chiral_invariants_of_order(nu) if moves.chiral else invariants_of_order(nu)


def with_pivots(filtration: Filtration, classes: Sequence[RowClass] = ()) -> Filtration:
    """The same filtration with a modular proof of every level below the symmetry that has none yet.

    Parameters
    ----------
    classes : those that the levels are the null spaces of; by default that of all invariants of the order.

    Raises
    ------
    UndecidedError
        There was no time for one.
    """
    moves, levels = filtration.moves, list(filtration.levels)
    for i, row_class in enumerate(classes or [_all_invariants(moves, filtration.nu)], 2):
        if levels[i].proof is None:
            inside = [vector for level in levels[:i] for vector in level.vectors]
            levels[i], undecided = exact_level(moves, replace(row_class, settled=never), inside)
            if undecided is not None:
                raise UndecidedError(undecided)
    return replace(filtration, levels=tuple(levels))
