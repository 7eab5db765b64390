from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.routes import webhook_app
from showrunner.webhooks.sonarr import events_from

handle_sonarr = http_entry("sonarr", webhook_app("sonarr", events_from), check_webhook)
