"""Message passing from its definition, for tests: colours by nested tuples, rows layer by layer, and random networks.

The networks are rational functions modulo a prime with random weights, differentiated forwards: what no network sees,
none of these sees, and one that is wide enough sees everything else.
"""

import random
from collections import Counter
from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import numpy as np
from checker_oracle import Object
from flint import nmod_mat
from structure_oracle import Whole

P = 2**31 - 1


def clouds(env, cutoff=None):
    """Species, exact squared distances from the positions, and neighbours of all nodes, the centre first."""
    points = [(Fraction(0),) * 3, *env.positions]
    differences = [[[a - b for a, b in zip(x, y)] for y in points] for x in points]
    form = lambda v: sum(v[a] * env.metric[a][b] * v[b] for a, b in product(range(3), repeat=2))
    squares = [[form(v) for v in row] for row in differences]
    inside = lambda s: cutoff is None or s < Fraction(cutoff) ** 2
    near = [[j for j, s in enumerate(row) if j != i and inside(s)] for i, row in enumerate(squares)]
    return [env.centre_species, *env.species], squares, near


def senders(near, i, angles):
    return list(product(near[i], repeat=2)) if angles else [(j,) for j in near[i]]


def told(squares, i, sent):
    """The squared sides that a message tells."""
    return tuple(squares[i][j] for j in sent) + ((squares[sent[0]][sent[1]],) if len(sent) == 2 else ())


def colours(env, layers, angles=False, cutoff=None):
    """The colour of every node as a text that means the same everywhere."""
    species, squares, near = clouds(env, cutoff)
    now = list(map(repr, species))
    for _ in range(layers):
        heard = [
            sorted((told(squares, i, sent), [now[j] for j in sent]) for sent in senders(near, i, angles))
            for i in range(env.n + 1)
        ]
        names = {}
        now = [f"({c}|{[names.setdefault(str(h), str(h)) for h in own]})" for c, own in zip(now, heard)]
    return now


def rows(env, layers, angles=False, cutoff=None):
    """All rows of the centre by the squares s_ij, i < j, straight from the recursion of THEORY: nothing left out."""
    species, squares, near = clouds(env, cutoff)
    size = env.n + 1
    number = {pair: k for k, pair in enumerate((i, j) for i in range(size) for j in range(i + 1, size))}
    numbers = {z: k for k, z in enumerate(sorted(set(species)))}
    now, known = [numbers[z] for z in species], [[] for _ in species]

    def total(parts):
        found = Counter()
        for part in parts:
            found.update(part)
        return found

    def ds(i, j):
        return {} if i == j else {number[min(i, j), max(i, j)]: 1}

    for _ in range(layers):
        new_colours, new_rows = [], []
        for i in range(size):
            groups = {}
            for sent in senders(near, i, angles):
                key = told(squares, i, sent), tuple(now[j] for j in sent)
                groups.setdefault(key, []).append(sent)
            own = list(known[i])
            for _, members in sorted(groups.items()):
                own += [total(ds(i, sent[place]) for sent in members) for place in range(1 + angles)]
                own += [total(ds(*sent) for sent in members)] if angles else []
                own += [
                    total(part)
                    for place in range(1 + angles)
                    for part in zip(*(known[sent[place]] for sent in members))
                ]
            new_rows.append(own)
            new_colours.append((now[i], tuple((key, len(members)) for key, members in sorted(groups.items()))))
        numbers = {colour: k for k, colour in enumerate(sorted(set(new_colours)))}
        now, known = [numbers[colour] for colour in new_colours], new_rows
    return [[row.get(k, 0) for k in range(len(number))] for row in known[0]]


def side_derivatives(env):
    """d s_ij by the 3n coordinates, exactly, for i < j."""
    points, n = [(Fraction(0),) * 3, *env.positions], env.n
    found = []
    for i in range(n + 1):
        for j in range(i + 1, n + 1):
            apart = [a - b for a, b in zip(points[i], points[j])]
            slope = [2 * sum(m * a for m, a in zip(row, apart)) for row in env.metric]
            row = [Fraction(0)] * (3 * n)
            for node, sign in ((i, 1), (j, -1)):
                if node:
                    row[3 * node - 3 : 3 * node] = [sign * x for x in slope]
            found.append(row)
    return found


# Networks modulo a prime: arrays (..., 1 + D), a value and its derivatives.


def modulo(x):
    return x.numerator * pow(x.denominator, -1, P) % P


def reciprocal(x):
    inverse = np.array([pow(int(v), -1, P) for v in x[..., 0].ravel()], dtype=np.int64).reshape(x[..., 0].shape)
    slope = (P - inverse * inverse % P)[..., None] * x[..., 1:] % P
    return np.concatenate([inverse[..., None], slope], axis=-1)


def dense(weights, x):
    """1 / (w . x + b) for each row (b, w) of the weights and each vector of jets."""
    total = np.zeros((*x.shape[:-2], len(weights), x.shape[-1]), dtype=np.int64)
    for k in range(x.shape[-2]):
        total = (total + weights[:, k + 1, None] * x[..., None, k, :]) % P
    total[..., 0] = (total[..., 0] + weights[:, 0]) % P
    return reciprocal(total)


def network_jacobian(env, layers, angles=False, cutoff=None, seed=0):
    """The Jacobian modulo P of as many features as there are coordinates, of a random network of this class."""
    rng, n = random.Random(seed), env.n
    species, squares, near = clouds(env, cutoff)
    width, directions = 3 * n + 1, 3 * n
    draw = lambda rows, columns: np.array([[rng.randrange(P) for _ in range(columns)] for _ in range(rows)])
    side = np.zeros((n + 1, n + 1, 1 + directions), dtype=np.int64)
    slopes = iter(side_derivatives(env))
    for i in range(n + 1):
        for j in range(i + 1, n + 1):
            side[i, j] = side[j, i] = [modulo(squares[i][j]), *map(modulo, next(slopes))]
    first = {z: draw(1, width)[0] for z in sorted(set(species))}
    h = np.zeros((n + 1, width, 1 + directions), dtype=np.int64)
    h[:, :, 0] = [first[z] for z in species]
    for _ in range(layers):
        message, update = draw(width, (3 * width + 4) if angles else (2 * width + 2)), draw(width, 2 * width + 1)
        new = []
        for i in range(n + 1):
            total = np.zeros((width, 1 + directions), dtype=np.int64)
            for sent in senders(near, i, angles):
                sides = [side[i, j] for j in sent] + ([side[sent[0], sent[1]]] if angles else [])
                seen = np.concatenate([h[i], *(h[j] for j in sent), np.stack(sides)])
                total = (total + dense(message, seen)) % P
            new.append(dense(update, np.concatenate([h[i], total])))
        h = np.stack(new)
    return h[0, :, 1:]


# Certificates.


def network_is_true(certificate):
    """Whether a certificate about a class of networks over QQ is true, but for the point group, by random networks.

    Their rank is right but for an accident of about one in 2^31.
    """
    about, network, claims = Object(certificate | {"nu": 1}), certificate["network"], certificate["claims"]
    forced, order = about.forced()
    angles, cutoff = network["messages"] == "angles", network["cutoff"]
    jacobian = network_jacobian(environment(certificate), network["layers"], angles, cutoff)
    motion = [[int(x) for x in row] for row in about.motion]
    moved = (jacobian.astype(object) @ np.array(motion, dtype=object).reshape(3 * about.n, about.columns)) % P
    rank = nmod_mat(len(moved), about.columns, [int(x) for row in moved for x in row], P).rank()
    steps = dict.fromkeys(("angular_truncation", "radial_truncation"))
    steps |= {
        "rigid": about.rigid(),
        "symmetry": forced - about.rigid(),
        "incompleteness": about.columns - forced - rank,
    }
    found = {
        "displacements": about.columns,
        "rank": rank,
        "nullity": about.columns - rank,
        "symmetry_allowed_rank": about.columns - forced,
        "stabiliser_order": order,
        "filtration": steps,
    }
    further = certificate["left_out"]
    if found != claims or not further:
        return found == claims
    wider = environment(certificate, further)
    beyond = network_jacobian(wider, network["layers"], angles, cutoff)[:, 3 * about.n :]
    return not beyond.any()


def environment(certificate, further=None):
    """The environment of a certificate, with further atoms, as far as networks ask."""
    data, more = certificate["environment"], further or {"species": [], "positions": []}
    species = [*data["species"], *more["species"]]
    positions = [tuple(map(Fraction, y)) for y in [*data["positions"], *more["positions"]]]
    metric = [list(map(Fraction, row)) for row in data["metric"]]
    centre = data["centre"]
    return SimpleNamespace(n=len(species), species=species, positions=positions, metric=metric, centre_species=centre)


def summed_jacobian(whole, layers, angles=False, cutoff=None, seed=0):
    """The Jacobian modulo P of sums over all atoms of a structure, and their images, of features of a random network.

    `whole` is that of `structure_oracle`: its sites are found one by one.
    """
    rng, n = random.Random(seed), whole.n
    width, directions, zero = 3 * n + 1, 3 * n, (0,) * len(whole.cell)
    draw = lambda rows, columns: np.array([[rng.randrange(P) for _ in range(columns)] for _ in range(rows)])
    radius = None if cutoff is None else Fraction(cutoff)

    def side(a, b):
        step = whole.step(a, b)
        row = [Fraction(0)] * directions
        whole.add(row, b[0], a[0], [2 * x for x in step])
        return np.array([modulo(whole.dot(step, step)), *map(modulo, row)], dtype=np.int64)

    messages = []
    for i in range(n):
        home = (i, zero)
        near = [site for site in whole.sites(home, radius) if radius is None or closer(whole, home, site, radius)]
        names = product(near, repeat=2) if angles else ((site,) for site in near)
        messages.append(
            [
                ([s[0] for s in sent], [side(home, s) for s in sent] + ([side(*sent)] if angles else []))
                for sent in names
            ]
        )
    first = {z: draw(1, width)[0] for z in sorted(set(whole.species))}
    h = np.zeros((n, width, 1 + directions), dtype=np.int64)
    h[:, :, 0] = [first[z] for z in whole.species]
    for _ in range(layers):
        message, update = draw(width, (3 * width + 4) if angles else (2 * width + 2)), draw(width, 2 * width + 1)
        new = []
        for i in range(n):
            total = np.zeros((width, 1 + directions), dtype=np.int64)
            for sent, sides in messages[i]:
                total = (total + dense(message, np.concatenate([h[i], *(h[j] for j in sent), np.stack(sides)]))) % P
            new.append(dense(update, np.concatenate([h[i], total])))
        h = np.stack(new)
    return dense(draw(width, width + 1), h).sum(axis=0)[:, 1:] % P


def closer(whole, home, site, radius):
    step = whole.step(home, site)
    return whole.dot(step, step) < radius**2


def summed_network_is_true(certificate):
    """Whether a certificate about a class of networks on a structure over QQ is true, but for the point group."""
    whole, network = Whole(certificate | {"nu": 1, "level": "sum"}), certificate["network"]
    jacobian = summed_jacobian(whole, network["layers"], network["messages"] == "angles", network["cutoff"])
    rank = nmod_mat([[int(x) for x in row] for row in jacobian], P).rank()
    rigid, (forced, order) = whole.rigid(), whole.forced()
    hidden = whole.columns - rank
    steps = {"rigid": rigid, "symmetry": forced - rigid, "incompleteness": hidden - forced}
    return certificate["claims"] == {
        "displacements": whole.columns,
        "rank": rank,
        "nullity": hidden,
        "symmetry_allowed_rank": whole.columns - forced,
        "stabiliser_order": order,
        "filtration": steps | dict.fromkeys(("angular_truncation", "radial_truncation")),
    }


def colours_are_true(certificate):
    """Whether so many layers, and no fewer, tell two sides over QQ apart, by colours in one table."""
    network, claimed = certificate["network"], certificate["claims"]["layers"]
    whole = certificate["first"]["centre"] is None
    parts = [clouds(nodes_of(certificate[name]), network["cutoff"]) for name in ("first", "second")]
    table, angles = {}, network["messages"] == "angles"
    number = lambda value: table.setdefault(value, len(table))

    def after(now, near, squares):
        heard = lambda i: [(told(squares, i, s), tuple(now[j] for j in s)) for s in senders(near, i, angles)]
        return [number((c, tuple(sorted(heard(i))))) for i, c in enumerate(now)]

    both = [[number(z) for z in species] for species, _, _ in parts]
    for layers in range(sum(map(len, both)) + 1):
        one, other = map(Counter, both) if whole else (colours[0] for colours in both)
        if one != other:
            return claimed == layers
        both = [after(now, near, squares) for now, (_, squares, near) in zip(both, parts)]
    return claimed is None


def nodes_of(data):
    """An environment, or a molecule about its first atom."""
    exact = lambda rows: [tuple(map(Fraction, row)) for row in rows]
    positions, species, centre = exact(data["positions"]), data["species"], data["centre"]
    if centre is None:
        (centre, *species), (origin, *positions) = species, positions
        positions = [tuple(a - b for a, b in zip(y, origin)) for y in positions]
    return SimpleNamespace(
        n=len(species), species=species, positions=positions, metric=exact(data["metric"]), centre_species=centre
    )
