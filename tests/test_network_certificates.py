"""Certificates about classes of networks: what they say, what is refused, and that planted errors are found out."""

import json
import random
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import pytest
import test_mutated_certificates as mutated
from checker_cases import put, stored, twice, without
from flint import fmpz_mat
from learned_cases import F1, case
from message_oracles import network_is_true, rows
from test_colours import third_pair
from test_message_passing import CASES, KINDS

from symsens import Environment, certify
from symsens.checker import Malformed, Refuted, check, exact, networks
from symsens.checker.limits import MAX_LAYERS

BLIND, LEFT_OUT, ANGLES, ATOMS = "network-blind", "network-left-out", "network-angles", "network-atoms"


def test_what_a_certificate_says():
    statements = check(stored(BLIND))
    assert statements[-2].startswith("rank V = 5 of 18: >= modulo the prime ")
    assert statements[-2].endswith(
        "<= by 13 null vectors; no network of 3 message-passing layers on distances, read off at the centre, "
        "sees its null space [message-passing]"
    )
    assert "18 displacements: the neighbours move" in statements[1] and "nu" not in statements[1]
    angles = check(stored("network-F1-angles"))[-2]
    assert "no network of 1 message-passing layer on distances and the angles between them, read" in angles
    *_, rank, further, claims = check(stored(LEFT_OUT))
    assert "on distances below 6/5, read off" in rank and claims.endswith("[claims]")
    assert further == (
        "no message of the 2 further atoms (H 1, N 1) comes to the centre, to first order [out-of-reach]"
    )


ALTERED = [
    (BLIND, "network.layers", 0, r"network.layers: 0 is outside 1\.\.20"),
    (BLIND, "network.layers", MAX_LAYERS + 1, "network.layers: 21 is outside"),
    (BLIND, "network.layers", 10**18, "network.layers: 10+ is outside"),
    (BLIND, "network.layers", 1, r"pivot_rows\[\d\]: (the matrix has no such row|depends on the rows before it)"),
    (BLIND, "network.cutoff", "0", "network.cutoff: not positive"),
    (BLIND, "network.cutoff", "-3", "network.cutoff: not positive"),
    (BLIND, "network.cutoff", "1" + "0" * 9999, "network.cutoff: .* too long a number"),
    (BLIND, "network.cutoff", "2", r"pivot_rows\[\d\]"),
    (BLIND, "network.messages", "angles", r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "network.messages", "edges", "network.messages: expected angles or distances"),
    (BLIND, "nu", 2, "expected exactly the keys .*; found 'nu'"),
    (BLIND, "schema", "symsens/certificate/1", "expected exactly the keys"),
    (BLIND, "levels.2.pivot_rows.0.0", [], r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows.0.0.0", [0], r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows.0.0.0", [7], r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows.0.0.0", [-1], r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows.0.0.0", [1, 1], r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows.0.1", 1, r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows.0.1", -1, r"pivot_rows\[0\]: the matrix has no such row"),
    (BLIND, "levels.2.pivot_rows", without(0), r"4 pivot_rows \+ 13 null_vectors so far != 18"),
    (BLIND, "levels.2.pivot_rows", twice, r"6 pivot_rows \+ 13 null_vectors so far != 18"),
    (BLIND, "levels.2.null_vectors.0.0", "1", r"null_vectors: number 12, .* is not null for row"),
    (BLIND, "levels.2.null_vectors", without(0), "5 pivot_rows . 12 null_vectors so far != 18"),
    (BLIND, "levels.2.prime", "15", "prime: not a prime below"),
    (BLIND, "levels", without(1), "levels: expected rigid, symmetry, incompleteness"),
    (BLIND, "claims.rank", 6, "claims: rank is 5, not 6"),
    (BLIND, "environment.positions.0.0", "-1000001/1000000", "generators"),
    (ANGLES, "levels.2.pivot_rows.0.1", 3, r"pivot_rows\[0\]: the matrix has no such row"),
    (ANGLES, "levels.2.pivot_rows.0.0.0", [1], r"pivot_rows\[0\]: the matrix has no such row"),
    (
        LEFT_OUT,
        "left_out.positions.0",
        ["1", "1", "0"],
        "left_out: atom 0 sends messages that come to the centre",
    ),
    (LEFT_OUT, "left_out.positions.1", ["0", "-1", "0"], "left_out: atom 1 sends messages that come to the centre"),
    (LEFT_OUT, "left_out.positions.1", ["0", "-7/6", "0"], "left_out: atom 1 sends messages that come to the centre"),
    (LEFT_OUT, "left_out.positions.1", ["1", "0", "0"], "not 4 different places off the centre"),
    (LEFT_OUT, "left_out.positions", without(0), "not 4 different places off the centre"),
    (LEFT_OUT, "left_out.positions.1.0", "1" * 9999, "left_out: too many atoms, or too long a number"),
    (LEFT_OUT, "network.cutoff", None, r"null_vectors: number 3, .* is not null for row"),
]


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"), ALTERED, ids=[f"{a[0]}-{a[1]}-{i}" for i, a in enumerate(ALTERED)]
)
def test_alterations_are_refused(name, path, value, reason):
    certificate = put(stored(name), path, value)
    with pytest.raises((Malformed, Refuted), match=reason):
        check(certificate)


def test_an_atom_at_the_cutoff_sends_nothing():
    assert check(put(stored(LEFT_OUT), "left_out.positions.1", ["0", "-6/5", "0"]))


def test_more_layers_of_stable_walks_are_as_true():
    """The null space of `BLIND` is that of any number of layers from 2 on; its walks are of two steps."""
    assert {len(steps) for steps, _ in stored(BLIND)["levels"][2]["pivot_rows"]} == {1, 2}
    for layers in (2, 4, MAX_LAYERS):
        assert f"of {layers} message-passing layers" in check(put(stored(BLIND), "network.layers", layers))[-2]


@pytest.mark.parametrize(("n", "layers", "messages"), [(255, 20, "distances"), (255, 1, "angles"), (63, 5, "angles")])
def test_hostile_sizes_are_refused_before_any_work(n, layers, messages):
    gram = [[(j + 1) * (k + 1) for k in range(n)] for j in range(n)]
    env = SimpleNamespace(n=n, gram=gram, scale=1, data={"centre": "C"}, species=["H"] * n, field=None)
    count = (n + 1) * n ** (1 + (messages == "angles"))
    with pytest.raises(Refuted, match=f"network: {count} messages in each of {layers} layers are over 1048576"):
        networks.Network(networks.Around(env, None), {"messages": messages, "layers": layers}, 0)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("angles", "layers", "cutoff"), [kind for kind in KINDS if kind[1] < 3 or not kind[0]])
def test_the_rows_that_are_looked_at_span_those_of_the_recursion(name, angles, layers, cutoff):
    env = CASES[name]
    certificate = networks.read_certificate(written(env, "dgnn:layers=1"), "")
    data = {"messages": "angles" if angles else "distances", "layers": layers}
    data["cutoff"] = None if cutoff is None else Fraction(cutoff)
    about = exact.Environment(certificate | {"nu": 1, "group": "O(3)"})
    matrix = networks.Network(networks.Around(about, data["cutoff"]), data, 1).matrix()
    labels = list(matrix.labels)
    assert all(map(matrix.valid, labels)) and len(set(labels)) == len(labels)
    pairs = sorted(about.dG)
    mine = [[row[pair] for pair in pairs] for row in map(matrix.row, labels)]
    edges = [(i, j) for i in range(env.n + 1) for j in range(i + 1, env.n + 1)]
    whole = []
    for row in {tuple(row) for row in rows(env, layers, angles, cutoff)}:
        total = Counter()
        for x, (i, j) in zip(row, edges):
            for k in {i, j} - {0}:
                total[k - 1, k - 1] += x
            if i:
                total[i - 1, j - 1] -= 2 * x
        whole.append([total[pair] for pair in pairs])
    assert len({fmpz_mat(table).rank() for table in (mine, whole, mine + whole)}) == 1


def written(env, spec):
    """A certificate as a file has it."""
    return json.loads(json.dumps(certify(env, descriptor=spec).answer))


def test_too_many_messages_on_the_walks_are_refused(monkeypatch):
    monkeypatch.setattr(networks, "MAX_FOLLOWED", 500)
    with pytest.raises(Refuted, match="network: over 500 messages on the walks for 10 null vectors"):
        check(stored(BLIND))
    assert check(stored(LEFT_OUT))
    monkeypatch.setattr("symsens.certificates.networks.MAX_FOLLOWED", 500)
    blind = case([(-1, -1, 1), (-1, 1, -1), (-1, 1, 0), (1, -1, 0), (1, -1, 1), (1, 1, -1)])
    result = certify(blind, descriptor="dgnn:layers=3")
    assert result.rule.name is None and "does not follow" in result.rule.reason
    assert certify(case(F1), descriptor="dgnn:layers=2").rule.name == "message-passing"
    monkeypatch.setattr("symsens.certificates.networks.MAX_MESSAGES", 39)
    assert "does not read 40 messages" in certify(case(F1), descriptor="dgnn:layers=2").rule.reason


def random_environment(rng):
    points = {tuple(rng.randrange(-1, 2) for _ in range(3)) for _ in range(rng.randrange(1, 6))} - {(0, 0, 0)}
    points = sorted(points) or [(1, 0, 0)]
    atoms = [1 + min(j, 1) if rng.random() < 0.1 else 1 + j for j in range(len(points))]
    species = "HO" if rng.random() < 0.3 else "H"
    return Environment([species[-(a % 2)] for a in atoms], points, rng.choice("HC"), atoms=atoms)


def test_what_is_written_is_accepted_and_other_layers_only_where_they_are_true():
    rng, ends = random.Random(3), Counter()
    for _ in range(80):
        env, vary = random_environment(rng), rng.choice(["neighbours", "atoms"])
        cutoff = rng.choice(["", ",cutoff=3/2", ",cutoff=2"])
        spec = (
            rng.choice(["dgnn:layers=1", "dgnn:layers=2", "dgnn:layers=3", "agnn:layers=1", "agnn:layers=2"]) + cutoff
        )
        result = certify(env, descriptor=spec, vary=vary)
        certificate = json.loads(json.dumps(result.answer))
        assert check(json.loads(json.dumps(certificate))) and network_is_true(certificate)
        layers = certificate["network"]["layers"] + rng.choice([1, -1])
        changed = put(json.loads(json.dumps(certificate)), "network.layers", layers)
        try:
            check(json.loads(json.dumps(changed)))
            ends["accepted"] += 1
            assert network_is_true(changed)
        except Refuted:
            ends["refused"] += 1
    assert min(ends.values()) > 10 and len(ends) == 2


PLANTED = {
    "null vectors are not looked at": (exact, "check_null", lambda *_: None, BLIND),
    "pivots are believed": (exact, "check_pivots", lambda *_: None, "network-disphenoid"),
    "the first colours are the last": (
        networks.Network,
        "kind",
        lambda self, node, names, layer=-1: (
            tuple(map(self.number, self.at.sides(node, names))),
            tuple(self.colours[0][j] for j in names),
        ),
        BLIND,
    ),
    "one layer less reaches": (networks.Network, "reached", lambda self: {0}, LEFT_OUT),
    "cutoffs are twice as long": (
        networks,
        "closer",
        lambda env, cutoff, square: cutoff is None or square < 4 * cutoff**2 * env.scale,
        LEFT_OUT,
    ),
}


@pytest.mark.parametrize("error", PLANTED)
def test_planted_errors_accept_false_certificates(monkeypatch, error):
    """Negative controls: with each of them some false certificate is accepted, or a true one refused."""
    module, name, wrong, example = PLANTED[error]
    monkeypatch.setattr(module, name, wrong)
    try:
        check(stored(example))
    except Refuted:
        return
    with pytest.raises(pytest.fail.Exception, match="a false certificate was accepted"):
        mutated.run(range(4000), (example,))


def test_certificates_are_written_and_verified(run, tmp_path):
    file = tmp_path / "c.json"
    code, out, _ = run("certify", "examples/F1.extxyz", "--descriptor", "agnn:layers=1", "--centre", 0, "--out", file)
    assert code == 0 and "Certificate: rule angular-message-passing, and point-group for C1." in out
    code, out, _ = run("verify", file)
    assert code == 0 and "[angular-message-passing]" in out and "label: spec: agnn:layers=1,cutoff=none" in out
    report = json.loads(run("certify", "ase:C6H6", "--descriptor", "dgnn:layers=1,cutoff=2", "--json")[1])
    assert {one["rules"]["left_out"] for one in report["environments"]} == {"out-of-reach"}


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_certificates_over_a_number_field(vary):
    for env in third_pair():
        far = replace(env, species=("H",) * 7, positions=(*env.positions, (9, "sqrt(5)", 0)), atoms=None, formula=None)
        for spec in ("dgnn:layers=1", "dgnn:layers=2", "agnn:layers=1,cutoff=3", "dgnn:layers=2,cutoff=2"):
            result = certify(far if "cutoff" in spec else env, descriptor=spec, vary=vary)
            statements = check(json.loads(json.dumps(result.answer)))
            assert result.rule.name in statements[-2] or "out-of-reach" in statements[-2]
            assert statements[0].startswith("QQ<") and result.unseen == ("cutoff" in spec)
    certificate = json.loads(json.dumps(result.answer))
    with pytest.raises(Refuted, match="left_out: atom 0 sends messages that come to the centre"):
        check(put(deepcopy(certificate), "left_out.positions.0", [["1"], ["0", "1/2"], "0"]))
    assert check(put(deepcopy(certificate), "left_out.positions.0", ["0", "0", "-4"]))
    with pytest.raises(Refuted, match="null_vectors|pivot_rows"):
        check(put(deepcopy(certificate), "network.cutoff", "3"))
