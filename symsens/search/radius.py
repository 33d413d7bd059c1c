r"""A proved radius within which the features determine the environment (THEORY, section 7).

X is an environment with neighbours x_j, F its features as functions of the displacements v = (v_1..v_n) of the
neighbours (the centre is fixed), J their Jacobian, R the matrix with R v = sum_j x_j x v_j. The rows of R are the
infinitesimal rotations of X, so v is orthogonal to the rigid motions exactly if R v = 0. The *ball* of radius rho is

    K = {v : |v_j| <= rho for every neighbour j}     (Euclidean norms: no neighbour moves farther than rho).

**Theorem (Radius).** Let F be continuously differentiable on a neighbourhood of K, W a matrix and || . || a norm on
R^3n with

    || I - W [J(z); R] || <= q < 1 for every z in K.

Then F(v) != F(w) for all v != w in K with R (v - w) = 0. So F is injective on the *slice* {v in K : R v = 0}.

*Proof.* K is convex. With M the mean of J over the segment from w to v, F(v) - F(w) = M (v - w). If that is zero and
R (v - w) too, then v - w = (I - W [M; R]) (v - w), the mean of (I - W [J(z); R]) (v - w), has norm <= q ||v - w||; so
v = w.

What is checked, and where. (1) K is convex by its definition, and R = R(X) is constant. (2) Smoothness: every condition
of the descriptor (cutoffs, cusps) has one sign, by balls, on a set that contains K, for every tuple of neighbours; the
same tuples contribute throughout, and the closed forms are finite with all derivatives up to order 3
(`symsens.search.curvature`). (3) The bound: with v in K,

    W [J(v); R] = W [J(0); R] + int_0^1 H(t v)[v] dt,      H the second derivative of W F,

H(K) is enclosed by Taylor polynomials of order 3 in the invariants of each tuple, with remainder on all of K. In blocks
of one neighbour, ||(H[v])_ik|| <= rho sum_l N_ikl, N_ikl a bound of the Frobenius norm of the 3 x 3 x 3 block (output
i, columns k, l), so that the norms of the blocks of I - W [J(v); R] are at most E = C + rho sum_l N_..l, with C those
at v = 0. (4) For positive weights w, the norm max_j |v_j| / w_j gives || I - W [J; R] || <= max_i (E w)_i / w_i = q.

The checker (`symsens.checker.radius`) checks the same with a simpler H(K): second derivatives on the whole of K, each
in intervals. Its radius is smaller, often half of this one.

W and w come from a float64 search; nothing is assumed of them. A symmetry g of X with S != 0
(`symsens.geometry.symmetry`) moves some v of the slice, and X + v, X + gv are congruent: then no radius exists at all.
Null vectors of J alone do not show that.

Law: the search proposes W, w and a radius; the bound of the theorem decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, Decimal, localcontext
from fractions import Fraction

import numpy as np

from symsens.descriptors.base import Descriptor, plan_of
from symsens.errors import InputError, NoClosedForm, UndecidedError
from symsens.forms.arithmetics import NotRational, ball
from symsens.forms.jacobian import ball_jacobian, float_jacobian, midrad_jacobian
from symsens.forms.seeds import cartesian_frame, cartesian_positions
from symsens.geometry.displacements import as_displacements
from symsens.geometry.environment import Environment
from symsens.geometry.symmetry import rigid_displacements
from symsens.numbers.metric import IDENTITY
from symsens.numbers.midrad import MidRad
from symsens.rows.filtration import Filtration, filtration_of
from symsens.search.curvature import ORDER, Box, Part, expansion, float_above, rounded_up, second_derivative
from symsens.search.truncation import certified_truncation

BITS = 80  # of the balls
MARGIN = 0.999  # asked of the bound, so that three digits of it are below 1
LARGEST = 100.0  # Angstrom
TINY = Fraction(1, 10**40)
HALVINGS = 120
SAMPLES, LEVELS = 6, (1.0, 0.1, 0.01, 0.001)  # for the choice of W
GAUGE = (
    "the centre is fixed; displacements orthogonal to the infinitesimal rotations of the structure (Cartesian inner "
    "product); no neighbour moves farther than the radius"
)


@dataclass(frozen=True)
class Radius:
    """A proved radius of injectivity, or why there is none.

    Attributes
    ----------
    radius : Angstrom, exact and rounded down; None where nothing is proved.
    bound : q of the theorem, rounded up; None with no radius.
    limit : what a larger radius failed on.
    reason : why there is no radius, else None.
    gauge : which displacements the statement is about.
    certificate : what the bound rests on; None with no radius.
    """

    radius: Decimal | None
    bound: Decimal | None = None
    limit: str | None = None
    reason: str | None = None
    gauge: str = GAUGE
    certificate: "Certificate | None" = field(default=None, repr=False, compare=False)

    def as_dict(self) -> dict:
        """JSON-ready: decimals as strings."""
        text = {name: None if x is None else str(x) for name, x in (("radius", self.radius), ("bound", self.bound))}
        return text | {"limit": self.limit, "reason": self.reason, "gauge": self.gauge}


def certified_radius(env: Environment, descriptor: Descriptor, filtration: Filtration | None = None) -> Radius:
    """A proved radius within which `descriptor` is injective around `env`, up to rotations about the centre.

    Parameters
    ----------
    env : the environment; neighbours that no tuple of the descriptor holds are left out (they stay beyond its cutoff).
    descriptor : its features, by closed forms over tuples.
    filtration : of `env` and `descriptor`, neighbours varying, if it is known already.

    Returns
    -------
    Radius
        Of about two digits: the largest that a search found to satisfy the hypotheses of the theorem.

    Raises
    ------
    NotSmoothError
        The descriptor is not differentiable at `env`.
    """
    from flint import ctx

    try:
        plan_of(env, descriptor)
    except NoClosedForm:
        why = f"{descriptor} is no sum of closed forms over tuples of neighbours: not provable by this theorem"
        return Radius(None, reason=why)
    env = descriptor.visible(env)
    if not env.n:
        return Radius(None, reason="there is no neighbour to move")
    if filtration is not None and filtration.undecided is None and (reason := _null_directions(filtration)):
        return Radius(None, reason=reason)
    try:
        with ctx.workprec(BITS), np.errstate(all="ignore"):  # what overflows is refused, or compares False
            return _search(env, descriptor)
    except NotRational as error:
        return Radius(None, reason=f"{descriptor}: {error}: not provable by this theorem")
    except (UndecidedError, np.linalg.LinAlgError) as error:
        reached = str(error)
    return Radius(None, reason=_reason(env, descriptor, filtration) or f"J has full rank, but {reached}")


# Why none.


def _null_directions(filtration: Filtration) -> str | None:
    beyond = [level for level in filtration.levels if level.name != "rigid" and level.dimension]
    levels = [(level.dimension, level.name.replace("_", " ")) for level in beyond]
    if filtration.undecided is not None:
        return f"the rank of J is not decided: {filtration.undecided}"
    if not levels:
        return None
    count = sum(dimension for dimension, _ in levels)
    steps = ", ".join(f"{dimension} of {name}" for dimension, name in levels)
    if filtration["symmetry"]:
        same = "X + v and X + gv are congruent and have equal features"
        why = f"no radius exists: for a symmetry g of the structure X, {same}"
    else:
        why = "not provable by this theorem, which needs a Jacobian of full rank"
    return f"{count} null direction{'s' if count > 1 else ''} ({steps}): {why}"


def _reason(env: Environment, descriptor: Descriptor, filtration: Filtration | None) -> str | None:
    if filtration is None:
        filtration = filtration_of(as_displacements(env), descriptor.classes(env)[0])
        if not _null_directions(filtration):
            filtration = certified_truncation(filtration, descriptor).filtration
    return _null_directions(filtration)


# The bound of the theorem.


def _positions(env: Environment) -> MidRad:
    return MidRad.from_arb(cartesian_positions(env, ball()).tolist())


def _rotations(env: Environment) -> MidRad:
    """R, 3 x 3n: row a has e_a x x_j for the neighbours j."""
    x, turn = cartesian_positions(env, ball()), [(0, 1, 2), (1, 2, 0), (2, 0, 1)]
    return MidRad.from_arb(
        [[(d == a) * x[j, e] - (e == a) * x[j, d] for j in range(env.n) for _, d, e in turn] for a in range(3)]
    )


def inverse_rotations(env: Environment) -> np.ndarray:
    """The part of W that acts on R: floats, of which nothing is assumed."""
    return np.linalg.pinv(_rotations(env).mid, rcond=1e-12)


@dataclass(frozen=True, eq=False)
class Certificate:
    """What is needed to evaluate the bound at any radius.

    Attributes
    ----------
    W : (3n, features) the part of W that acts on F.
    centre : Taylor coefficients of W F at the structure, of degree 1 and 2.
    defect : (n, n) C: bounds of the blocks of I - W [J; R] at the structure.
    order : of the Taylor polynomials that enclose the second derivative.
    """

    env: Environment
    descriptor: Descriptor
    W: np.ndarray
    centre: tuple[Part, ...]
    defect: np.ndarray
    order: int = ORDER

    def curvature(self, rho: Fraction) -> np.ndarray:
        """(n, n) sum_l N_ikl on the ball of radius rho."""
        box, x = Box(self.env, rho), _positions(self.env)
        return curvature_norms(second_derivative(box, x, self.descriptor, self.W, self.centre, self.order))

    def blocks(self, rho: Fraction) -> np.ndarray:
        """E of the theorem on the ball of radius rho.

        Raises
        ------
        UndecidedError
            The descriptor is not seen to be smooth on all of it.
        """
        with np.errstate(all="ignore"):
            return rounded_up(self.defect + float_above(rho) * self.curvature(rho), 2)

    def bound(self, rho: Fraction) -> float:
        """q of the theorem: an upper bound of || I - W [J(z); R] || for all z in the ball of radius rho.

        Raises
        ------
        UndecidedError
            As `blocks`.
        """
        with np.errstate(all="ignore"):
            return weighted_norm(self.blocks(rho))


def perron_vector(E: np.ndarray) -> np.ndarray:
    """A positive vector near the Perron vector of a nonnegative matrix."""
    w, positive = np.ones(len(E)), E + 1e-6 * E.mean() + 2.0**-900
    for _ in range(60):
        w = positive @ w
        w /= w.max()
    return w


def weighted_norm(E: np.ndarray) -> float:
    """An upper bound of max_i (E w)_i / w_i for nonnegative E, w a positive vector near its Perron vector."""
    w = perron_vector(E)
    return float(rounded_up((E @ w) / w, len(E) + 2).max())


def curvature_norms(hessian: MidRad) -> np.ndarray:
    """(n, n) sums over l of Frobenius norms of the blocks (i, k, l), for 3n combinations."""
    n = hessian.shape[1]
    largest = rounded_up(np.abs(hessian.mid) + hessian.rad, 1).reshape(n, 3, n, n, 3, 3)
    norms = rounded_up(np.sqrt(rounded_up(np.square(largest).sum(axis=(1, 4, 5)), 28)), 1)
    return rounded_up((norms + 2.0**-530).sum(axis=2), n)  # squares that underflow: 27 eta at most


def _defect(env: Environment, descriptor: Descriptor, W: np.ndarray, W_rotations: np.ndarray) -> np.ndarray:
    """C: (n, n) bounds of the Frobenius norms of the blocks of I - W [J; R]."""
    from flint import arb, arb_mat

    eye, n = MidRad.from_floats(np.eye(3 * env.n)), env.n
    rest = eye - MidRad.from_floats(W_rotations) @ _rotations(env)
    try:
        defect = rest - MidRad.from_floats(W) @ midrad_jacobian(env, descriptor)
        if defect.rad.max() > 0.01 / n:
            raise UndecidedError("float64 is too coarse")
    except UndecidedError:
        product = arb_mat(*W.shape, [arb(x) for x in W.ravel().tolist()]) * ball_jacobian(env, descriptor, 256)
        defect = rest - MidRad.from_arb(product)
    largest = rounded_up(np.abs(defect.mid) + defect.rad, 1).reshape(n, 3, n, 3)
    return rounded_up(np.sqrt(rounded_up(np.square(largest).sum(axis=(1, 3)), 10)), 1) + 2.0**-530


# The search: nothing below is assumed to be right.


def _pseudo_inverse(
    env: Environment, descriptor: Descriptor, jacobian: np.ndarray, sizes=1.0, whiten=lambda x: x
) -> Certificate:
    """The certificate of the pseudo-inverse of [J; R], rows of J divided by `sizes`, weighted by symmetric `whiten`.

    Raises
    ------
    UndecidedError
        It is none at the structure itself.
    """
    rotations = _rotations(env).mid
    basis = np.linalg.svd(rotations)[2][len(rigid_displacements(env)) :].T
    inverse = np.linalg.pinv(whiten(jacobian @ basis / np.reshape(sizes, (-1, 1))), rcond=1e-16)
    W = np.ascontiguousarray(basis @ whiten(inverse.T).T / sizes)
    defect = _defect(env, descriptor, W, inverse_rotations(env))
    if not (reached := weighted_norm(defect)) < MARGIN:
        raise UndecidedError(f"|| I - W J || <= {reached:.3g} at the structure itself, where < 1 is needed")
    return Certificate(env, descriptor, W, tuple(expansion(Box(env, Fraction(0)), descriptor, W, ORDER - 1)), defect)


def _moved(env: Environment, v, sign: int) -> Environment:
    moved = (tuple(c + sign * Fraction(d) for c, d in zip(y, u)) for y, u in zip(env.positions, v))
    return replace(env, positions=tuple(moved))


def _changes(env: Environment, descriptor: Descriptor, size: float) -> np.ndarray:
    """(features, samples) entries of the change of J over some displacements of this size."""
    rng, frame, changes = np.random.default_rng(0), np.eye(3), []
    if env.metric != IDENTITY:
        frame = np.linalg.inv(np.array([[float(x) for x in row] for row in cartesian_frame(env, ball())]))
    for _ in range(SAMPLES):
        v = rng.normal(size=(env.n, 3))
        v = (v * (size / np.linalg.norm(v, axis=1))[:, None] @ frame.T).tolist()
        there, back = (_moved(env, v, sign) for sign in (1, -1))
        changes.append(float_jacobian(there, descriptor) - float_jacobian(back, descriptor))
    return np.hstack(changes)


def _weighted(env: Environment, descriptor: Descriptor, jacobian: np.ndarray, size: float) -> Iterator[Certificate]:
    """Certificates with W = (A^T S^-1 A)^-1 A^T S^-1, S the covariance of the rows of `_changes`, with a floor."""
    try:
        changes = _changes(env, descriptor, size)
    except InputError:  # displaced on to another atom, or a cutoff
        return
    sizes = np.linalg.norm(changes, axis=1)
    sizes = np.maximum(sizes, 1e-12 * sizes.max())
    U, s, _ = np.linalg.svd(changes / sizes[:, None], full_matrices=False)
    for level in LEVELS:
        scales = level * s[0] / np.hypot(s, level * s[0]) - 1
        try:
            yield _pseudo_inverse(env, descriptor, jacobian, sizes, lambda x: x + U @ (scales[:, None] * (U.T @ x)))
        except (UndecidedError, np.linalg.LinAlgError):
            continue


def _decimal(index: int) -> Decimal:
    """The decimals of two digits in order: 10, 11, ..., 99, 100, 110, ... for index 0, 1, 2, ..."""
    return Decimal(10 + index % 90).scaleb(index // 90)


def _index(x: float) -> int:
    exponent = int(np.floor(np.log10(x))) - 1
    return 90 * exponent + int(np.clip(x / 10.0**exponent - 10, 0, 89))


def _doubled(index: int, power: int = 1) -> int:
    return _index(float(_decimal(index)) * 2.0**power)


def largest(certificate: Certificate, start: float, margin: float = MARGIN) -> Radius:
    """The largest radius of two digits that the search finds to have a bound of `margin` at most; by doubling or
    halving from `start`, then bisection."""
    held, limit = {}, {}

    def holds(index):
        try:
            bound = certificate.bound(Fraction(_decimal(index)))
            if bound <= margin:
                held[index] = bound
            else:
                limit[index] = "the bound of the theorem"
        except UndecidedError as error:
            limit[index] = str(error)
        return index in held

    low = high = _index(start)
    if holds(low):
        while low < _index(LARGEST) and holds(high := _doubled(low)):
            low = high
    else:
        for _ in range(HALVINGS):
            high, low = low, _doubled(low, -1)
            if holds(low):
                break
        else:
            raise UndecidedError(limit[low])
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    with localcontext(prec=3, rounding=ROUND_CEILING):
        bound = +Decimal(held[low])
    return Radius(_decimal(low).normalize() + 0, bound, limit.get(high), certificate=certificate)


def _search(env: Environment, descriptor: Descriptor) -> Radius:
    """The plain pseudo-inverse first; then weighted ones, the best of them searched."""
    jacobian = float_jacobian(env, descriptor)
    best = _pseudo_inverse(env, descriptor, jacobian)
    found = largest(best, (1 - weighted_norm(best.defect)) / (weighted_norm(best.curvature(TINY)) + 1 / LARGEST))
    wider, chosen = Fraction(found.radius) * 5 / 4, None
    least = _bound_or_infinity(best, wider)
    for other in _weighted(env, descriptor, jacobian, 2 * float(found.radius)):
        if (bound := _bound_or_infinity(other, wider)) < least:
            least, chosen = bound, other
    return found if chosen is None else max(found, largest(chosen, float(wider)), key=lambda x: x.radius)


def _bound_or_infinity(certificate: Certificate, rho: Fraction) -> float:
    try:
        return certificate.bound(rho)
    except UndecidedError:
        return np.inf
