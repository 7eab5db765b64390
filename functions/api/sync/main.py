"""Syncs and imports: look, start, follow, cancel; take uploads."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.history.ledger.manifest import load_manifest
from showrunner.syncs.routes import import_routes, sync_routes

app = HttpApp(validates=True)

sync_routes(app, lambda home: load_manifest(home.blobs)[0].plays)
import_routes(app)

handle_sync = http_entry("sync", app, check_token)
