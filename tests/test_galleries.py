"""Pictures that notebooks show: environments side by side in one view, a polygon with a pole, ranks by l_max."""

import numpy as np
import pytest

from symsens import Environment, basis, certify
from symsens.geometry.displacements import Displacements
from symsens.geometry.families import half_turn_pair, polygon_and_pole
from symsens.show import galleries, nullities
from symsens.show.clouds import Cloud

PAIR = half_turn_pair((5, 0, 1), (3, 4, -2), (0, 0, 1), 6, "4/5")


def test_panels_have_one_view_and_one_scale():
    panels = [("first", PAIR.first, None), ("second", PAIR.second, [0] * 10 + [1, 0])]
    first, second = galleries.figure(panels).axes
    assert first.get_xlim() == second.get_xlim() and first.get_ylim() == second.get_ylim()
    places = [np.array([c.get_offsets()[0] for c in axes.collections]) for axes in (first, second)]
    moved = np.linalg.norm(places[0] - places[1], axis=1) > 1e-9
    assert len(places[0]) == 6 and moved.tolist() == [False] * 3 + [True] + [False] * 2  # four, the centre, its cross
    arrows = [
        sum(a.arrow_patch is not None for a in axes.texts if hasattr(a, "arrow_patch")) for axes in (first, second)
    ]
    assert arrows == [0, 1]


@pytest.mark.parametrize("m, vertices", [(7, (0, 1, 2, 4)), (5, (0, 2, 3))])
def test_the_line_along_a_polygon_goes_through_the_neighbours(m, vertices):
    env = polygon_and_pole(m, vertices)
    cloud = Cloud.of_moves(Displacements(env))
    view, line = galleries.on_polygon(cloud, m)
    near = [min(np.linalg.norm(line - place, axis=1)) < 1e-9 for place in cloud.places]
    assert near == [True] * len(vertices) + [False, False] and len(line) == m + 1
    assert np.allclose(view @ view.T, np.eye(2), atol=0.01)
    wrong = galleries.on_polygon(cloud, m + 1)[1]
    assert not all(min(np.linalg.norm(wrong - place, axis=1)) < 1e-9 for place in cloud.places[: len(vertices)])


def test_a_polygon_shows_each_null_vector_and_its_order():
    env = polygon_and_pole(7, (0, 1, 2, 4))
    titles = [axes.get_title() for axes in galleries.polygon_figure(certify(env, nu=2)).axes]
    assert titles == ["incompleteness, nu = 2"] * 4
    assert len(galleries.polygon_figure(certify(env, nu=3)).axes) == 1


def test_the_lines_of_nullities_are_the_exact_ranks_and_end_where_the_angle_loses_nothing():
    x = [("0", "4/5", "-3/5"), ("3/5", "0", "4/5"), ("-2/3", "1/3", "2/3")]
    found = {n: basis(Environment(["H"] * n, x[:n], "C")) for n in (2, 3)}
    (axes,) = nullities.figure({f"n = {n}": size for n, size in found.items()}, "on a sphere").axes
    shown = [line.get_ydata() for line in axes.lines if line.get_label().startswith("n =")]
    assert [tuple(map(int, y)) for y in shown] == [size.nullity_by_l_max for size in found.values()]
    assert [y[-1] for y in shown] == [size.complete for size in found.values()] and axes.get_title() == "on a sphere"
    assert axes.get_xlabel() == "l_max" and "invisible" in axes.get_ylabel()
