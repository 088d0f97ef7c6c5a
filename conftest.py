"""Names the plugins; everything else lives in the rooms."""

import gc

# A session makes very much that stays, and little of what it drops goes round in circles: it is looked for less often.
gc.set_threshold(100_000, 4, 10)

pytest_plugins = (
    "fixtures.run.plugin",
    "fixtures.mock_cloud.plugin",
    "suites.catalogue",
    "suites.proofs.plugin",
    "suites.smoke.plugin",
    "reports.plugin",
)
