"""Descriptors side by side: known ranks and filtrations, redundancy, rows without an answer, the command."""

import json
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from feature_oracles import ENVIRONMENTS

from symsens.descriptors import descriptor
from symsens.errors import InputError, SpecError, UndecidedError
from symsens.forms.jacobian import float_jacobian
from symsens.geometry.environment import Environment, Structure
from symsens.jobs.comparison import compare_descriptors, document
from symsens.jobs.questions import Answer
from symsens.jobs.redundancy import redundant_features
from symsens.show.comparison import LEGEND

MODULE = import_module("symsens.jobs.comparison")
F1_FILE = Path(__file__).parent.parent / "examples" / "F1.extxyz"
F1 = Structure.read(str(F1_FILE)).environment(0)
CH4 = Structure.read("ase:CH4").environment(0)
SCALENE = Environment(["H"] * 7, [(5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2), (0, 0, 5)])
SMALL = "power-spectrum:n_max=2,l_max=3,radial=monomial"
ROW_KEYS = set(
    """
    descriptor features nu displacements rank nullity symmetry_allowed_rank filtration condition_number redundancy
    survey verdict refused undecided seconds
    """.split()
)


def row(env, spec):
    (found,) = compare_descriptors(env, [spec]).rows
    return found


# Known answers.


def test_methane_has_one_symmetric_displacement_which_every_descriptor_that_sees_distances_sees():
    specs = [
        "distances:k_max=2",
        "angles:degree=2",
        "soap-dscribe:n_max=2,l_max=2",
        "coulomb",
        "mbtr",
        SMALL,
        "acsf",
        "chebyshev",
        "ace:n_max=1",
    ]
    for found in compare_descriptors(CH4, specs).rows:
        assert found.decided and found.result.filtration.rank == 1, found.descriptor
        assert (
            list(found.as_dict()["filtration"].values())[:3] == [3, 8, 0]
            and found.unique.holds
            and found.unique.how == "proved"
        )
        assert found.condition_number.lower == found.condition_number.upper == 1


def test_angles_alone_do_not_see_methane_breathe():
    found = row(CH4, "mbtr:geometry=cosine,n=6")
    assert found.decided and found.result.filtration.rank == 0 and found.condition_number is None
    assert found.unique == Answer(False, "proved", "1 radial truncation")


def test_f1_is_incomplete_at_nu_2_and_complete_at_nu_3():
    two, other, three = compare_descriptors(F1, [SMALL, "angles:degree=4", "ace:nu=3,n_max=2,l_max=2"]).rows
    assert [r.result.filtration["incompleteness"] for r in (two, other, three)] == [1, 1, 0]
    assert two.unique == Answer(False, "proved", "1 incompleteness") and three.unique.holds
    comparison = compare_descriptors(F1, [SMALL])
    assert (
        "sees not all that symmetry allows: 1 incompleteness" in str(comparison)
        and "1 incompleteness" in comparison._repr_html_()
    )


@pytest.mark.parametrize("l_max, lost", [(6, 2), (8, 0)])
def test_a_small_l_max_shows_angular_truncation(l_max, lost):
    found = row(SCALENE, f"power-spectrum:n_max=3,l_max={l_max},radial=monomial")
    assert found.decided and found.result.filtration["angular_truncation"] == lost
    assert found.unique.detail == ("1 incompleteness, 2 angular truncation" if lost else "1 incompleteness")


@pytest.mark.parametrize("spec", [SMALL, "acsf:cutoff=9", "chebyshev:cutoff=8,n_ang=9"])
def test_the_condition_number_is_tight_and_contains_that_of_numpy(spec):
    found = row(F1, spec)
    value, rank = found.condition_number, found.result.filtration.rank
    sigma = np.linalg.svd(float_jacobian(F1, descriptor(spec)), compute_uv=False)
    assert value.relative_width() < 1e-5
    assert (
        value.lower * (1 - Fraction(1, 10**6))
        <= Fraction(sigma[0] / sigma[rank - 1])
        <= value.upper * (1 + Fraction(1, 10**6))
    )
    lower, upper = found.as_dict()["condition_number"].values()
    assert Fraction(lower) <= value.lower <= value.upper <= Fraction(upper)


# Redundancy.


def test_redundancy_is_the_number_of_proved_relations():
    env = ENVIRONMENTS["three"]
    for spec in ("acsf", "mbtr:n=8"):
        found, relations = row(env, spec).redundancy, redundant_features(spec, "C", ("H", "O"))
        assert found.relations == found.at_most == len(relations.relations) > 0
        assert found.left_nullity == len(relations.labels) - row(env, spec).result.filtration.rank >= found.relations


def test_no_relation_is_sought_where_the_features_are_independent_here_or_are_no_sums():
    independent = row(F1, "distances:k_max=3").redundancy
    assert (independent.relations, independent.at_most, independent.left_nullity) == (0, 0, 0)
    whole = row(CH4, "coulomb").redundancy
    assert (whole.relations, whole.at_most, whole.left_nullity) == (None, 3, 3)
    assert "≤ 3" in str(compare_descriptors(CH4, ["coulomb"]))


def test_relations_are_not_sought_among_too_many_features(monkeypatch):
    monkeypatch.setattr(MODULE, "MAX_FEATURES", 5)
    assert row(CH4, SMALL).redundancy.relations is None


# Rows without an answer.


def test_a_descriptor_that_is_not_differentiable_here_fills_its_row_with_the_reason():
    comparison = compare_descriptors(F1, ["acsf", SMALL])  # atom 4 is at 6 Angstrom, the cutoff
    refused_row, fine = comparison.rows
    assert (
        comparison.decided
        and fine.decided
        and refused_row.result is None
        and "atom 4" in refused_row.refused
        and "cutoff radius 6" in refused_row.refused
    )
    assert (
        refused_row.survey.differentiable == Answer(False, "proved", refused_row.refused)
        and refused_row.unique.holds is None
    )
    assert (
        refused_row.features == 28 - 12
        and refused_row.survey.jacobian_seconds is None
        and refused_row.as_dict()["verdict"] is None
    )
    text = str(comparison)
    assert "refused: acsf is not differentiable at this structure: atom 4" in text and "= no" in text


@pytest.mark.parametrize(
    "spec, reason",
    [("coulomb:form=sorted,atoms=3", "more than atoms=3"), ("power-spectrum:n_max=40,l_max=40", "symbolic terms")],
)
def test_a_descriptor_that_cannot_be_asked_leaves_its_row_undecided(spec, reason):
    comparison = compare_descriptors(CH4, [spec])
    (found,) = comparison.rows
    assert not comparison.decided and reason in found.undecided and found.as_dict()["verdict"] == "UNDECIDED"
    assert f"UNDECIDED: {found.undecided}" in str(comparison) and found.unique == Answer(None, None, found.undecided)


def test_an_undecided_rank_is_no_rank(monkeypatch):
    from symsens.search import truncation

    monkeypatch.setattr(truncation, "enclose_singular_values", undecided)
    monkeypatch.setattr(truncation, "enclose_singular_values_arb", undecided)
    monkeypatch.setattr(truncation, "enclose_graded", undecided)
    monkeypatch.setattr(truncation, "rank_by_elimination", lambda rows, enough: 0)
    (found,) = compare_descriptors(F1, ["chebyshev:cutoff=8"]).rows
    assert (
        not found.decided
        and found.result.filtration.rank is None
        and "rank of J: at least 0, at most 8" in found.undecided
    )
    assert found.condition_number is None and found.redundancy.left_nullity is None and found.redundancy.relations == 0


def undecided(*arguments, **options):
    raise UndecidedError("planted")


def test_wrong_options_are_refused_before_any_row():
    for wrong in ({"vary": "centre"}, {"digits": 0}):
        with pytest.raises(InputError):
            compare_descriptors(CH4, [SMALL], **wrong)
    with pytest.raises(SpecError):
        compare_descriptors(CH4, [SMALL, "soup"])


# The command.


def test_the_document(run):
    code, out, err = run(
        "compare-descriptors", "ase:CH4", F1_FILE, "--descriptor", SMALL, "--descriptor", "acsf", "--json"
    )
    found = json.loads(out)
    assert (
        code == 0
        and err == ""
        and found["schema"] == "symsens/comparison/1"
        and [s["file"] for s in found["structures"]] == ["ase:CH4", str(F1_FILE)]
    )
    for structure in found["structures"]:
        assert {
            "file",
            "formula",
            "centre",
            "centre_species",
            "species",
            "n_neighbours",
            "field",
            "descriptors",
        } == set(structure)
        for entry in structure["descriptors"]:
            assert set(entry) == ROW_KEYS and set(entry["redundancy"]) == {"relations", "at_most", "left_nullity"}
            assert list(entry["survey"]) == [
                "unique",
                "invariance",
                "differentiable",
                "fixed_size",
                "size_with_another_species",
                "periodic",
                "own_cutoff",
                "jacobian_seconds",
            ]
            assert all(
                {"holds", "how", "detail"} <= set(answer)
                for answer in entry["survey"].values()
                if isinstance(answer, dict)
            )
    first, refusal = found["structures"][1]["descriptors"]
    assert (
        sum(v or 0 for v in first["filtration"].values())
        == first["nullity"]
        == first["displacements"] - first["rank"]
        == 4
    )
    assert (
        refusal["filtration"] is refusal["rank"] is refusal["condition_number"] is refusal["verdict"] is None
        and "cutoff" in refusal["refused"]
    )
    assert all(key in document.__doc__ for key in ROW_KEYS), "every key is documented"


def test_tables_fit_and_say_what_their_signs_mean(run):
    code, out, err = run("compare-descriptors", "ase:H2O", "--descriptor", "coulomb", "--descriptor", SMALL)
    tables = [
        line for line in out.splitlines() if line.startswith((" ", "1 ", "2 ")) and "≈" in line or "sigma_1" in line
    ]
    assert code == 0 and err == "" and tables and all(len(line) <= 110 for line in tables) and "…" not in out
    assert (
        LEGEND.startswith("= proved")
        and "∈ enclosed, ≈ measured" in LEGEND
        and " ".join(out.split()).count(LEGEND) == 1
    )
    assert f"2  {SMALL}" in out, "the parameters are stated"


def test_without_files_and_descriptors_the_small_set(run, monkeypatch):
    monkeypatch.setattr(MODULE, "STRUCTURES", ("ase:H2",))
    monkeypatch.setattr(MODULE, "CLUSTER20", (("O", 0, 0, 0), ("H", 100, 0, 0), ("H", 10, 90, 0)))
    monkeypatch.setattr(
        "symsens.jobs.equal_counts.equal_descriptors", lambda env: [descriptor(f"distances:k_max={env.n}")]
    )
    code, out, _ = run("compare-descriptors")
    assert (
        code == 0
        and "ase:H2: H2" in out
        and "1  distances:k_max=1" in out
        and "cluster20: H2O" in out
        and "1  distances:k_max=2" in out
    )


def test_exit_codes(run, refused, tmp_path):
    assert (
        run("compare-descriptors", "ase:CH4", "--descriptor", "coulomb:form=eigenvalues")[0] == 0
    )  # refused there: an answer
    assert (
        run("compare-descriptors", "ase:CH4", "--descriptor", SMALL, "--descriptor", "coulomb:form=sorted,atoms=3")[0]
        == 3
    )
    assert "did you mean acsf" in refused("compare-descriptors", "ase:CH4", "--descriptor", "acfs")
    assert "no such file" in refused("compare-descriptors", "ase:CH4", tmp_path / "missing.xyz")
    assert "out of range" in refused("compare-descriptors", "ase:CH4", "--centre", 7)
    assert "cutoff -1 is not positive" in refused("compare-descriptors", "ase:CH4", "--cutoff", -1)
    assert "no neighbours" in refused("compare-descriptors", "ase:CH4", "--cutoff", "0.5")


def test_several_descriptors_of_certify_give_the_same_table(run, refused):
    arguments = ("--centre", 0, "--descriptor", SMALL, "--descriptor", "distances:k_max=2")
    code, out, _ = run("certify", F1_FILE, *arguments)
    assert code == 0 and "sigma_1 / sigma_r" in out and "unique" in out
    document = json.loads(run("certify", F1_FILE, *arguments, "--vary", "atoms", "--digits", 8, "--json")[1])
    assert [entry["displacements"] for entry in document["structures"][0]["descriptors"]] == [15, 15]
    assert (
        len(
            json.loads(run("certify", "ase:H2O", "--descriptor", SMALL, "--descriptor", "distances", "--json")[1])[
                "structures"
            ]
        )
        == 3
    )
    for option in (
        ["--nu", 2],
        ["--ladder"],
        ["--plot", "x.png"],
        ["--null-vectors"],
        ["--radius"],
        ["--out", "c.json"],
    ):
        assert f"{option[0]} is about one --descriptor, 2 are given" in refused("certify", F1_FILE, *arguments, *option)
