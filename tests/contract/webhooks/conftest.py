from tests.unit.webhooks.conftest import deliver, home, no_calls_yet, nothing_stored, stored

__all__ = ["deliver", "home", "no_calls_yet", "nothing_stored", "stored"]
