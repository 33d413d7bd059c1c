"""The Coulomb matrix: power sums, eigenvalues, sorted entries; exact values, orders, dscribe, ties."""

from fractions import Fraction

import numpy as np
import pytest
from descriptor_laws import (
    check_differences,
    close,
)
from feature_oracles import ENVIRONMENTS, TD
from mpmath import mp
from sympy import Rational
from test_peers import STRUCTURES, digits

from symsens import certify
from symsens.descriptors import descriptor
from symsens.descriptors.coulomb import check_spectrum, coulomb_matrix, row_order
from symsens.errors import InputError, NotSmoothError, SpecError, UndecidedError
from symsens.forms.arithmetics import multiprecision
from symsens.forms.jacobian import (
    exact_jacobian,
    exact_values,
    float_jacobian,
    float_values,
    mp_values,
)
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.jobs.derivation import derive
from symsens.peers import peer

POWERS, EIGENVALUES, SORTED = (
    descriptor(f"coulomb:form={form},atoms=6") for form in ("powers", "eigenvalues", "sorted")
)
ALL = [POWERS, EIGENVALUES, SORTED]


def test_eigenvalues_and_power_sums_are_one_matrix():
    env = ENVIRONMENTS["three"]
    with mp.workdps(60):
        values, sums = mp_values(env, EIGENVALUES, 60), mp_values(env, POWERS, 60)
        assert close([mp.fsum(v**k for v in values) for k in range(1, 5)], sums, 50)
    # dtr M^k = sum_i k lambda_i^(k-1) dlambda_i
    jacobian, eigen, lam = (
        float_jacobian(env, POWERS),
        float_jacobian(env, EIGENVALUES),
        float_values(env, EIGENVALUES),
    )
    want = np.array([k * lam ** (k - 1) @ eigen for k in range(1, 5)])
    assert abs(jacobian - want).max() < 1e-12 * abs(want).max()
    wrong = np.array([k * lam**k @ eigen for k in range(1, 5)])
    assert abs(jacobian - wrong).max() > 0.1 * abs(want).max()


def test_exact_for_hydrogen_at_rational_distances():
    env = Environment(("H", "H"), [(3, 0, 0), (0, 4, 0)], "H")
    values = exact_values(env, POWERS)
    assert [Fraction(int(x.p), int(x.q)) for x in values[:2]] == [
        Fraction(3, 2),
        Fraction(3, 4) + 2 * (Fraction(1, 9) + Fraction(1, 16) + Fraction(1, 25)),
    ]
    jacobian = exact_jacobian(env, POWERS)
    got = derive("coulomb:k_max=4", 2, jacobian=True, species=("H", "H"), centre="H")
    where = {"s_1": 9, "s_2": 16, "d_12": 0}
    coefficient = got.gradients[1][0][0]
    assert coefficient.xreplace({t: Rational(where[t.name]) for t in coefficient.free_symbols}) * 3 == Rational(
        int(jacobian[1, 0].p), int(jacobian[1, 0].q)
    )
    assert (
        exact_values(ENVIRONMENTS["two"], POWERS) is None and exact_jacobian(ENVIRONMENTS["three"], EIGENVALUES) is None
    )


def test_order():
    assert [descriptor(f"coulomb:k_max={k}").order(ENVIRONMENTS["four"]) for k in (1, 2, 3, 4, 9)] == [1, 2, 3, 3, 3]
    assert EIGENVALUES.order(ENVIRONMENTS["two"]) == 2 and EIGENVALUES.order(Environment(("H",), [(1, 0, 0)], "C")) == 1
    # F1 is singular at nu = 2, and nothing but rigid motions is left at nu = 3
    assert EIGENVALUES.order(ENVIRONMENTS["four"]) == 3


def test_an_order_above_four_where_four_is_incomplete(monkeypatch):
    import symsens.descriptors.coulomb as module

    monkeypatch.setattr(module, "exact_filtration", lambda env, nu: {"incompleteness": 1})
    env = Environment(("H",) * 5, [(k, k * k, 1) for k in range(5)], "C")
    assert descriptor("coulomb:k_max=4").order(env) == 4
    with pytest.raises(UndecidedError, match="of order nu = 5 here, and nu = 4 is incomplete"):
        EIGENVALUES.order(env)


def test_certify():
    env = Environment(("H", "H", "O"), ENVIRONMENTS["three"].positions, "C")
    result = certify(env, descriptor="coulomb:form=eigenvalues")
    assert (result.filtration.rank, str(result.verdict)) == (3, "PROVED")  # 4 eigenvalues of constant sum
    result = certify(env, descriptor="coulomb:form=sorted,atoms=5")
    assert (result.filtration.rank, str(result.verdict)) == (6, "PROVED")  # all distances
    methane = certify(ENVIRONMENTS["methane"], descriptor="coulomb")
    assert (methane.filtration.rank, methane.filtration["symmetry"], str(methane.verdict)) == (1, 8, "PROVED")


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("form, permutation", [("eigenvalues", "eigenspectrum"), ("sorted", "sorted_l2")])
def test_agrees_with_dscribe(name, form, permutation):
    atoms = STRUCTURES[name].copy()
    atoms.rattle(0.05, seed=7)  # CH4 and ethanol have atoms of equal rows
    size = len(atoms) + 1
    chosen, env = descriptor(f"coulomb:form={form},atoms={size}"), Structure.from_ase(atoms).environment(0)
    package = peer(f"dscribe-coulomb:permutation={permutation},n_atoms_max={size}")
    values, jacobian = float_values(env, chosen), float_jacobian(Displacements.of_atoms(env), chosen)
    assert digits(package.features(atoms, 0), values) > 14
    assert digits(package.jacobian(atoms, 0).reshape(len(values), -1), jacobian) > 6
    assert digits(values[::-1], values) < 1
    # the centre is one of the atoms: whichever it is, the features are the same
    other = Structure.from_ase(atoms).environment(2)
    assert (
        digits(float_values(other, chosen), values) > 13
        and digits(float_jacobian(Displacements.of_atoms(other), chosen), jacobian) > 11
    )


# Ties


def test_atoms_of_equal_rows_are_refused_exactly():
    ethanol = Structure.from_ase(STRUCTURES["ethanol"]).environment(0)
    with pytest.raises(NotSmoothError, match="atoms 4 and 5 of .*their rows of the Coulomb matrix have the same norm"):
        float_jacobian(ethanol, descriptor("coulomb:form=sorted"))
    with pytest.raises(NotSmoothError, match="same norm"):
        descriptor("coulomb:form=sorted").check_smooth(ENVIRONMENTS["methane"])
    # no symmetry, yet equal: 1/4 + 1/4 = sum over other distances, by construction 1/s is the same
    base = [(1, 0, 0), (-1, 0, 0), (0, 0, 3)]
    with pytest.raises(NotSmoothError, match="atoms 1 and 2"):
        SORTED.check_smooth(Environment(("H", "H", "O"), base, "C"))
    SORTED.check_smooth(Environment(("H", "H", "O"), [(1, 0, "1e-30"), *base[1:]], "C"))
    assert np.isfinite(float_jacobian(Environment(("H", "H", "O"), [(1, 0, "1e-3"), *base[1:]], "C"), SORTED)).all()


def test_the_order_of_rows():
    env = Environment(("H", "O", "H"), [(1, 0, 0), (0, 0, "5/4"), (0, 2, 0)], "C")
    assert row_order(env) == [2, 0, 1, 3]
    assert list(np.argsort(-(np.array(coulomb_matrix(env, multiprecision()), dtype=float) ** 2).sum(axis=1))) == [
        2,
        0,
        1,
        3,
    ]


@pytest.mark.parametrize(
    "species, positions, atoms",
    [
        (("H",) * 4, TD, {"1", "2", "3", "4"}),
        (("C",) * 3, [(1, 0, 0), (1, 1, 0), (0, 1, 0)], {"0", "1", "2", "3"}),  # a square around none of its atoms
    ],
)
def test_multiple_eigenvalues_by_symmetry(species, positions, atoms):
    env = Environment(species, positions, "C")
    with pytest.raises(NotSmoothError, match="a symmetry permutes them in turn, so that two eigenvalues") as refused:
        float_values(env, EIGENVALUES)
    named = str(refused.value).split("atoms ")[1].split(" of ")[0].replace(" and ", ", ").split(", ")
    assert 3 <= len(named) <= 4 and set(named) <= atoms
    strained = Environment(
        species, [(x + Fraction(j, 50), y, z + Fraction(j, 30)) for j, (x, y, z) in enumerate(env.positions, 1)], "C"
    )
    check_differences(strained, EIGENVALUES, 45)


@pytest.mark.parametrize(
    "species, positions, centre",
    [
        (("H", "H", "O"), [(1, "1/2", 0), (-1, "1/2", 0), (0, 2, 0)], "C"),  # C2v
        (("O", "C", "C"), [(0, 0, 1), (0, 1, 0), (0, 1, 1)], "O"),  # a rectangle
    ],
)
def test_symmetries_of_order_two_make_no_tie(species, positions, centre):
    check_differences(Environment(species, positions, centre), EIGENVALUES, 45)


def test_eigenvalues_that_balls_cannot_tell_apart_are_undecided():
    # Nearly square: at 10^-400 no symmetry is left, and the double eigenvalue splits by as little.
    square = [(1, 0, 0), (1, 1, 0), (0, "1" + "." + "0" * 1200 + "1", 0)]
    with pytest.raises(UndecidedError, match="two eigenvalues of .* agree in absolute value, or to 2048 bits"):
        check_spectrum(Environment(("C",) * 3, square, "C"))
    check_spectrum(Environment(("C",) * 3, [*square[:2], (0, "1.0000000000000000000000000000000000000001", 0)], "C"))


def test_row_norms_of_unlike_atoms_that_tie_are_undecided():
    # 32 = 2^5, so that 32^4.8 is rational: |row H|^2 = 1/4 + 2^22 + 1024/|y|^2 = 2^22 + 1/4 + 1024/|y|^2 = |row Ge|^2
    e = Fraction(1, 2**11)
    with pytest.raises(UndecidedError, match="two row norms .* agree to 2048 bits"):
        row_order(Environment(("H", "Ge"), [(e, 0, 0), (e, 64, 0)], "H"))
    assert row_order(Environment(("H", "Ge"), [(e, 0, 0), (e, "64.000000001", 0)], "H")) == [1, 0, 2]
    assert row_order(Environment(("H", "Ge"), [(e, 0, 0), (e, "63.999999999", 0)], "H")) == [1, 2, 0]


# Input


def test_refusals():
    with pytest.raises(InputError, match="'X' in .* is no chemical element"):
        float_values(Environment(("H",), [(1, 0, 0)]), POWERS)
    with pytest.raises(InputError, match="5 atoms in CH4, more than atoms=4: raise it"):
        float_values(ENVIRONMENTS["four"], descriptor("coulomb:form=eigenvalues,atoms=4"))
    with pytest.raises(SpecError, match="form=sorted sorts what a matrix decides, it has no closed form"):
        derive("coulomb:form=sorted", 3)
    with pytest.raises(SpecError, match="summands, more than"):
        derive("coulomb:k_max=9", 5)


@pytest.mark.parametrize(
    "spec, said",
    [("form=power", "did you mean powers"), ("k_max=0", "an integer from 1 to 40"), ("atoms=1000", "from 1 to 100")],
)
def test_bad_specs(spec, said):
    with pytest.raises(SpecError, match=said):
        descriptor(f"coulomb:{spec}")


def test_derive_names_unknown_charges():
    got = derive("coulomb:k_max=2", 1)
    assert "= 2*Z**4/s_1 + Z**(24/5)/2" in got.text or "Z**(24/5)/2 + 2*Z**4/s_1" in got.text
    assert "72/s_1" in derive("coulomb:k_max=2", 1, species=("H",), centre="C").text


def test_no_neighbours():
    alone = Environment((), (), "C")
    assert float_jacobian(alone, POWERS).shape == (4, 0) and float_jacobian(alone, EIGENVALUES).shape == (6, 0)
    assert float_values(alone, EIGENVALUES)[0] == pytest.approx(6**2.4 / 2) and float_values(alone, SORTED)[
        0
    ] == pytest.approx(6**2.4 / 2)
    assert descriptor(str(SORTED)) == SORTED
