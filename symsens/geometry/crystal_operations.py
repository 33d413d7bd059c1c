"""The operations that a crystal or layer has within a tolerance: its lattice, and a matrix and permutation for each.

In the frame of cell vectors an operation is an integer matrix W with W f_i + t = f_p(i) + n_i, n_i integers. In a layer
the third vector of the frame is its unit normal, and W is 1 or -1 on it.

Law: float64, a guide to what is exact; `holds` alone is exact, and decides whether an operation is one of the structure
as it is given.
"""

from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
from flint import fmpz_mat

from symsens.errors import InputError
from symsens.geometry.approximate_groups import nearest_isometry
from symsens.geometry.environment import Structure
from symsens.numbers.metric import apply, cross, determinant, dot, inverse

MOST_VECTORS = 20_000  # of the lattice, no longer than the longest of the cell
SCALE = 2**40  # of Cartesian coordinates, rounded for lattice reduction
ROOM = 0.25  # of a cell vector: differences as small are told from those with an integer
ONE = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


class Operation(NamedTuple):
    """W, the permutation of the atoms, the integers n_i, and the isometry in float64."""

    matrix: tuple[tuple[int, ...], ...]
    permutation: tuple[int, ...]
    integers: np.ndarray
    isometry: np.ndarray


class Cell(NamedTuple):
    """Atoms in a frame of cell vectors.

    Attributes
    ----------
    periodic : the places of the periodic vectors among the three.
    kinds : an integer for each atom, by species.
    metric, coordinates : exact; of a layer with a normal of any length.
    basis, fractional : in float64, Cartesian rows and coordinates, with the mean of the atoms at the origin; of a layer
        with a unit normal.
    """

    periodic: tuple[int, ...]
    kinds: np.ndarray
    metric: list
    coordinates: list
    basis: np.ndarray
    fractional: np.ndarray


def cell_of(structure: Structure) -> Cell:
    """A structure in the frame of its own cell; the normal of a layer is right-handed with its cell."""
    periodic = tuple(i for i in range(3) if structure.pbc[i])
    rows = [list(row) for row in structure.cell]
    if len(periodic) == 2:
        normal = apply(inverse(structure.metric), cross(*(rows[i] for i in periodic)))
        rows[3 - sum(periodic)] = normal
        if determinant(rows) < 0:
            rows[3 - sum(periodic)] = [-c for c in normal]
    back = inverse([list(column) for column in zip(*rows)])
    metric = [[dot(a, apply(structure.metric, b)) for b in rows] for a in rows]
    coordinates = [apply(back, y) for y in structure.positions]
    basis = np.linalg.cholesky(np.array([[float(m) for m in row] for row in metric]))
    fractional = np.array([[float(c) for c in y] for y in coordinates])
    if len(periodic) == 2:
        axis = 3 - sum(periodic)
        length = np.linalg.norm(basis[axis])
        basis[axis] /= length
        fractional[:, axis] *= length
    kinds = np.unique(structure.species, return_inverse=True)[1]
    return Cell(periodic, kinds, metric, coordinates, basis, fractional - fractional.mean(axis=0))


class Primitive(NamedTuple):
    """The primitive cell, and how the atoms given come from its own.

    Attributes
    ----------
    cell : the atoms of the primitive cell, means over those that translations bring to each other.
    vectors : the given cell vectors in the frame of the primitive ones (rows, integers).
    places : for each atom given that of the primitive cell and the integer vector between them.
    exact : whether the translations are those of the structure as it is given.
    """

    cell: Cell
    vectors: list[list[int]]
    places: list[tuple[int, tuple[int, ...]]]
    exact: bool


def primitive_cell(cell: Cell, translations: list[Operation], right_handed: bool) -> Primitive:
    """The lattice that the translations, a group, span with the cell, in a reduced right-handed basis.

    Parameters
    ----------
    right_handed : whether the cell given is, which its metric does not tell.
    """
    n, periodic = len(cell.kinds), list(cell.periodic)
    sums = [o.integers.sum(axis=0)[periodic].tolist() for o in translations]
    units = [[n * int(i == j) for j in range(len(periodic))] for i in range(len(periodic))]
    lattice = fmpz_mat([*units, *sums]).hnf().tolist()[: len(periodic)]
    rows = np.array(lattice, dtype=float) / n @ cell.basis[periodic]
    _, change = fmpz_mat([[round(SCALE * float(x)) for x in row] for row in rows]).lll(transform=True)
    reduced = [[int(x) for x in row] for row in (change * fmpz_mat(lattice)).tolist()]
    if (determinant(reduced) > 0) != (right_handed or len(periodic) == 2):
        reduced = [[-x for x in row] for row in reduced] if len(periodic) == 3 else [reduced[1], reduced[0]]
    basis = _embedded([[Fraction(x, n) for x in row] for row in reduced], periodic)
    vectors = inverse(basis)
    metric = [[dot(a, apply(cell.metric, b)) for b in basis] for a in basis]
    to_primitive = list(zip(*vectors))
    coordinates = [apply(to_primitive, y) for y in cell.coordinates]
    fractional = cell.fractional @ np.array(vectors, dtype=float)

    first, places, means, exact = [], [None] * n, [], True
    for i in range(n):
        if places[i] is not None:
            continue
        images = []
        for o in translations:
            shift = [Fraction(int(t), n) - int(k) for t, k in zip(o.integers.sum(axis=0), o.integers[i])]
            step, j = tuple(int(x) for x in apply(to_primitive, shift)), o.permutation[i]
            places[j] = (len(first), step)
            images.append(fractional[j] - step)
            exact = exact and all(b - a == s for a, b, s in zip(coordinates[i], coordinates[j], step))
        first.append(i)
        means.append(np.mean(images, axis=0))
    means = np.array(means) - np.mean(means, axis=0)
    float_basis = np.array(basis, dtype=float) @ cell.basis
    found = Cell(cell.periodic, cell.kinds[first], metric, [coordinates[i] for i in first], float_basis, means)
    return Primitive(found, [[int(x) for x in row] for row in vectors], places, exact)


def _embedded(rows, periodic) -> list[list]:
    """A matrix on the periodic places, the identity on the others."""
    whole = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    for i, row in zip(periodic, rows):
        for j, x in zip(periodic, row):
            whole[i][j] = x
    return whole


def translations(cell: Cell, tolerance: float) -> list[Operation]:
    """The translations within the tolerance, modulo the cell."""
    return [o for o in (_operation(cell, tolerance, np.array(ONE), np.eye(3), j) for j in _like_first(cell)) if o]


def operations(cell: Cell, tolerance: float, where: str) -> list[Operation]:
    """The operations within the tolerance, modulo the cell."""
    found = []
    for matrix, turn in _matrices(cell, tolerance, where):
        found += [o for j in _like_first(cell) if (o := _operation(cell, tolerance, matrix, turn, j))]
    return found


def check_room(cell: Cell, tolerance: float, where: str):
    """Raise `InputError` unless differences within the tolerance are far from vectors of the lattice."""
    if tolerance * np.linalg.norm(np.linalg.inv(cell.basis)[:, cell.periodic], axis=0).max() >= ROOM:
        raise InputError(
            f"{where}: a tolerance of {tolerance:g} Angstrom is too large for its cell: give a smaller one"
        )


def _first(cell: Cell) -> int:
    """An atom of the rarest kind."""
    return int(np.argmin([np.count_nonzero(cell.kinds == k) for k in cell.kinds]))


def _like_first(cell: Cell) -> list[int]:
    return np.flatnonzero(cell.kinds == cell.kinds[_first(cell)]).tolist()


def _operation(cell: Cell, tolerance, matrix, turn, j: int) -> Operation | None:
    """The operation of this matrix that brings the first atom to the j-th; None where an atom is not near its kind."""
    moved = cell.fractional @ matrix.T
    moved = moved + cell.fractional[j] - moved[_first(cell)]
    rows, periodic = np.arange(len(moved)), list(cell.periodic)
    for _ in range(2):  # the second time with the mean shift of all atoms
        difference = moved[:, None] - cell.fractional[None]
        integers = np.zeros(difference.shape)
        integers[:, :, periodic] = np.rint(difference[:, :, periodic])
        distance = np.linalg.norm((difference - integers) @ cell.basis, axis=2)
        distance[cell.kinds[:, None] != cell.kinds[None]] = np.inf
        permutation = distance.argmin(axis=1)
        if len(set(permutation.tolist())) < len(moved):
            return None
        moved = moved - (difference - integers)[rows, permutation].mean(axis=0)
    chosen = integers[rows, permutation]
    residual = (moved - cell.fractional[permutation] - chosen) @ cell.basis
    if np.linalg.norm(residual, axis=1).max() > tolerance:
        return None
    return Operation(tuple(map(tuple, matrix.tolist())), tuple(permutation.tolist()), chosen.astype(int), turn)


def _matrices(cell: Cell, tolerance, where) -> list[tuple[np.ndarray, np.ndarray]]:
    """(W, isometry) of all integer matrices that keep the cell vectors within the tolerance."""
    periodic, found = list(cell.periodic), []
    layer = len(periodic) == 2
    vectors, images = _images(cell, tolerance, where)
    for image, side in product(images, (1, -1) if layer else (1,)):
        matrix = np.eye(3, dtype=int) * side
        matrix[np.ix_(periodic, periodic)] = vectors[list(image)].T
        if abs(round(np.linalg.det(matrix))) != 1:
            continue
        moved = matrix.T @ cell.basis
        turn = nearest_isometry(cell.basis, moved)
        if np.linalg.norm(cell.basis @ turn.T - moved, axis=1).max() <= tolerance:
            found.append((matrix, turn))
    return found


def _images(cell: Cell, tolerance, where):
    """Vectors of the lattice, and those among them to which the periodic vectors may go, by their dot products."""
    rows = cell.basis[list(cell.periodic)]
    lengths = np.linalg.norm(rows, axis=1)
    reach = (lengths.max() + tolerance) * np.linalg.norm(np.linalg.inv(cell.basis)[:, cell.periodic], axis=0)
    if np.prod(2 * np.floor(reach) + 1) > MOST_VECTORS:
        raise InputError(f"{where}: its cell is too long and thin to snap")
    vectors = np.array(list(product(*(range(-int(r), int(r) + 1) for r in reach))))
    places = vectors @ rows
    slack = 2 * tolerance * lengths.max() + tolerance**2
    images = [()]
    for k, row in enumerate(rows):
        like = np.flatnonzero(np.abs(np.linalg.norm(places, axis=1) - lengths[k]) <= tolerance)
        images = [
            (*image, int(j))
            for image in images
            for j in like
            if all(abs(places[j] @ places[b] - row @ rows[d]) <= slack for d, b in enumerate(image))
        ]
    return vectors, images


def holds(cell: Cell, operation: Operation) -> bool:
    """Whether an operation is one of the structure exactly, as it is given."""
    if not keeps(operation.matrix, cell.metric):
        return False
    shifts = set()
    for y, j, integers in zip(cell.coordinates, operation.permutation, operation.integers.tolist()):
        moved = apply(operation.matrix, y)
        shifts.add(tuple(a - b - n for a, b, n in zip(moved, cell.coordinates[j], integers)))
    return len(shifts) == 1


def keeps(matrix, metric) -> bool:
    """Whether W^T M W = M."""
    columns = list(zip(*matrix))
    return all(dot(a, apply(metric, b)) == metric[i][j] for i, a in enumerate(columns) for j, b in enumerate(columns))
