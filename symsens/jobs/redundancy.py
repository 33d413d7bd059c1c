"""Linear relations among the features of a descriptor at every structure, and their certificate.

Law: joins the search to the certificate; no mathematics of its own.
"""

from dataclasses import dataclass
from functools import cached_property

from symsens import __version__
from symsens.certificates.described import not_written
from symsens.certificates.exact import printable
from symsens.certificates.relations import relations_certificate
from symsens.certificates.rules import Rule
from symsens.descriptors import Descriptor, descriptor
from symsens.errors import InputError
from symsens.forms.layouts import Layout
from symsens.search import relations as search
from symsens.verdict import Verdict


@dataclass(frozen=True)
class FeatureRelations:
    """The left null space of J that is there at every structure.

    Attributes
    ----------
    descriptor, centre, plan : the descriptor, the species of the centre, and the closed forms of the features.
    found : what the search proved.
    """

    descriptor: Descriptor
    centre: str
    plan: Layout
    found: search.Relations

    @property
    def labels(self) -> tuple[str, ...]:
        """Of all features."""
        return self.found.labels

    @property
    def relations(self) -> tuple[search.Relation, ...]:
        """Independent, proved; the last feature of each is redundant, being determined by those before it."""
        return self.found.relations

    @property
    def redundant(self) -> tuple[str, ...]:
        """Features that can be left out: the others determine them."""
        return self.found.redundant

    @property
    def rank_at_least(self) -> int:
        """Proved rank of the features' derivatives over several structures."""
        return self.found.rank_at_least

    @property
    def verdict(self) -> Verdict:
        """PROVED if there are no more relations than these."""
        return self.found.verdict

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves again that these relations hold and that there are no others; why there
        is none."""
        if self.verdict is not Verdict.PROVED:
            return Rule(None, "undecided whether there are more")
        if search.rational(self.relations, self.labels) is None:
            return Rule(None, "a relation has coefficients whose ratio is not rational")
        reason = not_written(self.plan)
        return Rule(None, reason) if reason else Rule("no-other-relations", by=("relations",))

    @cached_property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary.

        Raises
        ------
        InputError
            No certificate can hold this proof: see `rule`.
        UndecidedError
            The rank could not be proved in the form that a certificate wants.
        """
        if self.rule.name is None:
            raise InputError(f"{self.descriptor}: no certificate: {self.rule.reason}")
        relations = search.rational(self.relations, self.labels)
        others = self.found.samples.proof(len(self.labels) - len(relations))
        known = {"descriptor": self.descriptor, "centre": self.centre, "made-by": f"symsens {__version__}"}
        return relations_certificate(
            self.plan, relations, others, {name: printable(str(value)) for name, value in known.items()}
        )

    def __str__(self):
        known = len(self.relations)
        left = len(self.labels) - self.rank_at_least
        count = f"{known} linear relations" if left == known else f"{known} linear relations proved, at most {left}"
        by = (
            f"rules {' and '.join((*self.rule.by, self.rule.name))}"
            if self.rule.name
            else f"no certificate yet: {self.rule.reason}"
        )
        head = f"{len(self.labels)} features, {count}: {self.verdict} ({by})"
        return "\n".join([head, *(f"  {relation}" for relation in self.relations)])


def redundant_features(spec: str | Descriptor, centre: str, species, seed: int = 0) -> FeatureRelations:
    """All linear relations that hold among the features of a descriptor at every structure, of any composition.

    Parameters
    ----------
    spec : a descriptor or its SPEC.
    centre : species of the centre.
    species : species of the neighbours.
    seed : of the sample structures that bound the number of relations.

    Raises
    ------
    SpecError
        The features are no sums over tuples.
    """
    chosen = descriptor(spec) if isinstance(spec, str) else spec
    plan, found = search.linear_relations(chosen, centre, species, seed)
    return FeatureRelations(chosen, centre, plan, found)
