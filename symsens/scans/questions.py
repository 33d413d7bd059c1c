"""The question that is asked of every environment of a data set, or of every structure."""

from dataclasses import asdict, dataclass

from symsens.budget import DEFAULT
from symsens.descriptors import descriptor
from symsens.errors import InputError


@dataclass(frozen=True)
class Question:
    """What is asked; all of it as on the command line, so that it can be stored and compared.

    Attributes
    ----------
    nu : order of the tuples; None: the descriptor's, else 2.
    descriptor : SPEC; None for the basis-free question.
    cutoff : radius in Angstrom; None: all other atoms of a molecule.
    snap : tolerance in Angstrom within which structures are made symmetric; None: as they are.
    level : "environment", or "sum" or "set" of whole structures.
    clearance : whether the proved distance to the nearest singular environment is asked too.
    budget : seconds for each answer; None for no limit.
    """

    nu: int | None = None
    descriptor: str | None = None
    cutoff: str | None = None
    snap: str | None = None
    level: str = "environment"
    clearance: bool = False
    budget: float | None = DEFAULT

    def __post_init__(self):
        if self.level not in ("environment", "sum", "set"):
            raise InputError(f"level = {self.level!r}: it is 'environment', 'sum' or 'set'")
        if self.level != "environment" and (self.descriptor or self.clearance):
            given = "descriptor" if self.descriptor else "clearance"
            raise InputError(f"level = {self.level!r} asks about whole structures: leave {given} out")
        if self.nu is not None and self.nu not in (1, 2, 3, 4):
            raise InputError(f"nu = {self.nu!r}: the order of the tuples is 1, 2, 3 or 4")
        if self.clearance and self.nu == 1:
            raise InputError("nu = 1: a clearance is asked for nu = 2, 3 or 4")
        if self.descriptor:
            descriptor(self.descriptor)  # refused before any work is done

    def as_dict(self) -> dict:
        """What the answers depend on: all but the budget."""
        known = asdict(self)
        del known["budget"]
        return known
