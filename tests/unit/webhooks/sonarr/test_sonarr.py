from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from showrunner.events.models import EventKind, Report, fingerprint_of
from showrunner.webhooks.sonarr import events_from

FOLDER = "/tv/Night Ferry"
FILE = f"{FOLDER}/Season 02/Night Ferry - S02E05 - Slack Water.mkv"
OLD_FILE = f"{FOLDER}/Season 02/Night Ferry - S02E05 - Slack Water SDTV.mkv"
TITLE = "Night Ferry S02E05 Slack Water"
SERIES_IDS = {"sonarr_series_id": "17", "tvdb": "410017", "tmdb": "90017", "imdb": "tt7700017"}
DATE = "2026-03-04T20:55:48"
IDENTITY = ("file", "905", "1238202670", DATE)
NOW = datetime(2026, 3, 4, 21, tzinfo=UTC)


def said(
    kind,
    word="Download",
    path=FILE,
    identity=IDENTITY,
    size_bytes=1238202670,
    title=TITLE,
    episodes="S02E05",
    previous_path=None,
):
    ids = SERIES_IDS | ({"episodes": episodes} if episodes else {})
    return Report(
        kind,
        "sonarr",
        word,
        title=title,
        path=path,
        previous_path=previous_path,
        item_ids=ids,
        size_bytes=size_bytes,
        identity=identity,
    )


def of_series(kind, word, path=None, identity=()):
    return said(kind, word, path, identity, None, "Night Ferry", "")


def old(word="Download"):
    identity = ("file", "877", "318197105", "2026-02-01T10:11:12")
    return said(EventKind.DELETED, word, OLD_FILE, identity, 318197105)


def of_harbour(kind, word, ids, **more):
    return Report(
        kind, "sonarr", word, item_ids={"sonarr_series_id": "7", "tvdb": "72108"} | ids, **more
    )


def noted(word, kind=EventKind.NOTED):
    return Report(kind, "sonarr", word)


EXPECTED = {
    "download": [said(EventKind.ADDED)],
    "download_upgrade": [said(EventKind.UPGRADED), old()],
    "download_v3": [
        of_harbour(
            EventKind.ADDED,
            "Download",
            {"imdb": "tt0364845", "episodes": "S18E10"},
            title="Old Harbour S18E10 Watchdog",
            path="/media/TV Shows/Old Harbour/Season 18/Old Harbour - S18E10 - Watchdog.mkv",
            size_bytes=406824797,
            identity=("file", "4835", "406824797", ""),
        )
    ],
    "download_windows": [
        said(
            EventKind.ADDED,
            path="\\\\nas\\tv\\Night Ferry\\Season 02\\Night Ferry - S02E05.mkv",
        )
    ],
    "download_without_relative_path": [said(EventKind.ADDED, path=f"{FOLDER}/ferry.mkv")],
    "import_complete": [said(EventKind.ADDED)],
    "import_complete_season": [
        said(
            EventKind.ADDED,
            path=f"{FOLDER}/Season 02/Night Ferry - S02E01 - Cast Off.mkv",
            identity=("file", "901", "11", DATE),
            size_bytes=11,
            title="Night Ferry S02E01 Cast Off",
            episodes="S02E01",
        ),
        said(
            EventKind.ADDED,
            path=f"{FOLDER}/Season 02/Night Ferry - S02E02-E03 - Fog.mkv",
            identity=("file", "902", "22", DATE),
            size_bytes=22,
            title="Night Ferry S02E02 S02E03",
            episodes="S02E02,S02E03",
        ),
        said(
            EventKind.ADDED,
            path=f"{FOLDER}/Season 02/ferry-104.mkv",
            identity=("file", "903", "33", DATE),
            size_bytes=33,
            title="Night Ferry",
            episodes="",
        ),
    ],
    "rename": [
        said(
            EventKind.RENAMED,
            "Rename",
            identity=(),
            title="Night Ferry",
            episodes="",
            previous_path=f"{FOLDER}/Season 2/nf205.mkv",
        ),
        said(
            EventKind.RENAMED,
            "Rename",
            f"{FOLDER}/Season 02/Night Ferry - S02E06 - Ballast.mkv",
            (),
            99,
            "Night Ferry",
            "",
            f"{FOLDER}/Season 2/nf206.mkv",
        ),
    ],
    "rename_without_files": [of_harbour(EventKind.NOTED, "Rename", {}, title="Old Harbour")],
    "episode_file_delete": [said(EventKind.DELETED, "EpisodeFileDelete")],
    "episode_file_delete_upgrade": [old("EpisodeFileDelete")],
    "episode_file_delete_2021": [
        of_harbour(
            EventKind.DELETED,
            "EpisodeFileDelete",
            {},
            title="Old Harbour",
            path="/media/TV Shows/Old Harbour/Season 1/oh101.mkv",
            size_bytes=5,
            identity=("file", "12", "5", ""),
        )
    ],
    "series_delete": [of_series(EventKind.DELETED, "SeriesDelete", FOLDER, ("series", "17"))],
    "series_delete_keeping_files": [of_series(EventKind.NOTED, "SeriesDelete")],
    "grab_minimal": [noted("Grab")],
    "health": [noted("Health")],
    "health_restored": [noted("HealthRestored")],
    "application_update": [noted("ApplicationUpdate")],
    "series_add": [noted("SeriesAdd")],
    "manual_interaction_required": [noted("ManualInteractionRequired")],
    "test": [noted("Test", EventKind.TEST)],
    "unknown_kind": [noted("SeasonMonitored", EventKind.UNKNOWN)],
}

REFUSED = {
    "download_without_paths": ("episodeFile", "relativePath"),
    "download_without_series_path": ("series", "path"),
    "download_without_files": ("episodeFile",),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_a_payload_reports(payload, name):
    """Each kind of payload becomes exactly these reports."""
    assert events_from(payload(name)) == EXPECTED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_missing_field_is_named(payload, name):
    """What cannot be located is refused, by the name of the field that would tell."""
    with pytest.raises(ValidationError) as refusal:
        events_from(payload(name))

    assert refusal.value.errors()[0]["loc"] == REFUSED[name]


def test_every_payload_is_in_a_table(request):
    """A payload that nobody expects anything of would be a test that cannot fail."""
    names = {path.stem for path in (request.path.parent / "payloads").iterdir()}

    assert names == EXPECTED.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", ["download", "download_upgrade"])
def test_both_kinds_of_import_are_one_event(payload, name):
    """With "On Import" and "On Import Complete" switched on, a file is still reported once."""
    per_file = events_from(payload(name))[0]
    complete = events_from(payload("import_complete"))[0]

    later = NOW + timedelta(minutes=3)
    assert fingerprint_of(per_file, NOW, None) == fingerprint_of(complete, later, None)


def test_a_later_upgrade_of_the_same_name_is_another_event(payload):
    """A new file under the old name is not taken for the old one."""
    later = payload("download_upgrade")
    later["episodeFile"] |= {"id": 999, "dateAdded": "2026-05-01T00:00:00Z"}
    reports = events_from(payload("download"))[0], events_from(later)[0]

    assert len({fingerprint_of(report, NOW, None) for report in reports}) == 2


def test_a_replaced_file_is_deleted_once(payload):
    """The upgrade's own list and EpisodeFileDelete speak of the same deletion."""
    replaced = events_from(payload("download_upgrade"))[1]
    (deleted,) = events_from(payload("episode_file_delete_upgrade"))

    assert fingerprint_of(replaced, NOW, None) == fingerprint_of(deleted, NOW, None)


def test_one_bad_file_refuses_the_whole_delivery(payload):
    """A delivery is taken whole or not at all: no half of a season."""
    season = payload("import_complete_season")
    for field in ("relativePath", "path"):
        del season["episodeFiles"][1][field]

    with pytest.raises(ValidationError):
        events_from(season)


@pytest.mark.parametrize(
    ("path", "file", "field"),
    [
        ("tv/NCIS", {"relativePath": "S18E10.mkv"}, ("series", "path")),
        (None, {"path": "S18E10.mkv"}, ("episodeFile", "path")),
    ],
)
def test_a_path_that_is_not_absolute_is_refused(path, file, field):
    """It counts from a folder that only the sender knows, so no server can own it."""
    sent = {"eventType": "Download", "series": {"path": path}, "episodeFile": file}

    with pytest.raises(ValidationError) as refusal:
        events_from(sent)

    (error,) = refusal.value.errors()
    assert (error["loc"], error["type"]) == (field, "absolute_path")


def test_a_rename_from_no_absolute_path_looks_at_the_new_one_only():
    """Where the file was cannot be found; where it is now can."""
    renamed = [{"path": "/tv/b.mkv", "previousPath": "a.mkv"}]
    sent = {"eventType": "Rename", "series": {"path": None}, "renamedEpisodeFiles": renamed}

    (report,) = events_from(sent)

    assert (report.path, report.previous_path) == ("/tv/b.mkv", None)
