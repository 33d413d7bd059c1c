"""Which force constants can a class of descriptors reach? What symmetry allows, what models have, what they miss.

Law: joins the search to the certificate; no mathematics of its own.
"""

from dataclasses import asdict, dataclass
from functools import cached_property
from time import perf_counter

import numpy as np

from symsens.budget import DEFAULT, limited
from symsens.certificates.rules import Rule
from symsens.certificates.second_order import rule_of_curvatures, second_order_certificate
from symsens.descriptors import as_descriptor
from symsens.descriptors.networks.classes import NetworkClass
from symsens.errors import InputError
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.point_groups import point_group
from symsens.geometry.structure_displacements import LEVELS, StructureDisplacements
from symsens.jobs.harmonics import CrystalSecondOrder, crystal_second_order
from symsens.jobs.reports import labels_of
from symsens.jobs.subjects import of_each, of_each_structure
from symsens.numbers.bounds import RankBounds
from symsens.rows.curvatures import Curvatures, Missing, exact_curvatures
from symsens.rows.jet_spaces import TwoJet
from symsens.rows.normal_modes import CoupledModes, coupled_species
from symsens.search.second_jets import reached_by
from symsens.show.couplings import describe
from symsens.show.curvatures import lines
from symsens.verdict import Verdict


@dataclass(frozen=True, eq=False)
class Force:
    """A missing direction as floats, in Cartesian axes: what no model can add to an energy.

    Attributes
    ----------
    constants : (n, n, 3, 3) second derivatives of the energy by the positions of atoms, eV/Angstrom^2 per unit.
    gradient : (n, 3) its first derivatives, eV/Angstrom per unit; zero where models reach all forces.
    """

    constants: np.ndarray
    gradient: np.ndarray


@dataclass(frozen=True, repr=False)
class SecondOrder:
    """What is known of the second order at a site or a molecule; prints as text.

    Attributes
    ----------
    curvatures : allowed, reached and missing 2-jets, with proofs.
    seconds : wall time of the search.
    descriptor : the descriptor asked about; None where every model of order nu is.
    bounds : of the number of 2-jets that the descriptor reaches; None without one.
    whole : the environment asked about, where neighbours beyond the descriptor's cutoff are no part of it.
    """

    curvatures: Curvatures
    seconds: float
    descriptor: object = None
    bounds: RankBounds | None = None
    whole: Environment | None = None

    @property
    def subject(self) -> Environment | Structure:
        """What was asked about."""
        return self.curvatures.moves.subject

    @property
    def allowed(self) -> int:
        """The number of independent (forces, force constants) that symmetry allows."""
        return self.curvatures.allowed

    @property
    def reached(self) -> int | None:
        """How many of them models of order nu have; None when undecided."""
        return self.curvatures.reached

    @property
    def reached_by_descriptor(self) -> int | None:
        """How many the descriptor has; None without one, or when undecided."""
        return self.bounds.lower if self.bounds is not None and self.bounds.met else None

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The missing directions, exactly."""
        return self.curvatures.missing

    @cached_property
    def forces(self) -> list[Force]:
        """The missing directions as arrays over the neighbours, or the atoms of a molecule, in ASE's order of atoms and
        the axes of `symsens.geometry.cartesian.to_atoms`; the largest entry of each is 1."""
        return [_cartesian(self.curvatures, one.direction) for one in self.missing]

    @property
    def couplings(self) -> list[str]:
        """What each missing direction couples, in words."""
        return [describe(self.curvatures, force) for force in self.forces]

    @cached_property
    def coupled_species(self) -> dict[str, CoupledModes] | None:
        """Of which irreducible representations the normal modes are that the missing force constants couple; None where
        nothing is missing, or the group is infinite."""
        return coupled_species(self.curvatures) if self.missing else None

    @property
    def point_group(self) -> str:
        """Schoenflies symbol of the symmetry."""
        return point_group(self.curvatures.moves.stabiliser, False)

    @property
    def undecided(self) -> str | None:
        """What could not be proved, and the bounds reached; None when all is."""
        if self.curvatures.undecided is not None or self.bounds is None or self.bounds.met:
            return self.curvatures.undecided
        return f"reached by {self.descriptor.name}: {self.bounds}"

    @property
    def verdict(self) -> Verdict:
        """PROVED, or UNDECIDED with the reason in ``undecided``."""
        return Verdict.PROVED if self.undecided is None else Verdict.UNDECIDED

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves allowed, reached and missing again, or why there is none."""
        return rule_of_curvatures(self.curvatures)

    @cached_property
    def certificate(self) -> dict:
        """The certificate of allowed, reached and missing as a JSON-ready dictionary.

        Raises
        ------
        InputError
            Undecided, or there is no rule for it: see `rule`.
        """
        if self.rule.name is None:
            raise InputError(f"{self.curvatures.moves.where}: {self.rule.reason}")
        return second_order_certificate(self.curvatures, labels_of(self.subject))

    def as_dict(self) -> dict:
        """The JSON report (docs: the interface's keys)."""
        found, about, moves = self.curvatures, self.subject, self.curvatures.moves
        centred = isinstance(about, Environment)
        bounds = self.bounds
        return {
            "schema": "symsens/second-order/1",
            "file": about.source,
            "frame": about.frame,
            "formula": about.formula,
            "centre": about.centre if centred else None,
            "centre_species": about.centre_species if centred else None,
            "species": list(about.species),
            "atoms": list(about.atoms) if centred else list(range(len(about.species))),
            "images": [list(shift) for shift in about.images] if centred and about.images else None,
            "n_neighbours": len(about.species),
            "field": moves.field.name,
            "snapped": None if about.snapped is None else about.snapped.as_dict(),
            "level": found.level,
            "nu": found.nu,
            "readout": found.readout,
            "descriptor": None if self.descriptor is None else str(self.descriptor),
            "spec": None if self.descriptor is None else self.descriptor.spec,
            "stabiliser_order": moves.stabiliser.order,
            "point_group": self.point_group,
            "allowed": found.allowed,
            "reached": found.reached,
            "reached_by_descriptor": self.reached_by_descriptor,
            "bounds_by_descriptor": None if bounds is None else [bounds.lower, bounds.upper],
            "first_order": {"allowed": found.gradients, "reached": found.reached_gradients},
            "missing": [
                {**_plain(one.direction), "functional": _plain(one.functional), "text": text}
                for one, text in zip(self.missing, self.couplings)
            ],
            "coupled_species": self.coupled_species and {s: asdict(one) for s, one in self.coupled_species.items()},
            "verdict": str(self.verdict),
            "undecided": self.undecided,
            "rule": self.rule.name,
            "seconds": round(self.seconds, 6),
        }

    def __repr__(self):
        found = self.curvatures
        where = f"{self.subject.formula}, level {found.level}, nu = {found.nu}, {found.readout}"
        return f"SecondOrder({where}: {self.verdict}, {found.reached} of {found.allowed})"

    def __str__(self):
        return "\n".join(lines(self))


def _plain(jet: TwoJet) -> dict:
    """Exact numbers as strings, in frame coordinates; blocks j <= k."""
    text = lambda rows: [[str(x) for x in row] for row in rows]
    return {"gradient": text(jet.gradient), "form": [[j, k, text(block)] for (j, k), block in jet.form.items()]}


def _cartesian(found: Curvatures, jet: TwoJet) -> Force:
    """Covectors w of the frame are w B^-1 in Cartesian axes."""
    n = found.space.size
    down = np.linalg.inv(to_cartesian(found.moves.subject.metric, UNITS).T)  # B^-1
    constants = np.zeros((n, n, 3, 3))
    for (j, k), block in jet.form.items():
        constants[j, k] = [[float(x) for x in row] for row in block]
        constants[k, j] = constants[j, k].T
    constants = down.T @ constants @ down
    gradient = np.array([[float(x) for x in row] for row in jet.gradient]).reshape(n, 3) @ down
    unit = np.abs(constants).max(initial=0.0) or np.abs(gradient).max(initial=0.0) or 1.0
    return Force(constants / unit + 0.0, gradient / unit + 0.0)


UNITS = ((1, 0, 0), (0, 1, 0), (0, 0, 1))


def second_order(
    subject,
    nu: int | None = None,
    descriptor=None,
    readout: str = "linear",
    level: str = "environment",
    centre: int | str | None = None,
    cutoff=None,
    budget: float | None = DEFAULT,
) -> SecondOrder | CrystalSecondOrder | list[SecondOrder | CrystalSecondOrder]:
    """How many (forces, force constants) symmetry allows at a structure, how many of them models of order nu can have,
    and which are missing: combinations of force constants that no such model can add.

    Parameters
    ----------
    subject : an Environment; or a Structure, ``ase.Atoms``, the name of a file or "ase:NAME", with `centre`; or a list
        of these.
    nu : order of the features, 1 to 4. Default: the descriptor's, else 2.
    descriptor : a descriptor or its SPEC: how many its own features reach; one environment.
    readout : "linear": the energy of a site is a combination of its features; "nonlinear": any smooth function of them.
    level : "environment", the energy of one site whose centre is fixed; or, of a molecule all of whose atoms move,
        "sum" of the energies of its sites, or any function of the "set" of the sites' features. Of a crystal "sum", its
        force constants; "set" is the sum with a nonlinear readout.
    centre : index of the central atom, or "all"; not with an Environment.
    cutoff : neighbours within this radius in Angstrom (exact); None: all other atoms of a molecule.
    budget : seconds after which what is not proved is UNDECIDED; None for no limit.

    Returns
    -------
    SecondOrder
        Of one subject, else a list of them. With ``.allowed``, ``.reached``, ``.missing``, ``.forces`` (arrays).
    CrystalSecondOrder
        Of a whole crystal. With ``.constants`` (arrays) and ``.modes`` in place of ``.forces``.

    Raises
    ------
    InputError
        An order, level or readout that is none, or more tuples than the stated limit.
    UndecidedError
        The time was over before anything was known.
    """
    if nu is not None and (not isinstance(nu, int) or nu not in (1, 2, 3, 4)):
        raise InputError(f"nu = {nu!r}: the order of the tuples is 1, 2, 3 or 4")
    chosen = None if descriptor is None else as_descriptor(descriptor)
    if level != "environment":
        _check_level(level, centre, chosen)

        def ask_whole(structure):
            start = perf_counter()
            with limited(budget):
                if structure.lattice:
                    return crystal_second_order(structure, cutoff, nu or 2, level, readout)
                found = exact_curvatures(StructureDisplacements(structure, level, cutoff), nu or 2, readout)
            return SecondOrder(found, perf_counter() - start)

        return of_each_structure(ask_whole, subject)

    def ask(env):
        with limited(budget):
            return _of_site(env, nu, chosen, readout)

    return of_each(ask, subject, centre, cutoff)


def _check_level(level: str, centre, descriptor) -> None:
    if level not in LEVELS:
        raise InputError(f"level = {level!r}: 'environment', 'sum' or 'set'")
    if centre is not None:
        raise InputError(f"level = {level!r} asks about all atoms: leave the centre out")
    if descriptor is not None:
        raise InputError(f"level = {level!r} asks about all features of an order: leave the descriptor out")


def _of_site(env: Environment, nu, descriptor, readout: str) -> SecondOrder:
    start = perf_counter()
    if descriptor is None:
        return SecondOrder(exact_curvatures(Displacements.of_neighbours(env), nu or 2, readout), perf_counter() - start)
    widest, *_ = descriptor.classes(env)
    if isinstance(descriptor, NetworkClass) or widest.nu is None:
        raise InputError(f"{descriptor.name}: second order is about descriptors of an order nu, sums over tuples")
    if nu not in (None, widest.nu):
        raise InputError(f"nu = {nu}: {descriptor.name} is of order nu = {widest.nu}: leave nu out")
    seen = descriptor.visible(env) or env
    found = exact_curvatures(Displacements.of_neighbours(seen), widest.nu, readout)
    bounds = reached_by(found, descriptor) if found.undecided is None else None
    return SecondOrder(found, perf_counter() - start, descriptor, bounds, None if seen is env else env)
