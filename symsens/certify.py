"""The main job: which displacements can no descriptor of this body order see, and why (THEORY, sections 2 to 4).

Law: joins the search to the certificate; no mathematics of its own.
"""

from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

from symsens.certificate import build_certificate
from symsens.cluster import Environment
from symsens.errors import InputError
from symsens.filtration import Filtration, exact_filtration
from symsens.pointgroup import point_group
from symsens.verdict import Verdict


@dataclass(frozen=True)
class Result:
    """What was proved of one environment; prints as a table, renders as HTML in a notebook.

    Attributes
    ----------
    environment : the exact environment.
    filtration : dimensions, null vectors and rank proofs, level by level.
    seconds : wall time of the search.
    """

    environment: Environment
    filtration: Filtration
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """PROVED, or UNDECIDED with the reason in ``filtration.undecided``."""
        return Verdict.PROVED if self.filtration.undecided is None else Verdict.UNDECIDED

    @property
    def singular_values(self):
        """None: a basis-free answer has no singular values."""
        return None

    @cached_property
    def point_group(self) -> str:
        """Schoenflies symbol of the site symmetry of the centre."""
        return point_group(self.filtration.stabiliser)

    @cached_property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary; raises `InputError` when undecided."""
        return build_certificate(self.environment, self.filtration)

    def as_dict(self) -> dict:
        """The JSON report "symsens/report/1" (docs: the interface's keys)."""
        env, f = self.environment, self.filtration
        return {
            "schema": "symsens/report/1",
            "file": env.source,
            "formula": env.formula,
            "centre": env.centre,
            "centre_species": env.centre_species,
            "species": list(env.species),
            "n_neighbours": env.n,
            "field": env.field.name,
            "nu": f.nu,
            "descriptor": None,
            "level": "environment",
            "vary": "neighbours" if f.variables is None else "atoms",
            "displacements": f.displacements,
            "rank": f.rank,
            "nullity": f.nullity,
            "symmetry_allowed_rank": f.symmetry_allowed_rank,
            "stabiliser_order": f.stabiliser.order,
            "point_group": self.point_group,
            "filtration": f.as_dict(),
            "singular_values": self.singular_values,
            "verdict": str(self.verdict),
            "undecided": f.undecided,
            "seconds": round(self.seconds, 6),
        }

    def __str__(self):
        from symsens.report import as_text

        return as_text(self)

    def _repr_html_(self):
        from symsens.report import as_html

        return as_html(self)


def certify(env: Environment, nu: int = 2, vary: str = "neighbours") -> Result:
    """Prove the null-space filtration of an environment.

    Parameters
    ----------
    env : the environment, e.g. ``Environment.from_ase(atoms, centre=0)``.
    nu : order of the tuples; a descriptor of order nu has body order nu + 1. 1 to 4.
    vary : "neighbours" (the centre fixed) or "atoms" (all atoms of the environment move).

    Returns
    -------
    Result
        With ``.filtration``, ``.verdict``, ``.certificate``, ``.singular_values``.

    Raises
    ------
    InputError
        nu or vary out of range, or more tuples than the stated limit.
    """
    if nu not in (1, 2, 3, 4):
        raise InputError(f"nu = {nu}: the order of the tuples is 1, 2, 3 or 4")
    if vary not in ("neighbours", "atoms"):
        raise InputError(f"vary = {vary!r}: either 'neighbours' or 'atoms' vary")
    start = perf_counter()
    filtration = exact_filtration(env, nu, vary)
    return Result(env, filtration, perf_counter() - start)
