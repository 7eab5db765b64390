"""Reading Plex's answers: frames, pages, and what several of our modules ask for."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from showrunner.clients import plex_answers as answers
from showrunner.clients.http import HttpClient
from showrunner.clients.plex_xml import container_from_xml
from showrunner.errors import BadAnswerError
from showrunner.json_text import parse_json

_GONE = (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
_Answer = TypeVar("_Answer", bound=BaseModel)
_IDS_AT_ONCE = 100


class PlexReader:
    """Everything raises what `HttpClient` raises; BadAnswerError for what is not Plex's."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    def read(self, path: str, model: type[_Answer]) -> _Answer:
        return self.parsed(path, self._http.read(path), model)

    def page(
        self, path: str, params: Mapping[str, str | int], start: int, limit: int
    ) -> answers.Container:
        answer = self._http.read(path, params=params, headers=_paging(start, limit))
        return self.parsed(path, answer, answers.Container)

    def page_or_none(
        self, path: str, params: Mapping[str, str | int], start: int, limit: int
    ) -> answers.Container | None:
        """None: the server has nothing at that address (any more)."""
        paging = _paging(start, limit)
        answer = self._http.read(path, params=params, headers=paging, allow=_GONE)
        return self.parsed(path, answer, answers.Container) if answer.is_success else None

    def items(self, ids: list[str]) -> dict[str, answers.Item]:
        """What the server knows of these items, by id; those that are gone are left out."""
        found: dict[str, answers.Item] = {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            asked = ids[start : start + _IDS_AT_ONCE]
            path = f"/library/metadata/{quote(','.join(asked), safe=',')}"
            page = self.page_or_none(path, {}, 0, len(asked))
            found |= {item.rating_key: item for item in page.items} if page else {}
        return found

    def sections(self) -> list[answers.Section]:
        """The described address; older servers take `all` for the name of a library."""
        try:
            return self.read("/library/sections/all", answers.SectionContainer).sections
        except BadAnswerError:
            return self.read("/library/sections", answers.SectionContainer).sections

    def parsed(self, path: str, answer: httpx.Response, model: type[_Answer]) -> _Answer:
        try:
            return model.model_validate(self.container(path, answer))
        except ValidationError as error:
            # The cause would bring the answer along, which may hold keys.
            raise self._http.misfit(path, error) from None

    def container(self, path: str, answer: httpx.Response) -> dict[str, Any]:
        """`MediaContainer` of an answer, in the shape that JSON has, with its total."""
        self._http.refuse_page(path, answer)
        try:
            found = (
                container_from_xml(answer.text)
                if answer.text.lstrip().startswith("<")
                else parse_json(answer.text)["MediaContainer"]
            )
        except (ValueError, KeyError, TypeError) as error:
            raise self._http.bad_answer(path, "something that is no MediaContainer") from error
        total = answer.headers.get("X-Plex-Container-Total-Size")
        return {"totalSize": total, **found} if total else found


def _paging(start: int, limit: int) -> dict[str, str]:
    return {"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(limit)}
