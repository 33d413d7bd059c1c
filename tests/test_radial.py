"""Radial bases and cutoff functions: against mpmath's own functions, central differences at 100 digits, and SymPy's
jacobian."""

from fractions import Fraction
from functools import cache

import flint
import mpmath
import numpy as np
import pytest
from feature_oracles import ENVIRONMENTS, central_differences, expanded_jacobian, mid
from mpmath import mpf
from sympy import Symbol

from symsens.descriptors import descriptor
from symsens.descriptors.parts.radial import BASES, CUTOFF_FUNCTIONS
from symsens.errors import NotSmoothError, SpecError, UndecidedError
from symsens.forms import constants
from symsens.forms.arithmetics import ball, exact, floating, multiprecision
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    exact_jacobian,
    float_jacobian,
    midrad_jacobian,
    mp_jacobian,
    mp_values,
)
from symsens.geometry.environment import Environment

N_MAX, L_MAX, R_C, DIGITS = 3, 2, 4, 40
SPECS = [f"n_max={N_MAX},l_max={L_MAX},cutoff={R_C},radial={basis}" for basis in BASES]
SPECS += [
    f"n_max={N_MAX},l_max={L_MAX},cutoff={R_C},radial=gaussian,width=3/2,cutoff_function={f}"
    for f in CUTOFF_FUNCTIONS[1:]
]
SPECS += [f"n_max={N_MAX},l_max={L_MAX},cutoff={R_C},radial=monomial,cutoff_function=polynomial"]


def options(spec):
    return dict(pair.split("=") for pair in spec.split(","))


@cache
def overlap_root(l):  # noqa: E741
    a = [7 * (mpf(N_MAX) / ((n + 1) * R_C)) ** 2 for n in range(N_MAX)]
    s = mpmath.matrix(
        [
            [mpmath.quad(lambda r: r ** (2 * l + 2) * mpmath.exp(-(x + y) * r**2), [0, 1, 3, mpmath.inf]) for x in a]
            for y in a
        ]
    )
    return mpmath.inverse(mpmath.sqrtm(s)), a


def radial(spec, n, l, r):  # noqa: E741
    """R_nl(r) f(r) from the definition in words."""
    o = options(spec)
    basis, x = o["radial"], r / R_C
    if basis == "monomial":
        value = r ** (2 * n + l)
    elif basis == "laguerre":
        value = r**l * mpmath.laguerre(n, l + mpf(1) / 2, r**2 / (mpf(R_C) / 3) ** 2)
    elif basis == "gto":
        value = r**l * mpmath.exp(-7 * (N_MAX * r / ((n + 1) * R_C)) ** 2)
    elif basis == "gto-orthonormal":
        root, a = overlap_root(l)
        value = r**l * mpmath.fsum(root[n, k] * mpmath.exp(-a[k] * r**2) for k in range(N_MAX))
    elif basis == "chebyshev":
        value = mpmath.chebyt(n, 2 * x - 1)
    elif basis == "gaussian":
        w = mpf(3) / 2 if "width" in o else mpf(R_C) / N_MAX
        value = mpmath.exp(-((r - mpf(R_C) * n / (N_MAX - 1)) ** 2) / (2 * w**2))
    else:
        z = mpmath.besseljzero(l + mpf(1) / 2, n + 1)
        value = mpmath.sqrt(mpmath.pi / (2 * z * x)) * mpmath.besselj(l + mpf(1) / 2, z * x) if r else mpf(l == 0)
    function = o.get("cutoff_function", "none")
    return (
        value
        * {
            "none": lambda: 1,
            "cosine": lambda: (1 + mpmath.cos(mpmath.pi * x)) / 2,
            "polynomial": lambda: (1 - x**2) ** 3,
            "tanh3": lambda: mpmath.tanh(1 - x) ** 3,
        }[function]()
    )


def power_spectrum(env, spec, centre):
    atoms = []
    for z, y in zip(env.species, env.positions):
        x = mpmath.matrix([mpf(c.numerator) / c.denominator for c in y])
        atoms.append((z, mpmath.norm(x), x / mpmath.norm(x)))
    table = {
        (i, n, l): radial(spec, n, l, r)
        for i, (_, r, _) in enumerate(atoms)
        for n in range(N_MAX)
        for l in range(L_MAX + 1)
    }
    species = sorted({*env.species, *([env.centre_species] if centre else [])}, key=["H", "C", "O"].index)
    own = [radial(spec, n, 0, mpf(0)) for n in range(N_MAX)] if centre else []
    out = []

    def density(z, n):
        """c_n00 of species z, without Y_00."""
        total = mpmath.fsum(table[i, n, 0] for i, atom in enumerate(atoms) if atom[0] == z)
        return total + (own[n] if centre and z == env.centre_species else 0)

    for p, a in enumerate(species):
        for b in species[p:]:
            for l in range(L_MAX + 1):  # noqa: E741
                for n in range(N_MAX):
                    for m in range(n if a == b else 0, N_MAX):
                        if l == 0:
                            out.append(density(a, n) * density(b, m))
                            continue
                        pairs = [
                            (i, j) for i, u in enumerate(atoms) if u[0] == a for j, v in enumerate(atoms) if v[0] == b
                        ]
                        angle = lambda i, j: (atoms[i][2].T * atoms[j][2])[0]  # noqa: E731
                        out.append(
                            mpmath.fsum(
                                table[i, n, l] * table[j, m, l] * mpmath.legendre(l, angle(i, j)) for i, j in pairs
                            )
                        )
    return out


@pytest.mark.parametrize("centre", [False, True])
@pytest.mark.parametrize("spec", SPECS)
def test_power_spectrum_is_the_textbook_sum(spec, centre):
    env = Environment(("H", "H", "O"), [(1, "1/2", 0), ("-1/3", 1, "2/5"), (0, "-1/2", "4/3")], "H")
    chosen = descriptor(f"power-spectrum:{spec},centre={str(centre).lower()}")
    with mpmath.workdps(DIGITS):
        want, got = power_spectrum(env, spec, centre), mp_values(env, chosen, DIGITS)
        assert len(want) == len(got)
        assert max(abs(a - b) for a, b in zip(want, got)) <= mpf(10) ** -30
        assert all(
            abs(mid(x) - y) <= mpf(10) ** -30 and float(x.rad()) < 1e-30
            for x, y in zip(ball_values(env, chosen, 200), got)
        )


@pytest.mark.parametrize("spec", SPECS)
def test_radial_is_the_textbook_sum(spec):
    env = ENVIRONMENTS["four"]
    with mpmath.workdps(DIGITS):
        r = [mpmath.sqrt(mpf(env.gram[j][j]) / env.gram_scale) for j in range(env.n)]
        want = [mpmath.fsum(radial(spec, n, 0, x) for x in r) for n in range(N_MAX)]
        got = mp_values(env, descriptor("radial:" + spec.replace(f"l_max={L_MAX},", "")), DIGITS)
        assert max(abs(a - b) for a, b in zip(want, got, strict=True)) <= mpf(10) ** -30


@pytest.mark.parametrize("spec", [f"power-spectrum:{spec},centre=true" for spec in SPECS])
def test_jacobian_by_central_differences_and_in_every_arithmetic(spec):
    env, chosen = ENVIRONMENTS["three"], descriptor(spec)
    want = central_differences(env, lambda moved: mp_values(moved, chosen, 100))
    balls = ball_jacobian(env, chosen, 300).entries()
    scale = max(map(abs, want))
    with mpmath.workdps(100):
        assert max(float(x.rad()) for x in balls) <= 1e-60 * scale
        assert max(abs(mid(x) - y) for x, y in zip(balls, want, strict=True)) <= scale * mpf(10) ** -50
        numbers = mp_jacobian(env, chosen, 60)
        assert max(abs(x - y) for x, y in zip(numbers, want, strict=True)) <= scale * mpf(10) ** -50
    floats = np.array([float(x) for x in balls]).reshape(-1, 3 * env.n)
    assert np.abs(float_jacobian(env, chosen) - floats).max() <= 1e-12 * scale
    enclosure = midrad_jacobian(env, chosen)
    assert enclosure.rad.max() <= 1e-12 * scale
    for x, m, r in zip(balls, enclosure.mid.ravel().tolist(), enclosure.rad.ravel().tolist()):
        assert not abs(x - flint.arb(m)) > flint.arb(r)


@pytest.mark.parametrize("spec", [f"power-spectrum:{spec}" for spec in SPECS])
def test_jacobian_equals_sympys_own(spec):
    env = ENVIRONMENTS["two"]
    chosen = descriptor(spec.replace(f"n_max={N_MAX}", "n_max=2"))
    want = expanded_jacobian(env, chosen)
    numbers = {}
    for family in {f for block in chosen.blocks("C", ("H", "O")) for f in block.families}:
        for more in (*family.constants, *family.mixing):
            with mpmath.workdps(70):
                numbers.update(zip(more.symbols, map(str, more.values(multiprecision()))))
    got = ball_jacobian(env, chosen, 250)
    for x, y in zip(got.entries(), want, strict=True):
        value = (
            y.evalf(60, subs={Symbol(s.name, **s.assumptions0): v for s, v in numbers.items()})
            if y.free_symbols
            else y.evalf(60)
        )
        with mpmath.workdps(70):
            assert abs(mid(x) - mpf(str(value))) <= mpf(10) ** -40 * (1 + abs(mid(x))) and float(x.rad()) < 1e-40


def test_only_polynomial_bases_are_exact():
    env = ENVIRONMENTS["three"]
    exact_ones = {spec for spec in SPECS if exact_jacobian(env, descriptor(f"power-spectrum:{spec}")) is not None}
    assert {options(s)["radial"] for s in exact_ones} == {"monomial", "laguerre"}


@pytest.mark.parametrize("function", CUTOFF_FUNCTIONS[1:])
@pytest.mark.parametrize("name", ["radial", "power-spectrum"])
def test_the_cutoff_radius_is_refused_and_beyond_it_nothing_counts(name, function):
    chosen = descriptor(f"{name}:radial=gto,cutoff=2,cutoff_function={function}")
    at = Environment(("H", "H"), [(1, 0, 0), (0, 2, 0)])
    beyond = Environment(("H", "H"), [(1, 0, 0), (0, 2, "1e-20")])
    with pytest.raises(NotSmoothError, match="atom 2 .*at the cutoff radius 2"):
        ball_jacobian(at, chosen)
    jacobian = float_jacobian(beyond, chosen)
    assert jacobian[:, :3].any() and not jacobian[:, 3:].any()
    just_inside = Environment(("H", "H"), [(1, 0, 0), (0, "19999/10000", 0)])
    assert 0 < np.abs(float_jacobian(just_inside, chosen)[:, 3:]).max() < 1e-2  # continuously differentiable
    float_jacobian(at, descriptor(f"{name}:radial=gto,cutoff=2"))  # no cutoff function, no edge


@pytest.mark.parametrize(
    "spec, said",
    [
        ("radial=gtoo", "did you mean gto"),
        ("cutoff=0", "a number above 0"),
        ("cutoff_function=cos", "cosine"),
        ("centre=maybe", "true or false"),
        ("width=nan", "width=nan"),
    ],
)
def test_bad_values_are_refused(spec, said):
    with pytest.raises(SpecError, match=said):
        descriptor(f"power-spectrum:{spec}")


ROTATION = [[Fraction(x, 9) for x in row] for row in ((1, -8, 4), (4, 4, 7), (-8, 1, 4))]


@pytest.mark.parametrize("spec", [f"power-spectrum:{spec},centre=true" for spec in SPECS])
def test_invariance_in_balls(spec):
    env = ENVIRONMENTS["three"]
    moved = [
        tuple(-sum(m * c for m, c in zip(row, y)) for row in ROTATION) for y in env.positions
    ]  # a rotation and an inversion
    other = Environment(env.species[::-1], moved[::-1], env.centre_species)
    chosen = descriptor(spec)
    for x, y in zip(ball_values(env, chosen, 200), ball_values(other, chosen, 200), strict=True):
        assert x.overlaps(y) and float(x.rad()) < 1e-45 * max(1.0, abs(float(x)))


# Constants


def test_constants_are_enclosed_at_every_precision():
    (root,) = descriptor("radial:n_max=9,radial=gto-orthonormal").blocks("C", ("H",))[0].families[0].mixing
    for prec in (60, 200):
        with flint.ctx.workprec(prec):
            balls = root.values(ball())
        assert min(x.rel_accuracy_bits() for x in balls) >= prec - 3
        with mpmath.workprec(prec + 40):
            assert all(
                abs(mid(x) - y) <= 2 * mpf(float(x.rad())) + abs(y) * mpf(2) ** -prec
                for x, y in zip(balls, root.values(multiprecision()))
            )
    assert np.allclose(root.values(floating()), [float(x) for x in balls], rtol=1e-15)
    zeros = constants.BesselRoots(3, 4)
    with flint.ctx.workprec(100):
        assert zeros.values(ball())[0].overlaps(flint.arb.pi())
        for i, z in enumerate(zeros.values(ball())):
            assert z.bessel_j(flint.arb(2 * (i // 4) + 1) / 2).contains(0) and z.rel_accuracy_bits() > 90
    assert exact_jacobian(ENVIRONMENTS["two"], descriptor("radial:radial=bessel")) is None and exact() is exact()


def test_a_root_that_is_no_root_is_not_enclosed(monkeypatch):
    monkeypatch.setattr(constants.BesselRoots, "_multiprecision", lambda self: [mpf(3)])
    constants._values.cache_clear()
    with pytest.raises(UndecidedError, match="no enclosure"):
        constants.BesselRoots(0, 1).values(ball())


def test_orthonormal_functions_are_orthonormal():
    with mpmath.workdps(30):
        root, a = overlap_root(1)
        for n in range(N_MAX):
            for m in range(N_MAX):
                f = lambda i, r: mpmath.fsum(root[i, k] * mpmath.exp(-a[k] * r**2) for k in range(N_MAX))  # noqa: E731
                product = mpmath.quad(lambda r: r**4 * f(n, r) * f(m, r), [0, 1, 3, 10, 40])
                assert abs(product - (n == m)) < mpf(10) ** -15
