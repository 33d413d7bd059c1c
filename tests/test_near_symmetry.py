"""The symmetry that digits hide: found again after a rotation and rounding, named, and never found where it is not."""

import numpy as np
import pytest
from ase.build import molecule
from scipy.spatial.transform import Rotation

from symsens import Environment, certify
from symsens.geometry.approximate_groups import near_symmetry, schoenflies

TURN = Rotation.from_euler("zyx", [0.7, 0.4, -1.1]).as_matrix()


def turned(name, centre=0, digits=8, noise=0.0):
    atoms = molecule(name)
    atoms.positions += noise * np.random.default_rng(1).normal(size=atoms.positions.shape)
    atoms.positions = np.round(atoms.positions @ TURN.T, digits)
    return Environment.from_ase(atoms, centre=centre)


def about_the_middle(name):
    atoms = molecule(name)
    atoms.positions -= atoms.get_positions().mean(axis=0)
    return Environment(atoms.get_chemical_symbols(), np.round(atoms.positions @ TURN.T, 7).tolist(), "X")


@pytest.mark.parametrize(
    "name, group, allowed",
    [("CH4", "Td", 1), ("NH3", "C3v", 2), ("H2O", "C2v", 2), ("BF3", "D3h", 1), ("C2H4", "C2v", 5), ("SiF4", "Td", 1)],
)
def test_a_turned_molecule_is_recognised(name, group, allowed):
    result = certify(turned(name))
    near = result.near_symmetry
    assert near.group == group and near.allowed == allowed and 0 < near.within < 1e-5
    assert result.point_group != group and f"Exact digits: {result.point_group}; " in str(result)
    assert f"Angstrom of {group}" in str(result) and f"Angstrom of {group}" in result._repr_html_()
    assert result.as_dict()["near_symmetry"]["group"] == group


@pytest.mark.parametrize("name, group", [("C6H6", "D6h"), ("C2H6", "D3d"), ("C3H6_D3h", "D3h"), ("C2H4", "D2h")])
def test_groups_about_the_middle(name, group):
    env = about_the_middle(name)
    assert near_symmetry(env, certify(env).filtration.moves.stabiliser).group == group


def test_the_allowed_displacements_are_those_of_the_exact_structure():
    exact = certify("ase:CH4", centre=0)
    assert certify(turned("CH4")).near_symmetry.allowed == exact.filtration.symmetry_allowed_rank == 1


def test_small_singular_values_are_explained():
    result = certify(turned("CH4"), descriptor="power-spectrum:n_max=4,l_max=3")
    assert "so that all but 1 of the singular values are small, below" in str(result)
    assert float(result.singular_values[1].upper) < 1e-5 < float(result.singular_values[0].lower)


@pytest.mark.parametrize(
    "env", [turned("CH4", noise=0.1), turned("CH3CH2OH", centre=4), turned("CH3CH2OH", 4, noise=0.1)]
)
def test_what_has_no_symmetry_has_none(env):
    result = certify(env)
    assert result.near_symmetry is None and "Exact digits" not in str(result)


def test_exact_symmetry_is_not_called_near():
    assert all(result.near_symmetry is None for result in certify("ase:CH4", centre="all"))


@pytest.mark.parametrize("noise", [1e-9, 1e-6, 1e-4])
def test_the_distance_is_that_of_the_noise(noise):
    near = certify(turned("CH4", digits=12, noise=noise)).near_symmetry
    assert near.group == "Td" and noise / 10 < near.within < 10 * noise


def generated(*generators):
    group = [np.eye(3)]
    for g in group:
        for h in generators:
            new = h @ g
            if not any(np.allclose(new, old, atol=1e-8) for old in group):
                group.append(new)
    return group


def test_names_of_groups_from_their_generators():
    def about(axis, n):
        return Rotation.from_rotvec(2 * np.pi / n * np.array(axis) / np.linalg.norm(axis)).as_matrix()

    z, x, inversion = (0, 0, 1), (1, 0, 0), -np.eye(3)
    flat, upright = np.diag([1.0, 1, -1]), np.diag([1.0, -1, 1])
    golden = (0, 1, (1 + 5**0.5) / 2)
    wanted = {
        "C1": [],
        "Ci": [inversion],
        "Cs": [flat],
        "C5": [about(z, 5)],
        "C5v": [about(z, 5), upright],
        "C5h": [about(z, 5), flat],
        "D5": [about(z, 5), about(x, 2)],
        "D5h": [about(z, 5), about(x, 2), flat],
        "D5d": [about(z, 5), about(x, 2), inversion],
        "S8": [flat @ about(z, 8)],
        "D4d": [flat @ about(z, 8), about(x, 2)],
        "C2h": [about(z, 2), inversion],
        "D2h": [about(z, 2), about(x, 2), inversion],
        "T": [about((1, 1, 1), 3), about(z, 2)],
        "Td": [about((1, 1, 1), 3), -about(z, 4)],
        "Th": [about((1, 1, 1), 3), about(z, 2), inversion],
        "O": [about((1, 1, 1), 3), about(z, 4)],
        "Oh": [about((1, 1, 1), 3), about(z, 4), inversion],
        "I": [about((1, 1, 1), 3), about(golden, 5)],
        "Ih": [about((1, 1, 1), 3), about(golden, 5), inversion],
    }
    assert {name: schoenflies(generated(*generators)) for name, generators in wanted.items()} == {n: n for n in wanted}
