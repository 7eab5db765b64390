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
    """htmx is handed on as its authors published it."""
    names = {path.name for path in (STATIC / "vendor").iterdir()}

    assert {"htmx-4.0.1.min.js", "htmx-LICENSE.txt"} == names
    assert "Zero-Clause BSD" in (STATIC / "vendor" / "htmx-LICENSE.txt").read_text()
