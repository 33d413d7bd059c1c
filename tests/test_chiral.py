"""SO(3): what features of triple products see, and features of dot products do not; against oracles of another kind."""

import copy
import json
from fractions import Fraction
from itertools import combinations, product

import flint
import pytest
from hypothesis import given, settings, strategies as st

from symsens import Environment, InputError, certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, Refuted, check, load

PLANAR = Environment(["H"] * 4, [(1, 0, 0), (0, 2, 0), (-3, 1, 0), (1, 5, 0)], "C")
METHANE = Environment(["H"] * 4, [(1, 1, 1), (-1, -1, 1), (1, -1, -1), (-1, 1, -1)], "C")
# A rotation of order 3 and no reflection: the three arms of a propeller.
PROPELLER = Environment(
    ["H"] * 3 + ["O"] * 3, [(2, 0, 1), (1, 2, 0), (0, 1, 2), (3, -1, 0), (0, 3, -1), (-1, 0, 3)], "N"
)
LINE = Environment(["H", "H", "O"], [(1, 2, 0), (-1, -2, 0), (3, 6, 0)], "C")
SKEWED = Environment(
    ["H"] * 4, [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)], "C", metric=[[2, 1, 0], [1, 2, 0], [0, 0, 3]]
)
CASES = {"planar": PLANAR, "methane": METHANE, "propeller": PROPELLER, "line": LINE, "skewed": SKEWED}


def det(a, b, c):
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])


def inner(metric, a, b):
    return sum(a[i] * Fraction(metric[i][j]) * b[j] for i in range(3) for j in range(3))


def naive_rank(env, nu):
    """Rank of D_nu with triple products, over the rationals, by differences of polynomials: f(x + v) - f(x - v) is
    2 df(v) for a dot product, and for a triple product where one neighbour moves."""

    def invariants(vectors):
        dots = [inner(env.metric, vectors[a], vectors[b]) for a in range(nu) for b in range(a, nu)]
        return dots + [det(*(vectors[a] for a in abc)) for abc in combinations(range(nu), 3)]

    classes = {}
    for tau in product(range(env.n), repeat=nu):
        here = [env.positions[j] for j in tau]
        classes.setdefault((tuple(env.species[j] for j in tau), tuple(invariants(here))), []).append(tau)
    columns = []
    for j, c in product(range(env.n), range(3)):
        ends = []
        for sign in (1, -1):
            y = [list(p) for p in env.positions]
            y[j][c] += sign
            ends.append(y)
        column = []
        for members in classes.values():
            sums = [[sum(v) for v in zip(*(invariants([y[k] for k in tau]) for tau in members))] for y in ends]
            column += [a - b for a, b in zip(*sums)]
        columns.append(column)
    entries = [flint.fmpq(x.numerator, x.denominator) for column in columns for x in map(Fraction, column)]
    return flint.fmpq_mat(len(columns), len(columns[0]), entries).rank()


@pytest.mark.parametrize("nu", [1, 2, 3, 4])
@pytest.mark.parametrize("name", CASES)
def test_the_rank_is_that_of_a_naive_jacobian(name, nu):
    env = CASES[name]
    if env.n**nu > 300:
        return
    result = certify(env, nu, chiral=True)
    assert result.filtration.rank == naive_rank(env, nu)
    assert certify(env, nu).filtration.rank <= result.filtration.rank


def test_a_planar_cloud_has_rank_7_for_reflections_and_9_for_rotations():
    assert [certify(PLANAR, 3, chiral=chiral).filtration.rank for chiral in (False, True)] == [7, 9]
    assert certify(PLANAR, 2, chiral=True).filtration.as_dict()["incompleteness"] == 2  # no triple product yet


def test_the_oracle_tells_them_apart():
    assert naive_rank(PLANAR, 3) == 9 != certify(PLANAR, 3).filtration.rank
    assert certify(PROPELLER, 3, chiral=True).filtration.moves.stabiliser.order == 3


@settings(max_examples=20, deadline=None)
@given(
    points=st.lists(st.tuples(*[st.integers(-2, 2)] * 3).filter(any), min_size=3, max_size=5, unique=True),
    species=st.lists(st.sampled_from("HO"), min_size=5, max_size=5),
)
def test_ranks_and_certificates_of_random_clouds(points, species):
    env = Environment(species[: len(points)], points, "C")
    result = certify(env, 3, chiral=True)
    assert result.filtration.rank == naive_rank(env, 3)
    assert any(s.endswith("[chiral-incompleteness]") for s in check(result.certificate))


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("nu", [2, 3])
@pytest.mark.parametrize("name", CASES)
def test_certificates_verify(name, nu, vary):
    result = certify(CASES[name], nu, vary=vary, chiral=True)
    (certificate,) = load(certificate_text([result.certificate]))
    statements = check(certificate)
    assert result.rule.name == "chiral-incompleteness" and any("stabiliser of rotations" in s for s in statements)
    assert any(s.endswith("[point-group]") and f"group {result.point_group}:" in s for s in statements)
    assert result.as_dict()["group"] == "SO(3)" and "SO(3) descriptor" in str(result)


def forged(env, nu, chiral, **changes):
    return json.loads(json.dumps(certify(env, nu, chiral=chiral).certificate)) | changes


@pytest.mark.parametrize("name", ["planar", "methane"])
def test_a_certificate_of_one_group_is_none_of_the_other(name):
    for chiral, other in ((True, "O(3)"), (False, "SO(3)")):
        with pytest.raises(Refuted):
            check(forged(CASES[name], 3, chiral, group=other))


def test_a_certificate_without_a_group_is_of_all_isometries():
    certificate = forged(PLANAR, 3, False)
    del certificate["group"]
    assert any("no smooth O(3) feature" in s for s in check(certificate))
    with pytest.raises(Malformed):
        check(certificate | {"group": "U(1)"})


def test_a_reflection_is_no_generator_for_rotations():
    certificate = forged(PLANAR, 3, True, generators=certify(PLANAR, 3).certificate["generators"])
    with pytest.raises(Refuted, match="rotations only"):
        check(certificate)


@pytest.mark.parametrize("places", [[0, 1, 1], [2, 1, 0], [0, 1, 2, 3], [0], []])
def test_a_row_of_no_component_is_refused(places):
    certificate = forged(PLANAR, 3, True)
    certificate = copy.deepcopy(certificate)
    certificate["levels"][2]["pivot_rows"][0] = [[0, 1, 2], places]
    with pytest.raises(Refuted, match="no such row"):
        check(certificate)


def test_one_null_vector_too_many_is_refused():
    """The null vectors of O(3) as those of SO(3), the claims adjusted: an out-of-plane displacement is seen."""
    certificate = forged(PLANAR, 3, True)
    lost = certify(PLANAR, 2, chiral=True).certificate["levels"][2]["null_vectors"]
    level = certificate["levels"][2]
    level["null_vectors"], level["pivot_rows"] = lost, level["pivot_rows"][:7]
    certificate["claims"] |= {"rank": 7, "nullity": 5}
    certificate["claims"]["filtration"]["incompleteness"] = 2
    with pytest.raises(Refuted, match="is not null|depends on"):
        check(certificate)


@pytest.mark.parametrize(
    "name, names",
    [("methane", "Td T"), ("planar", "Cs C1"), ("propeller", "C3 C3"), ("line", "C*v C*"), ("none", "Kh K")],
)
def test_the_point_group_is_that_of_the_rotations(name, names):
    env = CASES.get(name) or Environment([], [], "C")
    assert [certify(env, chiral=chiral).point_group for chiral in (False, True)] == names.split()


def test_it_is_asked_of_all_descriptors_only():
    with pytest.raises(InputError, match="leave the descriptor out"):
        certify(METHANE, descriptor="acsf", chiral=True)
