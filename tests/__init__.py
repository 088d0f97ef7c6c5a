"""The machinery itself is tried: suites judge the infrastructure, tests judge the suites."""
