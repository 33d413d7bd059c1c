"""The certified radius: the enclosures hold on the whole ball, attacks inside it fail, known pairs and singular points
bound it."""

import json
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
import scipy.optimize
from flint import arb, ctx
from sympy import Abs

from symsens import Environment, InputError, certify
from symsens.cli import main
from symsens.descriptors import descriptor
from symsens.descriptors.base import TupleSum
from symsens.errors import NotSmoothError, UndecidedError
from symsens.forms.arithmetics import ball, floating
from symsens.forms.blocks import Block, invariants
from symsens.forms.jacobian import ball_jacobian, exact_jacobian, float_jacobian, float_values
from symsens.forms.seeds import cartesian_frame
from symsens.geometry.families import axial
from symsens.numbers.metric import IDENTITY
from symsens.numbers.midrad import MidRad
from symsens.search import radius as invertibility
from symsens.search.curvature import Box, second_derivative
from symsens.search.radius import Certificate, _positions, _pseudo_inverse, _rotations, certified_radius, weighted_norm

THREE = Environment(("H", "H", "O"), [(1, "1/2", 0), ("-1/3", 1, "2/5"), (0, "-1/2", "4/3")], "C")
FOUR = Environment(
    ("H",) * 4,
    [("0.63", "0.7", "0.58"), ("0.6", "-0.62", "-0.69"), ("-0.66", "0.61", "-0.57"), ("-0.7", "-0.55", "0.66")],
    "C",
)
SKEW = Environment(
    ("O", "H", "H"),
    [(1, 0, 0), ("1/2", 1, 0), (0, "-1/2", 1)],
    metric=((1, "1/2", 0), ("1/2", 1, "1/4"), (0, "1/4", 1)),
)
SQUARE = Environment(("H", "H", "H", "O"), [(1, 0, "1/5"), (0, "3/2", 0), ("1/3", "1/4", 1), (-1, -1, "1/2")])
THREE_FAR = (
    Environment("HHO", [(1, "1/2", 0), ("-1/3", 1, "2/5"), ("8/5", 0, 3)], "C"),
    Fraction("3.4"),
)  # the longest distance
METHANE = Environment(("H",) * 4, [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], "C")
DIRECTIONS = [
    (1, 0, 0),
    ("3/5", "4/5", 0),
    ("-2/3", "1/3", "2/3"),
    (0, "-5/13", "12/13"),
    ("2/7", "-6/7", "3/7"),
    (0, 0, 0),
    ("1/9", "4/9", "-8/9"),
]


def displaced(env, v):
    """The environment with frame displacements v, exactly (floats by their digits)."""
    move = lambda y, u: tuple(a + (Fraction(b) if isinstance(b, float) else env.field.parse(b)) for a, b in zip(y, u))  # noqa: E731
    return replace(env, positions=tuple(move(y, u) for y, u in zip(env.positions, v)))


def samples(env, rho, count, seed=0):
    """Exact frame displacements, each neighbour by at most rho, many by rho exactly (identity metric)."""
    rng = np.random.default_rng(seed)
    shrink = Fraction(1) if env.metric == IDENTITY else Fraction(1, 2)  # the skew frame lengthens by sqrt(2) at most
    for _ in range(count):
        picks = [(DIRECTIONS[rng.integers(7)], rng.choice([-1, 1]), rng.choice([1, 1, 2, 5])) for _ in range(env.n)]
        yield [
            tuple(shrink * rho * Fraction(c) * int(sign) / int(part) for c in direction)
            for direction, sign, part in picks
        ]


# The enclosure of the second derivative, by exact differences of J.


def changes_outside(env, chosen, hessian, rho, count):
    """How many entries of J(X + v) - J(X) are not in sum_l H_l v_l, over samples of v; J exact, or in balls of 300
    bits."""
    with ctx.workprec(300):
        b = [[arb(x) for x in row] for row in cartesian_frame(env, ball())]

        def jacobian(at):
            matrix = exact_jacobian(at, chosen) if env.metric == IDENTITY else None
            return ball_jacobian(at, chosen, 300).entries() if matrix is None else [arb(x) for x in matrix.entries()]

        here, outside, (features, n) = jacobian(env), 0, hessian.shape[:2]
        balls = np.array(
            [arb(m, r) for m, r in zip(hessian.mid.ravel().tolist(), hessian.rad.ravel().tolist())], dtype=object
        ).reshape(hessian.shape)
        for v in samples(env, rho, count):
            cartesian = [
                sum((b[c][d] * arb(u[d].numerator) / u[d].denominator for d in range(3)), arb(0))
                for u in v
                for c in range(3)
            ]
            want = (
                balls.transpose(0, 1, 3, 2, 4).reshape(features * 3 * n, 3 * n) * np.array(cartesian, dtype=object)
            ).sum(axis=1)
            outside += sum(
                not (now - before).overlaps(change)
                for now, before, change in zip(jacobian(displaced(env, v)), here, want)
            )
    return outside


@pytest.mark.parametrize(
    "env, spec, rho",
    [
        (THREE, "angles:degree=3", "1/10"),
        (THREE, "distances:k_max=3", "1/2"),
        (SQUARE, "power-spectrum:n_max=2,l_max=3,radial=monomial", "1/10"),  # right angles
        (SQUARE, "chebyshev:n_rad=2,n_ang=4,angle=theta", "1/50"),
        (SKEW, "angles:degree=3", "1/10"),
        (METHANE, "power-spectrum:n_max=2,l_max=3,radial=monomial", "1/20"),  # many tuples of one class
        (
            THREE,
            "power-spectrum:n_max=2,l_max=3,radial=monomial,cutoff_function=polynomial,cutoff=4,centre=true",
            "1/10",
        ),
        (THREE, "power-spectrum:n_max=3,l_max=2,radial=gto-orthonormal,cutoff_function=cosine", "1/20"),
        (THREE, "power-spectrum:n_max=2,l_max=2,radial=bessel", "1/20"),
        (FOUR, "soap-quippy:n_max=2,l_max=2,cutoff=2,width=1/2", "1/50"),
        (THREE, "acsf:eta=1,zeta=1:5/2,lambda_=1", "1/50"),
        (THREE, "chebyshev:n_rad=3,n_ang=3", "1/20"),
        (THREE, "mbtr:geometry=cosine,n=3,weighting=exp,scale=1", "1/20"),
        (THREE, "bispectrum:n_max=1,l_max=2", "1/20"),
        (THREE, "ace:nu=4,n_max=1,l_max=1,radial=monomial", "1/20"),
    ],
)
def test_the_second_derivative_is_enclosed_on_the_whole_ball(env, spec, rho):
    rho, chosen = Fraction(rho), descriptor(spec.replace("lambda_", "lambda"))
    with ctx.workprec(80):
        features = len(float_values(env, chosen))
        hessian = second_derivative(Box(env, rho), _positions(env), chosen, np.eye(features))
    assert changes_outside(env, chosen, hessian, rho, 5) == 0
    # Negative controls: a shrunken enclosure is seen, and so is a lost term.
    assert changes_outside(env, chosen, MidRad(hessian.mid, hessian.rad / 1000), rho, 1) > 0
    assert changes_outside(env, chosen, MidRad(hessian.mid * 0.9, hessian.rad / 1000), rho / 1000, 1) > 0


def test_combinations_are_combined():
    chosen, rng = descriptor("angles:degree=2"), np.random.default_rng(0)
    with ctx.workprec(80):
        mixed, one = (
            second_derivative(Box(THREE, Fraction(1, 10**9)), _positions(THREE), chosen, c)
            for c in (rng.normal(size=(2, 21)), np.eye(21))
        )
        want = np.tensordot(rng.__class__(np.random.PCG64(0)).normal(size=(2, 21)), one.mid, axes=1)
    assert np.allclose(mixed.mid, want, rtol=1e-6, atol=1e-6 * np.abs(want).max())


# Attacks inside the certified ball.


class Attack:
    """F around an environment as a function of Cartesian displacements in the slice, with the smallest singular value
    of J there."""

    def __init__(self, env, spec):
        self.env, self.descriptor = env, descriptor(spec)
        with ctx.workprec(80):
            self.R = _rotations(env).mid
        self.basis = np.linalg.svd(self.R)[2][3:].T
        self.frame = np.linalg.inv(np.array(cartesian_frame(env, floating()), dtype=float))
        self.F = lambda v: float_values(self.at(v), self.descriptor)
        self.J = lambda v: float_jacobian(self.at(v), self.descriptor)
        self.sigma = self.smallest(np.zeros(3 * env.n))

    def at(self, v):
        return displaced(self.env, (v.reshape(-1, 3) @ self.frame.T).tolist())

    def smallest(self, v):
        return np.linalg.svd(self.J(v) @ self.basis, compute_uv=False)[-1]

    def into(self, u, rho):
        """A point of the slice, no neighbour farther than rho, from any coordinates."""
        v = self.basis @ u
        return v * min(1.0, rho / max(np.linalg.norm(v.reshape(-1, 3), axis=1).max(), 1e-300))

    def hardest(self):
        """The direction of the slice that is hardest to see at X, longest displacement 1."""
        u = np.linalg.svd(self.J(np.zeros(3 * self.env.n)) @ self.basis)[2][-1]
        return u / np.linalg.norm((self.basis @ u).reshape(-1, 3), axis=1).max()

    def least_singular_value(self, rho, rng):
        """The least that samples and a local minimisation find in the ball."""
        starts = [t * self.hardest() for t in (-0.9, -0.5, 0.5, 0.9)] + [
            rng.normal(size=self.basis.shape[1]) for _ in range(10)
        ]
        f = lambda u: self.smallest(self.into(rho * u, rho))  # noqa: E731
        found = scipy.optimize.minimize(
            lambda u: np.log(f(u)), min(starts, key=f), method="L-BFGS-B", options={"maxfun": 150, "eps": 1e-4}
        )
        return np.exp(found.fun)

    def pairs(self, rho, rng):
        """(|F(v) - F(w)| / |v - w|, |v - w|) for pairs of the ball: v at random, w where Gauss-Newton solves F(w) =
        F(v) from afar."""
        down, size = rho * self.hardest(), self.basis.shape[1]
        starts = [(0 * down, down), (0 * down, -down), (down, -down), *(rho * rng.normal(size=(3, 2, size)))]
        for u, start in starts:
            v = self.into(u, rho)
            target, scale = self.F(v), np.linalg.norm(self.J(v) @ self.basis, axis=1) + 1e-9
            found = scipy.optimize.least_squares(
                lambda u: (self.F(self.basis @ u) - target) / scale,
                self.basis.T @ self.into(start, rho),
                jac=lambda u: self.J(self.basis @ u) @ self.basis / scale[:, None],
                max_nfev=20,
                xtol=1e-14,
                ftol=1e-14,
                gtol=1e-14,
            )
            w = self.into(found.x, rho)
            if np.linalg.norm(v - w) > 1e-4 * rho:
                yield np.linalg.norm(self.F(v) - self.F(w)) / np.linalg.norm(v - w), np.linalg.norm(v - w)


@pytest.mark.parametrize(
    "env, spec",
    [
        (THREE, "angles:degree=3"),
        (SKEW, "angles:degree=3"),
        (FOUR, "power-spectrum:n_max=4,l_max=4"),
        (FOUR, "soap-dscribe:n_max=3,l_max=3"),
        (THREE, "acsf:eta=1,R_s=1,zeta=1:2"),
        (THREE, "bispectrum:n_max=2,l_max=2"),
        (axial(5, 3, 4, 1, -2, 6, "1/10"), "angles:degree=4"),
    ],
)
def test_attacks_inside_the_ball_fail(env, spec):
    found, rng = certified_radius(env, descriptor(spec)), np.random.default_rng(1)
    assert found.reason is None and found.radius > 0 and found.bound <= Fraction(999, 1000)
    attack, rho = Attack(env, spec), float(found.radius)
    assert attack.least_singular_value(rho, rng) > 0.3 * attack.sigma
    assert min((ratio for ratio, _ in attack.pairs(rho, rng)), default=attack.sigma) > 0.3 * attack.sigma


def test_the_attack_finds_what_is_there():
    attack, rng = Attack(axial(5, 3, 4, 1, -2, 6, "1/10"), "angles:degree=4"), np.random.default_rng(1)
    assert attack.least_singular_value(0.07, rng) < 0.1 * attack.sigma  # the singular structure
    assert any(
        ratio < 1e-6 * attack.sigma and abs(apart - 0.14) < 0.01 for ratio, apart in attack.pairs(0.26, rng)
    )  # the other of the pair


def test_the_bound_holds_at_points_of_the_ball():
    with ctx.workprec(80):
        for env, spec in [(THREE, "angles:degree=3"), (FOUR, "power-spectrum:n_max=4,l_max=4")]:
            chosen, attack = descriptor(spec), Attack(env, spec)
            certificate = _pseudo_inverse(env, chosen, float_jacobian(env, chosen))
            W = np.hstack([certificate.W, np.linalg.pinv(attack.R)])
            for rho in (Fraction(1, 10000), Fraction(1, 1000)):
                E = certificate.defect + float(rho) * certificate.curvature(rho)
                for v in samples(env, rho, 10):
                    v = np.array(v, dtype=float).ravel()
                    rest = np.eye(3 * env.n) - W @ np.vstack([attack.J(v), attack.R])
                    blocks = np.linalg.norm(rest.reshape(env.n, 3, env.n, 3), axis=(1, 3))
                    assert (blocks <= E + 1e-9).all() and blocks.max() > 0.01 * E.max()
                    assert max(abs(np.linalg.eigvals(rest))) <= certificate.bound(rho)


# Known obstructions.


@pytest.mark.parametrize("d", ["1/2", "1/100", "1/1000000", "1/1000000000"])
@pytest.mark.parametrize("spec", ["angles:degree=4", "power-spectrum:n_max=4,l_max=4,radial=gto,cutoff=8"])
def test_a_degenerate_pair_bounds_the_radius(d, spec):
    # X(d) and X(-d) have equal features of order 2, and half-way between them is a singular structure, or nearly so.
    d = Fraction(d)
    pair = [axial(5, 3, 4, 1, -2, 6, x) for x in (d, -d)]
    assert np.allclose(*(float_values(env, descriptor(spec)) for env in pair), rtol=1e-9, atol=0)
    x, y = (np.array(env.positions, dtype=float) for env in pair)
    y = y @ scipy.linalg.orthogonal_procrustes(y, x)[0]  # then sum x_j x y_j = 0: the difference is in the slice
    radius = float(certified_radius(pair[0], descriptor(spec)).radius)
    assert d / 1000 < radius < np.linalg.norm(y - x, axis=1).max() / 2


@pytest.mark.parametrize(
    "env, spec, steps",
    [
        (METHANE, "angles:degree=3", "8 null directions (8 of symmetry): no radius exists"),
        (
            Environment("HHOF", [(1, "1/3", 0), (-2, 1, 0), (1, -1, 0), (0, 2, 0)]),
            "angles:degree=4",
            "2 null directions (2 of symmetry): no radius",
        ),
        (
            Environment("HO", [(1, "1/3", 0), (-2, "-2/3", 0)]),
            "angles:degree=2",
            "2 null directions (2 of symmetry): no radius exists",
        ),
        (
            axial(5, 3, 4, 1, -2, 6),
            "angles:degree=4",
            "1 null direction (1 of incompleteness): not provable by this theorem",
        ),
        (THREE, "distances", "3 null directions (3 of incompleteness): not provable"),
        (
            THREE,
            "power-spectrum:n_max=1,l_max=0",
            "4 null directions (3 of angular truncation, 1 of radial truncation): not provable",
        ),
        (THREE, "coulomb", "is no sum of closed forms over tuples"),
        (Environment((), []), "angles", "no neighbour to move"),
    ],
)
def test_no_radius_and_why(env, spec, steps):
    found = certified_radius(env, descriptor(spec))
    assert found.radius is None and found.bound is None and steps in found.reason
    if descriptor(spec).name != "coulomb" and env.n:
        assert certify(env, descriptor=spec).radius() == found


@pytest.mark.parametrize(
    "env, spec",
    [(METHANE, "angles:degree=3"), (Environment("HO", [(1, "1/3", 0), (-2, "-2/3", 0)]), "angles:degree=2")],
)
def test_at_a_symmetric_point_there_is_none_indeed(env, spec):
    from symsens.geometry.gram import pair_labels
    from symsens.geometry.symmetry import exact_stabiliser

    attack, rng, seen = Attack(env, spec), np.random.default_rng(3), False
    rotations = attack.R
    for g in exact_stabiliser(env, pair_labels(env)).generators:
        Q = np.array(g.isometry, dtype=float)
        v = rng.normal(size=3 * env.n) * 1e-3
        v -= np.linalg.pinv(rotations, rcond=1e-12) @ (rotations @ v)
        w = np.zeros((env.n, 3))
        w[list(g.permutation)] = v.reshape(-1, 3) @ Q.T
        assert np.abs(rotations @ w.ravel()).max() < 1e-12  # gv is in the slice too
        assert np.allclose(attack.F(v), attack.F(w.ravel()), rtol=1e-11, atol=1e-11)
        seen |= np.abs(v - w.ravel()).max() > 1e-4
    assert seen


@pytest.mark.parametrize("positions", [[(1, "1/3", 0)], [(1, "1/3", 0), (0, 1, 1)]], ids=len)
def test_few_neighbours(positions):
    env = Environment(("H",) * len(positions), positions)
    assert certified_radius(env, descriptor("angles:degree=2")).radius > Fraction(1, 20)


# Cutoffs.


def test_a_neighbour_near_the_cutoff_limits_the_radius():
    # SOAP of dscribe counts atoms up to r_cut + sigma sqrt(2 ln 1000) in full; the third neighbour is at distance 17/5
    edge, (env, far) = 0.5 * np.sqrt(2 * np.log(1000)), THREE_FAR
    far, near = (
        certified_radius(env, descriptor(f"soap-dscribe:n_max=4,l_max=3,r_cut={float(far) - edge + gap}"))
        for gap in (1, 1e-5)
    )
    assert far.radius > 1e-3 and far.limit == "the bound of the theorem"
    assert Fraction(8, 10**6) < near.radius <= Fraction(1, 10**5) and near.limit.startswith("atom 3 of CH2O: at r_cut")


def test_a_neighbour_beyond_the_cutoff_is_left_out():
    spec = descriptor("power-spectrum:n_max=3,l_max=3,cutoff_function=cosine,cutoff=3")
    more = Environment((*THREE.species, "F"), [*THREE.positions, (4, 0, 0)], "C")
    assert certified_radius(more, spec).radius == certified_radius(THREE, spec).radius


def test_a_pair_near_its_cutoff_limits_the_radius():
    # G4 has f(r_jk): the pair at distance sqrt(13/4) is 1e-4 from the edge, and two atoms approach it by rho each
    env = Environment("HHH", [(1, 0, "1/5"), (0, "3/2", 0), (0, "1/4", 1)])
    edge = float(np.sqrt(1 + 9 / 4 + 1 / 25)) + 1e-4
    found = certified_radius(env, descriptor(f"acsf:cutoff={edge}"))
    assert Fraction(1, 10**5) < found.radius < Fraction(501, 10**7) and "atoms 1 and 2" in found.limit


def test_at_the_cutoff_it_is_refused():
    with pytest.raises(NotSmoothError):
        certified_radius(Environment("H", [(3, 0, 0)]), descriptor("radial:cutoff_function=cosine,cutoff=3"))


# Negative controls of the bound, hard numbers, interfaces.


def test_too_large_a_ball_is_refused():
    chosen = descriptor("power-spectrum:n_max=3,l_max=3,cutoff_function=cosine,cutoff=3")
    with ctx.workprec(80):
        certificate = _pseudo_inverse(THREE, chosen, float_jacobian(THREE, chosen))
        assert certificate.bound(Fraction(1, 1000)) < 1 < certificate.bound(Fraction(1, 10))
        with pytest.raises(UndecidedError, match="at the cutoff radius 3"):
            certificate.bound(Fraction(2))
        for wrong in (certificate.W * 0, -certificate.W, np.roll(certificate.W, 1, axis=0)):
            spoilt = Certificate(THREE, chosen, wrong, certificate.centre, _defect_of(THREE, chosen, wrong))
            assert not spoilt.bound(Fraction(1, 10**9)) < 1


def _defect_of(env, chosen, W):
    from symsens.search.radius import _defect

    return _defect(env, chosen, W, np.linalg.pinv(_rotations(env).mid))


def test_the_norm_is_an_upper_bound_near_the_spectral_radius():
    rng = np.random.default_rng(0)
    for n in (1, 2, 9):
        E = rng.random((n, n)) ** 4
        radius = max(abs(np.linalg.eigvals(E)))
        assert radius <= weighted_norm(E) <= 1.05 * radius
    assert weighted_norm(np.array([[0.5, 1e3], [0.0, 0.5]])) < 3 and not weighted_norm(np.full((2, 2), np.nan)) < 1


def test_what_float64_cannot_invert_is_said_to_have_full_rank():
    found = certified_radius(axial(5, 3, 4, 1, -2, 6, Fraction(1, 10**25)), descriptor("angles:degree=4"))
    assert found.radius is None and found.reason.startswith("J has full rank, but || I - W J || <=")


def test_the_radius_hardly_depends_on_the_orientation():
    turn = [[Fraction(x, 7) for x in row] for row in ((2, -6, 3), (3, -2, -6), (6, 3, 2))]
    turned = replace(
        THREE, positions=tuple(tuple(sum(a * b for a, b in zip(row, y)) for row in turn) for y in THREE.positions)
    )
    a, b = (float(certified_radius(env, descriptor("angles:degree=3")).radius) for env in (THREE, turned))
    assert abs(a - b) <= 0.1 * a


def test_an_undecided_rank_is_named():
    env, chosen = axial(5, 3, 4, 1, -2, 6), descriptor("angles:degree=4")
    undecided = replace(certify(env, descriptor=chosen).filtration, undecided="at least 8, at most 9")
    assert certified_radius(env, chosen, undecided).reason == "the rank of J is not decided: at least 8, at most 9"
    assert certified_radius(
        THREE, chosen, replace(certify(THREE, descriptor=chosen).filtration, undecided="why")
    ).radius > Fraction(1, 100)


def test_a_form_without_taylor_coefficients_is_named():
    @dataclass(frozen=True)
    class Cusps(TupleSum):
        name = "cusps"

        def blocks(self, centre, species):
            return [Block(2, ("H", "H"), (Abs(invariants(2)[2] - 9),), ("|d - 9|",))]

    assert "has no value in" in certified_radius(FOUR, Cusps()).reason


def test_the_search_may_fail_and_the_answer_stays(monkeypatch):
    chosen = descriptor("angles:degree=3")
    best = certified_radius(THREE, chosen).radius

    def collide(*_):
        raise InputError("atoms coincide")

    monkeypatch.setattr(invertibility, "LEVELS", (0.0,))  # weights that are none
    plain = certified_radius(THREE, chosen).radius
    monkeypatch.setattr(invertibility, "_changes", collide)
    assert certified_radius(THREE, chosen).radius == plain <= best
    monkeypatch.setattr(invertibility, "HALVINGS", 1)
    near = descriptor(
        f"soap-dscribe:n_max=4,l_max=3,r_cut={float(THREE_FAR[1]) - 0.5 * np.sqrt(2 * np.log(1000)) + 1e-9}"
    )
    assert certified_radius(THREE_FAR[0], near).reason.startswith("J has full rank, but atom 3 of CH2O: at r_cut")


def test_a_basis_free_answer_has_no_radius():
    with pytest.raises(InputError, match="give a descriptor"):
        certify(THREE).radius()


def test_the_command_line(capsys):
    call = ["certify", "examples/F1.extxyz", "--centre", "0", "--descriptor", "angles:degree=4"]
    for arguments, code in [
        ([*call, "--radius"], 0),
        (["certify", "ase:H2O", "--centre", "0", "--descriptor", "angles:degree=2", "--radius"], 0),
    ]:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == code
    first, second = capsys.readouterr().out.split("ase:H2O")
    assert "Invertibility radius: none: 1 null direction (1 of incompleteness): not provable by this theorem" in first
    assert "Invertibility radius: none:" in second or "Invertibility radius = " in second
    with pytest.raises(SystemExit):
        main([*call, "--radius", "--json"])
    (report,) = json.loads(capsys.readouterr().out)["environments"]
    assert (
        report["invertibility_radius"]["radius"] is None
        and "incompleteness" in report["invertibility_radius"]["reason"]
    )
    with pytest.raises(SystemExit):
        main([*call, "--json"])
    assert json.loads(capsys.readouterr().out)["environments"][0]["invertibility_radius"] is None
    with pytest.raises(SystemExit) as end:
        main(["certify", "examples/F1.extxyz", "--radius"])
    assert end.value.code == 2 and "--radius needs a --descriptor" in capsys.readouterr().err
