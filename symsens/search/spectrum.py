"""Evidence for intervals of singular values: directions W in which J is nearly orthogonal (Lemma values).

Law: what is returned proves the intervals given by the lemma, in balls with room to spare, or `UndecidedError` is
raised; nobody believes it.
"""

from collections.abc import Sequence
from fractions import Fraction

from flint import arb, arb_mat, ctx

from symsens.descriptors.base import Descriptor
from symsens.errors import UndecidedError
from symsens.forms.arithmetics import ball
from symsens.forms.jacobian import ball_jacobian
from symsens.forms.seeds import cartesian_frame
from symsens.geometry.displacements import Displacements
from symsens.numbers.refinement import fraction, identity, precisions, refine
from symsens.numbers.singular_values import norm_upper, resolution
from symsens.rows.evidence import Directions

MAX_BITS = 16384  # of the balls
SPARE = 2  # how often the defects found must fit


def directions(
    moves: Displacements, descriptor: Descriptor, intervals: Sequence[tuple[Fraction, Fraction]]
) -> Directions:
    """Evidence that each of the largest singular values lies in its interval.

    Parameters
    ----------
    intervals : positive ones, one for each unit of the rank, descending.

    Raises
    ------
    UndecidedError
        None was found.
    """
    for bits in precisions(resolution(intervals), MAX_BITS):
        with ctx.workprec(4 * bits):
            jacobian = ball_jacobian(moves, descriptor, 4 * bits)
            frame = arb_mat(cartesian_frame(moves.environment, ball()))
            columns = _rounded(_vectors(jacobian, len(intervals), bits), frame, bits)
            found = Directions(bits, columns)
            if _prove(jacobian, frame, found, intervals):
                return found
    raise UndecidedError(f"{descriptor.name}: no directions found that prove the intervals of the singular values")


def _vectors(jacobian: arb_mat, rank: int, bits: int) -> arb_mat:
    """Approximate right singular vectors, as columns."""
    if not rank:
        return identity(jacobian.ncols())
    return refine((jacobian.transpose() * jacobian).mid(), None, rank, bits)[0]


def _rounded(vectors: arb_mat, frame: arb_mat, bits: int) -> tuple[tuple[int, ...], ...]:
    """Cartesian directions (columns) in the frame, as integers over 2^bits."""
    inverse, columns = frame.inv(), []
    for column in vectors.transpose().tolist():
        triples = [inverse * arb_mat(3, 1, column[i : i + 3]) for i in range(0, len(column), 3)]
        entries = [fraction(x.mid()) for triple in triples for x in triple.entries()]
        columns.append(tuple(round(x * 2**bits) for x in entries))
    return tuple(columns)


def _prove(jacobian: arb_mat, frame: arb_mat, found: Directions, intervals) -> bool:
    """Whether Lemma values gives the intervals, entries of J being known to 2^-bits only, and `SPARE` times over."""
    rank, unit = len(intervals), arb(2) ** -found.bits
    columns = [[x * unit for x in column] for column in found.vectors]
    turned = [
        [x for i in range(0, len(column), 3) for x in (frame * arb_mat(3, 1, column[i : i + 3])).entries()]
        for column in columns
    ]
    cartesian = arb_mat(turned).transpose()
    defect = SPARE * norm_upper((cartesian.transpose() * cartesian - identity(len(columns))).entries())
    image = (jacobian * cartesian).transpose().tolist()
    lengths = [sum((x * x for x in column), arb(0)).sqrt().mid() for column in image[:rank]]
    if not all(length > 0 for length in lengths):
        return False
    sizes = [sum((abs(x) for x in column), arb(0)) for column in columns]
    error = unit * arb(jacobian.nrows()).sqrt()
    scaled = arb_mat([[x / length for x in column] for column, length in zip(image, lengths)])
    near = norm_upper((scaled * scaled.transpose() - identity(rank)).entries()) if rank else arb(0)
    shift = error * norm_upper([size / length for size, length in zip(sizes, lengths)])
    image_defect = SPARE * (near + 3 * shift + shift * shift + 3 * unit)
    rest = SPARE * (norm_upper([x for column in image[rank:] for x in column]) + error * norm_upper(sizes[rank:]))
    if not (defect < 1 and image_defect < 1):
        return False
    for length, (low, high) in zip(sorted(lengths, reverse=True), intervals):
        least, most = (1 - image_defect) * length**2, (1 + image_defect) * length**2 + rest**2
        if not (_ball(low) ** 2 * (1 + defect) <= least and _ball(high) ** 2 * (1 - defect) >= most):
            return False
    return True


def _ball(x: Fraction) -> arb:
    return arb(x.numerator) / x.denominator
