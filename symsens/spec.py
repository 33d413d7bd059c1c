"""SPECs: ``name:key=value,key=value``, typed; one parser for descriptors and peers.

Law: what Python is given and what a SPEC says are read by the same function; ``str`` of the object is a SPEC of it.
"""

import difflib
from dataclasses import Field, field, fields
from inspect import cleandoc
from keyword import iskeyword
from operator import ge, gt, le

import numpy as np

from symsens.errors import InputError, SpecError
from symsens.numbers.field import QQ


def parameter(default, parse, help: str = "", size: bool = False):
    """A dataclass field of any kind; the functions below make the usual ones.

    `parse` makes of a word in a SPEC, or of a value in Python, what is kept, or says in a ValueError what to give.
    Where the default is None, the value may be None ("none"). `help` names the unit. A `size` is always in the SPEC.
    """

    def parse_optional(value):
        return None if default is None and _is_none(value) else parse(value)

    return field(default=default, metadata={"parse": parse_optional, "help": help, "size": size})


def integer(default, low: int, high: int | None = None, help: str = ""):
    """A dataclass field: an integer parameter in low..high, or from low up."""
    number = _number(least=low, most=high, whole=True)
    return parameter(default, lambda value: int(number(value)), help, size=True)


def rational(default, above=None, least=None, most=None, help: str = ""):
    """A dataclass field: an exact number, optionally > `above`, >= `least`, <= `most`."""
    return parameter(default, _number(above, least, most), help)


def real(default, above=None, least=None, most=None, help: str = ""):
    """A dataclass field: a finite float, optionally > `above`, >= `least`, <= `most`."""
    return parameter(default, _float(above, least, most), help)


def rationals(default, above=None, least=None, most=None, empty: bool = False, help: str = "", count=None):
    """A dataclass field: exact numbers, in a SPEC joined by ":" (``eta=0.01:0.1:1``); `count` of them if that is given,
    else at least one unless `empty` ("none")."""
    return parameter(default, _list(_number(above, least, most), empty, count), help)


def reals(default, help: str = ""):
    """A dataclass field: finite floats, in a SPEC joined by ":"; there may be none."""
    return parameter(default, _list(_float(), empty=True), help)


def tuples(names: str, default, help: str = ""):
    """A dataclass field: tuples of finite floats, any number, each of `names` (``"eta/R_s"``), in a SPEC ``1/0.5:2/1``.

    The help begins with the names.
    """
    number, length = _float(), len(names.split("/"))

    def parse_one(value):
        try:
            found = tuple(map(number, _entries(value, "/")))
        except ValueError:
            found = ()
        if len(found) != length:
            raise ValueError(f"numbers {names}, or several such joined by :")
        return found

    return parameter(default, _list(parse_one, empty=True), f"{names} {help}")


def symbols(help: str = "species that have channels, joined by : (default: those that occur)"):
    """A dataclass field: different chemical symbols by atomic number, in a SPEC joined by ":"; None where there are
    none."""

    def parse(value):
        from ase.data import atomic_numbers

        found = _entries(value, ":")
        for symbol in found:
            if not isinstance(symbol, str) or symbol not in atomic_numbers:
                raise ValueError(f"chemical symbols joined by :, not {symbol!r}{nearest(symbol, atomic_numbers)}")
        return tuple(sorted(set(found), key=atomic_numbers.get)) or None

    return parameter(None, parse, help)


def choice(default: str, names, help: str = ""):
    """A dataclass field: one of `names`, which the help lists."""

    def parse(value):
        if not isinstance(value, str) or value not in names:
            raise ValueError(f"one of {', '.join(names)}{nearest(value, names)}")
        return value

    return parameter(default, parse, f"{help}: {', '.join(names)}")


def switch(default: bool, help: str = ""):
    """A dataclass field: true or false."""

    def parse(value):
        found = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else value
        if not isinstance(found, bool | np.bool_):
            raise ValueError("true or false")
        return bool(found)

    return parameter(default, parse, help)


def nearest(word, words) -> str:
    """The end of a message: the nearest of `words`, if there is one."""
    close = difflib.get_close_matches(str(word), list(words), n=1, cutoff=0.5)
    return f": did you mean {close[0]}?" if close else ""


# What the kinds are made of.


def _number(above=None, least=None, most=None, whole: bool = False):
    bounds = [(f"above {above}", gt, above), (f"from {least}" + (" up" if most is None else ""), ge, least)]
    bounds += [(f"to {most}" if least is not None else f"up to {most}", le, most)]
    bounds = [bound for bound in bounds if bound[-1] is not None]

    def parse(value):
        try:
            exact = None if isinstance(value, bool) else QQ.parse(value)
        except InputError:
            exact = None
        fits = exact is not None and all(holds(exact, bound) for _, holds, bound in bounds)
        if not fits or (whole and exact.denominator != 1):
            raise ValueError(" ".join(["an integer" if whole else "a number", *(words for words, _, _ in bounds)]))
        return exact

    return parse


def _float(above=None, least=None, most=None):
    number = _number(above, least, most)

    def parse(value):
        try:
            rounded = float(number(value))
        except OverflowError:
            rounded = float("inf")
        number(rounded)  # 1e-400 is above 0, the float is not
        return rounded

    return parse


def _list(parse_one, empty: bool, count: int | None = None):
    def parse(value):
        entries = [] if empty and _is_none(value) else _entries(value, ":")
        if not entries and not empty:
            raise ValueError("at least one number")
        if count is not None and len(entries) != count:
            raise ValueError(f"{count} numbers joined by :")
        return tuple(map(parse_one, entries))

    return parse


def _entries(value, joint: str) -> list:
    """What a list holds: of a word, its parts between joints; a value that is no list is the only one."""
    if isinstance(value, str):
        return value.split(joint) if value else []
    try:
        return list(value)
    except TypeError:
        return [value]


def _is_none(value) -> bool:
    return value is None or isinstance(value, str) and value.lower() == "none"


def _text(value, joint: str = ":") -> str:
    if isinstance(value, tuple):
        return joint.join(_text(entry, "/") for entry in value) or "none"
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

    def __init_subclass__(cls, **options):
        """Write the parameters into the docstring: its one source is the fields themselves."""
        super().__init_subclass__(**options)
        own = {key: value for key, value in vars(cls).items() if isinstance(value, Field)}
        entries = getattr(cls, "__dataclass_fields__", {}) | own
        if cls.__doc__ and entries:
            lines = [
                f"{key} : {entry.metadata['help']} (default {_text(_default(entry))})" for key, entry in entries.items()
            ]
            before = cleandoc(cls.__doc__).partition("\n\nParameters\n---")[0]
            cls.__doc__ = "\n".join([before, "", "Parameters", "----------", *lines])

    def __post_init__(self):
        for entry in fields(self):
            value = getattr(self, entry.name)
            try:
                object.__setattr__(self, entry.name, entry.metadata["parse"](value))
            except ValueError as error:
                given = " ".join(_text(value).split())  # in one line
                raise SpecError(f"{self.name}: {_word(entry.name)}={given}: give {error}") from None

    @classmethod
    def parameters(cls) -> dict[str, tuple[str, str]]:
        """The parameters: word in a SPEC -> (default, as a SPEC has it, and help)."""
        return {_word(entry.name): (_text(_default(entry)), entry.metadata["help"]) for entry in fields(cls)}

    @property
    def spec(self) -> str:
        """The SPEC with every parameter, as the defaults of this version are."""
        pairs = ",".join(f"{_word(e.name)}={_text(getattr(self, e.name))}" for e in fields(self))
        return f"{self.name}:{pairs}" if pairs else self.name

    def __str__(self):
        """The SPEC that gives this object back: sizes always, other parameters where they differ from their default."""
        shown = [e for e in fields(self) if e.metadata.get("size") or getattr(self, e.name) != _default(e)]
        pairs = ",".join(f"{_word(e.name)}={_text(getattr(self, e.name))}" for e in shown)
        return f"{self.name}:{pairs}" if pairs else self.name


def _default(entry):
    return entry.metadata["parse"](entry.default)


def parse_spec(spec: str, classes, kind: str = "descriptor") -> Parameters:
    """The object that ``name:key=value,key=value`` names; `classes` maps names to callables that give the class.

    Raises
    ------
    SpecError
        Unknown name (of a `kind`) or key (with the nearest valid one), a key twice, a value out of range.
    """
    name, _, rest = "".join(spec.split()).partition(":")
    if name not in classes:
        raise SpecError(f"unknown {kind} {name!r}{nearest(name, classes) or ': use one of ' + ', '.join(classes)}")
    cls, given = classes[name](), {}
    known = cls.parameters()
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        if key not in known:
            others = nearest(key, known) or ": it has " + (", ".join(known) or "none")
            raise SpecError(f"{name}: unknown parameter {key!r}{others}")
        if not equals:
            raise SpecError(f"{name}: {key} has no value: give {key}=value")
        if key in given:
            raise SpecError(f"{name}: {key} is given twice")
        given[key] = value
    return cls(**{key + "_" if iskeyword(key) else key: value for key, value in given.items()})
