"""The Schoenflies name of an exact stabiliser, for people; no proof rests on it.

Law: over QQ every isometry of finite order has a rational trace, hence order 1, 2, 3, 4 or 6, and the 32
crystallographic point groups are told apart by how many operations of each kind they have.
"""

from collections import Counter

from symsens.geometry.symmetry import Stabiliser
from symsens.numbers.metric import IDENTITY, determinant

# Operations besides the identity: rotations C2 C3 C4 C6, inversion i, mirrors m, rotoreflections S6 S4 S3.
_KINDS = {
    (1, -1): "C2",
    (1, 0): "C3",
    (1, 1): "C4",
    (1, 2): "C6",
    (-1, -3): "i",
    (-1, 1): "m",
    (-1, 0): "S6",
    (-1, -1): "S4",
    (-1, -2): "S3",
}
_GROUPS = {
    "C1": {}, "Ci": {"i": 1}, "C2": {"C2": 1}, "Cs": {"m": 1}, "C2h": {"C2": 1, "i": 1, "m": 1},
    "D2": {"C2": 3}, "C2v": {"C2": 1, "m": 2}, "D2h": {"C2": 3, "i": 1, "m": 3},
    "C4": {"C2": 1, "C4": 2}, "S4": {"C2": 1, "S4": 2}, "C4h": {"C2": 1, "C4": 2, "i": 1, "m": 1, "S4": 2},
    "D4": {"C2": 5, "C4": 2}, "C4v": {"C2": 1, "C4": 2, "m": 4}, "D2d": {"C2": 3, "m": 2, "S4": 2},
    "D4h": {"C2": 5, "C4": 2, "i": 1, "m": 5, "S4": 2},
    "C3": {"C3": 2}, "S6": {"C3": 2, "i": 1, "S6": 2}, "D3": {"C2": 3, "C3": 2}, "C3v": {"C3": 2, "m": 3},
    "D3d": {"C2": 3, "C3": 2, "i": 1, "m": 3, "S6": 2},
    "C6": {"C2": 1, "C3": 2, "C6": 2}, "C3h": {"C3": 2, "m": 1, "S3": 2},
    "C6h": {"C2": 1, "C3": 2, "C6": 2, "i": 1, "m": 1, "S6": 2, "S3": 2},
    "D6": {"C2": 7, "C3": 2, "C6": 2}, "C6v": {"C2": 1, "C3": 2, "C6": 2, "m": 6},
    "D3h": {"C2": 3, "C3": 2, "m": 4, "S3": 2},
    "D6h": {"C2": 7, "C3": 2, "C6": 2, "i": 1, "m": 7, "S6": 2, "S3": 2},
    "T": {"C2": 3, "C3": 8}, "Th": {"C2": 3, "C3": 8, "i": 1, "m": 3, "S6": 8}, "O": {"C2": 9, "C3": 8, "C4": 6},
    "Td": {"C2": 3, "C3": 8, "m": 6, "S4": 6}, "Oh": {"C2": 9, "C3": 8, "C4": 6, "i": 1, "m": 9, "S6": 8, "S4": 6},
}  # fmt: skip


def point_group(stabiliser: Stabiliser, chiral: bool = False) -> str:
    """Schoenflies symbol of a stabiliser, e.g. "Td"; "Kh" without neighbours, "C*v" and "D*h" on a line; where
    `chiral`, among rotations, "K", "C*" and "D*"."""
    if stabiliser.span < 2:
        names = ("K", "D*", "C*") if chiral else ("Kh", "D*h", "C*v")
        return names[0 if not stabiliser.span else 1 if len(stabiliser.isometries()) > 2 else 2]
    rest = stabiliser.isometries() - {tuple(map(tuple, IDENTITY))}
    counts = Counter(_KINDS[determinant(q), q[0][0] + q[1][1] + q[2][2]] for q in rest)
    return next(name for name, kinds in _GROUPS.items() if kinds == counts)
