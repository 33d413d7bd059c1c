"""The dual view (Theorem dual): the incompleteness at nu is dim F & T, F the changes of dot products that classes of
tuples lose and that are constant on orbits of pairs, T those that displacements make; so it is at most the gap, dim F.

Computed from both sides, displacements and dot products, for an exact environment of each of the 28 patterns of four
neighbours that have a gap at nu = 2, for the heptagon's five at nu = 3, and for environments with |x2| = |x3| and x2.x4
= x3.x4: of gap 1, singular iff u4 (u2 - u3) = 0, u the linear dependency of the neighbours.
"""

from symsens import Environment, atlas, certify
from symsens.geometry.families import polygon_and_pole
from symsens.jobs.theorems import claim
from symsens.rows.patterns import Pattern, dependencies, spurious_changes

FALSE = "the incompleteness is the gap"
AXIAL = (  # |x2| = |x3|, x2.x4 = x3.x4, and whether u4 (u2 - u3) = 0
    ("x4 along x2 + x3", ((5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)), True),
    ("x1 in the plane of x2 and x3", ((7, 6, 1), (1, 2, 3), (3, 2, -1), (2, 5, 1)), True),
    ("neither", ((5, 0, 1), (3, 4, -2), (-3, -4, -2), (4, -3, 6)), False),
)


def both(env, nu):
    """(certified answer, dim F & T, dim F) of an environment."""
    found = certify(env, nu=nu)
    moves = found.filtration.moves
    return found, len(spurious_changes(moves, nu)), len(Pattern.of(moves).lost(nu))


def environments():
    """(environment, nu) of the atlas, and the heptagon's."""
    witnesses = [stratum.witness for stratum in atlas(4, 2, None).with_gap]
    claim(len(witnesses) == 28 and None not in witnesses, "not every pattern with a gap has an example")
    return [*((env, 2) for env in witnesses), (polygon_and_pole(7, (0, 1, 2, 4)), 3)]


def proof(of_gap=False):
    """Displacements and dot products give the same number."""
    certificates = []
    for env, nu in environments():
        found, size, gap = both(env, nu)
        spurious = found.filtration["incompleteness"]
        claim(0 < spurious == (gap if of_gap else size) <= gap, f"{env!r}: {spurious}, dim F & T = {size}, gap {gap}")
        certificates.append(found.certificate)
    return certificates + [condition(*case, of_gap) for case in AXIAL]


def condition(name, positions, singular, of_gap):
    """The environment is singular iff u4 (u2 - u3) = 0, and its pattern has gap 1 either way."""
    found, size, gap = both(Environment(["H"] * 4, positions, "C"), 2)
    (u,) = dependencies(found.filtration.moves)
    claim((u[3] * (u[1] - u[2]) == 0) is singular, f"{name}: the dependency is {u}")
    spurious = found.filtration["incompleteness"]
    claim(gap == 1 and spurious == size == singular, f"{name}: incompleteness {spurious}, dim F & T = {size}")
    claim(not of_gap or spurious == gap, f"{name}: incompleteness {spurious}, gap {gap}")
    return found.certificate


def control():
    """Without T."""
    proof(of_gap=True)
