"""Certificates of families: proved anew, judged by an oracle at random points, and forgeries of every field refused."""

import json
import random
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest
from checker_cases import put, stored, twice, without
from forger import changed, places
from identity_oracle import is_true

from symsens.checker import Malformed, Refuted, check, load
from symsens.checker.multivariate import Work, read_polynomial
from symsens.errors import InputError, RefutedError
from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import degenerate_at_all_values, null_at_all_values, rotations
from symsens.rows.identities import equal_identically, seen_row

PROOFS = Path(__file__).parent.parent / "proofs" / "certificates"
NAMES = ("identity-null", "identity-pair", "identity-any")
FILES = sorted(path for path in PROOFS.glob("*.json") if "identity-certificate/1" in path.read_text())


def alter(name, path, change):
    return put(stored(name), path, change)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_the_theorems_say_holds_at_random_points(path):
    for certificate in json.loads(path.read_text())["certificates"]:
        if certificate["schema"].startswith("symsens/identity"):
            small = len(certificate["species"]) < 5
            assert check(certificate) and (not small or is_true(certificate))


def test_the_oracle_sees_what_is_false():
    assert all(is_true(stored(name)) for name in NAMES)
    assert not is_true(alter("identity-null", "null_vectors.3.9", [["1", [0] * 6]]))
    assert not is_true(alter("identity-null", "witness.claims.rank", 9))
    assert not is_true(alter("identity-any", "null_vectors.0.0", []))
    assert not is_true(alter("identity-pair", "partner.3.2", [["2", [0, 0, 0, 0, 0, 1, 0]]]))
    same = stored("identity-pair")
    assert not is_true(same | {"partner": same["positions"]})  # congruent


def test_the_statements():
    null, pair, whole = (check(stored(name)) for name in NAMES)
    assert "4 vectors of polynomials that no smooth O(3) feature of order nu = 2 sees" in null[1]
    assert null[2] == (
        "at almost all values of the parameters rank D_2 = 8 of 12, no symmetry, and incompleteness 1 [generic-rank]"
    )
    assert "equal features up to order nu = 2, for every smooth phi of O(3), at any values" in pair[1]
    assert "not congruent, and features of order nu = 3 tell them apart [generic-pair]" in pair[2]
    assert "no smooth O(3) feature of any order sees" in whole[1] and len(whole) == 2


ONE = [["1", [0] * 6]]


def nest(depth):
    """Lists within each other."""
    found = []
    for _ in range(depth):
        found = [found]
    return found


FORGERIES = {
    "a vector that is seen": ("identity-null", "null_vectors.3.9", ONE, "does not vanish along it"),
    "a vector of any order that is seen": ("identity-any", "null_vectors.0.0", [], "does not vanish along it"),
    "a null vector fewer": ("identity-null", "null_vectors", without(3), "3, but 4 at these values"),
    "a null vector twice": ("identity-null", "null_vectors", twice, "depends on those before it"),
    "no null vector": ("identity-null", "null_vectors", [], "either vectors or a partner"),
    "a short vector": ("identity-null", "null_vectors.0", without(0), "not 12 entries each"),
    "another position": ("identity-null", "positions.0.1", ONE, "a row of D does not vanish"),
    "a position fewer": ("identity-null", "positions", without(0), "not 4 each"),
    "two coordinates": ("identity-null", "positions.0", without(0), "a list of 3"),
    "another species": ("identity-null", "species.1", "O", "does not vanish along it"),
    "another centre": ("identity-null", "centre", "N", "witness.environment.centre: not that of the family"),
    "a higher order": ("identity-null", "nu", 3, "does not vanish along it"),
    "any order": ("identity-null", "nu", None, "does not vanish along it"),
    "no order": ("identity-null", "nu", 0, "outside 1.."),
    "an order too high": ("identity-null", "nu", 9, "outside 1.."),
    "a huge order": ("identity-null", "nu", 2**70, "an integer below 2^63"),
    "a lower order": ("identity-null", "nu", 1, "witness.nu: another order"),
    "a parameter twice": ("identity-null", "parameters.0", "p", "one of them twice"),
    "a parameter more": ("identity-null", "parameters", lambda names: [*names, "z"], "not 7 exponents to each term"),
    "a parameter that is none": ("identity-null", "parameters.0", "a b", "a name of"),
    "another value": ("identity-null", "at.0", "6", "witness.environment.positions: not that of the family"),
    "a value fewer": ("identity-null", "at", without(0), "at: not 6 numbers"),
    "no values": ("identity-null", "at", None, "at: not 6 numbers"),
    "a long value": ("identity-null", "at.0", str(2**300), "numbers of over 256 bits"),
    "a rank one higher": ("identity-null", "witness.claims.rank", 9, "claims"),
    "an atom of the witness": ("identity-null", "witness.environment.positions.0.0", "6", "not that of the family"),
    "all atoms": ("identity-null", "witness.vary", "atoms", "the neighbours moving"),
    "rotations only": ("identity-null", "witness.group", "SO(3)", "not about all O"),
    "a metric": ("identity-null", "witness.environment.metric.0.0", "2", "environment.metric: not that"),
    "a witness of no kind": ("identity-null", "witness.schema", "symsens/atlas/1", "witness.schema: expected"),
    "a witness that is none": ("identity-null", "witness", [], "witness.schema: expected"),
    "no witness": ("identity-null", "witness", None, None),
    "a partner that is not equal": ("identity-pair", "partner.3.2", [["2", [0] * 5 + [1, 0]]], "different numbers"),
    "the same partner": ("identity-pair", "partner.3.1", [["1", [0] * 6 + [1]]], "witness.second.positions"),
    "a partner fewer": ("identity-pair", "partner", without(0), "not 4 each"),
    "no partner": ("identity-pair", "partner", None, "either vectors or a partner"),
    "a pair at nu = 3": ("identity-pair", "nu", 3, "different numbers"),
    "a pair at any order": ("identity-pair", "nu", None, "nu: null, where two families are compared"),
    "a pair at another value": ("identity-pair", "at.6", "3", "witness.first.positions"),
    "a pair that is congruent": ("identity-pair", "witness.claims.congruent", True, "not a pair that is not congruent"),
    "a pair under rotations": ("identity-pair", "witness.group", "SO(3)", "not a pair that is not congruent"),
    "told apart too early": ("identity-pair", "witness.claims.levels.0.separated_at", 2, "equal_up_to"),
    "a pair with vectors": ("identity-pair", "null_vectors", [[[]] * 12], "either vectors or a partner"),
    "a zero coefficient": ("identity-null", "positions.0.0.0.0", "0", "an integer below 2^256, not 0"),
    "a fraction": ("identity-null", "positions.0.0.0.0", "1/2", "an integer below 2^256, not 0"),
    "a huge coefficient": ("identity-null", "positions.0.0.0.0", str(2**256), "an integer below 2^256, not 0"),
    "a negative exponent": ("identity-null", "positions.0.0.0.1.0", -1, "exponents from 0 to 64"),
    "a huge exponent": ("identity-null", "positions.0.0.0.1.0", 65, "exponents from 0 to 64"),
    "exponents twice": ("identity-null", "positions.0.0", twice, "each exponents once"),
    "a term of other exponents": ("identity-null", "null_vectors.3.10", [["1", [0]]], "not 6 exponents to each term"),
    "a partner of others": ("identity-pair", "partner.0.1", [["1", [0]]], "not 7 exponents to each term"),
    "a deep nest": ("identity-null", "labels", nest(300), "nested deeper"),
    "a key more": ("identity-null", "certain", True, "exactly the keys"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(name):
    which, path, change, message = FORGERIES[name]
    certificate = stored(which)
    if path == "certain":
        certificate["certain"] = change
    else:
        put(certificate, path, change)
    if message is None:
        assert len(check(certificate)) == 2  # less is said, and it is true
        return
    with pytest.raises((Malformed, Refuted)) as error:
        check(certificate)
    assert message in str(error.value) and str(error.value).isprintable()


def test_parts_of_other_kinds_do_not_go_together():
    null, pair = stored("identity-null"), stored("identity-pair")
    with pytest.raises(Refuted, match="a comparison goes with a partner"):
        check(null | {"witness": pair["witness"]})
    with pytest.raises(Refuted, match="a comparison goes with a partner"):
        check(pair | {"witness": null["witness"]})
    described = deepcopy(null)
    described["witness"]["descriptor"] = {"name": "x", "l_max": 2, "features": []}
    with pytest.raises((Malformed, Refuted)):
        check(described)


def test_hostile_sizes_are_refused_before_the_work():
    terms = [["1", [i, j, 0, 0, 0, 0]] for i in range(65) for j in range(65)]
    with pytest.raises(Refuted, match="products of terms"):
        check(alter("identity-null", "positions.0.0", terms) | {"witness": None})
    wide = stored("identity-any")
    n = 250
    wide |= {"species": ["H"] * n, "positions": [wide["positions"][0]] * n, "null_vectors": [[[]] * 3 * n] * 3 * n}
    with pytest.raises(Refuted, match="products of terms"):
        check(wide)
    with pytest.raises(Refuted, match="over 4194304 invariants of tuples"):
        check(wide | {"nu": 4})
    many = stored("identity-null") | {"witness": None, "nu": 6}
    with pytest.raises(Refuted, match="does not vanish|invariants of tuples|products of terms"):
        check(many)
    point = alter("identity-null", "at", [str(2**255)] * 6)
    point["positions"][0][0] = [["1", [64] * 6], *([["1", [64] * 5 + [i]] for i in range(60)])]
    with pytest.raises(Refuted):
        check(point)


def test_so_many_parameters_and_neighbours_are_read():
    for count in (32, 33):
        certificate = stored("identity-any") | {"parameters": [f"a{i}" for i in range(count)]}
        certificate |= {"positions": [[[["1", [0] * count]], [], []]], "species": ["H"], "null_vectors": [[[]] * 3]}
        if count == 32:
            assert check(certificate)
            continue
        with pytest.raises(Refuted, match="parameters: one of them twice, or over 32"):
            check(certificate)
    with pytest.raises(Refuted, match="species, nu: outside 1.."):
        check(certificate | {"species": [], "positions": [], "null_vectors": [[]], "parameters": []})


def test_polynomials_by_hand():
    p = read_polynomial([["1", [1, 0]], ["-2", [0, 1]]], "p")
    work = Work()
    assert work.dot([p], [p]) == {(2, 0): 1, (1, 1): -4, (0, 2): 4}
    assert work.dot([p, p], [p, {(1, 0): -1, (0, 1): 2}]) == {}
    assert work.combine([(p, 2), ({(1, 0): 1}, -2)]) == {(0, 1): -4}
    assert work.value_at(p, [3, 5]) == -7 and work.value_at({}, [3, 5]) == 0


def mutated(seed):
    """A stored certificate with one to three changes."""
    rng = random.Random(seed)
    certificate = stored(rng.choice(NAMES))
    for _ in range(rng.randrange(1, 4)):
        path = rng.choice([path for path in places(certificate) if path])
        place = certificate
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = changed(rng, place[path[-1]], rng.choice([None, 1, "x", [], {}]))
    return certificate


def run(seeds):
    ends = Counter()
    for seed in seeds:
        certificate = mutated(seed)
        try:
            check(certificate)
        except (Malformed, Refuted) as error:
            ends[type(error).__name__] += 1
            assert str(error).isprintable()
        else:
            ends["accepted"] += 1
            assert is_true(certificate), seed
    return ends


def test_no_mutant_that_is_false_is_accepted():
    ends = run(range(150))
    assert ends["Refuted"] > 30 and ends["Malformed"] > 20


@pytest.mark.soak
def test_no_mutant_that_is_false_is_accepted_for_long():
    ends = run(range(1000, 6000))
    print(f"mutants of families: {dict(ends)}")


# The search says the same.


def test_the_search_refuses_what_is_false():
    a, b = names = parameters("a,b")
    members = PolynomialFamily.of([(a, 0, 1), (0, b, 1), (0, 0, 3)], *names)
    assert seen_row(members, rotations(members)[0], None) is None
    assert seen_row(members, [1, 0, 0] * 3, 2) is not None and seen_row(members, [1, 0, 0] * 3, None) == (0, 0)
    with pytest.raises(RefutedError, match="is seen by the row"):
        null_at_all_values(members, [[1, 0, 0] * 3], 2)
    with pytest.raises(RefutedError, match="3 null vectors at these values, 2 at all"):
        null_at_all_values(members, rotations(members)[:2], 2, (2, 3))
    with pytest.raises(RefutedError, match="congruent"):
        degenerate_at_all_values(members, members, 2, (2, 3))
    other = PolynomialFamily.of([(a, 0, 1), (0, b, 2), (0, 0, 3)], *names)
    assert not equal_identically(members, other, 1) and equal_identically(members, members, 3)
    with pytest.raises(RefutedError, match="not equal at all values"):
        degenerate_at_all_values(members, other, 2, (2, 3))
    with pytest.raises(InputError, match="1 values of 2 parameters"):
        members.at((2,))
    with pytest.raises(InputError, match="give all of their ring"):
        PolynomialFamily.of([(a, 0, 1)], a)


def test_classes_of_equal_polynomials_are_not_those_of_equal_values():
    """At a = b two neighbours are of one length; as polynomials they are not, so nothing more is null at all values."""
    a, b = names = parameters("a,b")
    members = PolynomialFamily.of([(a, 0, 1), (0, b, 1), (0, 0, 3)], *names)
    exchange = [1, 0, 0, 0, -1, 0, 0, 0, 0]
    assert seen_row(members, exchange, 1) is not None
    same = PolynomialFamily.of([(a, 0, 1), (0, a, 1), (0, 0, 3), (b, b, 0)], *names)
    assert seen_row(same, [*exchange, 0, 0, 0], 1) is None


def test_the_file_is_one_that_verify_reads():
    assert len(load((PROOFS / "layers.json").read_text())) == 3
