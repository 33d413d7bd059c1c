"""Irreducible characters: orthogonal, as many as there are classes, and those of another package."""

import re
from fractions import Fraction
from math import floor

import numpy as np
import pytest

from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.characters import irreducible_characters
from symsens.geometry.exact_groups import exact_group
from symsens.geometry.point_groups import powers
from symsens.numbers.metric import IDENTITY, apply, determinant, dot, multiply

NAMES = [
    *"C1 Cs Ci C2 C3 C4 C5 C6 C7 C8 C9 C10 C12 C2v C3v C4v C5v C6v C7v C8v C12v C2h C3h C4h C5h C6h C7h C8h".split(),
    *"D2 D3 D4 D5 D6 D7 D8 D12 D2h D3h D4h D5h D6h D7h D8h D10h D2d D3d D4d D5d D6d D7d D8d".split(),
    *"S4 S6 S8 S10 S12 S14 T Th Td O Oh I Ih".split(),
]
LARGE = "D7h D8h D10h D12 D7d D8d C12v I Ih Oh".split()  # where all conjugates take long


def table_of(name):
    """Two points are on z, and one is on the first axis of the frame, which comes next; on y where x is across."""
    group, third = exact_group(name), Fraction(1, 3)
    points = [(0, 0, 1), (0, 0, -1), (0, third, 0) if name in ("C2v", "D2", "D2h") else (third, 0, 0)]
    far = lambda q: [sum(abs(a - b) for a, b in zip(apply(q, y), y)) for y in points]
    return group, irreducible_characters(name, group.elements, lambda q: (-far(q).count(0), sum(far(q)), q))


def norms(table):
    """(chi, chi) over the order: 1, or 2 of a pair of complex ones."""
    return {symbol: floor(dot(values, values)) // len(values) for symbol, values in table.items()}


def check_rows(order, table):
    """Different real irreducible characters are orthogonal; a pair of complex ones has the norm 2."""
    for a in table:
        for b in table:
            product = dot(table[a], table[b])
            assert product in (order, 2 * order) if a == b else product == 0, f"{a} . {b}"


def conjugates(group):
    """For each element the set of its conjugates and that of its inverse."""
    elements = [tuple(map(tuple, q)) for q in group.elements]
    found = {}
    for q in elements:
        around = [(g, tuple(map(tuple, powers(g)[-1]))) for g in elements]
        found[q] = {tuple(map(tuple, multiply(multiply(g, q), inverse))) for g, inverse in around}
    return {q: (around, found[tuple(map(tuple, powers(q)[-1]))]) for q, around in found.items()}


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_orthogonal_and_dimensions_add_up(name):
    group, table = table_of(name)
    check_rows(group.order, table)
    dimensions = [values[0] for values in table.values()]
    assert set(next(iter(table.values()))) == {1}
    assert sum(d * d * Fraction(1, norm) for d, norm in zip(dimensions, norms(table).values())) == group.order
    one_dimensional = [values for values in table.values() if values[0] == 1]
    for values in one_dimensional:
        for products, x in zip(group.products, values):
            for k, g in zip(products, group.generators):
                assert values[k] == x * values[group.elements.index(g)]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LARGE])
def test_columns_are_orthogonal_and_there_are_as_many_as_classes(name):
    group, table = table_of(name)
    classes = conjugates(group)
    size = norms(table)
    assert sum(size.values()) == len({frozenset(c) for c, _ in classes.values()})
    for g, x in zip(group.elements, zip(*table.values())):
        around, opposite = classes[g]
        for h, y in zip(group.elements, zip(*table.values())):
            total = sum(a * b * Fraction(1, norm) for norm, a, b in zip(size.values(), x, y))
            assert total == Fraction(group.order, 2 * len(around)) * ((h in around) + (h in opposite))


def cartesian(group):
    frame = to_cartesian(group.metric, IDENTITY).T
    matrices = [np.array([[float(x) for x in row] for row in q]) for q in group.elements]
    return [frame @ q @ np.linalg.inv(frame) for q in matrices]


def of_molsym(name, isometries):
    """{symbol: real characters} at Cartesian isometries, pairs added up; polyhedra by determinant and trace."""
    general = pytest.importorskip("molsym.symtext.general_irrep_mats")
    symels, _, matrices = general.pg_to_symels(name)
    if name[-1] == "d" and name[0] == "D":  # its half-turns are about the axes between our mirrors
        a = np.pi / 2 / int(name[1:-1])
        turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
        isometries = [turn @ q @ turn.T for q in isometries]
    key = (lambda q: [np.linalg.det(q), np.trace(q)]) if name[0] == "I" else lambda q: q
    places = [next(i for i, s in enumerate(symels) if np.allclose(key(s.rrep), key(q))) for q in isometries]
    found = {}
    for symbol, rows in matrices.items():
        plain = re.sub(r"_|\(\d\)", "", symbol)
        found[plain] = found.get(plain, 0) + np.array([np.trace(m) for m in rows])[places]
    return found


def plain(name, symbol):
    """Our symbol in molsym 1.3: D2 has A1, and B2 at the half-turn about x there; g and u are exchanged for G of Ih,
    whose "G_g" is -4 at the inversion."""
    if name in ("D2", "D2h"):
        symbol = symbol.replace("A", "A1").translate(str.maketrans("23", "32"))
    if name == "Ih" and symbol in ("Gg", "Gu"):
        symbol = {"Gg": "Gu", "Gu": "Gg"}[symbol]
    return symbol


def check_against_molsym(name, isometries, table):
    theirs = of_molsym(name, isometries)
    assert set(theirs) == {plain(name, symbol) for symbol in table}
    for symbol, values in table.items():
        assert np.allclose([float(x) for x in values], theirs[plain(name, symbol)], atol=1e-6), symbol


@pytest.mark.parametrize("name", NAMES)
def test_symbols_are_those_of_molsym(name):
    group, table = table_of(name)
    check_against_molsym(name, cartesian(group), table)


@pytest.mark.parametrize(("name", "swapped"), [("Td", ("T1", "T2")), ("D6h", ("B1u", "B2u")), ("D4d", ("E1", "E3"))])
def test_exchanged_symbols_are_seen(name, swapped):
    group, table = table_of(name)
    a, b = swapped
    with pytest.raises(AssertionError):
        check_against_molsym(name, cartesian(group), table | {a: table[b], b: table[a]})
    changed = list(table[a])
    changed[1] = -changed[1] or 1
    with pytest.raises(AssertionError):
        check_rows(group.order, table | {a: changed})


def test_the_plane_of_a_planar_molecule_is_yz():
    group = exact_group("C2v")
    points = [(1, 0, 1), (-1, 0, 1)]  # in the plane of the first and third axes
    near = lambda q: (sum(abs(a - b) for y in points for a, b in zip(apply(q, y), y)), q)
    table = irreducible_characters("C2v", group.elements, near)
    (kept,) = [i for i, q in enumerate(group.elements) if near(q)[0] == 0 and determinant(q) == -1]
    assert [table[symbol][kept] for symbol in ("A1", "A2", "B1", "B2")] == [1, -1, -1, 1]


def test_three_half_turns_are_told_apart_by_what_is_near_them():
    # z has most on it, then yz most in it: ethene with its double bond along the first axis
    points = [(2, 0, 0), (-2, 0, 0), (3, 2, 0), (3, -2, 0), (-3, 2, 0), (-3, -2, 0)]
    near = lambda q: (sum(tuple(apply(q, y)) != y for y in points), q)
    for name in ("D2", "D2h"):
        group = exact_group(name)
        table = irreducible_characters(name, group.elements, near)
        turned = [
            next(i for i, q in enumerate(group.elements) if q[axis][axis] == 1 and determinant(q) == 1 and i)
            for axis in (0, 1, 2)
        ]
        letter = "g" if name == "D2h" else ""
        assert [table["B1" + letter][i] for i in turned] == [1, -1, -1]  # z is the first axis
        assert [table["B2" + letter][i] for i in turned] == [-1, 1, -1]
        assert [table["B3" + letter][i] for i in turned] == [-1, -1, 1]  # x is across the plane


def test_a_frame_and_its_field_do_not_matter():
    group, table = table_of("D5h")
    pair = sorted({float(x) for x in table["E1'"]})
    assert np.allclose(pair, sorted({2 * np.cos(2 * np.pi * k / 5) for k in range(3)} | {0}))
    assert table["E1'"][group.elements.index(group.generators[0])] == group.field.parse("(sqrt(5) - 1)/2")
