"""The table of THEORY section 6: environments with known answers.

Law: the numbers are those of the table, and tests find them again.
"""

from dataclasses import dataclass

from symsens.geometry.environment import Environment
from symsens.geometry.families.antipodes import antipodal
from symsens.geometry.families.four_neighbours import axial
from symsens.geometry.families.members import methane_like


@dataclass(frozen=True)
class KnownCase:
    """An environment and the number of its null directions beyond rigid rotations.

    Attributes
    ----------
    name : as in THEORY section 6.
    environment : all neighbours hydrogen, centre carbon.
    extra : nu -> dimension of I_nu / Rigid.
    symmetry : how many of them are due to symmetry (the same for every nu).
    order : number of permutations induced by isometries.
    """

    name: str
    environment: Environment
    extra: dict[int, int]
    symmetry: int = 0
    order: int = 1

    def __str__(self):
        return self.name


KNOWN_CASES: tuple[KnownCase, ...] = (
    KnownCase("generic n=4", methane_like((1, 0, 2), (-1, 3, 1), (2, 1, -1), (0, -2, 3)), {1: 5, 2: 0, 3: 0, 4: 0}),
    KnownCase(
        "T_d methane", methane_like((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)), {1: 8, 2: 8, 3: 8, 4: 8}, 8, 24
    ),
    KnownCase("coplanar n=4", methane_like((1, 0, 0), (2, 3, 0), (-1, 4, 0), (-3, -1, 0)), {1: 5, 2: 2, 3: 2, 4: 2}, 2),
    KnownCase("F1, axial family", axial(5, 3, 4, 1, -2, 6), {1: 6, 2: 1, 3: 0, 4: 0}),
    KnownCase(
        "F2, circle + axial", methane_like((5, 0, 1), (3, 4, 1), (-4, 3, 1), (0, 0, 6)), {1: 7, 2: 1, 3: 0, 4: 0}
    ),
    KnownCase(
        "equal radii, one coincident pair angle",
        methane_like((7, 4, -4), (0, 9, 0), (4, 7, 4), (0, 0, 9)),
        {1: 8, 2: 1, 3: 0, 4: 0},
    ),
    KnownCase("antipodal n=5", antipodal((2, 0, 2), (1, 1, 0), (0, 1, 1)), {1: 10, 2: 3, 3: 0, 4: 0}),
    KnownCase(
        "two layers, isosceles, n=7",
        methane_like((3, -4, 2), (0, 5, 2), (-3, -4, 2), ("24/5", "-7/5", -2), (-3, 4, -2), (0, -5, -2), (0, 0, 5)),
        {1: 16, 2: 6, 3: 1},
    ),
    KnownCase(
        "two layers, scalene, n=7",
        methane_like((5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2), (0, 0, 5)),
        {1: 16, 2: 1, 3: 0},
    ),
)
