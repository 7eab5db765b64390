"""
How the owner sets up each sender, in the words that stand on its buttons.

Data only: the page renders it, and the API gives it to other programs.
"""

from dataclasses import dataclass
from typing import Any

from showrunner.webhooks import jellyfin, tautulli
from showrunner.webhooks.addresses import webhook_url

_BY_USER = "User name: anything. Password: the webhook secret, or the access token."
_BY_HEADER = "A header X-Auth-Token with the webhook secret, or the access token."
_BY_ADDRESS = (
    "The address itself: put ?token= and the webhook secret behind it. Whoever reads the address "
    "can then send webhooks, so make a secret for this connection alone."
)


@dataclass(frozen=True, slots=True)
class Sender:
    """
    `name` is how its address ends, `reports` what it tells us. Each of the `steps`
    begins with a dash and says `{url}` where the address goes. `template` is a
    body to paste; None: it writes its own.
    """

    name: str
    title: str
    reports: str
    authentication: str
    steps: str
    template: str | None = None


SENDERS = (
    Sender(
        "sonarr",
        "Sonarr",
        "New, upgraded, renamed and deleted episodes.",
        _BY_USER,
        """
        - In Sonarr open Settings > Connect, press + and choose Webhook.
        - Name: Showrunner. Switch on: On File Import, On File Upgrade, On Import Complete,
        On Rename, On Series Delete, On Episode File Delete and On Episode File Delete For
        Upgrade.
        - Webhook URL: {url}
        - Method: POST. Username: showrunner. Password: the webhook secret.
        - Press Test: it must turn green. Then press Save.
        """,
    ),
    Sender(
        "radarr",
        "Radarr",
        "New, upgraded, renamed and deleted films.",
        _BY_USER,
        """
        - In Radarr open Settings > Connect, press + and choose Webhook.
        - Name: Showrunner. Switch on: On File Import, On File Upgrade, On Rename, On Movie
        Delete, On Movie File Delete and On Movie File Delete For Upgrade.
        - Webhook URL: {url}
        - Method: POST. Username: showrunner. Password: the webhook secret.
        - Press Test: it must turn green. Then press Save.
        """,
    ),
    Sender(
        "plex",
        "Plex",
        "New items, and what people play, finish and rate. Not upgrades of a file: Plex keeps the "
        "item, so let Sonarr and Radarr tell those.",
        _BY_ADDRESS,
        """
        - Webhooks need a Plex Pass on the account of the server's owner.
        Showrunner registers the address for you once the server is connected: press
        Register, above these steps on the page Automation. By hand:
        - In Plex Web open Settings > Webhooks, under the account's name.
        - Press Add Webhook, enter {url}?token= followed by the webhook secret, and press
        Save Changes.
        - In Settings > General of the server switch on Enable mobile push notifications and
        save: without them Plex does not tell of new items.
        """,
    ),
    Sender(
        "jellyfin",
        "Jellyfin",
        "New items, and what people play, stop, rate and mark as played.",
        _BY_HEADER,
        """
        - In Jellyfin open Dashboard > Plugins > Catalog, install Webhook and restart
        Jellyfin.
        - Open Dashboard > Plugins > Webhook and press Add Generic Destination.
        - Webhook Name: Showrunner. Webhook Url: {url}
        - Notification Type: tick Item Added, Playback Start, Playback Progress, Playback
        Stop and User Data Saved.
        - Item Type: tick Movies, Episodes, Seasons, Series and Videos.
        - Tick Send All Properties (ignores template), or paste the template into Template.
        - Press Add Request Header: key X-Auth-Token, value the webhook secret. Add another:
        key Content-Type, value application/json. Then press Save.
        """,
        jellyfin.TEMPLATE,
    ),
    Sender(
        "emby",
        "Emby",
        "New and deleted items, and what people play, pause, stop, rate and mark as played.",
        _BY_ADDRESS,
        """
        - Webhooks need Emby Premiere. In Emby open Settings > Notifications (in older
        versions Settings > Webhooks), press Add Notification and choose Webhooks.
        - Name: Showrunner. Url: {url}?token= followed by the webhook secret.
        - Request content type: application/json.
        - Press Send Test Notification: it must say that it was sent.
        - Events: tick New Media Added and Media Deleted under Library, all of Playback, and
        Mark Played and Mark Unplayed under Users. Then press Save.
        """,
    ),
    Sender(
        "tautulli",
        "Tautulli",
        "What people play, pause, resume, stop and finish on a Plex server, without a Plex Pass; "
        "and new items.",
        _BY_HEADER,
        """
        - Showrunner sets the agent up for you once Tautulli is connected: press Create the
        agent, above these steps on the page Automation. By hand:
        - In Tautulli open Settings > Notification Agents, press Add a new notification
        agent and choose Webhook.
        - Webhook URL: {url}. Webhook Method: POST.
        - Triggers: tick Playback Start, Playback Stop, Playback Pause, Playback Resume,
        Watched and Recently Added.
        - Data: paste the template into JSON Data of each of these triggers, and into JSON
        Headers of each {"X-Auth-Token": "..."} with the webhook secret.
        - Press Save. Under Test Notifications paste the same, and press Test Webhook.
        """,
        tautulli.TEMPLATE,
    ),
    Sender(
        "sportarr",
        "Sportarr",
        "New and deleted recordings of sports.",
        _BY_USER,
        """
        - In Sportarr open Settings > Connect, press + and choose Webhook.
        - Switch on the triggers for imports, upgrades and deletions.
        - Webhook URL: {url}. Method: POST. Password: the webhook secret.
        - Press Test, then Save.
        """,
    ),
    Sender(
        "custom",
        "Tdarr, FileFlows and scripts",
        "Files by their paths, such as those that were just transcoded.",
        _BY_HEADER,
        """
        - Tdarr: add the flow plugin Send Web Request behind the last step that writes the
        file. FileFlows: add the element Web Request.
        - Method: POST. URL: {url}
        - Headers: {"X-Auth-Token": "...", "Content-Type": "application/json"} with the
        webhook secret.
        - Body: the template, with the variable of your tool for the path of the finished
        file.
        - Try it with a file that is there: the answer says how many files are queued.
        """,
        '{"file_path": "{{{args.inputFileObj._id}}}"}',
    ),
    Sender(
        "incoming",
        "Everything else",
        "One address for all of the above: it tells by the body who sent it.",
        "A header X-Auth-Token, Authorization: Bearer, the password of Basic authentication, "
        "?token= in the address, or an HMAC-SHA256 of the body in X-Hub-Signature-256 or "
        "X-Signature, made with the webhook secret.",
        """
        - Send to {url} what you would send to the sender's own address, by POST or PUT.
        """,
    ),
)


def instructions(own: str) -> list[dict[str, Any]]:
    """Every sender's, with addresses that begin with `own` (`https://showrunner.example.org`)."""
    return [_shown(sender, webhook_url(own, sender.name)) for sender in SENDERS]


def _shown(sender: Sender, url: str) -> dict[str, Any]:
    return {
        "name": sender.name,
        "title": sender.title,
        "reports": sender.reports,
        "url": url,
        "authentication": sender.authentication,
        "steps": _steps(sender, url),
        "template": sender.template,
    }


def _steps(sender: Sender, url: str) -> list[str]:
    steps = [" ".join(step.split()) for step in sender.steps.split("\n        - ")]
    return [step.replace("{url}", url) for step in steps if step]
