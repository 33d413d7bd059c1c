"""Files that are no certificates are named as such, in one short line, by every way in."""

import json
import time

import pytest
from checker_cases import F1, certified, environment, put

from symsens import certify
from symsens.certificates.exact import certificate_text
from symsens.checker import Malformed, check, load

GOOD = certificate_text([certify(environment(F1)).certificate])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a JSON certificate file"),
        ("\ufeff" + GOOD, "not a JSON certificate file"),
        ("[]", "file: expected an object; found list"),
        ("{}", "file: expected exactly the keys schema, certificates; found 'schema'"),
        ('{"schema": "symsens/certificates/1", "certificates": []}', "at least one certificate"),
        ('{"schema": "symsens/certificates/2", "certificates": []}', "file.schema: expected symsens/certificates/1"),
        (GOOD.replace("symsens/certificate/1", "symsens/certificate/2"), r"file.certificates\[0\].schema"),
        (GOOD.replace('"QQ"', '"QQ<sqrt(2)>"'), r"environment.field: expected QQ; found 'QQ<sqrt\(2\)>'"),
        (GOOD[: len(GOOD) // 2], "not a JSON certificate file"),
        (
            GOOD.replace('"descriptor":null', '"descriptor":{"name":"x","l_max":null,"features":null}'),
            "descriptor.features: expected a list",
        ),
        (GOOD.replace('"nu":2', '"nu":NaN'), "nu: expected an integer below 2.63; found nan"),
        (GOOD.replace('"nu":2', '"nu":' + "9" * 5000), "not a JSON certificate file"),
        (GOOD.replace('"nu":2', '"nu":' + "9" * 4000), "nu: expected an integer below 2.63; found int"),
        (GOOD.replace('"nu":2', '"nu":2,"nu":2'), "an object repeats one of its keys"),
        (GOOD.replace('"nu":2', '"nu":2,"nv":2'), r"file.certificates\[0\]: expected exactly the keys .*; found 'nv'"),
        (GOOD.replace('"nu":2,', ""), r"file.certificates\[0\]: expected exactly the keys .*; found 'nu'"),
        (
            GOOD.replace('"rigid","null', '"rigged","null'),
            r"levels\[0\].name: expected one of rigid, .*; found 'rigged'",
        ),
        (GOOD.replace('"5"', '"5/0"'), r"positions\[0\]\[0\]: expected a rational number .*; found '5/0'"),
        (GOOD.replace('"5"', '"' + "5" * 20_001 + '"'), "expected a rational number"),
        ("[" * 100_000, "not a JSON certificate file"),
        ('{"schema": ' + "[" * 900 + "]" * 900 + "}", "file"),
        ("certificate " * 10**6, "not a JSON certificate file"),
        ('"' + "nonsense" * 10**6 + '"', "file: expected an object; found 'nonsense"),
        (
            json.dumps({"schema": "symsens/certificates/1", "certificates": [0] * 10**6}),
            r"certificates\[0\]: expected an object",
        ),
    ],
    ids=range(24),
)
def test_malformed_files_are_named_as_such_in_one_short_line(text, reason):
    start = time.perf_counter()
    with pytest.raises(Malformed, match=reason) as malformed:
        load(text)
    assert time.perf_counter() - start < 2
    assert "\n" not in str(malformed.value) and len(str(malformed.value)) < 400


WRONG = [
    *[("", value) for value in (None, [], "{}", {}, {1: 2}, {"schema": 1}, 10**5000, float("nan"))],
    *[
        (path, value)
        for path in ("vary", "schema", "levels.0.name", "environment.centre")
        for value in ([], {}, None, "", "H" * 1001)
    ],
    *[("levels.0", value) for value in ([], None, "rigid", {"name": "rigid"}, {"null_vectors": []})],
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=range(len(WRONG)))
def test_wrong_types_are_named_with_their_place(path, value):
    certificate = put(certified("one"), path, value) if path else value
    with pytest.raises(Malformed, match=("certificate." + path).strip(".").replace(".0", r"\[0\]")):
        check(certificate)


def test_numbers_of_the_greatest_length_are_read():
    certificate = certified("one")
    certificate["levels"][0]["null_vectors"] = [
        [f"{x}{'0' * 19_990}" for x in v] for v in certificate["levels"][0]["null_vectors"]
    ]
    certificate["environment"]["centre"] = "C" * 24
    assert check(certificate)
