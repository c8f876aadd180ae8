"""What the tests talk through: the started stack, the bus and the HTTP interface as a CRM, the simulated tenant."""
