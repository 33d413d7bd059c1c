"""How large a basis must be: the smallest l_max, for any radial basis, that leaves no null direction of angular truncation.

Law: every nullity is exact (`symsens.angular`); the search over l_max ends because D_{2,l} has the row space of D_2 as soon
as l reaches the largest number of different angles in a class (Lemma Vandermonde).
"""

from dataclasses import dataclass
from itertools import count

from symsens.angular import angular_rows
from symsens.cluster import Environment
from symsens.errors import UndecidedError
from symsens.filtration import exact_filtration, exact_level
from symsens.tuples import gram_derivative, pair_labels


@dataclass(frozen=True)
class BasisSize:
    """What `basis` found for one environment.

    Attributes
    ----------
    nullity_by_l_max : extra nullity beyond rigid of D_{2,l} for l_max = 0, 1, ..., up to the last that is needed.
    complete : the same without truncation, symmetry and incompleteness of nu = 2 together.
    l_max_needed : smallest l_max with no null direction of angular truncation.
    """

    nullity_by_l_max: tuple[int, ...]
    complete: int
    l_max_needed: int


def basis(env: Environment) -> BasisSize:
    """The smallest l_max of a nu = 2 descriptor at `env` that loses nothing to angular truncation, whatever its radial basis.

    Raises
    ------
    UndecidedError
        An exact null space could not be found (never seen).
    """
    filtration = exact_filtration(env, nu=2)
    if filtration.undecided is not None:
        raise UndecidedError(filtration.undecided)
    labels, derivative = pair_labels(env), gram_derivative(env)
    inside = [vector for level in filtration.levels for vector in level.vectors]
    complete = filtration["symmetry"] + filtration["incompleteness"]
    nullities = []
    for l_max in count():
        level, undecided = exact_level("angular_truncation", lambda: [angular_rows(env, labels, derivative, l_max)], inside, env.field)
        if undecided is not None:
            raise UndecidedError(undecided)
        nullities.append(complete + level.dimension)
        if level.dimension == 0:
            return BasisSize(tuple(nullities), complete, l_max)
