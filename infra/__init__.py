"""What we run: the templates, the environments and the deployer of the platform."""
