"""The application: domain, stages, ports and adapters. Everything here is deployed."""
