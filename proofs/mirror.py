"""Four neighbours with |x2| = |x3| and x2.x4 = x3.x4, x1 in the plane of x2, x3 and the centre: nu = 2 is blind to x2
and x3 leaving that plane to opposite sides at all values of the parameters; at almost all this is all that it misses
beyond rotations, no symmetry forces it, and nu = 3 misses nothing. Moved so by d or by -d they are degenerate at nu =
2.

In a frame whose yz plane is the mirror of x2 and x3, and whose z axis is along x4: x2 = (b, c, q), x3 = (-b, c, q), x1
= k x2 + l x3, x4 = (0, 0, f), n = (0, -q, c), across x1, x2 and x3. As for half-turn.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import degenerate_at_all_values, null_at_all_values, rotations
from symsens.jobs.theorems import claim

FALSE = "x2 and x3 moved out of the plane to the same side is null"
HERE = (1, 2, 3, 2, 1, 2)


def family(shift=None):
    """The members with x2 and x3 moved; at d = 0 without. And n."""
    b, c, q, f, k, l, *d = names = parameters("b,c,q,f,k,l" + (",d" if shift else ""))
    s = shift * d[0] if shift else 0
    x1 = ((k - l) * b, (k + l) * c, (k + l) * q)
    places = [x1, (b, c - s * q, q + s * c), (-b, c + s * q, q - s * c), (0, 0, f)]
    return PolynomialFamily.of(places, *names), (0, -q, c)


def proof(side=-1):
    """The null vector, the rank at one member, and the pairs."""
    members, n = family()
    across = [0, 0, 0, *n, *(side * x for x in n), 0, 0, 0]
    certificate, found = null_at_all_values(members, [*rotations(members), across], 2, HERE)
    spurious = found.filtration["incompleteness"]
    claim(spurious == 1 and found.filtration.moves.stabiliser.order == 1, f"incompleteness {spurious} at {HERE}")
    lifted, _ = null_at_all_values(members, rotations(members), 3, HERE)
    pairs, pair = degenerate_at_all_values(family(1)[0], family(-1)[0], 2, (*HERE, "1/4"))
    claim(pair.levels["environment"].separated_at == 3, "nu = 3 does not tell the members apart")
    return [certificate, lifted, pairs]


def control():
    """Both by n."""
    proof(1)
