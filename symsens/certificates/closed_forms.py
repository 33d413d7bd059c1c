"""Certificates for closed forms that are not polynomials: the trees, pivots and left inverse that the interval checker
wants.

Law: what is written here is evidence only; `symsens.checker.intervals` evaluates the trees anew and believes none of
it.
"""

from itertools import combinations

from flint import arb_mat, ctx
from sympy import (
    Add,
    Expr,
    Function,
    Mul,
    Pow,
    Rational,
    Symbol,
    cos as sympy_cos,
    cse,
    erf,
    exp,
    factorial2,
    log,
    pi,
    sin as sympy_sin,
    tanh,
)
from sympy.functions.special.hyper import hyper

from symsens.descriptors.base import Descriptor
from symsens.errors import InputError, UndecidedError
from symsens.forms.arithmetics import ball
from symsens.forms.blocks import Block, Condition
from symsens.forms.constants import FittedCholesky, InverseRoot
from symsens.forms.jacobian import ball_jacobian, cartesian_frame, midrad_jacobian
from symsens.forms.select import plan_of
from symsens.forms.special import ramp, scaled_bessel, scaled_kummer
from symsens.geometry.environment import Environment
from symsens.numbers.metric import IDENTITY
from symsens.numbers.rank import RankProof, prove_rank_at_least, prove_rank_at_least_arb
from symsens.rows.filtration import Filtration

SCHEMA = "symsens/closed-form-certificate/1"
_ONE_PLACE = {exp: "exp", log: "log", sympy_sin: "sin", sympy_cos: "cos", tanh: "tanh", erf: "erf", ramp: "ramp"}


class _Writer:
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
        for symbol, form in shared:
            self.definitions.append(self.tree(form))
            self.leaves[symbol] = ["def", len(self.definitions) - 1]

    def tree(self, form: Expr) -> list:
        if form in self.leaves:
            return self.leaves[form]
        if isinstance(form, Symbol):
            kind, places = form.name.split("_")
            return [kind, *map(int, places)]
        if isinstance(form, Rational):
            return ["num", str(form)]
        if form == pi:
            return ["pi"]
        if isinstance(form, Add | Mul):
            return ["+" if isinstance(form, Add) else "*", *map(self.tree, form.args)]
        if isinstance(form, Pow) and isinstance(form.exp, Rational):
            return ["^", self.tree(form.base), str(form.exp)]
        if type(form) in _ONE_PLACE:
            return [_ONE_PLACE[type(form)], self.tree(form.args[0])]
        if isinstance(form, exp) or form.is_Pow and form.base == exp(1):
            return ["exp", self.tree(form.exp)]
        if isinstance(form, hyper):
            return ["hyper", [str(a) for a in form.ap], [str(b) for b in form.bq], self.tree(form.argument)]
        if isinstance(form, scaled_bessel):  # e^-x i_l(x) / x^l = e^-x 0F1(; l + 3/2; x^2/4) / (2l + 1)!!
            l, x = form.args  # noqa: E741
            series = ["hyper", [], [str(l + Rational(3, 2))], ["*", ["num", "1/4"], ["^", self.tree(x), "2"]]]
            return ["*", ["num", str(1 / factorial2(2 * l + 1))], ["exp", ["*", ["num", "-1"], self.tree(x)]], series]
        if isinstance(form, scaled_kummer):  # e^-z 1F1(a; b; z)
            a, b, z = form.args
            return ["*", ["exp", ["*", ["num", "-1"], self.tree(z)]], ["hyper", [str(a)], [str(b)], self.tree(z)]]
        what = form.func.__name__ if isinstance(form, Function) else type(form).__name__
        raise InputError(f"{self.name}: no certificate can hold the function {what} yet")

    def conditions(self, block: Block, inside: bool) -> list:
        return [self.tree(form) for c in block.conditions if c.inside == inside for form in _placed(c, block.nu)]


def _placed(condition: Condition, nu: int):
    """A condition at each of the places of a tuple that it is about."""
    from symsens.forms.blocks import invariants, place_invariant

    arity = condition.arity
    choices = [condition.places] if condition.places else combinations(range(1, nu + 1), arity)
    for places in choices:
        yield condition.expr.xreplace({t: place_invariant(t, places) for t in invariants(arity)})


def _pivots(env: Environment, descriptor: Descriptor, vary: str, rank: int) -> RankProof:
    """Rows, columns and left inverse of the Jacobian in frame coordinates: float64 if that is enough, otherwise
    balls."""
    if env.metric == IDENTITY:
        try:
            return prove_rank_at_least(midrad_jacobian(env, descriptor, vary=vary), rank)
        except UndecidedError:
            pass

    def in_frame(bits):
        with ctx.workprec(bits):
            jacobian, b = ball_jacobian(env, descriptor, bits, vary), cartesian_frame(env, ball())
            size = jacobian.ncols()
            return jacobian * arb_mat(
                size, size, [b[i % 3][j % 3] if i // 3 == j // 3 else 0 for i in range(size) for j in range(size)]
            )

    return prove_rank_at_least_arb(in_frame, rank)


def closed_form_certificate(env: Environment, filtration: Filtration, descriptor: Descriptor, above: dict) -> dict:
    """The certificate of a decided filtration whose last level rests on balls.

    Parameters
    ----------
    above : the certificate of the levels above the last (`symsens.certificates.exact.build_certificate`).

    Raises
    ------
    InputError
        The closed form contains a function that the interval checker does not know.
    """
    vary = "neighbours" if filtration.variables is None else "atoms"
    plan, rank = plan_of(env, descriptor), filtration.rank
    if rank not in (above["claims"]["rank"], len(plan.labels)):
        raise InputError(
            f"{descriptor.name}: rank {rank} is proved by more than the number of features and the levels above: no "
            "certificate can hold that yet"
        )
    proof = _pivots(env, descriptor, vary, rank)
    parts = {row: [] for row in proof.rows}
    for block, rows in zip(plan.blocks, plan.rows):
        for i, row in enumerate(rows.tolist()):
            if row in parts and block.nu:
                parts[row].append((block, block.scale * block.closed[i]))
    constants = dict.fromkeys(
        c for b in plan.blocks for family in b.families for c in (*family.constants, *family.mixing)
    )
    writer = _Writer(descriptor.name, constants)
    shared, reduced = cse([form for terms in parts.values() for _, form in terms], order="none")
    writer.define(shared)
    forms = iter(reduced)
    return {
        "schema": SCHEMA,
        "above": above,
        "descriptor": str(descriptor),
        "definitions": writer.definitions,
        "constants": writer.constants,
        "features": [
            {
                "label": plan.labels[row],
                "terms": [
                    {
                        "species": list(block.channel),
                        "distinct": block.distinct,
                        "form": writer.tree(next(forms)),
                        "inside": writer.conditions(block, True),
                        "regular": writer.conditions(block, False),
                    }
                    for block, _ in terms
                ],
            }
            for row, terms in parts.items()
        ],
        "complete": rank == len(plan.labels),
        "claims": {"rank": rank, "nullity": filtration.nullity, "radial_truncation": filtration["radial_truncation"]},
        "pivot_columns": list(proof.columns),
        "left_inverse": [[str(x) for x in row] for row in proof.W],
        "bits": 64
        + 2
        * max((max(x.numerator.bit_length(), x.denominator.bit_length()) for row in proof.W for x in row), default=53),
    }
