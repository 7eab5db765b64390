"""Which files a server does not own although a library of it holds them."""

import unicodedata
from collections.abc import Iterable

from showrunner.connections import paths, patterns
from showrunner.connections.models import ExcludePath


def excluding_rule(local_path: str, rules: Iterable[ExcludePath]) -> ExcludePath | None:
    """The first rule that takes `local_path` (as this machine calls the file) out; None: none."""
    return next((rule for rule in rules if _applies(rule, local_path)), None)


def _applies(rule: ExcludePath, local_path: str) -> bool:
    if rule.type == "path":
        return paths.is_under(local_path, rule.value)
    pattern = unicodedata.normalize("NFC", rule.value)
    return patterns.matches(pattern, paths.composed(local_path))
