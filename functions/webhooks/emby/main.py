from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.emby import events_from
from showrunner.webhooks.routes import webhook_app

handle_emby_webhook = http_entry("emby_webhook", webhook_app("emby", events_from), check_webhook)
