"""What the forms of a certificate do not see, by invariances of their own that the levels above do not know.

Law: the standard library only, exact numbers only. A rule proves of some displacements of the neighbours that J takes
them to 0, whatever the numbers in the forms; they span H, with the rigid ones. A null vector u that a certificate gives
then counts if T u lies in H, T the tie, and if it is independent of those of the levels above and before it.
"""

from symsens.checker.exact import PRIME
from symsens.checker.fields import absorb_modulo, inside, span
from symsens.checker.limits import MAX_EXPONENT
from symsens.checker.linear import combine
from symsens.checker.refusals import Refuted
from symsens.checker.stabilisers import rigid
from symsens.checker.trees import FUNCTIONS, NUMBERS, moderate, operands

DEGREES = {"s": 1, "d": 1, **dict.fromkeys(NUMBERS, 0)}


def homogeneity(form, definitions):
    """The k with form(c t) = c^k form(t) for all invariants t and c > 0, as a rational number; None if none is seen.

    Total: of every tree that has been read, given the same of the definitions before it.
    """
    name = form[0]
    if name in DEGREES:
        return DEGREES[name]
    if name == "def":
        return definitions[form[1]]
    orders = [homogeneity(part, definitions) for part in operands(form)]
    if None in orders:
        return None
    if name == "+":
        return orders[0] if len(set(orders)) == 1 else None if orders else 0
    if name in ("*", "^"):
        return moderated(sum(orders) * (form[2] if name == "^" else 1))
    return 0 if name in FUNCTIONS and orders == [0] else None


def moderated(order):
    """A rational number of moderate size; None for any other."""
    return order if moderate(order, MAX_EXPONENT) else None


def prove_scale(proof):
    """Growth of the environment is not seen, for every form is homogeneous of degree 0 (Lemma Euler)."""
    orders = []
    for form in proof.certificate["definitions"]:
        orders.append(homogeneity(form, orders))
    for number, term in proof.terms():
        if homogeneity(term["form"], orders) != 0:
            raise Refuted(f"invariances.scale: features[{number}]: not seen to be homogeneous of degree 0")
    proof.hidden.append({3 * j + c: x for j, y in enumerate(proof.env.positions) for c, x in enumerate(y)})
    return "no form given changes when all distances grow by one factor: each is homogeneous of degree 0"


def count_hidden(proof):
    """The number of null vectors given, once each is known to be one (`proof.hidden`) and to be independent."""
    env, given = proof.env, proof.certificate["invariances"]
    if not given:
        return 0
    space = span(env.field, proof.hidden, span(env.field, rigid(env)))
    for k, entries in enumerate(given["null_vectors"]):
        vector, where = env.field.primitive(dict(enumerate(entries))), f"invariances.null_vectors[{k}]"
        if len(entries) != env.columns or not absorb_modulo(env.field, proof.above.independent, vector, PRIME):
            raise Refuted(f"{where}: not {env.columns} numbers, or dependent on those above and before it")
        if not inside(env.field, combine((env.image[c], x) for c, x in vector.items()), space):
            raise Refuted(f"{where}: not among the displacements that the invariances hide")
    return len(given["null_vectors"])


RULES = {"scale": prove_scale}
