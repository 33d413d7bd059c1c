"""Draw the README's picture: small or zero? ``python docs/make_pictures.py`` rewrites quasi_constant.png."""

from pathlib import Path

import numpy as np

from symsens import Environment, certify
from symsens.forms.jacobian import float_jacobian
from symsens.numbers.ladder import estimate_singular_values
from symsens.show.pictures import draw_twins, new_figure

F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
EXPONENTS = (3, 6, 9, 12, 20, 30, 40, 50)
SPEC = "power-spectrum:n_max=4,l_max=4,cutoff=8"


def twin(exponent: int | None) -> Environment:
    """F1, every coordinate moved by a different amount of size about 10^-exponent (not at all for None)."""
    digits = "" if exponent is None else "0" * (exponent - 1)
    moves = [[f"{c}.{digits}{(31 * j + 17 * k) % 9 + 1}" for k, c in enumerate(x)] for j, x in enumerate(F1)]
    return Environment(["H"] * 4, F1 if exponent is None else moves, centre_species="C")


def main() -> None:
    """Certify the twins and draw proved intervals beside the float64 estimate."""
    points = []
    for exponent in (None, *EXPONENTS):
        env = twin(exponent)
        result = certify(env, descriptor=SPEC)
        estimate = estimate_singular_values(float_jacobian(env, result.descriptor))
        points.append((exponent, result.singular_values[8], float(np.sort(estimate)[::-1][8])))
    figure = new_figure(7.0, 4.2)
    draw_twins(figure.subplots(), points)
    figure.savefig(Path(__file__).parent / "quasi_constant.png", dpi=110)


if __name__ == "__main__":
    main()
