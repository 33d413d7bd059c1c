"""The CH4 manifold of Phys. Rev. Lett. 125, 166001: pairs (theta4, phi4), (theta4, -phi4) are degenerate at nu = 2 on
the line theta4 = 90 degrees, whatever the other angles are, and nowhere else on a 9 x 9 grid; nu = 3 separates every
pair of the grid.

All four distances are 1.09; in polar coordinates the neighbours are (22.5, 180), (120, -36), (60, 36), (theta4,
+-phi4), in degrees. On the line it is an identity of polynomials in the tangents of half of theta1, theta3, phi3 and
phi4 (Lemma polynomials). On the grid, of rational points of the sphere near these angles, with theta4 = 90 and the half
turn between the second and the third exact, each pair is compared exactly.

At the angles themselves intervals show the same: phi4 -> -phi4 may change two dot products only, A + k and B - k, to B
+ k and A - k, where A = r^2 sin(60) sin(theta4) cos(phi4 - 36), B is the same with phi4 + 36, and k = r^2 cos(60)
cos(theta4). So the pair has equal features iff A = B or k = 0, and off the line neither holds (no certificate yet).
"""

from fractions import Fraction
from math import radians, tan

from mpmath import iv

from symsens import compare
from symsens.geometry.families import DegeneratePair, methane
from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import degenerate_at_all_values
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


def line(side):
    """All pairs with theta4 = 90, multiplied by the denominators of cosines and sines."""
    names = a, b, c, e = parameters("a,b,c,e")
    (C, S, U), (cos3, sin3, V), (cosf, sinf, W), (cos4, sin4, X) = [(1 - x**2, 2 * x, 1 + x**2) for x in names]
    x3 = (U * X * sin3 * cosf, U * X * sin3 * sinf, U * X * W * cos3)
    x2 = (x3[0], -x3[1], -x3[2])
    places = [(-V * W * X * S, 0, V * W * X * C), x2, x3, (U * V * W * cos4, side * U * V * W * sin4, 0)]
    return PolynomialFamily.of(places, *names)


def apart(theta4, phi4):
    """Whether intervals show that A and B are different, and k is not 0, at these angles."""
    one = iv.pi / 180
    cosine = lambda degrees: iv.cos(degrees * one)
    first, second = cosine(phi4 - 36), cosine(phi4 + 36)
    A, B = [iv.sin(60 * one) * iv.sin(theta4 * one) * x for x in (first, second)]
    k = cosine(60) * cosine(theta4)
    return 0 not in A - B and 0 not in k


def on_the_grid(theta4, phi4, degenerate):
    """The certificate of the comparison of one pair."""
    found = compare(*pair(theta4, phi4), nu_max=3)
    equal, at = found.levels["environment"].equal_up_to, f"the pair at {theta4}, {phi4}"
    wanted = 2 if degenerate else 1
    claim(found.congruent is False, f"{at} is congruent")
    claim(equal == wanted, f"features of {at} are equal up to nu = {equal}")
    claim(found.levels["environment"].separated_at == wanted + 1, f"{at} is not separated at nu = {wanted + 1}")
    claim(degenerate or apart(theta4, phi4), f"intervals do not tell {at} apart")
    return found.certificate


def proof(degenerate=(90,), thetas=THETA4):
    """The line, then the grid."""
    certificate, _ = degenerate_at_all_values(line(1), line(-1), 2, map(tangent, (22.5, 60, 36, 30)))
    return [certificate, *(on_the_grid(theta, phi, theta in degenerate) for theta in thetas for phi in PHI4)]


def control():
    """The line beside."""
    proof((80,), (80,))
