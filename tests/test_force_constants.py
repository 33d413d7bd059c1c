"""Force constants of crystals: against brute force, packages that count them, and cells that must not matter."""

import contextlib
import io
import re
import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from symsens.errors import InputError
from symsens.geometry.environment import Structure
from symsens.geometry.periodic_pairs import PeriodicPairs
from symsens.geometry.primitive_cells import primitive_cell
from symsens.jobs.harmonics import crystal_second_order
from symsens.numbers.declared import number_field
from symsens.numbers.metric import IDENTITY
from symsens.rows.crystal_jets import CrystalJets
from symsens.rows.crystals import crystal_force_constants, force_constants
from tests.crystal_cases import CRYSTALS, crystal, repeated, shell_cutoff
from tests.crystal_oracle import force_constant_rows, rank

# (crystal, shells): allowed by the space group, by site functions of any order, reached at nu = 1, 2, 3, and at 1, 2, 3
# with nonlinear readouts
KNOWN = {
    ("simple cubic", 1): (7, 7, (2, 7, 7), (3, 7, 7)),
    ("bcc", 1): (9, 9, (2, 9, 9), (3, 9, 9)),
    ("bcc", 2): (15, 15, (4, 15, 15), (7, 15, 15)),
    ("fcc", 1): (12, 12, (2, 10, 12), (3, 10, 12)),
    ("fcc", 2): (18, 18, (4, 18, 18), (7, 18, 18)),
    ("hcp", 1): (33, 33, (2, 21, 33), (3, 29, 33)),
    ("diamond", 1): (6, 6, (2, 6, 6), (3, 6, 6)),
    ("diamond", 2): (25, 25, (4, 21, 25), (7, 23, 25)),
    ("rock salt", 1): (12, 12, (2, 12, 12), (4, 12, 12)),
    ("graphene", 1): (7, 6, (2, 6, 6), (3, 6, 6)),
    ("graphene", 2): (21, 21, (4, 19, 21), (7, 21, 21)),
}
BRUTE = [("simple cubic", 1, 3), ("bcc", 1, 2), ("bcc", 2, 2), ("fcc", 1, 1), ("fcc", 1, 2), ("hcp", 1, 2)]
BRUTE += [("diamond", 1, 3), ("graphene", 1, 3), ("graphene", 2, 2), ("rock salt", 1, 2)]


LONG = {("bcc", 2), ("fcc", 2), ("diamond", 2), ("graphene", 2)}


@pytest.mark.parametrize(
    "name, shells", [pytest.param(*case, marks=[pytest.mark.soak] * (case in LONG)) for case in KNOWN]
)
def test_known_numbers(name, shells):
    """The table; every missing one has its functional and its direction, and they pair to a regular matrix."""
    jets = CrystalJets(crystal(name), shell_cutoff(name, shells))
    by_group, allowed, linear, nonlinear = KNOWN[name, shells]
    for readout, expected in (("linear", linear), ("nonlinear", nonlinear)):
        for nu, reached in enumerate(expected if readout == "linear" else expected[:2], 1):
            found = crystal_force_constants(jets, nu, readout)
            assert (found.allowed_by_space_group, found.allowed.nrows()) == (by_group, allowed)
            assert found.reached.nrows() == reached
            assert len(found.functionals) == len(found.directions) == found.missing == allowed - reached
            if nu == 2:
                assert _regular(found)


def test_the_page_says_so():
    """The table of docs/second_order.md."""
    page = (Path(__file__).parent.parent / "docs" / "second_order.md").read_text().replace("hcp (ideal c/a)", "hcp")
    for (name, shells), (by_group, allowed, linear, nonlinear) in KNOWN.items():
        (line,) = re.findall(rf"^\| {name} \| {shells} \| \d+ \| (\d+ .*)$", page, re.MULTILINE)
        cells = [cell.strip() for cell in line.split("|")]
        assert cells[:2] == [str(by_group), str(allowed)]
        for cell, one, other in zip(cells[2:], linear, nonlinear):
            assert cell.startswith(f"{one} / {other} (") and f"{allowed - one} / {allowed - other}" in cell


def _paired(functional, direction):
    """The pairing over blocks of different atoms, and the blocks of atoms with themselves left out."""
    return sum(
        x * y
        for pair, block in functional.items()
        if pair in direction
        for row, other in zip(block, direction[pair])
        for x, y in zip(row, other)
    )


def _regular(found):
    functionals = [found.functional_blocks(v) for v in found.functionals]
    directions = [found.direction_blocks(v) for v in found.directions]
    table = [[float(_paired(f, d)) for d in directions] for f in functionals]
    return np.linalg.matrix_rank(np.array(table).reshape(len(table), -1)) == len(table) if table else True


@pytest.mark.parametrize("name, shells, nu", BRUTE)
def test_brute_force(name, shells, nu):
    """The oracle has the same rank, and the exact functionals annihilate each of its rows."""
    found = force_constants(crystal(name), shell_cutoff(name, shells), nu)
    rows = force_constant_rows(name, shells, nu)
    assert rank(rows) == found.reached.nrows()
    for functional in map(found.functional_blocks, found.functionals):
        assert not any(_value(functional, row) for row in rows)


def _value(functional, row):
    """Of a functional at a row of the oracle."""
    return sum(x * functional[key[:3]][key[3]][key[4]] for key, x in row.items() if key[:3] in functional)


def test_a_wrong_functional_is_seen():
    """Negative control of the last one: a functional with one entry too large is not 0 on all rows."""
    found = force_constants(crystal("fcc"), shell_cutoff("fcc", 1), 2)
    functional = found.functional_blocks(found.functionals[0])
    pair = next(iter(functional))
    functional[pair] = ((1 + functional[pair][0][0], *functional[pair][0][1:]), *functional[pair][1:])
    assert any(_value(functional, row) for row in force_constant_rows("fcc", 1, 2))


@pytest.mark.parametrize("name, counts", [("fcc", (2, 1, 1)), ("graphene", (2, 1, 1)), ("diamond", (1, 2, 1))])
def test_larger_cells(name, counts):
    """A supercell has the numbers of the primitive cell."""
    structure, cutoff = crystal(name), shell_cutoff(name, 1)
    larger = repeated(structure, counts)
    smaller, kept = primitive_cell(larger)
    assert (len(smaller.species), len(kept)) == (len(structure.species),) * 2
    one, other = (force_constants(s, cutoff, 2) for s in (structure, larger))
    assert (one.allowed.nrows(), one.reached.nrows()) == (other.allowed.nrows(), other.reached.nrows())


def test_a_number_field():
    """Graphene in Cartesian coordinates over QQ<sqrt(3)> has the numbers of its frame over QQ; dynamical matrices are
    refused."""
    field = number_field("QQ<sqrt(3)>")
    cell = [("3/2", "sqrt(3)/2", 0), ("3/2", "-sqrt(3)/2", 0), (0, 0, 9)]
    graphene = Structure(["C", "C"], [(0, 0, 0), (1, 0, 0)], cell=cell, pbc=(True, True, False), field=field)
    found = crystal_second_order(graphene, "1.8", 2, "sum", "linear")
    assert (found.allowed_by_space_group, found.allowed, found.reached) == (21, 21, 19)
    assert len(found.missing) == 2 and found.modes is None and "= 2 missing" in str(found) and found.as_dict()


def test_a_straight_chain():
    """All turns about it are symmetries: each pair of two equal links has one constant along, and one across."""
    chain = Structure(["C"], [(0, 0, 0)], cell=[(2, 0, 0), (0, 9, 0), (0, 0, 9)], pbc=(True, False, False))
    found = force_constants(chain, "2.5", 2)
    assert (found.allowed_by_space_group, found.allowed.nrows(), found.reached.nrows()) == (4, 4, 4)
    bent = Structure(["C", "C"], [(0, 0, 0), (2, 1, 0)], cell=[(4, 0, 0), (0, 9, 0), (0, 0, 9)], pbc=chain.pbc)
    assert force_constants(bent, "2.5", 2).allowed_by_space_group > 4


def test_a_conventional_cell():
    """Copper with decimals, four atoms to a cubic cell."""
    half = Fraction("1.805")
    places = [(0, 0, 0), (0, half, half), (half, 0, half), (half, half, 0)]
    cell = [[2 * half * int(i == j) for j in range(3)] for i in range(3)]
    copper = Structure(["Cu"] * 4, places, cell=cell, pbc=(True,) * 3)
    found = force_constants(copper, "3", 2)
    assert (len(found.jets.structure.species), found.reached.nrows(), found.missing) == (1, 10, 2)


def test_a_perturbed_crystal_is_another_one():
    """Negative control: a cell that is stretched along one axis allows more, and its primitive cell is its own."""
    stretched = Structure(
        ["Cu"], [(0, 0, 0)], cell=[(0, 1, 1), (1, 0, 1), (1, 1, 0)], pbc=(True,) * 3,
        metric=((1, 0, 0), (0, 1, 0), (0, 0, "1.02")),
    )  # fmt: skip
    found = force_constants(stretched, "1.5", 2)
    assert found.allowed.nrows() > 12
    moved = repeated(crystal("fcc"), (2, 1, 1))
    moved = Structure(moved.species, [(0, 0, 0), (0, 1, "1.01")], cell=moved.cell, pbc=moved.pbc)
    assert len(primitive_cell(moved)[0].species) == 2


def test_refusals():
    """No crystal, no neighbours, no such readout."""
    with pytest.raises(InputError, match="not periodic"):
        force_constants(Structure(["H", "H"], [(0, 0, 0), (1, 0, 0)]), 2)
    with pytest.raises(InputError, match="no two atoms"):
        force_constants(crystal("fcc"), "1/2")
    with pytest.raises(InputError, match="readout"):
        force_constants(crystal("fcc"), "1.5", 2, "quadratic")


COUNTED = {("fcc", 2), ("diamond", 2), ("rock salt", 2), ("graphene", 2)}  # the others only in a soak


@pytest.mark.parametrize(
    "name, shells",
    [
        pytest.param(*case, marks=[pytest.mark.soak] * (case not in COUNTED))
        for case in [*((name, 2) for name in CRYSTALS), ("hcp", 4)]
    ],
)
def test_packages_count_the_same(name, shells):
    """symfc and hiphive: force constants within a distance, by space group, exchange and translations."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from hiphive import ClusterSpace
        from symfc import Symfc
        from symfc.utils.utils import SymfcAtoms
    structure, cutoff = crystal(name), shell_cutoff(name, shells)
    found = PeriodicPairs(structure, _within(structure, cutoff)).allowed
    atoms = _ase(structure)
    sizes = [1 + int(2.05 * float(cutoff) / height) for height in 1 / np.linalg.norm(atoms.cell.reciprocal(), axis=1)]
    larger = atoms.repeat([n if flag else 1 for n, flag in zip(sizes, structure.pbc)])
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        given = SymfcAtoms(
            cell=larger.cell.array, scaled_positions=larger.get_scaled_positions(), numbers=larger.numbers
        )
        counted = Symfc(given, cutoff={2: float(cutoff)}).compute_basis_set(2).basis_set[2].basis_set.shape[1]
        assert found == counted == ClusterSpace(atoms, [float(cutoff)]).n_dofs


def _within(structure, cutoff):
    for i in range(len(structure.species)):
        env = structure.environment(i, cutoff)
        yield from ((i, a, image) for a, image in zip(env.atoms, env.images))


def _ase(structure):
    """In Cartesian coordinates, periodic in three directions."""
    from ase import Atoms

    metric = structure.metric if structure.metric is not IDENTITY else np.eye(3)
    frame = np.linalg.cholesky(np.array([[float(x) for x in row] for row in metric]))
    cartesian = lambda rows: np.array([[float(x) for x in row] for row in rows]) @ frame
    cell = cartesian(structure.cell)
    cell[2] *= 1 if structure.pbc[2] else 10
    return Atoms(structure.species, positions=cartesian(structure.positions), cell=cell, pbc=True)
