r"""Angular invariants of up to four vectors: the real O(3) couplings of spherical harmonics, in dot products.

For degrees l = (l_1..l_nu) an invariant is homogeneous and harmonic of degree l_i in each x_i. With C_lm the spherical
harmonics sqrt(4 pi / (2l + 1)) Y_lm:

nu = 1   1, for l = 0.
nu = 2   the solid Legendre polynomial, for l_1 = l_2.
nu = 3   T = sum_m (l_1 l_2 l_3; m_1 m_2 m_3) C_l1m1 C_l2m2 C_l3m3 / (l_1 l_2 l_3; 0 0 0), for even l_1 + l_2 + l_3 and
         the triangle inequality: the only one. It is the harmonic part, in every x_i, of the monomial
         d_12^a d_13^b d_23^c of these degrees, scaled to 1 where all directions coincide.
nu = 4   [C_l1 x C_l2]_L . [C_l3 x C_l4]_L, one for each intermediate L of both triangles. For even l_1 + l_2 + L scaled
         to 1 where all directions coincide, for odd ones (a scalar product of two pseudotensors) to coprime integer
         coefficients.

For odd l_1 + .. + l_nu an invariant is a pseudoscalar, the triple product of three of the vectors times a polynomial.
It is no function of the dot products, so it is none of the features of this package (THEORY, section 1).

The harmonic part in x of a polynomial p of degree l: sum_k (-1)^k (2l-2k-1)!! / ((2k)!! (2l-1)!!) (x.x)^k Laplace^k p;
the Laplacian acts on functions of dot products by the chain rule. Two harmonic functions of degree L of a vector e are
coupled by letting one, with e replaced by d/de, act on the other (Fischer's product, proportional to that on a sphere).

Law: every coefficient is an exact rational; which couplings are independent is an exact rank.
"""

from functools import cache
from itertools import permutations
from math import gcd, lcm

from flint import fmpq, fmpq_mat
from sympy import QQ, Expr, Poly, factorial2
from sympy.polys.rings import ring

from symsens.descriptors.parts.radial import solid_legendre
from symsens.forms.blocks import Family, invariants
from symsens.rows.tuples import components


@cache
def _ring(nu: int):
    """The polynomial ring of the invariants of nu vectors, and its generators by the pair of vectors, both ways."""
    polynomials, *generators = ring([t.name for t in invariants(nu)], QQ)
    table = {}
    for (a, b), g in zip(components(nu), generators):
        table[a, b] = table[b, a] = g
    return polynomials, table


def _laplacian(p, i: int, nu: int, odd: bool):
    """Laplace of p by x_i; of p V, divided by V, if `odd`, with V the triple product of x_i and two others."""
    _, t = _ring(nu)
    s = t[i, i]
    first = {j: p.diff(t[i, j]) for j in range(nu)}
    out = (10 if odd else 6) * first[i] + 4 * s * first[i].diff(s)
    for j in range(nu):
        if j != i and first[j]:
            out += 4 * t[i, j] * first[j].diff(s)
            for k in range(nu):
                if k != i:
                    out += t[j, k] * first[j].diff(t[i, k])
    return out


def _harmonic(p, i: int, l: int, nu: int, odd: bool):
    """The harmonic part of p (of p V, if `odd`), of degree l in x_i."""
    _, t = _ring(nu)
    total, power, k = p, p, 0
    while True:
        power, k = _laplacian(power, i, nu, odd), k + 1
        if not power:
            return total
        factor = QQ((-1) ** k * int(factorial2(2 * l - 2 * k - 1)), int(factorial2(2 * k) * factorial2(2 * l - 1)))
        total += factor * t[i, i] ** k * power


@cache
def triple(l1: int, l2: int, l3: int, odd: bool = False):
    """The invariant of three vectors, in `_ring(3)`, without its factor V if `odd`; None if there is none."""
    degrees = [l - odd for l in (l1, l2, l3)]
    total = sum(degrees)
    powers = [total // 2 - degrees[2], total // 2 - degrees[1], total // 2 - degrees[0]]
    if total % 2 or min(powers) < 0 or min(degrees) < 0:
        return None
    _, t = _ring(3)
    p = t[0, 1] ** powers[0] * t[0, 2] ** powers[1] * t[1, 2] ** powers[2]
    for i, l in enumerate((l1, l2, l3)):
        p = _harmonic(p, i, l, 3, odd)
    return p if odd else _unit(p)


def harmonic_degrees(form: Expr, nu: int) -> tuple[int, ...] | None:
    """The degrees in nu vectors of a form in their dot products that is homogeneous and harmonic in each; else None."""
    variables = invariants(nu)
    if not form.is_polynomial(*variables) or form == 0:
        return None
    terms = Poly(form, *variables).terms()
    ratios = {monomial: coefficient / terms[0][1] for monomial, coefficient in terms}
    if not all(ratio.is_Rational for ratio in ratios.values()):
        return None
    p = _ring(nu)[0].from_dict({monomial: QQ(int(x.p), int(x.q)) for monomial, x in ratios.items()})
    degrees = []
    for i in range(nu):
        weights = [(a == i) + (b == i) for a, b in components(nu)]
        found = {sum(w * e for w, e in zip(weights, monomial)) for monomial in p.monoms()}
        if len(found) != 1 or _laplacian(p, i, nu, False):
            return None
        degrees += found
    return tuple(degrees)


def _unit(p):
    """p over its value where all directions coincide: the sum of its coefficients."""
    return p.quo_ground(sum(p.coeffs()))


def _embedded(p, nu: int, vectors):
    """p, of three vectors, as a polynomial of the invariants of `vectors` among nu."""
    polynomials, t = _ring(nu)
    where = [polynomials.gens.index(t[vectors[a], vectors[b]]) for a, b in components(3)]
    out = {}
    for monomial, coefficient in p.terms():
        powers = [0] * len(polynomials.gens)
        for i, e in zip(where, monomial):
            powers[i] = e
        out[tuple(powers)] = coefficient
    return polynomials.from_dict(out)


_E = 4  # the auxiliary vector e, after the vectors 0..3


def _along(f, a: int):
    """(x_a . d/de) f."""
    _, t = _ring(5)
    out = 2 * f.diff(t[_E, _E]) * t[a, _E]
    for b in range(4):
        out += f.diff(t[b, _E]) * t[a, b]
    return out


def _terms_in_e(p):
    """p(x_1, x_2, e) by powers (i, j) of x_1.e and x_2.e, without e.e, which annihilates harmonic functions."""
    polynomials, t = _ring(5)
    places = [polynomials.gens.index(t[a, _E]) for a in (0, 1)]
    square, out = polynomials.gens.index(t[_E, _E]), {}
    for monomial, coefficient in p.terms():
        if not monomial[square]:
            i, j = (monomial[place] for place in places)
            rest = tuple(0 if place in places else e for place, e in enumerate(monomial))
            out[i, j] = out.get((i, j), polynomials.zero) + polynomials.from_dict({rest: coefficient})
    return out


def _triple_products(a, b):
    """V(a) V(b) = det of the dot products, for two triples of vectors."""
    _, t = _ring(5)
    m = [[t[i, j] for j in b] for i in a]
    return sum(
        m[0][i] * (m[1][(i + 1) % 3] * m[2][(i + 2) % 3] - m[1][(i + 2) % 3] * m[2][(i + 1) % 3]) for i in range(3)
    )


@cache
def quadruple(l1: int, l2: int, l3: int, l4: int, L: int):
    """The invariant of four vectors with intermediate L, in the ring of `_ring(4)`; None if there is none."""
    odd = bool((l1 + l2 + L) % 2)
    left, right = triple(l1, l2, L, odd), triple(l3, l4, L, odd)
    if left is None or right is None:
        return None
    polynomials, t = _ring(5)
    # State: f, or with `odd` (w'.e) f + (w'.x_1) g_1 + (w'.x_2) g_2 with w' = x_3 x x_4.
    start = {"f": _embedded(right, 5, (2, 3, _E)), 0: polynomials.zero, 1: polynomials.zero}
    total = polynomials.zero
    for (i, j), factor in _terms_in_e(_embedded(left, 5, (0, 1, _E))).items():
        state = dict(start)
        for a in [0] * i + [1] * j:
            moved = {key: _along(value, a) for key, value in state.items()}
            if odd:
                moved[a] += state["f"]
            state = moved
        if odd:  # and once along w = x_1 x x_2, to which x_1 and x_2 are normal
            last = (t[0, 2] * t[1, 3] - t[0, 3] * t[1, 2]) * state["f"]
            for a in (0, 1):
                last += sum(state[a].diff(t[b, _E]) * _triple_products((2, 3, a), (0, 1, b)) for b in (2, 3))
            total += factor * last
        else:
            total += factor * state["f"]
    four, _ = _ring(4)
    keep = [polynomials.gens.index(t[a, b]) for a, b in components(4)]
    result = four.from_dict({tuple(monomial[i] for i in keep): c for monomial, c in total.terms()})
    return _primitive(result) if odd else _unit(result)


def _primitive(p):
    """p with coprime integer coefficients, the leading one positive."""
    scale = lcm(*(int(c.denominator) for c in p.coeffs()))
    p = p.mul_ground(QQ(scale))
    divisor = gcd(*(int(c) for c in p.coeffs()))
    return p.quo_ground(QQ(divisor if p.LC > 0 else -divisor))


def intermediates(ls: tuple[int, ...]) -> list[int]:
    """All L for which `quadruple` of these four degrees exists."""
    l1, l2, l3, l4 = ls
    if sum(ls) % 2:
        return []
    every = range(max(abs(l1 - l2), abs(l3 - l4)), min(l1 + l2, l3 + l4) + 1)
    return [L for L in every if quadruple(*ls, L) is not None]


@cache
def independent_intermediates(ls: tuple[int, ...], alike: tuple[int, ...]) -> tuple[int, ...]:
    """Those L whose couplings stay linearly independent, as functions of vectors in space, when summed over tuples.

    Slots i, k with ``alike[i] == alike[k]`` carry the same species, radial function and degree, so that the sum over
    ordered tuples symmetrises the coupling in them; the first L that span the symmetrised couplings are kept.
    """
    candidates = intermediates(ls)
    swaps = [p for p in permutations(range(4)) if all(alike[i] == alike[k] for i, k in enumerate(p))]
    four, rows = _ring(4)[0], []
    for L in candidates:
        row = {}
        for monomial, c in quadruple(*ls, L).terms():
            for p in swaps:
                key = _permuted(monomial, p)
                row[key] = row.get(key, 0) + c
        # Four vectors of space are dependent: the Gram determinant is the one relation among their dot products.
        rows.append(dict(four.from_dict({key: c for key, c in row.items() if c}).rem(_gram_determinant()).terms()))
    monomials = sorted({key for row in rows for key in row})
    kept, rank = [], 0
    for i in range(len(candidates)):
        chosen = [*kept, i]
        entries = (QQ(rows[k].get(m, 0)) for k in chosen for m in monomials)
        table = [fmpq(int(c.numerator), int(c.denominator)) for c in entries]
        if fmpq_mat(len(chosen), len(monomials), table).rank() > rank:
            kept, rank = chosen, rank + 1
    return tuple(candidates[i] for i in kept)


@cache
def _gram_determinant():
    """det (x_a . x_b), a, b = 1..4."""
    _, t = _ring(4)

    def minor(rows, columns):
        if not rows:
            return 1
        return sum(
            (-1) ** i * t[rows[0], c] * minor(rows[1:], columns[:i] + columns[i + 1 :]) for i, c in enumerate(columns)
        )

    return minor((0, 1, 2, 3), (0, 1, 2, 3))


def _permuted(monomial, p):
    """The exponents after x_i -> x_p(i)."""
    table = dict(zip(components(4), monomial))
    return tuple(table[min(p[a], p[b]), max(p[a], p[b])] for a, b in components(4))


@cache
def coupling(ls: tuple[int, ...], L: int | None = None) -> Expr | None:
    """The invariant of degrees `ls` (and L, for four), a polynomial in ``invariants(len(ls))``; None if none."""
    nu = len(ls)
    if nu == 1:
        return invariants(1)[0] ** 0 if ls == (0,) else None
    if nu == 2:
        return solid_legendre(ls[0]).forms[ls[0]] if ls[0] == ls[1] else None
    p = triple(*ls) if nu == 3 else quadruple(*ls, L)
    return None if p is None else p.as_expr(*invariants(nu))


@cache
def angular_family(couplings: tuple[tuple[tuple[int, ...], int | None], ...]) -> Family:
    """The family "T" of the given (degrees, L)."""
    nu = len(couplings[0][0])
    names = tuple("".join(map(str, ls)) + ("" if L is None else f";{L}") for ls, L in couplings)
    return Family("T", nu, tuple(coupling(ls, L) for ls, L in couplings), names)
