"""Whole structures: spectroscopy's totally symmetric vibrations, the free parameters of crystals, and an oracle."""

import json
import random
import warnings
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from flint import fmpz
from structure_cases import CRYSTALS, MOLECULES, buckminsterfullerene, crystal, ferrocene
from structure_oracle import Whole

from symsens import InputError, Structure, certify
from symsens.cli import main
from symsens.errors import ContradictionError
from symsens.geometry import sides
from symsens.geometry.cartesian import to_atoms
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.rows import structures as rows
from symsens.rows.structures import structure_rows, structures_of_order

LEVELS = ("sum", "set")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", MOLECULES)
def test_totally_symmetric_vibrations_of_molecules(name, level):
    structure, order, group, vibrations = MOLECULES[name]
    result = certify(structure, level=level)
    f = result.filtration
    assert f.symmetry_allowed_rank == f.rank == vibrations and f["incompleteness"] == 0
    assert f["rigid"] == (5 if group in ("C*v", "D*h") else 6)
    assert (f.moves.stabiliser.order, result.point_group) == (order, group)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", CRYSTALS)
def test_free_parameters_of_crystals(name, level):
    structure, cutoff, order, group, free = CRYSTALS[name]
    result = certify(structure, level=level, cutoff=cutoff)
    f = result.filtration
    assert f.symmetry_allowed_rank == f.rank == free and f["incompleteness"] == 0
    assert f["rigid"] == 3 + (name == "chain")
    assert (f.moves.stabiliser.order, result.point_group) == (order, group)


@pytest.mark.parametrize(("make", "order", "vibrations"), [(ferrocene, 20, 4), (buckminsterfullerene, 120, 2)])
def test_molecules_over_number_fields(make, order, vibrations):
    filtration = certify(make(), level="sum", budget=None).filtration
    assert filtration.symmetry_allowed_rank == filtration.rank == vibrations
    assert filtration["rigid"] == 6 and filtration.moves.stabiliser.order == order


def test_a_displaced_atom_ends_the_symmetry():
    """The twin of each case: where one atom is moved a little, nothing is hidden by symmetry any longer."""
    for name in ("CH4", "NH3", "cyclopropane", "SF6"):
        structure = MOLECULES[name][0]
        y = list(structure.positions)
        y[-1] = tuple(a + Fraction(1, b) for a, b in zip(y[-1], (31, 37, 41)))
        filtration = certify(Structure(structure.species, y, metric=structure.metric), level="sum").filtration
        assert filtration["symmetry"] == 0 and filtration.moves.stabiliser.order == 1
        assert filtration.rank == filtration.symmetry_allowed_rank == 3 * len(y) - 6


def operations(structure):
    """The rotations of the space group modulo the lattice, by spglib."""
    spglib = pytest.importorskip("spglib")
    atoms = to_atoms(structure)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        cell = atoms.cell.array, atoms.get_scaled_positions(), atoms.numbers
        return spglib.get_symmetry(cell, symprec=1e-6)["rotations"]


@pytest.mark.parametrize("name", sorted({*CRYSTALS} - {"graphene"} - {name for name in CRYSTALS if "chain" in name}))
def test_orders_of_space_groups_are_those_of_spglib(name):
    structure, _, order, _, _ = CRYSTALS[name]
    assert len(operations(structure)) == order


@pytest.mark.parametrize("copies", [(2, 1, 1), (2, 2, 2), (1, 1, 3)])
def test_a_supercell_has_the_translations_of_the_cell_as_isometries(copies):
    structure = repeated(CRYSTALS["rock salt"][0], copies)
    moves = StructureDisplacements(structure, "sum", "2")
    assert moves.stabiliser.order == len(operations(structure)) and len(moves.stabiliser.generators) <= 9
    assert certify(structure, level="sum", cutoff="2").filtration.symmetry_allowed_rank == 0


def repeated(structure, copies):
    """A supercell of a crystal."""
    shifts = [np.array(c) for c in np.ndindex(*copies)]
    cell = np.array(structure.cell, dtype=object)
    positions = [tuple(np.array(y, dtype=object) + c @ cell) for y in structure.positions for c in shifts]
    species = [z for z in structure.species for _ in shifts]
    return crystal(species, positions, [tuple(k * a) for k, a in zip(copies, cell)], metric=structure.metric)


def test_a_supercell_in_which_one_atom_is_marked():
    """The site symmetry of the marked atom is what is left, and its neighbours may breathe."""
    structure = repeated(CRYSTALS["simple cubic"][0], (2, 2, 2))
    marked = crystal(["Cs", *structure.species[1:]], structure.positions, structure.cell)
    result = certify(marked, level="sum", cutoff="9/5")
    assert result.filtration.moves.stabiliser.order == 48 and result.point_group == "Oh"
    assert result.filtration.rank == 0  # in this small cell a neighbour lies between two images of the marked atom


# Against the definitions.


def drawn(rng):
    """A small structure with many coincidences, of any number of periodic directions, and a cutoff."""
    n, periodic, q = rng.choice([1, 2, 2, 3, 3, 4]), rng.choice([0, 0, 0, 1, 2, 3]), rng.choice([1, 2, 3, 4])
    options = {"metric": [["1", "-1/2", "0"], ["-1/2", "1", "0"], ["0", "0", "8/3"]]} if rng.random() < 0.5 else {}
    if not periodic:
        n, q = rng.choice([n, 4, 5]), min(q, 2)
        y = [tuple(rng.randint(-q, q) * (c < 2 or rng.random() < 0.7) for c in range(3)) for _ in range(n)]
        return Structure([rng.choice("CCCH") for _ in y], y, **options), rng.choice([None, None, "2"])
    y = [tuple(Fraction(rng.randrange(q + 1), q) for _ in range(3)) for _ in range(n)]
    cell = [[int(i == j) * rng.choice([1, 1, 2]) for i in range(3)] for j in range(3)]
    for _ in range(rng.choice([0, 1, 2])):
        i, j = rng.sample(range(3), 2)
        cell[i] = [a + rng.choice([1, -1]) * b for a, b in zip(cell[i], cell[j])]
    pbc = [True] * periodic + [False] * (3 - periodic)
    rng.shuffle(pbc)
    structure = Structure([rng.choice("CCH") for _ in y], y, cell=cell, pbc=tuple(pbc), **options)
    return structure, rng.choice(["1", "5/4", "3/2"])


def directions(table):
    """The lines on which the rows of a matrix lie, those that are not 0."""
    scaled = ([Fraction(int(x)) if isinstance(x, fmpz) else x for x in row] for row in table)
    leads = ((row, next((x for x in row if x), None)) for row in scaled)
    return {tuple(x / lead for x in row) for row, lead in leads if lead}


def compared(seeds):
    """How often each kind of question came up; every answer is that of the definitions."""
    seen = Counter()
    for seed in seeds:
        rng = random.Random(seed)
        try:
            structure, cutoff = drawn(rng)
        except InputError:  # two atoms at one place, or no cell
            continue
        nu, level = rng.choice([1, 1, 2, 3]), rng.choice(LEVELS)
        moves = StructureDisplacements(structure, level, cutoff)
        if sum(env.n**nu for env in moves.sides.environments) > 1500:
            continue
        result = certify(structure, nu=nu, level=level, cutoff=cutoff)
        f, whole = result.filtration, Whole(result.certificate)
        assert whole.claims() == result.certificate["claims"], (seed, structure, nu, level, cutoff)
        found = structure_rows(f.moves, nu, nu)
        written = found.exact(list(range(found.count))).tolist()
        assert directions(written) == directions(whole.rows(whole.of_sides)), (seed, structure, nu, level, cutoff)
        seen.update({f"{len(structure.lattice)} periodic", level, f"nu = {nu}"})
        seen["spurious"] += f["incompleteness"] > 0
        seen["symmetric"] += f.moves.stabiliser.order > 1
    return seen


def test_random_structures_by_the_definitions():
    seen = compared(range(125))
    wanted = {
        *LEVELS,
        "spurious",
        "symmetric",
        *(f"{p} periodic" for p in range(4)),
        *(f"nu = {nu}" for nu in (1, 2, 3)),
    }
    assert min(seen[name] for name in wanted) >= 5


@pytest.mark.soak
def test_many_random_structures_by_the_definitions():
    print(compared(range(1000, 4000)))


def without_centre(tuples):
    """Shells that do not tell the species of the centre."""

    def planted(sides, nu):
        found, invariants, shells = tuples(sides, nu)
        return found, invariants, shells % ((sides.species.max() + 1) * (sides.labels.max(initial=0) + 1))

    return planted


WRONG = {  # a seed at which it is found out; the module, the function, and how to plant it
    "the species of the centre": (5, rows, "structure_tuples", without_centre),
    "the groups": (
        66,
        rows,
        "equal_environments",
        lambda _: lambda centres, class_of, atoms: np.zeros(atoms, dtype=int),
    ),
    "the images": (3, sides, "_nodes", lambda nodes: lambda env, p: (nodes(env, p)[0], abs(nodes(env, p)[1]))),
    "the counts": (134, rows, "incidence_of", lambda of: lambda *parts: (*of(*parts)[:2], np.ones_like(of(*parts)[2]))),
}


@pytest.mark.parametrize("name", WRONG)
def test_rows_that_forget_something_are_found_out(monkeypatch, name):
    seed, module, function, plant = WRONG[name]
    compared([seed])
    monkeypatch.setattr(module, function, plant(getattr(module, function)))
    with pytest.raises((AssertionError, ContradictionError)):
        compared([seed])


# Asking.


def test_the_level_of_a_set_sees_at_least_what_the_sum_sees():
    better = 0
    for seed in range(150):
        rng = random.Random(seed)
        try:
            structure, cutoff = drawn(rng)
        except InputError:
            continue
        ranks = [certify(structure, nu=1, level=level, cutoff=cutoff).filtration.rank for level in LEVELS]
        assert ranks[0] <= ranks[1]
        better += ranks[0] < ranks[1]
    assert better


def test_beyond_the_cutoff_fragments_move_freely():
    structure = Structure("HHHH", [(0, 0, 0), (1, 0, 0), (0, 9, 0), (0, 9, 2)])
    near, far = (certify(structure, level="set", cutoff=cutoff).filtration for cutoff in ("3", "12"))
    assert near.rank == 2 and near["incompleteness"] == near.symmetry_allowed_rank - 2 and far["incompleteness"] == 0


def padded_names(some):
    """(number, name) of each row."""
    return [(i, some.name(i)) for i in range(some.count)]


def test_early_orders_are_rows_of_later_ones():
    structure = CRYSTALS["quartz"][0]
    moves = StructureDisplacements(structure, "sum", "1/2")
    padded, whole = structures_of_order(3).rows(moves)
    assert all(len(some.name(i)[0]) == 4 for some in (padded, whole) for i in range(3))
    names, found = dict(map(reversed, padded_names(whole))), directions(whole.exact(list(range(whole.count))).tolist())
    assert directions(padded.exact(list(range(padded.count))).tolist()) <= found
    common = [(i, names[name]) for i, name in padded_names(padded) if name in names]
    assert common and all(padded.exact([i]).tolist() == whole.exact([j]).tolist() for i, j in common)


def test_the_report_has_the_keys_of_the_interface():
    report = certify("ase:CH4", level="set").as_dict()
    assert report["centre"] is None and report["centre_species"] is None and report["n_neighbours"] == 5
    assert report["displacements"] == 15 and report["level"] == "set" and report["vary"] == "atoms"
    assert report["species"] == ["C", "H", "H", "H", "H"] and report["rule"] == "structure-set"
    assert report["rank"] == 1 and report["point_group"] == "Td" and report["stabiliser_order"] == 24


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(list(map(str, arguments)))
    return stop.value.code, *capsys.readouterr()


def test_the_command(capsys, tmp_path):
    path = tmp_path / "c.json"
    code, out, err = run(capsys, "certify", "ase:CH4", "ase:H2O", "--level", "sum", "--null-vectors", "--out", path)
    assert code == 0 and not err and "Certificate: rule structure-sum, and point-group for Td." in out
    assert "CH4, sum of the environments of 5 atoms, nu = 2, over QQ" in out and "translations and rotations" in out
    assert run(capsys, "verify", path)[0] == 0
    code, out, err = run(capsys, "certify", "ase:CH4", "--level", "set", "--json")
    (report,) = json.loads(out)["environments"]
    assert code == 0 and report["level"] == "set" and report["displacements"] == 15


def test_a_crystal_from_a_file(capsys, tmp_path):
    path = tmp_path / "salt.extxyz"
    to_atoms(CRYSTALS["rock salt"][0]).write(path)
    code, out, err = run(capsys, "certify", path, "--level", "set", "--cutoff", "3.5")
    assert code == 0 and not err and "of 2 atoms within 3.5" in out and "translations " in out and "Oh" in out
    code, out, err = run(capsys, "certify", path, "--level", "set")
    assert code == 2 and len(err.splitlines()) == 1 and "give a cutoff" in err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--centre", "0"), "leave --centre out"),
        (("--descriptor", "acsf"), "leave --descriptor out"),
        (("--chiral",), "leave --chiral out"),
        (("--plot", "x.png"), "leave --plot out"),
        (("--cutoff", "-1"), "not positive"),
        (("--nu", "5"), "5"),
    ],
)
def test_what_is_no_question_about_a_structure_is_refused_in_one_line(capsys, options, reason):
    code, out, err = run(capsys, "certify", "ase:CH4", "--level", "sum", *options)
    assert code == 2 and not out and reason in err.splitlines()[-1]


def test_bad_structures_and_levels_are_refused():
    with pytest.raises(InputError, match="linearly dependent"):
        crystal("C", [(0, 0, 0)], [(1, 0, 0), (2, 0, 0), (0, 0, 1)])
    with pytest.raises(InputError, match="give a cutoff"):
        certify(CRYSTALS["diamond"][0], level="sum")
    with pytest.raises(InputError, match="level = 'all'"):
        certify(MOLECULES["CH4"][0], level="all")
    with pytest.raises(InputError, match="no whole structure"):
        certify(MOLECULES["CH4"][0].environment(0), level="sum")
    with pytest.raises(InputError, match="more than 4000000"):
        certify(buckminsterfullerene(), nu=3, level="set")
    assert [r.filtration.rank for r in certify([MOLECULES["CH4"][0], MOLECULES["H2O"][0]], level="sum")] == [1, 2]
