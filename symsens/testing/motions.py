"""Exact motions of environments and structures.

Law: a motion of an exact object is exact.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt

from symsens.errors import InputError
from symsens.geometry.environment import Environment, Structure
from symsens.numbers.metric import IDENTITY, apply, dot, multiply


@dataclass(frozen=True)
class Motion:
    """y -> Q y + t in frame coordinates, with Q^T M Q = M for the metric M it was made for.

    Attributes
    ----------
    matrix : Q, rows of exact numbers.
    translation : t; environments, whose centre stays at the origin, ignore it.
    """

    matrix: tuple[tuple[Fraction, ...], ...] = IDENTITY
    translation: tuple[Fraction, Fraction, Fraction] = (Fraction(0), Fraction(0), Fraction(0))

    def preserves(self, metric) -> bool:
        """Whether Q^T M Q = M exactly."""
        product = multiply(list(zip(*self.matrix)), multiply(metric, self.matrix))
        return [list(row) for row in product] == [list(row) for row in metric]


def move(subject: Environment | Structure, motion: Motion) -> Environment | Structure:
    """`subject` after the motion, exactly; a cell is turned with the atoms.

    Raises
    ------
    InputError
        The motion does not preserve the metric of the subject.
    """
    if not motion.preserves(subject.metric):
        raise InputError(
            "the motion is not an isometry of the subject's metric: draw it with rotations(metric=subject.metric)"
        )
    turned = tuple(apply(motion.matrix, y) for y in subject.positions)
    if isinstance(subject, Environment):
        return replace(subject, positions=turned)
    positions = tuple(tuple(a + b for a, b in zip(y, motion.translation)) for y in turned)
    cell = subject.cell and tuple(apply(motion.matrix, a) for a in subject.cell)
    return replace(subject, positions=positions, cell=cell)


def permute(env: Environment, order) -> Environment:
    """Neighbour i of the result is neighbour ``order[i]`` of `env`, with its species and its atom."""
    return replace(
        env,
        species=tuple(env.species[j] for j in order),
        positions=tuple(env.positions[j] for j in order),
        atoms=tuple(env.atoms[j] for j in order),
    )


def scale(env: Environment, factor) -> Environment:
    """All positions times the exact number `factor`, not 0."""
    factor = env.field.parse(factor)
    return replace(env, positions=tuple(tuple(factor * c for c in y) for y in env.positions))


def squares(env: Environment) -> list[Fraction]:
    """The squared distances s_j."""
    return [dot(y, apply(env.metric, y)) for y in env.positions]


def fit(env: Environment, radius) -> Environment:
    """`env` divided by the smallest positive integer that brings every neighbour within `radius` of the centre."""
    ratio = max(squares(env), default=Fraction(0)) / env.field.parse(radius) ** 2
    divisor = max(1, isqrt(max(0, ratio.__ceil__() - 1)) + 1)
    return env if divisor == 1 else scale(env, Fraction(1, divisor))


def displaced_by(env: Environment, amounts) -> Environment:
    """Coordinate i of the 3n moved by the exact number ``amounts[i]``."""
    return replace(
        env,
        positions=tuple(tuple(c + amounts[3 * j + i] for i, c in enumerate(y)) for j, y in enumerate(env.positions)),
    )


def displaced(env: Environment, eps) -> Environment:
    """The perturbed twin of a case: every coordinate moved differently, by eps/2 to 3 eps/2, signs mixed."""
    eps = env.field.parse(eps)
    size = [Fraction(1, 2) + Fraction((i + 1) * 7919 % 9973, 9973) for i in range(3 * env.n)]
    return displaced_by(env, [-eps * x if i * i % 7 in (1, 4) else eps * x for i, x in enumerate(size)])
