"""Certificates of how many layers of message passing tell two environments, or two molecules, apart.

Law: a pure function of what was found; `symsens.checker.colours` colours both sides anew.
"""

from symsens.certificates.comparisons import side
from symsens.certificates.rules import Rule, unread_environment
from symsens.checker.limits import MAX_MESSAGES, MAX_NEIGHBOURS
from symsens.geometry.colours import Clouds
from symsens.geometry.environment import Environment, Structure

SCHEMA = "symsens/colours-certificate/1"


def colours_certificate(
    first: Environment | Structure,
    second: Environment | Structure,
    angles: bool,
    cutoff,
    layers: int | None,
    labels: dict[str, str],
) -> dict:
    """The certificate that so many layers, or no number of them, tell two sides apart, as a JSON-ready dictionary."""
    return {
        "schema": SCHEMA,
        "first": side(first),
        "second": side(second),
        "network": {"messages": "angles" if angles else "distances", "cutoff": None if cutoff is None else str(cutoff)},
        "claims": {"layers": layers},
        "labels": labels,
    }


def rule_of_colours(environments: tuple[Environment, Environment], angles: bool, cutoff, whole: bool) -> Rule:
    """The rule that proves it again, given environments of both sides; or why there is none."""
    sizes = [env.n + whole for env in environments]
    if max(sizes) > MAX_NEIGHBOURS:
        return Rule(None, f"the checker does not read so many atoms as {max(sizes)}")
    reasons = (unread_environment(env, 1, 3 * env.n) for env in environments)
    if reason := next(filter(None, reasons), None):
        return Rule(None, reason)
    clouds = Clouds.of(environments, angles, cutoff)
    received = sum(map(len, clouds.received)) * sum(1 for _ in clouds.colours())
    if received > MAX_MESSAGES:
        return Rule(None, f"the checker does not read {received} messages")
    return Rule("separating-layers")
