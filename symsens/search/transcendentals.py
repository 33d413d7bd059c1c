"""Functions of lengths and dot products as polynomials in independent functions.

Coordinates are, for each neighbour, s_j = x_j . x_j or the length r_j, and for each pair d_jk = x_j . x_k or the
distance r_jk. Besides there are e = exp(-q z), z a square or product, and t = tan(q pi r), u = tan(q r), r a length or
distance, q > 0 rational. Cosines and sines are rational in t and u, their denominators 1 + t^2 positive. The number pi
is a symbol like the others.

Law: a polynomial in these functions that is not 0 is not the function 0 (Lemma hypersurface).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from sympy import Expr, Function, Poly, Pow, Rational, S, Symbol, cos, exp, expand_trig, pi, powdenest, sin, sqrt, tan
from sympy.polys.polyerrors import BasePolynomialError

from symsens.errors import InputError

REFUSED = "no singular locus is derived of them"
PI = Symbol("pi", positive=True)


@dataclass(frozen=True, eq=False)
class Written:
    """Entries as polynomials, or quotients of them, in symbols.

    Attributes
    ----------
    rows : the entries.
    meaning : what each symbol stands for.
    mixed : whether a tangent, or a coordinate and an exponential of it, occur.
    """

    rows: list[list[Expr]]
    meaning: dict[Symbol, Expr]
    mixed: bool


def independent_functions(rows: list[list[Expr]]) -> Written:
    """Entries in symbols for independent functions.

    Raises
    ------
    InputError
        They hold something else.
    """
    entries = [x for row in rows for x in row]
    if any(x.atoms(Function) - x.atoms(exp) - x.atoms(cos) - x.atoms(sin) for x in entries):
        raise InputError(f"forms with other functions than exp and cos: {REFUSED}")
    plain = sorted(set().union(*(x.free_symbols for x in entries)), key=str)
    if any(not re.fullmatch(r"[sd]_\d\d?", symbol.name) for symbol in plain):
        raise InputError(f"forms with other symbols than s_j and d_jk: {REFUSED}")
    waves = {wave: _wave(wave.args[0]) for x in entries for wave in x.atoms(cos) | x.atoms(sin)}
    powers = {power for x in entries for power in x.atoms(Pow) if not (power.exp.is_integer or power.base is S.Exp1)}
    if any(not (2 * power.exp).is_integer for power in powers):
        raise InputError(f"forms with other roots than lengths: {REFUSED}")
    lengths = _lengths({power.base for power in powers} | {base for base, _, _ in waves.values()})
    sides = {_pair(base): (base, r) for base, r in lengths.items() if not base.is_Symbol}
    turned, tangents = _tangents(waves, lengths)
    faded, decays = _decays({power for x in entries for power in x.atoms(exp)}, plain, sides)
    swap = {**turned, **faded, pi: PI}
    products = {d: (base + 2 * d - r**2) / 2 for d, (base, r) in sides.items()}
    squares = {base: r**2 for base, r in lengths.items() if base.is_Symbol}

    def change(x: Expr) -> Expr:
        x = x.xreplace(swap)
        x = x.xreplace({p: lengths[p.base] ** (2 * p.exp) for p in x.atoms(Pow) if p.base in lengths})
        return powdenest(x.xreplace(products).xreplace(squares), force=True)

    changed = [[change(x) for x in row] for row in rows]
    meaning = {symbol: symbol for symbol in plain if symbol not in lengths and symbol not in sides}
    meaning |= {r: sqrt(base) for base, r in lengths.items()} | tangents | decays | {PI: pi}
    used = set().union(*(x.free_symbols for row in changed for x in row))
    atoms = [meaning[symbol].free_symbols for symbol in used if symbol not in decays]
    mixed = bool(used & set(tangents)) or any(decays[e].free_symbols & z for e in used & set(decays) for z in atoms)
    return Written(changed, {symbol: what for symbol, what in meaning.items() if symbol in used}, mixed)


def is_positive(form: Expr) -> bool:
    """Whether no term has another sign than the first that is not 0, and one is not 0: seen by the signs of symbols."""
    terms = form.as_ordered_terms()
    if any(symbol.name.startswith("d_") for symbol in form.free_symbols):
        return False
    for weak, strict in (("is_nonnegative", "is_positive"), ("is_nonpositive", "is_negative")):
        if all(getattr(term, weak) for term in terms) and any(getattr(term, strict) for term in terms):
            return True
    return False


def _pair(base: Expr) -> Symbol:
    """The product d_jk of a squared distance s_j + s_k - 2 d_jk."""
    return next(symbol for symbol in base.free_symbols if symbol.name[0] == "d")


def _lengths(bases) -> dict[Expr, Symbol]:
    """A symbol for the root of each square or squared distance."""
    found = {}
    for base in bases:
        names = sorted((symbol.name for symbol in base.free_symbols), reverse=True)
        if base.is_Symbol and names[0][0] == "s":
            found[base] = Symbol(f"r_{names[0][2:]}", positive=True)
            continue
        d = [name for name in names if name[0] == "d"]
        ends = [Symbol(f"s_{digit}", positive=True) for digit in d[0][2:]] if len(d) == 1 else []
        if len(ends) != 2 or (base - sum(ends) + 2 * Symbol(d[0], real=True)).expand() != 0:
            raise InputError(f"forms with other roots than lengths: {REFUSED}")
        found[base] = Symbol(f"r_{d[0][2:]}", positive=True)
    return found


def _wave(angle: Expr) -> tuple[Expr, bool, Fraction]:
    """The square, whether pi is a factor, and q, of an angle q pi r or q r."""
    number, root = angle.as_coeff_Mul()
    of_pi = root.has(pi)
    root = root / pi if of_pi else root
    if not (number.is_Rational and root.is_Pow and root.exp == S.Half):
        raise InputError(f"forms with the cosine or sine of {angle}: {REFUSED}")
    return root.base, of_pi, Fraction(int(number.p), int(number.q))


def _unit(numbers) -> Fraction:
    """The largest of which all are whole multiples."""
    return Fraction(gcd(*(c.numerator for c in numbers)), lcm(*(c.denominator for c in numbers)))


def _tangents(waves, lengths):
    """Cosines and sines in tangents of half the common angle, and what these stand for."""
    rates = {}
    for base, of_pi, rate in waves.values():
        rates.setdefault((base, of_pi), []).append(rate)
    unit = {key: _unit(found) for key, found in rates.items()}
    names = {(base, p): Symbol(f"{'t' if p else 'u'}_{lengths[base].name[2:]}", real=True) for base, p in unit}
    swap, angle = {}, Symbol("angle")
    for wave, (base, of_pi, rate) in waves.items():
        t = names[base, of_pi]
        values = {cos(angle): (1 - t**2) / (1 + t**2), sin(angle): 2 * t / (1 + t**2)}
        swap[wave] = expand_trig(wave.func(int(rate / unit[base, of_pi]) * angle)).xreplace(values)
    halves = {key: Rational(str(found)) / 2 * (pi if key[1] else 1) * sqrt(key[0]) for key, found in unit.items()}
    return swap, {t: tan(halves[key]) for key, t in names.items()}


def _decays(powers, plain, sides):
    """Exponentials as products of those of one square or product each, and what these stand for."""
    squares = {d: (Symbol(f"p_{d.name[2:]}", positive=True), base) for d, (base, _) in sides.items()}
    inner = {d: (base + 2 * d - p) / 2 for d, (p, base) in squares.items()}
    outer = dict(squares.values())
    symbols = [*plain, *outer]
    terms = {power: _linear(power.args[0].xreplace(inner), symbols) for power in powers}
    rates = {}
    for found in terms.values():
        for symbol, c in found.items():
            rates.setdefault(symbol, []).append(c)
    unit = {symbol: _unit(found) for symbol, found in rates.items()}
    kind = {
        symbol: Symbol(f"{'f' if symbol.name[0] == 'd' else 'e'}_{symbol.name[2:]}", positive=True) for symbol in unit
    }
    swap = dict.fromkeys(powers, S.One)
    for power, found in terms.items():
        for symbol, c in found.items():
            swap[power] *= kind[symbol] ** int(-c / unit[symbol])
    return swap, {e: exp(-Rational(str(unit[z])) * outer.get(z, z)) for z, e in kind.items()}


def _linear(argument: Expr, symbols) -> dict[Symbol, Fraction]:
    """Rational coefficients of an exponent that is linear in squares and products, without a constant."""
    try:
        terms = Poly(argument, *symbols, domain="QQ").terms()
    except BasePolynomialError:
        terms = [((0,), Rational(1))]
    found = {symbols[e.index(1)]: Fraction(int(c.p), int(c.q)) for e, c in terms if sum(e) == 1}
    if len(found) != len(terms):
        raise InputError(f"forms with exp({argument}): {REFUSED}")
    return found
