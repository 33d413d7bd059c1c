"""Prove a certificate again, every number from both sides, believing nothing it says.

Law: the standard library only, nothing of symsens, exact numbers only. `load` reads a file, `check` proves one
certificate. y_j are positions in a frame, M the metric, G_jk = y_j^T M y_k = x_j.x_k, T the tie u -> (u_atom(j) -
u_centre)_j. Every row of D_nu, D_{2,l} and J is a combination of differentials dG_jk = (M y_j).dy_k + (M y_k).dy_j,
kept as {(j, k): weight}. Positions and metric are scaled to integers, all at once: that multiplies each row by a
constant and moves no null space.

Theorem 1: D_nu v = 0 iff dF(v) = 0 for every smooth feature F of order nu.
Lemma minor: rank over QQ >= rank modulo a prime (a minor that is nonzero modulo p is nonzero).
Lemma preimage: dim {u : T u in W} = columns + dim W - dim(W + im T) (rank-nullity of u -> T u modulo W).
Lemma basis: a Gram-preserving map of distinct points is injective, and fixed by its images of a basis of their span;
    after two of these the third has at most two places. So no search for such maps meets more than 2 n^2 at a time.
Lemma generators: im(gh - 1) lies in im(g - 1) + im(h - 1), so S = sum im(g - 1) over generators of the stabiliser.
Lemma kernel: the isometries that fix every neighbour are {1} at rank 3 and {1, mirror} at rank 2; at rank 1 they are
    those that fix the axis, and one rotation Q among them already has im(Q - 1) = the whole plane across the axis.
"""

import json
import re
import sys
from collections import defaultdict
from fractions import Fraction
from itertools import combinations, product
from math import gcd, lcm, prod

MAX_DIGITS = min(4300, sys.get_int_max_str_digits() or 4300)  # of a numerator or denominator; Python's own default
MAX_TEXT, MAX_NU, MAX_DEGREE = 1000, 8, 1000  # characters of a name; order; l_max and exponents
MAX_TUPLES = 2**22  # n^max(nu, 2): at most 2048 neighbours at nu = 2, 161 at nu = 3
PRIME = 2**61 - 1  # a Mersenne prime, for the independence of the null vectors


class Malformed(ValueError):
    """Not a certificate this checker can read."""


class Refuted(Exception):
    """A readable certificate whose claim is false, or whose evidence does not prove it."""


def read_level(value, where):
    """One of `LEVELS`, chosen by its name."""
    name = value.get("name") if type(value) is dict else value
    _expect(type(name) is str and name in LEVELS, name, f"{where}.name", f"one of {', '.join(LEVELS)}")
    return read(LEVELS[name], value, where)


# The shape of a certificate, stated once: a dict has exactly these keys, [s] is a list of any length, (s, s) a list of
# this length, (None, s) is s or null, a set holds the texts allowed, a type is a leaf, `read_level` chooses by name.
NUMBER = re.compile(rf"-?[0-9]{{1,{MAX_DIGITS}}}(/(?=0*[1-9])[0-9]{{1,{MAX_DIGITS}}})?")
LEAVES = {
    Fraction: ('a rational number such as "-7/5"', lambda value: type(value) is str and NUMBER.fullmatch(value)),
    int: ("an integer below 2^63", lambda value: type(value) is int and abs(value) < 2**63),  # a bool is none
    str: (f"a text of 1 to {MAX_TEXT} characters", lambda value: type(value) is str and 0 < len(value) <= MAX_TEXT),
}
MATRIX, TERM = ((Fraction,) * 3,) * 3, (Fraction, [int])
SPACE = {"name": str, "null_vectors": [[Fraction]]}
LEVELS = {
    **dict.fromkeys(("rigid", "symmetry"), SPACE),
    "incompleteness": {**SPACE, "prime": Fraction, "pivot_rows": [([int], (int, int))]},
    "angular_truncation": {**SPACE, "prime": Fraction, "pivot_rows": [([int], (int, int), int)]},
    "radial_truncation": {**SPACE, "prime": Fraction, "pivot_rows": [int]},
}
ENVIRONMENT = {"field": {"QQ"}, "centre": str, "species": [str], "positions": [(Fraction,) * 3], "metric": MATRIX}
CLAIMS = dict.fromkeys(("displacements", "rank", "nullity", "symmetry_allowed_rank", "stabiliser_order"), int)
CERTIFICATE = {
    "schema": {"symsens/certificate/1"},
    "environment": {**ENVIRONMENT, "tie": (None, {"centre": int, "atoms": [int]})},
    "nu": int,
    "vary": {"neighbours", "atoms"},
    "variables": (None, [int]),
    "descriptor": (
        None,
        {"name": str, "l_max": (None, int), "features": (None, [{"species": [str], "terms": [TERM]}])},
    ),
    "claims": {**CLAIMS, "filtration": dict.fromkeys(LEVELS, (None, int))},
    "generators": [{"permutation": [int], "isometry": MATRIX}],
    "levels": [read_level],
}


def read(shape, value, where):
    """The value with its numbers read, or `Malformed` naming the first place that does not fit the shape."""
    if isinstance(shape, type):
        _expect(LEAVES[shape][1](value), value, where, LEAVES[shape][0])
        return shape(value)
    if type(shape) is set:
        _expect(type(value) is str and value in shape, value, where, " or ".join(sorted(shape)))
        return value
    if type(shape) is dict:
        _expect(type(value) is dict, value, where, "an object")
        for key in [*shape, *value]:
            _expect(key in shape and key in value, key, where, f"exactly the keys {', '.join(shape)}")
        return {key: read(shape[key], value[key], f"{where}.{key}") for key in shape}
    if type(shape) is tuple and shape[0] is None:
        return None if value is None else read(shape[1], value, where)
    if type(shape) in (list, tuple):
        _expect(type(value) is list, value, where, "a list")
        shapes = shape if type(shape) is tuple else shape * len(value)
        _expect(len(value) == len(shapes), value, where, f"a list of {len(shapes)}")
        return [read(s, item, f"{where}[{i}]") for i, (s, item) in enumerate(zip(shapes, value))]
    return shape(value, where)


def read_alone(value, where):
    """A certificate that stands alone; one of closed forms, with another inside, is left to
    `symsens.checker.intervals`."""
    if type(value) is not dict or value.get("schema") != "symsens/closed-form-certificate/1":
        descriptor = read(CERTIFICATE, value, where)["descriptor"]
        _expect(not descriptor or descriptor["features"] is not None, None, f"{where}.descriptor.features", "a list")


def _expect(fits, value, where, expected):
    if not fits:
        found = f"{value!r:.40}" if type(value) in (str, bool, float, type(None)) else type(value).__name__
        raise Malformed(f"{where}: expected {expected}; found {found}")


def load(text):
    """The certificates of a file's text, each of the right shape and none of them proved yet; or `Malformed`."""

    def unique(pairs):
        if len(table := dict(pairs)) != len(pairs):
            raise ValueError(f"an object repeats one of its keys {', '.join(table)!r:.100}")
        return table

    try:
        data = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not a JSON certificate file: {error}") from None
    read({"schema": {"symsens/certificates/1"}, "certificates": [read_alone]}, data, "file")
    _expect(data["certificates"], "", "file.certificates", "at least one certificate")
    return data["certificates"]


def combine(terms):
    """The sum of weight * vector over the terms (vector, weight); every vector here is sparse, {column: number}."""
    total = defaultdict(int)
    for vector, weight in terms:
        for c, x in vector.items():
            total[c] += weight * x
    return total


def primitive(vector):
    """The coprime integer multiple of a rational vector, zeros dropped."""
    factor = lcm(*(x.denominator for x in vector.values()))
    whole = {c: int(x * factor) for c, x in vector.items() if x}
    content = gcd(*whole.values())
    return {c: x // content for c, x in whole.items()}


def absorb(echelon, vector, modulus=0):
    """Reduce a vector by an echelon {leading column: row}, over QQ or modulo a prime, and add the rest: True iff there
    is any."""
    while vector := {c: r for c, x in vector.items() if (r := x % modulus)} if modulus else primitive(vector):
        lead = min(vector)
        if (row := echelon.setdefault(lead, vector)) is vector:
            return True
        vector = combine([(vector, row[lead]), (row, -vector[lead])])
    return False


def span(vectors, start=()):
    """The echelon of these vectors over QQ, on top of another one."""
    echelon = dict(start)
    for vector in vectors:
        absorb(echelon, vector)
    return echelon


def is_prime(p):
    """Deterministic Miller-Rabin: the first twelve primes as bases decide every p < 2^64 (Sorenson, Webster 2015)."""
    bases = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    if p < 2 or any(p % b == 0 for b in bases):
        return p in bases
    twos = ((p - 1) & (1 - p)).bit_length() - 1
    return all(pow(b, p >> twos, p) == 1 or any(pow(b, p >> i, p) == p - 1 for i in range(1, twos + 1)) for b in bases)


def apply(matrix, vector):
    return [sum(a * x for a, x in zip(row, vector)) for row in matrix]


class Environment:
    """An environment whose hypotheses hold: M positive definite, neighbours distinct and off the centre, the tie sound.

    In integers: `gram` G = `scale` x_j.x_k, `lowered` M y_j, `image` the columns of T, `dG` the dG_jk T over the
    `columns`.
    """

    def __init__(self, certificate):
        data, nu, n = certificate["environment"], certificate["nu"], len(certificate["environment"]["species"])
        self.species, self.positions, self.metric, self.n = data["species"], data["positions"], data["metric"], n
        if not 1 <= nu <= MAX_NU or n ** max(nu, 2) > MAX_TUPLES:
            raise Refuted(f"nu: {nu} with {n} neighbours is outside 1..{MAX_NU} or means over {MAX_TUPLES} tuples")
        if len(self.positions) != n or len(set(map(tuple, self.positions)) - {(0, 0, 0)}) != n:
            raise Refuted(
                f"environment.positions: not {n} different places off the centre, one for each of the species"
            )
        (a, b, c), (b_, d, e), (c_, e_, f) = self.metric
        minors = a, a * d - b * b, a * d * f + 2 * b * c * e - a * e * e - d * c * c - f * b * b
        if (b, c, e) != (b_, c_, e_) or min(minors) <= 0:
            raise Refuted("environment.metric: not symmetric, or a leading minor is not positive")
        unit, length = (lcm(*(x.denominator for v in part for x in v)) for part in (self.metric, self.positions))
        points = [[int(x * length) for x in y] for y in self.positions]
        self.lowered = low = [[int(x * unit) for x in apply(self.metric, y)] for y in points]
        self.gram, self.scale, self.length = [apply(points, y) for y in low], unit * length**2, length
        tie, self.columns = read_tie(certificate)
        self.image = [{i: row[c] for i, row in enumerate(tie) if c in row} for c in range(self.columns)]
        ends, pairs = [tie[3 * j : 3 * j + 3] for j in range(n)], [(j, k) for k in range(n) for j in range(k + 1)]
        self.dG = {(j, k): combine([*zip(ends[j], low[k]), *zip(ends[k], low[j])]) for j, k in pairs}


def read_tie(certificate):
    """The rows of T and their number of columns: the variables are the tied atoms, each of one species."""
    data, variables, all_atoms = certificate["environment"], certificate["variables"], certificate["vary"] == "atoms"
    tie, n = data["tie"], len(data["species"])
    if (tie is not None, variables is not None) != (all_atoms, all_atoms):
        raise Refuted('vary: environment.tie and variables go with "atoms", and only with it')
    if not all_atoms:
        return [{i: 1} for i in range(3 * n)], 3 * n
    centre, atoms = tie["centre"], tie["atoms"]
    kinds = {(centre, data["centre"]), *zip(atoms, data["species"])}
    if len(atoms) != n or min(kinds)[0] < 0 or len(kinds) != len(dict(kinds)):
        raise Refuted(f"environment.tie: not {n} indices >= 0, one for each neighbour and each of one species")
    if variables != sorted(dict(kinds)):
        raise Refuted("variables: not the atoms of environment.tie in ascending order")
    first = {atom: 3 * i for i, atom in enumerate(variables)}  # below: an image of the centre itself never moves
    return [{} if a == centre else {first[a] + c: 1, first[centre] + c: -1} for a in atoms for c in range(3)], 3 * len(
        first
    )


def stabiliser(env):
    """All species-keeping permutations p with G_p(j)p(k) = G_jk, by exhaustive search (Lemma basis)."""
    partial = [()]
    for k, row in enumerate(env.gram):
        places = [j for j in range(env.n) if (env.species[j], env.gram[j][j]) == (env.species[k], row[k])]
        partial = [(*p, j) for p in partial for j in places if all(env.gram[j][i] == g for i, g in zip(p, row))]
    return partial


def prove_generators(env, generators):
    """Order of the stabiliser, once the generators are known to be genuine and to generate it (Lemma kernel)."""
    kernel_ranks, group, frontier = set(), set(), {tuple(range(env.n))}
    for i, (p, q) in enumerate(generator.values() for generator in generators):
        if sorted(p) != list(range(env.n)) or [env.species[j] for j in p] != env.species:
            raise Refuted(f"generators[{i}].permutation: not a bijection of the neighbours that keeps species")
        columns = list(zip(*q))
        if [apply(columns, apply(env.metric, b)) for b in columns] != env.metric:
            raise Refuted(f"generators[{i}].isometry: Q^T M Q is not M")
        if any(apply(q, env.positions[k]) != env.positions[j] for k, j in enumerate(p)):
            raise Refuted(f"generators[{i}]: the isometry does not permute the neighbours as the permutation says")
        if p == sorted(p):
            kernel_ranks.add(len(span({c: x - (c == r) for c, x in enumerate(row)} for r, row in enumerate(q))))
    while frontier:
        group |= frontier
        frontier = {tuple(g["permutation"][i] for i in p) for p in frontier for g in generators} - group
    order, rank = len(stabiliser(env)), len(span(dict(enumerate(y)) for y in env.positions))
    if len(group) != order:
        raise Refuted(f"generators: they generate {len(group)} permutations of the {order} in the stabiliser")
    if 0 < rank < 3 and 3 - rank not in kernel_ranks:
        raise Refuted(
            f"generators: no {'mirror in the plane' if rank == 2 else 'rotation about the axis'} of the neighbours"
        )
    return order


def rigid(env):
    """The rotations about the centre: dy_j = a (b^T M y_j) - b (a^T M y_j), a and b axes, keeps every y_j^T M y_k."""
    for a, b in combinations(range(3), 2):
        yield {i: x for j, y in enumerate(env.lowered) for i, x in ((3 * j + a, y[b]), (3 * j + b, -y[a]))}


def symmetry(generators):
    """Spanning vectors of S = sum im(rho(g) - 1), where (rho(g) v)_p(k) = Q v_k (Lemma generators)."""
    for p, q in (generator.values() for generator in generators):
        for k, c in product(range(len(p)), range(3)):
            yield combine([({3 * p[k] + r: row[c] for r, row in enumerate(q)}, 1), ({3 * k + c: 1}, -1)])


def components(nu):
    """The invariants of a nu-tuple: (0,0), (1,1), ..., then (0,1), (0,2), ..., (1,2), ..."""
    return [(a, a) for a in range(nu)] + list(combinations(range(nu), 2))


def basis_free(env, nu, l_max=None):
    """D_nu: for each class of equal species and dot products, and each component (a, b), the row sum dG_ab.

    With l_max, D_{2,l}: classes of equal species and radii, and for l <= l_max sum d^l ds_j, sum d^l ds_k, sum l
    d^(l-1) dd. A matrix is three things: labels that give all its rows, the row of any label, and whether something is
    a label.
    """
    table, shell = defaultdict(list), [(kind, env.gram[j][j]) for j, kind in enumerate(env.species)]

    def key(tau):
        angles = [env.gram[j][k] for j, k in combinations(tau, 2)] if l_max is None else ()
        return (*[shell[j] for j in tau], *angles)

    def row(label):
        tau, (a, b), l = (*label, None)[:3]
        terms = ((min(t[a], t[b]), max(t[a], t[b]), env.gram[t[0]][t[-1]]) for t in table[key(tau)])
        return combine(
            ({(j, k): 1}, 1 if l is None else d**l if a == b else l and l * d ** (l - 1)) for j, k, d in terms
        )

    def valid(label):
        tau, component, *l = label
        in_range = all(0 <= j < env.n for j in tau) and all(0 <= x <= l_max for x in l) and len(tau) == nu
        return in_range and tuple(component) in components(nu)

    for tau in product(range(env.n), repeat=nu):
        table[key(tau)].append(tau)
    firsts, degrees = [members[0] for members in table.values()], [] if l_max is None else [range(l_max + 1)]
    return product(firsts, components(nu), *degrees), row, valid


def jacobian(env, features):
    """J: for each feature, the sum over its tuples and their invariants t_c of d phi / d t_c dt_c, at t = G / scale."""

    def terms_of(feature):
        pairs, terms = components(len(feature["species"])), feature["terms"]
        degree = max((sum(e) for _, e in terms), default=0)
        phi = [(c * env.scale ** (degree - sum(e)), e) for c, e in terms]  # scale^degree phi, as a polynomial in G
        for tau in product(*[[j for j in range(env.n) if env.species[j] == kind] for kind in feature["species"]]):
            at = [(min(tau[a], tau[b]), max(tau[a], tau[b])) for a, b in pairs]
            t = [env.gram[j][k] for j, k in at]
            for i, (x, e) in product(range(len(at)), phi):
                if e[i]:
                    yield {at[i]: x}, e[i] * prod(g ** (m - (b == i)) for b, (g, m) in enumerate(zip(t, e)))

    return range(len(features)), lambda i: combine(terms_of(features[i])), lambda i: 0 <= i < len(features)


def prove_descriptor(features, l_max, nu):
    """The features have the form that the levels speak of: order <= nu, degree <= l_max in d_12."""
    if l_max is not None and (nu != 2 or not 0 <= l_max <= MAX_DEGREE):
        raise Refuted(f"descriptor.l_max: {l_max} is outside 0..{MAX_DEGREE}, or nu = {nu} is not 2")
    for i, feature in enumerate(features):
        where, order, top = f"descriptor.features[{i}]", len(feature["species"]), MAX_DEGREE if l_max is None else l_max
        if not 1 <= order <= nu:
            raise Refuted(f"{where}.species: {order} species at nu = {nu}")
        for _, e in feature["terms"]:
            if len(e) != len(components(order)) or min(e) < 0 or max(e) > MAX_DEGREE or max(e[2:], default=0) > top:
                raise Refuted(
                    f"{where}.terms: exponents other than {len(components(order))} in 0..{MAX_DEGREE}, l_max for d_12"
                )


def prove_space(env, symbol, space, level, along, where):
    """dim {u : T u in W}: >= by the vectors, independent elements of it; <= by Lemma preimage."""
    for k, u in enumerate(level["null_vectors"]):
        if absorb(dict(space), combine((env.image[c], x) for c, x in u.items())):
            raise Refuted(f"{where}.null_vectors[{k}]: outside {symbol}")
    dimension = env.columns + len(space) - len(span(env.image, space))
    if len(along) != dimension:
        raise Refuted(f"{where}: {len(along)} null_vectors so far, but dim {symbol} = {dimension}")
    return f"dim {symbol} = {dimension}"


def prove_rank(env, symbol, matrix, level, along, where):
    """rank of D_nu, D_{2,l} or J: >= by the pivot rows (Lemma minor), <= by the exact null vectors so far."""
    (labels, row, valid), prime, pivots, echelon = matrix, level["prime"], level["pivot_rows"], {}
    if prime.denominator != 1 or prime >= 2**64 or not is_prime(prime.numerator):
        raise Refuted(f"{where}.prime: not a prime below 2^64")
    if len(pivots) + len(along) != env.columns:
        raise Refuted(
            f"{where}: {len(pivots)} pivot_rows + {len(along)} null_vectors so far != {env.columns} displacements"
        )
    for k, label in enumerate(pivots):
        if not valid(label):
            raise Refuted(f"{where}.pivot_rows[{k}]: the matrix has no such row")
        if not absorb(
            echelon, combine((env.dG[pair], x) for pair, x in primitive(row(label)).items()), prime.numerator
        ):
            raise Refuted(f"{where}.pivot_rows[{k}]: depends on the rows before it modulo {prime}")
    moving = {k: dG for k, dG in enumerate(along) if any(dG.values())}
    distinct = {frozenset(primitive(row(label)).items()): label for label in (labels if moving else ())}
    for (terms, label), (k, dG) in product(distinct.items(), moving.items()):
        if sum(weight * dG[pair] for pair, weight in terms):
            raise Refuted(f"{where}: null_vectors: number {k}, from the first level on, is not null for row {label}")
    return (
        f"rank {symbol} = {len(pivots)} of {env.columns}: >= modulo the prime {prime}, <= by {len(along)} null vectors"
    )


def check(certificate):
    """The statements that a certificate proves; raises `Malformed` or `Refuted` at the first thing that is not as it
    says."""
    certificate = read(CERTIFICATE, certificate, "certificate")
    env, nu, generators = Environment(certificate), certificate["nu"], certificate["generators"]
    order, turns = prove_generators(env, generators), span(rigid(env))
    stages = {
        "rigid": (prove_space, "Rigid", turns),
        "symmetry": (prove_space, "(Rigid + Symmetry)", span(symmetry(generators), turns)),
        "incompleteness": (prove_rank, f"D_{nu}", basis_free(env, nu)),
    }
    descriptor = certificate["descriptor"]
    features, l_max = (descriptor["features"], descriptor["l_max"]) if descriptor else (None, None)
    prove_descriptor(features or [], l_max, nu)
    if l_max is not None:
        stages["angular_truncation"] = prove_rank, f"D_{{2,{l_max}}}", basis_free(env, 2, l_max)
    if features is not None:
        stages["radial_truncation"] = prove_rank, f"J of {len(features)} features", jacobian(env, features)
    if (names := [level["name"] for level in certificate["levels"]]) != list(stages):
        raise Refuted(f"levels: expected {', '.join(stages)}; found {', '.join(names):.200}")
    unproved = "; nothing of the features, which are not given" if descriptor and features is None else ""
    statements = [f"{env.columns} displacements of the {certificate['vary']}; a stabiliser of order {order}{unproved}"]
    independent, along, new = {}, [], dict.fromkeys(LEVELS)
    for i, (level, (prove, symbol, subject)) in enumerate(zip(certificate["levels"], stages.values())):
        where, vectors = f"levels[{i}] ({level['name']})", level["null_vectors"]
        for k, entries in enumerate(vectors):
            u = vectors[k] = primitive(dict(enumerate(entries)))
            if len(entries) != env.columns or not absorb(independent, u, PRIME):
                raise Refuted(
                    f"{where}.null_vectors[{k}]: not {env.columns} numbers, or dependent on the vectors before it"
                )
            along.append({pair: sum(x * u.get(c, 0) for c, x in row.items()) for pair, row in env.dG.items()})
        new[level["name"]] = len(vectors)
        statements.append(prove(env, symbol, subject, level, along, where))
    m, nullity, claims = env.columns, len(along), {**certificate["claims"], **certificate["claims"]["filtration"]}
    proved = dict(zip(CLAIMS, (m, m - nullity, nullity, m - new["rigid"] - new["symmetry"], order)))
    for name, value in {**proved, **new}.items():
        if claims[name] != value:
            raise Refuted(f"claims: {name} is {value}, not {claims[name]}")
    return statements
