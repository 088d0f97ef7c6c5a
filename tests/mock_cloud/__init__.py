"""The mock cloud is tried over HTTP, as every client of it uses it."""
