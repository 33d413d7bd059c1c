"""The cases of the pack: degenerate pairs, singular environments, symmetric molecules, each with its proof.

Law: every expectation is taken from an answer that is PROVED, none from a table.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np

from symsens.errors import ContradictionError
from symsens.geometry.cartesian import orthonormal, to_atoms, to_cartesian
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.families import FAMILIES
from symsens.jobs.certification import certify
from symsens.jobs.pairs import compare
from symsens.verdict import Verdict

NEAREST = Fraction(11, 10)  # Angstrom, between the two nearest atoms of a case
PAIRS = ("half-turn-pair", "mirror-pair", "methane-pair", "antipodal-5-pair", "ring-pair")
SINGULAR = (("half-turn", 2), ("mirror", 2), ("circle-and-apex", 2), ("methane", 2), ("polygon-and-pole", 3))
SYMMETRIC = {
    "tetrahedron": [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)],
    "octahedron": [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)],
    "square": [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)],
    "bent": [(3, 4, 0), (-3, 4, 0)],
    "cube": [(x, y, z) for x in (1, -1) for y in (1, -1) for z in (1, -1)],
}


@dataclass(frozen=True)
class Case:
    """One question to an energy model.

    Attributes
    ----------
    name : unique.
    kind : "pair", two environments of atom 0 that no features of order nu tell apart; "singular", displacements of the
        neighbours of atom 0 along which no features of order nu of that atom change; "symmetric", displacements of all
        atoms along which the force of every energy is zero.
    nu : the order; None of symmetric cases, which hold for all.
    structures : one, or the two of a pair; atom 0 is the centre.
    directions : (k, N, 3) orthonormal, for the last two kinds.
    why : in words.
    certificate : that proves it.
    """

    name: str
    kind: str
    nu: int | None
    structures: tuple[Structure, ...]
    directions: np.ndarray
    why: str
    certificate: dict

    @property
    def atoms(self) -> list:
        """The structures as `ase.Atoms`."""
        return [to_atoms(structure) for structure in self.structures]


@lru_cache(maxsize=8)
def cases(centre: str = "C", neighbour: str = "H") -> tuple[Case, ...]:
    """All cases, of atoms of these species; atoms are at least 1.1 Angstrom apart.

    Parameters
    ----------
    centre, neighbour : chemical symbols, the same one for a model of one element.
    """
    kinds = (centre, neighbour)
    return (
        *(_pair(name, kinds) for name in PAIRS),
        *(_singular(name, nu, kinds) for name, nu in SINGULAR),
        *(_symmetric(name, points, kinds) for name, points in SYMMETRIC.items()),
    )


def _pair(name: str, kinds) -> Case:
    first, second = _scaled([_with(env, kinds) for env in FAMILIES[name].members()])
    nu, found = FAMILIES[name].degenerate, compare(first, second)
    _expect(not found.congruent and found.equal_up_to == nu, name)
    why = f"site energies of order nu <= {nu} are equal, the two are not congruent: {FAMILIES[name].summary}"
    structures = (_structure(first), _structure(second))
    return Case(name, "pair", nu, structures, np.zeros((0, first.n + 1, 3)), why, found.certificate)


def _singular(name: str, nu: int, kinds) -> Case:
    (env,) = _scaled([_with(env, kinds) for env in FAMILIES[name].members()])
    result = certify(env, nu=nu)
    (level,) = [level for level in result.filtration.levels if level.name == "incompleteness"]
    _expect(result.verdict is Verdict.PROVED and level.vectors, name)
    moved = orthonormal(env.metric, level.vectors).reshape(-1, env.n, 3)
    directions = np.concatenate([np.zeros((len(moved), 1, 3)), moved], axis=1)
    why = f"no site energy of order nu <= {nu} changes to first order, and no symmetry is why: {FAMILIES[name].summary}"
    return Case(name, "singular", nu, (_structure(env),), directions, why, result.certificate)


def _symmetric(name: str, points, kinds) -> Case:
    (env,) = _scaled([_with(Environment([kinds[1]] * len(points), points), kinds)])
    structure = _structure(env)
    result = certify(structure, level="sum")
    vectors = [v for level in result.filtration.levels if level.name in ("rigid", "symmetry") for v in level.vectors]
    _expect(result.verdict is Verdict.PROVED and len(vectors) > 6, name)
    directions = orthonormal(structure.metric, vectors).reshape(len(vectors), -1, 3)
    why = (
        f"no energy that isometries leave alone has a force there: rigid motions, and the {result.point_group} symmetry"
    )
    return Case(name, "symmetric", None, (structure,), directions, why, result.certificate)


def _expect(holds: bool, name: str) -> None:
    if not holds:
        raise ContradictionError(f"case {name}: what is known of the family is not what was proved")


def _with(env: Environment, kinds) -> Environment:
    return replace(env, centre_species=kinds[0], species=(kinds[1],) * env.n, formula=None)


def _scaled(environments: list[Environment]) -> list[Environment]:
    """Made larger or smaller, all by the same rational number, so that the two nearest atoms are 1.1 Angstrom apart."""
    nearest = min(_nearest(env) for env in environments)
    factor = Fraction(float(NEAREST) / nearest).limit_denominator(100)
    grown = lambda env: tuple(tuple(factor * c for c in y) for y in env.positions)
    return [replace(env, positions=grown(env)) for env in environments]


def _nearest(env: Environment) -> float:
    points = to_cartesian(env.metric, [(0, 0, 0), *env.positions])
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    return float(apart[np.triu_indices(len(points), 1)].min())


def _structure(env: Environment) -> Structure:
    """The environment as a molecule, its centre the first atom."""
    species = (env.centre_species, *env.species)
    return Structure(species, ((0, 0, 0), *env.positions), metric=env.metric, field=env.field)
