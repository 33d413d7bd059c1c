"""Where a fourth neighbour makes every three-body descriptor blind: ``python docs/fourth_neighbour.py`` rewrites
fourth_neighbour.png (three minutes).

Three hydrogen atoms of a distorted methane stay where they are, 1.09 Angstrom from the carbon; the place of the fourth
has three parameters. Behind is what NumPy says of a float64 Jacobian of a power spectrum. On top is what is proved.

Of `circle`, `points`, `lines` and `piercings` each place is exact and singular. The circles and the lines are so
throughout: on a circle two changes of dot products are invisible (gap 2), and of two the neighbours, which span space,
can make one; on a line one is, and they can make it (Theorem dual). The boxes of `regular_on_sphere` and
`regular_in_plane` that are regular hold no singular environment (Lemma clearance).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import isqrt
from pathlib import Path

import numpy as np

from symsens import Environment, InputError, descriptor
from symsens.forms.jacobian import float_jacobian
from symsens.numbers.declared import number_field
from symsens.search.boxes import Affine, Boxes, decided

R = Fraction(109, 100)  # Angstrom
FIXED = [tuple(R * Fraction(c, q) for c in x) for x, q in (((4, 8, -1), 9), ((1, -8, -4), 9), ((-12, 0, -5), 13))]
SPEC = "power-spectrum:n_max=4,l_max=6,cutoff=3"
MAP = Fraction(17, 10)  # tan of half the polar angle at the rim of the map, 119 degrees
PLANE = Fraction(8, 5)  # Angstrom
CIRCLES = [(0, 1, 2), (1, 0, 2), (2, 0, 1)]


def environment(x4, field=None) -> Environment:
    """The three fixed neighbours and a fourth."""
    return Environment(["H"] * 4, [*FIXED, tuple(x4)], "C", **({"field": field} if field else {}))


def dot(u, v):
    return sum(a * b for a, b in zip(u, v))


def cross(u, v):
    return (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])


def combined(*terms):
    return tuple(sum(c * x[i] for c, x in terms) for i in range(3))


def mirrored(u, n):
    """u, mirrored in the plane through the centre across n."""
    return combined((1, u), (-2 * dot(u, n) / dot(n, n), n))


def turned(u, axis, t):
    """u, turned about an axis by 2 atan(t |axis|)."""
    w = cross(axis, u)
    s = t * t * dot(axis, axis)
    return combined(((1 - s) / (1 + s), u), (2 * t / (1 + s), w), (2 * t * t * dot(axis, u) / (1 + s), axis))


def circle(i: int, j: int, k: int, count: int = 120) -> list[tuple]:
    """Rational points with |x4| = R and x_i.x4 = x_j.x_k, in order around x_i."""
    start = mirrored(FIXED[k], combined((1, FIXED[i]), (-1, FIXED[j])))  # the mirror swaps x_i and x_j
    angles = np.pi * (2 * np.arange(count) + 1 - count) / count
    steps = [Fraction(np.tan(a / 2)).limit_denominator(10_000) / R for a in angles]
    return [turned(start, FIXED[i], t) for t in steps]


def points() -> Iterator[tuple[str, tuple]]:
    """Rational points of the sphere |x4| = R off the circles: (what is there, x4)."""
    for i, j, k in permutations(range(3)):
        a, b, c = FIXED[i], FIXED[j], FIXED[k]
        yield f"x{i + 1} parallel to x{j + 1} + x4", combined((2 * dot(a, b) / dot(a, a), a), (-1, b))
        n = cross(b, c)
        across = cross(n, combined((1, a), (-dot(a, n) / dot(n, n), n)))  # in the plane of b and c, across a
        yield f"x{j + 1}, x{k + 1}, x4 coplanar and x{i + 1}.x4 = x{i + 1}.x{j + 1}", mirrored(b, across)
        if i < j:
            yield f"x4 is the mirror image of x{k + 1}", mirrored(c, cross(a, b))


def lines() -> Iterator[tuple[str, tuple]]:
    """Directions of the lines x4 = t (x_i + x_j) on which all is singular."""
    for i, j, _ in CIRCLES[::-1]:
        i, j = sorted({0, 1, 2} - {i})
        yield f"x4 parallel to x{i + 1} + x{j + 1}", combined((1, FIXED[i]), (1, FIXED[j]))


def with_root(q: Fraction):
    """(a field, the square root of q > 0 in it); the field is None for the rationals."""
    m = q.numerator * q.denominator
    if isqrt(m) ** 2 == m:
        return None, Fraction(isqrt(m), q.denominator)
    field = number_field(f"QQ<sqrt({m})>")
    return field, field.parse(f"sqrt({m})") / q.denominator


def on_sphere(direction) -> Environment:
    """The fourth neighbour at distance R in a direction, over a field that holds it."""
    field, root = with_root(R**2 / dot(direction, direction))
    return environment([c * root for c in direction], field)


def piercings() -> Iterator[tuple[tuple[int, int, int], Environment]]:
    """Where the circles pierce the plane y = 0: (circle, environment), over a field that holds it."""
    for i, j, k in CIRCLES:
        a, _, c = FIXED[i]
        norm, height = a * a + c * c, dot(FIXED[j], FIXED[k])
        if (q := (R**2 - height**2 / norm) / norm) > 0:
            field, root = with_root(q)
            for s in (root, -root):
                yield (i, j, k), environment((height / norm * a - s * c, Fraction(0), height / norm * c + s * a), field)


@dataclass(frozen=True)
class Sphere:
    """x4 on the sphere |x4| = R, by its stereographic map from the south pole."""

    def at(self, p) -> Environment:
        """The environment at a point of the map."""
        a, b = p
        s = a * a + b * b
        return environment((2 * R * a / (1 + s), 2 * R * b / (1 + s), R * (1 - s) / (1 + s)))

    def radii(self, box) -> tuple[Fraction, ...]:
        """The map is conformal, a length being multiplied by 2 R / (1 + |p|^2)."""
        least = sum(min(low * low, high * high) if low * high > 0 else 0 for low, high in box)
        half = sum(((high - low) / 2) ** 2 for low, high in box)
        return (Fraction(0),) * 3 + (2 * R / (1 + least) * Fraction(float(half) ** 0.5) * (1 + Fraction(1, 2**40)),)


def on_map(x4) -> tuple[float, float]:
    x, y, z = (float(c) for c in x4)
    return x / (float(R) + z), y / (float(R) + z)


def regular_on_sphere(smallest: Fraction = Fraction(1, 60), most: int = 100_000) -> Boxes:
    """Boxes of the map of the sphere."""
    return decided(Sphere(), ((-MAP, MAP),) * 2, 2, smallest, most)


def regular_in_plane(smallest: Fraction = Fraction(1, 40), most: int = 100_000) -> Boxes:
    """Boxes of the plane y = 0, in Angstrom from its lower left corner."""
    still = ((Fraction(0),) * 3,) * 3
    corner = environment((-PLANE, Fraction(0), -PLANE))
    plane = Affine(corner, ((*still, (1, 0, 0)), (*still, (0, 0, 1))))
    return decided(plane, ((Fraction(0), 2 * PLANE),) * 2, 2, smallest, most)


def smallest_singular_value(x4) -> float:
    """The ninth singular value, beyond which there are the three of rotations."""
    try:
        return float(np.linalg.svd(float_jacobian(environment(x4), descriptor(SPEC)), compute_uv=False)[8])
    except InputError:  # two atoms meet
        return float("nan")


# The picture.

RED, HALO = "#d7191c", {"linewidth": 3.2, "color": "white"}
KINDS = {  # of isolated points: a word of their description, marker, size, label
    "parallel to x": ("^", 8, r"$x_i \parallel x_j + x_4$"),
    "coplanar": ("o", 7, r"$x_i \cdot x_4 = x_i \cdot x_j$, coplanar"),
    "mirror": ("s", 7, "mirror symmetry"),
}
LABELS = {(0, 1, 2): ((-0.76, 0.6), -24), (1, 0, 2): ((-0.82, 0.98), 0), (2, 0, 1): ((1.08, 0.22), 0)}
COUNT = 240  # points along a side of a panel


def valleys(place, half: Fraction, inside) -> np.ndarray:
    """(COUNT, COUNT) log10 of the smallest singular value over a square; rows are the second parameter."""
    ticks = [half * Fraction(2 * i + 1 - COUNT, COUNT) for i in range(COUNT)]
    found = [[smallest_singular_value(place(a, b)) if inside(a, b) else np.nan for a in ticks] for b in ticks]
    return np.log10(np.array(found))


def background(axes, half: float, values, colours):
    """The estimates as colours."""
    return axes.imshow(values, origin="lower", extent=(-half, half) * 2, vmin=-4, vmax=-0.5, cmap=colours)


def shade(axes, boxes: Boxes, shift: float = 0.0) -> None:
    """Undecided boxes in pale; all else is proved regular."""
    from matplotlib.collections import PolyCollection

    corners = [[(a, c), (b, c), (b, d), (a, d)] for (a, b), (c, d) in boxes.undecided]
    axes.add_collection(PolyCollection(np.array(corners, float) - shift, facecolor="white", alpha=0.6, linewidth=0))


def mark(axes, at, marker: str, size: float) -> None:
    axes.plot(*at, marker, color=RED, markersize=size, markeredgecolor="white", zorder=6)


def write(axes, at, text: str, **options) -> None:
    from matplotlib.patheffects import withStroke

    look = {"ha": "center", "va": "center", "fontsize": 13, "color": "black", "zorder": 8}
    axes.text(*at, text, path_effects=[withStroke(linewidth=3, foreground="white")], **(look | options))


def draw_map(axes, boxes: Boxes, values, colours):
    """The sphere |x4| = R."""
    half = float(MAP)
    angle = np.linspace(0, 2 * np.pi, 361)
    edge = half * np.array([np.cos(angle), np.sin(angle)])
    image = background(axes, half, values, colours)
    (disc,) = axes.fill(*edge, facecolor="none", edgecolor="0.3")
    image.set_clip_path(disc)
    shade(axes, boxes)
    axes.collections[-1].set_clip_path(disc)
    for i, j, k in CIRCLES:
        places = np.array([on_map(x) for x in circle(i, j, k)])
        for look in (HALO, {"linewidth": 1.8, "color": RED}):
            for line in axes.plot(*places.T, **look):
                line.set_clip_path(disc)
    for what, x4 in points():
        marker, size, _ = next(look for word, look in KINDS.items() if word in what)
        if np.hypot(*on_map(x4)) < half:
            mark(axes, on_map(x4), marker, size)
    for _, direction in lines():
        for sign in (1, -1):
            at = on_map(on_sphere(combined((sign, direction))).positions[3])
            if np.hypot(*at) < half:
                mark(axes, at, "*", 13)
    for k, x in enumerate(FIXED):
        write(axes, on_map(x), f"$x_{k + 1}$", fontsize=15)
    for (i, j, k), (at, turn) in LABELS.items():
        text = rf"$x_{i + 1} \!\cdot x_4 = x_{j + 1} \!\cdot x_{k + 1}$"
        write(axes, at, text, color=RED, rotation=turn, fontsize=12)
    for polar in (30, 60, 90):
        radius = np.tan(np.radians(polar) / 2)
        axes.plot(*(edge / half * radius), ":", color="0.25", linewidth=0.8)
        write(axes, (-radius * np.sin(0.12), -radius * np.cos(0.12)), f"{polar}°", fontsize=10)
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal", xticks=[], yticks=[])
    axes.set_frame_on(False)
    axes.set_xlabel("stereographic map; dotted: polar angle", fontsize=13)
    return image


def draw_plane(axes, boxes: Boxes, values, colours) -> None:
    """The plane y = 0 through the carbon atom, neighbour 3 and x1 + x2."""
    half, angle = float(PLANE), np.linspace(0, 2 * np.pi, 361)
    background(axes, half, values, colours)
    shade(axes, boxes, half)
    axes.plot(float(R) * np.cos(angle), float(R) * np.sin(angle), "--", color="0.25", linewidth=1)
    (direction,) = (x for _, x in lines() if x[1] == 0)
    ends = np.array([[float(direction[c]) / abs(float(direction[0])) * s * half for s in (1, -1)] for c in (0, 2)])
    for look in (HALO, {"linewidth": 1.8, "color": RED}):
        axes.plot(*ends, **look)
    for _, env in piercings():
        mark(axes, [float(env.positions[3][c]) for c in (0, 2)], "D", 7)
    write(axes, (0, 0), "C")
    write(axes, [float(FIXED[2][c]) for c in (0, 2)], "$x_3$", fontsize=15)
    write(axes, (0.75, -0.98), r"$x_4 \parallel x_1 + x_2$", color=RED, rotation=-45)
    write(axes, (-0.66, -1.08), r"$|x_4| = 1.09$ Å", rotation=-35, fontsize=12)
    axes.set(xlim=(-half, half), ylim=(-half, half), aspect="equal", xticks=range(-1, 2), yticks=range(-1, 2))
    axes.set_xlabel("x (Å)", fontsize=13)
    axes.set_ylabel("z (Å)", fontsize=13)
    axes.tick_params(labelsize=12)


def legend(figure) -> None:
    """What the marks mean, in words."""
    from matplotlib.lines import Line2D

    marks = [*KINDS.values(), ("*", 13, r"lines $x_4 \parallel x_i + x_j$"), ("D", 7, "circles through the plane")]
    look = {"color": RED, "markeredgecolor": "white", "linestyle": ""}
    names = [Line2D([], [], color=RED, linewidth=1.8, label=r"circles $x_i \cdot x_4 = x_j \cdot x_k$")]
    names += [Line2D([], [], marker=marker, markersize=size, label=text, **look) for marker, size, text in marks]
    title = "red: proved singular for every three-body descriptor     pale: undecided     all else: proved regular"
    figure.legend(
        handles=names, title=title, loc="outside lower center", ncols=3, fontsize=13, title_fontsize=13, frameon=False
    )


def draw(spherical: Boxes, flat: Boxes, on_the_sphere, in_the_plane):
    """The figure: a map of the sphere, a plane through it, one scale of colours."""
    from matplotlib import colormaps

    from symsens.show.pictures import new_figure

    colours = colormaps["viridis"].resampled(56)  # steps of 1/16, for a smaller file
    figure = new_figure(12.0, 6.7)
    first, second = figure.subplots(1, 2)
    image = draw_map(first, spherical, on_the_sphere, colours)
    draw_plane(second, flat, in_the_plane, colours)
    bar = figure.colorbar(image, ax=[first, second], shrink=0.8, extend="min")
    bar.set_label(r"$\log_{10}$ smallest singular value (NumPy, float64)", fontsize=13)
    bar.ax.tick_params(labelsize=12)
    first.set_title("fourth neighbour on the sphere $|x_4|$ = 1.09 Å", fontsize=15)
    second.set_title("fourth neighbour in a plane through the centre", fontsize=15)
    legend(figure)
    return figure


def main() -> None:
    """Prove, estimate, draw."""
    sphere = Sphere()
    rim = MAP**2 * Fraction(21, 20)
    on_the_sphere = valleys(lambda a, b: sphere.at((a, b)).positions[3], MAP, lambda a, b: a * a + b * b <= rim)
    in_the_plane = valleys(lambda a, b: (a, Fraction(0), b), PLANE, lambda a, b: True)
    figure = draw(regular_on_sphere(), regular_in_plane(), on_the_sphere, in_the_plane)
    figure.savefig(Path(__file__).parent / "fourth_neighbour.png", dpi=90)


if __name__ == "__main__":
    main()
