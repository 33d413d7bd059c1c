"""What a person sees of a theorem that was run: one line.

Law: a line that says = names the rules of the checker that prove it again, or says that there is no certificate yet.
"""

from symsens.verdict import Verdict

SIGNS = {Verdict.PROVED: "=", Verdict.REFUTED: "≠", Verdict.UNDECIDED: "?"}


def line(outcome) -> str:
    """The sign, the name, the statement, and the rules of its certificates, or why it is not proved."""
    if outcome.verdict is Verdict.PROVED:
        proved = f"rules {', '.join(outcome.rules)}" if outcome.rules else "no certificate yet"
    else:
        proved = outcome.why
    return f"{SIGNS[outcome.verdict]} {outcome.name}: {outcome.statement} ({proved}; {outcome.seconds:.1f} s)"
