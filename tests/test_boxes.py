"""Boxes of parameters: those called regular hold nothing singular, and fill the rest of the box; the picture of four
neighbours claims nothing that is not so."""

import importlib.util
import random
from fractions import Fraction
from pathlib import Path

import pytest

from symsens import regular_boxes
from symsens.budget import BudgetSpent
from symsens.errors import InputError
from symsens.geometry.displacements import as_displacements
from symsens.geometry.environment import Environment
from symsens.numbers.declared import number_field
from symsens.rows.filtration import exact_filtration
from symsens.rows.patterns import Pattern
from symsens.search import boxes as search
from symsens.search.boxes import Affine, decided
from symsens.search.reach import length_above

PAGE = Path(__file__).parents[1] / "docs" / "fourth_neighbour.py"
F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
STILL = [(0, 0, 0)] * 3
ACROSS = [[*STILL, (1, 0, 0)], [*STILL, (0, 1, 0)]]  # of x4, from its line


def environment(points):
    return Environment(["H"] * len(points), points, "C")


def singular(env, nu=2):
    found = exact_filtration(env, nu)
    return found["symmetry"] + found["incompleteness"]


def inside(box, p):
    return all(low <= x <= high for (low, high), x in zip(box, p))


def area(boxes):
    total = Fraction(0)
    for box in boxes:
        part = Fraction(1)
        for low, high in box:
            part *= high - low
        total += part
    return total


@pytest.fixture(scope="module")
def picture():
    spec = importlib.util.spec_from_file_location("fourth_neighbour", PAGE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_around_f1():
    found = regular_boxes(environment(F1), ACROSS, [(-1, "1/2"), ("-0.7", 1)], smallest="1/10")
    assert found.complete and found.regular and found.undecided
    assert area(found.regular + found.undecided) == Fraction(3, 2) * Fraction(17, 10)
    assert all(max(high - low for low, high in box) <= Fraction(1, 10) for box in found.undecided)
    assert not any(inside(box, (0, 0)) for box in found.regular), "F1 is singular"
    assert any(inside(box, (0, 0)) for box in found.undecided)
    surface = Affine(environment(F1), tuple(tuple(map(tuple, d)) for d in ACROSS))
    draw = random.Random(1)
    for box in found.regular:
        p = [low + (high - low) * Fraction(draw.randint(0, 9), 9) for low, high in box]
        assert not singular(surface.at(p))


def test_the_control_boxes_without_radii_would_be_called_regular(monkeypatch):
    monkeypatch.setattr(Affine, "radii", lambda self, box: (Fraction(0),) * self.base.n)
    wrong = regular_boxes(environment(F1), ACROSS, [(-1, "1/2"), ("-0.7", 1)], smallest="1/10")
    assert any(inside(box, (0, 0)) for box in wrong.regular)


def test_where_all_is_regular_and_where_all_is_singular():
    away = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (3, 1, 6)]
    found = regular_boxes(environment(away), ACROSS[:1], [("-1/4", "1/4")])
    assert found.complete and not found.undecided and "0 undecided" in repr(found)
    along = [[*STILL, (0, 0, 1)]]  # x4 stays parallel to x2 + x3
    found = regular_boxes(environment(F1), along, [(-1, 1)], smallest="1/4")
    assert found.complete and not found.regular and len(found.undecided) == 8
    assert regular_boxes(environment(F1), along, [(-1, 1)], nu=3, smallest="1/64").regular


def test_three_parameters_and_too_many_boxes():
    directions = [*ACROSS, [*STILL, (0, 0, 1)]]
    found = regular_boxes(environment(F1), directions, [(-1, 1)] * 3, smallest="1/8", most=40)
    assert not found.complete and area(found.regular + found.undecided) == 8
    assert max(high - low for box in found.undecided for low, high in box) > Fraction(1, 8)


def test_when_the_time_is_over_what_is_proved_is_kept(monkeypatch):
    calls = []

    def late(*_):
        calls.append(0)
        if len(calls) == 30:
            raise BudgetSpent("it is over")
        return True

    whole = regular_boxes(environment(F1), ACROSS, [(-1, 1)] * 2, smallest="1/8")
    monkeypatch.setattr(Affine, "at", lambda self, p, at=Affine.at: late() and at(self, p))
    found = regular_boxes(environment(F1), ACROSS, [(-1, 1)] * 2, smallest="1/8")
    assert not found.complete and area(found.regular + found.undecided) == 4 and len(calls) == 30
    assert found.regular and set(found.regular) < set(whole.regular)


def test_a_box_with_two_atoms_meeting_in_its_middle_is_halved():
    found = regular_boxes(environment(F1), [[*STILL, (0, 0, 1)]], [(-7, -5)], nu=3, smallest="1/64")
    assert len(found.regular) > 1 and found.complete and not found.undecided, "x4 meets the centre at -6"
    found = regular_boxes(environment(F1), [[*STILL, (0, 0, 1)]], [(-7, -5)], nu=3, smallest=2)
    assert found.undecided == (((-7, -5),),)


def test_radii_hold_all_places():
    draw = random.Random(3)
    number = lambda: Fraction(draw.randint(-9, 9), draw.randint(1, 5))
    for _ in range(20):
        base = Environment(["H"] * 3, [(9, 1, 0), (0, 9, 2), (3, 0, 9)], "C", metric=[[2, 1, 0], [1, 2, 0], [0, 0, 3]])
        surface = Affine(base, tuple(tuple(tuple(number() for _ in range(3)) for _ in range(3)) for _ in range(2)))
        box = ((Fraction(0), Fraction(1, 7)), (Fraction(-1, 9), Fraction(1, 5)))
        middle = surface.at([(low + high) / 2 for low, high in box])
        for _ in range(20):
            other = surface.at([low + (high - low) * Fraction(draw.randint(0, 3), 3) for low, high in box])
            for u, v, e in zip(middle.positions, other.positions, surface.radii(box)):
                moved = [a - b for a, b in zip(u, v)]
                square = sum(moved[a] * base.metric[a][b] * moved[b] for a in range(3) for b in range(3))
                assert square <= e * e


def test_a_length_so_small_that_floats_know_it_not():
    unit = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    tiny = Fraction(1, 10**200)
    assert length_above(unit, (tiny, 0, 0)) >= tiny and length_above(unit, (0, 0, 0)) == 0


def test_over_a_field():
    field = number_field("QQ<sqrt(5)>")
    base = Environment(["H"] * 4, [("sqrt(5)", 0, 1), (1, "2*sqrt(5)", -1), (-2, 1, 3), (1, 1, -2)], "C", field=field)
    found = regular_boxes(base, [[*STILL, ("sqrt(5)", 0, 0)]], [("-1/100", "1/100")], smallest="1/1000")
    assert found.complete and not found.undecided


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nu": 1}, "orders 2, 3 and 4"),
        ({"box": []}, "low <= high"),
        ({"box": [(1, 0), (0, 1)]}, "low <= high"),
        ({"box": [(0, 1)]}, "one for each side"),
        ({"box": [(0, "x"), (0, 1)]}, "x"),
        ({"directions": [STILL, STILL]}, "4 x 3 numbers"),
        ({"smallest": 0}, "positive"),
        ({"most": 0}, "positive"),
    ],
)
def test_what_makes_no_sense_is_refused(changes, reason):
    arguments = {"directions": ACROSS, "box": [(0, 1), (0, 1)]} | changes
    with pytest.raises(InputError, match=reason):
        regular_boxes(environment(F1), **arguments)


# The picture.


def test_every_place_drawn_as_singular_is(picture):
    for i, j, k in picture.CIRCLES:
        places = picture.circle(i, j, k, count=24)
        for x4 in places:
            assert picture.dot(x4, x4) == picture.R**2 and singular(picture.environment(x4))
        pattern = Pattern.of(as_displacements(picture.environment(places[0])))
        assert not len(pattern.permutations) and len(pattern.lost(2)) == 2, "and one condition: singular throughout"
    kinds = list(picture.points())
    assert len(kinds) == 15
    for what, x4 in kinds:
        assert picture.dot(x4, x4) == picture.R**2
        found = exact_filtration(picture.environment(x4), 2)
        assert found["symmetry" if "mirror" in what else "incompleteness"] >= 1
        assert sum(word in what for word in picture.KINDS) == 1
    for _, direction in picture.lines():
        for t in (Fraction(1, 3), -2):
            assert singular(picture.environment([t * c for c in direction])) == 1
        assert singular(picture.on_sphere(direction)) == 1
    for (i, j, k), env in picture.piercings():
        x4, (a, b, c) = env.positions[3], (picture.FIXED[m] for m in (i, j, k))
        assert singular(env) and x4[1] == 0 and picture.dot(a, x4) == picture.dot(b, c)


def test_beside_what_is_drawn_as_singular_it_is_not(picture):
    for i, j, k in picture.CIRCLES:
        x, y, z = picture.circle(i, j, k, count=24)[5]
        assert not singular(picture.environment((x + Fraction(1, 10**6), y, z)))


def test_boxes_of_the_picture(picture):
    draw = random.Random(5)
    sphere, flat = picture.regular_on_sphere(Fraction(1, 6)), picture.regular_in_plane(Fraction(1, 5))
    assert sphere.complete and sphere.regular and flat.complete and flat.regular
    exact = [x for c in picture.CIRCLES for x in picture.circle(*c, count=24)] + [x for _, x in picture.points()]
    for x, y, z in exact:
        p = (x / (picture.R + z), y / (picture.R + z))
        assert picture.Sphere().at(p).positions[3] == (x, y, z)
        assert not any(inside(box, p) for box in sphere.regular)
    half = picture.PLANE
    for t in range(-9, 10):
        p = (half + Fraction(t, 10) * half, half - Fraction(t, 10) * half)
        assert not any(inside(box, p) for box in flat.regular), "x4 parallel to x1 + x2"
    for box in draw.sample(sphere.regular, 60):
        p = [low + (high - low) * Fraction(draw.randint(0, 9), 9) for low, high in box]
        assert not singular(picture.Sphere().at(p))


def test_radii_on_the_sphere(picture):
    sphere, draw = picture.Sphere(), random.Random(2)
    for _ in range(100):
        low = [Fraction(draw.randint(-160, 150), 100) for _ in range(2)]
        box = tuple((x, x + Fraction(draw.randint(1, 40), 100)) for x in low)
        middle = sphere.at([sum(side) / 2 for side in box]).positions[3]
        for _ in range(4):
            p = [a + (b - a) * draw.choice([0, 1, Fraction(1, 3)]) for a, b in box]
            moved = [a - b for a, b in zip(middle, sphere.at(p).positions[3])]
            assert picture.dot(moved, moved) <= sphere.radii(box)[3] ** 2


def test_the_picture_is_drawn(picture, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(picture, "COUNT", 4)
    values = picture.valleys(lambda a, b: (a, Fraction(1), b), picture.PLANE, lambda a, b: True)
    assert values.shape == (4, 4) and (values < 0).all()
    box = ((Fraction(0), Fraction(1)),) * 2
    plain = search.Boxes((), (box,), 2, Fraction(1), True)
    figure = picture.draw(plain, plain, values, values)
    assert [len(axes.get_lines()) > 0 for axes in figure.axes[:2]] == [True, True]
    assert PAGE.with_suffix(".png").stat().st_size < 400_000


def test_decided_looks_at_no_more_boxes_than_asked(picture):
    found = decided(picture.Sphere(), ((Fraction(-1), Fraction(1)),) * 2, 2, Fraction(1, 100), 1)
    assert not found.complete and len(found.undecided) == 2 and not found.regular
