"""Every reader against rubbish: mutated structure files, exact files, families, certificates, tables, SPEC strings and
numbers. One line or an answer, nothing else, soon, and within memory. A tenth here, the whole by `make soak`.
"""

import json
import resource
import sys
import time
from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path
from random import Random

import ase.io
import numpy as np
import pytest
from ase.build import bulk, molecule

from symsens import Structure
from symsens.checker import Malformed, load
from symsens.checker.report import read_file
from symsens.descriptors import NAMES, descriptor
from symsens.descriptors.networks import SchNet
from symsens.errors import SymsensError
from symsens.geometry.curves import Curve
from symsens.geometry.families import FAMILIES, read_family
from symsens.numbers.declared import number_field

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SECONDS, BYTES = 5, 2 << 30
WORDS = [
    b"nan",
    b"inf",
    b"-0",
    b"1e400",
    b"1e-400",
    b"9" * 400,
    b"0/0",
    b"[]",
    b"{}",
    b'"',
    b"\x00",
    b"\xff\xfe",
    b"\n",
    b" ",
]
WORDS += [
    b"Lattice=",
    b"pbc",
    b"H",
    b"Xx",
    b"sqrt(",
    b"^",
    b"t",
    b":",
    b",",
    b"=",
    b"2^2^99",
    b"[" * 300,
    b"-",
    b"null",
]


def mutated(chance, data: bytes) -> bytes:
    """Some bytes changed, cut out, doubled, exchanged for words that hurt."""
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(data) + 1)
        to = min(len(data), at + chance.choice((0, 1, 1, 3, 20)))
        match chance.randrange(5):
            case 0:
                data[at:to] = chance.choice(WORDS)
            case 1:
                data[at:to] = bytes(chance.randrange(256) for _ in range(chance.randrange(4)))
            case 2:
                data[at:at] = data[at : at + 60]
            case 3:
                del data[at : at + chance.choice((1, 5, 400))]
            case 4:
                data[at:to] = str(chance.choice((-1, 0, 1, 10**9, 0.1, 1e-30, 10**40))).encode()
    return bytes(data)


def written(format):
    """A structure file of a format."""
    text = BytesIO() if format == "cif" else StringIO()
    ase.io.write(text, bulk("Cu", cubic=True) if format in ("vasp", "cif") else molecule("CH4"), format=format)
    return text.getvalue() if format == "cif" else text.getvalue().encode()


def read_structure(path):
    for structure in Structure.read_all(str(path)):
        structure.environment(0, 3 if any(structure.pbc) else None)


def read_certificates(path):
    load(path.read_bytes().decode("utf-8", "replace")) if path.stat().st_size % 2 else read_file(str(path))


READERS = {
    "x.extxyz": (lambda: [written("extxyz"), (EXAMPLES / "F1.extxyz").read_bytes()], read_structure),
    "x.xyz": (lambda: [written("xyz")], read_structure),
    "x.vasp": (lambda: [written("vasp")], read_structure),
    "x.cif": (lambda: [written("cif")], read_structure),
    "x.env.json": (
        lambda: [(EXAMPLES / f"{name}.env.json").read_bytes() for name in ("heptagon", "near-F1")],
        read_structure,
    ),
    "x.family.json": (
        lambda: [path.read_bytes() for path in EXAMPLES.glob("*.family.json")],
        lambda path: Curve.read(str(path)),
    ),
    "x.cert.json": (
        lambda: [(ROOT / "tests" / "certificates" / name).read_bytes() for name in SMALL_CERTIFICATES],
        read_certificates,
    ),
    "weights.npz": (lambda: [weights()], lambda path: SchNet(weights=str(path))),
    "spec": (
        lambda: [f"{name}:n_max=3,l_max=2,cutoff=5".encode() for name in NAMES],
        lambda path: descriptor(text(path)),
    ),
    "field": (lambda: [b"QQ<sqrt(5)>", b"QQ<2 cos(2 pi/7)>"], lambda path: number_field(text(path)).parse("1/2")),
    "number": (
        lambda: [b"(1 + sqrt(5))/2", b"3*(2 - 1/7)^3", b"1.25e-3"],
        lambda path: number_field("QQ<sqrt(5)>").parse(text(path)),
    ),
    "family": (lambda: [f"{name} d=1/3 h=2".encode() for name in FAMILIES], lambda path: read_words(text(path))),
}


def text(path):
    return path.read_bytes().decode("utf-8", "replace")


def read_words(words):
    name, *pairs = words.split(" ")
    family, given = read_family(name, pairs)
    family.members(given)


def weights():
    file = BytesIO()
    np.savez(file, **SchNet().arrays)
    return file.getvalue()


SMALL_CERTIFICATES = sorted(
    path.name for path in (ROOT / "tests" / "certificates").glob("*.json") if path.stat().st_size < 20_000
)


def fuzz(name, seeds, folder):
    """How often a reader refused, and how often it did not mind."""
    originals, read = READERS[name][0](), READERS[name][1]
    ends, path = Counter(), folder / name
    for seed in seeds:
        chance = Random(f"{name}{seed}")
        path.write_bytes(mutated(chance, chance.choice(originals)))
        start = time.process_time()
        try:
            read(path)
            ends["read"] += 1
        except (SymsensError, Malformed) as error:
            assert "\n" not in str(error) and len(str(error)) < 2000, (seed, str(error)[:300])
            ends["refused"] += 1
        assert time.process_time() - start < SECONDS, (name, seed)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) < BYTES
    return ends


@pytest.mark.parametrize("name", READERS)
def test_readers_refuse_in_one_line(name, tmp_path):
    ends = fuzz(name, range(900), tmp_path)
    assert ends["refused"] > 50, ends


@pytest.mark.soak
@pytest.mark.parametrize("name", READERS)
def test_readers_refuse_in_one_line_a_hundred_thousand_times(name, tmp_path):
    print(name, fuzz(name, range(1000, 10_100), tmp_path))


def test_a_traceback_would_be_seen(tmp_path, monkeypatch):
    """The negative control: a reader that raises something else."""
    monkeypatch.setitem(READERS, "x.xyz", (READERS["x.xyz"][0], lambda path: json.loads(text(path))))
    with pytest.raises(ValueError):
        fuzz("x.xyz", range(5), tmp_path)


@pytest.mark.parametrize(
    "name, content",
    [
        ("x.xyz", "1000000000\n\nH 0 0 0\n"),
        ("x.extxyz", "1\nProperties=species:S:1:pos:R:3000000000 pbc=F\nH 0 0 0\n"),
        ("x.vasp", "Cu\n1.0\n3 0 0\n0 3 0\n0 0 3\nCu\n9000000000\nDirect\n0 0 0\n"),
    ],
)
def test_what_is_announced_and_not_there_is_refused_at_once(name, content, refused, tmp_path):
    (tmp_path / name).write_text(content)
    start = time.process_time()
    assert "ASE cannot read it" in refused("certify", tmp_path / name, "--cutoff", "3")
    assert time.process_time() - start < SECONDS
