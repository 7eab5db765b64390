from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.plex import events_from
from showrunner.webhooks.routes import webhook_app

handle_plex_webhook = http_entry("plex_webhook", webhook_app("plex", events_from), check_webhook)
