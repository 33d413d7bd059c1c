"""The symmetries of an environment, all of them; the displacements that rigid motions and symmetry force to be null.

Lemma basis: a Gram-preserving map of distinct points is injective, and fixed by its images of a basis of their span;
    after two of these the third has at most two places. So no search for such maps meets more than 2 n^2 at a time.
Lemma generators: im(gh - 1) lies in im(g - 1) + im(h - 1), so S = sum im(g - 1) over generators of the stabiliser.
Lemma kernel: the isometries that fix every neighbour are {1} at rank 3 and {1, mirror} at rank 2; at rank 1 they are
    those that fix the axis, and one rotation Q among them already has im(Q - 1) = the whole plane across the axis.
Lemma orientation: without a span of rank 3 every permutation is that of a rotation; with it, those that keep the sign
    of a triple product. No rotation but 1 fixes a plane.
"""

from itertools import combinations

from symsens.checker import fields
from symsens.checker.limits import MAX_GENERATORS
from symsens.checker.linear import apply, combine
from symsens.checker.refusals import Refuted


def matches(first, second):
    """All maps p of neighbours to neighbours that keep species and dot products, each side given as (dot products,
    species): as many at a time as Lemma basis says."""
    (gram, species), (images, kinds) = first, second
    partial = [()]
    for k, row in enumerate(gram):
        places = [j for j, kind in enumerate(kinds) if (kind, images[j][j]) == (species[k], row[k])]
        partial = [(*p, j) for p in partial for j in places if all(images[j][i] == g for i, g in zip(p, row))]
    return partial


def stabiliser(env):
    """All species-keeping permutations p with G_p(j)p(k) = G_jk, by exhaustive search (Lemma basis).

    For SO(3) those of rotations: all of them unless the neighbours span space, where the sign of one triple product
    that is not 0 tells (Lemma orientation).
    """
    partial = matches((env.alike, env.species), (env.alike, env.species))
    spanning = next((abc for abc in combinations(range(env.n), 3) if env.triple(*abc)), None) if env.chiral else None
    if spanning is None:
        return partial
    return [p for p in partial if env.triple(*(p[a] for a in spanning)) == env.triple(*spanning)]


def check_generator(env, permutation, isometry, where):
    """Nothing, or `Refuted`: the isometry permutes the neighbours as the permutation says."""
    if sorted(permutation) != list(range(env.n)) or [env.species[j] for j in permutation] != env.species:
        raise Refuted(f"{where}.permutation: not a bijection of the neighbours that keeps species")
    columns = list(zip(*isometry))
    if [apply(columns, apply(env.metric, column)) for column in columns] != env.metric:
        raise Refuted(f"{where}.isometry: Q^T M Q is not M")
    if env.chiral and determinant(isometry) != 1:
        raise Refuted(f"{where}.isometry: a reflection, where SO(3) has rotations only")
    if any(apply(isometry, env.positions[k]) != env.positions[j] for k, j in enumerate(permutation)):
        raise Refuted(f"{where}: the isometry does not permute the neighbours as the permutation says")


def determinant(matrix):
    """The determinant of a 3 x 3 matrix."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g)


def rank_of_motion(field, isometry):
    """rank (Q - 1): 0 for the identity, 1 for a mirror, 2 for a rotation."""
    return fields.rank(field, ({c: x - (c == r) for c, x in enumerate(row)} for r, row in enumerate(isometry)))


def generated(permutations, n):
    """The group that permutations of n things generate, as a set of tuples."""
    group, frontier = set(), {tuple(range(n))}
    while frontier:
        group |= frontier
        frontier = {tuple(g[i] for i in p) for p in frontier for g in permutations} - group
    return group


def prove_generators(env, generators):
    """Order of the stabiliser, once the generators are known to be genuine and to generate it (Lemma kernel)."""
    if len(generators) > MAX_GENERATORS:
        raise Refuted(f"generators: more than {MAX_GENERATORS}")
    fixing = set()
    for i, generator in enumerate(generators):
        check_generator(env, generator["permutation"], generator["isometry"], f"generators[{i}]")
        if generator["permutation"] == list(range(env.n)):
            fixing.add(rank_of_motion(env.field, generator["isometry"]))
    found, order = len(generated([g["permutation"] for g in generators], env.n)), len(stabiliser(env))
    if found != order:
        raise Refuted(f"generators: they generate {found} permutations of the {order} in the stabiliser")
    rank = fields.rank(env.field, (dict(enumerate(y)) for y in env.positions))
    if 0 < rank < (2 if env.chiral else 3) and 3 - rank not in fixing:
        needed = "mirror in the plane" if rank == 2 else "rotation about the axis"
        raise Refuted(f"generators: no {needed} of the neighbours")
    return order


def rigid(env):
    """The rotations about the centre: dy_j = a (b^T M y_j) - b (a^T M y_j), a and b axes, keeps every y_j^T M y_k."""
    for a, b in combinations(range(3), 2):
        turn = {}
        for j, y in enumerate(env.lowered):
            turn[3 * j + a], turn[3 * j + b] = y[b], -y[a]
        yield turn


def symmetry(generators):
    """Spanning vectors of S = sum im(rho(g) - 1), where (rho(g) v)_p(k) = Q v_k (Lemma generators)."""
    for generator in generators:
        isometry = generator["isometry"]
        for k, j in enumerate(generator["permutation"]):
            for c in range(3):
                moved = {3 * j + r: row[c] for r, row in enumerate(isometry)}
                yield combine([(moved, 1), ({3 * k + c: 1}, -1)])
