"""Functions that SymPy lacks or that overflow where what is wanted does not; each differentiates to functions named here."""

from sympy import Function, Integer, Rational, besseli, exp, factorial2, pi, sqrt


class ramp(Function):
    """max(x, 0): continuous; its derivative is `step`."""

    nargs = 1

    @classmethod
    def eval(cls, x):
        """Decided where the sign of x is."""
        return x if x.is_nonnegative else Integer(0) if x.is_nonpositive else None

    def fdiff(self, argindex=1):
        return step(self.args[0])

    def _latex(self, printer):
        return rf"\left({printer._print(self.args[0])}\right)_{{+}}"


class step(Function):
    """1 for x > 0, 0 for x < 0; where the sign of a ball is open, the ball [0, 1]. A structure with x = 0 is to be refused."""

    nargs = 1

    @classmethod
    def eval(cls, x):
        """Decided where the sign of x is."""
        return Integer(1) if x.is_positive else Integer(0) if x.is_negative else None

    def fdiff(self, argindex=1):
        return Integer(0)

    def _latex(self, printer):
        return rf"\theta\left({printer._print(self.args[0])}\right)"


class scaled_bessel(Function):
    """e^-x i_l(x) / x^l, x >= 0, i_l the modified spherical Bessel function: 1/(2l+1)!! at 0, never large.

    d/dx = x e^-x i_(l+1)(x) / x^(l+1) - e^-x i_l(x) / x^l.
    """

    nargs = 2

    @classmethod
    def eval(cls, l, x):  # noqa: E741  (the field's letter)
        """Decided at 0."""
        return 1 / factorial2(2 * l + 1) if x.is_zero else None

    def fdiff(self, argindex=2):
        l, x = self.args  # noqa: E741
        return x * scaled_bessel(l + 1, x) - self

    def _eval_rewrite_as_besseli(self, l, x, **hints):  # noqa: E741
        return exp(-x) * sqrt(pi / (2 * x)) * besseli(l + Rational(1, 2), x) / x**l

    def _eval_evalf(self, prec):
        return self.rewrite(besseli)._eval_evalf(prec)

    def _latex(self, printer):
        l, x = map(printer._print, self.args)  # noqa: E741
        return rf"e^{{-{x}}} i_{{{l}}}\left({x}\right) \left({x}\right)^{{-{l}}}"
