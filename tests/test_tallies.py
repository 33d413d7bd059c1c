"""Six neighbours: their patterns against Burnside's count, the sieve that proves most gaps 0, counts of gaps."""

import json
from collections import Counter
from functools import cache
from itertools import combinations, permutations
from math import comb, factorial

import numpy as np
import pytest
from flint import fmpz_mat, nmod_mat

from symsens.budget import BudgetSpent
from symsens.checker.atlas import number_of_patterns
from symsens.jobs import tallies
from symsens.jobs.tallies import tally
from symsens.rows import generations, sieve
from symsens.rows.atlas import branch, branches, canonical, gaps, patterns
from symsens.rows.generations import Generation, generation
from symsens.rows.sieve import PRIME, rank_at_least, rank_at_two, ranks
from symsens.verdict import Verdict

COUNTS = {1: 1, 2: 2, 3: 6, 4: 46, 5: 1723, 6: 2_062_519}
FEW = slice(700, None, 190)  # branches of six neighbours


# How many there are, by Burnside: the mean, over permutations, of the number of patterns that they keep.


@cache
def kept_divisions(cycles):
    """In how many ways things can be divided so that a permutation of them keeps the division; the lengths of its
    cycles, sorted.

    The part of the first thing comes back after d steps, d dividing the length of its cycle. Its d images are a union
    of cycles of lengths that d divides, each of which can be shifted against the first in d ways.
    """
    if not cycles:
        return 1
    first, rest, found = cycles[0], Counter(cycles[1:]), 0
    for d in (d for d in range(1, first + 1) if first % d == 0):
        ways = {(): 1}  # lengths left over: in how many ways, by choice of the others
        for length, many in sorted(rest.items()):
            most = many if length % d == 0 else 0
            ways = {
                (*left, *(many - taken) * (length,)): count * comb(many, taken) * d**taken
                for left, count in ways.items()
                for taken in range(most + 1)
            }
        found += sum(count * kept_divisions(left) for left, count in ways.items())
    return found


def cycles_of(things, image):
    """The cycles of a permutation of things."""
    left = set(things)
    while left:
        cycle = [left.pop()]
        while (following := image(cycle[-1])) != cycle[0]:
            left.remove(following)
            cycle.append(following)
        yield cycle


def shellings(n):
    """All divisions of n numbered neighbours into shells."""
    if not n:
        yield []
        return
    for parts in shellings(n - 1):
        yield [*parts, frozenset([n - 1])]
        yield from ([*parts[:i], part | {n - 1}, *parts[i + 1 :]] for i, part in enumerate(parts))


def kept_patterns(p):
    """How many patterns of numbered neighbours a permutation keeps."""
    total = 0
    for shells in map(set, shellings(len(p))):
        move = lambda part: frozenset(frozenset(p[j] for j in x) if isinstance(x, frozenset) else p[x] for x in part)
        if {move(shell) for shell in shells} != shells:
            continue
        blocks = [frozenset([a]) for a in shells] + [frozenset(two) for two in combinations(shells, 2)]
        product = 1
        for orbit in cycles_of(blocks, move):
            ends = [*orbit[0]] * (2 // len(orbit[0]))  # pairs of a neighbour of each of two shells, or of one
            pairs = {frozenset([j, k]) for j in ends[0] for k in ends[1] if j != k}
            around = {pair: pair for pair in pairs}  # what the permutation does to them until it comes back
            for _ in orbit:
                around = {pair: move(image) for pair, image in around.items()}
            product *= kept_divisions(tuple(sorted(len(c) for c in cycles_of(pairs, around.__getitem__))))
        total += product
    return total


def number_of_classes(n):
    """The number of patterns up to relabelling."""
    kinds = {}
    for p in permutations(range(n)):
        shape = tuple(sorted(len(cycle) for cycle in cycles_of(range(n), p.__getitem__)))
        kinds.setdefault(shape, [p, 0])[1] += 1
    total = sum(many * kept_patterns(p) for p, many in kinds.values())
    assert total % factorial(n) == 0
    return total // factorial(n)


@pytest.mark.parametrize("n", COUNTS)
def test_burnside(n):
    assert number_of_classes(n) == COUNTS[n]


def test_divisions_that_a_permutation_keeps():
    """By trying all."""
    for n in range(1, 6):
        for p in permutations(range(n)):
            tried = sum(
                {frozenset(p[j] for j in part) for part in map(frozenset, parts)} == set(parts)
                for parts in shellings(n)
            )
            lengths = tuple(sorted(len(cycle) for cycle in cycles_of(range(n), p.__getitem__)))
            assert kept_divisions(lengths) == tried


# The enumeration.


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_generations(n):
    assert len(generation(n)) == COUNTS[n] and branches(n + 1) == COUNTS[n]


def test_a_branch_of_six_has_each_class_once_and_the_first_parent():
    """Removing a neighbour of a child never leaves a pattern before its parent; the stabilisers are right."""
    number = {canonical(generation(5).pattern(i).labels): i for i in range(1723)}
    for parent in (3, 500):
        found = branch(6, parent)
        forms = set()
        for i in range(0, len(found), max(len(found) // 40, 1)):
            pattern = found.pattern(i)
            forms.add(canonical(pattern.labels))
            left = [np.delete(np.delete(pattern.labels, j, 0), j, 1) for j in range(6)]
            assert min(number[canonical(labels)] for labels in left) == parent
            every = [p for p in permutations(range(6)) if (pattern.labels[np.ix_(p, p)] == pattern.labels).all()]
            assert sorted(map(tuple, pattern.permutations.tolist())) == every
        assert len(forms) == len(range(0, len(found), max(len(found) // 40, 1)))


def test_the_control_without_the_links_classes_are_counted_twice(monkeypatch):
    monkeypatch.setattr(generations, "connected_components", lambda graph, directed: (0, np.arange(graph.shape[0])))
    assert len(generation(4).children(0)) > 1 and sum(len(generation(4).children(i)) for i in range(46)) > 1723


def test_any_order_of_the_parents_will_do():
    four = generation(4)
    back = Generation(four.shells[:, ::-1], four.divisions[:, ::-1], four.removed[:, ::-1])
    sizes = [[len(whole.children(i)) for i in range(46)] for whole in (four, back)]
    assert sum(sizes[0]) == sum(sizes[1]) == 1723 and sizes[0] != sizes[1][::-1]


# The sieve.


def whole_rank(pattern, nu):
    """That of C_nu, by `Pattern.lost`."""
    return int(pattern.orbit_of.max()) + 1 - len(pattern.lost(nu))


def test_the_sieve_claims_no_rank_that_there_is_not():
    """The lower bound is at most the rank of C_3; here it is the rank."""
    found = rank_at_least(generation(5).labels)
    exact = [whole_rank(generation(5).pattern(i), 3) for i in range(1723)]
    assert found.tolist() == exact


def test_the_sieve_on_six_neighbours():
    found = branch(6, 40)
    claimed = rank_at_least(found.labels)
    for i in range(0, len(found), max(len(found) // 40, 1)):
        assert claimed[i] <= whole_rank(found.pattern(i), 3)


def test_the_rank_at_order_2():
    for n in (1, 2, 3, 4, 5):
        whole = generation(n)
        assert rank_at_two(whole.labels).tolist() == [whole_rank(whole.pattern(i), 2) for i in range(len(whole))]
    for number in (2, 60, 900):
        found = branch(6, number)
        few = range(0, len(found), max(len(found) // 60, 1))
        assert gaps(found, 2)[few].tolist() == [len(found.pattern(i).lost(2)) for i in few]


def test_the_control_of_the_rank_at_order_2(monkeypatch):
    """A prime that is not larger than the minors says other ranks."""
    right = rank_at_two(generation(4).labels)
    monkeypatch.setattr(sieve, "PRIME", 3)
    assert (rank_at_two(generation(4).labels) != right).any()


def test_the_control_of_the_sieve():
    """Labels that are all different would claim the full rank of a pattern that has a gap."""
    pattern = next(p for p in patterns(5) if p.lost(3))
    apart = np.arange(25).reshape(1, 5, 5)
    assert rank_at_least(apart)[0] > whole_rank(pattern, 3) >= rank_at_least(pattern.labels[None])[0]


def test_ranks_modulo_the_prime():
    draw = np.random.default_rng(3)
    for rank in range(5):
        a = draw.integers(PRIME, size=(20, 6, rank)).astype(object)
        b = draw.integers(PRIME, size=(20, rank, 7)).astype(object)
        both = np.array([x @ y % PRIME for x, y in zip(a, b)]).astype(np.int64).reshape(20, 6, 7)
        expected = [nmod_mat(6, 7, [int(x) for x in m.ravel()], PRIME).rank() for m in both]
        assert ranks(both).tolist() == expected and (rank == 0 or max(expected) == rank)
    sparse = draw.integers(0, 2, size=(200, 5, 5)) * draw.integers(0, 2, size=(200, 5, 1))
    assert all(r <= fmpz_mat(5, 5, [int(x) for x in m.ravel()]).rank() for r, m in zip(ranks(sparse).tolist(), sparse))


# Counts of gaps.


@pytest.mark.parametrize(("n", "nu"), [(4, 2), (5, 3), (4, 4), (3, 5)])
def test_counts_are_those_of_the_atlas(n, nu):
    found = tally(n, nu)
    assert found.gaps == dict(sorted(Counter(len(pattern.lost(nu)) for pattern in patterns(n)).items()))
    assert found.patterns == COUNTS[n] and not found.left
    assert found.verdict is (Verdict.UNDECIDED if (n, nu) in {(4, 2), (5, 3)} else Verdict.PROVED)


def test_parts_add_up():
    whole = tally(5, 3)
    parts = [tally(5, 3, slice(k, None, 7)) for k in range(7)]
    assert sum((Counter(part.gaps) for part in parts), Counter()) == whole.gaps
    assert sum(part.patterns for part in parts) == 1723 and parts[1].as_dict()["branches"] == "1:50:7"


def test_six_neighbours_in_some_branches():
    """What the sieve passes over has no gap, and above a gap of 0 there is none."""
    three, four = tally(6, 3, FEW), tally(6, 4, FEW)
    assert three.patterns == four.patterns and three.gaps[0] < three.patterns
    assert four.gaps == {0: four.patterns}
    number = range(1723)[FEW][2]
    found = branch(6, number)
    assert gaps(found, 3).tolist() == [len(found.pattern(i).lost(3)) for i in range(len(found))]


def test_out_of_time_the_rest_is_named(monkeypatch):
    def spent(text):
        if text.startswith("branch 10 "):
            raise BudgetSpent(text)

    monkeypatch.setattr(tallies, "stage", spent)
    found = tally(5, 3)
    assert (found.done, found.left) == (range(10), range(10, 46)) and found.verdict is Verdict.UNDECIDED
    assert "the rest is --branches 10:46" in str(found) and repr(found).startswith("Tally(5 neighbours, nu=3")
    monkeypatch.undo()
    rest = tally(5, 3, slice(10, 46))
    assert Counter(rest.gaps) + Counter(found.gaps) == tally(5, 3).gaps


def test_the_command(run):
    code, out, err = run("atlas", "--neighbours", "6", "--nu", "4", "--branches", "1700::5")
    assert (code, err) == (0, "") and "no certificate yet" in out and "5 of 1723 branches" in out
    code, out, _ = run("atlas", "--neighbours", "6", "--nu", "3", "--branches", "20:21", "--json")
    document = json.loads(out)
    assert code == 3 and sum(document["gaps"].values()) == document["patterns"] and document["verdict"] == "UNDECIDED"
    code, out, _ = run("atlas", "--neighbours", "4", "--nu", "5", "--branches", ":")
    assert code == 0 and "no environment of so many neighbours" in out
    for line in out.splitlines():
        assert "PROVED" not in line or "no certificate yet" in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--neighbours 6 --nu 1", "orders 2 to 5"),
        ("--neighbours 7 --nu 3 --branches :", "ends at 6"),
        ("--neighbours 6 --nu 3 --branches 5", "'5' does not say which branches"),
        ("--neighbours 6 --nu 3 --branches ::0", "does not say which branches"),
        ("--neighbours 6 --nu 3 --branches=-1:", "does not say which branches"),
        ("--neighbours 6 --nu 3 --branches a:b", "does not say which branches"),
        ("--neighbours 6 --nu 3 --out x.json", "no certificate holds counts"),
    ],
)
def test_bad_input(run, options, words):
    code, out, err = run("atlas", *options.split())
    assert (code, out) == (2, "") and words in err and err.count("\n") == 1


@pytest.mark.soak
def test_soak_six_neighbours_at_nu_4():
    """Every tenth branch; `symsens atlas --neighbours 6 --nu 4 --budget none` goes through all."""
    found = tally(6, 4, slice(None, None, 10))
    print(found)
    assert set(found.gaps) == {0}


def numbered(found):
    """How many patterns of numbered neighbours some classes stand for."""
    alone = int((~found.may_be_symmetric).sum())
    others = np.flatnonzero(found.may_be_symmetric).tolist()
    return factorial(found.n) * alone + sum(factorial(found.n) // len(found.onto_itself(i)) for i in others)


def labelled(n):
    """The number of patterns of numbered neighbours."""
    return kept_patterns(tuple(range(n)))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_they_stand_for_all_patterns_of_numbered_neighbours(n):
    assert numbered(generation(n)) == labelled(n) == number_of_patterns(n)


@pytest.mark.soak
def test_soak_all_patterns_of_six():
    """As many as Burnside says, and as many of numbered neighbours as there are."""
    total = of_numbers = 0
    for number in range(1723):
        found = branch(6, number)
        total, of_numbers = total + len(found), of_numbers + numbered(found)
    print(total, "patterns of six neighbours, of numbered ones", of_numbers)
    assert total == COUNTS[6] and of_numbers == labelled(6) == number_of_patterns(6)
