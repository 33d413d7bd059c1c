"""No flag can make a false proof: what upper bounds rest on is read off the forms, and bounds that exclude each other
raise."""

from dataclasses import dataclass
from fractions import Fraction

import pytest
from sympy import Integer, Rational, acos, cos, exp, sqrt

from symsens import Environment, certify
from symsens.descriptors import NAMES, descriptor
from symsens.descriptors.base import Descriptor, TupleSum, plan_of
from symsens.errors import ContradictionError
from symsens.forms.blocks import Block, Condition, Family, invariants
from symsens.forms.facts import angular_degree, degree_in, homogeneity, is_scale_free
from symsens.geometry.cluster_symmetry import cluster_displacements
from symsens.numbers.bounds import RankBounds
from symsens.rows.matrices import invariants_of_order
from symsens.spec import integer

S1, S2, D = invariants(2)
ENV = Environment(("H",) * 4, [(1, 0, "0.2"), (0, "1.3", "-0.4"), ("-0.7", "-0.6", "1.1"), ("0.3", "0.9", "1.4")], "C")


@pytest.mark.parametrize(
    "form, degree",
    [
        (Integer(3), 0),
        (S1 * exp(-S2), 0),
        (D, 1),
        (S1 * D**2 + S2**3 * D, 2),
        ((1 + D / sqrt(S1 * S2)) ** 4, 4),
        ((D**2 + 1) ** 3 * D, 7),
        (sqrt(D), None),
        (1 / D, None),
        (D ** Rational(5, 2), None),
        (cos(D), None),
        (exp(D) ** 0, 0),  # SymPy writes 1
        (2**D, None),
        (acos(D / sqrt(S1 * S2)), None),
        (exp(S1) * D, 1),
    ],
)
def test_the_degree_of_a_form(form, degree):
    assert degree_in(form, D, {}) == degree


@pytest.mark.parametrize(
    "form, order",
    [
        (Integer(3), 0),
        (S1, 1),
        (D / sqrt(S1 * S2), 0),
        (exp(D / sqrt(S1 * S2)), 0),
        (acos(D / sqrt(S1 * S2)), 0),
        ((S1 + S2 - 2 * D) * S1, 2),
        (sqrt(S1 + S2 - 2 * D), Rational(1, 2)),
        (S1 + 1, None),
        (exp(-S1), None),
        (S1 + S2**2, None),
        (2**S1, None),
    ],
)
def test_the_homogeneity_of_a_form(form, order):
    assert homogeneity(form, frozenset(invariants(2))) == order


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_off_the_catalogue(name):
    known = {"power-spectrum": 3, "soap-dscribe": 6, "soap-featomic": 6, "soap-quippy": 6, "angles": 4, "chebyshev": 4}
    chosen = descriptor(name)
    if isinstance(chosen, TupleSum):
        plan = plan_of(ENV, chosen)
        found = angular_degree(plan)
        assert found == known.get(name, found) and (found is not None) == (name in known)
        assert not is_scale_free(plan)


@dataclass(frozen=True)
class Lying(TupleSum):
    """Claims of old are no longer asked: the degree is 2, whatever it says of itself."""

    name = "lying"
    n_max: int = integer(4, low=1, high=9, help="number of powers")
    angular_degree = 0
    scale_free = True
    of_all_atoms = True

    def blocks(self, centre, species):
        family = Family("R", 1, [S1**n for n in range(self.n_max)])
        forms = [
            family.at(1)[n] * family.at(2)[m] * D**k
            for n in range(self.n_max)
            for m in range(self.n_max)
            for k in range(3)
        ]
        return [Block(2, ("H", "H"), forms, [f"{i}" for i in range(len(forms))], [family])]


def test_flags_that_a_descriptor_sets_are_not_believed():
    found = certify(ENV, descriptor=Lying()).filtration
    assert (found.rank, found["angular_truncation"], found["radial_truncation"]) == (9, 0, 0)
    assert angular_degree(plan_of(ENV, Lying())) == 2 and not is_scale_free(plan_of(ENV, Lying()))


def test_a_condition_on_the_angle_leaves_no_degree():
    class Cut(Lying):
        def blocks(self, centre, species):
            (block,) = super().blocks(centre, species)
            inside = Condition(S1 + S2 - 2 * D - Rational(1, 100), "too near")
            return [Block(2, ("H", "H"), block.phi, block.labels, block.families, conditions=[inside])]

    assert angular_degree(plan_of(ENV, Cut())) is None


EQUIDISTANT = Environment(
    ("H",) * 6, [(1, 2, 2), (2, -1, 2), (-2, 1, 2), (2, 2, -1), (-1, -2, 2), ("15/13", "-12/13", "-36/13")], "C"
)


def test_the_case_that_was_proved_wrong():
    """An angular degree two too low once gave PROVED rank 13 of 14; read off the forms it is right, and if it were
    wrong an error would name both bounds."""
    found = certify(EQUIDISTANT, descriptor="power-spectrum:n_max=2,l_max=4").filtration
    assert (found.rank, found["angular_truncation"]) == (14, 1)


@pytest.mark.parametrize(
    "env, planted, wrong, why",
    [
        (
            EQUIDISTANT,
            "_angular_degree",
            2,
            "at least 14 .the float64 .* at most 10 .the exact rows of angular truncation",
        ),
        (ENV, "_is_scale_free", True, "invisible, but the float64 enclosure of J v excludes 0"),
    ],
)
def test_a_wrong_fact_is_contradicted_by_the_enclosure(env, planted, wrong, why, monkeypatch):
    monkeypatch.setattr(f"symsens.descriptors.base.{planted}", lambda plan: wrong)
    with pytest.raises(ContradictionError, match=why):
        certify(env, descriptor="power-spectrum:n_max=2,l_max=4")


def test_a_wrong_bound_is_contradicted_by_balls_however_small_the_value(monkeypatch):
    """Where float64 sees nothing, balls do: sigma_9 is about 1e-12 here."""
    near = Environment(("H",) * 4, [(1, 0, "1e-12"), (0, 2, 0), (-2, "1.5", 0), ("0.5", -1, 0)], "C")
    assert certify(near, descriptor="soap-dscribe:n_max=2,l_max=4").filtration.rank == 9
    monkeypatch.setattr(type(descriptor("soap-dscribe")), "capacity", lambda self, env: 8)
    with pytest.raises(ContradictionError, match="rank 8 is refuted: .* at most that: the number of features"):
        certify(near, descriptor="soap-dscribe:n_max=2,l_max=4")


class Small(Descriptor):
    """The whole descriptor lies: its size is smaller than its rank."""

    def __init__(self, inner):
        object.__setattr__(self, "inner", inner)

    def __getattribute__(self, name):
        own = ("inner", "capacity", "__class__", "__str__", "name")
        return object.__getattribute__(self, name) if name in own else getattr(self.inner, name)

    def capacity(self, env):
        return 2

    def __str__(self):
        return "small"


def test_a_capacity_that_is_too_small_is_contradicted():
    with pytest.raises(ContradictionError, match="at least 9 .* and at most 2 .the number of features"):
        certify(ENV, descriptor=Small(descriptor("power-spectrum:n_max=4,l_max=4")))


@pytest.mark.parametrize("metric", [((1, 0, 0), (0, 1, 0), (0, 0, 1)), ((1, "-1/2", 0), ("-1/2", 1, 0), (0, 0, 2))])
@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_a_class_that_does_not_contain_the_descriptor_is_contradicted(metric, vary):
    """Distances to the centre do not tell what a power spectrum sees: their null vectors are none of its own."""

    class Narrow(type(descriptor("power-spectrum"))):
        def classes(self, env):
            return (invariants_of_order(1),)

    env = Environment(ENV.species, ENV.positions, "C", metric=metric)
    with pytest.raises(
        ContradictionError, match="call the displacement .* invisible, but the float64 enclosure of J v"
    ):
        certify(env, descriptor=Narrow(n_max=1, l_max=1), vary=vary)
    assert certify(env, descriptor="power-spectrum:n_max=1,l_max=1", vary=vary).bounds.met


def test_the_centre_is_an_atom_like_the_others_only_where_the_forms_are_made_so():
    ethylene = Environment(
        ("C", *"HHHH"), [(0, 0, "4/3"), *((x, y, z) for x, z in ((0, "-1/2"), (0, "11/6")) for y in (1, -1))], "C"
    )
    vectors = cluster_displacements(ethylene)
    assert any(map(any, vectors))
    assert plan_of(ethylene, descriptor("mbtr:scope=global")).roles
    for spec in ("mbtr", "power-spectrum", "acsf"):
        assert not plan_of(ethylene, descriptor(spec)).roles
        assert descriptor(spec).own_null_vectors(ethylene) == []


# Bounds.


def test_bounds_only_tighten_and_say_why():
    bounds = RankBounds(9, "rows")
    assert bounds.at_most(12, "worse") is bounds and bounds.at_least(0, "nothing") is bounds and not bounds.met
    tighter = bounds.at_least(4, "floats").at_most(6, "relations")
    assert str(tighter) == "at least 4, at most 6" and (tighter.why_below, tighter.why_above) == ("floats", "relations")
    assert str(tighter.at_least(6, "balls")) == "= 6" and tighter.at_least(6, "balls").met
    for wrong in (lambda: tighter.at_least(7, "lies"), lambda: tighter.at_most(3, "lies")):
        with pytest.raises(ContradictionError, match="lies"):
            wrong()


def test_a_dilation_is_hidden_from_angles_alone():
    spec = "mbtr:geometry=cosine,n=20,min=-1,max=1"
    assert is_scale_free(plan_of(ENV, descriptor(spec)))
    assert descriptor(spec).own_null_vectors(ENV) == [[c for y in ENV.integer_positions[0] for c in y]]
    assert not is_scale_free(plan_of(ENV, descriptor(spec + ",weighting=exp,scale=1,threshold=0")))
    assert Fraction(1) == ENV.positions[0][0]
