"""One function for each kind and state of holding; scenario.builder offers them all under one name."""
