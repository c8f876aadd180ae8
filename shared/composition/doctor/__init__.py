"""The preflight: looks at everything the pipeline needs, changes nothing, says what to do.

Asked by the operators' command (offboard/doctor) and by the running app (GET /api/doctor). Since the command is never
deployed and nothing deployed may import it, the checks are here, where both can.

probe.py         what the checks look at: the parts of the application, built from settings
checks.py        sign-in, role, account and data
trouble.py       what an error means to somebody who runs a command
platform.py      store and queues
dead_letters.py  what was given up on the queues; asked by the app alone, which may read them
running.py       mode, policy, sweeper, backlog; asked by the app alone
report.py        one line for each check, or JSON
look.py          all of it for the running app, in bounded time
"""
