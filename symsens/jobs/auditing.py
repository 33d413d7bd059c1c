"""The audit: a numeric descriptor's Jacobian and rank against what is proved of the features it evaluates.

All atoms vary (3N displacements), so that columns are those of the peer. Law: what is proved owes nothing to the peer;
what is measured of the peer is NumPy's, and corrected nowhere. A rank is judged by the last value that it counts: below
the noise floor it is noise, whatever is proved; and what differences made here cannot show no package is blamed for.
"""

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from symsens.certificates.answers import audit as claim
from symsens.certificates.exact import printable
from symsens.certificates.rules import Rule, rule_of_audit
from symsens.checker.limits import MAX_PARTS, MAX_PRODUCTS
from symsens.descriptors.base import Descriptor
from symsens.errors import InputError, NotSmoothError, SpecError, UndecidedError
from symsens.forms.jacobian import ball_jacobian
from symsens.geometry.cartesian import orthonormal, to_atoms, turned
from symsens.geometry.displacements import Displacements, tied_atoms
from symsens.geometry.environment import Environment
from symsens.jobs.certification import Result, certify
from symsens.jobs.subjects import as_structure
from symsens.numbers.metric import IDENTITY
from symsens.numbers.midrad import MidRad
from symsens.numbers.singular_values import SingularValue
from symsens.peers import ANALYTIC, Peer, atomic_numbers, derivative, jacobian, peer as parse
from symsens.peers.closed import Known, known
from symsens.rows.filtration import Level, exact_filtration
from symsens.search.audits import audit_evidence
from symsens.search.evidence import exact_null_vectors
from symsens.show.auditing import as_text
from symsens.verdict import Verdict

BITS = 160  # of the balls that a Jacobian is compared with
# Rotations about the centre that mix all axes.
TURNS = (
    np.array([[2, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3,
    np.array([[2, -6, 3], [3, -2, -6], [6, 3, 2]]) / 7,
    np.array([[6, 7, -6], [2, 6, 9], [9, -6, 2]]) / 11,
)


@dataclass(frozen=True)
class Proof:
    """What is proved of the features that a peer evaluates, over the displacements of `tied_atoms(environment)`.

    Attributes
    ----------
    environment : the centre and the neighbours that have a part in the features.
    rank : (lower, upper) bounds of the rank of the exact Jacobian, equal where it is decided.
    levels : the null vectors that are proved, by cause.
    undecided : why the bounds do not meet; None where they do.
    form : the closed form; None where none is known, and the bounds are those of every descriptor of the peer's kind.
    values : singular values of the exact Jacobian, descending; None where its rank is undecided.
    result : the whole answer; None where the rank is undecided.
    """

    environment: Environment
    rank: tuple[int, int]
    levels: tuple[Level, ...]
    undecided: str | None = None
    form: Descriptor | None = None
    values: tuple[SingularValue, ...] | None = None
    result: Result | None = None


@dataclass(frozen=True)
class Audit:
    """What a numeric descriptor gets right; prints as a table.

    Attributes
    ----------
    peer : its SPEC.
    proof : what it is judged by.
    atoms, features : N and m; its Jacobian is m x 3N.
    numeric_rank : `numpy.linalg.matrix_rank` of its Jacobian with the default tolerance; None if that is not finite.
    turned : the same for each of the orientations `TURNS` in which the Jacobian is finite.
    values : NumPy's singular values of its Jacobian, descending, 3N of them.
    max_relative_error : the largest |J - J_exact| of an entry, over the largest |J_exact|; an upper bound, as J_exact
        is enclosed.
    noise_floor : the largest singular value of J - J_exact, over that of J_exact: no singular value of the peer is
        farther than this from the exact one (Weyl). Without a closed form: the largest singular value beyond the proved
        upper bound of the rank, over the largest of all.
    null_space_leak : the largest |J v| / (|J| |v|) over the displacements v that are proved null.
    whole : whether it is a descriptor of the whole structure, to which the centre means nothing.
    derivative : how the Jacobian was made: "analytic", "package differences" or "adapter differences" (made here, of
        the package's features).
    difference_error : norm of the estimated errors of differences made here, over the largest singular value; or None.
    problem : what is not finite in the Jacobian; None where all is, else none of the numbers above exist.
    held : the part of its Jacobian that belongs to the closed form's features and to the atoms that move; None where
        there is more than that, or no closed form.

    A quotient by zero, where J_exact or J is the zero matrix, is None, and so is what needs a closed form that is not
    known.
    """

    peer: str
    proof: Proof
    atoms: int
    features: int
    numeric_rank: int | None = None
    turned: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    max_relative_error: float | None = None
    noise_floor: float | None = None
    null_space_leak: float | None = None
    whole: bool = False
    derivative: str = ANALYTIC
    difference_error: float | None = None
    problem: str | None = None
    held: np.ndarray | None = None

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """The rules of the checker that prove the rank again, and error, noise floor and leak; or why there are none.

        NumPy's rank and singular values of the package are measured: nothing proves them again.
        """
        result = self.proof.result
        if result is None:
            rank = Rule(None, self.proof.undecided or "no closed form is known for these options")
            return {"rank": rank, "audit": rank}
        return {"rank": result.rule, "audit": rule_of_audit(result.rules.get("singular_values"), self._reason())}

    def _reason(self) -> str | None:
        """Why the numbers of the package cannot be proved again; None where they can."""
        if self.problem or self.held is None:
            return self.problem or "the package's Jacobian is not zero where that of its closed form is"
        if self.proof.environment.field.degree > 1:
            return f"the rule of audits is about matrices over QQ, not over {self.proof.environment.field.name}"
        if self.proof.environment.metric != IDENTITY:
            return "Cartesian displacements have irrational components in this cell"
        if not self.held.any() or self.max_relative_error is None:
            return "a Jacobian is zero, or not enclosed"
        too_large = self.held.size > MAX_PARTS // 16 or self.held.size * 12 * self.atoms > MAX_PRODUCTS // 8
        return f"the package's Jacobian of {self.held.size} entries is too large" if too_large else None

    @property
    def certificate(self) -> dict:
        """The certificate of what is proved: of the closed form as `Result.answer`, and what the package makes of it.

        Raises
        ------
        InputError
            There is no rule for the rank.
        """
        rules, result = self.rules, self.proof.result
        if rules["rank"].name is None:
            raise InputError(f"{self.peer}: {rules['rank'].reason}")
        if rules["audit"].name is None:
            return result.answer
        moves, form = result.filtration.moves, self.proof.form
        found = audit_evidence(moves, form, self.held, exact_null_vectors(result.filtration, form))
        answer = result.answer_with({"audit": claim(self.held, found)}, 2 * found.bits)
        return answer | {"labels": answer["labels"] | {"package": printable(f"{self.peer}{_version(self.peer)}")}}

    @property
    def agrees(self) -> bool | None:
        """Whether the numeric rank is the proved one; None where the bounds allow both."""
        lower, upper = self.proof.rank
        if self.numeric_rank is None or not lower <= self.numeric_rank <= upper:
            return False
        return True if lower == upper else None

    @property
    def last_value(self) -> float | None:
        """The smallest singular value that the numeric rank counts, over the largest; None where it counts none."""
        return self.values[self.numeric_rank - 1] / self.values[0] if self.numeric_rank else None

    @property
    def noise(self) -> bool | None:
        """Whether `last_value` is noise: below the noise floor the exact value may as well be zero (Weyl). None where
        there is no value, or no closed form to measure the noise with."""
        if self.last_value is None or self.noise_floor is None or self.proof.form is None:
            return None
        return self.last_value <= self.noise_floor

    @property
    def judgement(self) -> str:
        """RIGHT; WRONG; NOISE: the rank is the proved one by accident, or the differences made here cannot show it;
        UNDECIDED."""
        if self.agrees is None:
            return "UNDECIDED"
        if self.agrees:
            return "NOISE" if self.noise else "RIGHT"
        return "NOISE" if self._lost_in_differences else "WRONG"

    @property
    def _lost_in_differences(self) -> bool:
        """Whether the features may well have the proved rank, within the errors of differences made here."""
        if self.difference_error is None or self.numeric_rank is None:
            return False
        lower, upper = self.proof.rank
        if self.numeric_rank > upper:
            return self.values[upper] <= self.difference_error * self.values[0]
        exact = self.proof.values
        if exact is None or not self.values[0]:
            return False
        return float(exact[lower - 1].lower / exact[0].upper) <= self.difference_error + self.tolerance

    @property
    def verdict(self) -> Verdict:
        """PROVED (the rank is right), REFUTED (it is wrong) or UNDECIDED (which noise is too)."""
        found = {"RIGHT": Verdict.PROVED, "WRONG": Verdict.REFUTED}
        return found.get(self.judgement, Verdict.UNDECIDED)

    @property
    def tolerance(self) -> float:
        """What NumPy takes for zero, over the largest singular value."""
        return max(self.features, 3 * self.atoms) * float(np.finfo(float).eps)

    def as_dict(self) -> dict:
        """The JSON document of ``symsens audit --json``; `proved_rank` is [lower, upper] where it is undecided."""
        lower, upper = self.proof.rank
        return {
            "peer": self.peer,
            "proved_rank": lower if lower == upper else [lower, upper],
            "numeric_rank": self.numeric_rank,
            "agrees": self.agrees,
            "max_relative_error": self.max_relative_error,
            "noise_floor": self.noise_floor,
            "null_space_leak": self.null_space_leak,
            "verdict": str(self.verdict),
            "judgement": self.judgement,
            "derivative": self.derivative,
            "last_value": self.last_value,
            "noise": self.noise,
            "rules": {name: rule.name for name, rule in self.rules.items()},
        }

    def __str__(self):

        return as_text(self)


def audit(peer: Peer | str, structure, centre: int = 0) -> Audit:
    """Compare the Jacobian and the rank of a numeric descriptor with the proved ones.

    Parameters
    ----------
    peer : a descriptor of `symsens.peers`, or its SPEC, e.g. ``"dscribe-soap:n_max=4,l_max=3"``.
    structure : a Structure, ``ase.Atoms``, an Environment, the name of a file or "ase:NAME".
    centre : index of the central atom; of no importance to a descriptor of the whole structure.

    Raises
    ------
    InputError
        Unknown peer or option, a package that is missing or refuses the structure, a periodic structure where every
        atom counts.
    NotSmoothError
        The features are not differentiable at this structure.
    """
    structure = as_structure(structure)
    spec = str(peer)
    peer = parse(peer) if isinstance(peer, str) else peer
    facts, atoms = known(peer, len(structure.species)), to_atoms(structure)
    species = atomic_numbers(peer, atoms, centre)
    if facts.reach is None and any(structure.pbc):
        raise InputError(
            f"{peer.name} has terms of atoms at any distance here: audit it at a molecule, not a periodic structure"
        )
    measured, errors = jacobian(peer, atoms, centre)
    problem = _not_finite(measured)
    try:
        proof = prove(structure.environment(0 if facts.whole else centre, facts.reach), facts)
    except NotSmoothError as error:
        raise NotSmoothError(f"{spec}: {problem}: {error}" if problem else str(error)) from None
    if problem and proof.form is None:
        raise InputError(
            f"{spec}: {problem}, and whether it has to be is not known without a closed form: move an atom"
        )
    head = {
        "peer": spec,
        "proof": proof,
        "atoms": len(atoms),
        "features": len(measured),
        "whole": facts.whole,
        "derivative": derivative(peer, atoms),
    }
    if problem:
        return Audit(**head, problem=problem)
    measured = measured.reshape(len(measured), -1)
    values, null = _singular_values(measured), null_vectors(proof, len(atoms))
    exact = _enclosure(proof, species, len(atoms))
    if exact is not None:
        error, noise = _errors(measured, exact)
    else:
        error, noise = None, float(max([0.0, *values[proof.rank[1] :]]) / values[0]) if values.any() else None
    others = [jacobian(peer, turned(atoms, centre, turn), centre)[0] for turn in TURNS]
    return Audit(
        **head,
        numeric_rank=_rank(measured),
        turned=tuple(_rank(other.reshape(len(other), -1)) for other in others if np.isfinite(other).all()),
        values=tuple(values.tolist()),
        max_relative_error=error,
        noise_floor=noise,
        null_space_leak=float(_norm(measured @ null.T) / values[0]) if values.any() else None,
        difference_error=float(np.linalg.norm(errors) / values[0]) if errors is not None and values.any() else None,
        held=_held(measured, proof, species),
    )


# What is proved.


def prove(env: Environment, facts: Known) -> Proof:
    """The rank of the closed form if there is one, otherwise what bounds that of every descriptor of the peer's kind.

    Raises
    ------
    NotSmoothError
        The closed form is not differentiable at `env`.
    """
    reason = "no closed form is known for these options"
    if facts.form is not None:
        try:
            return _of_form(env, facts.form)
        except (UndecidedError, SpecError) as error:  # its order or its cutoff is undecided, or it is too large
            reason = str(error)
    width = 3 * len(tied_atoms(env))
    if facts.invariant == "translations":
        levels = (Level("rigid", tuple(tuple(int(i % 3 == c) for i in range(width)) for c in range(3))),)
    else:
        found = exact_filtration(Displacements.of_atoms(env), facts.nu or 1)
        # Of an order that grows with the atoms, what symmetry forces is certain; of named atoms, rigid motions are.
        known_levels = 1 if facts.invariant == "motions" else 2 if facts.nu is None or found.undecided else 3
        levels = found.levels[:known_levels]
    upper = width - sum(level.dimension for level in levels)
    undecided = f"{reason}: its rank is at most {upper}, and a small basis may have less" if upper else None
    return Proof(env, (0, upper), levels, undecided)


def _of_form(env, form) -> Proof:
    result = certify(env, descriptor=form, vary="atoms")
    env, found = result.environment, result.filtration
    if found.undecided is None:
        return Proof(env, (found.rank, found.rank), found.levels, None, form, result.singular_values, result)
    levels = found.levels[:-1]
    upper = found.displacements - sum(level.dimension for level in levels)
    bounds = (0, upper) if result.bounds is None else (result.bounds.lower, result.bounds.upper)
    return Proof(env, bounds, levels, found.undecided, form)


def null_vectors(proof: Proof, n_atoms: int) -> np.ndarray:
    """Orthonormal Cartesian rows (d, 3N) that span all displacements proved null, of atoms out of reach too."""
    columns = [3 * atom + c for atom in tied_atoms(proof.environment) for c in range(3)]
    outside = np.setdiff1d(np.arange(3 * n_atoms), columns)
    vectors = [vector for level in proof.levels for vector in level.vectors]
    inside = np.zeros((len(vectors), 3 * n_atoms))
    if vectors:
        inside[:, columns] = orthonormal(proof.environment.metric, vectors)
    return np.vstack([inside, np.eye(3 * n_atoms)[outside]])


def _held(measured: np.ndarray, proof: Proof, species) -> np.ndarray | None:
    """The rows and columns of a package's Jacobian that a certificate is about; None if the others are not zero."""
    from ase.data import chemical_symbols

    if proof.form is None:
        return None
    names = proof.form.feature_names(proof.environment, tuple(chemical_symbols[z] for z in species))
    place = {name: i for i, name in enumerate(names)}
    rows = [place[name] for name in proof.form.feature_names(proof.environment)]
    columns = [3 * atom + c for atom in tied_atoms(proof.environment) for c in range(3)]
    rest = measured.copy()
    rest[np.ix_(rows, columns)] = 0
    return None if rest.any() else measured[np.ix_(rows, columns)]


def _enclosure(proof: Proof, species, n_atoms: int) -> MidRad | None:
    """The Jacobian (m, 3N) of the closed form, on the channels `species` (atomic numbers); None without one."""
    from ase.data import chemical_symbols

    if proof.form is None:
        return None
    symbols = tuple(chemical_symbols[z] for z in species)
    try:
        found = MidRad.from_arb(ball_jacobian(Displacements.of_atoms(proof.environment), proof.form, BITS, symbols))
    except UndecidedError:  # not finite in balls
        return None
    columns = [3 * atom + c for atom in tied_atoms(proof.environment) for c in range(3)]
    out = np.zeros((2, len(found.mid), 3 * n_atoms))
    out[:, :, columns] = found.mid, found.rad
    return MidRad(*out)


# What is measured.


def _version(spec: str) -> str:
    """Of the package that a peer's name begins with, for people; nothing where it has none."""
    name = spec.partition("-")[0]
    try:
        return f", {name} {version({'quippy': 'quippy-ase'}.get(name, name))}"
    except PackageNotFoundError:
        return ""


def _not_finite(found: np.ndarray) -> str | None:
    wrong = np.argwhere(~np.isfinite(found))
    if not len(wrong):
        return None
    feature, atom, axis = wrong[0].tolist()
    more = f" and at {len(wrong) - 1} more entries" if len(wrong) > 1 else ""
    return f"the Jacobian is {found[feature, atom, axis]} at (feature {feature}, atom {atom}, {'xyz'[axis]}){more}"


def _rank(matrix: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0


def _singular_values(matrix: np.ndarray) -> np.ndarray:
    """As many as columns, descending."""
    values = np.linalg.svd(matrix, compute_uv=False) if matrix.size else np.zeros(0)
    return np.concatenate([values, np.zeros(matrix.shape[1] - len(values))])


def _norm(matrix: np.ndarray) -> float:
    return float(np.linalg.norm(matrix, 2)) if matrix.size else 0.0


def _errors(measured: np.ndarray, exact: MidRad) -> tuple[float | None, float | None]:
    """The largest error of an entry over the largest entry, and the spectral norm of the error over that of J."""
    if measured.shape != exact.shape:
        raise AssertionError(
            f"the peer's Jacobian is {measured.shape}, that of its closed form {exact.shape}: please report these "
            "options"
        )
    difference = measured - exact.mid
    largest = float((abs(exact.mid) - exact.rad).max(initial=0.0))
    if not largest > 0:
        return None, None
    return float((abs(difference) + exact.rad).max()) / largest, _norm(difference) / _norm(exact.mid)
