"""One stratum of the atlas: a pattern, what its gap says, and whether neighbours in space are singular with it.

With n neighbours that span space there are k = n - 3 dependencies, and U^T B U = 0 is k (k + 1)/2 conditions on a
change B in F. If the gap is larger some B fulfils them, so every environment of the pattern is singular; otherwise
those are whose dependencies u all have B(u) = u^T B u = 0 for some B in F. The latter is right in a plane or on a line
too, where there are more dependencies, and no gap is so large that it settles the matter by itself.

Law: decided by a witness, whose pattern and null vectors are exact, or by `symsens.search.realisations`; else open.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

from sympy import Poly, Symbol, factor_list

from symsens.budget import BudgetSpent, stage, stop
from symsens.errors import UndecidedError
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.rows.atlas import canonical, named, pair_kinds
from symsens.rows.filtration import Filtration, exact_filtration
from symsens.rows.patterns import Pattern, dependencies, spurious_changes, spurious_weights
from symsens.search.realisations import Exclusion, exclusion
from symsens.search.tangents import dimension_near
from symsens.search.witnesses import stored_environments
from symsens.verdict import Verdict

NEVER, ALWAYS, CONDITIONAL = "never", "always", "conditional"
MAX_PRODUCT = 8  # of labels and weights of B; with more Groebner bases take long


@dataclass(frozen=True, eq=False, repr=False)
class Stratum:
    """The singular environments of one pattern.

    Attributes
    ----------
    pattern, nu : the pattern and the order.
    lost : a basis of F, integers over orbits of pairs; as many as the gap.
    realisable : whether there is an environment in space that has the pattern and is spuriously singular; None if this
        is not known.
    filtration : of such an environment, the witness, its neighbours in the order of the pattern; None without one.
    dimension : of the set of such environments near the witness, modulo rotations; None where it is not known.
    weights : of the only change of dot products in F & T at the witness, over `lost`; None where every environment of
        the pattern has one.
    exclusion : why there is none, if that is known and the gap does not say it.
    """

    pattern: Pattern
    nu: int
    lost: list
    realisable: bool | None
    filtration: Filtration | None = None
    dimension: int | None = None
    weights: list | None = None
    exclusion: Exclusion | None = None

    def __repr__(self):
        return f"Stratum(gap {self.gap} at nu={self.nu}, {self.kind}, realisable: {self.realisable})"

    @property
    def gap(self) -> int:
        """dim F: the incompleteness is this at most."""
        return len(self.lost)

    @property
    def orbits(self) -> int:
        """The number of orbits of pairs j <= k."""
        return int(self.pattern.orbit_of.max()) + 1

    @property
    def stabiliser_order(self) -> int:
        """The number of permutations that keep the pattern."""
        return len(self.pattern.permutations)

    @property
    def kind(self) -> str:
        """Which environments of the pattern that span space are singular: "never", "always" or "conditional"."""
        return kind_of(self.pattern.n, self.gap)

    @property
    def witness(self) -> Environment | None:
        """An environment of the pattern that is spuriously singular."""
        return None if self.filtration is None else self.filtration.moves.environment

    @property
    def verdict(self) -> Verdict:
        """PROVED where it is known whether there is a singular environment."""
        return Verdict.UNDECIDED if self.realisable is None else Verdict.PROVED

    @cached_property
    def condition(self) -> str | None:
        """When an environment of the pattern is singular: what all dependencies u fulfil; None if not conditional."""
        if self.kind != CONDITIONAL:
            return None
        forms = [quadratic_form(self.pattern.on_pairs(B)) for B in self.lost]
        if len(forms) == 1:
            return f"{forms[0]} = 0"
        terms = " + ".join(f"c{i} ({form})" for i, form in enumerate(forms, 1))
        return f"{terms} = 0 for some c other than 0"


def kind_of(n: int, gap: int) -> str:
    """Of a pattern of n neighbours."""
    k = max(n - 3, 0)
    if gap == 0:
        return NEVER
    return ALWAYS if gap > k * (k + 1) // 2 else CONDITIONAL


def quadratic_form(B: list[list]) -> str:
    """u^T B u, primitive and factored, as text: u4 (u2 - u3)."""
    u = [Symbol(f"u{j}") for j in range(1, len(B) + 1)]
    form = Poly(sum(x * u[j] * u[k] for j, row in enumerate(B) for k, x in enumerate(row)), *u)
    factors = [(factor, times) for factor, times in factor_list(form)[1]]
    texts = [(str(f.as_expr()).replace("**", "^").replace("*", " "), times) for f, times in factors]
    if len(texts) == 1 and texts[0][1] == 1:
        return texts[0][0]
    texts = sorted((f"({text})" if " " in text else text) + (f"^{times}" if times > 1 else "") for text, times in texts)
    return " ".join(sorted(texts, key=lambda text: "(" in text))


def decide(pattern: Pattern, nu: int) -> Stratum:
    """The stratum of a pattern at order nu, decided as far as is known.

    Raises
    ------
    UndecidedError
        A stored witness is none: never, unless something is broken.
    """
    lost = pattern.lost(nu)
    if not lost:
        return Stratum(pattern, nu, lost, False)
    found = _witnessed(pattern, nu, lost)
    if found is None:
        why = _excluded(pattern, lost)
        found = Stratum(pattern, nu, lost, None if why is None else False, exclusion=why)
    return found


def _witnessed(pattern: Pattern, nu: int, lost: list) -> Stratum | None:
    """With the witness of the pattern, if one is stored and is singular at this order."""
    env = stored_environments(pattern.n, nu).get(canonical(pattern.labels))
    if env is None:
        return None
    moves = Displacements.of_neighbours(in_order(env, pattern))
    if named(moves.labels) != named(pattern.labels):
        raise UndecidedError(f"the witness {env!r} has another pattern")
    filtration = exact_filtration(moves, nu)
    spurious = filtration["incompleteness"]
    if not spurious:
        return None
    if spurious != len(spurious_changes(moves, nu)):
        raise UndecidedError(f"the witness {env!r}: Theorem dual and the rows disagree")
    return Stratum(pattern, nu, lost, True, filtration, *_dimension(moves, lost))


def in_order(env: Environment, pattern: Pattern) -> Environment:
    """The environment with its neighbours in the order in which they have this pattern."""
    labels = Displacements.of_neighbours(env).labels
    order = next(p for p in permutations(range(env.n)) if named(labels, p) == named(pattern.labels))
    return Environment(
        [env.species[j] for j in order],
        [env.positions[j] for j in order],
        env.centre_species,
        env.metric,
        field=env.field,
    )


def _dimension(moves: Displacements, lost: list) -> tuple[int | None, list | None]:
    """Of the stratum near a witness, and the weights of its change, if it needs one; only where that in F & T is the
    only one, or every environment has some."""
    n, U = moves.environment.n, dependencies(moves)
    if len(U) != max(n - 3, 0):
        return None, None  # in a plane
    if kind_of(n, len(lost)) == ALWAYS:
        return dimension_near(moves, lost, None), None
    found = spurious_weights(Pattern.of(moves), lost, U)
    return (dimension_near(moves, lost, found[0]), found[0]) if len(found) == 1 else (None, None)


def _excluded(pattern: Pattern, lost: list) -> Exclusion | None:
    """Why there is no singular environment of the pattern, if that is proved; asked only where few are expected."""
    kinds, k = pair_kinds(pattern), max(pattern.n - 3, 0)
    labels, shells = int(kinds.max()) + 1, len(set(pattern.labels.diagonal()))
    always = kind_of(pattern.n, len(lost)) == ALWAYS
    expected = labels - k * (k + 1) // 2 - (0 if always else k * (k + 1) // 2 + 1 - len(lost))
    if expected > shells or (
        labels * len(lost) > MAX_PRODUCT and not always
    ):  # more than lengths is free; it takes long
        return None
    try:
        stage("whether there is a singular environment")
        return exclusion(pattern, lost, pattern_only=always)
    except BudgetSpent:
        stop()
        return None
