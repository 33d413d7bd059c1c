"""Why a rank is no larger than it is: each reason that a certificate gives is proved again, or refused."""

import copy
from functools import lru_cache

import pytest

from symsens import Environment, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Refuted, check, load

FOUR = Environment(("H",) * 4, [(1, 0, "1/5"), ("3/5", "4/5", "-2/5"), ("-3/5", "-3/5", "-2/5"), (0, 0, "7/5")], "C")


@lru_cache
def written(env, spec, vary="neighbours"):
    result = certify(env, descriptor=spec, vary=vary)
    assert result.rule.name == "closed-form-rank", result.rule
    return certificate_text([result.certificate])


def certificate_of(env, spec, vary="neighbours"):
    (certificate,) = load(written(env, spec, vary))
    return certificate


def altered(certificate, path, value):
    changed = copy.deepcopy(certificate)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value(place[path[-1]]) if callable(value) else value
    return changed


def refuted(certificate, message):
    with pytest.raises(Refuted, match=message):
        check(certificate)
    return True


# Forms without terms.

EMPTY = "mbtr:n=3,geometry=distance"  # three forms of X-X, which have no terms, and three of X-H


def test_forms_without_terms_do_not_count():
    certificate = certificate_of(FOUR, EMPTY)
    assert [len(feature["terms"]) for feature in certificate["features"]] == [0, 0, 0, 1, 1, 1]
    assert "<= 3 by the number of forms to which a tuple contributes [closed-form-rank]" in check(certificate)[-2]


def test_a_form_that_has_terms_counts():
    certificate = certificate_of(FOUR, EMPTY)
    term = certificate["features"][3]["terms"][0]
    beyond = copy.deepcopy(term) | {"inside": [["+", ["num", "-9"], ["s", 1]]]}
    for other in (term | {"species": ["O"]}, beyond):  # no oxygen, and no neighbour farther than 3
        assert check(altered(certificate, ["features", 0, "terms"], [other]))
    assert refuted(altered(certificate, ["features", 0, "terms"], [term]), "at least 3 and at most 4: not decided")
    assert refuted(altered(certificate, ["complete"], False), "at least 3 and at most 4: not decided")
