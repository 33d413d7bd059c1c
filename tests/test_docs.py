"""The site is built without a warning, and its pages show what commands print: what a page gets wrong stops it."""

import re
import subprocess
import sys
from pathlib import Path

import symsens
from symsens.checker.kinds import KINDS, rules
from symsens.cli import commands

ROOT = Path(__file__).parent.parent

WRONG = """# Wrong

```{run} symsens certify ase:CH4 --centre 0
:exit: 3
```

```{run} symsens certify ase:CH4 --centre 0
7 of the 9 internal displacements are invisible
```

```{run} symsens certify ase:CH4 --centre 0
:only: UNDECIDED
```

```{run} symsens certify nowhere.xyz --centre 0
```

```{usage} certifies
```

[nowhere](nowhere.md)
"""


def build(source, target):
    """Sphinx as `make docs` calls it."""
    command = ["-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-c", ROOT / "docs", "-d", target / "pages"]
    return subprocess.run([sys.executable, *command, source, target / "html"], capture_output=True, text=True)


def test_the_site_is_built(tmp_path):
    done = build(ROOT / "docs", tmp_path)
    assert done.returncode == 0 and not done.stderr, done.stderr
    pages = {path.relative_to(tmp_path / "html"): path.read_text() for path in (tmp_path / "html").rglob("*.html")}
    for path, text in pages.items():
        assert str(ROOT) not in text and not re.search(r"/(tmp|home|root|work)/", text), (
            f"{path} has a path of a machine"
        )
    for name in commands.commands:
        assert f"$ symsens {name}" in pages[Path(f"howto/{name}.html")], f"no example of {name}"
    for name in symsens.__all__:
        assert f'id="symsens.{name}"' in pages[Path("api.html")], f"{name} is not on the page of the API"
    assert "QQ&lt;c&gt;" in pages[Path("believe.html")]
    text = pages[Path("certificates.html")]
    assert all(schema in text for schema in KINDS) and all(f">{rule}</span>" in text for rule in rules())


def test_what_a_page_gets_wrong_stops_the_build(tmp_path):
    (tmp_path / "index.md").write_text(WRONG)
    done = build(tmp_path, tmp_path / "out")
    assert done.returncode
    for error in (
        "ended with 0, not 3",
        "does not print: 7 of the 9",
        "prints no line of those to be shown",
        "ended with 2, not 0",
        "there is no command certifies",
        "nowhere.md",
    ):
        assert error in done.stderr, f"{error}: {done.stderr}"


def test_what_the_readme_links_to_is_there():
    links = re.findall(r"\]\((?!http)([^)]+)\)", (ROOT / "README.md").read_text())
    assert len(links) > 20 and not [link for link in links if not (ROOT / link).is_file()]
