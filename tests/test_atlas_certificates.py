"""The checker of atlases: it enumerates, counts and computes gaps by itself, and refuses what is not so."""

import json
import random
from copy import deepcopy
from functools import cache
from itertools import permutations

import numpy as np
import pytest
from checker_cases import stored

from symsens import Environment, certify
from symsens.certificates.atlas import atlas_certificate
from symsens.checker import Malformed, Refuted, check
from symsens.checker.atlas import AtlasProof, bell, gap_of, number_of_patterns, prove_witnesses, read_certificate
from symsens.geometry.displacements import Displacements
from symsens.jobs.strata import atlas
from symsens.rows.atlas import canonical, named, patterns
from symsens.search.strata import decide, in_order
from symsens.search.witnesses import stored_environments


@cache
def written(n, nu):
    """The text of a certificate as it is written."""
    return json.dumps(atlas(n, nu).certificate)


def certificate(n=4, nu=2):
    """A fresh copy of it."""
    return json.loads(written(n, nu))


@pytest.mark.parametrize(("n", "nu"), [(1, 2), (2, 4), (3, 2), (3, 3), (4, 2), (4, 3), (4, 4)])
def test_what_is_written_is_proved(n, nu):
    statements = check(certificate(n, nu))
    kinds = ("patterns", "gaps", "witnesses", "dimensions", "exclusions")
    assert [s.rpartition(" [")[2] for s in statements] == [f"atlas-{kind}]" for kind in kinds]
    never = f"no environment of {n} neighbours is spuriously singular at nu = {nu}"
    assert (never in statements[1]) == ((n, nu) != (4, 2))


def test_the_stored_one_is_what_is_written_today():
    old, new = stored("atlas"), certificate()
    assert {**old, "labels": None} == {**new, "labels": None}
    assert "28 of the patterns have an environment" in check(old)[2]


def test_numbers_that_are_known():
    assert [bell(m) for m in range(8)] == [1, 1, 2, 5, 15, 52, 203, 877]
    assert [number_of_patterns(n) for n in (1, 2, 3, 4, 5)] == [1, 2, 12, 373, 143581]


def test_gaps_are_those_of_the_search():
    """Two programs that share no code, on every thirtieth pattern of five neighbours."""
    every = list(permutations(range(5)))
    for pattern in patterns(5)[::30]:
        found = gap_of(pattern.labels.tolist(), 3, every)
        assert found == (len(pattern.lost(3)), int(pattern.orbit_of.max()) + 1, len(pattern.permutations))


def stratum_with(found, key="witness"):
    """The first stratum that has a witness."""
    return next(stratum for stratum in found["strata"] if stratum[key])


def drop(found):
    del found["strata"][7]
    found["claims"]["patterns"] -= 1


def repeat(found):
    found["strata"][7] = deepcopy(found["strata"][8])


def repeat_relabelled(found):
    labels = np.array(found["strata"][8]["pattern"])
    found["strata"].append({**found["strata"][8], "pattern": (labels[::-1, ::-1] + 3).tolist(), "witness": None})
    found["strata"][-1]["dimension"] = None


def swap_witnesses(found):
    one, two = [s for s in found["strata"] if s["witness"]][:2]
    one["witness"], two["witness"] = two["witness"], one["witness"]


def regular_witness(found):
    found["strata"][-1]["witness"] = None
    other = next(s for s in certificate(4, 2)["strata"] if s["witness"])
    moved = deepcopy(other["witness"])
    moved["environment"]["positions"][0][0] = "1/7"
    other["witness"] = moved
    found["strata"] = [other if s["pattern"] == other["pattern"] else s for s in found["strata"]]


def witness_of_another_order(found):
    pattern = next(p for p in patterns(4) if p.lost(2))
    stratum_with(found)["witness"] = certify(decide(pattern, 2).witness, nu=3).certificate


def change(key, amount):
    def forge(found):
        stratum_with(found)[key] += amount

    return forge


def claim(key, value):
    def forge(found):
        found["claims"][key] = value

    return forge


FORGERIES = {
    "one pattern less": (drop, "they stand for"),
    "one pattern twice": (repeat, "the same after relabelling"),
    "one pattern twice, relabelled": (repeat_relabelled, "the same after relabelling"),
    "gap + 1": (change("gap", 1), "gap, orbits and stabiliser_order"),
    "gap - 1": (change("gap", -1), "gap, orbits and stabiliser_order"),
    "orbits": (change("orbits", 1), "gap, orbits and stabiliser_order"),
    "stabiliser": (change("stabiliser_order", 1), "gap, orbits and stabiliser_order"),
    "claimed patterns": (claim("patterns", 47), "claims: patterns is 46, not 47"),
    "claimed gaps": (claim("gaps", [18, 12, 10, 3, 2]), "claims: gaps"),
    "claimed gaps, longer": (claim("gaps", [18, 12, 10, 3, 3, 0]), "claims: gaps"),
    "claimed witnesses": (claim("witnesses", 27), "28 of the patterns have one"),
    "witnesses exchanged": (swap_witnesses, "its coincidences are not those of the pattern"),
    "a witness moved": (regular_witness, ""),
    "a witness of another order": (witness_of_another_order, "witness.nu: not 2"),
    "another order": (lambda found: found.update(nu=3), "gap, orbits and stabiliser_order"),
    "order too high": (lambda found: found.update(nu=6), "outside 1..5"),
    "no neighbours": (lambda found: found.update(neighbours=0), "outside 1..5"),
    "more neighbours": (lambda found: found.update(neighbours=5), "not 5 rows of 5 labels"),
    "too many neighbours": (lambda found: found.update(neighbours=10**6), "outside 1..5"),
    "too many patterns": (lambda found: found.update(neighbours=5, nu=5, strata=found["strata"] * 50), "mean over"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refuted(name):
    forge, words = FORGERIES[name]
    found = certificate()
    forge(found)
    with pytest.raises(Refuted) as refusal:
        check(found)
    assert words in str(refusal.value) and "\n" not in str(refusal.value)


def regular(found):
    """A true certificate of a regular environment of a pattern of gap 1, in the place of a witness."""
    env = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (4, -3, 6)], "C")
    for stratum, pattern in zip(found["strata"], patterns(4)):
        try:
            ordered = in_order(env, pattern)
        except StopIteration:
            continue
        assert named(Displacements.of_neighbours(ordered).labels) == named(pattern.labels)
        stratum["witness"] = certify(ordered).certificate
        return stratum
    raise AssertionError("no pattern of the atlas")


def test_a_regular_environment_is_no_witness():
    found = certificate()
    stratum = regular(found)
    assert stratum["gap"] == 1
    with pytest.raises(Refuted, match="its null space is Rigid"):
        check(found)


BROKEN = [[[0, 0], [0, 0]], [[0, 1], [2, 0]], [[0, 1], [1, 2]], [[0, 1]], [[0, 1, 1], [1, 0, 1]]]


@pytest.mark.parametrize("labels", BROKEN, ids=str)
def test_labels_that_are_no_pattern(labels):
    found = certificate(2, 2)
    found["strata"][0]["pattern"] = labels
    with pytest.raises(Refuted, match=r"pattern: "):
        check(found)


def test_what_is_no_atlas_is_malformed():
    for key in ("neighbours", "nu", "strata", "claims"):
        found = certificate(2, 2)
        del found[key]
        with pytest.raises(Malformed):
            check(found)
    for value in (None, "0", 0.5, [[0.5]]):
        found = certificate(2, 2)
        found["strata"][0]["pattern"] = value
        with pytest.raises(Malformed):
            check(found)
    found = certificate(2, 2)
    found["strata"][0]["witness"] = {"schema": "symsens/atlas/1"}
    with pytest.raises(Malformed):
        check(found)


def test_over_a_number_field():
    """The heptagon's pattern of five neighbours: its certificate in a witness is read over its field."""
    pattern = next(p for p in patterns(5) if p.lost(3) and canonical(p.labels) in stored_environments(5, 3))
    stratum = decide(pattern, 3)
    found = atlas_certificate(3, [(pattern, stratum.gap, stratum.filtration, None, None)], {})
    proof = AtlasProof(read_certificate(json.loads(json.dumps(found)), "certificate"))
    assert prove_witnesses(proof).startswith("1 of the patterns")


def test_altered_numbers_are_refused_unless_nothing_has_changed():
    """Random labels, gaps, orders and claims: what is accepted says the same of the same patterns."""
    meaning = lambda found: (
        [(named(np.array(s["pattern"])), s["gap"], s["orbits"], s["stabiliser_order"]) for s in found["strata"]]
        + [found["claims"], found["neighbours"], found["nu"]]
    )
    true, accepted = certificate(3, 2), 0
    for seed in range(400):
        draw, found = random.Random(seed), certificate(3, 2)
        for _ in range(draw.randint(1, 2)):
            stratum, value = draw.choice(found["strata"]), draw.choice([-1, 0, 1, 2, 3, 5, 7, 30, 2**40])
            place = draw.choice(["pattern", "pattern", "gap", "orbits", "stabiliser_order", "claims", "nu"])
            if place == "pattern":
                draw.choice(stratum["pattern"])[draw.randrange(3)] = value
            elif place == "claims":
                found["claims"][draw.choice(["patterns", "witnesses"])] = value
            else:
                (found if place == "nu" else stratum)[place] = value
        try:
            check(found)
        except (Refuted, Malformed) as refusal:
            assert "\n" not in str(refusal)
            continue
        accepted += 1
        assert meaning(found) == meaning(true) or found["nu"] in (3, 4, 5)
    assert accepted
