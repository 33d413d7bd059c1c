"""A family by name: its constructor, its parameters, and what is special of its members at which nu.

Law: numbers are claimed for parameters in general position; a pair whose members are congruent is refused.
"""

from collections.abc import Callable
from dataclasses import Field, dataclass, make_dataclass
from functools import cached_property

from symsens.errors import InputError
from symsens.geometry.congruence import match_environments, match_structures
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.families.members import DegeneratePair
from symsens.spec import Parameters

MAX_NUMBERS = 100  # of a list
MAX_DIGITS = 100  # of a numerator or denominator


@dataclass(frozen=True)
class Family:
    """A family of environments, or of degenerate pairs of environments or structures.

    Attributes
    ----------
    name : as `symsens families NAME` has it.
    summary : what its members are, in one line.
    build : from the values of the keys to a member or a pair.
    keys : the parameters, made by the functions of `symsens.spec`.
    extra : nu -> null directions beyond rigid motions, of environments; of the first member of a pair.
    degenerate : of a pair, the largest nu at which features are equal; None for a single environment.
    remark : what else is special, in one line.
    source : where it comes from.
    """

    name: str
    summary: str
    build: Callable[..., Environment | DegeneratePair]
    keys: dict[str, Field]
    extra: dict[int, int]
    degenerate: int | None = None
    remark: str = ""
    source: str = "THEORY; arXiv 2109.11440"

    @cached_property
    def parameters(self) -> type[Parameters]:
        """The class of its parameters: reads words and values, or says in one line what to give."""
        keys = [(key, object, entry) for key, entry in self.keys.items()]
        return make_dataclass(self.name, keys, bases=(Parameters,), frozen=True, namespace={"name": self.name})

    def as_dict(self) -> dict:
        """One entry of the JSON document of ``symsens families --json``."""
        keys = self.parameters.parameters()
        return {
            "name": self.name,
            "summary": self.summary,
            "parameters": {key: {"default": default, "help": help} for key, (default, help) in keys.items()},
            "members": 2 if self.degenerate else 1,
            "degenerate_up_to": self.degenerate,
            "extra_nullity": {str(nu): count for nu, count in self.extra.items()},
            "remark": self.remark or None,
            "source": self.source,
        }

    def members(self, given: Parameters | None = None) -> tuple[Environment | Structure, ...]:
        """One member, or both of a pair; of the defaults where no parameters are given.

        Raises
        ------
        InputError
            Atoms coincide, a direction is zero, or the members of a pair are congruent.
        """
        given = self.parameters() if given is None else given
        self._check_sizes(given)
        try:
            made = self.build(**{key: getattr(given, key) for key in self.keys})
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None
        if not isinstance(made, DegeneratePair):
            return (made,)
        match = match_environments if isinstance(made.first, Environment) else match_structures
        if match(*made) is not None:
            raise InputError(f"{self.name}: the two members are congruent for these parameters: give others")
        return tuple(made)

    def _check_sizes(self, given: Parameters) -> None:
        for key in self.keys:
            value = getattr(given, key)
            numbers = value if isinstance(value, tuple) else (value,)
            if len(numbers) > MAX_NUMBERS:
                raise InputError(f"{self.name}: {key} has {len(numbers)} numbers: give at most {MAX_NUMBERS}")
            if any(max(abs(x.numerator), x.denominator) >= 10**MAX_DIGITS for x in numbers):
                raise InputError(f"{self.name}: {key}: give numbers of at most {MAX_DIGITS} digits")
