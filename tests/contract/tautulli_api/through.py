"""An HTTP client's way to a function, without a socket."""

import httpx

from tests.calls import http_event
from tests.contract.tautulli_api.tool import Tool


def transport(tool: Tool) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        event = http_event(
            request.url.path,
            request.content,
            method=request.method,
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        event["rawQueryString"] = request.url.query.decode()
        answer = tool.send(event)
        return httpx.Response(
            answer["statusCode"], headers=answer["headers"], content=answer["body"]
        )

    return httpx.MockTransport(handle)
