from pathlib import Path
from typing import Any

import pytest

from showrunner.connections.models import PathMapping, PreviewSettings
from showrunner.errors import InvalidInputError
from showrunner.servers import plugin, readiness
from tests.contract.servers.conftest import Stage, Staged

KINDS = ("plex", "jellyfin", "emby")
ROW = ("id", "label", "docs_anchor", "tooltip", "ok", "severity", "current", "recommended")
ROW += ("actions", "reason", "meta")


def card(stage: Stage) -> dict[str, Any]:
    return readiness.previews_readiness(stage.connection, stage.client)


def checks(stage: Stage) -> dict[str, dict[str, Any]]:
    return {check["id"]: check for part in card(stage)["sections"] for check in part["checks"]}


@pytest.mark.parametrize("kind", KINDS)
def test_every_vendor_has_the_same_card(kind: str, staged: Staged) -> None:
    """A server as the demo has it is ready: what is left to say is only recommended."""
    found = card(staged(kind))
    fields = {"id", "title", "docs_anchor", "ok", "severity", "checks"}
    rows = [row for part in found["sections"] for row in part["checks"]]

    assert (found["vendor"], found["overall_ok"]) == (kind, True)
    assert [set(part) for part in found["sections"]] == [fields] * 4
    assert {frozenset(row) for row in rows} == {frozenset(ROW)}
    assert all(row["reason"] for row in rows if not row["ok"])


def test_a_refused_key_is_one_failed_check(staged: Staged) -> None:
    """With the reason, and nothing else that could not be asked."""
    stage = staged("plex")
    stage.change(sealed_secret="wrong")
    found = card(stage)

    assert found["overall_ok"] is False
    (part,) = found["sections"]
    assert [(row["id"], row["ok"]) for row in part["checks"]] == [("connection", False)]
    assert "refused the key" in part["checks"][0]["reason"]


def test_a_flag_has_the_action_that_changes_it(staged: Staged) -> None:
    """Which `health-check/apply` takes as it is."""
    stage = staged("emby")
    films = stage.connection.libraries[0].native_id
    check = checks(stage)[f"{films}:EnableRealtimeMonitor"]

    assert (check["ok"], check["current"], check["recommended"]) == (False, False, True)
    assert check["actions"] == {
        "enable": {
            "action": "apply_flag",
            "args": {"flag": "EnableRealtimeMonitor", "value": True, "library_ids": [films]},
            "confirm_phrase": None,
        }
    }


def test_what_deletes_previews_has_to_be_typed(staged: Staged) -> None:
    """Only that."""
    stage = staged("jellyfin")
    phrases = {
        check["docs_anchor"]: action["confirm_phrase"]
        for check in checks(stage).values()
        for action in check["actions"].values()
        if action["confirm_phrase"]
    }

    assert phrases == {"EnableTrickplayImageExtraction": "disable trickplay"}


def test_the_plugin_is_installed_removed_and_installed_again(staged: Staged) -> None:
    """Each step is told; the card knows it after the restart."""
    stage = staged("jellyfin")
    removed = plugin.uninstall(stage.connection, stage.client)
    without = checks(stage)["plugin"]
    again = plugin.uninstall(stage.connection, stage.client)
    installed = plugin.install(stage.connection, stage.client)
    urls = [one.url for one in stage.client.repositories()]

    assert [step["step"] for step in removed["steps"]] == ["uninstall", "restart"]
    assert again["ok"]
    assert again["steps"][0]["detail"] == "was not installed"
    assert (without["ok"], list(without["actions"])) == (False, ["enable"])
    assert installed["ok"]
    assert installed["error"] is None
    assert [step["step"] for step in installed["steps"]] == ["add_repository", "install", "restart"]
    assert urls.count(plugin.REPOSITORY_URL) == 1
    assert len(urls) == 2
    assert checks(stage)["plugin"]["current"] == "10.11.1.0"


def test_a_second_install_adds_no_second_repository(staged: Staged) -> None:
    """And one that was switched off is switched on."""
    stage = staged("jellyfin")
    plugin.install(stage.connection, stage.client)
    off = [
        one.model_copy(update={"enabled": one.url != plugin.REPOSITORY_URL})
        for one in stage.client.repositories()
    ]
    stage.client.set_repositories(off)
    plugin.install(stage.connection, stage.client)

    assert [one.enabled for one in stage.client.repositories()] == [True, True]


def test_a_jellyfin_that_cannot_fetch_the_plugin_says_so(
    staged: Staged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is not restarted for nothing."""
    stage = staged("jellyfin")
    monkeypatch.setattr(stage.emulated._plugins, "install", lambda *_: False)
    result = plugin.install(stage.connection, stage.client)

    assert result["ok"] is False
    assert [(step["step"], step["ok"]) for step in result["steps"]] == [
        ("add_repository", True),
        ("install", False),
    ]
    assert plugin.REPOSITORY_URL in result["error"]


def test_only_jellyfin_has_the_plugin_and_trickplay(staged: Staged) -> None:
    """The others are told so."""
    stage = staged("plex")
    for ask in (plugin.install, plugin.uninstall, readiness.trickplay_readiness):
        with pytest.raises(InvalidInputError, match="only Jellyfin"):
            ask(stage.connection, stage.client)


def test_without_media_the_plugin_is_a_must(staged: Staged) -> None:
    """Jellyfin finds previews in its data folder with it only."""
    stage = staged("jellyfin")
    plugin.uninstall(stage.connection, stage.client)
    beside = card(stage)
    apart = stage.connection.previews.model_copy(update={"save_with_media": False})
    stage.change(previews=apart)

    assert (beside["overall_ok"], beside["sections"][0]["severity"]) == (True, "recommended")
    assert checks(stage)["plugin"]["severity"] == "critical"


def test_an_old_jellyfin_is_told(staged: Staged) -> None:
    """Before 10.10 it does not look beside the videos."""
    stage = staged("jellyfin")
    type(stage.emulated).version, kept = "10.9.11", type(stage.emulated).version
    try:
        check = checks(stage)["version"]
    finally:
        type(stage.emulated).version = kept

    assert (check["ok"], check["severity"]) == (False, "critical")


def test_files_that_this_machine_does_not_see_are_told(staged: Staged) -> None:
    """By library, with what is missing."""
    stage = staged("jellyfin")
    elsewhere = PathMapping(remote_prefix="/media", local_prefix="/nowhere")
    stage.change(path_mappings=[elsewhere])
    found = card(stage)
    paths = {name: check for name, check in checks(stage).items() if name.startswith("path:")}

    assert found["overall_ok"] is False
    assert len(paths) == 2
    assert all("/nowhere/" in check["current"] for check in paths.values())


def test_plexs_folder_is_looked_at(staged: Staged, tmp_path: Path) -> None:
    """Set, there, writable."""
    stage = staged("plex")
    seen = {}
    for name, folder in {"good": tmp_path / "plex", "wrong": tmp_path / "x", "none": None}.items():
        stage.change(previews=PreviewSettings(plex_config_folder=folder and str(folder)))
        seen[name] = checks(stage)["plex_config_folder"]["current"]

    assert seen == {"good": "writable", "wrong": "missing", "none": "unset"}


def test_trickplay_is_audited_and_set_right_the_older_way(staged: Staged) -> None:
    """For scripts that know no other."""
    stage = staged("jellyfin")
    before = readiness.trickplay_readiness(stage.connection, stage.client)
    fixed = readiness.trickplay_fix_all(stage.connection, stage.client)
    after = readiness.trickplay_readiness(stage.connection, stage.client)

    assert (before["ok"], before["plugin_installed"]) == (False, True)
    assert before["libraries"][0]["flags"]["SaveTrickplayWithMedia"] == {
        "current": True,
        "recommended": True,
        "ok": True,
    }
    assert fixed["ok"]
    assert after["ok"]
