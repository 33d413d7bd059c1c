"""The small grammar in which exact numbers are written: "24/5", "1.09", "c^2 - 2*c + 1", "(1 + sqrt(5))/2".

    sum     = ["+" | "-"] product { ("+" | "-") product }
    product = power { ("*" | "/") power }
    power   = atom [ ("^" | "**") ["+" | "-"] digits ]
    atom    = decimal | name | "sqrt" "(" sum ")" | "(" sum ")"

Law: a text is read by this grammar and by nothing else; what it is read into is for the caller to say, by the values of
names and of sqrt. Whatever could run away is counted: characters, exponents, bits.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from symsens.errors import InputError

MAX_CHARACTERS = 4000
MAX_EXPONENT = 1000
MAX_DEPTH = 50
MAX_BITS = 2**17  # of a power

_DECIMAL = r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?"
_TOKEN = re.compile(rf"\s*(?:({_DECIMAL})|([A-Za-z_]\w*)|(\*\*|[-+*/^()]))")


def no_roots(value):
    """Square roots where there are none."""
    raise InputError(f"sqrt({value}) is not in the field")


def evaluate(text: str, names: Mapping[str, object] | None = None, root: Callable = no_roots):
    """What a text of the grammar means.

    Parameters
    ----------
    text : the expression.
    names : the values of names, anything that takes part in + - * / and integer powers with `Fraction`.
    root : the square root of a value.

    Raises
    ------
    InputError
        No text of the grammar, an unknown name, a division by zero, or numbers that grow beyond the limits.
    """
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{text[:40]} ...: an expression of more than {MAX_CHARACTERS} characters")
    reader = _Reader(text, _tokens(text), names or {}, root)
    value = reader.sum(0)
    reader.end()
    return value


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None:
            raise InputError(f"{text[:60]!r}: {text[place:].strip()[:1]!r} is no part of an exact number")
        place = match.end()
        kind = ("number", "name", "sign")[match.lastindex - 1]
        found.append((kind, match.group(match.lastindex)))
    return found


class _Reader:
    """Recursive descent over the tokens of a text."""

    def __init__(self, text, tokens, names, root):
        self.text, self.tokens, self.names, self.root, self.at = text, tokens, names, root, 0

    def refuse(self, why):
        raise InputError(f"{self.text[:60]!r}: {why}")

    def peek(self) -> str:
        """The sign that comes next; "" where a number, a name or nothing does."""
        kind, token = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        return token if kind == "sign" else ""

    def take(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            self.refuse("it ends too early: expected a number")
        self.at += 1
        return self.tokens[self.at - 1]

    def end(self):
        if self.at < len(self.tokens):
            self.refuse(f"{self.tokens[self.at][1]!r} is one too many")

    def sum(self, depth):
        if depth > MAX_DEPTH:
            self.refuse(f"parentheses deeper than {MAX_DEPTH}")
        negative = self.peek() in ("+", "-") and self.take()[1] == "-"
        total = self.product(depth)
        total = -total if negative else total
        while self.peek() in ("+", "-"):
            sign = self.take()[1]
            term = self.product(depth)
            total = total + term if sign == "+" else total - term
        return total

    def product(self, depth):
        total = self.power(depth)
        while self.peek() in ("*", "/"):
            sign = self.take()[1]
            factor = self.power(depth)
            try:
                total = total * factor if sign == "*" else total / factor
            except ZeroDivisionError:
                self.refuse("a division by zero")
        return total

    def power(self, depth):
        base = self.atom(depth)
        if self.peek() not in ("^", "**"):
            return base
        self.take()
        negative = self.peek() in ("+", "-") and self.take()[1] == "-"
        kind, digits = self.take()
        if kind != "number" or not digits.isdigit() or len(digits) > 4 or int(digits) > MAX_EXPONENT:
            self.refuse(f"an exponent is an integer of at most {MAX_EXPONENT}")
        exponent = int(digits)
        if size(base) * exponent > MAX_BITS:
            self.refuse(f"a power of more than {MAX_BITS} bits")
        try:
            return base**-exponent if negative else base**exponent
        except ZeroDivisionError:
            self.refuse("a negative power of zero")

    def atom(self, depth):
        kind, token = self.take()
        if kind == "number":
            return Fraction(token)
        if token == "(":
            return self.inside(depth)
        if token == "sqrt":
            if self.peek() != "(":
                self.refuse("sqrt needs its argument in parentheses")
            self.take()
            return self.root(self.inside(depth))
        if kind != "name" or token not in self.names:
            known = f"the names here are {', '.join(self.names)}" if self.names else "there are no names here"
            self.refuse(f"{token!r} is no number: {known}")
        return self.names[token]

    def inside(self, depth):
        value = self.sum(depth + 1)
        if self.peek() != ")":
            self.refuse("a parenthesis is not closed")
        self.take()
        return value


def size(value) -> int:
    """Bits of the integers that a value is made of; 1 where it is no number."""
    parts = getattr(value, "numerators", None) or (getattr(value, "numerator", 1),)
    return max(int(x).bit_length() for x in (*parts, getattr(value, "denominator", 1)))
