"""Whether features of order nu can tell environments apart: multisets of classes of tuples (THEORY, section 5).

Two environments have equal features F_phi for every smooth phi of order nu iff every class of nu-tuples, by species and
invariants, has as many members in the one as in the other (Theorem Separation). A structure is a set of environments,
one for each atom, the species of its centre part of every class. Features summed over the atoms are equal iff the
classes of all environments together are; any function of the features atom by atom, whatever it is, is equal iff the
environments can be matched so that each has the classes of its partner.

Law: labels of dot products are numbered alike for all environments, so that equality of classes is equality of
integers. Crystals are compared per atom: numbers of members are divided by the number of atoms.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import numpy as np

from symsens.budget import need_memory, stage, stop
from symsens.errors import UndecidedError
from symsens.geometry.environment import BYTES_OF_A_NUMBER, Environment
from symsens.geometry.gram import common_labels
from symsens.rows.chiral import orientations, triples
from symsens.rows.tuples import MAX_TUPLES, enumerate_tuples, invariant_columns, number_classes

FEWER = "lower the cutoff, or compare one environment with one"


@dataclass(frozen=True)
class Separation:
    """What tells two sides apart at the smallest order at which anything does.

    Attributes
    ----------
    nu : that order.
    side, place : 0 or 1, and the number of the environment of that side in which the witness is.
    witness : neighbours of that environment, a tuple of the class; (): its centre, of a species; None: all of it.
    counts : the members of the class on either side (per atom, if fractions); of a species, its atoms; of an
        environment, those with the same classes.
    """

    nu: int
    side: int
    place: int
    witness: tuple[int, ...] | None
    counts: tuple[Fraction | int, Fraction | int]


class Sides:
    """Two lists of environments, and their classes of tuples order by order.

    Parameters
    ----------
    first, second : the environments of either side.
    chiral : whether signs of triple products tell tuples apart.
    per_atom : whether numbers of members are divided by the number of environments of a side.
    """

    def __init__(self, first: Sequence[Environment], second: Sequence[Environment], chiral=False, per_atom=False):
        self.environments, self.chiral = (*first, *second), chiral
        self.sizes = (len(first), len(second))
        self.units = self.sizes if per_atom else (1, 1)
        pairs = sum(env.n**2 for env in self.environments)
        need_memory(
            2 * BYTES_OF_A_NUMBER * pairs, f"{pairs} dot products of {len(self.environments)} environments", FEWER
        )
        self.labels = common_labels(self.environments)
        self.signs = [orientations(env) + 1 for env in self.environments] if chiral else None

    def place(self, number: int) -> tuple[int, int]:
        """The side of an environment, and its number there."""
        return (0, number) if number < self.sizes[0] else (1, number - self.sizes[0])

    def per_unit(self, counts) -> tuple[Fraction | int, Fraction | int]:
        """Numbers of members of either side, per atom if that is how they are compared."""
        return tuple(int(c) if u == 1 else Fraction(int(c), u) for c, u in zip(counts, self.units))

    def centres(self) -> Separation | None:
        """A species of which one side has more centres than the other."""
        kinds = [env.centre_species for env in self.environments]
        for number, kind in enumerate(kinds):
            counts = self.per_unit((kinds[: self.sizes[0]].count(kind), kinds[self.sizes[0] :].count(kind)))
            if counts[0] != counts[1]:
                return Separation(1, *self.place(number), (), counts)
        return None

    def classes(self, nu: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All tuples of order nu with non-decreasing shells (Lemma shells), their environments, and their classes.

        Raises
        ------
        UndecidedError
            There are too many.
        """
        total = sum(env.n**nu for env in self.environments)
        if total > MAX_TUPLES:
            raise UndecidedError(f"{total} tuples of order nu = {nu} are more than {MAX_TUPLES}")
        stage(f"classes of order nu = {nu}")
        tuples = [enumerate_tuples(labels.diagonal(), nu) for labels in self.labels]
        owner = np.repeat(np.arange(len(tuples)), list(map(len, tuples)))
        kinds = [env.centre_species for env in self.environments]
        numbers = np.array([sorted(set(kinds)).index(kind) for kind in kinds])
        columns = zip(*(self._columns(i, each) for i, each in enumerate(tuples)))  # one at a time in memory
        class_of = number_classes(len(owner), chain([numbers[owner]], map(np.concatenate, columns)))
        return np.concatenate(tuples), owner, class_of

    def _columns(self, number: int, tuples: np.ndarray) -> Iterator[np.ndarray]:
        yield from invariant_columns(self.labels[number], tuples)
        for places in triples(tuples.shape[1]) if self.chiral else ():
            yield self.signs[number][tuple(tuples[:, places].T)]

    def by_sum(self, nu: int) -> Separation | None:
        """A class with more members on one side, all environments of a side together; None: there is none."""
        tuples, owner, class_of = self.classes(nu)
        of_second = owner >= self.sizes[0]
        size = class_of.max(initial=-1) + 1
        members = [np.bincount(class_of[of_second == side], minlength=size) for side in (False, True)]
        excess = members[0] * self.units[1] - members[1] * self.units[0]
        if not excess.any():
            return None
        chosen = int(np.abs(excess).argmax())
        at = int(np.flatnonzero(class_of == chosen)[0])
        where = self.place(int(owner[at]))
        return Separation(nu, *where, tuple(map(int, tuples[at])), self.per_unit(m[chosen] for m in members))

    def by_set(self, nu: int) -> Separation | None:
        """An environment with partners of the same classes on one side more than on the other; None: there is none."""
        _, owner, class_of = self.classes(nu)
        kinds, parts = [], np.split(class_of, np.searchsorted(owner, range(1, len(self.environments))))
        for env, part in zip(self.environments, parts):
            found, counts = np.unique(part, return_counts=True)
            kinds.append((env.centre_species, found.tobytes(), counts.tobytes()))
        members = Counter(kinds[: self.sizes[0]]), Counter(kinds[self.sizes[0] :])
        for number, kind in enumerate(kinds):
            counts = self.per_unit(m[kind] for m in members)
            if counts[0] != counts[1]:
                return Separation(nu, *self.place(number), None, counts)
        return None


def equal_features(first: Environment, second: Environment, nu: int) -> bool:
    """Whether no O(3) feature of order nu tells two environments apart (Theorem Separation)."""
    sides = Sides([first], [second])
    return sides.centres() is None and sides.by_sum(nu) is None


def separation(sides: Sides, level: str, nu_max: int) -> tuple[int, Separation | None, str | None]:
    """(largest nu <= nu_max with equal features, what tells the sides apart at the next, why it is not known).

    Parameters
    ----------
    level : "sum", all environments of a side together, or "set", each with its partner.
    """
    found = sides.centres()
    if found:
        return 0, found, None
    for nu in range(1, nu_max + 1):
        try:
            found = sides.by_sum(nu) if level == "sum" else sides.by_set(nu)
        except UndecidedError as error:
            stop()
            return nu - 1, None, str(error)
        if found:
            return nu - 1, found, None
    return nu_max, None, None
