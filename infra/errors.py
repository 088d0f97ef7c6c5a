"""Every error that a person can cause ends in one clear line and an exit code.

TouchstoneError (3)
├── InputError (3): a file, a key or an option is not what was expected
│   └── TemplateError (3): a template cannot be read or resolved
├── ArtefactError (3): what the functions are made of is not there, or cannot be made
├── EndpointError (3): the endpoint refuses, or is not the account that was asked for
├── UntoldError (2): what answers tells nothing that a conclusion could rest on
└── DeployError (1): a stack did not reach the state that was asked for
    └── TakenBackError (1 or 2): a new version of a function has none of the calls, because something is wrong with it
"""

from infra.outside import terminal


class TouchstoneError(Exception):
    """The base: ``str(error)`` is the one line shown, ``exit_code`` what the process ends with.

    What it quotes may come from a file or a server: the line is written as text from outside.
    """

    exit_code = 3

    def __str__(self) -> str:
        return terminal(super().__str__())


class InputError(TouchstoneError):
    """A file, a key or an option is not what was expected."""


class TemplateError(InputError):
    """A template cannot be read or resolved; the message begins with ``file:line``."""


class ArtefactError(TouchstoneError):
    """What the functions are made of is not there, or cannot be made."""


class EndpointError(TouchstoneError):
    """The endpoint refuses, or is not the account that was asked for."""


class UntoldError(TouchstoneError):
    """What answers tells nothing that a conclusion could rest on."""

    exit_code = 2


class DeployError(TouchstoneError):
    """A stack did not reach the state that was asked for."""

    exit_code = 1


class TakenBackError(DeployError):
    """Calls were given back to the version that had them; ``unclear``: only because nobody could tell how it goes."""

    def __init__(self, told: str, *, unclear: bool) -> None:
        super().__init__(told)
        self.exit_code = 2 if unclear else 1
