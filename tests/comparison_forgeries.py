"""False comparisons, and some that are still true: changes at several places that fit each other, for `forger`."""

from copy import deepcopy
from fractions import Fraction


def other_orders(rng, certificate):
    """Equal features up to another order, with what goes with it, or the witness of another class."""
    claims, step = certificate["claims"], rng.choice([1, -1])
    level = rng.choice(claims["levels"])
    kind = rng.randrange(4)
    if kind == 0:
        level["equal_up_to"] += step
        if level["separated_at"] is not None:
            level["separated_at"] += step
            if level["witness"]["tuple"]:
                level["witness"]["tuple"] = (level["witness"]["tuple"] * 2)[: level["separated_at"]]
    elif kind == 1:
        level["equal_up_to"], level["separated_at"], level["witness"] = level["equal_up_to"] + (step > 0), None, None
    elif kind == 2:
        n = len(certificate["first"]["species"])
        level["witness"]["tuple"] = rng.choice([None, [], [rng.randrange(n) for _ in range(level["separated_at"])]])
    else:
        level["witness"]["side"] = 1 - level["witness"]["side"]
        level["witness"]["place"] = rng.randrange(3)


def other_congruence(rng, certificate):
    """Congruent where they are not, not where they are, or by another permutation, isometry or group."""
    claims, n = certificate["claims"], len(certificate["first"]["species"])
    kind = rng.randrange(4)
    if kind == 0 and claims["congruent"]:
        whole = certificate["first"]["centre"] is None
        claims["congruent"], certificate["permutation"], certificate["isometry"] = False, None, None
        names = ["set", "sum"] if whole else ["environment"]
        claims["levels"] = [{"name": x, "equal_up_to": 1, "separated_at": None, "witness": None} for x in names]
    elif kind == 0:
        claims["congruent"], claims["levels"] = True, []
        certificate["permutation"] = rng.sample(range(n), n)
    elif kind == 1 and certificate["permutation"]:
        rng.shuffle(certificate["permutation"])
        certificate["isometry"] = rng.choice([None, certificate["isometry"]])
    elif kind == 2:
        certificate["group"] = "O(3)" if certificate["group"] == "SO(3)" else "SO(3)"
    elif certificate["isometry"]:
        certificate["isometry"] = [[str(-Fraction(x)) for x in row] for row in certificate["isometry"]]


def other_side(rng, certificate):
    """A side exchanged, copied, mirrored, turned into a molecule, of another metric, or with an atom moved."""
    a, b = certificate["first"], certificate["second"]
    kind = rng.randrange(6)
    side = rng.choice([a, b])
    if kind == 0:
        certificate["first"], certificate["second"] = b, a
    elif kind == 1:
        certificate["second"] = deepcopy(a)
    elif kind == 2:
        side["positions"] = [[x, y, str(-Fraction(z))] for x, y, z in side["positions"]]
    elif kind == 3:
        a["centre"] = b["centre"] = rng.choice([None, "C"])
    elif kind == 4:
        factor = rng.choice([4, Fraction(1, 9), 2])
        for each in rng.choice([[a, b], [side]]):
            each["metric"] = [[str(factor * Fraction(x)) for x in row] for row in each["metric"]]
    else:
        point = rng.choice(side["positions"])
        i = rng.randrange(3)
        point[i] = str(rng.choice([-1, 2, Fraction(1, 2)]) * Fraction(point[i]) + rng.choice([0, 0, 1, -1]))
