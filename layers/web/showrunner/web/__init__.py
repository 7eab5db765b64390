"""
The page that people see: rooms, each made of live parts, rendered on the server.

A new room is one module in `rooms/` with an entry in `rooms.ROOMS`, and one
template in `templates/parts/` for each of its parts. Navigation, live updates
and fragments follow from that. A room that is no columns of parts names a
template of its own (analytics).
"""
