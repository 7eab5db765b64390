import unicodedata
from pathlib import Path

import pytest

from showrunner.connections import paths
from showrunner.connections.models import PathMapping

NFC = unicodedata.normalize("NFC", "/data/Amélie/é.mkv")
NFD = unicodedata.normalize("NFD", NFC)


def mapping(remote: str, local: str, *webhook: str) -> PathMapping:
    return PathMapping(remote_prefix=remote, local_prefix=local, webhook_prefixes=list(webhook))


@pytest.mark.parametrize(
    ("path", "prefix", "replacement", "expected"),
    [
        ("/data/films/x.mkv", "/data", "/mnt/data", "/mnt/data/films/x.mkv"),
        ("/data/films/x.mkv", "/data/", "/mnt/data/", "/mnt/data/films/x.mkv"),
        ("/data//films/./x.mkv", "/data", "/mnt", "/mnt/films/x.mkv"),
        ("/data", "/data", "/mnt", "/mnt"),
        ("/database/x.mkv", "/data", "/mnt", None),
        ("/Data/x.mkv", "/data", "/mnt", None),
        ("/data/x.mkv", "/", "/mnt", "/mnt/data/x.mkv"),
        ("/data/../etc/passwd", "/data", "/mnt", None),
        ("/data/films/../tv/x.mkv", "/data", "/mnt", "/mnt/tv/x.mkv"),
        ("D:\\Films\\A\\x.mkv", "D:\\Films", "/mnt/films", "/mnt/films/A/x.mkv"),
        ("d:\\films\\A\\x.mkv", "D:\\Films\\", "/mnt/films", "/mnt/films/A/x.mkv"),
        ("D:/Films/A/x.mkv", "D:\\Films", "/mnt/films", "/mnt/films/A/x.mkv"),
        ("D:\\Films2\\x.mkv", "D:\\Films", "/mnt", None),
        ("E:\\Films\\x.mkv", "D:\\Films", "/mnt", None),
        ("D:\\x.mkv", "D:\\", "/mnt", "/mnt/x.mkv"),
        ("D:\\x.mkv", "D:", "/mnt", "/mnt/x.mkv"),
        ("\\\\nas\\films\\A\\x.mkv", "\\\\NAS\\films", "/mnt", "/mnt/A/x.mkv"),
        ("//nas/films/A/x.mkv", "\\\\nas\\films", "/mnt", "/mnt/A/x.mkv"),
        ("/nas/films/x.mkv", "\\\\nas\\films", "/mnt", None),
        ("/mnt/films/A/x.mkv", "/mnt/films", "D:\\Films", "D:\\Films\\A\\x.mkv"),
        ("/mnt/films/A/x.mkv", "/mnt", "\\\\nas\\share", "\\\\nas\\share\\films\\A\\x.mkv"),
        ("/data/back\\slash.mkv", "/data", "/mnt", "/mnt/back\\slash.mkv"),
        ("/data/ends. ", "/data", "/mnt", "/mnt/ends. "),
    ],
)
def test_a_prefix_is_exchanged_by_whole_components(
    path: str, prefix: str, replacement: str, expected: str | None
) -> None:
    """The rest of the path keeps its spelling; the style is that of the new prefix."""
    assert paths.replace_prefix(path, prefix, replacement) == expected


@pytest.mark.parametrize("prefix", ["/data/Ame\u0301lie", "/data/Am\u00e9lie"])
@pytest.mark.parametrize("path", [NFC, NFD])
def test_a_prefix_in_the_other_unicode_form_cuts_at_the_right_character(
    path: str, prefix: str
) -> None:
    """Composed and decomposed names differ in length; the rest stays as it came."""
    assert paths.replace_prefix(path, prefix, "/mnt") == f"/mnt/{path.rsplit('/', maxsplit=1)[-1]}"


@pytest.mark.parametrize(
    ("path", "other", "expected"),
    [
        (NFC, NFD, True),
        ("/a/b", "/a//b/", True),
        ("/a/b", "/A/b", False),
        ("C:\\A\\b.MKV", "c:/a/B.mkv", True),
        ("\\\\Nas\\S\\x", "//nas/s/x", True),
        ("C:\\a", "/C:/a", False),
        ("a/b", "/a/b", False),
    ],
)
def test_two_spellings_of_one_path_are_the_same(path: str, other: str, expected: bool) -> None:
    """Separators and Unicode forms never matter, case only where the system looks at it."""
    assert paths.same_path(path, other) is expected
    assert paths.same_path(other, path) is expected


def test_keys_are_equal_for_equal_paths() -> None:
    """A key can stand in a table, where two paths cannot be compared."""
    assert paths.path_key(NFC) == paths.path_key(NFD)
    assert paths.path_key("d:/Films/X.mkv") == paths.path_key("D:\\films\\x.MKV")
    assert paths.path_key("/films/X.mkv") != paths.path_key("/films/x.mkv")


@pytest.mark.parametrize(
    ("folder", "relative", "expected"),
    [
        ("/tv/Show", "Season 01/x.mkv", "/tv/Show/Season 01/x.mkv"),
        ("D:\\TV\\Show", "Season 1\\x.mkv", "D:\\TV\\Show\\Season 1\\x.mkv"),
        ("D:\\TV\\Show", "Season 1/x.mkv", "D:\\TV\\Show\\Season 1\\x.mkv"),
        ("/tv/Show", "odd\\name.mkv", "/tv/Show/odd\\name.mkv"),
        ("\\\\nas\\tv", "x.mkv", "\\\\nas\\tv\\x.mkv"),
    ],
)
def test_a_relative_path_is_joined_in_the_folders_style(
    folder: str, relative: str, expected: str
) -> None:
    """Sonarr on Windows sends backslashes, everywhere else they are part of a name."""
    assert paths.join(folder, relative) == expected


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [
        ("/a/b/c.mkv", "/a/b", "c.mkv"),
        ("D:\\a\\c.mkv", "D:\\a", "c.mkv"),
        ("\\\\nas\\s\\c.mkv", "\\\\nas\\s", "c.mkv"),
        ("/c.mkv", "/", "c.mkv"),
        ("/", "/", "/"),
    ],
)
def test_folder_and_name(path: str, folder: str, name: str) -> None:
    """Each in the style of the path."""
    assert (paths.parent(path), paths.base_name(path)) == (folder, name)


def test_without_mappings_both_see_the_same_paths() -> None:
    """The documents say: if both see the same path, leave the mappings empty."""
    assert paths.to_local("/media/x.mkv", []) == "/media/x.mkv"
    assert paths.to_remote("/media/x.mkv", []) == ["/media/x.mkv"]


def test_a_path_outside_all_mappings_is_not_passed_through() -> None:
    """Somebody who mapped paths forgot one: a silent pass-through would hide it."""
    mappings = [mapping("/data", "/mnt/data")]

    assert paths.to_local("/other/x.mkv", mappings) is None
    assert paths.to_remote("/other/x.mkv", mappings) == []


def test_the_longest_prefix_decides() -> None:
    """In whichever order the rows were entered."""
    rows = [mapping("/data", "/mnt/a"), mapping("/data/films", "/mnt/b/f")]

    for mappings in (rows, rows[::-1]):
        assert paths.to_local("/data/films/x.mkv", mappings) == "/mnt/b/f/x.mkv"
        assert paths.to_local("/data/tv/x.mkv", mappings) == "/mnt/a/tv/x.mkv"


def test_pooled_disks_have_several_names_on_the_server() -> None:
    """Which disk holds the file cannot be known from its local name."""
    mappings = [mapping("/data_disk1", "/data"), mapping("/data_disk2", "/data")]

    assert paths.to_remote("/data/x.mkv", mappings) == ["/data_disk1/x.mkv", "/data_disk2/x.mkv"]


def test_a_path_there_and_back_is_the_same() -> None:
    """Also between styles."""
    mappings = [mapping("\\\\nas\\films", "/mnt/films")]
    local = paths.to_local("\\\\NAS\\Films\\A\\x.mkv", mappings)

    assert local == "/mnt/films/A/x.mkv"
    assert paths.to_remote(local, mappings) == ["\\\\nas\\films\\A\\x.mkv"]


def test_a_file_is_found_on_disk_in_whichever_form_it_was_written(tmp_path: Path) -> None:
    """Linux keeps the bytes of a name; a sender may report the other form, in any component."""
    written = tmp_path / unicodedata.normalize("NFD", "Amélie") / "é.mkv"
    written.parent.mkdir()
    written.write_bytes(b"x")
    asked = unicodedata.normalize("NFC", str(written))

    assert asked != str(written)
    assert paths.on_disk(asked) == written


def test_a_file_that_is_not_there_keeps_the_name_it_was_asked_by(tmp_path: Path) -> None:
    """The message to the owner then shows what was looked for."""
    assert paths.on_disk(str(tmp_path / "no" / "é.mkv")) == tmp_path / "no" / "é.mkv"
