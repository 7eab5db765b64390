from showrunner.entry.http import http_entry
from showrunner.webhooks.authentication import check_webhook
from showrunner.webhooks.custom import events_from
from showrunner.webhooks.routes import webhook_app

handle_custom = http_entry("custom", webhook_app("custom", events_from), check_webhook)
