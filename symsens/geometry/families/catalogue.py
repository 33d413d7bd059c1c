"""Every family by name: its constructor, its parameters with defaults, and what is special at which nu.

Law: what is claimed here is for parameters in general position, is proved in the docstring of the constructor or
computed in the tests over random exact draws, and the defaults are in general position.
"""

from symsens.geometry.families import antipodes, clusters, four_neighbours, keys, polygons, rings
from symsens.geometry.families.family import Family
from symsens.geometry.families.members import circle_point, mirrored, rotation
from symsens.spec import Parameters, integer, parse_spec, rational, rationals, switch


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
        keys.half_turn_keys(),
        {2: 1, 3: 0},
    ),
    Family(
        "half-turn-pair",
        "4 neighbours: |x2| = |x3|, x4 moved off x2 + x3 to either side, across x1",
        four_neighbours.half_turn_pair,
        keys.half_turn_keys() | {"d": keys.shift(2)},
        _REGULAR,
        2,
        source=_PAIR + "THEORY, section 5",
    ),
    Family(
        "mirror",
        "4 neighbours: |x2| = |x3|, x2.x4 = x3.x4, with x1, x2, x3 coplanar with the centre",
        four_neighbours.mirror,
        keys.mirror_keys(),
        {2: 1, 3: 0},
        source="THEORY, section 8",
    ),
    Family(
        "mirror-pair",
        "4 neighbours: |x2| = |x3|, x2.x4 = x3.x4, then x2 and x3 moved out of the plane of x1, x2, x3 either way",
        four_neighbours.mirror_pair,
        keys.mirror_keys() | {"d": keys.shift("1/4")},
        _REGULAR,
        2,
        source="THEORY, section 8; the pair: this package",
    ),
    Family(
        "circle-and-apex",
        "a ring across its axis, and an apex on it (F2)",
        lambda tangents, **more: rings.circle_and_apex(_circle(tangents), **more),
        {
            "tangents": keys.tangents((0, "1/2", 3)),
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
        keys.radii_keys(),
        {2: 1, 3: 0},
    ),
    Family(
        "equal-radii-pair",
        "4 neighbours: u and its mirror image times 1 + d, both turned times 1 - d; and d exchanged for -d",
        _equal_radii(four_neighbours.equal_radii_pair),
        keys.radii_keys() | {"d": keys.shift("1/5")},
        _REGULAR,
        2,
    ),
    Family(
        "methane-pair",
        "the CH4 manifold of PRL 125, 166001 at theta4 = 90, with phi4 and -phi4, through rational points",
        four_neighbours.methane_pair,
        keys.methane_keys(rational("1/4", above=0, help=keys.TANGENT % ("phi4", "any"))),
        _REGULAR,
        2,
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "methane",
        "the CH4 manifold of PRL 125, 166001 through rational points of the sphere",
        four_neighbours.methane,
        keys.methane_keys(rational(0, help=keys.TANGENT % ("phi4", "any")))
        | {"polar4": rational(1, help=keys.TANGENT % ("theta4", "90"))},
        {2: 1, 3: 0},
        remark="singular at azimuth4=0 with polar4=1 only",
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "methane-decimals",
        "the CH4 manifold with the angles of PRL 125, 166001 in rounded decimals, for comparison",
        four_neighbours.methane_decimals,
        {
            "theta4": rational(90, least=0, most=180, help="degrees"),
            "phi4": rational(30, least=-180, most=180, help="degrees"),
            "digits": integer(10, 1, 15, help="digits after the point"),
            "r": rational("1.09", above=0, most=1000, help="radius in Angstrom"),
        },
        _REGULAR,
        remark="1 at nu = 2 for phi4=0 with theta4=90: a half turn survives the rounding, equal radii do not",
        source="Phys. Rev. Lett. 125, 166001",
    ),
    Family(
        "antipodal-5",
        "5 neighbours: a, -a, b, -b and c",
        antipodes.antipodal,
        keys.antipodal_keys("a", "b", "c"),
        {2: 2, 3: 0},
    ),
    Family(
        "antipodal-5-pair",
        "5 neighbours: a, -a moved by d a x c, b, -b by d b x c, and c",
        antipodes.antipodal_pair,
        keys.antipodal_keys("a", "b", "c") | {"d": keys.shift("1/8")},
        _REGULAR,
        2,
        source="this package",
    ),
    Family(
        "antipodal-6",
        "6 neighbours: a, -a, b, -b, c, -c",
        antipodes.antipodal_6,
        {k: keys.vector(x, "a neighbour and its opposite") for k, x in zip("abc", ((2, 0, 3), (1, 1, 0), (0, 1, 4)))},
        {2: 9, 3: 9},
        remark="all of it due to the inversion",
    ),
    Family(
        "antipodal-7",
        "7 neighbours: a, -a, b, -b, c, -c and e",
        antipodes.antipodal_7,
        keys.antipodal_keys("a", "b", "c", "e", c=(1, 2, -5)),
        {2: 3, 3: 0},
    ),
    Family(
        "antipodal-7-pair",
        "7 neighbours: a, -a moved by d a x e, likewise b and c, and e",
        antipodes.antipodal_7_pair,
        keys.antipodal_keys("a", "b", "c", "e", c=(1, 2, -5)) | {"d": keys.shift("1/8")},
        _REGULAR,
        2,
        source="this package",
    ),
    Family(
        "two-layers",
        "a ring at +height, the same ring turned at -height, and an apex on the axis (7 neighbours)",
        _layers(rings.two_layers),
        keys.layer_keys(tangents=keys.tangents((0, "1/2", 3))),
        {2: 1, 3: 0},
    ),
    Family(
        "isosceles-layers",
        "two-layers of an isosceles triangle: a point of the circle, its mirror image, and (0, 1)",
        lambda tangent, turn, **more: rings.isosceles_layers(circle_point(tangent), circle_point(turn), **more),
        keys.layer_keys(tangent=rational("-1/2", help="tan(half the angle) of the point")),
        {2: 6, 3: 1},
    ),
    Family(
        "ring-pair",
        "two-layers with the apex on either side",
        _layers(rings.ring_pair),
        keys.layer_keys(0, tangents=keys.tangents((0, "1/2", 3))),
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
