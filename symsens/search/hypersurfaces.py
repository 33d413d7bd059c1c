"""Hypersurfaces on which a matrix of functions loses rank: common factors of its largest minors.

Entries are polynomials, with rational coefficients, in coordinates: dot products d_jk, and for each neighbour one of
s_j = x_j . x_j, r_j = sqrt(s_j) and e_j = exp(-q s_j), q > 0 rational. Of forms in two of these nothing is said:
s_1 - s_2 and e_1 - e_2 vanish together, and are no multiples of each other.

Law: the greatest common divisor of some minors is a multiple of that of all; a factor h of it is one of all of them if
a vector that is not 0 modulo h is null modulo h for every row (Lemma hypersurface).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm
from random import Random

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx, nmod_mat, nmod_poly
from sympy import Add, Expr, Function, Poly, Pow, Rational, S, Symbol, exp, fraction, powdenest, sqrt, together
from sympy.polys.polyerrors import BasePolynomialError

from symsens.budget import stage
from symsens.errors import InputError, UndecidedError
from symsens.numbers.kernel import modular_pivots

PRIME = 2**31 - 1
REFUSED = "no singular locus is derived of them"
DRAWN = 3  # minors, before there is a reason for one
TRIED = 40  # points of a hypersurface at which a null vector is looked for


@dataclass(frozen=True)
class Hypersurfaces:
    """Where a matrix of functions loses rank, but for sets of smaller dimension.

    Attributes
    ----------
    rank : for almost all values of the symbols.
    columns : of the matrix, that are not 0.
    factors : irreducible polynomials in s_j or r_j = sqrt(s_j), d_jk and exponentials; the rank falls where one is 0.
    """

    rank: int
    columns: tuple[int, ...]
    factors: tuple[Expr, ...]


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
    return Hypersurfaces(rank, tuple(seen), tuple(sorted(found, key=lambda f: (len(str(f)), str(f)))))


def _is_positive(form: Expr) -> bool:
    """Whether all terms have one sign, and only lengths and exponentials in them."""
    terms = form.as_ordered_terms()
    signs = {term.is_positive for term in terms}
    return signs in ({True}, {False}) and not any(symbol.name.startswith("d_") for symbol in form.free_symbols)


@dataclass(frozen=True, eq=False)
class _Matrix:
    """Rows of polynomials; `meaning` says what each symbol of theirs is."""

    context: fmpz_mpoly_ctx
    symbols: tuple[Symbol, ...]
    meaning: dict
    rows: list[list[fmpz_mpoly]]

    @classmethod
    def of(cls, rows) -> "_Matrix":
        """Every row multiplied by its denominators; rows of zeros and repeated ones left out."""
        written, meaning = _independent_functions(rows)
        symbols = tuple(sorted(meaning, key=str))
        context = fmpz_mpoly_ctx.get([str(symbol) for symbol in symbols] or ["unused"], Ordering.degrevlex)
        found = {}
        for row in written:
            made = _whole_row(row, symbols, context)
            if any(len(x) for x in made):
                found[tuple(map(str, made))] = made
        return cls(context, symbols, meaning, sorted(found.values(), key=lambda row: sum(len(x) for x in row)))

    def expression(self, h: fmpz_mpoly) -> Expr:
        """A polynomial as the function that it stands for."""
        total = S.Zero
        for exponents, c in h.to_dict().items():
            term = Rational(int(c))
            for symbol, e in zip(self.symbols, exponents):
                term *= self.meaning[symbol] ** int(e)
            total += term
        return total

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
        return [h for h, _ in common.factor()[1] if not _is_positive(self.expression(h))]

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
            values, rows = self.values(point), self.independent(point)
            if len(rows) == values.ncols():
                return False, rows
            columns = modular_pivots(
                nmod_mat([[int(values[i, c]) for c in range(values.ncols())] for i in rows], PRIME)
            )
            columns.append(next(c for c in range(values.ncols()) if c not in columns))
            vector = [self.minor(rows, columns[:k] + columns[k + 1 :]) * (-1) ** k for k in range(len(columns))]
            products = (
                sum((row[c] * x for c, x in zip(columns, vector)), self.context.constant(0)) for row in self.rows
            )
            if any(divmod(x, h)[1] != 0 for x in vector) and all(divmod(x, h)[1] == 0 for x in products):
                return True, rows
        raise UndecidedError(f"whether the rank falls where {h} = 0")


def _independent_functions(rows):
    """The entries in symbols for independent functions, and what each symbol stands for."""
    entries = [x for row in rows for x in row]
    if any(x.atoms(Function) - x.atoms(exp) for x in entries):
        raise InputError(f"forms with other functions than exp: {REFUSED}")
    plain = sorted(set().union(*(x.free_symbols for x in entries)), key=str)
    if any(not re.fullmatch(r"[sd]_\d\d?", symbol.name) for symbol in plain):
        raise InputError(f"forms with other symbols than s_j and d_jk: {REFUSED}")
    powers = {power for x in entries for power in x.atoms(exp)}
    rates = {}
    for power in powers:
        for symbol, c in _linear(power.args[0], plain).items():
            rates.setdefault(symbol, []).append(Fraction(int(c.p), int(c.q)))
    unit = {t: Fraction(gcd(*(c.numerator for c in cs)), lcm(*(c.denominator for c in cs))) for t, cs in rates.items()}
    decay = {t: Symbol(f"e_{t.name[2:]}", positive=True) for t in unit}
    swap = dict.fromkeys(powers, S.One)
    for power in powers:
        for symbol, c in _linear(power.args[0], plain).items():
            swap[power] *= decay[symbol] ** int(-Fraction(int(c.p), int(c.q)) / unit[symbol])
    roots = {power for x in entries for power in x.atoms(Pow) if not (power.exp.is_integer or power.base is S.Exp1)}
    if any(power.base not in plain or not (2 * power.exp).is_integer or power.base.name[0] != "s" for power in roots):
        raise InputError(f"forms with other roots than lengths: {REFUSED}")
    rooted = {power.base for power in roots}
    lengths = {t: Symbol(f"r_{t.name[2:]}", positive=True) for t in rooted}
    meaning = {symbol: symbol for symbol in plain if symbol not in rooted}
    meaning |= {r: sqrt(t) for t, r in lengths.items()}
    meaning |= {e: exp(-Rational(unit[t].numerator, unit[t].denominator) * t) for t, e in decay.items()}
    if any(x.xreplace(swap).free_symbols & set(unit) for x in entries):
        raise InputError(f"forms with both a square s_j and its exponential: {REFUSED}")
    change = lambda x: powdenest(x.xreplace(swap).subs({t: r**2 for t, r in lengths.items()}), force=True)
    return [[change(x) for x in row] for row in rows], meaning


def _linear(argument: Expr, symbols) -> dict:
    """Rational coefficients of an exponent that is linear in squares."""
    try:
        terms = Poly(argument, *symbols, domain="QQ").terms()
    except BasePolynomialError:
        terms = [((0,), 1)]
    found = {symbols[e.index(1)]: Rational(c) for e, c in terms if sum(e) == 1}
    if len(found) != len(terms) or any(symbol.name[0] != "s" for symbol in found):
        raise InputError(f"forms with exp({argument}): {REFUSED}")
    return found


def _whole_row(row, symbols, context) -> list[fmpz_mpoly]:
    """A row times its denominators, coprime integers as coefficients."""
    places = [Symbol(f"place{k}") for k in range(len(row))]
    above, below = fraction(together(Add(*(x * z for x, z in zip(row, places)))))
    if not _is_positive(below.expand()):
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
