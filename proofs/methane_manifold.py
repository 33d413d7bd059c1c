"""The CH4 manifold of Phys. Rev. Lett. 125, 166001: of a 9 x 9 grid of its pairs (theta4, phi4), (theta4, -phi4) those
with theta4 = 90 degrees are degenerate at nu = 2, and the others are not; nu = 3 separates every pair.

All four distances are 1.09; in polar coordinates the neighbours are (22.5, 180), (120, -36), (60, 36), (theta4,
+-phi4). The angles lie in fields of high degree; they are replaced by rational points of the sphere near them, theta4 =
90 and the half turn between the second and the third exactly, which is all that the degeneracy rests on. For all real
angles: the dot products that phi4 -> -phi4 may change are A + k and B - k, and become B + k and A - k, with A = r^2
sin(60) sin(theta4) cos(phi4 - 36), B the same with phi4 + 36, k = r^2 cos(60) cos(theta4); these are the same two
numbers iff A = B, so phi4 = 0 or 180 or theta4 = 0 or 180 and the members are the same, or k = 0, so theta4 = 90.
"""

from fractions import Fraction
from math import radians, tan

from symsens import compare
from symsens.geometry.families import DegeneratePair, methane
from symsens.jobs.theorems import claim

FALSE = "pairs with theta4 = 80 degrees are degenerate, too"
THETA4 = (50, 60, 70, 80, 90, 100, 110, 120, 130)
PHI4 = (15, 30, 45, 60, 75, 105, 120, 150, 165)


def tangent(degrees):
    """A rational number near the tangent of half an angle; exact at 90 degrees."""
    return Fraction(tan(radians(degrees) / 2)).limit_denominator(40)


def pair(theta4, phi4):
    """The members with phi4 and -phi4."""
    fixed = tangent(22.5), tangent(60), tangent(36), tangent(theta4)
    return DegeneratePair(methane(*fixed, tangent(phi4)), methane(*fixed, -tangent(phi4)), 2)


def proof(degenerate=(90,), thetas=THETA4):
    """Each pair compared exactly."""
    certificates = []
    for theta4 in thetas:
        for phi4 in PHI4:
            found = compare(*pair(theta4, phi4), nu_max=3)
            equal = found.levels["environment"].equal_up_to
            wanted = 2 if theta4 in degenerate else 1
            claim(found.congruent is False, f"the pair at {theta4}, {phi4} is congruent")
            claim(equal == wanted, f"features of the pair at {theta4}, {phi4} are equal up to nu = {equal}")
            claim(found.levels["environment"].separated_at == wanted + 1, f"{theta4}, {phi4} is not separated")
            certificates.append(found.certificate)
    return certificates


def control():
    """The line beside."""
    proof((80,), (80,))
