"""Files, frames, centres and cutoffs, as the command line reads them: what is odd is refused or said."""

import json

import ase
import ase.build
import ase.io
import pytest

from symsens import Structure, certify
from symsens.budget import BudgetSpent
from symsens.show.tables import print_result, print_summary


@pytest.fixture(autouse=True)
def unlimited():
    """Here budgets count."""


@pytest.fixture
def frames(tmp_path):
    path = tmp_path / "five.extxyz"
    ase.io.write(path, [ase.Atoms("CHH", positions=[(0, 0, 0), (1, 0, 0), (0, 1 + i, 0)]) for i in range(5)])
    return str(path)


@pytest.fixture
def copper(tmp_path):
    path = tmp_path / "copper.extxyz"
    ase.build.bulk("Cu", cubic=True).write(path)
    return str(path)


@pytest.mark.parametrize("frame", [5, -6, -7, 99])
def test_a_frame_that_is_not_there_is_an_error(run, frames, frame):
    code, out, err = run("certify", frames, "--frame", frame)
    assert code == 2 and f"there is no frame {frame}: it has 5, from 0 to 4 or -1 to -5" in err and not out
    assert run("certify", "ase:CH4", "--frame", 1)[0] == 2


def test_frames_are_found_from_both_ends(frames):
    assert (
        Structure.read(frames, -1).positions == Structure.read(frames, 4).positions != Structure.read(frames).positions
    )
    assert len(Structure.read_all(frames)) == 5


def test_all_frames_and_several_files_and_a_summary(run, frames):
    code, out, _ = run("certify", frames, "ase:CH4", "--frame", "all", "--centre", 0)
    assert code == 0 and out.count("PROVED") >= 6 and "frame 3:" in out and "Atoms by their answers" in out
    code, out, _ = run("certify", frames, "--frame", "all", "--centre", 0, "--json")
    assert [report["frame"] for report in json.loads(out)["environments"]] == [0, 1, 2, 3, 4]


def test_equivalent_atoms_share_a_row(run):
    out = run("certify", "ase:CH4")[1]
    assert "│ C 0 " in out and "│ H 1-4 " in out
    assert "Atoms by their answers" not in run("certify", "ase:CH4", "--centre", 0)[1]


@pytest.mark.parametrize("words", [("--frame", "some"), ("--budget", "0"), ("--budget", "soon"), ("--centre", "C")])
def test_words_that_mean_nothing_are_refused(run, frames, words):
    code, _, err = run("certify", frames, *words)
    assert code == 2 and len(err.splitlines()) == 1


def test_in_a_crystal_the_descriptor_says_how_far_it_sees(run, copper):
    code, out, err = run("certify", copper, "--centre", 0, "--descriptor", "acsf:cutoff=3")
    assert code == 0 and "12 neighbours" in out and not err
    code, _, err = run("certify", copper, "--centre", 0, "--descriptor", "ace:nu=1")
    assert code == 2 and "sees atoms at any distance: in a crystal give --cutoff" in err


def test_a_smaller_cutoff_and_an_empty_one_are_said(run, copper):
    err = run("certify", copper, "--centre", 0, "--descriptor", "acsf:cutoff=3", "--cutoff", 2)[2]
    assert "neighbours left out: 12 within the reach 3 of acsf beyond the cutoff 2" in err
    assert "no neighbour within 2 Angstrom" in err
    assert not run("certify", "ase:CH4", "--centre", 0, "--descriptor", "acsf:cutoff=3", "--cutoff", 2)[2]


def test_null_vectors_of_crystals_name_the_image(run, copper):
    out = run("certify", copper, "--centre", 0, "--cutoff", 3, "--null-vectors")[1]
    assert "Cu1[0 -1 -1] (" in out
    assert "[" not in run("certify", "ase:CH4", "--centre", 0, "--null-vectors")[1].partition("Null vectors")[2]


def test_json_holds_null_vectors_and_the_ladder_when_asked(run):
    words = "certify", "ase:CH4", "--centre", 0, "--descriptor", "distances", "--json"
    (plain,) = json.loads(run(*words)[1])["environments"]
    (full,) = json.loads(run(*words, "--null-vectors", "--ladder")[1])["environments"]
    assert "null_vectors" not in plain and "ladder" not in plain and plain["spec"].startswith("distances:")
    assert len(full["null_vectors"]["rigid"]) == 3 and full["ladder"]["digits"] == [30, 60, 120]


def test_out_of_time_is_undecided_and_exit_code_3(run):
    code, out, _ = run("certify", "ase:C6H6", "--centre", 0, "--descriptor", "soap-dscribe", "--budget", "0.000001")
    assert code == 3 and "UNDECIDED" in out


def test_narrow_terminals_cut_nothing():
    from io import StringIO

    from rich.console import Console

    results = [certify(Structure.read("ase:CH4").environment(i), descriptor="distances") for i in (0, 1)]
    for width in (40, 80, 200):
        stream = StringIO()
        console = Console(file=stream, width=width, color_system=None)
        for result in results:
            print_result(result, console)
        print_summary(results, console)
        out = stream.getvalue()
        assert "…" not in out and out.count("\u2208 [") == 3 and "spurious: lost by every O(3) descriptor" in out
        assert ("why: " in out) == (width < 200)


def test_audits_of_all_frames_and_their_exit_code(run, frames):
    words = "audit", "dscribe-soap:n_max=2,l_max=2", frames
    code, out, _ = run(*words, "--frame", "all")
    assert code in (0, 1, 3) and out.count("dscribe-soap") >= 5
    found = json.loads(run(*words, "--frame", "all", "--json")[1])["audits"]
    assert len(found) == 5 and "proved_rank" in json.loads(run(*words, "--json")[1])
    assert run(*words, "--frame", 9)[0] == 2


def test_rows_of_a_comparison_come_one_by_one(run):
    out = run("compare-descriptors", "ase:CH4", "--descriptor", "distances", "--descriptor", "angles")[1]
    first, second, third = out.splitlines()[:3]
    assert first.startswith("1  distances") and second.startswith("2  angles") and "= 1 of 12 (" in first
    assert third.startswith("ase:CH4: CH4, centre 0")


def test_derivations_have_a_budget_too(run):
    assert run("derive", "distances", "--neighbours", 2, "--budget", 30)[0] == 0
    assert run("derive", "distances", "--neighbours", 2, "--relations", "--budget", "soon")[0] == 2


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("unknown.xyz", "2\n\nH 0 0 0\nQq 1 0 0\n", "names 'Qq', which ASE does not know"),
        ("short.xyz", "3\n\nH 0 0 0\n", "expected 3"),
        ("short.cif", "data_x\n", "cannot read it"),
        ("empty.vasp", "", "cannot read it"),
    ],
)
def test_what_cannot_be_read_is_said_in_words(refused, tmp_path, name, text, message):
    path = tmp_path / name
    path.write_text(text)
    err = refused("certify", path)
    assert message in err and "StopIteration" not in err and ": 'Qq'" not in err


def test_a_radius_that_the_checker_refuses_is_not_written(run, tmp_path, monkeypatch):
    from symsens.certificates import radius

    claimed = radius.radius_claim
    path = str(tmp_path / "three.extxyz")
    ase.io.write(path, ase.Atoms("CHNO", positions=[(0, 0, 0), (1, 0.1, 0.2), (-0.3, 1.2, 0), (0.2, -0.4, 1.1)]))
    words = "certify", path, "--centre", 0, "--descriptor", "power-spectrum:n_max=3,l_max=2", "--radius", "--out"
    code, out, _ = run(*words, tmp_path / "good.json")
    assert code == 0 and "refuses" not in out and "claims" in (tmp_path / "good.json").read_text()
    assert '"radius":' in (tmp_path / "good.json").read_text()
    monkeypatch.setattr(radius, "radius_claim", lambda found: claimed(found) | {"radius": "100"})
    code, out, _ = run(*words, tmp_path / "bad.json")
    assert code == 0 and "The certificate is written without the radius, which the checker refuses" in out
    assert '"radius":' not in (tmp_path / "bad.json").read_text()


def test_a_certificate_out_of_time_is_none_and_the_answer_stays(run, tmp_path, monkeypatch):
    def late(self):
        raise BudgetSpent("60 s were spent in evidence")

    monkeypatch.setattr("symsens.jobs.certification.Result.answer", property(late))
    code, out, _ = run("certify", "ase:CH4", "--centre", 0, "--out", tmp_path / "none.json")
    assert code == 0 and "PROVED" in out and "No certificate is written: 60 s were spent in evidence." in out
    assert not (tmp_path / "none.json").exists()
