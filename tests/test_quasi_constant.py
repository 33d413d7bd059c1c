"""Small or zero: near-singular twins are always regular with a proved positive singular value, the singular points have
an exact zero."""

import pytest

from symsens import Environment, Verdict, certify
from symsens.testing import KNOWN_CASES, displaced

SINGULAR = {
    case.name: case.environment
    for case in KNOWN_CASES
    if case.name in ("F1, axial family", "F2, circle + axial", "equal radii, one coincident pair angle")
}
SPEC = "power-spectrum:n_max=2,l_max=5,cutoff=10"  # at l_max = 4 the third loses one more to the angular truncation
SIZES = (3, 6, 9, 12, 20, 50)
SOAP = "soap-dscribe:n_max=8,l_max=6"
METHANE = [
    ("0.629118",) * 3,
    ("-0.629118", "-0.629118", "0.629118"),
    ("0.629118", "-0.629118", "-0.629118"),
    ("-0.629118", "0.629118", "-0.629118"),
]


def test_the_three_families_are_there():
    assert len(SINGULAR) == 3, [case.name for case in KNOWN_CASES]


@pytest.mark.parametrize("name", SINGULAR)
def test_at_the_point_itself_an_exact_zero(name):
    result = certify(SINGULAR[name], descriptor=SPEC)
    values = result.singular_values
    assert result.verdict is Verdict.PROVED and result.filtration["incompleteness"] == 1
    assert values[8].exact_zero and values[7].lower > 0


@pytest.mark.parametrize("name", SINGULAR)
def test_its_twins_have_a_proved_positive_one_that_shrinks_with_the_distance(name):
    before = None
    for exponent in SIZES:
        twin = displaced(SINGULAR[name], f"1e-{exponent}")
        assert certify(twin).filtration.rank == 9
        smallest = certify(twin, descriptor=SPEC).singular_values[8]
        assert not smallest.exact_zero and smallest.lower > 0 and smallest.relative_width() <= 1e-6
        if before is not None:
            # close to the point it falls as fast as the distance; farther away other small values mix in
            assert smallest.upper < before.lower / (50 if exponent > 6 else 1)
        before = smallest


def test_methane_by_the_soap_of_dscribe():
    at_td = certify(Environment(["H"] * 4, METHANE, centre_species="C"), descriptor=SOAP)
    assert at_td.filtration.rank == 1 and at_td.filtration["symmetry"] == 8 and at_td.verdict is Verdict.PROVED
    moves = ("0.13", "-0.07", "0.21"), ("0.02", "0.11", "-0.05"), ("-0.17", "0.03", "0.06"), ("0.09", "-0.14", "-0.01")
    generic = [tuple(f"{float(a) + float(b):.6f}" for a, b in zip(x, move)) for x, move in zip(METHANE, moves)]
    result = certify(Environment(["H"] * 4, generic, centre_species="C"), descriptor=SOAP)
    assert result.verdict is Verdict.PROVED and result.filtration.rank == 9


def test_equal_bonds_with_one_coincident_pair_angle_lose_one_direction_at_nu_2_only():
    env = SINGULAR["equal radii, one coincident pair angle"]
    scaled = Environment(env.species, [tuple(c / 9 for c in y) for y in env.positions], centre_species="C")
    assert certify(scaled, descriptor=SOAP).filtration.as_dict() == {
        "rigid": 3,
        "symmetry": 0,
        "incompleteness": 1,
        "angular_truncation": 0,
        "radial_truncation": 0,
    }
    assert certify(scaled, nu=3).filtration["incompleteness"] == 0
    assert certify(scaled, descriptor="bispectrum:n_max=2,l_max=3,radial=monomial").filtration.rank == 9
