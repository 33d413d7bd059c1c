"""Where closed forms are evaluated: rationals, balls, mpmath, float64, integers modulo a prime."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod

import numpy as np


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
        "scaled_bessel": (
            lambda l, x: (-x).exp() * (x * x / 4).hypgeom_0f1(arb(2 * l + 3) / 2) / factorial2(2 * l + 1),
            2,
        ),
        "scaled_kummer": (lambda a, b, z: (-z).exp() * z.hypgeom_1f1(a, b), 3),
    }
    return Arithmetic("ball", lambda p, q: arb(p) / q, _lifted(functions) | {"pi": arb.pi}, object)


@cache
def multiprecision() -> Arithmetic:
    """mpmath numbers at the working precision of the context."""
    import mpmath

    names = "exp log sin cos tan sinh cosh tanh acos asin atan gamma erf sqrt".split()
    functions = {name: (getattr(mpmath, name), 1) for name in names}
    functions |= {
        "power": (lambda x, e: mpmath.mpf(x) ** e, 2),
        "hyp0f1": (mpmath.hyp0f1, 2),
        "hyp1f1": (mpmath.hyp1f1, 3),
    }
    functions |= {
        "ramp": (lambda x: max(x, mpmath.mpf(0)), 1),
        "step": (lambda x: mpmath.mpf(x > 0), 1),
        "scaled_bessel": (
            lambda l, x: mpmath.exp(-x) * mpmath.hyp0f1(l + mpmath.mpf(1.5), x**2 / 4) / factorial2(2 * l + 1),
            2,
        ),
        "scaled_kummer": (lambda a, b, z: mpmath.exp(-z) * mpmath.hyp1f1(a, b, z), 3),
    }
    return Arithmetic(
        "mp", lambda p, q: mpmath.mpf(int(p)) / int(q), _lifted(functions) | {"pi": lambda: +mpmath.pi}, object
    )


@cache
def floating() -> Arithmetic:
    """NumPy float64."""
    from scipy import special

    functions = {name: getattr(np, name) for name in "exp log sin cos tan sinh cosh tanh sqrt".split()}
    functions |= {"acos": np.arccos, "asin": np.arcsin, "atan": np.arctan, "power": np.power}
    functions |= {
        "gamma": special.gamma,
        "erf": special.erf,
        "hyp0f1": special.hyp0f1,
        "hyp1f1": special.hyp1f1,
        "pi": lambda: np.pi,
    }
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


@lru_cache(maxsize=16)
def modular(prime: int) -> Arithmetic:
    """The integers modulo `prime`, `flint.nmod`; a denominator that `prime` divides raises ZeroDivisionError."""
    from flint import fmpq, nmod

    def number(p, q):
        return nmod(int(p), prime) / nmod(int(q), prime)

    def power(x, e):
        e = fmpq(e) if isinstance(e, int) else e
        if not isinstance(x, nmod) or not isinstance(e, fmpq) or e.q != 1:
            raise NotRational("a power that is not rational")
        return x ** int(e.p)

    return Arithmetic(f"modulo {prime}", number, {"power": np.frompyfunc(power, 2, 1)}, object)
