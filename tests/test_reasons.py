"""Why a rank is no larger than it is: each reason that a certificate gives is proved again, or refused."""

import copy
import random
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace

import flint
import mpmath
import pytest
from checker_oracle import Numeric

from symsens import Environment, Structure, certify
from symsens.certificates.exact import certificate_text
from symsens.certificates.trees import TreeWriter
from symsens.checker import Malformed, Refuted, check, load
from symsens.checker.clusters import written_out
from symsens.checker.invariances import homogeneity
from symsens.checker.trees import tree
from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.forms.arithmetics import ball

FOUR = Environment(("H",) * 4, [(1, 0, "1/5"), ("3/5", "4/5", "-2/5"), ("-3/5", "-3/5", "-2/5"), (0, 0, "7/5")], "C")


@lru_cache
def written(env, spec, vary="neighbours"):
    result = certify(env, descriptor=spec, vary=vary)
    assert result.rule.name == "closed-form-rank", result.rule
    assert str(result.rule) in str(result)
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


# Growth.

ANGLES = "mbtr:geometry=cosine,n={}"
THREE = Environment(("H", "H", "O"), [(1, 0, "1/5"), (0, "6/5", "-2/5"), ("-3/5", "-3/5", 1)], "C")


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("weighting", ["", ",weighting=smooth_cutoff,cutoff=9"])
def test_angles_alone_do_not_see_growth(weighting, vary):
    result = certify(THREE, descriptor=ANGLES.format(4) + weighting, vary=vary)
    assert result.rule.by == (() if weighting else ("scale",)) and result.filtration.rank == 6 - (not weighting)
    statements = check(certificate_of(THREE, ANGLES.format(4) + weighting, vary))
    assert any(statement.endswith("[scale]") for statement in statements) == (not weighting)
    assert ("<= 5 by the levels above and these invariances" in statements[-2]) == (not weighting)


R = ["^", ["s", 1], "1/2"]


@pytest.mark.parametrize(
    "path, value, message",
    [
        (["invariances", "scale"], False, "not among the displacements that the invariances hide"),
        (["invariances", "null_vectors"], [], "at least 5 and at most 6: not decided"),
        (["invariances", "null_vectors", 0, 0], "0", "not among the displacements"),
        (["invariances", "null_vectors", 0], lambda v: v[1:], "not 9 numbers"),
        (["invariances", "null_vectors", 0], ["0"] * 9, "or dependent"),
        (["invariances", "null_vectors"], lambda vs: vs * 2, r"null_vectors\[1\]: not 9 numbers, or dependent"),
        (["invariances"], None, "not decided"),
        (["complete"], False, "not decided"),
        (["features", 40, "terms", 0, "form"], ["exp", ["*", ["num", "1/10"], R]], r"features\[40\]: not seen"),
        (["definitions", 0], lambda form: ["*", R, form], "not seen to be homogeneous"),
        (["above", "environment", "positions", 0, 0], "101/100", "left_inverse|null"),
    ],
)
def test_growth_is_not_hidden_by_false_evidence(path, value, message):
    assert refuted(altered(certificate_of(THREE, ANGLES.format(4)), path, value), message)


@pytest.mark.parametrize("value", [1, {}, {"scale": True}, {"scale": 1, "null_vectors": []}, {"null_vectors": []}, []])
def test_invariances_have_a_shape(value):
    with pytest.raises(Malformed):
        check(certificate_of(THREE, ANGLES.format(4)) | {"invariances": value})


def random_form(rng, depth):
    """A tree whose values are positive at positive invariants, but for some that are complex or very large."""
    kind = rng.randrange(8) if depth else 0
    if kind < 2:
        return rng.choice([["s", 1], ["s", 2], ["d", 1, 2], ["num", "3/7"], ["pi"], ["def", 0]])
    below = [random_form(rng, depth - 1) for _ in range(rng.choice([1, 2]))]
    if kind < 6:
        return ["+*+*"[kind - 2], *below]
    if kind == 6:
        return ["^", below[0], rng.choice(["1/2", "-1", "2", "-3/2", "0"])]
    return rng.choice([["exp", below[0]], ["hyper", ["1/2"], ["3/2"], below[0]], ["tanh", below[0]]])


def test_degrees_against_values():
    definition, rng, seen = ["*", ["s", 1], ["^", ["d", 1, 2], "-1/3"]], random.Random(1), []
    numeric = Numeric.__new__(Numeric)
    numeric.certificate = {"definitions": [definition]}
    for _ in range(3000):
        form = random_form(rng, 3)
        degree = homogeneity(tree(form, "form"), [Fraction(2, 3)])
        with mpmath.workdps(40):
            at = {(1, 1): mpmath.mpf("1.3"), (2, 2): mpmath.mpf("0.7"), (1, 2): mpmath.mpf("0.45")}
            once, grown = numeric.value(form, dict(at)), numeric.value(form, {key: 3 * x for key, x in at.items()})
            if degree is not None:
                assert abs(
                    grown - once * mpmath.power(3, mpmath.mpf(degree.numerator) / degree.denominator)
                ) < 1e-30 * (1 + abs(grown))
        seen.append(degree)
    assert seen.count(None) > 500 and len(set(seen)) > 10 and sum(degree == 0 for degree in seen) > 300


@pytest.mark.parametrize(
    "form, order",
    [
        (("+",), 0),
        (("*",), 0),
        (("pi",), 0),
        (("const", 0, 1, 2), 0),
        (("turn", 1, 2, 3), None),
        (("turn", ("pi",)), None),
        (("+", ("s", 1), ("pi",)), None),
        (("exp", ("s", 1)), None),
        (("exp", ("*", ("s", 1), ("^", ("s", 2), Fraction(-1)))), 0),
        (("^", ("d", 1, 2), Fraction(3, 2)), Fraction(3, 2)),
    ],
)
def test_degrees_of_single_trees(form, order):
    assert homogeneity(form, []) == order  # "turn" is nothing that the checker knows


def test_degrees_that_grow_are_not_known():
    definitions = []
    for _ in range(40):
        form = ["^", ["def", len(definitions) - 1] if definitions else ["s", 1], "9"]
        definitions.append(homogeneity(tree(form, "form"), definitions))
    assert definitions[:3] == [9, 81, 729] and definitions[-1] is None


# Symmetries of the whole cluster.

ETHYLENE = Structure(
    ("C", "C", "H", "H", "H", "H"),
    [(0, 0, "2/3"), (0, 0, "-2/3"), (0, "9/10", "6/5"), (0, "-9/10", "6/5"), (0, "9/10", "-6/5"), (0, "-9/10", "-6/5")],
).environment(0)
PAIRS = "mbtr:n=5,scope=global"


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize(
    "spec, rank, by", [(PAIRS, 3, ("cluster",)), (ANGLES.format(4) + ",scope=global", 2, ("scale", "cluster"))]
)
def test_sums_over_all_atoms_do_not_see_what_the_whole_hides(spec, rank, by, vary):
    result = certify(ETHYLENE, descriptor=spec, vary=vary)
    assert (result.filtration.rank, result.rule.by) == (rank, by)
    statements = check(certificate_of(ETHYLENE, spec, vary))
    assert (
        f"rank J of the {len(result.descriptor.feature_names(ETHYLENE))} closed forms given = {rank} of"
        in statements[-2]
    )
    assert f"<= {rank} by the levels above and these invariances" in statements[-2]
    assert all(any(statement.endswith(f"[{name}]") for statement in statements) for name in by)


def test_there_are_no_such_symmetries_of_a_strained_one():
    strained = Environment(ETHYLENE.species, [(x + y / 7, y, z + y * z / 9) for x, y, z in ETHYLENE.positions], "C")
    result = certify(strained, descriptor=PAIRS)
    assert result.filtration.rank > 3 and "cluster" not in result.rule.by
    certificate = certificate_of(ETHYLENE, PAIRS)
    assert refuted(altered(certificate, ["above"], certificate_of(strained, PAIRS)["above"]), "invariances.cluster")


Q = ["invariances", "cluster", 0]


@pytest.mark.parametrize(
    "path, value, message",
    [
        ([*Q, "permutation"], lambda p: [p[1], p[0], *p[2:]], r"invariances.cluster\[0\]"),
        ([*Q, "permutation"], lambda p: p[1:], "not a bijection"),
        ([*Q, "permutation", 0], 99, "not a bijection"),
        ([*Q, "permutation"], [2, 1, 0, 3, 4, 5], "not a bijection of the neighbours that keeps species"),
        ([*Q, "isometry", 0, 0], "2", "not M"),
        ([*Q, "isometry"], [["-1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]], "does not permute"),
        (["invariances", "cluster"], lambda gs: gs * 500, "1500 symmetries of 5 neighbours are too much"),
        (["invariances", "cluster"], lambda gs: gs[:1], "not among the displacements|hide"),
        (["invariances", "cluster"], None, "left_inverse|not among|not smooth|positive"),
        (["invariances", "cluster"], [], "left_inverse|not among|not smooth|positive"),
        (["invariances", "null_vectors", 0, 2], lambda x: str(Fraction(x) + 1), "not among"),
        (["invariances", "null_vectors"], lambda vs: vs[1:], "at least 3 and at most 4: not decided"),
        (["features", 0, "terms", 0, "distinct"], False, "not of 2 to 3 different atoms"),
        (["features", 0, "terms", 0, "species"], ["C"], "not of 2 to 3 different atoms"),
        (["features", 0, "terms", 0, "species"], ["C"] * 4, "not of 2 to 3 different atoms"),
        (["features", 0, "terms", 0, "form"], ["s", 1], "something else than sides"),
        (["features", 0, "terms", 0, "form"], ["d", 0, 1], "no side from role 0 to role 1"),
        (["features", 0, "terms", 0, "form"], ["d", 1, 0], "no side from role 1 to role 0"),
        (["features", 0, "terms", 0, "form"], ["d", 2, 2], "no side from role 2 to role 2"),
        (["features", 0, "terms", 0, "form"], ["d", 1, 3], "more neighbours than its"),
        (["features", 0, "terms", 0, "form"], ["def", 50], "no definition 50"),
        (["features", 0, "terms", 0, "inside"], [["s", 1]], "something else than sides"),
        (["features", 0, "terms", 0, "inside"], [["+", ["num", "-1"], ["d", 1, 3]]], "more neighbours than its"),
    ],
)
def test_the_whole_hides_nothing_by_false_evidence(path, value, message):
    assert refuted(altered(certificate_of(ETHYLENE, PAIRS), path, value), message)


def test_a_definition_of_another_copy_is_refused():
    certificate = certificate_of(ETHYLENE, PAIRS)
    count = len(certificate["definitions"])
    form = ["def", count]  # that of the copy in which the centre has a role
    assert refuted(altered(certificate, ["features", 0, "terms", 0, "form"], form), f"no definition {count}")


def test_a_sum_that_grows_too_long_is_refused(monkeypatch):
    certificate = certificate_of(ETHYLENE, PAIRS)
    monkeypatch.setattr("symsens.checker.clusters.MAX_PARTS", 100)
    assert refuted(certificate, "more than 100 operations")


@pytest.mark.parametrize("env", [ETHYLENE, THREE], ids=["ethylene", "three"])
@pytest.mark.parametrize("spec", [PAIRS, ANGLES.format(2) + ",scope=global", PAIRS + ",weighting=exp,cutoff=2"])
def test_the_sums_written_out_are_those_of_the_descriptor(env, spec):
    chosen = descriptor(spec)
    plan = plan_of(env, chosen)
    writer = TreeWriter("mbtr", ())
    terms = [[] for _ in plan.labels]
    for block in plan.roles:
        for label, form in zip(block.labels, block.closed):
            inside, regular = writer.conditions(block, True), writer.conditions(block, False)
            term = {"species": list(block.channel), "distinct": True, "form": writer.tree(block.scale * form)}
            terms[plan.labels.index(label)].append(term | {"inside": inside, "regular": regular})
    read = lambda part: [tree(form, "form") for form in part]  # noqa: E731
    terms = [
        [t | {"form": tree(t["form"], "f"), "inside": read(t["inside"]), "regular": []} for t in part] for part in terms
    ]
    about = SimpleNamespace(nu=plan.nu, data={"centre": env.centre_species})
    out = written_out({"definitions": [], "features": [{"terms": part} for part in terms]}, about)
    numeric = Numeric.__new__(Numeric)
    numeric.certificate, numeric.metric = out, mpmath.eye(3)
    numeric.data = {"species": list(env.species), "centre": env.centre_species}
    with mpmath.workdps(30), flint.ctx.workprec(120):
        found = numeric.features([mpmath.mpf(x.numerator) / x.denominator for y in env.positions for x in y])
        for mine, ours in zip(found, chosen.jets(env, ball()).ravel().tolist()):
            assert abs(mine - mpmath.mpf(str(ours.mid().str(30, radius=False)))) < 1e-20


# Linear relations.

FEW = "acsf:eta=none,kappa=none,g4=false,zeta=1:2,lambda=1:-1"  # G1 and four G5, one relation


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize(
    "spec, rank",
    [
        (FEW, 4),
        ("acsf:eta=1/2,kappa=none,eta_angular=1/8,zeta=1:2,lambda=1:-1,cutoff=5,g5=false", 5),
        ("chebyshev:n_rad=1,n_ang=1,weights=number", 4),
        ("chebyshev:n_rad=2,n_ang=2,cutoff_function=none,weights=number", 4),
    ],
)
def test_forms_that_determine_each_other_count_once(spec, rank, vary):
    result = certify(FOUR, descriptor=spec, vary=vary)
    assert (result.filtration.rank, result.rule.by) == (rank, ("relations",))
    statements = check(certificate_of(FOUR, spec, vary))
    assert statements[-3].endswith("are constant near every structure [relations]")
    assert f"<= {rank} by the number of forms to which a tuple contributes, less these relations" in statements[-2]


FIRST = ["features", 1, "terms", 0]
FAR = ["+", ["num", "50"], ["*", ["num", "-1"], ["s", 1]]]


@pytest.mark.parametrize(
    "path, value, message",
    [
        (["relations"], [], "at least 4 and at most 5: not decided"),
        (["relations"], None, "at least 4 and at most 5: not decided"),
        (["relations", 0], lambda v: ["0"] * len(v), "at least 4 and at most 5: not decided"),
        (["relations", 0], lambda v: [str(-2 * Fraction(x)) for x in v], None),
        (["relations", 0, 1], lambda x: str(Fraction(x) + Fraction(1, 10**30)), r"relations\[0\]: not seen"),
        (["relations", 0, 0], "1", r"relations\[0\]: not seen"),
        (["relations", 0], lambda v: v[1:], r"relations\[0\]: not 5 coefficients"),
        (["relations"], lambda vs: vs * 2, None),
        (["relations"], lambda vs: [[str(2 * Fraction(x)) for x in vs[0]]] * 5000, "are too much to check"),
        (["complete"], False, "not decided"),
        ([*FIRST, "inside"], lambda conditions: [*conditions, FAR], r"relations\[0\]: not seen"),
        ([*FIRST, "distinct"], lambda distinct: not distinct, r"relations\[0\]: not seen|not smooth|positive"),
        ([*FIRST, "species"], ["O", "H"], r"relations\[0\]: not seen"),
        ([*FIRST, "form"], lambda form: ["+", form, ["exp", ["s", 1]]], r"relations\[0\]: not seen"),
        ([*FIRST, "form"], lambda form: ["+", form, ["num", "7"]], None),  # a constant is seen by no derivative
    ],
)
def test_no_false_relation_lowers_the_bound(path, value, message):
    changed = altered(certificate_of(FOUR, FEW), path, value)
    assert refuted(changed, message) if message else check(changed)


def test_relations_hold_in_any_order_of_the_places_of_one_channel():
    certificate = certificate_of(FOUR, FEW)
    features, index = certificate["features"], len(certificate["definitions"])
    swapped = altered(certificate, [*FIRST, "form"], ["*", ["s", 1], ["s", 2], ["s", 2]])
    swapped["features"][2]["terms"][0]["form"] = ["*", ["s", 2], ["s", 1], ["s", 1]]
    assert index >= 0 and len(features) == 5
    relation = ["0", "1", "-1", "0", "0"]
    with pytest.raises(Refuted, match="left_inverse"):  # the relation holds; the rest of the certificate is another one
        check(swapped | {"relations": [relation]})
    placed = ["+", ["num", "50"], ["*", ["num", "-1"], ["s", 1]]]
    for i in (1, 2):  # a condition on the first place makes it another place than the second one
        swapped["features"][i]["terms"][0]["inside"].append(placed)
    assert refuted(swapped | {"relations": [relation]}, r"relations\[0\]: not seen")
    swapped["features"][2]["terms"][0]["inside"][-1] = ["+", ["num", "50"], ["*", ["num", "-1"], ["s", 2]]]
    with pytest.raises(Refuted, match="left_inverse"):  # the condition moves with its place
        check(swapped | {"relations": [relation]})
