"""A missing direction in words and in a picture: which pair of atoms couples how.

Each pair of atoms has axes of its own. At a site: radial, away from the centre; tangential, towards the other atom;
normal to the plane of both. In a molecule: along their line, across it towards the middle of the molecule, and normal
to that. Pairs that symmetry makes equal are named once. Numbers are floats, the largest entry of the form being 1.

Law: estimates, with the sign of one; the exact form is in the report.
"""

from itertools import product
from textwrap import fill

import numpy as np

from symsens.errors import InputError
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.displacements import Displacements
from symsens.rows.curvatures import Curvatures
from symsens.show.clouds import ARROW, Cloud
from symsens.show.pictures import new_figure
from symsens.show.tables import image

SMALL = 1e-7  # entries below this are zero but for rounding
SHOWN = 3  # kinds of pairs that are named, and entries of each
PANELS = 6
AT_SITES, ALONG = ("radial", "tangential", "normal"), ("along their line", "across", "normal")
LINES = ("tab:blue", "tab:orange", "tab:green", "tab:purple", "tab:brown", "tab:pink", "tab:olive", "tab:cyan")


def _places(found: Curvatures) -> np.ndarray:
    """Cartesian positions of the nodes, about the centre or the middle."""
    about = found.moves.subject
    x = to_cartesian(about.metric, about.positions)
    return x if isinstance(found.moves, Displacements) else x - x.mean(axis=0)


def _name(found: Curvatures, j: int) -> str:
    about = found.moves.subject
    if not isinstance(found.moves, Displacements):
        return f"{about.species[j]}{j}"
    return f"{about.species[j]}{about.atoms[j]}{image(about, j)}"


def kinds(found: Curvatures, constants: np.ndarray) -> list[list[tuple[int, int]]]:
    """Pairs of nodes that a form couples, those together that symmetry makes equal, the strongest first."""
    size = lambda orbit: round(np.abs(constants[orbit[0]]).max(), 9)
    coupled = [[(j, k) for j, k in orbit if j <= k] for orbit in found.space.orbits if size(orbit) > SMALL]
    return sorted(coupled, key=size, reverse=True)


def _axes(places: np.ndarray, j: int, k: int, at_site: bool) -> tuple[np.ndarray, np.ndarray]:
    """Rows: the axes at j, and those at k."""
    x, z = places[j], places[k]
    if at_site or j == k:
        first, second, other = x, z, z
    else:
        first = second = z - x
        other = -(x + z) / 2
    unit = lambda v: v / np.linalg.norm(v) if np.linalg.norm(v) > 1e-9 else np.array([0.0, 0.0, 1.0])
    r, q = unit(first), unit(second)
    normal = np.cross(r, other)
    if np.linalg.norm(normal) < 1e-6 * (1 + np.linalg.norm(other)):
        normal = np.cross(r, np.eye(3)[np.argmin(np.abs(r))])
    normal = unit(normal)
    t = np.cross(normal, r)  # towards the other atom
    s = t if abs(abs(r @ q) - 1) < 1e-9 else -np.cross(normal, q)
    return np.array([r, t, normal]), np.array([q, s, normal])


def _entries(found: Curvatures, constants: np.ndarray, j: int, k: int) -> list[tuple[float, int, int]]:
    """(value, axis at j, axis at k), the largest first; of (a, b) and (b, a) one where they are equal."""
    at_j, at_k = _axes(_places(found), j, k, isinstance(found.moves, Displacements))
    block = at_j @ constants[j, k] @ at_k.T
    both = np.abs(block - block.T).max() < SMALL
    pairs = [(a, b) for a, b in product(range(3), repeat=2) if abs(block[a, b]) > SMALL and (a <= b or not both)]
    return sorted(((float(block[a, b]), a, b) for a, b in pairs), key=lambda e: (-round(abs(e[0]), 6), e[1:]))


def _how(found: Curvatures, constants: np.ndarray, j: int, k: int) -> str:
    axes = AT_SITES if isinstance(found.moves, Displacements) else ALONG
    if j == k:
        axes = AT_SITES
    entries = _entries(found, constants, j, k)
    said = [f"{axes[a]} with {axes[b]} ≈ {value:+.2f}" for value, a, b in entries[: 2 * SHOWN]]
    return ", ".join(said) + (", ..." if len(entries) > 2 * SHOWN else "")


def _where(found: Curvatures, j: int, k: int) -> str:
    if j == k:
        return f"{_name(found, j)} with itself"
    x = _places(found)
    both = f"{_name(found, j)} with {_name(found, k)}"
    if isinstance(found.moves, Displacements):
        cosine = x[j] @ x[k] / np.linalg.norm(x[j]) / np.linalg.norm(x[k])
        return f"{both}, ≈ {np.degrees(np.arccos(np.clip(cosine, -1, 1))):.4g} degrees apart"
    return f"{both}, ≈ {np.linalg.norm(x[j] - x[k]):.4g} Angstrom apart"


def _short(found: Curvatures, j: int, k: int) -> str:
    """A kind of pairs in a legend."""
    return (
        _where(found, j, k).partition("≈ ")[2].replace(" apart", "").replace(" degrees", "°").replace("Angstrom", "Å")
    )


def describe(found: Curvatures, force) -> str:
    """What a missing direction couples, in words.

    Parameters
    ----------
    force : its arrays, `symsens.jobs.curvatures.Force`.
    """
    parts, every = [], kinds(found, force.constants)
    for orbit in every[:SHOWN]:
        j, k = orbit[0]
        like = f" ({len(orbit)} such {'atoms' if j == k else 'pairs'})" if len(orbit) > 1 else ""
        parts.append(f"{_where(found, j, k)}{like}: {_how(found, force.constants, j, k)}")
    rest = len(every) - SHOWN
    more = [f"and {rest} more kind{'s' if rest > 1 else ''} of pairs"] if rest > 0 else []
    pushed = [j for j, g in enumerate(force.gradient) if np.abs(g).max() > SMALL]
    if pushed:
        more.append(f"with forces on {', '.join(_name(found, j) for j in pushed)}")
    return "; ".join([*parts, *more])


def figure(result):
    """A matplotlib Figure of up to six missing directions: lines join the pairs that one couples, one colour for each
    kind; arrows show at one pair of the strongest kind which displacements it couples most.

    Raises
    ------
    InputError
        matplotlib is missing, or nothing is missing.
    """
    found, forces = result.curvatures, result.forces[:PANELS]
    if not forces:
        raise InputError(f"{found.moves.where}: nothing is missing, so there is nothing to draw")
    rows, columns = -(-len(forces) // 3), min(len(forces), 3)
    width = max(3.6 * columns, 5.0)
    picture = new_figure(width, 3.6 * rows + 0.9)
    cloud = Cloud.of_moves(found.moves)
    drawn = [_strongest(found, cloud, force) for force in forces]
    view = _view(cloud, drawn)
    for i, (force, moves) in enumerate(zip(forces, drawn)):
        axes = picture.add_subplot(rows, columns, i + 1)
        flat = cloud.places @ view.T
        every = kinds(found, force.constants)
        for orbit, colour in zip(every, LINES):
            for place, (j, k) in enumerate(orbit):
                if j != k:
                    look = (
                        {"linewidth": 2.6, "zorder": 9}
                        if place == 0
                        else {"linewidth": 0.9, "alpha": 0.55, "zorder": 1}
                    )
                    axes.plot(*flat[[j, k]].T, color=colour, label=None if place else _short(found, j, k), **look)
        cloud.draw_arrows(axes, view, f"missing {i + 1}", moves, "tab:red", bonded=False)
        if any(j != k for orbit in every for j, k in orbit):
            axes.legend(fontsize=6.5, loc="upper center", bbox_to_anchor=(0.5, 0.02), ncols=3, frameon=False)
    shown = len(forces) if len(forces) == len(result.forces) else f"{len(forces)} of {len(result.forces)}"
    head = f"{found.moves.where}: symmetry allows {found.allowed}, order nu = {found.nu} reaches {found.reached}"
    picture.suptitle(fill(head, int(11 * width)), fontsize=10)
    foot = (
        f"missing force constants, {shown} shown: lines join atoms that are coupled, a thick one stands for its kind; "
    )
    foot += "arrows are the displacements that the strongest pair, or atom, couples most"
    picture.supxlabel(fill(foot, int(14 * width)), fontsize=8, color="0.35")
    return picture


def _strongest(found: Curvatures, cloud: Cloud, force) -> np.ndarray:
    """Arrows at the two atoms of one pair of the strongest kind: the first singular vectors of its block."""
    moves = np.zeros((len(cloud.places), 3))
    every = kinds(found, force.constants)
    if every:
        j, k = every[0][0]
        left, _, right = np.linalg.svd(force.constants[j, k])
        length = ARROW * cloud.size
        moves[j] += length * left[:, 0]
        moves[k] += length * right[0] if j != k else 0
    return moves


def _view(cloud: Cloud, drawn: list[np.ndarray]) -> np.ndarray:
    """Where arrows are seen from."""
    inverse = np.linalg.inv(cloud.frame)
    moving = slice(None, -1) if cloud.fixed else slice(None)
    return cloud.view([(moves[moving] @ inverse.T).ravel() for moves in drawn])
