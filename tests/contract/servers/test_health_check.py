from typing import Any

import pytest

from showrunner.connections.models import PreviewSettings
from showrunner.errors import InvalidInputError, UnreachableError
from showrunner.servers import health_check, vendor_extraction
from tests.contract.servers.conftest import Stage, Staged

KINDS = ("plex", "jellyfin", "emby")


def audit(stage: Stage) -> dict[str, Any]:
    return health_check.audit(stage.connection, stage.client)


def issues(stage: Stage) -> set[tuple[str, str]]:
    """Library and flag of each."""
    return {(issue["library_name"], issue["flag"]) for issue in audit(stage)["issues"]}


def test_plex_is_audited_as_a_whole(staged: Staged) -> None:
    """Its preferences hold for the whole server."""
    found = audit(staged("plex"))

    assert found["vendor"] == "plex"
    assert found["issue_count"] == found["fixable_count"] == 2
    assert found["issues"][0] == {
        "flag": "ScheduledLibraryUpdatesEnabled",
        "label": "Scan my library periodically",
        "severity": "recommended",
        "current": False,
        "recommended": True,
        "rationale": found["issues"][0]["rationale"],
        "library_id": None,
        "library_name": "",
        "fixable": True,
    }


def test_the_others_are_audited_library_by_library(staged: Staged) -> None:
    """Each with its own options."""
    assert issues(staged("emby")) == {
        (name, flag)
        for name in ("Movies", "Shows")
        for flag in ("ExtractChapterImagesDuringLibraryScan", "EnableRealtimeMonitor")
    }


def test_jellyfins_own_extraction_is_needed_without_the_plugin_only(staged: Staged) -> None:
    """With it, it is work done twice."""
    stage = staged("jellyfin")
    flag = ("Movies", "ExtractTrickplayImagesDuringLibraryScan")
    with_plugin = issues(stage)
    stage.emulated._plugins.uninstall("c2cb9bf9-7c5d-4f1a-9a07-2d6f5e5b0001")
    stage.emulated._plugins.restart()

    assert flag in with_plugin
    assert flag not in issues(stage)


def test_jellyfin_has_to_look_where_previews_are_put(staged: Staged) -> None:
    """The recommended value follows our own setting."""
    stage = staged("jellyfin")
    before = issues(stage)
    stage.change(previews=PreviewSettings(save_with_media=False))

    assert ("Movies", "SaveTrickplayWithMedia") not in before
    assert ("Movies", "SaveTrickplayWithMedia") in issues(stage)


@pytest.mark.parametrize("kind", KINDS)
def test_applying_nothing_in_particular_sets_all_right(kind: str, staged: Staged) -> None:
    """And leaves no issue."""
    stage = staged(kind)
    named = [f"{one['library_id'] or ''}:{one['flag']}" for one in audit(stage)["issues"]]
    result = health_check.apply(stage.connection, stage.client, {})

    assert result == {"ok": True, "results": dict.fromkeys(named, "ok")}
    assert audit(stage)["issue_count"] == 0


def test_only_named_flags_are_set_right(staged: Staged) -> None:
    """The rest stays as it was."""
    stage = staged("emby")
    wish = {"flags": ["EnableRealtimeMonitor"]}
    result = health_check.apply(stage.connection, stage.client, wish)

    assert len(result["results"]) == 2
    assert {flag for _, flag in issues(stage)} == {"ExtractChapterImagesDuringLibraryScan"}


def test_a_flag_is_set_as_told_in_the_named_library(staged: Staged) -> None:
    """Against the recommendation too, and only there."""
    stage = staged("jellyfin")
    shows = stage.connection.libraries[1].native_id
    setting = {"flag": "SaveTrickplayWithMedia", "value": False, "library_ids": [shows]}
    result = health_check.apply(stage.connection, stage.client, {"set": [setting]})

    assert result["results"] == {f"{shows}:SaveTrickplayWithMedia": "ok"}
    assert {name for name, flag in issues(stage) if flag == "SaveTrickplayWithMedia"} == {"Shows"}


def test_what_else_a_library_is_set_to_stays(staged: Staged) -> None:
    """Its options are taken as a whole: what is left out goes back to its default."""
    stage = staged("jellyfin")
    films = stage.connection.libraries[0].native_id
    others = stage.client.library_settings()[0].options | {"PreferredMetadataLanguage": "sv"}
    stage.client.set_library_options(films, others)
    health_check.apply(stage.connection, stage.client, {})

    after = stage.client.library_settings()[0].options
    assert after["PreferredMetadataLanguage"] == "sv"
    assert after["PathInfos"] == [{"Path": "/media/movies"}]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"flags": ["Nonsense"]}, "Nonsense"),
        ({"flags": "EnableRealtimeMonitor"}, "flags"),
        ({"set": [{"flag": "Nonsense", "value": True}]}, "Nonsense"),
        ({"set": [{"flag": "EnableRealtimeMonitor", "value": "yes"}]}, "value"),
        ({"set": [{"flag": "EnableRealtimeMonitor"}]}, "value"),
        (
            {"set": [{"flag": "EnableRealtimeMonitor", "value": True, "library_ids": ["9"]}]},
            "library_ids",
        ),
        ({"fix": True}, "fix"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_and_nothing_is_set(
    body: dict[str, Any], named: str, staged: Staged
) -> None:
    """Named by its field."""
    stage = staged("emby")
    before = audit(stage)
    with pytest.raises(InvalidInputError, match=named):
        health_check.apply(stage.connection, stage.client, body)

    assert audit(stage) == before


def test_disabled_libraries_are_left_alone(staged: Staged) -> None:
    """Showrunner makes no previews there."""
    stage = staged("emby")
    films, shows = stage.connection.libraries
    stage.change(libraries=[films, shows.model_copy(update={"enabled": False})])

    assert {name for name, _ in issues(stage)} == {"Movies"}


def test_one_library_that_refuses_does_not_keep_the_others_from_theirs(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its error stands in the results."""
    stage = staged("emby")
    films, shows = stage.connection.libraries
    client = stage.client
    write = client.set_library_options

    def refuse_films(library_id: str, options: dict[str, Any]) -> None:
        if library_id == films.native_id:
            raise UnreachableError("Attic is busy")
        write(library_id, options)

    monkeypatch.setattr(client, "set_library_options", refuse_films)
    result = health_check.apply(stage.connection, client, {})

    assert result["ok"] is False
    assert result["results"][f"{films.native_id}:EnableRealtimeMonitor"] == "error: Attic is busy"
    assert result["results"][f"{shows.native_id}:EnableRealtimeMonitor"] == "ok"


@pytest.mark.parametrize("kind", KINDS)
def test_a_servers_own_previews_are_stopped_and_started(kind: str, staged: Staged) -> None:
    """In every library at once, with the state counted afterwards."""
    stage = staged(kind)
    before = vendor_extraction.status(stage.connection, stage.client)
    stopped = vendor_extraction.set_extraction(stage.connection, stage.client, enabled=False)
    started = vendor_extraction.set_extraction(stage.connection, stage.client, enabled=True)

    assert (before["extracting_count"], before["total"]) == (2, 2)
    assert stopped["ok"]
    assert stopped["status"]["summary"] == "stopped on 2/2 libraries"
    assert started["status"]["extracting_count"] == 2


def test_stopping_jellyfin_leaves_its_trickplay_on(staged: Staged) -> None:
    """Switched off, it deletes what is there."""
    stage = staged("jellyfin")
    result = vendor_extraction.set_extraction(stage.connection, stage.client, enabled=False)
    options = stage.client.library_settings()[0].options

    assert options["EnableTrickplayImageExtraction"] is True
    assert result["warning"] is None


def test_stopping_jellyfin_without_the_plugin_has_a_warning(staged: Staged) -> None:
    """Then nothing but the nightly task takes previews up."""
    stage = staged("jellyfin")
    stage.emulated._plugins.uninstall("c2cb9bf9-7c5d-4f1a-9a07-2d6f5e5b0001")
    stage.emulated._plugins.restart()
    result = vendor_extraction.set_extraction(stage.connection, stage.client, enabled=False)

    assert "Media Preview Bridge" in result["warning"]


def test_libraries_that_do_not_say_are_counted_apart(staged: Staged) -> None:
    """An older server may not have the setting."""
    stage = staged("plex")
    stage.emulated.library_preferences["2"]._known.pop("enableBIFGeneration")

    found = vendor_extraction.status(stage.connection, stage.client)
    assert (found["extracting_count"], found["skipped_count"]) == (1, 1)
