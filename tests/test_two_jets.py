"""Ranks of 2-jets at sites of known answers (THEORY, section 9)."""

from itertools import permutations, product

import pytest

from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.geometry.symmetric_forms import Action, exchange, invariant_forms, invariant_vectors
from symsens.numbers.kernel import matrix
from symsens.rows.two_jets import Functionals, gram_derivatives, site_two_jets


def shells(*of):
    """All vectors with these coordinates up to order and signs."""
    signed = {
        tuple(a * b for a, b in zip(order, signs))
        for x in of
        for order in permutations(x)
        for signs in product((1, -1), repeat=3)
    }
    return sorted(signed)


TETRAHEDRON = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
SQUARE = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)]
GENERIC = [(1, 2, 3), (4, -1, 2), (-3, 1, 5), (2, -4, -3)]


def rank(positions, nu):
    """The number of independent 2-jets."""
    env = Environment(["H"] * len(positions), positions)
    n, moves = env.n, Displacements.of_neighbours(env)
    generators = moves.stabiliser.generators
    of_nodes = [Action(g.permutation, g.isometry) for g in generators]
    of_pairs = [Action([p * n + q for p in g.permutation for q in g.permutation], g.isometry) for g in generators]
    of_pairs.append(exchange([k * n + j for j in range(n) for k in range(n)]))
    functionals = Functionals(invariant_vectors(n, of_nodes), invariant_forms(n * n, of_pairs), lambda j, k: j * n + k)
    rows = functionals.at_rows(site_two_jets(moves.labels, nu), gram_derivatives(env))
    return matrix(len(rows), functionals.width, [x for row in rows for x in row]).rank()


@pytest.mark.parametrize(
    "positions, ranks",
    [
        (TETRAHEDRON, (2, 6, 6)),
        (shells((1, 0, 0)), (2, 8, 8)),
        (shells((1, 1, 1)), (2, 12, 12)),
        (SQUARE, (2, 8, 9)),
        (shells((1, 1, 0)), (2, 16, 21)),
        (shells((1, 0, 0), (1, 1, 0)), (4, 39, 44)),
        (shells((1, 1, 1), (2, 0, 0)), (4, 30, 30)),
        (GENERIC, (8, 38, 54)),
    ],
)
def test_known_ranks(positions, ranks):
    """Those of section 9."""
    assert tuple(rank(positions, nu) for nu in (1, 2, 3)) == ranks
