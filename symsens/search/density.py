"""A bound of the rank of a power spectrum by the density of the neighbours (Lemma density).

The features of one l are entries of C C^T, C the coefficients c_nlm of the density, a row for each species and radial
function: they cannot have more rank than the product of so few numbers.

Law: what a layout sums is read off it; None where it is not known to be a power spectrum, never a guess.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import comb

import numpy as np
from flint import fmpz_mat
from sympy import Expr, Poly

from symsens.descriptors.base import Descriptor, plan_of
from symsens.descriptors.parts.radial import solid_legendre
from symsens.errors import NoClosedForm
from symsens.forms.blocks import Family, invariants
from symsens.forms.layouts import Layout
from symsens.forms.products import split
from symsens.forms.select import selected_tuples
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels


@dataclass
class Channel:
    """What a layout sums with one family of radial functions and the Legendre polynomial of one degree.

    Attributes
    ----------
    members : of the family that occur.
    rows : the features.
    """

    members: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)


def density_bound(env: Environment, chosen: Descriptor) -> int | None:
    """A bound of the rank of J at `env`; None where the features are not seen to be entries of a power spectrum."""
    try:
        plan = plan_of(env, chosen)
    except NoClosedForm:
        return None
    channels = _channels(plan)
    if channels is None or not _complete(env, plan):
        return None
    shells = defaultdict(set)
    for j, z in enumerate(env.species):
        shells[z].add(env.gram[j][j])
    sizes = [len(found) for found in shells.values()]
    total = 0
    for (family, l), channel in channels.items():
        total += min(len(channel.rows), _bound(env, l, _independent(family, channel.members), sizes))
    return total


def _bound(env: Environment, l: int, functions: int, shells: list[int]) -> int:
    """Lemma density, for so many functions and numbers of shells by species."""
    r = sum(min(functions, m) for m in shells)
    if l == 0:
        return r
    k, r = sum(min(functions, 2 * m) for m in shells), min(r, _harmonic_rank(env, l))
    return r * k - r * (r - 1) // 2


def _harmonic_rank(env: Environment, l: int) -> int:
    """The rank of the sums over shells of P_l(x_j, x_k), exactly."""
    shell = pair_labels(env).diagonal().tolist()
    coefficients = [(-1) ** i * comb(l, i) * comb(2 * l - 2 * i, l) for i in range(l // 2 + 1)]
    number = {label: i for i, label in enumerate(sorted(set(shell)))}
    matrix = [[0] * len(number) for _ in number]
    gram = env.gram
    for j in range(env.n):
        row = matrix[number[shell[j]]]
        for k in range(env.n):
            product, d = gram[j][j] * gram[k][k], gram[j][k]
            row[number[shell[k]]] += sum(c * d ** (l - 2 * i) * product**i for i, c in enumerate(coefficients))
    return fmpz_mat(matrix).rank() if matrix else 0


def _channels(plan: Layout) -> Mapping[tuple[Family, int], Channel] | None:
    """All that a layout sums, by family of radial functions and degree; None where it sums anything else."""
    parts = split(plan)
    if parts.products is None:
        return None
    found = defaultdict(Channel)
    for job in parts.products.jobs:
        (a, _), (b, _), (c, _) = job.groups[0].slots
        degrees = _degrees(c)
        if a != b or degrees is None:
            return None
        for number in job.blocks:
            for row, (i, j, k) in zip(parts.products.rows[number].tolist(), job.groups[0].index.tolist()):
                channel = found[a, degrees[k]]
                channel.members |= {i, j}
                channel.rows.add(row)
    if parts.rest is not None and not _add_centre(found, parts.rest, parts.rows.tolist()):
        return None
    rows = [row for channel in found.values() for row in channel.rows]
    return found if len(rows) == len(set(rows)) else None


def _add_centre(found: dict, rest: Layout, rows: list[int]) -> bool:
    """Add sums over one neighbour of constants times radial functions: of degree 0, as cross terms with the centre are.

    False where there are other sums.
    """
    for job in rest.jobs:
        for group in job.groups if job.nu else ():
            varying = [i for i, (family, _) in enumerate(group.slots) if family.derivatives]
            if job.nu != 1 or len(varying) != 1:
                return False
            channel = found[group.slots[varying[0]][0], 0]
            channel.members |= set(group.index[:, varying[0]].tolist())
            for number in job.blocks:
                channel.rows |= {rows[row] for row in rest.rows[number][group.phi].tolist()}
    return True


def _complete(env: Environment, plan: Layout) -> bool:
    """Whether every neighbour of its species is in every place of every block."""
    members = {z: [j for j, other in enumerate(env.species) if other == z] for z in env.species}
    for block, tuples in zip(plan.blocks, selected_tuples(env, plan, pair_labels(env))):
        if all(z in members for z in block.channel):
            places = zip(tuples.T, block.channel)
            if any(np.unique(column).tolist() != members[z] for column, z in places):
                return False
    return True


@cache
def _degrees(family: Family) -> tuple[int, ...] | None:
    """The degrees of the solid Legendre polynomials that its forms are multiples of; None if one is no multiple."""
    degrees = tuple(map(_degree, family.forms))
    return None if None in degrees else degrees


def _degree(form: Expr) -> int | None:
    variables = invariants(2)
    if not form.is_polynomial(*variables):
        return None
    terms = dict(Poly(form, *variables).terms())
    l = max(map(sum, terms))
    legendre = dict(Poly(solid_legendre(l).forms[l], *variables).terms())
    top = (0, 0, l)  # d^l
    factor = terms.get(top, 0) / legendre[top]
    multiple = {powers: factor * coefficient for powers, coefficient in legendre.items()}
    return l if factor != 0 and terms == multiple else None


def _independent(family: Family, members: set[int]) -> int:
    """A bound of the dimension that the functions span."""
    if not family.mixing:
        return len({family.forms[i] for i in members} - {0})
    total, start, first = 0, 0, 0
    for matrix in family.mixing:
        rows, columns = len(matrix.rows), len(matrix.rows[0])
        mine = len(members & set(range(start, start + rows)))
        total += min(mine, sum(form != 0 for form in family.primitives[first : first + columns]))
        start, first = start + rows, first + columns
    return total
