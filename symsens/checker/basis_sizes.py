"""How large a basis must be: the smallest degree in d_12 that loses nothing, and which sets of forms lose nothing.

Law: the standard library only. The levels above are proved as in any certificate of exact numbers; for each degree
l = 0, 1, ... the rank of D_{2,l} is proved from both sides like that of a level below them.

Lemma angular: D_{2,l} v = 0 iff no feature of degree <= l in d_12, whatever its radial part, sees v.
"""

from dataclasses import dataclass, replace
from typing import Any

from symsens.checker import exact, kinds
from symsens.checker.limits import MAX_ANGULAR_ROWS
from symsens.checker.matrices import check_features
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import (
    BASIS_SCHEMA,
    CLOSED_SCHEMA,
    bounded,
    expect,
    field_inside,
    levels_of,
    number_of,
    read,
    read_exact,
    read_labels,
)

ANGULAR = "angular_truncation"


def read_basis_free(value, where):
    """A certificate of exact numbers about no descriptor."""
    certificate = read_exact(value, where)
    expect(certificate["descriptor"] is None, "", f"{where}.descriptor", "null: a basis-free certificate")
    return certificate


def read_set(value, where):
    """The certificate of the rank of a set of forms; or only how many forms there are."""
    return read(int, value, where) if type(value) is int else kinds.read(value, where, kinds.OF_A_RANK)


def basis_of(number):
    """The shape of a certificate over a field, given that of its numbers."""
    return {
        "schema": {BASIS_SCHEMA},
        "above": read_basis_free,
        "angular": [{key: shape for key, shape in levels_of(number)[ANGULAR].items() if key != "name"}],
        "sets": (None, [read_set]),
        "claims": {"l_max": int, "nullity_by_l_max": [int]},
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of the size of a basis."""
    bounded(value, where)
    above = value.get("above") if type(value) is dict else None
    return read(basis_of(number_of(field_inside(above, f"{where}.above"))), value, where)


@dataclass
class BasisProof:
    """A certificate of the size of a basis, and the proof of the levels above."""

    certificate: dict
    above: Any

    @property
    def l_max(self):
        """The degree of the last of the levels."""
        return len(self.certificate["angular"]) - 1


def prove_angular(proof, l):
    """The rank of D_{2,l}, by the level of this degree below those that are proved."""
    above, level = proof.above, {"name": ANGULAR, **proof.certificate["angular"][l]}
    levels = [*above.certificate["levels"], level]
    below = replace(
        above,
        certificate={**above.certificate, "levels": levels, "descriptor": {"l_max": l, "features": None}},
        independent=dict(above.independent),
        along=list(above.along),
        dimensions=dict(above.dimensions),
    )
    try:
        exact.prove_angular_truncation(below)
    except Refuted as error:
        raise Refuted(f"angular[{l}]: {error}") from None
    return below.rank


def prove_basis(proof):
    """Ranks of D_{2,l} for l = 0, 1, ..., l_max: that of D_2 for the last l, and for no smaller one."""
    above, l_max, claims = proof.above, proof.l_max, proof.certificate["claims"]
    if 3 * above.env.n**2 * (l_max + 1) * (l_max + 2) > 2 * MAX_ANGULAR_ROWS:
        raise Refuted(f"angular: {l_max + 1} degrees with {above.env.n} neighbours are over {MAX_ANGULAR_ROWS} rows")
    check_features([], l_max, above.env.nu)
    ranks = [prove_angular(proof, l) for l in range(l_max + 1)]
    if ranks[-1] != above.rank or above.rank in ranks[:-1]:
        raise Refuted(f"angular: ranks {ranks} where only the last must be {above.rank}, that of D_2")
    beyond = above.env.columns - above.dimensions["rigid"]
    exact.check_claims({"l_max": l_max, "nullity_by_l_max": [beyond - rank for rank in ranks]}, claims)
    return (
        f"l_max = {l_max} is the smallest that loses nothing to the degree in d_12, whatever the radial part: for "
        f"l = 0, ..., {l_max} rank D_{{2,l}} = {', '.join(map(str, ranks))}, and rank D_2 = {above.rank}"
    )


def rank_of_set(proof, one, where):
    """The rank of a set of forms on this environment, of degree <= l_max in d_12, or their number."""
    if type(one) is int:
        return one
    found = kinds.prove(one)[1]
    same = found.above if one["schema"] == CLOSED_SCHEMA else found
    for key in ("environment", "vary", "variables"):
        if same.certificate[key] != proof.above.certificate[key]:
            raise Refuted(f"{where}: {key} is another one")
    if same.l_max is None or same.l_max > proof.l_max:
        raise Refuted(f"{where}: not of degree <= l_max = {proof.l_max} in d_12")
    return found.rank


def prove_sets(proof):
    """Of the sets of forms given, in their order, the last has the rank of D_2 and no other has."""
    *fewer, last = proof.certificate["sets"] or [0]
    target = proof.above.rank
    ranks = [rank_of_set(proof, one, f"sets[{i}]") for i, one in enumerate(fewer)]
    if type(last) is int or rank_of_set(proof, last, f"sets[{len(fewer)}]") != target:
        raise Refuted(f"sets[{len(fewer)}]: the last set must have a proved rank of {target}, that of D_2")
    for i, rank in enumerate(ranks):
        if not 0 <= rank < target:
            raise Refuted(f"sets[{i}]: rank {rank} is not less than {target}, that of D_2")
    shown = ", ".join(f"<= {r} (their number)" if type(s) is int else str(r) for s, r in zip(fewer, ranks))
    whole = f"of degree <= {proof.l_max} in d_12, loses nothing: its rank is {target}, that of D_2"
    if not fewer:
        return f"the set of forms given, {whole}"
    return f"the last of {len(fewer) + 1} sets of forms given, {whole}; those before it lose some: ranks {shown}"


RULES = {"basis": prove_basis, "radial-basis": prove_sets}


def prove(certificate):
    """The statements of the levels above, then those of the size of the basis; and the proof."""
    statements, above = exact.prove(certificate["above"])
    proof = BasisProof(certificate, above)
    statements.append(exact.state(RULES, "basis", proof))
    if certificate["sets"] is not None:
        statements.append(exact.state(RULES, "radial-basis", proof))
    return statements, proof
