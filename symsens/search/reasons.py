"""Why the rank of a Jacobian of closed forms is no larger than it is, in the terms of the rules of the checker.

Law: a reason is given only if it bounds the rank by what was proved; where none does, something else proved it.
"""

from symsens.descriptors.base import Descriptor, plan_of
from symsens.errors import NoClosedForm
from symsens.forms.facts import is_scale_free
from symsens.forms.select import contributing_rows
from symsens.geometry.cluster_symmetry import cluster_generators
from symsens.rows.evidence import Reasons
from symsens.rows.filtration import Filtration
from symsens.search.density import density_bound
from symsens.search.lindemann import exponential_null_vectors
from symsens.search.relations import known_relations, rank_bound, rational

MAX_ENTRIES = 1000  # of a J whose sums of exponentials are looked at although the density is reason enough


def reasons_for(filtration: Filtration, descriptor: Descriptor) -> Reasons | None:
    """Why the rank of a decided filtration is no larger; None where no rule of the checker says so."""
    env, rank, last = filtration.moves.environment, filtration.rank, filtration.levels[-1]
    if not last.dimension:
        return Reasons(complete=False)
    try:
        plan = plan_of(env, descriptor)
    except NoClosedForm:
        return None
    if rank == len(plan.labels) or rank == len(contributing_rows(env, plan)):
        return Reasons(complete=True)
    if last.proof is None and not last.unlisted:
        cluster = cluster_generators(env) if plan.roles else ()
        return Reasons(complete=True, scale=is_scale_free(plan), cluster=cluster, vectors=last.vectors)
    if rank == rank_bound(env, descriptor):
        relations = rational(known_relations(plan), plan.labels)
        return None if relations is None else Reasons(complete=True, relations=relations)
    if len(plan.labels) * filtration.displacements > MAX_ENTRIES and rank == density_bound(env, descriptor):
        return None
    if env.field.degree > 1:
        return None
    above = tuple(tuple(map(int, vector)) for level in filtration.levels[:-1] for vector in level.vectors)
    vectors = exponential_null_vectors(filtration.moves, descriptor, above) or ()
    return Reasons(complete=True, exponentials=vectors) if len(vectors) == last.dimension else None
