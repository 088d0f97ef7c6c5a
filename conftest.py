"""Names the plugins; everything else lives in the rooms."""

pytest_plugins = ("fixtures.plugin", "suites.catalogue", "reports.plugin")
