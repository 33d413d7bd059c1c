"""How many layers of message passing tell two environments, or two molecules, apart, with a certificate.

Law: joins `symsens.geometry.colours` to the certificate; no mathematics of its own.
"""

from dataclasses import dataclass
from functools import cached_property

from symsens.certificates.colours import colours_certificate, rule_of_colours
from symsens.certificates.exact import printable
from symsens.certificates.rules import Rule
from symsens.errors import InputError
from symsens.geometry.colours import separating_layers
from symsens.geometry.environment import Environment, Structure
from symsens.jobs.subjects import as_structure
from symsens.numbers.field import QQ
from symsens.show.pairs import name_of
from symsens.show.tables import plural


@dataclass(frozen=True)
class Layers:
    """What was proved of two sides.

    Attributes
    ----------
    first, second : environments, read off at their centres; or molecules, summed over all atoms.
    angles : whether messages come from pairs of neighbours with their angle; else from each neighbour.
    cutoff : radius of every edge in Angstrom; None joins every pair.
    layers : the smallest number that tells A from B in some network; None: no number does, in no network.
    """

    first: Environment | Structure
    second: Environment | Structure
    angles: bool
    cutoff: object
    layers: int | None

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves it again, or why there is none."""
        whole = isinstance(self.first, Structure)
        return rule_of_colours((_centred(self.first), _centred(self.second)), self.angles, self.cutoff, whole)

    @property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary.

        Raises
        ------
        InputError
            No certificate can hold this proof: see `rule`.
        """
        if self.rule.name is None:
            raise InputError(f"no certificate: {self.rule.reason}")
        labels = {name: printable(name_of(side)) for name, side in (("A", self.first), ("B", self.second))}
        return colours_certificate(self.first, self.second, self.angles, self.cutoff, self.layers, labels)

    def as_dict(self) -> dict:
        """As JSON: ``layers``, null where no number of them tells A from B, and the rule that proves it again."""
        return {"layers": self.layers, "verdict": "PROVED", "rule": self.rule.name}

    def __str__(self):
        by = f"rule {self.rule.name}" if self.rule.name else f"no certificate yet: {self.rule.reason}"
        what = "distances and angles" if self.angles else "distances"
        if self.layers is None:
            return f"PROVED ({by}): no number of layers of message passing on {what} tells A from B."
        if self.layers == 0:
            return f"PROVED ({by}): their species alone tell A from B."
        tell = "tells" if self.layers == 1 else "tell"
        many = f"{plural(self.layers, 'layer')} of message passing on {what}"
        return f"PROVED ({by}): {many} {tell} A from B, no fewer do."


def compare_layers(first, second, angles: bool = False, cutoff=None) -> Layers:
    """How many layers of message passing tell two environments, or two molecules, apart.

    Parameters
    ----------
    first, second : an `Environment` each, read off at its centre; or a `Structure`, ase.Atoms, the name of a file or
        'ase:NAME' each, a molecule whose atoms are summed over.
    angles : networks whose messages come from pairs of neighbours with their angle (`agnn`); else from each neighbour
        with its distance (`dgnn`, 1-WL).
    cutoff : radius of every edge in Angstrom, a rational number; None joins every pair.

    Raises
    ------
    InputError
        An environment beside a molecule, a crystal, different fields, a cutoff that is none, too many messages.
    """
    sides = [one if isinstance(one, Environment) else as_structure(one) for one in (first, second)]
    if len({isinstance(side, Environment) for side in sides}) > 1:
        raise InputError("one side is an environment, the other a molecule: give two of one kind")
    around = list(map(_centred, sides))
    cutoff = None if cutoff is None else QQ.parse(cutoff)
    readout = "centre" if isinstance(sides[0], Environment) else "all"
    found = separating_layers(*around, angles, cutoff, readout)
    return Layers(*sides, angles, cutoff, found)


def _centred(side: Environment | Structure) -> Environment:
    """An environment that holds all atoms."""
    if isinstance(side, Environment):
        return side
    if any(side.pbc):
        raise InputError(
            f"{side.source or 'a structure'}: message passing is compared on molecules, and this is a crystal"
        )
    return side.environment(0)
