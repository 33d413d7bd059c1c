"""Pairs of clusters: those that distance-only message passing cannot separate, and homometric sets on a line.

Law: structures, without a centre unless one is asked for; two members are never congruent for parameters in general
position. Sources: S. N. Pozdnyakov and M. Ceriotti, "Incompleteness of graph neural networks for points clouds in three
dimensions" (2022, arXiv 2201.07136); homometric sets: A. L. Patterson (1944), the rulers G. S. Bloom (1977).

Message passing. The colours of 1-WL on the complete graph of distances start as species; a layer appends to the colour
of an atom the multiset of (distance, colour) of all others. If the atoms of two clusters fall into kinds such that
every atom of one kind sees the same multiset of (distance, kind), in both clusters, then by induction atoms of one kind
have one colour after any number of layers: no network on distances, of any depth and with any cutoff, tells the
clusters apart, neither in a sum over atoms nor in the set of its values at the atoms. The kinds are named with each
pair. An atom at the origin keeps this: atoms of one kind have one distance to it, and its own colour is the same.
"""

from symsens.errors import InputError
from symsens.geometry.environment import Structure
from symsens.geometry.families.members import DegeneratePair, opposite
from symsens.numbers.declared import number_field
from symsens.numbers.field import QQ

MAX_ATOMS = 400  # of a line


def _cluster(positions, centre, field=QQ) -> Structure:
    atoms = [("C", (0, 0, 0))] if centre else []
    atoms += [("H", y) for y in positions]
    return Structure(tuple(z for z, _ in atoms), tuple(y for _, y in atoms), field=field)


def _both(*arms):
    return [y for arm in arms for y in (arm, opposite(arm))]


def rectangle_pair(b, centre=False) -> DegeneratePair:
    """A rectangle and two atoms on an axis: (1,1,-1), (-1,1,1), (-1,-1,1), (1,-1,-1) with (0,+-b,0) or with (0,0,+-b).

    Parameters
    ----------
    b : distance of the two from the origin.
    centre : whether there is a carbon atom at the origin, atom 0.

    Notes
    -----
    No distance-only message passing separates them, one layer with angles does. About a centre at the origin they are
    degenerate at nu = 2 and separated at nu = 3.

    *Proof.* The kinds are the four and the two. In both members one of the four sees the others at the same distances
    and the two at b^2 + 3 -+ 2b (squared), and one of the two sees four atoms at these, two and two, and the other one
    at 2b. The first member is planar, the second is not.
    """
    four = _both((1, 1, -1), (-1, 1, 1))
    b = QQ.parse(b)
    return DegeneratePair(*(_cluster([*four, *_both(arm)], centre) for arm in ((0, b, 0), (0, 0, b))), 1)


def cross_pair(b, centre=False) -> DegeneratePair:
    """A rectangle and a cross: (1,1,1), (1,-1,1), (-1,1,-1), (-1,-1,-1), (+-b,0,0) with (0,0,+-b) or with (0,+-b,0).

    Parameters
    ----------
    b : distance of the cross from the origin.
    centre : whether there is a carbon atom at the origin, atom 0.

    Notes
    -----
    No distance-only message passing separates them, one layer with angles does. About a centre at the origin they are
    degenerate at nu = 2 and separated at nu = 3, and the second is singular:
    incompleteness 1 at nu = 2, and for message passing on distances read off at the centre, with 2 layers or 3.

    *Proof.* The kinds are the four and the cross. One of the four sees two atoms of the cross at each of b^2 + 3 -+ 2b
    (squared), one of the cross sees the four at these, two and two, and the cross at 2b^2, 2b^2 and 4b^2.
    """
    four, b = _both((1, 1, 1), (1, -1, 1)), QQ.parse(b)
    members = (_cluster([*four, *_both((b, 0, 0), arm)], centre) for arm in ((0, 0, b), (0, b, 0)))
    return DegeneratePair(*members, 1)


def dodecahedron_pair(b=1, centre=False) -> DegeneratePair:
    """Vertices of a dodecahedron: (0,+-s,+-r) with +-(s,r,0) or with +-(r,0,s), s = (1 + sqrt(5))/2, r = 1/s.

    Parameters
    ----------
    b : the last two are at b times these places.
    centre : whether there is a carbon atom at the origin, atom 0.

    Notes
    -----
    No distance-only message passing separates them, one layer with angles does. About a centre at the origin they are
    degenerate at nu = 2 and separated at nu = 3. Exact over QQ<sqrt(5)>.

    *Proof.* The kinds are the four and the two. As s r = 1, each of the two has the dot product b with two of the four
    and -b with the others, and so has each of the four with the two; all vertices have the distance sqrt(3), and the
    two b sqrt(3).
    """
    field = number_field("QQ<sqrt(5)>")
    s, b = field.parse("(1 + sqrt(5))/2"), field.parse(b)
    r = 1 / s
    four = _both((0, s, r), (0, s, -r))
    members = (_cluster([*four, *_both(arm)], centre, field) for arm in ((b * s, b * r, 0), (b * r, 0, b * s)))
    return DegeneratePair(*members, 1)


def homometric_sums(a, b) -> DegeneratePair:
    """Atoms on a line at all sums A + B and at all differences A - B of two sets of numbers.

    Parameters
    ----------
    a, b : the numbers of A and of B; sums that coincide, or differences, are refused.

    Notes
    -----
    All distances are the same, as often: equal in every two-body sum over the atoms. Atom by atom, nu = 1 tells them
    apart, and so does message passing.

    *Proof.* The distances are |(a - a') + (b - b')| over all pairs, and |(a - a') - (b - b')|: exchange b and b'.
    """
    a, b = [*map(QQ.parse, a)], [*map(QQ.parse, b)]
    if len(a) * len(b) > MAX_ATOMS:
        raise InputError(f"{len(a)} times {len(b)} atoms: give sets with at most {MAX_ATOMS} sums")
    return _on_a_line([x + y for x in a for y in b], [x - y for x in a for y in b])


def homometric_rulers(u, w) -> DegeneratePair:
    """Six atoms on a line at 0, u, w, 2u+2w, 4u+2w, 5u+3w and at 0, u, 4u+w, 3u+2w, 5u+2w, 5u+3w.

    Parameters
    ----------
    u, w : lengths; 1 and 4 give 0, 1, 4, 10, 12, 17 and 0, 1, 8, 11, 13, 17, whose distances are all different.

    Notes
    -----
    All fifteen distances are the same, as forms in u and w: equal in every two-body sum over the atoms. Atom by atom,
    nu = 1 tells them apart, and so does message passing.
    """
    u, w = QQ.parse(u), QQ.parse(w)
    end = 5 * u + 3 * w
    first = [0 * u, u, w, 2 * u + 2 * w, 4 * u + 2 * w, end]
    return _on_a_line(first, [0 * u, u, 4 * u + w, 3 * u + 2 * w, 5 * u + 2 * w, end])


def _on_a_line(*members) -> DegeneratePair:
    for marks in members:
        if len(set(marks)) < len(marks):
            raise InputError(f"two atoms coincide: {', '.join(map(str, sorted(marks)))}: give other numbers")
    return DegeneratePair(*(_cluster([(x, 0, 0) for x in marks], False) for marks in members), 1)
