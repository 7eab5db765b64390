import unicodedata

import pytest

from showrunner.connections.models import (
    Connection,
    ConnectionKind,
    ExcludePath,
    Library,
    PathMapping,
)
from showrunner.connections.ownership import explain, owners


def server(*rules: ExcludePath, name: str = "Attic") -> Connection:
    return Connection(
        id=name,
        kind=ConnectionKind.PLEX,
        name=name,
        url="http://x",
        libraries=[Library(native_id="1", name="Films", locations=["/data/films"])],
        path_mappings=[PathMapping(remote_prefix="/data", local_prefix="/mnt")],
        excludes=list(rules),
    )


def folder(value: str) -> ExcludePath:
    return ExcludePath(value=value, type="path")


def pattern(value: str) -> ExcludePath:
    return ExcludePath(value=value, type="regex")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (folder("/mnt/films/archive"), "/mnt/films/archive/x.mkv"),
        (folder("/mnt/films/archive/"), "/data/films/archive/deep/x.mkv"),
        (folder("/mnt/films/x.mkv"), "/mnt/films/x.mkv"),
        (pattern(r".*\.iso$"), "/mnt/films/x.iso"),
        (pattern(r"/mnt/films/caf\u00e9/.*"), "/mnt/films/cafe\u0301/x.mkv"),
        (folder("/mnt/films/cafe\u0301"), "/mnt/films/caf\u00e9/x.mkv"),
    ],
)
def test_an_excluded_file_has_no_owner(rule: ExcludePath, path: str) -> None:
    """By its local path, in whichever Unicode form, and the explanation names the rule."""
    attic = server(rule)

    assert owners(path, [attic]) == []
    (line,) = [line for line in explain(path, [attic]) if line.startswith("Attic")]
    assert "excluded" in line
    assert unicodedata.normalize("NFC", rule.value) in unicodedata.normalize("NFC", line)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (folder("/mnt/films/arch"), "/mnt/films/archive/x.mkv"),
        (folder("/data/films"), "/data/films/x.mkv"),
        (pattern(r".*\.iso"), "/mnt/films/x.iso.mkv"),
        (pattern(r"\.mkv"), "/mnt/films/x.mkv"),
    ],
)
def test_what_no_rule_takes_out_is_owned(rule: ExcludePath, path: str) -> None:
    """Whole components, the local path, the whole of it."""
    assert len(owners(path, [server(rule)])) == 1


def test_each_server_has_its_own_rules() -> None:
    """What one excludes the other may own."""
    found = owners("/mnt/films/x.iso", [server(pattern(r".*\.iso")), server(name="Cellar")])

    assert [one.connection_id for one in found] == ["Cellar"]
