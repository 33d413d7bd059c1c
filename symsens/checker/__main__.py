"""`python -m symsens.checker FILE...`: re-prove certificates; exit code 0 proved, 1 refuted, 2 not readable."""

import sys

from symsens.checker.report import MALFORMED, verify

USAGE = "usage: python -m symsens.checker [--quiet] CERT.json..."


def main(arguments):
    """Check the files named; the exit code."""
    paths = [argument for argument in arguments if argument != "--quiet"]
    unknown = [path for path in paths if path.startswith("-")]
    if "--help" in unknown or "-h" in unknown:
        print(USAGE)
        return 0
    if unknown or not paths:
        print(USAGE, file=sys.stderr)
        return MALFORMED
    return verify(paths, "--quiet" in arguments, print, lambda line: print(f"symsens: {line}", file=sys.stderr))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
