"""Certificates of answers: that of the rank, with what else is printed of the same Jacobian.

Law: a pure function of the evidence that the search returned; `symsens.checker.answers` proves every claim anew.
"""

from collections.abc import Sequence
from fractions import Fraction

from symsens.certificates.fields import strings
from symsens.geometry.environment import Environment
from symsens.numbers.singular_values import SingularValue
from symsens.rows.evidence import AuditEvidence, Directions

SCHEMA = "symsens/answer-certificate/1"


def answer_certificate(rank: dict, claims: dict[str, dict]) -> dict:
    """The certificate of an answer: `rank` alone where nothing more is claimed.

    Parameters
    ----------
    rank : the certificate of the rank, with its labels.
    claims : what else is claimed, by the names of the checker's table.
    """
    if not claims:
        return rank
    inside = {name: part for name, part in rank.items() if name != "labels"}
    return {"schema": SCHEMA, "of": inside, "claims": claims, "labels": rank["labels"]}


def left_out(whole: Environment, seen: Environment) -> dict:
    """The claim that a cutoff leaves out all neighbours of `whole` that are not in its part `seen`."""
    inside = set(seen.positions)
    rest = [j for j, y in enumerate(whole.positions) if y not in inside]
    return {"species": [whole.species[j] for j in rest], "positions": strings(whole.positions[j] for j in rest)}


def singular_values(values: Sequence[SingularValue], digits: int, directions: Directions) -> dict:
    """The claim that the singular values of J lie where a result of so many digits says."""
    return {
        "values": [list(decimals(value, digits)) for value in values],
        "vectors": strings(directions.vectors),
        "bits": directions.bits,
    }


def decimals(value: SingularValue, digits: int) -> tuple[str, str]:
    """The ends of an interval as reports and certificates write them, asked for to so many digits."""
    return value.decimals(max(15, digits + 3))


def audit(matrix: Sequence[Sequence[float]], evidence: AuditEvidence) -> dict:
    """The claim that a matrix of floats, all features by all displacements, is as far from J as the evidence says."""
    norms = {name: {"rank": rank, "vectors": strings(vectors)} for name, (rank, vectors) in evidence.norms.items()}
    rows, ends = strings(map(Fraction, row) for row in matrix), {name: list(x) for name, x in evidence.ends.items()}
    return {"matrix": rows, "bits": evidence.bits, "norms": norms, **ends}
