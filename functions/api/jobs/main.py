"""Jobs: make, list, look at, follow, stop, hurry, repeat, delete."""

from showrunner.access import check_token
from showrunner.entry.app import HttpApp
from showrunner.entry.http import http_entry
from showrunner.jobs.routes import care_routes, file_routes, job_routes, worker_routes

app = HttpApp(validates=True)

job_routes(app)
file_routes(app)
care_routes(app)
worker_routes(app)

handle_jobs = http_entry("jobs", app, check_token)
