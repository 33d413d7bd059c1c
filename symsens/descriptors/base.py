"""What a descriptor is: closed forms over tuple invariants, the tuples they are summed over, the feature each adds to.

A descriptor is a small frozen dataclass of exact parameters with one method, ``blocks(centre, species)``. A `Block`
says

    for a in phi:   feature[labels[a]] += scale * sum over tuples tau with species_tau = channel of phi[a](t_tau)

with ``phi`` SymPy expressions in the invariants of the tuple (`invariants`) and in the members of its families. A
`Family` is a list of closed forms in the invariants of one neighbour, or of a pair, used at several places of the
tuple: radial functions, angular functions. Products of families are never expanded: each family is evaluated, with its
derivatives, once per distance or pair, and everything else is vectorised products. All arithmetics, the LaTeX and the
derivatives come from these expressions. Blocks that name the same label add to the same feature (cross terms with the
centre's own density, sums of different body order, species weights through ``scale``).

A new descriptor in ten lines, complete with SPEC, exact Jacobian, enclosures and LaTeX once its class is named in
``symsens.descriptors.NAMES``::

    @dataclass(frozen=True)
    class Bonds(Descriptor):
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
            return [Block(1, (z,), phi, [f"{z} k={k + 1}" for k in range(self.k_max)], conditions=[inside]) for z in
            species]

Law: nothing here evaluates anything, and no SymPy expression is made from a user's text.
"""

from collections.abc import Sequence

from symsens.errors import SpecError
from symsens.forms.blocks import Block
from symsens.spec import Parameters

MAX_TERMS = 60_000


class Descriptor(Parameters):
    """Base of all descriptors: parameters by SPEC, features by `blocks`.

    A subclass is a frozen dataclass whose fields are made by `integer`, `rational`, `rationals`, `choice` or `switch`,
    with

    name : its name in a SPEC.
    formula : the general formula in LaTeX, with sums, for `derive`.
    blocks(centre, species) : its blocks for a centre and neighbours of these species.
    """

    name = ""
    formula = ""
    learned = (
        False  # a network: its functions are those of `symsens.descriptors.networks`, not of `symsens.forms.jacobian`
    )
    # Features that are no sums over tuples: whole(env, arithmetic, derivative) is their G, or F as a column. Such a
    # descriptor also has order(env), the nu whose null space its own contains, capacity(env), a bound of the rank of J,
    # and closed_forms.
    whole = None
    scale_free = False  # no feature changes when all distances grow by one factor
    of_all_atoms = False  # the centre is one atom like the others: isometries that move it change nothing either
    angular_degree = (
        None  # nu = 2: at given (species, s_j, s_k) every phi is a polynomial in d_jk of at most this degree
    )

    def blocks(self, centre: str, species: tuple[str, ...]) -> Sequence[Block]:
        """The blocks for a centre of species `centre` whose neighbours' species are among `species` (sorted, all
        different)."""
        raise NotImplementedError

    def labels(self, centre: str, species: tuple[str, ...]) -> Sequence[str] | None:
        """The features in order; None: as the blocks name them first."""
        return None

    def check_smooth(self, env) -> None:
        """Refuse an environment at which the descriptor is not differentiable.

        Raises
        ------
        NotSmoothError
            Naming the place (a cutoff radius, collinear neighbours, ...), decided in exact arithmetic.
        """
        from symsens.forms.select import check_conditions  # built on this module

        check_conditions(env, self)


def guard(terms: int, name: str, lower: str) -> None:
    """Refuse a descriptor of too many closed forms, before they are built.

    Raises
    ------
    SpecError
        Saying how many terms, and which parameter (`lower`) to lower.
    """
    if terms > MAX_TERMS:
        raise SpecError(f"{name}: {terms} symbolic terms, more than {MAX_TERMS}: lower {lower}")
