"""Partner Center's JSON read into `shared.domain.partner`: a file for each resource, each a function of one Record."""
