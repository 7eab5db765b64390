"""Media servers: set up, sign in, try, look after."""

from showrunner.access import check_token
from showrunner.connections.routes import connection_routes
from showrunner.connections.server_routes import care_routes, jellyfin_routes, owner_routes
from showrunner.connections.sign_in_routes import sign_in_routes
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry

app = HttpApp(validates=True)

connection_routes(app, "servers", lambda kind: kind.is_media_server)
owner_routes(app)
care_routes(app)
jellyfin_routes(app)
sign_in_routes(app)

handle_servers = http_entry("servers", app, check_token)
