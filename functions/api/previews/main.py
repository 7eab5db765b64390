"""Hands out pictures of finished previews."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp, Response
from showrunner.entry.http import http_entry
from showrunner.errors import NotFoundError
from showrunner.wiring import home

app = HttpApp()

PICTURES = "previews"


@app.get("/previews/pictures/<job_id>/<name>")
def picture(job_id: str, name: str) -> Response[bytes]:
    """A strip of pictures read back from one published output, as JPEG."""
    blob = home().blobs.get(f"{PICTURES}/{job_id}/{name}")
    if blob is None:
        raise NotFoundError("There is no such picture: its job may have been deleted.")
    headers = {"Cache-Control": "private, max-age=86400", "ETag": f'"{blob.info.etag}"'}
    return Response(200, "image/jpeg", blob.data, headers=headers)


handle_previews = http_entry("previews", app, check_token)
