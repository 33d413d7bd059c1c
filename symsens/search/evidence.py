"""Evidence for certificates: what the search did not need to write down, found once more when it is asked for.

Law: what is found again agrees with what was found before, or no certificate is written.
"""

from dataclasses import replace

from flint import arb_mat, ctx

from symsens.descriptors.base import Descriptor, plan_of
from symsens.errors import UndecidedError
from symsens.forms.arithmetics import ball
from symsens.forms.jacobian import midrad_jacobian
from symsens.forms.polynomials import polynomial_features
from symsens.forms.seeds import frame_seeds
from symsens.geometry.displacements import Displacements
from symsens.numbers.metric import IDENTITY
from symsens.numbers.rank import RankProof, prove_rank_at_least, prove_rank_at_least_arb
from symsens.rows.evidence import Evidence
from symsens.rows.filtration import Filtration, with_pivots
from symsens.search.reasons import reasons_for
from symsens.search.truncation import radial_level


def evidence_for(filtration: Filtration, descriptor: Descriptor) -> Evidence:
    """Evidence for the decided filtration of a descriptor that is a sum over tuples.

    Raises
    ------
    NoClosedForm
        It is none.
    UndecidedError
        The proof could not be repeated in the form that a certificate wants.
    """
    env = filtration.moves.environment
    plan = plan_of(env, descriptor)
    above = with_pivots(replace(filtration, levels=filtration.levels[:-1]), descriptor.classes(env))
    if polynomial_features(env, plan) is None:
        block = _block(filtration.moves, descriptor, filtration.rank)
        return Evidence(above, block=block, reasons=reasons_for(filtration, descriptor))
    level = radial_level(above, descriptor)
    if level is None or level.dimension != filtration.levels[-1].dimension:
        raise UndecidedError(f"{descriptor.name}: the exact rank could not be repeated")
    return Evidence(above, last=level)


def exact_null_vectors(filtration: Filtration, descriptor: Descriptor) -> list[tuple[int, ...]]:
    """The exact null vectors that the certificate of a decided filtration holds, in its order."""
    evidence = evidence_for(filtration, descriptor)
    levels = (*evidence.above.levels, *([evidence.last] if evidence.last else []))
    return [vector for level in levels for vector in level.vectors]


def _block(moves: Displacements, descriptor: Descriptor, rank: int) -> RankProof:
    """Rows, columns and left inverse of J in frame coordinates: float64 if that is enough, otherwise balls."""
    if moves.environment.metric == IDENTITY:
        try:
            return prove_rank_at_least(midrad_jacobian(moves, descriptor), rank)
        except UndecidedError:
            pass

    def in_frame(bits):
        with ctx.workprec(bits):
            jacobian = descriptor.jets(moves.environment, ball(), frame_seeds(moves, ball()))
            return arb_mat(*jacobian.shape, jacobian.ravel().tolist())

    return prove_rank_at_least_arb(in_frame, rank)
