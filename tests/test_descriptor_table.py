"""Every descriptor of the catalogue has a row of the table, and every row obeys every law; so does a new descriptor."""

from dataclasses import dataclass
from fractions import Fraction

import descriptor_laws as laws
import mpmath
import numpy as np
import pytest
from descriptor_table import ROWS, SKEW, THREE, TWO, Row
from sympy import exp, sqrt
from textbooks import high, oracle_atoms, polar

from symsens.descriptors import NAMES
from symsens.descriptors.base import Descriptor, TupleSum
from symsens.errors import ContradictionError
from symsens.forms.arithmetics import NotRational
from symsens.forms.blocks import Block, Condition, invariants, number
from symsens.numbers.midrad import MidRad
from symsens.rows.matrices import invariants_of_order
from symsens.spec import integer, rational

by_name = {"ids": lambda each: getattr(each, "__name__", None) or str(each)}


@pytest.mark.parametrize("row", ROWS, **by_name)
@pytest.mark.parametrize("law", laws.LAWS, **by_name)
def test_law(law, row):
    law(row)


def lacking(names):
    """The names that have no row."""
    return sorted(set(names) - {row.name for row in ROWS})


def test_every_name_has_a_row():
    assert lacking(NAMES) == []
    assert lacking([*NAMES, "made-up"]) == ["made-up"]
    assert {row.name for row in ROWS} <= set(NAMES)


def test_the_table_has_what_the_laws_tell_apart():
    """Rows with and without a closed form, with and without a certificate, of every rule that there is for them."""
    formed = {laws.has_closed_form(row.environments[0], row.descriptor) for row in ROWS}
    rules = {laws.certified(row.environments[-1], None, row.descriptor, "neighbours").rule.name for row in ROWS}
    assert formed == {True, False} and rules == {None, "polynomial-rank", "closed-form-rank"}


# A new descriptor: its class, a line of the catalogue, a row. One is a sum over tuples, the other has jets of its own.


@dataclass(frozen=True)
class Decays(TupleSum):
    """F_k = sum over j of exp(-k s_j / a^2), and the sum over pairs j, k of d_jk exp(-s_j - s_k)."""

    name = "decays"
    formula = r"F_k = \sum_j e^{-k s_j / a^2}"
    k_max: int = integer(2, low=1, high=9, help="number of exponents")
    a: Fraction = rational(1, above=0, help="width, Angstrom")

    def blocks(self, centre, species):
        (s,), (s1, s2, d) = invariants(1), invariants(2)
        inside = Condition(9 - s, "cutoff radius 3")
        phi = [exp(-k * s / number(self.a) ** 2) for k in range(1, self.k_max + 1)]
        labels = [f"k={k}" for k in range(1, self.k_max + 1)]
        one = [Block(1, (z,), phi, labels, conditions=[inside]) for z in species]
        pair = [d * exp(-s1 - s2)]
        return [*one, *(Block(2, (y, z), pair, ["pair"], conditions=[inside]) for y in species for z in species)]


def decays(env, chosen):
    near = [(r, u) for _, r, u in polar(env) if r < 3]
    out = [mpmath.fsum(mpmath.exp(-k * (r / high(chosen.a)) ** 2) for r, _ in near) for k in (1, 2)]
    total = [mpmath.fsum(r * u[c] * mpmath.exp(-(r**2)) for r, u in near) for c in range(3)]
    return [*out, mpmath.fsum(x**2 for x in total)]


@dataclass(frozen=True)
class Gyration(Descriptor):
    """sqrt(P), P Q and 1 / (1 + Q) with P = sum over j of s_j, Q = |sum over j of x_j|^2: no sums over tuples."""

    name = "gyration"
    formula = r"\sqrt{P}, \quad P Q, \quad \frac{1}{1 + Q}"
    power: int = integer(1, low=1, high=3, help="of Q in the second")

    def feature_names(self, env, species=None):
        return ("sqrt(P)", "P Q", "1 / (1 + Q)")

    def jets(self, env, arithmetic, seeds=None, species=None):
        if arithmetic.name == "exact":
            raise NotRational("a square root")
        first, second = np.triu_indices(env.n)
        t = arithmetic.array([(env.gram[j][k], env.gram_scale) for j, k in zip(first, second)])
        dp = arithmetic.array([(int(j == k), 1) for j, k in zip(first, second)])
        dq = arithmetic.array([(2 - int(j == k), 1) for j, k in zip(first, second)])
        p, q, one = (t * dp).sum(), (t * dq).sum(), arithmetic.number(1, 1)
        root = arithmetic.functions["sqrt"](p)
        if seeds is None:
            return np.array([[root], [p * q**self.power], [one / (1 + q)]], dtype=arithmetic.dtype)
        mixed = dp * q**self.power + self.power * p * q ** (self.power - 1) * dq
        return seeds.chain(np.stack([dp / (2 * root), mixed, -dq / (1 + q) ** 2]))

    def check_smooth(self, env):
        """Everywhere."""

    def classes(self, env):
        return (invariants_of_order(2),)

    def capacity(self, env):
        """P and Q decide all of it."""
        return 2

    def written_out(self, squared_distance, species):
        atoms = range(1, len(species))
        p = sum(squared_distance(0, j) for j in atoms)
        apart = sum(squared_distance(j, k) for j in atoms for k in atoms if j < k)
        q = len(atoms) * p - apart  # Lagrange's identity
        return list(zip(self.feature_names(None), (sqrt(p), p * q**self.power, 1 / (1 + q))))


def gyration(env, chosen):
    points = [x for _, x in oracle_atoms(env)[1:]]
    p = mpmath.fsum(c**2 for x in points for c in x)
    q = mpmath.fsum(sum(x[c] for x in points) ** 2 for c in range(3))
    return [mpmath.sqrt(p), p * q**chosen.power, 1 / (1 + q)]


NEW = {
    Decays: Row("decays:k_max=2,a=3/2", (TWO, SKEW, THREE), decays),
    Gyration: Row("gyration:power=2", (TWO, SKEW, THREE), gyration),
}


@pytest.mark.parametrize("law", laws.LAWS, **by_name)
@pytest.mark.parametrize("new", NEW, **by_name)
def test_a_new_descriptor_is_a_class_a_line_and_a_row(new, law, monkeypatch):
    monkeypatch.setitem(NAMES, new.name, lambda: new)
    assert lacking(NAMES) == [new.name]
    law(NEW[new])


# What each law sees: the same descriptor, with one thing wrong.


class WrongValue(Gyration):
    def jets(self, env, arithmetic, seeds=None, species=None):
        found = super().jets(env, arithmetic, seeds, species)
        return found if seeds is not None else found * arithmetic.number(10**30 + 1, 10**30)


class WrongDerivative(Gyration):
    def jets(self, env, arithmetic, seeds=None, species=None):
        found = super().jets(env, arithmetic, seeds, species)
        return found if seeds is None else found * arithmetic.number(10**30 + 1, 10**30)


class WrongForm(Gyration):
    def written_out(self, squared_distance, species):
        return [(label, 2 * form) for label, form in super().written_out(squared_distance, species)]


class NotInvariant(Gyration):
    def jets(self, env, arithmetic, seeds=None, species=None):
        found = super().jets(env, arithmetic, seeds, species)
        y = env.positions[0][0]
        return found * arithmetic.number(y.numerator, y.denominator)


class TooNarrow(Gyration):
    def enclosed(self, env, prec, moves=None, species=None):
        found = super().enclosed(env, prec, moves, species)
        return MidRad(found.mid * (1 + 1e-9), found.rad)


class TooWide(Gyration):
    def enclosed(self, env, prec, moves=None, species=None):
        found = super().enclosed(env, prec, moves, species)
        return MidRad(found.mid, found.rad + 1e-3)


class WrongClass(Gyration):
    def classes(self, env):
        return (invariants_of_order(1),)


class WrongOwn(Gyration):
    def own_null_vectors(self, env):
        return [[c for y in env.integer_positions[0] for c in y]]


class WrongCapacity(Gyration):
    def capacity(self, env):
        return 1


class WrongSpec(Gyration):
    def __str__(self):
        return "gyration"


class Twice(Gyration):
    def feature_names(self, env, species=None):
        return ("sqrt(P)", "P Q", "P Q")


class Untied(Gyration):
    """Where all atoms move, the centre's columns are left empty."""

    def jets(self, env, arithmetic, seeds=None, species=None):
        found = super().jets(env, arithmetic, seeds, species)
        if seeds is not None and seeds.moves.tie is not None:
            found[:, 3 * seeds.moves.variables.index(env.centre) :][:, :3] = arithmetic.number(0, 1)
        return found


BROKEN = [
    (WrongValue, laws.values),
    (WrongDerivative, laws.differences),
    (WrongForm, laws.written_out),
    (NotInvariant, laws.invariance),
    (TooNarrow, laws.enclosures),
    (TooWide, laws.enclosures),
    (WrongClass, laws.invisible),
    (WrongOwn, laws.invisible),
    (WrongCapacity, laws.rank),
    (WrongClass, laws.rank),
    (WrongSpec, laws.round_trip),
    (Twice, laws.round_trip),
    (Untied, laws.all_atoms),
]


@pytest.mark.parametrize("broken, law", BROKEN, **by_name)
def test_a_descriptor_that_breaks_a_law_is_seen(broken, law, monkeypatch):
    monkeypatch.setitem(NAMES, "gyration", lambda: broken)
    with pytest.raises((AssertionError, ContradictionError)):
        law(NEW[Gyration])
