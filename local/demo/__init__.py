"""The demo: two customers, from the CRM's message to the proofs, on the running stack."""
