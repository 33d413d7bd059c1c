"""Which normal modes missing force constants couple; and the table of molecules in docs."""

import sys
from pathlib import Path

import pytest
from second_order_cases import SITES, site

from symsens import Structure, second_order, snapped
from symsens.geometry.displacements import Displacements
from symsens.geometry.representations import dimension, isotypic_parts
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.numbers.kernel import multiply
from symsens.rows import normal_modes as rows

DOCS = Path(__file__).parent.parent / "docs"
# of textbooks
VIBRATIONS = {
    "NH3": {"A1": 2, "E": 2},
    "H2O2": {"A": 4, "B": 2},
    "C2H6": {"A1g": 3, "Eg": 3, "A1u": 1, "A2u": 2, "Eu": 3},
    "C3H6_D3h": {"A1'": 3, "A2'": 1, "E'": 4, "A1''": 1, "A2''": 2, "E''": 3},
}


def molecule(name):
    return snapped(Structure.read(f"ase:{name}"), "0.01").structure


@pytest.mark.parametrize("name", VIBRATIONS)
def test_parts_are_projections_that_fill_all_displacements(name):
    moves = StructureDisplacements(molecule(name))
    parts = isotypic_parts(moves)
    assert {symbol: modes for symbol, (modes, _) in parts.items() if modes} == VIBRATIONS[name]
    assert sum(modes * dimension(symbol) for symbol, (modes, _) in parts.items()) == moves.width - 6
    assert sum(part.rank() for _, part in parts.values()) == moves.width
    for symbol, (_, one) in parts.items():
        for other, (_, two) in parts.items():
            assert symbol == other or not any(multiply(one, two).entries())


def test_species_of_what_is_missing():
    """In ammonia one relation between symmetric and degenerate modes; in H2O2 one of three is about A modes alone."""
    of = lambda name: second_order(molecule(name), level="sum").coupled_species
    assert {s: (one.touched, one.alone) for s, one in of("NH3").items()} == {"A1": (1, 0), "E": (1, 0)}
    assert {s: (one.touched, one.alone) for s, one in of("H2O2").items()} == {"A": (3, 1), "B": (2, 0)}
    assert "relates several" in str(second_order(molecule("NH3"), level="sum"))
    assert second_order(site(SITES["bcc"][0])).coupled_species is None
    lines = second_order(site(SITES["fcc"][0]))
    assert sum(one.modes * dimension(s) for s, one in lines.coupled_species.items()) == 33


def test_without_symmetry_and_on_a_line():
    assert set(isotypic_parts(Displacements(site(SITES["generic"][0])))) == {"A"}
    assert isotypic_parts(Displacements(site(SITES["on a line"][0]))) is None
    assert second_order(site(SITES["on a line"][0]), nu=1).coupled_species is None


def test_a_wrong_projection_is_seen(monkeypatch):
    true = isotypic_parts
    swapped = lambda moves: dict(zip(true(moves), reversed(list(true(moves).values()))))
    monkeypatch.setattr(rows, "isotypic_parts", swapped)
    wrong = second_order(molecule("H2O2"), level="sum").coupled_species
    assert {s: (one.touched, one.alone) for s, one in wrong.items()} != {"A": (3, 1), "B": (2, 0)}


@pytest.fixture
def page(monkeypatch):
    """The module that writes the table."""
    monkeypatch.syspath_prepend(str(DOCS))
    yield pytest.importorskip("make_second_order")
    sys.modules.pop("make_second_order", None)


TABLE = [line for line in (DOCS / "second_order_molecules.md").read_text().splitlines() if line.startswith("| ")][1:]
FEW = ("H2O", "CO2", "NH3", "H2O2", "CH4", "H2CF2", "C3H4_D2d")


def test_the_page_has_a_row_for_each_molecule(page):
    assert [line.split()[1] for line in TABLE] == page.molecules()
    assert page.page(TABLE) == (DOCS / "second_order_molecules.md").read_text()


@pytest.mark.parametrize("name", FEW)
def test_rows_of_the_page_are_true(page, name):
    assert page.row(name) in TABLE


@pytest.mark.soak
def test_all_rows_of_the_page_are_true(page):
    names = [name for line, name in zip(TABLE, page.molecules()) if "?" not in line]
    for name in names:
        assert page.row(name) in TABLE
    print(f"{len(names)} molecules of g2 at second order")
