"""Many-body tensor representation, local and global: textbook sums of all weightings, dscribe, refusals."""

import numpy as np
import pytest
from ase.build import molecule
from descriptor_laws import (
    all_species,
    check_differences,
    check_values,
    close,
)
from feature_oracles import ENVIRONMENTS
from mpmath import mp, mpf
from test_peers import STRUCTURES, digits, rattled
from textbooks import mbtr as textbook

from symsens.descriptors import descriptor
from symsens.errors import NotSmoothError, SpecError
from symsens.forms.jacobian import feature_labels, float_jacobian, float_values, midrad_jacobian, mp_values
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.peers import peer

GRIDS = {
    "atomic_number": (1, 9, 9, "0.5"),
    "distance": (0, 4, 5, "0.25"),
    "inverse_distance": (0, "1.5", 6, "0.125"),
    "angle": (0, 180, 5, 16),
    "cosine": (-1, 1, 5, "0.25"),
}
# our weighting; dscribe's
WEIGHTS = {
    "unity": ("", ""),
    "exp": ("weighting=exp,scale=0.25,threshold=0.1", "weighting=exp,scale=0.25,threshold=0.1"),
    "tight": ("weighting=exp,scale=0.5,threshold=0.14", None),
    "inverse_square": ("weighting=inverse_square,cutoff=50", "weighting=inverse_square,r_cut=50"),
    "smooth_cutoff": ("weighting=smooth_cutoff,cutoff=1.75", "weighting=smooth_cutoff,r_cut=1.75"),
}
FORMS = [
    ("atomic_number", "global", "unity"),
    *(
        (g, scope, w)
        for g in ("distance", "inverse_distance")
        for scope in ("local", "global")
        for w in ("unity", "exp")
    ),
    *((g, scope, w) for g in ("angle", "cosine") for scope in ("local", "global") for w in ("unity", "exp")),
    ("distance", "global", "inverse_square"),
    ("cosine", "global", "smooth_cutoff"),
]


def ours(geometry, scope, weight, more=""):
    low, high, n, sigma = GRIDS[geometry]
    words = [
        f"mbtr:geometry={geometry},scope={scope},min={low},max={high},n={n},sigma={sigma}",
        WEIGHTS[weight][0],
        more,
    ]
    return descriptor(",".join(filter(None, words)))


@pytest.mark.parametrize("name", ["two", "three", "four"])
@pytest.mark.parametrize("form", [*FORMS, ("cosine", "global", "tight"), ("cosine", "local", "tight")], ids="-".join)
def test_values_are_the_textbook_sum(name, form):
    env = ENVIRONMENTS[name]
    check_values(env, ours(*form), lambda: textbook(env, ours(*form)), species=all_species(env))


def test_some_weights_are_below_the_threshold():
    # or else the comparison above says nothing of them
    env = ENVIRONMENTS["three"]
    cut = ours("cosine", "global", "tight")
    free = descriptor(str(cut).replace("7/50", "0"))
    assert cut != free and 0 < sum(float_values(env, cut)) < 0.9 * sum(float_values(env, free))


def test_two_neighbours_of_other_species_have_the_same_angles_locally_and_globally():
    env, values = ENVIRONMENTS["two"], {}
    for scope in ("local", "global"):
        chosen = ours("cosine", scope, "smooth_cutoff", "sharpness=3/2")
        values[scope] = dict(zip(feature_labels(env, chosen), float_values(env, chosen)))
    for local, everywhere in (("H-X-O", "H-C-O"), ("X-H-O", "C-H-O"), ("X-O-H", "H-O-C")):
        for k in range(5):
            assert values["local"][f"{local} k={k}"] == pytest.approx(
                values["global"][f"{everywhere} k={k}"], abs=1e-15
            )
    assert max(values["local"].values()) > 0.05


def test_the_value_at_the_centre_of_a_gaussian():
    env = Environment(("H",), [(2, 0, 0)], "H")
    words = "mbtr:geometry=distance,min=0,max=4,n=5,sigma=1/4,scope=local,broadening=gaussian"
    with mp.workdps(40):
        tall = mp_values(env, descriptor(words), 40)
        assert close([tall[5 + 2], tall[5 + 3]], [4 / mp.sqrt(2 * mp.pi), 4 / mp.sqrt(2 * mp.pi) * mp.exp(-8)], 35)
        assert close([mp_values(env, descriptor(words + ",normalise=false"), 40)[5 + 2]], [mpf(1)], 35)
        wide = mp_values(env, descriptor("mbtr:geometry=distance,min=0,max=4,n=5,sigma=1/4"), 40)
        assert close([sum(wide)], [mpf(1)], 8) and not close(wide, tall, 2)  # cells: an area of 1 in all


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("form", FORMS, ids="-".join)
def test_agrees_with_dscribe(structure, form):
    geometry, scope, weight = form
    atoms = (
        rattled("CH4") if structure == "CH4" else STRUCTURES[structure]
    )  # by symmetry all derivatives of angles vanish in CH4
    low, high, n, sigma = GRIDS[geometry]
    name = "dscribe-mbtr" if scope == "global" else "dscribe-lmbtr"
    package = peer(
        ",".join(
            filter(None, [f"{name}:geometry={geometry},min={low},max={high},n={n},sigma={sigma}", WEIGHTS[weight][1]])
        )
    )
    env, species = Structure.from_ase(atoms).environment(0), tuple(set(atoms.symbols))
    values = float_values(env, ours(*form), species)
    found = package.features(atoms, 0)
    assert digits(found, values) > 13.5
    assert digits(np.roll(found, 1), values) < 2
    if geometry == "atomic_number":
        assert not float_jacobian(Displacements.of_atoms(env), ours(*form), species).any()
        return
    jacobian = float_jacobian(Displacements.of_atoms(env), ours(*form), species)
    analytic = scope == "global" and geometry != "angle"
    assert digits(package.jacobian(atoms, 0).reshape(len(values), -1), jacobian) > (13 if analytic else 6.5)


def test_the_global_form_does_not_depend_on_the_centre():
    atoms = molecule("CH3CH2OH")
    structure, chosen, species = Structure.from_ase(atoms), ours("cosine", "global", "exp"), ("H", "C", "O")
    values = [float_values(structure.environment(i), chosen, species) for i in (0, 2, 5)]
    assert abs(values[0] - values[1]).max() < 1e-13 and abs(values[0] - values[2]).max() < 1e-13
    jacobians = [float_jacobian(Displacements.of_atoms(structure.environment(i)), chosen, species) for i in (0, 2, 5)]
    assert abs(jacobians[0] - jacobians[1]).max() < 1e-12 and abs(jacobians[0] - jacobians[2]).max() < 1e-12
    local = [float_values(structure.environment(i), ours("cosine", "local", "exp"), species) for i in (0, 2)]
    assert abs(local[0] - local[1]).max() > 0.1
    enclosure = midrad_jacobian(Displacements.of_atoms(structure.environment(0)), chosen, species=species)
    assert enclosure.rad.max() < 1e-10 and (abs(enclosure.mid - jacobians[0]) <= enclosure.rad + 1e-13).all()


def test_labels():
    env = Environment(("H", "O"), [(1, 0, 0), (0, 1, 0)], "C")
    first = lambda geometry, scope: [label.split()[0] for label in feature_labels(env, ours(geometry, scope, "unity"))][
        :: GRIDS[geometry][2]
    ]  # noqa: E731
    assert first("atomic_number", "global") == ["H", "C", "O"]
    assert first("distance", "global") == ["H-H", "H-C", "H-O", "C-C", "C-O", "O-O"]
    assert first("distance", "local") == ["X-X", "X-H", "X-O"]
    assert first("cosine", "global")[:7] == ["H-H-H", "H-H-C", "H-H-O", "C-H-C", "C-H-O", "O-H-O", "H-C-H"]
    assert first("cosine", "local") == [
        "X-X-X",
        "X-X-H",
        "X-X-O",
        "H-X-H",
        "H-X-O",
        "O-X-O",
        "X-H-X",
        "X-H-H",
        "X-H-O",
        "X-O-X",
        "X-O-H",
        "X-O-O",
    ]


LINE = [(1, 0, 0), ("-1/2", 0, 0)]
AWAY = [(1, 0, 0), (1, 1, 0), (1, -2, 0)]  # in line with each other, not with the centre
TRIANGLE = [(3, 0, 0), (0, 4, 0)]  # a perimeter of 12


@pytest.mark.parametrize(
    "positions, spec, said",
    [
        (LINE, "geometry=angle", "atoms 1 and 2 .*in line, a cusp of the angle"),
        (AWAY, "geometry=angle,scope=global", "atoms 1, 2 and 3 .*in line, a cusp of the angle"),
        ([(2, 0, 0)], "weighting=inverse_square,cutoff=2", "atom 1 .*at the cutoff radius 2"),
        (
            [(1, 0, 0), (-1, 0, 0)],
            "weighting=inverse_square,cutoff=2,scope=global",
            "atoms 1 and 2 .*at the cutoff radius 2",
        ),
        (TRIANGLE, "geometry=cosine,weighting=smooth_cutoff,cutoff=4", "atom 2 .*at the cutoff radius 4"),
        (
            TRIANGLE,
            "geometry=cosine,weighting=smooth_cutoff,cutoff=5,scope=global",
            "atoms 1 and 2 .*at the cutoff radius 5",
        ),
        (
            TRIANGLE,
            "geometry=cosine,weighting=exp,cutoff=6",
            "atoms 1 and 2 .*at the cutoff 6, where terms are dropped",
        ),
        ([("6/5", "8/5", 0)], "weighting=exp,cutoff=2", "atom 1 .*at the cutoff 2, where terms are dropped"),
        # the perimeter of the first three is irrational, that of the triangle 1, 2, 3 is 12: decided one by one
        (
            [(1, 1, 0), (0, 0, 1), (3, 0, 1), (0, 4, 1)],
            "geometry=cosine,weighting=exp,cutoff=6,scope=global",
            "atoms 2, 3 and 4 .*at the cutoff 6",
        ),
    ],
)
def test_refusals(positions, spec, said):
    env = Environment(("H",) * len(positions), positions, "C")
    chosen = descriptor(f"mbtr:{spec}")
    for use in (chosen.check_smooth, lambda env: float_jacobian(env, chosen)):
        with pytest.raises(NotSmoothError, match=said):
            use(env)
    last = positions[-1]
    moved = Environment(env.species, [*positions[:-1], (last[0], last[1], "1e-20" if not last[2] else "99/100")], "C")
    chosen.check_smooth(moved)


@pytest.mark.parametrize(
    "positions, spec",
    [
        ([*LINE, (0, 1, 0)], "geometry=cosine,scope=global"),
        (AWAY, "geometry=angle,scope=local"),
        (LINE, "geometry=distance,weighting=exp,scale=1"),  # no distance is -ln(threshold), a transcendental number
        (TRIANGLE, "geometry=cosine,weighting=exp,scale=1,threshold=1e-6"),
        (TRIANGLE, "geometry=cosine,weighting=exp,cutoff=6000001/1000000"),
    ],
)
def test_smooth_although_special(positions, spec):
    env = Environment(("H",) * len(positions), positions, "C")
    chosen = descriptor(f"mbtr:{spec},n=3")
    assert np.isfinite(float_jacobian(env, chosen)).all()
    check_differences(env, chosen, 50)


@pytest.mark.parametrize(
    "spec, said",
    [
        ("geometry=distances", "did you mean distance"),
        ("geometry=atomic_number", "give scope=global"),
        ("min=1,max=1", "max=1: give a number above min=1"),
        ("weighting=smooth_cutoff,cutoff=3", "weighting=smooth_cutoff: give another one for geometry=inverse_distance"),
        ("geometry=cosine,weighting=inverse_square,cutoff=3", "give another one for geometry=cosine"),
        ("weighting=exp", "give scale or cutoff"),
        ("weighting=exp,scale=1,cutoff=2", "give scale or cutoff"),
        ("weighting=exp,cutoff=2,threshold=0", "threshold=0: give a number between 0 and 1"),
        ("weighting=inverse_square", "give a cutoff"),
        ("threshold=2", "threshold=2: give a number from 0 to 1"),
        ("n=1", "an integer from 2 to 1000"),
        ("sigma=0", "sigma=0: give a number above 0"),
    ],
)
def test_bad_specs(spec, said):
    with pytest.raises(SpecError, match=said):
        descriptor(f"mbtr:{spec}")


def test_too_many_terms():
    with pytest.raises(SpecError, match="symbolic terms, more than .*: lower n"):
        float_values(ENVIRONMENTS["two"], descriptor("mbtr:geometry=cosine,n=1000"), ("H", "C", "N", "O"))
