"""What docstrings say of single fields, for readers of the API's description."""

import ast
import inspect
import re
import textwrap
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def words_about(model: type[BaseModel], field: str) -> str:
    """
    What stands below the field, and the sentences of its class that name it in backticks.

    What classes say that it inherits from comes first. "" when nothing does.
    """
    found: dict[str, None] = {}
    for owner in reversed(model.__mro__):
        if issubclass(owner, BaseModel) and owner is not BaseModel:
            found[_below(owner).get(field, "")] = None
            found[_sentences(owner.__dict__.get("__doc__"), field)] = None
    return " ".join(filter(None, found))


def plain(text: str | None) -> str:
    """A docstring as one paragraph."""
    return " ".join((text or "").split())


@cache
def _below(owner: type) -> dict[str, str]:
    """The strings that stand below attributes, by their names."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    lines = tree.body if isinstance(tree, ast.ClassDef) else []
    return {
        line.target.id: plain(text.value.value)
        for line, text in pairwise(lines)
        if isinstance(line, ast.AnnAssign)
        and isinstance(line.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _sentences(text: str | None, field: str) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", plain(text))
    return " ".join(one for one in sentences if f"`{field}`" in one)
