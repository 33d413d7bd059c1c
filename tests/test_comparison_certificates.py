"""Certificates of comparisons: true ones verify, false claims are refused, and what is printed is what was proved."""

import random
from fractions import Fraction
from itertools import permutations

import pytest
from checker_cases import STORED, put, stored
from comparison_cases import PAIRS, axial, mirrored
from comparison_forgeries import other_congruence, other_orders, other_side
from comparison_oracle import comparison_is_true
from hypothesis import given, strategies as st

from symsens import Structure, compare
from symsens.checker import Malformed, Refuted, check, comparisons, sides
from symsens.testing import (
    degenerate_pairs,
    environments,
    isometries,
    move,
    permutations as orders_of,
    permute,
    structures,
)

NAMES = sorted(path.stem for path in STORED.glob("comparison-*.json"))


def refused(certificate, match, kind=Refuted):
    with pytest.raises(kind, match=match):
        check(certificate)


@pytest.mark.parametrize("name", PAIRS)
def test_every_known_pair_has_a_certificate(name):
    a, b, options, *_ = PAIRS[name]
    found = compare(a, b, **options)
    statements = check(found.certificate)
    rules = [statement.rpartition(" [")[2].removesuffix("]") for statement in statements]
    assert rules == ["pair", found.rule.name, *found.rule.by] and comparison_is_true(found.certificate)


def test_what_is_printed():
    pair, apart, equal, separated = check(compare(axial(2), axial(-2)).certificate)
    assert pair.startswith("A is an environment over QQ of 4 neighbours (H 4) of a centre C: H (5, 0, 1), ")
    assert "; B is an environment over QQ of 4 neighbours" in pair and pair.count("SHA-256") == 2
    assert apart == "not congruent: no isometry takes A to B, by exhaustive search [not-congruent]"
    assert equal == "equal features, for every smooth phi of O(3): up to nu = 2, by 14 classes [equal-features]"
    assert separated == "told apart at nu = 3: tuples of the class of (0, 1, 3) of A: 1 in A, 0 in B [separated]"
    assert check(stored("comparison-frames"))[1] == (
        "congruent: the permutation given keeps species and all dot products, so a rotation takes A to B; every SO(3) "
        "feature of every order is equal [congruent]"
    )
    pair, _, equal, separated = check(stored("comparison-homometric"))
    assert pair.startswith("A is a molecule over QQ of 6 atoms (H 6); SHA-256 ")
    assert equal.startswith("equal features, for every smooth phi of O(3): up to nu = 1, by ")
    assert equal.endswith(" classes of all environments together [equal-features]")
    assert separated.startswith(
        "told apart at nu = 1 of environments of atoms: environments with the classes of that of atom 0 of A: 1 in A, "
        "0 in B; at nu = 2 of all environments together: tuples of the class of ("
    )
    assert "centres H: 1 in A, 2 in B; at nu = 1" in check(stored("comparison-centres"))[2]


def test_claims_that_are_not_so():
    axial_pair, frames = (lambda: stored("comparison-axial")), (lambda: stored("comparison-frames"))
    level = "claims.levels.0"
    refused(put(axial_pair(), "second", axial_pair()["first"]), "there is an isometry")
    no_more = put(
        put(put(axial_pair(), f"{level}.separated_at", None), f"{level}.witness", None), f"{level}.equal_up_to", 3
    )
    refused(no_more, "environment: the classes of order nu = 3 have different numbers of members")
    sooner = put(put(axial_pair(), f"{level}.separated_at", 2), f"{level}.equal_up_to", 1)
    refused(put(sooner, f"{level}.witness.tuple", [0, 1]), "environment: 1 tuples of the class of .* on both sides")
    for k, at in ((2, 4), (2, 2), (-1, 0), (-1, None), (8, 9), (9, 10)):
        wrong = put(put(axial_pair(), f"{level}.equal_up_to", k), f"{level}.separated_at", at)
        refused(wrong, "equal_up_to|first: 4 atoms at order")
    refused(put(axial_pair(), f"{level}.witness", None), "a witness goes with separated_at")
    refused(put(put(axial_pair(), f"{level}.separated_at", None), f"{level}.equal_up_to", 2), "a witness goes with")
    for wrong in ([0, 1], [0, 1, 4], [0, 1, -1], [0, 1, 2, 3]):
        refused(put(axial_pair(), f"{level}.witness.tuple", wrong), "not 3 neighbours")
    refused(put(axial_pair(), f"{level}.witness.tuple", None), "a tuple, or null")
    refused(put(axial_pair(), f"{level}.witness.tuple", []), "1 centres C on both sides")
    refused(put(axial_pair(), f"{level}.witness.place", 1), "no such environment")
    refused(put(axial_pair(), f"{level}.witness.side", 2), "no such environment")
    refused(put(axial_pair(), f"{level}.witness.side", -1), "no such environment")
    refused(put(axial_pair(), f"{level}.name", "sum"), "set and sum for molecules")
    refused(put(axial_pair(), "claims.levels", []), "set and sum for molecules")
    refused(put(axial_pair(), "permutation", [0, 1, 2, 3]), "null where the sides are not congruent")
    refused(put(put(axial_pair(), "claims.congruent", True), "claims.levels", []), "permutation: not a bijection")
    refused(put(frames(), "claims.levels", axial_pair()["claims"]["levels"]), "no level")
    molecules = stored("comparison-homometric")
    refused(put(molecules, "claims.levels.0.witness.tuple", [0]), "a tuple, or null where environments are counted")
    beside = put(put(molecules, "second.centre", "H"), "second.positions.0.0", "2")
    refused(beside, "an environment beside a molecule")


@pytest.mark.parametrize("p", list(permutations(range(4))))
def test_no_other_permutation_is_believed(p):
    certificate = put(stored("comparison-frames"), "permutation", list(p))
    if p == (0, 1, 2, 3):
        assert check(certificate)
    else:
        refused(certificate, "does not keep all dot products")


def test_what_a_search_for_mutants_showed():
    """Each of these once passed with a part of the checker left away."""
    frames, molecules = (lambda: stored("comparison-frames")), (lambda: stored("comparison-homometric"))
    more = put(put(frames(), "second.species", ["H"] * 5), "second.positions", lambda rows: [*rows, ["9", "9", "9"]])
    refused(put(more, "isometry", None), "not a bijection of the atoms")
    level = {"name": "environment", "equal_up_to": 1, "separated_at": None, "witness": None}
    turned = put(put(put(frames(), "permutation", None), "isometry", None), "claims.congruent", False)
    assert turned["group"] == "SO(3)"
    refused(put(turned, "claims.levels", [level]), "there is an isometry")
    nothing = {"equal_up_to": 1, "separated_at": None, "witness": None}
    by_sum = {"name": "sum", **nothing}
    apart = [molecules()["claims"]["levels"][0], by_sum]
    assert "told apart at nu = 1 of environments of atoms: " in check(put(molecules(), "claims.levels", apart))[3]
    alike = [{"name": "set", **nothing}, by_sum]
    refused(put(molecules(), "claims.levels", alike), "set: the classes of order nu = 1 have different numbers")
    isometry = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    refused(put(stored("comparison-axial"), "isometry", isometry), "null where the sides are not congruent")
    refused(put(frames(), "first", [1, 2]), "first: expected an object", Malformed)
    refused(put(frames(), "labels", {"deep": [[[[]]] * 2**12] * 2**12}), "more than .* values", Malformed)
    assert "no rotation takes A to B, by exhaustive search" in check(stored("comparison-chiral"))[1]
    mirror = check(compare(axial(2), mirrored(axial(2))).certificate)[1]
    assert "so an isometry takes A to B; every O(3) feature" in mirror
    assert "up to nu = 3, by 182 classes" in check(stored("comparison-layers"))[2]  # with signs there are 206
    layers = compare(*PAIRS["layers"][:2], chiral=True).certificate
    assert "up to nu = 3, by 206 classes" in check(layers)[2]


@pytest.mark.parametrize(
    ("n", "centre", "nu", "fits"),
    [
        (256, "C", 1, True),
        (257, "C", 1, False),
        (128, "C", 2, True),
        (1, "C", 8, True),
        (1, "C", 9, False),
        (1, "C", 0, False),
        (70, "C", 3, True),
        (71, "C", 3, False),
        (88, None, 2, True),
        (90, None, 2, False),
        (64, "C", 3, True),
        (24, "C", 4, False),
    ],
)
def test_sizes(n, centre, nu, fits):
    side = {"species": ["H"] * n, "centre": centre, "within": None}
    pair = {"first": side, "second": side}
    if fits:
        sides.check_size(pair, nu)
    else:
        with pytest.raises(Refuted, match="atoms at order nu|invariants of tuples"):
            sides.check_size(pair, nu)


def test_the_sum_of_both_sides_is_bounded():
    """2^22 invariants of tuples and not one more: 2 (n^2) 3 and (n - 1)^2 n 3 of them."""
    small = {"species": ["H"], "centre": "C", "within": None}
    large = {**small, "species": ["H"] * 256}
    pair = {"first": small, "second": large}
    sides.check_size(pair, 2)
    assert sides.MAX_TUPLE_INVARIANTS >= (256**2 + 1) * 3
    exact = [n for n in range(1, 257) if (n * (n - 1) ** 2 + 1) * 3 <= sides.MAX_TUPLE_INVARIANTS]
    whole = {**small, "species": ["H"] * (exact[-1] + 1), "centre": None}
    with pytest.raises(Refuted, match="nu: 2 means over"):
        sides.check_size({"first": small, "second": whole}, 2)
    sides.check_size({"first": small, "second": {**whole, "species": ["H"] * exact[-1]}}, 2)


def test_evidence_of_congruence():
    frames, hexagon = (lambda: stored("comparison-frames")), (lambda: stored("comparison-congruent"))
    for wrong in ([0, 0, 1, 2], [0, 1, 2], [0, 1, 2, 4], [1, 2, 3, 4], None):
        refused(put(frames(), "permutation", wrong), "not a bijection")
    assert check(put(frames(), "isometry", None))
    refused(put(frames(), "isometry.0.0", "2"), "Q.T M Q is not the metric of A")
    refused(put(hexagon(), "isometry", [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]), "move the atoms as")
    inverted = [[str(-Fraction(x)) for x in row] for row in frames()["isometry"]]
    refused(put(frames(), "isometry", inverted), "a reflection, where SO")
    refused(put(put(frames(), "group", "O(3)"), "isometry", inverted), "move the atoms as")
    refused(put(hexagon(), "permutation.0", hexagon()["permutation"][5]), "not a bijection")
    p = hexagon()["permutation"]
    swapped = [p[5], *p[1:5], p[0]]
    refused(put(hexagon(), "permutation", swapped), "does not keep species")
    refused(put(frames(), "second.centre", "N"), "does not keep species")
    mirror = compare(axial(2), mirrored(axial(2))).certificate
    assert check(mirror)
    refused(put(put(mirror, "group", "SO(3)"), "isometry", None), "that of a reflection")


def test_hypotheses_are_checked():
    refused(
        put(stored("comparison-axial"), "first.positions.0", ["0", "0", "0"]), "first: environment.positions: not 4 "
    )
    refused(put(stored("comparison-axial"), "second.metric.0.0", "-1"), "second: environment.metric: not symmetric, or")
    molecule = lambda: stored("comparison-homometric")
    refused(put(molecule(), "first.positions.0", ["1", "0", "0"]), "first: positions: a molecule has one atom or more")
    refused(put(molecule(), "second.species", ["H"]), "second: positions: a molecule has one atom or more")
    empty = put(put(molecule(), "second.species", []), "second.positions", [])
    refused(empty, "second: positions: a molecule has one atom or more")
    refused(put(stored("comparison-axial"), "first.field", "QQ<sqrt(2)>"), "expected QQ", Malformed)
    refused(put(stored("comparison-axial"), "claims.congruent", 0), "true or false", Malformed)
    refused(stored("comparison-axial") | {"more": 1}, "exactly the keys", Malformed)


def test_sizes_are_counted_before_anything_is_made():
    level = "claims.levels.0"
    for k in (10**9, 2**62, 8):
        wrong = put(put(stored("comparison-axial"), f"{level}.equal_up_to", k), f"{level}.separated_at", k + 1)
        refused(wrong, "atoms at order nu")
    many = stored("comparison-layers")
    for side in ("first", "second"):
        many[side]["species"], many[side]["positions"] = ["H"] * 40, [[str(i + 1), "0", "0"] for i in range(40)]
    refused(many, "invariants of tuples")
    long = put(stored("comparison-axial"), "first.positions.0.0", f"1/1{'0' * 5000}")
    refused(long, "first: environment.positions: a common denominator")


@given(environments(max_neighbours=4), st.data(), st.booleans())
def test_every_comparison_of_environments_verifies(env, data, chiral):
    other = data.draw(st.one_of(environments(max_neighbours=4), st.just(env)))
    other = permute(move(other, data.draw(isometries())), data.draw(orders_of(other)))
    found = compare(env, other, nu_max=3, chiral=chiral)
    assert check(found.certificate) and comparison_is_true(found.certificate)


@given(st.sampled_from([1, 2, 3]).flatmap(degenerate_pairs), st.booleans())
def test_every_degenerate_pair_verifies(pair, chiral):
    assert check(compare(*pair, chiral=chiral).certificate)


@given(structures(max_atoms=5), structures(max_atoms=5), st.booleans())
def test_every_comparison_of_molecules_verifies(a, b, chiral):
    assert check(compare(a, b, nu_max=2, chiral=chiral).certificate)
    assert check(compare(a, a, nu_max=2, chiral=chiral).certificate)


@given(
    st.sampled_from(NAMES),
    st.lists(st.sampled_from([other_orders, other_congruence, other_side]), max_size=3),
    st.integers(0, 2**32),
)
def test_forgeries(name, changes, seed):
    """What the checker believes is true by the definitions; what it refuses may be so for its evidence alone."""
    certificate, rng = stored(name), random.Random(seed)
    for change in changes:
        try:
            change(rng, certificate)
        except (KeyError, IndexError, TypeError, ValueError):
            continue
    try:
        check(certificate)
    except (Malformed, Refuted):
        return
    assert comparison_is_true(certificate)


def test_a_search_that_finds_nothing_would_be_found_out(monkeypatch):
    """The negative control: without its search the checker believes what the oracle refutes."""
    certificate = put(stored("comparison-axial"), "second", stored("comparison-axial")["first"])
    level = {"name": "environment", "equal_up_to": 2, "separated_at": None, "witness": None}
    certificate = put(certificate, "claims.levels", [level])
    refused(certificate, "there is an isometry")
    monkeypatch.setattr(comparisons, "matches", lambda first, second: [])
    assert check(certificate) and not comparison_is_true(certificate)


def test_no_certificate_where_the_checker_would_refuse(monkeypatch):
    line = Structure("H" * 30, [(x * x, 0, 0) for x in range(30)])
    other = Structure("H" * 30, [(x * x, 0, x // 29) for x in range(30)])
    assert compare(line, other, nu_max=1).rule.name == "not-congruent"
    many, fewer = 4 * 29**3 * 30, 4 * 29**3 * 30 - 1
    for module in ("symsens.certificates.comparisons", "symsens.checker.comparisons"):
        monkeypatch.setattr(f"{module}.MAX_SEARCH", many)
    assert check(compare(line, other, nu_max=1).certificate)
    monkeypatch.setattr("symsens.certificates.comparisons.MAX_SEARCH", fewer)
    assert compare(line, other, nu_max=1).rule.reason.endswith("for isometries of so many atoms as 30")
    monkeypatch.setattr("symsens.checker.comparisons.MAX_SEARCH", 4 * 3**3)
    assert check(stored("comparison-chiral"))  # three neighbours, that are seen alike from both centres
    monkeypatch.setattr("symsens.checker.comparisons.MAX_SEARCH", 4 * 3**3 - 1)
    refused(stored("comparison-chiral"), "the search would look at over")
    assert check(stored("comparison-axial"))  # here they are not, so that no search is needed
    monkeypatch.setattr("symsens.certificates.comparisons.MAX_TUPLE_INVARIANTS", 1000)
    assert compare(line, line).rule.reason == "the checker does not read so many tuples of order nu = 1"


# Over a number field.

CUBIC = {"generator": "c", "minimal_polynomial": ["-1", "-2", "1", "1"], "root": ["6/5", "13/10"]}


def heptagon(*vertices, apex=2, metric="c"):
    """Vertices of a regular heptagon, in the frame of two of them, and one neighbour above, over QQ<2 cos(2 pi/7)>."""
    ring = [(["1"], ["0"]), (["0"], ["1"])]  # each is c times the one before less that before it
    times_c = {(1, 0, 0): (0, 1, 0), (0, 1, 0): (0, 0, 1), (0, 0, 1): (1, 2, -1)}  # c^3 = 1 + 2 c - c^2
    pad = lambda x: [int(t) for t in x] + [0] * (3 - len(x))
    while len(ring) < 7:
        new = []
        for before, last in zip(ring[-2], ring[-1]):
            total = [-t for t in pad(before)]
            for basis, image in times_c.items():
                weight = sum(w * b for w, b in zip(pad(last), basis))
                total = [t + weight * i for t, i in zip(total, image)]
            new.append([str(t) for t in total])
        ring.append(tuple(new))
    half = {"c": ["0", "1/2"], "-c": ["0", "-1/2"]}[metric]
    return {
        "field": CUBIC,
        "centre": "C",
        "species": ["H"] * (len(vertices) + 1),
        "positions": [[*ring[v], "0"] for v in vertices] + [["0", "0", str(apex)]],
        "metric": [["1", half, "0"], [half, "1", "0"], ["0", "0", "1"]],
    }


def over_the_cubic(first, second, levels=(), group="O(3)", permutation=None):
    claims = {"congruent": permutation is not None, "levels": list(levels)}
    rest = {"permutation": permutation, "isometry": None, "labels": None, "group": group}
    return {"schema": "symsens/comparison-certificate/1", "first": first, "second": second, "claims": claims} | rest


def environment_level(equal_up_to, witness=None):
    at = None if witness is None else equal_up_to + 1
    found = witness and {"side": 0, "place": 0, "tuple": witness}
    return {"name": "environment", "equal_up_to": equal_up_to, "separated_at": at, "witness": found}


def test_turned_heptagons_are_congruent():
    a, turned, other = heptagon(0, 1, 2, 4), heptagon(1, 2, 3, 5), heptagon(0, 1, 2, 3)
    statements = check(over_the_cubic(a, turned, permutation=[0, 1, 2, 3, 4]))
    assert statements[0].startswith(
        "QQ<c>: c^3 + c^2 - 2 c - 1 = 0, c in [6/5, 13/10], the only root there; irreducible"
    )
    assert statements[1].startswith("A is an environment over QQ<c> of 5 neighbours") and len(statements) == 3
    assert check(over_the_cubic(a, turned, group="SO(3)", permutation=[0, 1, 2, 3, 4]))
    refused(over_the_cubic(a, turned, permutation=[1, 0, 2, 3, 4]), "does not keep all dot products")
    refused(over_the_cubic(a, other, permutation=[0, 1, 2, 3, 4]), "does not keep all dot products")
    refused(over_the_cubic(a, turned, [environment_level(2)]), "there is an isometry")
    lower = heptagon(1, 2, 3, 5, apex=-2)
    assert check(over_the_cubic(a, lower, permutation=[0, 1, 2, 3, 4]))
    refused(over_the_cubic(a, lower, group="SO(3)", permutation=[0, 1, 2, 3, 4]), "that of a reflection")


def test_heptagons_that_are_not():
    a, other = heptagon(0, 1, 2, 4), heptagon(0, 1, 2, 3)
    check(over_the_cubic(a, other, [environment_level(1, [0, 3])]))
    refused(over_the_cubic(a, other, [environment_level(2)]), "different numbers of members")
    refused(over_the_cubic(a, other, [environment_level(1, [0, 4])]), "on both sides")
    mirrored_one = heptagon(0, 1, 2, 4, apex=-2)
    scalene = environment_level(
        3, [1, 2, 3, 4]
    )  # three of the ring that are no mirror image of themselves, and the apex
    assert check(over_the_cubic(a, mirrored_one, [scalene], group="SO(3)"))
    refused(over_the_cubic(a, mirrored_one, [scalene]), "there is an isometry")
    refused(over_the_cubic(a, mirrored_one, [environment_level(2, [0, 1, 4])], group="SO(3)"), "2 tuples .* both sides")
    molecule = over_the_cubic(
        {**a, "centre": None}, {**heptagon(3, 4, 5, 0), "centre": None}, permutation=[0, 1, 2, 3, 4]
    )
    assert "a molecule over QQ<c> of 5 atoms (H 5)" in check(molecule)[1]


def test_one_is_stored():
    statements = check(stored("field-comparison"))
    assert statements[2] == "not congruent: no rotation takes A to B, by exhaustive search [not-congruent]"
    assert statements[4] == "told apart at nu = 4: tuples of the class of (1, 2, 3, 4) of A: 1 in A, 0 in B [separated]"
    refused(put(stored("field-comparison"), "group", "O(3)"), "there is an isometry")


def test_the_field_is_one_and_is_a_field():
    a = heptagon(0, 1, 2, 4)
    rational = {**a, "field": "QQ", "positions": [["1", "0", "0"]] * 5, "metric": [["1", "0", "0"]] * 3}
    refused(over_the_cubic(a, rational, permutation=[0, 1, 2, 3, 4]), "second.field: expected an object", Malformed)
    refused(over_the_cubic(rational, a, permutation=[0, 1, 2, 3, 4]), "second.field: expected QQ", Malformed)
    other = {**a, "field": CUBIC | {"root": ["6/5", "5/4"]}}
    refused(over_the_cubic(a, other, permutation=[0, 1, 2, 3, 4]), "the field of the first side", Malformed)
    for wrong, why in ((["-1", "0", "0", "1"], "not proved to be irreducible"), (["-1", "-2", "1", "1"], "roots of")):
        field = {"field": CUBIC | {"minimal_polynomial": wrong, "root": ["2", "3"]}}
        both = over_the_cubic(a | field, a | field, permutation=[0, 1, 2, 3, 4])
        refused(both, why)
    long = {**a, "positions": [[["0", "0", "0", "1"], "0", "0"], *a["positions"][1:]]}
    refused(over_the_cubic(long, a, permutation=[0, 1, 2, 3, 4]), "a list of 1 to 3 coefficients", Malformed)
