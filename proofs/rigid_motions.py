"""Rotations about the centre are null for every feature of every order, wherever the neighbours are; and for 2, 3 or 4
of them at almost all places they are all that nu = 2 misses.

A dot product is of two neighbours, and its derivative along w x X vanishes as a polynomial in two positions and w: so
it does for any number of neighbours, and by Lemma incidence for features of any order. Expanded for 2, 3 and 4
neighbours, with one exact member of rank 3 n - 3 each.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import null_at_all_values, rotations

FALSE = "growth is null for every feature"
MEMBERS = (1, 0, 2, -1, 3, 1, 2, 1, -1, 0, -2, 3)


def free(n, more=""):
    """n neighbours anywhere, and further parameters."""
    names = parameters(",".join(f"{c}{j}" for j in range(n) for c in "xyz") + more)
    return PolynomialFamily.of([names[3 * j : 3 * j + 3] for j in range(n)], *names), names[3 * n :]


def turn(w, x):
    """w x x."""
    (a, b, c), (x, y, z) = w, x
    return b * z - c * y, c * x - a * z, a * y - b * x


def proof(motion=turn):
    """Two neighbours and any rotation; then 2, 3 and 4 neighbours."""
    two, w = free(2, ",a,b,c")
    certificate, _ = null_at_all_values(two, [[c for x in two.positions for c in motion(w, x)]], None)
    expanded = [free(n)[0] for n in (2, 3, 4)]
    whole = (null_at_all_values(each, rotations(each), None, MEMBERS[: 3 * each.n]) for each in expanded)
    return [certificate, *(written for written, _ in whole)]


def control():
    """x itself as the displacement."""
    proof(lambda w, x: x)
