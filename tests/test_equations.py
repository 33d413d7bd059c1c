"""Each name of a factor against geometry: neighbours on it and off it, and the exact rank of a Jacobian there."""

from fractions import Fraction
from itertools import combinations_with_replacement

import pytest
import sympy
from sympy import Matrix, Symbol, exp, sqrt

from symsens.jobs.derivation import derive
from symsens.jobs.equations import PARTICULAR, named
from symsens.jobs.quadruples import Quadruples
from symsens.search.hypersurfaces import singular_hypersurfaces


def dot(j, k):
    return Symbol(f"s_{j}", positive=True) if j == k else Symbol(f"d_{min(j, k)}{max(j, k)}", real=True)


S1, S2, S3, D12, D13, D23 = dot(1, 1), dot(2, 2), dot(3, 3), dot(1, 2), dot(1, 3), dot(2, 3)


def cosine(x, y):
    return sum(map(sympy.Mul, x, y)) / sqrt(norm(x) * norm(y))


def norm(x):
    return sum(c * c for c in x)


def far(x, y):
    return norm([b - a for a, b in zip(x, y)])


# name: factor; what it means of positions; positions where it holds, and where it does not.
NAMED = {
    "equal radii": (S1 - S2, lambda x, y: norm(x) == norm(y), [(1, 2, 2), (3, 0, 0)], [(1, 2, 2), (1, 1, 0)]),
    "a right angle": (D12, lambda x, y: cosine(x, y) == 0, [(1, 2, 2), (2, -1, 0)], [(1, 2, 2), (3, 0, 0)]),
    "a right angle at a neighbour": (
        D12 - S1,
        lambda x, y: cosine([-a for a in x], [b - a for a, b in zip(x, y)]) == 0,
        [(1, 0, 0), (1, 2, 0)],
        [(1, 0, 0), (2, 2, 0)],
    ),
    "isosceles: as far from a neighbour as from the centre": (
        2 * D12 - S2,
        lambda x, y: norm(x) == far(x, y),
        [(1, 2, 0), (2, 0, 0)],
        [(1, 2, 0), (3, 0, 0)],
    ),
    "equal dot products": (
        D12 - D13,
        lambda x, y, z: cosine(x, y) * sqrt(norm(y)) == cosine(x, z) * sqrt(norm(z)),
        [(1, 0, 0), (2, 1, 0), (2, 0, 5)],
        [(1, 0, 0), (2, 1, 0), (3, 0, 5)],
    ),
    "equal angles": (
        D12 * sqrt(S3) - D13 * sqrt(S2),
        lambda x, y, z: cosine(x, y) == cosine(x, z),
        [(1, 0, 0), (1, 2, 2), (2, -4, 4)],
        [(1, 0, 0), (1, 2, 2), (3, 0, 4)],
    ),
    "equal distances of neighbours": (
        S2 - 2 * D12 - S3 + 2 * D13,
        lambda x, y, z: far(x, y) == far(x, z),
        [(1, 0, 0), (2, 1, 0), (0, 0, 1)],
        [(1, 0, 0), (2, 1, 0), (0, 0, 3)],
    ),
    "collinear with the centre": (
        S1 * S2 - D12**2,
        lambda x, y: Matrix([x, y]).rank() == 1,
        [(1, 2, 2), (-2, -4, -4)],
        [(1, 2, 2), (-2, -4, -5)],
    ),
    "coplanar with the centre": (
        Matrix([[S1, D12, D13], [D12, S2, D23], [D13, D23, S3]]).det().expand(),
        lambda x, y, z: Matrix([x, y, z]).rank() == 2,
        [(1, 0, 0), (1, 2, 2), (3, 2, 2)],
        [(1, 0, 0), (1, 2, 2), (3, 2, 1)],
    ),
}


def rank_at(forms, positions):
    """Of the derivatives of forms in dot products by Cartesian coordinates, exactly."""
    names = [[Symbol(f"x_{j}{c}", real=True) for c in "abc"] for j in range(len(positions))]
    pairs = list(combinations_with_replacement(range(len(positions)), 2))
    written = {dot(j + 1, k + 1): sum(map(sympy.Mul, names[j], names[k])) for j, k in pairs}
    flat = [symbol for place in names for symbol in place]
    values = {symbol: sympy.Rational(c) for symbol, c in zip(flat, (c for x in positions for c in x))}
    rows = [[form.subs(written).diff(symbol).subs(values) for symbol in flat] for form in forms]
    return Matrix(rows).rank(simplify=True)


@pytest.mark.parametrize("name", NAMED)
def test_a_factor_has_the_name_of_what_it_means(name):
    factor, means, on, off = NAMED[name]
    assert means(*on) and not means(*off)
    assert named(factor) == named(-3 * factor) == name
    assert named(factor + 1) == named(factor + S1**3) == PARTICULAR


@pytest.mark.parametrize("name", [name for name in NAMED if "coplanar" not in name and "collinear" not in name])
def test_the_rank_falls_where_the_factor_says_so(name):
    """Of all coordinates but one, and the square of the factor."""
    factor, _, on, off = NAMED[name]
    n = len(on)
    pairs = [dot(j, k) for j, k in combinations_with_replacement(range(1, n + 1), 2)]
    spared = D12 if name == "equal angles" else next(pair for pair in reversed(pairs) if factor.has(pair))
    forms = [factor**2, *(pair for pair in pairs if pair != spared)]
    found = singular_hypersurfaces([[form.diff(pair) for pair in pairs] for form in forms])
    assert [named(h) for h in found.factors] == [name]
    assert rank_at(forms, on) == len(pairs) - 1 and rank_at(forms, off) == len(pairs)


@pytest.mark.parametrize(
    "spec, name, n",
    [
        ("angles", "equal radii", 2),
        ("angles", "collinear with the centre", 2),
        ("power-spectrum:n_max=2,l_max=2,radial=monomial", "coplanar with the centre", 3),
        ("power-spectrum:n_max=2,l_max=1", "equal radii", 2),
    ],
)
def test_descriptors_lose_rank_there(spec, name, n):
    found = derive(spec, n, locus=True)
    assert f": {name}" in found.text
    _, _, on, off = NAMED[name]
    forms = [form for _, form in found.features]
    fell = rank_at(forms[:7] if "n_max" in spec and n == 2 else forms, on)
    assert fell < found.locus.rank == rank_at(forms, off)


def test_names_say_when_there_is_more():
    assert named(S1 * exp(-S1) - S2 * exp(-S2)) == "equal radii, among others"
    assert named(exp(-S1) - exp(-S2)) == named(sqrt(S1) - sqrt(S2)) == "equal radii"
    assert named(S1 - 2 * S2) == PARTICULAR
    assert named(S1 - S3 + Fraction(1, 2)) == PARTICULAR


def test_equal_radii_of_forms_in_squares_and_exponentials():
    """No common factor, and yet a hypersurface; exponentials of other rates are no such."""
    mixed = [[sympy.S.One, sympy.S.One], [S1, S2], [exp(-S1), exp(-S2)]]
    found = singular_hypersurfaces(mixed)
    assert found.mixed and found.factors == (S1 - S2,)
    other = [[sympy.S.One, sympy.S.One], [S1, S2], [exp(-S1), exp(-2 * S2)]]
    assert singular_hypersurfaces(other).factors == ()
    both = singular_hypersurfaces(mixed[1:]).factors
    assert len(both) == 1 and named(both[0]) == "equal radii, among others"


def test_cosine_cutoffs_are_rational_in_tangents():
    """Of lengths and of the distance of two neighbours, with derivatives that hold pi."""
    side = sqrt(S1 + S2 - 2 * D12)
    cut = lambda r: (sympy.cos(sympy.pi * r / 6) + 1) / 2
    forms = [sum(cut(sqrt(s)) * s**k for s in (S1, S2)) for k in (0, 1)]
    rows = [[form.diff(s) for s in (S1, S2)] for form in forms]
    found = singular_hypersurfaces(rows)
    assert found.mixed and found.rank == 2 and [named(h) for h in found.factors] == ["equal radii, among others"]
    minor = rows[0][0] * rows[1][1] - rows[0][1] * rows[1][0]
    places = [{S1: a, S2: b} for a, b in ((1, 2), (20, 7), (4, 30), (11, 12), (35, 34), (3, 1))]
    signs = {sympy.sign((minor.subs(at) * found.factors[0].subs(at)).evalf()) for at in places}
    assert signs in ({1}, {-1})
    forms = [*forms, cut(side) * cut(sqrt(S1)) * cut(sqrt(S2))]
    found = singular_hypersurfaces([[form.diff(z) for z in (S1, S2, D12)] for form in forms])
    assert found.rank == 3 and any(h.has(sympy.tan(sympy.pi * side / 12)) for h in found.factors)


def test_four_neighbours_by_pattern():
    """The rank modulo a prime against that at whole positions; patterns as in the atlas; higher orders lose nothing."""
    at = [(1, 2, 3), (3, -1, 1), (-2, 1, 5), (0, 4, -3)]
    for spec, rank in (("angles:degree=3", None), ("power-spectrum:n_max=1,l_max=1,radial=monomial", 1)):
        found = derive(spec, 4, locus=True)
        assert found.locus.rank == rank_at([form for _, form in found.features], at) and rank in (
            None,
            found.locus.rank,
        )
    assert "not derived, as the rank is ≈ 1 of 9" in found.text
    lines = Quadruples(9, 2).lines
    assert "rank 9 of 9" in lines[0] and sum(line.startswith("  |x1|") for line in lines) == 28
    assert "  |x1| = |x2|, |x3|, |x4|; 12, 13 = 23, 14, 24, 34: where u3 (u1 - u2) = 0" in lines
    assert "loses nothing" in Quadruples(9, 3).lines[1] and len(Quadruples(9, 1).lines) == 2
    assert derive("distances", 4, locus=True).text.count("equal radii") == 6
