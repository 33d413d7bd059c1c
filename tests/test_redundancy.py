"""Certificates of linear relations among features: what holds is proved, that there are no others too, forgeries are
not."""

import copy
import random
from fractions import Fraction
from functools import lru_cache

import mpmath
import pytest
from checker_oracle import Numeric

from symsens import redundant_features
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, load
from symsens.errors import InputError

SMALL = "acsf:eta=none,kappa=none,g4=false,zeta=1:2,lambda=1:-1"
CASES = [
    (SMALL, ("H",), 5, 1),
    ("acsf:eta=1/2,kappa=none,eta_angular=1/8,zeta=1:2,lambda=1:-1,cutoff=5", ("H",), 10, 2),
    ("chebyshev:n_rad=3,n_ang=3", ("H", "O"), 16, 0),
    ("chebyshev:n_rad=3,n_ang=3,weights=number", ("C",), 16, 8),
    ("chebyshev:n_rad=2,n_ang=2,cutoff_function=none", ("H",), 6, 2),
    ("mbtr:n=6", ("H",), 12, 6),
    ("mbtr:geometry=atomic_number,scope=global,n=3", ("H",), 6, 6),
    ("distances:k_max=6", ("H", "O"), 12, 0),
    ("radial:n_max=16,radial=gto,cutoff=4", ("H",), 16, 0),
    ("power-spectrum:n_max=2,l_max=1,radial=monomial", ("H",), 6, 1),
]


@lru_cache
def written(spec, species=("H",)):
    found = redundant_features(spec, "C", species)
    assert (found.rule.name, found.rule.by) == ("no-other-relations", ("relations",))
    return certificate_text([found.certificate])


def certificate_of(spec, species=("H",)):
    (certificate,) = load(written(spec, species))
    return certificate


@pytest.mark.parametrize("spec, species, features, count", CASES, ids=[f"{case[0]}-{len(case[1])}" for case in CASES])
def test_what_was_found_is_proved_again(spec, species, features, count):
    statements = check(certificate_of(spec, species))
    assert [statement.rpartition(" [")[2] for statement in statements] == [
        "relations]",
        "no-other-relations]",
        "relations-claims]",
    ]
    assert f"the {features} features have exactly {count} independent linear relations" in statements[-1]
    none = "no linear relation among the forms given is claimed [relations]"
    assert statements[0].endswith("near every structure; they are independent [relations]" if count else none)


def test_the_second_half_may_be_left_out():
    certificate = certificate_of(SMALL) | {"others": None}
    certificate["claims"] = certificate["claims"] | {"no_others": False}
    statements = check(certificate)
    assert len(statements) == 2 and "at least 1 independent" in statements[-1]
    certificate["claims"]["no_others"] = True
    with pytest.raises(Refuted, match="claims: no_others is False, not True"):
        check(certificate)


def test_limits_are_of_places_and_of_structures(monkeypatch):
    """A form of two places, and all structures together, at the limit and one over it."""
    certificate = certificate_of(SMALL)
    count = len(certificate["others"]["structures"])
    for limit, most, message in (
        ("MAX_NU", 2, "features: a form of more than 1 places"),
        ("MAX_STRUCTURES", count, f"others.structures: more than {count - 1}"),
    ):
        monkeypatch.setattr(f"symsens.checker.redundancy.{limit}", most)
        assert len(check(certificate)) == 3
        monkeypatch.setattr(f"symsens.checker.redundancy.{limit}", most - 1)
        with pytest.raises(Refuted, match=message):
            check(certificate)
        monkeypatch.undo()


def altered(path, value):
    changed = copy.deepcopy(certificate_of(SMALL))
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    return changed


COLUMNS = ["others", "pivot_columns"]


@pytest.mark.parametrize(
    "path, value, message",
    [
        (["relations", 0, 1], lambda x: str(Fraction(x) + Fraction(1, 10**30)), r"relations\[0\]: not seen"),
        (["relations", 0], ["1", "0", "0", "0", "0"], r"relations\[0\]: not seen"),
        (["relations", 0], lambda v: v[1:], "not 5 coefficients"),
        (["relations"], lambda vs: vs * 2, "relations: not independent"),
        (["relations"], lambda vs: [["0"] * 5], "relations: not independent"),
        (["relations"], [], "others.pivot_columns: 4, where 5 are needed"),
        (["claims", "relations"], 2, "claims: relations is 1, not 2"),
        (["claims", "features"], 6, "claims: features is 5, not 6"),
        (["claims", "no_others"], False, "claims: no_others is True, not False"),
        (COLUMNS, lambda columns: columns[:-1], "left_inverse: not 3 x 5"),
        ([*COLUMNS, 0], 10**6, "not as many different columns"),
        ([*COLUMNS, 0], lambda c: c + 1, "left_inverse|different columns"),
        (["others", "left_inverse", 0, 0], lambda x: str(Fraction(x) + 10**6), r"left_inverse\[0\]"),
        (["others", "left_inverse"], lambda rows: [["0"] * 5 for _ in rows], r"left_inverse\[0\]"),
        (["others", "structures"], [], "not as many different columns"),
        (["others", "structures"], lambda found: found * 200, "more than 128"),
        (["others", "structures", 0, "positions", 0], ["0", "0", "0"], "different places"),
        (["others", "structures", 0, "positions", 0], ["9", "9", "9"], "left_inverse"),
        (["others", "structures", 0, "species"], lambda z: z[1:], "different places|not 2 different|not 1 different"),
        (["others", "structures", 0, "species", 0], "O", "left_inverse"),
        (["others", "bits"], 20, "bits: 20"),
        (["features", 1, "terms", 0, "species"], ["H"] * 9, "more than 8 places"),
        (["features", 1, "terms", 0, "form"], ["s", 3], "more neighbours than its 2 species"),
        (["features", 1, "terms", 0, "form"], ["def", 10**5], "does not come before it"),
        (["definitions", 0], ["def", 0], "does not come before it"),
    ],
)
def test_no_false_relations(path, value, message):
    with pytest.raises((Refuted, Malformed), match=message):
        check(altered(path, value))


@pytest.mark.parametrize("key", ["relations", "features", "claims", "others", "constants", "definitions"])
def test_a_certificate_has_a_shape(key):
    certificate = certificate_of(SMALL)
    for value in (1, "x", [[1]], {"a": 1}):
        with pytest.raises(Malformed):
            check(certificate | {key: value})
    with pytest.raises(Malformed):
        check({name: part for name, part in certificate.items() if name != key})


def holds(certificate, rng):
    """Whether each relation has the same value at two structures close to each other, by mpmath."""
    species = ["H"] * 4
    with mpmath.workdps(60):
        numeric = Numeric.__new__(Numeric)
        numeric.certificate, numeric.metric = certificate, mpmath.eye(3)
        numeric.data, numeric.constants = {"species": species, "centre": "C"}, []
        start = [mpmath.mpf(rng.randrange(-1500, 1500)) / 1000 for _ in range(12)]
        near = [x + mpmath.mpf(rng.randrange(-100, 100)) / 10**5 for x in start]
        one, other = numeric.features(start), numeric.features(near)
        moved = [
            mpmath.fsum(
                mpmath.mpf(Fraction(c).numerator) / Fraction(c).denominator * (a - b) for c, a, b in zip(v, one, other)
            )
            for v in certificate["relations"]
        ]
        return all(abs(x) < 1e-40 for x in moved)


def numbers(value, path=()):
    """The paths of all texts and small lists inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        if isinstance(part, str | int) and not isinstance(part, bool):
            yield (*path, key)
        yield from numbers(part, (*path, key))


def test_accepted_mutants_are_true():
    original, rng, ends = certificate_of(SMALL) | {"others": None}, random.Random(5), {True: 0, False: 0}
    original["claims"] = original["claims"] | {"no_others": False}
    paths = [path for path in numbers(original) if path[0] in ("definitions", "features", "relations")]
    assert holds(original, rng)
    for _ in range(300):
        mutant = copy.deepcopy(original)
        path = rng.choice(paths)
        place = mutant
        for step in path[:-1]:
            place = place[step]
        old = place[path[-1]]
        try:
            new = (
                old + rng.choice([-1, 1])
                if isinstance(old, int)
                else str(rng.choice([-1, 2]) * Fraction(old) + rng.choice([0, 1]))
            )
        except ValueError:
            new = rng.choice(["H", "O", "s", "d", "exp", "cos", "+", "*", "def"])
        place[path[-1]] = new
        try:
            check(mutant)
        except (Refuted, Malformed):
            ends[False] += 1
            continue
        ends[True] += 1
        try:
            assert holds(mutant, rng), path
        except (ZeroDivisionError, TypeError):  # a form that is not defined, or complex, at this structure
            continue
    assert ends[False] > 100 and ends[True] > 10


def test_there_are_reasons_for_none():
    found = redundant_features("acsf:zeta=1:3/2,lambda=1:-1:1/2,g4=false", "C", ("H",))
    assert found.rule.name is None and "no certificate yet: acsf: no certificate can hold the function Abs" in str(
        found
    )
    with pytest.raises(InputError, match="no certificate"):
        _ = found.certificate
