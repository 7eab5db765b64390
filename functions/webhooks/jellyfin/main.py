from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.jellyfin import events_from
from showrunner.webhooks.routes import webhook_app

handle_jellyfin_webhook = http_entry(
    "jellyfin_webhook", webhook_app("jellyfin", events_from), check_webhook
)
