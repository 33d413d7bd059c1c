"""The page of `symsens report`, in a real browser."""

import json
import shutil
import time

import ase.io
import numpy as np
import pytest
from ase import Atoms
from PIL import Image

from symsens.checker import check
from symsens.cli import main
from symsens.scans.entries import entries_of, entries_of_certificates
from symsens.scans.questions import Question
from symsens.scans.scanning import scan
from symsens.show.pages import page

F1 = Atoms("CH4", [(0, 0, 0), (5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A table with spurious, symmetric and failed rows."""
    folder = tmp_path_factory.mktemp("report")
    bad = Atoms("H2", [(0, 0, 0), (0, 0, 0)])
    ase.io.write(folder / "<set>.extxyz", [F1, bad])
    out = folder / "r.db"
    question = Question(descriptor="power-spectrum:n_max=2,l_max=3,radial=monomial")
    scan([str(folder / "<set>.extxyz"), "ase:CH4"], str(out), question)
    return str(out)


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium."""
    driver, binary = shutil.which("chromedriver"), shutil.which("chromium")
    if not driver or not binary:
        pytest.skip("Chromium is missing: apt-get install chromium chromium-driver")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1250,1500"):
        options.add_argument(argument)
    for argument in ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--proxy-server=127.0.0.1:1"):
        options.add_argument(argument)  # nothing outside can be reached
    started = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield started
    started.quit()


@pytest.fixture(scope="module")
def opened(browser, results, tmp_path_factory):
    """The browser with the page, once a structure is drawn; the tests are in the order of a visit."""
    out = tmp_path_factory.mktemp("page") / "page.html"
    out.write_text(page(entries_of(results, 100)), encoding="utf-8")
    browser.get(out.as_uri())
    deadline = time.monotonic() + 60
    while not browser.execute_script("return chosen === 0 && viewer !== null"):
        assert time.monotonic() < deadline, browser.get_log("browser")
        time.sleep(0.1)
    return browser


def red_pixels(browser, tmp_path):
    """How many pixels of the drawn structure have the colour of arrows."""
    box = browser.find_element("id", "structure")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:  # chemiscope draws when it has time
        box.screenshot(str(tmp_path / "structure.png"))
        pixels = np.asarray(Image.open(tmp_path / "structure.png").convert("RGB")).astype(int)[60:]
        red = (pixels[..., 0] > 90) & (pixels[..., 1] < pixels[..., 0] // 3) & (pixels[..., 2] < pixels[..., 0] // 3)
        if red.any():
            break
        time.sleep(0.2)
    return int(red.sum())


def cells(browser, column):
    """The texts of a column, from above."""
    return browser.execute_script(
        "const c = data.columns.indexOf(arguments[0]);"
        "return [...document.querySelectorAll('#table tbody tr')].map((line) => line.children[c].textContent)",
        column,
    )


def test_the_page_loads_without_an_error_and_without_a_network(opened):
    assert opened.get_log("browser") == []
    assert opened.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)") == []
    assert "11 rows" in opened.find_element("class name", "numbers").text
    assert "<set>.extxyz" in opened.find_element("id", "name").text


def test_the_first_is_spurious_and_its_arrows_are_drawn(opened, tmp_path):
    assert cells(opened, "incompleteness")[0] == "1"
    pressed = opened.find_element("css selector", "#arrows button[aria-pressed=true]")
    assert pressed.text == "incompleteness 1"
    assert red_pixels(opened, tmp_path) > 20
    assert "= 0" in opened.find_element("id", "spectrum").text


def test_it_sorts(opened):
    head = opened.find_element("xpath", "//th[text()='rank']")
    head.click()
    ranks = [int(x) for x in cells(opened, "rank") if x]
    assert ranks == sorted(ranks) and len(set(ranks)) > 2
    head.click()
    assert [int(x) for x in cells(opened, "rank") if x] == ranks[::-1]


def test_one_is_chosen_and_its_certificate_holds(opened, tmp_path):
    line = opened.find_element("xpath", "//tr[td[text()='ase:CH4'] and td[text()='Td']]")
    line.click()
    assert line.get_attribute("class") == "chosen"
    assert opened.find_element("id", "name").text == "ase:CH4, frame 0, centre 0"
    names = [button.text for button in opened.find_elements("css selector", "#arrows button")]
    assert names == [f"symmetry {k}" for k in range(1, 9)]
    opened.find_element("css selector", "#arrows button:nth-child(3)").click()
    assert red_pixels(opened, tmp_path) > 20
    check(json.loads(opened.execute_script("return data.details[chosen].certificate")))
    assert opened.find_element("css selector", "#download button").text == "Download the certificate"


def test_what_failed_says_why(opened):
    opened.find_element("xpath", "//tr[td[text()='FAILED']]").click()
    assert "remove one of them" in opened.find_element("id", "reason").text
    assert not opened.find_elements("css selector", "#download button")


def test_a_file_of_certificates_is_checked_first(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for command in ("certify ase:CH4 --centre 0 --out c.json", "report c.json --out page.html"):
        with pytest.raises(SystemExit) as stop:
            main(command.split())
        assert stop.value.code == 0
    assert "1 of 1 rows in page.html" in capsys.readouterr().out
    assert (tmp_path / "page.html").read_text().count("chemiscope") > 1
    forged = json.loads((tmp_path / "c.json").read_text())
    forged["certificates"][0]["claims"]["rank"] += 1
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    with pytest.raises(SystemExit) as stop:
        main(["report", "forged.json", "--out", "other.html"])
    assert stop.value.code == 2 and "REFUTED" in capsys.readouterr().err
    assert not (tmp_path / "other.html").exists()


def test_few_of_many_rows_are_those_that_matter(results):
    found = entries_of(results, 2)
    assert [entry.columns["incompleteness"] for entry in found.shown] == [1, 1]
    assert (found.total, sum(found.verdicts.values())) == (11, 11)


def test_numbers_of_a_field_are_drawn(tmp_path, monkeypatch):
    """The heptagon's certificate declares a cubic field."""
    from pathlib import Path

    source = Path(__file__).parent.parent / "examples" / "heptagon.env.json"
    with pytest.raises(SystemExit):
        main(["certify", str(source), "--nu", "3", "--out", str(tmp_path / "h.json")])
    certificates = json.loads((tmp_path / "h.json").read_text())["certificates"]
    (entry,) = entries_of_certificates("h.json", certificates, 10).shown
    assert np.linalg.norm(entry.positions, axis=1) == pytest.approx([0, 1, 1, 1, 1, 2])
    assert list(entry.arrows) == ["incompleteness 1"]
    assert np.linalg.norm(entry.arrows["incompleteness 1"]) == pytest.approx(1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["missing.db", "--out", "p.html"], "no such file"),
        (["missing.json", "--out", "p.html"], "no file of certificates"),
        (["other.db", "--out", "p.html"], "no table of"),
        (["notes.txt", "--out", "p.html"], "NAME.db"),
    ],
)
def test_bad_input_is_one_line(arguments, message, tmp_path, monkeypatch, capsys):
    from ase.db import connect

    monkeypatch.chdir(tmp_path)
    connect("other.db").write(Atoms("H"))
    with pytest.raises(SystemExit) as stop:
        main(["report", *arguments])
    error = capsys.readouterr().err
    assert stop.value.code == 2 and message in error and error.count("\n") == 1
