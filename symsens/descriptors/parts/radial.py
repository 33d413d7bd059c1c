r"""Radial bases and cutoff functions, as closed forms in s = r^2.

A basis gives g_nl(s) = R_nl(r) / r^l, n = 0..n_max-1, so that R_nl(s_j) R_n'l(s_k) P_l(cos) is g g times the solid
Legendre polynomial, which is a polynomial in (s_j, s_k, d_jk). All are smooth for s > 0, which every neighbour has.
With r_c the cutoff and w the width (Angstrom):

monomial          R_nl = r^(2n + l). Smooth everywhere, exact over the field; ignores r_c and w.
laguerre          R_nl = r^l L_n^(l + 1/2)(s / w^2), w = r_c / 3 by default: the three-dimensional oscillator's
                  polynomials without their Gaussian. Smooth everywhere, exact over the field.
gto               R_nl = r^l exp(-a_n s), a_n = 7 (n_max / ((n + 1) r_c))^2: rational exponents, each Gaussian e^-7 at
                  its own one of n_max equidistant radii up to r_c. Smooth everywhere. Ignores w.
gto-orthonormal   R_nl = sum_k (S_l^(-1/2))_nk r^l exp(-a_k s), with S_l,kk' = Gamma(l + 3/2) / (2 (a_k +
                  a_k')^(l + 3/2)) their overlap with weight r^2. Smooth everywhere.
chebyshev         R_n = T_n(2 r / r_c - 1), the same for all l: smooth but where r = 0, and polynomial in r, not in s.
gaussian          R_n = exp(-(r - r_n)^2 / (2 w^2)), the same for all l, r_n = r_c n / (n_max - 1) (0 for n_max = 1),
                  w = r_c / n_max by default. Smooth but where r = 0.
bessel            R_nl = j_l(z_ln r / r_c), z_ln the (n + 1)-th positive zero of the spherical Bessel function j_l.
                  Smooth everywhere.

Cutoff functions f(r) are factors of R_nl for r < r_c; a neighbour beyond r_c does not count, one at r_c is refused:

none        f = 1: every neighbour of the environment counts, r_c is but the scale of the basis. Smooth.
cosine      f = (1 + cos(pi r / r_c)) / 2. Once continuously differentiable at r_c.
            Behler, Parrinello, Phys. Rev. Lett. 98, 146401 (2007).
polynomial  f = (1 - s / r_c^2)^3. Twice continuously differentiable at r_c; exact over the field.
tanh3       f = tanh(1 - r / r_c)^3. Twice continuously differentiable at r_c.
            Behler, J. Chem. Phys. 134, 074106 (2011).

Law: closed forms only; a cutoff is a condition that is decided exactly, never a branch.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from sympy import (
    Expr,
    Integer,
    Rational,
    Symbol,
    assoc_laguerre,
    binomial,
    chebyshevt,
    cos,
    exp,
    gamma,
    hyper,
    pi,
    sqrt,
    tanh,
)

from symsens.forms.blocks import Condition, Family, invariants, number
from symsens.forms.constants import BesselRoots, InverseRoot

CUTOFF_FUNCTIONS = ("none", "cosine", "polynomial", "tanh3")
BASES = ("monomial", "laguerre", "gto", "gto-orthonormal", "chebyshev", "gaussian", "bessel")


@dataclass(frozen=True)
class Radial:
    """A radial basis with its cutoff function.

    Attributes
    ----------
    family : the forms g_nl(s), family "R" of one neighbour.
    origin : R_n0(0), n = 0..n_max-1, family "O" of no neighbour (the centre's own density).
    n_max, l_max : of the forms.
    by_l : whether they depend on l.
    conditions : the cutoff.
    """

    family: Family
    origin: Family
    n_max: int
    l_max: int
    by_l: bool
    conditions: tuple[Condition, ...]

    def at(self, place: int, n: int, l: int) -> Symbol:
        """The symbol of g_nl at a place of the tuple (counted from 1)."""
        return self.family.at(place)[l * self.n_max + n if self.by_l else n]


@cache
def cutoff_form(function: str, r_c: Fraction, s: Expr) -> tuple[Expr, tuple[Condition, ...]]:
    """f(r) written in s, and the condition under which it holds."""
    if function == "none":
        return Integer(1), ()
    edge, r = number(r_c), sqrt(s)
    form = {
        "cosine": lambda: (1 + cos(pi * r / edge)) / 2,
        "polynomial": lambda: (1 - s / edge**2) ** 3,
        "tanh3": lambda: tanh(1 - r / edge) ** 3,
    }[function]()
    return form, (Condition(edge**2 - s, f"at the cutoff radius {r_c}"),)


def gto_exponents(n_max: int, r_c: Fraction) -> list[Rational]:
    """a_n = 7 (n_max / ((n + 1) r_c))^2."""
    return [7 * (n_max / ((n + 1) * number(r_c))) ** 2 for n in range(n_max)]


def _laguerre(n_max, l, s, r_c, width):
    w = number(width or r_c / 3)
    return [assoc_laguerre(n, l + Rational(1, 2), s / w**2).expand() for n in range(n_max)]


def _gto(n_max, r_c, s):
    return [exp(-a * s) for a in gto_exponents(n_max, r_c)]


@cache
def _overlap_root(n_max: int, l: int, r_c: Fraction) -> InverseRoot:
    a, power = gto_exponents(n_max, r_c), l + Rational(3, 2)
    return InverseRoot(f"beta{l}", tuple(tuple(gamma(power) / (2 * (x + y) ** power) for x in a) for y in a))


def _chebyshev(n_max, l, s, r_c, width):
    return [chebyshevt(n, 2 * sqrt(s) / number(r_c) - 1) * s ** Rational(-l, 2) for n in range(n_max)]


def _gaussian(n_max, l, s, r_c, width):
    w, step = number(width or r_c / n_max), number(r_c / max(n_max - 1, 1))
    return [exp(-((sqrt(s) - n * step) ** 2) / (2 * w**2)) * s ** Rational(-l, 2) for n in range(n_max)]


_BY_L = {"laguerre": _laguerre, "chebyshev": _chebyshev, "gaussian": _gaussian}


def _bessel(n_max, l_max, s, r_c):
    # j_l(x) = sqrt(pi) (x/2)^l / (2 Gamma(l + 3/2)) 0F1(; l + 3/2; -x^2/4): smooth in s, no cancellation at small x.
    roots, forms = BesselRoots(l_max, n_max), []
    for i, z in enumerate(roots.symbols):
        l, k = i // n_max, z / number(r_c)
        b = l + Rational(3, 2)
        forms.append(sqrt(pi) * (k / 2) ** l / (2 * gamma(b)) * hyper((), (b,), -(k**2) * s / 4))
    return forms, (roots,)


@cache
def radial_basis(
    basis: str, n_max: int, l_max: int, r_c: Fraction, function: str = "none", width: Fraction | None = None
) -> Radial:
    """The basis `basis` with cutoff function `function`, both by name; r_c and width as in the module's docstring."""
    (s,) = invariants(1)
    cutoff, conditions = cutoff_form(function, r_c, s)
    constants, mixing, by_l = (), (), basis not in ("monomial", "gto")
    if basis == "monomial":
        forms = [s**n for n in range(n_max)]
    elif basis == "gto":
        forms = _gto(n_max, r_c, s)
    elif basis == "gto-orthonormal":
        forms = _gto(n_max, r_c, s) * (l_max + 1)
        mixing = [_overlap_root(n_max, l, r_c) for l in range(l_max + 1)]
    elif basis == "bessel":
        forms, constants = _bessel(n_max, l_max, s, r_c)
    else:
        forms = [form for l in range(l_max + 1) for form in _BY_L[basis](n_max, l, s, r_c, width)]
    forms = tuple(form * cutoff for form in forms)
    zero = tuple(form.subs(s, 0) for form in forms[:n_max])
    if mixing:
        family, origin = Family.mixed("R", 1, forms, mixing), Family.mixed("O", 0, zero, mixing[:1])
    else:
        family, origin = Family("R", 1, forms, constants=constants), Family("O", 0, zero, constants=constants)
    return Radial(family, origin, n_max, l_max, by_l, conditions)


@cache
def solid_legendre(l_max: int) -> Family:
    """P_l(s_1, s_2, d_12) = (s_1 s_2)^(l/2) P_l(d_12 / sqrt(s_1 s_2)), l = 0..l_max: homogeneous polynomials."""
    s1, s2, d = invariants(2)
    forms = []
    for l in range(l_max + 1):
        terms = (
            Rational((-1) ** k * binomial(l, k) * binomial(2 * l - 2 * k, l), 2**l) * d ** (l - 2 * k) * (s1 * s2) ** k
            for k in range(l // 2 + 1)
        )
        forms.append(sum(terms))
    return Family("P", 2, tuple(forms))
