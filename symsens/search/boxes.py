"""Boxes of a few parameters: which hold no singular environment, by branch and bound (THEORY, section 8).

A slice gives an environment for every tuple p of rational parameters. A box of parameters is enclosed by the
environment at its middle and a ball around each neighbour; `symsens.search.reach` shows that no member is singular, or
the box is halved.

Law: what is claimed of a box is shown by `symsens.search.reach` (Lemma clearance); what is not shown is undecided.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Protocol

from symsens.budget import BudgetSpent, stage, stop
from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.search.reach import Reach, length_above

Box = tuple[tuple[Fraction, Fraction], ...]


class Slice(Protocol):
    """A part of configuration space with a few parameters."""

    def at(self, p: Sequence[Fraction]) -> Environment:
        """The environment at p; `InputError` where two atoms meet."""

    def radii(self, box: Box) -> tuple[Fraction, ...]:
        """For each neighbour a radius about its place at the middle of a box that it does not leave on the box."""


@dataclass(frozen=True, eq=False)
class Affine:
    """x(p) = x + p_1 d_1 + p_2 d_2 + ...

    Attributes
    ----------
    base : x.
    directions : for each parameter the displacements of all neighbours, in the frame and the field of `base`.
    """

    base: Environment
    directions: tuple[tuple[tuple, ...], ...]

    def at(self, p: Sequence[Fraction]) -> Environment:
        """The environment at p; `InputError` where two atoms meet."""
        places = list(self.base.positions)
        for t, direction in zip(p, self.directions):
            places = [tuple(a + t * c for a, c in zip(y, d)) for y, d in zip(places, direction)]
        return replace(self.base, positions=tuple(places))

    def radii(self, box: Box) -> tuple[Fraction, ...]:
        """The distance of each neighbour at the middle to the farthest of its places at the corners: it is convex."""
        halves = [(high - low) / 2 for low, high in box]
        return tuple(
            max(self._length(j, halves, signs) for signs in product((1, -1), repeat=len(box)))
            for j in range(self.base.n)
        )

    def _length(self, j: int, halves, signs) -> Fraction:
        moves = [[s * h * c for c in d[j]] for s, h, d in zip(signs, halves, self.directions)]
        return length_above(self.base.metric, [sum(column) for column in zip(*moves)])


@dataclass(frozen=True)
class Boxes:
    """What is known of a box of parameters, in parts that fill it.

    Attributes
    ----------
    regular : boxes in which no environment is singular at order nu: proved. (Where two atoms meet there is none.)
    undecided : those of which this is not shown.
    nu : the order.
    smallest : no box was halved along a side that is not longer than this.
    complete : whether all undecided boxes are that small; False where so many boxes were looked at, or the
        time was over, before.
    """

    regular: tuple[Box, ...]
    undecided: tuple[Box, ...]
    nu: int
    smallest: Fraction
    complete: bool

    def __repr__(self):
        return f"Boxes({len(self.regular)} regular at nu = {self.nu}, {len(self.undecided)} undecided)"


def decided(surface: Slice, box: Box, nu: int, smallest: Fraction, most: int) -> Boxes:
    """The parts of a box that are proved regular, and the rest.

    Parameters
    ----------
    surface : the environments.
    box : lower and upper end of each parameter.
    nu : 2 or more.
    smallest : sides that are not longer are not halved.
    most : boxes that are looked at; what is left then, or when the time is over, is undecided.
    """
    regular_at: dict[Box, bool] = {}
    try:
        _divide(surface, box, nu, smallest, most, regular_at)
    except BudgetSpent:
        stop()
    regular, undecided, parts = [], [], [box]
    while parts:
        part = parts.pop()
        if regular_at.get(part):
            regular.append(part)
        elif part in regular_at and (halves := _halves(part, smallest)):
            parts += reversed(halves)
        else:
            undecided.append(part)
    complete = all(part in regular_at for part in undecided)
    return Boxes(tuple(regular), tuple(undecided), nu, smallest, complete)


def _divide(surface: Slice, box: Box, nu: int, smallest: Fraction, most: int, regular_at: dict) -> None:
    """Write into `regular_at` of each box that is looked at, big ones first, whether it is shown to be regular.

    Each is written at once, so that what is there is true wherever the time is over.
    """
    waiting = deque([box])
    for count in range(most):
        if not waiting:
            return
        if count % 100 == 0:
            stage(f"box {count + 1} of at most {most}, {len(waiting)} waiting")
        part = waiting.popleft()
        regular_at[part] = _is_regular(surface, part, nu)
        if not regular_at[part]:
            waiting.extend(_halves(part, smallest))


def _is_regular(surface: Slice, box: Box, nu: int) -> bool:
    try:
        middle = surface.at([(low + high) / 2 for low, high in box])
    except InputError:  # two atoms meet
        return False
    return Reach(middle, surface.radii(box)).is_regular(nu)


def _halves(box: Box, smallest: Fraction) -> list[Box]:
    """The two halves across the longest side; none where all sides are small."""
    sides = [high - low for low, high in box]
    i = sides.index(max(sides))
    if sides[i] <= smallest:
        return []
    low, high = box[i]
    middle = (low + high) / 2
    return [box[:i] + (half,) + box[i + 1 :] for half in ((low, middle), (middle, high))]
