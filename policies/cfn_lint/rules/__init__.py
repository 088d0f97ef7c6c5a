"""What cfn-lint does not see in a template, for every value that its parameters, maps and conditions allow."""
