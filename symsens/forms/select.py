"""Which tuples of an environment a descriptor sums over, and where it is not smooth: decided, never by a tolerance.

Law: a tuple counts where every condition of its block is positive; one that is exactly zero refuses the structure by
name. A rational condition is decided in exact arithmetic. One that is not (a threshold like sqrt(ln 10)) is decided by
balls at rising precision: these prove a sign but never a zero, so a value that stays within reach of 0 is undecided.
"""

from functools import cache

import numpy as np

from symsens.errors import NotSmoothError, UndecidedError
from symsens.forms.arithmetics import Arithmetic, NotRational, ball, exact
from symsens.forms.blocks import Condition, invariants
from symsens.forms.compile import program
from symsens.forms.layouts import Layout
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.rows.tuples import components, product_tuples

SIGN_BITS = (64, 256, 1024, 4096)  # of the balls that decide the sign of an irrational condition


def arguments(env: Environment, at: np.ndarray, arithmetic: Arithmetic) -> list[np.ndarray]:
    """The invariants of the tuples `at`, one array per component."""
    gram, scale, rows = env.gram, env.gram_scale, at.tolist()
    return [arithmetic.array([(gram[t[a]][t[b]], scale) for t in rows]) for a, b in components(at.shape[1])]


@cache
def _compiled_condition(condition: Condition):
    return program(invariants(condition.arity), (condition.expr,))


def condition_values(condition: Condition, env: Environment, at: np.ndarray, arithmetic: Arithmetic) -> list:
    """`condition` on each of the tuples `at`."""
    (value,) = _compiled_condition(condition)(arithmetic, arguments(env, at, arithmetic))
    return value if isinstance(value, np.ndarray) else [value] * len(at)


class Signs:
    """Exact signs of conditions on the neighbours and pairs of one environment, each computed once."""

    def __init__(self, env: Environment, labels: np.ndarray, name: str):
        self.env, self.labels, self.name, self.known = env, labels, name, {}

    def filter(self, tuples: np.ndarray, condition: Condition) -> np.ndarray:
        """The tuples to which `condition` lets contribute; raises `NotSmoothError` where it is exactly zero."""
        for places in condition.choices(tuples.shape[1]):
            at = tuples[:, [a - 1 for a in places]]
            signs = self.of(at, condition)
            if condition.inside:
                # What lies outside by another place already does not matter, so zeros are looked at after filtering.
                tuples, at, signs = tuples[signs >= 0], at[signs >= 0], signs[signs >= 0]
            if not signs.all():
                where = f"{self.names(at[np.argmin(np.abs(signs))])}: {condition.where}"
                why = f"{self.name} is not differentiable at this structure: {where}"
                raise NotSmoothError(f"{why}: move the atom or change the parameter")
        return tuples

    def of(self, at: np.ndarray, condition: Condition) -> np.ndarray:
        """-1, 0 or 1 for each of the tuples `at`."""
        table = self.known.setdefault(condition, {})
        keys, base = np.zeros(len(at), dtype=np.int64), int(self.labels.max(initial=0)) + 1
        for a, b in components(at.shape[1])[at.shape[1] :] or components(at.shape[1]):
            keys = keys * base + self.labels[at[:, a], at[:, b]]
        fresh = [i for key, i in zip(*map(np.ndarray.tolist, np.unique(keys, return_index=True))) if key not in table]
        if fresh:
            try:
                values = condition_values(condition, self.env, at[fresh], exact())
                table.update((int(keys[i]), (v > 0) - (v < 0)) for i, v in zip(fresh, values))
            except NotRational:
                table.update((int(keys[i]), self._irrational_sign(condition, at[i])) for i in fresh)
        return np.array([table[key] for key in keys.tolist()], dtype=np.int64)

    def _irrational_sign(self, condition: Condition, where: np.ndarray) -> int:
        """The sign of a condition on one tuple: exactly if its value is rational, else by balls that exclude 0."""
        from flint import ctx

        try:
            (value,) = condition_values(condition, self.env, where[None], exact())
            return (value > 0) - (value < 0)
        except NotRational:
            pass
        for prec in SIGN_BITS:
            with ctx.workprec(prec):
                (value,) = condition_values(condition, self.env, where[None], ball())
                if value > 0 or value < 0:
                    return 1 if value > 0 else -1
        raise UndecidedError(
            f"{self.name}: {self.names(where)}: {condition.where}, or beside it: {condition.expr} is within "
            f"{(2 * abs(value)).upper().str(2, radius=False)} of 0, and {prec} bits do not show on which side: move "
            "the atom"
        )

    def names(self, where: np.ndarray) -> str:
        """The atoms of one tuple, for messages."""
        atoms = [str(self.env.atoms[j]) for j in dict.fromkeys(where.tolist())]
        which = "atom " + atoms[0] if len(atoms) == 1 else "atoms " + ", ".join(atoms[:-1]) + " and " + atoms[-1]
        return f"{which} of {self.env.source or self.env.formula}"


def selected_tuples(env: Environment, plan: Layout, labels: np.ndarray, signs: Signs | None = None) -> list[np.ndarray]:
    """The tuples of every block, an empty one for order 0; `signs` decides the conditions, by default exactly."""
    signs, found = signs or Signs(env, labels, plan.name), []
    species = {z for block in plan.blocks for z in block.channel}
    members = {z: np.array([j for j in range(env.n) if env.species[j] == z], dtype=np.int64) for z in species}
    inside = {}
    for block in plan.blocks:
        if not block.nu:
            found.append(np.zeros((1, 0), dtype=np.int64))
            continue
        choices = []
        single = tuple(c for c in block.conditions if c.arity == 1 and c.places is None)
        for z in block.channel:
            if (z, single) not in inside:
                at = members[z][:, None]
                for condition in single:
                    at = signs.filter(at, condition)
                inside[z, single] = at[:, 0]
            choices.append(inside[z, single])
        tuples = product_tuples(choices, block.distinct)
        for condition in block.conditions:
            if condition not in single:
                tuples = signs.filter(tuples, condition)
        found.append(tuples)
    return found


def contributing_rows(env: Environment, plan: Layout) -> set[int]:
    """The features to which any tuple of the environment contributes; constants are none."""
    tuples = selected_tuples(env, plan, pair_labels(env))
    counting = [rows for block, rows, found in zip(plan.blocks, plan.rows, tuples) if block.nu and len(found)]
    return {row for rows in counting for row in rows.tolist()}
