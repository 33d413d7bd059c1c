"""The finite groups of isometries by their Schoenflies symbols, exact, each in a frame and over a field that hold it.

Groups about one axis act on the frame (a, C_m a, z) of unit vectors, m the largest order of a turn in the plane across
z: there the turn is a -> C_m a, C_m a -> 2 c C_m a - a, and the metric has the one entry c = cos(2 pi/m) off its
diagonal. So it is over QQ for m = 1, 2, 3, 4, 6. The others are Cartesian, over QQ or, of the icosahedron, QQ<sqrt(5)>.

Law: exact and by construction; that the matrices form a group of the order known is checked where they are made.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from symsens.errors import InputError
from symsens.numbers.declared import field_of_cosine, number_field
from symsens.numbers.field import QQ, Rationals
from symsens.numbers.metric import IDENTITY, multiply
from symsens.numbers.number_field import NumberField

_CARTESIAN = {
    "T": ("C2", "C3"),
    "Th": ("C2", "C3", "i"),
    "Td": ("C3", "S4"),
    "O": ("C3", "C4"),
    "Oh": ("C3", "C4", "i"),
    "I": ("C3", "C5"),
    "Ih": ("C3", "C5", "i"),
}
_MATRICES = {
    "C2": ((-1, 0, 0), (0, -1, 0), (0, 0, 1)),
    "C3": ((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "C4": ((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "S4": ((0, 1, 0), (-1, 0, 0), (0, 0, -1)),
    "i": ((-1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "C5": (
        ("(sqrt(5) - 1)/4", "-(sqrt(5) + 1)/4", "1/2"),
        ("(sqrt(5) + 1)/4", "1/2", "(sqrt(5) - 1)/4"),
        ("-1/2", "(sqrt(5) - 1)/4", "(sqrt(5) + 1)/4"),
    ),
}
_ROOTS = {5: (5, "(sqrt(5) - 1)/4"), 8: (2, "sqrt(2)/2"), 10: (5, "(sqrt(5) + 1)/4"), 12: (3, "sqrt(3)/2")}
_COSINES = {1: 0, 2: 0, 3: Fraction(-1, 2), 4: 0, 6: Fraction(1, 2)}  # c of a frame over QQ; of two axes for m = 1, 2
_ORDERS = {"T": 12, "Th": 24, "Td": 24, "O": 24, "Oh": 48, "I": 60, "Ih": 120}
_FRAMES = {1: "Cartesian", 2: "Cartesian", 3: "hexagonal", 4: "Cartesian", 6: "hexagonal"}
_SYMBOL = re.compile(r"(C|D|S)([1-9][0-9]{0,3})(v|h|d|)")


@dataclass(frozen=True)
class ExactGroup:
    """A finite group of isometries.

    Attributes
    ----------
    name : its Schoenflies symbol.
    field, metric : where it is exact.
    frame : the name of the frame, e.g. "Cartesian" or "hexagonal".
    generators : 3 x 3 matrices on frame coordinates.
    elements : all of them, the identity first.
    products : products[i][k] is the place of elements[i] times generators[k].
    """

    name: str
    field: Rationals | NumberField
    metric: tuple
    frame: str
    generators: tuple
    elements: tuple
    products: tuple[tuple[int, ...], ...]

    @property
    def order(self) -> int:
        """The number of elements."""
        return len(self.elements)


def exact_group(name: str) -> ExactGroup:
    """The group of a Schoenflies symbol such as "Td", "D6h" or "Ih".

    Raises
    ------
    InputError
        No symbol of a finite group, or one whose field has too large a degree.
    """
    if name in _CARTESIAN:
        field = number_field("QQ<sqrt(5)>") if name.startswith("I") else QQ
        matrices = [_parsed(field, _MATRICES[kind]) for kind in _CARTESIAN[name]]
        return _generated(name, field, IDENTITY, "Cartesian", matrices, _ORDERS[name])
    m, kinds, order = _about_an_axis(name)
    field, c = _cosine(m)
    metric = IDENTITY if not c else _parsed(field, ((1, c, 0), (c, 1, 0), (0, 0, 1)))
    turn = ((0, -1), (1, 2 * c)) if m > 2 else ((1 - 2 * (m == 2), 0), (0, 1 - 2 * (m == 2)))
    planes = {"turn": turn, "mirror": ((1, 2 * c), (0, -1)), "none": ((1, 0), (0, 1))}
    matrices = [_parsed(field, ((*planes[kind][0], 0), (*planes[kind][1], 0), (0, 0, sign))) for kind, sign in kinds]
    return _generated(name, field, metric, _FRAMES.get(m, f"{m}-fold"), matrices, order)


def _about_an_axis(name):
    """(m, generators, order): of each generator what it does in the plane across the axis z, and its sign along z."""
    if name in ("Cs", "Ci"):
        return (1, [("none", -1)], 2) if name == "Cs" else (2, [("turn", -1)], 2)
    match = _SYMBOL.fullmatch(name)
    letter, n, kind = match.groups() if match else ("", 0, "")
    n = int(n)
    factor, generators = {
        "C": (1, [("turn", 1)]),
        "Cv": (2, [("turn", 1), ("mirror", 1)]),
        "Ch": (2, [("turn", 1), ("none", -1)]),
        "D": (2, [("turn", 1), ("mirror", -1)]),
        "Dh": (4, [("turn", 1), ("mirror", 1), ("none", -1)]),
        "Dd": (4, [("turn", -1), ("mirror", 1)]),
        "S": (1, [("turn", -1)]),
    }.get(letter + kind, (0, None))
    if not factor or (letter == "S" and n % 2):
        raise InputError(f"{name:.40}: no symbol of a finite point group: give e.g. Td, D6h or Ih")
    return (2 * n if kind == "d" else n), generators, factor * n


def _cosine(m):
    """(K, cos(2 pi/m) in K), or 0 where the frame has two axes that are orthogonal."""
    if m in _COSINES:
        return QQ, Fraction(_COSINES[m])
    if m in _ROOTS:
        root, c = _ROOTS[m]
        field = number_field(f"QQ<sqrt({root})>")
        return field, field.parse(c)
    field = field_of_cosine(m)
    return field, field.parse("c/2")


def _parsed(field, rows):
    return tuple(tuple(map(field.parse, row)) for row in rows)


def _generated(name, field, metric, frame, generators, order) -> ExactGroup:
    elements, products = [_parsed(field, IDENTITY)], []
    place = {elements[0]: 0}
    for element in elements:  # grows while it is read
        row = []
        for g in generators:
            product = tuple(map(tuple, multiply(element, g)))
            if product not in place:
                if len(elements) == order:
                    raise AssertionError(f"the matrices of {name} generate more than its {order} elements")
                place[product] = len(elements)
                elements.append(product)
            row.append(place[product])
        products.append(tuple(row))
    if len(elements) != order:
        raise AssertionError(f"the matrices of {name} generate {len(elements)} elements, not {order}")
    return ExactGroup(name, field, metric, frame, tuple(generators), tuple(elements), tuple(products))
