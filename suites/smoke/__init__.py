"""Ten things that a deployed platform does, tried from outside: by its WebSocket and by AWS's APIs alone."""
