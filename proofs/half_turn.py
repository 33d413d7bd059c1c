"""Four neighbours with |x2| = |x3| and x4 along x2 + x3, x1 anywhere: nu = 2 is blind to x4 leaving the axis across x1
at all values of the parameters; at almost all this is all that it misses beyond rotations, no symmetry forces it, and
nu = 3 misses nothing. With x4 moved so by d or by -d they are degenerate at nu = 2.

In a frame whose z axis is along x4, with x1 in the plane of x and z: (a, 0, p), (b, c, q), (-b, -c, q), (0, d, h), d =
0 first; F1 is one of them. Identities of polynomials, classes of tuples being those of equal polynomials (Lemma
polynomials); almost all: off the zeros of some polynomial, by one exact member.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import degenerate_at_all_values, null_at_all_values, rotations
from symsens.jobs.theorems import claim

FALSE = "x4 moved off the axis in any direction is null"
F1 = (5, 1, 3, 4, -2, 6)


def family(shift=None):
    """The members with x4 moved; at d = 0 without."""
    names = parameters("a,p,b,c,q,h" + (",d" if shift else ""))
    a, p, b, c, q, h, *d = names
    y = shift * d[0] if shift else 0
    return PolynomialFamily.of([(a, 0, p), (b, c, q), (-b, -c, q), (0, y, h)], *names)


def proof(direction=(0, 1, 0)):
    """The null vector, the rank at F1, and the pairs."""
    members = family()
    across = [*[0] * 9, *direction]
    certificate, found = null_at_all_values(members, [*rotations(members), across], 2, F1)
    spurious = found.filtration["incompleteness"]
    claim(spurious == 1 and found.filtration.moves.stabiliser.order == 1, f"incompleteness {spurious} at F1")
    lifted, _ = null_at_all_values(members, rotations(members), 3, F1)
    pairs, pair = degenerate_at_all_values(family(1), family(-1), 2, (*F1, 2))
    claim(pair.levels["environment"].separated_at == 3, "nu = 3 does not tell the members apart")
    return [certificate, lifted, pairs]


def control():
    """Along x."""
    proof((1, 0, 0))
