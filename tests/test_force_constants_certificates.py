"""Certificates of the force constants of crystals: what another implementation found is proved, each wrong field and
hostile size is refused, and each check is needed.
"""

import json
import time
from copy import deepcopy
from fractions import Fraction

import pytest
from checker_cases import put as put_in, stored
from structure_cases import CRYSTALS, FCC, crystal

from symsens import Structure
from symsens.certificates.exact import certificate_text
from symsens.certificates.force_constants import force_constants_certificate, rule_of_force_constants
from symsens.checker import Malformed, Refuted, check, force_constants as rules, load, site_jets
from symsens.jobs.curvatures import second_order
from symsens.rows.crystals import force_constants

METAL, CARBON = crystal(["Cu"], [(0, 0, 0)], FCC), crystal("CC", [(0, 0, 0), (1, 1, 1)], FCC)
SALT = crystal(["Na", "Cl"], [(0, 0, 0), (2, 0, 0)], FCC)


def certified(structure, cutoff, nu=2, readout="linear"):
    """The certificate that is written of a crystal."""
    found = force_constants(structure, cutoff, nu, readout)
    assert rule_of_force_constants(found).name == "crystal-reached"
    return json.loads(json.dumps(force_constants_certificate(found, cutoff)))


def proved(certificate):
    """The statements of a certificate, through its text."""
    (read,) = load(certificate_text([certificate]))
    return check(read)


# name: crystal, cutoff, reached at nu = 1, 2 and at nu = 2 with a nonlinear readout, allowed (THEORY, section 9)
KNOWN = {
    "simple cubic": (CRYSTALS["simple cubic"][0], "1", (2, 7, 7), 7),
    "fcc": (METAL, "3", (2, 10, 10), 12),
    "diamond": (CARBON, "2", (2, 6, 6), 6),
    "rock salt": (SALT, "2", None, None),
    "graphene": (CRYSTALS["graphene"][0], "6/5", None, None),
}


@pytest.mark.parametrize("name", KNOWN)
def test_what_is_written_is_proved(name):
    structure, cutoff, reached, allowed = KNOWN[name]
    for k, (nu, readout) in enumerate([(1, "linear"), (2, "linear"), (2, "nonlinear")]):
        found = force_constants(structure, cutoff, nu, readout)
        statement = proved(certified(structure, cutoff, nu, readout))[-1]
        assert statement.startswith(f"{found.reached.nrows()} of {found.allowed.nrows()} are reached")
        assert reached is None or (found.reached.nrows(), found.allowed.nrows()) == (reached[k], allowed)


def test_the_answer_writes_it():
    answer = second_order(METAL, level="sum", cutoff="3")
    assert answer.rule.name == "crystal-reached" and "crystal-reached" in proved(answer.certificate)[-1]
    answer = second_order(METAL, level="set", cutoff="3")
    assert "smooth functions" in proved(answer.certificate)[-1]


# name: crystal, cutoff, invariant forms, by the space group, allowed, reached at nu = 2
CHAIN = {"cell": [(4, 0, 0), (0, 9, 0), (0, 0, 9)], "pbc": (True, False, False)}
A, B, C, D = "23/10", "3/2", "7/5", "9/10"
OXIDE = [(0, 0, 0), (A, A, B), (C, C, 0), ("-7/5", "-7/5", 0), ("37/10", D, B), (D, "37/10", B)]
SCREW = [("47/100", 0, 0), (0, "47/100", "1/3"), ("-47/100", "-47/100", "2/3")]
FORBIDDEN = {
    "graphene": (
        Structure(
            "CC",
            [(0, 0, 0), (1, 2, 0)],
            cell=[(3, 0, 0), (0, 3, 0), (0, 0, 9)],
            pbc=(True, True, False),
            metric=((2, -1, 0), (-1, 2, 0), (0, 0, 2)),
        ),
        "3",
        (7, 7, 6, 6),
    ),
    "zigzag": (Structure("CC", [(0, 0, 0), (2, 1, 0)], **CHAIN), "5/2", (8, 8, 6, 6)),
    "alternating zigzag": (Structure("CO", [(0, 0, 0), (2, 1, 0)], **CHAIN), "5/2", (13, 13, 10, 10)),
    "rutile": (crystal("TTOOOO", OXIDE, [("23/5", 0, 0), (0, "23/5", 0), (0, 0, 3)]), "11/5", (39, 39, 36, 29)),
    "screw": (crystal("SSS", SCREW, metric=((2, -1, 0), (-1, 2, 0), (0, 0, "12/5"))), "1", (39, 38, 28, 18)),
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_rotations_forbid_is_proved(name):
    """Laws that all site functions obey; symmetric sums over pairs cost one condition where atoms have an axis."""
    structure, cutoff, numbers = FORBIDDEN[name]
    claims = certified(structure, cutoff)["claims"]
    assert tuple(claims[key] for key in ("forms", "by_space_group", "allowed", "reached")) == numbers
    assert proved(certified(structure, cutoff))[-1].startswith(f"{numbers[3]} of {numbers[2]} are reached")


@pytest.mark.parametrize("name", FORBIDDEN)
def test_laws_are_needed_and_are_laws(name):
    """Without one of them more is claimed than site functions have; what is missing is no law of all of them."""
    structure, cutoff, (_, _, allowed, _) = FORBIDDEN[name]
    true = certified(structure, cutoff, 1)
    false = claiming(true | {"laws": true["laws"][1:]}, allowed=allowed + 1, reached=true["claims"]["reached"] + 1)
    with pytest.raises(Refuted, match=f"claims.allowed: {allowed + 1}, but {allowed} independent"):
        check(false)
    false = claiming(true | {"laws": true["laws"] + true["missing"][:1], "missing": true["missing"][1:]})
    with pytest.raises(Refuted, match=f"laws\\[{len(true['laws'])}\\]: not 0 on all"):
        check(claiming(false, allowed=allowed - 1, missing=len(false["missing"])))


def test_without_congruences_a_law_is_none(monkeypatch):
    """Two environments that an isometry, but none of the crystal, brings on to each other have the same function."""
    places = [(0, 0, 0), (2, 1, 0), (4, 0, 0), (6, 1, 0)]
    parted = Structure("CCCC", places, cell=[(9, 0, 0), (0, 9, 0), (0, 0, 9)], pbc=(True, False, False))
    true = certified(parted, "5/2", 1)
    assert proved(true)
    alone = lambda env: ((i, [(i, tuple(range(len(env.around[i]) + 1)))]) for i in range(env.n))
    monkeypatch.setattr(site_jets, "congruences", alone)
    with pytest.raises(Refuted, match="not 0 on all"):
        check(true)


FCC2 = stored("crystal-fcc")


def put(certificate, path, value):
    """A copy of a certificate with something else at a path."""
    return put_in(deepcopy(certificate), path, value)


def claiming(certificate, **numbers):
    """A copy with other claims."""
    return certificate | {"claims": certificate["claims"] | numbers}


def more(x):
    return str(Fraction(x) + 1)


FAR = [0, 0, [40, 0, 0], [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]]
REFUSED = {
    "one more is reached": (claiming(FCC2, reached=11), "claims: reached is 10"),
    "one more is reached, one less missing": (
        claiming(put(FCC2, "missing", lambda m: m[:1]), reached=11, missing=1),
        "claims.reached: 11, but 10 independent",
    ),
    "one less is reached": (claiming(FCC2, reached=9), "claims: reached is 10"),
    "one less is reached, one more missing": (
        claiming(put(FCC2, "missing", lambda m: [*m, m[0]]), reached=9, missing=3),
        "depends on those before it",
    ),
    "one less is allowed, by a law": (
        claiming(FCC2 | {"laws": FCC2["missing"][:1], "missing": FCC2["missing"][1:]}, allowed=11, missing=1),
        "laws\\[0\\]: not 0 on all",
    ),
    "one more is allowed": (claiming(FCC2, allowed=13, forms=13), "claims: forms is 12"),
    "another order of the group": (claiming(FCC2, stabiliser_order=24), "stabiliser_order is 48"),
    "another number in a functional": (put(FCC2, "missing.0.0.3.0.1", more), "missing\\[0\\]: not invariant"),
    "a functional of pairs too far apart": (put(FCC2, "missing.0", [FAR]), "not each pair"),
    "a functional of an atom with itself": (put(FCC2, "missing.0", [[0, 0, [0, 0, 0], FAR[3]]]), "not each pair"),
    "a pair twice": (put(FCC2, "missing.0", lambda m: [*m, m[0]]), "not each pair"),
    "a pair the other way round": (put(FCC2, "missing.0.0.2", lambda R: [-c for c in R]), "not each pair"),
    "a functional that is 0": (put(FCC2, "missing.0", []), "depends on those before it"),
    "too many functionals": (put(FCC2, "missing", lambda m: m * 7), "more than the 12 forms"),
    "order 3 for order 2": (put(FCC2, "nu", 3), "missing\\[0\\]: not 0 on all"),
    "order 1 for order 2": (put(FCC2, "nu", 1), "claims.reached: 10, but 2 independent"),
    "order 0": (put(FCC2, "nu", 0), "nu: not 1 or more"),
    "all by order 2": (put(FCC2, "order_of_all", 2), "claims.allowed: 12, but 10 independent"),
    "all by order 0": (put(FCC2, "order_of_all", 0), "nu: not 1 or more"),
    "another readout": (put(FCC2, "readout", "cubic"), "linear or nonlinear"),
    "a larger cutoff": (put(FCC2, "structure.cutoff", "4"), "missing\\[0\\]: not 0 on all"),
    "a smaller cutoff": (put(FCC2, "structure.cutoff", "2"), "more than the 0 forms"),
    "no crystal": (put(put(FCC2, "structure.lattice", []), "generators", []), "or no crystal"),
    "fewer generators": (put(FCC2, "generators", lambda g: g[:1]), "of the 48 that isometries induce"),
    "a generator that is none": (put(FCC2, "generators.0.isometry.0.0", "2"), "Q\\^T M Q is not M"),
    "another point group": (put(FCC2, "point_group", "Td"), "point_group: Oh"),
    "a prime that is none": (put(FCC2, "prime", "4"), "prime: not a prime"),
    "a prime that is too small": (put(FCC2, "prime", "2"), "independent 2-jets are seen modulo 2"),
    "images without end": (put(FCC2, "structure.cutoff", f"{10**300}"), "images of atoms lie near"),
    "many tuples": (put(FCC2, "order_of_all", 7), "invariants of tuples"),
    "order 8": (put(FCC2, "order_of_all", 9), "nu 1 to 8"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_wrong_field_is_refused(name):
    certificate, reason = REFUSED[name]
    start = time.process_time()
    with pytest.raises((Refuted, Malformed), match=reason) as refused:
        check(certificate)
    assert len(str(refused.value)) < 400 and str(refused.value).isprintable()
    assert time.process_time() - start < 5


def test_what_is_refused_above_is_true_as_it_was_stored():
    assert check(FCC2)


PLANTED = {
    "rank": ("one more is reached, one less missing", "check_rank", lambda *parts: None),
    "zeros": ("order 3 for order 2", "vanishes", lambda *parts: True),
    "independence": ("one less is reached, one more missing", "check_independent", lambda forms: None),
    "invariance": ("another number in a functional", "check_invariant", lambda *parts: None),
}


@pytest.mark.parametrize("name", PLANTED)
def test_each_check_is_needed(monkeypatch, name):
    """Without one of them a false certificate is accepted."""
    false, check_, nothing = REFUSED[PLANTED[name][0]][0], *PLANTED[name][1:]
    monkeypatch.setattr(rules, check_, nothing)
    assert check(false)
