"""Altered certificates of the force constants of crystals, judged by an oracle that shares no code with the checker:
none that is false is accepted, none ends with anything but a verdict. The long run is marked `soak`.
"""

import json
import random
import time
from collections import Counter

import pytest
from checker_cases import stored
from force_constants_forgeries import forgery, one_by_one
from force_constants_oracle import Truth
from test_force_constants_certificates import FORBIDDEN, PLANTED, REFUSED, certified

from symsens.checker import Malformed, Refuted, check

GRAPHENE, ZIGZAG, METAL = (stored(f"crystal-{name}") for name in ("graphene", "zigzag", "fcc"))
TRUTH, SECONDS = {}, 120  # the checker counts operations, not seconds: order 4 takes a while to be refused


def judged(certificate, known):
    """Whether an accepted certificate is true; what is true of a crystal is remembered."""
    key = json.dumps([certificate[part] for part in ("structure", "nu", "readout")], sort_keys=True)
    if key not in TRUTH:
        TRUTH[key] = Truth(certificate)
    grouped = certificate["point_group"] in (None, known["point_group"])
    return grouped and TRUTH[key].holds(certificate)


def end_of(certificate, known, where):
    """How the checker ends."""
    start = time.process_time()
    try:
        check(certificate)
    except (Malformed, Refuted) as error:
        assert len(str(error)) < 500 and str(error).isprintable(), where
        end = type(error).__name__.lower()
    else:
        assert judged(certificate, known), where
        end = "accepted"
    assert time.process_time() - start < SECONDS or end == "accepted", where
    return end


def altered(certificate, many=False):
    """How many certificates with one number changed come to which end."""
    return Counter(end_of(false, certificate, path) for path, false in one_by_one(certificate, many))


def forged(certificates, seeds):
    """The same of random forgeries."""
    ends = Counter()
    for seed in seeds:
        rng = random.Random(seed)
        known = rng.choice(certificates)
        ends[end_of(forgery(rng, known), known, seed)] += 1
    return ends


LONG = pytest.param(METAL, marks=pytest.mark.soak)


@pytest.mark.parametrize("known", [GRAPHENE, ZIGZAG, LONG], ids=["graphene", "zigzag", "fcc"])
def test_the_oracle_believes_what_is_stored_and_no_other_claims(known):
    truth = Truth(known)
    assert truth.holds(known) and check(known)
    for key, value in known["claims"].items():
        for other in (value + 1, value - 1):
            false = known | {"claims": known["claims"] | {key: other}}
            assert not truth.holds(false)
            with pytest.raises(Refuted):
                check(false)


def test_one_number_changed():
    """Few are still true: a factor of a whole functional, a cutoff between the same shells."""
    ends = altered(GRAPHENE) + altered(ZIGZAG)
    assert sum(ends.values()) > 100 and ends["accepted"] < 10


def test_forgeries():
    ends = forged([GRAPHENE, ZIGZAG], range(60))
    assert ends["refuted"] > 20 and ends["accepted"] > 1


@pytest.mark.soak
@pytest.mark.parametrize("name", [one for one, _, _ in PLANTED.values()])
def test_the_oracle_knows_what_is_accepted_without_a_check(name):
    assert not judged(REFUSED[name][0], METAL)


def test_a_checker_without_a_check_is_found_out(monkeypatch):
    """The forgeries are such that a checker which does not multiply laws out is seen to accept a false one."""
    from symsens.checker import force_constants as rules

    monkeypatch.setattr(rules, "vanishes", lambda *parts: True)
    monkeypatch.setattr(rules, "check_invariant", lambda *parts: None)
    with pytest.raises(AssertionError):
        altered(GRAPHENE)


@pytest.mark.soak
@pytest.mark.parametrize("name", FORBIDDEN)
def test_the_oracle_believes_what_is_written(name):
    structure, cutoff, _ = FORBIDDEN[name]
    for nu, readout in ((1, "linear"), (1, "nonlinear"), (2, "linear"), (2, "nonlinear")):
        certificate = certified(structure, cutoff, nu, readout)
        assert check(certificate) and judged(certificate, certificate)


@pytest.mark.soak
def test_many_forgeries():
    ends = forged([GRAPHENE, ZIGZAG, METAL, certified(*FORBIDDEN["screw"][:2])], range(1000, 2500))
    ends += altered(METAL, True) + altered(GRAPHENE, True) + altered(ZIGZAG, True)
    print(f"forgeries of crystals: {dict(ends)}, none false accepted")
    assert ends["refuted"] > 1500
