"""Mutated certificates of every kind, judged by an oracle that shares no code with the checker: none that is false is
accepted, none ends with anything but a verdict, none takes long. The long run is marked `soak` and prints its counts.
"""

import json
import os
import random
import resource
import sys
import time
from collections import Counter
from copy import deepcopy
from fractions import Fraction
from functools import cache

import pytest
from checker_cases import STORED, stored
from checker_oracle import is_true

from symsens.checker import Malformed, Refuted, check

NAMES = sorted(path.stem for path in STORED.glob("*.json"))
OPERATIONS = ("exp", "log", "sin", "cos", "tanh", "erf", "ramp", "+", "*", "^", "num", "pi", "s", "d", "def", "const")
SECONDS = 5


def places(value, path=()):
    """The path of every value inside a certificate."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield from places(part, (*path, key))


@cache
def known(name):
    certificate = stored(name)
    return certificate, [path for path in places(certificate) if path]


def at(certificate, path):
    for key in path:
        certificate = certificate[key]
    return certificate


def number(rng, text):
    """Another number, as a text."""
    x = Fraction(text)
    return str(
        rng.choice(
            [x + 1, x - 1, -x, 2 * x, x / 2, Fraction(0), Fraction(1), x + Fraction(1, 10**6), x * 10**20, 1 - x]
        )
    )


def is_number(value):
    try:
        return isinstance(value, str) and Fraction(value) is not None
    except (ValueError, ZeroDivisionError):
        return False


def changed(rng, value, donor):
    """Another value in place of this one: a near miss more often than nonsense."""
    if rng.random() < 0.05:
        return donor
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return rng.choice([value + 1, value - 1, 0, -value, 2 * value, 10**9])
    if is_number(value):
        return number(rng, value)
    if isinstance(value, str):
        return rng.choice([*OPERATIONS, "H", "C", "O", "O(3)", "SO(3)", value + "x"])
    if isinstance(value, list):
        return relisted(rng, value, donor)
    return donor


def relisted(rng, value, donor):
    """A list with an item lost, doubled, moved or put in."""
    items = list(value)
    kind = rng.randrange(5)
    if not items or kind == 0:
        return [*items, deepcopy(donor)]
    i, j = rng.randrange(len(items)), rng.randrange(len(items))
    if kind == 1:
        del items[i]
    elif kind == 2:
        items.insert(j, deepcopy(items[i]))
    elif kind == 3:
        items[i], items[j] = items[j], items[i]
    else:
        items.reverse()
    return items


def consistent(rng, certificate):
    """Changes at several places that fit each other, as a forger would make them."""
    inner = certificate.get("above", certificate)
    levels, claims = inner["levels"], inner["claims"]
    level = rng.choice(levels)
    step = rng.choice([1, -1])
    kind = rng.randrange(6)
    if kind == 0:  # one null vector fewer or more, with all that goes with it
        claims["nullity"] += step
        claims["rank"] -= step
        claims["filtration"][level["name"]] = (claims["filtration"][level["name"]] or 0) + step
        if step < 0 and level["null_vectors"]:
            level["null_vectors"].pop(rng.randrange(len(level["null_vectors"])))
        elif level["null_vectors"]:
            level["null_vectors"].append([number(rng, x) for x in rng.choice(level["null_vectors"])])
        for other in levels:
            if "pivot_rows" in other and other["pivot_rows"]:
                rows = other["pivot_rows"]
                rows.pop(rng.randrange(len(rows))) if step > 0 else rows.append(deepcopy(rng.choice(rows)))
    elif kind == 1:  # a null vector of another level
        other = rng.choice(levels)
        if other["null_vectors"]:
            level["null_vectors"].append(other["null_vectors"].pop())
            claims["filtration"][level["name"]] += 1
            claims["filtration"][other["name"]] -= 1
    elif kind == 2:  # all positions scaled: everything stays true
        factor = Fraction(rng.randrange(1, 9), rng.randrange(1, 9))
        inner["environment"]["positions"] = [
            [str(factor * Fraction(c)) for c in y] for y in inner["environment"]["positions"]
        ]
    elif kind == 3:  # two neighbours swapped, the evidence as it was
        n = len(inner["environment"]["positions"])
        if n > 1:
            j, k = rng.sample(range(n), 2)
            for key in ("positions", "species"):
                items = inner["environment"][key]
                items[j], items[k] = items[k], items[j]
    elif kind == 4 and "above" in certificate:  # fewer forms, fewer pivots
        certificate["claims"]["rank"] += step
        certificate["claims"]["nullity"] -= step
        certificate["claims"]["radial_truncation"] -= step
        certificate["complete"] = True
        certificate["pivot_columns"].pop()
        certificate["left_inverse"].pop()
    else:
        inner["generators"] = inner["generators"][:-1]
        claims["stabiliser_order"] = rng.choice([1, 2, 3, 4, 6, 8, 12, 24])


def mutant(seed):
    """A name and a certificate, one to three changes away from a true one."""
    rng = random.Random(seed)
    name = rng.choice(NAMES)
    original, paths = known(name)
    certificate = deepcopy(original)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        other, others = known(name if rng.random() < 0.7 else rng.choice(NAMES))
        path = rng.choice(paths)
        try:
            if rng.random() < 0.2:
                consistent(rng, certificate)
            else:
                parent = at(certificate, path[:-1])
                parent[path[-1]] = changed(rng, parent[path[-1]], deepcopy(at(other, rng.choice(others))))
        except (KeyError, IndexError, TypeError, ValueError, AttributeError):  # an earlier change has removed the place
            continue
    return name, certificate


TRUTH = {}


def judged(certificate):
    """Whether an accepted certificate is true; remembered, since most differ in their evidence alone."""
    relevant = deepcopy(certificate)
    for part in (relevant, relevant.get("above", {})):
        for key in ("generators", "levels", "left_inverse", "pivot_columns", "bits", "complete", "labels"):
            part.pop(key, None)
    key = json.dumps(relevant, sort_keys=True)
    if key not in TRUTH:
        TRUTH[key] = is_true(certificate)
    return TRUTH[key]


def run(seeds):
    """How many mutants came to which end."""
    ends, slowest = Counter(), 0
    for seed in seeds:
        name, certificate = mutant(seed)
        kind = "closed" if name.startswith("closed") else "exact"
        start = time.process_time()
        try:
            statements = check(certificate)
            end = "unchanged" if certificate == known(name)[0] else "accepted"
        except (Malformed, Refuted) as error:
            end = type(error).__name__.lower()
            assert str(error).isprintable() and len(str(error)) < 500, (seed, name, str(error)[:300])
        except Exception as error:
            pytest.fail(f"seed {seed} ({name}): {type(error).__name__}: {error}")
        slowest = max(slowest, time.process_time() - start)
        assert time.process_time() - start < SECONDS, (seed, name)
        if end == "accepted":
            assert all(s.isprintable() for s in statements), (seed, name)
            assert judged(certificate), f"seed {seed} ({name}): a false certificate was accepted"
        ends[kind, end] += 1
    return ends, slowest


def report(ends, slowest):
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    counts = ", ".join(f"{kind} {end} {count}" for (kind, end), count in sorted(ends.items()))
    print(
        f"{sum(ends.values())} mutated certificates: {counts}; slowest {slowest:.2f} s; memory {memory:.2f} GB",
        file=sys.stderr,
    )
    assert memory < 2


def test_the_oracle_knows_true_from_false():
    for name in ("F1", "methane-atoms", "angular", "closed-radial", "chiral-planar", "chiral-line", "chiral-turning"):
        certificate = stored(name)
        assert is_true(certificate)
        for claim in ("rank", "nullity"):
            false = deepcopy(certificate)
            false["claims"][claim] += 1
            assert not is_true(false)


def test_no_false_one_of_a_thousand_mutants_is_accepted():
    ends, slowest = run(range(1000))
    report(ends, slowest)
    assert sum(count for (_, end), count in ends.items() if end in ("refuted", "malformed")) > 500


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(10))
def test_no_false_one_of_ten_thousand_mutants_is_accepted(batch):
    start = 10**6 * (1 + int(os.environ.get("SYMSENS_SEED", 0))) + 1000 * batch
    report(*run(range(start, start + 1000)))
