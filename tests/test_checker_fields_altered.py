"""Altered certificates over number fields: none that is false is accepted, as an oracle that shares no code with the
checker judges. The long run is marked `soak` and prints its counts.
"""

import random
from collections import Counter
from copy import deepcopy
from fractions import Fraction

import pytest
from field_cases import is_true
from test_checker_fields import other, true

from symsens.checker import Malformed, Refuted, check


def altered(rng, certificate):
    """One to three changes, as likely to numbers as to all the rest."""
    for _ in range(rng.choice([1, 1, 2, 3])):
        level = rng.choice(certificate["levels"])
        vectors, data, claims = level["null_vectors"], certificate["environment"], certificate["claims"]
        kind = rng.randrange(9)
        if kind == 0 and vectors:
            row = rng.choice(vectors)
            c = rng.randrange(len(row))
            row[c] = other(rng.randrange(2), rng.choice(["1", "-1", "1/2"]))(row[c])
        elif kind == 1:
            y = rng.choice(data["positions"])
            c = rng.randrange(3)
            y[c] = other(rng.randrange(2), rng.choice(["1", "-1", "1/2"]))(y[c])
        elif kind == 2:  # all positions scaled: everything stays true
            factor = Fraction(rng.randrange(1, 9), rng.randrange(1, 9))
            data["positions"] = [[scaled(x, factor) for x in y] for y in data["positions"]]
        elif kind == 3:
            a, b = rng.randrange(3), rng.randrange(3)
            data["metric"][a][b] = data["metric"][b][a] = other(rng.randrange(2), "1/3")(data["metric"][a][b])
        elif kind == 4:
            step = rng.choice([1, -1])
            claims["nullity"], claims["rank"] = claims["nullity"] + step, claims["rank"] - step
            claims["filtration"][level["name"]] += step
            if step < 0 and vectors:
                vectors.pop(rng.randrange(len(vectors)))
            rows = certificate["levels"][2]["pivot_rows"]
            if rows:
                rows.pop(rng.randrange(len(rows))) if step > 0 else rows.append(deepcopy(rng.choice(rows)))
        elif kind == 5:
            data["field"]["root"] = rng.choice([["-2", "-1"], ["-1", "0"], ["0", "1"], ["1", "2"], ["3", "4"]])
        elif kind == 6:
            data["field"]["minimal_polynomial"] = rng.choice(
                [["-1", "-1", "1"], ["-2", "0", "1"], ["-1", "-2", "1", "1"], ["2", "-3", "1"], ["-2", "0", "0", "1"]]
            )
        elif kind == 7 and vectors:
            moved = rng.choice(certificate["levels"])
            moved["null_vectors"].append(vectors.pop())
            claims["filtration"][level["name"]] -= 1
            claims["filtration"][moved["name"]] += 1
        else:
            certificate["generators"] = certificate["generators"][:-1]
            claims["stabiliser_order"] = rng.choice([1, 2, 10, 24])


def scaled(x, factor):
    return [str(factor * Fraction(part)) for part in ([x] if isinstance(x, str) else x)]


def judge(seeds):
    """How many altered certificates came to which end; none that is false may be accepted."""
    names, ends = ["octagon", "images", "two", "methane", "pentagon"], Counter()
    for seed in seeds:
        rng = random.Random(seed)
        certificate = true(rng.choice(names))
        altered(rng, certificate)
        try:
            check(certificate)
        except (Malformed, Refuted) as error:
            ends[type(error).__name__] += 1
        else:
            ends["accepted"] += 1
            assert is_true(certificate), seed
    return ends


def test_no_altered_certificate_that_is_false_is_accepted():
    ends = judge(range(300))
    assert ends["accepted"] > 20 and ends["Refuted"] > 150, ends


@pytest.mark.soak
def test_no_altered_certificate_that_is_false_is_accepted_in_a_long_run():
    print(judge(range(300, 20_000)))
