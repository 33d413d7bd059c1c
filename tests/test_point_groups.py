"""The rule point-group: names of stabilisers against the groups by which environments were made, and forged names."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from checker_cases import BENT, F1, METHANE, environment, put, stored

from symsens import Environment, certify
from symsens.checker import Malformed, Refuted, check
from symsens.checker.point_groups import KINDS, NAMES, elements, prime_to
from symsens.testing.groups import POINT_GROUPS, metrics

SEEDS = [("1", "2/7", "3/5"), ("-1/3", "5/4", "7/9"), ("2/3", "-4/7", "11/8")]  # general places
GROUPS = {group.schoenflies: group for group in POINT_GROUPS}


def made_by(group):
    """Two or three orbits of general places, each of a species of its own: no symmetry but that of the group."""
    orbits = [
        group.orbit(tuple(map(Fraction, seed))) for seed in SEEDS[: 3 if group.order < 4 else 2 - (group.order == 48)]
    ]
    species = [kind for kind, orbit in zip("HON", orbits) for _ in orbit]
    metric = metrics(group.system)[-1]
    return Environment(species, [y for orbit in orbits for y in orbit], "C", metric=metric)


def statement(certificate):
    (found,) = [line for line in check(certificate) if line.endswith("[point-group]")]
    return found


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_made_from_its_matrices_gets_its_name_and_no_other(name):
    result = certify(made_by(GROUPS[name]), nu=1)
    certificate = result.certificate
    assert result.point_group == name and result.rules["point_group"].name == "point-group"
    assert statement(certificate).startswith(f"point group {name}: E")
    for other in {"Oh" if name == "Td" else "Td", "D*h"} - {name}:
        with pytest.raises(Refuted, match=f"point_group: {name}: E"):
            check(certificate | {"point_group": other})


@pytest.mark.parametrize("name", GROUPS)
def test_the_table_counts_what_numpy_counts(name):
    counts = {}
    for q in np.array(GROUPS[name].operations, dtype=float):
        key = round(np.linalg.det(q)), round(np.trace(q))
        counts[KINDS[key]] = counts.get(KINDS[key], 0) + 1
    assert counts.pop("E") == 1
    assert NAMES[", ".join(["E", *(f"{counts[kind]} {kind}" for kind in KINDS.values() if kind in counts)])] == name


def test_the_names_are_those_of_the_32_groups():
    assert sorted(NAMES.values()) == sorted(GROUPS) and len(NAMES) == 32


@pytest.mark.parametrize(
    "positions, species, found",
    [
        ([], "", "Kh: there are no neighbours"),
        ([(1, 2, 3)], "H", "C*v: the neighbours lie on a line, and no isometry exchanges its ends"),
        ([(1, 2, 3), (-1, -2, -3)], "HH", "D*h: the neighbours lie on a line, and the inversion exchanges its ends"),
        ([(1, 2, 3), (-1, -2, -3)], "HO", "C*v: the neighbours lie on a line, and no isometry exchanges its ends"),
        ([(1, 0, 0), (0, 1, 0)], "HH", "C2v: E, 1 C2, 2 m"),
        ([(1, 0, 0), (0, 1, 0)], "HO", "Cs: E, 1 m"),
        ([(1, 0, 0), (0, 1, 0), (-1, -1, 0)], "HHH", "C2v: E, 1 C2, 2 m"),
        ([(1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0)], "HHHH", "D4h: E, 5 C2, 2 C4, 1 i, 5 m, 2 S4"),
        (METHANE, "HHHH", "Td: E, 3 C2, 8 C3, 6 m, 6 S4"),
        (F1, "HHHH", "C1: E"),
        (BENT, "HOH", "Cs: E, 1 m"),
    ],
)
def test_small_environments(positions, species, found):
    for vary in ("neighbours", "atoms"):
        certificate = certify(Environment(tuple(species), positions, "C"), vary=vary).certificate
        assert statement(certificate) == f"point group {found} [point-group]"


@pytest.mark.parametrize(
    "positions, species, found",
    [
        ([], "", "K: there are no neighbours"),
        ([(1, 2, 3)], "H", "C*: the neighbours lie on a line, and no rotation exchanges its ends"),
        ([(1, 2, 3), (-1, -2, -3)], "HH", "D*: the neighbours lie on a line, and a half-turn exchanges its ends"),
        ([(1, 2, 3), (-1, -2, -3)], "HO", "C*: the neighbours lie on a line, and no rotation exchanges its ends"),
        ([(1, 0, 0), (0, 1, 0)], "HH", "C2: E, 1 C2"),
        ([(1, 0, 0), (0, 1, 0)], "HO", "C1: E"),
        (METHANE, "HHHH", "T: E, 3 C2, 8 C3"),
    ],
)
def test_groups_of_rotations(positions, species, found):
    certificate = certify(Environment(tuple(species), positions, "C"), chiral=True).certificate
    assert statement(certificate) == f"point group {found} [point-group]"


def test_the_name_of_the_levels_above_a_closed_form_is_proved_too():
    result = certify(environment(METHANE), descriptor="acsf:cutoff=8")
    assert statement(result.certificate).startswith("point group Td: ")
    assert "Certificate: rule closed-form-rank, and point-group for Td" in str(result)
    with pytest.raises(Refuted, match="point_group"):
        check(put(result.certificate, "above.point_group", "T"))


def test_a_certificate_without_a_name_says_nothing_of_it():
    assert not [line for line in check(stored("methane")) if "point" in line]
    assert check(stored("methane") | {"point_group": "Td"})


@pytest.mark.parametrize("value", ["", 1, [], {}, "Td\n", "x" * 1001, True])
def test_what_is_no_name_is_malformed(value):
    with pytest.raises(Malformed, match="point_group"):
        check(stored("methane") | {"point_group": value})


def test_denominators_that_the_first_prime_divides_change_nothing():
    """Methane in a frame with which its isometries have denominators 2^61 - 1."""
    there, back = ([[1, Fraction(sign, 2**61 - 1), 0], [0, 1, 0], [0, 0, 1]] for sign in (1, -1))
    times = lambda a, b: [[sum(x * y for x, y in zip(row, column)) for column in zip(*b)] for row in a]
    generators = stored("methane")["generators"]
    turned = []
    for g in generators:
        isometry = times(times(there, [[Fraction(x) for x in row] for row in g["isometry"]]), back)
        turned.append({"permutation": g["permutation"], "isometry": isometry})
    group, prime = elements(turned, 4)
    assert prime < 2**61 - 1 and len(group) == 24


def test_the_modulus_is_a_prime_that_divides_no_denominator():
    """The first two odd numbers that do not divide 2^61 - 1 are no primes: denominators may not divide those either."""
    largest = 2**61 - 1
    assert all(not sympy.isprime(largest - k) for k in (2, 4)) and prime_to([[[Fraction(1, 3)]]]) == largest
    for other in (1, *sympy.primefactors(largest - 2), *sympy.primefactors(largest - 4)):
        found = prime_to([[[Fraction(1, largest)]], [[Fraction(1, other)]]])
        assert found == sympy.prevprime(largest) and other % found and found != largest


def test_no_more_than_48_elements_are_made():
    turn = [[Fraction(3, 5), Fraction(-4, 5), Fraction(0)], [Fraction(4, 5), Fraction(3, 5), Fraction(0)]]
    endless = {"permutation": [0], "isometry": [*turn, [Fraction(0), Fraction(0), Fraction(1)]]}
    with pytest.raises(Refuted, match="more than 48 isometries"):
        elements([endless], 1)
