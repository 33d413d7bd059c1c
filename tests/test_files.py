"""Nothing is destroyed: files are written whole or not at all, and never over what is not ours."""

import os
from pathlib import Path

import pytest

from symsens.errors import InputError
from symsens.files import check_target, write_whole

METHANE = (Path(__file__).parent.parent / "examples" / "F1.extxyz").read_text()


@pytest.mark.parametrize("option", ["--out", "--plot"])
def test_the_input_is_not_the_output(option, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.extxyz").write_text(METHANE)
    Path("link.extxyz").symlink_to("in.extxyz")
    for target in ("in.extxyz", "./in.extxyz", "link.extxyz"):
        assert "the input itself" in refused("certify", "in.extxyz", "--centre", 0, option, target)
    assert Path("in.extxyz").read_text() == METHANE


@pytest.mark.parametrize(
    "target, said",
    [
        ("/dev/full", "device or a pipe"),
        ("pipe", "device or a pipe"),
        (".", "is a directory"),
        ("no/such/file", "no such directory"),
    ],
)
def test_a_path_that_cannot_be_written_is_noticed_before_the_work(target, said, refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    monkeypatch.setattr("symsens.jobs.certification.certify", lambda *_: pytest.fail("work was done"))
    assert said in refused("certify", "ase:CH4", "--out", target)
    with pytest.raises(InputError, match=said):
        write_whole(target, "text")
    assert os.listdir() == ["pipe"]


def test_a_link_is_followed_and_the_old_file_stays_where_writing_fails(tmp_path, monkeypatch):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("old")
    link.symlink_to(real)
    write_whole(str(link), "new")
    assert link.is_symlink() and real.read_text() == "new"
    check_target(str(real), str(tmp_path / "another"))
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(InputError, match="No space left"):
        write_whole(str(real), "newer")
    assert real.read_text() == "new" and sorted(os.listdir(tmp_path)) == ["link.json", "real.json"]
