"""Theorem 2 on orbits of the 32 crystallographic point groups and of D4d, D5h and Ih: the rank of D_nu, at the least nu
that is not incomplete there, is the number of totally symmetric displacements less the totally symmetric rotations.

For each group one environment, a union of orbits of points in its frame, whose site symmetry is this group and no
larger. The number comes from characters: the mean over the group of tr Q times the number of neighbours that g leaves
in place, less that of det Q tr Q. (All of these need nu = 2 but that of Ci, which needs nu = 3.)
"""

from symsens import Environment, certify
from symsens.geometry.exact_groups import exact_group
from symsens.jobs.theorems import claim
from symsens.numbers.metric import apply, determinant

FALSE = "for D4 the turns about the axis of order 4 alone tell the rank"

A, B, C, PLANE, DIAGONAL, GENERAL = (0, 0, 1), (1, 0, 0), (1, 1, 0), (0, 1, 1), (1, 1, 1), (1, 2, 3)
SEEDS = {
    "C1": (A, B, C), "Ci": (A, B, (1, 1, 2)), "C2": (B, DIAGONAL), "Cs": (B, PLANE), "C2h": (B, DIAGONAL),
    "D2": (GENERAL,), "C2v": (GENERAL,), "D2h": (GENERAL,), "C4": (B, GENERAL), "S4": (B, GENERAL),
    "C4h": (B, GENERAL), "D4": (GENERAL,), "C4v": (PLANE,), "D2d": (PLANE,), "D4h": (PLANE,), "C3": (B, GENERAL),
    "S6": (B, GENERAL), "D3": ((-1, 2, 2),), "C3v": (PLANE,), "D3d": (PLANE,), "C6": (B, GENERAL), "C3h": (B, GENERAL),
    "C6h": (B, GENERAL), "D6": (GENERAL,), "C6v": (PLANE,), "D3h": (PLANE,), "D6h": (PLANE,), "T": (GENERAL,),
    "Th": ((0, 1, 2),), "O": (GENERAL,), "Td": (DIAGONAL,), "Oh": (A,), "D4d": (PLANE,), "D5h": (PLANE,),
    "Ih": (DIAGONAL,),
}  # fmt: skip


def orbits(group, seeds):
    """The images of points in the frame of a group."""
    found = {}
    for seed in seeds:
        point = tuple(map(group.field.parse, seed))
        found |= {tuple(apply(q, point)): None for q in group.elements}
    return list(found)


def totally_symmetric(elements, points):
    """The dimension of the displacements that all elements leave alone, less that of such rotations, by characters."""
    total = 0
    for q in elements:
        trace = sum(q[i][i] for i in range(3))
        kept = sum(tuple(apply(q, point)) == point for point in points)
        total += trace * kept - determinant(q) * trace
    return total / len(elements)


def ask(name, elements=lambda q: True):
    """The certificate of the rank of the environment of a group, which the characters of its elements must give."""
    group = exact_group(name)
    points = orbits(group, SEEDS[name])
    env = Environment(["H"] * len(points), points, "C", group.metric, field=group.field)
    found = next(r for nu in (2, 3, 4, 5) if (r := certify(env, nu=nu)).filtration["incompleteness"] == 0)
    claim(found.point_group == name, f"the site symmetry is {found.point_group}, not {name}")
    wanted = totally_symmetric([q for q in group.elements if elements(q)], points)
    rank = found.filtration.rank
    claim(wanted == rank, f"{name}: the characters give {wanted}, and the rank is {rank}")
    return found.certificate


def proof():
    """Every group."""
    return [ask(name) for name in SEEDS]


def control():
    """The characters of C4 with the environment of D4."""
    ask("D4", lambda q: q[2][2] == 1)
