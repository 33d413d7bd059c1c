"""A molecule near a finite group of isometries about its centroid: a structure nearby that has the group exactly.

Found in float64: the permutations and isometries within a tolerance, the symbol of their group, an isomorphism with the
exact group of that symbol, the orientation of the frame (the isometries of the molecule are R E R^T for those of the
frame, E, up to the noise) and the mean over the group. Then exact: of each orbit one atom is rounded to decimals,
averaged over the elements that fix it, and brought to the others by the exact elements.

Law: what float64 found is never believed: that the exact matrices keep the metric and permute the exact positions is
checked on generators, in the field.
"""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np

from symsens.errors import InputError
from symsens.geometry.approximate_groups import (
    broken_pair,
    composed,
    identity,
    near_isometries,
    nearest_isometry,
    schoenflies,
)
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.cluster_symmetry import cluster_stabiliser
from symsens.geometry.environment import Structure
from symsens.geometry.exact_groups import ExactGroup, exact_group
from symsens.geometry.point_groups import point_group
from symsens.numbers.field import QQ
from symsens.numbers.metric import IDENTITY, apply, dot

ROUNDS = 4  # of fitting the orientation to the average
ORIENTATIONS = 20  # tried for the start
TRACES = 0.3  # traces of isometries of one order differ by more


class Step(NamedTuple):
    """The group found within a tolerance, and a structure that has it exactly; None where the one given has it.

    Attributes
    ----------
    group : its Schoenflies symbol.
    order : the number of its operations (modulo the cell); None if infinite.
    frame : the name of the frame of the structure found.
    """

    group: str
    order: int | None
    frame: str
    structure: Structure | None


def snap_molecule(structure: Structure, tolerance: float, digits: int) -> Step:
    """The group of a molecule within a tolerance in Angstrom, and the structure that has it.

    Raises
    ------
    InputError
        The isometries found are no group, or one whose field has too large a degree.
    """
    x = to_cartesian(structure.metric, structure.positions)
    x -= x.mean(axis=0)
    kinds = np.unique(structure.species, return_inverse=True)[1]
    if len(x) == 1:
        return Step("Kh", None, "given", None)
    axis = np.linalg.svd(x)[2][0]
    stabiliser, _ = cluster_stabiliser(structure.environment(0))
    if 2 * np.linalg.norm(x - np.outer(x @ axis, axis), axis=1).max() <= tolerance:
        return _on_a_line(structure, x @ axis, kinds, tolerance, digits, stabiliser)
    found = near_isometries(x, kinds, tolerance)
    if found is None:
        raise InputError(f"{_where(structure)}: too many like atoms to search for isometries: snap a smaller molecule")
    turns = {element: turn for element, (turn, _) in found.items()}
    if pair := broken_pair(turns, composed, identity(len(x))):
        raise InputError(f"{_where(structure)}: {not_closed(tolerance, *(named(turns[g], g[0]) for g in pair))}")
    name = schoenflies(turns.values())
    if len(turns) <= stabiliser.order * (2 if stabiliser.span == 2 else 1):
        return Step(point_group(stabiliser), len(stabiliser.isometries()), "given", None)
    try:
        group = exact_group(name)
    except InputError as error:
        raise InputError(f"{_where(structure)}: it is {name} within {tolerance:g} Angstrom: {error}") from None
    images = _isomorphism(group, turns)
    if images is None:
        raise InputError(
            f"{_where(structure)}: its isometries within {tolerance:g} Angstrom look like {name} and are not: "
            "give a smaller or a larger tolerance"
        )
    permutations = [permutation for permutation, _ in images]
    y = _averaged(group, permutations, [turns[g] for g in images], x)
    positions = _spread(group, permutations, y, digits)
    _check(group, permutations, positions)
    return Step(
        name, group.order, group.frame, replace(structure, positions=positions, metric=group.metric, field=group.field)
    )


def named(turn, permutation) -> str:
    """An operation in words, e.g. "C3 (atom 1 to 2)"."""
    proper, trace = np.linalg.det(turn) > 0, np.trace(turn)
    if abs(trace) > 3 - 1e-2:
        kind = "1" if proper else "i"
    else:
        angle = np.arccos(np.clip((trace - 1 if proper else trace + 1) / 2, -1, 1))
        kind = "m" if angle < 1e-2 else f"{'C' if proper else 'S'}{round(2 * np.pi / angle)}"
    moved = next((f"atom {i} to {j}" for i, j in enumerate(permutation) if i != j), "all atoms fixed")
    return f"{kind} ({moved})"


def not_closed(tolerance, first, second) -> str:
    """What is wrong with a tolerance within which the isometries are no group."""
    return (
        f"the isometries within {tolerance:g} Angstrom are no group: {first} after {second} is none of them: "
        "give a smaller or a larger tolerance"
    )


def _where(structure):
    return structure.source or "structure"


def _on_a_line(structure, t, kinds, tolerance, digits, stabiliser) -> Step:
    """The same for atoms on a line: along z, and with the inversion if that is within the tolerance."""
    distance = np.abs(t[:, None] + t[None])
    distance[kinds[:, None] != kinds[None]] = np.inf
    partner = distance.argmin(axis=1)
    inverted = distance.min(axis=1).max() <= tolerance and len(set(partner)) == len(t)
    group, order = ("D*h", 2) if inverted else ("C*v", 1)
    if stabiliser.span == 1 and stabiliser.order == order:
        return Step(point_group(stabiliser), None, "given", None)
    z = [rounded(c, digits) for c in t]
    if inverted:
        z = [(z[i] - z[j]) / 2 for i, j in enumerate(partner)]
    snapped = replace(structure, positions=[(0, 0, c) for c in z], metric=IDENTITY, field=QQ)
    return Step(group, None, "Cartesian", snapped)


def rounded(value: float, digits: int) -> Fraction:
    """A float as a decimal fraction of so many digits."""
    return Fraction(round(float(value) * 10**digits), 10**digits)


def _isomorphism(group: ExactGroup, turns) -> list | None:
    """For each element of the exact group one of the molecule, by an isomorphism that keeps determinants and traces."""
    wanted = [np.array([[float(c) for c in row] for row in g]) for g in group.generators]
    orders = [_order(group, k) for k in range(len(wanted))]
    like = [[g for g, q in turns.items() if _same(q, e) and _order_of(g) == order] for e, order in zip(wanted, orders)]
    pairs = [(i, j) for j in range(len(wanted)) for i in range(j)]
    for choice in product(*like):
        if all(_same(turns[choice[i]] @ turns[choice[j]], wanted[i] @ wanted[j]) for i, j in pairs):
            images = _extended(group, choice)
            if images is not None and set(images) == set(turns):
                return images
    return None


def _same(q, e) -> bool:
    return np.linalg.det(q) * np.linalg.det(e) > 0 and abs(np.trace(q) - np.trace(e)) < TRACES


def _order(group: ExactGroup, k: int) -> int:
    """Of the k-th generator."""
    place, order = group.products[0][k], 1
    while place:
        place, order = group.products[place][k], order + 1
    return order


def _order_of(element) -> int:
    power, order = element, 1
    while power != identity(len(element[0])):
        power, order = composed(element, power), order + 1
    return order


def _extended(group: ExactGroup, choice) -> list | None:
    """The homomorphism with these images of the generators; None if there is none."""
    images = [identity(len(choice[0][0])), *[None] * (group.order - 1)]
    for i, row in enumerate(group.products):
        for k, j in enumerate(row):
            image = composed(images[i], choice[k])
            if images[j] not in (None, image):
                return None
            images[j] = image
    return images


def _averaged(group: ExactGroup, permutations, turns, x) -> np.ndarray:
    """Frame coordinates (n, 3) of the mean of the molecule over the group, oriented so that it is near."""
    basis = to_cartesian(group.metric, IDENTITY).T
    elements = [basis @ np.array([[float(c) for c in row] for row in e]) @ np.linalg.inv(basis) for e in group.elements]
    turn = _orientation(elements, turns)
    for _ in range(ROUNDS):
        z = x @ turn
        y = np.mean([z[list(p)] @ e for e, p in zip(elements, permutations)], axis=0)
        turn = nearest_isometry(y, x, 1)
    z = x @ turn
    y = np.mean([z[list(p)] @ e for e, p in zip(elements, permutations)], axis=0)
    return y @ np.linalg.inv(basis).T


def _orientation(elements, turns) -> np.ndarray:
    """R with Q R = R E for the matrices Q of the molecule and E of the frame, nearly: the mean of Q X E^T, made one."""
    random, best, turn = np.random.default_rng(0), -1.0, np.eye(3)
    start = np.eye(3)
    for _ in range(ORIENTATIONS):
        u, sizes, v = np.linalg.svd(np.mean([q @ start @ e.T for q, e in zip(turns, elements)], axis=0))
        if sizes[2] > best:
            best, turn = sizes[2], u @ v
        if best > 0.9:
            break
        start = np.linalg.qr(random.normal(size=(3, 3)))[0]
    return turn if np.linalg.det(turn) > 0 else -turn


def _spread(group: ExactGroup, permutations, y, digits) -> list[tuple]:
    """Exact positions: one atom of each orbit, rounded and averaged over the elements that fix it, and its images."""
    positions = [None] * len(y)
    for i, start in enumerate(y):
        if positions[i] is not None:
            continue
        given = [rounded(c, digits) for c in start]
        fixing = [e for e, p in zip(group.elements, permutations) if p[i] == i]
        mean = [sum(column) / Fraction(len(fixing)) for column in zip(*(apply(e, given) for e in fixing))]
        for e, p in zip(group.elements, permutations):
            if positions[p[i]] is None:
                positions[p[i]] = apply(e, mean)
    return positions


def _check(group: ExactGroup, permutations, positions):
    """That the generators keep the metric and permute the positions, exactly."""
    places = [group.products[0][k] for k in range(len(group.generators))]
    for g, place in zip(group.generators, places):
        columns = list(zip(*g))
        kept = all(
            dot(a, apply(group.metric, b)) == m for a, row in zip(columns, group.metric) for b, m in zip(columns, row)
        )
        if not kept or any(apply(g, positions[i]) != positions[j] for i, j in enumerate(permutations[place])):
            raise AssertionError(f"the snapped molecule has not the group {group.name}")
