"""Networks summed over the atoms of whole structures: rows, answers, certificates."""

import json
import random
from collections import Counter

import pytest
from checker_cases import put, stored, twice, without
from flint import nmod_mat
from message_oracles import P, summed_jacobian, summed_network_is_true
from structure_cases import CRYSTALS, MOLECULES, crystal
from structure_oracle import Whole

from symsens import Structure, Verdict, certify
from symsens.checker import Malformed, Refuted, check, exact, networks, structure_networks
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.rows.filtration import filtration_of
from symsens.rows.structures import structures_of_order

F1 = Structure("CHHHH", [(0, 0, 0), (5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)])
SKEW = crystal("CO", [(0, 0, 0), (1, "1/5", "1/3")], [(2, 0, 0), ("1/4", 2, 0), (0, "1/7", 2)])
CASES = {
    **{name: (MOLECULES[name][0], None) for name in ("H2O", "CH4", "HCN", "ethene")},
    "ethene, near": (MOLECULES["ethene"][0], "7/2"),
    **{name: (CRYSTALS[name][0], CRYSTALS[name][1]) for name in ("diamond", "rutile", "chain", "even chain")},
    "skew": (SKEW, "9/4"),
    "F1": (F1, None),
    "line": (Structure("HHH", [(0, 0, 0), (1, 0, 0), (3, 0, 0)]), "3/2"),
}


def answer(name, spec, level="sum"):
    structure, cutoff = CASES[name]
    return certify(structure, descriptor=spec + (f",cutoff={cutoff}" if cutoff else ""), level=level)


def written(result):
    return json.loads(json.dumps(result.answer))


@pytest.mark.parametrize("name", [name for name in CASES if name != "line"])
@pytest.mark.parametrize(("spec", "nu"), [("dgnn:layers=1", 1), ("agnn:layers=1", 2)])
def test_one_layer_is_the_set_of_environments(name, spec, nu):
    """Atoms of equal colour after one layer have environments of equal class multisets, nothing is at the cutoff."""
    structure, cutoff = CASES[name]
    expected = filtration_of(StructureDisplacements(structure, "set", cutoff), structures_of_order(nu))
    assert answer(name, spec).filtration.as_dict() == expected.as_dict()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("angles", "layers"), [(False, 1), (False, 2), (False, 3), (True, 1), (True, 2)])
def test_no_network_sees_the_null_space_and_a_wide_one_sees_the_rest(name, angles, layers):
    structure, cutoff = CASES[name]
    if angles and layers == 2 and len(structure.lattice) == 3:
        return
    result = answer(name, f"{'agnn' if angles else 'dgnn'}:layers={layers}")
    certificate = written(result)
    whole = Whole(certificate | {"nu": 1, "level": "sum"})
    jacobian = [[int(x) for x in row] for row in summed_jacobian(whole, layers, angles, cutoff)]
    assert nmod_mat(jacobian, P).rank() == result.filtration.rank
    assert not any(sum(x * y for x, y in zip(row, v)) % P for row in jacobian for v in result.filtration.vectors)
    assert result.verdict is Verdict.PROVED and result.rule.name == "summed-message-passing"
    assert check(certificate)[-2].endswith("summed over all atoms, sees its null space [summed-message-passing]")


def test_known_answers():
    lost = {spec: answer("F1", spec).filtration["incompleteness"] for spec in ("dgnn:layers=1", "dgnn:layers=2")}
    assert lost == {"dgnn:layers=1": 0, "dgnn:layers=2": 0}
    line = [answer("line", f"dgnn:layers={layers}").filtration.rank for layers in (1, 2, 3)]
    assert line == [1, 1, 1]  # the third atom is out of reach of the others
    report = answer("chain", "dgnn:layers=2", "set").as_dict()
    assert (report["level"], report["descriptor"], report["nu"]) == ("set", "dgnn:layers=2,cutoff=4", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("ase:CH4", "--level", "sum", "--descriptor", "acsf"),
            "asks about all features of all atoms of a structure: leave --descriptor out",
        ),
        (("ase:CH4", "--level", "sum", "--descriptor", "dgnn", "--descriptor", "agnn"), "leave --descriptor out"),
        (("ase:CH4", "--level", "sum", "--descriptor", "dgnn", "--nu", "2"), "dgnn is a network of no order nu"),
        (("ase:CH4", "--level", "sum", "--descriptor", "dgnn", "--cutoff", "2"), "give dgnn:cutoff=2"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(refused, words, said):
    assert said in refused("certify", *words)


def test_certificates_are_written_and_verified(run, tmp_path):
    file = tmp_path / "c.json"
    code, out, _ = run("certify", "ase:C6H6", "--level", "sum", "--descriptor", "dgnn:cutoff=1.5", "--out", file)
    assert code == 0 and "Certificate: rule summed-message-passing" in out
    assert run("verify", file)[0] == 0


STORED = ("summed-molecule", "summed-crystal", "summed-angles")
ALTERED = [
    (STORED[0], "network.layers", 0, "network.layers: 0 is outside"),
    (STORED[0], "network.layers", 21, "network.layers: 21 is outside"),
    (STORED[0], "network.cutoff", "-1", "network.cutoff: not positive"),
    (STORED[0], "network.cutoff", None, "network.cutoff: beyond the neighbours of the structure"),
    (STORED[0], "network.cutoff", "9", "network.cutoff: beyond the neighbours of the structure"),
    (STORED[0], "network.messages", "angles", "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows.0.0", -1, "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows.0.0", 99, "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows.0.1.0", [-1], "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows.0.1.0", [99], "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows.0.1", [], "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows.0.2", 1, "the matrix has no such row"),
    (STORED[0], "levels.2.pivot_rows", without(0), "pivot_rows . [0-9]+ null_vectors so far != "),
    (STORED[0], "levels.2.pivot_rows", twice, "pivot_rows . [0-9]+ null_vectors so far != "),
    (STORED[0], "levels.2.null_vectors.0.0", "7", "is not null for row"),
    (STORED[0], "levels", without(0), "levels: expected rigid, symmetry, incompleteness"),
    (STORED[0], "claims.rank", 0, "claims: rank is"),
    (STORED[1], "structure.cutoff", "1/2", "network.cutoff: beyond the neighbours of the structure"),
    (STORED[1], "nu", 2, "expected exactly the keys"),
    (STORED[2], "levels.2.pivot_rows.0.1.0", [0], "the matrix has no such row"),
]


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"), ALTERED, ids=[f"{a[0]}-{a[1]}-{i}" for i, a in enumerate(ALTERED)]
)
def test_alterations_are_refused(name, path, value, reason):
    with pytest.raises((Malformed, Refuted), match=reason):
        check(put(stored(name), path, value))


@pytest.mark.parametrize("name", STORED)
def test_the_oracle_believes_what_is_stored(name):
    certificate = stored(name)
    assert summed_network_is_true(certificate)
    assert not summed_network_is_true(put(stored(name), "claims.rank", lambda x: x + 1))


def test_other_layers_and_cutoffs_are_accepted_only_where_they_are_true():
    rng, ends = random.Random(1), Counter()
    for _ in range(60):
        certificate = written(answer(rng.choice(list(CASES)), f"dgnn:layers={rng.choice([1, 2, 3])}"))
        network = certificate["network"]
        if rng.random() < 0.5:
            network["layers"] += rng.choice([1, -1])
        else:
            network["cutoff"] = rng.choice(["1", "3/2", "2", "9/4", "3", None])
        try:
            check(json.loads(json.dumps(certificate)))
        except Refuted:
            ends["refused"] += 1
            continue
        ends["accepted"] += 1
        assert summed_network_is_true(certificate)
    assert min(ends.values()) > 10 and len(ends) == 2


def alone(self, walk):
    return networks.Network.ends_of(self, walk) if len(walk) > 1 else {walk[0]: 1}


PLANTED = {
    "null vectors are not looked at": (exact, "check_null", lambda *_: None),
    "all atoms are of one colour": (networks, "number", lambda values: [0] * len(values)),
    "a root stands for itself alone": (structure_networks.Summed, "ends_of", alone),
}


@pytest.mark.parametrize("error", PLANTED)
def test_planted_errors_refuse_true_certificates_or_accept_false_ones(monkeypatch, error):
    """Negative controls."""
    certificates = [stored(name) for name in STORED]
    one_more = put(stored(STORED[0]), "levels.2.null_vectors.0.0", "7")
    module, name, wrong = PLANTED[error]
    monkeypatch.setattr(module, name, wrong)
    ends = []
    for certificate in [*certificates, one_more]:
        try:
            ends.append(bool(check(certificate)))
        except (Refuted, KeyError):
            ends.append(False)
    assert ends != [True, True, True, False]


def test_atoms_at_the_cutoff_send_nothing():
    square = Structure("HHHH", [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0)])
    assert certify(square, descriptor="dgnn:cutoff=2", level="sum").filtration.rank == 0
    at = certify(square, descriptor="dgnn:cutoff=201/100", level="sum")
    assert at.filtration.rank == 1 and at.filtration["symmetry"] == 5
    assert check(put(written(at), "network.cutoff", "2001/1000"))
    with pytest.raises(Refuted):
        check(put(written(at), "network.cutoff", "2"))


def test_too_many_messages_on_the_walks_are_refused(monkeypatch):
    monkeypatch.setattr(networks, "MAX_FOLLOWED", 10)
    with pytest.raises(Refuted, match="network: over 10 messages on the walks for 2 null vectors"):
        check(stored("summed-molecule"))
    assert check(stored("summed-crystal"))
    monkeypatch.setattr("symsens.certificates.networks.MAX_FOLLOWED", 10)
    found = certify(MOLECULES["ethene"][0], descriptor="dgnn:layers=2,cutoff=5/2", level="sum")
    assert "does not follow" in found.rule.reason and "for 2 null vectors" in found.rule.reason
