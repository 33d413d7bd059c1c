"""The basis-free Jacobian of a whole structure: its environments summed, or as a set (THEORY, section 7).

Summed features are F = sum_i F(env_i): the classes of tuples run over all centres, the species of the centre joins the
key. A nonlinear model of the environments, sum_i g(F(env_i)), can treat environments of unequal class multisets
differently, and equal ones never: the rows are those of the classes within each group of equal environments
(Lemma whole).

The rows are those of squared sides instead of dot products, which span the same (Lemma sides).

Law: equality of invariants is equality of integers; nothing here knows a descriptor.
"""

import numpy as np

from symsens.errors import InputError
from symsens.geometry.sides import Sides
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.rows.matrices import RowClass, Rows
from symsens.rows.tuples import (
    MAX_TUPLES,
    TupleClasses,
    components,
    different_rows,
    enumerate_tuples,
    incidence_of,
    number_classes,
)


def structure_tuples(sides: Sides, nu: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All tuples of all centres, with non-decreasing shells.

    Returns
    -------
    tuples : (T, nu + 1) the centre, and the numbers of its neighbours.
    invariants : (T, components) the side that each invariant of the tuple is; -1 for none.
    shells : (T, nu) the number of the shell of each neighbour: species of the centre, species, distance.
    """
    count = sum(env.n**nu for env in sides.environments)
    if count > MAX_TUPLES:
        raise InputError(
            f"{len(sides.environments)} atoms have {count} tuples of order nu = {nu}, more than {MAX_TUPLES}: lower nu "
            "or the cutoff"
        )
    species, lengths = sides.species, sides.labels
    found = []
    for around in sides.surroundings:
        spokes = around.sides[0, 1:]
        kinds = species[around.centre] * (species.max() + 1) + species[around.atoms[1:]]
        shell = kinds * (lengths.max(initial=0) + 1) + lengths[spokes]
        chosen = enumerate_tuples(shell, nu)
        at = np.column_stack([np.full(len(chosen), around.centre), chosen])
        places = [around.sides[1 + chosen[:, a], 0 if a == b else 1 + chosen[:, b]] for a, b in components(nu)]
        found.append((at, np.column_stack(places), shell[chosen]))
    return tuple(np.concatenate(part) for part in zip(*found))


def equal_environments(centres: np.ndarray, class_of: np.ndarray, atoms: int) -> np.ndarray:
    """(atoms,) numbers of the centres, equal where their environments have equally many tuples of every class.

    A class holds the species of the centre; environments without any tuple are equal, and have no rows.
    """
    pairs, counts = np.unique(np.column_stack([centres, class_of]), axis=0, return_counts=True)
    counted = np.column_stack([pairs[:, 1], counts])
    multisets = [counted[pairs[:, 0] == i].tobytes() for i in range(atoms)]
    number = {multiset: i for i, multiset in enumerate(dict.fromkeys(multisets))}
    return np.array([number[multiset] for multiset in multisets], dtype=np.int64)


def grouped_tuples(sides: Sides, nu: int, by_environment: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All tuples of all centres, the sides that their invariants are, and the class of each.

    Parameters
    ----------
    by_environment : whether unequal environments have classes of their own.
    """
    tuples, invariants, shells = structure_tuples(sides, nu)
    labels = np.append(sides.labels, 0)  # the last one is that of no side
    class_of = number_classes(len(tuples), [*shells.T, *labels[invariants[:, nu:]].T])
    if by_environment:
        group = equal_environments(tuples[:, 0], class_of, len(sides.environments))
        class_of = number_classes(len(tuples), [class_of, group[tuples[:, 0]]])
    return tuples, invariants, class_of


def structure_classes(moves: StructureDisplacements, nu: int) -> TupleClasses:
    """The classes of the tuples of a structure; a representative is a centre and its neighbours by their numbers."""
    sides = moves.sides
    tuples, invariants, class_of = grouped_tuples(sides, nu, moves.level == "set")
    representatives = tuples[np.unique(class_of, return_index=True)[1]]
    first, second = sides.ends.T
    columns = np.where(np.append(first != second, False)[invariants], invariants, -1)  # two images never move apart
    entries = incidence_of(class_of, list(columns.T), len(sides.ends))
    return different_rows(components(nu), representatives, entries, abs(second - first))


def structure_rows(moves: StructureDisplacements, nu: int, order: int) -> Rows:
    """D_order of a structure as rows of D_nu, order <= nu (Lemma padding), by centre, neighbours and component."""
    classes, extra = structure_classes(moves, order), nu - order

    def name(i):
        (centre, *neighbours), places = classes.row_name(i)
        return (centre, *neighbours[:1] * extra, *neighbours), tuple(place + extra for place in places)

    return Rows(moves.derivative, len(classes.rows), classes.incidence, name)


def structures_of_order(nu: int) -> RowClass:
    """All smooth functions of sums over the nu-tuples of all environments: after D_2, which often has the rank already
    (for a set of environments only D_nu, whose groups may be smaller)."""

    def rows(moves: StructureDisplacements):
        orders = range(min(nu, 2), nu + 1) if moves.level == "sum" else (nu,)
        return (structure_rows(moves, nu, order) for order in orders)

    return RowClass("incompleteness", rows, nu)
