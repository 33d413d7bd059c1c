"""Several environments side by side, seen from one place, with displacements as arrows.

Law: all panels have one scale and one direction of view, so that what differs between them is the environments.
"""

from collections.abc import Sequence

import numpy as np

from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.show.clouds import Cloud
from symsens.show.pictures import new_figure


def figure(panels: Sequence[tuple[str, Environment, Sequence | None]], colour="tab:red"):
    """A matplotlib Figure of environments.

    Parameters
    ----------
    panels : (title, environment, displacement of its neighbours or None) of each panel, all from one view.
    colour : of the arrows; their lengths say nothing.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    clouds = [Cloud.of_moves(Displacements(env)) for _, env, _ in panels]
    moves = [cloud.arrows(np.zeros(3 * env.n) if v is None else v) for cloud, (_, env, v) in zip(clouds, panels)]
    whole = Cloud(*_together(clouds), clouds[0].frame, False)
    view = whole.view_of(np.vstack(moves))
    picture = new_figure(3.2 * len(panels), 3.5)
    places = np.atleast_1d(picture.subplots(1, len(panels)))
    for axes, cloud, arrows, (title, _, _) in zip(places, clouds, moves, panels):
        cloud.draw_arrows(axes, view, title, arrows, colour)
        axes.title.set(color="k", fontsize=11)
    ends = np.array([[axes.get_xlim(), axes.get_ylim()] for axes in places])
    for axes in places:
        axes.set(xlim=(ends[:, 0].min(), ends[:, 0].max()), ylim=(ends[:, 1].min(), ends[:, 1].max()))
    return picture


def _together(clouds):
    """Names, numbers and places of the atoms of all clouds."""
    names = [name for cloud in clouds for name in cloud.names]
    numbers = [number for cloud in clouds for number in cloud.numbers]
    return names, numbers, np.vstack([cloud.places for cloud in clouds])


def on_polygon(cloud: Cloud, m: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """The axes of a picture that looks at the plane of a regular m-gon from above, its pole upright, with one vertex in
    front; and the line along the m-gon that has the neighbours but the pole as vertices.

    Parameters
    ----------
    cloud : of vertices of the polygon around the centre, and one neighbour on the axis across it.
    m : how many vertices the polygon has.
    """
    places = cloud.places[:-1]
    pole = int((np.abs(places @ places.T) < 1e-9).sum(axis=1).argmax())
    up, first = places[pole] / np.linalg.norm(places[pole]), places[1 if pole == 0 else 0]
    second = np.cross(up, first)
    angles = 2 * np.pi * np.arange(m + 1) / m
    line = np.outer(np.cos(angles), first) + np.outer(np.sin(angles), second)
    across, front = (c * first + s * second for c, s in ((0.34, 0.94), (0.94, -0.34)))
    radius = np.linalg.norm(first)
    return np.stack([across / radius, 0.88 * up - 0.47 * front / radius]), line


def polygon_figure(result, m: int = 7):
    """A matplotlib Figure of vertices of a regular m-gon and a pole, with the null vectors beyond rigid motions.

    Parameters
    ----------
    result : symsens.jobs.certification.Result of such an environment.
    m : how many vertices the polygon has.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    found = [(level.name, v) for level in result.filtration.levels if level.name != "rigid" for v in level.vectors]
    cloud = Cloud.of(result)
    view, line = on_polygon(cloud, m)
    picture = new_figure(4.2 * len(found), 4.2)
    for axes, (name, vector) in zip(np.atleast_1d(picture.subplots(1, len(found))), found):
        cloud.draw(axes, view, f"{name}, nu = {result.filtration.nu}", vector, "tab:red")
        draw_line(axes, line @ view.T)
    return picture


def draw_line(axes, flat: np.ndarray) -> None:
    """A line behind the atoms, whole within the picture."""
    axes.plot(*flat.T, color="0.8", linewidth=1.5, zorder=0)
    low, high = axes.get_xlim()
    axes.set_xlim(min(flat[:, 0].min() - 0.1, low), max(flat[:, 0].max() + 0.1, high))
