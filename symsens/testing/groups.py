"""The 32 crystallographic point groups as integer matrices in a rational frame (International Tables A, standard axes).

Law: every generator is an integer matrix that preserves every metric of its crystal system: x, y, z of a cubic,
tetragonal, orthorhombic, monoclinic (unique axis y) or triclinic frame; hexagonal axes, with M = [[1, -1/2, 0],
[-1/2, 1, 0], [0, 0, c]], for the trigonal and hexagonal groups.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from symsens.errors import InputError

Matrix = tuple[tuple[int, int, int], ...]

_INVERSION = ((-1, 0, 0), (0, -1, 0), (0, 0, -1))
_TWO_Y = ((-1, 0, 0), (0, 1, 0), (0, 0, -1))
_TWO_Z = ((-1, 0, 0), (0, -1, 0), (0, 0, 1))
_TWO_DIAGONAL = ((0, 1, 0), (1, 0, 0), (0, 0, -1))
_FOUR = ((0, -1, 0), (1, 0, 0), (0, 0, 1))
_THREE_CUBIC = ((0, 0, 1), (1, 0, 0), (0, 1, 0))
_THREE = ((0, -1, 0), (1, -1, 0), (0, 0, 1))
_SIX = ((1, -1, 0), (1, 0, 0), (0, 0, 1))


def _product(a: Matrix, b: Matrix) -> Matrix:
    return tuple(tuple(sum(x * y for x, y in zip(row, column)) for column in zip(*b)) for row in a)


def _bar(a: Matrix) -> Matrix:
    """The operation times the inversion."""
    return _product(_INVERSION, a)


@dataclass(frozen=True)
class PointGroup:
    """A crystallographic point group.

    Attributes
    ----------
    hermann_mauguin, schoenflies : its names, in plain characters ("-43m", "Td").
    order : number of operations.
    system : "triclinic", "monoclinic", "orthorhombic", "tetragonal", "hexagonal" (trigonal groups too) or "cubic".
    generators : integer matrices acting on frame coordinates.
    """

    hermann_mauguin: str
    schoenflies: str
    order: int
    system: str
    generators: tuple[Matrix, ...]

    @cached_property
    def operations(self) -> list[Matrix]:
        """All operations, the identity first."""
        found = [((1, 0, 0), (0, 1, 0), (0, 0, 1))]
        for operation in found:  # grows while it is read
            found += [p for p in dict.fromkeys(_product(g, operation) for g in self.generators) if p not in found]
        return found

    def orbit(self, y) -> list[tuple]:
        """The distinct images of a frame vector, `y` first."""
        return list(dict.fromkeys(tuple(sum(a * c for a, c in zip(row, y)) for row in q) for q in self.operations))


POINT_GROUPS: tuple[PointGroup, ...] = (
    PointGroup("1", "C1", 1, "triclinic", ()),
    PointGroup("-1", "Ci", 2, "triclinic", (_INVERSION,)),
    PointGroup("2", "C2", 2, "monoclinic", (_TWO_Y,)),
    PointGroup("m", "Cs", 2, "monoclinic", (_bar(_TWO_Y),)),
    PointGroup("2/m", "C2h", 4, "monoclinic", (_TWO_Y, _INVERSION)),
    PointGroup("222", "D2", 4, "orthorhombic", (_TWO_Z, _TWO_Y)),
    PointGroup("mm2", "C2v", 4, "orthorhombic", (_TWO_Z, _bar(_TWO_Y))),
    PointGroup("mmm", "D2h", 8, "orthorhombic", (_TWO_Z, _TWO_Y, _INVERSION)),
    PointGroup("4", "C4", 4, "tetragonal", (_FOUR,)),
    PointGroup("-4", "S4", 4, "tetragonal", (_bar(_FOUR),)),
    PointGroup("4/m", "C4h", 8, "tetragonal", (_FOUR, _INVERSION)),
    PointGroup("422", "D4", 8, "tetragonal", (_FOUR, _TWO_Y)),
    PointGroup("4mm", "C4v", 8, "tetragonal", (_FOUR, _bar(_TWO_Y))),
    PointGroup("-42m", "D2d", 8, "tetragonal", (_bar(_FOUR), _TWO_Y)),
    PointGroup("4/mmm", "D4h", 16, "tetragonal", (_FOUR, _TWO_Y, _INVERSION)),
    PointGroup("3", "C3", 3, "hexagonal", (_THREE,)),
    PointGroup("-3", "S6", 6, "hexagonal", (_THREE, _INVERSION)),
    PointGroup("32", "D3", 6, "hexagonal", (_THREE, _TWO_DIAGONAL)),
    PointGroup("3m", "C3v", 6, "hexagonal", (_THREE, _bar(_TWO_DIAGONAL))),
    PointGroup("-3m", "D3d", 12, "hexagonal", (_THREE, _TWO_DIAGONAL, _INVERSION)),
    PointGroup("6", "C6", 6, "hexagonal", (_SIX,)),
    PointGroup("-6", "C3h", 6, "hexagonal", (_bar(_SIX),)),
    PointGroup("6/m", "C6h", 12, "hexagonal", (_SIX, _INVERSION)),
    PointGroup("622", "D6", 12, "hexagonal", (_SIX, _TWO_DIAGONAL)),
    PointGroup("6mm", "C6v", 12, "hexagonal", (_SIX, _bar(_TWO_DIAGONAL))),
    PointGroup("-6m2", "D3h", 12, "hexagonal", (_bar(_SIX), _bar(_TWO_DIAGONAL))),
    PointGroup("6/mmm", "D6h", 24, "hexagonal", (_SIX, _TWO_DIAGONAL, _INVERSION)),
    PointGroup("23", "T", 12, "cubic", (_TWO_Z, _THREE_CUBIC)),
    PointGroup("m-3", "Th", 24, "cubic", (_TWO_Z, _THREE_CUBIC, _INVERSION)),
    PointGroup("432", "O", 24, "cubic", (_FOUR, _THREE_CUBIC)),
    PointGroup("-43m", "Td", 24, "cubic", (_bar(_FOUR), _THREE_CUBIC)),
    PointGroup("m-3m", "Oh", 48, "cubic", (_FOUR, _THREE_CUBIC, _INVERSION)),
)

_ALIASES = {"C1h": "Cs", "S1": "Cs", "S2": "Ci", "C3i": "S6", "S3": "C3h"}
_ALIASES |= {"m3": "m-3", "m3m": "m-3m", "-4m2": "-42m", "-62m": "-6m2"}


def point_group(name: str | PointGroup) -> PointGroup:
    """The point group of a Hermann-Mauguin or Schoenflies name, such as "-43m" or "Td".

    Raises
    ------
    InputError
        No crystallographic point group has that name.
    """
    if isinstance(name, PointGroup):
        return name
    wanted = _ALIASES.get(name, name)
    for group in POINT_GROUPS:
        if wanted in (group.hermann_mauguin, group.schoenflies):
            return group
    names = ", ".join(f"{g.hermann_mauguin} ({g.schoenflies})" for g in POINT_GROUPS)
    raise InputError(f"{name!r} is not one of the 32 crystallographic point groups: {names}")


def metrics(system: str) -> list[tuple]:
    """Some rational metrics of a crystal system, the simplest first."""
    half, third = Fraction(1, 2), Fraction(1, 3)
    axes = [Fraction(1), Fraction(8, 3), Fraction(3, 2), Fraction(2)]
    if system == "cubic":
        return [((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    if system == "hexagonal":
        return [((1, -half, 0), (-half, 1, 0), (0, 0, c)) for c in axes]
    if system == "tetragonal":
        return [((1, 0, 0), (0, 1, 0), (0, 0, c)) for c in axes]
    diagonal = [((1, 0, 0), (0, b, 0), (0, 0, c)) for b, c in ((1, 1), (1, axes[2]), (axes[3], axes[1]))]
    if system == "orthorhombic":
        return diagonal
    oblique = [((1, 0, e), (0, b, 0), (e, 0, 2)) for b, e in ((1, half), (2, -third))]
    if system == "monoclinic":
        return diagonal + oblique
    return diagonal + oblique + [((1, half, third), (half, 2, -third), (third, -third, Fraction(3, 2)))]
