"""Certificates of one-parameter families: the generic rank, the points where it falls, and why there are no others.

Law: a pure function of what the search returned; `symsens.checker.locus` proves it anew. A point that the checker does
not read is left open there.
"""

from math import comb

from symsens.certificates.exact import exact_certificate
from symsens.certificates.fields import field_certificate, number, strings
from symsens.certificates.rules import Rule, beyond_limits
from symsens.checker.limits import MAX_CURVE_BITS, MAX_CURVE_DEGREE, MAX_CURVE_WORK, MAX_POINTS
from symsens.rows.filtration import with_pivots

SCHEMA = "symsens/locus/1"
LEVELS = ("rigid", "symmetry", "incompleteness")


def rule_of_locus(found) -> Rule:
    """The rule that proves a locus again, or why there is none."""
    curve = found.curve
    polynomials = [curve.denominator, *(f for y in curve.numerators for f in y)]
    polynomials += [h.primitive() for h in (*(p.polynomial for p in found.points), *(h for h, _ in found.regular))]
    bits = max(f.bits for f in polynomials)
    if max(f.degree for f in polynomials) > MAX_CURVE_DEGREE or 2 * bits > MAX_CURVE_BITS:
        return Rule(None, f"no certificate yet: the checker does not read such polynomials of {bits} bits")
    if max(len(found.points), len(found.regular), len(found.minors)) > MAX_POINTS or _work(found) > MAX_CURVE_WORK:
        return Rule(None, "no certificate yet: the checker would not make such large, or so many, minors")
    if reason := beyond_limits(found.generic):
        return Rule(None, f"no certificate yet: {reason}")
    return Rule("locus-complete")


def certified(found) -> list:
    """The points of which the checker proves that the rank falls: of each polynomial all, or none."""
    unread = {p.polynomial.coefficients for p in found.points if p.filtration is None or beyond_limits(p.filtration)}
    return [point for point in found.points if point.polynomial.coefficients not in unread]


def _work(found) -> int:
    """A little more than the operations that the checker counts."""
    rank, n, nu = found.generic.rank, len(found.curve.species), found.nu
    entries = [f for y in found.curve.lowered for f in y]
    degree, listed = max(f.degree for f in entries), len(found.points) + len(found.regular)
    minors = [*found.minors, *(minor for _, minor in found.regular)]
    total = sum((rank * degree + 1) * (rank**3 + 6 * minor.pairs) + n**nu * nu**2 for minor in minors)
    if found.generic["incompleteness"]:
        total += ((rank + 1) * degree + 1) * n**nu * comb(nu + 1, 2) * (rank + 1) * 3 * n
    size = 2 * degree + 1  # of a difference of dot products, and of most of what is listed
    total += n**4 // 8 * (len(found.regular) + 1) * (size**2 + 2 * size + 1) + n**4 // 8 * size**2 * listed
    total += 4 * n**2 * size**2 + (len(found.regular) + 1) * (rank * degree + 1) ** 2 * (1 + listed)
    bits = max(f.bits for f in entries) + 8 * degree
    return total * found.curve.field.degree**2 * (1 + bits * rank // 512) * 5 // 4


def locus_certificate(found, labels: dict[str, str]) -> dict:
    """The certificate of a `symsens.search.locus.Locus`, as a JSON-ready dictionary.

    Parameters
    ----------
    labels : where it comes from, for people.
    """
    curve, generic = found.curve, found.generic
    read = certified(found)
    left_open = {point.polynomial.coefficients: point.polynomial for point in found.points if point not in read}
    return {
        "schema": SCHEMA,
        "family": {
            "field": field_certificate(curve.field),
            "centre": curve.centre_species,
            "species": list(curve.species),
            "metric": strings(curve.metric),
            "numerators": [[_polynomial(f) for f in y] for y in curve.numerators],
            "denominator": _polynomial(curve.denominator),
        },
        "interval": list(map(str, curve.interval)),
        "nu": found.nu,
        "generic": {"t": number(found.sample), "certificate": exact_certificate(with_pivots(generic))},
        "minors": [_minor(minor) for minor in found.minors],
        "regular": [{"polynomial": _polynomial(h.primitive())} | _minor(minor) for h, minor in found.regular],
        "points": [
            {
                "polynomial": _polynomial(point.polynomial.primitive()),
                "interval": list(map(str, point.interval)),
                "t": number(point.t),
                "certificate": exact_certificate(with_pivots(point.filtration)),
            }
            for point in read
        ],
        "open": [_polynomial(h.primitive()) for h in left_open.values()],
        "claims": {
            "rank": generic.rank,
            "points": len(read),
            "open": len(left_open),
            "filtration": {name: generic[name] for name in LEVELS},
        },
        "labels": labels,
    }


def _polynomial(f) -> list:
    return [number(c) for c in f.coefficients]


def _minor(minor) -> dict:
    return {"rows": [[list(tau), list(place)] for tau, place in minor.rows], "columns": list(minor.columns)}
