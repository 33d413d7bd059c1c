"""Linear relations among features: found, proved, and bounded from above by the rank at sample structures."""

import random
from dataclasses import dataclass

import flint
import pytest
from feature_oracles import ENVIRONMENTS
from sympy import Rational, cos, exp, sin, sqrt

from symsens import Environment, certify
from symsens.descriptors import descriptor
from symsens.descriptors.base import TupleSum
from symsens.errors import InputError, SpecError, UndecidedError
from symsens.forms.blocks import Block, Condition, Family, invariants
from symsens.forms.compile import constant_value
from symsens.forms.jacobian import ball_jacobian, feature_labels
from symsens.jobs.redundancy import redundant_features
from symsens.search import relations as module, truncation
from symsens.search.relations import proves
from symsens.spec import integer, rational
from symsens.verdict import Verdict

ACSF = "acsf:eta=1/2,kappa=none,eta_angular=1/8,zeta=1:2,lambda=1:-1,cutoff=5"
G4 = "H-H G4 eta=1/8 zeta={} lambda={}"
ONE = {G4.format(1, 1): 1, G4.format(1, -1): -1, G4.format(2, 1): -1, G4.format(2, -1): 1}


def test_the_relation_of_symmetry_functions():
    # 2 (1 + c) / 2 - 2 (1 - c) / 2 = 2 c = ((1 + c)^2 - (1 - c)^2) / 2
    found = redundant_features(ACSF, "C", ("H",))
    assert found.verdict is Verdict.PROVED and len(found.labels) == 10 and found.rank_at_least == 8
    assert [dict(relation.coefficients) for relation in found.relations] == [
        ONE,
        {label.replace("G4", "G5"): c for label, c in ONE.items()},
    ]
    assert not any(relation.constant for relation in found.relations)
    assert found.redundant == (G4.format(2, -1), G4.format(2, -1).replace("G4", "G5"))
    assert str(found).splitlines() == [
        "10 features, 2 linear relations: PROVED (rules relations and no-other-relations)",
        *(
            f"  [{k} eta=1/8 zeta=1 lambda=1] - [{k} eta=1/8 zeta=1 lambda=-1] - [{k} eta=1/8 zeta=2 lambda=1] + "
            f"[{k} eta=1/8 zeta=2 lambda=-1] = 0"
            for k in ("H-H G4", "H-H G5")
        ),
    ]


# spec, species, features, relations
CASES = [
    (ACSF, ("H", "O"), 2 * 2 + 3 * 8, 3 * 2),
    ("acsf:zeta=1:2:4,lambda=1:-1,g4=false", ("H",), 4 + 6, 1),  # 1, c, c^2, c^3, c^4 from six functions
    ("acsf:zeta=1:2:4:8,lambda=1:-1,g4=false", ("H",), 4 + 8, 1),  # 1 + c^2 and 2 c, .. : 7 of 8
    ("acsf:zeta=1:2,lambda=1,g4=false", ("H",), 4 + 2, 0),
    (
        "acsf:zeta=1:3/2,lambda=1:-1:1/2,g4=false",
        ("H",),
        4 + 6,
        1,
    ),  # only 1 + c, 1 - c, 1 + c / 2 are three in two dimensions
    ("chebyshev:n_rad=3,n_ang=3", ("H", "O"), 16, 0),
    (
        "chebyshev:n_rad=3,n_ang=3,weights=number",
        ("C",),
        16,
        8,
    ),  # weighted with one species: 6 and 36 times the plain ones
    ("chebyshev:n_rad=2,n_ang=2,cutoff_function=none", ("H",), 6, 2),  # n = 0 counts atoms and pairs
    ("mbtr:n=6", ("H",), 12, 6),  # dscribe's empty channel X-X
    ("mbtr:geometry=atomic_number,scope=global,n=3", ("H",), 6, 6),  # constants
    ("mbtr:geometry=cosine,scope=global,n=4", ("H",), 24, 12),  # the centre is the only C: no C-H-C, H-C-C, C-C-C
    ("mbtr:geometry=cosine,scope=global,n=4", ("H", "C"), 24, 0),
    ("distances:k_max=6", ("H", "O"), 12, 0),
    ("power-spectrum:n_max=2,l_max=2,radial=monomial", ("H", "O"), 3 * (3 + 4 + 3), 3),  # p_000 counts pairs
]


@pytest.mark.parametrize(
    "spec, species, features, count", CASES, ids=[f"{spec}-{len(species)}" for spec, species, _, _ in CASES]
)
def test_counts(spec, species, features, count):
    found = redundant_features(spec, "C", species)
    assert (len(found.labels), len(found.relations), str(found.verdict)) == (features, count, "PROVED")
    assert len(set(found.redundant)) == count
    for relation in found.relations:
        assert proves(spec, "C", species, dict(relation.coefficients))


@pytest.mark.parametrize(
    "spec", [ACSF, "acsf:zeta=1:2:4,lambda=1:-1,cutoff=4", "chebyshev:n_rad=2,n_ang=2,weights=number"]
)
@pytest.mark.parametrize("name", ["three", "methane"])
def test_relations_annihilate_the_jacobian(spec, name):
    env = ENVIRONMENTS[name]
    species = tuple(set(env.species))
    found, labels = redundant_features(spec, "C", species), feature_labels(env, descriptor(spec))
    jacobian = ball_jacobian(env, descriptor(spec), 300)
    with flint.ctx.workprec(300):
        for relation in found.relations:
            row = flint.arb_mat(1, len(labels))
            for label, c in relation.coefficients:
                row[0, labels.index(label)] = int(c)
            assert all(x.contains(0) and float(x.abs_upper()) < 1e-60 for x in (row * jacobian).entries())
            first = labels.index(relation.coefficients[0][0])
            row[0, first] *= 2
            there = any(not x.contains(0) for x in jacobian.tolist()[first])
            assert there != all(x.contains(0) for x in (row * jacobian).entries())


def test_a_wrong_combination_is_no_relation():
    assert proves(ACSF, "C", ("H",), ONE) and proves(
        ACSF, "C", ("H",), {label: f"{3 * c}/7" for label, c in ONE.items()}
    )
    for label in ONE:
        wrong = ONE | {label: ONE[label] * (1 + Rational(1, 10**30))}
        assert not proves(ACSF, "C", ("H",), wrong)
    assert not proves(
        ACSF, "C", ("H",), {label.replace("zeta=2 lambda=-1", "zeta=2 lambda=1"): c for label, c in ONE.items()}
    )
    with pytest.raises(InputError, match="no feature 'H-O"):
        proves(ACSF, "C", ("H",), {"H-O": 1})


def _made_up(build, **parameters):
    @dataclass(frozen=True)
    class MadeUp(TupleSum):
        name = "made-up"
        cutoff: object = rational(3, above=0)
        k: int = integer(1, low=1, high=9)

        def blocks(self, centre, species):
            return build(*invariants(1), *invariants(2))

    return MadeUp(**parameters)


def test_forms_are_added_over_all_orders_of_the_tuple():
    pair = lambda channel, phi, label: Block(2, channel, [phi], [label], distinct=True)  # noqa: E731
    same = _made_up(lambda s, s1, s2, d: [pair(("H", "H"), s1 * d, "a"), pair(("H", "H"), s2 * d, "b")])
    assert str(redundant_features(same, "C", ("H",)).relations[0]) == "[a] - [b] = 0"
    turned = _made_up(lambda s, s1, s2, d: [pair(("H", "O"), s1 * d, "a"), pair(("O", "H"), s2 * d, "b")])
    assert str(redundant_features(turned, "C", ("H", "O")).relations[0]) == "[a] - [b] = 0"
    other = _made_up(lambda s, s1, s2, d: [pair(("H", "O"), s1 * d, "a"), pair(("O", "H"), s1 * d, "b")])
    assert (
        redundant_features(other, "C", ("H", "O")).verdict is Verdict.PROVED
        and not redundant_features(other, "C", ("H", "O")).relations
    )
    families = lambda s1, s2, d: Family("f", 2, [exp(-s1) * s2])  # noqa: E731
    members = _made_up(
        lambda s, s1, s2, d: [
            Block(2, ("H", "H"), [f.at(1, 2)[0], 3 * f.at(2, 1)[0]], ["a", "b"], [f]) for f in [families(s1, s2, d)]
        ]
    )
    assert str(redundant_features(members, "C", ("H",)).relations[0]) == "3 [a] - [b] = 0"


def test_families_of_one_name_are_told_apart():
    one, other = Family("f", 1, [exp(-x) for x in invariants(1)]), Family("f", 1, [exp(-2 * x) for x in invariants(1)])
    blocks = lambda second: _made_up(
        lambda s, s1, s2, d: [Block(1, ("H",), f.at(1), [name], [f]) for f, name in ((one, "a"), (second, "b"))]
    )  # noqa: E731
    assert not redundant_features(blocks(other), "C", ("H",)).relations and not proves(
        blocks(other), "C", ("H",), {"a": 1, "b": -1}
    )
    assert len(redundant_features(blocks(one), "C", ("H",)).relations) == 1


def test_a_false_relation_contradicts_the_rank(monkeypatch):
    monkeypatch.setattr(module, "_symbol", lambda thing: invariants(1)[0])  # all families alike: unsound
    with pytest.raises(AssertionError, match="4 relations among 6 features of rank 4|please report"):
        redundant_features("radial:n_max=6", "C", ("H",))


def test_irrational_coefficients():
    chosen = _made_up(lambda s, s1, s2, d: [Block(1, ("H",), [sqrt(2) * (s + s**2), s**2 + s, s], ["a", "b", "c"])])
    found = redundant_features(chosen, "C", ("H",))
    assert found.verdict is Verdict.PROVED and [str(r) for r in found.relations] == ["sqrt(2)/2 [a] - [b] = 0"]
    from symsens.forms.arithmetics import ball

    assert float(constant_value(found.relations[0].coefficients[0][1], ball())) == pytest.approx(0.5**0.5)
    # sqrt(2) s + s^2 and s + s^2 / sqrt(2): the same after division by its first coefficient; sqrt(2) s + s^2 and s +
    # s^2 are not
    chosen = _made_up(lambda s, s1, s2, d: [Block(1, ("H",), [sqrt(2) * s + s**2, s + s**2, s], ["a", "b", "c"])])
    found = redundant_features(chosen, "C", ("H",))
    assert str(found.verdict) == "UNDECIDED" and str(found).startswith(
        "3 features, 0 linear relations proved, at most 1: UNDECIDED"
    )


def test_other_regions_are_other_functions():
    def build(s, s1, s2, d):
        near, far = ([Condition(edge - s, "edge")] for edge in (1, 9))
        return [
            Block(1, ("H",), [s], ["near"], conditions=near),
            Block(1, ("H",), [s], ["far"], conditions=far),
            Block(1, ("H",), [2 * s], ["again"], conditions=far),
        ]

    found = redundant_features(_made_up(build), "C", ("H",))
    assert found.verdict is Verdict.PROVED and [str(r) for r in found.relations] == ["2 [far] - [again] = 0"]


def test_conditions_that_single_out_a_place_keep_it():
    def build(places):
        def blocks(s, s1, s2, d):
            condition = Condition(1 - s, "edge", places=places)
            return [
                Block(2, ("H", "H"), [phi], [name], distinct=True, conditions=[condition])
                for phi, name in ((s1 * d, "a"), (s2 * d, "b"))
            ]

        return blocks

    assert len(redundant_features(_made_up(build(None)), "C", ("H",)).relations) == 1
    found = redundant_features(_made_up(build((1,))), "C", ("H",))
    assert found.verdict is Verdict.PROVED and not found.relations


def test_an_identity_that_expansion_does_not_know_is_undecided():
    chosen = _made_up(lambda s, s1, s2, d: [Block(1, ("H",), [cos(s) ** 2, sin(s) ** 2, s], ["a", "b", "c"])])
    found = redundant_features(chosen, "C", ("H",))
    assert (found.relations, found.rank_at_least, str(found.verdict)) == ((), 2, "UNDECIDED")


def test_bases_too_ill_conditioned_for_float64():
    found = redundant_features("radial:n_max=16,radial=gto,cutoff=4", "C", ("H",))  # balls decide
    assert (found.rank_at_least, str(found.verdict)) == (16, "PROVED")
    found = redundant_features("distances:k_max=18", "C", ("H",))  # exact arithmetic decides
    assert (found.rank_at_least, str(found.verdict)) == (18, "PROVED")


def test_elimination_is_a_lower_bound():
    with flint.ctx.workprec(100):
        third = flint.arb(1) / 3
        rows = module.np.array(
            [[flint.arb(1), third], [3 * third, third * third * 3]], dtype=object
        )  # rank 1, but not to a ball
        assert module.rank_by_elimination(rows, 2) == 1
        assert (
            module.rank_by_elimination(
                module.np.array([[flint.arb(1), third], [flint.arb(1), flint.arb(2)]], dtype=object), 2
            )
            == 2
        )
        assert module.rank_by_elimination(module.np.array([[flint.arb(1), third]], dtype=object), 2) == 1


def test_no_species_and_no_structures():
    found = redundant_features("chebyshev:n_rad=1,n_ang=1", "C", ())
    assert (len(found.labels), len(found.relations), str(found.verdict)) == (4, 4, "PROVED")
    with pytest.raises(UndecidedError, match="no structure of 1000 random ones within 0.0045"):
        redundant_features(
            _made_up(
                lambda s, s1, s2, d: [Block(1, ("H",), [s], ["a"], conditions=[Condition(0 * s, "everywhere")])],
                cutoff="1/100",
            ),
            "C",
            ("H",),
        )


def test_coulomb_is_refused():
    with pytest.raises(SpecError, match="functions of the whole environment"):
        redundant_features("coulomb", "C", ("H",))


def test_long_forms_are_written_out_only_where_more_bits_do_not_decide(monkeypatch):
    """A structure at which balls of FIRST_BITS bits do not show the rank, those of SEARCH_BITS do."""
    draw = random.Random(3)
    places = [tuple(f"{draw.uniform(-2, 2):.2f}" for _ in range(3)) for _ in range(9)]
    env, chosen = Environment(["H"] * 9, places), descriptor("chebyshev:n_rad=6,n_ang=8,cutoff=9")
    monkeypatch.setattr(truncation, "by_float_enclosure", lambda state: state)
    monkeypatch.setattr(truncation, "FIRST_BITS", 40)
    expected = certify(env, descriptor=chosen)
    assert expected.filtration.rank == len(chosen.feature_names(env)) and not module.long_forms(env, chosen)

    def refused(*_):
        raise AssertionError("written out")

    monkeypatch.setattr(truncation, "rank_bound", refused)
    with pytest.raises(AssertionError, match="written out"):
        certify(env, descriptor=chosen)
    module._is_long.cache_clear()
    monkeypatch.setattr(module, "LONG", 0)
    found = certify(env, descriptor=chosen)
    module._is_long.cache_clear()
    assert found.filtration.rank == expected.filtration.rank and "512 bits" in found.bounds.why_below
    assert not module.long_forms(env, descriptor("coulomb"))
