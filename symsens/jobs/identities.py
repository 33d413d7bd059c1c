"""What is proved of all members of a family with polynomial positions, and of almost all by looking at one.

Law: joins the identities to the certificates; no mathematics of its own.
"""

from collections.abc import Sequence

from symsens.certificates.identities import identity_certificate
from symsens.errors import RefutedError
from symsens.geometry.polynomial_families import PolynomialFamily
from symsens.jobs.certification import Result, certify
from symsens.jobs.pairs import Pair, compare
from symsens.numbers.field import QQ
from symsens.rows.identities import equal_identically, seen_row


def rotations(family: PolynomialFamily) -> list[list]:
    """The three rotations about the axes, as vectors of polynomials."""
    turns = (lambda x, y, z: (0, -z, y)), (lambda x, y, z: (z, 0, -x)), (lambda x, y, z: (-y, x, 0))
    return [[c for position in family.positions for c in turn(*position)] for turn in turns]


def null_at_all_values(
    family: PolynomialFamily, vectors: Sequence[Sequence], nu: int | None, at: Sequence | None = None, order: int = 2
) -> tuple[dict, Result | None]:
    """The certificate that no feature of order nu sees these displacements, at any values of the parameters, and that
    they are all there are at almost all values; and the answer at the values given.

    Parameters
    ----------
    family : the environments.
    vectors : displacements, of 3n polynomials each.
    nu : order of the features; None: of whatever order.
    at : values at which these vectors span the null space; None: nothing is said of almost all values.
    order : of the features there, where nu is None.

    Raises
    ------
    RefutedError
        A row sees one of the vectors, or there are more null vectors, or fewer, at the values given.
    """
    for i, vector in enumerate(vectors):
        if (row := seen_row(family, vector, nu)) is not None:
            raise RefutedError(f"the vector {i} is seen by the row {row} of order {nu or 'any'}")
    if at is None:
        return identity_certificate(family, nu, vectors), None
    at, found = list(map(QQ.parse, at)), certify(family.at(at), nu=nu or order)
    if found.filtration.nullity != len(vectors):
        raise RefutedError(f"{found.filtration.nullity} null vectors at these values, {len(vectors)} at all")
    return identity_certificate(family, nu, vectors, at=at, witness=found.certificate), found


def degenerate_at_all_values(
    first: PolynomialFamily, second: PolynomialFamily, nu: int, at: Sequence
) -> tuple[dict, Pair]:
    """The certificate that two families have equal features of order nu at all values of the parameters, and are not
    congruent at almost all; and the comparison at the values given.

    Raises
    ------
    RefutedError
        They have not, or are congruent at the values given.
    """
    if not equal_identically(first, second, nu):
        raise RefutedError(f"features of order {nu} are not equal at all values")
    at = list(map(QQ.parse, at))
    pair = compare(first.at(at), second.at(at))
    if pair.congruent is not False:
        raise RefutedError("the members at these values are congruent")
    return identity_certificate(first, nu, partner=second, at=at, witness=pair.certificate), pair
