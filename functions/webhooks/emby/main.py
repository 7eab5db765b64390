from showrunner.access import Access
from showrunner.entry.http import http_entry
from showrunner.webhooks.emby import events_from
from showrunner.webhooks.routes import webhook_app

handle_emby_webhook = http_entry("emby_webhook", webhook_app("emby", events_from), Access.WEBHOOK)
