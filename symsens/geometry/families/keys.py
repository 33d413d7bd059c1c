"""Parameters that families share, with defaults and what they mean.

Law: every default is in general position, and small.
"""

from symsens.spec import rational, rationals


def vector(default, help):
    """Three exact numbers."""
    return rationals(default, count=3, help=help)


def shift(default):
    """How far the members of a pair are from where they would meet."""
    return rational(default, above=0, help="the members have this and its negative; 0 is where they would meet")


def half_turn_keys():
    """Of `half_turn`; the defaults are F1."""
    return {
        "x1": vector((5, 0, 1), "neighbour 1"),
        "x2": vector((3, 4, -2), "neighbour 2"),
        "axis": vector((0, 0, 1), "x3 is x2 after half a turn about it"),
        "h": rational(6, help="x4 is so many times the axis"),
    }


def mirror_keys():
    """Of `mirror`; the defaults are the example of THEORY section 8."""
    return {
        "x2": vector((1, 2, 3), "neighbour 2"),
        "w": vector((1, 0, -2), "x3 is the mirror image of x2 in the plane across w"),
        "a": rational(1, help="x1 is a x2 + b x3"),
        "b": rational(2, help="x1 is a x2 + b x3"),
        "v": vector((2, 5, 1), "x4 is its projection on to the mirror plane"),
    }


def radii_keys():
    """Of `equal_radii`."""
    return {
        "u": vector((7, 4, -4), "direction and length of neighbour 1"),
        "w": vector((7, -5, -4), "neighbour 2 is the mirror image in the plane across w"),
        "turn": rationals((5, 1, 3, 1), count=4, help="quaternion of the rotation that gives neighbours 3 and 4"),
    }


TANGENT = "tan(%s/2); degrees in the paper: %s"


def methane_keys(azimuth4):
    """Of `methane`, rational points near the angles of the paper; `azimuth4` as given."""
    return {
        "polar1": rational("1/5", help=TANGENT % ("theta1", "22.5")),
        "polar3": rational("4/7", help=TANGENT % ("theta3", "60")),
        "azimuth3": rational("1/3", help=TANGENT % ("phi3", "36")),
        "azimuth4": azimuth4,
        "r": rational("1.09", above=0, help="radius in Angstrom"),
    }


def antipodal_keys(*names, c=(0, 1, 4)):
    """Of the families of opposite neighbours; the last name is that of the single one."""
    arms = {"a": (2, 0, 3), "b": (1, 1, 0), "c": c, "e": (0, 1, 4)}
    last = names[-1]
    return {key: vector(arms[key], "a neighbour" if key == last else "a neighbour and its opposite") for key in names}


def layer_keys(apex=None, **keys):
    """Of the families of two layers, after `keys` for the ring; the apex is above `apex` if that is given."""
    return {
        **keys,
        "turn": rational("1/3", help="tan(half the angle) by which the lower layer is turned"),
        "radius": rational(5, above=0, help="radius of the layers"),
        "height": rational(2, help="the layers are at +height and -height"),
        "apex": rational(5, above=apex, help="the apex is at (0, 0, apex)"),
    }


def tangents(default):
    """Points of the unit circle."""
    return rationals(default, help="tan(half the angle) of each point of the ring")
