"""The rule point-group: names of stabilisers against the groups by which environments were made, and forged names."""

import re
from collections import Counter
from fractions import Fraction
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from checker_cases import BENT, F1, METHANE, environment, put, stored

from symsens import Environment, certify
from symsens.checker import Malformed, Refuted, check
from symsens.checker.fields import QQ, Element, Field
from symsens.checker.point_groups import name
from symsens.geometry.exact_groups import exact_group
from symsens.numbers.metric import apply
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


KINDS = {  # (determinant, trace)
    (1, 3): "E", (1, -1): "C2", (1, 0): "C3", (1, 1): "C4", (1, 2): "C6",
    (-1, -3): "i", (-1, 1): "m", (-1, -2): "S3", (-1, -1): "S4", (-1, 0): "S6",
}  # fmt: skip


@pytest.mark.parametrize("name", GROUPS)
def test_the_counts_are_those_of_numpy(name):
    counts = Counter(
        KINDS[round(np.linalg.det(q)), round(np.trace(q))] for q in np.array(GROUPS[name].operations, float)
    )
    told = ", ".join(["E", *(f"{counts[kind]} {kind}" for kind in KINDS.values() if kind != "E" and counts[kind])])
    assert statement(certify(made_by(GROUPS[name]), nu=1).certificate) == f"point group {name}: {told} [point-group]"


FIELD_GROUPS = [
    *"C5 C5v C5h C7 C7v C7h C9h C10 C12v D5 D5h D5d D7 D7d D8 D8h D9h D10h D12 D4d D6d D7d D8d S8 S10 S12 S14".split(),
    *"I Ih C2v D2d S4 Td Th O Oh".split(),
]


def checked_name(group, seeds):
    """What the rule says of the orbits of these points under all elements of an exact group."""
    field = QQ
    if group.field.degree > 1:
        field = Field("c", [int(c) for c in group.field.polynomial], group.field.root)
        field.check()
    read = lambda x: Element(field, x.numerators, x.denominator) if field is not QQ else Fraction(x)
    positions, permutations = [], [[] for _ in group.elements]
    for seed in seeds:
        orbit = list(dict.fromkeys(apply(g, [group.field.parse(c) for c in seed]) for g in group.elements))
        place = {y: len(positions) + i for i, y in enumerate(orbit)}
        for permutation, g in zip(permutations, group.elements):
            permutation += [place[apply(g, y)] for y in orbit]
        positions += orbit
    env = SimpleNamespace(
        field=field, n=len(positions), chiral=False, positions=[[read(x) for x in y] for y in positions]
    )
    rest = zip(permutations, group.elements)
    generators = [{"permutation": p, "isometry": [[read(x) for x in row] for row in g]} for p, g in rest]
    return name(env, generators, len(set(map(tuple, permutations)))), generators, env


@pytest.mark.parametrize("symbol", FIELD_GROUPS)
def test_groups_over_fields_get_their_names(symbol):
    group = exact_group(symbol)
    found, generators, env = checked_name(group, [("1", "2/7", "3/5")])
    told, _, kinds = found.partition(": E")
    assert told == symbol and sum(int(kind.split()[0]) for kind in kinds.split(", ")[1:]) == group.order - 1
    for lost in range(1, len(group.generators) + 1):
        fewer = [generators[i] for i in (0, *group.products[0])][:-lost]
        smaller = name(env, fewer, 0).partition(":")[0]
        assert smaller != symbol


def test_a_plane_over_a_field():
    """A regular pentagon: its plane is a mirror, and its name that of all isometries."""
    found, _, _ = checked_name(exact_group("D5h"), [("1", "0", "0")])
    assert found == "D5h: E, 5 C2, 4 C5, 6 m, 4 S5"


OTHERS = "C1 Ci Cs C5 C5v C5h C10 C10v C10h D5 D5h D10 D10d D10h S10 S20 I Ih D2d C2h D*h Kh K D5D".split()


@pytest.mark.parametrize("other", OTHERS)
def test_no_other_name_of_a_group_over_a_field_is_proved(other):
    true = stored("field-point-group")
    assert statement(true) == "point group D5d: E, 5 C2, 4 C5, 1 i, 5 m, 4 S10 [point-group]"
    with pytest.raises(Refuted, match=f"point_group: D5d: E, 5 C2, 4 C5, 1 i, 5 m, 4 S10; not {re.escape(other)}"):
        check(true | {"point_group": other})


def test_an_isometry_that_is_altered_is_refused_before_its_group_is_named():
    true = stored("field-point-group")
    for i, generator in enumerate(true["generators"]):
        for j, k in product(range(3), range(3)):
            forged = put(true, f"generators.{i}.isometry.{j}.{k}", ["1", "1"])
            if generator["isometry"][j][k] != ["1", "1"]:
                with pytest.raises(Refuted, match="isometry|permute"):
                    check(forged)


def test_an_icosahedron():
    found, _, _ = checked_name(exact_group("Ih"), [("0", "1", "(1 + sqrt(5))/2")])
    assert found == "Ih: E, 15 C2, 20 C3, 24 C5, 1 i, 15 m, 20 S6, 24 S10"


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
