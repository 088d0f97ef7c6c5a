"""Names the plugins; everything else lives in the rooms."""

pytest_plugins = ("fixtures.run.plugin", "suites.catalogue", "reports.plugin")
