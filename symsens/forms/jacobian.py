"""J = Phi . D in each arithmetic (THEORY, section 2): exact rationals, Arb balls, mpmath, float64.

The chain rule runs through the Gram matrix: D = C . E, with E the derivative of the dot products
(`symsens.rows.tuples`), so

    G = Phi . C     (features x pairs j <= k): the derivative of each feature by x_j . x_k
    J = G . E       J[a, 3j + c] = sum_k (1 + [j = k]) G[a, jk] (x_k)_c

phi is evaluated once per class of equal (species, invariants). Law: the four arithmetics run the same closed forms on
the same classes and differ in their numbers only; which tuples count (cutoffs) and where a form is not smooth is
decided exactly.

Columns: 3j + c is component c of neighbour j. Exact Jacobians stay in the frame; the real ones are Cartesian, x = B y
with B the upper Cholesky factor of the metric, M = B^T B, because singular values belong to Cartesian displacements.
With ``vary="atoms"`` columns are those of `symsens.rows.filtration.tied_atoms`.
"""

import numpy as np

from symsens.descriptors.base import Descriptor
from symsens.forms.arithmetics import Arithmetic, NotRational, ball, exact, floating, modular, multiprecision
from symsens.forms.assembly import assemble
from symsens.forms.select import plan_of
from symsens.geometry.environment import Environment
from symsens.numbers.metric import IDENTITY
from symsens.numbers.midrad import ETA, UNIT, MidRad, gamma
from symsens.rows.filtration import tie_matrix


def _plain(tables):
    return [table[None] for table in tables]


def _assemble(
    env: Environment, descriptor: Descriptor, arithmetic: Arithmetic, species=None, derivative: bool = True
) -> np.ndarray:
    """G, or with ``derivative=False`` the column F."""
    if descriptor.whole is not None:
        return descriptor.whole(env, arithmetic, derivative)
    return assemble(env, plan_of(env, descriptor, species), descriptor, arithmetic, _plain, derivative).array[0]


RATIO = 2.5 * UNIT  # a midpoint read off a ball in float64 is known to 2 u of itself, rounded up


class _Magnitudes:
    """Balls m +- r as two float64 copies: m, and a = max(|m|, r / RATIO), so that r <= RATIO a throughout.

    Attributes
    ----------
    largest : a bound of all a, at least 1.
    """

    def __init__(self):
        self.largest = 1.0

    def __call__(self, tables):
        out = []
        for table in tables:
            flat = MidRad.from_arb(table.ravel().tolist())
            a = np.maximum(np.abs(flat.mid), flat.rad * (1.01 / RATIO))
            self.largest = max(self.largest, float(a.max(initial=1.0)))
            out.append(np.stack([flat.mid, a]).reshape(2, *table.shape))
        return out


def _enclose(env: Environment, descriptor: Descriptor, prec: int, species, derivative: bool) -> MidRad:
    """G (or F) in float64 midpoints and radii.

    An entry F is a polynomial in the tabulated numbers (and constant factors) t, of degree S at most. Let |F| be the
    one with absolute values of its coefficients, and fl the float64 evaluation, in which a monomial passes at most N =
    `Sums.depth` roundings. With the copies m and a of `_Magnitudes` and g = gamma_N, without underflow,

        |F(t) - F(m)| <= ((1 + RATIO)^S - 1) |F|(a),   |F(m) - fl F(m)| <= g |F|(a),   |F|(a) <= fl |F|(a) / (1 - g).

    A product that underflows loses at most eta, which later factors, S in all, enlarge; an entry has fewer than 2^60 of
    them. Overflow is refused by `MidRad`.
    """
    from flint import ctx

    if descriptor.whole is not None:
        with ctx.workprec(prec):
            balls = descriptor.whole(env, ball(), derivative)
        flat = MidRad.from_arb(balls.ravel().tolist())
        return MidRad(flat.mid.reshape(balls.shape), flat.rad.reshape(balls.shape))
    convert, plan = _Magnitudes(), plan_of(env, descriptor, species)
    with ctx.workprec(prec):
        total = assemble(env, plan, descriptor, ball(), convert, derivative)
    groups = [group for job in plan.jobs for group in job.groups]
    degree = (
        max((len(group.slots) + (group.coefficients is not None) for group in groups), default=0) + 1
    )  # 1: the block's scale
    lost = 2.0**60 * ETA * convert.largest ** min(degree, 1000)
    # gamma_(N+8) also covers 1/(1 - g), as N < 10^7, and the roundings of this line; (1 + x)^S - 1 <= 1.01 S x for S x
    # <= 0.01
    bound = gamma(total.depth + 8) + 1.01 * degree * RATIO
    return MidRad(total.array[0], total.array[1] * bound + lost)


# From the Gram matrix to displacements.


def _symmetric(gradient: np.ndarray, n: int) -> np.ndarray:
    """(features * n, n): the derivative by x_j is sum_k of these times x_k."""
    pair = np.zeros((n, n), dtype=np.int64)
    upper = np.triu_indices(n)
    pair[upper] = pair.T[upper] = np.arange(len(upper[0]))
    full = np.take(gradient, pair.ravel(), axis=1)
    full[:, :: n + 1] *= 2  # exact in every arithmetic
    return full.reshape(len(full) * n, n)


def cartesian_positions(env: Environment, arithmetic: Arithmetic) -> np.ndarray:
    """(n, 3) Cartesian positions x_j = B y_j, with B the upper Cholesky factor of the metric M = B^T B."""
    y, q = env.integer_positions
    columns = [arithmetic.array([(row[c], q) for row in y]) for c in range(3)]
    if env.metric != IDENTITY:
        b = cartesian_frame(env, arithmetic)
        columns = [sum(b[i][c] * columns[c] for c in range(i + 1, 3)) + b[i][i] * columns[i] for i in range(3)]
    return np.stack(columns, axis=1) if env.n else np.empty((0, 3), dtype=arithmetic.dtype)


def cartesian_frame(env: Environment, arithmetic: Arithmetic):
    """B, upper triangular with positive diagonal, B^T B = M."""
    root, m = (
        arithmetic.functions["sqrt"],
        [[arithmetic.number(x.numerator, x.denominator) for x in row] for row in env.metric],
    )
    b = [[arithmetic.number(0, 1)] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(i, 3):
            rest = m[i][j] - sum(b[k][i] * b[k][j] for k in range(i))
            b[i][j] = root(rest) if i == j else rest / b[i][i]
    return b


def _tie_floats(env: Environment) -> np.ndarray:
    tie = tie_matrix(env)
    return np.array([int(x) for x in tie.entries()], dtype=float).reshape(tie.nrows(), tie.ncols())


def feature_labels(env: Environment, descriptor: Descriptor, species=None) -> tuple[str, ...]:
    """The features of `descriptor` on `env` (or on all of `species`), in the order of the rows of J."""
    return plan_of(env, descriptor, species).labels


def exact_values(env: Environment, descriptor: Descriptor, species=None):
    """All features as a list of `flint.fmpq`; None where a closed form is not rational."""
    try:
        values = _assemble(env, descriptor, exact(), species, derivative=False)
    except NotRational:
        return None
    return values[:, 0].tolist()


def exact_jacobian(env: Environment, descriptor: Descriptor, vary: str = "neighbours", species=None):
    """J over the rationals, in frame coordinates.

    Parameters
    ----------
    env, descriptor : the environment and its descriptor.
    vary : "neighbours" (3n columns) or "atoms" (three per atom of `symsens.rows.filtration.tied_atoms`).
    species : the species whose features are wanted; those of the neighbours by default.

    Returns
    -------
    flint.fmpq_mat (features x displacements; ``numer_denom()`` gives integers over one denominator), or None where a
    closed form is not rational at this point.

    Raises
    ------
    NotSmoothError
        The descriptor is not differentiable at `env`.
    """
    from flint import fmpq, fmpq_mat

    try:
        gradient = _assemble(env, descriptor, exact(), species)
    except NotRational:
        return None
    n, scale = env.n, env.integer_positions[1] * env.integer_metric[1]
    covectors = fmpq_mat(n, 3, [fmpq(x, scale) for row in env.covectors for x in row])
    product = fmpq_mat(len(gradient) * n, n, _symmetric(gradient, n).ravel().tolist()) * covectors
    jacobian = fmpq_mat(len(gradient), 3 * n, product.entries())
    return jacobian * fmpq_mat(tie_matrix(env)) if vary == "atoms" else jacobian


def modular_jacobian(env: Environment, descriptor: Descriptor, prime: int, vary: str = "neighbours", species=None):
    """`exact_jacobian` modulo a prime below 2^63, computed so: a `flint.nmod_mat`, or None where a closed form is not
    rational.

    Its rank is a lower bound of that of J, in a fraction of the time that the exact J takes.

    Raises
    ------
    ZeroDivisionError
        `prime` divides a denominator: take another.
    """
    from flint import nmod, nmod_mat

    if descriptor.whole is not None:
        return None
    try:
        gradient = _assemble(env, descriptor, modular(prime), species)
    except NotRational:
        return None
    n, scale = env.n, nmod(env.integer_positions[1] * env.integer_metric[1], prime)
    covectors = nmod_mat(n, 3, [int(nmod(x, prime) / scale) for row in env.covectors for x in row], prime)
    product = nmod_mat(len(gradient) * n, n, list(map(int, _symmetric(gradient, n).ravel())), prime) * covectors
    jacobian = nmod_mat(len(gradient), 3 * n, list(map(int, product.entries())), prime)
    return jacobian * nmod_mat(tie_matrix(env), prime) if vary == "atoms" else jacobian


def ball_values(env: Environment, descriptor: Descriptor, prec: int = 128, species=None):
    """All features as a list of `flint.arb`, at `prec` bits."""
    from flint import ctx

    with ctx.workprec(prec):
        return _assemble(env, descriptor, ball(), species, derivative=False)[:, 0].tolist()


def ball_jacobian(env: Environment, descriptor: Descriptor, prec: int = 128, vary: str = "neighbours", species=None):
    """J in balls at `prec` bits, in Cartesian coordinates: a `flint.arb_mat`; otherwise as `exact_jacobian`."""
    from flint import arb_mat, ctx

    with ctx.workprec(prec):
        gradient = _assemble(env, descriptor, ball(), species)
        n = env.n
        positions = arb_mat(n, 3, cartesian_positions(env, ball()).ravel().tolist())
        product = arb_mat(len(gradient) * n, n, _symmetric(gradient, n).ravel().tolist()) * positions
        jacobian = arb_mat(len(gradient), 3 * n, product.entries())
        return jacobian * arb_mat(tie_matrix(env)) if vary == "atoms" else jacobian


def mp_values(env: Environment, descriptor: Descriptor, dps: int = 50, species=None):
    """All features as a list of `mpmath.mpf`, computed with `dps` digits."""
    import mpmath

    with mpmath.workdps(dps):
        return _assemble(env, descriptor, multiprecision(), species, derivative=False)[:, 0].tolist()


def mp_jacobian(env: Environment, descriptor: Descriptor, dps: int = 50, vary: str = "neighbours", species=None):
    """J as an `mpmath.matrix` computed with `dps` digits, in Cartesian coordinates; otherwise as `exact_jacobian`."""
    import mpmath

    with mpmath.workdps(dps):
        gradient = _assemble(env, descriptor, multiprecision(), species)
        jacobian = _symmetric(gradient, env.n) @ cartesian_positions(env, multiprecision())
        jacobian = jacobian.reshape(len(gradient), 3 * env.n)
        if vary == "atoms":
            jacobian = jacobian @ _tie_floats(env).astype(int).astype(object)
        return mpmath.matrix(jacobian.tolist()) if jacobian.size else mpmath.matrix(*jacobian.shape)


def float_values(env: Environment, descriptor: Descriptor, species=None) -> np.ndarray:
    """All features in float64."""
    return _assemble(env, descriptor, floating(), species, derivative=False)[:, 0]


def float_jacobian(env: Environment, descriptor: Descriptor, vary: str = "neighbours", species=None) -> np.ndarray:
    """J in float64, in Cartesian coordinates (features x displacements); no error bound; otherwise as
    `exact_jacobian`."""
    gradient = _assemble(env, descriptor, floating(), species)
    jacobian = (_symmetric(gradient, env.n) @ cartesian_positions(env, floating())).reshape(len(gradient), 3 * env.n)
    return jacobian @ _tie_floats(env) if vary == "atoms" else jacobian


def midrad_jacobian(
    env: Environment, descriptor: Descriptor, prec: int = 80, vary: str = "neighbours", species=None
) -> MidRad:
    """An enclosure of J in float64 midpoints and radii, Cartesian: families in balls of `prec` bits, products
    vectorised."""
    from flint import ctx

    gradient = _enclose(env, descriptor, prec, species, derivative=True)
    if not env.n:
        return MidRad.from_floats(np.zeros((len(gradient.mid), 0)))
    with ctx.workprec(prec):
        positions = MidRad.from_arb(cartesian_positions(env, ball()).tolist())
    product = MidRad(_symmetric(gradient.mid, env.n), _symmetric(gradient.rad, env.n)) @ positions
    shape = (len(gradient.mid), 3 * env.n)
    jacobian = MidRad(product.mid.reshape(shape), product.rad.reshape(shape))
    return jacobian @ MidRad.from_floats(_tie_floats(env)) if vary == "atoms" else jacobian


def midrad_values(env: Environment, descriptor: Descriptor, prec: int = 80, species=None) -> MidRad:
    """An enclosure of all features in float64 midpoints and radii."""
    values = _enclose(env, descriptor, prec, species, derivative=False)
    return MidRad(values.mid[:, 0], values.rad[:, 0])
