"""Products of spherical harmonics coupled to invariants by Wigner symbols, in mpmath: no code shared with symsens."""

from functools import cache

import mpmath
from sympy.physics.wigner import wigner_3j


@cache
def exact_wigner(*args):
    return wigner_3j(*args)


def wigner(*args):
    """The 3j symbol at the precision of mpmath's context."""
    return mpmath.mpmathify(exact_wigner(*args).evalf(mpmath.mp.dps + 10))


def harmonics(x, l):
    """r^l C_lm(x), m = -l..l."""
    r = mpmath.norm(mpmath.matrix(x))
    theta, phi = mpmath.acos(x[2] / r), mpmath.atan2(x[1], x[0])
    scale = r**l * mpmath.sqrt(4 * mpmath.pi / (2 * l + 1))
    return {m: scale * mpmath.spherharm(l, m, theta, phi) for m in range(-l, l + 1)}


def coupled(a, b, l1, l2, L):
    """[a x b]_LM up to a factor that depends on the degrees alone."""
    return {
        M: mpmath.fsum(
            (-1) ** (l1 - l2 + M) * wigner(l1, l2, L, m, M - m, -M) * a[m] * b[M - m] for m in a if M - m in b
        )
        for M in range(-L, L + 1)
    }


def scalar(a, b, L):
    return mpmath.fsum((-1) ** M * a[M] * b[-M] for M in range(-L, L + 1))


def direct(densities, ls, L=None):
    """The coupling of one to four given c_lm by Wigner symbols, up to a factor; L: the intermediate of four."""
    if len(ls) == 1:
        return densities[0][0]
    if len(ls) == 2:
        return scalar(*densities, ls[0])
    left = coupled(densities[0], densities[1], ls[0], ls[1], ls[2] if len(ls) == 3 else L)
    if len(ls) == 3:
        return scalar(left, densities[2], ls[2])
    return scalar(left, coupled(densities[2], densities[3], ls[2], ls[3], L), L)
