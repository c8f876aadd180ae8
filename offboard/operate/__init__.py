"""The operators' command over HTTP: for people who run offboardings, without the app's settings.

arguments.py   what may be typed, with help and examples
api.py         one call: address, identity, refusals, whoever cannot be reached
actions.py     what each command does: look first, then say what was seen
shown.py       how it is shown to people
planned.py     what an approval is asked for, holding by holding, and what is lost
__main__.py    python -m offboard.operate, and the exit codes
"""
