"""The preflight as a command: looks at everything the pipeline needs, changes nothing, says what to do.

probe.py      what the checks look at: the parts of the application, built from settings
checks.py     sign-in, role, account and data
trouble.py    what an error means to somebody who runs a command
platform.py   store and queues
report.py     one line for each check, or JSON
__main__.py   python -m offboard.doctor
"""
