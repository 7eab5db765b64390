r"""
Paths as senders write them: text only, in the sender's own manner.

A sender on Windows says `D:\TV` or `\\nas\tv`, any other `/tv`.
"""

import re

_WINDOWS = re.compile(r"[A-Za-z]:(?:[\\/]|$)|\\\\[^\\]")


def is_windows(path: str) -> bool:
    """True for a drive letter or a UNC share; a backslash elsewhere is part of a name."""
    return bool(_WINDOWS.match(path))


def is_absolute(path: str) -> bool:
    """True for POSIX paths from the root, drive letters and UNC shares."""
    return path.startswith("/") or is_windows(path)


def join(folder: str, relative: str) -> str:
    """`relative` inside `folder`, with the separator that the sender's host uses."""
    if not is_windows(folder):
        return f"{folder.rstrip('/')}/{relative.lstrip('/')}"
    separator = "/" if "/" in folder else "\\"
    inner = re.sub(r"[\\/]+", lambda _: separator, relative.lstrip("\\/"))
    return folder.rstrip("\\/") + separator + inner
