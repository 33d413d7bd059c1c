"""A radius within which the forms given determine the environment up to rotations about the centre.

Law: K is the set of all displacements v of the neighbours with |v_j| <= rho, the centre fixed. Every invariant of a
tuple is an interval that contains its values throughout K; on it the forms are evaluated with two derivatives. The
first ones are taken at rest, once W has been applied, and widened by the second ones (mean value theorem). Sums after
the forms are of integers over 2^bits, each with a bound of its error.

Theorem (Radius): if ||I - W [J(z); R]|| <= q < 1 for every z in K, then F(v) != F(w) for all v != w in K with
R (v - w) = 0. Here W J(z) = W J(0) + int_0^1 H(t z)[z] dt with H the second derivative of W F, in blocks of one
neighbour: the norms of those of I - W [J(z); R] are at most E = C + rho sum_l N_..l, with C those at z = 0 and N_ikl a
bound of the Frobenius norm of a 3 x 3 x 3 block of H on K; and ||.|| <= max_i (E w)_i / w_i for positive weights w.
"""

from fractions import Fraction
from itertools import product
from math import isqrt

from symsens.checker.constants import cholesky, enclose
from symsens.checker.evaluation import Dual, Evaluator, Jet
from symsens.checker.limits import MAX_RADIUS_BITS
from symsens.checker.matrices import components, pair
from symsens.checker.refusals import Refuted
from symsens.checker.trees import needed, uses

WHERE = "claims.radius"
PER_OPERATION = 4  # operations with integers that count as one with intervals
SIDES = tuple(product(range(3), repeat=2))
SHOWN = 30  # decimals of a radius that are printed


def polynomial(feature):
    """A polynomial feature as the term of a closed form, a sum over all tuples of its species."""
    kinds = feature["species"]
    leaves = [("d", a + 1, b + 1) for a, b in components(len(kinds))]  # ("d", a, a) is ("s", a)
    monomials = [
        ("*", ("num", x), *(("^", leaf, Fraction(e)) for leaf, e in zip(leaves, exponents)))
        for x, exponents in feature["terms"]
    ]
    return {"species": kinds, "distinct": False, "form": ("+", *monomials), "inside": [], "regular": []}


class Features:
    """The forms of a certificate, with what they name, by the species of the tuples over which they are summed."""

    def __init__(self, proof):
        certificate = proof.certificate
        self.definitions, self.constants = certificate.get("definitions", []), certificate.get("constants", [])
        self.uses = [uses(form) for form in self.definitions]
        if "definitions" in certificate:
            features = [feature["terms"] for feature in certificate["features"]]
        else:
            features = [[polynomial(feature)] for feature in proof.features or []]
        self.count, self.terms = len(features), {}
        for number, terms in enumerate(features):
            for term in terms:
                self.terms.setdefault(tuple(term["species"]), []).append((number, term))


class Ball:
    """The forms on all environments in which no neighbour is farther than rho from its place.

    Integers stand for numbers times 2^bits, a pair (middle, error) for all numbers between middle - error and middle +
    error.
    """

    def __init__(self, env, features, rho, bits, kind):
        self.env, self.features, self.bits, self.rho = env, features, bits, rho
        self.evaluator = Evaluator(bits, kind)
        self.evaluator.constants += [enclose(self.evaluator, constant) for constant in features.constants]
        iv, number = self.evaluator.iv, self.evaluator.number
        frame = cholesky(iv, [[number(x) for x in row] for row in env.metric])  # M = L L^T, so x = L^T y
        self.lengths = [iv.sqrt(number(env.dot(j, j))) for j in range(env.n)]
        move = iv.mpf([-1, 1]) * number(rho)
        self.x = [
            [self.rounded(sum((frame[k][c] * number(y[k]) for k in range(3)), move)) for c in range(3)]
            for y in env.positions
        ]

    def rounded(self, interval):
        """(middle, error) around an interval."""
        low, high = self.evaluator.ends(interval, self.bits)
        return (low + high) >> 1, (high - low + 1) >> 1

    def reach(self, j, k):
        """How far x_j . x_k may go from where it is: |(x + v) . (y + w) - x . y| <= rho (|x| + |y| + rho)."""
        rho = self.evaluator.number(self.rho)
        return self.evaluator.iv.mpf([-1, 1]) * rho * (self.lengths[j] + self.lengths[k] + rho)

    def invariant(self, j, k):
        """The interval of x_j . x_k."""
        return self.evaluator.number(self.env.dot(j, k)) + self.reach(j, k)

    def leaves(self, tau):
        """The place function of a tuple: its invariants, and definitions once they have been put there."""
        index, known = {c: i for i, c in enumerate(components(len(tau)))}, {}

        def place(leaf):
            if leaf not in known:
                a, b = leaf[1] - 1, leaf[-1] - 1
                value, one = self.invariant(tau[a], tau[b]), self.evaluator.iv.mpf(1)
                known[leaf] = self.evaluator.kind(value, {index[pair(a, b)]: one})
            return known[leaf]

        return place, known

    def sign(self, condition, place):
        """The sign that a condition has throughout K, 0 where none is proved."""
        value = self.evaluator.at(condition, place).value
        return 1 if value.a > 0 else -1 if value.b < 0 else 0

    def contributes(self, term, tau, place):
        """Whether a tuple lies where the form of a term holds, throughout K; or `Refuted`."""
        if term["distinct"] and len(set(tau)) < len(tau):
            return False
        smooth = True
        for condition in term["inside"]:
            sign = self.sign(condition, place)
            if sign < 0:
                return False
            smooth = smooth and sign > 0
        if not smooth or not all(self.sign(condition, place) for condition in term["regular"]):
            raise Refuted(f"{WHERE}: not proved that the forms are smooth where the neighbours move so far")
        return True

    def value(self, form, place, known):
        """The dual value of a form; definitions are evaluated before those that name them."""
        rests = needed(form, self.features.uses)
        self.evaluator.spend(8 * len(rests))
        for i in rests:
            if ("def", i) not in known:
                known["def", i] = self.evaluator.at(self.features.definitions[i], place)
        return self.evaluator.at(form, place)

    def derivatives(self, tau, terms):
        """{component, or pair of them: {feature: (middle, error)}}: the highest derivatives of the forms on a tuple."""
        place, known = self.leaves(tau)
        found = {}
        for number, term in terms:
            self.evaluator.spend(1)
            if not self.contributes(term, tau, place):
                continue
            dual = self.value(term["form"], place, known)
            for key, interval in (dual.curve if type(dual) is Jet else dual.slope).items():
                middle, error = self.rounded(interval)
                before = found.setdefault(key, {}).get(number, (0, 0))
                found[key][number] = before[0] + middle, before[1] + error
        return found

    def combined(self, W):
        """(tau, {component or pair: [(middle, error)] for each row of W}): W F as sums over tuples, over 2^(2 bits)."""
        kinds = self.env.species
        for species, terms in self.features.terms.items():
            for tau in product(*[[j for j in range(self.env.n) if kinds[j] == kind] for kind in species]):
                found = self.derivatives(tau, terms)
                self.evaluator.spend(len(W) * sum(map(len, found.values())) // PER_OPERATION)
                yield tau, {key: [combination(row, parts) for row in W] for key, parts in found.items()}


def combination(weights, parts):
    """The sum of weight times (middle, error) over the features of `parts`."""
    middle = sum(weights[i] * m for i, (m, _) in parts.items())
    return middle, sum(abs(weights[i]) * e for i, (_, e) in parts.items())


def times(one, other):
    """The product of two pairs (middle, error)."""
    (m, e), (n, f) = one, other
    return m * n, abs(m) * f + e * abs(n) + e * f


class Total:
    """Sums of pairs (middle, error) in blocks of `size` entries."""

    def __init__(self, outputs, size):
        self.outputs, self.size, self.blocks = outputs, size, {}

    def block(self, key):
        """The rows of a block: middles and errors of each output."""
        if key not in self.blocks:
            self.blocks[key] = [([0] * self.size, [0] * self.size) for _ in range(self.outputs)]
        return self.blocks[key]

    def add(self, key, column, entries):
        """Add column times entries, for each output its pair of `column`, to a block."""
        block = self.block(key)
        for (middles, errors), factor in zip(block, column):
            for s, entry in enumerate(entries):
                m, e = times(factor, entry)
                middles[s] += m
                errors[s] += e

    def square(self, key, i):
        """The square of a bound of the Frobenius norm of the three outputs of neighbour i of a block."""
        rows = self.block(key)[3 * i : 3 * i + 3]
        return sum((abs(m) + e) ** 2 for middles, errors in rows for m, e in zip(middles, errors))


def first_order(ball, still, outputs):
    """k: W J by neighbours, over 2^(3 bits): d phi / d x_a = sum_p (1 + [a = p]) phi_ap x_p."""
    total = Total(outputs, 3)
    for tau, slopes in still:
        index = {c: i for i, c in enumerate(components(len(tau)))}
        for a, p in product(range(len(tau)), repeat=2):
            if column := slopes.get(index[pair(a, p)]):
                ball.evaluator.spend(3 * outputs // PER_OPERATION)
                total.add(tau[a], column, [(m << (a == p), e << (a == p)) for m, e in ball.x[tau[p]]])
    return total


def slopes_throughout(ball, tau, slopes, curves, outputs):
    """{component: column}: the first derivatives on a tuple throughout K, by those at rest and the second ones."""
    parts = components(len(tau))
    reach = [sum(ball.rounded(ball.reach(tau[a], tau[b]))) for a, b in parts]
    found = {}
    for c in range(len(parts)):
        near = [(curves[pair(c, d)], reach[d]) for d in range(len(parts)) if pair(c, d) in curves]
        column = slopes.get(c, [(0, 0)] * outputs)
        for curve, far in near:
            ball.evaluator.spend(outputs // PER_OPERATION)
            column = [(m, e + ((abs(n) + f) * far >> ball.bits) + 1) for (m, e), (n, f) in zip(column, curve)]
        if near or c in slopes:
            found[c] = column
    return found


def second_order(ball, still, W):
    """(k, l): the second derivative of W F by neighbours throughout K, over 2^(4 bits).

    d^2 phi / d x_a d x_b = (1 + [a = b]) phi_ab I + sum_pq (1 + [a = p]) (1 + [b = q]) phi_ap,bq x_p x_q^T
    """
    total, outer = Total(len(W), 9), {}

    def outer_product(j, k, shift):
        key = j, k, shift
        if key not in outer:
            entries = (times(ball.x[j][r], ball.x[k][s]) for r, s in SIDES)
            outer[key] = [(m << shift, e << shift) for m, e in entries]
        return outer[key]

    for (tau, curves), (_, at_rest) in zip(ball.combined(W), still, strict=True):
        places = range(len(tau))
        index = {c: i for i, c in enumerate(components(len(tau)))}
        slopes = slopes_throughout(ball, tau, at_rest, curves, len(W))
        for a, b in product(places, repeat=2):
            ball.evaluator.spend(9 * len(W) * (1 + len(tau) ** 2) // PER_OPERATION)
            unit = 1 << 2 * ball.bits + (a == b)
            if column := slopes.get(index[pair(a, b)]):
                total.add((tau[a], tau[b]), column, [(unit * (r == s), 0) for r, s in SIDES])
            for p, q in product(places, repeat=2):
                if column := curves.get(pair(index[pair(a, p)], index[pair(b, q)])):
                    entries = outer_product(tau[p], tau[q], (a == p) + (b == q))
                    total.add((tau[a], tau[b]), column, entries)
    return total


def above_root(square, unit):
    """A fraction above the square root of an integer, over 2^unit."""
    return Fraction(isqrt(square) + 1, 1 << unit)


def check_evidence(env, claim, count):
    """Nothing, or `Refuted`: a positive radius, and evidence of the right size, for forms of neighbours that move."""
    n, bits = env.n, claim["bits"]
    if env.data["tie"] is not None or not n or not count:
        raise Refuted(f"{WHERE}: about forms of neighbours that move each by itself, the centre fixed")
    if claim["radius"] <= 0 or not 53 <= bits <= MAX_RADIUS_BITS:
        raise Refuted(f"{WHERE}: the radius is not positive, or {bits} bits are outside 53..{MAX_RADIUS_BITS}")
    if len(claim["inverse"]) != 3 * n or any(len(row) != count for row in claim["inverse"]):
        raise Refuted(f"{WHERE}.inverse: not {3 * n} x {count}")
    if len(claim["rotations"]) != 3 * n or len(claim["weights"]) != n or min(claim["weights"]) <= 0:
        raise Refuted(f"{WHERE}: rotations not {3 * n} x 3, or weights not {n} positive numbers")


def defect(ball, still, claim):
    """C: bounds of the norms of the blocks of I - W [J(0); R]."""
    bits, n = ball.bits, ball.env.n
    total = first_order(ball, still, 3 * n)
    turns = [[(whole(t, bits) << bits, 0) for t in column] for column in zip(*claim["rotations"])]
    for j in range(n):
        for turn, (d, e) in zip(turns, ((1, 2), (2, 0), (0, 1))):  # of R v = sum_j x_j x v_j: x_d v_e - x_e v_d
            (middle, error), entries = ball.x[j][e], [(0, 0)] * 3
            entries[e], entries[d] = ball.x[j][d], (-middle, error)
            total.add(j, turn, entries)
        for c in range(3):
            total.block(j)[3 * j + c][0][c] -= 1 << 3 * bits
    return [[above_root(total.square(k, i), 3 * bits) for k in range(n)] for i in range(n)]


def curvature(ball, still, W):
    """(i, k): sum_l N_ikl on K."""
    n = ball.env.n
    total, found = second_order(ball, still, W), [[Fraction(0)] * n for _ in range(n)]
    for i, (k, l) in product(range(n), total.blocks):
        found[i][k] += above_root(total.square((k, l), i), 4 * ball.bits)
    return found


def whole(x, bits):
    """The integer right below a rational number times 2^bits: what is meant, for any W will do."""
    return (x.numerator << bits) // x.denominator


def shown(x):
    """A positive number as a decimal where it is a short one, or else as a fraction."""
    power = next((k for k in range(SHOWN) if 10**k % x.denominator == 0), None)
    if power is None or x >= 10**SHOWN:
        return str(x) if x.denominator < 10**SHOWN and x < 10**SHOWN else "(long)"
    before, after = divmod(x.numerator * 10**power // x.denominator, 10**power)
    return f"{before}.{after:0{power}}" if power else str(before)


def prove(proof, claim):
    """The forms given are injective on {v : |v_j| <= radius for every neighbour j} up to rotations."""
    env, features, rho, w, bits = proof.env, Features(proof), claim["radius"], claim["weights"], claim["bits"]
    check_evidence(env, claim, features.count)
    W = [[whole(x, bits) for x in row] for row in claim["inverse"]]
    rest = Ball(env, features, Fraction(0), bits, Dual)
    still = list(rest.combined(W))
    still, bent = defect(rest, still, claim), curvature(Ball(env, features, rho, bits, Jet), still, W)
    rows = (sum((c + rho * h) * x for c, h, x in zip(cs, hs, w)) for cs, hs in zip(still, bent))
    bound = max(row / x for row, x in zip(rows, w))
    if not bound < 1:
        raise Refuted(f"{WHERE}: ||I - W [J; R]|| is not proved to be below 1 wherever the neighbours may be")
    thousandths = -(-1000 * bound.numerator // bound.denominator)
    norm = f"<= 0.{thousandths:03}" if thousandths < 1000 else "< 1"
    return (
        f"no two displacements of the neighbours, each by at most {shown(rho)} in the unit of the positions, that "
        "differ by one orthogonal to the infinitesimal rotations about the fixed centre, agree in all of the "
        f"{features.count} forms given: ||I - W [J; R]|| {norm} there"
    )
