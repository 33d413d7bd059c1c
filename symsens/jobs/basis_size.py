"""How large a basis must be to lose nothing: the smallest l_max, for any radial basis, and n_max, for a given one.

Law: every nullity is exact (`symsens.rows.angular`); the search over l_max ends because D_{2,l} has the row space of
D_2 as soon as l reaches the largest number of different angles in a class (Lemma Vandermonde).
"""

from dataclasses import dataclass, replace
from itertools import count

from symsens.descriptors import descriptor as parse
from symsens.errors import InputError, UndecidedError
from symsens.geometry.environment import Environment
from symsens.rows.angular import angular_class
from symsens.rows.filtration import exact_filtration, exact_level
from symsens.search.truncation import certified_truncation

MAX_N = 30


@dataclass(frozen=True)
class BasisSize:
    """What `basis` found for one environment.

    Attributes
    ----------
    nullity_by_l_max : extra nullity beyond rigid of D_{2,l} for l_max = 0, 1, ..., up to the last that is needed.
    complete : the same without truncation, symmetry and incompleteness of nu = 2 together.
    l_max_needed : smallest l_max with no null direction of angular truncation.
    n_max_needed : smallest n_max of the given descriptor, at that l_max, with no null direction of truncation; None
        when basis-free, and for a descriptor whose size is not given by n_max and l_max.
    """

    nullity_by_l_max: tuple[int, ...]
    complete: int
    l_max_needed: int
    n_max_needed: int | None = None

    def as_dict(self) -> dict:
        """The JSON document of the interface."""
        return {
            "nullity_by_l_max": list(self.nullity_by_l_max),
            "l_max_needed": self.l_max_needed,
            "n_max_needed": self.n_max_needed,
        }


def basis(env: Environment, descriptor=None) -> BasisSize:
    """The smallest l_max of a nu = 2 descriptor that loses nothing at `env`, whatever its radial basis.

    Parameters
    ----------
    env : the environment.
    descriptor : a descriptor (or its SPEC), for the smallest n_max too; None: basis-free.

    Raises
    ------
    InputError
        The descriptor needs more than the largest n_max tried.
    UndecidedError
        Whether some n_max is enough could not be decided; the message says which and the bounds reached.
    """
    found = _angular(env)
    return found if descriptor is None else replace(found, n_max_needed=_radial(env, descriptor, found.l_max_needed))


def _radial(env: Environment, descriptor, l_max: int) -> int | None:

    descriptor = parse(descriptor) if isinstance(descriptor, str) else descriptor
    sized = {"n_max", "l_max"} <= set(descriptor.parameters())
    if not sized or [row_class.level for row_class in descriptor.classes(env)][1:] != ["angular_truncation"]:
        return None
    filtration = exact_filtration(env, nu=2)
    for n_max in range(1, MAX_N + 1):
        tried = replace(descriptor, n_max=n_max, l_max=l_max)
        if tried.capacity(env) < filtration.rank:  # fewer features than directions to see
            continue
        reached = certified_truncation(filtration, tried).filtration
        if reached.undecided is not None:
            raise UndecidedError(f"{descriptor.name}: whether n_max = {n_max} is enough: {reached.undecided}")
        if reached["radial_truncation"] == 0:
            return n_max
    raise InputError(f"{descriptor.name}: n_max = {MAX_N} is not enough")


def _angular(env: Environment) -> BasisSize:
    filtration = exact_filtration(env, nu=2)
    if filtration.undecided is not None:
        raise UndecidedError(filtration.undecided)
    complete = filtration["symmetry"] + filtration["incompleteness"]
    nullities = []
    for l_max in count():
        level, undecided = exact_level(filtration.moves, angular_class(l_max), filtration.vectors)
        if undecided is not None:
            raise UndecidedError(undecided)
        nullities.append(complete + level.dimension)
        if level.dimension == 0:
            return BasisSize(tuple(nullities), complete, l_max)
    return None
