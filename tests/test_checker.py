"""The checker of exact numbers believes nothing: true certificates pass, with the statements that they prove."""

import time
from contextlib import nullcontext
from itertools import permutations, product

import pytest
import sympy
from checker_cases import CASES, SCALENE, STORED, certified, described, environment, put

from symsens import certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check as check_any, load
from symsens.checker.environments import Environment
from symsens.checker.exact import check
from symsens.checker.linear import BASES, is_prime
from symsens.checker.shapes import CERTIFICATE, read
from symsens.checker.stabilisers import stabiliser


@pytest.mark.parametrize("name", CASES)
def test_true_certificates_pass(name):
    _, options, dimensions, order = CASES[name]
    (loaded,) = load(certificate_text([certified(name)]))
    statements, claims = check(loaded), loaded["claims"]
    assert tuple(claims["filtration"].values()) == (*dimensions, None, None)[:5] and claims["stabiliser_order"] == order
    assert statements[6].startswith(
        f"rank D_{options.get('nu', 2)} = {claims['displacements'] - sum(dimensions[:3])} of "
    )
    assert statements[4] == f"dim Rigid = {dimensions[0]} [rigid]" and len(statements) == len(loaded["levels"]) + 5


def test_a_descriptor_is_checked_against_derivatives_taken_by_sympy():
    proved = [statement.split(":")[0] for name in ("angular", "radial") for statement in check(certified(name))[6:-1]]
    polynomials = "rank J of the 6 polynomial features given = 5 of 9"
    assert proved == ["rank D_2 = 6 of 9", "rank D_{2,1} = 6 of 9", polynomials, "rank D_2 = 6 of 9", polynomials]


def test_a_descriptor_without_its_features_does_not_stand_alone():
    assert load(certificate_text([{"schema": "symsens/closed-form-certificate/1"}]))  # left to the interval checker
    for descriptor in ({"name": "not polynomial", "l_max": None, "features": None},):
        certificate = put(certified("F1"), "descriptor", descriptor)
        with pytest.raises(Malformed, match="descriptor.features: expected a list"):
            check(certificate)


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_written_once_goes_on_to_verify(path):
    assert all(map(check_any, load(path.read_text())))


@pytest.mark.parametrize(("l_max", "extra"), [(0, 16), (6, 3)])
def test_angular_truncation_of_the_scalene_layers(l_max, extra):
    """D_{2,l} against derivatives taken by SymPy; the extra nullities are those of THEORY, section 6."""
    certificate = described(environment(SCALENE), [], l_max)
    assert check(certificate)[-3].startswith(f"rank D_{{2,{l_max}}} = {21 - 3 - extra} of 21")
    assert tuple(certificate["claims"]["filtration"].values()) == (3, 0, 1, extra - 1, 18 - extra)


@pytest.mark.parametrize("name", ["none", "one", "collinear", "planar", "methane", "hexagonal", "slab"])
def test_the_stabiliser_is_what_brute_force_finds(name):
    env, options, _, _ = CASES[name]
    gram, perms = env.gram, [p for p in permutations(range(env.n)) if [env.species[j] for j in p] == list(env.species)]
    brute = [p for p in perms if [[gram[j][k] for k in p] for j in p] == gram]
    assert sorted(stabiliser(Environment(read(CERTIFICATE, certified(name), "certificate")))) == brute


def test_forty_neighbours_are_quick():
    env = environment([(j * j % 83 - 41, j**3 % 89 - 44, 7 * j % 97 - 48) for j in range(1, 41)])
    certificate, start = certify(env).certificate, time.perf_counter()
    check(certificate)
    assert time.perf_counter() - start < 3


def test_primes():
    assert list(sympy.primerange(38)) == list(BASES)  # what the theorem asks for
    for p in [
        *range(-3, 2000),
        56052361,
        118901521,
        172947529,
        3215031751,
        3825123056546413051,
        2**61 - 1,
        2**61 + 1,
        *range(2**64 - 60, 2**64),
    ]:
        assert is_prime(p) == sympy.isprime(p), p


def test_a_metric_passes_iff_it_is_positive_definite():
    certificate, outcomes = certified("none"), set()
    for a, b, c, d, e, f in product((-1, 1, 2, 3), (-1, 0, 2), (0, 1, 3), (1, 4), (-2, 0, 1), (-1, 5, 9)):
        matrix = [[a, b, c], [b, d, e], [c, e, f]]
        certificate["environment"]["metric"] = [[f"{x}/7" for x in row] for row in matrix]
        outcomes.add(definite := sympy.Matrix(matrix).is_positive_definite)
        with nullcontext() if definite else pytest.raises(Refuted, match="environment.metric"):
            check(certificate)
    assert outcomes == {True, False}
