"""Every family by name: its constructor, its parameters with defaults, and what is special at which nu.

Law: what is claimed here is for parameters in general position, is proved in the docstring of the constructor or
computed in the tests over random exact draws, and the defaults are in general position.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, make_dataclass
from functools import cached_property

from symsens.errors import InputError
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.families import antipodes, clusters, four_neighbours, polygons, rings
from symsens.geometry.families.members import DegeneratePair, circle_point, mirrored, rotation
from symsens.spec import Parameters, integer, parse_spec, rational, rationals, switch


@dataclass(frozen=True)
class Family:
    """A family of environments, or of degenerate pairs of environments or structures.

    Attributes
    ----------
    name : as `symsens families NAME` has it.
    summary : what its members are, in one line.
    build : from the values of the keys to a member or a pair.
    keys : the parameters, made by the functions of `symsens.spec`.
    extra : nu -> null directions beyond rigid motions, of environments; of the first member of a pair.
    degenerate : of a pair, the largest nu at which features are equal; None for a single environment.
    remark : what else is special, in one line.
    source : where it comes from.
    """

    name: str
    summary: str
    build: Callable[..., Environment | DegeneratePair]
    keys: dict[str, Field]
    extra: dict[int, int]
    degenerate: int | None = None
    remark: str = ""
    source: str = "THEORY; arXiv 2109.11440"

    @cached_property
    def parameters(self) -> type[Parameters]:
        """The class of its parameters: reads words and values, or says in one line what to give."""
        keys = [(key, object, entry) for key, entry in self.keys.items()]
        return make_dataclass(self.name, keys, bases=(Parameters,), frozen=True, namespace={"name": self.name})

    def as_dict(self) -> dict:
        """One entry of the JSON document of ``symsens families --json``."""
        keys = self.parameters.parameters()
        return {
            "name": self.name,
            "summary": self.summary,
            "parameters": {key: {"default": default, "help": help} for key, (default, help) in keys.items()},
            "members": 2 if self.degenerate else 1,
            "degenerate_up_to": self.degenerate,
            "extra_nullity": {str(nu): count for nu, count in self.extra.items()},
            "remark": self.remark or None,
            "source": self.source,
        }

    def members(self, given: Parameters | None = None) -> tuple[Environment | Structure, ...]:
        """One member, or both of a pair; of the defaults where no parameters are given.

        Raises
        ------
        InputError
            Atoms coincide, or a direction is zero.
        """
        given = self.parameters() if given is None else given
        try:
            made = self.build(**{key: getattr(given, key) for key in self.keys})
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None
        return tuple(made) if isinstance(made, DegeneratePair) else (made,)


def read_family(name: str, pairs=()) -> tuple[Family, Parameters]:
    """The family of this name, and the parameters that words ``key=value`` give it.

    Raises
    ------
    SpecError
        Unknown name or key (with the nearest one), a key twice, a value that is none.
    """
    words = ",".join(pair.replace(",", ":") for pair in pairs)
    given = parse_spec(f"{name}:{words}", {key: lambda f=f: f.parameters for key, f in FAMILIES.items()}, "family")
    return FAMILIES[given.name], given


def _vector(default, help):
    return rationals(default, count=3, help=help)


def _shift(default):
    return rational(default, above=0, help="the members have this and its negative; 0 is where they would meet")


def _half_turn_keys():
    return {
        "x1": _vector((5, 0, 1), "neighbour 1"),
        "x2": _vector((3, 4, -2), "neighbour 2"),
        "axis": _vector((0, 0, 1), "x3 is x2 after half a turn about it"),
        "h": rational(6, help="x4 is so many times the axis"),
    }


def _mirror_keys():
    return {
        "x2": _vector((1, 2, 3), "neighbour 2"),
        "w": _vector((1, 0, -2), "x3 is the mirror image of x2 in the plane across w"),
        "a": rational(1, help="x1 is a x2 + b x3"),
        "b": rational(2, help="x1 is a x2 + b x3"),
        "v": _vector((2, 5, 1), "x4 is its projection on to the mirror plane"),
    }


def _radii_keys():
    return {
        "u": _vector((7, 4, -4), "direction and length of neighbour 1"),
        "w": _vector((7, -5, -4), "neighbour 2 is the mirror image in the plane across w"),
        "turn": rationals((5, 1, 3, 1), count=4, help="quaternion of the rotation that gives neighbours 3 and 4"),
    }


_TANGENT = "tan(%s/2); degrees in the paper: %s"


def _methane_keys(azimuth4):
    return {
        "polar1": rational("1/5", help=_TANGENT % ("theta1", "22.5")),
        "polar3": rational("4/7", help=_TANGENT % ("theta3", "60")),
        "azimuth3": rational("1/3", help=_TANGENT % ("phi3", "36")),
        "azimuth4": azimuth4,
        "r": rational("1.09", above=0, help="radius in Angstrom"),
    }


def _antipodal_keys(*names, c=(0, 1, 4)):
    arms = {"a": (2, 0, 3), "b": (1, 1, 0), "c": c, "e": (0, 1, 4)}
    last = names[-1]
    return {key: _vector(arms[key], "a neighbour" if key == last else "a neighbour and its opposite") for key in names}


def _layer_keys(apex=None, **keys):
    return {
        **keys,
        "turn": rational("1/3", help="tan(half the angle) by which the lower layer is turned"),
        "radius": rational(5, above=0, help="radius of the layers"),
        "height": rational(2, help="the layers are at +height and -height"),
        "apex": rational(5, above=apex, help="the apex is at (0, 0, apex)"),
    }


def _tangents(default):
    return rationals(default, help="tan(half the angle) of each point of the ring")


def _circle(tangents):
    return [circle_point(t) for t in tangents]


def _equal_radii(build):
    return lambda u, w, turn, **more: build(u, mirrored(u, w), rotation(turn), **more)


def _layers(build):
    return lambda tangents, turn, **more: build(_circle(tangents), circle_point(turn), **more)


_CENTRE = "whether there is a carbon atom at the origin"
_PAIR = "Phys. Rev. Lett. 125, 166001; "
_NETWORKS = "Pozdnyakov and Ceriotti, arXiv 2201.07136"
_REGULAR = {2: 0, 3: 0}

_ROWS = (
    Family(
        "half-turn",
        "4 neighbours: |x2| = |x3|, x4 parallel to x2 + x3 (F1)",
        four_neighbours.half_turn,
        _half_turn_keys(),
        {2: 1, 3: 0},
    ),
    Family(
        "half-turn-pair",
        "4 neighbours: |x2| = |x3|, x4 moved off x2 + x3 to either side, across x1",
        four_neighbours.half_turn_pair,
        _half_turn_keys() | {"d": _shift(2)},
        _REGULAR,
        2,
        source=_PAIR + "THEORY, section 5",
    ),
    Family(
        "mirror",
        "4 neighbours: |x2| = |x3|, x2.x4 = x3.x4, with x1, x2, x3 coplanar with the centre",
        four_neighbours.mirror,
        _mirror_keys(),
        {2: 1, 3: 0},
        source="THEORY, section 8",
    ),
    Family(
        "mirror-pair",
        "4 neighbours: |x2| = |x3|, x2.x4 = x3.x4, then x2 and x3 moved out of the plane of x1, x2, x3 either way",
        four_neighbours.mirror_pair,
        _mirror_keys() | {"d": _shift("1/4")},
        _REGULAR,
        2,
        source="THEORY, section 8; the pair: this package",
    ),
    Family(
        "circle-and-apex",
        "a ring across its axis, and an apex on it (F2)",
        lambda tangents, **more: rings.circle_and_apex(_circle(tangents), **more),
        {
            "tangents": _tangents((0, "1/2", 3)),
            "radius": rational(5, above=0, help="radius of the ring"),
            "p": rational(1, help="height of the ring"),
            "h": rational(6, help="height of the apex"),
        },
        {2: 1, 3: 0},
        remark="3 points of the ring or more",
    ),
    Family(
        "equal-radii",
        "4 neighbours at one distance: u, its mirror image, and both turned",
        _equal_radii(four_neighbours.equal_radii),
        _radii_keys(),
        {2: 1, 3: 0},
    ),
    Family(
        "equal-radii-pair",
        "4 neighbours: u and its mirror image times 1 + d, both turned times 1 - d; and d exchanged for -d",
        _equal_radii(four_neighbours.equal_radii_pair),
        _radii_keys() | {"d": _shift("1/5")},
        _REGULAR,
        2,
    ),
    Family(
        "methane-pair",
        "the CH4 manifold of PRL 125, 166001 at theta4 = 90, with phi4 and -phi4, through rational points",
        four_neighbours.methane_pair,
        _methane_keys(rational("1/4", above=0, help=_TANGENT % ("phi4", "any"))),
        _REGULAR,
        2,
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "methane",
        "the CH4 manifold of PRL 125, 166001 through rational points of the sphere",
        four_neighbours.methane,
        _methane_keys(rational(0, help=_TANGENT % ("phi4", "any")))
        | {"polar4": rational(1, help=_TANGENT % ("theta4", "90"))},
        {2: 1, 3: 0},
        remark="singular at azimuth4=0 with polar4=1 only",
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "methane-decimals",
        "the CH4 manifold with the angles of PRL 125, 166001 in rounded decimals, for comparison",
        four_neighbours.methane_decimals,
        {
            "theta4": rational(90, help="degrees"),
            "phi4": rational(30, help="degrees"),
            "digits": integer(10, 1, 15, help="digits after the point"),
            "r": rational("1.09", above=0, help="radius in Angstrom"),
        },
        _REGULAR,
        remark="1 at nu = 2 for phi4=0 with theta4=90: a half turn survives the rounding, equal radii do not",
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "antipodal-5",
        "5 neighbours: a, -a, b, -b and c",
        antipodes.antipodal,
        _antipodal_keys("a", "b", "c"),
        {2: 2, 3: 0},
    ),
    Family(
        "antipodal-5-pair",
        "5 neighbours: a, -a moved by d a x c, b, -b by d b x c, and c",
        antipodes.antipodal_pair,
        _antipodal_keys("a", "b", "c") | {"d": _shift("1/8")},
        _REGULAR,
        2,
        source="this package",
    ),
    Family(
        "antipodal-6",
        "6 neighbours: a, -a, b, -b, c, -c",
        antipodes.antipodal_6,
        {k: _vector(x, "a neighbour and its opposite") for k, x in zip("abc", ((2, 0, 3), (1, 1, 0), (0, 1, 4)))},
        {2: 9, 3: 9},
        remark="all of it due to the inversion",
    ),
    Family(
        "antipodal-7",
        "7 neighbours: a, -a, b, -b, c, -c and e",
        antipodes.antipodal_7,
        _antipodal_keys("a", "b", "c", "e", c=(1, 2, -5)),
        {2: 3, 3: 0},
    ),
    Family(
        "antipodal-7-pair",
        "7 neighbours: a, -a moved by d a x e, likewise b and c, and e",
        antipodes.antipodal_7_pair,
        _antipodal_keys("a", "b", "c", "e", c=(1, 2, -5)) | {"d": _shift("1/8")},
        _REGULAR,
        2,
        source="this package",
    ),
    Family(
        "two-layers",
        "a ring at +height, the same ring turned at -height, and an apex on the axis (7 neighbours)",
        _layers(rings.two_layers),
        _layer_keys(tangents=_tangents((0, "1/2", 3))),
        {2: 1, 3: 0},
    ),
    Family(
        "isosceles-layers",
        "two-layers of an isosceles triangle: a point of the circle, its mirror image, and (0, 1)",
        lambda tangent, turn, **more: rings.isosceles_layers(circle_point(tangent), circle_point(turn), **more),
        _layer_keys(tangent=rational("-1/2", help="tan(half the angle) of the point")),
        {2: 6, 3: 1},
    ),
    Family(
        "ring-pair",
        "two-layers with the apex on either side",
        _layers(rings.ring_pair),
        _layer_keys(0, tangents=_tangents((0, "1/2", 3))),
        {2: 1, 3: 0},
        3,
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "polygon-and-pole",
        "vertices of a regular m-gon around the centre, numbered from 0, and a pole on its axis",
        polygons.polygon_and_pole,
        {
            "m": integer(7, 3, 90, help="vertices of the m-gon"),
            "vertices": rationals((0, 1, 2, 4), help="which of them are there, from 0 to m - 1"),
            "square": rational(2, above=0, help="the square of the height of the pole, in radii of the m-gon"),
        },
        {2: 4, 3: 1, 4: 0},
        remark="these are of the default, the fewest neighbours that are singular at nu = 3",
        source="THEORY, section 8",
    ),
    Family(
        "homometric-vertices",
        "two subsets of the vertices of a regular m-gon around the centre with the same differences, as often",
        polygons.homometric_vertices,
        {
            "m": integer(8, 3, 90, help="vertices of the m-gon"),
            "first": rationals((0, 1, 3, 4), help="one subset, from 0 to m - 1"),
            "second": rationals((0, 1, 2, 5), help="the other"),
        },
        {2: 5, 3: 5},
        2,
        "these are of the default, due to symmetry: both are planar",
        "Patterson (1944)",
    ),
    Family(
        "rectangle-pair",
        "a rectangle and two atoms on an axis",
        clusters.rectangle_pair,
        {"b": rational(2, above=0, help="distance from the origin"), "centre": switch(False, _CENTRE)},
        {},
        1,
        "no distance-only message passing separates them",
        _NETWORKS,
    ),
    Family(
        "cross-pair",
        "a rectangle and four atoms on two axes",
        clusters.cross_pair,
        {"b": rational(2, above=0, help="distance from the origin"), "centre": switch(False, _CENTRE)},
        {},
        1,
        "no distance-only message passing separates them",
        _NETWORKS,
    ),
    Family(
        "dodecahedron-pair",
        "six vertices of a dodecahedron: a rectangle and two opposite ones",
        clusters.dodecahedron_pair,
        {
            "b": rational(1, above=0, help="the two opposite ones are at b times their places"),
            "centre": switch(False, _CENTRE),
        },
        {},
        1,
        "no distance-only message passing separates them",
        _NETWORKS,
    ),
    Family(
        "homometric-sums",
        "atoms on a line at the sums, and at the differences, of two sets of numbers",
        clusters.homometric_sums,
        {
            "a": rationals((0, 1, 4), help="one set"),
            "b": rationals((0, 10, 27), help="the other"),
        },
        {},
        1,
        source="Patterson (1944)",
    ),
    Family(
        "homometric-rulers",
        "six atoms on a line, all fifteen distances different and the same in both",
        clusters.homometric_rulers,
        {"u": rational(1, help="a length"), "w": rational(4, help="a length")},
        {},
        1,
        source="Bloom (1977)",
    ),
)

FAMILIES: dict[str, Family] = {family.name: family for family in _ROWS}
