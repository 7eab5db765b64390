from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from showrunner.events.models import EventKind, Report, fingerprint_of
from showrunner.webhooks.radarr import events_from

FOLDER = "/films/The Long Harbour (2019)"
FILE = f"{FOLDER}/The Long Harbour (2019) WEBDL-1080p.mkv"
OLD_FILE = f"{FOLDER}/The Long Harbour (2019) HDTV-720p.mkv"
IDS = {"radarr_movie_id": "41", "tmdb": "730041", "imdb": "tt9904117"}
IDENTITY = ("file", "512", "4831838208", "2026-03-04T19:20:21")
OLD_IDENTITY = ("file", "498", "1610612736", "2026-01-02T03:04:05")
NOW = datetime(2026, 3, 4, 20, tzinfo=UTC)


def said(kind, word="Download", path=FILE, identity=IDENTITY, size_bytes=4831838208, **more):
    facts = {"title": "The Long Harbour (2019)", "item_ids": IDS} | more
    return Report(
        kind, "radarr", word, path=path, identity=identity, size_bytes=size_bytes, **facts
    )


def old(word="Download"):
    return said(EventKind.DELETED, word, OLD_FILE, OLD_IDENTITY, 1610612736)


def noted(word, kind=EventKind.NOTED):
    return Report(kind, "radarr", word)


EXPECTED = {
    "download": [said(EventKind.ADDED)],
    "download_upgrade": [said(EventKind.UPGRADED), old()],
    "download_upgrade_same_name": [said(EventKind.UPGRADED)],
    "download_v3": [
        Report(
            EventKind.ADDED,
            "radarr",
            "Download",
            title="Quiet Rivers",
            path="/media/Movies/Quiet Rivers (2016)/Quiet Rivers (2016) WEBDL-720p.mp4",
            item_ids={"radarr_movie_id": "9", "tmdb": "55110", "imdb": "tt5550110"},
            size_bytes=1515669476,
            identity=("file", "32", "1515669476", ""),
        )
    ],
    "download_windows": [
        said(
            EventKind.ADDED,
            path="D:\\Media\\Films\\The Long Harbour (2019)\\Extras\\The Long Harbour (2019).mkv",
        )
    ],
    "download_without_relative_path": [said(EventKind.ADDED)],
    "download_file_path_of_movie": [said(EventKind.ADDED, path=f"{FOLDER}/Feature.mkv")],
    "download_folder_only": [
        Report(
            EventKind.ADDED,
            "radarr",
            "Download",
            title="Inception",
            path="/movies/Inception (2010)",
        )
    ],
    "rename": [
        said(
            EventKind.RENAMED,
            "Rename",
            f"{FOLDER}/The Long Harbour (2019).mkv",
            (),
            previous_path=FILE,
        )
    ],
    "rename_without_files": [
        Report(
            EventKind.NOTED,
            "radarr",
            "Rename",
            title="Quiet Rivers",
            item_ids={"radarr_movie_id": "9", "tmdb": "55110"},
        )
    ],
    "movie_file_delete": [said(EventKind.DELETED, "MovieFileDelete")],
    "movie_file_delete_upgrade": [old("MovieFileDelete")],
    "movie_delete": [said(EventKind.DELETED, "MovieDelete", FOLDER, ("movie", "41"), None)],
    "movie_delete_keeping_files": [said(EventKind.NOTED, "MovieDelete", None, (), None)],
    "grab": [noted("Grab")],
    "health": [noted("Health")],
    "health_restored": [noted("HealthRestored")],
    "application_update": [noted("ApplicationUpdate")],
    "movie_added": [noted("MovieAdded")],
    "manual_interaction_required": [noted("ManualInteractionRequired")],
    "test": [noted("Test", EventKind.TEST)],
    "unknown_kind": [noted("MovieRestored", EventKind.UNKNOWN)],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """Each kind of payload becomes exactly these reports."""
    assert events_from(payload(name)) == EXPECTED[name]


def test_every_payload_is_in_the_table(request):
    """A payload that nobody expects anything of would be a test that cannot fail."""
    names = {path.stem for path in (request.path.parent / "payloads").iterdir()}

    assert names - {"download_without_paths"} == set(EXPECTED)


def without(payload, *fields):
    inner = payload
    for field in fields[:-1]:
        inner = inner[field]
    del inner[fields[-1]]
    return payload


@pytest.mark.parametrize(
    ("name", "removed", "field"),
    [
        ("download_without_paths", ("movie", "overview"), ("movieFile", "relativePath")),
        ("download", ("movie",), ("movie",)),
        ("download", ("eventType",), ("eventType",)),
        ("download_folder_only", ("movie", "folderPath"), ("movie", "folderPath")),
        ("rename", ("movie",), ("movie",)),
        ("movie_file_delete", ("movieFile",), ("movieFile",)),
    ],
)
def test_a_missing_field_is_named(payload, name, removed, field):
    """What cannot be located is refused, by the name of the field that would tell."""
    with pytest.raises(ValidationError) as refusal:
        events_from(without(payload(name), *removed))

    assert refusal.value.errors()[0]["loc"] == field


def test_a_relative_path_without_a_folder_asks_for_the_folder(payload):
    """A relative path alone does not say where the file is."""
    sent = without(without(payload("download"), "movie", "folderPath"), "movieFile", "path")

    with pytest.raises(ValidationError) as refusal:
        events_from(sent)

    assert refusal.value.errors()[0]["loc"] == ("movie", "folderPath")


@pytest.mark.parametrize("field", ["id", "size", "dateAdded", "path"])
def test_a_field_that_is_null_is_like_one_that_is_missing(payload, field):
    """Serializers of other versions send null for what they do not know."""
    sent = payload("download")
    sent["movieFile"][field] = None

    assert events_from(sent)[0].path == FILE


@pytest.mark.parametrize("bad", ["a\0.mkv", "a" * 4097, "\ud800.mkv", 7])
def test_a_path_that_no_file_can_have_is_refused(payload, bad):
    """What the file system or the database would choke on is refused at the door, by name."""
    sent = payload("download")
    sent["movieFile"]["relativePath"] = bad

    with pytest.raises(ValidationError) as refusal:
        events_from(sent)

    assert refusal.value.errors()[0]["loc"] == ("movieFile", "relativePath")


def fingerprint(report, now=NOW):
    return fingerprint_of(report, now, None)


def test_a_delivery_again_is_the_same_event(payload):
    """The same Download a day later has the same fingerprint."""
    first, again = (events_from(payload("download"))[0] for _ in range(2))

    assert fingerprint(first) == fingerprint(again, NOW + timedelta(days=1))


def test_a_later_upgrade_of_the_same_name_is_another_event(payload):
    """A new file under the old name, from the same download, is not taken for the old one."""
    later = payload("download_upgrade_same_name")
    later["movieFile"] |= {"id": 530, "dateAdded": "2026-05-01T00:00:00Z"}

    assert fingerprint(events_from(payload("download"))[0]) != fingerprint(events_from(later)[0])


def test_a_replaced_file_is_deleted_once(payload):
    """The upgrade's own list and MovieFileDelete speak of the same deletion."""
    _, replaced = events_from(payload("download_upgrade"))
    (deleted,) = events_from(payload("movie_file_delete_upgrade"))

    assert fingerprint(replaced) == fingerprint(deleted)


def test_a_rename_there_and_back_and_there_again_is_not_lost(payload):
    """A rename has no id of its own: the same one a week later is a new one."""
    (report,) = events_from(payload("rename"))

    assert fingerprint(report) != fingerprint(report, NOW + timedelta(days=7))


@pytest.mark.parametrize(
    ("movie", "file", "field"),
    [
        ({"folderPath": "movies/Up"}, {"relativePath": "Up.mkv"}, ("movie", "folderPath")),
        ({"folderPath": "movies/Up"}, None, ("movie", "folderPath")),
        ({"filePath": "movies/Up.mkv"}, None, ("movie", "filePath")),
        ({}, {"path": "Up.mkv"}, ("movieFile", "path")),
    ],
)
def test_a_path_that_is_not_absolute_is_refused(movie, file, field):
    """It counts from a folder that only the sender knows, so no server can own it."""
    sent = {"eventType": "Download", "movie": movie, "movieFile": file}

    with pytest.raises(ValidationError) as refusal:
        events_from(sent)

    (error,) = refusal.value.errors()
    assert (error["loc"], error["type"]) == (field, "absolute_path")


def test_a_deletion_of_what_has_no_absolute_path_is_only_counted():
    """There is nothing to find by it, and the film itself is still reported."""
    gone = {"eventType": "MovieDelete", "deletedFiles": True, "movie": {"folderPath": "Up"}}
    film = {"folderPath": "/movies/Up", "filePath": "/movies/Up/Up.mkv"}
    upgrade = {"eventType": "Download", "movie": film, "deletedFiles": [{"path": "old.mkv"}]}

    assert [report.kind for report in events_from(gone)] == [EventKind.NOTED]
    assert [report.path for report in events_from(upgrade)] == ["/movies/Up/Up.mkv"]
