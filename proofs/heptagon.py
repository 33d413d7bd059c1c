"""Five neighbours suffice to fool the bispectrum: a pole and four vertices 0, 1, 2, 4 of a regular heptagon across it
have no symmetry, and beyond rotations 4, 1 and 0 displacements that no O(3) feature of order nu = 2, 3 and 4 sees.

The centre is that of the heptagon, the pole is on its axis at any height but the heptagon's radius (here its square is
2, that of the radius 1), all neighbours are of one species. Exact over QQ<2 cos(2 pi/7)>. With Theorem (Few neighbours)
five is the least number.
"""

from symsens import certify
from symsens.geometry.families import polygon_and_pole
from symsens.jobs.theorems import claim

FALSE = "the vertices 0, 1, 2, 3 do it too"


def proof(vertices=(0, 1, 2, 4)):
    """Exact filtrations at nu = 2, 3 and 4."""
    found = [certify(polygon_and_pole(7, vertices), nu=nu) for nu in (2, 3, 4)]
    spurious = [result.filtration["incompleteness"] for result in found]
    forced = [result.filtration["symmetry"] for result in found]
    claim(forced == [0, 0, 0], f"symmetry forces {forced} null vectors for the vertices {vertices}")
    claim(spurious == [4, 1, 0], f"{spurious} null vectors, not [4, 1, 0], for the vertices {vertices}")
    return [result.certificate for result in found]


def control():
    """The trapezium 0, 1, 2, 3 has a mirror."""
    proof((0, 1, 2, 3))
