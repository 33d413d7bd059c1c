"""The main job: which displacements can no descriptor of this body order see, and why (THEORY, sections 2 to 4).

Law: joins the search to the certificate; no mathematics of its own.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from time import perf_counter

from symsens.budget import DEFAULT, BudgetSpent, limited, stage
from symsens.certificates.answers import answer_certificate, decimals, left_out, singular_values
from symsens.certificates.exact import exact_certificate
from symsens.certificates.rules import Rule, beyond_limits, rule_of_all, rule_of_left_out
from symsens.certificates.structures import structure_certificate
from symsens.errors import InputError, UndecidedError
from symsens.geometry.approximate_groups import NearSymmetry
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.point_groups import point_group
from symsens.geometry.representations import Species, species_of
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.jobs.reports import labels_of, report
from symsens.jobs.subjects import of_each, of_each_structure
from symsens.numbers.bounds import RankBounds
from symsens.rows.evidence import Directions
from symsens.rows.explanations import Explanation, explain
from symsens.rows.filtration import Filtration, exact_filtration, filtration_of, with_pivots
from symsens.rows.structures import structures_of_order
from symsens.verdict import Verdict


@dataclass(frozen=True, repr=False)
class Result:
    """What was proved of one environment; prints as a table, renders as HTML in a notebook.

    Attributes
    ----------
    filtration : dimensions, null vectors and rank proofs, level by level, and what moves.
    seconds : wall time of the search.
    descriptor : the descriptor asked about; None for a basis-free answer.
    singular_values : of the descriptor's Jacobian (Cartesian displacements), one per displacement, descending, each an
        exact zero or a rigorous interval; None when basis-free or undecided.
    digits : each interval has relative width 10^-digits at most.
    whole : the environment asked about, where neighbours beyond the descriptor's cutoff are no part of `environment`.
    wide : why there are no singular values although the rank is proved; None otherwise.
    bounds : of the rank of the descriptor's Jacobian; None when basis-free.
    functions : the class of networks asked about by name: a basis-free answer, so there is no descriptor; else None.
    """

    filtration: Filtration
    seconds: float
    descriptor: object = None
    singular_values: tuple | None = None
    digits: int = 6
    whole: Environment | None = None
    wide: str | None = None
    bounds: RankBounds | None = None
    functions: object = None

    @property
    def asked(self):
        """The descriptor, or the class of networks, that the question named; None where it named none."""
        return self.descriptor if self.functions is None else self.functions

    @property
    def environment(self) -> Environment:
        """The exact environment; no whole structure has one."""
        return self.filtration.moves.environment

    @property
    def subject(self) -> Environment | Structure:
        """What was asked about: an environment or a whole structure."""
        return self.filtration.moves.subject

    @property
    def unseen(self) -> int:
        """The number of neighbours beyond the descriptor's cutoff."""
        return 0 if self.whole is None else self.whole.n - self.environment.n

    @property
    def undecided(self) -> str | None:
        """What could not be proved, and the bounds reached; None when all is."""
        return self.filtration.undecided or self.wide

    @property
    def verdict(self) -> Verdict:
        """PROVED, or UNDECIDED with the reason in ``undecided``."""
        return Verdict.PROVED if self.undecided is None else Verdict.UNDECIDED

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves the rank again, or why there is none."""
        if self.filtration.undecided is not None:
            return Rule(None, f"undecided, so there is nothing to certify: {self.filtration.undecided}")
        if too_large := beyond_limits(self.filtration):
            return Rule(None, too_large)
        if self.functions is not None:
            from symsens.certificates.networks import network_rule

            return network_rule(self.filtration, self.functions)
        if self.descriptor is None:
            return rule_of_all(self.filtration.moves)
        from symsens.certificates.described import descriptor_rule
        from symsens.search.reasons import reasons_for
        from symsens.search.truncation import LINDEMANN

        if self.wide and self.bounds.why_below == LINDEMANN:
            return Rule(None, "the rank from below rests on Lindemann-Weierstrass, and no interval shows it")
        reasons = reasons_for(self.filtration, self.descriptor)
        return descriptor_rule(self.filtration, self.descriptor, reasons, self.bounds)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules that prove again what is printed beside the rank, by the names of the claims."""
        found = {}
        if self.unseen:
            found["left_out"] = rule_of_left_out(self.rule)
        if self.rule.name:
            found["point_group"] = Rule("point-group")
        if self.singular_values:
            from symsens.certificates.spectrum import rule_of_values

            found["singular_values"] = rule_of_values(self.filtration, self.descriptor, self.rule, self._intervals)
        return found

    @property
    def _intervals(self) -> list[tuple[Fraction, Fraction]]:
        """The singular values that are not zero, as reports and certificates write them."""
        found = [decimals(value, self.digits) for value in self.singular_values if not value.exact_zero]
        return [(Fraction(low), Fraction(high)) for low, high in found]

    @cached_property
    def point_group(self) -> str:
        """Schoenflies symbol of the site symmetry of the centre."""
        moves = self.filtration.moves
        return point_group(moves.stabiliser, moves.chiral)

    @cached_property
    def _species(self) -> Species | None:
        return species_of(self.filtration.moves)

    @property
    def symmetry_species(self) -> dict[str, int] | None:
        """How often each irreducible representation of the point group is among the nulls that symmetry forces, by
        Mulliken's symbols; None where the point group does not act on the displacements."""
        return self._species and self._species.forced

    @property
    def rigid_species(self) -> dict[str, int] | None:
        """The same of the rigid motions."""
        return self._species and self._species.rigid

    @property
    def near_symmetry(self) -> NearSymmetry | None:
        """A larger group that the environment has within a small distance: evidence that its digits hide one."""
        return self.filtration.moves.near_symmetry

    @cached_property
    def explanations(self) -> list[Explanation] | None:
        """What carries each null vector of the incompleteness: coincidences and linear dependencies of the neighbours.
        None where that is not known: of networks, of SO(3), and where there is too much to look through."""
        found = next((level for level in self.filtration.levels if level.name == "incompleteness"), None)
        moves, nu = self.filtration.moves, self.filtration.nu
        if found is None or self.filtration.undecided is not None or not nu or not isinstance(moves, Displacements):
            return None
        return explain(moves, nu, found.vectors)

    @cached_property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary.

        Raises
        ------
        InputError
            Undecided, or no certificate can hold this proof: see `rule`.
        """
        return self._certificate(None)

    def _certificate(self, bits: int | None) -> dict:
        """`certificate`; of all features, in intervals of so many bits, where these are given."""
        if self.rule.name is None:
            raise InputError(f"{self.filtration.moves.where}: {self.rule.reason}")
        if self.functions is not None:
            from symsens.certificates.networks import network_certificate

            return network_certificate(self.filtration, self.functions, self.whole) | {"labels": self._labels}
        if self.descriptor is None:
            if self.filtration.moves.level != "environment":
                return structure_certificate(self.filtration) | {"labels": self._labels}
            return exact_certificate(with_pivots(self.filtration)) | {"labels": self._labels}
        from symsens.certificates.described import descriptor_certificate
        from symsens.search.evidence import evidence_for

        evidence = evidence_for(self.filtration, self.descriptor)
        return descriptor_certificate(self.filtration, self.descriptor, evidence, bits) | {"labels": self._labels}

    @cached_property
    def _injectivity(self):
        """Evidence for the radius; None where the checker will not see it."""
        from symsens.search.radius_evidence import injectivity

        return injectivity(self.radius())

    @cached_property
    def radius_rule(self) -> Rule:
        """The rule of the checker that proves a radius again (`certified_radius`), or why there is none."""
        from symsens.certificates.radius import too_much

        if self.rule.name is None:
            return self.rule
        if self.filtration.moves.tie is not None:
            return Rule(None, "the certificate is about displacements of all atoms")
        if self.radius().radius is None:
            return Rule(None, self.radius().reason)
        if self._injectivity is None:
            return Rule(None, "the checker encloses less tightly than the search, and would see none")
        reason = too_much(self._certificate(0), self._injectivity)
        return Rule(None, reason) if reason else Rule("radius")

    @property
    def certified_radius(self) -> Decimal | None:
        """The radius that a certificate can prove, `radius().radius` or less; None where there is no rule for it."""
        return self._injectivity.radius if self.radius_rule.name else None

    @property
    def answer(self) -> dict:
        """`certificate`, with that of what is printed beside the rank where there is a rule for it (`rules`).

        Raises
        ------
        InputError
            As `certificate`.
        """
        return self.answer_with({})

    @property
    def answer_with_radius(self) -> dict:
        """`answer`, with the radius of invertibility where there is a rule for it (`radius_rule`).

        Raises
        ------
        InputError
            As `certificate`.
        """
        if self.radius_rule.name is None:
            return self.answer
        from symsens.certificates.radius import radius_claim

        return self.answer_with({"radius": radius_claim(self._injectivity)})

    def answer_with(self, more: dict[str, dict], bits: int = 0) -> dict:
        """`answer` with more claims about all features, to be evaluated in intervals of at least so many bits.

        Parameters
        ----------
        more : claims, by the names of the checker's table.
        bits : of the intervals; 0 where the claims ask for none.
        """
        certifiable = {rule.name for rule in self.rules.values()}
        claims, whole = {}, bool(more)
        if "left-out" in certifiable:
            claims["left_out"] = left_out(self.whole, self.environment)
        if "singular-values" in certifiable and (found := self._directions()):
            claims["singular_values"] = singular_values(self.singular_values, self.digits, found)
            whole, bits = True, max(bits, 2 * found.bits)
        return answer_certificate(self._certificate(bits if whole else None), claims | more)

    def _directions(self) -> Directions | None:
        """Evidence for the singular values; without it there is no rule for them, and `rules` says so from then on."""
        from symsens.search.spectrum import directions

        try:
            return directions(self.filtration.moves, self.descriptor, self._intervals)
        except BudgetSpent:
            raise
        except UndecidedError as error:
            self.rules["singular_values"] = Rule(None, str(error))
            return None

    @property
    def _labels(self) -> dict[str, str]:
        return labels_of(self.subject, self.asked)

    def ladder(self, digits=(30, 60, 120)):
        """The precision ladder (evidence, not proof): mpmath's singular values of J at each number of working digits.

        Returns
        -------
        symsens.numbers.ladder.Ladder
            About -1 in ``exponents`` suggests a true zero, about 0 a nonzero value.

        Raises
        ------
        InputError
            The answer is basis-free: there is no J.
        """
        from symsens.forms.jacobian import mp_jacobian
        from symsens.numbers.ladder import estimate_ladder

        if self.descriptor is None:
            raise InputError("a basis-free answer has no singular values: give a descriptor")
        return estimate_ladder(lambda dps: mp_jacobian(self.filtration.moves, self.descriptor, dps), digits)

    @cached_property
    def _radius(self):
        from symsens.search.radius import certified_radius

        known = self.filtration if self.filtration.moves.tie is None else None
        return certified_radius(self.environment, self.descriptor, known)

    def radius(self):
        """The proved radius of local invertibility: the neighbours move, the centre is fixed.

        Returns
        -------
        symsens.search.radius.Radius
            The radius in Angstrom, or why there is none.

        Raises
        ------
        InputError
            The answer is basis-free: there is no map to invert.
        """
        if self.descriptor is None:
            raise InputError("a basis-free answer has no invertibility radius: give a descriptor")
        return self._radius

    def as_dict(self, radius: bool = False, null_vectors: bool = False, ladder=None) -> dict:
        """The JSON report "symsens/report/1" (docs: the interface's keys).

        Parameters
        ----------
        radius : with the radius of invertibility.
        null_vectors : with the null vectors, level by level, as integers over the displacements.
        ladder : with this ladder.
        """
        return report(self, radius, null_vectors, ladder)

    def __repr__(self):
        f, about = self.filtration, "" if self.asked is None else f", {self.asked}"
        rank = "?" if f.rank is None else f.rank
        one = self.subject
        whole = f"level {f.moves.level}" if isinstance(one, Structure) else f"centre {one.centre}"
        return f"Result({one.formula}, {whole}, {f.order}{about}: {self.verdict}, rank {rank} of {f.displacements})"

    def __str__(self):
        from symsens.show.tables import as_text

        return as_text(self)

    def _repr_html_(self):
        from symsens.show.tables import as_html

        return as_html(self)


def certify(
    subject,
    nu: int | None = None,
    descriptor=None,
    vary: str = "neighbours",
    digits: int = 6,
    chiral: bool = False,
    budget: float | None = DEFAULT,
    centre: int | str | None = None,
    cutoff=None,
    level: str = "environment",
) -> Result | list[Result]:
    """Prove the null-space filtration of an environment, basis-free or for a descriptor.

    Parameters
    ----------
    subject : an Environment; or a Structure, ``ase.Atoms``, the name of a file or "ase:NAME", with `centre`; or a list
        of these.
    nu : order of the tuples, 1 to 4; a descriptor of order nu has body order nu + 1. Default: the descriptor's, else 2.
    descriptor : a descriptor or its SPEC, e.g. ``"power-spectrum:n_max=4,l_max=3"``; None for the basis-free answer,
        which holds for every smooth descriptor of order nu that is invariant under O(3). A class of networks, e.g.
        ``"dgnn:layers=3"``, has a basis-free answer too: it holds for all of them.
    vary : "neighbours" (the centre fixed) or "atoms" (all atoms of the environment move).
    digits : with a descriptor, the relative width 10^-digits asked of the enclosed singular values.
    chiral : ask about all descriptors that are invariant under SO(3), which may tell mirror images apart (by triple
        products, from nu = 3 on); basis-free only.
    budget : seconds after which what is not proved is UNDECIDED; None for no limit. Inside `symsens.budget.limited`
        that limit stands instead.
    centre : index of the central atom, or "all"; not with an Environment.
    cutoff : neighbours within this radius in Angstrom (exact); None: all other atoms of a molecule.
    level : "environment"; or, of a whole structure all of whose atoms move, what no "sum" of the features of its
        environments can see, or no model that is nonlinear in them, "set" (without centre or descriptor).

    Returns
    -------
    Result
        Of one environment, else a list of them. With ``.filtration``, ``.verdict``, ``.certificate``,
        ``.singular_values``.

    Raises
    ------
    InputError
        nu, vary or digits out of range, more tuples than the stated limit, or a descriptor that is not differentiable
        here.
    UndecidedError
        The time was over before anything was known.
    """
    if not isinstance(digits, int) or not 1 <= digits <= 1000:
        raise InputError(f"digits = {digits}: ask for 1 to 1000")
    if descriptor is not None:
        import symsens.search.truncation  # noqa: F401  (an import must not be interrupted)

    if level != "environment":
        if given := [x for x in (centre, chiral or None) if x is not None]:
            raise InputError(f"level = {level!r} asks about all features of all atoms: leave {given[0]!r:.60} out")
        chosen = None
        if descriptor is not None:
            from symsens.descriptors.networks.classes import class_of_networks

            chosen = class_of_networks(descriptor, level, nu, cutoff)
        order = _checked_order(2 if nu is None else nu)

        def ask_whole(structure):
            with limited(budget):
                return _certified_structure(structure, order, level, cutoff, chosen)

        return of_each_structure(ask_whole, subject)

    def ask(env):
        with limited(budget):
            return _certified(env, nu, descriptor, vary, digits, chiral)

    return of_each(ask, subject, centre, cutoff)


def _certified(env: Environment, nu, descriptor, vary: str, digits: int, chiral: bool) -> Result:
    start = perf_counter()
    if chiral and descriptor is not None:
        raise InputError("chiral asks about all SO(3) descriptors of an order, without one: leave the descriptor out")
    if descriptor is None:
        moves = Displacements.named(env, vary, chiral)
        filtration = exact_filtration(moves, _checked_order(2 if nu is None else nu))
        return Result(filtration, perf_counter() - start)

    from symsens.descriptors import as_descriptor
    from symsens.descriptors.networks.classes import NetworkClass
    from symsens.search.truncation import certified_truncation

    stage("the closed forms")
    descriptor = as_descriptor(descriptor)
    widest, *narrower = descriptor.classes(env)
    if nu not in (None, widest.nu):
        order = "a network of no order nu" if widest.nu is None else f"of order nu = {widest.nu}"
        raise InputError(f"nu = {nu}: {descriptor.name} is {order}: leave nu out")
    if widest.nu is not None:
        _checked_order(widest.nu)
    seen = descriptor.visible(env) or env
    whole = None if seen is env else env
    if whole:
        narrower = descriptor.classes(seen)[1:]
    filtration = filtration_of(Displacements.named(seen, vary), widest)
    if isinstance(descriptor, NetworkClass):
        return Result(filtration, perf_counter() - start, whole=whole, functions=descriptor)
    if filtration.undecided is not None:
        return Result(filtration, perf_counter() - start, descriptor, None, digits, whole)
    found = certified_truncation(filtration, descriptor, digits, narrower)
    seconds = perf_counter() - start
    return Result(found.filtration, seconds, descriptor, found.values, digits, whole, found.wide, found.bounds)


def _certified_structure(structure: Structure, nu: int, level: str, cutoff, functions) -> Result:
    start = perf_counter()
    if functions is None:
        filtration = filtration_of(StructureDisplacements(structure, level, cutoff), structures_of_order(nu))
    else:
        filtration = filtration_of(StructureDisplacements(structure, level, functions.cutoff), functions.summed())
    return Result(filtration, perf_counter() - start, functions=functions)


def _checked_order(nu):
    if not isinstance(nu, int) or nu not in (1, 2, 3, 4):
        raise InputError(f"nu = {nu!r}: the order of the tuples is 1, 2, 3 or 4")
    return nu
