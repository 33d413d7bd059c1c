"""Mutated certificates of every kind, judged by an oracle that shares no code with the checker: none that is false is
accepted, none ends with anything but a verdict, none takes long. The long run is marked `soak` and prints its counts.
"""

import json
import os
import resource
import sys
import time
from collections import Counter
from copy import deepcopy
from dataclasses import replace

import pytest
from checker_cases import stored
from forger import LATER, NAMES, known, mutant
from kinds_oracle import is_true

from symsens.checker import (
    Malformed,
    Refuted,
    answers,
    basis_sizes,
    check,
    comparisons,
    exact,
    intervals,
    networks,
    redundancy,
    second_order,
    structures,
)

SECONDS = 5
TRUTH = {}
EVIDENCE = {
    "certificate": ("generators", "levels"),
    "closed-form-certificate": ("left_inverse", "pivot_columns", "bits", "complete"),
    "basis-certificate": ("angular",),
    "comparison-certificate": ("permutation", "isometry"),
    "relations-certificate": ("others",),
    "colours-certificate": (),
    "network-certificate": ("generators", "levels"),
    "structure-network-certificate": ("generators", "levels"),
    "structure-certificate": ("generators", "levels"),
    "second-order-certificate": ("generators", "prime"),
    "answer-certificate": (),
}


def relevant(value):
    """A certificate without the evidence and labels on which its truth does not depend."""
    if not isinstance(value, dict):
        return [relevant(part) for part in value] if isinstance(value, list) else value
    schema = str(value.get("schema")).split("/")
    without = ("labels", *EVIDENCE[schema[1]]) if len(schema) > 1 else ()
    return {key: relevant(part) for key, part in value.items() if key not in without}


def judged(certificate):
    """Whether an accepted certificate is true; remembered, since most differ in their evidence alone."""
    key = json.dumps(relevant(certificate), sort_keys=True)
    if key not in TRUTH:
        TRUTH[key] = is_true(certificate)
    return TRUTH[key]


def run(seeds, names=()):
    """How many mutants came to which end."""
    ends, slowest = Counter(), 0
    for seed in seeds:
        name, certificate = mutant(seed, names)
        kind = name.partition("-")[0] if name in LATER else "closed" if name.startswith("closed") else "exact"
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
            if not judged(certificate):
                pytest.fail(f"seed {seed} ({name}): a false certificate was accepted")
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


def test_the_oracle_believes_what_is_stored():
    assert [name for name in NAMES if not is_true(stored(name))] == []


def test_the_oracle_knows_true_from_false():
    for name in ("F1", "methane-atoms", "angular", "closed-radial", "chiral-planar", "chiral-line", "chiral-turning"):
        certificate = stored(name)
        assert is_true(certificate)
        for claim in ("rank", "nullity"):
            false = deepcopy(certificate)
            false["claims"][claim] += 1
            assert not is_true(false)


def believed(proof, claim=None):
    """What a rule does that believes everything."""
    certificate = proof.certificate
    if isinstance(proof, redundancy.RelationsProof):
        proof.proved |= {"relations": len(certificate["relations"]), "no_others": bool(certificate["others"])}
    if isinstance(proof, second_order.JetProof):
        claimed = certificate["claims"]
        proof.found |= {"allowed": claimed["allowed"], "missing": len(certificate["missing"])}
    if isinstance(proof, intervals.ClosedProof):
        proof.exponentials = len(certificate["exponentials"] or [])
        proof.hidden += [{c: 1} for c in range(3 * proof.env.n)]
    return "believed"


@pytest.mark.parametrize(
    ("module", "rule", "name"),
    [
        (exact, "point-group", "point-group"),
        (exact, "point-group", "point-group-planar"),
        (answers, "left-out", "answer-left-out"),
        (answers, "singular-values", "answer-polynomials"),
        (answers, "singular-values", "answer-lattice"),
        (answers, "audit", "answer-audit"),
        (answers, "radius", "answer-radius"),
        (answers, "clearance", "answer-clearance"),
        (answers, "radius", "answer-radius-polynomials"),
        (basis_sizes, "basis", "basis"),
        (basis_sizes, "radial-basis", "basis-sets"),
        (comparisons, "congruent", "comparison-frames"),
        (comparisons, "congruent", "comparison-helix"),
        (comparisons, "not-congruent", "comparison-congruent"),
        (comparisons, "equal-features", "comparison-axial"),
        (comparisons, "separated", "comparison-axial"),
        (redundancy, "relations", "relations"),
        (redundancy, "no-other-relations", "relations"),
        (networks, "out-of-reach", "network-left-out"),
        (structures, "point-group", "structure-salt"),
        (structures, "point-group", "structure-carbon-dioxide"),
        (second_order, "second-order-allowed", "second-line"),
        (second_order, "second-order-missing", "second-square"),
        (second_order, "second-order-reached", "second-square"),
        (intervals, "relations", "closed-relations"),
        (intervals, "exponentials", "closed-exponentials"),
        (intervals, "scale", "closed-scale"),
        (intervals, "cluster", "closed-cluster"),
    ],
)
def test_a_rule_that_believes_everything_is_found_out(monkeypatch, module, rule, name):
    if module is answers:
        ((key, claim),) = ((key, claim) for key, claim in answers.CLAIMS.items() if claim.rule == rule)
        monkeypatch.setitem(answers.CLAIMS, key, replace(claim, prove=believed))
    else:
        monkeypatch.setitem(module.RULES, rule, believed)
    with pytest.raises(pytest.fail.Exception, match="a false certificate was accepted"):
        run(range(2000), (name,))


def test_no_false_one_of_a_thousand_mutants_is_accepted():
    ends, slowest = run(range(1000))
    report(ends, slowest)
    assert sum(count for (_, end), count in ends.items() if end in ("refuted", "malformed")) > 500


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(10))
def test_no_false_one_of_ten_thousand_mutants_is_accepted(batch):
    start = 10**6 * (1 + int(os.environ.get("SYMSENS_SEED", 0))) + 1000 * batch
    report(*run(range(start, start + 1000)))
