"""The operators' command over HTTP: for people who run offboardings, without the app's settings.

register.py     how a command is registered: common options, examples, exit codes
arguments.py    what several commands take
desk.py         where a command works: address, identity, streams, questions, progress
api.py          one call; identity.py who calls; local_stack.py the stack of dev.py up
ask.py          plan, request
listing.py      list, export
look.py         show, why, watch, report, evidence
decide.py       approve, reject, withdraw, reschedule, resume, override
switch.py       hold, release, brake, redrive
shown.py        how it is shown to people; planned.py a plan, holding by holding; done.py what was done to each
follow.py       the commands that usually follow; renews.py what a resume lets renew
exits.py        the exit codes; failures.py what leads to them
"""
