"""Partner Center's JSON read into typed records: a file for each resource, each a function of one Record."""
