"""The deployer: change set, review, execute, wait; the same code for AWS and for the mock cloud."""
