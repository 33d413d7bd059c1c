"""The species of symmetry nulls: textbooks' vibrations, the vectors themselves, and their negative controls."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from structure_cases import CRYSTALS, MOLECULES, buckminsterfullerene, ferrocene

from symsens import Environment, Structure, certify
from symsens.cli import commands
from symsens.errors import ContradictionError
from symsens.geometry import representations
from symsens.geometry.characters import irreducible_characters
from symsens.geometry.displacements import Displacements
from symsens.geometry.exact_groups import exact_group
from symsens.geometry.point_groups import point_group
from symsens.geometry.representations import dimension, species_of
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.numbers.metric import apply


def multiplicities(text):
    """{"E": 1, "T2": 2} of "E + 2 T2"."""
    parts = [part.split(" ") for part in text.split(" + ")] if text else []
    return {part[-1]: int(part[0]) if len(part) > 1 else 1 for part in parts}


# vibrations but the totally symmetric ones, from textbooks (Herzberg; Wilson, Decius and Cross for benzene)
VIBRATIONS = {
    "H2O": "B2",
    "NH3": "2 E",
    "CH4": "E + 2 T2",
    "CO2": "Sigma_u+ + Pi_u",
    "HCN": "Pi",
    "SF6": "Eg + T2g + 2 T1u + T2u",
    "ethane": "3 Eg + A1u + 2 A2u + 3 Eu",
    "ethene": "B2g + 2 B3g + Au + 2 B1u + 2 B2u + B3u",
    "benzene": "A2g + 2 B2g + E1g + 4 E2g + A2u + 2 B1u + 2 B2u + 3 E1u + 2 E2u",
    "cyclopropane": "A2' + 4 E' + A1'' + 2 A2'' + 3 E''",
}
AT_GAMMA = {
    "simple cubic": "",
    "diamond": "T2g",
    "diamond, skew cell": "T2g",
    "rock salt": "T1u",
    "zinc blende": "T2",
    "hcp": "B1g + E2g",
    "rutile": "A2g + B1g + B2g + Eg + A2u + 2 B1u + 3 Eu",
    "quartz": "4 A2 + 8 E",
    "graphene": "B1g + E2g",
    "chain": "B2",  # with the rotation about it among the rigid motions
    "straight chain": "Pi",
    "even chain": "",
}


def of_structure(structure):
    return species_of(StructureDisplacements(structure))


@pytest.mark.parametrize("name", VIBRATIONS)
def test_vibrations_of_molecules(name):
    structure, _, group, symmetric = MOLECULES[name]
    found = of_structure(structure)
    assert found.forced == multiplicities(VIBRATIONS[name])
    hidden = sum(count * dimension(symbol) for symbol, count in found.forced.items())
    assert hidden + symmetric == 3 * len(structure.species) - (5 if "*" in group else 6)


@pytest.mark.parametrize("name", AT_GAMMA)
def test_vibrations_of_crystals_at_gamma(name):
    assert of_structure(CRYSTALS[name][0]).forced == multiplicities(AT_GAMMA[name])


@pytest.mark.parametrize(
    ("name", "centre"), [("H2O", 0), ("NH3", 0), ("CH4", 0), ("SF6", 0), ("CO2", 0), ("HCN", 1), ("HCN", 0)]
)
@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_those_about_a_central_atom_are_the_same(name, centre, vary):
    found = species_of(Displacements.named(MOLECULES[name][0].environment(centre), vary))
    assert found.forced == multiplicities(VIBRATIONS[name])


def test_fields():
    fullerene = of_structure(buckminsterfullerene())
    assert fullerene.forced == multiplicities("3 T1g + 4 T2g + 6 Gg + 8 Hg + Au + 4 T1u + 5 T2u + 6 Gu + 7 Hu")
    assert fullerene.rigid == {"T1g": 1, "T1u": 1}
    about_iron = species_of(Displacements.of_neighbours(ferrocene().environment(0)))
    # 4 A1' + 2 A1'' + A2' + 4 A2'' + 5 E1'' + 6 E1' + 6 E2' + 6 E2'' are the 57 vibrations of eclipsed ferrocene
    assert about_iron.forced == multiplicities("A2' + 6 E1' + 6 E2' + 2 A1'' + 4 A2'' + 5 E1'' + 6 E2''")
    assert about_iron.rigid == {"A2'": 1, "E1''": 1}


def test_rotations_alone():
    methane = MOLECULES["CH4"][0].environment(0)
    found = species_of(Displacements.named(methane, "neighbours", chiral=True))
    assert (found.forced, found.rigid) == ({"E": 1, "T": 2}, {"T": 1})
    line = MOLECULES["CO2"][0].environment(0)
    found = species_of(Displacements.named(line, "atoms", chiral=True))
    assert (found.forced, found.rigid) == ({"Sigma-": 1, "Pi": 1}, {"Sigma-": 1, "Pi": 2})
    found = species_of(Displacements.named(MOLECULES["HCN"][0].environment(1), "neighbours", chiral=True))
    assert (found.forced, found.rigid) == ({"Pi": 1}, {"Pi": 1})


def test_without_symmetry_and_without_neighbours():
    found = species_of(Displacements.of_neighbours(Environment("HHHH", [(5, 0, 1), (3, 4, -2), (1, 2, 3), (0, 0, 6)])))
    assert (found.forced, found.rigid) == ({}, {"A": 3})
    assert species_of(Displacements.of_neighbours(Environment("", []))).forced == {}
    assert certify(Environment("", [])).symmetry_species == {}


def made_by(name, seeds):
    """Orbits of points, each of a species of its own."""
    group, species, positions = exact_group(name), [], []
    for kind, seed in zip("HOFN", seeds):
        y = tuple(map(group.field.parse, seed))
        orbit = list(dict.fromkeys(tuple(apply(q, y)) for q in group.elements))
        species += [kind] * len(orbit)
        positions += orbit
    return Environment(species, positions, "C", metric=group.metric, field=group.field)


GENERAL = [("1", "2/7", "3/5"), ("-1/3", "5/4", "7/9")]
MADE = {
    **dict.fromkeys("C2 C3 C4 C6 Cs Ci C2v C3v C4v C2h C3h C4h D2 D3 D4 D2d S4 S6 T".split(), GENERAL),
    **dict.fromkeys("C5v D3h D4h D5h D3d D4d D6h C8v D6d".split(), [("1", "0", "1/2"), ("0", "0", "1")]),
}


def crystal(positions, cell):
    return Structure("C" + "H" * (len(positions) - 1), positions, cell=cell, pbc=(True,) * 3)


def environments():
    for name, seeds in MADE.items():
        yield name, made_by(name, seeds)
    yield "planar", Environment("HHOO", [(1, 0, 0), (-1, 0, 0), (2, 3, 0), (-2, 3, 0)], "C")
    yield "crystal", crystal([(0, 0, 0), (1, 0, 1)], [(2, 0, 0), (0, 9, 0), (0, 0, 9)]).environment(0, "3/2")


ENVIRONMENTS = dict(environments())


def on_atoms(moves, permutation):
    if moves.variables is None:
        return list(permutation)
    env = moves.environment
    image = {env.centre: env.centre} | {env.atoms[j]: env.atoms[k] for j, k in enumerate(permutation)}
    return [moves.variables.index(image[atom]) for atom in moves.variables]


def character_of(vectors, moves):
    """Traces of the elements on the span of vectors, by least squares: floats."""
    if not vectors:
        return np.zeros(len(moves.stabiliser.elements))
    basis = np.linalg.qr(np.array(vectors, dtype=float).T)[0]
    dual = np.linalg.pinv(basis)
    traces = []
    for q, permutation in moves.stabiliser.elements.items():
        q, moved = np.array([[float(x) for x in row] for row in q]), np.zeros_like(basis)
        for a, b in enumerate(on_atoms(moves, permutation)):
            moved[3 * b : 3 * b + 3] = q @ basis[3 * a : 3 * a + 3]
        assert np.allclose(basis @ (dual @ moved), moved, atol=1e-9)
        traces.append(np.trace(dual @ moved))
    return np.array(traces)


def check_characters(moves, found):
    """The species, with their characters, against the vectors of the levels."""
    elements = list(moves.stabiliser.elements)
    name = point_group(moves.stabiliser, moves.chiral)
    table = irreducible_characters(name, elements, lambda q: representations._nearness(moves.environment, q))
    total = lambda part: sum((count * np.array(table[s], dtype=float) for s, count in part.items()), np.zeros(1))
    rigid = character_of(moves.rigid, moves)
    assert np.allclose(total(found.rigid), rigid)
    assert np.allclose(total(found.forced), character_of([*moves.rigid, *moves.forced], moves) - rigid)


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("chiral", [False, True])
def test_the_null_vectors_transform_so(name, vary, chiral):
    moves = Displacements.named(ENVIRONMENTS[name], vary, chiral)
    found = species_of(moves)
    if not moves.stabiliser.generators:
        assert (found.forced, found.rigid) == ({}, {"A": len(moves.rigid)})
    else:
        check_characters(moves, found)


@pytest.mark.parametrize(("name", "right", "wrong"), [("D4h", "A2u", "A1u"), ("C5v", "E1", "E2"), ("T", "T", "E")])
def test_wrong_species_are_seen(name, right, wrong):
    moves = Displacements.of_neighbours(ENVIRONMENTS[name])
    found = species_of(moves)
    forced = dict(found.forced)
    forced[right] -= 1
    forced[wrong] = forced.get(wrong, 0) + 1
    with pytest.raises(AssertionError):
        check_characters(moves, representations.Species(forced, found.rigid))


def test_rotations_of_images_of_one_atom():
    long = [(9, 0, 0), (0, 9, 0), (0, 0, 9)]
    apart = crystal([(0, 0, 0), (1, 0, 1), (-1, 0, 1)], long).environment(0, "3/2")
    images = crystal([(0, 0, 0), (1, 0, 1)], [(2, 0, 0), *long[1:]]).environment(0, "3/2")
    square = crystal([(0, 0, 0), (1, 0, 1), (0, 1, 1)], [(2, 0, 0), (0, 2, 0), (0, 0, 9)]).environment(0, "3/2")
    dimensions = []
    for env in (apart, images, square):
        found = species_of(Displacements.of_atoms(env))
        dimensions.append(sum(count * dimension(s) for s, count in found.rigid.items()))
    assert dimensions == [6, 4, 3]


def test_where_the_point_group_does_not_act():
    # a turn by 90 degrees takes two images of one atom to two atoms
    square = crystal([(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, -1, 0)], [(2, 0, 0), (0, 9, 0), (0, 0, 9)])
    env = square.environment(0, "3/2")
    assert species_of(Displacements.of_neighbours(env)).forced == multiplicities("B1g + B2g + A2u + B2u + 2 Eu")
    result = certify(env, vary="atoms")
    assert result.symmetry_species is None and result.rigid_species is None and "Symmetry nulls" not in str(result)
    # a translation that is none of the lattice
    doubled = Structure("CC", [(0, 0, 0), (1, 0, 0)], cell=[(2, 0, 0), (0, 1, 0), (0, 0, 1)], pbc=(True,) * 3)
    assert of_structure(doubled) is None
    row = Structure("CC", [(0, 0, 0), (1, 0, 0)], cell=[(2, 0, 0), (0, 1, 0), (0, 0, 1)], pbc=(True, False, False))
    assert of_structure(row) is None


def test_dimensions_that_contradict_the_levels(monkeypatch):
    moves = Displacements.of_neighbours(MOLECULES["CH4"][0].environment(0))

    def exchanged(name, isometries, nearness):
        table = irreducible_characters(name, isometries, nearness)
        return table | {"T2": table["A2"], "A2": table["T2"]}

    monkeypatch.setattr(representations, "irreducible_characters", exchanged)
    with pytest.raises(ContradictionError, match="symmetry: .*'A2': 2, 'E': 1.*, of dimension 4, not 8"):
        species_of(moves)
    monkeypatch.undo()
    monkeypatch.setattr(representations, "_DIMENSIONS", {**representations._DIMENSIONS, "T": 2})
    with pytest.raises(ContradictionError, match="symmetry: characters give .* of dimension 6, not 8"):
        species_of(moves)
    monkeypatch.setattr(
        representations,
        "irreducible_characters",
        lambda name, isometries, nearness: {"A1": [1] * 24, "A2": [5] + [0] * 23},
    )
    with pytest.raises(ContradictionError, match="A2 would be 12/5 times in a representation"):
        species_of(moves)


def test_a_table_that_misses_one_is_seen(monkeypatch):
    def without(name, isometries, nearness):
        table = irreducible_characters(name, isometries, nearness)
        del table["E"]
        return table

    monkeypatch.setattr(representations, "irreducible_characters", without)
    with pytest.raises(ContradictionError, match="of dimension 6, not 8"):
        species_of(Displacements.of_neighbours(MOLECULES["CH4"][0].environment(0)))


def test_what_is_printed():
    run = CliRunner().invoke(commands, ["certify", "ase:CH4", "--centre", "0"])
    line = "Symmetry nulls (no certificate yet): E + 2 T2 (2 + 6); rotations about the centre: T1."
    assert line in run.output.splitlines()
    run = CliRunner().invoke(commands, ["certify", "ase:CH4", "--level", "sum", "--json"])
    (report,) = json.loads(run.output)["environments"]
    assert report["symmetry_species"] == {"E": 1, "T2": 2} and report["rigid_species"] == {"T1": 1, "T2": 1}
    result = certify("ase:CH4", centre=0)
    assert result.symmetry_species == {"E": 1, "T2": 2} and line in result._repr_html_()
    without = certify("examples/F1.extxyz", centre=0)
    assert without.symmetry_species == {} and not re.search("Symmetry nulls", str(without))
