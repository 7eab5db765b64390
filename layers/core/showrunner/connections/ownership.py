"""Which servers own a path: one question, one answer, and the reasons for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from showrunner.connections import paths
from showrunner.connections.excludes import excluding_rule
from showrunner.connections.models import Connection, Library, PathMapping


@dataclass(frozen=True, slots=True)
class Ownership:
    """
    One library of one server that holds the file.

    `local_path` is the canonical one; open it through `paths.on_disk`.
    `remote_path` is what the server calls the file. `other_remote_paths` are
    names that it may have instead, where several disks of the server are one
    folder here: ask for them too.
    """

    connection_id: str
    library: Library
    local_path: str
    remote_path: str
    other_remote_paths: tuple[str, ...] = ()

    @property
    def remote_paths(self) -> tuple[str, ...]:
        """Every name that the file may have on the server, likeliest first."""
        return (self.remote_path, *self.other_remote_paths)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to understand a path: `local` is this machine's name if that way is right."""

    connection: Connection
    local: str
    via: str
    prefix: str | None

    @property
    def rank(self) -> tuple[bool, bool, int]:
        """A reading that ends in a library beats one that does not, then the deeper prefix."""
        in_library = any(_holders(self.connection, self.local))
        return (in_library, self.prefix is not None, paths.depth(self.prefix or ""))


def owners(
    path: str, connections: Iterable[Connection], *, reported_by: str | None = None
) -> list[Ownership]:
    """
    Every enabled library that holds `path`, in the order of `connections`.

    `path` may be as a sender (Sonarr ...), a server or this machine calls it.
    Per connection the most specific library comes first; what it excludes it does
    not own. `reported_by` is the id of the connection that named the path: if it is
    a media server, only its own mappings say what the path means here.
    """
    servers = _servers(connections)
    local = canonical_local_path(path, servers, reported_by=reported_by)
    return [
        owned
        for server in servers
        if not excluding_rule(local, server.excludes)
        for owned in _owned(server, local, path)
    ]


def canonical_local_path(
    path: str, connections: Iterable[Connection], *, reported_by: str | None = None
) -> str:
    """
    The one name of the file on this machine, however a sender or server calls it.

    Composed Unicode (NFC), so that it can be a key; open it through
    `paths.on_disk`. A path that no connection knows comes back tidied only.
    """
    readings = list(_readings(path, _servers(connections), reported_by))
    best = max(readings, key=lambda reading: reading.rank, default=None)
    return paths.composed(best.local if best else path)


def explain(
    path: str, connections: Iterable[Connection], *, reported_by: str | None = None
) -> list[str]:
    """The steps from `path` to its owners as sentences for the person who set the servers up."""
    everyone = list(connections)
    servers = _servers(everyone)
    readings = list(_readings(path, servers, reported_by))
    best = max(readings, key=lambda reading: reading.rank, default=None)
    local = paths.composed(best.local if best else path)
    lines = [f"Received {path}"]
    if best and best.prefix:
        lines.append(f"{best.via} of {best.connection.name} ({best.prefix}) makes it {local} here")
    else:
        lines.append(f"No mapping applies: it is taken as {local} here")
    return lines + [line for connection in everyone for line in _verdict(connection, local, path)]


def _servers(connections: Iterable[Connection]) -> list[Connection]:
    return [found for found in connections if found.enabled and found.kind.is_media_server]


def _readings(
    path: str, servers: Sequence[Connection], reported_by: str | None
) -> Iterator[_Reading]:
    """Every way in which some server's settings understand `path`; first ones win ties."""
    reporters = [server for server in servers if server.id == reported_by]
    for server in reporters or servers:
        if not server.path_mappings:
            yield _Reading(server, paths.tidy(path), "The unmapped path", None)
        for mapping in server.path_mappings:
            for via, prefix in _prefixes(mapping, server_first=bool(reporters)):
                local = paths.replace_prefix(path, prefix, mapping.local_prefix)
                if local is not None:
                    yield _Reading(server, local, via, prefix)


def _prefixes(mapping: PathMapping, *, server_first: bool) -> list[tuple[str, str]]:
    own = [("The server path", mapping.remote_prefix)]
    senders = [("The webhook path", prefix) for prefix in mapping.webhook_prefixes]
    named = own + senders if server_first else senders + own
    return [*named, ("The local path", mapping.local_prefix)]


def _holders(server: Connection, local: str) -> Iterator[tuple[int, Library, str]]:
    """Depth of location, library and remote path for each enabled library that holds `local`."""
    for remote in paths.to_remote(local, server.path_mappings):
        for library in server.libraries:
            for location in library.locations if library.enabled else ():
                if paths.is_under(remote, location):
                    yield paths.depth(location), library, remote


def _owned(server: Connection, local: str, given: str) -> Iterator[Ownership]:
    holders = sorted(_holders(server, local), key=lambda holder: -holder[0])
    libraries = {library.native_id: library for _, library, _ in holders}
    for native_id, library in libraries.items():
        remotes = dict.fromkeys(
            remote for _, held, remote in holders if held.native_id == native_id
        )
        # The name that the server itself used is the right one of several.
        first, *others = sorted(remotes, key=lambda remote: not paths.same_path(remote, given))
        yield Ownership(server.id, library, local, first, tuple(others))


def _verdict(connection: Connection, local: str, given: str) -> Iterator[str]:
    """Why this connection owns the file, or why not."""
    name = connection.name
    if not connection.kind.is_media_server:
        return
    if not connection.enabled:
        yield f"{name}: not an owner, the connection is disabled"
        return
    remotes = paths.to_remote(local, connection.path_mappings)
    if not remotes:
        known = ", ".join(mapping.local_prefix for mapping in connection.path_mappings)
        yield f"{name}: not an owner, no path mapping covers {local} (mapped here: {known})"
        return
    if rule := excluding_rule(local, connection.excludes):
        yield f"{name}: not an owner, {local} is excluded by the {rule.type} {rule.value}"
        return
    owned = list(_owned(connection, local, given))
    for one in owned:
        yield f"{name}: owner, library {one.library.name} holds {' or '.join(one.remote_paths)}"
    if not owned:
        yield f"{name}: not an owner, {_why_no_library(connection, remotes)}"


def _why_no_library(connection: Connection, remotes: Sequence[str]) -> str:
    there = " or ".join(remotes)
    off = [
        library.name
        for library in connection.libraries
        if not library.enabled
        and any(paths.is_under(path, place) for path in remotes for place in library.locations)
    ]
    if off:
        return f"{there} lies only in disabled libraries: {', '.join(off)}"
    places = [place for library in connection.libraries for place in library.locations]
    return f"no library holds {there} (libraries are at: {', '.join(places) or 'none known'})"
