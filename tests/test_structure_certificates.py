"""Certificates of whole structures: each wrong field is refused, hostile sizes in one line and at once."""

import json
import time
from copy import deepcopy
from fractions import Fraction

import pytest
from checker_cases import STORED, put as put_in, stored
from structure_cases import CRYSTALS, MOLECULES, buckminsterfullerene, ferrocene

from symsens import certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, lattices, load, motions, structures
from symsens.checker.lattices import Structure
from symsens.checker.limits import MAX_IMAGES, MAX_NEIGHBOURS

WATER, METHANE, SALT, LINE = (stored(f"structure-{name}") for name in ("water", "methane", "salt", "carbon-dioxide"))
SUM, SET, CHAIN, CRYSTAL = (stored(f"structure-{name}") for name in ("sum", "set", "chain", "crystal"))


def proved(certificate):
    """The statements of a certificate, through its text."""
    (read,) = load(certificate_text([certificate]))
    return check(read)


@pytest.mark.parametrize("level", ["sum", "set"])
@pytest.mark.parametrize("name", [*MOLECULES, *CRYSTALS])
def test_what_is_certified_is_proved(name, level):
    structure, cutoff = CRYSTALS[name][:2] if name in CRYSTALS else (MOLECULES[name][0], None)
    result = certify(structure, level=level, cutoff=cutoff)
    assert result.rule.name == f"structure-{level}" and result.answer == result.certificate
    statements = proved(result.certificate)
    assert f"[structure-{level}]" in statements[-2] and f"rank {result.filtration.rank}, " in statements[-1]
    assert any(f" {result.point_group}" in s for s in statements if s.endswith("[point-group]"))


@pytest.mark.parametrize(("make", "group"), [(ferrocene, "D5h"), (buckminsterfullerene, "Ih")])
def test_what_is_certified_over_a_field_is_proved(make, group):
    result = certify(make(), level="sum", budget=None)
    start = time.process_time()
    statements = proved(result.certificate)
    assert time.process_time() - start < 60 and statements[0].startswith("QQ<a>") and group in statements[4]


def put(certificate, path, value):
    """A copy of a certificate with something else at a path."""
    return put_in(deepcopy(certificate), path, value)


def unit(i):
    return [str(int(i == c)) for c in range(9)]


REFUSED = {
    "a rank too small": (put(WATER, "claims.rank", 1), "claims: rank is 2"),
    "a nullity too large": (put(WATER, "claims.nullity", 8), "claims: nullity is 7"),
    "a symmetry too large": (put(WATER, "claims.filtration.symmetry", 2), "claims: symmetry is 1"),
    "an incompleteness": (put(WATER, "claims.filtration.incompleteness", 1), "claims: incompleteness is 0"),
    "an allowed rank": (put(WATER, "claims.symmetry_allowed_rank", 3), "symmetry_allowed_rank is 2"),
    "an order": (put(WATER, "claims.stabiliser_order", 4), "stabiliser_order is 2"),
    "displacements": (put(WATER, "claims.displacements", 6), "displacements is 9"),
    "a point group": (put(WATER, "point_group", "Cs"), "point_group: C2v"),
    "a group of a line": (put(LINE, "point_group", "C*v"), "point_group: D\\*h"),
    "a level of features that is none": (put(WATER, "level", "environment"), "set or sum"),
    "the sum as a set": (put(SUM, "level", "set"), "not null for row|pivot_rows"),
    "the set as a sum": (put(SET, "level", "sum"), "depends on the rows before it|pivot_rows"),
    "no symmetry level": (put(WATER, "levels", lambda levels: levels[::2]), "levels: expected rigid"),
    "levels in another order": (put(WATER, "levels", lambda levels: levels[::-1]), "levels: expected rigid"),
    "fewer generators": (put(METHANE, "generators", lambda g: g[:-1]), "of the 24 that isometries induce"),
    "no mirror": (
        put(WATER, "generators", lambda g: [x for x in g if x["permutation"] != [0, 1, 2]]),
        "no mirror in the plane",
    ),
    "no rotation": (
        put(LINE, "generators", lambda g: [x for x in g if x["permutation"] != [0, 1, 2]]),
        "no rotation about the axis",
    ),
    "a permutation that is none": (put(METHANE, "generators.0.permutation", [0, 1, 1, 1, 1]), "not a bijection"),
    "a permutation of other species": (put(METHANE, "generators.0.permutation", [1, 0, 2, 3, 4]), "keeps species"),
    "another permutation": (
        put(METHANE, "generators.0.permutation", lambda p: [0, *p[2:], p[1]]),
        "does not take the atoms where",
    ),
    "no isometry": (put(SALT, "generators.0.isometry.0.0", "2"), "Q\\^T M Q is not M"),
    "lattice vectors that go elsewhere": (
        put(SALT, "generators.0.lattice.0", lambda row: [x + 1 for x in row]),
        "not the images of the lattice vectors",
    ),
    "atoms that are shifted elsewhere": (
        put(SALT, "generators.0.shifts.1", lambda row: [x + 1 for x in row]),
        "does not take the atoms where",
    ),
    "too few coefficients": (put(SALT, "generators.0.shifts.1", [0, 0]), "not 3 coefficients for each"),
    "no coefficients for an atom": (put(SALT, "generators.0.shifts", lambda rows: rows[:1]), "not 3 coefficients"),
    "a rigid motion that is none": (put(WATER, "levels.0.null_vectors.0", unit(0)), "outside Rigid"),
    "a rigid motion twice": (put(WATER, "levels.0.null_vectors", lambda v: [*v[:5], v[0]]), "dependent on the vectors"),
    "a rigid motion less": (put(WATER, "levels.0.null_vectors", lambda v: v[:5]), "but dim Rigid = 6"),
    "a forced one that is none": (put(WATER, "levels.1.null_vectors.0", unit(1)), "outside \\(Rigid"),
    "null vectors of another length": (put(WATER, "levels.1.null_vectors.0", ["1"]), "not 9 numbers"),
    "a spurious one that is none": (
        put(SUM, "levels.2.null_vectors.0", lambda v: [str(Fraction(x) + (i == 4)) for i, x in enumerate(v)]),
        "is not null for row",
    ),
    "a prime that is none": (put(WATER, "levels.2.prime", str(2**61 + 1)), "not a prime"),
    "a pivot less": (put(WATER, "levels.2.pivot_rows", lambda rows: rows[:1]), "!= 9 displacements"),
    "a pivot twice": (put(WATER, "levels.2.pivot_rows", lambda rows: rows[:1] * 2), "depends on the rows before it"),
    "a pivot of no centre": (put(WATER, "levels.2.pivot_rows.0.0.0", -1), "no such row"),
    "a pivot of a centre too many": (put(WATER, "levels.2.pivot_rows.0.0.0", 3), "no such row"),
    "a pivot of no neighbour": (put(WATER, "levels.2.pivot_rows.0.0.1", 2), "no such row"),
    "a pivot of a negative neighbour": (put(WATER, "levels.2.pivot_rows.0.0.1", -1), "no such row"),
    "a pivot of no component": (put(WATER, "levels.2.pivot_rows.0.1", [1, 0]), "no such row"),
    "a pivot of one neighbour": (put(WATER, "levels.2.pivot_rows.0.0", [0, 0]), "no such row"),
    "order 0": (put(WATER, "nu", 0), "nu 1 to"),
    "order 9": (put(WATER, "nu", 9), "nu 1 to"),
    "a cutoff of 0": (put(SALT, "structure.cutoff", "0"), "not positive"),
    "a negative cutoff": (put(SALT, "structure.cutoff", "-3"), "not positive"),
    "a lattice without a cutoff": (put(SALT, "structure.cutoff", None), "a lattice without a cutoff"),
    "a smaller cutoff": (put(WATER, "structure.cutoff", "1"), "pivot_rows"),
    "four lattice vectors": (put(SALT, "structure.lattice", lambda a: [*a, a[0]]), "more than three lattice vectors"),
    "dependent lattice vectors": (put(SALT, "structure.lattice", lambda a: [a[0], a[0], a[1]]), "are dependent"),
    "a lattice vector 0": (put(CHAIN, "structure.lattice.0", ["0", "0", "0"]), "are dependent"),
    "two atoms at one place": (put(WATER, "structure.positions.1", ["0", "0", "0"]), "are at one place"),
    "an atom and an image at one place": (put(SALT, "structure.positions.1", ["0", "2", "2"]), "are at one place"),
    "a position less": (put(WATER, "structure.positions", lambda y: y[:2]), "a position for each"),
    "no atoms": (put(put(WATER, "structure.positions", []), "structure.species", []), "not 1 to"),
    "a metric that is none": (put(WATER, "structure.metric.0.0", "-1"), "leading minor"),
    "a metric without symmetry": (put(WATER, "structure.metric.0.1", "1/2"), "not symmetric"),
    "other species": (put(WATER, "structure.species", ["O", "O", "H"]), "keeps species"),
    "other lattice vectors": (
        put(SALT, "structure.lattice.0", ["0", "2", "3"]),
        "Q\\^T M Q|not the images|isometries induce|does not take",
    ),
    "many generators": (put(SALT, "generators", lambda g: g * 500), "more than 1000"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_wrong_field_is_refused(name):
    certificate, reason = REFUSED[name]
    start = time.process_time()
    with pytest.raises((Refuted, Malformed), match=reason) as refused:
        check(certificate)
    assert len(str(refused.value)) < 400 and str(refused.value).isprintable()
    assert time.process_time() - start < 1.5


def test_what_is_refused_above_is_true_as_it_was_stored():
    for certificate in (WATER, METHANE, SALT, LINE, SUM, SET, CHAIN, CRYSTAL):
        assert check(certificate)


def many(count, cutoff=None):
    places = [[str(i % 7), str(i // 7 % 7), str(i // 49)] for i in range(count)]
    return WATER | {"structure": WATER["structure"] | {"species": ["H"] * count, "positions": places, "cutoff": cutoff}}


def lattice_of(factor, cutoff):
    vectors = [[factor, "0", "0"], ["0", "9", "0"], ["0", "0", "9"]]
    return put(
        put(put(SALT, "structure.cutoff", cutoff), "structure.lattice", vectors), "structure.positions.1.0", "1/3"
    )


HOSTILE = {
    "many atoms": (many(MAX_NEIGHBOURS + 1), "not 1 to 256 atoms"),
    "many tuples": (many(200), "invariants of tuples"),
    "many images of few atoms": (put(SALT, "structure.cutoff", "1000"), f"more than {MAX_IMAGES} images"),
    "images without end": (put(SALT, "structure.cutoff", f"{10**300}"), f"more than {MAX_IMAGES} images"),
    "a lattice without end": (lattice_of(f"1/{10**40}", "3"), f"more than {MAX_IMAGES} images"),
    "positions without end": (
        put(SALT, "structure.positions.1.0", "1" + "0" * 4000 + "1"),
        "too much to check|does not take",
    ),
    "a long denominator": (
        put(WATER, "structure.positions.1.0", "1/1" + "0" * 5999 + "1"),
        "common denominator|too much",
    ),
    "a long metric": (put(WATER, "structure.metric.0.0", "1" + "0" * 15000), "too much to check|outside Rigid"),
    "many lattice vectors of one length": (
        put(
            put(SALT, "structure.lattice", [["3", "0", "0"], ["0", "3", "0"], ["0", "0", "195"]]),
            "structure.cutoff",
            "1",
        ),
        "isometries|pivot|null|generators|too many",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes_are_refused_at_once(name):
    certificate, reason = HOSTILE[name]
    start = time.process_time()
    with pytest.raises(Refuted, match=reason) as refused:
        check(certificate)
    assert time.process_time() - start < 5 and len(str(refused.value)) < 400


def test_a_crystal_over_a_field_is_not_read():
    certificate = stored("field-structure")
    certificate["structure"] |= {"lattice": [["9", "0", "0"]], "cutoff": "2"}
    with pytest.raises(Refuted, match="numbers of QQ are read only"):
        check(certificate)


# Each check is needed: without it a false certificate is accepted.


def test_without_the_groups_a_set_is_a_sum(monkeypatch):
    false = put(SUM, "level", "set")
    monkeypatch.setattr(structures, "groups", lambda env, keys: [0] * env.n)
    assert check(false)


def test_without_the_last_images_a_neighbour_is_forgotten(monkeypatch):
    true = stored("structure-chain")
    assert check(true)
    known = Structure.images
    monkeypatch.setattr(Structure, "images", lambda *parts: known(*parts)[1:-2])
    with pytest.raises((Refuted, ValueError)):
        check(true)


def test_without_the_search_a_group_may_be_too_small(monkeypatch):
    false = stored("structure-methane")
    false["generators"] = [g for g in false["generators"] if g["permutation"] == list(range(5))]
    false["claims"]["stabiliser_order"], false["point_group"] = 1, None
    space, rest = false["levels"][1], false["levels"][2]
    rest["null_vectors"], space["null_vectors"] = space["null_vectors"], []
    steps = false["claims"]["filtration"]
    steps["incompleteness"], steps["symmetry"] = steps["symmetry"], 0
    false["claims"]["symmetry_allowed_rank"] = 9
    with pytest.raises(Refuted, match="they generate 1 permutations of the 24"):
        check(false)
    monkeypatch.setattr(motions, "all_isometries", lambda env, anchor: [(tuple(range(anchor.n)), 0)])
    assert check(false)


def test_without_the_check_of_motions_too_much_is_forced(monkeypatch):
    """Atoms of a generator that is no isometry: what it would force is not null, and only that check knows."""
    false = stored("structure-sum")
    motion = {"isometry": [["-1", "0", "0"], ["0", "-1", "0"], ["0", "0", "-1"]], "lattice": [], "shifts": [[]] * 4}
    false["generators"], false["point_group"] = [motion | {"permutation": [0, 1, 2, 3]}], None
    with pytest.raises(Refuted, match="does not take the atoms where"):
        check(false)
    monkeypatch.setattr(motions, "check_motion", lambda env, generator, where: None)
    with pytest.raises(Refuted, match="dim \\(Rigid \\+ Symmetry\\) = 12"):
        check(false)


def test_of_a_lattice_all_images_are_found():
    """The images within a radius, against every one in a large box."""
    env = Structure(structures.read_certificate(put(SALT, "structure.lattice", SKEW), "certificate"))
    for start, limit in (([0, 0, 0], 20), ([1, 2, 0], 9), ([5, -7, 3], 40)):
        offsets = [lattices.dot(dual, start) for dual in duals(env)]
        found = {c for c, v in env.images(start, offsets, Fraction(limit)) if env.square(v) <= limit}
        box = [(a, b, c) for a in range(-12, 13) for b in range(-12, 13) for c in range(-12, 13)]
        assert found == {c for c in box if env.square(lattices.moved(start, env.cell, c)) <= limit} and found


SKEW = [["0", "2", "2"], ["2", "2", "4"], ["2", "4", "2"]]


def duals(env):
    """The dual vectors of a lattice of three."""
    matrix = [[Fraction(x) for x in row] for row in env.cell]
    whole = lattices.determinant(matrix)
    minor = lambda i, j: [[x for c, x in enumerate(row) if c != j] for r, row in enumerate(matrix) if r != i]
    return [[(-1) ** (i + j) * lattices.determinant(minor(i, j)) / whole for j in range(3)] for i in range(3)]


def test_files_of_structures_are_read_and_labelled(tmp_path):
    from symsens.checker.report import verify

    result, path, lines = certify("ase:CH4", level="sum"), tmp_path / "c.json", []
    path.write_text(certificate_text([result.certificate]))
    assert verify([path], False, lines.append, lines.append) == 0 and "  label: file: ase:CH4" in lines
    path.write_text(json.dumps({"schema": "symsens/certificates/1", "certificates": [put(WATER, "claims.rank", 1)]}))
    assert verify([path], False, lines.append, lines.append) == 1
    assert all((STORED / f"structure-{name}.json").exists() for name in ("water", "layer"))


def test_what_the_checker_does_not_read_has_no_rule():
    structure = CRYSTALS["quartz"][0]
    assert certify(structure, level="sum", nu=1, cutoff="1/2").rule.name == "structure-sum"
    long = type(structure)(structure.species, [(a + Fraction(1, 10**5000), b, c) for a, b, c in structure.positions])
    result = certify(long, level="sum", nu=1)
    assert result.rule.name is None and "does not read" in result.rule.reason
    with pytest.raises(Exception, match="^structure: the checker does not read"):
        _ = result.certificate
