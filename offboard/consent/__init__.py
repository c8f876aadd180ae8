"""Signing in once, with multifactor authentication, for everything that the pipeline does afterwards.

sign_in.py    the steps
__main__.py   python -m offboard.consent
"""
