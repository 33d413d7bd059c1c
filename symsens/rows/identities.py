"""What no feature of an order sees at any values of the parameters of a family (Lemma polynomials).

Law: identities of polynomials, exact.
"""

from collections.abc import Sequence

import numpy as np

from symsens.geometry.polynomial_families import PolynomialFamily, polynomial_labels
from symsens.rows.tuples import enumerate_tuples, invariant_columns, number_classes, tuple_classes


def seen_row(family: PolynomialFamily, vector: Sequence, nu: int | None) -> tuple | None:
    """The name of a row of D_nu that does not vanish along a vector of polynomials; None if all vanish identically.

    Parameters
    ----------
    vector : 3n polynomials, or integers.
    nu : the order; None: whatever the order, the rows of E.
    """
    first, second = np.triu_indices(family.n)
    dG = family.along(vector)
    along = [dG[j][k] for j, k in zip(first, second)]
    if nu is None:
        return next(((int(j), int(k)) for j, k, value in zip(first, second, along) if value), None)
    (labels,) = polynomial_labels(family)
    classes = tuple_classes(labels, nu)
    for row, (start, stop) in enumerate(zip(classes.indptr[:-1], classes.indptr[1:])):
        pairs = zip(classes.indices[start:stop], classes.counts[start:stop])
        if sum(int(count) * along[pair] for pair, count in pairs):
            return classes.row_name(row)
    return None


def equal_identically(first: PolynomialFamily, second: PolynomialFamily, nu: int) -> bool:
    """Whether all classes of nu-tuples, by equal polynomials, have as many members in one family as in the other."""
    labels = polynomial_labels(first, second)
    tuples = [enumerate_tuples(each.diagonal(), nu) for each in labels]
    columns = [list(invariant_columns(each, tau)) for each, tau in zip(labels, tuples)]
    class_of = number_classes(sum(map(len, tuples)), [np.concatenate(each) for each in zip(*columns)])
    counts = [np.bincount(part, minlength=class_of.max() + 1) for part in np.split(class_of, [len(tuples[0])])]
    return bool((counts[0] == counts[1]).all())
