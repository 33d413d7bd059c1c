"""Certificates of families whose positions are polynomials: null vectors, or equal features, at all parameters' values.

Law: a pure function of what was found; `symsens.checker.identities` proves every identity anew.
"""

from collections.abc import Sequence

from symsens.certificates.fields import strings
from symsens.geometry.polynomial_families import PolynomialFamily

SCHEMA = "symsens/identity-certificate/1"


def identity_certificate(
    family: PolynomialFamily,
    nu: int | None,
    vectors: Sequence[Sequence] = (),
    partner: PolynomialFamily | None = None,
    at: Sequence | None = None,
    witness: dict | None = None,
    labels: dict[str, str] | None = None,
) -> dict:
    """The certificate of an identity, as a JSON-ready dictionary.

    Parameters
    ----------
    nu : the order; None: whatever the order.
    vectors : null vectors, of 3n polynomials each; none where there is a partner.
    partner : the family of the other members of degenerate pairs.
    at : values of the parameters; None where nothing is said of almost all values.
    witness : the certificate of the rank, or of the comparison, there.
    labels : where it comes from, for people.
    """
    one = family.positions[0][0].ring
    return {
        "schema": SCHEMA,
        "parameters": list(family.names),
        "nu": nu,
        "centre": family.centre_species,
        "species": list(family.species),
        "positions": polynomial_positions(family),
        "null_vectors": [[_terms(one(entry)) for entry in vector] for vector in vectors],
        "partner": partner and polynomial_positions(partner),
        "at": None if at is None else strings([at])[0],
        "witness": witness,
        "labels": labels or {},
    }


def polynomial_positions(family: PolynomialFamily) -> list:
    """The positions of a family, each coordinate a list of terms."""
    return [[_terms(c) for c in y] for y in family.positions]


def _terms(polynomial) -> list:
    return [[str(int(x)), list(exponents)] for exponents, x in sorted(polynomial.terms())]
