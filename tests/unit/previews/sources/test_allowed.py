import pytest

from showrunner.errors import ForbiddenError
from showrunner.previews.sources.allowed import (
    allowed_prefixes,
    require_allowed,
    require_plain_address,
    shown,
)


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("https://nas.example/media/a.mkv", "https://nas.example/media"),
        ("https://nas.example/media/a.mkv", "https://nas.example/media/"),
        ("https://nas.example/media", "https://nas.example/media"),
        ("https://NAS.example:443/a.mkv", "https://nas.example"),
        ("http://[fd00::7]:8080/a%20b.mkv?key=1", "http://[fd00::7]:8080/"),
        ("s3://films/dune/a?#.mkv", "s3://films/dune/"),
        ("S3://films/a.mkv", "s3://films"),
    ],
)
def test_what_is_under_a_prefix_is_allowed(url: str, prefix: str) -> None:
    """Scheme, host, port and the components of the path decide."""
    require_allowed(url, [prefix])


@pytest.mark.parametrize(
    "url",
    [
        "http://nas.example/media/a.mkv",
        "https://nas.example:8443/media/a.mkv",
        "https://nas.example/media2/a.mkv",
        "https://nas.example/",
        "https://nas.example.evil.test/media/a.mkv",
        "https://nas.example@evil.test/media/a.mkv",
        "https://evil.test\\@nas.example/media/a.mkv/../../x",
        "https://nas.example/media/../secret",
        "https://nas.example/media/%2e%2e/secret",
        "https://nas.example/media/%252e%252e/secret",
        "https://nas.example/media%2f..%2fsecret",
        "https://nas.example:port/media/a.mkv",
        "ftp://nas.example/media/a.mkv",
        "file:///media/a.mkv",
        "s3://other/media/a.mkv",
        "s3://films2/a.mkv",
        "/media/a.mkv",
        "",
    ],
)
def test_everything_else_is_forbidden(url: str) -> None:
    """Tricks with names, ports, dots and encodings lead nowhere."""
    with pytest.raises(ForbiddenError, match="SHOWRUNNER_SOURCES"):
        require_allowed(url, ["https://nas.example/media/", "s3://films/"])


def test_without_prefixes_nothing_is_allowed() -> None:
    """An owner who configured nothing opens nothing."""
    with pytest.raises(ForbiddenError):
        require_allowed("https://nas.example/a.mkv", [])


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1%eth0", "fd00:ec2::254"]
)
def test_metadata_services_are_never_asked(address: str) -> None:
    """Their addresses hand a machine's credentials to whoever asks."""
    with pytest.raises(ForbiddenError, match="link-local"):
        require_plain_address(address)


@pytest.mark.parametrize("address", ["192.168.1.5", "127.0.0.1", "fd00::7", "203.0.113.9"])
def test_addresses_at_home_are_fine(address: str) -> None:
    """Media lies on private networks."""
    require_plain_address(address)


def test_prefixes_come_from_the_environment() -> None:
    """Separated by commas; blanks around them and empty ones do not count."""
    environ = {"SHOWRUNNER_SOURCES": " https://a.test/x/ ,, s3://b/ "}

    assert allowed_prefixes(environ) == ("https://a.test/x/", "s3://b/")
    assert allowed_prefixes({}) == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:hush@nas.test:8443/a.mkv?token=hush#x", "https://nas.test:8443/a.mkv"),
        ("https://me:h@ush@nas.test", "https://nas.test"),
        ("s3://b/a?#b@c.mkv", "s3://b/a?#b@c.mkv"),
    ],
)
def test_what_is_shown_of_an_address_is_no_secret(url: str, expected: str) -> None:
    """User, password, query and fragment stay out of logs; a key in S3 may look like them."""
    assert shown(url) == expected
