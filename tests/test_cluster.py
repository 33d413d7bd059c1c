"""Exact environments and structures: what enters the field, who is a neighbour, how images are tied, what is
refused."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
from ase import Atoms
from ase.build import bulk, fcc111, molecule
from ase.neighborlist import neighbor_list

from symsens import Environment, InputError, Structure
from symsens.numbers.field import QQ


@pytest.mark.parametrize(
    "value, exact",
    [
        (3, Fraction(3)),
        (0.1, Fraction(1, 10)),
        (np.float64(0.629118), Fraction(629118, 10**6)),
        ("24/5", Fraction(24, 5)),
        (" -1.50e-3 ", Fraction(-3, 2000)),
        ("1e-30", Fraction(1, 10**30)),
        (sympy.Rational(2, 7), Fraction(2, 7)),
        (1e300, Fraction(10**300)),
    ],
)
def test_a_number_is_the_rational_it_names(value, exact):
    assert QQ.parse(value) == exact


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        "nan",
        "",
        "1/0",
        "1/00",
        "sqrt(2)",
        "1e99999",
        "0x10",
        None,
        1j,
        sympy.sqrt(2) + 0j,
        "1" * 5000,
    ],
)
def test_what_is_not_in_the_field_is_refused(value):
    with pytest.raises(InputError, match="not a number of the field QQ"):
        QQ.parse(value)


def test_the_primes_are_primes_and_distinct():
    primes = [p for p, _ in zip(QQ.primes(), range(5))]
    assert primes[0] == 2**61 - 1 and len(set(primes)) == 5 and all(map(sympy.isprime, primes))


def test_gram_is_exact_in_a_frame():
    metric = [["1", "-1/2", 0], ["-1/2", 1, 0], [0, 0, "8/3"]]
    env = Environment(["C", "C"], [(1, 0, "1/2"), ("1/3", "2/3", 0)], metric=metric)
    x = [sympy.Matrix([1, 0, sympy.Rational(1, 2)]), sympy.Matrix([sympy.Rational(1, 3), sympy.Rational(2, 3), 0])]
    m = sympy.Matrix(3, 3, lambda i, j: sympy.Rational(metric[i][j]))
    for j in range(2):
        for k in range(2):
            assert Fraction(env.gram[j][k], env.gram_scale) == (x[j].T * m * x[k])[0]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(species=["H"], positions=[(0, 0, 0)]), "atoms 0 and 1 coincide"),
        (dict(species=["H", "H"], positions=[(1, 0, 0), ("2/2", 0, 0)]), "atoms 1 and 2 coincide"),
        (dict(species=["H"], positions=[(1, 0)]), "atom 1: a position has three coordinates"),
        (dict(species=["H"], positions=[]), "one of each per neighbour"),
        (dict(species=["H"], positions=[(1, 0, 0)], metric=[[1, 0, 0], [0, 1, 0], [0, 1, 1]]), "not a symmetric"),
        (dict(species=["H"], positions=[(1, 0, 0)], metric=[[1, 2, 0], [2, 1, 0], [0, 0, 1]]), "not positive definite"),
    ],
)
def test_environments_that_are_none(arguments, message):
    with pytest.raises(InputError, match=message):
        Environment(**arguments)


def test_every_other_atom_is_a_neighbour_of_a_molecule():
    env = Environment.from_ase(molecule("CH3CH2OH"), centre=2)
    assert env.n == 8 and env.centre == 2 and env.atoms == (0, 1, 3, 4, 5, 6, 7, 8) and env.formula == "C2H6O"


def test_the_cutoff_is_decided_on_exact_squares():
    structure = Structure(["C", "H", "H"], [(0, 0, 0), (3, 4, 0), (3, "4.0000000000000000000000001", 0)])
    assert structure.environment(0, 5).atoms == (1,)
    assert structure.environment(0, "4.9999999999999999999999999").n == 0
    assert structure.environment(0, "5.1").atoms == (1, 2)


SKEWED = Atoms("Cu", cell=[[2.5, 0, 0], [7.4, 2.4, 0], [-7.3, 5.1, 2.2]], pbc=True)


@pytest.mark.parametrize(
    "atoms, cutoff",
    [
        (bulk("NaCl", "rocksalt", a=5.64), 5.1),
        (bulk("Ti", "hcp", a=2.95, c=4.68), 4.5),
        (fcc111("Cu", (1, 2, 2), vacuum=5), 4.0),
        (SKEWED, 4.9),
    ],
)
def test_periodic_images_are_neighbours_tied_to_their_atom(atoms, cutoff):
    centres, neighbours = neighbor_list("ij", atoms, cutoff)
    for centre in range(len(atoms)):
        env = Environment.from_ase(atoms, centre, cutoff)
        assert sorted(env.atoms) == sorted(neighbours[centres == centre].tolist()) and env.n > 0


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Structure([], []), "no atoms"),
        (lambda: Structure(["H"], []), "1 species but 0 positions"),
        (lambda: Structure(["H", "H"], [(0, 0, 0), (0, 0, 0)]), "atoms 0 and 1 coincide at"),
        (
            lambda: Structure(
                ["H", "H"], [(0, 0, 0), (3, 0, 0)], cell=[(1, 0, 0), (0, 1, 0), (0, 0, 1)], pbc=(True, False, False)
            ),
            "atoms 0 and 1 coincide",
        ),
        (lambda: Structure(["H"], [(0, float("nan"), 0)]), "atom 0: nan is not a number"),
        (
            lambda: Structure(["H"], [(0, 0, 0)], cell=[(1, 0, 0), (2, 0, 0), (0, 0, 1)], pbc=(True, True, False)),
            "linearly dependent",
        ),
        (
            lambda: Structure.from_ase(molecule("H2O")).environment(3),
            "centre 3 is out of range: its 3 atoms have indices 0 to 2",
        ),
        (lambda: Structure.from_ase(molecule("H2O")).environment(-1), "centre -1 is out of range"),
        (lambda: Structure.from_ase(molecule("H2O")).environment(0, 0), "cutoff 0 is not positive"),
        (lambda: Structure.from_ase(bulk("Cu")).environment(0), "periodic structure .* give a cutoff"),
        (
            lambda: Structure.from_ase(bulk("Cu")).environment(0, 500),
            "more than 200000 periodic images of an atom: lower it",
        ),
    ],
)
def test_structures_that_cannot_be_used(make, message):
    with pytest.raises(InputError, match=message):
        make()
