"""What it means that a factor of the minors is 0, in words of geometry.

Law: a name is given where the equation is equivalent to it, for neighbours that are not at the centre; what has other
solutions too is said to.
"""

from itertools import combinations, permutations

from sympy import Expr, Matrix, Symbol, prod, sqrt

PARTICULAR = "particular to this basis"


def named(factor: Expr) -> str:
    """What it means that a factor of the minors is 0, in words."""
    seen = sorted({int(digit) for symbol in factor.free_symbols for digit in symbol.name[2:].replace(",", "")})
    for name, forms in _table(seen):
        if any(_is_multiple(factor, form) for form in forms):
            return name
    for j, k in combinations(seen, 2):
        if factor.free_symbols == {_s(j), _s(k)} and factor.subs(_s(j), _s(k)).expand() == 0:
            increasing = _separated(factor, j, k)
            return "equal radii" if increasing else "equal radii, among others"
    return PARTICULAR


def _s(j: int) -> Symbol:
    return Symbol(f"s_{j}", positive=True)


def _d(j: int, k: int) -> Symbol:
    if j == k:
        return _s(j)
    j, k = sorted((j, k))
    return Symbol(f"d_{j}{k}" if k < 10 else f"d_{j},{k}", real=True)


def _table(seen: list[int]):
    """Names, and the equations that they are equivalent to."""
    pairs = list(combinations(seen, 2))
    gram = lambda places: Matrix(len(places), len(places), lambda a, b: _d(places[a], places[b])).det().expand()
    yield "a right angle", [_d(j, k) for j, k in pairs]
    yield "a right angle at a neighbour", [_d(j, k) - _s(j) for j, k in permutations(seen, 2)]
    yield (
        "isosceles: as far from a neighbour as from the centre",
        [2 * _d(j, k) - _s(j) for j, k in permutations(seen, 2)],
    )
    yield "collinear with the centre", [gram(pair) for pair in pairs]
    yield "coplanar with the centre", [gram(three) for three in combinations(seen, 3)]
    ends = list(combinations(pairs, 2))
    yield "equal dot products", [_d(*p) - _d(*q) for p, q in ends]
    yield "equal angles", [_equal_cosines(p, q) for p, q in ends]
    yield "equal distances of neighbours", [_square(*p) - _square(*q) for p, q in ends]


def _equal_cosines(p: tuple, q: tuple) -> Expr:
    """Multiplied by the lengths that only one of the two has."""
    lengths = lambda places: sqrt(prod(_s(j) for j in places))
    return _d(*p) * lengths(set(q) - set(p)) - _d(*q) * lengths(set(p) - set(q))


def _square(j: int, k: int) -> Expr:
    return _s(j) + _s(k) - 2 * _d(j, k)


def _is_multiple(factor: Expr, form: Expr) -> bool:
    """By a number."""
    one, two = (x.expand().as_coefficients_dict() for x in (factor, form))
    return one.keys() == two.keys() and len({one[term] / two[term] for term in one}) == 1


def _separated(factor: Expr, j: int, k: int) -> bool:
    """Whether it is f(s_j) - f(s_k), f a number times a square, length or exponential: a monotonic function."""
    parts = factor.as_ordered_terms()
    if len(parts) != 2 or any(len(part.free_symbols) != 1 for part in parts):
        return False
    core = parts[0].as_coeff_Mul()[1]
    base, power = core.as_base_exp()
    linear = power.as_coeff_Mul()[1] in (_s(j), _s(k)) and base.is_number
    return linear or (base.is_Symbol and power.is_number)
