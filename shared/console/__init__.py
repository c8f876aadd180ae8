"""Pages for the people who do this work: what needs them, what is planned, and the forms that they decide with."""
