"""Neighbours opposite to each other: singular at nu = 2 with 5 and with 7 neighbours, symmetric with 6.

Law: as in `symsens.geometry.families.four_neighbours`. Source: THEORY, section 6; arXiv 2109.11440.

The reason. Let pairs +-a_i and one more neighbour c surround the centre. Then the displacements that move both
members of a pair by a_i x c are invisible at nu = 2; and moving each pair by t_i a_i x c at once, or by -t_i a_i x c,
gives environments that are degenerate at nu = 2.
*Proof.* Let n_i = a_i x c, orthogonal to a_i and c. The squares of +-a_i + t_i n_i are equal and even in t_i, and so is
the product of the two; products with c stay as they are. Of two pairs i, j the four products are
(a_i + t_i n_i).(a_j + t_j n_j), (-a_i + t_i n_i).(-a_j + t_j n_j), of the same two lengths, and t -> -t exchanges them;
likewise the other two. At t = 0 the derivatives cancel in each of the two classes.
"""

from symsens.geometry.environment import Environment
from symsens.geometry.families.members import DegeneratePair, add, methane_like, opposite, scaled, vector
from symsens.numbers.field import QQ
from symsens.numbers.metric import cross


def _pairs(arms, last, d):
    arms, last, d = [vector(a) for a in arms], vector(last), QQ.parse(d)
    for a in arms:
        shift = scaled(d, cross(a, last))
        yield from (add(a, shift), add(opposite(a), shift))
    yield last


def antipodal(a, b, c, d=0) -> Environment:
    """+-a, +-b and c: five neighbours, singular at nu = 2.

    Parameters
    ----------
    a, b, c : three exact numbers each.
    d : moves both of +-a by d a x c and both of +-b by d b x c: d and -d are degenerate at nu = 2, separated at nu = 3.

    Notes
    -----
    Nullities: 2, 0, 0 at nu = 2, 3, 4 for d = 0 (one for each pair, for the reason above); none for d != 0. More where
    lengths or products coincide: 3 for +-(2,0,2), +-(1,1,0), (0,1,1).
    """
    return methane_like(*_pairs((a, b), c, d))


def antipodal_6(a, b, c) -> Environment:
    """+-a, +-b, +-c: six neighbours with the inversion, nothing spurious.

    Notes
    -----
    Nullities: 9 at every nu, all due to the inversion: what is odd under it, da = da', is invisible to everything.
    """
    a, b, c = vector(a), vector(b), vector(c)
    return methane_like(a, opposite(a), b, opposite(b), c, opposite(c))


def antipodal_7(a, b, c, e, d=0) -> Environment:
    """+-a, +-b, +-c and e: seven neighbours, singular at nu = 2.

    Parameters
    ----------
    a, b, c, e : three exact numbers each.
    d : as for `antipodal`, for all three pairs.

    Notes
    -----
    Nullities: 3, 0 at nu = 2, 3 for d = 0 (one for each pair, for the reason above); none for d != 0.
    """
    return methane_like(*_pairs((a, b, c), e, d))


def antipodal_pair(a, b, c, d) -> DegeneratePair:
    """`antipodal` with d and with -d: degenerate at nu = 2."""
    return DegeneratePair(antipodal(a, b, c, d), antipodal(a, b, c, -QQ.parse(d)), 2)


def antipodal_7_pair(a, b, c, e, d) -> DegeneratePair:
    """`antipodal_7` with d and with -d: degenerate at nu = 2."""
    return DegeneratePair(antipodal_7(a, b, c, e, d), antipodal_7(a, b, c, e, -QQ.parse(d)), 2)
