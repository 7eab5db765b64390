"""`showrunner preview` as people run it."""

import json
import shutil

import pytest
from click.testing import CliRunner

from showrunner.cli.preview import preview
from showrunner.previews.bif import read_bif
from showrunner.previews.decoder.client import Decoder
from showrunner.previews.trickplay import read_trickplay


@pytest.fixture
def library(film, tmp_path):
    """Two films, one text that is none, one hidden file."""
    folder = tmp_path / "films"
    (folder / "Dune").mkdir(parents=True)
    shutil.copy(film("h264.mkv"), folder / "Dune" / "Dune.mkv")
    shutil.copy(film("h264.mp4"), folder / "Alien.MP4")
    shutil.copy(film("h264.mp4"), folder / ".hidden.mp4")
    (folder / "notes.txt").write_text("no film")
    return folder


@pytest.fixture
def run():
    """Gives `run("--json", path)`: exit code and the JSON lines."""

    def go(*arguments):
        result = CliRunner().invoke(preview, ["--json", *map(str, arguments)])
        return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]

    return go


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_folder_is_walked(run, library):
    """Every video below it in order, hidden and other files left out; a BIF is the default."""
    code, lines = run(library)

    assert code == 0
    assert [str(library / "Alien.MP4"), str(library / "Dune" / "Dune.mkv")] == [
        line["path"] for line in lines
    ]
    assert [[str(library / "Alien-320-10.bif")], [str(library / "Dune" / "Dune-320-10.bif")]] == [
        line["outputs"] for line in lines
    ]
    assert {"done"} == {line["outcome"] for line in lines}
    assert read_bif(library / "Alien-320-10.bif").count == 1


def test_several_formats_come_from_one_run(run, library):
    """With the settings that were asked for."""
    film = library / "Dune" / "Dune.mkv"
    options = ("--format", "bif", "--format", "trickplay", "--interval", 2, "--width", 192)
    code, (line,) = run(*options, film)
    bif = read_bif(film.with_name("Dune-192-2.bif"))
    tiles = read_trickplay(film.with_name("Dune.trickplay") / "192 - 10x10")

    assert (code, line["outcome"]) == (0, "done")
    assert (bif.count, bif.interval_ms) == (5, 2000)
    assert (tiles.count, tiles.size) == (5, (192, 96))
    assert len(line["outputs"]) == 2


def test_a_second_run_has_nothing_to_do(run, library):
    """Fresh outputs are skipped and untouched; only what is missing is made."""
    run(library)
    before = {path: path.stat().st_mtime_ns for path in library.rglob("*.bif")}
    code, lines = run(library)
    _, more = run("--format", "bif", "--format", "trickplay", library / "Alien.MP4")

    assert code == 0
    assert [(line["outcome"], line["message"], line["outputs"]) for line in lines] == [
        ("skipped", "fresh", [])
    ] * 2
    assert [[str(library / "Alien.trickplay" / "320 - 10x10" / "0.jpg")]] == [
        line["outputs"] for line in more
    ]
    assert before == {path: path.stat().st_mtime_ns for path in library.rglob("*.bif")}


@pytest.mark.parametrize("change", ["forced", "quality", "source", "truncated"])
def test_what_is_not_fresh_is_made_again(run, library, change):
    """By force, for another quality, a changed film or a damaged output."""
    film, bif = library / "Alien.MP4", library / "Alien-320-10.bif"
    run(film)
    options = {"forced": ["--force"], "quality": ["--quality", 2]}.get(change, [])
    if change == "source":
        shutil.copy(library / "Dune" / "Dune.mkv", film)
    if change == "truncated":
        bif.write_bytes(bif.read_bytes()[:-1])
    _, (line,) = run(*options, film)

    assert line["outcome"] == "done"
    assert read_bif(bif).count == 1


def test_one_bad_file_stops_no_other(run, library):
    """Its own line says why, the others are done, and the exit code is 1."""
    broken = library / "Broken.mkv"
    broken.write_text("no film")
    missing = library / "Missing.mkv"
    code, lines = run(missing, library)
    outcomes = {line["path"]: line["outcome"] for line in lines}

    assert code == 1
    assert (outcomes[str(missing)], outcomes[str(broken)]) == ("failed", "failed")
    assert outcomes[str(library / "Alien.MP4")] == "done"
    assert "does not exist" in lines[0]["message"]
    assert not [name for name in files_in(library) if "Broken-" in name or "partial" in name]


def test_a_film_that_changes_while_it_is_read_is_not_published(run, library, monkeypatch):
    """A copy under way that keeps an old time stamp is caught afterwards."""
    film = library / "Alien.MP4"
    original = Decoder.run

    def run_and_grow(self, request, **options):
        filled = original(self, request, **options)
        with film.open("ab") as file:
            file.write(b"more")
        return filled

    monkeypatch.setattr(Decoder, "run", run_and_grow)
    before = files_in(library)
    code, (line,) = run(film)

    assert (code, line["outcome"]) == (1, "failed")
    assert "changed while it was read" in line["message"]
    assert before == files_in(library)


def test_people_get_sentences(library):
    """Without --json: one line per file, failures on the error stream."""
    (library / "Broken.mkv").touch()
    result = CliRunner().invoke(preview, [str(library)])

    assert result.exit_code == 1
    assert f"done     {library / 'Alien.MP4'}: {library / 'Alien-320-10.bif'}" in result.stdout
    assert f"failed   {library / 'Broken.mkv'} is empty. Copy it again." in result.stderr


def test_an_empty_folder_is_told(tmp_path):
    """So that a mistyped path does not pass for success in silence."""
    result = CliRunner().invoke(preview, [str(tmp_path)])

    assert "no video files" in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["--interval", "0", "x"], ["--width", "5", "x"], ["--format", "gif", "x"]]
)
def test_wrong_usage_exits_with_2(arguments):
    """Before anything is read."""
    assert CliRunner().invoke(preview, arguments).exit_code == 2
