"""The two ways in which a certificate can fail, and the one way in which foreign text is shown."""


class Malformed(ValueError):
    """Not a certificate this checker can read."""


class Refuted(Exception):
    """A readable certificate whose claim is false, or whose evidence does not prove it."""


def shown(text):
    """Foreign text in printable ASCII, on one line."""
    plain = "".join(c if c.isprintable() else "?" for c in text)
    return plain.encode("ascii", "backslashreplace").decode()
