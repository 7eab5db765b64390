"""However a sender wraps its JSON, it is read; and what is no JSON is refused."""

import json
from urllib.parse import urlencode

import pytest

FILE = {"file_path": "/media/film.mkv"}
BOUNDARY = "----------------------------61a2f9c0"


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_json_is_taken_under_any_content_type(deliver, content_type):
    """Jellyfin calls JSON plain text, and curl calls it a form."""
    status, _ = deliver("incoming", FILE, headers={"content-type": content_type})

    assert status == 202


def multipart(field, data, *, newline=b"\r\n"):
    """A form as Plex sends it: the JSON in a field, and a picture that is no text."""
    lines = [
        b"--" + BOUNDARY.encode(),
        f'Content-Disposition: form-data; name="{field}"'.encode(),
        b"Content-Type: application/json",
        b"",
        json.dumps(data, ensure_ascii=False).encode(),
        b"--" + BOUNDARY.encode(),
        b'Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"',
        b"Content-Type: image/jpeg",
        b"",
        b"\xff\xd8\xff\xe0\r\n--not the boundary\r\n\x00\xff\xd9",
        b"--" + BOUNDARY.encode() + b"--",
        b"",
    ]
    return newline.join(lines)


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    ("address", "field", "name"),
    [
        ("incoming", "payload", "plex/media_scrobble"),
        ("plex", "payload", "plex/media_scrobble"),
        ("incoming", "data", "emby/playback_stop"),
        ("emby", "data", "emby/playback_stop"),
    ],
)
def test_a_multipart_body_is_read(deliver, sent, stored, address, field, name, newline):
    """Plex and Emby put their JSON into a form, beside a picture."""
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}

    body = multipart(field, sent(name), newline=newline)
    status, _ = deliver(address, body, headers=headers)

    assert status == 202
    assert [event["source"] for event in stored()[0]] == [name.split("/")[0]]


def test_a_part_may_have_its_name_without_quotes(deliver, sent, stored):
    """.NET, in which Emby is written, leaves them out."""
    headers = {"content-type": f'multipart/form-data; boundary="{BOUNDARY}"'}
    body = multipart("data", sent("emby/library_new")).replace(b'name="data"', b"name=data")

    assert deliver("emby", body, headers=headers)[0] == 202
    assert len(stored()[0]) == 1


def test_a_part_may_be_an_attached_file(deliver, stored):
    """`curl -F payload=@film.json` sends the JSON under a file name."""
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    body = multipart("payload", FILE).replace(b'"payload"', b'"payload"; filename="film.json"')

    assert deliver("incoming", body, headers=headers)[0] == 202
    assert len(stored()[0]) == 1


def test_a_form_of_texts_is_read(deliver, sent, stored):
    """Jellyfin's Generic Form has every value as a text, numbers and switches, too."""
    headers = {"content-type": "application/x-www-form-urlencoded"}

    status, _ = deliver("jellyfin", urlencode(sent("jellyfin/generic_form")), headers=headers)

    assert status == 202
    (event,) = stored()[0]
    assert (event["kind"], event["playback"]["position_ms"]) == ("stopped", 5672)
    assert event["playback"]["played_to_completion"] is True


def test_a_form_of_too_many_fields_is_refused(deliver, nothing_stored):
    """Nobody sends thousands; to read them would cost more than it could bring."""
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert deliver("incoming", "a=1&" * 2000, headers=headers)[0] == 400
    assert nothing_stored()


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", "multipart/mixed"])
@pytest.mark.parametrize(
    "body",
    [
        multipart("payload", FILE),
        multipart("payload", FILE, newline=b"\n"),
        urlencode({"payload": json.dumps(FILE)}),
        urlencode(FILE),
    ],
    ids=["multipart", "newlines", "field", "form"],
)
def test_a_form_is_known_by_its_body(deliver, stored, content_type, body):
    """Some senders and proxies name a wrong content type, or none."""
    assert deliver("incoming", body, headers={"content-type": content_type})[0] == 202
    assert [event["path"] for event in stored()[0]] == [FILE["file_path"]]


@pytest.mark.parametrize(
    ("form", "paths"),
    [
        ([("file_paths", "/media/a.mkv")], ["/media/a.mkv"]),
        ([("file_paths", "/media/a.mkv"), ("file_paths", "/b.mkv")], ["/b.mkv", "/media/a.mkv"]),
    ],
)
def test_a_field_that_comes_again_in_a_form_is_a_list(deliver, stored, form, paths):
    """`curl -d file_paths=a -d file_paths=b` means both files, none may be lost."""
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert deliver("custom", urlencode(form), headers=headers)[0] == 202
    assert sorted(event["path"] for event in stored()[0]) == paths


def test_a_single_field_that_comes_again_is_refused(deliver, nothing_stored):
    """To take the first of two paths would lose the other one silently."""
    headers = {"content-type": "application/x-www-form-urlencoded"}

    status, answer = deliver("custom", "file_path=/a.mkv&file_path=/b.mkv", headers=headers)

    assert (status, answer["details"]["fields"][0]["field"]) == (400, "file_path")
    assert nothing_stored()


def test_names_in_a_multipart_body_keep_their_letters(deliver, stored):
    """The JSON of a form part is UTF-8, whatever the mail rules for headers say."""
    headers = {"content-type": f'multipart/form-data; boundary="{BOUNDARY}"'}
    path = "/media/Amélie (2001)/ねこ.mkv"

    deliver("incoming", multipart("payload", {"file_path": path}), headers=headers)

    assert [event["path"] for event in stored()[0]] == [path]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", "no boundary anywhere"),
        ("multipart/form-data; boundary=abc", "no part of it"),
        ("multipart/form-data; boundary=abc", "--abc\r\n\r\nno name\r\n--abc--\r\n"),
        (f"multipart/form-data; boundary={BOUNDARY}", multipart("payload", [1])),
        (f"multipart/form-data; boundary={BOUNDARY}", multipart("other", {})),
        ("application/x-www-form-urlencoded", "payload=%7Bbroken"),
        ("application/x-www-form-urlencoded", "hello"),
        ("multipart/mixed; boundary=abc", "--abc\r\n\r\n{}\r\n--abc--\r\n"),
    ],
)
def test_a_broken_form_is_refused(deliver, nothing_stored, content_type, body):
    """A form that holds nothing of use is the sender's mistake, not ours."""
    status, answer = deliver("incoming", body, headers={"content-type": content_type})

    assert (status, answer["error"]) == (400, "VALIDATION_ERROR")
    assert nothing_stored()


@pytest.mark.parametrize(
    "body",
    [
        "payload=%7B%22file_path%22%3A%22%2Fmedia%2Fa.mkv%22%7D",
        "file_path=%2Fmedia%2Fa.mkv&title=From+curl",
    ],
)
def test_a_plain_form_is_read(deliver, stored, body):
    """A form is the object, or carries it in one field."""
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert deliver("incoming", body, headers=headers)[0] == 202
    assert [event["path"] for event in stored()[0]] == ["/media/a.mkv"]
