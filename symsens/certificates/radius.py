"""The claim of a radius within which the features tell displacements apart, and whether the checker will read it.

Law: what is written here is evidence only; `symsens.checker.radius` evaluates the forms anew and believes none of it.
"""

from collections import Counter
from fractions import Fraction
from math import comb, prod

from symsens.certificates.fields import strings
from symsens.checker.limits import MAX_RADIUS_BITS, MAX_WORK
from symsens.rows.evidence import Injectivity

SERIES = 2000  # operations, about, for a hypergeometric series


def radius_claim(evidence: Injectivity) -> dict:
    """The claim, as the checker reads it."""
    rational = lambda matrix: strings([Fraction(x) for x in row] for row in matrix.tolist())
    return {
        "radius": str(Fraction(evidence.radius)),
        "inverse": rational(evidence.inverse),
        "rotations": rational(evidence.rotations),
        "weights": list(map(str, evidence.weights)),
        "bits": evidence.bits,
    }


def too_much(rank: dict, evidence: Injectivity) -> str | None:
    """Why the checker would refuse the work, given the certificate of the rank with all features; None if it will not.

    An estimate from above: the checker counts for itself.
    """
    if evidence.bits > MAX_RADIUS_BITS:
        return f"the checker does not read a radius with numbers of {evidence.bits} bits"
    closed = "above" in rank
    features = rank["features"] if closed else rank["descriptor"]["features"]
    present = Counter((rank["above"] if closed else rank)["environment"]["species"])
    outputs, groups = 3 * sum(present.values()), {}
    for i, feature in enumerate(features):
        for term in feature["terms"] if closed else [feature]:
            groups.setdefault(tuple(term["species"]), []).append((i, term))
    sizes = list(map(_size, rank["definitions"])) if closed else []
    work = 0
    for species, terms in groups.items():
        k, tuples = len(species), prod(present[kind] for kind in species)
        c = comb(k + 1, 2)
        parts = 2 * (1 + c + comb(c + 1, 2))
        trees = (
            [_size(term[key]) for _, term in terms for key in ("form", "inside", "regular")]
            if closed
            else [sum(2 + 2 * len(exponents) for _, exponents in term["terms"]) for _, term in terms]
        )
        combined = outputs * (len({i for i, _ in terms}) * parts + 9 * k**2 * (1 + k**2)) // 4
        work += tuples * (2 * parts * (sum(trees) + sum(sizes)) + combined)
    return f"the checker does not do so much work as {work} operations" if work > MAX_WORK else None


def _size(tree) -> int:
    """Operations of a tree, or of trees."""
    if not isinstance(tree, list) or not tree:
        return 0
    own = SERIES if tree[0] == "hyper" else isinstance(tree[0], str)
    return own + sum(map(_size, tree))
