"""certify with a descriptor: each null direction at its step, every other singular value enclosed, evidence beside the
proof."""

import json

import pytest
from ase.build import molecule

from symsens import Environment, InputError, Verdict, certify
from symsens.certificates.exact import certificate_text
from symsens.checker.exact import Refuted, check, load
from symsens.errors import SpecError
from symsens.jobs.basis_size import basis

F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
SCALENE = [(5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2), (0, 0, 5)]
METHANE = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]


def environment(positions):
    return Environment(["H"] * len(positions), positions)


@pytest.mark.parametrize(
    "positions, spec, steps",
    [
        (F1, "power-spectrum:n_max=2,l_max=3,radial=monomial", (3, 0, 1, 0, 0)),
        (METHANE, "power-spectrum:n_max=2,l_max=3,radial=monomial", (3, 8, 0, 0, 0)),
        (SCALENE, "power-spectrum:n_max=3,l_max=6,radial=monomial", (3, 0, 1, 2, 0)),
        (SCALENE, "power-spectrum:n_max=3,l_max=8,radial=monomial", (3, 0, 1, 0, 0)),
        (SCALENE, "power-spectrum:n_max=1,l_max=6,radial=monomial", (3, 0, 1, 2, 9)),
        (SCALENE, "power-spectrum:n_max=1,l_max=0,radial=monomial", (3, 0, 1, 15, 2)),
        (F1, "distances:k_max=2", (3, 0, 6, None, 1)),
        (F1, "distances:k_max=3", (3, 0, 6, None, 0)),
    ],
)
@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_each_null_direction_has_its_step(positions, spec, steps, vary):
    result = certify(environment(positions), descriptor=spec, vary=vary)
    rigid = steps[0] + 3 * (vary == "atoms")
    assert result.verdict is Verdict.PROVED and tuple(result.filtration.as_dict().values()) == (rigid, *steps[1:])
    values, rank = result.singular_values, result.filtration.rank
    assert len(values) == result.filtration.displacements
    assert all(value.exact_zero == (i >= rank) for i, value in enumerate(values))
    assert all(value.lower > 0 and value.relative_width() <= 1e-6 for value in values[:rank])
    assert all(a.upper >= b.upper for a, b in zip(values, values[1:]))
    (certificate,) = load(certificate_text([result.certificate]))
    assert check(certificate)


def test_more_digits_are_given_when_asked():
    result = certify(environment(F1), descriptor="power-spectrum:n_max=2,l_max=3,radial=monomial", digits=40)
    for value, plain in zip(result.singular_values, result.as_dict()["singular_values"]):
        assert value.relative_width() * 10**40 <= 1
        assert plain["exact_zero"] or len(plain["lower"].replace(".", "")) >= 40


def test_a_lost_direction_cannot_be_claimed_as_seen():
    certificate = json.loads(
        json.dumps(
            certify(environment(SCALENE), descriptor="power-spectrum:n_max=3,l_max=6,radial=monomial").certificate
        )
    )
    del certificate["levels"][3]["null_vectors"][0]
    certificate["claims"]["filtration"]["angular_truncation"] -= 1
    certificate["claims"]["rank"] += 1
    certificate["claims"]["nullity"] -= 1
    with pytest.raises(Refuted):
        check(certificate)


@pytest.mark.parametrize(
    "positions, spec",
    [
        (F1, "power-spectrum:n_max=2,l_max=3,radial=monomial"),
        (METHANE, "power-spectrum:n_max=2,l_max=2,radial=monomial"),
    ],
)
def test_on_the_ladder_true_zeros_fall_and_the_others_stay(positions, spec):
    result = certify(environment(positions), descriptor=spec)
    ladder = result.ladder()
    assert ladder.digits == (30, 60, 120)
    for value, exponent in zip(result.singular_values, ladder.exponents):
        assert abs(exponent - (-1 if value.exact_zero else 0)) < 0.1


def test_a_tiny_displacement_makes_the_smallest_singular_value_positive():
    # the quasi-constant question: small is not zero
    for exponent in (3, 6, 9, 12, 20, 50):
        moved = [
            tuple(f"{c}.{'0' * (exponent - 1)}{7 * i + 3 * k + 1}" for k, c in enumerate(x)) for i, x in enumerate(F1)
        ]
        result = certify(environment(moved), descriptor="power-spectrum:n_max=2,l_max=3,radial=monomial")
        smallest = result.singular_values[8]
        assert result.filtration.rank == 9 and smallest.lower > 0 and smallest.upper < 10.0 ** (5 - exponent)


def test_four_equidistant_neighbours_need_l_max_5():
    from fractions import Fraction

    def on_sphere(a, b):
        d = 1 + a * a + b * b
        return (2 * a / d, 2 * b / d, (a * a + b * b - 1) / d)

    points = [on_sphere(Fraction(a, 7), Fraction(b, 5)) for a, b in [(1, 3), (-4, 2), (5, -1), (-2, -6)]]
    found = basis(environment(points))
    assert found.nullity_by_l_max == (8, 6, 4, 2, 1, 0) and found.l_max_needed == 5


def test_the_scalene_layers_need_l_max_8():
    found = basis(environment(SCALENE))
    assert found.nullity_by_l_max == (16, 12, 9, 7, 5, 4, 3, 2, 1) and found.complete == 1 and found.l_max_needed == 8


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(nu=5), "nu = 5"),
        (dict(nu=0), "nu = 0"),
        (dict(vary="nothing"), "vary = 'nothing'"),
        (dict(digits=0), "digits = 0"),
        (dict(nu=3, descriptor="power-spectrum"), "power-spectrum is of order nu = 2"),
        (dict(descriptor="power-spektrum"), "did you mean power-spectrum"),
        (dict(descriptor="power-spectrum:nmax=3"), "did you mean n_max"),
    ],
)
def test_what_cannot_be_asked(arguments, message):
    with pytest.raises(InputError, match=message):
        certify(environment(F1), **arguments)
    assert issubclass(SpecError, InputError)


def test_a_verdict_has_no_truth_value():
    with pytest.raises(TypeError, match="no truth value"):
        bool(certify(environment(F1)).verdict)


def test_the_ladder_needs_a_descriptor():
    with pytest.raises(InputError, match="give a descriptor"):
        certify(environment(F1)).ladder()


def test_ethanol_by_its_power_spectrum():
    result = certify(
        Environment.from_ase(molecule("CH3CH2OH"), 0), descriptor="power-spectrum:n_max=2,l_max=6,radial=monomial"
    )
    assert result.filtration.rank == result.filtration.symmetry_allowed_rank == 13
