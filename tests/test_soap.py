"""The SOAPs of dscribe, featomic and quippy: closed form, textbook sums, the packages themselves, refusals, known
ranks."""

from dataclasses import replace
from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
import textbooks
from ase import Atoms
from ase.build import molecule
from descriptor_laws import (
    check_closed_form,
    check_differences,
    check_invariance,
    check_null_space,
    check_values,
    close,
)
from feature_oracles import ENVIRONMENTS, mid
from mpmath import mp, mpf
from peer_cases import STRUCTURES, digits
from sympy import Rational, Symbol

from symsens.descriptors import descriptor
from symsens.errors import NotSmoothError, SpecError, UndecidedError
from symsens.forms.arithmetics import ball, floating, multiprecision
from symsens.forms.compile import program
from symsens.forms.jacobian import (
    ball_jacobian,
    ball_values,
    exact_jacobian,
    feature_labels,
    float_jacobian,
    midrad_jacobian,
    mp_values,
)
from symsens.forms.special import by_recurrence, ramp, scaled_bessel, scaled_kummer, step
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.numbers.rank import prove_rank_at_least_arb
from symsens.numbers.singular_values import enclose_singular_values
from symsens.peers import peer
from symsens.rows.filtration import exact_filtration

# With a cutoff function: the nearest neighbours of the environments inside 1.07, the others where it falls.
SMALL = {
    "soap-dscribe": "soap-dscribe:n_max=2,l_max=2,r_cut=3,sigma=1/2",
    "soap-featomic": "soap-featomic:max_radial=2,max_angular=2,cutoff=3,sigma=1/2,width=193/100",
    "soap-quippy": "soap-quippy:n_max=2,l_max=2,cutoff=3,sigma=1/2,width=193/100",
}
LARGE = {
    "soap-dscribe": "soap-dscribe:n_max=8,l_max=6",
    "soap-featomic": "soap-featomic:max_radial=7,max_angular=6",
    "soap-quippy": "soap-quippy:n_max=8,l_max=6",
}
PACKAGE = {"soap-dscribe": "dscribe-soap", "soap-featomic": "featomic-power-spectrum", "soap-quippy": "quippy-soap"}
NAMES = list(SMALL)


def own_centre(env):
    """The same environment around an atom of a species that its neighbours have."""
    return replace(env, centre_species=env.species[0])


@pytest.mark.parametrize("change", [lambda env: env, own_centre], ids=["centre", "own centre"])
@pytest.mark.parametrize("name", ["two", "three", "four"])
@pytest.mark.parametrize("soap", NAMES)
def test_values_are_the_textbook_sum(soap, name, change):
    env, chosen = change(ENVIRONMENTS[name]), descriptor(SMALL[soap])
    check_values(env, chosen, lambda: textbooks.soap(env, chosen))


@pytest.mark.parametrize(
    "spec",
    [
        "soap-dscribe:n_max=1,l_max=0",
        "soap-featomic:max_radial=0,max_angular=1,width=0",
        "soap-featomic:max_radial=4,max_angular=5,width=5",
        "soap-quippy:n_max=1,l_max=0",
    ],
)
def test_values_at_the_ends_of_the_parameters(spec):
    env, chosen = ENVIRONMENTS["three"], descriptor(spec)
    if "width=0" not in spec:
        return check_values(env, chosen, lambda: textbooks.soap(env, chosen))
    want = textbooks.soap(
        env, descriptor(spec.replace("width=0", "width=1/10"))
    )  # all neighbours inside: the width plays no part
    with mpmath.workdps(50):
        assert close(mp_values(env, chosen, 50), want, 12)
    return None


@pytest.mark.soak  # the table of descriptors says it of one species
@pytest.mark.parametrize("soap", NAMES)
def test_jacobian_is_that_of_the_expanded_closed_form(soap):
    # derive calls the centre X, a channel of its own
    check_closed_form(
        replace(ENVIRONMENTS["two"], centre_species="X"),
        descriptor(
            SMALL[soap]
            .replace("l_max=2", "l_max=1")
            .replace("max_radial=2,max_angular=2", "max_radial=1,max_angular=1")
        ),
    )


@pytest.mark.parametrize("soap", NAMES)
def test_jacobian_agrees_with_central_differences(soap):
    check_differences(own_centre(ENVIRONMENTS["three"]), descriptor(SMALL[soap]))


@pytest.mark.parametrize("name", ["three", "four"])
@pytest.mark.parametrize("soap", NAMES)
def test_invariance(soap, name):
    check_invariance(own_centre(ENVIRONMENTS[name]), descriptor(SMALL[soap]))


@pytest.mark.parametrize("name, nullity", [("two", 3), ("three", 3), ("four", 4), ("methane", 11)])
@pytest.mark.parametrize("soap", NAMES)
def test_null_space_contains_that_of_D(soap, name, nullity):
    assert check_null_space(ENVIRONMENTS[name], descriptor(SMALL[soap])) == nullity


# The packages.


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize(
    "soap, least",  # correct digits, a hundredfold more than rounding takes at this n_max
    [("soap-dscribe", 7.5), ("soap-featomic", 8), ("soap-quippy", 12)],
)
def test_agrees_with_the_package(soap, structure, least):
    atoms, package = STRUCTURES[structure], peer(PACKAGE[soap])
    env, chosen = Environment.from_ase(atoms, 0), descriptor(LARGE[soap])
    values = np.array([float(x) for x in ball_values(env, chosen, 80)])
    assert digits(package.features(atoms, 0), values) > least
    found = midrad_jacobian(Displacements.of_atoms(env), chosen)
    theirs = package.jacobian(atoms, 0).reshape(len(values), -1)
    assert digits(theirs, found.mid) > least
    # feature by feature, so that no two are exchanged
    size = np.abs(found.mid).max(axis=1)
    large = size > 1e-6 * size.max()
    assert large.sum() > 90
    assert (np.abs(theirs - found.mid).max(axis=1) <= 1e-3 * size)[large].all()
    order = np.flatnonzero(large)
    swapped = found.mid.copy()
    swapped[order] = swapped[np.roll(order, 1)]
    assert not (np.abs(theirs - swapped).max(axis=1) <= 1e-3 * size)[large].all()


@pytest.mark.parametrize("soap", NAMES)
def test_channels_of_absent_species_as_in_the_package(soap):
    atoms = molecule("CH4")
    values = [float(x) for x in ball_values(Environment.from_ase(atoms, 0), descriptor(SMALL[soap] + ",species=O:H:C"))]
    small = {
        "soap-dscribe": "n_max=2,l_max=2,r_cut=3",
        "soap-featomic": "max_radial=2,max_angular=2,cutoff=3,width=1.93",
        "soap-quippy": "n_max=2,l_max=2,cutoff=3,width=1.93",
    }
    theirs = peer(f"{PACKAGE[soap]}:{small[soap]},species=C:H:O").features(atoms, 0)
    assert len(values) == len(theirs)
    assert (
        np.allclose(values, theirs, rtol=0, atol=1e-10 * max(theirs))
        and np.count_nonzero(np.abs(values) > 1e-30) < len(values) / 3
    )


def test_quippy_puts_the_centre_into_the_only_channel():
    env, package = Environment.from_ase(molecule("CH4"), 0), peer("quippy-soap:n_max=2,l_max=1")
    only = descriptor("soap-quippy:n_max=2,l_max=1,species=H")
    values = [float(x) for x in ball_values(env, only)]
    other = Environment(env.species, env.positions, "H")
    assert values == [float(x) for x in ball_values(other, descriptor("soap-quippy:n_max=2,l_max=1"))]
    as_hydrogen = molecule("CH4")
    as_hydrogen.numbers[0] = 1
    assert digits(package.features(as_hydrogen, 0), np.array(values)) > 12


@pytest.mark.parametrize("soap", NAMES)
def test_labels(soap):
    env = ENVIRONMENTS["two"]
    labels = feature_labels(env, descriptor(SMALL[soap]))
    assert len(set(labels)) == len(labels)
    want = {
        "soap-dscribe": ["H-H l=0 n=0 n'=0", "H-H l=0 n=0 n'=1", "H-H l=0 n=1 n'=1", "H-H l=1 n=0 n'=0"],
        "soap-featomic": ["H-H l=0 n=0 n'=0", "H-H l=0 n=0 n'=1", "H-H l=0 n=0 n'=2", "H-H l=0 n=1 n'=0"],
        "soap-quippy": ["H n=0 H n'=0 l=0", "H n=0 H n'=0 l=1", "H n=0 H n'=0 l=2", "H n=1 H n'=0 l=0"],
    }[soap]
    assert list(labels[:4]) == want
    assert soap != "soap-quippy" or labels[-1] == "covariance_sigma0"


# Arithmetics


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("soap", NAMES)
def test_midpoint_and_radius_contain_the_balls_and_are_tight(soap, vary):
    env, chosen = Environment.from_ase(molecule("CH3CH2OH"), 0), descriptor(LARGE[soap].replace("8", "5"))
    balls, found = (
        ball_jacobian(Displacements.named(env, vary), chosen, 200),
        midrad_jacobian(Displacements.named(env, vary), chosen),
    )
    entries = balls.entries()
    with flint.ctx.workprec(200):
        for x, m, r in zip(entries, found.mid.ravel().tolist(), found.rad.ravel().tolist(), strict=True):
            assert not abs(x - flint.arb(m)) > flint.arb(r)
        assert not all(
            abs(x - flint.arb(m * (1 + 1e-11))) <= flint.arb(r)
            for x, m, r in zip(entries, found.mid.ravel().tolist(), found.rad.ravel().tolist())
        )
    size = np.abs(found.mid).max(axis=1, keepdims=True)
    assert (found.rad <= 1e-12 * size + 1e-14 * size.max()).all()
    assert np.abs(float_jacobian(Displacements.named(env, vary), chosen) - found.mid).max() <= 1e-10 * size.max()


@pytest.mark.parametrize("soap", NAMES)
def test_nothing_is_rational(soap):
    assert exact_jacobian(ENVIRONMENTS["two"], descriptor(SMALL[soap])) is None


def test_constants_are_enclosed():
    for spec in (
        "soap-quippy:n_max=12,l_max=0,sigma=3/5",
        "soap-dscribe:n_max=16,l_max=0",
        "soap-featomic:max_radial=15,max_angular=0",
    ):
        family = descriptor(spec).blocks("C", ("H",))[0].families[0]
        (matrix,) = set(family.mixing)
        with flint.ctx.workprec(100):
            balls = matrix.values(ball())
        assert min(x.rel_accuracy_bits() for x in balls) >= 96
        with mpmath.workprec(160):
            assert all(
                abs(mid(x) - y) <= 2 * mpf(float(x.rad()))
                for x, y in zip(balls, matrix.values(multiprecision()), strict=True)
            )


def test_functions_that_sympy_lacks():
    for arithmetic, convert in ((multiprecision(), mpf), (ball(), flint.arb)):
        f = arithmetic.functions
        assert [float(f["ramp"](convert(x))) for x in (-2, 3)] == [0, 3] and [
            float(f["step"](convert(x))) for x in (-2, 3)
        ] == [0, 1]
    straddling = flint.arb(0, 1e-3)
    assert (
        ball().functions["ramp"](straddling).contains(flint.arb("0.001"))
        and ball().functions["ramp"](straddling) > -0.01
    )
    assert ball().functions["step"](straddling).contains(0) and ball().functions["step"](straddling).contains(1)
    with mpmath.workdps(30):
        for l, x in ((0, mpf(2)), (4, mpf("0.01")), (6, mpf(700)), (40, mpf("1e-9"))):  # noqa: E741
            want = mp.exp(-x) * mp.sqrt(mp.pi / (2 * x)) * mp.besseli(l + mpf(1) / 2, x) / x**l
            for value in (
                multiprecision().functions["scaled_bessel"](l, x),
                mid(ball().functions["scaled_bessel"](l, flint.arb(str(x)))),
            ):
                assert abs(value - want) <= abs(want) * mpf(10) ** -12
            assert abs(mpf(str(scaled_bessel(l, 1 / (1 / x)).evalf(30))) - want) <= abs(want) * mpf(10) ** -25
            assert (
                abs(mpf(floating().functions["scaled_bessel"](l, np.array([float(x)]))[0]) - want)
                <= abs(want) * mpf(10) ** -13
            )
    assert (scaled_bessel(3, 0), ramp(-1), ramp(2), step(-1), step(2)) == (Fraction(1, 105), 0, 2, 0, 1)


def test_recurrences_give_the_functions_again():
    x = Symbol("x", positive=True)
    bessel = [(l, scaled_bessel(l, 3 * x)) for l in (0, 1, 2, 5, 9)]
    kummer = [
        ((k, l), scaled_kummer(Rational(k + l + 3, 2), l + Rational(3, 2), x / 2)) for k in (0, 1, 4) for l in range(8)
    ]
    kummer += [((k, l), f.diff(x)) for (k, l), f in kummer]
    definitions, forms = by_recurrence([f for _, f in bessel + kummer])
    left = set().union(
        *(form.atoms(scaled_bessel, scaled_kummer) for form in (*forms, *(value for _, value in definitions)))
    )
    assert len(left) < 20 < len({f for _, form in bessel + kummer for f in form.atoms(scaled_bessel, scaled_kummer)})
    with mpmath.workdps(40), flint.ctx.workprec(200):
        for point in ("0.01", "2.5", "40"):
            v = mpf(point)
            want = [
                mp.exp(-3 * v) * mp.sqrt(mp.pi / (6 * v)) * mp.besseli(l + mpf(1) / 2, 3 * v) / (3 * v) ** l
                for l, _ in bessel
            ]
            f = lambda z, k, l: mp.exp(-z / 2) * mp.hyp1f1(mpf(k + l + 3) / 2, l + mpf(3) / 2, z / 2)  # noqa: E731
            half = len(kummer) // 2
            want += [f(v, *o) for o, _ in kummer[:half]] + [mp.diff(lambda z: f(z, *o), v) for o, _ in kummer[half:]]  # noqa: B023
            compiled = program((x,), tuple(form for _, form in bessel + kummer))
            for arithmetic, number, digits_ in (
                (multiprecision(), v, 30),
                (ball(), flint.arb(point), 25),
                (floating(), np.array([float(point)]), 12),
            ):
                found = [
                    mid(y) if isinstance(y, flint.arb) else mpf(y) if np.ndim(y) == 0 else mpf(float(y[0]))
                    for y in compiled(arithmetic, [number])
                ]
                assert all(abs(a - b) <= abs(b) * mpf(10) ** -digits_ for a, b in zip(found, want, strict=True))


# Refusals


@pytest.mark.parametrize("soap", ["soap-featomic", "soap-quippy"])
def test_both_ends_of_the_cutoff_are_refused(soap):
    chosen = descriptor(
        f"{soap}:cutoff=5,width=1/2" + (",max_radial=1,max_angular=1" if "featomic" in soap else ",n_max=2,l_max=1")
    )
    for r, said in (
        (5, "atom 2 .*at the cutoff radius 5"),
        ("9/2", "atom 2 .*at 9/2, where the cutoff function begins to fall"),
    ):
        env = Environment(("H", "O"), [(1, 0, 0), (0, r, 0)], "C")
        for use in (
            chosen.check_smooth,
            lambda env: ball_jacobian(env, chosen),
            lambda env: float_jacobian(env, chosen),
        ):
            with pytest.raises(NotSmoothError, match=said):
                use(env)
        for near in ("1e-30", "-1e-30"):  # beside it all is well, on either side, within balls wider than the distance
            shifted = Environment(("H", "O"), [(1, 0, 0), (0, Fraction(r) + Fraction(near), 0)], "C")
            balls = ball_jacobian(shifted, chosen, 80)
            assert max(float(x.rad()) for x in balls.entries()) < 1e-15
    beyond = Environment(("H", "O"), [(1, 0, 0), (0, "5.001", 0)], "C")
    assert float_jacobian(beyond, chosen)[:, :3].any() and not float_jacobian(beyond, chosen)[:, 3:].any()


def test_featomic_without_smoothing_jumps_at_the_cutoff_only():
    chosen = descriptor("soap-featomic:cutoff=5,width=0,max_radial=1,max_angular=1")
    chosen.check_smooth(Environment(("H",), [(0, "9/2", 0)], "C"))
    with pytest.raises(NotSmoothError, match="cutoff radius 5"):
        chosen.check_smooth(Environment(("H",), [(0, 5, 0)], "C"))


def test_dscribe_drops_atoms_beyond_its_reach_and_says_where_it_cannot_tell():
    chosen = descriptor("soap-dscribe:n_max=2,l_max=1")
    with mpmath.workdps(1300):
        reach = mpmath.nstr(5 + mpmath.sqrt(2 * mpmath.log(1000)) / 2, 1290)
    at = lambda r: Environment(("H", "O"), [(1, 0, 0), (0, r, 0)], "C", source="edge.xyz")  # noqa: E731
    inside, outside = (at(Fraction(reach[:60]) + Fraction(k, 10**50)) for k in (-1, 1))
    assert float_jacobian(inside, chosen)[:, 4].any() and not float_jacobian(outside, chosen)[:, 3:].any()
    with pytest.raises(UndecidedError, match="atom 2 of edge.xyz: at r_cut .*, or beside it: .*4096 bits do not show"):
        chosen.check_smooth(at(reach))


@pytest.mark.parametrize(
    "spec, said",
    [
        ("soap-dscribe:r_cut=1", "r_cut=1: give a number above 1"),
        ("soap-dscribe:l_max=21", "an integer from 0 to 20"),
        ("soap-dscribe:n_max=40,l_max=20,species=H:C:N:O", "symbolic terms.*lower n_max or l_max"),
        ("soap-dscribe:rcut=4", "did you mean r_cut"),
        ("soap-featomic:width=6", "width=6 exceeds cutoff=5"),
        ("soap-featomic:width=-1", "width=-1: give a number from 0"),
        ("soap-quippy:width=0", "width=0: give a number above 0"),
        ("soap-quippy:width=11/2", "width=11/2 exceeds cutoff=5"),
        ("soap-quippy:species=C:Xx", "species=C:Xx: give chemical symbols .*did you mean X"),
        ("soap-dscribe:species=C:H", "species=H:C lacks O"),
        ("soap-featomic:species=O:H", "species=H:O lacks C"),
        ("soap-quippy:species=O", "species=O lacks H"),
        ("soap-dscrib", "did you mean soap-dscribe"),
    ],
)
def test_bad_specs_are_refused(spec, said):
    with pytest.raises(SpecError, match=said):
        ball_values(ENVIRONMENTS["two"], descriptor(spec))


def test_spec_round_trip():
    for spec in (*SMALL.values(), "soap-quippy:n_max=2,l_max=1,species=H:C"):
        assert descriptor(str(descriptor(spec))) == descriptor(spec)


# Known ranks


@pytest.mark.parametrize(
    "spec, dependent", [("soap-quippy:n_max=3,l_max=1", True), ("soap-dscribe:n_max=3,l_max=1", False)]
)
def test_the_radial_functions_of_quippy_are_dependent_above_l_zero(spec, dependent):
    env = Environment(("H",) * 3, [(1, 0, 0), (0, "6/5", 0), (0, 0, "7/5")], "H")
    values = dict(zip(feature_labels(env, descriptor(spec)), ball_values(env, descriptor(spec), 300)))
    label = "H n={1} H n'={0} l={2}" if "quippy" in spec else "H-H l={2} n={0} n'={1}"
    with flint.ctx.workprec(300):
        for l in (0, 1):  # noqa: E741
            p = [[values[label.format(min(n, m), max(n, m), l)] for m in range(3)] for n in range(3)]
            if "quippy" in spec:
                p = [[x / (1 if n == m else flint.arb(2).sqrt()) for m, x in enumerate(row)] for n, row in enumerate(p)]
            size = p[0][0] * p[1][1] * p[2][2]
            # l = 0 is a product of one vector; l = 1 of three
            determinant = flint.arb_mat(p).det() / size
            assert determinant.contains(0) == (dependent or l == 0) and float(determinant.rad()) < 1e-60


@pytest.mark.parametrize("soap", NAMES)
def test_methane_sees_one_displacement(soap):
    env, chosen = ENVIRONMENTS["methane"], descriptor(LARGE[soap])
    filtration = exact_filtration(env, 2)
    assert filtration.rank == filtration.symmetry_allowed_rank == 1
    assert prove_rank_at_least_arb(lambda bits: ball_jacobian(env, chosen, bits), 1).rank == 1
    first, *rest = enclose_singular_values(midrad_jacobian(env, chosen), 1)
    assert first.relative_width() < 1e-12 and all(value.exact_zero for value in rest)
    generic = Environment(
        env.species, [(1, "1/10", 0), ("-1/3", 1, "1/5"), ("-1/4", "-1/2", "6/5"), ("1/7", "-2/3", -1)], "C"
    )
    values = enclose_singular_values(midrad_jacobian(generic, chosen), 9)
    assert values[8].lower > 0 and exact_filtration(generic, 2).rank == 9


def test_planar_environment_has_rank_seven_and_its_smallest_singular_value():
    """All atoms variable, over the largest; NumPy finds the same in the packages' own Jacobians (test_peer_defects)."""
    atoms = Atoms("CH4", [[0, 0, 0], [1.05, 0.13, 0], [-0.21, 1.12, 0], [-0.98, -0.35, 0], [0.33, -1.17, 0]])
    env = Environment.from_ase(atoms, 0)
    assert exact_filtration(Displacements.of_atoms(env), 2).rank == 7
    for soap, known in (("soap-dscribe", "4.452e-3"), ("soap-featomic", "4.321e-3")):
        values = enclose_singular_values(midrad_jacobian(Displacements.of_atoms(env), descriptor(LARGE[soap])), 7)
        low, high = values[6].lower / values[0].upper, values[6].upper / values[0].lower
        assert Fraction(known) - Fraction(1, 2 * 10**6) <= low <= high <= Fraction(known) + Fraction(1, 2 * 10**6)
