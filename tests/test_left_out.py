"""Atoms left out by hand: which tuples of places a term lets in, and who may stand in them."""

import pytest
from checker_cases import put, stored
from test_forgeries import closed_form

from symsens.checker import Malformed, Refuted, answers, check, left_out, shapes

# Neighbours (1, 2, 3) and (1, 0, 1), hydrogen: s = 14 and 2, d = 4. The atom (10, 0, 0): s = 100, d = 10 with both.
S1, S2, D = ["s", 1], ["s", 2], ["d", 1, 2]


def less(value, form):
    """The condition form < value."""
    return ["+", ["num", str(value)], ["*", ["num", "-1"], form]]


def answer(species="H", where=("10", "0", "0"), kinds="HH", distinct=False, inside=()):
    """One form, the squared distances within 50 and a little of another term, and the atom said to be left out."""
    certificate = closed_form(S1, left_inverse=[["1/2"]])
    first = {"species": ["H"], "distinct": False, "form": S1, "inside": [less(50, S1)], "regular": []}
    little = ["*", ["num", "1/1000"], S1]
    term = {**first, "species": list(kinds), "distinct": distinct, "form": little, "inside": list(inside)}
    return {
        "schema": "symsens/answer-certificate/1",
        "of": put(certificate, "features.0.terms", [first, term]),
        "claims": {"left_out": {"species": [species], "positions": [list(where)]}},
        "labels": None,
    }


NEAR_1, NEAR_2 = less(50, S1), less(50, S2)
FAR_APART = ["+", D, ["num", "-60"]]  # the atom with itself only
LEFT_OUT = {
    "by a condition on each place": {"inside": [NEAR_1, NEAR_2]},
    "by its species": {"species": "O"},
    "by its species in a form of others": {"kinds": "HO", "species": "C"},
    "by the angle, in distinct places": {"inside": [FAR_APART], "distinct": True},
    "by one condition of two": {"inside": [FAR_APART, less(1000, D)], "distinct": True},
    "by a sum of both places": {"inside": [less(50, ["+", S1, S2])]},
}
LET_IN = {
    "without a condition": {},
    "in the second place": {"inside": [NEAR_1]},
    "in the first place": {"inside": [NEAR_2]},
    "in either place, the other one's being distinct": {"distinct": True},
    "in both places at once": {"inside": [FAR_APART]},
    "in a place of its own species": {"kinds": "HO", "species": "O"},
    "at the edge": {"inside": [less(100, S1), less(100, S2)]},
    "where a condition is no polynomial": {
        "inside": [["+", ["exp", ["num", "50"]], ["*", ["num", "-1"], ["exp", S1]]]]
    },
    "near": {"inside": [NEAR_1, NEAR_2], "where": ("0", "1", "0")},
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_an_atom_is_left_out(name):
    assert check(answer(**LEFT_OUT[name]))[-1].startswith("no form given looks at the 1 further atoms (")


@pytest.mark.parametrize("name", LET_IN)
def test_an_atom_that_a_term_may_let_in_is_not_left_out(name):
    with pytest.raises(Refuted, match=r"^claims.left_out: features\[0\]: may look at atom 0 of those left out"):
        check(answer(**LET_IN[name]))


def test_the_atom_is_named():
    certificate = answer(inside=[NEAR_1, NEAR_2])
    certificate["claims"]["left_out"] = {
        "species": ["H", "H", "H"],
        "positions": [["10", "0", "0"], ["1", "1", "0"], ["0", "20", "0"]],
    }
    with pytest.raises(Refuted, match="may look at atom 1 of"):
        check(certificate)


def test_tuples_up_to_a_number(monkeypatch):
    certificate = answer(inside=[FAR_APART], distinct=True)
    monkeypatch.setattr(left_out, "MAX_TUPLE_INVARIANTS", 14)  # 3 atoms, of which 2 are near, and 3 x 3 pairs
    assert check(certificate)
    monkeypatch.setattr(left_out, "MAX_TUPLE_INVARIANTS", 13)
    with pytest.raises(Refuted, match="more than 13 tuples"):
        check(certificate)


@pytest.mark.parametrize("claims", ["left_out", ["left_out"], 1, None, {}, {"left_out": None}])
def test_claims_are_an_object(claims):
    with pytest.raises(Malformed, match=r"^certificate\.claims"):
        check(answer(inside=[NEAR_1, NEAR_2]) | {"claims": claims})


def test_an_answer_in_memory_is_of_a_bounded_size(monkeypatch):
    certificate = answer(inside=[NEAR_1, NEAR_2])
    monkeypatch.setattr(shapes, "MAX_PARTS", 10)
    with pytest.raises(Malformed, match="^certificate: more than 10 values"):
        check(certificate)


@pytest.mark.parametrize(
    ("species", "more", "out"),
    [
        ("O", [], True),
        ("H", [], False),
        ("O", [["O"]], False),
        ("O", [["O", "O"]], False),  # polynomials are summed over a neighbour with itself too
        ("C", [["O", "O"]], True),
    ],
)
def test_polynomials_have_no_conditions_but_their_species(species, more, out):
    certificate = stored("two-one-feature")
    term = {1: [1], 2: [1, 0, 0]}
    features = [{"species": kinds, "terms": [["1", term[len(kinds)]]]} for kinds in more]
    put(certificate, "descriptor.features", lambda known: known + features)
    whole = {**answer(species), "of": certificate}
    if out:
        assert check(whole)[-1].startswith("no form given looks at the 1 further atoms (")
    else:
        with pytest.raises(Refuted, match=rf"features\[{len(more)}\]: may look at atom 0"):
            check(whole)


def test_without_a_form_nothing_is_looked_at():
    assert check({**answer(where=("0", "1", "0")), "of": stored("F1")})[-1].startswith("no form given looks at")


def test_every_kind_of_claim_may_be_made_at_once(monkeypatch):
    monkeypatch.setattr(answers, "CLAIMS", {"left_out": answers.CLAIMS["left_out"]})
    assert check(answer(inside=[NEAR_1, NEAR_2]))
