"""Pictures that only notebooks show: the locus of a triangle, two ladders, a bound along a path, measured spectra."""

import numpy as np
import pytest
from sympy import Symbol

from symsens import Environment, certify, derive
from symsens.numbers.ladder import estimate_ladder, exact_at
from symsens.show import ladders, planes, slopes, spectra

SPEC = "power-spectrum:n_max=2,l_max=2,radial=monomial"
TRIANGLE = derive(SPEC, neighbours=2, jacobian=True, locus=True)


def test_a_form_of_a_derivation_is_evaluated_with_the_first_neighbour_at_one():
    s1, s2, d = Symbol("s_1", positive=True), Symbol("s_2", positive=True), Symbol("d_12", real=True)
    x, y = np.array([[0.5, -2.0]]), np.array([[1.0, 0.25]])
    assert np.allclose(planes.evaluated(s2 - 3 * s1 + d, x, y), x**2 + y**2 - 3 + x)
    assert np.allclose(planes.evaluated(s1 + 1, x, y), [[2.0, 2.0]])


def test_the_smallest_value_vanishes_on_the_proved_lines_and_nowhere_near():
    angle = np.array([[0.3, 1.1, 2.8]])
    on_circle = planes.smallest_values(TRIANGLE, np.cos(angle), np.sin(angle))
    on_line = planes.smallest_values(TRIANGLE, np.array([[0.4, -1.7]]), np.zeros((1, 2)))
    elsewhere = planes.smallest_values(TRIANGLE, 0.8 * np.cos(angle), 0.8 * np.sin(angle))
    assert max(on_circle.max(), on_line.max()) < 1e-14 and elsewhere.min() > 1e-3


def test_the_colours_are_those_of_the_jacobian_of_the_same_closed_form():
    env = Environment(["X"] * 2, [(1, 0, 0), ("1/2", "3/4", 0)], "X")
    values = certify(env, descriptor=SPEC).singular_values
    exact = float((values[2].lower + values[2].upper) / (values[0].lower + values[0].upper))
    assert planes.smallest_values(TRIANGLE, np.array([[0.5]]), np.array([[0.75]]))[0, 0] == pytest.approx(exact)


def test_every_line_of_the_locus_is_named():
    figure = planes.figure(TRIANGLE)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        f"{text}: {meaning}" for text, _, meaning in TRIANGLE.loss
    ]
    assert len(TRIANGLE.loss) == 2 and "units" in figure.axes[0].get_xlabel()


def test_ladders_stand_side_by_side_on_one_scale():
    f1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], "C")
    result = certify(f1, descriptor=SPEC)
    taken = estimate_ladder(exact_at(np.eye(12, dtype=int).tolist()))
    anew = result.ladder()
    left, right = ladders.figure(result, {"anew": anew, "face value": taken}).axes
    assert (left.get_title(), right.get_title()) == ("anew", "face value") and left.get_ylim() == right.get_ylim()
    fallen = [min(line.get_ydata()) < 1e-100 for line in left.lines if len(line.get_xdata()) == 3]
    level = [min(line.get_ydata()) == 1 for line in right.lines if len(line.get_xdata()) == 3]
    assert sum(fallen) == len(anew.exponents) - result.filtration.rank + 1 == 3  # with the dotted line
    assert sum(level) == 12


def test_the_proved_line_has_the_slope_that_is_given():
    places = np.logspace(-3, 0, 4)
    (axes,) = slopes.figure(places, places / 10, "1/72", "t (Angstrom)").axes
    bound, crosses = axes.lines
    assert np.allclose(bound.get_ydata() / bound.get_xdata(), 1 / 72) and np.allclose(crosses.get_ydata(), places / 10)
    assert axes.get_xlabel() == "t (Angstrom)" and "(1/72) t" in bound.get_label()


def test_measured_values_are_drawn_over_the_largest_and_zeros_at_the_floor():
    (axes,) = spectra.figure({"one": [4.0, 2.0, 0.0], "two": [1.0, 1e-9, 1e-9]}, 2, "F1").axes
    one, two, rank = axes.lines
    assert list(one.get_ydata()) == [1.0, 0.5, spectra.FLOOR] and list(two.get_ydata()) == [1.0, 1e-9, 1e-9]
    assert rank.get_xdata()[0] == 2.5 and axes.get_title() == "F1"
