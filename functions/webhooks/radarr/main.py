from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.radarr import events_from
from showrunner.webhooks.routes import webhook_app

handle_radarr = http_entry("radarr", webhook_app("radarr", events_from), check_webhook)
