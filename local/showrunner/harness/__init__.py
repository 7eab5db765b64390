"""
What `template.yaml` describes, on one machine: routes, schedules, queues, workers.

The supervisor (`supervisor.py`) keeps two kinds of child processes alive: the
server, which runs every function (`serve.py`), and each worker.
"""
