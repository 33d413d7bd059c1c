"""`symsens families`: what it lists can be typed, what it writes is read back, what is wrong is one line."""

import json

import pytest
from family_oracle import PAIRS, by_name

from symsens.geometry.environment import Environment, Structure
from symsens.geometry.exact_files import environment_document
from symsens.geometry.families import FAMILIES, read_family


def test_the_catalogue_is_listed_and_its_lines_can_be_typed(run):
    code, out, err = run("families")
    lines = out.splitlines()
    assert (code, err) == (0, "") and [line.split(":")[0] for line in lines[::3]] == list(FAMILIES)
    for line in lines[2::3]:
        name, *pairs = line.split()
        family, given = read_family(name, pairs)
        assert given == family.parameters()
    document = json.loads(run("families", "--json")[1])["families"]
    assert [entry["name"] for entry in document] == list(FAMILIES)
    assert {entry["members"] for entry in document} == {1, 2} and all(entry["source"] for entry in document)


@by_name(FAMILIES.values())
def test_members_are_written_and_read_back(run, tmp_path, family):
    members = family.members()
    ending = ".env.json" if isinstance(members[0], Environment) else ".structure.json"
    code, out, err = run("families", family.name, "--out", tmp_path / f"x{ending}")
    assert (code, err) == (0, "") and out.splitlines()[-1].startswith("Written: ")
    names = [f"x{ending}"] if len(members) == 1 else [f"x-{i}{ending}" for i in (1, 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name, member in zip(names, members):
        read = Structure.read(str(tmp_path / name))
        if isinstance(member, Environment):
            read = read.environment(0)
            assert environment_document(read) == environment_document(member)
        assert (read.positions, read.species, read.metric) == (member.positions, member.species, member.metric)
    documents = json.loads(run("families", family.name, "--json")[1])
    assert documents["family"] == family.parameters().spec and len(documents["members"]) == len(members)
    assert documents["members"] == [json.loads((tmp_path / name).read_text()) for name in names]


def test_what_is_shown_of_a_member(run):
    out = run("families", "half-turn-pair", "d=1/10", "x1=5,0,1")[1]
    assert "    H   0  1/2   6\n" in out and "    H   0  -1/2   6\n" in out and "d=1/10 " in out
    out = run("families", "polygon-and-pole")[1]
    assert "    over QQ<2 cos(2 pi/7)>, c ≈ 1.246980\n    in a frame with the metric 1 c/2 0; c/2 1 0; 0 0 2\n" in out


@pytest.mark.parametrize(
    "words, message",
    [
        (["half-trn"], "unknown family 'half-trn': did you mean half-turn?"),
        (["half-turn", "x1=1:2"], "half-turn: x1=1:2: give 3 numbers joined by :"),
        (["half-turn", "axes=1:2:3"], "half-turn: unknown parameter 'axes': did you mean axis?"),
        (["half-turn", "h"], "half-turn: h has no value: give h=value"),
        (["half-turn", "h=1", "h=2"], "half-turn: h is given twice"),
        (["half-turn", "h=abc"], "half-turn: h=abc: give a number"),
        (["half-turn", "axis=0:0:0"], "half-turn: 0:0:0 is no direction: give a vector that is not zero"),
        (["half-turn", "x1=3:4:-2"], "half-turn: atoms 1 and 2 coincide at distance 0: remove one of them"),
        (["half-turn-pair", "d=0"], "half-turn-pair: d=0: give a number above 0"),
        (["equal-radii", "turn=0:0:0:0"], "equal-radii: 0:0:0:0 is no rotation: give a quaternion that is not zero"),
        (["polygon-and-pole", "vertices=1:1"], "vertex 1: give different vertices of the 7-gon, from 0 to 6"),
        (["polygon-and-pole", "vertices=1/2"], "vertex 1/2: give different vertices of the 7-gon, from 0 to 6"),
        (["polygon-and-pole", "m=59"], "has degree 29"),
        (["polygon-and-pole", "m=1e9"], "m=1e9: give an integer from 3 to 90"),
        (["homometric-vertices", "second=1:2:3"], "0:1:3:4 and 1:2:3 are not homometric modulo 8"),
        (["homometric-sums", "a=1:1"], "two atoms coincide"),
        (
            ["ring-pair", "tangents=0:1:-1"],
            "ring-pair: the two members are congruent for these parameters: give others",
        ),
        (["homometric-sums", "b=0:10"], "homometric-sums: the two members are congruent"),
        (["half-turn", "h=1e101"], "half-turn: h: give numbers of at most 100 digits"),
        (["half-turn", "axis=1:2:1e-9999"], "half-turn: axis: give numbers of at most 100 digits"),
        (
            ["circle-and-apex", f"tangents={':'.join(map(str, range(101)))}"],
            "tangents has 101 numbers: give at most 100",
        ),
        (["homometric-sums", *(f"{s}={':'.join(map(str, range(30)))}" for s in "ab")], "30 times 30 atoms: give sets"),
        (["methane-decimals", "r=1e9999"], "methane-decimals: r=1e9999: give a number above 0 up to 1000"),
        (["methane-decimals", "theta4=1e9"], "methane-decimals: theta4=1e9: give a number from 0 to 180"),
        (["half-turn", "--out", "x.json"], "x.json: the members are exact files: give NAME.env.json"),
        (["rectangle-pair", "--out", "x.env.json"], "the members are exact files: give NAME.structure.json"),
        (["--out", "x.env.json"], "say of which family"),
        (["half-turn", "--out", "no/such/x.env.json"], "no such directory"),
    ],
)
def test_bad_input_is_one_line(refused, words, message):
    assert message in refused("families", *words)


@by_name(PAIRS)
def test_compare_finds_of_written_pairs_what_the_catalogue_says(run, tmp_path, family):
    run("families", family.name, "--out", tmp_path / "x.env.json")
    code, out, _ = run("compare", tmp_path / "x-1.env.json", tmp_path / "x-2.env.json", "--json")
    found = json.loads(out)
    assert (code, found["congruent"]) == (0, False)
    assert (found["equal_up_to"], found["separated_at"]) == (family.degenerate, family.degenerate + 1)


def test_certify_finds_of_a_written_member_what_the_catalogue_says(run, tmp_path):
    run("families", "polygon-and-pole", "--out", tmp_path / "x.env.json")
    (report,) = json.loads(run("certify", tmp_path / "x.env.json", "--nu", 3, "--json")[1])["environments"]
    assert report["filtration"]["incompleteness"] == 1 and report["field"] == "QQ<2 cos(2 pi/7)>"
