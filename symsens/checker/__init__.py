"""The trust boundary: whoever verifies need not trust whoever searched. What must be believed is in BELIEVE.md.

Law: this folder imports nothing of symsens but itself; the standard library alone proves certificates of exact numbers,
mpmath's intervals those of closed forms, and are imported only when one is met.
"""

from symsens.checker import kinds
from symsens.checker.refusals import Malformed, Refuted
from symsens.checker.shapes import load

__all__ = ["Malformed", "Refuted", "check", "load"]


def check(certificate):
    """The statements that a certificate proves, each with the name of its rule in brackets.

    Parameters
    ----------
    certificate : one of those that `load` returns, or a dictionary of the same shape.

    Raises
    ------
    Malformed, Refuted
        At the first thing that is not as the certificate says.
    """
    return kinds.prove(kinds.read(certificate, "certificate"))[0]
