"""The 2+2 family, four neighbours u1, u2, Q u1, Q u2 at one distance, Q any rotation: nu = 2 is blind to the first two
growing while the others shrink at all values of the parameters; at almost all this is all that it misses beyond
rotations, no symmetry forces it, and nu = 3 misses nothing. With factors 1 + d and 1 - d, d and -d are degenerate at nu
= 2.

u1 = (a, b, 0), u2 = (a, -b, 0), which any two vectors of one length are in some frame; Q by its quaternion (k, l, m,
n), all multiplied by k^2 + l^2 + m^2 + n^2. The null vector is (u1, u2, -Q u1, -Q u2). As for half-turn.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import degenerate_at_all_values, null_at_all_values, rotations
from symsens.jobs.theorems import claim
from symsens.numbers.metric import apply

FALSE = "u1 and Q u1 alone growing and shrinking is null"
HERE = (3, 1, 1, "1/2", 2, "1/3")


def pairs_of(names):
    """u1, u2, Q u1, Q u2, times the square of the quaternion."""
    a, b, k, l, m, n = names
    square = k**2 + l**2 + m**2 + n**2
    Q = (
        (k**2 + l**2 - m**2 - n**2, 2 * (l * m - k * n), 2 * (l * n + k * m)),
        (2 * (l * m + k * n), k**2 - l**2 + m**2 - n**2, 2 * (m * n - k * l)),
        (2 * (l * n - k * m), 2 * (m * n + k * l), k**2 - l**2 - m**2 + n**2),
    )
    first = [(a, b, 0 * a), (a, -b, 0 * a)]
    return [tuple(square * c for c in u) for u in first] + [apply(Q, u) for u in first]


def family(shift=None):
    """The members with the pairs of different lengths; at d = 0 of one."""
    names = parameters("a,b,k,l,m,n" + (",d" if shift else ""))
    s = shift * names[6] if shift else 0
    places = pairs_of(names[:6])
    lengths = (1 + s, 1 + s, 1 - s, 1 - s)
    return PolynomialFamily.of([tuple(r * c for c in u) for r, u in zip(lengths, places)], *names)


def proof(signs=(1, 1, -1, -1)):
    """The null vector, the rank at one member, and the pairs."""
    members = family()
    growth = [sign * c for sign, u in zip(signs, members.positions) for c in u]
    certificate, found = null_at_all_values(members, [*rotations(members), growth], 2, HERE)
    spurious = found.filtration["incompleteness"]
    claim(spurious == 1 and found.filtration.moves.stabiliser.order == 1, f"incompleteness {spurious} at {HERE}")
    lifted, _ = null_at_all_values(members, rotations(members), 3, HERE)
    pairs, pair = degenerate_at_all_values(family(1), family(-1), 2, (*HERE, "1/5"))
    claim(pair.levels["environment"].separated_at == 3, "nu = 3 does not tell the members apart")
    return [certificate, lifted, pairs]


def control():
    """Two of the four."""
    proof((1, 0, -1, 0))
