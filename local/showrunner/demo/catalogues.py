"""Emulated TMDb and TheTVDB: as much as proves that a key is good."""

import secrets

from flask import Flask, Response, jsonify, request

from showrunner.demo.serving import is_token, route


class EmulatedTmdb:
    """Takes its key as `api_key` (v3) or as a bearer token (v4)."""

    def __init__(self, *, token: str) -> None:
        self._token = token
        self.app = Flask("emulated-tmdb")
        route(self.app, {"/3/authentication": self._authentication})

    def _authentication(self) -> Response:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if is_token(sent or request.args.get("api_key"), self._token):
            return jsonify({"success": True, "status_code": 1, "status_message": "Success."})
        message = "Invalid API key: You must be granted a valid key."
        answer = jsonify({"success": False, "status_code": 7, "status_message": message})
        answer.status_code = 401
        return answer


class EmulatedTvdb:
    """Sells tokens for its key; `expire_tokens` lets all of them end, as a month does."""

    def __init__(self, *, token: str) -> None:
        self._key = token
        self._tokens: set[str] = set()
        self.app = Flask("emulated-tvdb")
        route(self.app, {"/v4/login": self._login}, "POST")
        route(self.app, {"/v4/artwork/statuses": self._statuses})

    def expire_tokens(self) -> None:
        self._tokens.clear()

    def _login(self) -> Response:
        if not is_token((request.get_json(silent=True) or {}).get("apikey"), self._key):
            return _failure("InvalidAPIKey: wrong key")
        token = f"demo.{secrets.token_hex(24)}.token"
        self._tokens.add(token)
        return jsonify({"status": "success", "data": {"token": token}})

    def _statuses(self) -> Response:
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self._tokens:
            return _failure("Unauthorized")
        names = ("Low Quality", "Improper Action Shot", "Spoiler")
        found = [{"id": number, "name": name} for number, name in enumerate(names, 1)]
        return jsonify({"status": "success", "data": found})


def _failure(message: str) -> Response:
    answer = jsonify({"status": "failure", "message": message, "data": None})
    answer.status_code = 401
    return answer
