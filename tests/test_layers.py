"""How many layers of message passing tell two sides apart: answers and certificates."""

import json
import random
from collections import Counter
from fractions import Fraction

import pytest
import test_mutated_certificates as mutated
from checker_cases import put, stored
from learned_cases import CLUSTER
from message_oracles import colours_are_true
from structure_cases import CRYSTALS
from test_colours import first_pair, random_environment, second_pair, third_pair

from symsens import InputError, Structure, compare_layers
from symsens.checker import Malformed, Refuted, check, colours

PAIRS = [first_pair(Fraction(2)), first_pair(Fraction(1, 3)), second_pair(Fraction(3, 2)), third_pair()]


def molecule(env):
    return Structure(env.species, env.positions, field=env.field)


def written(found):
    return json.loads(json.dumps(found.certificate))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("pair", PAIRS, ids=["first", "first, near", "second", "third"])
def test_no_number_of_layers_on_distances_tells_the_pairs_apart(pair, whole):
    sides = list(map(molecule, pair)) if whole else pair
    never, angles = compare_layers(*sides), compare_layers(*sides, angles=True)
    assert (never.layers, angles.layers) == (None, 1 if whole else 2)
    assert "PROVED (rule separating-layers): no number of layers" in str(never)
    where = "summed over all atoms" if whole else "read off at the centre"
    assert check(written(never))[-1] == (
        f"no number of layers of message passing on distances, {where}, tells A from B: their colours are equal and "
        "stable [separating-layers]"
    )
    assert f"angles between them, {where}, tell A from B in some network, and no fewer do" in check(written(angles))[-1]
    with pytest.raises(Refuted, match="claims.layers: None, not 3"):
        check(put(written(never), "claims.layers", 3))


ALTERED = [
    ("colours-layers", "claims.layers", 0, "claims.layers: 1, not 0"),
    ("colours-layers", "claims.layers", 2, "claims.layers: 1, not 2"),
    ("colours-layers", "claims.layers", None, "claims.layers: 1, not None"),
    ("colours-never", "claims.layers", 10**18, "claims.layers: None, not 10"),
    ("colours-never", "network.messages", "angles", "claims.layers: 2, not None"),
    ("colours-never", "network.cutoff", "0", "network.cutoff: not positive"),
    ("colours-never", "network.cutoff", "-1", "network.cutoff: not positive"),
    ("colours-never", "first.positions.0.0", "1000001/1000000", "claims.layers: 1, not None"),
    ("colours-never", "second.centre", "O", "claims.layers: 0, not None"),
    ("colours-never", "second.centre", None, "first, second: an environment beside a molecule"),
    ("colours-never", "second.species.0", "O", "claims.layers: 1, not None"),
    ("colours-never", "second.positions.0", ["0", "0", "0"], "second: environment.positions: .* off the centre"),
    ("colours-molecules", "second.positions.0", ["1", "1", "1"], "claims.layers: 1, not None"),
    ("colours-angles", "claims.layers", 1, "claims.layers: 2, not 1"),
    ("colours-angles", "network.layers", 1, "layers"),
]


@pytest.mark.parametrize(("name", "path", "value", "reason"), ALTERED, ids=lambda x: str(x)[:40])
def test_alterations_are_refused(name, path, value, reason):
    with pytest.raises((Malformed, Refuted), match=reason):
        check(put(stored(name), path, value))


def test_too_many_messages_are_refused(monkeypatch):
    monkeypatch.setattr("symsens.checker.networks.MAX_MESSAGES", 167)
    with pytest.raises(Refuted, match="network: 84 messages in each of 2 layers are over 167"):
        check(stored("colours-never"))
    monkeypatch.setattr("symsens.certificates.colours.MAX_MESSAGES", 167)
    found = compare_layers(*PAIRS[0])
    assert found.layers is None and "the checker does not read 168 messages" in found.rule.reason
    assert f"PROVED (no certificate yet: {found.rule.reason})" in str(found)
    with pytest.raises(InputError, match="no certificate: the checker does not read"):
        _ = found.certificate
    many = Structure(["H"] * 300, [(i, i * i % 101, 1) for i in range(300)])
    assert "does not read so many atoms as 300" in compare_layers(many, many).rule.reason


def test_random_sides_are_told_apart_as_by_definition():
    rng, ends = random.Random(2), Counter()
    for _ in range(60):
        first = second = random_environment(rng)
        if rng.random() < 0.7:
            second = random_environment(rng)
        cutoff, angles = rng.choice([None, "3/2", 2]), rng.random() < 0.3
        found = compare_layers(first, second, angles, cutoff)
        ends[found.layers] += 1
        certificate = written(found)
        assert check(json.loads(json.dumps(certificate))) and colours_are_true(certificate)
    assert {None, 0, 1} <= set(ends)


@pytest.mark.parametrize(
    ("sides", "options", "reason"),
    [
        ((CLUSTER, "ase:CH4"), {}, "one side is an environment, the other a molecule"),
        ((CLUSTER, CLUSTER), {"cutoff": "-1"}, "cutoff -1 is not positive"),
        ((CLUSTER, CLUSTER), {"cutoff": "x"}, "x is not a number of the field QQ"),
        ((CLUSTER, third_pair()[0]), {}, "use one field"),
        ((CRYSTALS["diamond"][0],) * 2, {}, "is a crystal"),
    ],
)
def test_what_cannot_be_compared(sides, options, reason):
    with pytest.raises(InputError, match=reason):
        compare_layers(*sides, **options)


def test_a_congruent_molecule_is_never_told_apart():
    assert compare_layers("ase:CH4", "ase:CH4", angles=True).layers is None
    assert "2 layers" in str(compare_layers(*PAIRS[2], angles=True))
    other = compare_layers("ase:CH4", "ase:NH3")
    assert other.layers == 0 and "their species alone tell A from B" in str(other)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("same", lambda now, split, whole: True), ("told", None)],
)
def test_planted_errors_are_found_out(monkeypatch, name, wrong):
    """Negative controls: colours that are always equal; colours that are stable from the first."""
    if wrong is None:
        monkeypatch.setattr(colours.Colouring, "grow", lambda self: self.colours.append(self.colours[-1]))
    else:
        monkeypatch.setattr(colours, name, wrong)
    with pytest.raises(pytest.fail.Exception, match="a false certificate was accepted"):
        mutated.run(range(2000), ("colours-never", "colours-molecules"))


def test_the_command(run, refused, tmp_path):
    files = []
    for name, env in zip("ab", PAIRS[0]):
        atoms = [("C", (0, 0, 0)), *zip(env.species, env.positions)]
        lines = [f"{z} {' '.join(map(str, y))}" for z, y in atoms]
        (tmp_path / f"{name}.xyz").write_text("\n".join([str(len(atoms)), "", *lines, ""]))
        files.append(tmp_path / f"{name}.xyz")
    certificate = tmp_path / "c.json"
    code, out, _ = run("compare", *files, "--networks", "--out", certificate)
    assert code == 0 and "no number of layers of message passing on distances tells A from B." in out
    assert "1 layer of message passing on distances and angles tells A from B, no fewer do." in out
    code, out, _ = run("verify", certificate)
    assert code == 0 and out.count("[separating-layers]") == 2 and "[not-congruent]" in out
    code, out, _ = run("compare", *files, "--centre-a", 0, "--centre-b", 0, "--networks", "--json")
    rule = {"verdict": "PROVED", "rule": "separating-layers"}
    assert json.loads(out)["networks"] == {"distances": {"layers": None, **rule}, "angles": {"layers": 2, **rule}}
    assert "networks" not in json.loads(run("compare", *files, "--json")[1])
    assert "leave --cutoff out" in refused("compare", *files, "--networks", "--cutoff", 3)
