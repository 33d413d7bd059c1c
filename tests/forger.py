"""False certificates, and some that are still true: a stored one of any kind with one to three changes, near misses and
forgeries at several places that fit each other.
"""

import random
from copy import deepcopy
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

from checker_cases import STORED, stored
from comparison_forgeries import other_congruence, other_orders, other_side
from network_forgeries import other_layers, other_network
from second_order_forgeries import OF_SECOND_ORDER
from structure_forgeries import OF_STRUCTURES

# those over QQ; atlases are altered in test_atlas_certificates.py, families in test_locus_certificates.py,
# test_identity_certificates.py and test_path_certificates.py
ELSEWHERE = ("crystal", "field", "atlas", "locus", "identity", "path")
NAMES = sorted(path.stem for path in STORED.glob("*.json") if not path.stem.startswith(ELSEWHERE))
KINDS = ("answer", "basis", "colours", "comparison", "network", "relations", "second", "structure", "summed")
LATER = {name for name in NAMES if name.startswith(KINDS)}
OPERATIONS = ("exp", "log", "sin", "cos", "tanh", "erf", "ramp", "+", "*", "^", "num", "pi", "s", "d", "def", "const")


def places(value, path=()):
    """The path of every value inside a certificate."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from places(part, (*path, key))


@cache
def known(name):
    certificate = stored(name)
    return certificate, [path for path in places(certificate) if path]


def at(certificate, path):
    for key in path:
        certificate = certificate[key]
    return certificate


def number(rng, text):
    """Another number, as a text."""
    if "." in text or "E" in text:
        return scaled(rng, text)
    x = Fraction(text)
    return str(
        rng.choice(
            [x + 1, x - 1, -x, 2 * x, x / 2, Fraction(0), Fraction(1), x + Fraction(1, 10**6), x * 10**20, 1 - x]
        )
    )


FACTORS = ["0.5", "0.9", "0.999999", "0.999999999999", "1.000000000001", "1.000001", "1.1", "2", "3"]


def scaled(rng, text, factors=FACTORS):
    """A decimal number a little or much larger or smaller."""
    with localcontext(prec=60):
        return str(Decimal(text) * Decimal(rng.choice(factors)))


def is_number(value):
    try:
        return isinstance(value, str) and Fraction(value) is not None
    except (ValueError, ZeroDivisionError):
        return False


def changed(rng, value, donor):
    """Another value in place of this one: a near miss more often than nonsense."""
    if rng.random() < 0.05:
        return donor
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice([value + 1, value - 1, 0, -value, 2 * value, 10**9])
    if is_number(value):
        return number(rng, value)
    if isinstance(value, str):
        return rng.choice([*OPERATIONS, "H", "C", "O", "O(3)", "SO(3)", value + "x"])
    if isinstance(value, list):
        return relisted(rng, value, donor)
    return donor


def relisted(rng, value, donor):
    """A list with an item lost, doubled, moved or put in."""
    items = list(value)
    kind = rng.randrange(5)
    if not items or kind == 0:
        return [*items, deepcopy(donor)]
    i, j = rng.randrange(len(items)), rng.randrange(len(items))
    if kind == 1:
        del items[i]
    elif kind == 2:
        items.insert(j, deepcopy(items[i]))
    elif kind == 3:
        items[i], items[j] = items[j], items[i]
    else:
        items.reverse()
    return items


def exact_part(certificate):
    """The certificate of exact numbers inside one of another kind."""
    rank = certificate.get("of", certificate)
    return rank.get("above", rank)


def consistent(rng, certificate):
    """Changes at several places that fit each other, as a forger would make them."""
    kind = certificate["schema"].split("/")[1].removesuffix("certificate").removesuffix("-")
    if kind != "relations" and "features" in certificate.get("of", certificate) and rng.random() < 0.4:
        return rng.choice([other_forms, lower_rank])(rng, certificate)
    if kind in FORGERIES and (kind in ("colours", "comparison", "relations") or rng.random() < 0.7):
        return rng.choice(FORGERIES[kind])(rng, certificate)
    if exact_part(certificate).get("point_group") and rng.random() < 0.2:
        return regrouped(rng, exact_part(certificate))
    return consistent_rank(rng, certificate.get("of", certificate))


def consistent_rank(rng, certificate):
    """The same of the certificate of a rank, or of what is inside one of another kind."""
    inner = exact_part(certificate)
    levels, claims = inner["levels"], inner["claims"]
    level = rng.choice(levels)
    step = rng.choice([1, -1])
    kind = rng.randrange(6)
    if kind == 0:  # one null vector fewer or more, with all that goes with it
        claims["nullity"] += step
        claims["rank"] -= step
        claims["filtration"][level["name"]] = (claims["filtration"][level["name"]] or 0) + step
        if step < 0 and level["null_vectors"]:
            level["null_vectors"].pop(rng.randrange(len(level["null_vectors"])))
        elif level["null_vectors"]:
            level["null_vectors"].append([number(rng, x) for x in rng.choice(level["null_vectors"])])
        for other in levels:
            if "pivot_rows" in other and other["pivot_rows"]:
                rows = other["pivot_rows"]
                rows.pop(rng.randrange(len(rows))) if step > 0 else rows.append(deepcopy(rng.choice(rows)))
    elif kind == 1:  # a null vector of another level
        other = rng.choice(levels)
        if other["null_vectors"]:
            level["null_vectors"].append(other["null_vectors"].pop())
            claims["filtration"][level["name"]] += 1
            claims["filtration"][other["name"]] -= 1
    elif kind == 2:  # all positions scaled: everything stays true
        factor = Fraction(rng.randrange(1, 9), rng.randrange(1, 9))
        inner["environment"]["positions"] = [
            [str(factor * Fraction(c)) for c in y] for y in inner["environment"]["positions"]
        ]
    elif kind == 3:  # two neighbours swapped, the evidence as it was
        n = len(inner["environment"]["positions"])
        if n > 1:
            j, k = rng.sample(range(n), 2)
            for key in ("positions", "species"):
                items = inner["environment"][key]
                items[j], items[k] = items[k], items[j]
    elif kind == 4 and "pivot_columns" in certificate:  # fewer forms, fewer pivots
        certificate["claims"]["rank"] += step
        certificate["claims"]["nullity"] -= step
        certificate["claims"]["radial_truncation"] -= step
        certificate["complete"] = True
        certificate["pivot_columns"].pop()
        certificate["left_inverse"].pop()
    else:
        inner["generators"] = inner["generators"][:-1]
        claims["stabiliser_order"] = rng.choice([1, 2, 3, 4, 6, 8, 12, 24])


SAME_ORDER = [
    ["Ci", "C2", "Cs"],
    ["S4", "C4", "D2", "C2v", "C2h"],
    ["C6", "D3", "C3v", "S6", "C3h"],
    ["D2d", "D4", "C4v", "C4h", "D2h"],
    ["T", "D6", "C6v", "D3d", "D3h", "C6h"],
    ["Td", "O", "Th", "D6h"],
    ["C*", "D*", "C*v", "D*h", "K", "Kh"],
]


def regrouped(rng, exact):
    """Another point group of the same order, or the same group of the other kind of isometries."""
    for names in SAME_ORDER:
        if exact["point_group"] in names:
            exact["point_group"] = rng.choice(names)
    if rng.random() < 0.3:
        exact["group"] = "O(3)" if exact["group"] == "SO(3)" else "SO(3)"


# Answers.


def further_atoms(rng, certificate):
    """Atoms that are left out moved inside, or more of them."""
    claim = certificate["claims"]["left_out"]
    j, factor = rng.randrange(len(claim["species"])), Fraction(rng.randrange(1, 12), rng.choice([1, 2, 9, 10]))
    atom = [str(factor * Fraction(c)) for c in claim["positions"][j]]
    if rng.random() < 0.3:
        atom = rng.choice([["4", "0", "0"], ["0", "-4", "1/1000000"], ["12/5", "16/5", "0"], ["4", "0", "-1"]])
    if rng.random() < 0.5:
        claim["positions"][j] = atom
    else:
        claim["positions"].append(atom)
        claim["species"].append(rng.choice([*claim["species"], "O"]))


def other_values(rng, certificate):
    """Intervals of singular values wider, narrower, moved, exchanged, or one of them 0."""
    values = certificate["claims"]["singular_values"]["values"]
    i, j = rng.randrange(len(values)), rng.randrange(len(values))
    kind = rng.randrange(6)
    if kind == 0:
        values[i] = [scaled(rng, values[i][0], FACTORS[:4]), scaled(rng, values[i][1], FACTORS[4:])]
    elif kind == 1:
        values[i][rng.randrange(2)] = rng.choice(values[i])
    elif kind == 2:
        values[i] = [scaled(rng, end, [rng.choice(FACTORS)]) for end in values[i]]
    elif kind == 3:
        values[i], values[j] = values[j], values[i]
    elif kind == 4:
        values[:] = [["0", "0"] if k >= i else ends for k, ends in enumerate(values)]
    else:
        values[i] = ["0", values[i][1]]


def other_radius(rng, certificate):
    """A larger radius, or a smaller one, with weights or precision that may help."""
    claim = certificate["claims"]["radius"]
    factor = Fraction(rng.choice(["1/1000", "1/2", "9/10", "1001/1000", "101/100", "11/10", "3/2", "2", "5", "20"]))
    claim["radius"] = str(factor * Fraction(claim["radius"]))
    if rng.random() < 0.3:
        claim["bits"] = rng.choice([53, 60, 100, 200, 1000])
    if rng.random() < 0.3:
        claim["weights"] = [str(Fraction(w) * rng.choice([1, 1, 2, Fraction(1, 10**9)])) for w in claim["weights"]]
    if rng.random() < 0.3:
        claim["inverse"] = [[str(factor * Fraction(x)) for x in row] for row in claim["inverse"]]


def other_audit(rng, certificate):
    """Ends that are nearer or farther, or a matrix that is closer to the Jacobian or less close."""
    claim = certificate["claims"]["audit"]
    name = rng.choice(["error", "noise", "leak"])
    kind = rng.randrange(4)
    if kind == 0:
        claim[name] = [scaled(rng, claim[name][0], FACTORS[:4]), scaled(rng, claim[name][1], FACTORS[4:])]
    elif kind == 1:
        claim[name][rng.randrange(2)] = rng.choice(claim[name])
    elif kind == 2:
        claim[name] = [scaled(rng, end, [rng.choice(FACTORS)]) for end in claim[name]]
    else:
        row = rng.choice(claim["matrix"])
        c = rng.randrange(len(row))
        row[c] = str(Fraction(row[c]) * (1 + Fraction(rng.choice([-1, 1]), 10 ** rng.randrange(1, 15))))


def other_claims(rng, certificate):
    """One of the claims changed, or left away."""
    name = rng.choice(sorted(certificate["claims"]))
    if rng.random() < 0.1:
        del certificate["claims"][name]
    else:
        OF_CLAIM[name](rng, certificate)


OF_CLAIM = {
    "left_out": further_atoms,
    "singular_values": other_values,
    "radius": other_radius,
    "audit": other_audit,
}


# Closed forms.


def other_forms(rng, certificate):
    """A term of a form summed over other tuples: with a condition less, or another one, or of other atoms."""
    rank = certificate.get("of", certificate)
    terms = [term for feature in rank["features"] for term in feature["terms"]]
    term = rng.choice(terms)
    kind = rng.randrange(6)
    if kind == 0:
        term["distinct"] = not term["distinct"]
    elif kind == 1:
        term["inside"].pop(rng.randrange(len(term["inside"])))
    elif kind == 2:
        term["inside"] = deepcopy(rng.choice(terms)["inside"])
    elif kind == 3:
        limit = rng.choice(["1/2", "1", "26/25", "13/8", "4", "16", "80", "81", "82", "83", "100"])
        term["inside"].append(["+", ["num", limit], ["*", ["num", "-1"], ["s", rng.randint(1, len(term["species"]))]]])
    elif kind == 4:
        term["form"] = ["*", ["num", rng.choice(["-1", "2", "1/2", "1001/1000"])], term["form"]]
    else:
        term["form"], term["species"] = (deepcopy(rng.choice(terms)[key]) for key in ("form", "species"))
    if rng.random() < 0.4:  # for every term alike
        for other in terms:
            for key in ("distinct", "inside"):
                other[key] = deepcopy(term[key])


def lower_rank(rng, certificate):
    """A rank smaller by one, with one more relation, null vector or invariance for a reason."""
    rank = certificate.get("of", certificate)
    columns, features = min(99, exact_part(rank)["claims"]["displacements"]), len(rank["features"])
    unit = lambda size: [str(int(i == c)) for c in [rng.randrange(size)] for i in range(size)]
    for key, step in (("rank", -1), ("nullity", 1), ("radial_truncation", 1)):
        rank["claims"][key] += step
    gone = rng.randrange(len(rank["pivot_columns"]))
    for key in ("pivot_columns", "left_inverse"):
        rank[key].pop(gone)
    rank["complete"] = True
    kind = rng.randrange(4)
    if kind == 0:
        known_ones = rank.setdefault("relations", None) or []
        more = [[number(rng, x) if rng.random() < 0.2 else x for x in v] for v in known_ones]
        rank["relations"] = [*known_ones, rng.choice([*more, unit(features)])]
    elif kind == 1:
        known_ones = rank.setdefault("exponentials", None) or []
        more = [[[c, terms] for c, terms in v if rng.random() < 0.9] for v in known_ones]
        rank["exponentials"] = [*known_ones, rng.choice([*more, [[rng.randrange(columns), [["0", "1"]]]]])]
    elif kind == 2:
        given = rank.setdefault("invariances", None) or {"scale": True, "null_vectors": []}
        positions = [x for y in exact_part(rank)["environment"]["positions"] for x in y]
        given["null_vectors"].append(rng.choice([unit(columns), positions]))
        rank["invariances"] = given | {"scale": rng.random() < 0.7}
    else:
        rank["features"][rng.randrange(features)]["terms"] = []


# Sizes of a basis.


def other_degree(rng, certificate):
    """An l_max that is smaller or larger by one, with levels and claims to match."""
    claims, angular = certificate["claims"], certificate["angular"]
    if rng.random() < 0.5:
        angular.pop()
        nullities = claims["nullity_by_l_max"]
        nullities.pop(rng.choice([-1, -1, 0]))
    else:
        angular.append(deepcopy(angular[-1]))
        claims["nullity_by_l_max"].append(claims["nullity_by_l_max"][-1])
    claims["l_max"] = len(angular) - 1


def other_nullity(rng, certificate):
    """One null vector more or fewer for one degree."""
    l, step = rng.randrange(len(certificate["angular"])), rng.choice([1, -1])
    level = certificate["angular"][l]
    certificate["claims"]["nullity_by_l_max"][l] += step
    if step < 0:
        level["null_vectors"].pop()
    else:
        level["pivot_rows"].pop(rng.randrange(len(level["pivot_rows"])))
        level["null_vectors"].append([number(rng, x) for x in rng.choice(level["null_vectors"])])


def other_sets(rng, certificate):
    """Sets of forms exchanged, lost, doubled, or known by their number alone."""
    sets = certificate["sets"]
    i, j = rng.randrange(len(sets)), rng.randrange(len(sets))
    kind = rng.randrange(4)
    if kind == 0:
        sets[i], sets[j] = sets[j], sets[i]
    elif kind == 1:
        sets.pop(i)
    elif kind == 2:
        sets.insert(i, deepcopy(sets[j]))
    else:
        sets[i] = rng.randrange(-1, 6)


# Relations.


def other_relations(rng, certificate):
    """One relation more or fewer, with claims, pivots and left inverse to match."""
    given, claims, others = certificate["relations"], certificate["claims"], certificate["others"]
    if rng.random() < 0.5 and given:
        given.pop(rng.randrange(len(given)))
    else:
        width = len(certificate["features"])
        choices = [[str(rng.choice([0, 0, 1, -1])) for _ in range(width)]]
        choices += [[number(rng, x) if rng.random() < 0.3 else x for x in v] for v in given]
        if given:  # a combination of those that hold
            weights = [rng.randrange(-3, 4) for _ in given]
            choices.append([str(sum(w * Fraction(v[i]) for w, v in zip(weights, given))) for i in range(width)])
        given.append(rng.choice(choices))
        if others and rng.random() < 0.8:
            for key in ("pivot_columns", "left_inverse"):
                others[key].pop()
    claims["relations"] = len(given)


def no_others(rng, certificate):
    """That there are no other relations: no longer claimed, claimed without evidence, or from one structure fewer."""
    others = certificate["others"]
    kind = rng.randrange(4)
    if kind < 2 or not others:
        certificate["others"] = None
        certificate["claims"]["no_others"] = bool(kind)
    elif kind == 2:
        others["structures"].pop()
    else:
        point = rng.choice(rng.choice(others["structures"])["positions"])
        point[rng.randrange(3)] = number(rng, rng.choice(point))


def fewer_features(rng, certificate):
    """A feature without its terms, lost, or the same as another."""
    features, claims = certificate["features"], certificate["claims"]
    i, j = rng.randrange(len(features)), rng.randrange(len(features))
    kind = rng.randrange(3)
    if kind == 0:
        features[i]["terms"] = []
    elif kind == 1:
        features[i]["terms"] = deepcopy(features[j]["terms"])
    else:
        features.pop(i)
        claims["features"] -= 1
        for rows in (certificate["relations"], (certificate["others"] or {}).get("left_inverse", [])):
            for row in rows:
                row.pop(i)


FORGERIES = {
    "colours": [other_layers],
    "network": [other_network],
    "structure-network": [other_network],
    "structure": OF_STRUCTURES,
    "second-order": OF_SECOND_ORDER,
    "comparison": [other_orders, other_congruence, other_side],
    "answer": [other_claims],
    "basis": [other_degree, other_nullity, other_sets],
    "relations": [other_relations, no_others, fewer_features, other_forms],
}


def descended(rng, certificate):
    """A path to some value, each item of a list or object as likely as its neighbours, however much is inside."""
    path, here = [], certificate
    while isinstance(here, dict | list) and here and (not path or rng.random() < 0.9):
        key = rng.choice(list(here)) if isinstance(here, dict) else rng.randrange(len(here))
        path.append(key)
        here = here[key]
    return tuple(path)


def mutant(seed, names=()):
    """A name and a certificate, one to three changes away from a true one; of one of these names, if any are given."""
    rng = random.Random(seed)
    name = rng.choice(names or (NAMES if rng.random() < 0.6 else sorted(LATER)))
    original, paths = known(name)
    certificate = deepcopy(original)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        other, others = known(name if rng.random() < 0.7 else rng.choice(NAMES))
        path = rng.choice(paths) if rng.random() < 0.5 else descended(rng, certificate)
        try:
            if rng.random() < (0.5 if name in LATER or "closed" in name else 0.2):
                consistent(rng, certificate)
            else:
                parent = at(certificate, path[:-1])
                parent[path[-1]] = changed(rng, parent[path[-1]], deepcopy(at(other, rng.choice(others))))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):  # an earlier change has removed the place
            continue
    return name, certificate
