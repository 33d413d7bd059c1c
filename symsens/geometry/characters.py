"""Irreducible characters of the finite groups of isometries, under Mulliken's symbols, at each element.

Real ones: two that are complex conjugates of each other are one pair E. Of groups about an axis they are given by
formulas in the turn t of an element in the plane across it: E_k is 2 cos k t at turns, B is -1 at the smallest turn;
A2 is -1, and E_k is 0, at what reflects that plane. T, O and I have tables. A group with the inversion or, without it,
a mirror across its axis is a product with {1, i} or {1, sigma_h}: g and u, ' and ''.

Conventions. Where axes decide between symbols, the caller says how nearly an isometry fixes what is there, and the
nearest is taken. sigma_v (Cnv), or the mirror through C2' and the principal axis (Dn, Dnh), is the nearest one: B1 is
+1 there (n >= 4 even). In C2v the plane yz is the nearest mirror, and B1 is +1 at that of xz; so it is that of a planar
molecule. In D2 and D2h z is the nearest half-turn and yz the nearest plane through it, and B1, B2, B3 are +1 at the
half-turns about z, y, x. In Dnd (n even) B1 is +1 at the half-turns across the axis.

Law: exact; a character is an integer or a sum of traces of elements.
"""

import re
from collections.abc import Callable, Sequence

from symsens.geometry.point_groups import powers
from symsens.numbers.metric import apply, determinant, multiply

_SYMBOL = re.compile(r"([CDSTOI])(\d*)([ivhds]?)")
_TABLES = {  # at 1, C3, C2 in T, C4, C2 not in T
    "T": {"A": (1, 1, 1), "E": (2, -1, 2), "T": (3, 0, -1)},
    "O": {
        "A1": (1, 1, 1, 1, 1),
        "A2": (1, 1, 1, -1, -1),
        "E": (2, -1, 2, 0, 0),
        "T1": (3, 0, -1, 1, -1),
        "T2": (3, 0, -1, -1, 1),
    },
}
_OF_ICOSAHEDRON = {"A": (1, 1, 1), "T1": (3, 0, -1), "T2": (3, 0, -1), "G": (4, 1, 0), "H": (5, -1, 1)}  # at 1, C3, C2


def irreducible_characters(name: str, isometries: Sequence, nearness: Callable) -> dict[str, list]:
    """The real irreducible characters of a finite group, at each of its elements.

    Parameters
    ----------
    name : its Schoenflies symbol.
    isometries : all its elements, in frame coordinates.
    nearness : of an isometry, a key to sort by: the smallest is the nearest (see Conventions). No two are equal.

    Returns
    -------
    dict[str, list]
        By Mulliken symbols, the totally symmetric one first.
    """
    letter, number, kind = _SYMBOL.fullmatch(name).groups()
    signs, inverted = [determinant(q) for q in isometries], any(_trace(q) == -3 for q in isometries)
    parts = list(isometries)
    if inverted or letter in "TOI":  # rotations: of Td those of O, as -S4 = C4
        parts = [q if sign == 1 else _opposite(q) for q, sign in zip(isometries, signs)]
    if letter in "TOI":
        found = _of_polyhedron("O" if kind == "d" else letter, parts)
    else:
        found = _about_an_axis(letter, int(number or 1), kind, inverted, parts, nearness)
    if inverted:
        return _doubled(found, signs, "g", "u")
    return _doubled(found, signs, "'", "''") if kind in ("h", "s") else found


def _opposite(q):
    return tuple(tuple(-x for x in row) for row in q)


def _trace(q):
    return q[0][0] + q[1][1] + q[2][2]


def _doubled(characters, signs, even, odd) -> dict[str, list]:
    """Of the product with a group of two elements; `signs`: 1 at its first, -1 at its second."""
    twice = {symbol + even: values for symbol, values in characters.items()}
    return twice | {symbol + odd: [sign * x for sign, x in zip(signs, values)] for symbol, values in characters.items()}


def _of_polyhedron(letter: str, rotations) -> dict[str, list]:
    """Of T, O or I, from traces; in O also from which half-turns are squares of its elements."""
    traces = [_trace(q) for q in rotations]
    if letter == "I":
        # T1 is the group itself; T2 is its conjugate over QQ<sqrt(5)>, where the traces t at turns by 72 and 144
        # degrees have the sum 1. G is -1 there, and H is 0.
        of_turns = {"A": lambda t: 1, "T1": lambda t: t, "T2": lambda t: 1 - t, "G": lambda t: -1, "H": lambda t: 0}
        place = {3: 0, 0: 1, -1: 2}
        return {
            symbol: [row[place[t]] if t in place else of_turns[symbol](t) for t in traces]
            for symbol, row in _OF_ICOSAHEDRON.items()
        }
    squares = {tuple(map(tuple, multiply(q, q))) for q in rotations}
    place = {3: 0, 0: 1, -1: 2, 1: 3}
    columns = [4 if letter == "O" and t == -1 and q not in squares else place[t] for t, q in zip(traces, rotations)]
    return {symbol: [row[c] for c in columns] for symbol, row in _TABLES[letter].items()}


class _Axis:
    """The principal axis, and how elements of the group act in the plane across it.

    Attributes
    ----------
    elements : of the group, or their rotation parts.
    n : the largest order of their rotations.
    turns : 2 cos t of each element that turns that plane by t; None of one that reflects it.
    order : of those turns, n or 2 n.
    """

    def __init__(self, elements, n: int, order: int, nearness: Callable):
        self.elements, self.n, self.order = elements, n, order
        total = [[sum(x) for x in zip(*rows)] for rows in zip(*powers(self._principal(nearness)))]
        self.direction = next(column for column in zip(*total) if any(column))
        self.turns = [self.turn(q) for q in elements]

    def _principal(self, nearness):
        """A rotation of order n about the axis; of three half-turns one that is a square, or the nearest."""
        rotations = [q for q in self.elements if determinant(q) == 1]
        if self.n > 2:
            return next(q for q in rotations if len(powers(q)) == self.n)
        squares = {tuple(map(tuple, multiply(q, q))) for q in self.elements}
        half_turns = [q for q in rotations if _trace(q) == -1]
        return min(half_turns, key=lambda q: (q not in squares, nearness(q)))

    def turn(self, q):
        """2 cos t, or None."""
        sign = 1 if apply(q, self.direction) == self.direction else -1
        return _trace(q) - sign if determinant(q) == sign else None

    def harmonics(self, turn) -> list:
        """2 cos k t for k = 0, ..., order // 2, from 2 cos t."""
        found = [2, turn]
        while len(found) <= self.order // 2:
            found.append(turn * found[-1] - found[-2])
        return found

    def alternating(self, turn) -> int:
        """1 or -1: an even or an odd multiple of the smallest turn, where there are evenly many turns."""
        return 1 if self.harmonics(turn)[self.order // 2] == 2 else -1

    def across(self):
        """The half-turn about the axis, which is there for even n."""
        return next(q for q, turn in zip(self.elements, self.turns) if turn == -2 and determinant(q) == 1)


def _about_an_axis(letter: str, number: int, kind: str, inverted: bool, parts, nearness) -> dict[str, list]:
    """Of a group of turns, and for Dn, Cnv and Dnd as many reflections, of the plane across an axis."""
    n = number // 2 if letter == "S" else number
    if n == 1:
        return {"A": [1] * len(parts)}
    m = 2 * n if (letter == "S" or kind == "d") and not inverted else n
    axis = _Axis(parts, n, m, nearness)
    harmonics = [None if turn is None else axis.harmonics(turn) for turn in axis.turns]
    ones = {"A": [1] * len(parts)}
    if m % 2 == 0:
        ones["B"] = [0 if turn is None else axis.alternating(turn) for turn in axis.turns]
    if letter == "D" or kind == "v":
        ones = _with_reflections(axis, ones, nearness)
    count = (m - 1) // 2
    names = ["E"] if count == 1 else [f"E{k}" for k in range(1, count + 1)]
    return ones | {name: [0 if row is None else row[k] for row in harmonics] for k, name in enumerate(names, 1)}


def _with_reflections(axis: _Axis, ones, nearness) -> dict[str, list]:
    """A1 and A2 of A, B1 and B2 of B; A, B1, B2 and B3 of three half-turns."""
    found = {"A1": ones["A"], "A2": [1 if turn is not None else -1 for turn in axis.turns]}
    if "B" not in ones:
        return found
    first = _first_reflection(axis, nearness)
    kinds = [b or axis.alternating(axis.turn(multiply(q, first))) for q, b in zip(axis.elements, ones["B"])]
    found["B1"] = kinds
    found["B2"] = [x * y for x, y in zip(found["A2"], kinds)]
    if axis.order == 2 and determinant(first) == 1:
        return dict(zip(("A", "B1", "B2", "B3"), found.values()))
    return found


def _first_reflection(axis: _Axis, nearness):
    """What reflects the plane across the axis and has B1 = 1; the half-turn about y among three."""
    reflections = [q for q, turn in zip(axis.elements, axis.turns) if turn is None]
    half_turns = [q for q in reflections if determinant(q) == 1]
    if not half_turns:
        best = min(reflections, key=nearness)
        return next(q for q in reflections if q != best) if axis.n == 2 else best
    if len(half_turns) < len(reflections):
        return half_turns[0]
    across = axis.across()  # after a half-turn about u it gives one about w, minus which is the mirror through u and z
    return min(half_turns, key=lambda q: nearness(_opposite(multiply(q, across))))
