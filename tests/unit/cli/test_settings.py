import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from showrunner.cli.main import main


def settings(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["settings", *words, "--data", str(data)])


def test_a_setting_that_is_set_stays_set(tmp_path: Path) -> None:
    """JSON and plain words; the others keep their values."""
    assert json.loads(settings(tmp_path, "thumbnail_interval", "5").output) == 5
    gpu = '[{"device": "cuda:0", "type": "nvidia"}]'
    settings(tmp_path, "gpu_config", gpu)

    shown = json.loads(settings(tmp_path).output)
    assert (shown["thumbnail_interval"], shown["thumbnail_quality"]) == (5, 4)
    assert shown["gpu_config"][0]["ffmpeg_threads"] == 2


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("nope",), "thumbnail_interval"),
        (("nope", "1"), "thumbnail_interval"),
        (("thumbnail_interval", "61"), "thumbnail_interval"),
        (("gpu_config", '[{"device": "x", "type": "voodoo"}]'), "gpu_config.0.type"),
    ],
)
def test_what_cannot_be_set_is_named_and_nothing_changes(
    tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    """One line, exit status 1."""
    before = settings(tmp_path).output
    result = settings(tmp_path, *words)
    assert result.exit_code == 1
    assert named in result.output
    assert settings(tmp_path).output == before
