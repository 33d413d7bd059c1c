"""Pictures of null vectors: atoms that do not hide each other, arrows where the vector moves atoms, all names shown."""

import numpy as np
import pytest

from symsens import Environment, Structure, certify
from symsens.show.clouds import Cloud, directions
from symsens.show.pictures import figure

F1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], centre_species="C")
CASES = {
    "F1": certify(F1),
    "methane": certify("ase:CH4", centre=0),
    "ethanol, atoms": certify("ase:CH3CH2OH", centre=0, vary="atoms"),
    "skewed": certify(
        Environment(["H"] * 3, [(1, 0, 0), (0, 1, 0), (1, 1, 0)], "C", [[2, 1, 0], [1, 2, 0], [0, 0, 3]])
    ),
}


def vectors(result):
    return [v for level in result.filtration.levels if level.name != "rigid" for v in level.vectors]


@pytest.mark.parametrize("name", CASES)
def test_atoms_do_not_hide_each_other_and_arrows_are_seen(name):
    result = CASES[name]
    cloud, shown = Cloud.of(result), vectors(result)[:3]
    view = cloud.view(shown)
    assert np.allclose(view @ view.T, np.eye(2))
    flat = cloud.places @ view.T
    apart = [np.linalg.norm(a - b) for i, a in enumerate(flat) for b in flat[:i]]
    assert min(apart) > 0.1 * cloud.size
    for vector in shown:
        moves = cloud.arrows(vector)
        assert np.linalg.norm(moves @ view.T, axis=1).max() > 0.05 * cloud.size


def test_arrows_point_along_the_cartesian_displacement():
    result = CASES["skewed"]
    cloud, vector = Cloud.of(result), vectors(result)[0]
    moves, b = cloud.arrows(vector), cloud.frame
    assert np.allclose(b.T @ b, [[2, 1, 0], [1, 2, 0], [0, 0, 3]])
    wanted = np.array([float(c) for c in vector]).reshape(-1, 3) @ b.T
    assert np.allclose(np.cross(moves[:-1], wanted), 0, atol=1e-9) and not moves[-1].any()


def test_bonds_are_those_of_chemistry_and_lengths_are_angstrom():
    cloud = Cloud.of(CASES["ethanol, atoms"])
    assert (
        len(cloud.bonds()) == 8 and len(Cloud.of(CASES["methane"]).bonds()) == 4 and not Cloud.of(CASES["F1"]).bonds()
    )


def test_the_figure_says_how_many_are_shown():
    texts = [t.get_text() for t in figure(CASES["methane"]).findobj(lambda a: hasattr(a, "get_text"))]
    assert any("6 of 8 shown" in text for text in texts) and {"H1", "H4", "C0"} <= set(texts)
    alone = [t.get_text() for t in figure(CASES["F1"]).findobj(lambda a: hasattr(a, "get_text"))]
    assert any("1 shown" in text for text in alone) and not any("of 1 shown" in text for text in alone)


def test_zero_has_a_tick():
    result = certify(F1, descriptor="distances")
    (axes,) = figure(result).axes[:1] if not vectors(result) else [figure(result).subfigs[0].axes[0]]
    assert "0" in [label.get_text() for label in axes.get_yticklabels()]


def test_directions_cover_half_a_sphere():
    eyes = np.array([np.cross(*axes) for axes in directions()])
    assert np.allclose(np.linalg.norm(eyes, axis=1), 1) and eyes[:, 2].min() > 0
    probe = np.random.default_rng(0).normal(size=(100, 3))
    probe /= np.linalg.norm(probe, axis=1)[:, None]
    assert np.abs(probe @ eyes.T).max(axis=1).min() > 0.98


def test_crystals_name_images():
    import ase.build

    crystal = Structure.from_ase(ase.build.bulk("Cu"))
    assert "Cu0[-1 0 0]" in Cloud.of(certify(crystal.environment(0, "2.6"))).names
