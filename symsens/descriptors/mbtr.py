"""The many-body tensor representation of a structure, and its local form."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement

from sympy import Expr, Integer, Rational, acos, erf, exp, expand, log, pi, sqrt

from symsens.descriptors.base import TupleSum, guard
from symsens.errors import SpecError
from symsens.forms.blocks import Block, Condition, number
from symsens.forms.clusters import Side, Term, over_all_atoms, term_blocks
from symsens.geometry.species import atomic_number, sorted_species
from symsens.spec import choice, integer, rational, switch

# geometry -> (number of atoms in a term, default grid); weighting -> the numbers of atoms that it is for
GEOMETRIES = {
    "atomic_number": (1, 1, 10),
    "distance": (2, 0, 6),
    "inverse_distance": (2, 0, 1),
    "angle": (3, 0, 180),
    "cosine": (3, -1, 1),
}
WEIGHTINGS = {"unity": (1, 2, 3), "exp": (2, 3), "inverse_square": (2,), "smooth_cutoff": (3,)}


@dataclass(frozen=True)
class Mbtr(TupleSum):
    r"""Many-body tensor representation K1, K2, K3, local or global, as in dscribe (nu = 0 to 3).

    K1, K2, K3 (nu = 0 to 3) of Huo, Rupp, Mach. Learn.: Sci. Technol. 3, 045017 (2022), arXiv 1704.06439, as in
    dscribe.

    Every atom, pair or angle adds a Gaussian of width sigma about its v, with weight w, to the grid x_k = min + k dx,
    k = 0..n-1, dx = (max - min) / (n - 1), of the channel of its species::

        F_k = sum w(i..) B_k(v(i..))
        B_k(v) = (Phi((x_k + dx/2 - v) / sigma) - Phi((x_k - dx/2 - v) / sigma)) / dx

    with Phi the normal distribution: dscribe's mean over the cell of each grid point (``broadening=cell``); or its
    value at the grid point, B_k(v) = exp(-(x_k - v)^2 / (2 sigma^2)) / (sigma sqrt(2 pi)), as published
    (``broadening=gaussian``). ``normalise=false`` multiplies by sigma sqrt(2 pi).

    K1 v = atomic_number (a constant). K2 v = distance r (Angstrom) or inverse_distance 1 / r. K3 v = angle at the
    middle atom, in degrees, or its cosine. w = unity; exp(-scale (sum of the sides)), dropped below `threshold`, with
    scale = -ln(threshold) / cutoff (K2) or half of that (K3) if `cutoff` is given instead; inverse_square 1 / r^2 for r
    < cutoff (K2); smooth_cutoff f(r) f(r') of the sides at the middle atom (K3), f(r) = 1 + y (r / cutoff)^(y + 1) - (y
    + 1) (r / cutoff)^y with y = sharpness.

    scope=local: terms that contain the centre X, in dscribe's order and with its empty channels: K2 X-X (zeros), X-Z;
    K3 Z-X-Z' and then X-Z-Z' (the angle at Z). scope=global: all terms of the cluster, the centre one of its atoms: the
    sum over all pairs or angles is a feature of the environment of any one atom, of order nu = 2 (K2, and angles at or
    next to the centre) and 3 (angles without it). K2 Z-Z', Z <= Z'; K3 by the middle atom, then by the ends Z <= Z'.
    The grid is fastest.

    Smooth but where a term is cut (`exp`, `inverse_square`: a jump; `smooth_cutoff`: of the second derivative) and, for
    ``geometry=angle``, at atoms in line, where the angle has a cusp; all refused. A term beyond its edge is not there.
    """

    name = "mbtr"
    formula = (
        r"F_k^{Z_1 \ldots Z_m} = \sum_{i_1 \ldots i_m} w(i_1, \ldots, i_m)\, B_k\!\left(v(i_1, \ldots, i_m)\right)"
    )
    geometry: str = choice(
        "inverse_distance", GEOMETRIES, help="what is on the grid: no unit, Angstrom, 1/Angstrom, degrees, no unit"
    )
    scope: str = choice("local", ("local", "global"), help="terms with the centre, or all")
    min: Fraction = rational(
        None, help="first grid point, unit of the geometry; none: 0, for cosines -1, for atomic numbers 1"
    )
    max: Fraction = rational(None, help="last grid point, unit of the geometry; none: 6, 1, 180, 1 or 10 by geometry")
    n: int = integer(20, low=2, high=1000, help="number of grid points")
    sigma: Fraction = rational(
        None, above=0, help="width of the Gaussians, unit of the geometry; none: twice the grid spacing"
    )
    broadening: str = choice("cell", ("cell", "gaussian"), help="mean over the cell of a grid point, or value there")
    normalise: bool = switch(True, help="whether Gaussians have area 1 rather than height 1")
    weighting: str = choice("unity", WEIGHTINGS, help="weight w of a term")
    scale: Fraction = rational(None, above=0, help="decay of the weighting exp, 1/Angstrom")
    cutoff: Fraction = rational(
        None, above=0, help="radius of the other weightings, or of exp in place of scale, Angstrom"
    )
    threshold: Fraction = rational(
        Fraction(1, 1000), least=0, most=1, help="smallest weight of exp that counts; 0: all count"
    )
    sharpness: Fraction = rational(2, above=0, help="exponent of smooth_cutoff")

    def __post_init__(self):
        super().__post_init__()
        atoms, low, high = GEOMETRIES[self.geometry]
        for name, default in (("min", low), ("max", high)):
            if getattr(self, name) is None:
                object.__setattr__(self, name, Fraction(default))
        if self.sigma is None and self.max > self.min:
            object.__setattr__(self, "sigma", 2 * self._dx)
        wrong = None
        if self.max <= self.min:
            wrong = f"max={self.max}: give a number above min={self.min}"
        elif atoms == 1 and self.scope == "local":
            wrong = "geometry=atomic_number: give scope=global, it has no local form"
        elif atoms not in WEIGHTINGS[self.weighting]:
            wrong = f"weighting={self.weighting}: give another one for geometry={self.geometry}"
        elif self.weighting == "exp" and (self.scale is None) == (self.cutoff is None):
            wrong = "weighting=exp: give scale or cutoff, one of them"
        elif self.weighting == "exp" and self.cutoff is not None and not 0 < self.threshold < 1:
            wrong = f"threshold={self.threshold}: give a number between 0 and 1 where the cutoff sets the scale"
        elif self.weighting in ("inverse_square", "smooth_cutoff") and self.cutoff is None:
            wrong = f"weighting={self.weighting}: give a cutoff"
        if wrong:
            raise SpecError(f"{self.name}: {wrong}")

    @property
    def _dx(self) -> Fraction:
        return (self.max - self.min) / (self.n - 1)

    def labels(self, centre, species):
        return [f"{channel} k={k}" for channel in self._channels(centre, species) for k in range(self.n)]

    def _channels(self, centre, species) -> list[str]:
        atoms = GEOMETRIES[self.geometry][0]
        if self.scope == "local":
            ends = ["X", *species]
            if atoms == 2:
                return [f"X-{z}" for z in ends]
            inside = [f"{a}-X-{b}" for a, b in combinations_with_replacement(ends, 2)]
            return inside + [f"X-{z}-{b}" for z in species for b in ends]
        every = sorted_species([centre, *species])
        if atoms == 1:
            return list(every)
        pairs = list(combinations_with_replacement(every, 2))
        return [f"{a}-{b}" for a, b in pairs] if atoms == 2 else [f"{a}-{z}-{b}" for z in every for a, b in pairs]

    def blocks(self, centre, species):
        atoms = GEOMETRIES[self.geometry][0]
        guard(self.n * (1 + len(species)) ** atoms, self.name, "n")
        if atoms == 1:
            return self._numbers(centre, species)
        if self.scope == "local":
            return term_blocks(self._local_terms(atoms, species), self._forms)
        every = sorted_species([centre, *species])
        pairs = list(combinations_with_replacement(every, 2))
        roles = pairs if atoms == 2 else [(z, *pair) for z in every for pair in pairs]
        return over_all_atoms(centre, species, [self._term(term) for term in roles], self._forms)

    def _numbers(self, centre, species) -> list[Block]:
        """K1: a constant for every atom."""
        places = [(centre, ()), *((z, (z,)) for z in species)]
        of = {z: tuple(self._broadened(Integer(atomic_number(z)))) for z, _ in places}
        return [Block(len(at), at, of[z], [f"{z} k={k}" for k in range(self.n)], distinct=True) for z, at in places]

    def _term(self, species) -> Term:
        """Roles: the two ends of a distance; the vertex and the two ends of an angle."""
        *vertex, a, b = species
        channel = "-".join((a, *vertex, b))
        # Both orders of two like ends are summed, and count every term twice.
        return Term(tuple(species), tuple(f"{channel} k={k}" for k in range(self.n)), Rational(1, 1 + (a == b)))

    def _local_terms(self, atoms: int, species) -> Iterator[tuple[Term, tuple[int, ...]]]:
        """Terms that the centre, called X, has a role in."""
        if atoms == 2:
            yield from ((self._term(("X", z)), (0, 1)) for z in species)
            return
        for a, b in combinations_with_replacement(species, 2):
            yield self._term(("X", a, b)), (0, 1, 2)
        for z in species:
            for b in species:
                yield self._term((z, "X", b)), (1, 0, 2)

    # Closed forms.

    def _forms(self, nu: int, sides: tuple[Side, ...]) -> tuple[list[Expr], tuple[Condition, ...]]:
        """w B_k(v) for all k, and where it holds."""
        squares, conditions = [side.square for side in sides], []
        if len(sides) == 1:
            (square,) = squares
            v = sqrt(square) if self.geometry == "distance" else 1 / sqrt(square)
        else:
            dot = expand((squares[0] + squares[1] - squares[2]) / 2)
            v = dot / (sqrt(squares[0]) * sqrt(squares[1]))
            if self.geometry == "angle":
                v = 180 * acos(v) / pi
                flat, every = expand(squares[0] * squares[1] - dot**2), tuple(range(1, nu + 1))
                conditions.append(Condition(flat, "in line, a cusp of the angle", inside=False, places=every))
        weight, more = self._weight(nu, sides, squares)
        return [weight * form for form in self._broadened(v)], (*more, *conditions)

    def _broadened(self, v: Expr) -> list[Expr]:
        sigma, dx, low = number(self.sigma), number(self._dx), number(self.min)
        area = Integer(1) if self.normalise else sigma * sqrt(2 * pi)
        if self.broadening == "gaussian":
            height = area / (sigma * sqrt(2 * pi))
            return [height * exp(-((low + k * dx - v) ** 2) / (2 * sigma**2)) for k in range(self.n)]
        edges = [erf((low + (k - Rational(1, 2)) * dx - v) / (sqrt(2) * sigma)) for k in range(self.n + 1)]
        return [area * (b - a) / (2 * dx) for a, b in zip(edges, edges[1:])]

    def _weight(self, nu: int, sides, squares) -> tuple[Expr, tuple[Condition, ...]]:
        if self.weighting == "unity":
            return Integer(1), ()
        if self.weighting == "exp":
            scale, inside, where = self._decay(len(sides))
            conditions = (_condition(inside, where, nu, sides),) if self.threshold else ()
            return exp(-scale * sum(map(sqrt, squares))), conditions
        edge, where = number(self.cutoff), f"at the cutoff radius {self.cutoff}"
        conditions = tuple(_condition(lambda squares: edge**2 - squares[0], where, nu, (side,)) for side in sides[:2])
        if self.weighting == "inverse_square":
            return 1 / squares[0], conditions
        y = number(self.sharpness)
        ratios = [sqrt(square) / edge for square in squares[:2]]
        f, g = (1 + y * u ** (y + 1) - (y + 1) * u**y for u in ratios)
        return f * g, conditions

    def _decay(self, n_sides: int):
        """(scale, form of the squared sides that is positive where exp(-scale * perimeter) > threshold, its name)."""
        if self.scale is not None:
            scale = number(self.scale)
            # Never 0 (threshold 1 apart, where nothing counts): logarithms are transcendental, the perimeter algebraic.
            inside = lambda squares: -log(number(self.threshold)) - scale * sum(map(sqrt, squares))
            return scale, inside, f"at the weight {self.threshold}, where terms are dropped"
        reach = (1 if n_sides == 1 else 2) * number(self.cutoff)
        # Square roots of positive rationals have a rational sum only if each is rational: then it is decided exactly.
        inside = lambda squares: reach**2 - squares[0] if n_sides == 1 else reach - sum(map(sqrt, squares))
        return -log(number(self.threshold)) / reach, inside, f"at the cutoff {self.cutoff}, where terms are dropped"


def _condition(form, where: str, nu: int, sides) -> Condition:
    """A condition on the squared sides: of a whole tuple, or of the neighbour or pair that a single side belongs to."""
    if len(sides) == 1:
        return Condition(form([sides[0].own]), where, places=sides[0].places)
    return Condition(form([side.square for side in sides]), where, places=tuple(range(1, nu + 1)))
