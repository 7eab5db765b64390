import json
from datetime import timedelta
from showrunner.connections.store import ConnectionStore
from showrunner.plays.live import end_silent_plays, plays_of_sessions
from showrunner.plays.models import *
from showrunner.plays.store import *
from showrunner.plays.store import INDEX
from showrunner.ports.documents import each
from tests.unit.plays.builders import *
from tests.unit.plays.builders import plays_of_event
from tests.unit.plays.test_live import session
from tests.fakes import FakeClock
from showrunner.plays.models import MarkState as M

def test_p1(home):
    plays_of_sessions(home, ATTIC, [session(75*60)], after(0), 70)
    (p,) = recent_plays(home.documents)
    print('before', p.percent, p.is_watched)
    plays_of_sessions(home, ATTIC, [], after(60), 70)
    (p,) = recent_plays(home.documents)
    print('after', p.percent, p.is_watched, p.state)

def test_p4(home):
    import time
    t=time.time()
    for n in range(1500):
        at = n*90
        observe(home, [said(mark(M.STARTED, at, 0), mark(M.STOPPED, at+60, 60), item='noise')])
        if n%300==299:
            print(n, max(len(json.dumps(d.body)) for d in each(home.documents, INDEX)), time.time()-t); t=time.time()
    print(len(list(each(home.documents, PLAYS))))
