"""Small is not singular: along the segment from F1 on which x4 moves by t across x1, 0 < t <= 1, nine polynomial
features have a Jacobian whose nine singular values beyond rotations are above t / 72, all along and not at samples; at
t = 0, and only there, nu = 2 is blind to one displacement.

F1 is (5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6), and x4 = (0, t, 6). The features are sums over all pairs, each
neighbour with itself included, of monomials of degree at most 4 in s_1 / 36, s_2 / 36 and d_12 / 36; every descriptor
that has them among its features has nine such singular values too. The proof is det(A)^2 > (t / 72)^2 ||adj A||^2 on
the whole segment for the block A of nine of the twelve columns (Lemma path); that t = 0 is the only singular member for
-1 <= t <= 1 is a second proof, of the minors of D_2.
"""

from fractions import Fraction

from symsens import certify, locus
from symsens.certificates.paths import path_certificate
from symsens.commands.proving import checked
from symsens.geometry.curves import Curve
from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.theorems import claim

FALSE = "they are above t / 40"
MONOMIALS = ((0, 0, 1), (0, 0, 2), (0, 0, 3), (0, 0, 4), (1, 0, 3), (1, 1, 1), (2, 0, 2), (3, 0, 0), (3, 0, 1))
COLUMNS = (0, 2, 3, 4, 6, 7, 8, 10, 11)


def segment():
    """F1 with x4 moved by t."""
    (t,) = parameters("t")
    return PolynomialFamily.of([(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, t, 6)], t)


def bound(slope):
    """The certificate of a slope."""
    features = [{"species": ["H", "H"], "terms": [[str(Fraction(1, 36 ** sum(e))), list(e)]]} for e in MONOMIALS]
    return path_certificate(segment(), features, COLUMNS, 1, slope)


def only_there():
    """The certificate that t = 0 is the only singular member for -1 <= t <= 1."""
    places = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, "t", 6)]
    found = locus(Curve(["H"] * 4, places, (-1, 1), centre_species="C"))
    singular = [point.t for point in found.points]
    claim(found.complete and singular == [0], f"singular at t = {singular}")
    return found.certificate


def proof():
    """F1 is singular, the slope, and the locus."""
    start = certify(segment().at([0]))
    spurious = start.filtration["incompleteness"]
    claim(spurious == 1, f"incompleteness {spurious} at F1")
    return [start.certificate, bound(Fraction(1, 72)), only_there()]


def control():
    """A slope that is too large."""
    checked(bound(Fraction(1, 40)))
