"""PermitFlow takes an EV-charger permit from the first question to the energised charger, and proves what happened."""

__version__ = "0.1.0"
