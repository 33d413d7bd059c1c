"""A matrix of floating-point numbers that some package gives for the Jacobian, held against the Jacobian.

Law: the standard library only, integers and rationals only. Nothing is believed of the matrix, or of who made it: it
is what the certificate says it is. Its rows are the forms given, its columns Cartesian displacements, so the metric
must be the identity. Each number is proved from both sides; norms are those of Lemma values.
"""

from fractions import Fraction
from math import ceil, floor

from symsens.checker.fields import QQ
from symsens.checker.linear import combine
from symsens.checker.refusals import Refuted
from symsens.checker.spectrum import Frame, Image, bits_of, check_jacobian, count, read_decimal, read_whole, shown

NORM = {"vectors": [[read_whole]], "rank": int}
ENDS = (read_decimal, read_decimal)
SHAPE = {
    "matrix": [[Fraction]],
    "bits": int,
    "norms": {"jacobian": NORM, "matrix": NORM, "difference": NORM, "hidden": NORM},
    "error": ENDS,
    "noise": ENDS,
    "leak": ENDS,
}
WHERE = "claims.audit"


def check_sizes(proof, claim):
    """Nothing, or `Refuted`: a row for each form, a column for each Cartesian displacement; counts within limits."""
    matrix, env, bits = claim["matrix"], proof.env, claim["bits"]
    if not proof.features:
        raise Refuted(f"{WHERE}: the certificate inside is of no features")
    if len(matrix) != len(proof.features) or any(len(row) != env.columns for row in matrix):
        raise Refuted(f"{WHERE}.matrix: not {len(proof.features)} x {env.columns}")
    if env.field is not QQ:
        raise Refuted(f"{WHERE}: about matrices over QQ only")
    if env.metric != [[int(a == b) for b in range(3)] for a in range(3)]:
        raise Refuted(f"{WHERE}: the metric is not the identity, so the columns of J are not Cartesian")
    check_jacobian(len(matrix), env.columns, bits, WHERE)


def differences(ours, theirs):
    """The rows of the difference of two matrices, each entry between two integers."""
    for row, other in zip(ours, theirs):
        yield [(low - above, high - below) for (low, high), (below, above) in zip(other, row)]


def largest(rows):
    """Bounds of the largest absolute value of an entry, from the integers around the entries."""
    entries = [ends for row in rows for ends in row]
    least = max((max(low, -high, 0) for low, high in entries), default=0)
    return least, max((max(high, -low) for low, high in entries), default=0)


def norm_of(proof, rows, claim, name):
    """Bounds of the square of the largest singular value of a matrix on the span of the vectors given."""
    where, vectors, rank = f"{WHERE}.norms.{name}", claim["norms"][name]["vectors"], claim["norms"][name]["rank"]
    if not 0 <= rank <= len(vectors):
        raise Refuted(f"{where}.rank: {rank} is outside 0..{len(vectors)}")
    if name != "hidden" and len(vectors) != proof.env.columns:
        raise Refuted(f"{where}.vectors: not {proof.env.columns}")
    return Image(rows, Frame(proof.env, vectors, claim["bits"], where), rank).squares(0)


def hidden(proof, claim):
    """The claim with its combinations of the exact null vectors multiplied out; these span the same space."""
    null, given = proof.null_vectors, claim["norms"]["hidden"]
    if len(given["vectors"]) != len(null) or any(len(row) != len(null) for row in given["vectors"]):
        raise Refuted(f"{WHERE}.norms.hidden.vectors: not {len(null)} combinations of as many null vectors")
    count(proof.env.columns * len(null) ** 2, bits_of(given["vectors"]) + bits_of([v.values() for v in null]))
    sums = [combine(zip(null, row)) for row in given["vectors"]]
    columns = [[vector[c] for c in range(proof.env.columns)] for vector in sums]
    return {**claim, "norms": {**claim["norms"], "hidden": {**given, "vectors": columns}}}


def check_ratio(name, ends, squares):
    """Nothing, or `Refuted`: the quotient whose square has these bounds lies between the ends given."""
    (_, low), (_, high) = ends
    least, most = squares
    if low**2 > least or high**2 < most:
        raise Refuted(f"{WHERE}.{name}: not proved to be between {shown(ends)}")


def quotient(top, bottom, name):
    """Bounds of a quotient of two positive numbers, from bounds of both."""
    if not bottom[0] > 0:
        raise Refuted(f"{WHERE}.{name}: a quotient by what is not proved to be positive")
    return Fraction(top[0], bottom[1]), Fraction(top[1], bottom[0])


def prove(proof, claim):
    """Error, noise floor and leak of the matrix given lie between the ends given."""
    check_sizes(proof, claim)
    unit = 1 << claim["bits"]
    ours = list(proof.jacobian(claim["bits"]))
    theirs = [[(floor(x * unit), ceil(x * unit)) for x in row] for row in claim["matrix"]]
    apart = list(differences(ours, theirs))
    error = quotient(largest(apart), largest(ours), "error")
    check_ratio("error", claim["error"], [x**2 for x in error])
    true, difference = norm_of(proof, ours, claim, "jacobian"), norm_of(proof, apart, claim, "difference")
    check_ratio("noise", claim["noise"], quotient(difference, true, "noise"))
    package, seen = norm_of(proof, theirs, claim, "matrix"), norm_of(proof, theirs, hidden(proof, claim), "hidden")
    check_ratio("leak", claim["leak"], quotient(seen, package, "leak"))
    parts = {"error": "largest error of an entry over the largest entry", "noise": "||A - J|| / ||J||"}
    parts["leak"] = f"||A v|| / (||A|| ||v||) of the worst v in the span of the {len(proof.null_vectors)} null vectors"
    listed = "; ".join(f"{text} in {shown(claim[name])}" for name, text in parts.items())
    return f"the matrix A given, {len(ours)} x {proof.env.columns}, against J of the forms given: {listed}"
