"""Certificates of paths: how fast singular values grow, at least, along environments with positions polynomial in t.

Law: a pure function of what is claimed; `symsens.checker.paths` decides it.
"""

from collections.abc import Sequence

from symsens.certificates.fields import number
from symsens.certificates.identities import polynomial_positions
from symsens.geometry.polynomial_families import PolynomialFamily

SCHEMA = "symsens/path-certificate/1"


def path_certificate(
    path: PolynomialFamily, features: Sequence[dict], columns: Sequence[int], end, slope, labels: dict | None = None
) -> dict:
    """The certificate that on ]0, end] as many singular values as there are columns are above slope t.

    Parameters
    ----------
    path : a family of one parameter t.
    features : polynomial features as certificates write them, as many as columns.
    columns : numbers of coordinates, 3 j + c for coordinate c of neighbour j.
    end, slope : exact positive numbers.
    labels : where it comes from, for people.
    """
    return {
        "schema": SCHEMA,
        "parameters": list(path.names),
        "nu": max(len(feature["species"]) for feature in features),
        "centre": path.centre_species,
        "species": list(path.species),
        "positions": polynomial_positions(path),
        "features": list(features),
        "columns": list(columns),
        "end": number(end),
        "slope": number(slope),
        "labels": labels or {},
    }
