"""Numbers without a short closed form, as symbols whose values every arithmetic computes for itself.

Law: a value in balls encloses the number defined here; the mpmath value is computed anew, not read off the balls.
"""

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache

from sympy import Expr, Symbol

from symsens.errors import UndecidedError
from symsens.forms.arithmetics import Arithmetic, NotRational, ball, multiprecision
from symsens.forms.compile import program

EXTRA_BITS = 4000


class _Constants:
    """Shared by the constants below: a value per symbol in any arithmetic, cached by precision."""

    @cached_property
    def _hash(self) -> int:
        return hash(tuple(vars(self)[field.name] for field in fields(self)))

    def __hash__(self):
        return self._hash

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols, in the order of the values."""
        raise NotImplementedError

    def values(self, arithmetic: Arithmetic) -> tuple:
        """Values at the precision of the context.

        Raises
        ------
        NotRational
            In exact arithmetics.
        """
        import flint
        import mpmath

        if arithmetic.name not in ("ball", "mp", "float"):
            raise NotRational(f"{self.meaning}: not rational")
        if arithmetic.name == "float":
            return _values(self, "float", 53)
        return _values(self, arithmetic.name, flint.ctx.prec if arithmetic.name == "ball" else mpmath.mp.prec)


@lru_cache(maxsize=256)
def _values(constants: _Constants, name: str, prec: int) -> tuple:
    if name in ("mp", "float"):
        import mpmath

        with mpmath.workprec(prec + constants.guard_bits):
            numbers = constants._multiprecision()
        with mpmath.workprec(prec):
            return tuple(map(float if name == "float" else mpmath.mpf, numbers))
    import flint

    extra = constants.guard_bits
    while extra <= EXTRA_BITS:
        with flint.ctx.workprec(prec + extra):
            balls = constants._balls()
        if balls is not None and all(x.is_zero() or x.rel_accuracy_bits() >= prec for x in balls):
            with flint.ctx.workprec(prec):
                return tuple(+x for x in balls)
        extra *= 2
    raise UndecidedError(
        f"{constants.meaning}: no enclosure of {prec} bits with {prec + EXTRA_BITS} bits of work: lower n_max"
    )


@dataclass(frozen=True)
class InverseRoot(_Constants):
    """S^(-1/2), symmetric (Loewdin), of a positive definite matrix S of constant closed forms.

    Attributes
    ----------
    name : the symbols are ``name_ij``.
    matrix : rows of SymPy constants.
    """

    name: str
    matrix: tuple[tuple[Expr, ...], ...]
    guard_bits = 128
    __hash__ = _Constants.__hash__  # matrices of long expressions: hashed once

    @property
    def meaning(self) -> str:
        """One line for formulas."""
        return f"{self.name} = S^(-1/2), S the {len(self.matrix)} x {len(self.matrix)} overlap of the radial functions"

    @cached_property
    def symbols(self):
        n = len(self.matrix)
        return tuple(
            Symbol(f"{self.name}_{i}{j}" if n < 11 else f"{self.name}_{i},{j}", real=True)
            for i in range(n)
            for j in range(n)
        )

    @cached_property
    def rows(self) -> tuple[tuple[Symbol, ...], ...]:
        """The symbols, row by row."""
        n = len(self.matrix)
        return tuple(self.symbols[i * n : (i + 1) * n] for i in range(n))

    def _entries(self, arithmetic):
        return program((), tuple(x for row in self.matrix for x in row))(arithmetic, ())

    def _multiprecision(self):
        import mpmath

        n, entries = len(self.matrix), self._entries(multiprecision())
        matrix = mpmath.matrix([entries[i * n : (i + 1) * n] for i in range(n)])
        values, vectors = mpmath.eigsy(mpmath.matrix(n, n) + matrix)
        root = vectors * mpmath.diag([1 / mpmath.sqrt(v) for v in values]) * vectors.T
        return [root[i, j] for i in range(n) for j in range(n)]

    def _balls(self):
        from flint import acb_mat, arb, arb_mat

        n = len(self.matrix)
        # A symmetric matrix with simple eigenvalues: S^(-1/2) = sum_i v_i v_i^T / (sqrt(lambda_i) v_i^T v_i). The balls
        # of `eig` are rigorous; the exact eigenvalues are real, being those of a real symmetric matrix.
        try:
            values, right = acb_mat(arb_mat(n, n, [arb(x) for x in self._entries(ball())])).eig(right=True)
        except ValueError:  # eigenvalues not yet isolated at this precision
            return None
        vectors = [[right[k, i] for k in range(n)] for i in range(n)]
        norms = [sum((x * x for x in v), start=v[0] * 0) * value.sqrt() for v, value in zip(vectors, values)]
        return [
            sum((v[a] * v[b] / norm for v, norm in zip(vectors, norms)), start=vectors[0][0] * 0).real
            for a in range(n)
            for b in range(n)
        ]


@dataclass(frozen=True)
class FittedCholesky(_Constants):
    """T^T, T = C^-1 L, S = L L^T (Cholesky, L lower triangular): `fit` is C, `matrix` S, as rows of SymPy constants."""

    fit: tuple[tuple[Expr, ...], ...]
    matrix: tuple[tuple[Expr, ...], ...]
    guard_bits = 128
    __hash__ = _Constants.__hash__  # matrices of long expressions: hashed once
    meaning = "T = C^-1 L, S = L L^T, the orthonormalisation of the shells"

    @cached_property
    def rows(self):
        n = len(self.fit)
        return tuple(
            tuple(Symbol(f"T_{k}{i}" if n < 11 else f"T_{k},{i}", real=True) for k in range(n)) for i in range(n)
        )

    @cached_property
    def symbols(self):
        return tuple(symbol for row in self.rows for symbol in row)

    def _entries(self, arithmetic):
        forms = tuple(x for matrix in (self.fit, self.matrix) for row in matrix for x in row)
        flat = program((), forms)(arithmetic, ())
        return flat[: len(flat) // 2], flat[len(flat) // 2 :]

    def _multiprecision(self):
        import mpmath

        n = len(self.fit)
        fit, overlap = (
            mpmath.matrix([part[i * n : (i + 1) * n] for i in range(n)]) for part in self._entries(multiprecision())
        )
        T = mpmath.inverse(fit) * mpmath.cholesky(overlap)
        return [T[k, i] for i in range(n) for k in range(n)]

    def _balls(self):
        from flint import arb, arb_mat

        n = len(self.fit)
        fit, overlap = ([arb(x) for x in part] for part in self._entries(ball()))
        L = [[arb(0)] * n for _ in range(n)]
        for i in range(n):
            for j in range(i + 1):
                rest = overlap[i * n + j] - sum((L[i][k] * L[j][k] for k in range(j)), arb(0))
                if i == j and not rest > 0:
                    return None
                L[i][j] = rest.sqrt() if i == j else rest / L[j][j]
        try:
            T = arb_mat(n, n, fit).solve(arb_mat(L))
        except ZeroDivisionError:
            return None
        return [T[k, i] for i in range(n) for k in range(n)]


@dataclass(frozen=True)
class BesselRoots(_Constants):
    """The first `count` positive zeros of the spherical Bessel functions j_l, l = 0..l_max (z_0n = n pi).

    An enclosure proves, by a change of sign, that it contains a zero; that it is the n-th is mpmath's word.
    """

    l_max: int
    count: int
    guard_bits = 64
    meaning = "z_ln = n-th positive zero of the spherical Bessel function j_l"

    @property
    def symbols(self):
        return tuple(
            Symbol(f"z_{l}{n}" if self.count < 10 else f"z_{l},{n}", positive=True)
            for l in range(self.l_max + 1)
            for n in range(1, self.count + 1)
        )

    def _multiprecision(self):
        import mpmath

        half = mpmath.mpf(1) / 2
        with mpmath.extraprec(60):  # besseljzero loses a few digits
            return [mpmath.besseljzero(l + half, n) for l in range(self.l_max + 1) for n in range(1, self.count + 1)]

    def _balls(self):
        import mpmath
        from flint import arb, ctx, fmpz

        with mpmath.workprec(ctx.prec):
            numbers = self._multiprecision()
        out = []
        for i, number in enumerate(numbers):
            _, mantissa, exponent, _ = number._mpf_
            middle = arb(fmpz(int(mantissa))) * arb(2) ** int(exponent)
            width = abs(middle) * arb(2) ** (20 - ctx.prec)
            low, high = (middle - width).mid(), (middle + width).mid()  # points: the series amplifies a radius
            with ctx.workprec(ctx.prec + 4 * int(number) + 64):  # the series for J cancels at large arguments
                order = arb(2 * (i // self.count) + 1) / 2
                if not (low.bessel_j(order) * high.bessel_j(order) < 0):
                    return None
            out.append(low.union(high))
        return out
