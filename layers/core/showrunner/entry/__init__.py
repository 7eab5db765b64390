"""
How a function is entered: as a Lambda handler, or as a functions-framework target.

`http_entry`, `queue_entry` and `schedule_entry` make one callable that is both.
Called with a dict it is a Lambda handler; called with anything else (a Flask
request, a CloudEvent) it answers as functions-framework expects.
"""
