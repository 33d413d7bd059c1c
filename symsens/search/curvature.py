"""Second derivatives of combined features on a box of environments, by Taylor polynomials of the tuple functions.

On a box no two tuples are one class. Combinations of features are formed before signs are lost: a coefficient of
``combined . phi`` is a sum of numbers of both signs.

Law: what is returned holds for every environment of the box, or the box is refused (`UndecidedError`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from flint import arb

from symsens.descriptors.base import Descriptor, plan_of
from symsens.errors import UndecidedError
from symsens.forms.arithmetics import ball
from symsens.forms.blocks import Condition, Family
from symsens.forms.compile import constant_value
from symsens.forms.layouts import Group, Layout, slot_components
from symsens.forms.select import Signs, arguments, condition_values, selected_tuples
from symsens.forms.taylor import Jet, Key, family_jets
from symsens.geometry.environment import Environment
from symsens.numbers.midrad import ETA, MidRad, gamma
from symsens.rows.tuples import components

ORDER = 3  # of the Taylor polynomials
MAX_CELLS = 2_000_000  # numbers in one array of terms x tuples


@dataclass(frozen=True)
class Box:
    """All environments in which no neighbour is farther than `radius` (Angstrom) from where it is in `env`.

    It stands for an environment where closed forms are evaluated in balls: ``gram[j][k]`` contains all x_j . x_k, as

        |(x + v) . (y + w) - x . y| <= radius (|x| + |y|) + radius^2.
    """

    env: Environment
    radius: Fraction
    gram_scale = 1

    @property
    def n(self) -> int:
        """The number of neighbours."""
        return self.env.n

    @property
    def species(self) -> tuple[str, ...]:
        """As in `env`."""
        return self.env.species

    @cached_property
    def gram(self) -> list[list[arb]]:
        """Balls for the dot products."""
        number, scale = ball().number, self.env.gram_scale
        rows = zip(self.env.gram, self.reach)
        return [[number(g, scale) + arb(0, reach) for g, reach in zip(*pair)] for pair in rows]

    @cached_property
    def reach(self) -> list[list[arb]]:
        """How far the dot products go from those of `env`."""
        rho = ball().number(self.radius.numerator, self.radius.denominator)
        r = [ball().number(row[j], self.env.gram_scale).sqrt() for j, row in enumerate(self.env.gram)]
        return [[rho * (a + b + rho) for b in r] for a in r]

    @property
    def labels(self) -> np.ndarray:
        """As `symsens.geometry.gram.pair_labels`: no two pairs are alike."""
        return np.arange(self.n**2).reshape(self.n, self.n)


class _Signs(Signs):
    """Signs of conditions that hold throughout a box."""

    def of(self, at: np.ndarray, condition: Condition) -> np.ndarray:
        """The box is refused where a sign may change in it."""
        values = condition_values(condition, self.env, at, ball())
        for where, value in zip(at, values):
            if not (value > 0 or value < 0):
                raise UndecidedError(f"{Signs(self.env.env, self.labels, self.name).names(where)}: {condition.where}")
        return np.array([1 if value > 0 else -1 for value in values], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Part:
    """The combined features as functions of some tuples.

    Attributes
    ----------
    tuples : (T, nu).
    coefficients : sorted components alpha -> (combinations, T) Taylor coefficients (`symsens.forms.taylor`).
    """

    tuples: np.ndarray
    coefficients: dict[Key, MidRad]


def expansion(box: Box, descriptor: Descriptor, combined: np.ndarray, order: int, least: int = 1) -> Iterator[Part]:
    """The features ``combined @ F`` as sums over tuples: Taylor coefficients on `box`, parts always in one order.

    Parameters
    ----------
    combined : (combinations, features) floats, exact as they stand.
    order, least : highest and lowest degree |alpha| wanted.

    Raises
    ------
    UndecidedError
        On the box a condition of the descriptor has no definite sign, or a closed form is not smooth or not finite.
    """
    plan = plan_of(box.env, descriptor)
    chosen = selected_tuples(box, plan, box.labels, _Signs(box, box.labels, plan.name))
    tables = _tables(box, plan, chosen, order)
    for job in plan.jobs:
        size = max(1, MAX_CELLS // max([1, *(len(group.phi) for group in job.groups)]))
        for b in job.blocks if job.nu else ():
            for start in range(0, len(chosen[b]), size):
                tuples, out = chosen[b][start : start + size], {}
                for group in job.groups:
                    weights = MidRad.from_floats(combined[:, plan.rows[b][group.phi]])
                    weights = weights * _factor(group, plan.blocks[b].scale)
                    for key, x in _terms(group, tuples, tables, order, least).coefficients.items():
                        x = weights @ x
                        out[key] = out[key] + x if key in out else x
                yield Part(tuples, out)


def _factor(group: Group, scale) -> MidRad:
    """Exact factors of the terms of a group, times that of their block."""
    exprs = [scale] * len(group.phi) if group.coefficients is None else [scale * c for c in group.coefficients]
    return MidRad.from_arb([constant_value(e, ball()) for e in exprs])


def _tables(box: Box, plan: Layout, chosen, order: int) -> dict[Family, tuple]:
    """Family -> (its jets on all places where it occurs, the column of each place in them)."""
    wanted = {}
    for job in plan.jobs:
        for b in job.blocks:
            for family, places in {slot for group in job.groups for slot in group.slots}:
                wanted.setdefault(family, []).append(chosen[b][:, [a - 1 for a in places]])
    tables = {}
    for family, found in wanted.items():
        at = np.unique(np.concatenate(found), axis=0) if family.arity else np.zeros((1, 0), dtype=np.int64)
        balls = [MidRad.from_arb(x.tolist()) for x in arguments(box, at, ball())] if family.arity else []
        tables[family] = family_jets(family, balls, order), {tuple(row): i for i, row in enumerate(at.tolist())}
    return tables


def _terms(group: Group, tuples: np.ndarray, tables, order: int, least: int) -> Jet:
    """(terms, tuples) products of the members of a group, as jets in the invariants of the tuple."""
    product = None
    for s, (family, places) in enumerate(group.slots):
        (table, column), of = tables[family], slot_components(tuples.shape[1], places)
        columns = [column[tuple(row)] for row in tuples[:, [a - 1 for a in places]].tolist()]
        pick = np.ix_(group.index[:, s], columns)
        factor = Jet({tuple(sorted(of[c] for c in key)): x[pick] for key, x in table.items()}, order)
        product = factor if product is None else product.times(factor, least if s == len(group.slots) - 1 else 0)
    wanted = {} if product is None else {key: x for key, x in product.coefficients.items() if len(key) >= least}
    return Jet(wanted, order)


# From tuples to displacements.


def rounded_up(x, roundings: int):
    """An upper bound of nonnegative terms that each passed so many roundings, without underflow.

    Fact 3 of `symsens.numbers.midrad`.
    """
    return x * (1.0 + gamma(roundings + 4))


def float_above(x: Fraction) -> float:
    """A float that is at least x > 0."""
    return float(np.nextafter(float(x), np.inf))


def _derivative(coefficients: dict, by: tuple[int, ...], steps: list[MidRad]) -> MidRad | None:
    """The derivative by these components of a Taylor polynomial, each invariant c within ``steps[c]`` of its centre."""
    total = None
    for key, x in coefficients.items():
        rest, factor = list(key), 1
        for c in by:
            factor *= rest.count(c)
            if factor:
                rest.remove(c)
        if factor:
            x = x if factor == 1 else x.scale(factor)
            for c in rest:
                x = x * steps[c]
            total = x if total is None else total + x
    return total


def _plus(a: MidRad | None, b: MidRad | None) -> MidRad | None:
    return b if a is None else a if b is None else a + b


def _blocks(part: Part, coefficients: dict, reach: np.ndarray, x: MidRad) -> Iterator[tuple[int, int, MidRad]]:
    """(a, b, (combinations, T, 3, 3)) second derivatives of tuple functions by the neighbours at places a <= b.

    d phi / d x_a = sum_p (1 + [a = p]) phi_ap x_p, hence
    d^2 phi / d x_a d x_b = (1 + [a = b]) phi_ab I + sum_pq (1 + [a = p]) (1 + [b = q]) phi_ap,bq x_p x_q^T.
    """
    nu = part.tuples.shape[1]
    number = {pair: i for i, pair in enumerate(components(nu))}
    of = lambda a, b: number[min(a, b), max(a, b)]
    steps = [MidRad(np.zeros(len(part.tuples)), reach[part.tuples[:, a], part.tuples[:, b]]) for a, b in number]
    at = [x[part.tuples[:, p]] for p in range(nu)]
    seconds = {}

    def second(c, d):
        key = (c, d) if c <= d else (d, c)
        if key not in seconds:
            seconds[key] = _derivative(coefficients, key, steps)
        return seconds[key]

    for a in range(nu):
        for b in range(a, nu):
            total = _derivative(coefficients, (of(a, b),), steps)
            if total is not None:
                total = total.scale(1 + (a == b))[:, :, None, None] * MidRad.from_floats(np.eye(3))
            for p in range(nu):
                inner = None
                for q in range(nu):
                    form = second(of(a, p), of(b, q))
                    if form is not None:
                        inner = _plus(inner, form.scale((1 + (a == p)) * (1 + (b == q)))[:, :, None] * at[q])
                if inner is not None:
                    total = _plus(total, at[p][:, :, None] * inner[:, :, None, :])
            if total is not None:
                yield a, b, total


def _collected(x: MidRad, target: np.ndarray, cells: int) -> MidRad:
    """Sums over the second axis of all entries with the same target."""
    order, shape = np.argsort(target, kind="stable"), (x.shape[0], cells, *x.shape[2:])
    goals, starts = np.unique(target[order], return_index=True)
    k = int(np.diff(np.append(starts, len(target))).max(initial=1))
    mid, rad = np.zeros(shape), np.zeros(shape)
    mid[:, goals] = np.add.reduceat(x.mid[:, order], starts, axis=1)
    # facts (2) and (3) of `midrad`
    radii, sizes = (np.add.reduceat(y[:, order], starts, axis=1) for y in (x.rad, np.abs(x.mid)))
    rad[:, goals] = rounded_up(radii + gamma(k) * sizes, k + 3) + 2 * ETA
    return MidRad(mid, rad)


def second_derivative(
    box: Box,
    positions: MidRad,
    descriptor: Descriptor,
    combined: np.ndarray,
    centre: Sequence[Part] | None = None,
    order: int = ORDER,
) -> MidRad:
    """(combinations, n, n, 3, 3): d^2 (combined F)_i / dx_j dx_k throughout the box.

    Parameters
    ----------
    positions : (n, 3) Cartesian x_j of ``box.env``.
    combined : (combinations, features) floats.
    centre : ``expansion(Box(box.env, 0), descriptor, combined, order - 1)``, if it is known already.
    order : of the Taylor polynomials, 2 or more.
    """
    centre = tuple(expansion(Box(box.env, Fraction(0)), descriptor, combined, order - 1)) if centre is None else centre
    n, outputs = box.n, len(combined)
    reach = np.array([[np.nextafter(float(x.upper()), np.inf) for x in row] for row in box.reach])
    x = MidRad(positions.mid, rounded_up(positions.rad + float_above(box.radius), 1))
    total = MidRad.from_floats(np.zeros((outputs, n * n, 3, 3)))
    for part, rest in zip(centre, expansion(box, descriptor, combined, order, order), strict=True):
        for a, b, block in _blocks(rest, part.coefficients | rest.coefficients, reach, x):
            j, k = rest.tuples[:, a], rest.tuples[:, b]
            total = total + _collected(block, j * n + k, n * n)
            if a != b:
                turned = MidRad(block.mid.swapaxes(2, 3), block.rad.swapaxes(2, 3))
                total = total + _collected(turned, k * n + j, n * n)
    return MidRad(total.mid.reshape(outputs, n, n, 3, 3), total.rad.reshape(outputs, n, n, 3, 3))
