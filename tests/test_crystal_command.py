"""`symsens second-order` of crystals: what it prints, and what it refuses."""

import json
from pathlib import Path

import pytest

from symsens import Structure, second_order
from symsens.budget import BudgetSpent
from symsens.cli import main
from symsens.rows.crystal_jets import CrystalJets

COPPER = str(Path(__file__).parent.parent / "examples" / "copper.extxyz")


def run(capsys, *words):
    """(exit code, stdout, stderr)."""
    with pytest.raises(SystemExit) as stop:
        main(["second-order", *words])
    return stop.value.code, *capsys.readouterr()


def test_copper(capsys):
    """Text and JSON say the same, a line that says PROVED names its rule, or says that there is no certificate yet."""
    code, out, err = run(capsys, COPPER, "--level", "sum", "--cutoff", "3")
    assert (code, err) == (0, "")
    assert "the space group allows = 12." in out and "reach = 10: = 2 missing." in out
    told = ("rule crystal-", "no certificate yet")
    proved = [line for line in out.splitlines() if "PROVED" in line or " = 0" in line]
    assert (
        all(any(text in line for text in told) for line in proved)
        and told[0] in proved[0]
        and all("rule crystal-functionals" in line for line in proved if " = 0" in line)
    )
    assert "(0 3.61 3.61), shell 4" in out or "(3.61 3.61 0), shell 4" in out
    code, out, _ = run(capsys, COPPER, "--level", "sum", "--cutoff", "3", "--json")
    report = json.loads(out)
    assert (code, report["allowed"], report["reached"], len(report["missing"])) == (0, 12, 10, 2)
    assert report["modes"]["X"] == {"allowed": 2, "reached": 2} and report["verdict"] == "PROVED"
    assert report["modes_together"] == {"allowed": 9, "reached": 9}


def test_levels_and_orders(capsys):
    """A set is a sum with a nonlinear readout; order 3 has all."""
    structure = Structure.read(COPPER)
    one = second_order(structure, level="set", cutoff="3")
    other = second_order(structure, level="sum", cutoff="3", readout="nonlinear", nu=3)
    assert (one.found.readout, one.reached, other.reached) == ("nonlinear", 10, 12)
    assert one.constants().shape == (2, 55, 3, 3) and len(one.pairs) == 55
    assert "10 of 12" in repr(one)


@pytest.mark.parametrize(
    "words, why",
    [
        (("--level", "sum"), "cutoff"),
        (("--level", "sum", "--cutoff", "1"), "no two atoms"),
        (("--level", "sum", "--cutoff", "3", "--plot", "a.png"), "crystal"),
    ],
)
def test_refusals(capsys, words, why):
    """One line, exit code 2."""
    code, out, err = run(capsys, COPPER, *words)
    assert (code, out) == (2, "") and why in err and err.count("\n") == 1


def test_no_time(capsys, monkeypatch):
    """UNDECIDED, exit code 3."""

    def spent(self):
        raise BudgetSpent("3 s were spent in 2-jets of any order")

    monkeypatch.setattr(CrystalJets, "rows_of_any_order", spent)
    code, out, _ = run(capsys, COPPER, "--level", "sum", "--cutoff", "3")
    assert code == 3 and "UNDECIDED: 3 s were spent" in out
