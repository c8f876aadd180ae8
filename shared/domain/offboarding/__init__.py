"""The offboarding itself: its states, its record, and what is stored and sent with each transition."""
