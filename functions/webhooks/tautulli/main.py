from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.routes import webhook_app
from showrunner.webhooks.tautulli import events_from

handle_tautulli_webhook = http_entry(
    "tautulli_webhook", webhook_app("tautulli", events_from), check_webhook
)
