"""Atoms of an environment seen from where they hide each other least, with a displacement as arrows.

Law: an orthographic projection on to the plane of the picture; bonds are drawn for the eye (covalent radii) and mean
nothing.
"""

from dataclasses import dataclass

import numpy as np

from symsens.forms.arithmetics import floating
from symsens.forms.seeds import cartesian_frame, cartesian_positions
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.displacements import Displacements, tied_atoms
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.show.tables import image

VIEWS = 400  # directions that are tried
BOND = 1.25  # over the sum of the covalent radii
MANY = 12  # atoms; of more than these only those that move are named, and the centre
ARROW = 0.45  # length of the longest arrow over the radius of the cloud


@dataclass(frozen=True, eq=False)
class Cloud:
    """The atoms of an environment.

    Attributes
    ----------
    names, numbers, places : labels, atomic numbers and Cartesian positions, the fixed centre last if it is one.
    frame : from frame coordinates of displacements to Cartesian ones.
    fixed : whether the last atom does not move.
    """

    names: list[str]
    numbers: list[int]
    places: np.ndarray
    frame: np.ndarray
    fixed: bool

    @classmethod
    def of(cls, result) -> "Cloud":
        """The atoms that move in a result, and its centre."""
        return cls.of_moves(result.filtration.moves)

    @classmethod
    def of_moves(cls, moves: Displacements | StructureDisplacements) -> "Cloud":
        """The atoms that move, and a fixed centre."""
        from ase.data import atomic_numbers

        if isinstance(moves, StructureDisplacements):
            molecule = moves.structure
            frame = np.array(cartesian_frame(molecule, floating()), dtype=float)
            numbers = [atomic_numbers.get(z, 0) for z in molecule.species]
            labels = [f"{z}{atom}" for atom, z in enumerate(molecule.species)]
            return cls(labels, numbers, to_cartesian(molecule.metric, molecule.positions), frame, False)
        env = moves.environment
        x = np.array(cartesian_positions(env, floating()), dtype=float).reshape(-1, 3)
        fixed = moves.variables is None
        if fixed:
            atoms = [
                (z, f"{z}{atom}{image(env, j)}", y) for j, (z, atom, y) in enumerate(zip(env.species, env.atoms, x))
            ]
            atoms.append((env.centre_species, f"{env.centre_species}{env.centre}", np.zeros(3)))
        else:
            place = {env.centre: (env.centre_species, np.zeros(3))}
            place = place | {atom: (z, y) for atom, z, y in reversed(list(zip(env.atoms, env.species, x)))}
            atoms = [(place[a][0], f"{place[a][0]}{a}", place[a][1]) for a in tied_atoms(env)]
        kinds, names, places = zip(*atoms)
        numbers = [atomic_numbers.get(kind, 0) for kind in kinds]
        frame = np.array(cartesian_frame(env, floating()), dtype=float)
        return cls(list(names), numbers, np.array(places), frame, fixed)

    @property
    def size(self) -> float:
        """The radius of the cloud."""
        return float(np.linalg.norm(self.places - self.places.mean(axis=0), axis=1).max(initial=0.0)) or 1.0

    def arrows(self, vector) -> np.ndarray:
        """The displacements of all atoms in the picture, the longest of a fixed length."""
        moves = np.array([float(c) for c in vector]).reshape(-1, 3) @ self.frame.T
        moves = np.vstack([moves, np.zeros((int(self.fixed), 3))])
        return moves * (ARROW * self.size / (np.linalg.norm(moves, axis=1).max(initial=0.0) or 1.0))

    def view(self, vectors) -> np.ndarray:
        """(2, 3) the axes of a picture: atoms and tips of arrows far apart, arrows long, those of every vector."""
        return self.view_of(*(self.arrows(vector) for vector in vectors))

    def view_of(self, *moves: np.ndarray) -> np.ndarray:
        """The same for arrows of all atoms as they are drawn."""
        return max(directions(), key=lambda axes: min(self._quality(axes, found) for found in moves))

    def _quality(self, axes, moves) -> float:
        moving = np.linalg.norm(moves, axis=1) > 1e-9
        flat = np.vstack([self.places, (self.places + moves)[moving]]) @ axes.T
        apart = np.linalg.norm(flat[:, None] - flat[None], axis=2) / self.size + 9 * np.eye(len(flat))
        length = np.linalg.norm(moves[moving] @ axes.T, axis=1) / np.linalg.norm(moves[moving], axis=1)
        crowd = apart.min(axis=1).clip(max=1).mean()
        return round(float(min(apart.min(), 0.4) + min(length.min(initial=1.0), 0.6) + 0.2 * crowd), 9)

    def bonds(self) -> list[tuple[int, int]]:
        """Pairs of atoms that are drawn as bonded; without any, all neighbours to the centre."""
        from ase.data import covalent_radii

        radii = covalent_radii[self.numbers]
        distance = np.linalg.norm(self.places[:, None] - self.places[None], axis=2)
        near = np.triu(distance < BOND * (radii[:, None] + radii[None]), 1)
        return list(map(tuple, np.argwhere(near).tolist()))

    def draw(self, axes, view, level: str, vector, colour) -> None:
        """One null vector on two-dimensional axes: what is nearer to the eye covers what is farther, labels on top."""
        self.draw_arrows(axes, view, level.replace("_", " "), self.arrows(vector), colour)

    def draw_arrows(self, axes, view, name: str, moves: np.ndarray, colour, bonded: bool = True) -> None:
        """The same, with the arrows of all atoms in the picture as they are drawn, and a title; without bonds, all
        neighbours are joined to a fixed centre."""
        from ase.data import covalent_radii
        from ase.data.colors import jmol_colors

        moving = np.linalg.norm(moves, axis=1) > 1e-9
        flat, tips = self.places @ view.T, (self.places + moves) @ view.T
        depth = self.places @ np.cross(*view)
        order = {int(i): 10.0 + rank for rank, i in enumerate(np.argsort(depth))}
        bonds, style = self.bonds() if bonded else [], {"color": "0.6", "linewidth": 2.0, "solid_capstyle": "round"}
        if not bonds and self.fixed:
            bonds, style = [(i, len(flat) - 1) for i in range(len(flat) - 1)], {"color": "0.8", "linestyle": ":"}
        for i, j in bonds:
            axes.plot(*flat[[i, j]].T, zorder=min(order[i], order[j]) - 0.5, **style)
        for i, number in enumerate(self.numbers):
            look = {"s": 60 + 130 * covalent_radii[number], "color": jmol_colors[number], "edgecolors": "k"}
            axes.scatter(*flat[i], linewidths=0.6, zorder=order[i], **look)
            if self.fixed and i == len(flat) - 1:
                axes.scatter(*flat[i], s=25, marker="x", color="k", zorder=order[i] + 0.1)
        for i in np.flatnonzero(moving):
            look = {"arrowstyle": "-|>", "color": colour, "lw": 2, "mutation_scale": 12, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", tips[i], flat[i], arrowprops=look, zorder=100)
        box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.7}
        for i, at in enumerate(self._beside(flat, tips, bonds)):
            if len(flat) <= MANY or moving[i] or i == len(flat) - 1:
                look = {"textcoords": "offset points", "fontsize": 7, "ha": "center", "va": "center", "bbox": box}
                axes.annotate(self.names[i], flat[i], at, zorder=200, **look)
        axes.set_title(name, fontsize=9, color=colour, pad=8)
        ends = np.vstack([flat, tips])
        middle, half = (ends.max(axis=0) + ends.min(axis=0)) / 2, 0.62 * (np.ptp(ends, axis=0).max() or 1.0)
        axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half), aspect="equal")
        axes.set_axis_off()

    def _beside(self, flat, tips, bonds):
        """Offsets of the labels in points: where atoms, bonds and arrows are farthest."""
        ends = np.array([(flat[i], flat[j]) for i, j in bonds] + list(zip(flat, tips)))
        taken = np.vstack([flat, *(ends[:, 0] * (1 - t) + ends[:, 1] * t for t in np.linspace(0.1, 1.0, 10))])
        angles = np.linspace(0, 2 * np.pi, 16, endpoint=False)
        for name, place in zip(self.names, flat):
            aside = np.array([np.cos(angles), np.sin(angles)]).T
            free = [np.linalg.norm(taken - (place + 0.28 * self.size * d), axis=1).min() for d in aside]
            chosen = aside[int(np.argmax(np.round(free, 6)))]
            yield (8.0 + 2.2 * len(name)) * chosen[0], 13.0 * chosen[1]


def directions():
    """Axes (2, 3) of pictures seen from points spread evenly over half a sphere, upright where that means something."""
    for k in range(VIEWS):
        height = (k + 0.5) / VIEWS
        turn, flat = np.pi * (3 - np.sqrt(5)) * k, np.sqrt(1 - height**2)
        eye = np.array([flat * np.cos(turn), flat * np.sin(turn), height])
        up = np.array([0.0, 0.0, 1.0]) if flat > 0.1 else np.array([0.0, 1.0, 0.0])
        right = np.cross(up, eye)
        right /= np.linalg.norm(right)
        yield np.array([right, np.cross(eye, right)])
