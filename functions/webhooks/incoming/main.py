from showrunner.access import Access
from showrunner.entry.http import http_entry
from showrunner.webhooks.classify import events_from
from showrunner.webhooks.routes import webhook_app

handle_incoming = http_entry(
    "incoming", webhook_app("incoming", events_from, says_kind=True), Access.WEBHOOK
)
