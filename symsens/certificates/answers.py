"""Certificates of answers: that of the rank, with what else is printed of the same Jacobian.

Law: a pure function of the evidence that the search returned; `symsens.checker.answers` proves every claim anew.
"""

from symsens.certificates.exact import strings
from symsens.geometry.environment import Environment

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
