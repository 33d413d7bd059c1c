"""Files of certificates to lines of text and an exit code: what `symsens verify` and `python -m symsens.checker` print.

Law: every line that begins with "=" ends with the name of the rule that proved it; what is not proved is a label and
says so. A file that cannot be read, and anything unforeseen, is one line and never a proof.
"""

from symsens.checker import check, load
from symsens.checker.limits import MAX_FILE
from symsens.checker.refusals import Malformed, Refuted, shown
from symsens.checker.shapes import CLOSED_SCHEMA

PROVED, REFUTED, MALFORMED = 0, 1, 2


def read_file(path):
    """The certificates of a file, its size checked before anything is parsed; or `Malformed`."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        raise Malformed(f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MAX_FILE:
        raise Malformed(f"larger than {MAX_FILE} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"not UTF-8: {error.reason} at byte {error.start}") from None
    return load(text)


def labels(certificate):
    """What a checked certificate says of itself and nobody has proved: names and texts."""
    inside = [labels(part) for part in (certificate.get("of"), certificate.get("above")) if part]
    found = {name: text for part in inside for name, text in part.items()}
    descriptor = certificate.get("descriptor")
    if certificate["schema"] == CLOSED_SCHEMA:
        found["descriptor"] = descriptor
        found["complete"] = (
            "the forms given are all features" if certificate["complete"] else "there are other features"
        )
    elif descriptor:
        found["descriptor"] = descriptor["name"]
    return found | (certificate.get("labels") or {})


def verdict(certificate, where, quiet):
    """The lines about one certificate, and whether it is proved."""
    try:
        statements = check(certificate)
    except Refuted as error:
        return [f"{where}: REFUTED: {error}"], REFUTED
    lines = [f"{where}: PROVED"]
    if not quiet:
        lines += [f"  = {statement}" for statement in statements]
        lines += [f"  label: {name}: {shown(text)}" for name, text in labels(certificate).items()]
    return lines, PROVED


def verify(paths, quiet, say, complain):
    """Check every certificate of every file; lines go to `say`, one about a file that cannot be read to `complain`.

    Returns
    -------
    0 if everything is proved, 1 if something is refuted, 2 if something cannot be read.
    """
    worst = PROVED
    for path in paths:
        name = where = shown(str(path))
        try:
            for number, certificate in enumerate(read_file(path)):
                where = f"{name}, certificate {number}"
                lines, code = verdict(certificate, where, quiet)
                worst = max(worst, code)
                for line in lines:
                    say(line)
        except Malformed as error:
            worst = MALFORMED
            complain(f"{where}: {shown(str(error))}")
        except Exception as error:  # never a traceback, and never a proof: the exit code says that nothing was decided
            worst = MALFORMED
            complain(f"{where}: the checker failed: {shown(repr(error))[:200]}")
    return worst
