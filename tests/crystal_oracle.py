"""Force constants of sums of site functions by brute force: no code of the package, no symmetry, no sides.

x_j = u_j - u_0 about every site; every ordered tuple, its dot products, their gradients and Hessians over atoms and
lattice vectors, added up by classes.
"""

from collections import defaultdict
from itertools import combinations, product

from flint import fmpz_mat

from tests.crystal_cases import CRYSTALS, squares


def _dot(metric, a, b):
    return sum(a[i] * metric[i][j] * b[j] for i in range(3) for j in range(3))


def _minus(a, b):
    return tuple(x - y for x, y in zip(a, b))


def _environment(lattice, metric, atoms, centre, limit):
    """[(vector, atom, lattice vector)], the centre first."""
    found = []
    for counts in product(range(-4, 5), repeat=len(lattice)):
        step = tuple(sum(k * a[c] for k, a in zip(counts, lattice)) for c in range(3))
        for b, (_, end) in enumerate(atoms):
            v = _minus(tuple(x + y for x, y in zip(end, step)), atoms[centre][1])
            if _dot(metric, v, v) <= limit:
                found.append((v, b, counts))
    return sorted(found, key=lambda node: _dot(metric, node[0], node[0]))


def force_constant_rows(name, shells, nu):
    """{(atom, atom, lattice vector, axis, axis): {row: number}} of all classes."""
    lattice, metric, atoms = CRYSTALS[name]
    limit = squares(name, shells)[-1]
    parts = [(a, a) for a in range(nu)] + list(combinations(range(nu), 2))
    rows = defaultdict(lambda: defaultdict(int))
    for centre, (species, _) in enumerate(atoms):
        nodes = _environment(lattice, metric, atoms, centre, limit)
        covectors = [tuple(_dot(metric, e, v) for e in ((1, 0, 0), (0, 1, 0), (0, 0, 1))) for v, _, _ in nodes]

        def add(row, p, q, block):
            key = nodes[p][1], nodes[q][1], _minus(nodes[q][2], nodes[p][2])
            for r, s in product(range(3), repeat=2):
                rows[row][*key, r, s] += block(r, s)
                rows[row][key[1], key[0], tuple(-c for c in key[2]), s, r] += block(r, s)

        for tau in product(range(1, len(nodes)), repeat=nu):
            dots = tuple(_dot(metric, nodes[tau[a]][0], nodes[tau[b]][0]) for a, b in parts)
            kind = species, tuple(atoms[nodes[j][1]][0] for j in tau), dots
            gradients = []
            for c, (a, b) in enumerate(parts):
                j, k = tau[a], tau[b]
                gradient = defaultdict(lambda: (0, 0, 0))
                for node, sign, v in ((j, 1, k), (0, -1, k), (k, 1, j), (0, -1, j)):
                    gradient[node] = tuple(x + sign * y for x, y in zip(gradient[node], covectors[v]))
                gradients.append(gradient)
                for p, sign in ((j, 1), (0, -1)):
                    for q, other in ((k, 1), (0, -1)):
                        add((kind, c), p, q, lambda r, s: sign * other * metric[r][s])
            for c in range(len(parts)):
                for d in range(c, len(parts)):
                    for (p, u), (q, v) in product(gradients[c].items(), gradients[d].items()):
                        add((kind, c, d), p, q, lambda r, s: u[r] * v[s])
    return list(rows.values())


def rank(rows):
    """Of sparse rows."""
    different = {tuple(sorted((key, x) for key, x in row.items() if x)) for row in rows}
    columns = {key: i for i, key in enumerate(dict.fromkeys(key for row in different for key, _ in row))}
    dense = fmpz_mat(len(different), len(columns))
    for i, row in enumerate(different):
        for key, x in row:
            dense[i, columns[key]] = x
    return dense.rank()
