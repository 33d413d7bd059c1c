"""The audit: what the packages are known to get wrong comes out, what they get right does too, and planted faults are
seen."""

import json
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from ase.io import write
from test_peers import CASES, cluster, crystal, lifted, rattled

from symsens.cli import main
from symsens.descriptors import descriptor
from symsens.descriptors.base import plan_of
from symsens.errors import InputError, NotSmoothError
from symsens.forms.facts import angular_degree
from symsens.forms.jacobian import ball_values, feature_labels
from symsens.geometry.environment import Structure
from symsens.jobs.auditing import TURNS, Audit, Proof, _enclosure, audit, null_vectors, prove
from symsens.peers import PEERS, atomic_numbers, peer
from symsens.peers.closed import AcsfLists, Known, known
from symsens.show.auditing import as_text, rows, save, sentence
from symsens.verdict import Verdict

KEYS = ["peer", "proved_rank", "numeric_rank", "agrees", "max_relative_error", "noise_floor", "null_space_leak"]
SMALL = "featomic-power-spectrum:max_radial=3,max_angular=3"
REAL = [name for name in PEERS if name not in ("featomic-spherical-expansion", "dscribe-coulomb")]


@pytest.fixture
def run(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main(["audit", *map(str, arguments)])
        out, err = capsys.readouterr()
        return stop.value.code, out, err

    return run


@pytest.fixture
def refused(run):
    def refused(*arguments):
        code, out, err = run(*arguments)
        assert (code, out) == (2, "") and err.startswith("symsens: ") and err.count("\n") == 1, (code, out, err)
        return err

    return refused


def of(spec, atoms, centre=0):
    return audit(spec, Structure.from_ase(atoms, "atoms.xyz"), centre)


class Changed:
    """A peer whose Jacobian, as (m, 3N), goes through `change`."""

    def __init__(self, spec, change):
        self.true, self.change = peer(spec), change
        self.__dataclass_fields__ = self.true.__dataclass_fields__
        self.features = self.true.features

    def __getattr__(self, name):
        return getattr(self.true, name)

    def jacobian(self, atoms, centre):
        found = self.true.jacobian(atoms, centre)
        return np.array(self.change(found.reshape(len(found), -1).copy())).reshape(found.shape)


# What is known to be wrong, and what is known to be right.


@pytest.mark.parametrize("z, rank", [("1e-3", 10), ("1e-6", 11), ("1e-9", 8)])
def test_dscribe_at_a_nearly_planar_molecule(run, tmp_path, z, rank):
    """Rank 9 for every z > 0. The package's rank depends on z and on the orientation: it drops small coefficients."""
    path = tmp_path / "lifted.xyz"
    path.write_text(f"5\n\nC 0 0 0\nH 1.05 0.13 {z}\nH -0.21 1.12 0\nH -0.98 -0.35 0\nH 0.33 -1.17 0\n")
    code, out, err = run("dscribe-soap", path, "--json")
    found = json.loads(out)
    assert code == 1 and err == "" and list(found) == KEYS
    assert (found["peer"], found["proved_rank"], found["numeric_rank"], found["agrees"]) == (
        "dscribe-soap",
        9,
        rank,
        False,
    )
    assert (
        7e-11 < found["max_relative_error"] < 1e-7
        and 5e-11 < found["noise_floor"] < 1e-7
        and 1e-13 < found["null_space_leak"] < 1e-7
    )
    code, out, _ = run("dscribe-soap", path)
    assert code == 1 and f"WRONG: rank {rank}, but 9 is proved" in out
    assert "The answer depends on how the atoms are turned: 9, 9, 9 in other orientations." in out
    for other, error in (("featomic-power-spectrum", 1e-11), ("quippy-soap", 1e-14)):
        code, out, _ = run(other, path, "--json")
        found = json.loads(out)
        assert code == 0 and (found["proved_rank"], found["numeric_rank"], found["agrees"]) == (9, 9, True)
        assert found["max_relative_error"] < error and found["noise_floor"] < error and found["null_space_leak"] < 1e-15


def test_the_same_molecule_in_other_orientations():
    for z, straight in ((1e-3, 10), (1e-9, 8)):
        atoms = lifted(z)
        atoms.positions = atoms.positions @ TURNS[0].T
        turned = of("dscribe-soap", atoms)
        assert turned.numeric_rank == 9 and turned.proof.rank == (9, 9) and turned.agrees
        assert of("dscribe-soap", lifted(z)).numeric_rank == straight


@pytest.mark.parametrize("atoms, rank", [(lifted(1e-3), 9), (molecule("CH3CH2OH"), 13)])
def test_finite_differences_have_more_rank_than_there_is(atoms, rank):
    found = of("dscribe-soap:n_max=4,l_max=4,derivatives=numerical", atoms)
    assert found.proof.rank == (rank, rank) and found.numeric_rank > rank + 5 and set(found.turned) == {3 * len(atoms)}
    assert 1e-10 < found.values[rank] / found.values[0] <= found.noise_floor < 1e-7 and "too many" in sentence(found)


def test_a_spline_loses_what_float64_still_shows():
    """Six neighbours in one interval of the spline: three displacements are lost to it, one more to float64 itself."""
    turn, height = 2.4 * np.arange(6), 1 - np.arange(1, 12, 2) / 6
    width = np.sqrt(1 - height**2)
    directions = np.column_stack([width * np.cos(turn), width * np.sin(turn), height])
    atoms = Atoms("CH6", np.vstack([[0, 0, 0], np.linspace(1.02, 1.03, 6)[:, None] * directions]))
    exact, spline = (
        of(f"featomic-power-spectrum:max_angular=0{more}", atoms) for more in ("", ",spline_accuracy=1e-8")
    )
    assert exact.proof.rank == spline.proof.rank == (6, 6) and (exact.numeric_rank, spline.numeric_rank) == (5, 3)
    assert exact.max_relative_error < 1e-11 and 1e-7 < spline.max_relative_error < 1e-5
    assert "1 displacement that the features see is lost" in sentence(
        exact
    ) and "no float64 Jacobian shows more" in sentence(exact)
    assert "3 displacements that the features see are lost" in sentence(spline) and "in errors of" in sentence(spline)


@pytest.mark.parametrize(
    "spec",
    ["dscribe-soap:n_max=4,l_max=6,r_cut=8", "featomic-power-spectrum:max_radial=3,cutoff=8", "quippy-soap:cutoff=8"],
)
def test_what_no_power_spectrum_sees_the_packages_do_not_see(spec):
    found = audit(spec, Structure.read(str(Path(__file__).parent.parent / "examples" / "F1.extxyz")))
    assert (
        found.agrees
        and found.proof.rank == (8, 8)
        and "= 7 (6 rigid, 1 incompleteness)" in as_text(found)
        and found.null_space_leak < 1e-14
    )


def test_a_right_rank_with_a_wrong_jacobian(run):
    code, out, _ = run("quippy-soap:l_max=16,sigma=1", "ase:H2O")
    assert (
        code == 0
        and "RIGHT: the package sees 2 independent displacements" in out
        and "Its Jacobian is wrong nevertheless" in out
    )


def test_dscribe_loses_its_radial_basis():
    few, many = (of(f"dscribe-soap:n_max={n},l_max=1", molecule("CH4")) for n in (4, 12))
    assert few.max_relative_error < 1e-9 and many.max_relative_error > 1e-6


def test_a_jacobian_that_is_not_finite_is_one_line(refused):
    error = refused("dscribe-acsf:g4=.1/1.5/1,g5=.1/1.5/1", "ase:CO2")
    assert "the Jacobian is nan at (feature 16, atom 1, z) and at 3 more entries: acsf is not differentiable" in error
    assert "atoms 1 and 2 of ase:CO2: neighbours in line with the centre" in error


def test_not_finite_where_the_features_are_smooth():
    def spoil(j):
        j[1, 4] = np.inf
        return j

    found = audit(Changed(SMALL, spoil), Structure.from_ase(molecule("CH4")))
    assert (
        found.agrees is False
        and found.numeric_rank is None
        and found.as_dict()["noise_floor"] is None
        and found.proof.rank == (1, 1)
    )
    assert sentence(found) == (
        "WRONG: the Jacobian is inf at (feature 1, atom 1, y), where the features are differentiable: there is no rank."
    )
    assert "none" in as_text(found)
    with pytest.raises(InputError, match="nothing to draw"):
        save(found, "picture.png")
    with pytest.raises(InputError, match="atom 1, y.* is not known without a closed form"):
        audit(Changed("quippy-soap:n_max=3,l_max=2,normalise=true", spoil), Structure.from_ase(molecule("CH4")))


# Closed forms.


@pytest.mark.parametrize(
    "spec, atoms, error",
    [
        (spec, rattled("CH3CH2OH"), 1e-12 if analytic else 1e-6)
        for spec, _, analytic in CASES.values()
        if known(peer(spec), 9).form is not None
    ]
    + [("dscribe-acsf", molecule("CH3CH2OH"), 1e-7), ("dscribe-acsf:g2=,g3=,g4=,g5=", molecule("CH4"), 1e-7)]
    + [
        (f"{name}:species=O:N:C:H{',n=5' if 'mbtr' in name else ''}", rattled("CH4"), 1e-6)
        for name in REAL
        if "qmllib" not in name
    ]
    + [
        ("quippy-soap:n_max=2,l_max=1", molecule("H2"), 1e-13),
        ("quippy-soap:n_max=2,l_max=1,species=H:O", molecule("H2"), 1e-13),
    ],
)
def test_the_closed_form_has_the_features_in_their_order(spec, atoms, error):
    descriptor_, structure = peer(spec), Structure.from_ase(atoms)
    facts = known(descriptor_, len(atoms))
    proof = Proof(structure.environment(0), (0, 0), (), form=facts.form)
    exact = _enclosure(proof, atomic_numbers(descriptor_, atoms, 0), len(atoms))
    measured = descriptor_.jacobian(atoms, 0).reshape(-1, 3 * len(atoms))
    assert measured.shape == exact.shape
    assert (
        abs(measured - exact.mid).max() <= error * abs(exact.mid).max()
        and exact.rad.max() <= 1e-15 * abs(exact.mid).max()
    )


@pytest.mark.parametrize(
    "spec",
    [
        "dscribe-soap:rbf=polynomial",
        "dscribe-soap:n_max=41",
        "quippy-soap:normalise=true",
        "quippy-soap:radial_basis=POLY",
        "dscribe-acsf:g4=.1/2/3",
    ]
    + [
        "dscribe-mbtr:normalization=l2",
        "dscribe-mbtr:min=2",
        "dscribe-lmbtr:normalization=l2",
        "dscribe-coulomb:permutation=none",
    ]
    + ["featomic-spherical-expansion", "qmllib-fchl19", "qmllib-acsf"],
)
def test_options_without_a_closed_form(spec):
    assert known(peer(spec), 5).form is None


def test_every_peer_is_known():
    for name in PEERS:
        assert isinstance(known(peer(name), 5), Known)
    with pytest.raises(InputError, match="nor body order of 'mine' is known"):
        known(type("Mine", (), {"name": "mine"}), 5)


@pytest.mark.parametrize(
    "spec, nu",
    [
        ("dscribe-mbtr:geometry=cosine", 3),
        ("dscribe-mbtr:geometry=distance", 2),
        ("dscribe-mbtr:geometry=atomic_number", 1),
    ],
)
def test_body_orders(spec, nu):
    assert known(peer(spec), 5).nu == nu and known(
        peer(spec.replace("mbtr", "lmbtr")) if nu > 1 else peer(spec), 5
    ).nu == max(nu - 1, 1)


def test_lists_of_symmetry_functions_are_the_grid():
    grid = descriptor("acsf:eta=1/2:2,R_s=0:1,kappa=1:3,eta_angular=1/8,zeta=1:2,lambda=-1:1,cutoff=4")
    angular = tuple((Fraction(1, 8), zeta, sign) for zeta in (1, 2) for sign in (-1, 1))
    lists = AcsfLists(
        g2=tuple((eta, shift) for eta in (Fraction(1, 2), 2) for shift in (0, 1)),
        g3=(1, 3),
        g4=angular,
        g5=angular,
        cutoff=4,
    )
    env = Structure.from_ase(rattled("CH3CH2OH")).environment(0)
    assert len(feature_labels(env, grid)) == len(feature_labels(env, lists)) == 3 * 7 + 6 * 8
    assert all(abs(a - b) < 1e-30 for a, b in zip(ball_values(env, grid), ball_values(env, lists)))
    assert angular_degree(plan_of(env, lists)) is angular_degree(plan_of(env, grid)) is None
    assert angular_degree(plan_of(env, AcsfLists(g2=((1, 0),), g5=angular))) == 2


# What is measured: definitions, and planted faults.


def test_the_noise_floor_bounds_every_singular_value():
    for spec in ("dscribe-soap:n_max=4,l_max=3,derivatives=numerical", SMALL):
        found = of(spec, lifted(1e-3))
        top = float(found.proof.values[0].upper)
        for measured, exact in zip(found.values, found.proof.values):
            assert (
                abs(measured - float(exact.lower))
                <= (found.noise_floor + 1e-6 * float(exact.upper) / top + 1e-15) * top
            )
        assert found.null_space_leak <= found.noise_floor * (1 + found.noise_floor) + 1e-15


@pytest.mark.parametrize("size", [1e-4, 1e-8])
def test_a_planted_error_is_measured(size):
    def spoil(j):
        j[3, 5] += size * abs(j).max()
        return j

    structure = Structure.from_ase(rattled("CH4"))
    good, bad = audit(SMALL, structure), audit(Changed(SMALL, spoil), structure)
    assert good.agrees and good.max_relative_error < 1e-13 and good.null_space_leak < 1e-14
    assert bad.max_relative_error == pytest.approx(size, rel=1e-3) and bad.agrees is False
    entry = size * max(abs(peer(SMALL).jacobian(rattled("CH4"), 0).ravel()))
    assert (
        bad.noise_floor == pytest.approx(entry / good.values[0], rel=1e-3)
        and 0 < bad.null_space_leak <= bad.noise_floor * 1.001
    )


def test_a_lost_row_space_is_a_lost_displacement():
    def spoil(j):
        u, s, vt = np.linalg.svd(j, full_matrices=False)
        s[8] = 0
        return u * s @ vt

    bad = audit(Changed(SMALL, spoil), Structure.from_ase(rattled("CH4")))
    assert (bad.proof.rank, bad.numeric_rank, bad.agrees) == (
        (9, 9),
        8,
        False,
    ) and "1 displacement that the features see is lost" in sentence(bad)


def test_atoms_out_of_reach_must_not_count():
    spec, atoms = SMALL + ",cutoff=2", molecule("CH3CH2OH")
    structure = Structure.from_ase(atoms)
    far = int(np.argmax(atoms.get_distances(0, range(9))))
    env = structure.environment(0, 2)
    assert env.n == 4 and far not in env.atoms
    good = audit(spec, structure)
    assert (
        good.agrees
        and good.proof.environment.n == 4
        and "(4 atoms beyond its reach)" in as_text(good)
        and "12 out of reach" in as_text(good)
    )
    out = [a for a in range(9) if a not in (0, *env.atoms)]

    def touch(j):
        j[0, 3 * out[0]] += 1e-3 * abs(j).max()
        return j

    bad = audit(Changed(spec, touch), structure)
    assert bad.agrees is False and bad.null_space_leak > 1e-5 and bad.max_relative_error > 9e-4


def test_channels_of_species_out_of_reach_are_zeros():
    atoms = molecule("CH3CH2OH")
    for spec in (
        "dscribe-soap:n_max=3,l_max=2,r_cut=1.2,sigma=0.05",
        SMALL + ",cutoff=1.25,width=0.125",
        "dscribe-acsf:r_cut=1.25",
    ):
        found = of(spec, atoms)
        assert (
            set(found.proof.environment.species) == {"H"}
            and found.max_relative_error < 1e-6
            and found.features == len(peer(spec).features(atoms, 0))
        )


def test_null_vectors_are_orthonormal_and_null():
    structure = Structure.from_ase(cluster(6))
    descriptor_ = peer(SMALL + ",cutoff=3")
    proof = prove(structure.environment(0, 3), known(descriptor_, 7))
    vectors = null_vectors(proof, 7)
    assert np.allclose(vectors @ vectors.T, np.eye(len(vectors)), atol=1e-14) and len(vectors) == 21 - proof.rank[0]
    j = descriptor_.jacobian(cluster(6), 0).reshape(-1, 21)
    assert abs(j @ vectors.T).max() < 1e-14 * abs(j).max()
    assert all(np.allclose(q @ q.T, np.eye(3), atol=1e-15) and np.linalg.det(q) > 0 for q in TURNS)


# Without a closed form.


def test_a_bound_alone_leaves_a_possible_rank_undecided(run):
    code, out, err = run("qmllib-fchl19:nRs2=4,nRs3=3", "ase:CH4", "--json")
    found = json.loads(out)
    assert (
        code == 3
        and err == ""
        and found["proved_rank"] == [0, 1]
        and found["numeric_rank"] == 1
        and found["agrees"] is None
    )
    assert found["max_relative_error"] is None and found["noise_floor"] < 1e-15 and found["null_space_leak"] < 1e-15
    assert "UNDECIDED: the package's rank 1 is possible" in run("qmllib-fchl19:nRs2=4,nRs3=3", "ase:CH4")[1]


def test_a_bound_alone_refutes_a_rank_above_it(run):
    code, out, _ = run("dscribe-soap:n_max=3,l_max=2,rbf=polynomial,derivatives=numerical", "ase:CH4", "--json")
    found = json.loads(out)
    assert (
        code == 1
        and found["proved_rank"] == [0, 1]
        and found["numeric_rank"] > 1
        and found["agrees"] is False
        and found["noise_floor"] > 1e-13
    )


@pytest.mark.parametrize(
    "spec, atoms, upper",
    [
        ("featomic-spherical-expansion:max_radial=3,max_angular=2", molecule("CH4"), 12),  # turns with the atoms
        ("dscribe-coulomb:permutation=none,n_atoms_max=6", molecule("CH4"), 9),  # knows each atom by name
        ("quippy-soap:n_max=3,l_max=2,normalise=true", molecule("CH4"), 1),
        ("dscribe-mbtr:normalization=n_atoms,n=12", rattled("CH4"), 9),
    ],
)
def test_what_leaves_the_features_alone_bounds_the_rank(spec, atoms, upper):
    found = of(spec, atoms)
    assert (
        found.proof.rank == (0, upper)
        and found.agrees is None
        and found.numeric_rank <= upper
        and found.null_space_leak < 1e-12
    )


def test_a_constant_has_rank_zero():
    found = of("dscribe-mbtr:geometry=atomic_number,min=0,max=9,n=4", molecule("CH4"))
    assert (
        found.agrees
        and found.numeric_rank == 0
        and found.null_space_leak is found.noise_floor is found.max_relative_error is None
    )
    assert "RIGHT: the package sees 0 independent displacements" in as_text(found)
    assert of("dscribe-soap", Atoms("H")).agrees


def test_an_undecided_closed_form_gives_an_interval():
    # Pairs beyond the threshold are cut, which the bound from above does not know.
    found = of("dscribe-mbtr:geometry=inverse_distance,max=1,n=5,weighting=exp,scale=1,threshold=0.25", rattled("H2O"))
    lower, upper = found.proof.rank
    assert (
        found.agrees is None
        and lower <= found.numeric_rank <= upper
        and found.as_dict()["proved_rank"] == [lower, upper]
    )
    assert "UNDECIDED" in sentence(found) and found.max_relative_error < 1e-13 and found.proof.values is None


# Whole structures, periodic ones, peers as objects.


def test_the_centre_means_nothing_to_a_descriptor_of_the_structure():
    first, second = (of("dscribe-mbtr:geometry=distance,n=12", rattled("CH4"), centre) for centre in (0, 3))
    assert first.as_dict() == second.as_dict() and "the whole structure of 5 atoms" in as_text(first)


@pytest.mark.parametrize(
    "spec",
    ["dscribe-soap:n_max=3,l_max=2,r_cut=2,sigma=0.4", "quippy-soap:n_max=4,l_max=2,cutoff=4", SMALL + ",cutoff=4"],
)
def test_images_of_an_atom_move_together(spec):
    found = of(spec, crystal())
    assert found.proof.rank == (3, 3) and found.agrees and found.max_relative_error < 1e-7 and len(found.values) == 6


def test_a_periodic_structure_is_refused_where_every_atom_counts():
    for name in ("dscribe-mbtr", "dscribe-lmbtr", "dscribe-coulomb"):
        with pytest.raises(InputError, match="audit it at a molecule"):
            of(name, crystal())


def test_kinks_are_refused():
    with pytest.raises(NotSmoothError, match="coulomb is not differentiable"):
        of("dscribe-coulomb", molecule("CH4"))


def test_a_peer_given_as_an_object_has_a_spec():
    text = "dscribe-acsf:r_cut=4.5,g2=1.0/1.0:0.5/2.0,g3=1.0:0.5,g4=none,derivatives=none,species=H:C"
    assert str(peer(text)) == text and str(peer("quippy-soap")) == "quippy-soap:n_max=8,l_max=6"
    assert peer(str(peer("featomic-power-spectrum:spline_accuracy=1e-8,width=0"))) == peer(
        "featomic-power-spectrum:spline_accuracy=1e-8,width=0"
    )
    found = audit(peer("dscribe-acsf:r_cut=4.5,derivatives=none"), Structure.from_ase(rattled("CH4")))
    assert (
        found.peer == "dscribe-acsf:r_cut=4.5,derivatives=none" and not found.own and found.max_relative_error < 1e-10
    )
    assert "The package has no derivative here" in as_text(found)


# The command.


@pytest.mark.parametrize(
    "spec, file, more, message",
    [
        ("dscribe-sop", "ase:CH4", [], "unknown peer 'dscribe-sop': did you mean dscribe-soap?"),
        ("dscribe-soap:nmax=3", "ase:CH4", [], "dscribe-soap: unknown parameter 'nmax': did you mean n_max?"),
        ("quippy-soap", "missing.xyz", [], "missing.xyz: no such file"),
        ("quippy-soap", "ase:CH44", [], "ASE has no molecule of that name"),
        ("quippy-soap", "bad.xyz", [], "cannot read"),
        (SMALL, "ase:CH4", ["--centre", "5"], "centre 5 is out of range"),
        ("dscribe-mbtr", "ase:CH4", ["--centre", "5"], "centre 5 is out of range"),
        (SMALL, "ase:CH4", ["--centre", "C"], "--centre"),
        (SMALL, "ase:CH4", ["--plot", "picture.xyz"], "no picture format ends in .xyz"),
        (SMALL, "ase:CH4", ["--plot", "no/such/picture.png"], "cannot be written"),
        (SMALL + ",species=H", "ase:CH4", [], "species=H lacks C"),
    ],
)
def test_bad_input_is_one_line(refused, tmp_path, monkeypatch, spec, file, more, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.xyz").write_text("this is not a structure\n")
    assert message in refused(spec, file, *more)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.xyz"]


def test_a_missing_package_is_named(refused, monkeypatch):
    for module in [m for m in sys.modules if m.split(".")[0] == "dscribe"] + ["symsens.peers.dscribe"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "dscribe", None)
    assert (
        refused("dscribe-soap", "ase:CH4")
        == "symsens: the package dscribe is not installed: pip install symsens[peers]\n"
    )


def test_the_table_says_what_is_proved(run, tmp_path):
    write(tmp_path / "ch4.extxyz", rattled("CH4"))
    code, out, err = run(SMALL, tmp_path / "ch4.extxyz", "--plot", tmp_path / "picture.png")
    assert code == 0 and err == "" and "centre 0 (C), 4 neighbours, all atoms move" in out
    assert "RIGHT: the package sees 9 independent displacements, as proved (no certificate yet)." in out
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG") and "∈ [" in out and "= 6 (6 rigid)" in out
    found = of(SMALL, rattled("CH4"))
    assert (
        found.verdict is Verdict.PROVED and str(found) == as_text(found) and all(len(row) == 3 for row in rows(found))
    )


@pytest.mark.parametrize(
    "spec, atoms",
    [("qmllib-acsf", molecule("CH4")), (SMALL, Atoms("H")), ("dscribe-soap:n_max=3,l_max=2", lifted(1e-9))],
)
def test_every_kind_of_picture_is_drawn(spec, atoms, tmp_path):
    save(of(spec, atoms), str(tmp_path / "picture.svg"))
    assert "</svg>" in (tmp_path / "picture.svg").read_text()


def test_an_audit_is_plain_json():
    found = of(SMALL, molecule("CH4"))
    assert isinstance(found, Audit) and json.loads(json.dumps(found.as_dict())) == found.as_dict()
