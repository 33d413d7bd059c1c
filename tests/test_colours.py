"""Colours of nodes: what message passing tells apart, against colours that are texts and mean the same everywhere."""

import random
from collections import Counter
from fractions import Fraction

import pytest
from message_oracles import colours

from symsens import Environment, InputError
from symsens.geometry.colours import Clouds, separating_layers
from symsens.numbers.declared import number_field

FOUR = [(1, 1, -1), (-1, 1, 1), (-1, -1, 1), (1, -1, -1)]
LAYERED = [(1, 1, 1), (1, -1, 1), (-1, 1, -1), (-1, -1, -1)]


def hydrogens(positions, **options):
    return Environment(("H",) * len(positions), positions, "C", **options)


def first_pair(b):
    return [hydrogens([*FOUR, *more]) for more in ([(0, b, 0), (0, -b, 0)], [(0, 0, b), (0, 0, -b)])]


def second_pair(b):
    common = [*LAYERED, (b, 0, 0), (-b, 0, 0)]
    return [hydrogens([*common, *more]) for more in ([(0, 0, b), (0, 0, -b)], [(0, b, 0), (0, -b, 0)])]


def third_pair():
    """Over QQ<sqrt(5)>: four vertices of an icosahedron and two of its other vertices."""
    field = number_field("QQ<sqrt(5)>")
    s = field.parse("(1 + sqrt(5))/2")
    common = [(0, a * s, b / s) for a in (1, -1) for b in (1, -1)]
    both = [(s, 1 / s, 0), (-s, -1 / s, 0)], [(1 / s, 0, s), (-1 / s, 0, -s)]
    return [hydrogens([*common, *more], field=field) for more in both]


PAIRS = [(make, b) for make in (first_pair, second_pair) for b in ("1/3", "3/2", 2, 7)]


@pytest.mark.parametrize(("make", "b"), PAIRS)
@pytest.mark.parametrize("readout", ["centre", "all"])
def test_pairs_that_distances_never_separate_and_angles_do(make, b, readout):
    first, second = make(Fraction(b))
    assert separating_layers(first, second, readout=readout) is None
    assert separating_layers(first, second, angles=True, readout=readout) == (2 if readout == "centre" else 1)


@pytest.mark.parametrize("readout", ["centre", "all"])
def test_a_pair_over_a_number_field(readout):
    first, second = third_pair()
    assert separating_layers(first, second, readout=readout) is None
    assert separating_layers(first, second, angles=True, readout=readout) == (2 if readout == "centre" else 1)
    with pytest.raises(InputError, match="one environment is over QQ<.*>, the other over QQ: use one field"):
        separating_layers(first, first_pair(Fraction(2))[0])


def test_a_pair_whose_members_are_moved_a_little_is_separated():
    (first, _), (_, second) = first_pair(Fraction(2)), first_pair(Fraction(2000001, 1000000))
    assert separating_layers(first, second) == 1
    nearly = hydrogens([*second.positions[:3], ("1000001/1000000", -1, -1), (0, 0, 2), (0, 0, -2)])
    assert separating_layers(first, nearly) == 1
    assert separating_layers(first, nearly, readout="all") == 1


def random_environment(rng):
    points = {tuple(rng.randrange(-1, 2) for _ in range(3)) for _ in range(rng.randrange(1, 6))} - {(0, 0, 0)}
    return Environment([rng.choice("HHO") for _ in points], sorted(points), rng.choice("HC"))


def test_separation_is_that_of_the_colours_by_definition():
    rng, met = random.Random(5), Counter()
    for _ in range(150):
        first = random_environment(rng)
        kept = rng.random() < 0.5
        order = rng.sample(range(first.n), first.n)
        second = random_environment(rng)
        if kept:  # the same, mirrored, in another order
            flipped = [tuple(-c for c in first.positions[j]) for j in order]
            second = Environment([first.species[j] for j in order], flipped, first.centre_species)
        angles, cutoff = rng.random() < 0.4, rng.choice([None, "3/2", 2])
        for readout in ("centre", "all"):
            found = separating_layers(first, second, angles, cutoff, readout)
            met[found] += 1
            pick = (lambda c: c[0]) if readout == "centre" else Counter
            for layers in range(4 if not angles else 3):
                here, there = (pick(colours(env, layers, angles, cutoff)) for env in (first, second))
                assert (here == there) == (found is None or layers < found)
    assert set(met) == {None, 0, 1, 2}


def test_environments_in_different_units_are_compared_by_their_distances():
    one = hydrogens([("1/3", 0, 0), (0, "1/7", 0)])
    same = hydrogens([("3", 0, 0), (0, "9/7", 0)], metric=[["1/81", 0, 0], [0, "1/81", 0], [0, 0, 1]])
    assert separating_layers(one, same) is None
    assert separating_layers(one, hydrogens([(3, 0, 0), (0, "9/7", 0)])) == 1


def test_stable_colours_are_stable():
    env = hydrogens([(1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 0, 0), (5, 0, 0)])
    clouds = Clouds.of([env], cutoff="3/2")
    stable = list(clouds.colours())
    more = list(clouds.colours(9))
    assert len(stable) < 9 and more[: len(stable)] == stable
    part = lambda numbers: {tuple(i for i, c in enumerate(numbers) if c == d) for d in numbers}
    assert all(part(one) == part(stable[-1]) for one in more[len(stable) - 1 :])
    assert part(stable[0]) != part(stable[-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"readout": "sum"}, "readout = 'sum'"),
        ({"cutoff": "-1"}, "cutoff -1 is not positive"),
        ({"cutoff": "two"}, "two is not a number of the field QQ"),
    ],
)
def test_questions_that_are_none(options, message):
    with pytest.raises(InputError, match=message):
        separating_layers(*first_pair(Fraction(2)), **options)


def test_too_many_messages_are_refused(monkeypatch):
    monkeypatch.setattr("symsens.geometry.colours.MAX_MESSAGES", 100)
    assert separating_layers(*first_pair(Fraction(2))) is None
    with pytest.raises(InputError, match="504 messages in one layer, more than 100: lower .* or leave out the angles"):
        separating_layers(*first_pair(Fraction(2)), angles=True)
