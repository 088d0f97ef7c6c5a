"""What a function is told by environment variables: each field of its settings is the variable of that name."""

from __future__ import annotations

import os
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+$")]
Arn = Annotated[str, StringConstraints(min_length=20, max_length=2048, pattern=r"^arn:[a-z-]+:[a-z0-9-]+:\S+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
File = Annotated[str, StringConstraints(max_length=1024)]


class Settings(BaseModel):
    """Read anew by each invocation: it costs nothing beside a call, and nothing is left over from another one."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    environment: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}$")]

    @classmethod
    def read(cls) -> Self:
        """Read the variables. Raises ValidationError, which names those that are missing or wrong."""
        return cls.model_validate(
            {name: os.environ[name.upper()] for name in cls.model_fields if name.upper() in os.environ}
        )
