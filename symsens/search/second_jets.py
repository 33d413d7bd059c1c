"""How many (forces, force constants) a descriptor's own features reach: its finite basis at second order.

    (gradient, Hessian) of the features = Phi_2 . rows,    Phi_2 the first and second derivatives of its closed forms

From above: its order nu, the number of its features, and where its forms are polynomials in the angle that degree, with
any radial basis (Lemma angular-jets). From below: an enclosure of its 2-jets, paired with exact functionals.

Law: what lies between the bounds stays open; no tolerance decides.
"""

from collections import defaultdict

import flint
import numpy as np

from symsens.budget import BudgetSpent, stage, stop
from symsens.descriptors.base import Descriptor, plan_of
from symsens.errors import UndecidedError
from symsens.forms.arithmetics import ball
from symsens.forms.facts import angular_degree
from symsens.forms.jacobian import feature_labels, midrad_jacobian
from symsens.forms.seeds import cartesian_frame, cartesian_positions
from symsens.geometry.gram import pair_numbers
from symsens.numbers.bounds import RankBounds
from symsens.numbers.kernel import independent
from symsens.numbers.metric import IDENTITY
from symsens.numbers.midrad import MidRad
from symsens.numbers.rank import prove_rank_at_least
from symsens.rows.angular import angular_rows
from symsens.rows.curvatures import Curvatures, as_number, product_values
from symsens.rows.jet_spaces import JetSpace, solutions
from symsens.search.curvature import Box, second_derivative

BITS = 80  # of positions and frames
TRIES = 6  # ranks that are tried from above
NOTHING = ((0,) * 3,) * 3
FLOOR = 1e-13  # singular values below this part of the largest are not tried


def reached_by(found: Curvatures, descriptor: Descriptor) -> RankBounds:
    """Bounds of the number of 2-jets that a descriptor reaches, its readout that of `found`.

    Parameters
    ----------
    found : what every model of the descriptor's order reaches, decided.
    """
    space, env = found.space, found.space.moves.environment
    bounds = RankBounds(found.reached, f"every model of order nu = {found.nu}")
    try:
        stage("the second derivatives of the features")
        features = len(feature_labels(env, descriptor))
        if found.readout == "linear":
            bounds = bounds.at_most(features, f"it has {features} features")
        degree = angular_degree(plan_of(env, descriptor))
        if degree is not None:
            rank = angular_rank(space, degree, found.readout)
            bounds = bounds.at_most(rank, f"polynomials of degree {degree} in the angle")
        return _from_below(bounds, _paired(found, descriptor, features))
    except BudgetSpent:
        stop()
        return bounds


def _from_below(bounds: RankBounds, values: MidRad) -> RankBounds:
    """The best lower bound that float64 shows."""
    size = np.linalg.norm(values.mid, axis=1)
    values = values[size > 0] if (size == 0).any() else values
    if not len(values.mid) or not values.mid.shape[1]:
        return bounds.at_least(0, "there is nothing to reach")
    values = values * MidRad.from_floats((2.0 ** -np.round(np.log2(size[size > 0])))[:, None])
    singular = np.linalg.svd(values.mid, compute_uv=False)
    most = min(bounds.upper, int((singular > FLOOR * singular[0]).sum()))
    for rank in range(most, max(most - TRIES, 0), -1):
        try:
            return bounds.at_least(prove_rank_at_least(values, rank).rank, "a left inverse of a block of its 2-jets")
        except UndecidedError:
            continue
    return bounds


def _paired(found: Curvatures, descriptor: Descriptor, features: int) -> MidRad:
    """(features, allowed) the values of a basis of functionals at the 2-jets of the features; of a nonlinear readout
    those of products of their gradients too."""
    space, moves = found.space, found.space.moves
    env, n = moves.environment, space.size
    vectors, forms = _functionals(space)
    with flint.ctx.workprec(BITS):
        positions = MidRad.from_arb(cartesian_positions(env, ball()).tolist())
    hessians = second_derivative(Box(env, 0), positions, descriptor, np.eye(features), order=2)
    gradients = midrad_jacobian(moves, descriptor)
    flat = _reshaped(hessians, (features, 9 * n * n))
    values = gradients @ vectors.T + flat @ forms.T
    if found.readout == "linear":
        return values
    return _stacked(values, _products(gradients, forms, n))


def _products(gradients: MidRad, forms: MidRad, n: int) -> MidRad:
    """The values of forms at products of two gradients, of as many as are independent."""
    try:
        rank = np.linalg.matrix_rank(gradients.mid)
        rows = list(prove_rank_at_least(gradients, rank).rows)
    except UndecidedError:
        rows = list(range(len(gradients.mid)))
    first, second = np.triu_indices(len(rows))
    chosen = gradients[np.array(rows)]
    left = _reshaped(chosen[first], (len(first), n, 1, 3, 1))
    right = _reshaped(chosen[second], (len(first), 1, n, 1, 3))
    return _reshaped(left * right, (len(first), 9 * n * n)) @ forms.T


def _functionals(space: JetSpace) -> tuple[MidRad, MidRad]:
    """A basis of the functionals on the allowed jets, in Cartesian coordinates: (functionals, 3n) and (.., 9 n n)."""
    env, n = space.moves.environment, space.size
    found = [space.functional(each) for each in solutions(space.across, space.width)]
    vectors, forms = [], []
    for each in found:
        blocks = each.form | {(k, j): tuple(zip(*block)) for (j, k), block in each.form.items()}
        vectors.append([x for triple in each.gradient for x in triple])
        forms.append([x for j in range(n) for k in range(n) for row in blocks.get((j, k), NOTHING) for x in row])
    count = len(found)
    a, s = _enclosed(vectors, (count, n, 3)), _enclosed(forms, (count, n, n, 3, 3))
    if env.metric != IDENTITY:
        with flint.ctx.workprec(BITS):
            turn = MidRad.from_arb(cartesian_frame(env, ball())).T
        a = _times(a, turn)
        for _ in range(2):
            s = _times(s, turn)
            s = MidRad(s.mid.swapaxes(3, 4), s.rad.swapaxes(3, 4))
    return _reshaped(a, (count, 3 * n)), _reshaped(s, (count, 9 * n * n))


def _enclosed(rows: list[list], shape) -> MidRad:
    with flint.ctx.workprec(BITS):
        balls = [ball().number(x, 1) for row in rows for x in row]
        return _reshaped(MidRad.from_arb(balls), shape)


def _times(x: MidRad, turn: MidRad) -> MidRad:
    return _reshaped(_reshaped(x, (-1, 3)) @ turn, x.mid.shape)


def _reshaped(x: MidRad, shape) -> MidRad:
    return MidRad(x.mid.reshape(shape), x.rad.reshape(shape))


def _stacked(above: MidRad, below: MidRad) -> MidRad:
    return MidRad(np.concatenate([above.mid, below.mid]), np.concatenate([above.rad, below.rad]))


def angular_rank(space: JetSpace, degree: int, readout: str = "linear") -> int:
    """The exact number of 2-jets that sums over pairs of neighbours reach whose functions are polynomials of this
    degree at most in x_j . x_k, and any smooth functions of species and distances (Lemma angular-jets)."""
    rows = angular_values(space, degree)
    if readout == "nonlinear":
        first = angular_rows(space.moves, degree)
        entries, width = first.exact(list(range(first.count))).entries(), space.moves.width
        gradients = [[as_number(x) for x in entries[i * width : (i + 1) * width]] for i in range(first.count)]
        rows += product_values(space, [gradients])
    return len(independent(rows, space.width, space.moves.field))


def angular_values(space: JetSpace, degree: int) -> list[list]:
    """The values of all functionals at the rows of a(s_j, s_k) d^l, l <= degree: one for each derivative of a, 1, a_j,
    a_k, a_jj, a_jk, a_kk, and each class of pairs of equal species and distances."""
    env, of, derivatives = space.moves.environment, space.functionals, space.derivatives
    shell, number = space.moves.labels.diagonal().tolist(), pair_numbers(env.n).tolist()
    gradients = derivatives.gradients
    rows = defaultdict(lambda: defaultdict(int))

    def first(p):
        return [
            *of.at_gradient(gradients[p]).items(),
            *of.at_hessian(derivatives.hessians[p], derivatives.metric).items(),
        ]

    def second(p, q):
        return of.at_product(gradients[p], gradients[q]).items()

    def add(key, factor, values):
        for e, x in values if factor else ():
            rows[key][e] += factor * x

    for j in range(env.n):
        for k in range(env.n):
            if shell[j] > shell[k]:  # Lemma shells
                continue
            a, b, p, d = number[j][j], number[k][k], number[j][k], env.gram[j][k]
            once, twice = first(p), second(p, p)
            ones = {"j": (first(a), second(a, p)), "k": (first(b), second(b, p))}
            twos = {"jj": second(a, a), "jk": second(a, b), "kk": second(b, b)}
            for l in range(degree + 1):
                key = shell[j], shell[k], l
                power, slope = d**l, l * d ** (l - 1) if l else 0
                add((*key, ""), slope, once)
                add((*key, ""), l * (l - 1) * d ** (l - 2) if l > 1 else 0, twice)
                for name, (plain, mixed) in ones.items():
                    add((*key, name), power, plain)
                    add((*key, name), 2 * slope, mixed)
                for name, values in twos.items():
                    add((*key, name), power, values)
    return [[row.get(e, 0) for e in range(space.width)] for row in rows.values()]
