from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.routes import webhook_app
from showrunner.webhooks.sportarr import events_from

handle_sportarr_webhook = http_entry(
    "sportarr_webhook", webhook_app("sportarr", events_from), check_webhook
)
