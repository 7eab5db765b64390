from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.classify import events_from
from showrunner.webhooks.routes import webhook_app

app = webhook_app("incoming", events_from, says_kind=True, of_connections=True)

handle_incoming = http_entry("incoming", app, check_webhook)
