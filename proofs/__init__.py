"""Theorems that run: one module each. `symsens prove`, or `python -m proofs`, proves them all.

The docstring of a module is the statement with its assumptions, its code the proof over the public functions of
symsens. `FALSE` is a neighbour of the statement that is false, and `control()` the same proof of it, which must refute
it. `proof()` ends in certificates, which `proofs/certificates/` holds for `symsens verify`.
"""

THEOREMS = (
    "rigid-motions",
    "factorisation",
    "orbits",
    "dual",
    "flat",
    "few-neighbours",
    "atlas-of-five",
    "two-plus-two",
    "circle-and-apex",
    "half-turn",
    "mirror",
    "layers",
    "heptagon",
    "methane-manifold",
    "angular",
    "regular-members",
    "quasi-constant",
)
