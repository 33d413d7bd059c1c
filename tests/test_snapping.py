"""Snapping: the symmetry that noise hides is found, named and made exact; oracles are spglib and the literature."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import spglib
from ase import Atoms
from ase.build import molecule
from molecules import CRYSTALS, G2, GRAPHENE, MADE, named_molecule, of_places, rattled, ring

from symsens import Structure, certify, snapped
from symsens.errors import InputError
from symsens.geometry.approximate_groups import nearest_isometry, schoenflies
from symsens.geometry.cartesian import to_atoms, to_cartesian
from symsens.geometry.cluster_symmetry import cluster_stabiliser
from symsens.geometry.exact_groups import exact_group
from symsens.numbers.metric import IDENTITY, apply, multiply
from symsens.testing.groups import POINT_GROUPS, metrics

KNOWN = G2 | {name: rest for name, (_, *rest) in MADE.items()}
NOISE, TOLERANCE = 2e-4, "1e-3"
spglib.error.OLD_ERROR_HANDLING = False  # it raises what is wrong
FINITE = "C1 Ci Cs C2 C3 C4 C5 C6 C7 C8 C2v C3v C4v C5v C6v C9v C2h C3h C4h C5h C6h C7h D2 D3 D4 D5 D6 D10 D12 D2h D3h D4h D5h D6h D8h D9h D2d D3d D4d D5d D6d D7d S4 S6 S8 S10 S12 S14 T Th Td O Oh I Ih"  # noqa: E501


def isometries_of(structure):
    """All isometries of a snapped molecule, from the exhaustive search on exact dot products."""
    return cluster_stabiliser(structure.environment(0))[0]


@pytest.mark.parametrize("name", FINITE.split())
def test_an_exact_group_keeps_its_metric_and_has_its_name(name):
    group = exact_group(name)
    basis = to_cartesian(group.metric, IDENTITY).T
    matrices = [basis @ np.array([[float(x) for x in row] for row in g]) @ np.linalg.inv(basis) for g in group.elements]
    assert all(np.allclose(q @ q.T, np.eye(3), atol=1e-12) for q in matrices)
    assert all(
        multiply(list(zip(*g)), multiply(group.metric, g)) == list(map(list, group.metric)) for g in group.generators
    )
    assert schoenflies(matrices) == name and len(set(group.elements)) == group.order
    assert all(group.elements[j] == tuple(map(tuple, multiply(group.elements[i], g)))
               for i, row in enumerate(group.products) for g, j in zip(group.generators, row))  # fmt: skip


@pytest.mark.parametrize("name", ["", "X", "C0", "S3", "S5", "C2x", "D*h", "Kh", "D99d", "C123456", "Cv", "c2"])
def test_what_is_no_symbol_of_a_group_with_a_field_is_refused(name):
    with pytest.raises(InputError):
        exact_group(name)


@pytest.mark.parametrize("name", KNOWN)
def test_a_molecule_with_noise_is_snapped_to_its_group(name):
    group, order = KNOWN[name]
    given = Structure.from_ase(rattled(named_molecule(name), NOISE, seed=len(name)))
    before = isometries_of(given)
    found = snapped(given, TOLERANCE)
    assert (found.group, found.order, found.changed) == (group, order, True)
    assert before.order < (order or 3) and NOISE / 100 < found.displacement < 3 * NOISE
    exact = isometries_of(found.structure)
    if order is None:
        assert exact.span == 1 and exact.order == (2 if group == "D*h" else 1)
    else:
        assert exact.order * (2 if exact.span == 2 else 1) == order == len(exact.isometries())
    assert found.structure.species == given.species and found.structure.snapped.group == group


@pytest.mark.parametrize("name", [name for name, (group, order) in KNOWN.items() if order])
def test_spglib_names_the_point_group_of_the_snapped_molecule_alike(name):
    structure = snapped(Structure.from_ase(rattled(named_molecule(name), NOISE, seed=3)), TOLERANCE).structure
    matrices = [[[float(x) for x in row] for row in q] for q in isometries_of(structure).isometries()]
    if any(x != round(x) for q in matrices for row in q for x in row):
        assert structure.field.name != "QQ"  # no group of a lattice
        return
    symbol = spglib.get_pointgroup(np.array(matrices, dtype=int))[0].strip()
    (group,) = [g.schoenflies for g in POINT_GROUPS if g.hermann_mauguin == symbol]
    assert group == KNOWN[name][0]


@pytest.mark.parametrize("name", [*KNOWN, *CRYSTALS])
def test_snapping_the_snapped_changes_nothing(name):
    atoms = CRYSTALS[name] if name in CRYSTALS else named_molecule(name)
    once = snapped(Structure.from_ase(rattled(atoms, NOISE)), TOLERANCE)
    twice = snapped(once.structure, TOLERANCE)
    assert twice.structure == once.structure and not twice.changed and twice.displacement == 0
    assert (twice.group, twice.order, twice.field) == (once.group, once.order, once.field)


def test_the_displacement_is_that_of_an_independent_fit():
    atoms = rattled(molecule("C2H6"), NOISE)
    found = snapped(Structure.from_ase(atoms), TOLERANCE)
    y = to_atoms(found.structure).positions
    x, y = atoms.positions - atoms.positions.mean(axis=0), y - y.mean(axis=0)
    from scipy.spatial.transform import Rotation

    turn, _ = Rotation.align_vectors(x, y)
    assert np.isclose(np.linalg.norm(turn.apply(y) - x, axis=1).max(), found.displacement, rtol=1e-6)


def test_what_is_rounded_is_far_below_the_tolerance():
    """ASE's benzene is D6h but for its seventh digits."""
    for tolerance in ("1e-1", "1e-3", "1e-5"):
        found = snapped(Structure.read("ase:C6H6"), tolerance)
        assert found.group == "D6h" and 1e-7 < found.displacement < 1.24e-7 + 1e-6 * float(tolerance)


def test_a_mirror_image_is_not_snapped_to_the_other_one():
    """The frame is turned, never reflected: the sign of a triple product stays."""
    for sign in (1, -1):
        atoms = molecule("H2O2")
        atoms.positions *= [1, 1, sign]
        found = to_atoms(snapped(Structure.from_ase(rattled(atoms, NOISE)), TOLERANCE).structure)
        a, b, c = (found.positions[i] - found.positions[0] for i in (1, 2, 3))
        d, e, f = (atoms.positions[i] - atoms.positions[0] for i in (1, 2, 3))
        assert np.linalg.det([a, b, c]) * np.linalg.det([d, e, f]) > 0.01
    quartz = CRYSTALS["quartz"].copy()
    for cell in (quartz.cell.array, quartz.cell.array[[1, 0, 2]], quartz.cell.array * [[1], [1], [-1]]):
        given = quartz.copy()
        given.set_cell(cell)
        found = to_atoms(snapped(Structure.from_ase(rattled(given, NOISE)), TOLERANCE).structure)
        assert np.linalg.det(found.cell.array) * np.linalg.det(cell) > 0
        assert space_group(found) == 152  # the other hand is 154


def test_a_layer_keeps_its_hand_whichever_direction_is_not_periodic():
    """A layer of p2: three kinds of atom at three heights, each with its image under the half-turn."""
    places = np.array([[0.1, 0.2, 0], [0.35, 0.05, 0.9], [0.2, 0.45, -0.7]])
    fractional = np.vstack([places, places * [-1, -1, 1]])
    for free in range(3):
        axes = [i for i in range(3) if i != free]
        cell = np.diag([9.0, 9.0, 9.0])
        cell[axes[0], axes[0]], cell[axes[1], axes[1]], cell[axes[0], axes[1]] = 5.1, 6.3, 0.7
        positions = fractional[:, :2] @ cell[axes] + np.outer(fractional[:, 2], np.eye(3)[free])
        atoms = Atoms("CNOCNO", positions, cell=cell, pbc=[i != free for i in range(3)])
        found = snapped(Structure.from_ase(rattled(atoms, NOISE)), TOLERANCE)
        assert (found.group, found.order, found.structure.pbc) == ("C2", 2, tuple(atoms.pbc.tolist()))
        after = to_atoms(found.structure).positions
        hands = [np.linalg.det(x[[1, 2, 4]] - x[0]) for x in (positions, after)]
        assert np.isclose(*hands, rtol=1e-2)


def test_the_best_rotation_is_a_rotation_also_of_points_in_a_plane():
    plane = np.array([[1, 0, 0], [0, 1, 0], [-1, -1, 0.0]])
    for image in (plane, plane * [-1, 1, 1], plane[:, [1, 0, 2]]):
        assert np.isclose(np.linalg.det(nearest_isometry(plane, image, 1)), 1)


def space_group(atoms, precision=1e-6):
    return spglib.get_symmetry_dataset(
        (atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers), symprec=precision
    ).number


@pytest.mark.parametrize("name", CRYSTALS)
def test_spglib_names_the_space_group_of_the_snapped_crystal(name):
    perfect = CRYSTALS[name]
    atoms = rattled(perfect, 1e-3, seed=len(name))
    found = snapped(Structure.from_ase(atoms), "6e-3")
    assert space_group(atoms) <= 2 and space_group(to_atoms(found.structure)) == space_group(perfect, 1e-5)
    data = spglib.get_symmetry_dataset((perfect.cell.array, perfect.get_scaled_positions(), perfect.numbers))
    (group,) = [g for g in POINT_GROUPS if g.hermann_mauguin == data.pointgroup]
    assert (found.group, found.order, found.field) == (group.schoenflies, group.order, "QQ")
    assert 1e-4 < found.displacement < 3e-3


@pytest.mark.parametrize("name, cutoff, site", [
    ("diamond", 2, "Td"), ("rock salt", 4, "Oh"), ("hcp", 4, "D3h"), ("quartz", 2, "C2"), ("rutile", 2, "D2h"),
    ("graphite", 2, "D3h"), ("zirconia", 3, "C1"),
])  # fmt: skip
def test_the_exhaustive_search_of_whole_crystals_finds_the_same_class_and_its_site_symmetries(name, cutoff, site):
    found = snapped(Structure.from_ase(rattled(CRYSTALS[name], 1e-3)), "6e-3")
    whole = certify(found.structure, level="sum", nu=1, cutoff=cutoff)
    assert whole.point_group == found.group
    assert certify(found.structure, centre=0, nu=1, cutoff=cutoff).point_group == site


def test_graphene_is_a_layer_of_order_24_and_its_height_stays():
    found = snapped(Structure.from_ase(rattled(GRAPHENE * (2, 2, 1), 1e-3)), "6e-3")
    assert (found.group, found.order) == ("D6h", 24) and found.structure.pbc == (True, True, False)
    assert np.isclose(to_atoms(found.structure).cell.lengths()[2], 16, atol=1e-2)
    (a, b, _), (c, d, _), _ = found.structure.metric
    assert a == d == -2 * b == -2 * c
    assert certify(found.structure, centre=0, cutoff=3).point_group == "D3h"


def test_what_is_exact_is_left_alone():
    methane = Structure.read("ase:CH4")
    found = snapped(methane, "1e-3")
    assert not found.changed and found.structure == methane and found.group == "Td" and found.field == "QQ"
    for metal in ("Fe", "W"):  # one atom of the primitive cell, two of this one
        exact = Structure([metal] * 2, [(0, 0, 0), (1, 1, 1)], [(2, 0, 0), (0, 2, 0), (0, 0, 2)], [True] * 3)
        assert not snapped(exact, "1e-3").changed and snapped(exact, "1e-3").group == "Oh"
        shifted = replace(exact, positions=[(0, 0, 0), (1, 1, "1.0001")])
        assert snapped(shifted, "1e-3").changed
    salt = Structure(["Na", "Cl"], [(0, 0, 0), ("5/2", "5/2", "5/2")], [(0, "5/2", "5/2"), ("5/2", 0, "5/2"), ("5/2", "5/2", 0)], [True] * 3)  # fmt: skip  # noqa: E501
    assert not snapped(salt, "1e-3").changed and snapped(salt, "1e-3").group == "Oh"
    assert not snapped(Structure(["H"], [(1, 2, 3)]), 1).changed


@pytest.mark.parametrize("tolerance", [0, -1, "x", "nan", "inf", float("nan"), None, "1e-13", "1e400", "1e-400", ""])
def test_what_is_no_tolerance_is_refused(tolerance):
    with pytest.raises(InputError, match="give a positive number, 1e-12 or more"):
        snapped(Structure.read("ase:CH4"), tolerance)


def test_a_tolerance_that_merges_atoms_names_them():
    with pytest.raises(InputError, match="may merge atoms 0 and 2, which are 0.969 Angstrom apart"):
        snapped(Structure(["O", "H", "H"], [(0, 0, 0), (1, 0, 0), (0, "0.969", 0)]), "0.5")
    with pytest.raises(InputError, match="may merge atoms 0 and 0, which are 2.49 Angstrom apart"):
        snapped(Structure.from_ase(CRYSTALS["iron"]), 2)


def test_isometries_that_are_no_group_are_refused_with_the_pair_that_breaks_it():
    """Four atoms, the turns to the neighbouring places nearly within the tolerance."""
    places = [(2, 0, 0), (0, 2.05, 0), (-2.1, 0, 0), (0, -2.05, 0)]
    atoms = Atoms("OOOOH", [*places, (0, 0, 1)])
    refused = set()
    for tolerance in np.arange(0.01, 0.2, 0.005):
        try:
            snapped(Structure.from_ase(atoms), float(tolerance))
        except InputError as error:
            refused.add(str(error))
    assert refused and all("are no group: " in text and " after " in text and "\n" not in text for text in refused)


def test_operations_of_a_crystal_that_are_no_group_are_refused_too():
    refused = set()
    for tolerance in np.arange(0.01, 0.2, 0.005):
        places = [(0, 0, 0), (2, "0.06", 0), (0, 2, "0.09")]
        crystal = Structure(["O"] * 3, places, [(4, 0, 0), (0, "4.05", 0), (0, 0, "4.11")], [True] * 3)
        try:
            snapped(crystal, float(tolerance))
        except InputError as error:
            refused.add(str(error))
    assert any("are no group: " in text and " after " in text for text in refused)


def test_an_atom_that_would_move_farther_than_the_tolerance_is_refused():
    """After a first step the square is within the tolerance, but its corner has then gone too far."""
    square = Structure(["O"] * 4, [(2, 0, 0), (0, 2, 0), ("-2.05", "0.18", 0), (0, -2, 0)])
    with pytest.raises(
        InputError, match="an atom would move by 0.09.* Angstrom, more than the tolerance of 0.09: give"
    ):
        snapped(square, "0.09")


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["ferrocene", "C7v", "D8h", "S8", "D7"])
def test_the_order_of_the_atoms_is_of_no_importance(name, seed):
    """Powers of a turn have its order too: of these only the one of the right angle is its image."""
    atoms = rattled(MADE[name][0], NOISE, seed)
    shuffled = atoms[np.random.default_rng(seed).permutation(len(atoms))]
    found = snapped(Structure.from_ase(shuffled), TOLERANCE)
    assert (found.group, found.order) == MADE[name][1:] and found.displacement < 3 * NOISE


def test_buckminsterfullerene():
    found = snapped(Structure.from_ase(rattled(molecule("C60"), 1e-3)), "2e-2")
    assert (found.group, found.order, found.field) == ("Ih", 120, "QQ<sqrt(5)>") and found.displacement < 1e-2
    exact = isometries_of(found.structure)
    assert exact.order == 120 and len(exact.generators) <= 4
    assert len(set(found.structure.positions)) == 60


@pytest.mark.parametrize("group", POINT_GROUPS, ids=lambda group: group.schoenflies)
def test_orbits_of_all_32_groups_are_snapped_to_them(group):
    seeds = [(1, 2 / 7, 3 / 5), (-1 / 3, 5 / 4, 7 / 9), (2 / 3, -4 / 7, 11 / 8)]
    orbits = [group.orbit(seed) for seed in seeds[: 3 if group.order < 4 else 2 - (group.order == 48)]]
    basis = to_cartesian(metrics(group.system)[-1], IDENTITY)
    places = [np.array([0.0, 0, 0]), *(2.5 * np.array(y) @ basis for orbit in orbits for y in orbit)]
    kinds = ["C", *(z for z, orbit in zip("HON", orbits) for _ in orbit)]
    found = snapped(Structure.from_ase(rattled(Atoms(kinds, places), 1e-4)), "6e-4")
    assert (found.group, found.order) == (group.schoenflies, group.order)


@pytest.mark.parametrize(
    "structure, tolerance, text",
    [
        (
            Structure.from_ase(rattled(of_places(ring("C", 29, 7, 0)), 1e-4)),
            "1e-3",
            "is D29h within 0.001 .* degree 14",
        ),
        (Structure(["H"] * 501, [(i, 0, 0) for i in range(501)]), "1e-3", "501 atoms: at most 500 are snapped"),
        (Structure(["H"], [(0, 0, 0)], [(3, 0, 0), (0, 3, 0), (0, 0, 3)], [True] * 3), 1, "too large for its cell"),
        (
            Structure(["H"], [(0, 0, 0)], [(1, 0, 0), (0, 1, 0), (0, 0, 3000)], [True] * 3),
            "1e-3",
            "too long and thin to snap",
        ),
    ],
)
def test_what_is_beyond_the_limits_is_one_line(structure, tolerance, text):
    with pytest.raises(InputError, match=text):
        snapped(structure, tolerance)


def test_almost_in_a_plane_an_isometry_has_two_hands():
    """Heights between half the tolerance and all of it: some mirrors are within it, some are not."""
    answers = Counter()
    for seed in range(40):
        atoms = rattled(MADE["D8h"][0], 6e-3, seed)
        try:
            found = snapped(Structure.from_ase(atoms), "9e-3")
            assert found.group in ("D8h", "C8v", "D4h", "D2h", "D4d", "D8", "C2v", "C2h", "Cs", "Ci", "C2", "C1")
            answers[found.changed] += 1
        except InputError as error:
            assert re.search("are no group: .* after .* is none of them", str(error))
            answers["refused"] += 1
    assert answers["refused"] and answers[True]


def test_almost_on_a_line_the_axis_is_not_known_and_the_tolerance_is_refused():
    dicyan = Structure.from_ase(rattled(molecule("NCCN"), 2.015144985989281e-05, 12940))
    with pytest.raises(InputError, match="look like C2h and are not: give a smaller or a larger tolerance"):
        snapped(dicyan, 1.39e-5)
    assert snapped(dicyan, 5e-5).group == "D*h"


def test_a_search_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr("symsens.geometry.approximate_groups.TRIES", 5)
    with pytest.raises(InputError, match="too many like atoms to search for isometries"):
        snapped(Structure.read("ase:C6H6"), "1e-3")


def test_a_symbol_that_the_isometries_have_not_is_refused(monkeypatch):
    monkeypatch.setattr("symsens.geometry.molecular_snapping.schoenflies", lambda turns: "D12")
    with pytest.raises(InputError, match="look like D12 and are not"):
        snapped(Structure.from_ase(rattled(molecule("C6H6"), NOISE)), TOLERANCE)


def test_periodic_in_one_direction_is_refused():
    chain = Structure(["C"], [(0, 0, 0)], [(2, 0, 0), (0, 9, 0), (0, 0, 9)], [True, False, False])
    with pytest.raises(InputError, match="periodic in one direction"):
        snapped(chain, "1e-3")


def test_a_cell_of_zero_volume_is_refused_before():
    with pytest.raises(InputError, match="linearly dependent"):
        Structure(["C"], [(0, 0, 0)], [(1, 0, 0), (2, 0, 0), (0, 0, 1)], [True] * 3)


def test_what_is_proved_is_about_the_snapped_structure():
    env = snapped(Structure.from_ase(rattled(molecule("C6H6"), NOISE)), TOLERANCE).structure.environment(0)
    result = certify(env)
    assert result.point_group == "C2v" and result.filtration["symmetry"] == 19
    assert "Snapped to D6h within 0.001 Angstrom: largest displacement ≈ " in str(result)
    assert "Snapped to D6h" in result._repr_html_()
    assert result.certificate["labels"]["snapped"] == "to D6h within 0.001 Angstrom"
    report = result.as_dict()["snapped"]
    assert report["group"] == "D6h" and report["order"] == 24 and report["frame"] == "hexagonal" and report["changed"]
    assert certify("ase:C6H6", centre=0).as_dict()["snapped"] is None


def test_positions_are_in_the_fixed_space_exactly():
    """An atom on an axis stays on it: the metal is at the origin, and each ring is at one height."""
    structure = snapped(Structure.from_ase(rattled(MADE["ferrocene"][0], NOISE)), TOLERANCE).structure
    assert not any(structure.positions[0])
    assert len({y[2] for y in structure.positions}) == 5 and sum(y[2] for y in structure.positions) == 0
    squares = {sum(a * b for a, b in zip(y, apply(structure.metric, y))) for y in structure.positions}
    assert len(squares) == 3
