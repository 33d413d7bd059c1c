"""Radial bases and cutoff functions, as closed forms in s = r^2.

A basis gives the functions g_nl(s) = R_nl(r) / r^l, n = 0..n_max-1, so that R_nl(s_j) R_n'l(s_k) P_l(cos) is g g times the
solid Legendre polynomial, a polynomial in (s_j, s_k, d_jk).
"""

from functools import cache

from sympy import Expr, Rational, binomial

from symsens.features.base import Family, invariants


@cache
def solid_legendre(l_max: int) -> Family:
    """P_l(s_1, s_2, d_12) = (s_1 s_2)^(l/2) P_l(d_12 / sqrt(s_1 s_2)), l = 0..l_max: homogeneous polynomials."""
    s1, s2, d = invariants(2)
    forms = []
    for l in range(l_max + 1):  # noqa: E741  (the field's letter)
        terms = (
            Rational((-1) ** k * binomial(l, k) * binomial(2 * l - 2 * k, l), 2**l) * d ** (l - 2 * k) * (s1 * s2) ** k
            for k in range(l // 2 + 1)
        )
        forms.append(sum(terms))
    return Family("P", 2, tuple(forms))


@cache
def monomials(n_max: int) -> tuple[Expr, ...]:
    """g_n(s) = s^n, n = 0..n_max-1, for every l: R_nl(r) = r^(2n + l)."""
    (s,) = invariants(1)
    return tuple(s**n for n in range(n_max))
