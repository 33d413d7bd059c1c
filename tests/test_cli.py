"""The command line as others script against it: exit codes, JSON keys, one line per error, files whole or not at
all."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from ase.build import bulk, molecule
from ase.io import write

from symsens import Environment, certify
from symsens.descriptors import NAMES, descriptor
from symsens.search.truncation import certified_truncation

ROOT = Path(__file__).parent.parent
REPORT_KEYS = set(
    """
    schema file formula centre species n_neighbours field nu descriptor level displacements rank nullity
    symmetry_allowed_rank stabiliser_order filtration singular_values verdict undecided seconds
    """.split()
)


def test_methane_is_explained_to_a_chemist(run):
    code, out, err = run("certify", "ase:CH4", "--centre", 0)
    assert code == 0 and err == ""
    assert (
        "PROVED: 8 of the 9 internal displacements are invisible because of the Td symmetry; none is spurious." in out
    )


def test_f1_is_spurious_at_nu_2_only(run):
    f1 = ROOT / "examples" / "F1.extxyz"
    assert "1 is spurious: no O(3) descriptor of order nu = 2 can see it." in run("certify", f1, "--centre", 0)[1]
    assert "none is spurious" in run("certify", f1, "--centre", 0, "--nu", 3)[1]


def test_json_keys_and_every_centre(run):
    code, out, _ = run("certify", "ase:CH3CH2OH", "--json")
    document = json.loads(out)
    assert code == 0 and list(document) == ["environments"] and len(document["environments"]) == 9
    for centre, report in enumerate(document["environments"]):
        assert set(report) >= REPORT_KEYS and report["schema"] == "symsens/report/1" and report["centre"] == centre
        assert (
            report["verdict"] == "PROVED"
            and report["undecided"] is None
            and report["singular_values"] is None
            and report["descriptor"] is None
        )
        assert list(report["filtration"]) == [
            "rigid",
            "symmetry",
            "incompleteness",
            "angular_truncation",
            "radial_truncation",
        ]
        assert (
            sum(v or 0 for v in report["filtration"].values())
            == report["nullity"]
            == report["displacements"] - report["rank"]
        )


@pytest.mark.parametrize("vary, displacements, rank", [("neighbours", 24, 21), ("atoms", 27, 21)])
def test_ethanol_has_21_internal_displacements_whoever_moves(run, vary, displacements, rank):
    # C1 as seen from one H of the CH3 group that is not in the mirror plane
    report = json.loads(run("certify", "ase:CH3CH2OH", "--centre", 7, "--vary", vary, "--json")[1])["environments"][0]
    assert (report["displacements"], report["rank"] + report["filtration"]["symmetry"]) == (displacements, rank)


def test_a_certificate_goes_through_a_file(run, tmp_path):
    out = tmp_path / "cert.json"
    assert run("certify", "ase:NH3", "--out", out)[0] == 0
    code, text, _ = run("verify", out)
    assert code == 0 and text.count("PROVED") == 4
    certificate = json.loads(out.read_text())
    certificate["certificates"][2]["claims"]["rank"] += 1
    out.write_text(json.dumps(certificate))
    code, text, _ = run("verify", out, "--quiet")
    assert code == 1 and text.count(": PROVED") == 3 and text.count("REFUTED") == 1


def test_null_vectors_are_displacements_of_named_atoms(run):
    _, out, _ = run("certify", "ase:CH4", "--centre", 1, "--vary", "atoms", "--null-vectors")
    listed = [line for line in out.splitlines() if line.startswith(("  rigid:", "  symmetry:"))]
    assert len(listed) == 12 and any("C0" in line and "H1" in line for line in listed)


def test_a_crystal_needs_a_cutoff_and_its_images_move_together(run, refused, tmp_path):
    write(tmp_path / "cu.vasp", bulk("Cu", cubic=True), format="vasp")
    assert "give a cutoff" in refused("certify", tmp_path / "cu.vasp")
    code, out, _ = run("certify", tmp_path / "cu.vasp", "--cutoff", "2.6", "--centre", 0, "--vary", "atoms", "--json")
    report = json.loads(out)["environments"][0]
    assert code == 0 and report["n_neighbours"] == 12 and report["displacements"] == 12 and report["rank"] == 0


def test_other_formats_and_frames(run, refused, tmp_path):
    path = tmp_path / "two.extxyz"
    write(path, [molecule("H2O"), molecule("CH4")])
    assert "CH4" in run("certify", path, "--frame", 1, "--centre", 0)[1]
    assert "there is no frame 2: it has 2, from 0 to 1" in refused("certify", path, "--frame", 2)


@pytest.mark.parametrize(
    "name, text, arguments, message",
    [
        ("missing.xyz", None, [], "no such file"),
        ("empty.xyz", "", [], "cannot read"),
        ("prose.xyz", "this is not a structure\n", [], "cannot read"),
        ("what.unknown", "1\n2\n", [], "cannot read"),
        ("none.xyz", "0\n\n", [], "no atoms|cannot read"),
        ("nan.xyz", "2\n\nH 0 0 0\nH nan 0 1\n", [], "atom 1: nan"),
        ("inf.xyz", "2\n\nH 0 0 0\nH 0 inf 1\n", [], "atom 1: inf"),
        ("same.xyz", "3\n\nH 0 0 0\nO 1 0 0\nH 1 0 0\n", [], "atoms 1 and 2 coincide"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--centre", "2"], "centre 2 is out of range"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--centre", "-1"], "centre -1 is out of range"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--centre", "O"], "give the index of an atom"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--cutoff", "0"], "cutoff 0 is not positive"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--cutoff", "-3"], "cutoff -3 is not positive"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--cutoff", "far"], "far is not a number"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--nu", "5"], "--nu"),
        ("ok.xyz", "2\n\nH 0 0 0\nO 1 0 0\n", ["--level", "all"], "--level"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(refused, tmp_path, name, text, arguments, message):
    import re

    if text is not None:
        (tmp_path / name).write_text(text)
    out = tmp_path / "cert.json"
    error = refused("certify", tmp_path / name, "--out", out, *arguments)
    assert re.search(message, error), error
    assert not out.exists() and len(list(tmp_path.iterdir())) == (text is not None)


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("[]", "schema|object|certificate"),
        ('{"schema": "other/1"}', "schema"),
        ("\x00\x01", "JSON"),
        ('{"schema": "symsens/certificates/1", "certificates": [{}]}', ""),
    ],
)
def test_what_is_no_certificate_is_bad_input(refused, tmp_path, text, message):
    import re

    path = tmp_path / "c.json"
    path.write_text(text)
    error = refused("verify", path)
    assert "c.json" in error and re.search(message, error)


def test_a_truncated_and_a_nonsense_certificate(run, refused, tmp_path):
    path = tmp_path / "c.json"
    run("certify", "ase:H2O", "--out", path)
    path.write_text(path.read_text()[:-40])
    refused("verify", path)
    path.write_text("nonsense " * (10 * 2**20 // 9))
    refused("verify", path)
    path.write_bytes(b"\xff\xfe" * 100)
    refused("verify", path)
    refused("verify", tmp_path / "missing.json")
    refused("verify", tmp_path)
    refused("verify")


def test_an_output_file_is_whole_or_not_there(refused, tmp_path):
    refused("certify", "ase:H2O", "--out", tmp_path / "no" / "such" / "folder.json")
    existing = tmp_path / "folder"
    existing.mkdir()
    refused("certify", "ase:H2O", "--out", existing)
    assert list(tmp_path.iterdir()) == [existing] and not list(existing.iterdir())


def test_commands_nobody_asked_for_do_not_exist(refused):
    for command in ("certify-all", "guess"):
        assert "No such command" in refused(command)


@pytest.mark.parametrize("n, rank", [(0, 0), (1, 1), (2, 3)])
def test_few_neighbours_have_an_answer(n, rank):
    result = certify(Environment(["H"] * n, [(1, 0, 0), (0, 2, 0)][:n]))
    assert result.filtration.rank == rank and str(result.verdict) == "PROVED" and "PROVED" in str(result)


def test_a_result_prints_and_renders():
    result = certify(Environment.from_ase(molecule("CH4"), centre=0))
    assert "symmetry" in str(result) and "= 8" in str(result)
    assert "<table>" in result._repr_html_() and "Td" in result._repr_html_()


def test_the_installed_command_starts_without_heavy_imports():
    heavy = "import sys; sys.argv = ['symsens', '--help']\nfrom symsens.cli import main\n"
    heavy += "try: main()\nexcept SystemExit: pass\n"
    code = (
        heavy + "print([m for m in ('numpy', 'sympy', 'ase', 'flint', 'rich', 'scipy', 'mpmath') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ, check=True)
    assert "certify" in done.stdout and done.stdout.splitlines()[-1] == "[]"


# The default SOAPs have hundreds of features and print a megabyte.
SMALL_SOAP = {
    "soap-dscribe": "soap-dscribe:n_max=2,l_max=1",
    "soap-featomic": "soap-featomic:max_radial=1,max_angular=1",
    "soap-quippy": "soap-quippy:n_max=2,l_max=1",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_default_is_a_descriptor(name):
    assert descriptor(name).name == name and descriptor(str(descriptor(name))) == descriptor(name)


@pytest.mark.parametrize(
    "spec",
    [
        *(SMALL_SOAP.get(name, name) for name in NAMES),
        *(pytest.param(name, marks=pytest.mark.soak) for name in SMALL_SOAP),
    ],
)
def test_every_descriptor_is_accepted_by_name(run, spec):
    code, out, err = run("certify", "ase:CH4", "--centre", 0, "--descriptor", spec, "--json")
    report = json.loads(out)["environments"][0]
    assert (
        code == 0
        and report["rank"] == 1
        and report["descriptor"].startswith(spec)
        and len(report["singular_values"]) == 12
    )
    assert [value["exact_zero"] for value in report["singular_values"]] == [False] + 11 * [True]
    assert run("derive", spec, "--neighbours", 1)[0] == 0
    code, out, err = run("basis", "ase:CH4", "--centre", 0, "--descriptor", spec, "--json")
    assert code == 0 and json.loads(out)["l_max_needed"] == 0


def test_basis_explains_itself(run):
    code, out, _ = run("basis", "ase:CH4", "--centre", 1, "--descriptor", "power-spectrum")
    assert code == 0 and "PROVED (rule basis): l_max = 1 is the smallest" in out and "with it, n_max = " in out
    assert "not given by n_max and l_max" in run("basis", "ase:CH4", "--centre", 1, "--descriptor", "acsf")[1]


def test_undecided_is_exit_3(run, tmp_path):
    out = tmp_path / "cert.json"
    code, text, _ = run(
        "certify", "examples/F1.extxyz", "--centre", 0, "--descriptor", "chebyshev:cutoff=8", "--out", out
    )
    assert (
        code == 3
        and "UNDECIDED: rank of J: at least 7, at most 8" in text
        and "Nothing is proved" in text
        and not out.exists()
    )


def test_what_basis_proves_is_printed_before_what_it_does_not(run, monkeypatch):
    def undecided(filtration, tried, *rest):
        if tried.n_max == 1:
            filtration = replace(filtration, undecided="rank of J: at least 1, at most 2")
            return SimpleNamespace(filtration=filtration)
        return certified_truncation(filtration, tried, *rest)

    monkeypatch.setattr("symsens.jobs.basis_size.certified_truncation", undecided)
    words = "basis", "ase:CH4", "--centre", 1, "--descriptor", "power-spectrum"
    code, text, err = run(*words)
    decided, rest = text.split("UNDECIDED:")
    assert code == 3 and not err and "n_max = 2 of power-spectrum" in decided and "n_max =  1   rank of J" in rest
    found = json.loads(run(*words, "--json")[1])
    assert (found["n_max_needed"], found["n_max_enough"], found["verdict"]) == (None, 2, "UNDECIDED")
    assert found["undecided"] == {"1": "rank of J: at least 1, at most 2"}


def test_pictures_are_written_whole(run, refused, tmp_path):
    picture = tmp_path / "ladder.png"
    code, out, _ = run(
        "certify",
        ROOT / "examples" / "F1.extxyz",
        "--centre",
        0,
        "--descriptor",
        "power-spectrum:n_max=1,l_max=3,cutoff=8",
        "--ladder",
        "--plot",
        picture,
    )
    assert code == 0 and picture.read_bytes().startswith(b"\x89PNG") and "digits" in out
    assert run("certify", "ase:CH4", "--centre", 0, "--plot", tmp_path / "null.svg")[0] == 0
    assert "ends in .txt" in refused("certify", "ase:CH4", "--centre", 0, "--plot", tmp_path / "null.txt")
    assert "give --centre" in refused("certify", "ase:CH4", "--plot", tmp_path / "all.png")
    assert "nothing to draw" in refused("certify", "ase:H2", "--centre", 0, "--plot", tmp_path / "none.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ladder.png", "null.svg"]


def test_redundant_features_are_reported(run):
    code, out, _ = run("derive", "acsf", "--neighbours", 2, "--relations")
    assert code == 0 and "16 features, 2 linear relations: PROVED" in out and "= 0" in out.splitlines()[-1]


def test_relations_have_a_certificate(run, tmp_path):
    spec = "acsf:eta=none,kappa=none,g4=false,zeta=1:2,lambda=1:-1"
    target, other = tmp_path / "relations.json", tmp_path / "none.json"
    code, out, _ = run("derive", spec, "--neighbours", 2, "--relations", "--out", target)
    assert code == 0 and "5 features, 1 linear relations: PROVED (rules relations and no-other-relations)" in out
    assert f"Certificate in {target}" in out
    code, out, _ = run("verify", target)
    assert code == 0 and "[no-other-relations]" in out and "label: descriptor: acsf" in out
    code, _, err = run("derive", spec, "--neighbours", 2, "--out", target)
    assert code == 2 and "give --relations" in err
    code, out, _ = run("derive", "mbtr:geometry=angle,n=2", "--neighbours", 2, "--relations", "--out", other)
    assert code == 0 and f"so {other} is not written" in out and not other.exists()


# Where output cannot go.

ANSWER = [sys.executable, "-m", "symsens", "certify", "ase:CH4", "--null-vectors"]


@pytest.mark.parametrize(
    "command", [["certify", "ase:CH4"], ["--help"], ["derive", "acsf", "--neighbours", "4"]], ids=str
)
def test_a_broken_pipe_is_one_line_and_never_exit_1(command):
    shell = f"{sys.executable} -m symsens {' '.join(command)} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True)
    assert done.stdout.strip() in ("0", "2") and len(done.stderr.splitlines()) <= 1 and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "target, said", [("/dev/full", "output cut off: No space left"), ("&-", "standard output is closed")]
)
def test_a_full_disk_and_a_closed_output_are_one_line(target, said):
    done = subprocess.run(["bash", "-c", f"{' '.join(ANSWER)} >{target}"], capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and said in done.stderr


def test_a_contradiction_is_one_line(run, monkeypatch):
    monkeypatch.setattr("symsens.descriptors.base._is_scale_free", lambda plan: True)
    code, out, err = run("certify", "examples/F1.extxyz", "--centre", 0, "--descriptor", "power-spectrum")
    assert code == 2 and not out and len(err.splitlines()) == 1 and "please report this descriptor and structure" in err
