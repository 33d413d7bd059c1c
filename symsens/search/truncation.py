"""The last two steps of the filtration, I_nu <= A_{2,l} <= N, and the singular values, for the actual finite basis.

Law: the rank of J is bounded from above by the levels before it and by the number of features, from below by a positive
lower bound of sigma_r, or decided exactly where the closed form is rational. When the bounds meet, every other singular
value is exactly zero and these r have rigorous intervals; when they do not, the level is undecided with the bounds
reached.
"""

from dataclasses import replace

from symsens.descriptors.base import Descriptor
from symsens.errors import UndecidedError
from symsens.forms.jacobian import ball_jacobian, exact_jacobian, midrad_jacobian
from symsens.forms.select import plan_of, selected_tuples
from symsens.geometry.cluster_symmetry import cluster_displacements
from symsens.geometry.environment import Environment
from symsens.geometry.gram import gram_derivative, pair_labels
from symsens.geometry.symmetry import rigid_displacements
from symsens.numbers.kernel import independent, preimage
from symsens.numbers.rank import prove_rank_at_least_arb
from symsens.numbers.singular_values import ZERO, SingularValue, enclose_singular_values, enclose_singular_values_arb
from symsens.rows.angular import angular_rows
from symsens.rows.filtration import Filtration, Level, exact_level, tie_matrix
from symsens.rows.matrices import plain_rows
from symsens.search.lindemann import exponential_rank
from symsens.search.relations import rank_bound

MAX_BITS = 4096  # of the enclosures
SEARCH_BITS = 512  # of the search for the best lower bound when the rank stays undecided


def order(env: Environment, descriptor: Descriptor) -> int:
    """nu of a descriptor on the species of `env`: the largest order of its tuples, at least 1."""
    if descriptor.whole is not None:
        return descriptor.order(env)
    return max([1, *(block.nu for block in plan_of(env, descriptor).blocks)])


def angular_level(env: Environment, filtration: Filtration, l_max: int) -> tuple[Level, str | None]:
    """A_{2,l_max} beyond the levels of `filtration`, exactly."""
    derivative = gram_derivative(env)
    if filtration.variables is not None:
        derivative = derivative * tie_matrix(env)
    rows = angular_rows(env, pair_labels(env), derivative, l_max)
    return exact_level("angular_truncation", lambda: [rows], filtration.vectors, env.field)


def radial_level(
    env: Environment, filtration: Filtration, descriptor: Descriptor, vary: str
) -> tuple[Level, str | None] | None:
    """null(J) beyond the levels of `filtration`, exactly; None where the closed form is not rational."""
    jacobian = exact_jacobian(env, descriptor, vary)
    if jacobian is None:
        return None
    numerators, _ = jacobian.numer_denom()
    return exact_level("radial_truncation", lambda: [plain_rows(numerators)], filtration.vectors, env.field)


def _own_invariances(env: Environment, filtration: Filtration, descriptor: Descriptor) -> tuple[tuple[int, ...], ...]:
    """Null vectors beyond the levels of `filtration` that this descriptor has by what its class need not have: see
    `Descriptor`."""
    vectors = [[c for y in env.integer_positions[0] for c in y]] if descriptor.scale_free else []
    if descriptor.of_all_atoms:
        vectors += cluster_displacements(env)
    if not vectors:
        return ()
    if filtration.variables is not None:
        vectors = [*rigid_displacements(env), *vectors]
        vectors = preimage(
            tie_matrix(env),
            [vectors[i] for i in independent(vectors, 3 * env.n, env.field.primes())],
            env.field.primes(),
        )
    old = filtration.vectors
    chosen = independent([*old, *vectors], filtration.displacements, env.field.primes())
    return tuple(tuple(vectors[i - len(old)]) for i in chosen if i >= len(old))


def _float_values(env, descriptor, vary, rank) -> tuple[SingularValue, ...]:
    """Intervals from float64, the first `rank` of them valid whatever the rank of J is; none where float64 cannot."""
    try:
        return enclose_singular_values(midrad_jacobian(env, descriptor, vary=vary), rank)
    except UndecidedError:
        return ()


def _positive(values, rank: int) -> bool:
    """Whether the first `rank` intervals are there and prove that as many singular values are positive."""
    return len(values) >= rank and all(value.lower > 0 for value in values[:rank])


def _rank_at_least(env, descriptor, vary, start, bound) -> int:
    """The largest r in start..bound that balls prove to be a lower bound of the rank of J."""
    for r in range(bound, start, -1):
        try:
            return prove_rank_at_least_arb(lambda bits: ball_jacobian(env, descriptor, bits, vary), r, SEARCH_BITS).rank
        except UndecidedError:
            continue
    return start


def certified_truncation(env: Environment, filtration: Filtration, descriptor: Descriptor, vary: str, digits: int = 6):
    """Extend a decided filtration by what the finite basis of `descriptor` loses.

    Parameters
    ----------
    env, descriptor : the environment and a descriptor of order ``filtration.nu``.
    filtration : rigid, symmetry, incompleteness, decided.
    vary : as for `symsens.jobs.certification`.
    digits : relative width 10^-digits asked of each interval.

    Returns
    -------
    (Filtration, one singular value per displacement, descending, or None)
        ``undecided`` of the filtration names the bounds reached where they do not meet.
    """
    features = len(plan_of(env, descriptor).labels) if descriptor.whole is None else descriptor.capacity(env)
    extra = _own_invariances(env, filtration, descriptor)
    allowed = filtration.displacements - filtration.nullity - len(extra)
    rank = min(features, allowed)
    values = _float_values(env, descriptor, vary, rank)
    positive = _positive(values, rank)
    if filtration.nu == 2 and descriptor.angular_degree is not None:
        if (
            positive and rank == allowed and not extra
        ):  # J sees whatever D_2 sees, so nothing is lost to l_max: no rank of D_{2,l} is needed
            level, undecided = Level("angular_truncation", ()), None
        else:
            level, undecided = angular_level(env, filtration, descriptor.angular_degree)
        filtration = replace(filtration, levels=(*filtration.levels, level), undecided=undecided)
        if undecided is not None:
            return filtration, None
        if level.dimension:
            allowed -= level.dimension
            rank = min(features, allowed)
            positive = _positive(values, rank)
    level, undecided = Level("radial_truncation", extra, unlisted=allowed - rank), None
    evidence = ""
    if not positive:
        # sigma_r is not seen to be positive: the closed form decides if it is rational, otherwise balls try
        exact = radial_level(env, filtration, descriptor, vary)
        if exact is not None:
            level, undecided = exact
            rank, positive = allowed + len(extra) - level.dimension, undecided is None
        else:
            less = rank_bound(env, descriptor, rank)
            if less < rank:
                rank, level = less, replace(level, unlisted=allowed - less)
                positive = _positive(values, rank)
            sums = None if positive else exponential_rank(env, descriptor, vary)
            if sums is not None and sums.exact:
                level, rank, positive = replace(level, unlisted=allowed - sums.lower), sums.lower, True
            elif sums is not None and sums.lower < rank:
                evidence = (
                    f"; ≈ {sums.lower} by random evaluations "
                    f"that err with probability below {max(sums.evidence, 1e-300):.0e}"
                )
    if undecided is None and not (
        positive and len(values) >= rank and all(value.relative_width() * 10**digits <= 1 for value in values[:rank])
    ):
        try:
            # every interval that is narrow enough is positive, so this also proves the rank where it was not yet
            limit = SEARCH_BITS if evidence else MAX_BITS
            values = enclose_singular_values_arb(
                lambda bits: ball_jacobian(env, descriptor, bits, vary), rank, digits, limit
            )
        except UndecidedError as reason:
            if positive:
                undecided = f"rank of J = {rank}, but {reason}"
            else:
                at_least = _rank_at_least(env, descriptor, vary, sum(value.lower > 0 for value in values[:rank]), rank)
                level, undecided = (
                    replace(level, unlisted=0),
                    f"rank of J: at least {at_least}, at most {rank}{evidence}",
                )
    filtration = replace(filtration, levels=(*filtration.levels, level), undecided=undecided)
    if undecided is not None:
        return filtration, None
    if not all(value.lower > 0 for value in values[:rank]):
        raise AssertionError(
            f"{descriptor}: a singular value counted as positive has no positive lower bound: please report this "
            "structure"
        )
    # exact zeros beyond the rank, one singular value per displacement
    return filtration, (*values[:rank], *[ZERO] * (filtration.displacements - rank))


def visible(env: Environment, descriptor: Descriptor) -> Environment:
    """The environment of those neighbours that occur in any tuple of `descriptor`: its cutoff decides, exactly.

    Raises
    ------
    NotSmoothError
        The descriptor is not differentiable at `env`.
    """
    if descriptor.whole is not None:
        return env
    plan, labels = plan_of(env, descriptor), pair_labels(env)
    seen = sorted(
        {
            j
            for block, found in zip(plan.blocks, selected_tuples(env, descriptor, plan, labels))
            if block.nu
            for j in found.ravel().tolist()
        }
    )
    if len(seen) == env.n:
        return env
    pick = lambda row: tuple(row[j] for j in seen)  # noqa: E731
    return replace(env, species=pick(env.species), positions=pick(env.positions), atoms=pick(env.atoms))
