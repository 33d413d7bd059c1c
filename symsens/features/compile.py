"""SymPy closed forms as vectorised functions: one source text, run in each arithmetic.

Law: rationals are printed through the target field (``Q(p, q)``), so that no arithmetic ever sees another's rounding, and
nothing but the functions listed in an `Arithmetic` can be called. An arithmetic that has no such function (`exp` over QQ)
refuses with `NotRational`.

Arrays are NumPy arrays of float64, or of objects (`flint.fmpq`, `flint.arb`, `mpmath.mpf`). Precision is that of the context
in which the function runs; nothing computed at one precision is kept for another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import prod

import numpy as np
from sympy import Add, E, Expr, Integer, Mul, Pow, Rational, Symbol, cse, pi
from sympy.core.function import AppliedUndef, Function
from sympy.functions.special.hyper import hyper

from symsens.features.special import by_recurrence

_LARGE = 2**53  # larger integer literals go through the field: NumPy would make them floats or overflow


class NotRational(ArithmeticError):
    """A closed form has no rational value at this point, or uses a function that the rationals do not have."""


@dataclass(frozen=True)
class Arithmetic:
    """Where a closed form is evaluated.

    Attributes
    ----------
    name : "exact", "ball", "mp" or "float".
    number : (p, q) -> the element p/q, for integers p, q.
    functions : vectorised functions by their SymPy names, `sqrt`, `power` and `pi` (a function of nothing) included.
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


def factorial2(n: int) -> int:
    """n!! for odd n."""
    return prod(range(1, n + 1, 2))


def _lifted(functions: dict) -> dict:
    return {name: np.frompyfunc(f, arity, 1) for name, (f, arity) in functions.items()}


@cache
def exact() -> Arithmetic:
    """The rationals, `flint.fmpq`."""
    from flint import fmpq

    def root(x):
        x = fmpq(x)
        p, q = x.p, x.q
        if p < 0 or p.isqrt() ** 2 != p or q.isqrt() ** 2 != q:
            raise NotRational(f"sqrt({x}) is not rational")
        return fmpq(p.isqrt(), q.isqrt())

    def power(x, e):
        e = fmpq(e)
        if e.q != 1:
            raise NotRational(f"{x}^({e}) is not rational")
        return fmpq(x) ** int(e.p)

    return Arithmetic("exact", fmpq, _lifted({"sqrt": (root, 1), "power": (power, 2), "Abs": (abs, 1)}), object)


@cache
def ball() -> Arithmetic:
    """Real balls, `flint.arb`, at the precision of the context."""
    from flint import arb

    names = "exp log sin cos tan sinh cosh tanh acos asin atan gamma erf".split()
    functions = {name: ((lambda method: lambda x: method(arb(x)))(getattr(arb, name)), 1) for name in names}
    functions |= {
        "sqrt": (lambda x: arb(x).sqrt(), 1),
        "Abs": (abs, 1),
        "power": (lambda x, e: arb(x) ** e, 2),
        "hyp0f1": (lambda b, z: arb(z).hypgeom_0f1(b), 2),
        "hyp1f1": (lambda a, b, z: arb(z).hypgeom_1f1(a, b), 3),
        "ramp": (lambda x: arb(x).max(0), 1),
        "step": (lambda x: arb(1) if x > 0 else arb(0) if x < 0 else arb(0).union(1), 1),
        "scaled_bessel": (lambda l, x: (-x).exp() * (x * x / 4).hypgeom_0f1(arb(2 * l + 3) / 2) / factorial2(2 * l + 1), 2),
        "scaled_kummer": (lambda a, b, z: (-z).exp() * z.hypgeom_1f1(a, b), 3),
    }
    return Arithmetic("ball", lambda p, q: arb(p) / q, _lifted(functions) | {"pi": arb.pi}, object)


@cache
def multiprecision() -> Arithmetic:
    """mpmath numbers at the working precision of the context."""
    import mpmath

    names = "exp log sin cos tan sinh cosh tanh acos asin atan gamma erf sqrt".split()
    functions = {name: (getattr(mpmath, name), 1) for name in names}
    functions |= {"power": (lambda x, e: mpmath.mpf(x) ** e, 2), "hyp0f1": (mpmath.hyp0f1, 2), "hyp1f1": (mpmath.hyp1f1, 3)}
    functions |= {
        "ramp": (lambda x: max(x, mpmath.mpf(0)), 1),
        "step": (lambda x: mpmath.mpf(x > 0), 1),
        "scaled_bessel": (lambda l, x: mpmath.exp(-x) * mpmath.hyp0f1(l + mpmath.mpf(1.5), x**2 / 4) / factorial2(2 * l + 1), 2),
        "scaled_kummer": (lambda a, b, z: mpmath.exp(-z) * mpmath.hyp1f1(a, b, z), 3),
    }
    return Arithmetic("mp", lambda p, q: mpmath.mpf(int(p)) / int(q), _lifted(functions) | {"pi": lambda: +mpmath.pi}, object)


@cache
def floating() -> Arithmetic:
    """NumPy float64."""
    from scipy import special

    functions = {name: getattr(np, name) for name in "exp log sin cos tan sinh cosh tanh sqrt".split()}
    functions |= {"acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "power": np.power}
    functions |= {"gamma": special.gamma, "erf": special.erf, "hyp0f1": special.hyp0f1, "hyp1f1": special.hyp1f1, "pi": lambda: np.pi}
    functions |= {"ramp": lambda x: np.maximum(x, 0.0), "step": lambda x: np.greater(x, 0.0).astype(float)}

    def scaled_bessel(l, x):  # noqa: E741
        low, high = np.minimum(x, 1.0), np.maximum(x, 1.0)  # ive and x^l underflow at small x
        small = np.exp(-low) * special.hyp0f1(l + 1.5, low**2 / 4) / factorial2(2 * l + 1)
        return np.where(x < 1.0, small, special.ive(l + 0.5, high) * np.sqrt(np.pi / (2 * high)) / high**l)

    functions["scaled_bessel"] = scaled_bessel
    functions["scaled_kummer"] = lambda a, b, z: special.hyp1f1(b - a, b, -z)
    return Arithmetic("float", lambda p, q: int(p) / int(q), functions, float)


def matmul(arithmetic: Arithmetic, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product of two 2-d arrays of `arithmetic`."""
    if arithmetic.name != "ball":
        return a @ b
    from flint import arb_mat

    product = np.empty((len(a), b.shape[1]), dtype=object)
    product.ravel()[:] = (arb_mat(*a.shape, a.ravel().tolist()) * arb_mat(*b.shape, b.ravel().tolist())).entries()
    return product


def _multiplied(n: int) -> str:
    """y^n, n >= 1, as products of y."""
    if n == 1:
        return "y"
    return f"({_multiplied(n - 1)} * y)" if n % 2 else f"(lambda y: y * y)({_multiplied(n // 2)})"


def _code(expr: Expr, names: dict) -> str:
    """Python source of `expr` that calls only `Q` and the functions of an `Arithmetic`."""
    if isinstance(expr, Symbol):
        return names[expr]
    if isinstance(expr, Integer):
        return f"({expr})" if abs(expr) < _LARGE else f"Q({expr}, 1)"
    if isinstance(expr, Rational):
        return f"Q({expr.p}, {expr.q})"
    if expr == pi:
        return "pi()"
    if expr == E:
        return "exp(Q(1, 1))"
    if isinstance(expr, Add):
        return "(" + " + ".join(_code(term, names) for term in expr.args) + ")"
    if isinstance(expr, Mul):
        return "(" + " * ".join(_code(factor, names) for factor in expr.args) + ")"
    if isinstance(expr, Pow):
        base, exponent = expr.args
        if isinstance(exponent, Integer) and not base.is_Integer:
            # By multiplication: FLINT's power of a ball with midpoint exactly 0 is nan.
            return f"(lambda y: {_multiplied(int(exponent))})({_code(base, names)})" if exponent > 1 else f"({_code(base, names)} ** ({exponent}))"
        if isinstance(exponent, Rational) and exponent.q == 2:
            root = f"sqrt({_code(base, names)})"
            return root if exponent.p == 1 else f"({root} ** ({exponent.p}))"
        return f"power({_code(base, names)}, {_code(exponent, names)})"
    if isinstance(expr, hyper) and len(expr.ap) <= len(expr.bq) == 1:
        return f"hyp{len(expr.ap)}f1(" + ", ".join(_code(a, names) for a in (*expr.ap, *expr.bq, expr.argument)) + ")"
    if isinstance(expr, Function) and not isinstance(expr, AppliedUndef):
        return f"{expr.func.__name__}(" + ", ".join(_code(a, names) for a in expr.args) + ")"
    raise TypeError(f"a closed form cannot contain {expr} ({type(expr).__name__})")


class Program:
    """Closed forms with a common argument list, compiled once (common subexpressions shared) for every arithmetic."""

    def __init__(self, arguments: tuple[Symbol, ...], exprs: tuple[Expr, ...]):
        definitions, exprs = by_recurrence(exprs)
        shared, reduced = cse([value for _, value in definitions] + exprs, order="none")
        waiting = dict(shared) | {symbol: value for (symbol, _), value in zip(definitions, reduced)}
        reduced = reduced[len(definitions) :]
        names = {symbol: f"a{i}" for i, symbol in enumerate(arguments)}
        lines = []

        def write(expr):
            """The lines for what `expr` needs."""
            for symbol in expr.free_symbols & waiting.keys():
                if symbol in waiting:
                    value = waiting.pop(symbol)
                    write(value)
                    names[symbol] = f"x{len(lines)}"
                    lines.append(f"{names[symbol]} = {_code(value, names)}")

        for expr in reduced:
            write(expr)
        results = ", ".join(_code(expr, names) for expr in reduced)
        head = f"def forms({', '.join(names[symbol] for symbol in arguments)}):"
        # The text comes from SymPy objects that this package built; no user's text reaches it.
        self._code = compile("\n    ".join([head, *lines, f"return [{results}]"]), "<closed form>", "exec")
        self._functions = {}

    def __call__(self, arithmetic: Arithmetic, arguments) -> list:
        """Values of the forms at `arguments` (arrays or scalars of `arithmetic`): a list of arrays, or of scalars where constant."""
        if arithmetic.name not in self._functions:
            scope = {**arithmetic.functions, "Q": arithmetic.number, "__builtins__": {}}
            exec(self._code, scope)
            self._functions[arithmetic.name] = scope["forms"]
        try:
            return self._functions[arithmetic.name](*arguments)
        except NameError as error:
            raise NotRational(f"{error.name} has no value in {arithmetic.name} arithmetic") from None


@cache
def program(arguments: tuple[Symbol, ...], exprs: tuple[Expr, ...]) -> Program:
    """The compiled closed forms, cached."""
    return Program(arguments, exprs)


def constant_value(expr: Expr, arithmetic: Arithmetic):
    """A constant closed form, e.g. sqrt(2)*pi/3, as an element of `arithmetic`."""
    if isinstance(expr, Rational):
        return arithmetic.number(expr.p, expr.q)
    (value,) = program((), (expr,))(arithmetic, ())
    return value
