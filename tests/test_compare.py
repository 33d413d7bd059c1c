"""`compare`: known pairs, random ones against the definitions, and what the command says."""

import json
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk, molecule
from comparison_cases import LAYERS, PAIRS, SUMS, around, axial, helix, layers, mirrored, points
from comparison_oracle import congruent, equal
from family_oracle import multiset
from hypothesis import given, strategies as st

from symsens import Environment, InputError, Structure, Verdict, compare
from symsens.checker import check
from symsens.errors import UndecidedError
from symsens.geometry.congruence import match_environments, match_structures
from symsens.numbers.metric import apply, determinant, multiply
from symsens.testing import (
    degenerate_pairs,
    environments,
    isometries,
    move,
    permutations,
    permute,
    rigid_motions,
    rotations,
    structures,
    to_atoms,
)

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("name", PAIRS)
def test_known_pairs(name):
    a, b, options, is_congruent, equal_up_to, separated_at = PAIRS[name]
    for x, y in ((a, b), (b, a)):
        found = compare(x, y, **options)
        assert (found.congruent, found.separated_at) == (is_congruent, separated_at)
        assert found.equal_up_to == min(equal_up_to, found.nu_max) and found.verdict is Verdict.PROVED
        if name in SUMS:
            assert (found.levels["sum"].equal_up_to, found.levels["sum"].separated_at) == SUMS[name]


def judged(found):
    """Whether every answer is what the definitions say, order by order."""
    a, b = points(found.first), points(found.second)
    assert congruent(a, b, found.chiral) is found.congruent
    for name, level in found.levels.items():
        orders = [equal(a, b, name, nu, found.chiral) for nu in range(1, found.nu_max + 1)]
        assert level.equal_up_to == (orders + [False]).index(False)
        assert level.separated_at == (None if all(orders) else level.equal_up_to + 1)


@given(environments(max_neighbours=4), st.data(), st.booleans())
def test_an_environment_and_another(env, data, chiral):
    others = [environments(max_neighbours=4), st.just(env), st.just(mirrored(env) if env.n else env)]
    other = data.draw(st.one_of(others))
    other = permute(move(other, data.draw(isometries())), data.draw(permutations(other)))
    judged(compare(env, other, nu_max=3, chiral=chiral))


@given(environments(max_neighbours=5), st.data(), st.booleans())
def test_turned_and_permuted_ones_are_congruent(env, data, chiral):
    motion, order = data.draw(rotations() if chiral else isometries()), None
    other = move(env, motion)
    order = data.draw(permutations(other))
    found = compare(env, other := permute(other, order), chiral=chiral)
    assert found.congruent and found.equal_up_to == 4 and found.separated_at is None
    p, q = found.congruence.permutation, found.congruence.isometry
    assert [apply(q, y) for y in env.positions] == [tuple(other.positions[k]) for k in p]
    assert [env.species[j] for j in range(env.n)] == [other.species[k] for k in p]
    assert multiply(list(zip(*q)), q) == [[int(i == j) for j in range(3)] for i in range(3)]
    assert not chiral or determinant(q) == 1


@given(st.sampled_from([1, 2, 3]).flatmap(degenerate_pairs), st.booleans())
def test_degenerate_pairs_are_told_apart_by_the_next_order(pair, chiral):
    found = compare(*pair, chiral=chiral)
    equal_up_to = next(k for k in range(5) if multiset(pair.first, k + 1) != multiset(pair.second, k + 1))
    assert not found.congruent and equal_up_to >= pair.nu
    if chiral:
        assert 2 <= found.equal_up_to <= equal_up_to or found.equal_up_to == equal_up_to
    else:
        assert (found.equal_up_to, found.separated_at) == (equal_up_to, equal_up_to + 1)


@given(structures(max_atoms=5), st.data(), st.booleans())
def test_molecules(molecule, data, chiral):
    other = data.draw(st.one_of(structures(max_atoms=5), st.just(molecule)))
    other = move(other, data.draw(rigid_motions(improper=True)))
    order = data.draw(st.permutations(range(len(other.species))))
    other = replace(
        other, species=[other.species[i] for i in order], positions=[other.positions[i] for i in order], formula=None
    )
    judged(compare(molecule, other, nu_max=2, chiral=chiral))


@given(environments(min_neighbours=2, max_neighbours=5), st.data())
def test_one_atom_moved_a_little_is_seen(env, data):
    """The negative control: no tolerance makes environments congruent, however little an atom has moved."""
    j, size = data.draw(st.integers(0, env.n - 1)), Fraction(1, 10 ** data.draw(st.integers(3, 40)))
    moved = tuple(tuple(c * (1 + size) for c in y) if i == j else y for i, y in enumerate(env.positions))
    found = compare(env, replace(env, positions=moved))
    assert not found.congruent and found.separated_at == 1


def test_seven_and_twenty_neighbours_are_quick():
    far = [((7 * i) % 31 - 15, (11 * i) % 37 - 18, (5 * i) % 29 - 13) for i in range(1, 21)]
    start = time.process_time()
    assert compare(around(*LAYERS, (0, 0, 5)), around(*LAYERS, (0, 0, -5)), nu_max=4).separated_at == 4
    assert compare(around(*far), around(*((y, x, z) for x, y, z in far)), nu_max=3).congruent
    assert compare(around(*far), around(*far[1:], (9, 9, 9)), nu_max=3).separated_at == 1
    assert time.process_time() - start < 5


def test_many_tuples_of_one_shell():
    """Twenty neighbours at one distance have 8000 triples and 160000 quadruples, and none of them is left out."""
    shell = [(3, 4, 0), (4, 3, 0), (0, 3, 4), (0, 4, 3), (5, 0, 0), (0, 5, 0), (0, 0, 5), (3, 0, 4), (4, 0, 3)]
    shell += [tuple(-c for c in y) for y in shell] + [(3, -4, 0), (0, 3, -4)]
    start = time.process_time()
    found = compare(around(*shell), around(*shell[:-1], (4, -3, 0)), nu_max=4)
    assert not found.congruent and found.separated_at and time.process_time() - start < 20


@pytest.mark.parametrize("name", ["C2H4", "CH3CH2OH", "C6H6"])
def test_molecules_of_ase(name):
    atoms = molecule(name)
    turned = Structure.from_ase(atoms)
    turned = replace(turned, positions=[(y + 1, -x, z) for x, y, z in turned.positions])
    found = compare(f"ase:{name}", turned)
    assert found.congruent and sorted(found.congruence.permutation) == list(range(len(atoms)))
    assert "congruent by the rotation [(0, 1, 0), (-1, 0, 0), (0, 0, 1)]" in str(found)
    moved = atoms.copy()
    moved.positions[0, 0] += 1e-9
    found = compare(atoms, moved)
    assert not found.congruent and found.separated_at == found.levels["sum"].separated_at == 1


def test_an_atom_at_the_mean():
    tetrahedron = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
    a = Structure("CHHHH", [(0, 0, 0), *tetrahedron])
    b = Structure("HHCHH", [*tetrahedron[:2], (0, 0, 0), *tetrahedron[2:]])
    found = compare(a, b)
    assert found.congruent and found.congruence.permutation[0] == 2
    assert not compare(a, Structure("HCHHH", [(0, 0, 0), *tetrahedron])).congruent
    assert not compare(
        Structure("HHHHX", [*tetrahedron, (0, 0, 0)]), Structure("HHHHX", [*tetrahedron, (5, 0, 0)])
    ).congruent


def test_different_metrics_where_no_isometry_is_rational():
    """sqrt(2) would be needed across the line: the permutation is the evidence."""
    a = around((1, 0, 0), (2, 0, 0))
    b = around((1, 0, 0), (2, 0, 0), metric=[[1, 0, 0], [0, 2, 0], [0, 0, 1]])
    found = compare(a, b)
    assert found.congruent and found.congruence.isometry is None and found.congruence.permutation == (0, 1)


# Crystals.


def test_crystals_are_compared_per_atom():
    primitive, cube = bulk("Cu", "fcc", a=4.0), bulk("Cu", "fcc", a=4.0, cubic=True)
    for a, b in ((primitive, cube), (cube, primitive), (cube, primitive.repeat((2, 1, 2)))):
        found = compare(a, b, cutoff=3)
        assert found.congruent and found.equal_up_to == 4 and found.verdict is Verdict.PROVED
        assert "PROVED (rule congruent): congruent by the " in str(found)
        assert len(found.congruence.permutation) == len(a) and set(found.congruence.permutation) <= set(range(len(b)))
        assert found.nearness is None
    other = compare(primitive, bulk("Cu", "bcc", a=4.0), cutoff=3)
    assert other.congruent is False and other.separated_at == 1 and other.verdict is Verdict.PROVED
    with pytest.raises(InputError, match="cutoff"):
        compare(primitive, cube)


def test_crystals_that_no_feature_within_the_cutoff_tells_apart():
    """A vacancy among sixteen atoms, or two atoms exchanged far from each other, beyond a cutoff: searched for."""
    a = bulk("NaCl", "rocksalt", a=4.0, cubic=True)
    found = compare(a, bulk("CsCl", "cesiumchloride", a=4.0), cutoff=2)
    assert not found.congruent and found.separated_at == 1
    stacked, hexagonal = layers("ABC"), layers("AB")  # fcc and hcp: twelve neighbours at one distance, two arrangements
    near = compare(stacked, hexagonal, cutoff=Fraction(11, 10), nu_max=1)
    assert not near.congruent and near.equal_up_to == 1 and near.separated_at is None and near.verdict is Verdict.PROVED
    assert near.rule.reason == "the checker does not search for isometries of crystals"
    assert compare(stacked, hexagonal, cutoff=Fraction(11, 10)).separated_at == 2
    assert compare(stacked, layers("ABCABC"), cutoff=Fraction(11, 10)).congruent
    assert compare(stacked, layers("BCA"), cutoff=Fraction(11, 10), chiral=True).congruent


def test_the_hand_of_a_crystal():
    right, left = helix(1), helix(-1)
    assert compare(right, left, cutoff=3).congruent and "reflection" in str(compare(right, left, cutoff=3))
    found = compare(right, left, cutoff=3, chiral=True)
    assert not found.congruent and found.mirror_images and (found.equal_up_to, found.separated_at) == (2, 3)
    three = replace(right, pbc=(True, True, True))
    assert (
        not compare(right, three, cutoff=3).congruent
        and compare(three, replace(left, pbc=three.pbc), cutoff=3).congruent
    )


def test_layers_and_chains():
    flat = [[1, Fraction(1, 2), 0], [Fraction(1, 2), 1, 0], [0, 0, 1]]
    third, cell = Fraction(1, 3), [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    graphene = Structure("CC", [(0, 0, 0), (third, third, 0)], cell=cell, pbc=(1, 1, 0), metric=flat)
    moved = Structure("CC", [(0, 0, 5), (2 * third, 2 * third, 5)], cell=cell, pbc=(1, 1, 0), metric=flat)
    assert compare(graphene, moved, cutoff=1, chiral=True).congruent
    twice, places = [(2, 0, 0), (0, 1, 0), (0, 0, 1)], [(0, 0, 0), (1, 0, 0), (third, third, 0), (4 * third, third, 0)]
    wider = Structure("CCCC", places, cell=twice, pbc=(1, 1, 0), metric=flat)
    assert compare(wider, graphene, cutoff=1).congruent and compare(graphene, wider, cutoff=1).congruent
    chain = Structure("H", [(0, 0, 0)], cell=cell, pbc=(1, 0, 0))
    double = Structure("HH", [(0, 0, 0), (0, 0, 1)], cell=[(1, 0, 0), (0, 1, 0), (0, 0, 2)], pbc=(0, 0, 1))
    assert compare(chain, double, cutoff=2).congruent
    assert not compare(chain, replace(double, positions=[(0, 0, 0), (0, 0, "9/10")]), cutoff=2).congruent


@given(structures(max_atoms=3, periodic=True), st.data())
def test_turned_crystals_are_congruent(crystal, data):
    other = move(crystal, data.draw(rigid_motions(improper=True)))
    order = data.draw(st.permutations(range(len(other.species))))
    species, positions = [other.species[i] for i in order], [other.positions[i] for i in order]
    shifted = [tuple(c + 2 * a for c, a in zip(y, other.cell[other.pbc.index(True)])) for y in positions]
    other = replace(other, species=species, positions=shifted, formula=None)
    found = match_structures(crystal, other)
    assert found and sorted(found.permutation) == list(range(len(order)))


def test_a_crystal_is_no_molecule():
    found = compare(bulk("Cu", "fcc", a=4.0), Atoms("Cu"), cutoff=3)
    assert found.congruent is False and found.separated_at == 1
    salt, other = bulk("NaCl", "rocksalt", a=4.0), bulk("NaCl", "zincblende", a=4.0)
    found = compare(salt, other, cutoff=2)
    assert found.levels["sum"].separated_at == found.separated_at == 1
    assert "0 in B, per atom." in str(found) or "0 in A" in str(found)


# Over a number field, and snapped.


def test_heptagons():
    a = Structure.read(str(EXAMPLES / "heptagon.env.json"))
    c = a.field.parse("c")
    turned = replace(a, positions=[(-y, x + c * y, z) for x, y, z in a.positions])
    found = compare(a, turned, chiral=True)
    assert found.level == "environment" and found.congruent and found.congruence.isometry[1] == (1, c, 0)
    assert [s.rpartition(" [")[2] for s in check(found.certificate)] == ["field]", "pair]", "congruent]"]
    lower = replace(turned, positions=[(x, y, -z) for x, y, z in turned.positions])
    found = compare(a, lower, chiral=True)
    assert found.mirror_images and (found.equal_up_to, found.separated_at) == (3, 4) and check(found.certificate)
    longer = replace(turned, positions=[(x, y, c * z) for x, y, z in turned.positions])
    assert compare(a, longer).separated_at == 1 and compare(a, longer).nearness is None
    rational = Environment("H" * 5, [(1, 0, 0), (0, 1, 0), (-1, 0, 0), (0, -1, 0), (0, 0, 2)], "C")
    with pytest.raises(InputError, match="over QQ<c>, .* over QQ: give both over one field"):
        compare(a, rational)


def test_snapped_files(run, tmp_path):
    atoms = molecule("CH4")
    atoms.positions += 1e-4 * np.random.default_rng(1).normal(size=atoms.positions.shape)
    atoms.write(tmp_path / "a.xyz")
    atoms.rotate(40, (1, 2, 3))
    atoms.write(tmp_path / "b.xyz")
    files = tmp_path / "a.xyz", tmp_path / "b.xyz"
    code, out, err = run("compare", *files, "--centre-a", 0, "--centre-b", 0, "--snap", "0.01", "--json")
    found = json.loads(out)
    assert code == 0 and err.count("\n") == 2 and found["a"]["snapped"]["group"] == "Td"
    _, out, _ = run("compare", *files, "--snap", "0.01")
    assert out.count("5 atoms, snapped to Td within 0.01 Angstrom") == 2
    _, out, _ = run("compare", *files)
    assert "snapped to" not in out and "not congruent" in out


# What is asked.


def test_what_cannot_be_compared_is_refused():
    a = axial(2)
    for wrong in (0, 9, 2.5, "4"):
        with pytest.raises(InputError, match="nu_max"):
            compare(a, a, nu_max=wrong)
    with pytest.raises(InputError, match="A is one environment, B a whole structure"):
        compare(a, "ase:CH4")
    with pytest.raises(InputError, match="B is one environment, A a whole structure"):
        compare("ase:CH4", "ase:CH4", centre_b=0)
    with pytest.raises(InputError, match="give its index"):
        compare("ase:CH4", "ase:CH4", centre_a="all", centre_b=0)
    with pytest.raises(InputError, match="out of range"):
        compare("ase:CH4", "ase:CH4", centre_a=0, centre_b=5)
    with pytest.raises(InputError, match="leave centre and cutoff out"):
        compare(a, a, centre_a=0)
    with pytest.raises(InputError, match="is no structure"):
        compare(3, a)


def test_too_many_tuples_are_undecided(monkeypatch):
    monkeypatch.setattr("symsens.rows.degeneracy.MAX_TUPLES", 40)
    found = compare(axial(2), axial(-2))
    assert found.congruent is False and (found.equal_up_to, found.separated_at) == (2, None)
    assert found.verdict is Verdict.UNDECIDED and found.undecided == "128 tuples of order nu = 3 are more than 40"
    assert "UNDECIDED: what tells them apart beyond nu = 2" in str(found)


def test_a_budget_that_is_spent_in_the_midst(monkeypatch):
    """What was proved before stands, and what was under way is said."""

    def spent(*arguments, **options):
        raise UndecidedError("60 s were spent in something")

    monkeypatch.setattr("symsens.jobs.pairs.Sides", spent)
    found = compare(axial(2), axial(-2))
    assert found.congruent is False and (found.equal_up_to, found.separated_at) == (0, None)
    assert found.verdict is Verdict.UNDECIDED and "PROVED (rule not-congruent)" in str(found)
    assert check(found.certificate)[1].startswith("not congruent")
    monkeypatch.setattr("symsens.jobs.pairs.match_environments", spent)
    found = compare(axial(2), axial(-2))
    assert found.congruent is None and found.rule.name is None and "not finished" in found.undecided
    assert "UNDECIDED: whether they are congruent" in str(found)
    monkeypatch.undo()
    monkeypatch.setattr("symsens.jobs.pairs.match_environments", spent)
    assert compare(axial(2), axial(-2)).congruent is False  # told apart, so they are not


def test_too_many_dot_products_are_refused_before_they_are_made(monkeypatch):
    monkeypatch.setattr("symsens.budget.MAX_MEMORY", 1000)
    with pytest.raises(InputError, match="32 dot products of 2 environments need about .* lower the cutoff"):
        compare(axial(2), axial(-2))


def test_environments_with_another_partner_are_not_congruent():
    """A sum that is equal, by environments that are not: the set tells what the sum does not."""
    a, b, *_ = PAIRS["homometric"]
    assert compare(a, b, nu_max=1).levels["sum"].equal_up_to == 1
    assert compare(a, b, nu_max=1).levels["set"].separation.counts in ((1, 0), (0, 1))


def test_search_and_definitions_part_where_the_law_is_broken(monkeypatch):
    """The oracle finds out a search that takes every permutation of the shells."""
    monkeypatch.setattr(
        "symsens.geometry.congruence.matchings", lambda labels, frame, targets: iter([range(len(labels))])
    )
    a, b = axial(2), axial(-2)
    with pytest.raises(AssertionError):
        judged(replace(compare(a, b, nu_max=2), congruent=match_environments(a, b) is not None))


# The command.


def write(path, env):
    to_atoms(env).write(path)
    return str(path)


@pytest.fixture
def files(tmp_path):
    return write(tmp_path / "a.xyz", axial(2)), write(tmp_path / "b.xyz", axial(-2))


def test_the_command(run, files, tmp_path):
    code, out, _ = run("compare", *files, "--centre-a", 0, "--centre-b", 0, "--out", tmp_path / "c.json")
    assert code == 0 and "PROVED (rule not-congruent)" in out and "equal features up to nu = 2" in out
    assert "nu = 3 tells them apart: tuples like (H1, H2, H4) of A" in out and "1 in A, 0 in B" in out
    code, out, _ = run("verify", tmp_path / "c.json")
    assert code == 0 and out.count("\n  = ") == 4 and "[separated]" in out


def test_the_json(run, files):
    code, out, _ = run("compare", *files, "--centre-a", 0, "--centre-b", 0, "--json")
    found = json.loads(out)
    assert code == 0 and found["congruent"] is False and found["verdict"] == "PROVED"
    assert (found["equal_up_to"], found["separated_at"]) == (2, 3)
    witness = found["witness"]
    assert witness["numbers"] == ["1", "0"] and witness["atoms"] == [1, 2, 4] and witness["in"] == "a"
    assert witness["dot_products"] == [["26", "13", "6"], ["13", "29", "-4"], ["6", "-4", "40"]]
    assert found["rules"] == ["not-congruent", "equal-features", "separated"] and found["permutation"] is None
    code, out, _ = run("compare", files[0], files[0], "--json")
    found = json.loads(out)
    assert found["congruent"] and found["permutation"] == [0, 1, 2, 3, 4] and found["level"] == "set"
    assert (
        found["isometry"] == [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
        and found["sum"]["separated_at"] is None
    )


def test_the_command_refuses(refused, run, files, tmp_path):
    assert "one frame of each" in refused("compare", *files, "--frame", "all")
    assert "whole structure" in refused("compare", *files, "--centre-a", 0)
    assert "no such file" in refused("compare", files[0], tmp_path / "none.xyz")
    assert "the input itself" in refused("compare", *files, "--out", files[1])
    assert "there is no frame 3" in refused("compare", *files, "--frame-b", 3)
    assert "nu-max" in refused("compare", *files, "--nu-max", 9)
    assert "give a cutoff" in refused("compare", write_crystal(tmp_path), files[0])
    crystal = write_crystal(tmp_path)
    _, _, err = run("compare", crystal, crystal, "--cutoff", 1)
    assert err == "symsens: warning: no neighbour within 1 Angstrom of some centre\n"
    assert run("compare", crystal, crystal, "--cutoff", 3, "--out", tmp_path / "c")[0] == 0
    assert run("verify", tmp_path / "c")[0] == 0
    near = (
        write_exact(tmp_path / "a.structure.json", layers("AB")),
        write_exact(tmp_path / "b.structure.json", layers("ABC")),
    )
    code, out, _ = run("compare", *near, "--cutoff", "11/10", "--nu-max", 1, "--out", tmp_path / "d")
    assert code == 0 and "is not written" in out and not (tmp_path / "d").exists()


def write_exact(path, structure):
    texts = lambda rows: [[str(c) for c in row] for row in rows]
    known = {key: texts(getattr(structure, key)) for key in ("positions", "metric", "cell")}
    document = {"schema": "symsens/structure/1", "field": "QQ", "species": list(structure.species), "pbc": [True] * 3}
    path.write_text(json.dumps(document | known))
    return str(path)


def write_crystal(tmp_path):
    bulk("Cu", "fcc", a=4.0).write(tmp_path / "crystal.extxyz")
    return str(tmp_path / "crystal.extxyz")


def test_mirror_images(run, tmp_path):
    a, b = write(tmp_path / "a.xyz", axial(2)), write(tmp_path / "b.xyz", mirrored(axial(2)))
    _, out, _ = run("compare", a, b, "--centre-a", 0, "--centre-b", 0)
    assert "congruent by the reflection" in out and "Atoms of A to those of B: 1→1, 2→2, 3→3, 4→4." in out
    _, out, _ = run("compare", a, b, "--centre-a", 0, "--centre-b", 0, "--chiral")
    assert "mirror images" in out and "nu = 3 tells them apart" in out and "triple products" in out
    _, out, _ = run("compare", a, b, "--chiral", "--json")
    assert json.loads(out)["mirror_images"] is True and json.loads(out)["group"] == "SO(3)"


@pytest.mark.parametrize("exponent", [200, 300, 400])
def test_numbers_beyond_floats_are_said_in_words(exponent):
    a, b = (Environment("HH", [(f"{x}e{exponent}", 0, 0), (0, 1, 0)]) for x in (5, 6))
    found = compare(a, b)
    assert "of numbers beyond those of floats: 1 in A, 0 in B" in str(found) and found.as_dict()
    assert (found.nearness is None) == (exponent == 400)
    frame = [[1, 0, 0], [0, f"1e{2 * exponent}", 0], [0, 0, f"1e-{2 * exponent}"]]
    c = Environment("HHH", [(1, 0, 0), (0, f"1e-{exponent}", 0), (0, 0, f"1e{exponent}")], metric=frame)
    assert compare(Environment("HHH", [(1, 0, 0), (0, 1, 0), (0, 0, 1)]), c).congruent
    assert "congruent by the " in str(compare(Environment("HHH", [(1, 0, 0), (0, 1, 0), (0, 0, 1)]), c))


def test_what_a_notebook_shows():
    assert compare(axial(2), axial(2))._repr_html_().startswith("<pre>A: CH4")
