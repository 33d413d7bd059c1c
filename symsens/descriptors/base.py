"""What a descriptor is: closed forms over tuple invariants, the tuples they are summed over, the feature each adds to.

A descriptor is a small frozen dataclass of exact parameters with one method, ``blocks(centre, species)``. A block is

    for a in phi:   feature[labels[a]] += scale * sum over tuples tau with species_tau = channel of phi[a](t_tau)

with ``phi`` SymPy expressions in the invariants of the tuple (`invariants`) and in the members of its families. A
`Family` is a list of closed forms in the invariants of one neighbour, or of a pair, used at several places of the
tuple: radial functions, angular functions. Products of families are never expanded: each family is evaluated, with its
derivatives, once per distance or pair, and everything else is vectorised products. All arithmetics, the LaTeX and the
derivatives come from these expressions. Blocks that name the same label add to the same feature (cross terms with the
centre's own density, sums of different body order, species weights through ``scale``).

A new descriptor in ten lines, complete with SPEC, exact Jacobian, enclosures and LaTeX once its class is named in
``symsens.descriptors.NAMES``::

    from symsens.descriptors.base import TupleSum
    from symsens.forms.blocks import Block, Condition, invariants, number
    from symsens.spec import integer, rational

    @dataclass(frozen=True)
    class Bonds(TupleSum):
        '''F_k = sum_j exp(-k s_j / a^2) (1 - s_j / r_c^2)^2'''
        name = "bonds"
        k_max: int = integer(4, low=1, high=20, help="number of exponents")
        a: Fraction = rational(1, above=0, help="width, Angstrom")
        cutoff: Fraction = rational(5, above=0, help="cutoff radius, Angstrom")

        def blocks(self, centre, species):
            (s,) = invariants(1)
            u = self.cutoff ** 2                       # parameters are Fractions; write Rational where SymPy meets them
            phi = [exp(-k * s / number(self.a) ** 2) * (1 - s / number(u)) ** 2 for k in range(1, self.k_max + 1)]
            inside = Condition(number(u) - s, f"cutoff radius {self.cutoff}")
            names = [f"k={k + 1}" for k in range(self.k_max)]
            return [Block(1, (z,), phi, [f"{z} {name}" for name in names], conditions=[inside]) for z in species]

Law: nothing above asks what kind of descriptor it has; all are asked the questions of `Descriptor`.
"""

from collections.abc import Sequence
from dataclasses import fields
from fractions import Fraction
from functools import lru_cache

import flint
import numpy as np

from symsens.errors import NoClosedForm, SpecError
from symsens.forms.arithmetics import Arithmetic, ball
from symsens.forms.assembly import assemble
from symsens.forms.blocks import Block
from symsens.forms.enclosure import enclosed_sums
from symsens.forms.facts import angular_degree, is_scale_free, reach
from symsens.forms.gradients import derivatives, enclosed_derivatives, one_copy
from symsens.forms.layouts import Layout, lay_out
from symsens.forms.seeds import Seeds, cartesian_seeds
from symsens.forms.select import selected_tuples
from symsens.geometry.cluster_symmetry import cluster_displacements
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.geometry.species import sorted_species
from symsens.numbers.midrad import MidRad
from symsens.rows.angular import angular_class
from symsens.rows.matrices import RowClass, invariants_of_order
from symsens.spec import Parameters

MAX_TERMS = 60_000


class Descriptor(Parameters):
    """Base of all descriptors: parameters by SPEC, and the questions that are asked of every one of them.

    A subclass is a frozen dataclass whose fields are made by the functions of `symsens.spec`, with

    name : its name in a SPEC.
    formula : the general formula in LaTeX, with sums, for `derive`.
    """

    name = ""
    formula = ""

    def feature_names(self, env: Environment, species=None) -> tuple[str, ...]:
        """The names of the features on `env`, or on all of `species`."""
        raise NotImplementedError

    def jets(self, env: Environment, arithmetic: Arithmetic, seeds: Seeds | None = None, species=None) -> np.ndarray:
        """Values and derivatives, in any arithmetic: the one evaluation that every descriptor has.

        Returns
        -------
        (features, 1) values if `seeds` is None, otherwise (features, D) derivatives along the directions of the seeds.

        Raises
        ------
        NotSmoothError
            As `check_smooth`.
        NotRational
            The arithmetic has no such numbers.
        """
        raise NotImplementedError

    def enclosed(self, env: Environment, prec: int, moves: Displacements | None = None, species=None) -> MidRad:
        """`jets` (along `moves`) enclosed in float64 midpoints and radii, from balls of `prec` bits or faster."""
        with flint.ctx.workprec(prec):
            seeds = None if moves is None else cartesian_seeds(moves, ball())
            balls = self.jets(env, ball(), seeds, species)
            flat = MidRad.from_arb(balls.ravel().tolist())
        return MidRad(flat.mid.reshape(balls.shape), flat.rad.reshape(balls.shape))

    def check_smooth(self, env: Environment) -> None:
        """Refuse an environment at which the descriptor is not differentiable.

        Raises
        ------
        NotSmoothError
            Naming the place (a cutoff radius, collinear neighbours, ...), decided in exact arithmetic.
        """
        raise NotImplementedError

    def classes(self, env: Environment) -> tuple[RowClass, ...]:
        """What it cannot see: classes of functions that it belongs to, each inside the one before; see `RowClass`."""
        raise NotImplementedError

    def capacity(self, env: Environment) -> int:
        """A bound of the rank of J by the size of the descriptor alone."""
        return len(self.feature_names(env))

    def own_null_vectors(self, env: Environment) -> list[list[int]]:
        """Displacements of the neighbours that it does not see although its classes do, as exact integers."""
        return []

    def visible(self, env: Environment) -> Environment | None:
        """The environment of those neighbours that have a part in any feature; None where that is not decided."""
        return None

    def reach(self, centre: str, species) -> Fraction | None:
        """A radius in Angstrom beyond which it sees no atom; None where there is none, or none is known.

        Parameters
        ----------
        centre, species : of the centre, and of all atoms that may be its neighbours.
        """
        return None

    def written_out(self, squared_distance, species) -> list[tuple] | None:
        """(label, closed form) of every feature where there is one although it is no sum over tuples; None otherwise.

        Parameters
        ----------
        squared_distance : (a, b) -> the SymPy form of the squared distance of the atoms a < b, 0 the centre.
        species : of all atoms, the centre first.
        """
        return None

    def layout(self, centre: str, species: tuple[str, ...]) -> Layout:
        """Its closed forms over tuples.

        Raises
        ------
        NoClosedForm
            It is no finite sum over tuples.
        """
        raise NoClosedForm(f"{self.name}: its features are functions of the whole environment, no sums over tuples")


class TupleSum(Descriptor):
    """A descriptor whose features are sums of closed forms over tuples of neighbours.

    A subclass has one method more: ``blocks(centre, species)``. All else follows from them.
    """

    def blocks(self, centre: str, species: tuple[str, ...]) -> Sequence[Block]:
        """The blocks for a centre of species `centre` whose neighbours' species are among `species` (sorted)."""
        raise NotImplementedError

    def labels(self, centre: str, species: tuple[str, ...]) -> Sequence[str] | None:
        """The features in order; None: as the blocks name them first."""
        return None

    def layout(self, centre, species):
        return _layout(self, centre, species)

    def feature_names(self, env, species=None):
        return plan_of(env, self, species).labels

    def jets(self, env, arithmetic, seeds=None, species=None):
        plan = plan_of(env, self, species)
        return assemble(env, plan, arithmetic, one_copy, False).array[0] if seeds is None else derivatives(plan, seeds)

    def enclosed(self, env, prec, moves=None, species=None):
        plan = plan_of(env, self, species)
        return enclosed_sums(env, plan, prec, False) if moves is None else enclosed_derivatives(plan, moves, prec)

    def check_smooth(self, env):
        selected_tuples(env, plan_of(env, self), pair_labels(env))

    def classes(self, env):
        """All functions of its order; where it is of order 2 and its forms are polynomials in the angle, those too."""
        plan = plan_of(env, self)
        degree = _angular_degree(plan)
        return (invariants_of_order(plan.nu), *([] if degree is None else [angular_class(degree)]))

    def own_null_vectors(self, env):
        """Growth, where no form knows the scale; and what symmetries of all atoms hide, from sums over all atoms."""
        plan = plan_of(env, self)
        vectors = [[c for y in env.integer_positions[0] for c in y]] if _is_scale_free(plan) else []
        return [*vectors, *cluster_displacements(env)] if plan.roles else vectors

    def reach(self, centre, species):
        return reach(self.layout(centre, sorted_species(species)))

    def visible(self, env):
        """The neighbours that occur in any tuple: the cutoff decides, exactly.

        Raises
        ------
        NotSmoothError
            The descriptor is not differentiable at `env`.
        """
        plan = plan_of(env, self)
        tuples = selected_tuples(env, plan, pair_labels(env))
        seen = sorted({j for block, found in zip(plan.blocks, tuples) if block.nu for j in found.ravel().tolist()})
        return env if len(seen) == env.n else env.part(seen)


def plan_of(env: Environment, descriptor: Descriptor, species=None) -> Layout:
    """The layout of `descriptor` for the centre of `env` and `species` (those of its neighbours by default)."""
    return descriptor.layout(env.centre_species, sorted_species(env.species if species is None else species))


@lru_cache(maxsize=32)
def _layout(descriptor: TupleSum, centre: str, species: tuple[str, ...]) -> Layout:
    blocks = descriptor.blocks(centre, species)
    terms = sum(len(block.phi) for block in blocks)
    guard(terms, descriptor.name, " or ".join(parameter.name for parameter in fields(descriptor)))
    return lay_out(descriptor.name, blocks, descriptor.labels(centre, species))


_angular_degree, _is_scale_free = lru_cache(maxsize=32)(angular_degree), lru_cache(maxsize=32)(is_scale_free)


def guard(terms: int, name: str, lower: str) -> None:
    """Refuse a descriptor of too many closed forms, before they are built.

    Raises
    ------
    SpecError
        Saying how many terms, and which parameter (`lower`) to lower.
    """
    if terms > MAX_TERMS:
        raise SpecError(f"{name}: {terms} symbolic terms, more than {MAX_TERMS}: lower {lower}")
