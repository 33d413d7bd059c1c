"""SymPy closed forms as the expression trees of a certificate.

Law: a tree says what the form says, or nothing: what the checker does not know is refused by name.
"""

from sympy import Add, Expr, Mul, Rational, Symbol

from symsens.errors import InputError
from symsens.forms.blocks import Block, Condition, invariants, place_invariant
from symsens.forms.constants import FittedCholesky, InverseRoot
from symsens.forms.functions import applied


class TreeWriter:
    """SymPy closed forms as expression trees; definitions and constant matrices collected on the way."""

    def __init__(self, name: str, constants):
        self.name, self.definitions, self.constants, self.leaves = name, [], [], {}
        for constant in constants:
            if not isinstance(constant, InverseRoot | FittedCholesky):
                raise InputError(f"{name}: no certificate can hold {constant.meaning} yet")
            turned, m = isinstance(constant, FittedCholesky), len(self.constants)
            left = [[self.tree(x) for x in row] for row in constant.fit] if turned else None
            self.constants.append({"left": left, "matrix": [[self.tree(x) for x in row] for row in constant.matrix]})
            for i, row in enumerate(constant.rows):
                self.leaves |= {symbol: ["const", m, *((j, i) if turned else (i, j))] for j, symbol in enumerate(row)}

    def define(self, shared) -> None:
        """Write common subexpressions once, (symbol, form) in order; later trees refer to them."""
        for symbol, form in shared:
            self.definitions.append(self.tree(form))
            self.leaves[symbol] = ["def", len(self.definitions) - 1]

    def tree(self, form: Expr) -> list:
        """The tree of one form.

        Raises
        ------
        InputError
            It holds a function that no certificate can hold.
        """
        if form in self.leaves:
            return self.leaves[form]
        if isinstance(form, Symbol):
            kind, places = form.name.split("_")
            return [kind, *map(int, places)]
        if isinstance(form, Rational):
            return ["num", str(form)]
        if isinstance(form, Add | Mul):
            return ["+" if isinstance(form, Add) else "*", *map(self.tree, form.args)]
        row, arguments = applied(form) or (None, ())
        written = row and row.written(self.tree, arguments)
        if not written:
            what = row.name if row else type(form).__name__
            raise InputError(f"{self.name}: no certificate can hold the function {what} yet")
        return written

    def conditions(self, block: Block, inside: bool) -> list:
        """The trees of the conditions of a block that let tuples in (or that merely must not vanish)."""
        return [self.tree(form) for c in block.conditions if c.inside == inside for form in _placed(c, block.nu)]


def _placed(condition: Condition, nu: int):
    """A condition at each of the places of a tuple that it is about."""
    for places in condition.choices(nu):
        yield condition.expr.xreplace({t: place_invariant(t, places) for t in invariants(condition.arity)})
