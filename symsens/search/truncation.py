"""The last two steps of the filtration, I_nu <= A_{2,l} <= N, and the singular values, for the actual finite basis.

Law: one loop. Provers take turns; each may raise the lower or lower the upper bound of the rank of J, until the two
meet (`symsens.numbers.bounds.RankBounds`). Then every other singular value is exactly zero and these r have rigorous
intervals; where they do not meet the level is undecided with the bounds reached. Bounds that exclude each other raise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from flint import arb_mat, ctx

from symsens.budget import BudgetSpent, portion, stage, stop
from symsens.descriptors.base import Descriptor
from symsens.errors import ContradictionError, InputError, UndecidedError
from symsens.forms.jacobian import ball_jacobian, exact_multiples, midrad_jacobian
from symsens.forms.seeds import cartesian_vectors
from symsens.geometry.displacements import Displacements
from symsens.geometry.symmetry import rigid_displacements
from symsens.numbers.bounds import RankBounds
from symsens.numbers.graded import DIGITS, enclose_graded
from symsens.numbers.midrad import MidRad
from symsens.numbers.rank import rank_by_elimination
from symsens.numbers.refinement import precisions
from symsens.numbers.singular_values import ZERO, SingularValue, enclose_singular_values, enclose_singular_values_arb
from symsens.rows.filtration import Filtration, Level, ModularProof, exact_level
from symsens.rows.matrices import RowClass, plain_rows
from symsens.search.density import density_bound
from symsens.search.lindemann import exponential_rank
from symsens.search.relations import long_forms, rank_bound

FIRST_BITS = 192  # of J, where float64 is not enough
MAX_BITS = 4096  # of the enclosures
LINDEMANN = "sums of exponentials, modulo a prime (Lindemann-Weierstrass)"
SEARCH_BITS = 512  # of the search for the best lower bound when the rank stays undecided


@dataclass(frozen=True)
class Truncation:
    """What a finite basis loses, and what it sees.

    Attributes
    ----------
    filtration : with the levels of the truncation; undecided where the rank of J is.
    values : one singular value per displacement, descending; None where the rank or an interval is undecided.
    wide : why there are no intervals although the rank is proved; None otherwise.
    bounds : of the rank of J; None where the levels above it are undecided already.
    """

    filtration: Filtration
    values: tuple[SingularValue, ...] | None = None
    wide: str | None = None
    bounds: RankBounds | None = None


@dataclass(frozen=True)
class State:
    """What is known of the rank of J so far.

    Attributes
    ----------
    descriptor : whose J it is.
    filtration : the levels above the last, all decided.
    bounds : of the rank of J.
    digits : relative width 10^-digits asked of the intervals.
    values : intervals of singular values, the first `bounds.lower` of them positive.
    vectors, proof : exact null vectors beyond those levels that are known, and the modular proof that they are all.
    notes : evidence, for people.
    """

    descriptor: Descriptor
    filtration: Filtration
    bounds: RankBounds
    digits: int
    values: tuple[SingularValue, ...] = ()
    vectors: tuple[tuple[int, ...], ...] = ()
    proof: ModularProof | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def moves(self) -> Displacements:
        """The columns of J."""
        return self.filtration.moves


Prover = Callable[[State], State]


def certified_truncation(
    filtration: Filtration, descriptor: Descriptor, digits: int = 6, narrower: Sequence[RowClass] | None = None
) -> Truncation:
    """Extend a decided filtration by what the finite basis of `descriptor` loses.

    Parameters
    ----------
    filtration : rigid, symmetry, and the null space of the widest of the descriptor's classes, decided.
    descriptor : the descriptor.
    digits : relative width 10^-digits asked of each interval.
    narrower : the descriptor's classes but the widest, if they are known already.

    Raises
    ------
    ContradictionError
        Two bounds exclude each other.
    """
    above = f"the rows of every descriptor of {'its class' if filtration.nu is None else f'order nu = {filtration.nu}'}"
    state = State(descriptor, filtration, RankBounds(filtration.rank, above), digits)
    state = proved(state, (by_size, by_own_invariances))
    state = tried(state, by_float_enclosure, 1 / 2)
    if narrower is None:
        narrower = descriptor.classes(filtration.moves.environment)[1:]
    for row_class in narrower:
        state, undecided = narrowed(state, row_class)
        if undecided is not None:
            return Truncation(replace(state.filtration, undecided=undecided))
    last = by_more_balls, by_relations, by_exponentials, by_balls
    state = proved(state, (by_exact_closed_form, by_first_balls, by_density, *last))
    if not state.bounds.met:
        evidence = "".join(f"; {note}" for note in state.notes)
        level = Level("radial_truncation", ())
        levels = (*state.filtration.levels, level)
        undecided = replace(state.filtration, levels=levels, undecided=f"rank of J: {state.bounds}{evidence}")
        return Truncation(undecided, bounds=state.bounds)
    return _with_values(state)


def proved(state: State, provers: tuple[Prover, ...]) -> State:
    """The provers in turn, until the bounds meet."""
    for prover in provers:
        if state.bounds.met:
            break
        state = tried(state, prover, 1 if prover is provers[-1] else 1 / 2)
    return state


def tried(state: State, prover: Prover, part: float = 1) -> State:
    """What a prover makes of it in this part of the time that is left; if that is over, the same with a note."""
    try:
        with portion(part):
            stage(f"the proof {prover.__name__.replace('_', ' ')}")
            return prover(state)
    except BudgetSpent as spent:
        stop()
        return state if str(spent) in state.notes else replace(state, notes=(*state.notes, str(spent)))


# The provers.


def by_size(state: State) -> State:
    """J has not more rank than the descriptor has features."""
    capacity = state.descriptor.capacity(state.moves.environment)
    return replace(state, bounds=state.bounds.at_most(capacity, "the number of features, or the size of a network"))


def by_own_invariances(state: State) -> State:
    """Null vectors that this descriptor has by what its class need not have."""
    env = state.moves.environment
    own = state.descriptor.own_null_vectors(env)
    if not own:
        return state
    vectors = state.moves.pulled_back([*rigid_displacements(env), *own])
    new = tuple(map(tuple, state.moves.beyond(state.filtration.vectors, vectors)))
    bounds = state.bounds.at_most(state.filtration.rank - len(new), "invariances of the descriptor's own")
    return replace(state, vectors=new, bounds=bounds)


def by_float_enclosure(state: State) -> State:
    """Singular values that float64 proves to be positive, by Weyl's inequality; and no null vector that is none."""
    try:
        jacobian = midrad_jacobian(state.moves, state.descriptor)
        values = enclose_singular_values(jacobian, min(jacobian.shape)) if 0 not in jacobian.shape else ()
    except UndecidedError:
        return state
    _refute_null_vectors(state, jacobian)
    positive = sum(value.lower > 0 for value in values)
    why = f"the float64 enclosure of singular value {positive} is above 0"
    return replace(state, values=values, bounds=state.bounds.at_least(positive, why))


def _refute_null_vectors(state: State, jacobian: MidRad) -> None:
    """Raise where J v is not zero for a displacement v that a class, or the descriptor itself, calls invisible."""
    vectors = [*state.filtration.vectors, *state.vectors]
    if not vectors or 0 in jacobian.shape:
        return
    try:
        image = jacobian @ cartesian_vectors(state.moves, vectors).T
    except UndecidedError:  # beyond float64
        return
    seen = (np.abs(image.mid) > image.rad).any(axis=0)
    if seen.any():
        wrong = vectors[int(np.argmax(seen))]
        raise ContradictionError(
            f"{state.descriptor}: its class, or its own invariances, call the displacement {wrong} invisible, but the "
            "float64 enclosure of J v excludes 0; please report this descriptor and structure"
        )


def narrowed(state: State, row_class: RowClass) -> tuple[State, str | None]:
    """The level of a narrower class of functions: its rows see less than those above, exactly."""
    if state.bounds.lower == state.filtration.rank:  # J sees whatever the class above sees
        level, undecided = Level(row_class.level, ()), None
    else:
        level, undecided = exact_level(state.moves, row_class, state.filtration.vectors)
    filtration = replace(state.filtration, levels=(*state.filtration.levels, level), undecided=undecided)
    if undecided is not None:
        return replace(state, filtration=filtration), undecided
    fresh = tuple(map(tuple, state.moves.beyond(filtration.vectors, list(state.vectors)))) if state.vectors else ()
    upper = filtration.rank - len(fresh)
    bounds = state.bounds.at_most(upper, f"the exact rows of {row_class.level.replace('_', ' ')}")
    return replace(state, filtration=filtration, bounds=bounds, vectors=fresh), None


def by_exact_closed_form(state: State) -> State:
    """J itself over the rationals, where its closed form is rational."""
    level = radial_level(state.filtration, state.descriptor)
    if level is None:
        return state
    why, rank = "J over the rationals", state.filtration.rank - level.dimension
    bounds = state.bounds.at_least(rank, f"{why}, modulo a prime").at_most(rank, f"{why}, exact null vectors")
    return replace(state, bounds=bounds, vectors=level.vectors, proof=level.proof)


def by_relations(state: State) -> State:
    """Features that have no terms here, and linear relations among the others."""
    upper = rank_bound(state.moves.environment, state.descriptor)
    why = "features with terms here, less linear relations among them"
    return state if upper is None else replace(state, bounds=state.bounds.at_most(upper, why))


def by_density(state: State) -> State:
    """Functions of the density have not more rank than it has; often as much, seen in more bits."""
    upper = density_bound(state.moves.environment, state.descriptor)
    if upper is None or upper >= state.bounds.upper:
        return state
    why = "the coefficients of the density (Lemma coefficients, Lemma density)"
    state = replace(state, bounds=state.bounds.at_most(upper, why))
    return state if state.bounds.met else _with_positive(state, SEARCH_BITS) or state


def by_exponentials(state: State) -> State:
    """Lindemann-Weierstrass, where all entries are sums of exponentials of rationals."""
    sums = exponential_rank(state.moves, state.descriptor)
    if sums is None:
        return state
    bounds = state.bounds.at_least(sums.lower, LINDEMANN)
    if sums.exact:
        bounds = bounds.at_most(sums.lower, "sums of exponentials, null vectors (Lindemann-Weierstrass)")
    notes = state.notes
    if not bounds.met and sums.evidence < 1:
        drawn = f"that err with probability below {max(sums.evidence, 1e-300):.0e} over the draw"
        notes = (*notes, f"≈ {sums.lower} by random evaluations {drawn}")
    return replace(state, bounds=bounds, notes=notes)


def by_first_balls(state: State) -> State:
    """Singular values enclosed at the first precision: what a generic structure needs."""
    return _with_positive(state, FIRST_BITS) or state


def by_more_balls(state: State) -> State:
    """The same in more bits, where writing out long forms for relations among them takes longer than that."""
    found = _with_positive(state, SEARCH_BITS) if long_forms(state.moves.environment, state.descriptor) else None
    return found or state


def by_balls(state: State) -> State:
    """Singular values enclosed at rising precision; where that fails, those that the search's precision shows."""
    upper, limit = state.bounds.upper, SEARCH_BITS if state.notes else MAX_BITS
    try:
        values = _enclosed(state, upper, limit)
        return replace(state, values=values, bounds=state.bounds.at_least(upper, "balls around singular values"))
    except UndecidedError:
        pass
    found = _with_positive(state, SEARCH_BITS)
    if found is not None:
        return found
    with ctx.workprec(SEARCH_BITS):
        jacobian = ball_jacobian(state.moves, state.descriptor, SEARCH_BITS)
        rows = np.array(jacobian.tolist(), dtype=object).reshape(jacobian.nrows(), jacobian.ncols())
        lower = rank_by_elimination(rows, upper)
    return replace(state, bounds=state.bounds.at_least(lower, f"pivots that balls of {SEARCH_BITS} bits prove nonzero"))


# Levels and values.


def radial_level(filtration: Filtration, descriptor: Descriptor) -> Level | None:
    """null(J) beyond the levels of `filtration`, exactly; None where the closed form is not rational."""
    numerators = exact_multiples(filtration.moves, descriptor)
    if numerators is None:
        return None
    rows = RowClass("radial_truncation", lambda _: [plain_rows(numerators)])
    level, undecided = exact_level(filtration.moves, rows, filtration.vectors)
    return level if undecided is None else None


def _jacobian_at(state: State) -> Callable[[int], arb_mat]:
    def jacobian(bits):
        stage(f"balls of {bits} bits")
        return ball_jacobian(state.moves, state.descriptor, bits)

    return jacobian


def _with_positive(state: State, bits: int) -> State | None:
    """With the singular values that balls of so many bits show to be above 0; None where this is beyond float64."""
    try:
        values = enclose_graded(_jacobian_at(state), state.bounds.upper, bits)
    except BudgetSpent:
        raise
    except UndecidedError:
        return None
    except InputError as error:
        raise _contradiction(state, error) from None
    if len(values) <= state.bounds.lower:
        return state
    why = f"singular value {len(values)} is enclosed above 0 in {bits} bits"
    return replace(state, values=values, bounds=state.bounds.at_least(len(values), why))


def _enclosed(state: State, rank: int, limit: int) -> tuple[SingularValue, ...]:
    """Narrow intervals in balls: every one is positive, so that this proves the rank where it was not yet."""
    try:
        found = _by_pivots(state, rank, limit) if state.digits <= DIGITS else None
        return found or enclose_singular_values_arb(_jacobian_at(state), rank, state.digits, limit)
    except InputError as error:
        raise _contradiction(state, error) from None


def _by_pivots(state: State, rank: int, limit: int) -> tuple[SingularValue, ...] | None:
    """`_enclosed` by pivots and float64; None where the factors are beyond float64.

    Raises
    ------
    UndecidedError
        Fewer than `rank` are above 0 within the limit.
    """
    values = ()
    for bits in precisions(min(FIRST_BITS, limit), limit):
        try:
            values = enclose_graded(_jacobian_at(state), rank, bits)
        except BudgetSpent:
            raise
        except UndecidedError:
            return None
        if len(values) == rank and _narrow(values, state.digits):
            return values
    if len(values) < rank:
        raise UndecidedError(f"{len(values)} singular values are above 0 within {limit} bits")
    return None


def _narrow(values: Sequence[SingularValue], digits: int) -> bool:
    return all(value.relative_width() * 10**digits <= 1 for value in values)


def _contradiction(state: State, error: InputError) -> ContradictionError:
    return ContradictionError(f"{state.descriptor}: {error}, but it is at most that: {state.bounds.why_above}")


def _with_values(state: State) -> Truncation:
    """The last level, its rank proved, and narrow intervals."""
    rank, values = state.bounds.lower, state.values
    level = Level("radial_truncation", state.vectors, state.proof, state.filtration.rank - rank - len(state.vectors))
    filtration = replace(state.filtration, levels=(*state.filtration.levels, level))
    if not (len(values) >= rank and _narrow(values[:rank], state.digits)):
        try:
            values = _enclosed(state, rank, MAX_BITS)
        except UndecidedError as reason:
            if isinstance(reason, BudgetSpent):
                stop()
            wide = f"the rank of J is proved, = {rank}, but not its singular values: {reason}"
            return Truncation(filtration, None, wide, state.bounds)
    # exact zeros beyond the rank, one singular value per displacement
    values = (*values[:rank], *[ZERO] * (filtration.displacements - rank))
    return Truncation(filtration, values, bounds=state.bounds)
