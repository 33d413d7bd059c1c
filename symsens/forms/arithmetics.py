"""Where closed forms are evaluated: rationals, balls, mpmath, float64, integers modulo a prime.

Law: an arithmetic is a column of the table of functions (`symsens.forms.functions`) and a way to write p/q; what has no
entry in the column is refused (`NotRational`), never approximated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import mpmath
import numpy as np
from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from symsens.forms.functions import FUNCTIONS
from symsens.numbers.number_field import Algebraic


class NotRational(ArithmeticError):
    """A closed form has no rational value at this point, or uses a function that the rationals do not have."""


@dataclass(frozen=True)
class Arithmetic:
    """Where a closed form is evaluated.

    Attributes
    ----------
    name : "exact", "ball", "mp", "float", or what else names it in a message.
    number : (p, q) -> the element p/q, for an integer p or an integral element of a number field, an integer q.
    functions : vectorised functions by their names in the table; `pi` is a function of nothing.
    dtype : of the arrays, float or object.
    """

    name: str
    number: Callable
    functions: dict
    dtype: type

    def __hash__(self):
        return hash(self.name)

    def array(self, pairs) -> np.ndarray:
        """The vector of all p/q in `pairs`."""
        out = np.empty(len(pairs), dtype=self.dtype)
        out[:] = [self.number(p, q) for p, q in pairs]
        return out


def _exact(p, q) -> fmpq | Algebraic:
    if not isinstance(p, Algebraic):
        return fmpq(p, q)
    return fmpq(p.numerators[0], q) if p.is_rational else p / q


def _ball(p, q) -> arb:
    return (p.ball() if isinstance(p, Algebraic) else arb(p)) / q


def _mpf(p, q) -> mpmath.mpf:
    if isinstance(p, Algebraic):
        with ctx.workprec(mpmath.mp.prec + 32):
            mantissa, exponent = p.ball().mid().man_exp()
        return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent)) / int(q)
    return mpmath.mpf(int(p)) / int(q)


def _float(p, q) -> float:
    return (float(p) if isinstance(p, Algebraic) else int(p)) / int(q)


def _column(arithmetic: str) -> dict:
    """{name: function} of the rows that have a value in this arithmetic."""
    column = {name: getattr(row, arithmetic) for name, row in FUNCTIONS.items()}
    return {name: function for name, function in column.items() if function is not None}


def _elementwise(column: dict) -> dict:
    """Functions of numbers as functions of arrays; a constant stays a function of nothing."""
    arity = {name: FUNCTIONS[name].arity for name in column}
    return {name: np.frompyfunc(f, arity[name], 1) if arity[name] else f for name, f in column.items()}


def as_rational(x) -> fmpq:
    """A number of `exact` as a rational one.

    Raises
    ------
    NotRational
        It is none.
    """
    if isinstance(x, Algebraic):
        if not x.is_rational:
            raise NotRational(f"{x} is not rational")
        return fmpq(x.numerators[0], x.denominator)
    return x


def _rational(name: str, f: Callable) -> Callable:
    """An exact function that refuses where it has no rational value."""

    def function(*arguments):
        value = f(*map(as_rational, arguments))
        if value is None:
            raise NotRational(f"{name}({', '.join(map(str, arguments))}) is not rational")
        return value

    return function


@cache
def exact() -> Arithmetic:
    """The rationals, `flint.fmpq`, and the elements of a number field that are not rational."""
    column = {name: _rational(name, f) for name, f in _column("exact").items()}
    return Arithmetic("exact", _exact, _elementwise(column), object)


@cache
def ball() -> Arithmetic:
    """Real balls, `flint.arb`, at the precision of the context."""
    return Arithmetic("ball", _ball, _elementwise(_column("ball")), object)


@cache
def multiprecision() -> Arithmetic:
    """mpmath numbers at the working precision of the context."""
    return Arithmetic("mp", _mpf, _elementwise(_column("multiprecision")), object)


@cache
def floating() -> Arithmetic:
    """NumPy float64."""
    return Arithmetic("float", _float, _column("floating"), float)


def matmul(arithmetic: Arithmetic, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product of two 2-d arrays of `arithmetic`."""
    matrix = {"ball": arb_mat, "exact": fmpq_mat}.get(arithmetic.name)
    if matrix is None or (matrix is fmpq_mat and any(isinstance(x, Algebraic) for x in (*a.flat, *b.flat))):
        return a @ b
    product = np.empty((len(a), b.shape[1]), dtype=object)
    product.ravel()[:] = (matrix(*a.shape, a.ravel().tolist()) * matrix(*b.shape, b.ravel().tolist())).entries()
    return product
