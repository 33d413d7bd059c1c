"""Citations and statements agree: what is cited is stated and proved, and what is stated is cited or used."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LEMMAS = (ROOT / "proofs" / "LEMMAS.md").read_text()
STATEMENT = re.compile(r"\*\*(Lemma|Theorem) \(?([^.*)]+)\)?\.?\*\*")
CITATION = re.compile(r"\b(Lemma|Theorem)\s+\(?([A-Za-z0-9]+(?:-[A-Za-z]+)?)")
POINTER = re.compile(r"Stated and proved in `([^`]+)`")


def statements(text):
    """Name of each statement (with its kind) and the text up to the next one."""
    found = list(STATEMENT.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return {(m[1], m[2]): text[m.end() : end] for m, end in zip(found, ends)}


STATED = statements(LEMMAS)


def citations(text):
    """What a text cites, by kind and first word: line breaks and comment signs in between do not matter."""
    return {(match[1], match[2]) for match in CITATION.finditer(re.sub(r"\s*\n[\s#|]*", " ", text))}


def sources():
    """Every file in which a statement may be cited."""
    files = [*ROOT.glob("symsens/**/*.py"), *ROOT.glob("symsens/**/*.md"), *ROOT.glob("tests/*.py")]
    files += ROOT.glob("proofs/*.py")
    files += [*ROOT.glob("docs/**/*.md"), *ROOT.glob("notebooks/*.ipynb"), ROOT / "README.md", ROOT / "CHANGELOG.md"]
    return [path for path in files if path.name != "test_lemmas.py"]


TEXTS = {str(path.relative_to(ROOT)): path.read_text() for path in sources()}
CITED = {name: where for where, text in TEXTS.items() for name in citations(text)}
FIRST_WORDS = {(kind, name.split()[0]): (kind, name) for kind, name in STATED}


@pytest.mark.parametrize("name", sorted(CITED), ids=" ".join)
def test_what_is_cited_is_stated(name):
    assert name in FIRST_WORDS, f"{' '.join(name)} is cited in {CITED[name]} and not stated in proofs/LEMMAS.md"


@pytest.mark.parametrize("name", sorted(STATED), ids=" ".join)
def test_what_is_stated_is_cited_or_used_by_another_proof(name):
    kind, first = name[0], name[1].split()[0]
    proofs = "\n".join(text for other, text in STATED.items() if other != name)
    named = name[1][0].isupper() and any(name[1] in text for text in TEXTS.values())  # Lindemann-Weierstrass
    assert (kind, first) in CITED or (kind, first) in citations(proofs) or named, "nobody cites it"


@pytest.mark.parametrize("name", sorted(STATED), ids=" ".join)
def test_what_is_stated_is_proved_or_has_a_source(name):
    text = STATED[name]
    pointer = POINTER.search(text)
    if pointer:
        place = ROOT / pointer[1]
        assert place.exists(), f"{pointer[1]} is not there"
        text = place.read_text()
        at = text.index(f"{name[0]} ({name[1]})")
        assert "*Proof.*" in text[at:]
    else:
        assert "*Proof.*" in text or re.search(r"\(slice theorem|linearly independent over", text)


def test_a_citation_of_nothing_is_seen():
    assert citations("by Lemma\n    # nowhere, Theorem (Bound) and (Lemma early exit)") == {
        ("Lemma", "nowhere"),
        ("Theorem", "Bound"),
        ("Lemma", "early"),
    }
    assert ("Lemma", "nowhere") not in FIRST_WORDS


def test_no_name_is_stated_twice():
    names = [match[2] for match in STATEMENT.finditer(LEMMAS)]
    assert len(names) == len(set(names)) and len({name.split()[0] for name in names}) == len(names)
