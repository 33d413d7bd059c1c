"""What no message-passing network on distances can see from a centre (THEORY, section 7), exactly.

The nodes are the centre (node 0) and its neighbours (node j + 1), the edges all pairs closer than a cutoff. A network
of T layers with any smooth update U and message M,

    h_i <- U(h_i, sum over edges ij of M(h_j, s_ij)),        h_i = species at first,

is differentiated by its colours alone. A node's colour starts as its species and becomes (colour, multiset of the pairs
(s_ij, colour of j)); its rows V_i start empty and become V_i, then for each such pair the sum of ds_ij and the sum of
the V_j.

Lemma (colour). After every layer dh_i = Phi V_i with a matrix Phi that only the network and the colour of i decide.
*Proof.* dh_i = U_1 dh_i + U_2 sum_j (M_1 dh_j + M_2 ds_ij). Neighbours with the same (s_ij, colour) have the same h_j,
hence the same M_1, M_2 and, by induction, the same Phi and rows of one meaning; so their dh_j add as Phi sum_j V_j.

So null(V_0) is invisible to every such network that is read off at the centre. One layer is nu = 1: V_0 = D_1 on the
neighbours within the cutoff.

Law: integers only; V_0 = C . E with the derivative E of the dot products, as for tuples (`symsens.rows.tuples`).
"""

from collections import Counter, defaultdict
from fractions import Fraction

from symsens.errors import InputError
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment
from symsens.rows.filtration import Filtration, filtration_of
from symsens.rows.matrices import RowClass, Rows

MAX_ROWS = 200_000


def squared_distances(env: Environment) -> list[list[int]]:
    """(n+1) x (n+1) integers ``env.gram_scale`` * s_ij between nodes; node 0 is the centre."""
    g = env.gram
    square = [g[j][j] for j in range(env.n)]
    inner = [[a, *(a + b - 2 * x for b, x in zip(square, row))] for a, row in zip(square, g)]
    return [[0, *square], *inner]


def edges(env: Environment, cutoff: Fraction | None) -> list[list[int]]:
    """For every node the nodes at a distance below `cutoff` (all others if None), decided exactly on squares."""
    squares = squared_distances(env)
    return [
        [j for j, s in enumerate(row) if j != i and (cutoff is None or s < cutoff**2 * env.gram_scale)]
        for i, row in enumerate(squares)
    ]


def pair_number(n: int, j: int, k: int) -> int:
    """Place of the pair of neighbours j, k (from 0) in the order of ``np.triu_indices(n)``."""
    j, k = min(j, k), max(j, k)
    return j * n - j * (j - 1) // 2 + k - j


def edge_derivative(n: int, i: int, j: int) -> dict[int, int]:
    """ds_ij of two nodes as coefficients of the derivatives of dot products: s_jk = x_j.x_j + x_k.x_k - 2 x_j.x_k."""
    ends = [node - 1 for node in (i, j) if node]
    out = {pair_number(n, a, a): 1 for a in ends}
    return out | {pair_number(n, *ends): -2} if len(ends) == 2 else out


def _total(rows) -> Counter:
    total = Counter()
    for row in rows:
        for pair, count in row.items():
            total[pair] += count
    return total


def message_passing_class(layers: int, cutoff: Fraction | None = None) -> RowClass:
    """All networks of so many layers on distances below `cutoff`, read off at the centre: V_0."""
    return RowClass("incompleteness", lambda moves: [message_passing_rows(moves, layers, cutoff)])


def message_passing_rows(moves: Displacements, layers: int, cutoff: Fraction | None = None) -> Rows:
    """V_0 after `layers` layers.

    Raises
    ------
    InputError
        More rows than the stated limit.
    """
    env = moves.environment
    n, squares, near = env.n, squared_distances(env), edges(env, cutoff)
    species = [env.centre_species, *env.species]
    numbers = {z: i for i, z in enumerate(sorted(set(species)))}
    colours, rows = [numbers[z] for z in species], [[] for _ in species]
    for layer in range(layers):
        # The last layer is needed at the centre only.
        nodes = range(n + 1) if layer < layers - 1 else [0]
        new_rows, new_colours = [], []
        for i in nodes:
            groups = defaultdict(list)
            for j in near[i]:
                groups[squares[i][j], colours[j]].append(j)
            gathered = list(rows[i])
            for _, members in sorted(groups.items()):
                gathered.append(_total(edge_derivative(n, i, j) for j in members))
                gathered += map(_total, zip(*(rows[j] for j in members)))
            if len(gathered) > MAX_ROWS:
                raise InputError(
                    f"{n} neighbours and {layers} layers give more than {MAX_ROWS} rows: lower the cutoff or the layers"
                )
            new_rows.append(gathered)
            new_colours.append((colours[i], tuple((key, len(members)) for key, members in sorted(groups.items()))))
        numbers = {colour: number for number, colour in enumerate(sorted(set(new_colours)))}
        rows, colours = new_rows, [numbers[colour] for colour in new_colours]

    kept = {}
    for number, row in enumerate(rows[0]):
        entries = tuple(sorted((pair, count) for pair, count in row.items() if count))
        if entries:
            kept.setdefault(entries, number)
    # Short rows first: they often reach the full rank before the long ones are looked at.
    kept = sorted(kept.items(), key=lambda item: (len(item[0]), item[1]))

    def coefficients(start, stop):
        block = [dict(entries) for entries, _ in kept[start:stop]]
        used = sorted({pair for row in block for pair in row})
        return used, [row.get(pair, 0) for row in block for pair in used]

    return Rows(moves.derivative, len(kept), coefficients, lambda i: ("message-passing", layers, kept[i][1]))


def message_passing_filtration(subject: Environment | Displacements, layers: int, cutoff=None) -> Filtration:
    """What no network of so many layers, read off at the centre, can see of an environment.

    Parameters
    ----------
    subject : an environment, or the displacements of one; the nodes are its centre and its neighbours.
    layers : 1 or more; each lets a node see one edge further.
    cutoff : radius in Angstrom (anything exact); None joins every pair.

    Returns
    -------
    Filtration
        ``rank`` bounds that of the Jacobian of every such network from above; most that are wide enough reach it.

    Raises
    ------
    InputError
        layers or cutoff out of range, or more rows than the stated limit.
    """
    if not (isinstance(layers, int) and layers >= 1):
        raise InputError(f"layers = {layers!r}: a network has at least one layer")
    moves = as_displacements(subject)
    cutoff = None if cutoff is None else moves.environment.field.parse(cutoff)
    if cutoff is not None and cutoff <= 0:
        raise InputError(f"cutoff {cutoff} is not positive: give a radius in Angstrom")
    return filtration_of(moves, message_passing_class(layers, cutoff))
