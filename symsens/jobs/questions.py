"""The questions that surveys ask of descriptors, answered for one descriptor at one environment by evaluation alone.

Invariant? Of fixed size? Defined on other structures? What does it cost? Each `Answer` says how it is known; nothing is
taken from a descriptor's name or documentation.

Law: "proved" means an exact equality, disjoint balls or an exact decision; "enclosed" means equal as far as tight balls
tell; "measured" means counted or timed here; whatever could not be found out is None with the reason, never a guess.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter

import numpy as np
from flint import ctx

from symsens.descriptors.base import Descriptor
from symsens.errors import InputError, NoClosedForm, NotSmoothError, SymsensError
from symsens.forms import jacobian
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.species import sorted_species
from symsens.numbers.metric import apply, dot

PRECISIONS = (192, 768)  # bits of the balls that compare features of moved environments
TIGHT = Fraction(1, 10**30)  # widest difference, relative to the largest feature, that counts as equal
FAR = 10**6  # Angstrom: where an atom stands that a cutoff must ignore


@dataclass(frozen=True)
class Answer:
    """An answer to one question.

    Attributes
    ----------
    holds : True, False, or None where it is not known.
    how : "proved", "enclosed", "measured", or None where it is not known.
    detail : the evidence, or why there is none, in a few words.
    sizes : numbers of features at `env` and at the other structure, where they were counted.
    """

    holds: bool | None
    how: str | None
    detail: str = ""
    sizes: tuple[int, int] | None = None

    def as_dict(self) -> dict:
        """As JSON."""
        found = {"holds": self.holds, "how": self.how, "detail": self.detail}
        return found | {"sizes": list(self.sizes)} if self.sizes else found


def feature_count(env: Environment, descriptor: Descriptor, species=None) -> int:
    """The number of features, counted after an evaluation at `env`."""
    return len(jacobian.float_values(env, descriptor, species))


# Invariant?


def _reflected(y, v, metric):
    """y - 2 (v.y / v.v) v with the dot products of the frame: an isometry with rational coefficients."""
    normal = apply(metric, v)
    factor = 2 * dot(normal, y) / dot(normal, v)
    return tuple(a - factor * b for a, b in zip(y, v))


def motions(env: Environment) -> dict[str, Environment]:
    """`env` after what must change no feature: a rotation of infinite order, the inversion, a permutation of likes."""
    first, second = (tuple(map(Fraction, v)) for v in ((3, 7, -5), (2, -11, 4)))  # the axis is no special direction
    turned = [_reflected(_reflected(y, first, env.metric), second, env.metric) for y in env.positions]
    permuted = list(env.positions)
    for z in set(env.species):
        like = [j for j in range(env.n) if env.species[j] == z]
        for j, k in zip(like, like[1:] + like[:1]):
            permuted[k] = env.positions[j]
    return {
        "rotation": replace(env, positions=tuple(turned)),
        "inversion": replace(env, positions=tuple(tuple(-c for c in y) for y in env.positions)),
        "permutation": replace(env, positions=tuple(permuted)),
    }


def invariance(env: Environment, descriptor: Descriptor) -> Answer:
    """Whether the features are the same after each of `motions`.

    Returns
    -------
    Answer
        Exactly equal where the closed forms are rational at `env`. Otherwise by balls: disjoint ones prove a change;
        where all overlap, ``detail`` is the largest difference that they leave room for, over the largest feature.
    """
    moved = motions(env)
    exactly = jacobian.exact_values(env, descriptor)
    if exactly is not None:
        values = {name: jacobian.exact_values(other, descriptor) for name, other in moved.items()}
        if None not in values.values():
            changed = [name for name, value in values.items() if value != exactly]
            return Answer(not changed, "proved", f"changed by the {changed[0]}" if changed else "exactly equal")
    for bits in PRECISIONS:
        here = jacobian.ball_values(env, descriptor, bits)
        with ctx.workprec(bits):
            largest = max([x.abs_upper() for x in here], default=0)
            widest = 0
            for name, other in moved.items():
                there = jacobian.ball_values(other, descriptor, bits)
                if len(there) != len(here) or not all(a.overlaps(b) for a, b in zip(here, there)):
                    return Answer(False, "proved", f"changed by the {name}")
                widest = max([widest, *((a - b).abs_upper() for a, b in zip(here, there))])
            if widest <= largest * TIGHT.numerator / TIGHT.denominator:
                return Answer(True, "enclosed", f"within {_power_of_ten(widest / largest) if largest != 0 else 0}")
    return Answer(None, None, f"balls of {PRECISIONS[-1]} bits are too wide to tell")


def _power_of_ten(x) -> str:
    """A power of ten that is at least the ball x > 0, e.g. 1e-54."""
    return "0" if x == 0 else f"1e{int((x.log() / type(x)(10).log()).upper().ceil().unique_fmpz())}"


# Differentiable? Fixed size? Any structure?


def differentiable(env: Environment, descriptor: Descriptor) -> Answer:
    """Whether the descriptor is differentiable at `env`, decided exactly; ``detail`` says where it is not."""
    try:
        descriptor.check_smooth(env)
    except NotSmoothError as error:
        return Answer(False, "proved", str(error))
    return Answer(True, "proved")


def fixed_size(env: Environment, descriptor: Descriptor) -> Answer:
    """Whether the number of features stays when one neighbour is removed (of a species that stays, if there is one)."""
    if not env.n:
        return Answer(None, None, "no neighbour to remove")
    j = max(range(env.n), key=lambda j: (env.species.count(env.species[j]) > 1, j))
    pick = lambda row: row[:j] + row[j + 1 :]
    fewer = replace(env, species=pick(env.species), positions=pick(env.positions), atoms=pick(env.atoms))
    here, there = (feature_count(e, descriptor, sorted_species(env.species)) for e in (env, fewer))
    return _same_size(here, there, "one neighbour fewer")


def _same_size(here: int, there: int, what: str) -> Answer:
    return Answer(here == there, "measured", f"{here} features; {there} with {what}", (here, there))


def foreign_species(env: Environment) -> str:
    """A chemical element that `env` has not."""
    return next(z for z in ("H", "C", "N", "O", "F", "S", "Cl", "Si") if z not in {env.centre_species, *env.species})


def size_with_another_species(env: Environment, descriptor: Descriptor) -> Answer:
    """Whether the number of features stays when the last neighbour becomes an atom of a species that was not there."""
    if not env.n:
        return Answer(None, None, "no neighbour to replace")
    other = foreign_species(env)
    changed = replace(env, species=(*env.species[:-1], other), formula=None)
    there = feature_count(changed, descriptor, sorted_species([*env.species, other]))
    return _same_size(feature_count(env, descriptor), there, f"{other} too")


def chain(env: Environment) -> Environment:
    """An atom of a chain, periodic in one direction, of all species of `env`, with its neighbours within 6 Angstrom."""
    species = (env.centre_species, *sorted_species([*env.species, env.centre_species]))
    step, places = Fraction(12137, 10000), range(len(species))
    points = [(step * k, Fraction((-1) ** k * (5 + k), 11), Fraction(k * k % 7, 9)) for k in places]
    cell = ((step * len(species), 0, 0), (0, 20, 0), (0, 0, 20))
    return Structure(species, tuple(points), cell, (True, False, False), source="a periodic chain").environment(0, 6)


def periodic(env: Environment, descriptor: Descriptor) -> Answer:
    """Whether the descriptor can be evaluated in a periodic structure: at `chain`."""
    try:
        feature_count(chain(env), descriptor)
    except NoClosedForm:  # a class, which has no features anywhere
        raise
    except InputError as error:
        return Answer(False, "proved" if isinstance(error, NotSmoothError) else "measured", str(error))
    return Answer(True, "measured", "evaluated on a periodic chain")


def own_cutoff(env: Environment, descriptor: Descriptor) -> Answer:
    """Whether an atom a million Angstrom away is ignored: decided exactly where `visible` is, else seen in float64."""
    if not env.n:
        return Answer(None, None, "no neighbour to put far away")
    far = (Fraction(FAR), Fraction(1, 3), Fraction(1, 7))
    more = replace(
        env,
        species=(*env.species, env.species[-1]),
        positions=(*env.positions, far),
        atoms=(*env.atoms, max(env.atoms) + 1),
    )
    seen = descriptor.visible(more)
    if seen is not None:
        ignored, how = more.atoms[-1] not in seen.atoms, "proved"
    else:
        ignored = np.array_equal(*(jacobian.float_values(each, descriptor) for each in (env, more)))
        how = "measured"
    return Answer(ignored, how, f"an atom {FAR} Angstrom away {'does not count' if ignored else 'counts'}")


# What does it cost?


def jacobian_seconds(moves: Displacements, descriptor: Descriptor) -> float:
    """Wall time of one float64 Jacobian in seconds: the shortest of three after the first, or of one if it is long."""
    evaluate = jacobian.float_jacobian
    evaluate(moves, descriptor)  # compiles
    times = []
    while len(times) < 3 and sum(times) < 1:
        start = perf_counter()
        evaluate(moves, descriptor)
        times.append(perf_counter() - start)
    return min(times)


@dataclass(frozen=True)
class Survey:
    """What was found out about one descriptor at one environment; the fields are the functions of this module.

    Attributes
    ----------
    jacobian_seconds : None where there is no Jacobian.
    """

    invariance: Answer
    differentiable: Answer
    fixed_size: Answer
    size_with_another_species: Answer
    periodic: Answer
    own_cutoff: Answer
    jacobian_seconds: float | None

    def as_dict(self) -> dict:
        """As JSON."""
        return {name: value.as_dict() if isinstance(value, Answer) else value for name, value in vars(self).items()}


QUESTIONS = (invariance, differentiable, fixed_size, size_with_another_species, periodic, own_cutoff)


def survey(subject: Environment | Displacements, descriptor: Descriptor) -> Survey:
    """Ask every question; one that cannot be answered there gets the reason."""
    moves, answers = as_displacements(subject), []
    for question in QUESTIONS:
        try:
            answers.append(question(moves.environment, descriptor))
        except SymsensError as error:
            answers.append(Answer(None, None, str(error)))
    try:
        seconds = jacobian_seconds(moves, descriptor)
    except SymsensError:
        seconds = None
    return Survey(*answers, seconds)
