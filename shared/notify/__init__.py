"""People are told: from an event of the topic to one message for each rule, and from there to its channel."""
