"""What a person sees of the catalogue: a line per name and the SPEC that has all keys; or a line per key.

Law: a SPEC that is printed can be copied; no line is cut.
"""


def lines(entries) -> list[str]:
    """Two lines per entry; of a single one, a line per key."""
    return _in_full(entries[0]) if len(entries) == 1 else [line for entry in entries for line in _in_short(entry)]


def _in_short(entry) -> list[str]:
    pairs = ",".join(f"{key}={default}" for key, (default, _) in (entry.parameters or {}).items())
    return [_head(entry), *([f"    {entry.name}:{pairs}"] if pairs else [])]


def _in_full(entry) -> list[str]:
    keys = entry.parameters or {}
    left = max((len(f"{key}={default}") for key, (default, _) in keys.items()), default=0)
    return [_head(entry), *(f"    {f'{key}={default}':<{left}}  {help}" for key, (default, help) in keys.items())]


def _head(entry) -> str:
    if entry.package is None:
        return f"{entry.name}: {entry.summary}"
    closed = f"Closed form: {entry.closed_form}." if entry.closed_form else "No closed form is known."
    return f"{entry.name}: {entry.missing or entry.summary}{'.' if entry.missing else ''} {closed}"
