"""Certificates of the later kinds that ask for hours: each is refused in one line, in seconds, by counting."""

import time

import pytest
from test_forgeries import ONE, SUM, ZERO, closed_form

from symsens.checker import Malformed, Refuted, check

CHAIN = [SUM] + [["+", ["def", i], ONE] for i in range(2999)]
TERM = {"species": ["H", "H"], "distinct": False, "form": SUM, "inside": [], "regular": []}
NEAR = [["+", ["num", "50"], ["*", ["num", "-1"], ["s", a]]] for a in (1, 2)]


def forms(count, terms):
    return [{"label": "f", "terms": terms} for _ in range(count)]


def chained(count):
    """Forms, each of which rests on 3000 definitions."""
    features = forms(count, [{**TERM, "form": ["+", SUM, ["*", ZERO, ["def", 2999]]]}])
    first = ["1/16"] + ["0"] * (count - 1)
    return closed_form(SUM, definitions=CHAIN, features=features, left_inverse=[first])


def relations(features, given, definitions=()):
    return {
        "schema": "symsens/relations-certificate/1",
        "definitions": list(definitions),
        "constants": [],
        "features": features,
        "relations": given,
        "others": None,
        "claims": {"features": len(features), "relations": len(given), "no_others": False},
        "labels": None,
    }


def answer(of, **claims):
    return {"schema": "symsens/answer-certificate/1", "of": of, "claims": claims, "labels": None}


def left_out(count, inside, position):
    """A form within a cutoff, or several, and atoms that are said to be beyond it."""
    terms = [{**TERM, "inside": conditions} for conditions in inside]
    of = closed_form(SUM, features=forms(1, terms), left_inverse=[[f"1/{16 * len(terms)}"]])
    return answer(of, left_out={"species": ["H"] * count, "positions": [position(i) for i in range(count)]})


def exponentials(count, bits):
    """A form with many exponentials that add nothing, in long intervals."""
    little = [["*", ZERO, ["exp", ["num", f"1/{i + 3}"]]] for i in range(count)]
    return closed_form(["+", SUM, *little], bits=bits)


def values(count):
    claim = {"values": [["1E-9999", "1E-9999"]] * count, "vectors": [["1"] * 6] * 6, "bits": 10}
    return answer(closed_form(SUM), singular_values=claim)


def structures(count, neighbours):
    """Structures of many neighbours each, to be held side by side."""
    one = {"species": ["H"] * neighbours, "positions": [[str(i + 1), "1", "7"] for i in range(neighbours)]}
    others = {"structures": [one] * count, "pivot_columns": [0], "left_inverse": [["1"]], "bits": 53}
    return relations(forms(1, [{**TERM, "species": ["H"]}]), []) | {"others": others}


LONG = "1" * 19_900
FAR = "1" + "0" * 15_000
HOSTILE = {
    "forms that rest on long chains": (lambda: chained(5_000), "interval operations"),
    "relations of forms that rest on long chains": (
        lambda: relations(forms(5_000, [{**TERM, "form": ["def", 2999]}]), [["1"] * 5_000], CHAIN),
        "operations on normal forms",
    ),
    "denominators without a common one": (
        lambda: relations(forms(300, []), [[f"1/{LONG}{10_001 + 2 * i}" for i in range(300)]]),
        "the numbers grow beyond",
    ),
    "exponentials in 65536 bits": (lambda: exponentials(1_000, 2**16), "interval operations"),
    "tuples of atoms left out": (
        lambda: left_out(3_000, [[["+", ["s", 1], ["s", 2], ["num", "-1"]]]], lambda i: [str(i + 10), "1", "1"]),
        "claims.left_out: more than 4194304 tuples",
    ),
    "long positions of atoms left out": (
        lambda: left_out(300, [NEAR], lambda i: [f"{FAR}{1_000 + i}/{FAR}1", "1", "1"]),
        "claims.left_out: a position of more than 16384 bits",
    ),
    "many large structures": (lambda: structures(128, 256), "others.structures: more than 128, or of more"),
    "long singular values": (lambda: values(100_000), "a list of at most 771 values"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_size_is_refused_by_counting(name):
    make, reason = HOSTILE[name]
    certificate = make()
    start = time.process_time()
    with pytest.raises((Refuted, Malformed), match=reason) as refused:
        check(certificate)
    assert time.process_time() - start < 20  # some 4 where nothing else runs; each took minutes
    assert len(str(refused.value)) < 400 and str(refused.value).isprintable()


def test_thousands_of_atoms_beyond_a_cutoff_are_left_out():
    """Terms over the same tuples under the same conditions are looked at once."""
    certificate = left_out(2_000, [NEAR] * 200, lambda i: [str(i + 10), "1", "1"])
    assert any("the 2000 further atoms" in statement for statement in check(certificate))
