"""Run every benchmark, print its table, and rewrite RESULTS.md with the machine it ran on."""

import platform
import sys
from importlib import import_module
from os import cpu_count
from pathlib import Path

FOLDER = Path(__file__).parent


def main() -> None:
    """``python -m benchmarks [name...]``: all benchmarks (and RESULTS.md), or only those named."""
    names = sys.argv[1:] or sorted(path.stem for path in FOLDER.glob("bench_*.py"))
    parts = [
        f"# Benchmark results\n\nPython {platform.python_version()} on {platform.machine()}, {cpu_count()} cores. "
        "Ratios within one row come from one run.\n"
    ]
    for name in names:
        module = import_module(f"benchmarks.{name}")
        parts.append(f"## {module.TITLE}\n\n{module.__doc__}\n\n{module.run()}")
        print(parts[-1], flush=True)
    if not sys.argv[1:]:
        (FOLDER / "RESULTS.md").write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
