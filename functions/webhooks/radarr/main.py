from showrunner.access import Access
from showrunner.entry.http import http_entry
from showrunner.webhooks.radarr import events_from
from showrunner.webhooks.routes import webhook_app

handle_radarr = http_entry("radarr", webhook_app("radarr", events_from), Access.WEBHOOK)
