import pytest

from showrunner.errors import ForbiddenError, NotFoundError
from showrunner.syncs.import_files import VARIABLE, import_file


@pytest.fixture
def database(home):
    folder = home.folder / "imports"
    folder.mkdir()
    (folder / "tautulli.db").write_bytes(b"x")
    return folder / "tautulli.db"


def test_files_of_the_data_folders_imports_are_open_by_name_and_by_path(home, database):
    """A bare name means that folder."""
    assert import_file("tautulli.db", home, {}) == database
    assert import_file(str(database), home, {}) == database


def test_further_folders_are_those_that_the_owner_named(home, tmp_path):
    """Several are separated by commas."""
    other = tmp_path / "tautulli"
    other.mkdir()
    (other / "copy.db").write_bytes(b"x")
    path = str(other / "copy.db")

    with pytest.raises(ForbiddenError, match=VARIABLE):
        import_file(path, home, {})
    found = import_file(path, home, {VARIABLE: f"{tmp_path}/nowhere, {other}"})

    assert found == other / "copy.db"


@pytest.mark.parametrize("path", ["../key", "/etc/passwd", "../imports-2/x.db", "/nowhere/at/all"])
def test_nothing_else_is_open_and_nobody_learns_whether_it_is_there(home, database, path):
    """The refusal is the same for what exists and what does not."""
    (home.folder / "key").write_bytes(b"secret")
    (home.folder / "imports-2").mkdir()
    (home.folder / "imports-2" / "x.db").write_bytes(b"x")

    with pytest.raises(ForbiddenError):
        import_file(path, home, {})


def test_a_link_is_what_it_leads_to(home, database, tmp_path):
    """One that leads out of the folder is refused; one that stays within is followed."""
    outside = tmp_path / "outside.db"
    outside.write_bytes(b"x")
    (database.parent / "out.db").symlink_to(outside)
    (database.parent / "in.db").symlink_to(database)
    (database.parent / "round.db").symlink_to(database.parent / "round.db")

    with pytest.raises(ForbiddenError):
        import_file("out.db", home, {})
    assert import_file("in.db", home, {}) == database
    with pytest.raises((ForbiddenError, NotFoundError)):
        import_file("round.db", home, {})


def test_a_folder_or_nothing_is_no_file(home, database):
    """It says which name was not found, and where."""
    (database.parent / "folder").mkdir()

    with pytest.raises(NotFoundError, match="no file folder in"):
        import_file("folder", home, {})
    with pytest.raises(NotFoundError, match=r"no file other\.db in"):
        import_file("other.db", home, {})
    with pytest.raises((ForbiddenError, NotFoundError)):
        import_file("nul\x00.db", home, {})
