"""For every test of the checkout: how many examples a property is tried with.

Neither profile measures time: how long an example takes to make or to run says more of the machine than of the code.
"""

from __future__ import annotations

import gc

from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("quick"), max_examples=60, print_blob=True)
settings.load_profile("quick")
# Tests make many objects that live long: the default looks through them all again and again.
gc.set_threshold(100_000, 50, 50)
