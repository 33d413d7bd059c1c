"""`dgnn` and `agnn`: classes of networks by name, asked like descriptors, with basis-free answers."""

import json

import pytest
from learned_cases import F1, TETRAHEDRON, case

from symsens import Agnn, Dgnn, InputError, SchNet, Structure, Verdict, certify, compare_descriptors, exact_filtration
from symsens.descriptors import descriptor
from symsens.jobs.questions import survey
from symsens.rows.message_passing import message_passing_filtration


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
@pytest.mark.parametrize("spec", ["dgnn:layers=1", "dgnn", "agnn:layers=1", "agnn:layers=3", "dgnn:layers=2,cutoff=9"])
@pytest.mark.parametrize("positions", [F1, TETRAHEDRON], ids=["F1", "methane"])
def test_an_answer_is_that_of_the_class(positions, spec, vary):
    env, chosen = case(positions), descriptor(spec)
    result = certify(env, descriptor=spec, vary=vary)
    expected = message_passing_filtration(result.filtration.moves, chosen.layers, chosen.cutoff, chosen.angles)
    assert result.filtration.as_dict() == expected.as_dict() and result.verdict is Verdict.PROVED
    assert (result.descriptor, result.functions, result.singular_values) == (None, chosen, None)
    report = result.as_dict()
    assert report["descriptor"] == str(chosen) and report["spec"] == chosen.spec and report["nu"] is None
    assert [level.name for level in result.filtration.levels] == ["rigid", "symmetry", "incompleteness"]
    assert "lost by every network of this class" in str(result) and chosen.spec in str(result)


def test_known_answers():
    """F1: distances in one layer see three shells, SOAP misses one displacement, two layers of either miss none."""
    lost = {
        spec: certify(case(F1), descriptor=spec).filtration["incompleteness"]
        for spec in ("dgnn:layers=1", "dgnn:layers=2", "agnn:layers=1", "agnn:layers=2")
    }
    assert lost == {"dgnn:layers=1": 6, "dgnn:layers=2": 0, "agnn:layers=1": 1, "agnn:layers=2": 0}
    assert exact_filtration(case(F1), 2)["incompleteness"] == 1
    for spec in ("dgnn:layers=4", "agnn:layers=2"):
        assert certify(case(TETRAHEDRON), descriptor=spec).filtration.as_dict()["incompleteness"] == 0


def test_a_network_is_inside_its_class():
    for layers in (1, 2):
        network = certify(case(F1), descriptor=SchNet(layers=layers, cutoff=12)).filtration
        assert network.rank == certify(case(F1), descriptor=Dgnn(layers=layers, cutoff=12)).filtration.rank


def test_atoms_out_of_reach_are_left_out():
    line = case([(1, 0, 0), ("1.9", "0.3", 0), ("2.7", "0.9", "0.3"), (9, 9, 9)])
    for layers, seen in (1, 1), (2, 2), (3, 3), (4, 3):
        result = certify(line, descriptor=Dgnn(layers=layers, cutoff="1.2"))
        assert (result.environment.n, result.unseen, result.filtration.rank) == (seen, 4 - seen, seen)
    assert certify(line, descriptor="dgnn:layers=3").unseen == 0
    at_the_cutoff = case([(1, 0, 0), (0, "1.2", 0)])
    assert certify(at_the_cutoff, descriptor="dgnn:cutoff=1.2").unseen == 1


def test_a_crystal_needs_a_cutoff_or_has_it_from_the_class(run, tmp_path, refused):
    file = tmp_path / "chain.xyz"
    file.write_text('1\nLattice="1.5 0 0 0 9 0 0 0 9" pbc="T F F"\nAr 0 0 0\n')
    code, out, _ = run("certify", file, "--descriptor", "dgnn:layers=2,cutoff=2", "--json")
    (report,) = json.loads(out)["environments"]
    assert code == 0 and report["n_neighbours"] == 4 and report["singular_values"] is None
    assert "dgnn:layers=2 sees atoms at any distance: in a crystal give --cutoff R" in refused(
        "certify", file, "--descriptor", "dgnn"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("certify", "ase:CH4", "--descriptor", "dgnn:layers=0"), "layers=0: give an integer from 1 to 20"),
        (("certify", "ase:CH4", "--descriptor", "dgnn:layers=21"), "layers=21: give an integer from 1 to 20"),
        (("certify", "ase:CH4", "--descriptor", "agnn:cutoff=0"), "cutoff=0: give a number above 0"),
        (("certify", "ase:CH4", "--descriptor", "dgn"), "unknown descriptor 'dgn': did you mean dgnn?"),
        (("certify", "ase:CH4", "--descriptor", "dgnn", "--nu", "2"), "dgnn is a network of no order nu"),
        (("certify", "ase:CH4", "--descriptor", "dgnn", "--ladder"), "a basis-free answer has no singular values"),
        (("certify", "ase:CH4", "--descriptor", "agnn", "--radius"), "a basis-free answer has no invertibility radius"),
        (("derive", "agnn", "--neighbours", "2"), "agnn is a class of networks, none of them: only `certify`"),
    ],
)
def test_what_a_class_cannot_answer_is_refused_in_one_line(refused, arguments, said):
    assert said in refused(*arguments)


def test_a_survey_of_a_class_says_that_it_has_no_features():
    for chosen, cut in (Dgnn(), False), (Dgnn(cutoff=3), True):
        found = vars(survey(case(TETRAHEDRON), chosen))
        assert found.pop("jacobian_seconds") is None
        decided = found.pop("own_cutoff")
        assert (decided.holds, decided.how) == (cut, "proved")
        assert all(one.holds is None and "only `certify` can be asked" in one.detail for one in found.values())
    with pytest.raises(InputError, match="only `certify`"):
        Dgnn().check_smooth(case(TETRAHEDRON))


def test_side_by_side_with_descriptors():
    compared = compare_descriptors(case(F1), ["dgnn:layers=1", "agnn:layers=1", "angles:degree=4"])
    assert [row.result.filtration.rank for row in compared.rows] == [3, 8, 8] and compared.decided
    assert [row.features is None for row in compared.rows] == [True, True, False]
    assert [row.unique.holds for row in compared.rows] == [False, False, False]
    assert " dgnn " in str(compared) and "= 6" in str(compared)


def test_every_centre_of_a_molecule():
    results = certify(Structure.read("ase:CH3CH2OH"), descriptor=Agnn(layers=1, cutoff=2), centre="all")
    assert len(results) == 9 and all(result.verdict is Verdict.PROVED for result in results)
