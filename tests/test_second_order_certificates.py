"""Certificates of second order: an oracle that shares no code makes and judges them; each wrong field is refused,
hostile sizes in one line and at once.
"""

import json
import time
from copy import deepcopy
from fractions import Fraction

import pytest
from checker_cases import HEXAGONAL, RING, put as put_in, stored
from jet_oracle import second_order, second_order_is_true
from second_order_cases import FCC, GENERIC, SITES, SQUARE, random_molecule, random_site, shells, site
from structure_cases import MOLECULES

from symsens import certify
from symsens.certificates.exact import certificate_text
from symsens.certificates.second_order import rule_of_curvatures, second_order_certificate
from symsens.checker import Malformed, Refuted, characters, check, load, second_order as rules
from symsens.geometry.displacements import Displacements
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.rows.curvatures import exact_curvatures

PRIME = str(2**61 - 1)


def proved(certificate):
    """The statements of a certificate, through its text."""
    (read,) = load(certificate_text([certificate]))
    return check(read)


def certified(env, nu=2, readout="linear"):
    """The certificate that is written of an environment."""
    found = exact_curvatures(Displacements.of_neighbours(env), nu, readout)
    assert rule_of_curvatures(found).name == "second-order-reached"
    return json.loads(json.dumps(second_order_certificate(found)))


def of_molecule(structure, nu, level, readout, cutoff=None):
    """The certificate that is written of a molecule."""
    found = exact_curvatures(StructureDisplacements(structure, level, cutoff), nu, readout)
    assert rule_of_curvatures(found).name == "second-order-reached"
    return json.loads(json.dumps(second_order_certificate(found)))


def by_hand(env, nu=2, readout="linear"):
    """The certificate that the oracle makes of an environment."""
    known = certify(env, nu=1).certificate
    certificate = {key: known[key] for key in ("environment", "generators", "point_group")}
    certificate |= {"schema": "symsens/second-order-certificate/1", "level": "environment", "labels": None}
    certificate |= {"nu": nu, "readout": readout, "prime": PRIME}
    allowed, reached, missing = second_order(certificate)
    order = known["claims"]["stabiliser_order"]
    claims = {"allowed": allowed, "reached": reached, "missing": len(missing), "stabiliser_order": order}
    return certificate | {"claims": claims, "missing": missing}


@pytest.mark.parametrize("nu", [1, 2, 3])
@pytest.mark.parametrize("name", SITES)
def test_the_known_numbers_are_proved(name, nu):
    positions, allowed, reached = SITES[name]
    if name in ("sc and fcc", "bcc 1 and 2") and nu != 2:
        return
    statements = proved(certified(site(positions), nu))
    assert statements[-1].startswith(f"{reached[nu - 1]} of {allowed} parameters are reached")
    assert statements[-1].endswith("[second-order-reached]") and f"allows {allowed} parameters" in statements[-3]


PLANAR = site([(*y, 0) for y in RING], metric=HEXAGONAL)
BY_HAND = {
    "square": site(SQUARE),
    "ring": PLANAR,
    "cone": site([(*y, "1/2") for y in RING[::2]], metric=HEXAGONAL),
    "opposite": site([(1, 2, 3), (-1, -2, -3)]),
    "line": site([(1, 2, 3), (-1, -2, -3), (2, 4, 6)], "HHO"),
    "equal line": site([(1, 2, 3), (-1, -2, -3), (2, 4, 6), (-2, -4, -6)]),
    "one": site([(1, 2, 3)]),
    "none": site([]),
    "octahedron": site(shells((1, 0, 0))),
}


@pytest.mark.parametrize("readout", ["linear", "nonlinear"])
@pytest.mark.parametrize("nu", [1, 2])
@pytest.mark.parametrize("name", BY_HAND)
def test_what_the_oracle_makes_is_proved_and_is_what_is_written(name, nu, readout):
    certificate, written = by_hand(BY_HAND[name], nu, readout), certified(BY_HAND[name], nu, readout)
    assert proved(certificate)[-1] == proved(written)[-1]
    assert certificate["claims"] == written["claims"]


@pytest.mark.parametrize("seed", range(12))
def test_the_oracle_believes_what_is_written_of_random_sites(seed):
    for nu in (1, 2):
        certificate = certified(random_site(seed), nu, ("linear", "nonlinear")[seed % 2])
        assert proved(certificate) and second_order_is_true(certificate)


@pytest.mark.parametrize("readout", ["linear", "nonlinear"])
def test_the_oracle_at_order_three(readout):
    for env in (site(SQUARE), site(GENERIC[:2])):
        assert by_hand(env, 3, readout)["claims"] == certified(env, 3, readout)["claims"]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_the_oracle_believes_what_is_written_of_more_random_sites(seed):
    for readout in ("linear", "nonlinear"):
        certificate = certified(random_site(seed), 2, readout)
        assert proved(certificate) and second_order_is_true(certificate)


KINDS = [("sum", "linear"), ("sum", "nonlinear"), ("set", "nonlinear")]


@pytest.mark.parametrize(("level", "readout"), KINDS)
@pytest.mark.parametrize("name", MOLECULES)
def test_what_is_written_of_molecules_is_proved_and_true(name, level, readout):
    structure = MOLECULES[name][0]
    for nu in (1, 2)[: 1 + (len(structure.species) < 7)]:
        certificate = of_molecule(structure, nu, level, readout)
        assert proved(certificate)[-1].endswith("[second-order-reached]")
        if len(structure.species) <= 5:
            assert second_order_is_true(certificate)


@pytest.mark.parametrize("seed", range(12))
def test_the_oracle_believes_what_is_written_of_random_molecules(seed):
    structure = random_molecule(seed)
    for level, readout in KINDS:
        certificate = of_molecule(structure, 1 + seed % 2, level, readout, None if seed % 3 else 2)
        assert proved(certificate) and second_order_is_true(certificate)


def test_the_first_shell_of_fcc_takes_no_time_and_three_shells_little():
    for nu, most in ((2, 2), (3, 2)):
        certificate = certified(site(FCC), nu)
        start = time.process_time()
        assert proved(certificate)
        assert time.process_time() - start < most


# Each wrong field is refused.

SQUARE2, LINE, F1, CONE = (stored(f"second-{name}") for name in ("square", "line", "F1", "cone"))
FIELD, WATER, AMMONIA = (stored(name) for name in ("field-second-pentagon", "second-water", "second-ammonia"))


def put(certificate, path, value):
    """A copy of a certificate with something else at a path."""
    return put_in(deepcopy(certificate), path, value)


def claiming(certificate, **numbers):
    """A copy with other claims."""
    return certificate | {"claims": certificate["claims"] | numbers}


def more(x):
    return str(Fraction(x) + 1)


NOTHING = {"gradient": [["0"] * 3] * 4, "form": []}
BLOCK = [["1", "0", "0"], ["0", "0", "0"], ["0", "0", "0"]]
REFUSED = {
    "one more is reached": (claiming(SQUARE2, reached=9), "claims: reached is 8"),
    "one more is reached, with nothing missing": (
        claiming(SQUARE2, reached=9, missing=0) | {"missing": []},
        "claims.reached: 9, but 8 independent 2-jets are seen",
    ),
    "one less is reached": (claiming(SQUARE2, reached=7), "claims: reached is 8"),
    "one less is reached, and one more missing": (
        claiming(SQUARE2, reached=7, missing=2) | {"missing": SQUARE2["missing"] * 2},
        "missing: 1 of 2 functionals are seen to be independent",
    ),
    "one less is reached, and nothing else missing": (
        claiming(SQUARE2, reached=7, missing=2) | {"missing": [*SQUARE2["missing"], NOTHING]},
        "missing: 1 of 2 functionals are seen to be independent",
    ),
    "one more is allowed": (claiming(SQUARE2, allowed=10, reached=9), "claims: allowed is 9"),
    "one less is allowed": (claiming(SQUARE2, allowed=8, reached=7), "claims: allowed is 9"),
    "one more is missing": (claiming(SQUARE2, missing=2), "claims: missing is 1"),
    "a functional less": (
        claiming(put(F1, "missing", lambda m: m[1:]), missing=6),
        "claims: reached is 48, not 47",
    ),
    "another order of the group": (claiming(SQUARE2, stabiliser_order=16), "claims: stabiliser_order is 8"),
    "another number in a form": (put(SQUARE2, "missing.0.form.0.2.0.0", more), "missing\\[0\\].form: not invariant"),
    "another number in a form without symmetry": (put(F1, "missing.3.form.1.2.0.1", more), "missing\\[3\\]: not 0 on"),
    "another number in a gradient": (put(F1, "missing.3.gradient.1.0", more), "missing\\[3\\]: not 0 on"),
    "a gradient that is not invariant": (put(SQUARE2, "missing.0.gradient.0.0", more), "gradient: not invariant"),
    "a gradient of another length": (put(SQUARE2, "missing.0.gradient", lambda g: g[:3]), "not a gradient of 4 rows"),
    "a block of no atom": (put(SQUARE2, "missing.0.form.0.1", 4), "not of atoms j <= k in ascending order"),
    "a block of a negative atom": (put(SQUARE2, "missing.0.form.0.0", -1), "not of atoms j <= k"),
    "a block of k < j": (put(SQUARE2, "missing.0.form", [[1, 0, BLOCK]]), "not of atoms j <= k"),
    "a block twice": (put(SQUARE2, "missing.0.form", lambda form: form + form[-1:]), "not of atoms j <= k"),
    "blocks in another order": (put(SQUARE2, "missing.0.form", lambda form: form[::-1]), "not of atoms j <= k"),
    "a diagonal block that is not symmetric": (put(F1, "missing.3.form.0.2.0.1", more), "is not symmetric"),
    "a functional twice": (put(F1, "missing.6", F1["missing"][0]), "missing: 6 of 7 functionals"),
    "a functional that is 0": (put(SQUARE2, "missing.0", NOTHING), "missing: 0 of 1 functionals"),
    "other positions": (
        put(F1, "environment.positions.0.0", "4"),
        "missing\\[0\\]: not 0 on all 2-jets",
    ),
    "positions that break the symmetry": (put(SQUARE2, "environment.positions.0.0", "2"), "does not permute|not the"),
    "other species": (put(SQUARE2, "environment.species.0", "O"), "keeps species"),
    "order 3 for order 2": (put(SQUARE2, "nu", 3), "missing\\[0\\]: not 0 on all 2-jets of order nu = 3"),
    "order 1 for order 2": (put(SQUARE2, "nu", 1), "claims.reached: 8, but 2 independent"),
    "order 0": (put(SQUARE2, "nu", 0), "is outside 1"),
    "order 9": (put(SQUARE2, "nu", 9), "is outside 1"),
    "a nonlinear readout for a linear one": (put(CONE, "readout", "nonlinear"), "not 0 on all 2-jets"),
    "a linear readout for a nonlinear one": (put(LINE, "readout", "linear"), "claims.reached: 3, but 2 independent"),
    "another readout": (put(LINE, "readout", "cubic"), "linear or nonlinear"),
    "another level": (put(LINE, "level", "sum"), "environment"),
    "atoms that are tied": (put(LINE, "environment.tie", {"centre": 0, "atoms": [1, 2]}), "vary"),
    "fewer generators": (put(SQUARE2, "generators", lambda g: g[:-1]), "of the 8 in the stabiliser|no mirror"),
    "another point group": (put(SQUARE2, "point_group", "D2h"), "point_group: D4h"),
    "a prime that is none": (put(SQUARE2, "prime", str(2**61 + 1)), "prime: not a prime"),
    "a prime that is too long": (put(SQUARE2, "prime", str(2**127 - 1)), "prime: not a prime"),
    "a prime that is none at all": (put(SQUARE2, "prime", "7/2"), "prime: not a prime"),
    "a prime that is too small": (put(SQUARE2, "prime", "2"), "0 of 1 functionals are seen to be independent"),
    "a root that is none": (put(FIELD, "root", "12345"), "root: not a root"),
    "a functional of the conjugate": (
        put(FIELD, "missing.3.gradient.0.0", lambda x: [x[0], str(-Fraction(x[1]))]),
        "not invariant|not 0 on",
    ),
    "a set that is linear": (put(WATER, "level", "set"), "readout: a function of a set is nonlinear"),
    "a set for a sum": (put(AMMONIA, "level", "set"), "missing\\[0\\]: not 0 on all 2-jets"),
    "a linear sum for a nonlinear one": (put(AMMONIA, "readout", "linear"), "claims.reached: 7, but 4 independent"),
    "a nonlinear sum for a linear one": (put(WATER, "readout", "nonlinear"), "missing\\[0\\]: not 0 on all 2-jets"),
    "a molecule as a site": (put(WATER, "level", "environment"), "set or sum"),
    "a site as a molecule": (put(SQUARE2, "level", "sum"), "environment"),
    "atoms at other places": (put(WATER, "structure.positions.0.1", "1"), "not 0 on all"),
    "a smaller cutoff": (put(WATER, "structure.cutoff", "1"), "claims.reached: 4, but 0 independent"),
    "fewer isometries": (put(AMMONIA, "generators", lambda g: g[:1]), "that isometries induce"),
    "one more is allowed in a molecule": (claiming(WATER, allowed=7, missing=3), "claims: allowed is 6"),
    "a functional of a molecule twice": (
        put(WATER, "missing", lambda m: m[:1] * 2),
        "missing: 1 of 2 functionals are seen",
    ),
    "another number in a form of a molecule": (
        put(AMMONIA, "missing.0.form.0.2.0.0", more),
        "missing\\[0\\].form: not invariant",
    ),
    "a crystal": (
        put(put(WATER, "structure.lattice", [["9", "0", "0"]]), "structure.cutoff", "2"),
        "another kind of certificate",
    ),
    "a key too many": (SQUARE2 | {"rows": []}, "exactly the keys"),
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
    for certificate in (SQUARE2, LINE, F1, CONE, FIELD, WATER, AMMONIA):
        assert check(certificate)


def test_a_form_that_a_half_turn_leaves_alone_is_none_that_symmetry_allows():
    """On a line generators may be half-turns, which leave more forms alone than the rotations about the axis."""
    positions = [(0, 0, 1), (0, 0, -2)]
    certificate = certified(site(positions), 1)
    half = [g for g in certificate["generators"] if g["permutation"] == [0, 1]]
    half[0]["isometry"] = [["-1", "0", "0"], ["0", "-1", "0"], ["0", "0", "1"]]
    assert proved(certificate | {"generators": half[:1]})
    form = [[0, 0, [["1", "0", "0"], ["0", "-1", "0"], ["0", "0", "0"]]]]
    false = certificate | {"generators": half[:1]}
    false = claiming(false, reached=false["claims"]["reached"] - 1, missing=false["claims"]["missing"] + 1)
    false["missing"] = [*false["missing"], {"gradient": [["0"] * 3] * 2, "form": form}]
    with pytest.raises(Refuted, match="functionals are seen to be independent"):
        check(false)


# Hostile sizes.


def many(count, **changes):
    places = [[str(i % 7 + 1), str(i // 7 % 7), str(i // 49 + i * i)] for i in range(count)]
    environment = F1["environment"] | {"species": ["H"] * count, "positions": places}
    return F1 | {"environment": environment, "generators": [], "missing": [], "point_group": None} | changes


LONG, MANY = "1" + "0" * 15_000, "operations on derivatives are more than"
HOSTILE = {
    "many neighbours": (lambda: many(257), "at most 256"),
    "many tuples": (lambda: many(100, nu=3), "over 4194304 invariants"),
    "many 2-jets": (
        lambda: claiming(many(40), allowed=7020, reached=7020, missing=0),
        MANY,
    ),
    "many functionals": (
        lambda: put(F1, "missing", lambda m: m[:1] * 10_000),
        "10000 functionals, and symmetry",
    ),
    "long functionals": (
        lambda: (
            put(F1, "missing", [put(F1["missing"][3], "form.0.2.0.0", f"1/{LONG}{i}") for i in range(54)]) | {"nu": 3}
        ),
        MANY,
    ),
    "denominators without a common one": (
        lambda: put(
            F1,
            "missing.0.form",
            [
                [j, k, [[f"1/{LONG}{9 * j + 3 * k + c}1"] * 3 for c in range(3)]]
                for j in range(4)
                for k in range(j + 1, 4)
            ],
        ),
        "the numbers grow beyond",
    ),
    "long positions": (
        lambda: put(F1, "environment.positions.0.0", LONG),
        "too much to check|not 0 on",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes_are_refused_at_once(name):
    make, reason = HOSTILE[name]
    certificate = make()
    start = time.process_time()
    with pytest.raises((Refuted, Malformed), match=reason) as refused:
        check(certificate)
    assert time.process_time() - start < 5 and len(str(refused.value)) < 400


# Each check is needed: without it a false certificate is accepted, and the oracle knows.


def accepted_without(monkeypatch, false, *planted):
    with pytest.raises(Refuted):
        check(false)
    for module, name, value in planted:
        monkeypatch.setattr(module, name, value)
    assert check(false) and not second_order_is_true(false)


def test_without_the_rank_too_much_is_reached(monkeypatch):
    false = claiming(SQUARE2, reached=9, missing=0) | {"missing": []}
    accepted_without(monkeypatch, false, (rules, "check_rank", lambda *parts: None))


def test_without_the_product_functionals_are_anything(monkeypatch):
    false = put(F1, "missing.3.form.1.2.0.1", more)
    accepted_without(monkeypatch, false, (rules, "vanishes", lambda *parts: True))


def test_without_independence_one_counts_twice(monkeypatch):
    false = put(F1, "missing.6", F1["missing"][0])
    accepted_without(monkeypatch, false, (rules, "check_independent", lambda *parts: None))


def test_without_invariance_a_functional_is_none(monkeypatch):
    form = [[0, 1, [["0", "0", "1"], ["0", "0", "0"], ["0", "0", "0"]]]]
    assert not second_order_is_true(put(SQUARE2, "missing.0.form", form))
    with pytest.raises(Refuted, match="not invariant"):
        check(put(SQUARE2, "missing.0.form", form))


def test_without_characters_more_or_less_is_allowed(monkeypatch):
    false = claiming(LINE, allowed=5, reached=4)
    accepted_without(
        monkeypatch,
        false,
        (rules, "allowed", lambda *parts: characters.allowed(*parts) + 1),
        (rules, "check_rank", lambda *parts: None),
    )


def test_without_groups_a_sum_is_linear_in_its_classes(monkeypatch):
    from symsens.checker import whole_jets

    false = of_molecule(MOLECULES["NH3"][0], 1, "sum", "linear") | {"readout": "nonlinear"}
    assert check(false | {"readout": "linear"})
    accepted_without(
        monkeypatch,
        false,
        (whole_jets, "groups", lambda env, keys: [0] * env.n),
        (rules, "products", lambda stacks, geometry, field: ([], geometry)),
    )


def test_without_sums_a_set_is_a_sum(monkeypatch):
    from symsens.checker import whole_jets

    false = AMMONIA | {"level": "set"}
    known = whole_jets.structure_jets
    accepted_without(
        monkeypatch, false, (rules, "structure_jets", lambda env, level, readout: known(env, "sum", readout))
    )


def test_without_products_a_readout_is_linear(monkeypatch):
    linear = certified(site([(1, 2, 3), (-1, -2, -3)]), 1, "linear")
    false = linear | {"readout": "nonlinear"}
    accepted_without(monkeypatch, false, (rules, "products", lambda stacks, geometry, field: ([], geometry)))
