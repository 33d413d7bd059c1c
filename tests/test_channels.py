"""The channels of relations by hand: where a term belongs, what its form is there, and how much work it may be."""

from fractions import Fraction
from types import SimpleNamespace

import pytest

from symsens.checker import Refuted, relations
from symsens.checker.limits import MAX_NU
from symsens.checker.relations import Channels, independent, prove_relations

S1, S2, D = ("s", 1), ("s", 2), ("d", 1, 2)
HALF = Fraction(1, 2)


def term(species, form, inside=(), distinct=False):
    return {"species": list(species), "form": form, "inside": list(inside), "regular": [], "distinct": distinct}


def channels(*terms):
    """The channels of features of one term each."""
    return Channels({"features": [{"terms": [one]} for one in terms], "definitions": []})


def averaged(one):
    """The species of the channel of a term, and its form there as {leaves: coefficient}."""
    found = channels(one)
    (kinds, _, _), polynomial = found.placed(one)
    leaves = lambda monomial: tuple(found.formal.parts[symbol] for symbol, _ in monomial)
    return "".join(kinds), {leaves(monomial): x for monomial, x in polynomial.items()}


@pytest.mark.parametrize(
    ("one", "kinds", "form"),
    [
        (term("H", S1), "H", {(S1,): 1}),
        (term("HO", S1), "HO", {(S1,): 1}),
        (term("OH", S1), "HO", {(S2,): 1}),
        (term("HH", S1), "HH", {(S1,): HALF, (S2,): HALF}),
        (term("HH", D), "HH", {(D,): 1}),
        (term("HH", S1, inside=[S1, S2]), "HH", {(S1,): HALF, (S2,): HALF}),
        (term("HHH", S1), "HHH", {(("s", k),): Fraction(1, 3) for k in (1, 2, 3)}),
    ],
)
def test_a_form_is_averaged_over_the_orders_that_lead_to_its_channel(one, kinds, form):
    assert averaged(one) == (kinds, form)


def test_a_condition_on_one_place_tells_the_places_apart():
    """Of s_1 where place 1 is near and of s_2 where place 2 is: one channel, and one form."""
    one, other, swapped = (term("HH", a, inside=[b]) for a, b in ((S1, S1), (S2, S2), (S2, S1)))
    found = channels(one, other, swapped)
    assert found.placed(one) == found.placed(other)
    assert found.placed(swapped)[0] == found.placed(one)[0] and found.placed(swapped)[1] != found.placed(one)[1]


@pytest.mark.parametrize(
    ("terms", "vector", "constant"),
    [
        ((term("HH", S1), term("HH", S2)), (1, -1), True),
        ((term("HH", S1), term("HH", S2)), (1, 1), False),
        ((term("HO", S1), term("OH", S2)), (1, -1), True),
        ((term("HO", S1), term("OH", S1)), (1, -1), False),
        ((term("HH", S1), term("HH", S1, distinct=True)), (1, -1), False),
        ((term("HH", S1, [S1]), term("HH", S2, [S2])), (1, -1), True),
        ((term("HH", S1, [S1]), term("HH", S2, [S1])), (1, -1), False),
        ((term("HH", S1, [S1]), term("HH", S1, [S1, S2])), (1, -1), False),
        ((term("H", ("pi",)), term("H", S1)), (1, 0), True),
    ],
)
def test_a_combination_is_constant_if_it_is_so_in_each_channel(terms, vector, constant):
    found = channels(*terms)
    if constant:
        found.check(list(map(Fraction, vector)), "here")
    else:
        with pytest.raises(Refuted, match="^here: not seen to be constant"):
            found.check(list(map(Fraction, vector)), "here")


def test_places_and_relations_up_to_their_limits(monkeypatch):
    few = channels(term("H" * 3, S1))
    few.placed(term("H" * 3, ("num", Fraction(0))))
    assert few.formal.work >= 6 * 3  # each order of the places is counted, though nothing has to be moved
    monkeypatch.setattr(relations, "MAX_NU", 3)
    assert few.placed(term("H" * 3, S1)) and MAX_NU == 8
    with pytest.raises(Refuted, match="more than 3 places"):
        few.placed(term("H" * 4, S1))
    given = {"features": [{"terms": []}] * 3, "definitions": [], "relations": [[Fraction(0)] * 3] * 4}
    proof = SimpleNamespace(certificate=given)
    monkeypatch.setattr(relations, "MAX_WORK", 48)  # 4 x 4 of them, of 3 features
    assert prove_relations(proof).startswith("4 linear combinations")
    monkeypatch.setattr(relations, "MAX_WORK", 47)
    with pytest.raises(Refuted, match="4 of 3 features are too much to check"):
        prove_relations(proof)


def test_relations_and_empty_forms_count_once():
    rows = [[1, -1, 0], [2, -2, 0], [0, 0, 1]]
    vectors = [list(map(Fraction, row)) for row in rows]
    assert [independent(vectors[:k], []) for k in range(4)] == [0, 1, 1, 2]
    assert independent(vectors, [2]) == 2 and independent(vectors, [0]) == 3 == independent([], [0, 1, 2])
