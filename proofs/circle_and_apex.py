"""F2, three neighbours on a circle across its axis and an apex on the axis: nu = 2 is blind to a sideways motion of the
apex at all values of the parameters; at almost all this is all that it misses beyond rotations, no symmetry forces it,
and nu = 3 misses nothing.

The points are (1 - t^2, 2 t) / (1 + t^2) for t = 0, t, u, times (1 + t^2)(1 + u^2), at height p; the apex is (0, 0, h).
It moves across the sum of the three, with whom its dot products are of one class. As for half-turn.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import null_at_all_values, rotations
from symsens.jobs.theorems import claim

FALSE = "the apex moving along the sum of the points is null"
HERE = ("1/2", 3, "5/2", 15)  # a multiple of (5, 0, 1), (3, 4, 1), (-4, 3, 1), (0, 0, 6)


def proof(across=True):
    """The null vector, and the rank at F2."""
    t, u, p, h = names = parameters("t,u,p,h")
    A, B = 1 + t**2, 1 + u**2
    circle = [(A * B, 0 * t), ((1 - t**2) * B, 2 * t * B), ((1 - u**2) * A, 2 * u * A)]
    members = PolynomialFamily.of([*((x, y, p) for x, y in circle), (0, 0, h)], *names)
    x, y = (sum(c) for c in zip(*circle))
    sideways = [*[0] * 9, *((-y, x) if across else (x, y)), 0]
    certificate, found = null_at_all_values(members, [*rotations(members), sideways], 2, HERE)
    spurious = found.filtration["incompleteness"]
    claim(spurious == 1 and found.filtration.moves.stabiliser.order == 1, f"incompleteness {spurious} at F2")
    lifted, _ = null_at_all_values(members, rotations(members), 3, HERE)
    return [certificate, lifted]


def control():
    """Along the sum."""
    proof(across=False)
