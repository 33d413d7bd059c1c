"""Every error symsens raises on purpose: one tree, each message says what, where and what to do, in one line."""


class SymsensError(Exception):
    """Base of all deliberate errors; the command line prints it as one line and exits with 2."""


class InputError(SymsensError):
    """A file, structure, number or option cannot be used as given."""


class SpecError(InputError):
    """A descriptor specification names something unknown or out of range."""


class NoClosedForm(SpecError):
    """A descriptor is no finite sum of closed forms over tuples, where such a sum is needed."""


class NotSmoothError(InputError):
    """A descriptor is not differentiable at the structure given."""


class UndecidedError(SymsensError):
    """A claim could be neither proved nor refuted with the means at hand; carries the bound reached."""


class RefutedError(SymsensError):
    """A statement is false, or its certificate does not prove it; the message says what is true instead."""


class UndecidedWarning(UserWarning):
    """Numbers at hand are too noisy to judge by: neither passed nor failed."""


class ContradictionError(SymsensError):
    """Two bounds that are both claimed to be proved exclude each other; the message names both."""
