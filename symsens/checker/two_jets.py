"""First and second derivatives together: the 2-jets that features of an order can have, and functionals of them.

Law: the standard library only, exact numbers only. A coordinate p is a dot product or half a squared side; a row is a
sparse sum of dp with Hess p, under the key (p,), and of products dp dq, under (p, q). A functional is (a, S): it takes
p to dp(a) + tr(S Hess p), and dp dq to dp S dq.

Lemma jets: one row for each class of tuples and each of its invariants, one for each class and two of them.
Lemma minor: rank over QQ >= rank modulo a prime (a minor that is nonzero modulo p is nonzero).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any

from symsens.checker import fields
from symsens.checker.limits import MAX_JETS
from symsens.checker.linear import absorb, apply
from symsens.checker.refusals import Refuted

TRIES = 40  # products of derivatives for each functional at which they are looked at


def spend(operations):
    """Nothing, or `Refuted` for more operations than are allowed."""
    if operations > MAX_JETS:
        raise Refuted(f"second order: {operations} operations on derivatives are more than {MAX_JETS}")


# Rows.


def rows_of_class(members):
    """The rows of one class, first those with a gradient; `members` are the coordinates of each tuple of it, None for
    one that is constant."""
    size = range(len(members[0]))
    rows = [Counter((parts[c],) for parts in members if parts[c] is not None) for c in size]
    for c, d in combinations_with_replacement(size, 2):
        both = ((parts[c], parts[d]) for parts in members if None not in (parts[c], parts[d]))
        rows.append(Counter(pair if pair[0] <= pair[1] else pair[::-1] for pair in both))
    return [frozenset(row.items()) for row in rows if row]


def rows_of(tuples):
    """The different rows of all classes, given the key and the coordinates of each tuple."""
    classes = defaultdict(list)
    for key, parts in tuples:
        classes[key].append(parts)
    return list(dict.fromkeys(row for members in classes.values() for row in rows_of_class(members)))


def site_tuples(env):
    """(key, dot products) of all tuples of neighbours with non-decreasing shells."""
    numbers = {}
    shells = [numbers.setdefault((kind, env.alike[j][j]), len(numbers)) for j, kind in enumerate(env.species)]
    places = list(combinations_with_replacement(range(env.nu), 2))
    spend(4 * env.n**env.nu * len(places) * (len(places) + 3))
    for tau in product(range(env.n), repeat=env.nu):
        if all(shells[j] <= shells[k] for j, k in zip(tau, tau[1:])):
            parts = [(tau[a], tau[b]) for a, b in places]
            key = (*(env.species[j] for j in tau), *(env.alike[j][k] for j, k in parts))
            yield key, [(j, k) if j <= k else (k, j) for j, k in parts]


@dataclass(frozen=True)
class Geometry:
    """What the derivatives of the coordinates are.

    Attributes
    ----------
    ends : coordinate -> [(atom, covector)], its gradient.
    curvature : coordinate -> [(atom, atom, weight)]: along v it is the sum of weight v_j.v_k.
    metric : that of these dot products.
    """

    ends: Any
    curvature: Any
    metric: list

    def modulo(self, image):
        """The same in integers modulo a prime, given the map to them (Lemma split)."""
        into = lambda numbers: [image({0: x})[0] for x in numbers]
        ends = lambda p: [(j, into(m)) for j, m in self.ends(p)]
        return Geometry(ends, self.curvature, list(map(into, self.metric)))


def site_geometry(env):
    """Of the dot products of an environment, scaled to integers: G_jk = x_j.x_k."""
    unit, rows = env.scale // env.length**2, env.metric
    return Geometry(
        lambda p: [(p[0], env.lowered[p[1]]), (p[1], env.lowered[p[0]])],
        lambda p: [(*p, 2)],
        [[fields.whole(x * unit) for x in row] for row in rows],
    )


def gradient(row, ends):
    """The gradient of a row, by atoms."""
    total = {}
    for (p,), weight in row:
        for j, m in ends(p):
            total[j] = [x + weight * y for x, y in zip(total.get(j, (0, 0, 0)), m)]
    return total


def site_stack(rows, geometry):
    """The first derivatives of all features of a site."""
    return [[gradient(row, geometry.ends)] for row in rows if all(len(key) == 1 for key, _ in row)]


def products(stacks, geometry, field):
    """The products of any two first derivatives of a stack, each given at some sites, summed over these; and the
    geometry in which numbers are coordinates with these derivatives, of a basis of each stack."""
    numbered, rows = [], []
    for stack in stacks:
        width = len({(i, j) for sites in stack for i, at in enumerate(sites) for j in at})
        spend(3 * len(stack) * width * min(len(stack), 3 * width))
        echelon, number, basis = {}, {}, []
        for sites in stack:
            flat = {(i, j, c): x for i, at in enumerate(sites) for j, m in at.items() for c, x in enumerate(m)}
            first, *others = field.blocks({number.setdefault(key, len(number)): x for key, x in flat.items()})
            if absorb(echelon, first):
                for block in others:
                    absorb(echelon, block)
                basis.append(range(len(numbered), len(numbered) + len(sites)))
                numbered += [list(at.items()) for at in sites]
        pairs = combinations_with_replacement(basis, 2)
        rows += [frozenset((both, 1) for both in zip(first, second)) for first, second in pairs]
    ends = lambda p: numbered[p] if type(p) is int else geometry.ends(p)
    return rows, Geometry(ends, geometry.curvature, geometry.metric)


def dot(a, b):
    """sum a_i b_i."""
    return sum(x * y for x, y in zip(a, b))


def keys_of(rows):
    """The keys of some rows."""
    return {key for row in rows for key, _ in row}


def size(rows, geometry):
    """How many operations it takes to look at all rows."""
    ends = {p: len(geometry.ends(p)) for key in keys_of(rows) for p in key}
    return sum(16 * ends[key[0]] * ends[key[-1]] for key in keys_of(rows)) + sum(map(len, rows))


# Functionals.


def value(functional, geometry, key):
    """What a functional, (atom -> vector, two atoms -> block or None where it is 0), makes of dp with Hess p, or of
    dp dq."""
    vector, block = functional
    p, q = geometry.ends(key[0]), geometry.ends(key[-1])
    if len(key) == 2:
        pairs = ((block(j, k), m, other) for j, m in p for k, other in q)
        return sum(dot(m, apply(found, other)) for found, m, other in pairs if found is not None)
    total = sum(dot(m, vector(j)) for j, m in p)
    for j, k, weight in geometry.curvature(key[0]):
        found = block(j, k)
        if found is not None:
            total += weight * sum(map(dot, geometry.metric, found))
    return total


def vanishes(functional, geometry, rows):
    """Whether a functional is 0 on every row."""
    known = {key: value(functional, geometry, key) for key in keys_of(rows)}
    return not any(sum(weight * known[key] for key, weight in row) for row in rows)


# Lower bounds.


def check_independent(functionals, geometry, coordinates, prime):
    """Nothing, or `Refuted`: the functionals are independent on dp with Hess p and on dp dq, for some of all p and q,
    modulo the prime (Lemma functionals), as all numbers are."""
    rng, echelon = Random(0), {}
    for i in range(TRIES * (len(functionals) + 1) + len(coordinates)):
        if len(echelon) == len(functionals):
            return
        key = coordinates[i : i + 1] or sorted(rng.choices(coordinates, k=2))
        absorb(echelon, {k: value(one, geometry, key) for k, one in enumerate(functionals)}, prime)
    if len(echelon) < len(functionals):
        raise Refuted(f"missing: {len(echelon)} of {len(functionals)} functionals are seen to be independent")


def site_probe(atoms, prime, rng):
    """A functional modulo the prime: a derivative along one displacement, a second one twice along another."""
    vector, along = ({j: [rng.randrange(prime) for _ in range(3)] for j in atoms} for _ in range(2))
    return vector.__getitem__, along.__getitem__, along.__getitem__


def probed(functional, geometry, coordinates, keys, prime):
    """The values of a probe (a, v, w), which is (a, v w^T + w v^T), on dp with Hess p and on dp dq."""
    vector, first, second = functional
    slope = lambda ends, along: sum(dot(m, along(j)) for j, m in ends) % prime
    v, w = ({p: slope(ends, along) for p, ends in coordinates.items()} for along in (first, second))
    found = {}
    for key in keys:
        p, q = key[0], key[-1]
        if len(key) == 2:
            found[key] = (v[p] * w[q] + v[q] * w[p]) % prime
            continue
        lower = lambda along, k: apply(geometry.metric, along(k))
        curved = (
            weight * (dot(first(j), lower(second, k)) + dot(second(j), lower(first, k)))
            for j, k, weight in geometry.curvature(p)
        )
        found[key] = (slope(coordinates[p], vector) + sum(curved)) % prime
    return found


def check_rank(rows, geometry, draw, prime, wanted, where="claims.reached"):
    """Nothing, or `Refuted`: so many of the rows are independent modulo the prime (Lemma minor), with the geometry
    modulo it; `draw` makes a probe of random numbers."""
    keys = keys_of(rows)
    spend(wanted * (20 * len(keys) + sum(map(len, rows)) + 4 * wanted * len(rows)))
    coordinates = {p: geometry.ends(p) for key in keys for p in key}
    rng, echelon = Random(0), {}
    columns = [probed(draw(rng), geometry, coordinates, keys, prime) for _ in range(wanted)]
    for row in rows:
        if len(echelon) == wanted:
            return
        vector = {k: sum(weight * column[key] for key, weight in row) for k, column in enumerate(columns)}
        absorb(echelon, vector, prime)
    if len(echelon) < wanted:
        raise Refuted(f"{where}: {wanted}, but {len(echelon)} independent 2-jets are seen modulo {prime}")
