"""SymPy closed forms as vectorised functions: one source text, run in each arithmetic.

Law: rationals are printed through the target field (``Q(p, q)``), so that no arithmetic ever sees another's rounding,
and nothing but the functions listed in an `Arithmetic` can be called. An arithmetic that has no such function (`exp`
over QQ) refuses with `NotRational`.

Arrays are NumPy arrays of float64, or of objects (`flint.fmpq`, `flint.arb`, `mpmath.mpf`). Precision is that of the
context in which the function runs; nothing computed at one precision is kept for another.
"""

from functools import cache

from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol, cse
from sympy.core.function import AppliedUndef, Function

from symsens.forms.arithmetics import Arithmetic, NotRational
from symsens.forms.functions import applied
from symsens.forms.special import by_recurrence

_LARGE = 2**53  # larger integer literals go through the field: NumPy would make them floats or overflow


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
    if isinstance(expr, Add):
        return "(" + " + ".join(_code(term, names) for term in expr.args) + ")"
    if isinstance(expr, Mul):
        return "(" + " * ".join(_code(factor, names) for factor in expr.args) + ")"
    if isinstance(expr, Pow):
        base, exponent = expr.args
        if isinstance(exponent, Integer) and not base.is_Integer:
            if exponent > 1:  # by multiplication: FLINT's power of a ball with midpoint exactly 0 is nan
                return f"(lambda y: {_multiplied(int(exponent))})({_code(base, names)})"
            return f"({_code(base, names)} ** ({exponent}))"
        if isinstance(exponent, Rational) and exponent.q == 2:
            root = f"sqrt({_code(base, names)})"
            return root if exponent.p == 1 else f"({root} ** ({exponent.p}))"
    row, arguments = applied(expr) or (None, expr.args)
    if row is not None or isinstance(expr, Function) and not isinstance(expr, AppliedUndef):
        # A function without a row is written by its name, which every arithmetic then refuses.
        name = row.name if row is not None else expr.func.__name__
        return f"{name}(" + ", ".join(_code(x, names) for x in arguments) + ")"
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
        """Values of the forms at `arguments`, arrays or scalars of `arithmetic`: scalars where a form is constant."""
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
