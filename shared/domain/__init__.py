"""The heart: what an offboarding is and when a relationship may be removed. Pure, standard library only."""
