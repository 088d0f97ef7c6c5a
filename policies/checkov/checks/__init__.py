"""What checkov does not ask of CloudFormation, asked of the templates as resolved for each environment."""

__all__ = ["dead_letters", "open_ingress", "resource_policies"]
