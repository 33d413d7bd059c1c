"""Arithmetic modulo a prime: where only a lower bound of a rank is wanted, exact numbers need not be large."""

from functools import lru_cache

import numpy as np

from symsens.features.compile import Arithmetic, NotRational


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
