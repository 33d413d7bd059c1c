"""Formulas as printed: golden files (rewrite one by running this file with its name, after reading the difference)."""

import sys
from pathlib import Path

import pytest

from symsens.jobs.derivation import derive

GOLDEN = Path(__file__).parent / "golden"
CASES = {
    "distances": ("distances:k_max=2", 3),
    "radial-bessel": ("radial:n_max=2,radial=bessel", 1),
    "power-spectrum": ("power-spectrum:n_max=1,l_max=2,radial=gto,cutoff_function=polynomial", 2),
    "bispectrum": ("bispectrum:n_max=1,l_max=2,radial=monomial", 2),
    "ace": ("ace:nu=4,n_max=1,l_max=1,radial=monomial", 2),
    "acsf": ("acsf:eta=1,kappa=none,zeta=2,g5=false", 2),
}


def printed(name):
    spec, neighbours = CASES[name]
    derivation = derive(spec, neighbours, jacobian=name != "acsf")  # its derivatives fill a page
    return derivation.latex + "\n", derivation.text + "\n"


@pytest.mark.parametrize("name", CASES)
def test_golden(name):
    tex, text = printed(name)
    assert tex == (GOLDEN / f"{name}.tex").read_text()
    assert text == (GOLDEN / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", CASES)
def test_the_latex_is_balanced(name):
    tex, _ = printed(name)
    assert tex.count("{") == tex.count("}") and tex.count(r"\left") == tex.count(r"\right")
    assert tex.count(r"\begin{align}") == tex.count(r"\end{align}") == 1 and "**" not in tex and "Symbol" not in tex


if __name__ == "__main__":
    for chosen in sys.argv[1:]:
        for suffix, content in zip(("tex", "txt"), printed(chosen)):
            (GOLDEN / f"{chosen}.{suffix}").write_text(content)


@pytest.mark.parametrize("name", ["soap-quippy:n_max=2,l_max=1", "soap-featomic:max_radial=1,max_angular=1"])
def test_latex_of_special_functions_under_a_power(name):
    assert r"\begin{align}" in derive(name, 1, jacobian=True).latex
