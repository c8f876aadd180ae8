"""Who is told what: rules, bursts, the next try, and the text of one notice. Pure."""
