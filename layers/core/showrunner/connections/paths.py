r"""
All work on paths that other machines report.

A server, a download manager and this machine each have their own name for a
file: `D:\Films\x.mkv`, `\\nas\films\x.mkv`, `/data/films/x.mkv`. Everything here
is text work; only `on_disk` looks at a disk.

Three rules hold throughout. Prefixes match whole components: `/data` is no
prefix of `/database`. Unicode compares in composed form (NFC), but text that
comes back keeps the form in which it came. Windows-style paths compare without
case, all others with it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from showrunner.connections.models import PathMapping

_DRIVE = re.compile(r"([A-Za-z]):(?:[\\/]|$)")


@dataclass(frozen=True, slots=True)
class _Parsed:
    r"""`root` is `/`, `C:\`, `\\` or, for a relative path, empty. `parts` has no `.` or `..`."""

    root: str
    parts: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        composed = tuple(unicodedata.normalize("NFC", part) for part in self.parts)
        if "\\" not in self.root:
            return (self.root, *composed)
        return (self.root, *(part.casefold() for part in composed))

    def __str__(self) -> str:
        return self.root + ("\\" if "\\" in self.root else "/").join(self.parts)


def _split(text: str, separators: str) -> tuple[str, ...]:
    """The components; `..` is resolved, so that no path climbs out of a prefix it starts with."""
    parts: list[str] = []
    for part in re.split(f"[{re.escape(separators)}]+", text):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return tuple(parts)


def _parse(path: str, *, like: str | None = None) -> _Parsed:
    r"""`like` decides the one doubtful case: `//nas/x` is `\\nas\x` where that one is UNC."""
    if drive := _DRIVE.match(path):
        return _Parsed(f"{drive[1].upper()}:\\", _split(path[2:], "\\/"))
    if path.startswith("\\\\") or (path.startswith("//") and (like or "").startswith("\\\\")):
        return _Parsed("\\\\", _split(path, "\\/"))
    return _Parsed("/" if path.startswith("/") else "", _split(path, "/"))


def is_absolute(path: str) -> bool:
    r"""True for `/x`, `C:\x` and `\\host\x`: paths that mean the same from anywhere."""
    return _parse(path).root != ""


def tidy(path: str) -> str:
    r"""`path` in its own style with one separator between components, `.` and `..` resolved."""
    return str(_parse(path))


def composed(path: str) -> str:
    """`path` tidied and in composed Unicode (NFC): one text for one file."""
    return unicodedata.normalize("NFC", tidy(path))


def path_key(path: str) -> str:
    """A text that is equal for two spellings of one path: for comparing, never for opening."""
    parsed = _parse(path)
    return str(_Parsed(parsed.root, parsed.key[1:]))


def same_path(path: str, other: str) -> bool:
    """True when both texts name the same file on the same machine."""
    return _parse(path, like=other).key == _parse(other, like=path).key


def depth(path: str) -> int:
    """How many components `path` has: of two prefixes that match, the deeper one decides."""
    return len(_parse(path).parts)


def is_under(path: str, folder: str) -> bool:
    """True when `path` is `folder` or lies in it."""
    return _below(path, folder) is not None


def replace_prefix(path: str, prefix: str, replacement: str) -> str | None:
    """`path` with `prefix` exchanged, in the style of `replacement`; None: not under `prefix`."""
    rest = _below(path, prefix)
    if rest is None:
        return None
    target = _parse(replacement)
    return str(_Parsed(target.root, (*target.parts, *rest)))


def join(folder: str, relative: str) -> str:
    r"""The path of `relative` in `folder`, in the folder's style; `\` separates only on Windows."""
    parsed = _parse(folder)
    separators = "\\/" if "\\" in parsed.root else "/"
    return str(_Parsed(parsed.root, (*parsed.parts, *_split(relative, separators))))


def parent(path: str) -> str:
    """The folder that holds `path`."""
    parsed = _parse(path)
    return str(_Parsed(parsed.root, parsed.parts[:-1]))


def base_name(path: str) -> str:
    """The last component of `path`; for a root the root itself."""
    parsed = _parse(path)
    return parsed.parts[-1] if parsed.parts else parsed.root


def to_local(path: str, mappings: Sequence[PathMapping]) -> str | None:
    """
    The local name of a file that the server calls `path`.

    Without mappings both see the same paths. None: mappings exist and none covers `path`.
    """
    if not mappings:
        return tidy(path)
    best = _deepest(path, mappings, lambda mapping: mapping.remote_prefix)
    return replace_prefix(path, best[0].remote_prefix, best[0].local_prefix) if best else None


def to_remote(path: str, mappings: Sequence[PathMapping]) -> list[str]:
    """
    What the server may call the file that is `path` on this machine.

    Several names when several of the server's folders are one folder here (disks
    that are pooled); empty when mappings exist and none covers `path`.
    """
    if not mappings:
        return [tidy(path)]
    best = _deepest(path, mappings, lambda mapping: mapping.local_prefix)
    names = (replace_prefix(path, found.local_prefix, found.remote_prefix) for found in best)
    return list(dict.fromkeys(name for name in names if name is not None))


def on_disk(path: str) -> Path:
    """
    The file as its name is really spelled on this disk.

    File systems keep the Unicode form in which a name was written, senders often
    report the other one. Gives `path` itself when nothing of that name exists.
    """
    if Path(path).exists():
        return Path(path)
    found = Path(path).anchor or "."
    for part in Path(path).parts[1 if Path(path).anchor else 0 :]:
        found = str(Path(found) / _spelled(Path(found), part))
    return Path(found) if Path(found).exists() else Path(path)


def _below(path: str, prefix: str) -> tuple[str, ...] | None:
    """The components of `path` after `prefix`, as they were spelled; None: not under it."""
    parsed, start = _parse(path, like=prefix), _parse(prefix, like=path)
    if parsed.key[: len(start.key)] != start.key:
        return None
    return parsed.parts[len(start.parts) :]


def _deepest(
    path: str, mappings: Iterable[PathMapping], prefix_of: Callable[[PathMapping], str]
) -> list[PathMapping]:
    """The mappings whose prefix holds `path`, of those only the deepest."""
    holding = [mapping for mapping in mappings if is_under(path, prefix_of(mapping))]
    longest = max((depth(prefix_of(mapping)) for mapping in holding), default=0)
    return [mapping for mapping in holding if depth(prefix_of(mapping)) == longest]


def _spelled(folder: Path, name: str) -> str:
    """The entry of `folder` that is `name` in whichever Unicode form; `name` when there is none."""
    if (folder / name).exists() or not folder.is_dir():
        return name
    wanted = unicodedata.normalize("NFC", name)
    entries = (entry.name for entry in folder.iterdir())
    return next((own for own in entries if unicodedata.normalize("NFC", own) == wanted), name)
