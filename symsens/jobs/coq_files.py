"""A result as a file that Coq's kernel checks.

Law: joins the search of the identity to the writer; no mathematics of its own.
"""

from symsens.certificates.coq import check_readable, coq_text
from symsens.errors import InputError
from symsens.geometry.displacements import Displacements
from symsens.jobs.certification import Result
from symsens.rows.filtration import with_pivots
from symsens.search.identities import find_identity, find_steps


def coq_file(result: Result) -> str:
    """A file, to be run by ``coqc``, that proves the null space of a basis-free result of one environment.

    Raises
    ------
    InputError
        Undecided, or about something that the Coq library does not speak of.
    UndecidedError
        There was no time for the evidence.
    """
    filtration, moves = result.filtration, result.filtration.moves
    if filtration.undecided is not None:
        raise InputError(f"{moves.where}: undecided, so there is nothing to prove: {filtration.undecided}")
    for wrong, what in (
        (result.asked is not None, "a descriptor"),
        (not isinstance(moves, Displacements), "a whole structure"),
    ):
        if wrong:
            raise InputError(f"{moves.where}: a file for Coq is about all features of one environment, not {what}")
    if moves.tie is not None or moves.chiral:
        raise InputError(f"{moves.where}: a file for Coq is about O(3) features, and the neighbours move")
    check_readable(moves.environment, filtration.nu)
    filtration = with_pivots(filtration)
    identity, steps = find_identity(filtration), find_steps(filtration)
    return coq_text(moves.environment, filtration.nu, identity, steps, moves.where)
