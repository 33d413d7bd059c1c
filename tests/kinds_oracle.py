"""Whether a certificate of any kind is true, by other means than the checker's: FLINT's matrices and brute force for
what is exact, mpmath's numbers, differences and its SVD for what is not. It shares no code with the checker.

A radius cannot be judged by itself. Its hypothesis is tried at places all over the ball: there the same tuples must
contribute, and ||I - W [J; R]|| must be below 1.
"""

import random
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import mpmath
from checker_oracle import DIGITS, Numeric, Object, claims, closed_claims, exact_float, number, numerical_rank
from clearance_oracle import clearance_is_true
from comparison_oracle import comparison_is_true
from flint import fmpq, fmpq_mat
from jet_oracle import second_order_is_true
from message_oracles import colours_are_true, network_is_true, summed_network_is_true
from structure_oracle import Whole

NEAR, CLOSE, TRIES = mpmath.mpf(10) ** -30, mpmath.mpf(10) ** -25, 8


# Point groups.


def isometries(about):
    """The isometries of the frame that permute the neighbours, for these span more than a line."""
    points = fmpq_mat(3, about.n, [y[c] for c in range(3) for y in about.y])
    metric = fmpq_mat(3, 3, [x for row in about.metric for x in row])
    normals, nullity = (points.transpose() * metric).rref()[0], 3 - points.rank()
    extra = [normal(normals)] if nullity else []
    here = columns(about.y + extra)
    known = here.transpose() * (here * here.transpose()).inv()
    for order in permutations(range(about.n)):
        if about.label(order) != about.label(tuple(range(about.n))):
            continue
        for sign in (1, -1)[: 1 + nullity]:
            isometry = columns([about.y[j] for j in order] + [[sign * x for x in y] for y in extra]) * known
            if not about.chiral or isometry.det() == 1:
                yield isometry


def columns(points):
    return fmpq_mat(3, len(points), [y[c] for c in range(3) for y in points])


def normal(echelon):
    """A vector that spans the null space of an echelon form of rank 2."""
    a, b = ([echelon[i, c] for c in range(3)] for i in range(2))
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def order_of(isometry):
    one = power = fmpq_mat(3, 3, [fmpq(int(a == b)) for a in range(3) for b in range(3)])
    for k in range(1, 7):
        power = power * isometry
        if power == one:
            return k
    return None


def group_name(about, stabiliser_order):
    """Schoenflies's symbol of the isometries that permute the neighbours."""
    rank = columns(about.y).rank() if about.n else 0
    if rank < 2:
        line = "D" if stabiliser_order == 2 else "C"
        ends = {True: "*", False: "*h" if line == "D" else "*v"}[about.chiral]
        return line + ends if rank else "K" if about.chiral else "Kh"
    return name_of(list(isometries(about)))


def name_of(group):
    """Schoenflies's symbol of a finite group, by the questions that chemists ask: turns, inversion, mirrors."""
    turns = [g for g in group if g.det() == 1]
    n, size = max(map(order_of, turns)), len(turns)
    family = {n: "C", 2 * n: "D"}.get(size) or {(3, 12): "T", (4, 24): "O"}[n, size]
    number_ = "" if family in "TO" else str(n)
    if len(group) == size:
        return family + number_
    mirrors = sum(g.det() == -1 and order_of(g) == 2 and g[0, 0] + g[1, 1] + g[2, 2] == 1 for g in group)
    if any(g.det() == -1 and g[0, 0] + g[1, 1] + g[2, 2] == -3 for g in group):
        special = {"C1": "Ci", "C3": "S6", "D3": "D3d"}
        return special.get(family + number_, family + number_ + "h")
    if family == "C" and n > 1:
        return f"C{n}v" if mirrors == n else "S4" if not mirrors else f"C{n}h"
    return {"C1": "Cs", "D2": "D2d", "D3": "D3h", "T": "Td"}[family + number_]


# Forms.


def as_forms(certificate):
    """The polynomials of a certificate of exact numbers as forms."""
    features = []
    for feature in certificate["descriptor"]["features"]:
        size = len(feature["species"])
        leaves = [["s", a + 1] for a in range(size)]
        leaves += [["d", a, b] for a, b in combinations_with_replacement(range(1, size + 1), 2) if a < b]
        form = ["+"]
        for coefficient, powers in feature["terms"]:
            form.append(["*", ["num", coefficient], *(["^", x, str(e)] for x, e in zip(leaves, powers))])
        term = {"species": feature["species"], "distinct": False, "inside": [], "form": form}
        features.append({"terms": [term]})
    return {"definitions": [], "constants": [], "features": features}


def exact_part(certificate):
    return certificate.get("above", certificate)


def numeric(rank, more=None):
    """The forms of the certificate of a rank, with more atoms behind the neighbours."""
    data = exact_part(rank)["environment"]
    if more:
        data = {**data, **{key: data[key] + more[key] for key in ("species", "positions")}}
    return Numeric(rank if "above" in rank else as_forms(rank), data)


def cartesian(rank):
    """The forms, and the columns of their Jacobian by Cartesian displacements."""
    forms, about = numeric(rank), Object(exact_part(rank))
    return forms, turned(forms, forms.jacobian(about.motion, about.columns))


def turned(forms, jacobian):
    """Columns by displacements in the frame as columns by Cartesian ones: x = L^T y, M = L L^T."""
    back = mpmath.inverse(mpmath.cholesky(forms.metric).T)
    found = []
    for k in range(0, len(jacobian), 3):
        for c in range(3):
            parts = [[back[a, c] * x for x in jacobian[k + a]] for a in range(3)]
            found.append([mpmath.fsum(x) for x in zip(*parts)])
    return found


def singular(rows):
    """Singular values, the largest first."""
    if not rows or not rows[0]:
        return []
    return sorted(map(abs, mpmath.svd_r(mpmath.matrix(rows), compute_uv=False)), reverse=True)


def between(ends, x, scale=0):
    """Whether a number that is known to about 1e-40 lies between two ends."""
    low, high = map(number, ends)
    slack = NEAR * (abs(x) + scale)
    return low - slack <= x <= high + slack


# The claims of an answer.


def left_out(rank, claim):
    """Whether no form looks at the atoms, where they are or very near."""
    forms, rng = numeric(rank, claim), random.Random(0)
    inside = len(exact_part(rank)["environment"]["species"])
    inside += bool((rank.get("invariances") or {}).get("cluster"))
    before = numeric(rank)
    values = before.features(before.y)
    for scale in (0, *[NEAR] * TRIES):
        moved = [y + scale * rng.randint(-99, 99) * (c >= len(before.y)) for c, y in enumerate(forms.y)]
        if forms.features(moved) != values or any(max(tau, default=0) >= inside for _, tau in forms.inside):
            return False
    return True


def singular_values(rank, claim):
    """Whether each interval contains its value; those that are claimed to be 0 are 0."""
    _, jacobian = cartesian(rank)
    found = singular(jacobian)
    found += [mpmath.mpf(0)] * (len(jacobian) - len(found))
    top = max(found, default=0)
    good = all(between(ends, x, 0 if any(map(Fraction, ends)) else top) for ends, x in zip(claim["values"], found))
    return good and len(found) == len(claim["values"])


def audit(rank, claim):
    """Whether error, noise floor and leak are where the claim says."""
    forms, about = numeric(rank), Object(exact_part(rank))
    true = mpmath.matrix(forms.jacobian(about.motion, about.columns)).T
    given = mpmath.matrix([[number(x) for x in row] for row in claim["matrix"]])
    if (true.rows, true.cols) != (given.rows, given.cols) or forms.metric != mpmath.eye(3):
        return False
    null = [[number(x) for x in v] for level in exact_part(rank)["levels"] for v in level["null_vectors"]]
    norm = lambda rows: singular(rows)[0]
    leak = norm((given * mpmath.qr(mpmath.matrix(null).T, mode="skinny")[0]).tolist()) if null else mpmath.mpf(0)
    found = {
        "error": max(map(abs, given - true)) / max(map(abs, true)),
        "noise": norm((given - true).tolist()) / norm(true.tolist()),
        "leak": leak / norm(given.tolist()),
    }
    return all(between(claim[name], x, NEAR) for name, x in found.items())


def radius(rank, claim):
    """Whether the hypothesis of the theorem holds at places all over the ball, and the same tuples contribute there."""
    forms, about, rng = numeric(rank), Object(exact_part(rank)), random.Random(0)
    rho, n, w = number(claim["radius"]), about.n, list(map(number, claim["weights"]))
    widths = [len(forms.certificate["features"])] * 3 * n, [3] * 3 * n
    if [list(map(len, claim[key])) for key in ("inverse", "rotations")] != [*widths] or len(w) != n:
        return False
    W = mpmath.matrix([[number(x) for x in row] for row in claim["inverse"]])
    turns = mpmath.matrix([[number(x) for x in row] for row in claim["rotations"]])
    frame = mpmath.cholesky(forms.metric).T
    x = [frame * mpmath.matrix(forms.y[3 * j : 3 * j + 3]) for j in range(n)]
    R = mpmath.matrix(3, 3 * n)
    for j, c in product(range(n), range(3)):
        a, b = (c + 1) % 3, (c + 2) % 3
        R[c, 3 * j + b], R[c, 3 * j + a] = x[j][a], -x[j][b]
    forms.features(forms.y)
    contribute = forms.inside
    for k in range(TRIES):
        if k < 4:  # all outward, all inward, or some of each
            along = [y * ((-1) ** k if k < 2 else rng.choice([1, -1])) for y in x]
        else:
            along = [mpmath.matrix([rng.gauss(0, 1) for _ in "xyz"]) for _ in x]
        moved = [y + v * (rho / mpmath.norm(v)) for y, v in zip(x, along)]
        here = [c for y in moved for c in mpmath.inverse(frame) * y]
        forms.features(here)
        if forms.inside != contribute:
            return False
        J = mpmath.matrix(turned(forms, forms.jacobian(about.motion, about.columns, here))).T
        off = mpmath.eye(3 * n) - W * J - turns * R
        block = lambda i, l: mpmath.norm([off[3 * i + a, 3 * l + b] for a in range(3) for b in range(3)])
        if not all(sum(block(i, l) * w[l] for l in range(n)) < w[i] for i in range(n)):
            return False
    return rho > 0


CLAIMS = {
    "left_out": left_out,
    "singular_values": singular_values,
    "audit": audit,
    "radius": radius,
    "clearance": clearance_is_true,
}


# What forms never see.


def hidden(certificate):
    """Whether J takes the further null vectors of a certificate of closed forms to 0, and growth, if that is said."""
    about, forms = Object(certificate["above"]), Numeric(certificate)
    given = certificate.get("invariances") or {}
    vectors = [[number(x) for x in v] for v in given.get("null_vectors", [])]
    for entries in certificate.get("exponentials") or []:
        vector = [mpmath.mpf(0)] * about.columns
        for column, terms in entries:
            vector[column] = mpmath.fsum(number(c) * mpmath.exp(number(q)) for q, c in terms)
        vectors.append(vector)
    growth = [[exact_float(c) for y in about.y for c in y]] if given.get("scale") else []
    return null(forms, vectors, about.motion, about.columns) and null(forms, growth, about.unit(), 3 * about.n)


def null(forms, vectors, motion, columns):
    """Whether the Jacobian takes these vectors to 0."""
    if not vectors:
        return True
    jacobian = forms.jacobian(motion, columns)
    largest = max((abs(x) for column in jacobian for x in column), default=0)
    images = [(mpmath.fsum(map(mpmath.fmul, v, row)), sum(map(abs, v))) for v in vectors for row in zip(*jacobian)]
    return all(abs(x) <= CLOSE * largest * size for x, size in images)


def sampled(certificate):
    """The columns of the Jacobians of some forms at random structures."""
    kinds = sorted({kind for f in certificate["features"] for term in f["terms"] for kind in term["species"]})
    species, rng, found = kinds * 3, random.Random(0), []
    unit = [[fmpq(int(i == j)) for j in range(3 * len(species))] for i in range(3 * len(species))]
    for size in (1, 2, 3, 4):
        points = [[str(Fraction(rng.randrange(-999, 999) * size, 1000)) for _ in "xyz"] for _ in species]
        metric = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
        data = {"species": species, "positions": points, "metric": metric, "centre": "X"}
        found += Numeric(certificate, data).jacobian(unit, len(unit))
    return found


def dependent(certificate, jacobian, relations):
    """Whether each relation holds for each of the columns."""
    for v in relations:
        if len(v) != len(certificate["features"]):
            return False
        terms = [[number(c) * x for c, x in zip(v, column)] for column in jacobian]
        if any(abs(mpmath.fsum(parts)) > CLOSE * max(map(abs, parts)) for parts in terms):
            return False
    return True


def relations_hold(certificate, relations):
    return not relations or dependent(certificate, sampled(certificate), relations)


# Certificates.


def exact_is_true(certificate):
    found = claims(certificate)
    name = certificate.get("point_group")
    good = name is None or name == group_name(Object(certificate), found["stabiliser_order"])
    return good and found == certificate["claims"]


def closed_is_true(certificate):
    if not exact_is_true(certificate["above"]) or closed_claims(certificate) != certificate["claims"]:
        return False
    with mpmath.workdps(DIGITS):
        return hidden(certificate) and relations_hold(certificate, certificate.get("relations"))


def answer_is_true(certificate):
    rank, given = certificate["of"], certificate["claims"]
    if not is_true(rank):
        return False
    with mpmath.workdps(DIGITS):
        return all(CLAIMS[name](rank, claim) for name, claim in given.items())


def basis_is_true(certificate):
    above, found = certificate["above"], certificate["claims"]
    if not exact_is_true(above):
        return False
    about, l_max = Object(above), found["l_max"]
    whole = about.columns - about.incompleteness()
    ranks = [about.columns - about.angular(l) for l in range(l_max + 1)]
    beyond = [about.columns - about.rigid() - rank for rank in ranks]
    good = beyond == found["nullity_by_l_max"] and ranks[-1] == whole and whole not in ranks[:-1]
    sets = certificate["sets"]
    if not good or sets is None:
        return good
    proved = [one for one in sets if type(one) is not int]
    if type(sets[-1]) is int or not all(map(is_true, proved)):
        return False
    if any(exact_part(one)["environment"] != above["environment"] for one in proved):
        return False
    of_sets = [one if type(one) is int else one["claims"]["rank"] for one in sets]
    return of_sets[-1] == whole and all(0 <= rank < whole for rank in of_sets[:-1])


def relations_are_true(certificate):
    found, given = certificate["claims"], certificate["relations"]
    features = len(certificate["features"])
    if (found["features"], found["relations"]) != (features, len(given)):
        return False
    with mpmath.workdps(DIGITS):
        jacobian = sampled(certificate)
        rank = numerical_rank([[number(x) for x in v] for v in given]) if given else 0
        others = not found["no_others"] or numerical_rank(jacobian) == features - len(given)
        return rank == len(given) and others and dependent(certificate, jacobian, given)


def network_and_group_are_true(certificate):
    name, order = certificate.get("point_group"), certificate["claims"]["stabiliser_order"]
    good = name is None or name == group_name(Object(certificate | {"nu": 1}), order)
    return good and network_is_true(certificate)


def second_order_and_group_are_true(certificate):
    name, order = certificate["point_group"], certificate["claims"]["stabiliser_order"]
    if certificate["level"] != "environment":
        return has_point_group(certificate) and second_order_is_true(certificate)
    return name in (None, group_name(Object(certificate), order)) and second_order_is_true(certificate)


def structure_is_true(certificate):
    return certificate["claims"] == Whole(certificate).claims() and has_point_group(certificate)


def has_point_group(certificate):
    """Whether a structure has the point group that is named."""
    whole, name = Whole(certificate), certificate["point_group"]
    rank, group = whole.linear_parts()
    found = name_of(group) if rank > 1 else "Kh" if not rank else "D*h" if whole.has_equal_ends() else "C*v"
    return name in (None, found)


KINDS = {
    "symsens/certificate/1": exact_is_true,
    "symsens/closed-form-certificate/1": closed_is_true,
    "symsens/answer-certificate/1": answer_is_true,
    "symsens/basis-certificate/1": basis_is_true,
    "symsens/relations-certificate/1": relations_are_true,
    "symsens/comparison-certificate/1": comparison_is_true,
    "symsens/network-certificate/1": network_and_group_are_true,
    "symsens/structure-network-certificate/1": summed_network_is_true,
    "symsens/colours-certificate/1": colours_are_true,
    "symsens/structure-certificate/1": structure_is_true,
    "symsens/second-order-certificate/1": second_order_and_group_are_true,
}


def is_true(certificate):
    """Whether everything that a certificate claims is so."""
    return KINDS[certificate["schema"]](certificate)
