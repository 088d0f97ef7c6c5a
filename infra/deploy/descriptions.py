"""Sessions of botocore: what all have in common is read and worked out once a process, however many there are."""

from __future__ import annotations

import copy
import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

_OPENED: Final[dict[str, Callable[[Path], bytes]]] = {
    ".json": Path.read_bytes,
    ".json.gz": lambda path: gzip.decompress(path.read_bytes()),
}


class Files:
    """Reads them as plain dictionaries: botocore's own way takes four times as long, and half of making a client.

    It is what `botocore.loaders.Loader` takes as its ``file_loader``.
    """

    def exists(self, file_path: str) -> bool:
        """Say whether there is such a file; the path is without its ending."""
        return any(Path(f"{file_path}{ending}").is_file() for ending in _OPENED)

    def load_file(self, file_path: str) -> Any:
        """Give what a file says, None where there is none; the path is without its ending."""
        for ending, read in _OPENED.items():
            path = Path(f"{file_path}{ending}")
            if path.is_file():
                return from_json(read(path))
        return None


def session() -> Any:
    """Give a new session of botocore, which does nothing for a second time that another of them has done.

    The descriptions are read once. The handlers of botocore's own are the same functions for all sessions: registering
    them takes ten times as long as copying what they are registered in, of which each session has its own.
    """
    from botocore.session import Session  # noqa: PLC0415  0.6 s that a static run does not pay

    made = Session(event_hooks=copy.copy(_handlers()), include_builtin_handlers=False)
    made.register_component("data_loader", loader())
    return made


@cache
def _handlers() -> Any:
    """Register botocore's own handlers and no others: what a library adds to each session, each session adds itself."""
    from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST  # noqa: PLC0415
    from botocore.hooks import EventAliaser, HierarchicalEmitter  # noqa: PLC0415

    found = HierarchicalEmitter()
    events = EventAliaser(found)
    places = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *place in BUILTIN_HANDLERS:
        register = places[place[0]] if place else events.register
        register(event, handler)
    return found


@cache
def loader() -> Any:
    """Give botocore's loader of descriptions, one a process: what it has read it keeps."""
    from botocore.loaders import Loader  # noqa: PLC0415
    from botocore.session import get_session  # noqa: PLC0415

    class _Loader(Loader):  # type: ignore[misc]  # botocore has no types
        def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002  asked before anything is loaded
            """Give every service; botocore would look into four hundred folders for a file of the type, each time."""
            return _services(tuple(dict.fromkeys(self.search_paths)))

    usual = get_session().get_component("data_loader")
    return _Loader(list(usual.search_paths), Files(), include_default_search_paths=False)


@cache
def _services(paths: tuple[str, ...]) -> list[str]:
    folders = (Path(path) for path in paths)
    return sorted({one.name for folder in folders if folder.is_dir() for one in folder.iterdir() if one.is_dir()})
