import pytest

from showrunner.webhooks.paths import is_absolute, join


@pytest.mark.parametrize(
    ("folder", "relative", "expected"),
    [
        ("/tv/Show", "Season 1/a.mkv", "/tv/Show/Season 1/a.mkv"),
        ("/tv/Show/", "a.mkv", "/tv/Show/a.mkv"),
        ("/", "a.mkv", "/a.mkv"),
        ("/tv/Show", "AC\\DC.mkv", "/tv/Show/AC\\DC.mkv"),
        ("D:\\TV\\Show", "Season 1\\a.mkv", "D:\\TV\\Show\\Season 1\\a.mkv"),
        ("D:\\TV\\Show\\", "Season 1/a.mkv", "D:\\TV\\Show\\Season 1\\a.mkv"),
        ("D:\\", "a.mkv", "D:\\a.mkv"),
        ("D:/TV", "Season 1\\a.mkv", "D:/TV/Season 1/a.mkv"),
        ("\\\\nas\\tv", "a.mkv", "\\\\nas\\tv\\a.mkv"),
    ],
)
def test_a_relative_path_is_joined_in_the_manner_of_its_host(folder, relative, expected):
    """Windows hosts use backslashes; elsewhere a backslash is part of a name."""
    assert join(folder, relative) == expected


@pytest.mark.parametrize("path", ["/", "/a", "C:\\a", "c:/a", "C:", "\\\\nas\\a", "//nas/a"])
def test_absolute_paths(path):
    """POSIX paths from the root, drive letters and UNC shares are absolute."""
    assert is_absolute(path)


@pytest.mark.parametrize("path", ["", "a", "./a", "C:a", "\\a", "\\\\", "ab:\\c", "~/a"])
def test_relative_paths(path):
    """What needs a current folder or drive is not absolute."""
    assert not is_absolute(path)
