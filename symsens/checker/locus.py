"""All points of a one-parameter family at which the rank of D_nu falls, and that there are no others.

Law: the standard library only, exact numbers only; every member of the family that is spoken of has a certificate of
its own.

Lemma family: where no labels of pairs are equal but those that are so for almost all t, and a minor of the generic
Jacobian is not 0, the rank is the generic one; so it falls at roots of differences of labels, and of all minors, only.
"""

from functools import partial, reduce
from itertools import combinations, pairwise

from symsens.checker import fields
from symsens.checker.curves import common, count_roots, divided, dot, minus, value
from symsens.checker.environments import digest, first_of, short
from symsens.checker.exact import check_claims, prove as prove_exact, prove_field, state
from symsens.checker.families import STEPS, LocusProof, read_certificate
from symsens.checker.fields import sign
from symsens.checker.refusals import Refuted

__all__ = ["RULES", "prove", "read_certificate"]


# The family.


def written(f):
    """A polynomial as text, the constant first."""
    texts = []
    for i, x in enumerate(f):
        power = ("", "t", f"t^{i}")[min(i, 2)]
        number = f"({x})" if " " in str(x) else str(x)
        if x:
            short_form = {"1": power, "-1": f"-{power}"} if i else {}
            texts.append(short_form.get(number, f"{number} {power}".strip()))
    return " + ".join(texts).replace("+ -", "- ") or "0"


def named(t):
    """A number as text."""
    return short([t])[1:-1]


def prove_family(proof):
    """At every t of the interval it is an environment: no pole, no two atoms at one place."""
    family, field, low, high = proof.family, proof.field, proof.low, proof.high
    if count_roots(field, tuple(family["denominator"]), low, high):
        raise Refuted("family.denominator: it has a root in the interval")
    places = [[(), (), ()], *proof.numerators]
    for (j, u), (k, v) in combinations(enumerate(places), 2):
        shared = reduce(partial(common, field), map(minus, u, v))
        if not shared or count_roots(field, shared, low, high):
            raise Refuted(f"family: of the centre and the neighbours, 0 to {proof.n}, {j} and {k} meet in the interval")
    shown = [f"{z} ({', '.join(map(written, y))})" for z, y in zip(family["species"], proof.numerators)]
    what = f"{proof.n} neighbours of a centre {family['centre']}, t from {low} to {high}, over {field.name}"
    below = f"{written(family['denominator']):.200}"
    return (
        f"{what}: {first_of([text[:200] for text in shown])}, divided by {below}; SHA-256 {digest(family)}; "
        f"nowhere a pole, and no two atoms at one place; order nu = {proof.nu}"
    )


def check_member(proof, given, where):
    """The proof of the rank of the environment at t, once it is known to be this member of the family."""
    certificate, t, family = given["certificate"], given["t"], proof.family
    wanted = {"nu": proof.nu, "vary": "neighbours", "descriptor": None}
    if any(certificate[key] != x for key, x in wanted.items()) or certificate["group"] == "SO(3)":
        raise Refuted(f"{where}.certificate: not of nu = {proof.nu}, O(3), neighbours that vary and no descriptor")
    _, found = prove_exact(certificate)
    env, below = found.env, value(tuple(family["denominator"]), t)
    if proof.field is not fields.QQ and env.field != proof.field:
        raise Refuted(f"{where}.certificate: over {env.field.name}, and the family is over {proof.field.name}")
    places = [[value(f, t) for f in y] for y in proof.numerators]
    same = below and [[x * below for x in y] for y in env.positions] == places
    if not same or (env.species, env.metric) != (family["species"], family["metric"]):
        raise Refuted(f"{where}.certificate: not the environment of the family at t")
    if env.data["centre"] != family["centre"]:
        raise Refuted(f"{where}.certificate: not the environment of the family at t")
    return found


def check_span(proof, env):
    """Nothing, or `Refuted`: the neighbours at the sample span as much as for almost all t."""
    chosen = []
    for j in range(env.n):
        if fields.rank(env.field, (dict(enumerate(env.positions[i])) for i in [*chosen, j])) > len(chosen):
            chosen.append(j)
    if len(chosen) == 3:
        return
    y = proof.numerators
    for j in range(proof.n):
        rows = [y[i] for i in (*chosen, j)]
        for columns in combinations(range(3), len(rows)):
            if polynomial_determinant([[row[c] for c in columns] for row in rows]):
                raise Refuted("generic: for almost all t the neighbours span more than at the t given")


def polynomial_determinant(rows):
    """Of polynomials, by the first row."""
    if not rows:
        return (1,)
    total = ()
    for i, f in enumerate(rows[0]):
        part = dot([f], [polynomial_determinant([row[:i] + row[i + 1 :] for row in rows[1:]])])
        total = minus(total, part if i % 2 else tuple(-a for a in part))
    return total


def prove_generic(proof):
    """The rank for almost all t: >= by the environment at one t; <= since there nothing is spurious, or by its values
    at more integers than the degree of a larger minor (Lemma family)."""
    found, claims = check_member(proof, proof.certificate["generic"], "generic"), proof.certificate["claims"]
    t = proof.certificate["generic"]["t"]
    if sign(t - proof.low) < 0 or sign(t - proof.high) > 0:
        raise Refuted("generic.t: outside the interval")
    if not all(value(f, t) for f in proof.differences(proof.gram)):
        raise Refuted("generic: at the t given other dot products are equal than for almost all t")
    check_span(proof, found.env)
    proof.rank = found.rank
    if found.dimensions["incompleteness"]:
        proof.check_rank_elsewhere()
    dimensions = {name: found.dimensions[name] for name in STEPS}
    check_claims({"rank": proof.rank, **dimensions}, claims | claims["filtration"])
    steps = " + ".join(map(str, dimensions.values()))
    return (
        f"for all but finitely many t rank D_{proof.nu} = {proof.rank} of {3 * proof.n}, and the null space has the "
        f"dimensions {steps} (rigid, symmetry, incompleteness), as at t = {named(t)}; the rank is larger for no t"
    )


# Points.


def check_point(proof, given, where):
    """The proof of the rank at a point, once it is known to be smaller, and t to be the root in the interval."""
    (low, high), t, f = given["interval"], given["t"], tuple(given["polynomial"])
    found = check_member(proof, given, where)
    if len(f) < 2 or value(f, t):
        raise Refuted(f"{where}.t: not a root of the polynomial")
    if min(sign(t - end) for end in (low, proof.low)) < 0 or max(sign(t - end) for end in (high, proof.high)) > 0:
        raise Refuted(f"{where}.t: outside its interval, or that of the family")
    proof.spend(len(f) ** 2)
    if count_roots(proof.field, f, low, high) != 1:
        raise Refuted(f"{where}.interval: not one root of the polynomial in it")
    if found.rank >= proof.rank:
        raise Refuted(f"{where}: the rank is {found.rank} there, not below {proof.rank}")
    return found


def prove_points(proof):
    """At each point given the rank is smaller, by a certificate of its own."""
    texts, points = [], proof.certificate["points"]
    for i, given in enumerate(points):
        found, (low, high) = check_point(proof, given, f"points[{i}]"), given["interval"]
        place = f"t in [{low}, {high}], {written(given['polynomial']):.100} = 0"
        place = f"t = {named(given['t'])}" if low == high else place
        texts.append(f"{place} (rank {found.rank}, incompleteness {found.dimensions['incompleteness']})")
    for i, (first, second) in enumerate(pairwise(points), 1):
        if first["interval"][1] >= second["interval"][0]:
            raise Refuted(f"points[{i}].interval: not behind the one before it")
    check_claims({"points": len(texts)}, proof.certificate["claims"])
    return f"the rank is below {proof.rank} at {len(texts)} value(s) of t: {first_of(texts) or 'none'}"


# No others.


def check_points_of(proof, f):
    """Nothing, or `Refuted`: every root of a polynomial of points in the interval is a point."""
    listed = sum(tuple(given["polynomial"]) == f for given in proof.certificate["points"])
    if count_roots(proof.field, f, proof.low, proof.high) != listed:
        raise Refuted(f"points: not all roots in the interval of {written(f):.200}, of which {listed} are listed")


def check_regular(proof, given, where):
    """Nothing, or `Refuted`: at the roots of a polynomial the rank does not fall: a minor of the Jacobian with the
    classes there has no root in common with it."""
    h = tuple(given["polynomial"])
    if len(h) < 2:
        raise Refuted(f"{where}.polynomial: without roots")
    proof.spend(proof.n**2 * proof.degree * len(h))
    gram = [[divided(proof.field, g, h)[1] for g in row] for row in proof.gram]
    for f in proof.differences(gram):
        proof.spend(len(h) ** 2)
        if len(common(proof.field, h, f)) > 1:
            raise Refuted(f"{where}.polynomial: dot products are equal at some of its roots, and not at others")
    minor = proof.minor(given, proof.pattern(gram), where)
    if not minor or len(common(proof.field, h, minor)) > 1:
        raise Refuted(f"{where}: the minor is 0 at a root of the polynomial")


def prove_complete(proof):
    """Everywhere else in the interval the rank is that of almost all t (Lemma family)."""
    certificate = proof.certificate
    points = list(dict.fromkeys(tuple(given["polynomial"]) for given in certificate["points"]))
    for f in points:
        check_points_of(proof, f)
    for i, given in enumerate(certificate["regular"]):
        check_regular(proof, given, f"regular[{i}]")
    left_open = [tuple(f) for f in certificate["open"]]
    if any(len(f) < 2 for f in left_open):
        raise Refuted("open: a polynomial without roots")
    divisors = [*points, *(tuple(given["polynomial"]) for given in certificate["regular"]), *left_open]
    for f in set(proof.differences(proof.gram)):
        proof.check_listed(f, divisors, "a difference of dot products")
    pattern, shared = proof.pattern(proof.gram), ()
    for i, given in enumerate(certificate["minors"]):
        shared = common(proof.field, shared, proof.minor(given, pattern, f"minors[{i}]"))
    if not shared:
        raise Refuted("minors: none, or all are 0")
    proof.check_listed(shared, divisors, "the common divisor of the minors")
    check_claims({"open": len(left_open)}, certificate["claims"])
    extra = certificate["claims"]["filtration"]["incompleteness"]
    spared = f", roots of {first_of([f'{written(f):.200}' for f in left_open])} left open," if left_open else ""
    return (
        f"at all other t from {proof.low} to {proof.high}{spared} the rank is {proof.rank}, and the incompleteness "
        f"at most {extra}"
    )


RULES = {
    "locus-family": prove_family,
    "locus-generic": prove_generic,
    "locus-points": prove_points,
    "locus-complete": prove_complete,
}


def prove(certificate):
    """What the certificate says of a family."""
    proof = LocusProof(certificate)
    first = [] if proof.field is fields.QQ else [state({"field": prove_field}, "field", proof)]
    return [*first, *(state(RULES, name, proof) for name in RULES)], proof
