"""Names the plugins; everything else lives in the rooms."""

pytest_plugins = (
    "fixtures.run.plugin",
    "fixtures.mock_cloud.plugin",
    "suites.catalogue",
    "suites.proofs.plugin",
    "suites.smoke.plugin",
    "reports.plugin",
)
