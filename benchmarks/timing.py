"""How a time is taken and a table is written: shared by every benchmark."""

from time import perf_counter


def best(function, repeats: int = 5) -> float:
    """The least wall time in seconds of `repeats` calls."""
    times = []
    for _ in range(repeats):
        start = perf_counter()
        function()
        times.append(perf_counter() - start)
    return min(times)


def milliseconds(seconds: float | None) -> str:
    """For a table; a dash where nothing was measured."""
    return "-" if seconds is None else f"{1000 * seconds:.3g} ms"


def ratio(a: float | None, b: float | None) -> str:
    """a / b for a table."""
    return "-" if a is None or b is None else f"{a / b:.3g} x"


def table(headers: list[str], rows: list[list]) -> str:
    """A Markdown table."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"
