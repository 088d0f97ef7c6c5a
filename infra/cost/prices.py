"""The list of prices, ``infra/pricing/<region>.toml``: each with its unit, its source and the day it was read."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from infra.errors import InputError
from infra.settings import ROOT, Text, read_toml, shown

PRICING = ROOT / "infra" / "pricing"
OLD: Final = 180
"""Days from which prices are warned of."""
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")]


class Price(BaseModel):
    """What one unit costs, in US dollars without tax.

    ``free``: units a month that AWS gives away to every account for good; what ends with an account's first year is
    not counted. ``verified``: read on a page or in a price list of AWS, not in somebody's words or from memory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Text = Field(description="the line of the bill")
    unit: Text
    usd: float = Field(ge=0)
    free: float = Field(default=0, ge=0)
    source: Text
    read: date
    verified: bool


class Prices(BaseModel):
    """The prices of one region by key."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prices: dict[Key, Price]

    def of(self, key: str, needed_by: str) -> Price:
        """Return a price; raises InputError naming what needs one that is not listed."""
        found = self.prices.get(key)
        if found is None:
            raise InputError(f"{shown(PRICING)}: prices.{key}: expected the price of what {needed_by} needs")
        return found

    def age(self, today: date) -> int:
        """Return how many days ago the oldest price was read."""
        return max((today - price.read).days for price in self.prices.values())


@cache
def load_prices(region: str, folder: Path = PRICING) -> Prices:
    """Read the prices of a region; bad input is an ``InputError`` that names file and key."""
    return read_toml(folder / f"{region}.toml", Prices)
