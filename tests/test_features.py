"""Descriptors: SPECs and their refusals, conditions and smoothness, polynomial features, derivations."""

import textwrap
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import mpmath
import pytest
from feature_oracles import ENVIRONMENTS
from sympy import Rational, exp, sqrt

from symsens import spec as specs
from symsens.descriptors import NAMES, base, descriptor
from symsens.descriptors.angles import Angles
from symsens.descriptors.base import TupleSum, plan_of
from symsens.descriptors.distances import Distances
from symsens.descriptors.power_spectrum import PowerSpectrum
from symsens.errors import NotSmoothError, SpecError
from symsens.forms import blocks as form_blocks
from symsens.forms.blocks import Block, Condition, invariants, number
from symsens.forms.jacobian import (
    ball_jacobian,
    exact_jacobian,
    exact_values,
    feature_labels,
    float_jacobian,
    mp_values,
)
from symsens.forms.polynomials import polynomial_features
from symsens.geometry.environment import Environment
from symsens.jobs.derivation import derive
from symsens.spec import integer, rational

EXACT = ["distances:k_max=4", "angles:degree=3", "power-spectrum:n_max=2,l_max=3,radial=monomial"]


def test_spec_words_are_python_words():
    assert descriptor("power-spectrum:n_max=8,l_max=6,radial=monomial") == PowerSpectrum(
        n_max=8, l_max=6, radial="monomial"
    )
    assert descriptor("distances") == Distances()
    assert hash(descriptor("angles:degree=2")) == hash(Angles(degree=2))


@pytest.mark.parametrize(
    "spec, said",
    [
        ("power-spectum", "did you mean power-spectrum?"),
        ("zzz", "distances, angles"),
        ("", "unknown descriptor ''"),
        ("power-spectrum:nmax=3", "did you mean n_max?"),
        ("power-spectrum:n_max", "unknown parameter|n_max"),
        ("power-spectrum:n_max=3,n_max=4", "given twice"),
        ("power-spectrum:n_max=0", "an integer from 1 to 60"),
        ("power-spectrum:n_max=2.5", "n_max=2.5: give an integer"),
        ("power-spectrum:n_max=__import__", "n_max=__import__: give an integer"),
        ("power-spectrum:radial=monomal", "did you mean monomial?"),
        ("power-spectrum:n_max=60,l_max=60", "symbolic terms, more than .*: lower n_max or l_max"),
        ("angles:degree=nan", "degree=nan: give an integer"),
    ],
)
def test_bad_specs_are_refused_with_the_nearest_good_one(spec, said):
    with pytest.raises(SpecError, match=said):
        exact_values(ENVIRONMENTS["two"], descriptor(spec))


def test_every_name_loads_its_class():
    for name, load in NAMES.items():
        assert load().name == name and descriptor(name) == load()()


def test_sizes():
    env = ENVIRONMENTS["four"]
    assert len(feature_labels(env, Distances(5))) == 5
    assert len(feature_labels(env, Angles(1))) == 2  # s_k (= s_j) and d
    assert len(feature_labels(env, PowerSpectrum(8, 6))) == 7 * comb(9, 2)
    assert len(set(feature_labels(ENVIRONMENTS["three"], PowerSpectrum(3, 2)))) == 3 * (6 + 9 + 6)


# A descriptor made up here: everything in `base` that the three above do not use.


def _made_up():
    @dataclass(frozen=True)
    class Bonds(TupleSum):
        """F = sum_j r_j (s_j - r_c^2)^2 + sum_(j < k) sqrt(r_jk) / 2, r < r_c; weighted by species."""

        name = "bonds"
        formula = "F"
        k_max: int = integer(2, low=1, high=3)
        cutoff: Fraction = rational(2, above=0)
        shift: Fraction = rational(None)

        def blocks(self, centre, species):
            (s,), (s1, s2, d) = invariants(1), invariants(2)
            edge = number(self.cutoff) ** 2
            inside = Condition(edge - s, f"cutoff radius {self.cutoff}")
            line = Condition(s1 * s2 - d**2, "collinear neighbours", inside=False)
            weight = {"H": Rational(1), "O": sqrt(2)}
            one = [
                Block(1, (z,), [sqrt(s) * (s - edge) ** 2], ["F"], scale=weight[z], conditions=[inside])
                for z in species
            ]
            two = [
                Block(
                    2,
                    (a, b),
                    [sqrt(s1 + s2 - 2 * d)],
                    ["F"],
                    distinct=True,
                    scale=Rational(1, 2),
                    conditions=[inside, line],
                )
                for a in species
                for b in species
            ]
            return [Block(0, (), [Rational(3)], ["F"]), *one, *two]

    return Bonds


def test_cutoffs_drop_tuples_and_refuse_their_edge():
    bonds = _made_up()
    near = Environment(("H", "O"), [(1, 0, 0), (0, 1, 0)])
    far = Environment(("H", "O", "H"), [(1, 0, 0), (0, 1, 0), (3, 0, 0)])
    edge = Environment(("H", "O", "H"), [(1, 0, 0), (0, 1, 0), (0, 0, 2)], source="edge.xyz")
    values = [mp_values(env, bonds(), 30)[0] for env in (near, far)]
    with mpmath.workdps(30):
        want = 3 + 9 + 9 * mpmath.sqrt(2) + mpmath.sqrt(2)
        assert all(abs(value - want) < mpmath.mpf(10) ** -28 for value in values)
    assert not float_jacobian(far, bonds())[:, 6:].any() and float_jacobian(far, bonds())[:, :6].any()
    for use in (
        bonds().check_smooth,
        lambda env: exact_jacobian(env, bonds()),
        lambda env: ball_jacobian(env, bonds()),
    ):
        with pytest.raises(NotSmoothError, match="atom 3 of edge.xyz: cutoff radius 2"):
            use(edge)
    inner = Environment(("H", "O", "H"), [(1, 0, 0), (0, 1, 0), (0, 0, "1999999/1000000")])
    bonds().check_smooth(inner)


def test_collinear_neighbours_are_refused_where_it_matters():
    bonds = _made_up()
    line = Environment(("H", "O"), [(1, 0, 0), ("-1/2", 0, 0)])
    with pytest.raises(NotSmoothError, match="atoms 1 and 2 .*collinear"):
        bonds().check_smooth(line)
    bonds().check_smooth(Environment(("H", "O"), [(1, 0, 0), ("-1/2", "1e-30", 0)]))
    bonds().check_smooth(Environment(("H", "O"), [(1, 0, 0), (-3, 0, 0)]))  # the other one is beyond the cutoff


def test_irrational_forms_have_no_exact_jacobian():
    assert (
        exact_jacobian(ENVIRONMENTS["two"], _made_up()()) is None
        and exact_values(ENVIRONMENTS["two"], _made_up()()) is None
    )


def test_optional_parameters():
    bonds = _made_up()
    assert str(bonds()) == "bonds:k_max=2" and str(bonds(shift="1.50")) == "bonds:k_max=2,shift=3/2"
    with pytest.raises(SpecError, match="bonds: cutoff=-1: give a number above 0"):
        bonds(cutoff=-1)


def test_the_example_in_the_docstring_of_base_works():
    lines = base.__doc__.split("::", 1)[1].split("Law:")[0]
    scope = {"dataclass": dataclass, "Fraction": Fraction, "exp": exp, **vars(specs), **vars(form_blocks), **vars(base)}
    exec(textwrap.dedent(lines), scope)
    bonds = specs.parse_spec("bonds:k_max=2,cutoff=3", {"bonds": lambda: scope["Bonds"]})
    env = Environment(("H", "H"), [(1, 0, 0), (0, 2, 0)])
    with mpmath.workdps(30):
        want = [mpmath.fsum(mpmath.exp(-k * s) * (1 - mpmath.mpf(s) / 9) ** 2 for s in (1, 4)) for k in (1, 2)]
        assert all(abs(a - b) < mpmath.mpf(10) ** -28 for a, b in zip(mp_values(env, bonds, 30), want, strict=True))
    assert float_jacobian(env, bonds).shape == (2, 6) and "exp(-s_1)" in derive(bonds, 1).text
    with pytest.raises(NotSmoothError, match="cutoff radius 3"):
        bonds.check_smooth(Environment(("H",), [(3, 0, 0)]))


# Certificates, derivations


def test_polynomial_features_give_the_values_again():
    env = ENVIRONMENTS["three"]
    gram = [[Fraction(x, env.gram_scale) for x in row] for row in env.gram]
    for spec in EXACT:
        features, want = polynomial_features(env, plan_of(env, descriptor(spec))), exact_values(env, descriptor(spec))
        for feature, value in zip(features, want, strict=True):
            nu, total = len(feature["species"]), Fraction(0)
            places = [[j for j in range(env.n) if env.species[j] == z] for z in feature["species"]]
            for j in places[0]:
                for k in places[-1] if nu == 2 else [j]:
                    t = [gram[j][j]] if nu == 1 else [gram[j][j], gram[k][k], gram[j][k]]
                    for coefficient, powers in feature["terms"]:
                        term = Fraction(coefficient)
                        for x, e in zip(t, powers, strict=True):
                            term *= x**e
                        total += term
            assert total == Fraction(int(value.p), int(value.q))


def test_only_plain_polynomials_are_polynomial_features():
    assert polynomial_features(ENVIRONMENTS["two"], plan_of(ENVIRONMENTS["two"], _made_up()())) is None


def test_derive_text_and_latex():
    got = derive("power-spectrum:n_max=1,l_max=1,radial=monomial", 2, jacobian=True)
    assert "= 2*d_12 + s_1 + s_2" in got.text and "dF_2/dx_1 = (2) x_1 + (2) x_2" in got.text
    assert r"F_{2} &= 2 d_{12} + s_{1} + s_{2}" in got.latex and r"\sum_{j \in Z}" in got.latex
    assert r"\frac{\partial F_{2}}{\partial \mathbf{x}_{1}} &= 2\,\mathbf{x}_{1} + 2\,\mathbf{x}_{2}" in got.latex
    assert "dF" not in derive("distances", 3).text
    assert "summed where 4 - s_1 > 0: cutoff radius 2" in derive(_made_up()(), 2, species=("H", "O")).text


@pytest.mark.parametrize(
    "spec, n, said",
    [("distances", 0, "at least 1"), ("angles:degree=20", 30, "summands"), ("angle", 2, "did you mean angles")],
)
def test_derive_refuses(spec, n, said):
    with pytest.raises(SpecError, match=said):
        derive(spec, n)
