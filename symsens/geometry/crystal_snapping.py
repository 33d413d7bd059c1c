"""A crystal or layer near a space group: a structure nearby that has the group exactly, over QQ in a primitive frame.

The shifts s_i in W f_i + s_i = f_p(i) are rational: with the mean of all f at the origin the mean of the s_i is 0, and
they differ from each other by integers, which rounding tells. So the operations act on the coordinates by exact affine
maps, and a mean over them has them all.

Law: what float64 found is never believed: metric and positions are checked against every operation, exactly.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from symsens.errors import InputError
from symsens.geometry.approximate_groups import broken_pair, schoenflies
from symsens.geometry.crystal_operations import (
    ONE,
    Cell,
    Operation,
    cell_of,
    check_room,
    holds,
    keeps,
    operations,
    primitive_cell,
    translations,
)
from symsens.geometry.environment import Structure
from symsens.geometry.molecular_snapping import Step, named, not_closed, rounded
from symsens.numbers.field import QQ
from symsens.numbers.metric import apply, cross, determinant, dot, multiply


def snap_crystal(structure: Structure, tolerance: float, digits: int) -> Step:
    """The crystal class within a tolerance in Angstrom, the number of operations modulo translations, the structure.

    Raises
    ------
    InputError
        One periodic direction, a tolerance too large for the cell, or operations that are no group.
    """
    where = structure.source or "structure"
    if sum(structure.pbc) < 2:
        raise InputError(f"{where}: periodic in one direction: crystals, layers and molecules can be snapped")
    given = cell_of(structure)
    check_room(given, tolerance, where)
    shifts = translations(given, tolerance)
    _check_closed(shifts, tolerance, where)
    right_handed = determinant(structure.cell) > 0
    cell, vectors, places, exact = primitive_cell(given, shifts, right_handed)
    check_room(cell, tolerance, where)
    found = operations(cell, tolerance, where)
    _check_closed(found, tolerance, where)
    group = schoenflies({o.matrix: o.isometry for o in found}.values())
    if exact and all(holds(cell, operation) for operation in found):
        return Step(group, len(found), "given", None)
    metric, coordinates = _averaged(cell, found, digits)
    positions = [tuple(a + b for a, b in zip(coordinates[i], step)) for i, step in places]
    if len(cell.periodic) == 2:  # of the vector that is not periodic its height alone
        vectors[3 - sum(cell.periodic)][3 - sum(cell.periodic)] = _height(structure, given, digits)
    snapped = replace(structure, positions=positions, cell=vectors, metric=metric, field=QQ)
    return Step(group, len(found), "primitive", snapped)


def _check_closed(found: list[Operation], tolerance, where):
    """Raise `InputError` with the pair that breaks it unless the operations are a group modulo translations."""
    elements = {(o.matrix, o.permutation): o for o in found}
    one = ONE, tuple(range(len(found[0].permutation)))
    pair = broken_pair(elements, lambda g, h: (_product(g[0], h[0]), tuple(g[1][i] for i in h[1])), one)
    if pair:
        names = [named(elements[key].isometry, key[1]) for key in pair]
        raise InputError(f"{where}: {not_closed(tolerance, *names)}")


def _product(a, b):
    return tuple(map(tuple, multiply(a, b)))


def _averaged(cell: Cell, found: list[Operation], digits) -> tuple[list, list]:
    """(metric, coordinates), exact: rounded means over the operations, then exact means."""
    matrices = sorted({o.matrix for o in found})
    gram = cell.basis @ cell.basis.T
    gram = np.mean([np.array(w).T @ gram @ np.array(w) for w in matrices], axis=0)
    start = [[rounded(gram[min(i, j), max(i, j)], digits) for j in range(3)] for i in range(3)]
    images = [multiply(multiply(list(zip(*w)), start), w) for w in matrices]
    metric = [[sum(m[i][j] for m in images) / Fraction(len(images)) for j in range(3)] for i in range(3)]

    n, shifts = len(cell.fractional), []
    for o in found:
        total = o.integers.sum(axis=0).tolist()
        shifts.append([tuple(Fraction(t, n) - k for t, k in zip(total, row)) for row in o.integers.tolist()])
    mean = np.zeros((n, 3))
    for o, s in zip(found, shifts):
        mean[list(o.permutation)] += cell.fractional @ np.array(o.matrix).T + np.array(s, dtype=float)
    coordinates = _spread(found, shifts, mean / len(found), digits + 1)
    if not all(keeps(w, metric) for w in matrices) or not _permuted(found, shifts, coordinates):
        raise AssertionError("the snapped crystal has not all operations found")
    return metric, coordinates


def _affine(matrix, y, shift):
    return tuple(a + b for a, b in zip(apply(matrix, y), shift))


def _spread(found, shifts, mean, digits) -> list[tuple]:
    """One atom of each orbit, rounded and averaged over the operations that fix it, and its images."""
    coordinates = [None] * len(mean)
    for i, start in enumerate(mean):
        if coordinates[i] is not None:
            continue
        given = [rounded(c, digits) for c in start]
        fixing = [_affine(o.matrix, given, s[i]) for o, s in zip(found, shifts) if o.permutation[i] == i]
        y = [sum(column) / len(fixing) for column in zip(*fixing)]
        for o, s in zip(found, shifts):
            if coordinates[o.permutation[i]] is None:
                coordinates[o.permutation[i]] = _affine(o.matrix, y, s[i])
    return coordinates


def _permuted(found, shifts, coordinates) -> bool:
    """Whether every operation brings every atom to the place that it should, exactly."""
    return all(
        _affine(o.matrix, y, s[i]) == coordinates[o.permutation[i]]
        for o, s in zip(found, shifts)
        for i, y in enumerate(coordinates)
    )


def _height(structure: Structure, cell: Cell, digits):
    """Of the vector that is not periodic, above the plane of the others."""
    a, b = (structure.cell[i] for i in cell.periodic)
    volume = abs(float(dot(structure.cell[3 - sum(cell.periodic)], cross(a, b))))
    area = float(determinant([[cell.metric[i][j] for j in cell.periodic] for i in cell.periodic])) ** 0.5
    return rounded(volume * float(determinant(structure.metric)) ** 0.5 / area, digits)
