"""As much of PromQL as a dashboard needs: says which metrics and labels an expression names."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"]*")|(?P<range>\[\d+[smhdwy]\])|(?P<number>\d+(?:\.\d+)?)
    |(?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/(){},=<>]))""",
    re.VERBOSE,
)
AGGREGATES = {"sum", "max", "min", "avg", "count", "topk"}
RANGED = {"increase", "rate", "delta"}
FUNCTIONS = {"vector", "time", "round", "clamp_min"}
OPERATORS = {"+", "-", "*", "/", "or", "and", "unless", ">", "<", "==", "!=", ">=", "<="}


@dataclass
class Expression:
    """`labels` by metric: those of its matchers, and of the `by` around it."""

    tokens: list[tuple[str, str]]
    labels: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    around: list[str] = field(default_factory=list)

    def whole(self) -> None:
        self.operands()
        assert not self.tokens, f"nobody expects {self.tokens}"

    def operands(self) -> None:
        self.operand()
        while self.tokens and self.tokens[0][1] in OPERATORS:
            self.take()
            self.operand()

    def operand(self) -> None:
        kind, token = self.take()
        if kind == "number":
            return
        if token == "(":
            self.operands()
            self.take(")")
        elif token in AGGREGATES:
            self.aggregate()
        elif token in RANGED | FUNCTIONS:
            self.call(is_ranged=token in RANGED)
        else:
            assert kind == "word", token
            self.selector(token)

    def aggregate(self) -> None:
        names = self.names() if self.is_next("by") else []
        self.around += names
        self.call(is_ranged=False)
        del self.around[len(self.around) - len(names) :]

    def names(self) -> list[str]:
        self.take("by")
        self.take("(")
        found = [self.take()[1]]
        while self.is_next(","):
            self.take(",")
            found.append(self.take()[1])
        self.take(")")
        return found

    def call(self, *, is_ranged: bool) -> None:
        self.take("(")
        if not self.is_next(")"):
            self.operands()
        if is_ranged:
            assert self.take()[0] == "range"
        self.take(")")

    def selector(self, metric: str) -> None:
        self.labels[metric].update(self.around)
        if not self.is_next("{"):
            return
        self.take("{")
        while not self.is_next("}"):
            self.labels[metric].add(self.take()[1])
            assert self.take()[1] in ("=", "!=", "=~", "!~")
            assert self.take()[0] == "text"
            if self.is_next(","):
                self.take(",")
        self.take("}")

    def is_next(self, token: str) -> bool:
        return bool(self.tokens) and self.tokens[0][1] == token

    def take(self, expected: str | None = None) -> tuple[str, str]:
        assert self.tokens, "it ends too early"
        found = self.tokens.pop(0)
        assert expected in (None, found[1]), f"{found[1]} instead of {expected}"
        return found


def labels_of(text: str) -> dict[str, set[str]]:
    """The metrics of an expression, each with the labels that it must have."""
    expression = Expression(_tokens(text))
    expression.whole()
    return expression.labels


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        assert match, f"nobody reads {text[at:]}"
        found.append((str(match.lastgroup), match[0].strip()))
        at = match.end()
    return found
