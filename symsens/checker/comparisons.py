"""Two environments, or two structures: congruent or not, equal features up to which order, and what tells them apart.

Law: the standard library only, exact numbers only; one rule of `RULES` for each kind of claim. Nothing is believed of
the order at which features are said to be equal: tuples are counted again on both sides.

Lemma congruent: sides are congruent iff a bijection keeps species and dot products; for SO(3) orientation too.
Theorem (Separation): features of order nu are equal for every phi iff every class of nu-tuples has as many members.
"""

from itertools import combinations

from symsens.checker import crystals
from symsens.checker.exact import prove_field, state
from symsens.checker.fields import QQ, sign
from symsens.checker.limits import MAX_SEARCH
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import COMPARISON_SCHEMA, bounded, matrix_of, read, read_labels
from symsens.checker.sides import ComparisonProof, declared_field, side_of
from symsens.checker.stabilisers import determinant, matches

LEVEL = {
    "name": {"environment", "set", "sum"},
    "equal_up_to": int,
    "separated_at": (None, int),
    "witness": (None, {"side": int, "place": int, "tuple": (None, [int])}),
}


def comparison_of(number, field):
    """The shape of a comparison over a field."""
    side = side_of(number, field)
    return {
        "schema": {COMPARISON_SCHEMA},
        "group": {"O(3)", "SO(3)"},
        "first": side,
        "second": side,
        "claims": {"congruent": bool, "levels": [LEVEL]},
        "permutation": (None, [int]),
        "isometry": (None, matrix_of(number)),
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of a comparison."""
    bounded(value, where)
    return read(comparison_of(*declared_field(value, where)), value, where)


# What the certificate is about.


def prove_pair(proof):
    """The hypotheses were checked when the sides were made."""
    a, b = (side.describe() for side in proof.sides)
    return f"A is {a}; B is {b}"


# Congruent or not.


def keeps_orientation(proof, first, second, permutation):
    """Whether a permutation that keeps dot products is that of a rotation (Lemma orientation)."""
    for abc in combinations(range(first.n), 3):
        if turn := proof.turn(first, abc):
            return turn == proof.turn(second, [permutation[a] for a in abc])
    return True


def places(proof):
    """(environment of A, environment of B, permutation of its neighbours) that the permutation given is about."""
    permutation, (a, b) = proof.certificate["permutation"], (side.whole for side in proof.sides)
    size = len(proof.sides[0].data["species"])
    if permutation is None or len(proof.sides[1].data["species"]) != size or sorted(permutation) != list(range(size)):
        raise Refuted("permutation: not a bijection of the atoms given")
    if not proof.whole:
        return a[0], b[0], permutation
    image = permutation[0]  # atom 0 is the centre on one side, its image on the other
    return a[0], b[image], [p - (p > image) for p in permutation[1:]]


def prove_congruent(proof):
    """The permutation keeps species and dot products, and orientation; the isometry, if given, is one, and its."""
    if proof.crystal:
        return crystals.prove_congruent(proof)
    first, second, permutation = places(proof)
    kept = [first.species[k] == second.species[p] for k, p in enumerate(permutation)]
    if first.data["centre"] != second.data["centre"] or not all(kept):
        raise Refuted("permutation: it does not keep species")
    rows, images = proof.pairs(first), proof.pairs(second)
    if any(images[permutation[j]][permutation[k]] != x for j, row in enumerate(rows) for k, x in enumerate(row)):
        raise Refuted("permutation: it does not keep all dot products")
    if proof.chiral and not keeps_orientation(proof, first, second, permutation):
        raise Refuted("permutation: that of a reflection, where SO(3) has rotations only")
    if proof.certificate["isometry"] is not None:
        check_isometry(proof, first, second, permutation)
    kind = "a rotation" if proof.chiral else "an isometry"
    return (
        f"congruent: the permutation given keeps species and all dot products, so {kind} takes A to B; "
        f"every {proof.certificate['group']} feature of every order is equal"
    )


def check_isometry(proof, first, second, permutation):
    """Nothing, or `Refuted`: it takes the metric of A to that of B, and each neighbour to its image."""
    isometry = proof.certificate["isometry"]
    columns = list(zip(*isometry))
    if [apply(columns, apply(second.metric, column)) for column in columns] != first.metric:
        raise Refuted("isometry: Q^T M Q is not the metric of A")
    if proof.chiral and sign(determinant(isometry)) < 0:
        raise Refuted("isometry: a reflection, where SO(3) has rotations only")
    if any(apply(isometry, first.positions[k]) != list(second.positions[p]) for k, p in enumerate(permutation)):
        raise Refuted("isometry: it does not move the atoms as the permutation says")


def seen_from(proof, env):
    """What an isometry keeps of an environment, its neighbours in no order: species, and dot products with each."""
    return env.data["centre"], sorted(env.species), sorted(map(sorted, proof.pairs(env)))


def prove_not_congruent(proof):
    """No bijection keeps species and dot products (and orientation): exhaustive search (Lemma basis)."""
    if proof.crystal:
        return crystals.prove_not_congruent(proof)
    first = proof.sides[0].whole[0]
    kind = seen_from(proof, first)
    candidates = [second for second in proof.sides[1].whole if seen_from(proof, second) == kind]
    if 4 * first.n**3 * len(candidates) > MAX_SEARCH:
        raise Refuted(f"claims.congruent: the search would look at over {MAX_SEARCH} images")
    for second in candidates:
        found = matches((proof.pairs(first), first.species), (proof.pairs(second), second.species))
        if any(not proof.chiral or keeps_orientation(proof, first, second, p) for p in found):
            raise Refuted("claims.congruent: there is an isometry")
    kind = "rotation" if proof.chiral else "isometry"
    return f"not congruent: no {kind} takes A to B, by exhaustive search"


# Features.


def checked_levels(proof):
    """The levels, or `Refuted`: those that sides of this kind have, each with orders that follow each other."""
    levels = proof.claims["levels"]
    names = [level["name"] for level in levels]
    if names != (["set", "sum"] if proof.whole else ["environment"]):
        raise Refuted("claims.levels: set and sum for molecules, environment for environments")
    for level in levels:
        where = f"claims.levels: {level['name']}"
        nu, at = level["equal_up_to"], level["separated_at"]
        if nu < 0 or at not in (None, nu + 1):
            raise Refuted(f"{where}: separated_at is not equal_up_to + 1, or null")
        if (at is None) != (level["witness"] is None):
            raise Refuted(f"{where}: a witness goes with separated_at, and only with it")
    return levels


KINDS = {"environment": "", "set": " of environments of atoms", "sum": " of all environments together"}


def prove_equal_features(proof):
    """Every class has as many members in A as in B (Theorem Separation)."""
    found = []
    for level in checked_levels(proof):
        nu, name = level["equal_up_to"], level["name"]
        if not nu:
            continue
        first, second = proof.members(name, nu)
        if first != second:
            raise Refuted(f"claims.levels: {name}: the classes of order nu = {nu} have different numbers of members")
        found.append(f"up to nu = {nu}, by {len(first[1])} classes{KINDS[name]}")
    counted = ", numbers of members per atom" if proof.crystal else ""
    return f"equal features, for every smooth phi of {proof.certificate['group']}{counted}: {'; '.join(found)}"


def count_members(proof, level):
    """What the class of a witness is, and how many members it has on either side."""
    witness, where = level["witness"], f"claims.levels: {level['name']}: witness"
    side, place, tau = witness["side"], witness["place"], witness["tuple"]
    if side not in (0, 1) or not 0 <= place < len(proof.sides[side].environments):
        raise Refuted(f"{where}: there is no such environment")
    env, of = proof.sides[side].environments[place], f"of {'AB'[side]}"
    if tau == []:
        kind = env.data["centre"]
        return f"centres {kind}", proof.count(lambda other: other.data["centre"] == kind)
    if (tau is None) != (level["name"] == "set"):
        raise Refuted(f"{where}: a tuple, or null where environments are counted")
    nu = level["separated_at"]
    if tau is None:
        own = env.data["centre"], proof.classes(env, nu)
        like = f"environments with the classes of that of atom {place} {of}"
        return like, proof.count(lambda other: (other.data["centre"], proof.classes(other, nu)) == own)
    if len(tau) != nu or not all(0 <= j < env.n for j in tau):
        raise Refuted(f"{where}: not {nu} neighbours")
    own = proof.key(env, tau)
    like = f"tuples of the class of ({', '.join(map(str, tau))}) {of}"
    return like, proof.count(lambda other: proof.classes(other, nu)[own])


def prove_separated(proof):
    """A class has more members on one side than on the other (Theorem Separation)."""
    found = []
    for level in checked_levels(proof):
        if level["separated_at"] is None:
            continue
        what, (a, b) = count_members(proof, level)
        if a == b:
            raise Refuted(f"claims.levels: {level['name']}: {a} {what} on both sides")
        found.append(f"at nu = {level['separated_at']}{KINDS[level['name']]}: {what}: {a} in A, {b} in B")
    return f"told apart {'per atom ' if proof.crystal else ''}{'; '.join(found)}"


RULES = {
    "field": prove_field,
    "pair": prove_pair,
    "congruent": prove_congruent,
    "not-congruent": prove_not_congruent,
    "equal-features": prove_equal_features,
    "separated": prove_separated,
}


def needed(proof):
    """The rules that a certificate must pass, or `Refuted` where it claims what does not fit together."""
    if proof.claims["congruent"]:
        if proof.claims["levels"]:
            raise Refuted("claims.levels: congruent sides have equal features of every order: no level")
        return ["pair", "congruent"]
    if proof.certificate["permutation"] is not None or proof.certificate["isometry"] is not None:
        raise Refuted("permutation, isometry: null where the sides are not congruent")
    levels = checked_levels(proof)
    rules = ["pair", "not-congruent"]
    rules += ["equal-features"] * any(level["equal_up_to"] for level in levels)
    return rules + ["separated"] * any(level["separated_at"] for level in levels)


def prove(certificate):
    """The statements that a comparison proves, and the proof."""
    proof = ComparisonProof(certificate)
    names = needed(proof) if proof.env.field is QQ else ["field", *needed(proof)]
    return [state(RULES, name, proof) for name in names], proof
