"""The benchmarks run: at their smallest size, and no time is asserted."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import (  # noqa: E402
    bench_basis_free,
    bench_certify,
    bench_coq,
    bench_exact,
    bench_small_bases,
    bench_spectrum,
)


def test_basis_free_certification_is_timed(monkeypatch):
    monkeypatch.setattr(bench_basis_free, "SIZES", (4,))
    assert bench_basis_free.run().splitlines()[2].startswith("| 4 | 10 x 12 |")


def test_exact_answers_are_timed(monkeypatch, capsys):
    monkeypatch.setattr(bench_exact, "MANY", {4: "", 8: ""})
    monkeypatch.setattr(bench_exact, "FIELDS", {"QQ<sqrt(5)>": ""})
    assert bench_exact._many().splitlines()[3].startswith("| 8 |")
    assert bench_exact._fields().splitlines()[2].startswith("| QQ<sqrt(5)> | 5 |")
    for name in ("ferrocene", "layers"):
        bench_exact._one(name)
        assert len(capsys.readouterr().out.split()) == 2


def test_files_for_coq_are_timed(monkeypatch):
    monkeypatch.setattr(bench_coq, "SIZES", {(4, 2): ""})
    monkeypatch.setattr(bench_coq, "coqc_seconds", lambda text: None)
    assert bench_coq.run().splitlines()[2].startswith("| 4 | 2 | ")


def test_growth_is_timed(capsys):
    bench_certify._one(4)
    assert len(capsys.readouterr().out.split()) == 3


def test_neighbours_of_one_species_are_timed(monkeypatch):
    monkeypatch.setattr(bench_certify, "MANY", {4: 1})
    rows = bench_certify._one_species().splitlines()
    assert [row.split(" | ")[1] for row in rows[2:]] == ["generic", "rattled fcc"]


@pytest.mark.parametrize("m, n", [(6, 5)])
def test_the_matrix_of_the_spectrum_benchmark_is_deficient(m, n):
    assert bench_spectrum.deficient(m, n).shape == (m, n)


def test_the_list_of_small_bases_is_fixed(monkeypatch):
    cases = bench_small_bases.cases()
    assert len(cases) == len({case[::2] for case in cases}) == 200
    monkeypatch.setattr(bench_small_bases, "cases", lambda: cases[:2])
    assert bench_small_bases.run().splitlines()[2].startswith("| with the bounds by the density | 2 | 0 |")
