"""Hypersurfaces on which a matrix of functions loses rank: common factors of its largest minors.

Entries are polynomials, with rational coefficients, in independent functions (symsens/search/transcendentals.py). Where
both a coordinate and an exponential or tangent of it occur, polynomials without common factor may vanish together on a
hypersurface, as s_1 - s_2 and e_1 - e_2 do: but only where a sum of squares and products with constant weights is
constant, or one of lengths. Equal lengths of two neighbours are looked at.

Law: the greatest common divisor of some minors is a multiple of that of all; a factor h of it is one of all of them if
a vector that is not 0 modulo h is null modulo h for every row (Lemma hypersurface).
"""

from dataclasses import dataclass
from math import gcd, lcm
from random import Random

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx, nmod_mat, nmod_poly
from sympy import Add, Expr, Poly, Rational, S, Symbol, fraction, together
from sympy.polys.polyerrors import BasePolynomialError

from symsens.budget import stage
from symsens.errors import InputError, UndecidedError
from symsens.numbers.kernel import modular_pivots
from symsens.search.transcendentals import PI, REFUSED, independent_functions, is_positive

PRIME = 2**31 - 1
DRAWN = 3  # minors, before there is a reason for one
TRIED = 40  # points of a hypersurface at which a null vector is looked for


@dataclass(frozen=True)
class Hypersurfaces:
    """Where a matrix of functions loses rank, but for sets of smaller dimension.

    Attributes
    ----------
    rank : for almost all values of the symbols.
    columns : of the matrix, that are not 0.
    factors : functions; the rank falls where one is 0.
    mixed : whether it may fall on other hypersurfaces too, where a sum of squares and products, or one of lengths, with
        constant weights is constant.
    """

    rank: int
    columns: tuple[int, ...]
    factors: tuple[Expr, ...]
    mixed: bool = False


def singular_hypersurfaces(rows: list[list[Expr]]) -> Hypersurfaces:
    """Of a matrix whose columns, but for those of zeros, are independent for almost all values; without factors where
    they do not seem to be.

    Raises
    ------
    InputError
        An entry is no polynomial in these functions.
    UndecidedError
        No factor, or no null vector, was settled.
    """
    seen = [k for k, column in enumerate(zip(*rows)) if any(column)]
    matrix = _Matrix.of([[row[k] for k in seen] for row in rows])
    draw, width = Random(1), len(seen)
    rank = matrix.rank_at([draw.randrange(PRIME) for _ in matrix.symbols])
    if rank < width:
        return Hypersurfaces(rank, tuple(seen), ())
    common = None
    for number in range(DRAWN):
        stage(f"minor {number + 1}")
        minor = matrix.minor(matrix.independent([draw.randrange(PRIME) for _ in matrix.symbols], draw))
        common = minor if common is None else common.gcd(minor)
    settled = {}
    while waiting := [h for h in matrix.factors(common) if str(h) not in settled]:
        stage(f"the factor {waiting[0]}")
        blind, rows = matrix.is_blind(waiting[0], draw)
        if not blind:
            common = common.gcd(matrix.minor(rows))
        else:
            settled[str(waiting[0])] = waiting[0]
    found = [matrix.expression(h) for h in matrix.factors(common)]
    found += matrix.equal_radii(found, draw) if matrix.mixed else []
    return Hypersurfaces(rank, tuple(seen), tuple(sorted(found, key=lambda f: (len(str(f)), str(f)))), matrix.mixed)


def rank_in_space(rows: list[list[Expr]], pairs: list[tuple[int, int]]) -> int:
    """Of the derivatives by positions in space, for almost all, at least: at a point modulo a prime. Columns are those
    by the dot products of these pairs, neighbours counted from 0."""
    matrix, draw = _Matrix.of(rows), Random(1)
    n, width = 1 + max(map(max, pairs)), len(pairs)
    if not matrix.rows:
        return 0
    for _ in range(TRIED):
        places = [[draw.randrange(PRIME) for _ in range(3)] for _ in range(n)]
        dots = {_product(j, k): sum(a * b for a, b in zip(places[j], places[k])) for j, k in pairs}
        point = [_value_at(matrix.meaning[symbol], dots, draw) for symbol in matrix.symbols]
        if None not in point:
            break
    else:
        return 0
    moved = [[0] * (3 * n) for _ in pairs]
    for row, (j, k) in zip(moved, pairs):
        for c in range(3):
            row[3 * j + c] += places[k][c]
            row[3 * k + c] += places[j][c]
    return (matrix.values(point) * nmod_mat(width, 3 * n, [x for row in moved for x in row], PRIME)).rank()


def _product(j: int, k: int) -> Symbol:
    """Of two neighbours, counted from 0."""
    j, k = sorted((j + 1, k + 1))
    return Symbol(f"s_{j}", positive=True) if j == k else Symbol(f"d_{j}{k}", real=True)


def _value_at(meaning: Expr, dots: dict, draw: Random) -> int | None:
    """Of a coordinate, modulo the prime, where dot products have these values; chance for other functions; None for a
    length whose square is none."""
    if meaning.is_Symbol:
        return dots[meaning] % PRIME
    if not (meaning.is_Pow and meaning.exp == S.Half):
        return draw.randrange(1, PRIME)
    square = int(meaning.base.xreplace(dots)) % PRIME
    root = pow(square, (PRIME + 1) // 4, PRIME)
    return root if root * root % PRIME == square else None


@dataclass(frozen=True, eq=False)
class _Matrix:
    """Rows of polynomials; `meaning` says what each symbol of theirs is."""

    context: fmpz_mpoly_ctx
    symbols: tuple[Symbol, ...]
    meaning: dict
    rows: list[list[fmpz_mpoly]]
    mixed: bool

    @classmethod
    def of(cls, rows) -> "_Matrix":
        """Every row multiplied by its denominators; rows of zeros and repeated ones left out."""
        written = independent_functions(rows)
        symbols = tuple(sorted(written.meaning, key=str))
        context = fmpz_mpoly_ctx.get([str(symbol) for symbol in symbols] or ["unused"], Ordering.degrevlex)
        found = {}
        for row in written.rows:
            made = _whole_row(row, symbols, context)
            if any(len(x) for x in made):
                found[tuple(map(str, made))] = made
        short = sorted(found.values(), key=lambda row: sum(len(x) for x in row))
        return cls(context, symbols, written.meaning, short, written.mixed)

    def symbolic(self, h: fmpz_mpoly) -> Expr:
        """A polynomial in the symbols."""
        total = S.Zero
        for exponents, c in h.to_dict().items():
            term = Rational(int(c))
            for symbol, e in zip(self.symbols, exponents):
                term *= symbol ** int(e)
            total += term
        return total

    def expression(self, h: fmpz_mpoly) -> Expr:
        """A polynomial as the function that it stands for."""
        return self.symbolic(h).xreplace(self.meaning).expand()

    def equal_radii(self, known: list[Expr], draw: Random) -> list[Expr]:
        """s_j - s_k for two neighbours j < k, where the rank falls for equal lengths though no known factor says so."""
        lengths = {int(symbol.name[2:]) for symbol in self.symbols if symbol.name[2:].isdigit()}
        pairs = [(j, k) for k in sorted(lengths) if k < 10 for j in sorted(lengths) if j < k]
        found = []
        for squares in ([Symbol(f"s_{j}", positive=True) for j in pair] for pair in pairs):
            if any(factor.subs(*squares).expand() == 0 for factor in known):
                continue
            merged = self.merged(*squares)
            point = [draw.randrange(1, PRIME) for _ in self.symbols]
            if merged.rank_at(point) < merged.values(point).ncols() and merged.null_vector(point) is not None:
                found.append(squares[0] - squares[1])
        return found

    def merged(self, low: Symbol, high: Symbol) -> "_Matrix":
        """With equal functions of two neighbours where these squares are equal."""
        place = {what: i for i, what in enumerate(self.meaning[symbol] for symbol in self.symbols)}
        turn = [place.get(self.meaning[symbol].xreplace({high: low}), i) for i, symbol in enumerate(self.symbols)]
        alone = [self.meaning[symbol].free_symbols == {high} for symbol in self.symbols]
        target = [j if own else i for i, (j, own) in enumerate(zip(turn, alone))]
        variables = self.context.gens()
        images = [variables[i] for i in target]
        return _Matrix(
            self.context, self.symbols, self.meaning, [[x.compose(*images) for x in row] for row in self.rows], False
        )

    def null_vector(self, point, h: fmpz_mpoly | None = None) -> list[fmpz_mpoly] | None:
        """Not 0 and null for every row, or that modulo h: cofactors of the rows that are independent at a point, over
        columns that are one more than these; None where these are not such."""
        values, rows = self.values(point), self.independent(point)
        columns = modular_pivots(nmod_mat([[int(values[i, c]) for c in range(values.ncols())] for i in rows], PRIME))
        columns.append(next(c for c in range(values.ncols()) if c not in columns))
        vector = [self.minor(rows, columns[:k] + columns[k + 1 :]) * (-1) ** k for k in range(len(columns))]
        zero = self.context.constant(0)
        products = (sum((row[c] * x for c, x in zip(columns, vector)), zero) for row in self.rows)
        is_zero = lambda x: (x if h is None else divmod(x, h)[1]) == 0
        return vector if not all(map(is_zero, vector)) and all(map(is_zero, products)) else None

    def values(self, point) -> nmod_mat:
        """Modulo a prime."""
        entries = [[_value(x, point) for x in row] for row in self.rows]
        return nmod_mat(entries, PRIME)

    def rank_at(self, point) -> int:
        """Modulo a prime."""
        return self.values(point).rank() if self.rows else 0

    def independent(self, point, draw: Random | None = None) -> list[int]:
        """Rows that are independent at a point, short ones before long ones but for some chance."""
        values = self.values(point)
        order = list(range(len(self.rows)))
        if draw:
            order.sort(key=lambda i: i * draw.uniform(0.5, 2))
        table = nmod_mat([[int(values[i, j]) for i in order] for j in range(values.ncols())], PRIME)
        return [order[k] for k in modular_pivots(table)]

    def minor(self, chosen: list[int], columns: list[int] | None = None) -> fmpz_mpoly:
        """The determinant of some rows and columns, by default all."""
        columns = range(len(self.rows[0])) if columns is None else columns
        return _determinant([[self.rows[i][c] for c in columns] for i in chosen], self.context)

    def factors(self, common: fmpz_mpoly) -> list[fmpz_mpoly]:
        """The irreducible factors that are 0 somewhere, as far as that is seen."""
        zeros = [k for k, symbol in enumerate(self.symbols) if symbol != PI]
        found = (h for h, _ in common.factor()[1] if any(h.degrees()[k] for k in zeros))
        return [h for h in found if not is_positive(self.symbolic(h))]

    def is_blind(self, h: fmpz_mpoly, draw: Random) -> tuple[bool, list[int]]:
        """Whether the rank falls where h is 0, proved by the vector of cofactors of independent rows, over columns that
        are one more than these; and the rows: as many as columns, their minor no multiple of h, where it does not.

        Raises
        ------
        UndecidedError
            Neither was seen.
        """
        for _ in range(TRIED):
            point = _point_of(h, len(self.symbols), draw)
            if point is None:
                continue
            rows = self.independent(point)
            if len(rows) == len(self.rows[0]):
                return False, rows
            if self.null_vector(point, h) is not None:
                return True, rows
        raise UndecidedError(f"whether the rank falls where {h} = 0")


def _whole_row(row, symbols, context) -> list[fmpz_mpoly]:
    """A row times its denominators, coprime integers as coefficients."""
    places = [Symbol(f"place{k}") for k in range(len(row))]
    above, below = fraction(together(Add(*(x * z for x, z in zip(row, places)))))
    if not is_positive(below.expand()):
        raise InputError(f"forms whose denominator may be 0: {REFUSED}")
    try:
        terms = Poly(above, *symbols, *places, domain="QQ").terms()
    except BasePolynomialError:
        raise InputError(f"forms other than polynomials: {REFUSED}") from None
    unit = lcm(*(int(c.q) for _, c in terms))
    content = gcd(*(int(c * unit) for _, c in terms)) or 1
    found = [{} for _ in row]
    for e, c in terms:
        place = e[len(symbols) :]
        if any(place):
            found[place.index(1)][e[: len(symbols)] or (0,)] = int(c * unit) // content
    return [context.from_dict(x) for x in found]


def _value(x: fmpz_mpoly, point) -> int:
    """Modulo the prime."""
    total = 0
    for e, c in x.to_dict().items():
        term = int(c)
        for v, k in zip(point, e):
            term = term * pow(v, int(k), PRIME) % PRIME
        total += term
    return total % PRIME


def _point_of(h: fmpz_mpoly, size: int, draw: Random) -> list[int] | None:
    """Values of the symbols modulo the prime at which h is 0; None where chance finds none."""
    free = draw.choice([k for k, degree in enumerate(h.degrees()) if degree])
    point = [draw.randrange(1, PRIME) for _ in range(size)]
    coefficients = [0] * (int(h.degrees()[free]) + 1)
    for e, c in h.to_dict().items():
        term = int(c)
        for k in range(size):
            term = term * pow(point[k], int(e[k]) if k != free else 0, PRIME) % PRIME
        coefficients[int(e[free])] += term
    roots = [f for f, _ in nmod_poly(coefficients, PRIME).factor()[1] if f.degree() == 1]
    if not roots:
        return None
    point[free] = -int(roots[0][0]) % PRIME
    return point


def _determinant(table, context) -> fmpz_mpoly:
    """Of polynomials (Bareiss)."""
    before, sign = context.constant(1), 1
    table = [list(row) for row in table]
    for k in range(len(table) - 1):
        lead = next((i for i in range(k, len(table)) if len(table[i][k])), None)
        if lead is None:
            return context.constant(0)
        if lead != k:
            table[k], table[lead], sign = table[lead], table[k], -sign
        for row in table[k + 1 :]:
            for c in range(k + 1, len(table)):
                row[c] = divmod(row[c] * table[k][k] - row[k] * table[k][c], before)[0]
        before = table[k][k]
    return table[-1][-1] * sign if table else before
