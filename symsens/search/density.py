"""Bounds of the rank of J where the features are functions of the density of the neighbours, as SOAP's and ACE's are.

They are functions of the coefficients c_nlm, of which there are so many (Lemma coefficients). Those of a power spectrum
of one l are entries of C C^T, C having a row for each species and radial function: even less (Lemma density).

Law: what a layout sums is read off it; None where it is not known to be a function of the density, never a guess.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import comb

import numpy as np

from symsens.descriptors.base import Descriptor, plan_of
from symsens.descriptors.parts.couplings import harmonic_degrees
from symsens.errors import NoClosedForm
from symsens.forms.blocks import Family
from symsens.forms.layouts import Group, Layout
from symsens.forms.products import all_pairs
from symsens.forms.select import selected_tuples
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.numbers.kernel import matrix
from symsens.search.coefficients import coefficient_bound, independent_functions, shells


@dataclass
class Channel:
    """What a layout sums with one family of radial functions and harmonics of one degree.

    Attributes
    ----------
    members : of the family that occur.
    rows : the features of pairs of these, and of degree 0 alone.
    """

    members: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)


def density_bound(env: Environment, chosen: Descriptor) -> int | None:
    """A bound of the rank of J at `env`; None where the features are not seen to be functions of the density."""
    try:
        plan = plan_of(env, chosen)
    except NoClosedForm:
        return None
    channels = _channels(plan)
    if channels is None or not _complete(env, plan):
        return None
    bound = coefficient_bound(env, {key: channel.members for key, channel in channels.items()})
    return min(bound, _of_pairs(env, channels)) if plan.nu <= 2 else bound


def _of_pairs(env: Environment, channels: Mapping[tuple[Family, int], Channel]) -> int:
    """Lemma density, degree by degree."""
    sizes = [len(found) for found in shells(env).values()]
    total = 0
    for (family, l), channel in channels.items():
        total += min(len(channel.rows), _bound(env, l, independent_functions(family, channel.members, l), sizes))
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
    sums = [[0] * len(number) for _ in number]
    gram = env.gram
    for j in range(env.n):
        row = sums[number[shell[j]]]
        for k in range(env.n):
            product, d = gram[j][j] * gram[k][k], gram[j][k]
            row[number[shell[k]]] += sum(c * d ** (l - 2 * i) * product**i for i, c in enumerate(coefficients))
    return matrix(len(sums), len(sums), [x for row in sums for x in row]).rank()


def _channels(plan: Layout) -> Mapping[tuple[Family, int], Channel] | None:
    """All that a layout sums, by family of radial functions and degree; None where it sums anything else."""
    found = defaultdict(Channel)
    for job in plan.jobs:
        for group in job.groups if job.nu else ():
            harmonics = _harmonics(job.nu, group)
            if harmonics is None or not all(all_pairs(plan.blocks[b]) for b in job.blocks):
                return None
            rows = [row for b in job.blocks for row in plan.rows[b][group.phi].tolist()]
            for i, degrees in enumerate(harmonics):
                for place, l in enumerate(degrees):
                    family, member = group.slots[place][0], int(group.index[i, place])
                    channel = found[family, l]
                    channel.members.add(member)
                    channel.rows |= set(rows[i :: len(group.phi)])
    return found


def _harmonics(nu: int, group: Group) -> list[tuple[int, ...]] | None:
    """For each term the degrees of the harmonics of all places.

    None where the terms are not one radial function for each place, in front, and one sum of products of harmonics.
    """
    slots = [(family, places, i) for i, (family, places) in enumerate(group.slots) if family.arity]
    radial, others = slots[:nu], slots[nu:]
    if [(places, i) for _, places, i in radial] != [((a + 1,), a) for a in range(nu)]:
        return None
    others = [slot for slot in others if slot[0].derivatives]  # constants are of degree 0
    if not others:
        return [(0,) * nu] * len(group.phi)
    ((angular, places, slot), *more) = others
    degrees = _degrees(angular)
    if more or places != tuple(range(1, nu + 1)) or degrees is None:
        return None
    return [degrees[i] for i in group.index[:, slot].tolist()]


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
def _degrees(family: Family) -> tuple[tuple[int, ...], ...] | None:
    """The degrees of each form in every place, if all are sums of products of harmonics; else None."""
    degrees = tuple(harmonic_degrees(form, family.arity) for form in family.forms)
    return None if None in degrees else degrees
