"""Schoenflies symbols of finite groups of isometries, for people; no proof rests on them.

Law: exact for exact isometries. The rotations of a finite group are about one axis (n of them, n the largest order),
about one and across it (2 n), or those of a tetrahedron, octahedron or icosahedron (12, 24, 60, which are neither n nor
2 n for their n = 3, 4, 5); mirrors and the inversion tell the rest.
"""

from symsens.geometry.symmetry import Stabiliser
from symsens.numbers.metric import IDENTITY, determinant, multiply

_POLYHEDRA = {12: "T", 24: "O", 60: "I"}


def point_group(stabiliser: Stabiliser, chiral: bool = False) -> str:
    """Schoenflies symbol of a stabiliser, e.g. "Td"; "Kh" without neighbours, "C*v" and "D*h" on a line; where
    `chiral`, among rotations, "K", "C*" and "D*"."""
    if stabiliser.span > 1 and not stabiliser.generators:
        return "C1"
    isometries = stabiliser.isometries()
    if stabiliser.span < 2:
        names = ("K", "D*", "C*") if chiral else ("Kh", "D*h", "C*v")
        return names[0 if not stabiliser.span else 1 if len(isometries) > 2 else 2]
    proper = [q for q in isometries if determinant(q) == 1]
    traces = [q[0][0] + q[1][1] + q[2][2] for q in isometries - set(proper)]
    return symbol(len(proper), max(len(powers(q)) for q in proper), len(traces), traces.count(1), -3 in traces)


def powers(q) -> list:
    """1, q, q^2, ...: as many as the order of an isometry of finite order."""
    one = [list(row) for row in IDENTITY]
    found, power = [one], multiply(one, q)
    while power != one:
        found.append(power)
        power = multiply(power, q)
    return found


def symbol(rotations: int, n: int, improper: int, mirrors: int, inverted: bool) -> str:
    """Schoenflies symbol of a finite group of isometries.

    Parameters
    ----------
    rotations : how many elements have determinant 1, the identity among them.
    n : the largest order of those.
    improper : how many elements have determinant -1.
    mirrors : how many of these are mirrors.
    inverted : whether one of them is the inversion.
    """
    if rotations not in (n, 2 * n):
        letter = _POLYHEDRA[rotations]
        return letter + ("" if not improper else "h" if inverted else "d")
    if not improper:
        return f"{'C' if rotations == n else 'D'}{n}"
    if rotations == 2 * n:
        return f"D{n}{'h' if mirrors == n + 1 else 'd'}"
    if n == 1:
        return "Cs" if mirrors else "Ci"
    return f"C{n}v" if mirrors == n else f"C{n}h" if mirrors else f"S{2 * n}"
