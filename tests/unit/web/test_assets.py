import gzip
import re
from pathlib import Path

import pytest

import showrunner.web.assets
from showrunner.web.assets import asset_address

STATIC = Path(showrunner.web.assets.__file__).parent / "static"


def test_everything_the_page_asks_for_is_there(reader):
    """Styles, scripts and the icon, each under its own content's address."""
    page = reader.get("/").text + reader.get("/login").text
    addresses = set(re.findall(r'"(/assets/[^"]+)"', page))

    assert {"base.css", "room.css", "icon.svg", "live.js", "times.js", "changes.js"} < {
        address.rpartition("/")[2] for address in addresses
    }
    assert {reader.get(address).status for address in addresses} == {200}


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("base.css", "text/css; charset=utf-8"),
        ("live.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("htmx-LICENSE.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_is_kept_for_a_year_and_needs_no_sign_in(stranger, name, content_type):
    """Its address names its content, so that it can never be out of date."""
    answer = stranger.get(asset_address(name))

    assert answer.status == 200
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_files_travel_compressed(stranger):
    """For browsers that take gzip, which is all of them."""
    answer = stranger.get(asset_address("base.css"), accept_encoding="gzip, br")

    assert answer.headers["Content-Encoding"] == "gzip"
    unpacked = gzip.decompress(answer.text.encode("latin-1"))
    assert unpacked == (STATIC / "base.css").read_bytes()


@pytest.mark.parametrize(
    "path",
    [
        "/assets/000000000000/base.css",
        "/assets/x/..%2fapp.py",
        "/assets/x/app.py",
        "/assets/x/../app.py",
        "/assets/../app.py",
        "/assets/x//etc/passwd",
        "/assets/",
    ],
)
def test_no_address_leads_out_of_the_folder(stranger, path):
    """Only names that exist, with their own content's digest, are answered."""
    assert stranger.get(path).status == 404


def test_what_others_wrote_lies_beside_its_licence():
    """htmx as its authors published it, of ECharts the part that the page draws with."""
    texts = {path.name: path.read_text() for path in (STATIC / "vendor").iterdir()}

    assert {
        "htmx-4.0.1.min.js",
        "htmx-LICENSE.txt",
        "echarts-6.1.0.min.js",
        "echarts-LICENSE.txt",
    } == texts.keys()
    assert "Zero-Clause BSD" in texts["htmx-LICENSE.txt"]
    assert texts["echarts-6.1.0.min.js"].startswith("/*! Part of Apache ECharts 6.1.0")
    for words in ("Apache License", "The Apache Software Foundation", "zrender", "Mike Bostock"):
        assert words in texts["echarts-LICENSE.txt"]


OUR_SCRIPTS = sorted(path.name for path in STATIC.rglob("*.js") if path.parent.name != "vendor")


def test_scripts_import_by_addresses_that_are_answered(stranger):
    """So their own addresses change with whatever they import, and nothing old is mixed in."""
    imported: set[str] = set()
    for name in OUR_SCRIPTS:
        text = stranger.get(asset_address(name)).text
        assert not re.search(r"""['"]\.\.?/""", text), name
        imported |= set(re.findall(r'from "(/assets/[^"]+)"', text))

    assert len(imported) > 10
    assert {stranger.get(address).status for address in imported} == {200}


def test_the_scripts_of_analytics_are_whole():
    """Each name that is imported is exported there: a page with a mistake in it stays empty."""
    texts = {path.name: path.read_text() for path in STATIC.rglob("*.js")}
    found = 0
    for name in OUR_SCRIPTS:
        for names, source in re.findall(r'import \{([^}]+)\} from "\./([^"]+)"', texts[name]):
            for one in filter(str.strip, names.split(",")):
                wanted = one.strip().split(" as ")[0]
                declared = rf"export (async )?(const|function|class) {wanted}\b|\b(as )?{wanted}}}"
                assert re.search(declared, texts[source]), f"{name} imports {wanted} of {source}"
                found += 1
    assert found > 50
