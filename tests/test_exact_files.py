"""Exact files: what is written is read again, by every command; what is no exact file is refused in one line."""

import json
from fractions import Fraction

import pytest
from click.testing import CliRunner

from symsens.cli import commands
from symsens.errors import InputError
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.exact_files import (
    document_text,
    environment_document,
    field_document,
    read_field,
    structure_document,
)
from symsens.numbers.declared import field_of_root, number_field

HEPTAGON = {
    "schema": "symsens/environment/1",
    "field": {"generator": "c", "minimal_polynomial": "c^3 + c^2 - 2*c - 1", "root": ["1.2", "1.3"]},
    "metric": [["1", "c/2", "0"], ["c/2", "1", "0"], ["0", "0", "1"]],
    "centre": "C",
    "species": ["H", "H", "H", "H", "H"],
    "positions": [["1", 0, 0], [0, 1, 0], [-1, "c", 0], ["-c^2 + 1", "1 - c^2", 0], [0, 0, "2"]],
}
PEROVSKITE = {
    "schema": "symsens/structure/1",
    "field": "QQ<sqrt(2)>",
    "species": ["Cs", "Cl"],
    "positions": [["0", "0", "0"], ["sqrt(2)", "sqrt(2)", "sqrt(2)"]],
    "cell": [["2*sqrt(2)", "0", "0"], ["0", "2*sqrt(2)", "0"], ["0", "0", "2*sqrt(2)"]],
    "pbc": [True, True, True],
}


def written(tmp_path, document, name="case.env.json"):
    path = tmp_path / name
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(path)


def test_the_heptagon_from_its_file(tmp_path):
    name = written(tmp_path, HEPTAGON)
    result = CliRunner().invoke(commands, ["certify", name, "--nu", "3", "--json"], standalone_mode=False)
    (report,) = json.loads(result.output)["environments"]
    assert report["field"] == "QQ<c>" and report["centre"] == 0 and report["species"] == ["H"] * 5
    assert report["filtration"]["incompleteness"] == 1 and report["rank"] == 11 and report["verdict"] == "PROVED"


@pytest.mark.parametrize("document", [HEPTAGON, PEROVSKITE])
def test_what_is_written_is_read_again(tmp_path, document):
    first = Structure.read(written(tmp_path, document, "first.json"))
    text = document_text(structure_document(first))
    again = Structure.read(written(tmp_path, text, "again.structure.json"))
    same = ("species", "positions", "metric", "cell", "pbc")
    assert [getattr(first, name) for name in same] == [getattr(again, name) for name in same]
    assert again.field == first.field
    env = first.environment(0, 5 if any(first.pbc) else None)
    (only,) = Structure.read_all(written(tmp_path, document_text(environment_document(env)), "env.env.json"))
    copy = only.environment(0)
    assert (copy.species, copy.positions, copy.gram) == (env.species, env.positions, env.gram)
    assert list(only.centres) == [0]


@pytest.mark.parametrize(
    "field",
    [
        "QQ",
        "QQ<sqrt(5)>",
        "QQ<sqrt(2),sqrt(3)>",
        "QQ<2 cos(2 pi/9)>",
        {"generator": "h", "minimal_polynomial": "4*h^2 - 2", "root": ["0", "1"]},
        {"generator": "t", "minimal_polynomial": "t^4 - 2", "root": ["-2", "-1"]},
    ],
)
def test_fields_are_written_as_they_are_read(field):
    made = read_field(field)
    assert read_field(json.loads(json.dumps(field_document(made)))) == made
    if isinstance(field, str):
        assert field_document(made) == field


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "symsens/environment/9"}, "schema 'symsens/environment/9'"),
        ({"schema": ["symsens/environment/1"]}, "schema .'symsens/environment/1'"),
        ({"field": "QQ<sqrt(4)>"}, "4 is a square"),
        ({"field": {"generator": "c"}}, "an object of generator, minimal_polynomial, root"),
        ({"field": HEPTAGON["field"] | {"minimal_polynomial": "c^3 - 8"}}, "reducible"),
        ({"field": HEPTAGON["field"] | {"root": ["2", "3"]}}, "no real roots lie there"),
        ({"field": "QQ"}, "atom 3: c is not a number of the field QQ"),
        ({"species": ["H"]}, "species but 6 positions"),
        ({"species": "HHHHH"}, "list of chemical symbols"),
        ({"centre": 6}, "one for the centre"),
        ({"positions": [[1, 0]] * 5}, r"positions\[0\]: give three numbers"),
        ({"positions": [[1.5, 0, 0]] * 5}, r"positions\[0\]: 1.5 is no exact number"),
        ({"positions": [["1", "0", True]] * 5}, "True is no exact number"),
        ({"positions": [["d", 0, 0], *HEPTAGON["positions"][1:]]}, "atom 1: 'd': 'd' is no number"),
        ({"positions": [["1", 0, 0], *HEPTAGON["positions"][:4]]}, "coincide"),
        ({"metric": [[1, 0, 0]] * 2}, "three triples"),
        ({"metric": [[1, 2, 0], [2, 1, 0], [0, 0, 1]]}, "not positive definite"),
        ({"colour": "red"}, "the key colour is unknown"),
        ({"species": None, "positions": None}, "list of chemical symbols"),
    ],
)
def test_what_is_no_exact_file_is_refused(tmp_path, change, reason):
    name = written(tmp_path, HEPTAGON | change)
    with pytest.raises(InputError, match=reason) as refused:
        Structure.read(name)
    assert str(refused.value).startswith(name) and "\n" not in str(refused.value)


def test_more_that_is_refused(tmp_path):
    with pytest.raises(InputError, match="the key positions is missing"):
        Structure.read(written(tmp_path, {k: v for k, v in HEPTAGON.items() if k != "positions"}))
    with pytest.raises(InputError, match="not JSON"):
        Structure.read(written(tmp_path, "{"))
    with pytest.raises(InputError, match="not JSON"):
        Structure.read(written(tmp_path, "[" * 100_000))
    with pytest.raises(InputError, match="linearly dependent"):
        flat = PEROVSKITE | {"cell": [["1", "0", "0"], ["sqrt(2)", "0", "0"], ["0", "0", "1"]]}
        Structure.read(written(tmp_path, flat, "flat.structure.json"))
    with pytest.raises(InputError, match="pbc"):
        Structure.read(written(tmp_path, PEROVSKITE | {"pbc": [1, 1, 1]}, "pbc.structure.json"))
    with pytest.raises(InputError, match="there is no frame 2"):
        Structure.read(written(tmp_path, HEPTAGON), 2)
    with pytest.raises(InputError, match="the environment of atom 0 alone"):
        Structure.read(written(tmp_path, HEPTAGON)).environment(1)


def test_certify_saves_what_it_certified(tmp_path):
    run = lambda *arguments: CliRunner().invoke(commands, ["certify", *arguments], standalone_mode=False)
    target = str(tmp_path / "methane.env.json")
    assert run("ase:CH4", "--centre", "0", "--save-exact", target).return_value == 0
    read = Structure.read(target).environment(0)
    assert read.positions == Structure.read("ase:CH4").environment(0).positions and read.field.name == "QQ"
    whole = str(tmp_path / "methane.structure.json")
    assert run("ase:CH4", "--save-exact", whole).return_value == 0
    assert Structure.read(whole).positions == Structure.read("ase:CH4").positions
    for arguments, reason in (
        (("ase:CH4", "--save-exact", target), "give --centre"),
        (("ase:CH4", "--save-exact", target, "--out", target), "two outputs are to be written there"),
        (("ase:CH4", "--centre", "0", "--save-exact", str(tmp_path / "x.json")), "ends in .env.json or"),
    ):
        with pytest.raises(InputError, match=reason):
            raise run(*arguments).exception


def test_texts_of_rational_numbers():
    env = Environment(["H"], [("1/2 + 1/3", "(1 - 3)^2", "sqrt(9/4)")])
    assert env.positions == ((Fraction(5, 6), 4, Fraction(3, 2)),)
    for text in ("sqrt(2)", "1 +", "2^2000", "x"):
        with pytest.raises(InputError, match="is not a number of the field QQ"):
            Environment(["H"], [(text, 0, 0)])
    assert number_field("QQ") is Environment(["H"], [(1, 0, 0)]).field
    assert field_of_root("c", "c^2 - 2", (1, 2)).name == "QQ<c>"
