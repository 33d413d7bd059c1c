"""Four neighbours: the families of singular environments at nu = 2, and the degenerate pairs that merge there.

Law: whatever a docstring here says of a family follows from the few lines below it; parameters that bring two atoms
together raise `InputError`. In all of them x1, x2, x3, x4 are the neighbours in the order given. Nullities are extra
null directions beyond rigid motions, for parameters in general position; none of them is due to symmetry.

Sources: THEORY, sections 5, 6 and 8; Pozdnyakov et al., arXiv 2109.11440 (2021) and Phys. Rev. Lett. 125, 166001
(2020).
"""

from math import cos, radians, sin

from symsens.geometry.environment import Environment
from symsens.geometry.families.members import (
    DegeneratePair,
    add,
    along,
    circle_point,
    half_turned,
    methane_like,
    mirrored,
    opposite,
    scaled,
    vector,
)
from symsens.numbers.field import QQ
from symsens.numbers.metric import apply, cross


def axial(a, b, c, p, q, h, d=0) -> Environment:
    """Neighbours (a, 0, p), (b, c, q), (-b, -c, q), (0, d, h): F1 of THEORY section 6 is axial(5, 3, 4, 1, -2, 6).

    This is `half_turn` about z with x1 in the plane of x and z. The second and third are at the same distance, and d
    changes the squares by d^2 and the two dot products q h + c d, q h - c d only. So d and -d are degenerate at nu = 2,
    and at d = 0 the motion along d is invisible.
    """
    return methane_like((a, 0, p), (b, c, q), (-b, -c, q), (0, d, h))


def half_turn(x1, x2, axis, h, d=0) -> Environment:
    """x1, x2, the image x3 of x2 after half a turn about `axis`, and x4 = h axis + d axis x x1.

    At d = 0 that is |x2| = |x3| with x4 parallel to x2 + x3, the first family of THEORY section 8, x1 free.

    Parameters
    ----------
    x1, x2, axis : three exact numbers each.
    h : how many times `axis` x4 is.
    d : how far x4 leaves the axis, across x1: d and -d are degenerate at nu = 2, and separated at nu = 3.

    Notes
    -----
    Nullities: 1, 0, 0 at nu = 2, 3, 4 for d = 0; none for d != 0.

    *Proof.* Write n = axis x x1. It is orthogonal to x1 and to the axis, and half a turn takes n to -n, so that
    n . x3 = -(n . x2). Hence d leaves x1 . x4 as it is, changes x4 . x4 by d^2 n . n, and x2 . x4, x3 . x4 by
    +-d n . x2 from the same value; d -> -d exchanges these two, and |x2| = |x3|. At d = 0 the derivative in d cancels
    in the class of the two.
    """
    x1, x2, axis = vector(x1), vector(x2), vector(axis)
    x4 = add(scaled(QQ.parse(h), axis), scaled(QQ.parse(d), cross(axis, x1)))
    return methane_like(x1, x2, half_turned(x2, axis), x4)


def mirror(x2, w, a, b, v, d=0) -> Environment:
    """x3 the mirror image of x2 in the plane across `w`, x1 = a x2 + b x3, x4 the projection of `v` on to that plane.

    At d = 0 that is |x2| = |x3|, x2.x4 = x3.x4 with x1, x2, x3 coplanar with the centre, the second family of THEORY
    section 8. With d, x2 and x3 leave their plane by +-d n, n = x2 x x3.

    Parameters
    ----------
    x2, w, v : three exact numbers each.
    a, b : x1 in terms of x2 and x3; for a = b the mirror is a symmetry.
    d : d and -d are degenerate at nu = 2, and separated at nu = 3.

    Notes
    -----
    Nullities: 1, 0, 0 at nu = 2, 3, 4 for d = 0; none for d != 0.

    *Proof.* n is orthogonal to x1, x2 and x3. So d changes x2 . x2 and x3 . x3 by d^2 n . n, x2 . x3 by -d^2 n . n,
    leaves x1 . x2, x1 . x3 and x1 . x4 as they are, and changes x2 . x4, x3 . x4 by +-d n . x4 from the same value.
    d -> -d exchanges these two, and |x2| = |x3|. At d = 0 the derivative in d cancels in the class of the two.
    """
    x2, w, v = vector(x2), vector(w), vector(v)
    x3 = mirrored(x2, w)
    x1 = add(scaled(QQ.parse(a), x2), scaled(QQ.parse(b), x3))
    shift = scaled(QQ.parse(d), cross(x2, x3))
    return methane_like(x1, add(x2, shift), add(x3, opposite(shift)), add(v, opposite(along(w, v))))


def equal_radii(u1, u2, rotation, d=0) -> Environment:
    """u1, u2 of equal length times 1 + d, and Q u1, Q u2 times 1 - d, for a rotation Q.

    Parameters
    ----------
    u1, u2 : three exact numbers each, of equal length.
    rotation : the matrix Q.
    d : d and -d are degenerate at nu = 2, and separated at nu = 3. At d = 0 all four have one radius, and the angle
        between u1 and u2 occurs twice.

    Notes
    -----
    Nullities: 1, 0, 0 at nu = 2, 3, 4 for d = 0; none for d != 0.

    *Proof.* With k = 1 + d, l = 1 - d the dot products within the two pairs are k^2 u1.u2 and l^2 u1.u2, and those
    between them k l u_i . Q u_j, all with the same two lengths. d -> -d exchanges k and l, and the second two of the
    neighbours then come first: the products between the pairs are k l Q u_i . u_j, the same four numbers. At d = 0 the
    derivative in d cancels in the class of all four lengths and in that of the two pairs, and is zero for the others.
    """
    k, l = 1 + QQ.parse(d), 1 - QQ.parse(d)
    u1, u2 = vector(u1), vector(u2)
    return methane_like(scaled(k, u1), scaled(k, u2), scaled(l, apply(rotation, u1)), scaled(l, apply(rotation, u2)))


def methane(polar1, polar3, azimuth3, polar4, azimuth4, r="1.09") -> Environment:
    """The CH4 manifold of Phys. Rev. Lett. 125, 166001, through rational points of the sphere of radius r.

    In degrees and polar coordinates (theta, phi) the neighbours are (theta1, 180), (180 - theta3, -phi3),
    (theta3, phi3), (theta4, phi4); the paper has theta1 = 22.5, theta3 = 60, phi3 = 36.

    Parameters
    ----------
    polar1, polar3, azimuth3, polar4, azimuth4 : tan(angle / 2) for theta1, theta3, phi3, theta4, phi4.
    r : radius in Angstrom.

    Notes
    -----
    Everything here is exact. The angles of the paper lie in a field of degree 16; no structure of the manifold depends
    on them, so its rational points show all that there is. phi4 and -phi4 are degenerate at nu = 2 where theta4 = 90
    (polar4 = 1), and separated at nu = 3; there phi4 = 0 is singular: nullities 1, 0, 0 at nu = 2, 3, 4.

    *Proof.* x3 is the image of x2 after half a turn about the x axis, x1 lies in the plane of x and z, and x4, for
    theta4 = 90, in that of x and y. So this is `half_turn` about x with all radii equal.
    """
    r = QQ.parse(r)

    def point(polar, azimuth):
        (z, across), (x, y) = circle_point(polar), circle_point(azimuth)
        return scaled(r, (across * x, across * y, z))

    x1, x3 = point(polar1, 0), point(polar3, azimuth3)
    return methane_like((-x1[0], 0, x1[2]), half_turned(x3, (1, 0, 0)), x3, point(polar4, azimuth4))


def methane_decimals(theta4=90, phi4=30, digits=10, r="1.09") -> Environment:
    """The CH4 manifold with the angles of the paper, coordinates rounded to so many digits: what a file would hold.

    Parameters
    ----------
    theta4, phi4 : degrees.
    digits : digits after the point.
    r : radius in Angstrom.

    Notes
    -----
    The decimals are exact rationals, as always, and the radii are equal no more. The half turn about x survives the
    rounding in these axes, so that what `half_turn` says holds of the decimals exactly: phi4 and -phi4 are degenerate
    at nu = 2 where theta4 = 90, and phi4 = 0 is singular there. Turned before they are rounded they are only nearly so.
    """
    radius = float(QQ.parse(r))

    def point(polar, azimuth):
        polar, azimuth = radians(polar), radians(azimuth)
        return [f"{radius * c:.{digits}f}" for c in (sin(polar) * cos(azimuth), sin(polar) * sin(azimuth), cos(polar))]

    x3 = point(60, 36)
    x4 = point(float(QQ.parse(theta4)), float(QQ.parse(phi4)))
    return methane_like(point(22.5, 180), half_turned(vector(x3), (1, 0, 0)), x3, x4)


def half_turn_pair(x1, x2, axis, h, d) -> DegeneratePair:
    """`half_turn` with d and with -d: degenerate at nu = 2."""
    return DegeneratePair(half_turn(x1, x2, axis, h, d), half_turn(x1, x2, axis, h, -QQ.parse(d)), 2)


def mirror_pair(x2, w, a, b, v, d) -> DegeneratePair:
    """`mirror` with d and with -d: degenerate at nu = 2."""
    return DegeneratePair(mirror(x2, w, a, b, v, d), mirror(x2, w, a, b, v, -QQ.parse(d)), 2)


def equal_radii_pair(u1, u2, rotation, d) -> DegeneratePair:
    """`equal_radii` with d and with -d: degenerate at nu = 2."""
    return DegeneratePair(equal_radii(u1, u2, rotation, d), equal_radii(u1, u2, rotation, -QQ.parse(d)), 2)


def methane_pair(polar1, polar3, azimuth3, azimuth4, r="1.09") -> DegeneratePair:
    """`methane` at theta4 = 90 with phi4 and with -phi4: degenerate at nu = 2."""
    sides = (QQ.parse(azimuth4), -QQ.parse(azimuth4))
    return DegeneratePair(*(methane(polar1, polar3, azimuth3, 1, side, r) for side in sides), 2)
