"""SPECs: ``name:key=value,key=value``, typed; one parser for descriptors and peers."""

import difflib
from collections.abc import Sequence
from dataclasses import MISSING, field, fields
from keyword import iskeyword

import numpy as np

from symsens.errors import InputError, SpecError
from symsens.numbers.field import QQ


def integer(default: int, low: int, high: int, help: str = ""):
    """A dataclass field: an integer parameter in low..high."""

    def parse(value):
        try:
            exact = QQ.parse(value)
        except InputError:
            exact = None
        if isinstance(value, bool) or exact is None or exact.denominator != 1 or not low <= exact <= high:
            raise ValueError(f"an integer from {low} to {high}")
        return int(exact)

    return field(default=default, metadata={"parse": parse, "help": help, "size": True})


def rational(default, above=None, least=None, most=None, help: str = ""):
    """A dataclass field: an exact number, optionally > `above`, >= `least`, <= `most`; a default of None may stay
    None."""

    def parse(value):
        wanted = "a number" + (f" above {above}" if above is not None else "")
        wanted += f" from {least} to {most}" if most is not None else f" from {least} up" if least is not None else ""
        if default is None and (value is None or value == "none"):
            return None
        try:
            exact = None if isinstance(value, bool) else QQ.parse(value)
        except InputError:
            exact = None
        if exact is None or (above is not None and not exact > above) or (least is not None and not exact >= least):
            raise ValueError(wanted)
        if most is not None and not exact <= most:
            raise ValueError(wanted)
        return exact

    return field(default=default, metadata={"parse": parse, "help": help})


def rationals(default, above=None, least=None, most=None, empty: bool = False, help: str = ""):
    """A dataclass field: exact numbers, in a SPEC joined by ":" (``eta=0.01:0.1:1``); at least one unless `empty`
    ("none")."""
    one = rational(0, above, least, most).metadata["parse"]

    def parse(value):
        if empty and (value is None or isinstance(value, str) and value in ("none", "")):
            return ()
        values = (
            value.split(":")
            if isinstance(value, str)
            else value
            if isinstance(value, Sequence) or np.ndim(value)
            else [value]
        )
        if not len(values) and not empty:
            raise ValueError("at least one number")
        return tuple(map(one, values))

    return field(default=default, metadata={"parse": parse, "help": help})


def choice(default: str, names, help: str = ""):
    """A dataclass field: one of `names` (an iterable, looked at when a value is parsed)."""

    def parse(value):
        if value not in names:
            raise ValueError(f"one of {', '.join(names)}{nearest(value, names)}")
        return value

    return field(default=default, metadata={"parse": parse, "help": help})


def switch(default: bool, help: str = ""):
    """A dataclass field: true or false."""

    def parse(value):
        words = {"true": True, "false": False, True: True, False: False}
        if not isinstance(value, str | bool | np.bool_) or value not in words:
            raise ValueError("true or false")
        return words[value]

    return field(default=default, metadata={"parse": parse, "help": help})


def nearest(word, words) -> str:
    """The end of a message: the nearest of `words`, if there is one."""
    close = difflib.get_close_matches(str(word), list(words), n=1, cutoff=0.5)
    return f": did you mean {close[0]}?" if close else ""


def _text(value) -> str:
    if isinstance(value, tuple):
        return ":".join(map(_text, value)) or "none"
    return str(value).lower() if isinstance(value, bool) or value is None else str(value)


def _word(name: str) -> str:
    """The word in a SPEC for a field; one that Python keeps for itself has an underscore there: ``lambda_``."""
    return name.removesuffix("_") if iskeyword(name.removesuffix("_")) else name


class Parameters:
    """Base of everything that a SPEC names: a frozen dataclass whose fields are made by the functions above, and a
    `name`.

    Raises
    ------
    SpecError
        A value is not what its field allows.
    """

    name = ""

    def __post_init__(self):
        for parameter in fields(self):
            value = getattr(self, parameter.name)
            try:
                object.__setattr__(self, parameter.name, parameter.metadata["parse"](value))
            except ValueError as error:
                raise SpecError(f"{self.name}: {_word(parameter.name)}={_text(value)}: give {error}") from None

    @classmethod
    def parameters(cls) -> dict[str, tuple]:
        """The parameters: word in a SPEC -> (default, help)."""
        return {_word(p.name): (None if p.default is MISSING else p.default, p.metadata["help"]) for p in fields(cls)}

    @staticmethod
    def _default(parameter):
        return parameter.metadata["parse"](parameter.default)

    def __str__(self):
        """The SPEC that gives this object back: sizes always, other parameters where they differ from their default."""
        shown = [p for p in fields(self) if p.metadata.get("size") or getattr(self, p.name) != self._default(p)]
        pairs = ",".join(f"{_word(p.name)}={_text(getattr(self, p.name))}" for p in shown)
        return f"{self.name}:{pairs}" if pairs else self.name


def parse_spec(spec: str, classes) -> Parameters:
    """The object that ``name:key=value,key=value`` names; `classes` maps names to callables that give the class.

    Raises
    ------
    SpecError
        Unknown name or key (with the nearest valid one), a key twice, a value out of range.
    """
    name, _, rest = spec.partition(":")
    if name not in classes:
        raise SpecError(f"unknown descriptor {name!r}{nearest(name, classes) or ': one of ' + ', '.join(classes)}")
    cls, given = classes[name](), {}
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        known = cls.parameters()
        if not equals or key not in known:
            raise SpecError(
                f"{name}: unknown parameter {key!r}{nearest(key, known) or ': it has ' + (', '.join(known) or 'none')}"
            )
        if key in given:
            raise SpecError(f"{name}: {key} is given twice")
        given[key] = value
    return cls(**{key + "_" if iskeyword(key) else key: value for key, value in given.items()})
