"""What there is to see and to set about webhooks; they themselves go to functions/webhooks."""

from typing import Any

from showrunner.access import check_token
from showrunner.batches.routes import add_routes as add_batch_routes
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.settings import load_settings
from showrunner.webhooks.addresses import own_url
from showrunner.webhooks.instructions import instructions
from showrunner.webhooks.secret_routes import add_routes as add_secret_routes
from showrunner.wiring import home

app = HttpApp(validates=True)


@app.get("/webhooks/instructions")
def show_instructions() -> dict[str, Any]:
    """How to set up every sender, step by step, with the addresses to paste."""
    here = home()
    own = own_url(app.current_event.raw_event, load_settings(here.documents))
    return {"senders": instructions(own)}


add_secret_routes(app)
add_batch_routes(app)

handle_webhooks = http_entry("webhooks", app, check_token)
