"""Neighbours in a plane with their centre: every displacement across the plane is null for every feature of every
order; on a line, every displacement across the line. At almost all places of four in a plane, and of three on a line,
these and the rotations are all that nu = 2 misses: 2, and 4, beyond rotations, all forced by symmetry.

The plane is that of x and y, the line that of z. A dot product is of two neighbours, so two show it for any number
(Lemma incidence). Expanded for four neighbours in a plane and three on a line, with one exact member each.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import null_at_all_values, rotations
from symsens.jobs.theorems import claim

FALSE = "displacements in the plane are null, too"
PLANE, LINE = (1, 0, 2, 3, -1, 4, -3, -1), (1, -2, 3)


def unit(n, j, axis):
    """Neighbour j moving along an axis."""
    return [int(i == 3 * j + axis) for i in range(3 * n)]


def planar(n):
    """n neighbours in the plane of x and y."""
    names = parameters(",".join(f"{c}{j}" for j in range(n) for c in "xy"))
    return PolynomialFamily.of([(*names[2 * j : 2 * j + 2], 0) for j in range(n)], *names)


def linear(n):
    """n neighbours on the z axis."""
    names = parameters(",".join(f"z{j}" for j in range(n)))
    return PolynomialFamily.of([(0, 0, z) for z in names], *names)


def forced(found, wanted):
    """Nothing, where symmetry forces so many null vectors and nothing else is missed."""
    filtration = found.filtration
    nulls = filtration["symmetry"], filtration["incompleteness"]
    claim(nulls == (wanted, 0), f"null vectors of symmetry and incompleteness {nulls}, not {wanted} and 0")


def proof(axis=2):
    """Two neighbours, then all."""
    two, four, line, three = planar(2), planar(4), linear(2), linear(3)
    certificates = [null_at_all_values(two, [unit(2, j, axis) for j in range(2)], None)[0]]
    across = [unit(4, j, axis) for j in range(4)]
    written, found = null_at_all_values(four, [*across, rotations(four)[2]], None, PLANE)
    forced(found, 2)
    certificates += [written, null_at_all_values(line, [unit(2, j, c) for j in range(2) for c in (0, 1)], None)[0]]
    written, found = null_at_all_values(three, [unit(3, j, c) for j in range(3) for c in (0, 1)], None, LINE)
    forced(found, 4)
    return [*certificates, written]


def control():
    """Along x."""
    proof(axis=0)
