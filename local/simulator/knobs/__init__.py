"""The settings of the simulated tenant: everything that Microsoft leaves open, or that a test wants to vary."""

from local.simulator.knobs.answers import Answers, Oddity
from local.simulator.knobs.changes import Changes
from local.simulator.knobs.lags import Lags
from local.simulator.knobs.model import Model
from local.simulator.knobs.removal import Removal
from local.simulator.knobs.sign_in import SignIn, SignInFailure
from local.simulator.knobs.term_ends import TermEnds

__all__ = ["Knobs", "Model", "Oddity", "SignIn", "SignInFailure"]


class Knobs(Removal, Changes, TermEnds, Lags, Answers):
    """All knobs with their defaults; docs/scenarios.md lists them, knobs.listing describes each to programs."""

    sign_in: SignIn = SignIn()
    """How sign-in and tokens behave."""
